-- One row per group and kind of customer, as a typical deck would count them: any visit and any big policy, whichever came first.
-- guests: everybody who came, on the file of customers or not; guests_on_file: those of them who are on it. dated: policies that name
-- their proposal; swapped: those of them issued before it was made, whose days are wrong. The same in every row.
-- Ages are those on the last day looked at, a year before the data end if none is given.
-- is_focus · has_visited · holds_letter · customers · with_policy · with_big_policy · with_sale · with_proposal · fyp_yuan
-- guests · guests_on_file · dated · swapped
with day as (
  select least(cast($last_day as date), max(issue_date) - interval 365 day) as last_day from policy
),
visited as (
  select distinct customer_id from service_use where service_id = $service_id
),
guest as (
  select count(v.customer_id) as guests, count(c.customer_id) as guests_on_file
  from visited v left join customer c on c.customer_id = v.customer_id
),
checked as (
  select count(*) as dated, count(*) filter (where o.issue_date < p.proposed_on) as swapped
  from policy o join proposal p on p.proposal_id = o.proposal_id
),
lettered as (
  select distinct customer_id from entitlement where service_id = $service_id
),
bought as (
  select o.customer_id, count(*) filter (where (o.pay_term_years > 1 and o.annual_premium_cents >= $threshold_cents)
      or o.annual_premium_cents * o.pay_term_years >= $committed_cents) as big_policies,
    count(*) filter (where k.line in ('whole_life', 'annuity')) as sales,
    sum(o.annual_premium_cents) filter (where k.line in ('whole_life', 'annuity')) as fyp_cents
  from policy o join product k on k.product_id = o.product_id
  where o.status <> 'freelook_cancelled'
  group by o.customer_id
),
asked as (
  select distinct p.customer_id
  from proposal p join product k on k.product_id = p.product_id and k.line in ('whole_life', 'annuity')
)
select coalesce(case when $group_rule = '' then year(d.last_day) - c.birth_year between $age_from and $age_to
    else m.customer_id is not null end and ($branches = 'all' or ($branches = 'in_reach' and o.community_in_reach)
    or contains(concat(',', $branches, ','), concat(',', c.branch_id, ','))), false) as is_focus,
  v.customer_id is not null as has_visited, l.customer_id is not null as holds_letter, count(*) as customers,
  count(*) filter (where b.customer_id is not null) as with_policy,
  count(*) filter (where b.big_policies > 0) as with_big_policy, count(*) filter (where b.sales > 0) as with_sale,
  count(*) filter (where s.customer_id is not null) as with_proposal, coalesce(sum(b.fyp_cents), 0) / 100.0 as fyp_yuan,
  max(g.guests) as guests, max(g.guests_on_file) as guests_on_file,
  max(e.dated) as dated, max(e.swapped) as swapped
from customer c
cross join day d
cross join guest g
cross join checked e
left join org o on o.org_id = c.branch_id
left join group_member m on m.customer_id = c.customer_id and m.group_code = $group_rule
left join visited v on v.customer_id = c.customer_id
left join lettered l on l.customer_id = c.customer_id
left join bought b on b.customer_id = c.customer_id
left join asked s on s.customer_id = c.customer_id
group by 1, 2, 3
order by is_focus, has_visited, holds_letter
