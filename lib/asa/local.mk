# One file for each listing; parse.c is the table of them.
lib_libvpntriage_a_SOURCES += \
	%D%/access_list.c %D%/access_list.h \
	%D%/asp_drop.c %D%/asp_drop.h \
	%D%/asp_vpn_context.c %D%/asp_vpn_context.h \
	%D%/certificates.c %D%/certificates.h \
	%D%/clean.c %D%/clean.h \
	%D%/clock.c \
	%D%/command.c %D%/command.h \
	%D%/context.c \
	%D%/cpu_usage.c \
	%D%/device_facts.h \
	%D%/device_time.c \
	%D%/failover.c \
	%D%/ike_sa.c %D%/ike_sa.h \
	%D%/interface_ip_brief.c %D%/interface_ip_brief.h \
	%D%/ipsec_sa.c %D%/ipsec_sa.h \
	%D%/logging.c %D%/logging.h \
	%D%/ipsec_stats.c %D%/ipsec_stats.h \
	%D%/mode.c \
	%D%/names.c %D%/names.h \
	%D%/nat_detail.c %D%/nat_detail.h \
	%D%/packet_tracer.c %D%/packet_tracer.h \
	%D%/parse.c %D%/parse.h \
	%D%/ping.c %D%/ping.h \
	%D%/reader.h \
	%D%/report.h \
	%D%/route.c %D%/route.h \
	%D%/terminal.c %D%/terminal.h \
	%D%/transcript.c \
	%D%/version.c \
	%D%/vpn_sessiondb.c %D%/vpn_sessiondb.h \
	%D%/vpn_sessiondb_summary.c
