-- What the daemon says about itself.
INSERT INTO daemon (one, at_ms, json) VALUES (1, :at_ms, :json)
ON CONFLICT (one) DO UPDATE SET at_ms = :at_ms, json = :json;
