-- One row per half of the cohort, agent in charge and policy year: how many customers, how many in force, what they brought.
-- From the second year on a row of the table is a customer up for renewal; in_force counts those who renewed.
-- Wealth is the band; where nobody has one, the logarithm of income, else of assets.
-- is_service_driven · agent_id · policy_year · customers · effective · in_force · contribution_yuan · repeat_yuan
-- service_cost_yuan · benefit_yuan · wealth · wealth_squared · wealth_known
with known as (
  select count(wealth_band) as bands, count(income_cents) as incomes from customer
),
measured as (
  select customer_id, case when bands > 0 then wealth_band when incomes > 0 then case when income_cents > 0 then ln(income_cents) end
    when assets_cents > 0 then ln(assets_cents) end as wealth
  from customer cross join known
)
select y.is_service_driven, y.agent_id, y.policy_year, count(*) as customers,
  count(*) filter (where y.is_effective) as effective, count(*) filter (where y.is_in_force) as in_force,
  coalesce(sum(y.contribution_cents) filter (where y.is_in_force), 0) / 100.0 as contribution_yuan,
  coalesce(sum(y.repeat_contribution_cents) filter (where y.is_in_force), 0) / 100.0 as repeat_yuan,
  coalesce(sum(y.service_cost_cents) filter (where y.is_in_force), 0) / 100.0 as service_cost_yuan,
  coalesce(sum(y.customer_benefit_cents) filter (where y.is_in_force), 0) / 100.0 as benefit_yuan,
  coalesce(sum(u.wealth), 0) as wealth, coalesce(sum(u.wealth * u.wealth), 0) as wealth_squared,
  count(u.wealth) as wealth_known
from customer_year y
left join measured u on u.customer_id = y.customer_id
group by y.is_service_driven, y.agent_id, y.policy_year
order by y.is_service_driven, y.agent_id, y.policy_year
