-- The text of a configuration, unless another unit or an earlier time had it too.
INSERT OR IGNORE INTO config_text (hash, bytes, text) VALUES (:hash, :bytes, :text);
