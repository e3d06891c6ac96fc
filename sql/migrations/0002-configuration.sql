-- SPDX-License-Identifier: MIT
-- What the configuration of a unit shows by itself, and what it was and when it changed.

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

-- What happened to a unit as a whole, for the timelines of its tunnels.
CREATE INDEX event_about_device ON event (device_id) WHERE tunnel_id = 0;

INSERT INTO migration VALUES (2, '0002-configuration', CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER));
PRAGMA user_version = 2;
