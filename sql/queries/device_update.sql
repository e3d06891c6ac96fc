-- Every poll of a unit ends here. No column of an index is set, so one leaf page is all that changes.
UPDATE device SET
	address = :address, state = :state, state_since_ms = :state_since_ms, error = :error,
	last_poll_at_ms = :last_poll_at_ms, last_try_at_ms = :last_try_at_ms, next_poll_at_ms = :next_poll_at_ms,
	version = :version, hardware = :hardware, serial = :serial, hostname = :hostname, booted_at_ms = :booted_at_ms,
	failover_role = :failover_role, failover_unit = :failover_unit,
	config_modified_by = :config_modified_by, config_modified_at = :config_modified_at,
	clock_skew_ms = :clock_skew_ms, cpu_percent = :cpu_percent,
	commands = :commands, bytes = :bytes, cli_ms = :cli_ms, polls = :polls, failures = :failures,
	last_commands = :last_commands, last_bytes = :last_bytes, last_cli_ms = :last_cli_ms,
	lines = :lines, lines_skipped = :lines_skipped, capacity_tunnels = :capacity_tunnels,
	current = 1, journal_seq = :journal_seq, unfolded_from_ms = :unfolded_from_ms,
	live_at_ms = CASE WHEN :live_given THEN :at_ms ELSE live_at_ms END,
	live = CASE WHEN :live_given THEN :live ELSE live END
WHERE id = :id;
