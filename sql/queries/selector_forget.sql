-- A selector leaves the current state.
UPDATE selector SET current = 0, left_at_ms = :at_ms WHERE id = :id AND current = 1;
