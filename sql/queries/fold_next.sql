-- A unit that has samples of a finished hour to fold.
SELECT id FROM device WHERE journal_seq > folded_seq AND unfolded_from_ms < :until_ms LIMIT 1;
