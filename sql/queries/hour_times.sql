-- When a unit was polled in one hour.
SELECT times FROM hour_times WHERE key = :hour << 32 | :device_no;
