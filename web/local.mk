# vpntriage-web: libvtweb.a is everything but main() and libmicrohttpd's server, so tests and fuzzers link
# the objects that ship. Only server.c sees libmicrohttpd.
noinst_LIBRARIES += web/libvtweb.a
web_libvtweb_a_SOURCES = \
	%D%/api.h \
	%D%/api_devices.c \
	%D%/api_findings.c \
	%D%/api_history.c \
	%D%/api_page.c \
	%D%/api_pair.c \
	%D%/api_sheet.c \
	%D%/api_status.c \
	%D%/api_timeline.c \
	%D%/api_tunnels.c \
	%D%/auth.c %D%/auth.h \
	%D%/configuration.c %D%/configuration.h \
	%D%/cursor.c %D%/cursor.h \
	%D%/database.c %D%/database.h \
	%D%/gzip.c %D%/gzip.h \
	%D%/listen.c %D%/listen.h \
	%D%/metrics.c %D%/metrics.h \
	%D%/page.c %D%/page.h \
	%D%/reply.c %D%/reply.h \
	%D%/request.c %D%/request.h \
	%D%/routes.c %D%/routes.h
nodist_web_libvtweb_a_SOURCES = %D%/page_files.c
web_libvtweb_a_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS) $(GNUTLS_CFLAGS) $(ZLIB_CFLAGS)
WEB_LIBS = web/libvtweb.a $(COMMON_LIBS) $(STORE_LIBS) $(GNUTLS_LIBS) $(ZLIB_LIBS) -lm

sbin_PROGRAMS += web/vpntriage-web
web_vpntriage_web_SOURCES = \
	%D%/main.c \
	%D%/program.c %D%/program.h \
	%D%/server.c %D%/server.h
web_vpntriage_web_CPPFLAGS = $(AM_CPPFLAGS) -DSYSCONFDIR='"$(sysconfdir)"' $(MICROHTTPD_CFLAGS) $(SYSTEMD_CFLAGS)
web_vpntriage_web_LDADD = $(WEB_LIBS) $(MICROHTTPD_LIBS) $(SYSTEMD_LIBS) -lpthread

# The page is a source: embed.awk makes C of it, in the build folder.
WEB_UI = \
	%D%/ui/index.html \
	%D%/ui/index.css \
	%D%/ui/index.js \
	%D%/ui/icon.svg
EXTRA_DIST += %D%/embed.awk $(WEB_UI)
CLEANFILES += %D%/page_files.c
%D%/page_files.c: %D%/embed.awk $(WEB_UI)
	$(AM_V_GEN)$(MKDIR_P) %D% && LC_ALL=C $(AWK) -f $(srcdir)/%D%/embed.awk $(WEB_UI:%=$(srcdir)/%) >$@.tmp && mv $@.tmp $@

nodist_systemdsystemunit_DATA += web/vpntriage-web.service
EXTRA_DIST += web/vpntriage-web.service.in
dist_man8_MANS += %D%/vpntriage-web.8
