-- Units that are in the current state.
SELECT id, name, context FROM device WHERE current = 1;
