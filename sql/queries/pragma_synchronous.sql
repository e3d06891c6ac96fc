-- A commit that was answered survives a power cut.
PRAGMA synchronous = FULL;
