/* SPDX-License-Identifier: MIT
 * The life of vpntriaged.
 *
 * Start: options, configuration, pins, secrets, database, loop, writer, control socket, fleet, ready. Stop is the
 * same list read backwards (end_everything()). One loop owns everything but the database; SIGHUP reads the
 * configuration again and keeps the old one when the new one has a mistake; SIGTERM and SIGINT leave every
 * device with `exit` for a few seconds and then go, whatever hangs.
 */
#include "config.h"

#include "daemon/daemon.h"

#include "base/lines.h"
#include "base/timefmt.h"
#include "common/read_file.h"
#include "daemon/control.h"
#include "daemon/keyring.h"
#include "daemon/log.h"
#include "daemon/notify.h"
#include "daemon/poller.h"
#include "daemon/writer.h"
#include "settings/settings.h"
#include "store/store.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define HEARTBEAT_MS 2000
#define LAG_EVERY_MS 250
/* An `exit` is answered within a round trip; what hangs gets this long. */
#define GOODBYE_MS 3000
#define RESOLVER_MS 1000

struct options {
	const char *config;
	bool test;
};

struct self {
	struct options options;
	struct vt_arena *arena; /* of the settings in force */
	struct vt_settings *settings;
	struct hostkey_store *pins;
	struct keyring *keyring;
	struct vt_store *store; /* until the writer has it */
	struct vt_arena *known_arena;
	struct vt_device_row *known;
	size_t known_len;
	bool loop_is_open;
	uv_loop_t loop;
	uv_signal_t signals[3];
	uv_timer_t heartbeat, lag, watchdog;
	struct writer *writer;
	struct control *control;
	struct poller *poller;
	bool stopping, abandoned;
	int64_t started_at_ms;
	uint64_t started_ms, lag_seen_at, lag_ms, lag_max_ms, reloads;
	struct {
		double cpu_s;
		uint64_t at_ms;
		double percent;
	} cpu;
};

static int64_t wall_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static enum daemon_exit fail(enum daemon_exit code, const struct vt_error *why)
{
	log_error(code == DAEMON_BAD_CONFIG || code == DAEMON_NO_CONFIG ? LOG_CONF : LOG_MAIN, NULL, "%s", why->text);
	return code;
}

/* ---- options ---- */

static void print_help(FILE *out)
{
	fputs("usage: vpntriaged --config FILE [--config-test] [--log-level LEVEL]\n"
	      "       vpntriaged --version | --help\n"
	      "\n"
	      "  -c, --config FILE      the configuration, vpntriage.yaml(5)\n"
	      "  -t, --config-test      check configuration, pins and secrets, and exit\n"
	      "  -l, --log-level LEVEL  error, warning, notice, info (default) or debug\n"
	      "\n"
	      "Stays in the foreground and logs to standard error. SIGHUP reloads, SIGTERM stops.\n",
	      out);
}

/* True when there is nothing more to do than to answer `code`. */
static bool read_options(int argc, char **argv, struct options *options, enum daemon_exit *code)
{
	static const struct option longs[] = { { "config", required_argument, NULL, 'c' },
					       { "config-test", no_argument, NULL, 't' },
					       { "log-level", required_argument, NULL, 'l' },
					       { "version", no_argument, NULL, 'V' },
					       { "help", no_argument, NULL, 'h' },
					       { 0 } };
	enum log_level level = LOG_LEVEL_INFO;
	*code = DAEMON_OK;
	for (int c; (c = getopt_long(argc, argv, "c:tl:Vh", longs, NULL)) != -1;)
		switch (c) {
		case 'c':
			options->config = optarg;
			break;
		case 't':
			options->test = true;
			break;
		case 'l':
			if (!log_level_parse(optarg, &level)) {
				fprintf(stderr,
					"vpntriaged: there is no log level \"%s\"; error, warning, notice, info or "
					"debug\n",
					optarg);
				*code = DAEMON_USAGE;
				return true;
			}
			break;
		case 'V':
			puts("vpntriaged " PACKAGE_VERSION);
			return true;
		case 'h':
			print_help(stdout);
			return true;
		default:
			*code = DAEMON_USAGE;
			return true;
		}
	log_init(level);
	if (options->config && optind == argc)
		return false;
	print_help(stderr);
	*code = DAEMON_USAGE;
	return true;
}

/* ---- configuration ---- */

/* Settings live in `*arena`, which is the caller's on success. */
static enum daemon_exit read_settings(const char *file, struct vt_arena **arena, struct vt_settings **settings)
{
	struct vt_error error = { 0 };
	struct vt_buf text = { 0 }, mistakes = { 0 };
	enum daemon_exit code = DAEMON_OK;
	struct vt_arena *mine = vt_arena_new();
	if (read_file(file, VT_SETTINGS_MAX_BYTES, &text, &error) != VT_OK)
		code = fail(DAEMON_NO_CONFIG, &error);
	else if (vt_settings_read(vt_buf_view(&text), file, VT_SETTINGS_DAEMON, mine, &mistakes, settings, &error) !=
		 VT_OK)
		code = DAEMON_BAD_CONFIG;
	struct vt_lines lines = vt_lines_of(vt_buf_view(&mistakes));
	for (struct vt_str line; code == DAEMON_BAD_CONFIG && vt_lines_next(&lines, &line);)
		log_error(LOG_CONF, NULL, VT_FMT, VT_ARG(line));
	if (code == DAEMON_BAD_CONFIG && mistakes.len == 0)
		fail(code, &error);
	vt_buf_free(&text);
	vt_buf_free(&mistakes);
	if (code == DAEMON_OK)
		*arena = mine;
	else
		vt_arena_free(mine);
	return code;
}

/* Keys of the contract that nothing acts on in this release: whoever relies on them has to hear so. */
static void say_what_waits(const struct vt_settings *settings)
{
	bool windows = false;
	for (size_t i = 0; i < settings->devices_len; i++)
		for (size_t j = 0; j < settings->devices[i].tunnels_len; j++)
			windows |= settings->devices[i].tunnels[j].maintenance_len > 0;
	if (settings->alerts_len)
		log_warning(LOG_CONF, NULL,
			    "alerts are configured, and this release delivers none (ask the API, or scrape /metrics)");
	if (windows)
		log_warning(LOG_CONF, NULL,
			    "maintenance windows are configured, and this release does not regard them");
}

static enum daemon_exit begin_configuration(struct self *self)
{
	struct vt_error error = { 0 };
	enum daemon_exit code = read_settings(self->options.config, &self->arena, &self->settings);
	if (code != DAEMON_OK)
		return code;
	say_what_waits(self->settings);
	if (hostkey_store_open(self->settings->known_hosts.p, &self->pins, &error) != VT_OK)
		return fail(DAEMON_KNOWN_HOSTS, &error);
	self->keyring = keyring_new();
	if (poller_test(self->settings, self->keyring, &error) != VT_OK)
		return fail(DAEMON_SECRET, &error);
	return DAEMON_OK;
}

static struct vt_retention retention_of(const struct vt_settings *settings)
{
	const struct vt_retention_settings *r = &settings->retention;
	return (struct vt_retention){ .samples_ms = r->samples_ms,
				      .hourly_ms = r->hourly_ms,
				      .events_ms = r->events_ms,
				      .evidence_ms = r->raw_evidence_ms };
}

/* What takes a restart is said, not half done. */
static void say_what_stays(const struct vt_settings *old, const struct vt_settings *new)
{
	const struct {
		const char *key;
		struct vt_str before, after;
	} fixed[] = { { "database", old->database, new->database },
		      { "control_socket", old->control_socket, new->control_socket },
		      { "known_hosts", old->known_hosts, new->known_hosts } };
	for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
		if (!vt_str_eq(fixed[i].before, fixed[i].after))
			log_warning(LOG_CONF, NULL, "%s stays \"" VT_FMT "\" until a restart", fixed[i].key,
				    VT_ARG(fixed[i].before));
}

static bool reload(struct self *self)
{
	struct vt_error error = { 0 };
	struct vt_arena *arena;
	struct vt_settings *settings;
	if (read_settings(self->options.config, &arena, &settings) != DAEMON_OK)
		return false;
	keyring_refresh(self->keyring);
	enum vt_status status = hostkey_store_reload(self->pins, &error);
	if (status == VT_OK)
		status = poller_apply(self->poller, settings, self->keyring, NULL, 0, &error);
	if (status != VT_OK) {
		log_error(LOG_CONF, NULL, "%s", error.text);
		vt_arena_free(arena);
		return false;
	}
	struct vt_retention retention = retention_of(settings);
	writer_retention(self->writer, &retention);
	say_what_stays(self->settings, settings);
	say_what_waits(settings);
	/* What stays is compared with at the next reload too. */
	settings->database = vt_arena_str(arena, self->settings->database);
	settings->control_socket = vt_arena_str(arena, self->settings->control_socket);
	settings->known_hosts = vt_arena_str(arena, self->settings->known_hosts);
	vt_arena_free(self->arena);
	self->arena = arena;
	self->settings = settings;
	self->reloads++;
	return true;
}

/* ---- the database ---- */

static enum daemon_exit code_of_store(enum vt_status status)
{
	switch (status) {
	case VT_E_DB_NEWER:
		return DAEMON_DB_NEWER;
	case VT_E_DB_IN_USE:
		return DAEMON_DB_IN_USE;
	case VT_E_DB_CORRUPT:
		return DAEMON_DB_CORRUPT;
	case VT_E_DB_FULL:
		return DAEMON_DB_FULL;
	default:
		return DAEMON_DB;
	}
}

static enum daemon_exit begin_database(struct self *self)
{
	struct vt_error error = { 0 };
	enum vt_status status = vt_store_open_writer(self->settings->database.p, &self->store, &error);
	if (status != VT_OK)
		return fail(code_of_store(status), &error);
	self->known_arena = vt_arena_new();
	status = vt_store_devices(self->store, self->known_arena, &self->known, &self->known_len, &error);
	return status == VT_OK ? DAEMON_OK : fail(code_of_store(status), &error);
}

static enum vt_status store_commit(void *store, const struct vt_commit *const *commits, size_t len,
				   struct vt_error *error)
{
	return vt_store_commit_many(store, commits, len, error);
}

static enum vt_status store_load(void *store, uint64_t unit_id, struct vt_arena *arena, struct vt_unit_rows *rows,
				 struct vt_error *error)
{
	return vt_store_unit(store, unit_id, arena, rows, error);
}

static enum vt_status store_retire(void *store, const uint64_t *keep_ids, size_t len, struct vt_error *error)
{
	return vt_store_retire_units(store, keep_ids, len, error);
}

static enum vt_status store_heartbeat(void *store, int64_t at_ms, struct vt_str json, struct vt_error *error)
{
	return vt_store_put_daemon(store, at_ms, json, error);
}

static enum vt_status store_maintain(void *store, const struct vt_retention *retention, bool *more,
				     struct vt_error *error)
{
	return vt_store_maintain(store, wall_ms(), retention, more, error);
}

static void store_close(void *store)
{
	vt_store_close(store);
}

static void on_trouble(const struct vt_error *why, void *user)
{
	(void)user;
	log_error(LOG_WRITER, NULL, "%s; polling goes on and it is tried again", why->text);
}

static void on_recovered(int64_t after_ms, void *user)
{
	(void)user;
	log_notice(LOG_WRITER, NULL, "the database is written again after %lld s", (long long)(after_ms / 1000));
}

static void on_lost(uint64_t unit_id, void *user)
{
	struct self *self = user;
	if (self->poller)
		poller_resend(self->poller, unit_id);
}

static enum daemon_exit begin_writer(struct self *self)
{
	struct vt_error error = { 0 };
	struct writer_backend backend = { self->store,     store_commit,   store_load, store_retire,
					  store_heartbeat, store_maintain, store_close };
	struct writer_options options = writer_options_default();
	options.retention = retention_of(self->settings);
	struct writer_callbacks callbacks = { on_trouble, on_recovered, on_lost };
	if (writer_start(&self->loop, &backend, &options, &callbacks, self, &self->writer, &error) != VT_OK)
		return fail(DAEMON_SYSTEM, &error);
	self->store = NULL;
	return DAEMON_OK;
}

/* ---- how it is doing ---- */

static double cpu_seconds(void)
{
	struct rusage usage;
	getrusage(RUSAGE_SELF, &usage);
	return (double)usage.ru_utime.tv_sec + (double)usage.ru_stime.tv_sec +
	       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static uint64_t rss_bytes(void)
{
	unsigned long long size = 0, resident = 0;
	FILE *file = fopen("/proc/self/statm", "re");
	if (file) {
		if (fscanf(file, "%llu %llu", &size, &resident) != 2)
			resident = 0;
		fclose(file);
	}
	return resident * (uint64_t)sysconf(_SC_PAGESIZE);
}

static json_t *states_json(const struct poller_figures *figures)
{
	json_t *states = json_object();
	for (size_t i = 0; i < VT_DEVICE_STATES; i++)
		json_object_set_new(states, vt_device_state_name((enum vt_device_state)i),
				    json_integer((json_int_t)figures->by_state[i]));
	return states;
}

static json_t *health_json(struct self *self)
{
	struct poller_figures p = poller_figures(self->poller);
	struct writer_figures w = writer_figures(self->writer);
	char started[VT_TIME_TEXT];
	vt_time_format(self->started_at_ms, started);
	json_t *json = json_pack("{s:s, s:i, s:s, s:I, s:I, s:b}", "version", PACKAGE_VERSION, "pid", (int)getpid(),
				 "started", started, "uptime_s",
				 (json_int_t)((uv_now(&self->loop) - self->started_ms) / 1000), "reloads",
				 (json_int_t)self->reloads, "stopping", self->stopping);
	json_object_set_new(json, "devices", states_json(&p));
	json_t *fleet = json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "devices", (json_int_t)p.devices, "units",
				  (json_int_t)p.units, "tunnels", (json_int_t)p.tunnels, "selectors",
				  (json_int_t)p.selectors, "polls", (json_int_t)p.rounds, "failures",
				  (json_int_t)p.failures, "late_p50_ms", (json_int_t)p.late_p50_ms, "late_p99_ms",
				  (json_int_t)p.late_p99_ms);
	json_object_set_new(json, "fleet", fleet);
	json_t *cost = json_pack("{s:I, s:I, s:I, s:I, s:I}", "logins", (json_int_t)p.sessions.logins, "commands",
				 (json_int_t)p.sessions.commands, "bytes", (json_int_t)p.sessions.rx_bytes, "reads",
				 (json_int_t)p.sessions.reads, "cli_ms", (json_int_t)p.sessions.cli_ms);
	json_object_set_new(json, "cost", cost);
	json_t *writer = json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "queue", (json_int_t)w.queue, "queue_bytes",
				   (json_int_t)w.queue_bytes, "commits", (json_int_t)w.commits, "transactions",
				   (json_int_t)w.transactions, "lost", (json_int_t)w.lost, "commit_max_ms",
				   (json_int_t)w.commit_max_ms);
	if (w.in_trouble)
		json_object_set_new(writer, "trouble", json_string(w.trouble));
	json_object_set_new(json, "writer", writer);
	json_t *process = json_pack("{s:f, s:f, s:I, s:I, s:I}", "cpu_s", cpu_seconds(), "cpu_percent",
				    self->cpu.percent, "rss_bytes", (json_int_t)rss_bytes(), "loop_lag_ms",
				    (json_int_t)self->lag_ms, "control_clients",
				    (json_int_t)control_clients(self->control));
	json_object_set_new(json, "process", process);
	return json;
}

static void measure_cpu(struct self *self)
{
	double now_s = cpu_seconds();
	uint64_t now = uv_now(&self->loop);
	if (now > self->cpu.at_ms)
		self->cpu.percent = (now_s - self->cpu.cpu_s) * 100000.0 / (double)(now - self->cpu.at_ms);
	self->cpu.cpu_s = now_s;
	self->cpu.at_ms = now;
}

static void beat(struct self *self)
{
	json_t *json = health_json(self);
	char *text = json_dumps(json, JSON_COMPACT);
	if (text)
		writer_heartbeat(self->writer, wall_ms(), vt_str_of(text));
	free(text);
	json_decref(json);
}

static void on_heartbeat(uv_timer_t *timer)
{
	struct self *self = timer->data;
	measure_cpu(self);
	self->lag_ms = self->lag_max_ms;
	self->lag_max_ms = 0;
	beat(self);
}

/* How much later than asked the loop came round: what a long step costs everybody else. */
static void on_lag(uv_timer_t *timer)
{
	struct self *self = timer->data;
	uint64_t now = uv_hrtime() / 1000000;
	uint64_t late = self->lag_seen_at && now > self->lag_seen_at + LAG_EVERY_MS
				? now - self->lag_seen_at - LAG_EVERY_MS
				: 0;
	self->lag_seen_at = now;
	if (late > self->lag_max_ms)
		self->lag_max_ms = late;
}

static void on_watchdog(uv_timer_t *timer)
{
	(void)timer;
	notify_alive();
}

/* ---- requests ---- */

static void answer_status(struct control_request *request, const json_t *arguments, void *user)
{
	struct self *self = user;
	const char *name = json_string_value(json_object_get(arguments, "device"));
	json_t *result = health_json(self);
	if (name) {
		struct device *device = poller_device(self->poller, name);
		if (!device) {
			json_decref(result);
			control_refuse(request, "not-found", "no device is called \"%s\"", name);
			return;
		}
		json_object_set_new(result, "device", poller_device_json(self->poller, device));
	}
	if (json_is_true(json_object_get(arguments, "fleet")))
		json_object_set_new(result, "polled", poller_devices_json(self->poller));
	control_reply(request, result);
}

static void on_polled(struct device *device, const struct vt_error *why, void *user)
{
	struct control_request *request = user;
	if (why)
		control_refuse(request, vt_status_name(why->status), "%s", why->text);
	else
		control_reply(request, json_pack("{s:s, s:I}", "device", device_name(device), "took_ms",
						 (json_int_t)device_status(device).last_round_ms));
}

static void answer_poll(struct control_request *request, const json_t *arguments, void *user)
{
	struct self *self = user;
	struct vt_error error = { 0 };
	const char *name = json_string_value(json_object_get(arguments, "device"));
	struct device *device = name ? poller_device(self->poller, name) : NULL;
	if (!name)
		control_refuse(request, "bad-request",
			       "a poll names its device: {\"request\": \"poll\", \"device\": \"fra-fw1\"}");
	else if (!device)
		control_refuse(request, "not-found", "no device is called \"%s\"", name);
	else if (device_poll_now(device, on_polled, request, &error) != VT_OK)
		control_refuse(request, vt_status_name(error.status), "%s", error.text);
}

static const struct control_row requests[] = {
	{ "status", answer_status },
	{ "poll", answer_poll },
	{ 0 },
};

/* ---- signals ---- */

static void on_devices_left(void *user)
{
	struct self *self = user;
	uv_stop(&self->loop);
}

static void stop(struct self *self, int signal_number)
{
	if (self->stopping)
		return;
	self->stopping = true;
	log_notice(LOG_MAIN, NULL, "stopping (%s)", signal_number == SIGINT ? "interrupted" : "asked to");
	notify_stopping();
	poller_stop(self->poller, GOODBYE_MS, on_devices_left, self);
}

static void on_signal(uv_signal_t *handle, int signal_number)
{
	struct self *self = handle->data;
	if (signal_number != SIGHUP) {
		stop(self, signal_number);
		return;
	}
	if (self->stopping)
		return;
	notify_reloading();
	if (reload(self))
		log_notice(LOG_MAIN, NULL, "configuration read again from \"%s\"", self->options.config);
	else
		log_error(LOG_MAIN, NULL, "the configuration that was in force stays in force");
	notify_ready("polling");
}

static void begin_signals(struct self *self)
{
	static const int numbers[] = { SIGTERM, SIGINT, SIGHUP };
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		uv_signal_init(&self->loop, &self->signals[i]);
		self->signals[i].data = self;
		uv_signal_start(&self->signals[i], on_signal, numbers[i]);
	}
	signal(SIGPIPE, SIG_IGN);
}

static void begin_timers(struct self *self)
{
	uv_timer_t *const timers[] = { &self->heartbeat, &self->lag, &self->watchdog };
	for (size_t i = 0; i < sizeof timers / sizeof *timers; i++) {
		uv_timer_init(&self->loop, timers[i]);
		timers[i]->data = self;
	}
	uv_timer_start(&self->heartbeat, on_heartbeat, 0, HEARTBEAT_MS);
	uv_timer_start(&self->lag, on_lag, LAG_EVERY_MS, LAG_EVERY_MS);
	uint64_t watchdog_ms = notify_watchdog_ms();
	if (watchdog_ms)
		uv_timer_start(&self->watchdog, on_watchdog, 0, watchdog_ms);
}

/* ---- life ---- */

static enum daemon_exit begin_loop(struct self *self)
{
	uv_loop_init(&self->loop);
	self->loop_is_open = true;
	self->started_ms = uv_now(&self->loop);
	self->started_at_ms = wall_ms();
	begin_signals(self);
	return DAEMON_OK;
}

static enum daemon_exit begin_control(struct self *self)
{
	struct vt_error error = { 0 };
	enum vt_status status = control_open(&self->loop, self->settings->control_socket.p, requests, self,
					     &self->control, &error);
	if (status != VT_OK)
		return fail(status == VT_E_BUSY ? DAEMON_CONTROL_IN_USE : DAEMON_CONTROL, &error);
	return DAEMON_OK;
}

static enum daemon_exit begin_fleet(struct self *self)
{
	struct vt_error error = { 0 };
	struct poller_world world = { &self->loop, self->writer, self->pins };
	self->poller = poller_new(&world);
	enum vt_status status = poller_apply(self->poller, self->settings, self->keyring, self->known, self->known_len,
					     &error);
	vt_arena_free(self->known_arena);
	self->known_arena = NULL;
	if (status != VT_OK)
		return fail(DAEMON_SECRET, &error);
	begin_timers(self);
	return DAEMON_OK;
}

static enum daemon_exit (*const beginnings[])(struct self *self) = {
	begin_configuration, begin_database, begin_loop, begin_writer, begin_control, begin_fleet,
};

static void close_handle(uv_handle_t *handle, void *user)
{
	(void)user;
	if (!uv_is_closing(handle))
		uv_close(handle, NULL);
}

/* Handles close within a turn or two; a name that is being resolved cannot be taken back and may take its time. */
static void close_loop(struct self *self)
{
	for (unsigned waited_ms = 0; uv_run(&self->loop, UV_RUN_NOWAIT) && waited_ms < RESOLVER_MS; waited_ms += 5)
		uv_sleep(5);
	self->abandoned = uv_loop_close(&self->loop) != 0;
}

/* The beginnings, backwards. */
static void end_everything(struct self *self)
{
	if (self->poller && self->writer)
		beat(self);
	control_close(self->control);
	poller_free(self->poller);
	writer_stop(self->writer);
	if (self->loop_is_open) {
		for (size_t i = 0; i < sizeof self->signals / sizeof *self->signals; i++)
			close_handle((uv_handle_t *)&self->signals[i], NULL);
		uv_timer_t *const timers[] = { &self->heartbeat, &self->lag, &self->watchdog };
		for (size_t i = 0; self->poller && i < sizeof timers / sizeof *timers; i++)
			close_handle((uv_handle_t *)timers[i], NULL);
		close_loop(self);
	}
	vt_arena_free(self->known_arena);
	vt_store_close(self->store);
	keyring_free(self->keyring);
	hostkey_store_free(self->pins);
	vt_arena_free(self->arena);
}

/* Firewall passwords pass through this memory: it is not for a core file, nor for another process of the user. */
static void keep_to_ourselves(void)
{
	struct rlimit none = { 0, 0 };
	setrlimit(RLIMIT_CORE, &none);
	umask(0027);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
	/* The leak checker has to look at its own process. */
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}

enum daemon_exit daemon_main(int argc, char **argv)
{
	struct self self = { 0 };
	enum daemon_exit code;
	if (read_options(argc, argv, &self.options, &code))
		return code;
	keep_to_ourselves();
	if (self.options.test) {
		code = begin_configuration(&self);
		if (code == DAEMON_OK)
			printf("%s: good, %zu device%s\n", self.options.config, self.settings->devices_len,
			       self.settings->devices_len == 1 ? "" : "s");
		end_everything(&self);
		return code;
	}
	for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings && code == DAEMON_OK; i++)
		code = beginnings[i](&self);
	if (code == DAEMON_OK) {
		log_notice(LOG_MAIN, NULL, "vpntriaged " PACKAGE_VERSION " polls %zu devices",
			   self.settings->devices_len);
		notify_ready("polling");
		uv_run(&self.loop, UV_RUN_DEFAULT);
		log_notice(LOG_MAIN, NULL, "stopped");
	}
	end_everything(&self);
	/* Returning would wait for the resolver's thread. */
	if (self.abandoned)
		_exit((int)code);
	return code;
}
