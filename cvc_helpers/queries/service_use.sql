-- One row per use of a service by a customer, counted as `service_kind` says.
-- service_id · customer_id · used_on · stage · agent_id (who invited or made the contact; null where nobody is named)
select e.service_id, e.party_id as customer_id, e.event_date as used_on, e.stage, e.agent_id
from service_event e join service_kind k on k.service_id = e.service_id and k.stage = e.stage
where e.party_kind = 'customer' and e.party_id is not null and e.event_date is not null
