-- The reference of bench_store: what one would write first. A row a sample, found by selector and time.
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
CREATE TABLE sample (
	selector INTEGER NOT NULL,
	at_ms INTEGER NOT NULL,
	encaps_pkts INTEGER,
	decaps_pkts INTEGER,
	tx_bytes INTEGER,
	rx_bytes INTEGER,
	send_errors INTEGER,
	recv_errors INTEGER
) STRICT;
CREATE INDEX sample_by_selector ON sample (selector, at_ms);

BEGIN;
INSERT INTO sample VALUES (?, ?, ?, ?, ?, ?, ?, ?);
COMMIT;
