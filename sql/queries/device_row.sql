-- One unit that is configured.
SELECT * FROM device WHERE id = :id AND current = 1;
