-- One row per customer and quarter in which the customer had not used the service before and had no open proposal.
-- is_exposed: first use falls in the quarter. Outcomes: the four quarters that follow, which must lie in the data. All whose
-- first use it is are kept; of the others, whether they come later or never, those whose digest of birth year and date of
-- entry (not of the number, which may be renamed) lies below $control_key.
-- customer_id · quarter · branch_id · is_exposed · age · wealth_band · skill_tier · is_certified · prior_policies · tenure_years
-- proposals · sales · big_policies · fyp_yuan
with first_use as (
  select t.party_id as customer_id, min(t.attended_on) as used_on
  from attendance t join activity a on a.activity_id = t.activity_id
  where t.party_kind = 'customer' and a.service_id = $service_id
  group by t.party_id
),
landmark as (
  select distinct cast(date_trunc('quarter', month_start) as date) as starts_on,
    year(month_start) * 4 + quarter(month_start) - 1 as quarter
  from (select issue_date as month_start from policy
        where issue_date >= cast($first_day as date) and issue_date < cast($last_day as date)) d
  where year(month_start) * 4 + quarter(month_start) - 1 + 4
    <= (select max(year(issue_date) * 4 + quarter(issue_date) - 1) from policy)
),
risk as (
  select c.customer_id, c.branch_id, c.wealth_band, c.agent_id, c.known_from, q.quarter, q.starts_on,
    year(q.starts_on) - c.birth_year as age,
    coalesce(year(f.used_on) * 4 + quarter(f.used_on) - 1 = q.quarter, false) as is_exposed
  from customer c
  join org o on o.org_id = c.branch_id and o.community_in_reach
  join landmark q on c.known_from < q.starts_on
  left join first_use f on f.customer_id = c.customer_id
  where (f.used_on is null or f.used_on >= q.starts_on)
    and (coalesce(year(f.used_on) * 4 + quarter(f.used_on) - 1 = q.quarter, false) or substr(md5(concat(coalesce(cast(c.birth_year as varchar), ''), '/', cast(c.known_from as varchar))), 1, 4)
      < $control_key)
    and (year(q.starts_on) - c.birth_year between $age_from and $age_to) = $is_focus
),
still_open as (
  select r.customer_id, r.quarter, count(*) as proposals
  from risk r join proposal p on p.customer_id = r.customer_id and p.proposed_on < r.starts_on
    and coalesce(p.closed_on, date '9999-12-31') >= r.starts_on
  group by r.customer_id, r.quarter
),
asked as (
  select p.customer_id, year(p.proposed_on) * 4 + quarter(p.proposed_on) - 1 as quarter, count(*) as proposals
  from proposal p join product k on k.product_id = p.product_id and k.line in ('whole_life', 'annuity')
  group by p.customer_id, year(p.proposed_on) * 4 + quarter(p.proposed_on) - 1
),
bought as (
  select o.customer_id, year(o.issue_date) * 4 + quarter(o.issue_date) - 1 as quarter, count(*) as policies,
    count(*) filter (where k.line in ('whole_life', 'annuity')) as sales,
    sum(o.annual_premium_cents) filter (where k.line in ('whole_life', 'annuity')) as fyp_cents,
    count(*) filter (where (o.pay_term_years > 1 and o.annual_premium_cents >= $threshold_cents)
      or o.annual_premium_cents * o.pay_term_years >= $committed_cents) as big_policies
  from policy o join product k on k.product_id = o.product_id
  where o.status <> 'freelook_cancelled'
  group by o.customer_id, year(o.issue_date) * 4 + quarter(o.issue_date) - 1
),
asked_after as (
  select r.customer_id, r.quarter, sum(s.proposals) as proposals
  from risk r join asked s on s.customer_id = r.customer_id and s.quarter between r.quarter + 1 and r.quarter + 4
  group by r.customer_id, r.quarter
),
bought_around as (
  select r.customer_id, r.quarter,
    sum(b.sales) filter (where b.quarter > r.quarter) as sales,
    sum(b.big_policies) filter (where b.quarter > r.quarter) as big_policies,
    sum(b.fyp_cents) filter (where b.quarter > r.quarter) as fyp_cents,
    sum(b.policies) filter (where b.quarter < r.quarter) as prior_policies
  from risk r join bought b on b.customer_id = r.customer_id
    and (b.quarter between r.quarter + 1 and r.quarter + 4 or b.quarter < r.quarter)
  group by r.customer_id, r.quarter
)
select r.customer_id, r.quarter, r.branch_id, r.is_exposed, r.age, r.wealth_band, a.skill_tier,
  coalesce(a.certified_on < r.starts_on, false) as is_certified,
  cast(coalesce(b.prior_policies, 0) as bigint) as prior_policies,
  date_diff('day', r.known_from, r.starts_on) / 365.25 as tenure_years,
  cast(coalesce(s.proposals, 0) > 0 as integer) as proposals, cast(coalesce(b.sales, 0) > 0 as integer) as sales,
  cast(coalesce(b.big_policies, 0) > 0 as integer) as big_policies, coalesce(b.fyp_cents, 0) / 100.0 as fyp_yuan
from risk r
left join agent a on a.agent_id = r.agent_id
left join still_open w on w.customer_id = r.customer_id and w.quarter = r.quarter
left join asked_after s on s.customer_id = r.customer_id and s.quarter = r.quarter
left join bought_around b on b.customer_id = r.customer_id and b.quarter = r.quarter
where w.proposals is null
order by r.customer_id, r.quarter
