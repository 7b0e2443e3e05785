-- One row per agent with customers in charge: what the agent knows of the service, and how the agent works.
-- No row at all where nobody noted who invited, or who earned a commission: a zero would be read as idleness.
-- agent_id · service_knowledge · is_certified · tenure_years · months · customers · visitors · proposals · fyp_yuan · commission_yuan
with span as (
  select greatest(cast($first_day as date), min(proposed_on)) as first_day,
    least(cast($last_day as date), max(proposed_on)) as last_day
  from proposal
),
months_of as (
  select agent_id, hire_date, service_knowledge, certified_on,
    greatest(1, date_diff('day', greatest(hire_date, first_day), least(coalesce(leave_date, last_day), last_day)) / 30.4) as months,
    date_diff('day', hire_date, last_day) / 365.25 as tenure_years
  from agent cross join span
  where hire_date < last_day and coalesce(leave_date, last_day) > first_day
),
in_charge as (
  select agent_id, count(*) as customers from customer where agent_id is not null group by agent_id
),
brought as (
  select agent_id, count(distinct customer_id) as visitors
  from service_use
  where service_id = $service_id and used_on >= cast($first_day as date) and used_on < cast($last_day as date)
  group by agent_id
),
asked as (
  select agent_id, count(*) as proposals from proposal
  where proposed_on >= cast($first_day as date) and proposed_on < cast($last_day as date)
  group by agent_id
),
sold as (
  select agent_id, sum(annual_premium_cents) as fyp_cents, sum(commission_cents) as commission_cents from policy
  where status <> 'freelook_cancelled' and issue_date >= cast($first_day as date) and issue_date < cast($last_day as date)
  group by agent_id
)
select m.agent_id, m.service_knowledge, m.certified_on is not null as is_certified, m.tenure_years, m.months, c.customers,
  coalesce(b.visitors, 0) as visitors, coalesce(s.proposals, 0) as proposals,
  coalesce(f.fyp_cents, 0) / 100.0 as fyp_yuan, coalesce(f.commission_cents, 0) / 100.0 as commission_yuan
from months_of m
join in_charge c on c.agent_id = m.agent_id
left join brought b on b.agent_id = m.agent_id
left join asked s on s.agent_id = m.agent_id
left join sold f on f.agent_id = m.agent_id
where exists (select 1 from service_use where service_id = $service_id and agent_id is not null)
  and exists (select 1 from policy where agent_id is not null and commission_cents is not null)
order by m.agent_id
