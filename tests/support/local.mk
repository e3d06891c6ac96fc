# What the integration tests share: PYTHONPATH has this folder.
EXTRA_DIST += %D%/fleet.py %D%/tap.py

# A database without a fleet.
check_PROGRAMS += tests/support/fill_db
tests_support_fill_db_SOURCES = tests/support/fill_db.c
tests_support_fill_db_LDADD = $(STORE_LIBS)
