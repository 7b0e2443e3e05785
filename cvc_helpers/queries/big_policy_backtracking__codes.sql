-- One row per code that a question may name and the data know: services, natural groups, branches with customers; null for no name.
-- kind (service, group_rule, branch) · code · name
select 'service' as kind, n.service_id as code, s.name
from (
  select service_id from service
  union
  select service_id from activity
  union
  select service_id from usage
  union
  select service_id from contact
) n
left join service s on s.service_id = n.service_id
where n.service_id is not null
union all
select 'group_rule', group_code, cast(null as varchar)
from group_rule
where group_code is not null
group by group_code
union all
select 'branch', b.branch_id, o.name
from (select distinct branch_id from customer where branch_id is not null) b
left join org o on o.org_id = b.branch_id
order by kind, code
