-- A unit has another configuration from now on.
INSERT INTO config (device_id, hash, from_ms, to_ms, modified_by, modified_at)
VALUES (:device_id, :hash, :at_ms, :at_ms, :modified_by, :modified_at);
