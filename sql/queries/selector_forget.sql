-- A selector leaves the current state.
UPDATE selector SET current = 0 WHERE id = :id;
