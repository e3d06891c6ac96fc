-- A tunnel, new or changed. Its status has a statement of its own, because indexes hang on it.
INSERT INTO tunnel (id, device_id, device, context, peer, current, name, owner, expect, ike_version, role, status,
	status_since_ms, status_reason, ike_state, ike_state_since_ms, flapping, session_index, established_at_ms,
	tunnel_group, interface, local_endpoint, remote_endpoint, local_addr, restarts, first_seen_ms, last_seen_ms, selectors)
VALUES (:id, :device_id, :device, :context, :peer, 1, :name, :owner, :expect, :ike_version, :role, :status,
	:status_since_ms, :status_reason, :ike_state, :ike_state_since_ms, :flapping, :session_index, :established_at_ms,
	:tunnel_group, :interface, :local_endpoint, :remote_endpoint, :local_addr, :restarts, :first_seen_ms, :last_seen_ms,
	:selectors)
ON CONFLICT (id) DO UPDATE SET
	expect = :expect, ike_version = :ike_version, role = :role,
	status_since_ms = :status_since_ms, status_reason = :status_reason, ike_state = :ike_state,
	ike_state_since_ms = :ike_state_since_ms, session_index = :session_index, established_at_ms = :established_at_ms,
	tunnel_group = :tunnel_group, interface = :interface, local_endpoint = :local_endpoint,
	remote_endpoint = :remote_endpoint, local_addr = :local_addr, restarts = :restarts, first_seen_ms = :first_seen_ms,
	last_seen_ms = :last_seen_ms, selectors = :selectors;
