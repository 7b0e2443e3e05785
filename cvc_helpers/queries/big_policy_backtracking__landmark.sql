-- One row per customer and index day, a day by which the customer had not used the service and had no open proposal.
-- Of the group: customers whom the rule $group_rule names, or those of an age, in all branches, in those within reach of a community
-- or in those listed; $is_focus false: all others of the same branches.
-- is_exposed: the day is that of the first use. The others, those who come later included, get one day a quarter, drawn from the
-- first uses of the same branch and quarter: the one whose place in their order is a digest modulo their count. The digest is of
-- birth year, date of entry and quarter, never of the number, which may be renamed. Of the others a share is kept, $control_key.
-- Outcomes: the 365 days after the index day, which must lie in the data. Every first use is moved back by $moved_days: 0, or, for a
-- date that should show nothing, two years; $first_day and $last_day bound the true day. came_later: one of the others who used the
-- service within those 365 days. largest_yuan: the largest annual premium times payment term. Agent in charge on the index day, by
-- one rule for all: of the last policy or use up to it while that agent stays, else of the first after it, else the one in charge
-- today. Where many were handed over since, the first after it is nearer the truth than today's. uses: how often one of the users
-- used the service, from the true day of the first use to 365 days after it; 0 for the others.
-- customer_id · index_day · is_exposed · quarter · branch_id · agent_id · age · wealth_band · income_yuan · assets_yuan
-- skill_tier · is_certified · prior_policies · tenure_years · proposals · sales · big_policies · fyp_yuan · policies · largest_yuan · came_later · uses
with first_use as (
  select customer_id, min(used_on) - $moved_days as used_on, min(cast(used_on as varchar) || agent_id) as invitation
  from service_use
  where service_id = $service_id
  group by customer_id
),
member as (
  select c.customer_id, c.branch_id, c.wealth_band, c.income_cents, c.assets_cents, c.agent_id, c.known_from, c.birth_year,
    f.used_on, f.invitation, g.customer_id is not null as is_named,
    cast(coalesce(c.birth_year, 0) as bigint) * 100000 + date_diff('day', date '1900-01-01', c.known_from) as entry,
    substr(md5(concat(coalesce(cast(c.birth_year as varchar), ''), '/', cast(c.known_from as varchar))), 1, 4) < $control_key as is_kept
  from customer c
  left join org o on o.org_id = c.branch_id
  left join group_member g on g.customer_id = c.customer_id and g.group_code = $group_rule
  left join first_use f on f.customer_id = c.customer_id
  where $branches = 'all' or ($branches = 'in_reach' and o.community_in_reach)
    or contains(concat(',', $branches, ','), concat(',', c.branch_id, ','))
),
visitor as (
  select m.*, year(used_on) * 4 + quarter(used_on) - 1 as quarter, used_on as index_day, year(used_on) - birth_year as age
  from member m
  where used_on + $moved_days >= cast($first_day as date) and used_on + $moved_days < cast($last_day as date) and known_from < used_on
    and used_on >= (select min(issue_date) from policy)
    and date_diff('day', used_on, (select max(issue_date) from policy)) >= 365
    and case when $group_rule = '' then year(used_on) - birth_year between $age_from and $age_to else is_named end = $is_focus
),
place as (
  select branch_id, quarter, index_day, row_number() over (partition by branch_id, quarter order by index_day) - 1 as place
  from visitor
),
places as (
  select branch_id, quarter, year(min(index_day)) as in_year, count(*) as places
  from visitor
  group by branch_id, quarter
),
chance as (
  select m.*, q.quarter, q.places, q.in_year - m.birth_year as age, (m.entry * 48271 + q.quarter * 69621) % 2147483647 as digest
  from member m join places q on q.branch_id = m.branch_id
  where m.is_kept
    and case when $group_rule = '' then q.in_year - m.birth_year between $age_from and $age_to else m.is_named end = $is_focus
),
risk as (
  select customer_id, index_day, true as is_exposed, quarter, branch_id, agent_id, age, wealth_band, income_cents, assets_cents,
    known_from, used_on, invitation
  from visitor
  union all
  select h.customer_id, p.index_day, false, h.quarter, h.branch_id, h.agent_id, h.age, h.wealth_band, h.income_cents,
    h.assets_cents, h.known_from, h.used_on, h.invitation
  from chance h
  join place p on p.branch_id = h.branch_id and p.quarter = h.quarter
    and p.place = h.digest * h.digest % 2147483647 * 16807 % 2147483647 % h.places
  where h.known_from < p.index_day and (h.used_on is null or h.used_on > p.index_day)
),
asked as (
  select r.customer_id, r.index_day,
    count(*) filter (where p.proposed_on <= r.index_day and coalesce(p.closed_on, date '9999-12-31') >= r.index_day) as still_open,
    count(*) filter (where k.line in ('whole_life', 'annuity') and date_diff('day', r.index_day, p.proposed_on) between 1 and 365)
      as proposals
  from risk r
  join proposal p on p.customer_id = r.customer_id
  join product k on k.product_id = p.product_id
  group by r.customer_id, r.index_day
),
owned as (
  select o.customer_id, o.issue_date, cast(o.issue_date as varchar) || o.agent_id as handled, o.annual_premium_cents,
    o.annual_premium_cents * o.pay_term_years as committed_cents,
    o.status <> 'freelook_cancelled' as counts, k.line in ('whole_life', 'annuity') as is_savings,
    (o.pay_term_years > 1 and o.annual_premium_cents >= $threshold_cents)
      or o.annual_premium_cents * o.pay_term_years >= $committed_cents as is_big
  from policy o join product k on k.product_id = o.product_id
),
bought as (
  select r.customer_id, r.index_day,
    max(case when o.issue_date <= r.index_day then o.handled end) as handled_before,
    min(case when o.issue_date > r.index_day then o.handled end) as handled_after,
    count(*) filter (where o.counts and o.issue_date < r.index_day) as prior_policies,
    count(*) filter (where o.counts and date_diff('day', r.index_day, o.issue_date) between 1 and 365) as policies,
    count(*) filter (where o.counts and o.is_savings and date_diff('day', r.index_day, o.issue_date) between 1 and 365) as sales,
    count(*) filter (where o.counts and o.is_big and date_diff('day', r.index_day, o.issue_date) between 1 and 365) as big_policies,
    sum(o.annual_premium_cents) filter (where o.counts and o.is_savings
      and date_diff('day', r.index_day, o.issue_date) between 1 and 365) as fyp_cents,
    max(o.committed_cents) filter (where o.counts
      and date_diff('day', r.index_day, o.issue_date) between 1 and 365) as largest_cents
  from risk r join owned o on o.customer_id = r.customer_id
  group by r.customer_id, r.index_day
),
repeated as (
  select v.customer_id, count(*) as uses
  from visitor v
  join service_use u on u.customer_id = v.customer_id and u.service_id = $service_id
    and date_diff('day', v.used_on + $moved_days, u.used_on) <= 365
  group by v.customer_id
),
handled as (
  select r.*, s.proposals, b.prior_policies, b.policies, b.sales, b.big_policies, b.fyp_cents, b.largest_cents,
    substr(coalesce(case when r.is_exposed and $moved_days = 0 then r.invitation end, b.handled_before), 11) as agent_before,
    substr(least(coalesce(b.handled_after, r.invitation), coalesce(r.invitation, b.handled_after)), 11) as agent_after
  from risk r
  left join asked s on s.customer_id = r.customer_id and s.index_day = r.index_day
  left join bought b on b.customer_id = r.customer_id and b.index_day = r.index_day
  where coalesce(s.still_open, 0) = 0
),
charge as (
  select h.*,
    coalesce(case when e.leave_date is null or e.leave_date > h.index_day then e.agent_id end, h.agent_after, h.agent_id)
      as in_charge
  from handled h left join agent e on e.agent_id = h.agent_before
)
select g.customer_id, g.index_day, g.is_exposed, g.quarter, g.branch_id, g.in_charge as agent_id, g.age, g.wealth_band, g.income_cents / 100.0 as income_yuan,
  g.assets_cents / 100.0 as assets_yuan, a.skill_tier,
  coalesce(a.certified_on < g.index_day, false) as is_certified, cast(coalesce(g.prior_policies, 0) as bigint) as prior_policies,
  date_diff('day', g.known_from, g.index_day) / 365.25 as tenure_years,
  cast(coalesce(g.proposals, 0) > 0 as integer) as proposals, cast(coalesce(g.sales, 0) > 0 as integer) as sales,
  cast(coalesce(g.big_policies, 0) > 0 as integer) as big_policies, coalesce(g.fyp_cents, 0) / 100.0 as fyp_yuan,
  cast(coalesce(g.policies, 0) as bigint) as policies, coalesce(g.largest_cents, 0) / 100.0 as largest_yuan,
  cast(coalesce(not g.is_exposed and date_diff('day', g.index_day, g.used_on) <= 365, false) as integer) as came_later,
  cast(case when g.is_exposed then coalesce(n.uses, 0) else 0 end as bigint) as uses
from charge g
left join agent a on a.agent_id = g.in_charge
left join repeated n on n.customer_id = g.customer_id and g.is_exposed
order by g.customer_id, g.index_day
