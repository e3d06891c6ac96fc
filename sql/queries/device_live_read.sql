-- The packed piece of one unit.
SELECT live_at_ms, live FROM device WHERE id = :id;
