-- What the daemon said about itself.
SELECT at_ms, json FROM daemon;
