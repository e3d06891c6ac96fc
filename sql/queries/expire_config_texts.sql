-- Texts that no unit has or had.
DELETE FROM config_text WHERE hash IN (SELECT hash FROM config_text
	WHERE NOT EXISTS (SELECT 1 FROM config WHERE config.hash = config_text.hash) LIMIT :limit);
