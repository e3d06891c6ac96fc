# One file for each listing; parse.c is the table of them.
lib_libvpntriage_a_SOURCES += \
	%D%/clean.h \
	%D%/command.h \
	%D%/device_facts.h \
	%D%/ike_sa.h \
	%D%/ipsec_sa.h \
	%D%/parse.c %D%/parse.h \
	%D%/report.h \
	%D%/vpn_sessiondb.h
