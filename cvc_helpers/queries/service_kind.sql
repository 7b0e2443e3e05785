-- One row per service that the data name: what it is called, and what counts as using it. The catalogue's form decides for an
-- activity (coming to it) and for advice (a recorded contact about it). For a right both may be on file, that it was used and that
-- activities showed it: coming to those counts where it outnumbers the uses, else using it; a right granted is not yet used.
-- service_id · name · stage (attended, contacted, used) · activity_kind (of one attended, where its
-- activities are of one kind; else null)
with shown as (
  select service_id, case when min(kind) = max(kind) then min(kind) end as activity_kind
  from activity
  where service_id is not null
  group by service_id
),
came as (
  select a.service_id, count(*) as events
  from attendance t join activity a on a.activity_id = t.activity_id
  where t.party_kind = 'customer'
  group by a.service_id
),
used as (
  select service_id, count(*) as events from usage group by service_id
),
named as (
  select service_id from service
  union
  select service_id from shown
  union
  select service_id from used
),
counted as (
  select n.service_id, s.name,
    case when s.form = 'activity' then 'attended' when s.form = 'contact' then 'contacted'
      when coalesce(c.events, 0) > coalesce(u.events, 0) then 'attended' else 'used' end as stage
  from named n
  left join service s on s.service_id = n.service_id
  left join came c on c.service_id = n.service_id
  left join used u on u.service_id = n.service_id
  where n.service_id is not null
)
select k.service_id, k.name, k.stage, case when k.stage = 'attended' then a.activity_kind end as activity_kind
from counted k left join shown a on a.service_id = k.service_id
