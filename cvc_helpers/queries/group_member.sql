-- One row per customer and natural group whose rule the customer meets; what a line of the rule leaves open holds for everybody.
-- customer_id · group_code
select distinct c.customer_id, r.group_code
from customer c join group_rule r on (r.city is null or r.city = c.city)
  and (r.district is null or r.district = c.district) and (r.occupation is null or r.occupation = c.occupation)
  and (r.household is null or r.household = c.household)
  and (r.birth_from is null or c.birth_year >= r.birth_from) and (r.birth_to is null or c.birth_year <= r.birth_to)
