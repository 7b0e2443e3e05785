-- One row per channel and product line: the big policies, as a branch would list them.
-- channel · line · policies · big_policies · big_customers · big_fyp_yuan
select o.channel, coalesce(k.line, 'unknown') as line, count(*) as policies,
  count(*) filter (where (o.pay_term_years > 1 and o.annual_premium_cents >= $threshold_cents)
    or o.annual_premium_cents * o.pay_term_years >= $committed_cents) as big_policies,
  count(distinct case when (o.pay_term_years > 1 and o.annual_premium_cents >= $threshold_cents)
    or o.annual_premium_cents * o.pay_term_years >= $committed_cents then o.customer_id end) as big_customers,
  coalesce(sum(case when (o.pay_term_years > 1 and o.annual_premium_cents >= $threshold_cents)
    or o.annual_premium_cents * o.pay_term_years >= $committed_cents then o.annual_premium_cents end), 0) / 100.0 as big_fyp_yuan
from policy o left join product k on k.product_id = o.product_id
where o.status <> 'freelook_cancelled'
group by o.channel, coalesce(k.line, 'unknown')
order by o.channel, line
