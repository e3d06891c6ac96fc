-- The store's own numbers of a unit.
SELECT no, journal_seq, folded_seq, unfolded_from_ms, rolled_day FROM device WHERE id = :id;
