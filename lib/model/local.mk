lib_libvpntriage_a_SOURCES += \
	%D%/configure.c \
	%D%/counters.c %D%/counters.h \
	%D%/reduce.c %D%/reduce.h \
	%D%/reduce_demand.c \
	%D%/reduce_device.c \
	%D%/reduce_ike.c \
	%D%/reduce_ipsec.c \
	%D%/reduce_sessions.c \
	%D%/reduction.c %D%/reduction.h \
	%D%/rows.c %D%/rows.h \
	%D%/snapshot.h \
	%D%/spelling.c \
	%D%/tunnel_status.c \
	%D%/unit.c %D%/unit.h
