-- A unit whose newest rolled-up day is not yet :day.
SELECT id, no, rolled_day FROM device WHERE rolled_day < :day LIMIT 1;
