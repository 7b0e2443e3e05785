-- One row per service of the catalogue: what one use costs the insurer; null where the catalogue does not say.
-- service_id · unit_cost_yuan
select service_id, unit_cost_cents / 100.0 as unit_cost_yuan
from service
order by service_id
