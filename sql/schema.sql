-- SPDX-License-Identifier: MIT
-- The database as it is after all migrations: read this, not them. A test compares it with a migrated database.
--
-- Times are milliseconds since 1970-01-01 UTC; 0 is "never" or "not known". A number that was not printed is NULL.
-- Identifiers are hashes that the programs make (64 bits, shown here as signed numbers); `no` is a small number that
-- this database gives, because it is what packed rows name tunnels and selectors by.

-- Who brought the database to which version, and when. One row a file in sql/migrations.
CREATE TABLE migration (
	version INTEGER PRIMARY KEY,
	name TEXT NOT NULL,
	applied_at_ms INTEGER NOT NULL
) STRICT;

-- A polled unit: a device or one context of it. The row is written once a poll, and is the only one of the current
-- state that always is.
CREATE TABLE device (
	no INTEGER PRIMARY KEY,
	id INTEGER NOT NULL UNIQUE,
	name TEXT NOT NULL,
	context TEXT NOT NULL,           -- '' for a device without contexts
	current INTEGER NOT NULL,        -- 0: no longer configured, kept for its history
	address TEXT,
	state TEXT NOT NULL,             -- ok, unreachable, auth-failed, …
	state_since_ms INTEGER NOT NULL,
	error TEXT,
	last_poll_at_ms INTEGER NOT NULL,
	last_try_at_ms INTEGER NOT NULL,
	next_poll_at_ms INTEGER NOT NULL,
	version TEXT,
	hardware TEXT,
	serial TEXT,
	hostname TEXT,
	booted_at_ms INTEGER NOT NULL,
	failover_role TEXT,
	failover_unit TEXT,
	config_modified_by TEXT,
	config_modified_at TEXT,
	clock_skew_ms INTEGER,
	cpu_percent INTEGER,
	commands INTEGER,
	bytes INTEGER,
	cli_ms INTEGER,
	polls INTEGER,
	failures INTEGER,
	last_commands INTEGER,
	last_bytes INTEGER,
	last_cli_ms INTEGER,
	lines INTEGER,
	lines_skipped INTEGER,
	capacity_tunnels INTEGER,
	-- The unit's rows of the journal are a chain, newest first (journal.previous_seq).
	journal_seq INTEGER NOT NULL,    -- the newest with samples; 0: none yet
	folded_seq INTEGER NOT NULL,     -- the newest that is in `hour` already
	unfolded_from_ms INTEGER NOT NULL, -- time of the oldest that is not; 0: all are
	rolled_day INTEGER NOT NULL,     -- the newest day (since 1970) that is in `day`
	-- Counters, rates and times of all its selectors at the last poll, packed (lib/store/pack.h). Last, so that
	-- reading the columns above never reads its pages.
	live_at_ms INTEGER NOT NULL,
	live BLOB
) STRICT;
CREATE UNIQUE INDEX device_by_name ON device (name, context);

-- A tunnel: one polled unit and one peer.
CREATE TABLE tunnel (
	no INTEGER PRIMARY KEY,
	id INTEGER NOT NULL UNIQUE,
	device_id INTEGER NOT NULL REFERENCES device (id),
	device TEXT NOT NULL,            -- name and context of the unit again: the order of lists
	context TEXT NOT NULL,
	peer TEXT NOT NULL,
	current INTEGER NOT NULL,        -- 0: forgotten, or of a unit no longer configured; kept for its history
	left_at_ms INTEGER NOT NULL DEFAULT 0, -- when it last became that
	name TEXT,
	owner TEXT,
	expect TEXT,
	ike_version INTEGER,
	role TEXT,
	status TEXT NOT NULL,
	status_since_ms INTEGER NOT NULL,
	status_reason TEXT,
	ike_state TEXT,
	ike_state_since_ms INTEGER NOT NULL,
	flapping INTEGER NOT NULL,
	session_index INTEGER,
	established_at_ms INTEGER NOT NULL,
	tunnel_group TEXT,
	interface TEXT,
	local_endpoint TEXT,
	remote_endpoint TEXT,
	restarts INTEGER,
	first_seen_ms INTEGER NOT NULL,
	last_seen_ms INTEGER NOT NULL,
	selectors INTEGER,
	local_addr TEXT                  -- our address in it, as the other end names its peer
) STRICT;
CREATE INDEX tunnel_by_device ON tunnel (device_id);
-- The order of every list; name and owner ride along for the search for a part of a word.
CREATE INDEX tunnel_by_place ON tunnel (device, context, peer, name, owner) WHERE current = 1;
-- Lists of one status, in the same order.
CREATE INDEX tunnel_by_status ON tunnel (status, device, context, peer) WHERE current = 1;
-- Who has this peer?
CREATE INDEX tunnel_by_peer ON tunnel (peer, device, context) WHERE current = 1;
-- Few flap, so the index is nearly empty.
CREATE INDEX tunnel_flapping ON tunnel (device, context, peer) WHERE current = 1 AND flapping = 1;
CREATE INDEX tunnel_gone ON tunnel (left_at_ms) WHERE current = 0;

-- Where three letters in a row stand: a rare part of a word is found without walking all tunnels.
CREATE VIRTUAL TABLE tunnel_words USING fts5 (
	device, peer, name, owner, content = 'tunnel', content_rowid = 'no', tokenize = 'trigram'
);
CREATE TRIGGER tunnel_words_in AFTER INSERT ON tunnel BEGIN
	INSERT INTO tunnel_words (rowid, device, peer, name, owner)
		VALUES (new.no, new.device, new.peer, new.name, new.owner);
END;
CREATE TRIGGER tunnel_words_out AFTER DELETE ON tunnel BEGIN
	INSERT INTO tunnel_words (tunnel_words, rowid, device, peer, name, owner)
		VALUES ('delete', old.no, old.device, old.peer, old.name, old.owner);
END;
CREATE TRIGGER tunnel_words_changed AFTER UPDATE OF name, owner ON tunnel
	WHEN (old.name, old.owner) IS NOT (new.name, new.owner) BEGIN
	INSERT INTO tunnel_words (tunnel_words, rowid, device, peer, name, owner)
		VALUES ('delete', old.no, old.device, old.peer, old.name, old.owner);
	INSERT INTO tunnel_words (rowid, device, peer, name, owner)
		VALUES (new.no, new.device, new.peer, new.name, new.owner);
END;

-- How many current tunnels there are of each kind, so that a count costs nine rows and not all of them.
CREATE TABLE tunnel_count (
	status TEXT NOT NULL,
	flapping INTEGER NOT NULL,
	tunnels INTEGER NOT NULL,
	PRIMARY KEY (status, flapping)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER tunnel_counted_in AFTER INSERT ON tunnel WHEN new.current = 1 BEGIN
	INSERT INTO tunnel_count VALUES (new.status, new.flapping, 1)
		ON CONFLICT (status, flapping) DO UPDATE SET tunnels = tunnels + 1;
END;
CREATE TRIGGER tunnel_counted_out AFTER DELETE ON tunnel WHEN old.current = 1 BEGIN
	UPDATE tunnel_count SET tunnels = tunnels - 1 WHERE status = old.status AND flapping = old.flapping;
END;
CREATE TRIGGER tunnel_recounted AFTER UPDATE OF status, flapping, current ON tunnel
	WHEN (old.status, old.flapping, old.current) IS NOT (new.status, new.flapping, new.current) BEGIN
	UPDATE tunnel_count SET tunnels = tunnels - 1
		WHERE old.current = 1 AND status = old.status AND flapping = old.flapping;
	INSERT INTO tunnel_count SELECT new.status, new.flapping, 1 WHERE new.current = 1
		ON CONFLICT (status, flapping) DO UPDATE SET tunnels = tunnels + 1;
END;

-- A protected pair of networks of a tunnel: one child SA pair. What moves at every poll is in device.live.
CREATE TABLE selector (
	no INTEGER PRIMARY KEY,
	id INTEGER NOT NULL UNIQUE,
	tunnel_id INTEGER NOT NULL REFERENCES tunnel (id),
	device_id INTEGER NOT NULL,
	local TEXT,
	remote TEXT,
	current INTEGER NOT NULL,        -- and left_at_ms: as in tunnel
	left_at_ms INTEGER NOT NULL DEFAULT 0,
	status TEXT NOT NULL,
	status_since_ms INTEGER NOT NULL,
	spi_in INTEGER,
	spi_out INTEGER,
	spi_since_ms INTEGER NOT NULL,
	crypto_map TEXT,
	sequence INTEGER,
	rekeys INTEGER,
	path_mtu INTEGER
) STRICT;
CREATE INDEX selector_by_tunnel ON selector (tunnel_id);
CREATE INDEX selector_by_device ON selector (device_id);
CREATE INDEX selector_gone ON selector (left_at_ms) WHERE current = 0;

-- How long each tunnel was in each status, without a gap; to_ms 0 is "still so".
CREATE TABLE interval (
	tunnel_id INTEGER NOT NULL,
	from_ms INTEGER NOT NULL,
	to_ms INTEGER NOT NULL,
	status TEXT NOT NULL,
	reason TEXT,
	PRIMARY KEY (tunnel_id, from_ms)
) STRICT, WITHOUT ROWID;
-- What has become too old to keep; as tunnel_gone and selector_gone.
CREATE INDEX interval_ended ON interval (to_ms) WHERE to_ms > 0;

-- What happened. seq never comes again, not even after the newest events were deleted: clients resume from it.
CREATE TABLE event (
	seq INTEGER PRIMARY KEY AUTOINCREMENT,
	at_ms INTEGER NOT NULL,
	kind TEXT NOT NULL,
	device_id INTEGER NOT NULL,
	tunnel_id INTEGER NOT NULL,      -- 0: not about one
	selector_id INTEGER NOT NULL,    -- 0: not about one
	from_state TEXT,
	to_state TEXT,
	detail TEXT
) STRICT;
CREATE INDEX event_by_tunnel ON event (tunnel_id) WHERE tunnel_id <> 0;
CREATE INDEX event_by_device ON event (device_id);
-- What happened to a unit as a whole, for the timelines of its tunnels.
CREATE INDEX event_about_device ON event (device_id) WHERE tunnel_id = 0;

-- A fault or a weakness that the configuration shows. The id stays while the same rule says the same about the same.
CREATE TABLE finding (
	no INTEGER PRIMARY KEY,
	id INTEGER NOT NULL UNIQUE,
	device_id INTEGER NOT NULL REFERENCES device (id),
	tunnel_id INTEGER NOT NULL,      -- of its peer; 0: not about one
	device TEXT NOT NULL,            -- and context: as in tunnel
	context TEXT NOT NULL,
	rule TEXT NOT NULL,
	fault TEXT NOT NULL,
	severity INTEGER NOT NULL,       -- 2 fault, 1 warning, 0 advice: the order of lists
	confidence TEXT NOT NULL,
	subject TEXT,
	peer TEXT,
	says TEXT,
	advice TEXT,
	evidence TEXT NOT NULL CHECK (json_valid(evidence)), -- [{"source", "n", "text"}]
	since_ms INTEGER NOT NULL,
	seen_ms INTEGER NOT NULL,        -- when the configuration was last read
	gone_ms INTEGER NOT NULL         -- 0: it is so now
) STRICT;
CREATE INDEX finding_now ON finding (severity DESC, device, context, no) WHERE gone_ms = 0;
CREATE INDEX finding_of_device ON finding (device_id) WHERE gone_ms = 0;
CREATE INDEX finding_gone ON finding (gone_ms) WHERE gone_ms > 0;

-- The part of a configuration that concerns VPN, without secrets; once, however many units have it or come back to it.
CREATE TABLE config_text (
	hash INTEGER PRIMARY KEY,
	bytes INTEGER NOT NULL,          -- of the text
	text BLOB NOT NULL               -- zstd
) STRICT;
-- Which unit had which; the newest row of a unit is what it has now.
CREATE TABLE config (
	seq INTEGER PRIMARY KEY,
	device_id INTEGER NOT NULL REFERENCES device (id),
	hash INTEGER NOT NULL REFERENCES config_text (hash),
	from_ms INTEGER NOT NULL,        -- first and last read
	to_ms INTEGER NOT NULL,
	modified_by TEXT,
	modified_at TEXT
) STRICT;
CREATE INDEX config_of_device ON config (device_id, seq);
CREATE INDEX config_by_hash ON config (hash);

-- One row a poll, in the order of arrival, and nothing but appended to: the newest seq is the generation of the
-- database. Rows of one unit form a chain by previous_seq, which an index would make cost a page more a poll; it is
-- walked over the one or two hours that are not folded yet.
CREATE TABLE journal (
	seq INTEGER PRIMARY KEY,
	previous_seq INTEGER NOT NULL,   -- of the same unit; 0: none
	device_id INTEGER NOT NULL,
	at_ms INTEGER NOT NULL,
	interval_ms INTEGER NOT NULL,
	bytes_interval_ms INTEGER NOT NULL,
	samples BLOB                     -- packed; NULL: the poll brought none
) STRICT;

-- Folded hours. The key is (hour since 1970) << 32 | no: one hour's rows stand together, in the order they are
-- written, and the table needs no index. `no` is the unit's in hour_times and the tunnel's in hour and day.
CREATE TABLE hour_times (
	key INTEGER PRIMARY KEY,
	times BLOB NOT NULL              -- when the unit was polled in this hour, packed
) STRICT;
CREATE TABLE hour (
	key INTEGER PRIMARY KEY,
	samples BLOB NOT NULL            -- every sample of the tunnel's selectors in this hour, packed
) STRICT;

-- Rolled-up days: (day since 1970) << 32 | tunnel no. Count, time, sum, min and max of every hour of every selector.
CREATE TABLE day (
	key INTEGER PRIMARY KEY,
	hours BLOB NOT NULL
) STRICT;

-- What the daemon says about itself; one row.
CREATE TABLE daemon (
	one INTEGER PRIMARY KEY CHECK (one = 1),
	at_ms INTEGER NOT NULL,
	json TEXT NOT NULL
) STRICT;
