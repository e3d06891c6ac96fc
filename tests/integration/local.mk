# tests/integration

# The session against one misbehaving device at a time.
TESTS += tests/integration/session_quirks.py
dist_check_SCRIPTS += tests/integration/session_quirks.py
