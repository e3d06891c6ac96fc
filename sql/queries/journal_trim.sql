-- Polls that every unit has folded. The newest poll stays: its seq is the generation.
DELETE FROM journal WHERE seq IN (SELECT seq FROM journal WHERE seq < :newest AND seq <= coalesce(
	(SELECT min(folded_seq) FROM device WHERE journal_seq > folded_seq), :newest) ORDER BY seq LIMIT :limit);
