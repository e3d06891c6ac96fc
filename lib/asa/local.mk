# One file for each listing; parse.c is the table of them.
lib_libvpntriage_a_SOURCES += \
	%D%/clean.c %D%/clean.h \
	%D%/clock.c \
	%D%/command.c \
	%D%/command.h \
	%D%/context.c \
	%D%/cpu_usage.c \
	%D%/device_facts.h \
	%D%/device_time.c \
	%D%/failover.c \
	%D%/ike_sa.c %D%/ike_sa.h \
	%D%/ipsec_sa.c %D%/ipsec_sa.h \
	%D%/mode.c \
	%D%/parse.c %D%/parse.h \
	%D%/reader.h \
	%D%/report.h \
	%D%/terminal.c \
	%D%/terminal.h \
	%D%/transcript.c \
	%D%/version.c \
	%D%/vpn_sessiondb.c %D%/vpn_sessiondb.h
