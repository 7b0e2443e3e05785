-- One row for the service asked about and one for the service that should do nothing: what they are called, what counts as using
-- them, and how many customers used them on which days that count: within $first_day and $last_day, and a year before the data end.
-- service_id · name · stage · activity_kind · customers · first_day · last_day
with counted as (
  select service_id, count(distinct customer_id) as customers, min(used_on) as first_day, max(used_on) as last_day
  from service_use
  where service_id in ($service_id, $placebo_id) and used_on >= cast($first_day as date) and used_on < cast($last_day as date)
    and date_diff('day', used_on, (select max(issue_date) from policy)) >= 365
  group by service_id
)
select k.service_id, k.name, k.stage, k.activity_kind, coalesce(c.customers, 0) as customers, c.first_day, c.last_day
from service_kind k left join counted c on c.service_id = k.service_id
where k.service_id in ($service_id, $placebo_id)
order by k.service_id
