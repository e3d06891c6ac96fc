-- SPDX-License-Identifier: MIT
-- Both ends of a tunnel, when both are managed: each has the other's address as its peer.

ALTER TABLE tunnel ADD COLUMN local_addr TEXT;

INSERT INTO migration VALUES (3, '0003-other-end', CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER));
PRAGMA user_version = 3;
