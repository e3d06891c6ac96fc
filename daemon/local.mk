# libdaemon.a is everything vpntriaged does; its main() only starts and stops it, so that tests link the
# objects that ship. Only here, and in tests, are libssh and libuv to be found.
noinst_LIBRARIES += daemon/libdaemon.a
daemon_libdaemon_a_CPPFLAGS = $(AM_CPPFLAGS) $(LIBSSH_CFLAGS) $(LIBUV_CFLAGS) $(JANSSON_CFLAGS) $(SYSTEMD_CFLAGS)
daemon_libdaemon_a_SOURCES = \
	%D%/algorithms.c %D%/algorithms.h \
	%D%/control.c %D%/control.h \
	%D%/daemon.c %D%/daemon.h \
	%D%/device.c %D%/device.h \
	%D%/device_ask.c \
	%D%/device_burst.c \
	%D%/device_contexts.c \
	%D%/device_parts.h \
	%D%/device_round.c \
	%D%/device_unit.c \
	%D%/gather.c %D%/gather.h \
	%D%/hostkey.c %D%/hostkey.h \
	%D%/keyring.c %D%/keyring.h \
	%D%/link.c %D%/link.h \
	%D%/log.c %D%/log.h \
	%D%/notify.c %D%/notify.h \
	%D%/plan.c %D%/plan.h \
	%D%/poller.c %D%/poller.h \
	%D%/sched.c %D%/sched.h \
	%D%/secret.c %D%/secret.h \
	%D%/session.c %D%/session.h \
	%D%/session_command.c \
	%D%/session_login.c \
	%D%/session_parts.h \
	%D%/session_talk.c \
	%D%/verdict.c %D%/verdict.h \
	%D%/writer.c %D%/writer.h
DAEMON_LIBS = daemon/libdaemon.a $(COMMON_LIBS) $(STORE_LIBS) $(LIBSSH_LIBS) $(LIBUV_LIBS) $(SYSTEMD_LIBS)

sbin_PROGRAMS += daemon/vpntriaged
daemon_vpntriaged_SOURCES = %D%/main.c
daemon_vpntriaged_LDADD = $(DAEMON_LIBS)
dist_man8_MANS += %D%/vpntriaged.8

dist_man5_MANS += %D%/vpntriage.yaml.5
dist_doc_DATA += %D%/vpntriage.yaml.example

nodist_systemdsystemunit_DATA += %D%/vpntriaged.service
EXTRA_DIST += %D%/vpntriaged.service.in
sysusersdir = $(prefix)/lib/sysusers.d
dist_sysusers_DATA = %D%/sysusers.d/vpntriage.conf
tmpfilesdir = $(prefix)/lib/tmpfiles.d
dist_tmpfiles_DATA = %D%/tmpfiles.d/vpntriage.conf
