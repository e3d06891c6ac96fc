-- One tunnel that is there now. What is not unknown was heard about at the last good poll of its device. Its other end is
-- the tunnel that has our address as its peer, and our peer as its own address.
SELECT here.id, here.device_id, here.device, here.context, here.peer, here.name, here.owner, here.expect, here.ike_version,
	here.role, here.status, here.status_since_ms, here.status_reason, here.ike_state, here.ike_state_since_ms,
	here.flapping, here.session_index, here.established_at_ms, here.tunnel_group, here.interface, here.local_endpoint,
	here.remote_endpoint, here.local_addr, here.restarts, here.first_seen_ms,
	iif(here.status = 'unknown', here.last_seen_ms, max(here.last_seen_ms,
		(SELECT last_poll_at_ms FROM device WHERE device.id = here.device_id))) AS last_seen_ms,
	here.selectors, ifnull(there.id, 0) AS other_id, there.device AS other_device, there.context AS other_context
FROM tunnel AS here
LEFT JOIN tunnel AS there INDEXED BY tunnel_by_peer
	ON there.current = 1 AND there.peer = here.local_addr AND there.local_addr = here.peer
WHERE here.id = :id AND here.current = 1 LIMIT 1;
