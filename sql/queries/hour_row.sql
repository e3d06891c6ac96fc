-- One tunnel's hour, and when its unit was polled in it.
SELECT hour.samples, hour_times.times FROM hour JOIN hour_times ON hour_times.key = :hour << 32 | :device_no
WHERE hour.key = :hour << 32 | :tunnel_no;
