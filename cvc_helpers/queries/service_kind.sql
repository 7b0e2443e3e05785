-- One row per service that the data name: what it is called, and what counts as using it. Coming to an activity that shows
-- it; for advice, a recorded contact about it; for any other right, using it: a right granted is not yet used.
-- service_id · name · stage (attended, contacted, used) · activity_kind (null where its activities are of several kinds, or none)
with shown as (
  select service_id, case when min(kind) = max(kind) then min(kind) end as activity_kind
  from activity
  where service_id is not null
  group by service_id
),
named as (
  select service_id from service
  union
  select service_id from shown
  union
  select service_id from usage
)
select n.service_id, s.name,
  case when a.service_id is not null or s.form = 'activity' then 'attended' when s.form = 'contact' then 'contacted' else 'used' end
    as stage,
  a.activity_kind
from named n
left join service s on s.service_id = n.service_id
left join shown a on a.service_id = n.service_id
where n.service_id is not null
