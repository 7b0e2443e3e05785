-- One row per natural group (`none` for customers whom no rule names): how many customers the rules recognise.
-- unread_rules: how many lines of the rules read a field that no customer has, and so name nobody; the same in every row.
-- group_code · customers · unread_rules
with recognised as (
  select customer_id, min(group_code) as group_code
  from group_member
  group by customer_id
),
known as (
  select count(city) as cities, count(district) as districts, count(occupation) as occupations, count(household) as households,
    count(birth_year) as births
  from customer
),
unread as (
  select count(*) as unread_rules
  from group_rule r cross join known k
  where (r.city is not null and k.cities = 0) or (r.district is not null and k.districts = 0)
    or (r.occupation is not null and k.occupations = 0) or (r.household is not null and k.households = 0)
    or (coalesce(r.birth_from, r.birth_to) is not null and k.births = 0)
)
select coalesce(g.group_code, 'none') as group_code, count(*) as customers, max(u.unread_rules) as unread_rules
from customer c
cross join unread u
left join recognised g on g.customer_id = c.customer_id
group by coalesce(g.group_code, 'none')
order by group_code
