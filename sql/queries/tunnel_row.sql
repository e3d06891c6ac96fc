-- One tunnel that is there now. What is not unknown was heard about at the last good poll of its device.
SELECT id, device_id, device, context, peer, name, owner, expect, ike_version, role, status,
	status_since_ms, status_reason, ike_state, ike_state_since_ms, flapping, session_index, established_at_ms,
	tunnel_group, interface, local_endpoint, remote_endpoint, restarts, first_seen_ms,
	iif(status = 'unknown', last_seen_ms, max(last_seen_ms,
		(SELECT last_poll_at_ms FROM device WHERE device.id = tunnel.device_id))) AS last_seen_ms,
	selectors
FROM tunnel WHERE id = :id AND current = 1;
