-- Findings that were over too long ago.
DELETE FROM finding WHERE no IN (SELECT no FROM finding WHERE gone_ms > 0 AND gone_ms < :at_ms LIMIT :limit);
