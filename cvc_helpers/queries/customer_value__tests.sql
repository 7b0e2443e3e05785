-- One row per test of a value proposition: what the customer said, the group that the rules saw before the contact
-- (null: none), and what was known of the customer beforehand.
-- test_id · customer_id · contacted_on · rule_defined_on · proposition · response · is_useful · is_worthwhile
-- is_suitable · is_converted · confirmed_group · group_code · branch_id · age · sex · wealth_band · income_yuan · assets_yuan
-- skill_tier · tenure_years · city · district · occupation · household (the fields that a rule reads, beside the year of birth)
with recognised as (
  select customer_id, min(group_code) as group_code
  from group_member
  group by customer_id
),
written as (
  select max(defined_on) as rule_defined_on from group_rule
)
select t.test_id, t.customer_id, t.contacted_on, w.rule_defined_on, t.proposition, t.response,
  cast(t.is_useful as integer) as is_useful, cast(t.is_worthwhile as integer) as is_worthwhile,
  cast(t.is_suitable as integer) as is_suitable, cast(t.is_converted as integer) as is_converted,
  t.confirmed_group, g.group_code, c.branch_id, year(t.contacted_on) - c.birth_year as age, c.sex, c.wealth_band,
  c.income_cents / 100.0 as income_yuan, c.assets_cents / 100.0 as assets_yuan, a.skill_tier, date_diff('day', c.known_from, t.contacted_on) / 365.25 as tenure_years,
  c.city, c.district, c.occupation, c.household
from value_test t
cross join written w
join customer c on c.customer_id = t.customer_id
left join agent a on a.agent_id = c.agent_id
left join recognised g on g.customer_id = t.customer_id
order by t.test_id
