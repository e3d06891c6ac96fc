-- KiB of cache in memory: the unit rows and the tails of the tables.
PRAGMA cache_size = -16384;
