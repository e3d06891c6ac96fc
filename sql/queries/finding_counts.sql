-- How many there are of each severity.
SELECT severity, count(*) AS findings FROM finding WHERE gone_ms = 0 GROUP BY severity;
