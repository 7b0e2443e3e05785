-- One row per service of the catalogue: what one use of it costs, in yuan (null where nobody wrote it down).
-- service_id · unit_cost_yuan
select service_id, unit_cost_cents / 100.0 as unit_cost_yuan
from service
order by service_id
