-- The times beside it.
INSERT INTO hour_times (key, times) VALUES (:hour << 32 | :device_no, :blob)
ON CONFLICT (key) DO UPDATE SET times = excluded.times;
