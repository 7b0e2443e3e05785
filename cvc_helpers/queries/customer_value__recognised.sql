-- One row per natural group (`none` for customers whom no rule names): how many customers the rules recognise.
-- group_code · customers
with recognised as (
  select customer_id, min(group_code) as group_code
  from group_member
  group by customer_id
)
select coalesce(g.group_code, 'none') as group_code, count(*) as customers
from customer c left join recognised g on g.customer_id = c.customer_id
group by coalesce(g.group_code, 'none')
order by group_code
