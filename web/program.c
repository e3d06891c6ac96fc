/* SPDX-License-Identifier: MIT
 * vpntriage-web as a process.
 *
 * Signals are blocked in every thread and waited for in this one: SIGTERM and SIGINT stop, SIGHUP reads the
 * configuration again. Everything else happens in the server's threads.
 */
#include "config.h"

#include "web/program.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#ifdef HAVE_SYSTEMD
#include <systemd/sd-daemon.h>
#endif

#include "base/lines.h"
#include "common/exit_code.h"
#include "common/read_file.h"
#include "web/server.h"

enum { GRACE_MS = 5000, MAX_PEM_BYTES = 1 << 20 };

struct options {
	const char *config;
	bool test_only;
};

static void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void say(const char *format, ...)
{
	va_list args;
	fputs("vpntriage-web: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

static void notify(const char *state)
{
#ifdef HAVE_SYSTEMD
	sd_notify(0, state);
#else
	(void)state;
#endif
}

/* ---- configuration ---- */

/* A file into the arena. Where others must not read it, one that they can is refused. */
static enum vt_status read_text(const char *path, size_t max_bytes, bool secret, struct vt_arena *arena,
				struct vt_str *text, struct vt_error *error)
{
	struct stat file;
	struct vt_buf buf = { 0 };
	if (secret && stat(path, &file) == 0 && file.st_mode & S_IRWXO)
		return vt_fail(error, VT_E_SECRET_FILE, "%s is refused: others may read it (chmod o= %s)", path, path);
	enum vt_status status = read_file(path, max_bytes, &buf, error);
	if (status == VT_OK)
		*text = vt_arena_str(arena, vt_buf_view(&buf));
	if (secret && buf.p)
		explicit_bzero(buf.p, buf.cap);
	vt_buf_free(&buf);
	/* The sentence is the reader's; what it means for the way this program ends is known here. */
	if (status == VT_E_SYSTEM)
		status = error->status = secret ? VT_E_SECRET_FILE : VT_E_NOT_FOUND;
	return status;
}

static enum vt_status read_tls(struct server_settings *settings, struct vt_error *error)
{
	const struct vt_tls_settings *tls = &settings->file->web.tls;
	struct vt_str certificate = VT_STR_NONE, key = VT_STR_NONE;
	if (!tls->certificate.p)
		return VT_OK;
	enum vt_status status = read_text(tls->certificate.p, MAX_PEM_BYTES, false, settings->arena, &certificate,
					  error);
	if (status == VT_OK)
		status = read_text(tls->key.p, MAX_PEM_BYTES, true, settings->arena, &key, error);
	if (status == VT_OK) {
		settings->certificate = certificate.p;
		settings->key = key.p;
	}
	return status;
}

static enum vt_status read_access(struct server_settings *settings, struct vt_error *error)
{
	const struct vt_web_settings *web = &settings->file->web;
	struct vt_str text = VT_STR_NONE;
	settings->auth.trust_loopback = web->trust_loopback;
	if (web->tokens_file.p) {
		enum vt_status status = read_text(web->tokens_file.p, AUTH_MAX_FILE_BYTES, true, settings->arena, &text,
						  error);
		if (status == VT_OK)
			status = auth_read_tokens(&settings->auth, text, web->tokens_file.p, settings->arena, error);
		if (status != VT_OK)
			return status;
	}
	bool loopback = web->listen.loopback || web->listen.path.p;
	if (!loopback && (!settings->certificate || !settings->auth.tokens_len))
		return vt_fail(error, VT_E_CONFIG,
			       "web.listen is not a loopback address: that needs web.tls and at least one token in "
			       "web.tokens_file");
	return VT_OK;
}

/* One mistake is the sentence this ends with; of several each is said, and the sentence counts them. */
static void say_mistakes(struct vt_str mistakes, const char *path, struct vt_error *error)
{
	struct vt_lines lines = vt_lines_of(mistakes), all = lines;
	struct vt_str line;
	unsigned n = 0;
	while (vt_lines_next(&lines, &line))
		n++;
	if (n < 2)
		return;
	while (vt_lines_next(&all, &line))
		say(VT_FMT, VT_ARG(line));
	vt_fail(error, VT_E_CONFIG, "%s has %u mistakes", path, n);
}

static enum vt_status read_settings(const char *path, struct server_settings **settings, struct vt_error *error)
{
	struct vt_arena *arena = vt_arena_new();
	struct server_settings *read = VT_NEW(arena, struct server_settings);
	struct vt_buf mistakes = { 0 };
	struct vt_str text = VT_STR_NONE;
	read->arena = arena;
	enum vt_status status = read_text(path, VT_SETTINGS_MAX_BYTES, false, arena, &text, error);
	if (status == VT_OK)
		status = vt_settings_read(text, path, VT_SETTINGS_WEB, arena, &mistakes, &read->file, error);
	if (status == VT_OK)
		status = read_tls(read, error);
	if (status == VT_OK)
		status = read_access(read, error);
	say_mistakes(vt_buf_view(&mistakes), path, error);
	vt_buf_free(&mistakes);
	if (status == VT_OK)
		*settings = read;
	else
		vt_arena_free(arena);
	return status;
}

/* A bad file keeps the old one in force. */
static void reload(struct server *server, const char *path)
{
	struct server_settings *settings;
	struct vt_error error;
	const char *unchanged;
	if (read_settings(path, &settings, &error) != VT_OK) {
		say("the configuration was not reloaded, the old one stays in force: %s", error.text);
		return;
	}
	server_reload(server, settings, &unchanged);
	if (unchanged)
		say("reloaded; %s changed too, which takes a restart", unchanged);
	else
		say("reloaded");
}

/* ---- running ---- */

static void block_signals(sigset_t *wanted)
{
	sigemptyset(wanted);
	sigaddset(wanted, SIGTERM);
	sigaddset(wanted, SIGINT);
	sigaddset(wanted, SIGHUP);
	pthread_sigmask(SIG_BLOCK, wanted, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static void wait_for_the_end(struct server *server, const sigset_t *wanted, const char *config)
{
	int signal_number;
	while (sigwait(wanted, &signal_number) == 0) {
		if (signal_number != SIGHUP)
			break;
		notify("RELOADING=1");
		reload(server, config);
		notify("READY=1");
	}
	notify("STOPPING=1");
	say("stopping");
}

static int fail(const struct vt_error *error, enum vt_status status)
{
	say("%s", error->text);
	return (int)exit_code_of(status);
}

static int run(const struct options *options)
{
	struct server_settings *settings;
	struct server *server;
	struct vt_error error;
	sigset_t wanted;
	enum vt_status status = read_settings(options->config, &settings, &error);
	if (status != VT_OK)
		return fail(&error, status);
	if (options->test_only) {
		server_settings_free(settings);
		say("%s is good", options->config);
		return EXIT_CODE_OK;
	}
	block_signals(&wanted);
	status = server_start(settings, &server, &error);
	if (status != VT_OK)
		return fail(&error, status);
	say("listening on %s", server_address(server));
	notify("READY=1");
	wait_for_the_end(server, &wanted, options->config);
	server_stop(server, GRACE_MS);
	return EXIT_CODE_OK;
}

/* ---- options ---- */

static void help(FILE *to)
{
	fputs("usage: vpntriage-web [--config FILE] [--config-test]\n\n"
	      "  -c, --config FILE   the configuration (" SYSCONFDIR "/vpntriage/vpntriage.yaml)\n"
	      "  -t, --config-test   reads it, says what is wrong with it, and ends\n"
	      "  -V, --version\n"
	      "  -h, --help          more: man vpntriage-web\n",
	      to);
}

int program_run(int argc, char **argv)
{
	static const struct option known[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "config-test", no_argument, NULL, 't' },
		{ "version", no_argument, NULL, 'V' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL },
	};
	struct options options = { .config = SYSCONFDIR "/vpntriage/vpntriage.yaml" };
	int option;
	while ((option = getopt_long(argc, argv, "c:tVh", known, NULL)) != -1) {
		switch (option) {
		case 'c':
			options.config = optarg;
			break;
		case 't':
			options.test_only = true;
			break;
		case 'V':
			puts("vpntriage-web " PACKAGE_VERSION);
			return EXIT_CODE_OK;
		case 'h':
			help(stdout);
			return EXIT_CODE_OK;
		default:
			help(stderr);
			return EXIT_CODE_USAGE;
		}
	}
	if (optind < argc) {
		say("there is nothing to do with \"%s\"", argv[optind]);
		help(stderr);
		return EXIT_CODE_USAGE;
	}
	return run(&options);
}
