/* SPDX-License-Identifier: MIT
 * Logs in to one device, runs commands of the allow-list, prints what came back: the session module by hand.
 *
 *     asatalk --user u --password-file p --enable-file e --known-hosts k 192.0.2.1 -- "show version" "show mode"
 *
 * With --json each event is one object on a line: ready, event, result, closed. "sleep MS" between the commands leaves
 * the session idle; a command behind `closed` opens it anew, "close" closes it.
 */
#include "config.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "daemon/log.h"
#include "daemon/secret.h"
#include "daemon/session.h"

struct talk {
	uv_loop_t loop;
	uv_timer_t timer;
	struct session *session;
	char **commands;
	int n_commands, at;
	bool json, failed;
};

static void go_on(struct talk *talk);

static void say(struct talk *talk, json_t *object)
{
	char *line = json_dumps(object, JSON_COMPACT | JSON_ENSURE_ASCII);
	puts(line ? line : "{}");
	fflush(stdout);
	free(line);
	json_decref(object);
	(void)talk;
}

/* A device may send any byte. */
static json_t *text_of(struct vt_str s)
{
	json_t *text = json_stringn(s.p ? s.p : "", s.len);
	if (text)
		return text;
	struct vt_buf latin1 = { 0 };
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c >= 0x80) {
			vt_buf_char(&latin1, (char)(0xc0 | c >> 6));
			c = (unsigned char)(0x80 | (c & 0x3f));
		}
		vt_buf_char(&latin1, (char)c);
	}
	text = json_stringn(latin1.p, latin1.len);
	vt_buf_free(&latin1);
	return text;
}

static void on_result(struct session *session, struct session_result *result, void *user)
{
	struct talk *talk = user;
	(void)session;
	talk->failed |= result->status != VT_OK;
	if (talk->json)
		say(talk,
		    json_pack("{s:s, s:s, s:s, s:s, s:o, s:b, s:I, s:I, s:I, s:i, s:i, s:s}", "event", "result",
			      "command", result->command->text, "status", vt_status_name(result->status), "error",
			      result->error.text, "output", text_of(vt_buf_view(&result->output)), "truncated",
			      result->truncated, "elapsed_ms", (json_int_t)result->elapsed_ms, "bytes",
			      (json_int_t)result->bytes, "reads", (json_int_t)result->reads, "mores",
			      (int)result->mores, "async_lines", (int)result->async_lines, "prompt", result->prompt));
	else if (result->status == VT_OK)
		printf("== %s\n%s", result->command->text, result->output.p ? result->output.p : "");
	else
		printf("== %s\n%s%s\n", result->command->text, result->output.p ? result->output.p : "",
		       result->error.text);
	if (result->status != VT_E_CLOSED)
		go_on(talk);
}

static void on_ready(struct session *session, void *user)
{
	struct talk *talk = user;
	if (talk->json)
		say(talk, json_pack("{s:s, s:s, s:s}", "event", "ready", "prompt", session_prompt(session), "address",
				    session_address(session)));
	go_on(talk);
}

static void on_closed(struct session *session, const struct vt_error *why, void *user)
{
	struct talk *talk = user;
	struct session_figures f = session_figures(session);
	talk->failed |= why->status != VT_OK;
	if (talk->json)
		say(talk, json_pack("{s:s, s:s, s:s, s:I, s:I, s:I}", "event", "closed", "status",
				    vt_status_name(why->status), "error", why->text, "commands", (json_int_t)f.commands,
				    "rx_bytes", (json_int_t)f.rx_bytes, "cli_ms", (json_int_t)f.cli_ms));
	else if (why->status != VT_OK)
		printf("%s\n", why->text);
	if (why->status == VT_E_CLOSED && talk->at < talk->n_commands) {
		session_open(session);
		return;
	}
	session_free(session);
	uv_close((uv_handle_t *)&talk->timer, NULL);
}

static void on_event(struct session *session, enum session_event event, const char *text, void *user)
{
	static const char *const names[] = { "hostkey-added", "prompt-changed", "not-privileged" };
	struct talk *talk = user;
	(void)session;
	if (talk->json)
		say(talk, json_pack("{s:s, s:s, s:s}", "event", "event", "what", names[event], "text", text));
	else
		printf("-- %s: %s\n", names[event], text);
}

static void on_slept(uv_timer_t *timer)
{
	struct talk *talk = timer->data;
	if (session_state(talk->session) != SESSION_CLOSED)
		go_on(talk);
}

static void go_on(struct talk *talk)
{
	unsigned ms;
	if (talk->at == talk->n_commands) {
		session_close(talk->session);
		return;
	}
	const char *text = talk->commands[talk->at++];
	struct vt_command command;
	struct vt_error error;
	if (sscanf(text, "sleep %u", &ms) == 1) {
		uv_timer_start(&talk->timer, on_slept, ms, 0);
	} else if (strcmp(text, "close") == 0) {
		session_close(talk->session);
	} else if (vt_command_parse(vt_str_of(text), &command, &error) != VT_OK) {
		fprintf(stderr, "asatalk: %s\n", error.text);
		talk->failed = true;
		session_close(talk->session);
	} else if (session_run(talk->session, &command, on_result, talk) == VT_E_ARGUMENT) {
		fprintf(stderr, "asatalk: '%s' is the session's own command\n", text);
		talk->failed = true;
		session_close(talk->session);
	}
}

static bool algorithms_named(const char *name, enum vt_algorithms *algorithms)
{
	for (int i = VT_ALGORITHMS_MODERN; i <= VT_ALGORITHMS_ANCIENT; i++)
		if (strcmp(name, vt_algorithms_name((enum vt_algorithms)i)) == 0) {
			*algorithms = (enum vt_algorithms)i;
			return true;
		}
	return false;
}

static void must(enum vt_status status, const struct vt_error *error)
{
	if (status == VT_OK)
		return;
	fprintf(stderr, "asatalk: %s\n", error->text);
	exit(2);
}

static bool set_limit(struct session_limits *limits, const char *text)
{
	static const struct {
		const char *name;
		size_t offset;
	} names[] = {
		{ "connect", offsetof(struct session_limits, connect_ms) },
		{ "auth", offsetof(struct session_limits, auth_ms) },
		{ "prompt", offsetof(struct session_limits, prompt_ms) },
		{ "cheap", offsetof(struct session_limits, cheap_ms) },
		{ "listing", offsetof(struct session_limits, listing_ms) },
		{ "config", offsetof(struct session_limits, config_ms) },
		{ "silence", offsetof(struct session_limits, silence_ms) },
		{ "stable", offsetof(struct session_limits, stable_ms) },
		{ "drain", offsetof(struct session_limits, drain_ms) },
		{ "leave", offsetof(struct session_limits, leave_ms) },
		{ "keepalive", offsetof(struct session_limits, keepalive_ms) },
		{ "rate", offsetof(struct session_limits, listing_bytes_per_s) },
	};
	char name[32];
	unsigned value;
	if (sscanf(text, "%31[a-z]=%u", name, &value) != 2)
		return false;
	if (strcmp(name, "bytes") == 0) {
		limits->max_output_bytes = value;
		return true;
	}
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(name, names[i].name) == 0) {
			*(uint32_t *)((char *)limits + names[i].offset) = value;
			return true;
		}
	return false;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "port", required_argument, NULL, 'p' },
		{ "user", required_argument, NULL, 'u' },
		{ "password-file", required_argument, NULL, 'P' },
		{ "enable-file", required_argument, NULL, 'E' },
		{ "identity", required_argument, NULL, 'i' },
		{ "known-hosts", required_argument, NULL, 'k' },
		{ "accept-new", no_argument, NULL, 'n' },
		{ "algorithms", required_argument, NULL, 'a' },
		{ "limit", required_argument, NULL, 'l' },
		{ "json", no_argument, NULL, 'j' },
		{ "verbose", no_argument, NULL, 'v' },
		{ NULL, 0, NULL, 0 },
	};
	struct talk talk = { 0 };
	struct hostkey_store *pins = NULL;
	const char *known_hosts = "/dev/null";
	struct vt_error error;
	struct session_config config = {
		.name = "device", .port = 22, .username = "", .limits = session_limits_default()
	};
	const struct session_callbacks callbacks = { on_ready, on_closed, on_event };
	int option;
	log_init(LOG_LEVEL_WARNING);
	while ((option = getopt_long(argc, argv, "+", options, NULL)) != -1) {
		switch (option) {
		case 'p':
			config.port = (uint16_t)atoi(optarg);
			break;
		case 'u':
			config.username = optarg;
			break;
		case 'P':
			must(secret_from_file(optarg, SECRET_LINE, &config.password, &error), &error);
			break;
		case 'E':
			must(secret_from_file(optarg, SECRET_LINE, &config.enable_password, &error), &error);
			break;
		case 'i':
			must(secret_from_file(optarg, SECRET_WHOLE, &config.identity, &error), &error);
			break;
		case 'k':
			known_hosts = optarg;
			break;
		case 'n':
			config.host_keys = VT_HOST_KEYS_ACCEPT_NEW;
			break;
		case 'a':
			if (!algorithms_named(optarg, &config.algorithms))
				return 2;
			break;
		case 'l':
			if (!set_limit(&config.limits, optarg))
				return 2;
			break;
		case 'j':
			talk.json = true;
			break;
		case 'v':
			log_set_level(LOG_LEVEL_DEBUG);
			break;
		default:
			return 2;
		}
	}
	config.addresses = (const char *const *)argv + optind;
	while (argv[optind] && strcmp(argv[optind], "--") != 0)
		optind++, config.n_addresses++;
	talk.commands = argv[optind] ? argv + optind + 1 : argv + optind;
	talk.n_commands = argv[optind] ? argc - optind - 1 : 0;
	must(hostkey_store_open(known_hosts, &pins, &error), &error);
	config.pins = pins;
	uv_loop_init(&talk.loop);
	uv_timer_init(&talk.loop, &talk.timer);
	talk.timer.data = &talk;
	talk.session = session_new(&talk.loop, &config, &callbacks, &talk);
	session_open(talk.session);
	uv_run(&talk.loop, UV_RUN_DEFAULT);
	secret_free(config.password);
	secret_free(config.enable_password);
	secret_free(config.identity);
	uv_loop_close(&talk.loop);
	hostkey_store_free(pins);
	return talk.failed;
}
