-- All units that are configured, in the order of every list.
SELECT * FROM device WHERE current = 1 ORDER BY name, context;
