-- One row per quote chosen (number below $quote_key): what came before it, what became of it, and who was asked.
-- A service counts if it was used or attended in the $window_days before the quote; used_ever counts it whenever it came.
-- quote_id · agent_id · is_complex · is_converted · used_before · used_ever · team_score · is_assessed_late · need_score
-- wealth_band · income_yuan · assets_yuan · tenure_years · branch_id · service_cost_yuan · contribution_yuan
select q.quote_id, q.agent_id, q.is_complex, q.is_converted,
  coalesce(date_diff('day', q.service_on, q.quoted_on) between 1 and $window_days, false) as used_before,
  q.service_on is not null as used_ever, q.team_score,
  coalesce(q.assessed_on >= q.quoted_on or (q.service_on < q.quoted_on and q.assessed_on >= q.service_on), false)
    as is_assessed_late,
  q.need_score, u.wealth_band, u.income_cents / 100.0 as income_yuan, u.assets_cents / 100.0 as assets_yuan,
  date_diff('day', u.known_from, q.quoted_on) / 365.25 as tenure_years, u.branch_id,
  q.service_cost_cents / 100.0 as service_cost_yuan, q.contribution_cents / 100.0 as contribution_yuan
from quote q
left join customer u on u.customer_id = q.customer_id
where substr(md5(q.quote_id), 1, 4) < $quote_key
order by q.quote_id
