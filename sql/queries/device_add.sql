-- A unit at its first poll.
INSERT INTO device (id, name, context, current, address, state, state_since_ms, last_poll_at_ms, last_try_at_ms,
	next_poll_at_ms, booted_at_ms, journal_seq, folded_seq, unfolded_from_ms, rolled_day, live_at_ms)
VALUES (:id, :name, :context, 1, :address, :state, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
