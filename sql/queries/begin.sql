-- No half transaction may wait for a lock another statement holds: take it at once.
BEGIN IMMEDIATE;
