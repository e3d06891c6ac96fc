-- A poll, behind all others.
INSERT INTO journal (seq, previous_seq, device_id, at_ms, interval_ms, bytes_interval_ms, samples)
VALUES (:seq, :previous_seq, :device_id, :at_ms, :interval_ms, :bytes_interval_ms, :samples);
