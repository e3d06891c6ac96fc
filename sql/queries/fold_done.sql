-- How far a unit is folded.
UPDATE device SET folded_seq = :folded_seq, unfolded_from_ms = :unfolded_from_ms WHERE id = :id;
