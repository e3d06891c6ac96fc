-- Nothing is spilt to files elsewhere.
PRAGMA temp_store = MEMORY;
