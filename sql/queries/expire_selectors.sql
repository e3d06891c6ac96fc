-- Selectors that left so long ago that nothing is kept about them.
DELETE FROM selector WHERE no IN (SELECT no FROM selector WHERE current = 0 AND status_since_ms < :at_ms LIMIT :limit);
