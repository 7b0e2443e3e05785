-- One row per natural group (`none` for customers whom no rule names): how many customers the rules recognise.
-- group_code · customers
with recognised as (
  select c.customer_id, min(r.group_code) as group_code
  from customer c join group_rule r on r.city = c.city
  where (r.district is null or r.district = c.district) and (r.occupation is null or r.occupation = c.occupation)
    and (r.household is null or r.household = c.household)
    and (r.birth_from is null or c.birth_year >= r.birth_from) and (r.birth_to is null or c.birth_year <= r.birth_to)
  group by c.customer_id
)
select coalesce(g.group_code, 'none') as group_code, count(*) as customers
from customer c left join recognised g on g.customer_id = c.customer_id
group by coalesce(g.group_code, 'none')
order by group_code
