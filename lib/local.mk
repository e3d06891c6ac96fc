# libvpntriage: no sockets, no threads, no clock, no logging.
#   libvpntriage.a  base, asa, model, json, settings: text and time in, facts and rows out
#   libvtstore.a    store: the only objects that see SQLite
noinst_LIBRARIES += lib/libvpntriage.a lib/libvtstore.a
lib_libvpntriage_a_SOURCES =
lib_libvpntriage_a_CPPFLAGS = $(AM_CPPFLAGS) $(JANSSON_CFLAGS) $(YAML_CFLAGS)
lib_libvtstore_a_SOURCES =
nodist_lib_libvtstore_a_SOURCES =
lib_libvtstore_a_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS) $(ZSTD_CFLAGS)
# What to link for each, in order.
VPNTRIAGE_LIBS = lib/libvpntriage.a $(JANSSON_LIBS) $(YAML_LIBS)
STORE_LIBS = lib/libvtstore.a $(VPNTRIAGE_LIBS) $(SQLITE_LIBS) $(ZSTD_LIBS)
EXTRA_DIST += lib/README.md

include lib/base/local.mk
include lib/asa/local.mk
include lib/config/local.mk
include lib/model/local.mk
include lib/detect/local.mk
include lib/diagnose/local.mk
include lib/json/local.mk
include lib/settings/local.mk
include lib/store/local.mk
