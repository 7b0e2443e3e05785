-- One row per service event, from three tables: a service used, an activity attended, a recorded contact about a service.
-- event_id · party_kind (customer, agent) · party_id · service_id · stage (attended, used, contacted) · event_date · source
-- agent_id (who invited or made the contact)
select usage_id as event_id, 'customer' as party_kind, customer_id as party_id, service_id, 'used' as stage,
  used_on as event_date, 'usage' as source, cast(null as varchar) as agent_id
from usage
union all
select t.attendance_id, t.party_kind, t.party_id, a.service_id, 'attended', t.attended_on, 'attendance', t.invited_by
from attendance t join activity a on a.activity_id = t.activity_id
union all
select contact_id, 'customer', customer_id, service_id, 'contacted', contacted_on, 'contact', agent_id
from contact
