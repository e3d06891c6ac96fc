# What the integration tests share: PYTHONPATH has this folder.
EXTRA_DIST += %D%/tap-summary.sh %D%/fleet.py %D%/scripted_asa.py %D%/tap.py %D%/web.py

# A database without a fleet.
check_PROGRAMS += tests/support/fill_db
tests_support_fill_db_SOURCES = tests/support/fill_db.c
tests_support_fill_db_LDADD = $(STORE_LIBS)

# Logs in to one device by hand, and for the tests of the session.
check_PROGRAMS += tests/support/asatalk
tests_support_asatalk_SOURCES = tests/support/asatalk.c
tests_support_asatalk_CPPFLAGS = $(AM_CPPFLAGS) $(LIBSSH_CFLAGS) $(LIBUV_CFLAGS) $(JANSSON_CFLAGS)
tests_support_asatalk_LDADD = $(DAEMON_LIBS)
