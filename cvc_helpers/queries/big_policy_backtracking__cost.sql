-- One row per service: what one use costs the insurer, by the catalogue and, where a use of the service is a use of a right whose cost
-- is on file, on average by those uses; null where one of them does not say.
-- service_id · unit_cost_yuan · actual_cost_yuan
with paid as (
  select u.service_id, avg(u.cost_cents) / 100.0 as actual_cost_yuan
  from usage u join service_kind k on k.service_id = u.service_id and k.stage = 'used'
  where u.cost_cents is not null
  group by u.service_id
)
select coalesce(s.service_id, p.service_id) as service_id, s.unit_cost_cents / 100.0 as unit_cost_yuan, p.actual_cost_yuan
from service s full join paid p on p.service_id = s.service_id
order by service_id
