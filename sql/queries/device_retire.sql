-- A unit leaves the current state.
UPDATE device SET current = 0, live = NULL WHERE id = :id;
