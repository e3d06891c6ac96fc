-- One poll of the chain.
SELECT previous_seq, device_id, at_ms, interval_ms, bytes_interval_ms, samples FROM journal WHERE seq = :seq;
