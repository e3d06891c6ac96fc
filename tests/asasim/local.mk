# asasim: a simulated fleet of firewalls, for the demo and the tests. It links nothing of lib/asa or lib/model: a
# misreading shared by both sides would hide itself. Its engine is an archive, so that unit tests link what ships.
noinst_LIBRARIES += tests/asasim/libasasim.a
tests_asasim_libasasim_a_CPPFLAGS = $(AM_CPPFLAGS) $(YAML_CFLAGS) $(JANSSON_CFLAGS) $(LIBSSH_CFLAGS) $(LIBUV_CFLAGS)
tests_asasim_libasasim_a_SOURCES = \
	%D%/cli.c %D%/cli.h \
	%D%/control.c %D%/control.h \
	%D%/endcfg.c \
	%D%/ike.c %D%/ike.h \
	%D%/model.c %D%/model.h \
	%D%/model_flow.c \
	%D%/model_moment.c \
	%D%/model_parts.h \
	%D%/model_phase1.c \
	%D%/model_sa.c \
	%D%/render.h \
	%D%/render_config.c \
	%D%/render_crypto.c \
	%D%/render_sessiondb.c \
	%D%/render_system.c \
	%D%/render_trace.c \
	%D%/sshd.c %D%/sshd.h \
	%D%/state.c %D%/state.h \
	%D%/syslog.c %D%/syslog.def \
	%D%/traffic.c \
	%D%/truth.c %D%/truth.h \
	%D%/world.c %D%/world.h \
	%D%/world_devices.c \
	%D%/world_doc.c \
	%D%/world_faults.c \
	%D%/world_parts.h \
	%D%/world_plan.c \
	%D%/world_tunnels.c

EXTRA_DIST += tests/asasim/README.md

noinst_PROGRAMS += tests/asasim/asasim
tests_asasim_asasim_SOURCES = %D%/main.c
tests_asasim_asasim_CPPFLAGS = $(tests_asasim_libasasim_a_CPPFLAGS)
ASASIM_LIBS = tests/asasim/libasasim.a $(VPNTRIAGE_LIBS) $(LIBSSH_LIBS) $(LIBUV_LIBS)
tests_asasim_asasim_LDADD = $(ASASIM_LIBS)
