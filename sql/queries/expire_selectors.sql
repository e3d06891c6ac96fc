-- Selectors that left so long ago that nothing is kept about them.
DELETE FROM selector WHERE no IN (SELECT no FROM selector WHERE current = 0 AND left_at_ms < :at_ms LIMIT :limit);
