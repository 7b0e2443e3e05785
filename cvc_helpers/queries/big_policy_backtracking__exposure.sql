-- One row per proposal chosen: every one that became a big policy, and of the others those whose digest lies below $control_key.
-- Visits are the customer's uses of the service in the $window_days days before the proposal; the letter counts if granted before it.
-- stands_for: how many proposals a row stands for, 1 where it was bound to be kept. is_swapped: its policy was issued before it was
-- made, so that its day is wrong and what came before it unknown.
-- proposal_id · customer_id · agent_id · branch_id · quarter · month · is_focus · is_sold · is_big · annual_premium_yuan
-- pay_term_years · line · visits · held_letter · wealth_band · income_yuan · assets_yuan · skill_tier · is_certified
-- prior_policies · tenure_years · stands_for · is_swapped
with sold as (
  select proposal_id, issue_date, pay_term_years, annual_premium_cents,
    (pay_term_years > 1 and annual_premium_cents >= $threshold_cents)
      or annual_premium_cents * pay_term_years >= $committed_cents as is_big
  from policy
  where proposal_id is not null and status <> 'freelook_cancelled'
),
chosen as (
  select p.proposal_id, p.customer_id, p.agent_id, p.proposed_on, s.proposal_id is not null as is_sold,
    coalesce(s.is_big, false) as is_big, s.annual_premium_cents, s.pay_term_years,
    k.line, coalesce(s.issue_date < p.proposed_on, false) as is_swapped
  from proposal p
  join product k on k.product_id = p.product_id
  left join sold s on s.proposal_id = p.proposal_id
  where k.line in ('whole_life', 'annuity') and p.proposed_on >= cast($first_day as date)
    and (coalesce(s.is_big, false) or substr(md5(concat(cast(p.proposed_on as varchar), '/', cast(p.annual_premium_cents as varchar))), 1, 4)
      < $control_key)
),
before_it as (
  select c.proposal_id, count(*) as visits
  from chosen c
  join service_use u on u.customer_id = c.customer_id and u.service_id = $service_id
    and date_diff('day', u.used_on, c.proposed_on) between 1 and $window_days
  group by c.proposal_id
),
letter as (
  select c.proposal_id, count(*) as letters
  from chosen c join entitlement g on g.customer_id = c.customer_id
    and g.service_id = $service_id and g.granted_on < c.proposed_on
  group by c.proposal_id
),
earlier as (
  select c.proposal_id, count(*) as prior_policies
  from chosen c join policy o on o.customer_id = c.customer_id and o.issue_date < c.proposed_on
  group by c.proposal_id
)
select c.proposal_id, c.customer_id, c.agent_id, u.branch_id, year(c.proposed_on) * 4 + quarter(c.proposed_on) - 1 as quarter,
  year(c.proposed_on) * 12 + month(c.proposed_on) - 1 as month,
  coalesce(case when $group_rule = '' then year(c.proposed_on) - u.birth_year between $age_from and $age_to
    else g.customer_id is not null end and ($branches = 'all' or ($branches = 'in_reach' and o.community_in_reach)
    or contains(concat(',', $branches, ','), concat(',', u.branch_id, ','))), false) as is_focus,
  c.is_sold, c.is_big, c.annual_premium_cents / 100.0 as annual_premium_yuan, c.pay_term_years, c.line,
  coalesce(b.visits, 0) as visits, coalesce(l.letters, 0) > 0 as held_letter, u.wealth_band,
  u.income_cents / 100.0 as income_yuan, u.assets_cents / 100.0 as assets_yuan, a.skill_tier,
  coalesce(a.certified_on < c.proposed_on, false) as is_certified, coalesce(y.prior_policies, 0) as prior_policies,
  date_diff('day', u.known_from, c.proposed_on) / 365.25 as tenure_years,
  case when c.is_big then 1.0 else 1.0 / $control_share end as stands_for, c.is_swapped
from chosen c
join customer u on u.customer_id = c.customer_id
left join org o on o.org_id = u.branch_id
left join group_member g on g.customer_id = c.customer_id and g.group_code = $group_rule
left join agent a on a.agent_id = c.agent_id
left join before_it b on b.proposal_id = c.proposal_id
left join letter l on l.proposal_id = c.proposal_id
left join earlier y on y.proposal_id = c.proposal_id
order by c.proposal_id
