-- A folded hour, or one to which late samples were added.
INSERT INTO hour (key, samples) VALUES (:hour << 32 | :tunnel_no, :blob)
ON CONFLICT (key) DO UPDATE SET samples = excluded.samples;
