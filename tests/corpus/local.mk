# Listings in the shape a device prints them, written by us: one folder a command.
EXTRA_DIST += \
	%D%/packet-tracer \
	%D%/ping \
	%D%/show_access-list \
	%D%/show_asp_drop \
	%D%/show_context \
	%D%/show_failover \
	%D%/show_interface_ip_brief \
	%D%/show_logging \
	%D%/show_names \
	%D%/show_nat_detail \
	%D%/show_route \
	%D%/show_version

# Real listings, in place; skipped where there are none.
TESTS += %D%/device_corpus.py
EXTRA_DIST += %D%/device_corpus.py
