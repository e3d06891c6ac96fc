# tests/corpus
# Listings in the shape a device prints them, written by us: one folder a command.
EXTRA_DIST += \
	%D%/show_context \
	%D%/show_failover \
	%D%/show_version
