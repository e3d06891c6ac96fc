-- The configuration that a unit had when it was last read.
SELECT config.seq, config.hash, config.from_ms, config.to_ms, config_text.bytes, config_text.text
FROM config LEFT JOIN config_text ON config_text.hash = config.hash
WHERE device_id = :device_id ORDER BY config.seq DESC LIMIT 1;
