/* SPDX-License-Identifier: MIT
 * The dialogue with a firewall's command line.
 *
 *     (link: resolving … shell) ─▶ GREETING ─▶ CONFIRM ─▶ ENABLE ─▶ PAGER ─▶ READY ◀─▶ COMMAND
 *                                                                              │          │ over a limit
 *                                                          CLOSED ◀─ LEAVING ◀─┴── DRAINING
 *
 * GREETING   banner and pages of it; ends when a line that reads as a prompt has stayed last for stable_ms.
 * CONFIRM    an empty line was typed; ends when the same prompt stands there again. Now the prompt is known.
 * ENABLE     skipped when it ends in '#'. `enable`, a password prompt, the secret once. Refused: out.
 * PAGER      `terminal pager 0`. Refused: pages are answered instead.
 * COMMAND    typed; ends at the known prompt behind the echo. A prompt with another failover state must stay
 *            for stable_ms; an altogether other one (a renamed device) for much longer and be confirmed.
 * DRAINING   a command cannot be cancelled: its rest is read and dropped, within limits, then LEAVING.
 * LEAVING    `exit` until the device hangs up, three times at most.
 *
 * What stands on the screen is lib/asa/terminal.h's knowledge, how bytes get here is link.h's. This file holds
 * the queue, the deadlines and the decisions. Nothing is ever typed but the texts of the allow-list, an empty line, a
 * blank (or q) where the pager waits, and the enable password at a password prompt. Callbacks are called with
 * the session in a state that allows everything; after each of them `gone` is looked at.
 */
#include "config.h"

#include "daemon/session.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "asa/terminal.h"
#include "base/arena.h"
#include "base/memory.h"
#include "daemon/link.h"
#include "daemon/log.h"
#include "daemon/secret.h"

enum {
	/* Pages of a banner, and prompts that turned out to be none, before a login is given up. */
	GREETING_PAGES = 100,
	CONFIRM_TRIES = 4,
	GREETING_BYTES = 1 << 20,
	EXITS = 3,
	PAGER_TRIES = 2,
	/* How much longer than stable_ms a prompt must stay that stands where it should not: without the echo in front
	 * of it, or with another host's name. */
	UNECHOED_FACTOR = 4,
	OTHER_FACTOR = 8,
};

struct job {
	struct job *next;
	struct vt_command command;
	session_done *done; /* NULL: one of our own */
	void *user;
};

struct session {
	uv_loop_t *loop;
	uv_timer_t timer;
	uint64_t timer_at;
	struct vt_arena *arena;
	struct session_config config;
	struct session_callbacks callbacks;
	void *user;
	unsigned depth;
	bool gone;    /* session_free() was called */
	bool ending;  /* the results of the queue are being told */
	bool reopen;  /* session_open() was called meanwhile */
	bool closing; /* session_close() was called: no more commands after the running one */
	bool aborting;
	bool announced; /* on_ready was called for this login */

	enum session_state state;
	struct link *link;
	char address[SESSION_ADDRESS];
	struct vt_terminal terminal;
	struct vt_prompt prompt; /* the known one */
	struct vt_error why;     /* told by on_closed */
	bool secret_sent;
	unsigned pages, confirms, exits;
	bool pager_off, paged; /* we turned it off; a page came in spite of that */
	unsigned pager_tries;  /* in this context */
	unsigned cut_off;      /* logins in a row that ended after the password */

	/* deadlines in the loop's milliseconds; 0 is none */
	uint64_t limit_at, stable_at, keepalive_at, received_at;
	struct vt_prompt stays; /* the prompt that has to stay until stable_at */
	bool probed;            /* an empty line was typed to see whether it does */

	struct vt_command own; /* typed by the session itself */
	struct job *first, **last, *running;
	struct session_result result; /* of the running one, filled as it goes */
	uint64_t started, state_bytes;
	uint32_t size_hint[VT_CMD_COUNT];
	struct session_figures figures;
};

const char *session_state_name(enum session_state state)
{
	static const char *const names[] = {
		[SESSION_NEW] = "new",
		[SESSION_RESOLVING] = "resolving",
		[SESSION_CONNECTING] = "connecting",
		[SESSION_HANDSHAKE] = "handshake",
		[SESSION_HOST_KEY] = "host-key",
		[SESSION_AUTH] = "auth",
		[SESSION_CHANNEL] = "channel",
		[SESSION_PTY] = "pty",
		[SESSION_SHELL] = "shell",
		[SESSION_GREETING] = "greeting",
		[SESSION_CONFIRM] = "confirm",
		[SESSION_ENABLE] = "enable",
		[SESSION_PAGER] = "pager",
		[SESSION_READY] = "ready",
		[SESSION_COMMAND] = "command",
		[SESSION_DRAINING] = "draining",
		[SESSION_LEAVING] = "leaving",
		[SESSION_CLOSED] = "closed",
	};
	return names[state];
}

struct session_limits session_limits_default(void)
{
	return (struct session_limits){ .connect_ms = 10000,
					.auth_ms = 20000,
					.prompt_ms = 10000,
					.cheap_ms = 30000,
					.listing_ms = 30000,
					.config_ms = 60000,
					.trace_ms = 15000,
					.ping_extra_ms = 5000,
					.listing_bytes_per_s = 20000,
					.silence_ms = 20000,
					.stable_ms = 250,
					.drain_ms = 60000,
					.leave_ms = 3000,
					.keepalive_ms = 60000,
					.max_output_bytes = 64u << 20 };
}

static int64_t wall_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- entering and leaving ---- */

static void schedule(struct session *s);
static void closed(struct session *s);
static void next(struct session *s);

static void on_timer_closed(uv_handle_t *handle)
{
	struct session *s = handle->data;
	vt_arena_free(s->arena);
	free(s);
}

static void destroy(struct session *s)
{
	link_close(s->link);
	vt_terminal_clear(&s->terminal);
	vt_buf_free(&s->result.output);
	free(s->running);
	for (struct job *job = s->first, *after; job; job = after) {
		after = job->next;
		free(job);
	}
	secret_free(s->config.password);
	secret_free(s->config.identity);
	secret_free(s->config.enable_password);
	uv_close((uv_handle_t *)&s->timer, on_timer_closed);
}

/* Every way in goes through these two, so that a callback may free the session it is called for. */
static void enter(struct session *s)
{
	s->depth++;
}

static void leave(struct session *s)
{
	if (--s->depth)
		return;
	if (s->gone)
		destroy(s);
	else
		schedule(s);
}

static void set_state(struct session *s, enum session_state state)
{
	log_debug(LOG_SESSION, s->config.name, "%s", session_state_name(state));
	s->state = state;
}

static void event(struct session *s, enum session_event what, const char *text)
{
	if (s->callbacks.on_event && !s->gone)
		s->callbacks.on_event(s, what, text, s->user);
}

/* ---- typing ---- */

static void type(struct session *s, const char *bytes, size_t len)
{
	s->figures.tx_bytes += len;
	link_write(s->link, bytes, len);
}

static void type_line(struct session *s, struct vt_str text)
{
	char line[VT_COMMAND_TEXT + 1];
	memcpy(line, text.p, text.len);
	line[text.len] = '\n';
	vt_terminal_expect(&s->terminal, text, s->prompt.text[0] ? &s->prompt : NULL);
	type(s, line, text.len + 1);
}

static void type_empty_line(struct session *s)
{
	type_line(s, VT_STR(""));
}

/* The only door for commands: what is on the list, byte for byte. */
static void type_command(struct session *s, const struct vt_command *command)
{
	assert(vt_command_is_allowed(vt_command_text(command)));
	type_line(s, vt_command_text(command));
}

/* A command of our own; the terminal borrows its text until the echo is found. */
static void type_own(struct session *s, enum vt_command_id id)
{
	vt_command_build(id, NULL, &s->own, NULL);
	type_command(s, &s->own);
}

/* ---- results ---- */

/* Tells one command's result; its job is taken off already. */
static void tell(struct session *s, struct job *job, struct session_result *result)
{
	result->command = &job->command;
	if (job->done && !s->gone)
		job->done(s, result, job->user);
	vt_buf_free(&result->output);
	free(job);
}

static void tell_unsent(struct session *s, struct job *job)
{
	struct session_result result = { .status = VT_E_CLOSED, .truncated = true, .prompt = "" };
	if (s->why.status == VT_OK)
		vt_fail(&result.error, VT_E_CLOSED, "%s: '%s' was not sent (the session was closed)", s->config.name,
			job->command.text);
	else
		vt_fail(&result.error, VT_E_CLOSED, "%s: '%s' was not sent (%s)", s->config.name, job->command.text,
			s->why.text);
	result.started_at_ms = result.finished_at_ms = wall_ms();
	tell(s, job, &result);
}

/* Fills in what the device made of the command, once its prompt is back. */
static void judge(struct session *s, struct session_result *result, const struct vt_command *command)
{
	struct vt_str line;
	result->status = vt_answer_refusal(vt_buf_view(&result->output), &line);
	if (result->status != VT_OK)
		vt_fail(&result->error, result->status, "%s: '%s' was refused (" VT_FMT ")", s->config.name,
			command->text, VT_ARG(line));
}

static void finish(struct session *s, enum vt_status status, const struct vt_error *error)
{
	struct job *job = s->running;
	struct session_result result = s->result;
	unsigned async_lines;
	s->running = NULL;
	s->result = (struct session_result){ 0 };
	s->limit_at = s->stable_at = 0;
	result.mores = s->terminal.mores;
	result.truncated = status != VT_OK;
	result.prompt = status == VT_OK ? s->prompt.text : "";
	result.finished_at_ms = wall_ms();
	result.elapsed_ms = uv_now(s->loop) - s->started;
	vt_terminal_take(&s->terminal, job->command.shows_log, &result.output, &async_lines);
	result.async_lines = async_lines;
	s->size_hint[job->command.id] = (uint32_t)(result.output.len < UINT32_MAX ? result.output.len : UINT32_MAX);
	s->paged |= s->pager_off && result.mores;
	s->figures.commands++;
	s->figures.mores += result.mores;
	s->figures.async_lines += async_lines;
	s->figures.cli_ms += result.elapsed_ms;
	if (status == VT_OK) {
		judge(s, &result, &job->command);
	} else {
		result.status = status;
		result.error = *error;
	}
	tell(s, job, &result);
}

/* ---- the end ---- */

/* The link is gone. Everything is answered, then the owner is told. */
static void closed(struct session *s)
{
	link_close(s->link);
	s->link = NULL;
	s->limit_at = s->stable_at = s->keepalive_at = 0;
	s->closing = s->aborting = false;
	s->prompt.text[0] = '\0';
	s->ending = true;
	set_state(s, SESSION_CLOSED);
	if (s->running) {
		struct vt_error error;
		vt_fail(&error, VT_E_CLOSED, "%s: '%s' was cut off (%s)", s->config.name, s->running->command.text,
			s->why.status == VT_OK ? "the session was closed" : s->why.text);
		finish(s, VT_E_CLOSED, &error);
	}
	while (s->first && !s->gone) {
		struct job *job = s->first;
		s->first = job->next;
		tell_unsent(s, job);
	}
	s->last = &s->first;
	vt_terminal_clear(&s->terminal);
	if (s->gone)
		return;
	s->ending = false;
	const struct vt_error why = s->why;
	s->callbacks.on_closed(s, &why, s->user);
	if (!s->gone && s->reopen)
		session_open(s);
}

static void exit_again(struct session *s)
{
	s->exits++;
	s->stable_at = 0;
	s->limit_at = uv_now(s->loop) + s->config.limits.leave_ms;
	type_own(s, VT_CMD_EXIT);
}

/* Leaves for the reason in `why`, politely where a command line is there to be polite with. */
static void leave_device(struct session *s)
{
	set_state(s, SESSION_LEAVING);
	s->exits = 0;
	exit_again(s);
}

static void give_up(struct session *s, enum vt_status status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void give_up(struct session *s, enum vt_status status, const char *format, ...)
{
	char reason[400];
	va_list args;
	va_start(args, format);
	vsnprintf(reason, sizeof reason, format, args);
	va_end(args);
	vt_fail(&s->why, status, "%s: %s", s->config.name, reason);
}

/* A command broke a rule: its result says so, its rest is drained, then the session ends for the same reason. */
static void break_off(struct session *s, enum vt_status status, const char *reason)
{
	give_up(s, status, "'%s' %s", s->running->command.text, reason);
	const struct vt_error why = s->why;
	set_state(s, SESSION_DRAINING);
	finish(s, status, &why);
	vt_terminal_expect(&s->terminal, VT_STR_NONE, &s->prompt);
	s->limit_at = uv_now(s->loop) + s->config.limits.drain_ms;
	s->state_bytes = 0;
}

/* ---- login ---- */

static void greet(struct session *s)
{
	set_state(s, SESSION_GREETING);
	s->limit_at = uv_now(s->loop) + s->config.limits.prompt_ms;
	s->stable_at = 0;
	s->pages = s->confirms = s->pager_tries = 0;
	s->state_bytes = 0;
	s->secret_sent = s->pager_off = s->paged = s->announced = false;
	vt_terminal_expect(&s->terminal, VT_STR_NONE, NULL);
}

static void turn_pager_off(struct session *s)
{
	set_state(s, SESSION_PAGER);
	s->limit_at = uv_now(s->loop) + s->config.limits.prompt_ms;
	s->stable_at = 0;
	s->pager_off = true;
	s->pager_tries++;
	s->paged = false;
	type_own(s, VT_CMD_TERMINAL_PAGER_0);
}

/* The prompt is known: on to where commands can be typed. */
static void privileged_or_not(struct session *s)
{
	s->limit_at = uv_now(s->loop) + s->config.limits.prompt_ms;
	s->stable_at = 0;
	if (s->prompt.config) {
		give_up(s, VT_E_PROTOCOL, "the command line is in a configuration mode ('%s')", s->prompt.text);
		leave_device(s);
	} else if (s->prompt.privileged) {
		turn_pager_off(s);
	} else if (!s->config.enable_password || s->secret_sent) {
		give_up(s, VT_E_ENABLE,
			s->secret_sent ? "enable was refused, the prompt is still '%s'"
				       : "the login ends at '%s' and no enable password is configured",
			s->prompt.text);
		leave_device(s);
	} else {
		set_state(s, SESSION_ENABLE);
		type_own(s, VT_CMD_ENABLE);
	}
}

static void send_enable_password(struct session *s)
{
	size_t len = secret_len(s->config.enable_password);
	s->secret_sent = true;
	s->limit_at = uv_now(s->loop) + s->config.limits.prompt_ms;
	vt_terminal_expect(&s->terminal, VT_STR_NONE, &s->prompt);
	s->figures.tx_bytes += len + 1;
	link_write(s->link, secret_text(s->config.enable_password), len);
	link_write(s->link, "\n", 1);
}

/* Wrong: empty lines fall back to '>', where `exit` can be typed. The secret is not sent again. */
static void enable_refused(struct session *s)
{
	give_up(s, VT_E_ENABLE, "enable was refused (wrong enable password)");
	set_state(s, SESSION_LEAVING);
	s->exits = 0;
	s->limit_at = uv_now(s->loop) + s->config.limits.leave_ms;
	vt_terminal_expect(&s->terminal, VT_STR_NONE, &s->prompt);
	type(s, "\n", 1);
}

static void wait_for_it_to_stay(struct session *s, uint64_t ms)
{
	s->stays = s->terminal.seen;
	s->stable_at = uv_now(s->loop) + ms;
}

static void on_greeting(struct session *s, enum vt_screen screen)
{
	s->stable_at = 0;
	if (screen == VT_SCREEN_PAGER && ++s->pages <= GREETING_PAGES) {
		s->limit_at = uv_now(s->loop) + s->config.limits.prompt_ms;
		type(s, " ", 1);
	} else if (screen == VT_SCREEN_PROMPT) {
		wait_for_it_to_stay(s, s->config.limits.stable_ms);
	}
}

static void on_confirm(struct session *s, enum vt_screen screen)
{
	s->stable_at = 0;
	if (screen == VT_SCREEN_PAGER && ++s->pages <= GREETING_PAGES)
		type(s, " ", 1);
	else if (screen != VT_SCREEN_PROMPT)
		return;
	else if (s->terminal.match == VT_PROMPT_SAME && s->terminal.echoed)
		privileged_or_not(s);
	else
		wait_for_it_to_stay(s, (uint64_t)s->config.limits.stable_ms * UNECHOED_FACTOR);
}

static void on_enable(struct session *s, enum vt_screen screen)
{
	s->stable_at = 0;
	if (screen == VT_SCREEN_PASSWORD && !s->secret_sent) {
		send_enable_password(s);
	} else if (screen == VT_SCREEN_PROMPT && s->terminal.echoed && s->terminal.seen.privileged) {
		s->prompt = s->terminal.seen;
		privileged_or_not(s);
	} else if (screen == VT_SCREEN_PASSWORD || screen == VT_SCREEN_USERNAME) {
		enable_refused(s);
	} else if (screen == VT_SCREEN_PROMPT) {
		wait_for_it_to_stay(s,
				    (uint64_t)s->config.limits.stable_ms * (s->terminal.echoed ? 1 : UNECHOED_FACTOR));
	}
}

static void on_pager_answer(struct session *s, enum vt_screen screen)
{
	s->stable_at = 0;
	if (screen == VT_SCREEN_PAGER) {
		type(s, " ", 1);
	} else if (screen == VT_SCREEN_PROMPT && s->terminal.match == VT_PROMPT_SAME && s->terminal.echoed) {
		struct vt_str line;
		if (vt_answer_refusal(vt_buf_view(&s->terminal.text), &line) != VT_OK) {
			s->pager_off = false;
			log_notice(LOG_SESSION, s->config.name,
				   "the pager stays on (" VT_FMT "); pages will be answered", VT_ARG(line));
		}
		next(s);
	} else if (screen == VT_SCREEN_PROMPT) {
		wait_for_it_to_stay(s, (uint64_t)s->config.limits.stable_ms * UNECHOED_FACTOR);
	}
}

/* ---- commands ---- */

/* How long the running command may take, now that so many bytes came. */
static uint64_t time_allowed(const struct session *s)
{
	const struct session_limits *limits = &s->config.limits;
	uint64_t bytes_per_s = limits->listing_bytes_per_s ? limits->listing_bytes_per_s : 1;
	uint64_t grown = s->result.bytes * 1000 / bytes_per_s;
	switch (s->running->command.limit) {
	case VT_LIMIT_PROMPT:
		return limits->prompt_ms;
	case VT_LIMIT_CHEAP:
		return limits->cheap_ms;
	case VT_LIMIT_LISTING:
		return limits->listing_ms + grown;
	case VT_LIMIT_CONFIG:
		return limits->config_ms + grown;
	case VT_LIMIT_PING:
		return (uint64_t)s->running->command.takes_ms + limits->ping_extra_ms;
	case VT_LIMIT_TRACE:
		return limits->trace_ms;
	}
	return limits->cheap_ms;
}

static uint64_t command_deadline(const struct session *s)
{
	uint64_t silence = s->received_at + s->config.limits.silence_ms, total = s->started + time_allowed(s);
	return silence < total ? silence : total;
}

static void run(struct session *s, struct job *job)
{
	set_state(s, SESSION_COMMAND);
	s->running = job;
	s->probed = false;
	s->result = (struct session_result){ .started_at_ms = wall_ms() };
	s->started = s->received_at = uv_now(s->loop);
	s->stable_at = s->keepalive_at = 0;
	/* Room for as much as the last time, so that a listing is not moved while it grows. */
	vt_terminal_room(&s->terminal, s->size_hint[job->command.id] + s->size_hint[job->command.id] / 16u);
	type_command(s, &job->command);
	s->limit_at = command_deadline(s);
}

/* At a prompt with nothing running. */
static void next(struct session *s)
{
	if (s->gone)
		return;
	s->stable_at = 0;
	if (s->closing) {
		leave_device(s);
		return;
	}
	if (!s->announced) {
		s->announced = true;
		s->cut_off = 0;
		s->figures.logins++;
		set_state(s, SESSION_READY);
		s->callbacks.on_ready(s, s->user);
		if (s->gone || s->state != SESSION_READY)
			return;
	}
	if (s->paged && s->pager_tries < PAGER_TRIES) {
		turn_pager_off(s);
		return;
	}
	struct job *job = s->first;
	if (job) {
		s->first = job->next;
		s->last = s->first ? s->last : &s->first;
		run(s, job);
		return;
	}
	set_state(s, SESSION_READY);
	vt_terminal_clear(&s->terminal);
	vt_terminal_expect(&s->terminal, VT_STR_NONE, &s->prompt);
	s->limit_at = 0;
	s->state_bytes = 0;
	s->keepalive_at = s->config.limits.keepalive_ms ? uv_now(s->loop) + s->config.limits.keepalive_ms : 0;
}

static bool changes_context(const struct job *job)
{
	return job->command.id == VT_CMD_CHANGETO_CONTEXT || job->command.id == VT_CMD_CHANGETO_SYSTEM;
}

/* The prompt of the running command is back, and it is another one than before. */
static void learn_prompt(struct session *s)
{
	bool expected = changes_context(s->running), was_privileged = s->prompt.privileged;
	s->prompt = s->terminal.seen;
	if (expected)
		s->pager_tries = 0; /* a context may have a pager of its own */
	else
		event(s, SESSION_EVENT_PROMPT_CHANGED, s->prompt.text);
	if (was_privileged && !s->prompt.privileged)
		event(s, SESSION_EVENT_NOT_PRIVILEGED, s->prompt.text);
}

static void command_done(struct session *s)
{
	static const struct vt_error none;
	if (s->terminal.seen.config) {
		break_off(s, VT_E_PROTOCOL, "ended in a configuration mode");
		if (!s->gone)
			leave_device(s);
		return;
	}
	if (s->terminal.match != VT_PROMPT_SAME)
		learn_prompt(s);
	if (s->gone)
		return;
	finish(s, VT_OK, &none);
	if (!s->gone && s->state == SESSION_COMMAND)
		next(s);
}

static void on_command_screen(struct session *s, enum vt_screen screen)
{
	uint64_t stable = s->config.limits.stable_ms;
	s->stable_at = 0;
	if (s->result.bytes > s->config.limits.max_output_bytes) {
		break_off(s, VT_E_LIMIT, "printed more than is accepted");
		return;
	}
	if (screen == VT_SCREEN_PAGER)
		type(s, " ", 1);
	if (screen != VT_SCREEN_PROMPT)
		return;
	if (!s->terminal.echoed)
		wait_for_it_to_stay(s, stable * UNECHOED_FACTOR);
	else if (s->terminal.match == VT_PROMPT_SAME)
		command_done(s);
	else if (s->terminal.match == VT_PROMPT_STATE || changes_context(s->running))
		wait_for_it_to_stay(s, stable);
	else if (s->probed && strcmp(s->terminal.seen.text, s->stays.text) == 0)
		command_done(s);
	else
		wait_for_it_to_stay(s, stable * OTHER_FACTOR);
}

/* ---- bytes and deadlines ---- */

static void on_leaving(struct session *s, enum vt_screen screen)
{
	if (screen == VT_SCREEN_PASSWORD && s->exits < EXITS) {
		s->exits++;
		vt_terminal_expect(&s->terminal, VT_STR_NONE, &s->prompt);
		type(s, "\n", 1);
	} else if (screen == VT_SCREEN_PROMPT && s->exits < EXITS) {
		wait_for_it_to_stay(s, s->terminal.echoed ? 0 : s->config.limits.stable_ms);
	}
}

static void on_draining(struct session *s, enum vt_screen screen)
{
	s->stable_at = 0;
	if (s->state_bytes > 4 * (uint64_t)s->config.limits.max_output_bytes) {
		closed(s);
		return;
	}
	if (screen == VT_SCREEN_PAGER)
		type(s, "q", 1);
	else if (screen == VT_SCREEN_PROMPT && s->terminal.match != VT_PROMPT_OTHER)
		wait_for_it_to_stay(s, s->config.limits.stable_ms);
	else
		vt_terminal_forget(&s->terminal);
}

/* Between commands a device has nothing to say but a message or two. */
static void on_idle_bytes(struct session *s)
{
	vt_terminal_forget(&s->terminal);
	if (s->state_bytes > GREETING_BYTES) {
		give_up(s, VT_E_LIMIT, "%s talks without being asked", s->address);
		closed(s);
	}
}

static void react(struct session *s, enum vt_screen screen)
{
	switch (s->state) {
	case SESSION_GREETING:
		on_greeting(s, screen);
		break;
	case SESSION_CONFIRM:
		on_confirm(s, screen);
		break;
	case SESSION_ENABLE:
		on_enable(s, screen);
		break;
	case SESSION_PAGER:
		on_pager_answer(s, screen);
		break;
	case SESSION_COMMAND:
		on_command_screen(s, screen);
		break;
	case SESSION_DRAINING:
		on_draining(s, screen);
		break;
	case SESSION_LEAVING:
		on_leaving(s, screen);
		break;
	case SESSION_READY:
		on_idle_bytes(s);
		break;
	case SESSION_NEW:
	case SESSION_RESOLVING:
	case SESSION_CONNECTING:
	case SESSION_HANDSHAKE:
	case SESSION_HOST_KEY:
	case SESSION_AUTH:
	case SESSION_CHANNEL:
	case SESSION_PTY:
	case SESSION_SHELL:
	case SESSION_CLOSED:
		break;
	}
}

static char *on_room(void *user, size_t n)
{
	struct session *s = user;
	return vt_terminal_room(&s->terminal, n);
}

static void on_read(void *user, size_t n)
{
	struct session *s = user;
	enter(s);
	s->received_at = uv_now(s->loop);
	s->figures.rx_bytes += n;
	s->figures.reads++;
	s->result.bytes += n;
	s->result.reads++;
	s->state_bytes += n;
	react(s, vt_terminal_feed(&s->terminal, n));
	if (!s->gone && s->state >= SESSION_GREETING && s->state <= SESSION_PAGER && s->state_bytes > GREETING_BYTES) {
		give_up(s, VT_E_LIMIT, "%s sent more than %d bytes before its prompt", s->address, GREETING_BYTES);
		closed(s);
	}
	leave(s);
}

/* The prompt that had to stay has stayed. */
static void on_stable(struct session *s)
{
	s->stable_at = 0;
	switch (s->state) {
	case SESSION_GREETING:
		s->prompt = s->stays;
		set_state(s, SESSION_CONFIRM);
		type_empty_line(s);
		break;
	case SESSION_CONFIRM:
		if (s->terminal.match == VT_PROMPT_SAME) {
			privileged_or_not(s);
		} else if (++s->confirms < CONFIRM_TRIES) {
			s->prompt = s->stays;
			type_empty_line(s);
		}
		break;
	case SESSION_ENABLE:
		s->prompt = s->stays;
		s->secret_sent = true; /* whatever it asked for, it is not asked again */
		privileged_or_not(s);
		break;
	case SESSION_PAGER:
		s->prompt = s->stays;
		next(s);
		break;
	case SESSION_COMMAND:
		if (s->terminal.match != VT_PROMPT_OTHER || changes_context(s->running)) {
			command_done(s);
		} else if (!s->probed) {
			s->probed = true;
			type(s, "\n", 1);
		}
		break;
	case SESSION_DRAINING:
		leave_device(s);
		break;
	case SESSION_LEAVING:
		exit_again(s);
		break;
	default:
		break;
	}
}

static void on_limit(struct session *s)
{
	uint64_t now = uv_now(s->loop);
	s->limit_at = 0;
	if (s->state == SESSION_COMMAND) {
		uint64_t deadline = command_deadline(s);
		if (deadline > now) { /* bytes came meanwhile */
			s->limit_at = deadline;
			return;
		}
		if (s->received_at + s->config.limits.silence_ms > now) {
			break_off(s, VT_E_TIMEOUT, "took longer than it may");
			return;
		}
		give_up(s, VT_E_TIMEOUT, "'%s' was not answered: %u ms of silence", s->running->command.text,
			s->config.limits.silence_ms);
		const struct vt_error why = s->why;
		finish(s, VT_E_TIMEOUT, &why);
	} else if (s->state < SESSION_READY) {
		give_up(s, VT_E_TIMEOUT, "no prompt from %s within %u ms (%s)", s->address, s->config.limits.prompt_ms,
			session_state_name(s->state));
	}
	if (!s->gone)
		closed(s);
}

static void on_keepalive(struct session *s)
{
	s->keepalive_at = uv_now(s->loop) + s->config.limits.keepalive_ms;
	link_keepalive(s->link);
}

static void on_timer(uv_timer_t *timer)
{
	struct session *s = timer->data;
	uint64_t now = uv_now(s->loop);
	enter(s);
	s->timer_at = 0;
	if (s->aborting)
		closed(s);
	else if (s->closing && s->link && s->state < SESSION_READY)
		closed(s);
	else if (s->closing && s->state == SESSION_READY)
		leave_device(s);
	else if (s->stable_at && s->stable_at <= now)
		on_stable(s);
	else if (s->limit_at && s->limit_at <= now)
		on_limit(s);
	else if (s->keepalive_at && s->keepalive_at <= now)
		on_keepalive(s);
	else if (s->state == SESSION_READY && s->first)
		next(s);
	leave(s);
}

/* Arms the timer for the nearest deadline. One that moved away later is found out when it fires. */
static void schedule(struct session *s)
{
	uint64_t now = uv_now(s->loop), at = UINT64_MAX;
	const uint64_t deadlines[] = { s->stable_at, s->limit_at, s->keepalive_at };
	for (size_t i = 0; i < sizeof deadlines / sizeof *deadlines; i++)
		if (deadlines[i] && deadlines[i] < at)
			at = deadlines[i];
	bool at_once = s->aborting || (s->closing && s->link && s->state <= SESSION_READY) ||
		       (s->state == SESSION_READY && s->first);
	if (at_once)
		at = now;
	if (at == UINT64_MAX || (s->timer_at && s->timer_at <= at))
		return;
	s->timer_at = at ? at : 1;
	uv_timer_start(&s->timer, on_timer, at > now ? at - now : 0, 0);
}

/* ---- what the link says ---- */

static void on_link_state(void *user, enum session_state state)
{
	set_state(user, state);
}

static void on_link_hostkey(void *user, const char *text)
{
	struct session *s = user;
	enter(s);
	log_notice(LOG_SESSION, s->config.name, "host key of %s remembered (%s)", s->address, text);
	event(s, SESSION_EVENT_HOSTKEY_ADDED, text);
	leave(s);
}

static void on_link_open(void *user)
{
	struct session *s = user;
	enter(s);
	greet(s);
	leave(s);
}

static void on_link_end(void *user, const struct vt_error *why)
{
	struct session *s = user;
	enter(s);
	s->link = NULL;
	if (s->state == SESSION_AUTH && why->status == VT_E_CLOSED && ++s->cut_off > 1)
		/* Not said, but twice in a row: some devices hang up on a wrong password. Trying on would lock the
		 * account. */
		give_up(s, VT_E_AUTH, "%s hung up during the login, again; taken for a refusal", s->address);
	else if (s->state != SESSION_LEAVING && s->state != SESSION_DRAINING)
		s->why = *why;
	closed(s);
	leave(s);
}

static const struct link_callbacks link_callbacks = {
	.on_state = on_link_state,
	.on_hostkey = on_link_hostkey,
	.on_open = on_link_open,
	.room = on_room,
	.on_read = on_read,
	.on_end = on_link_end,
};

/* ---- the owner's side ---- */

static void copy_config(struct session *s, const struct session_config *config)
{
	const char **addresses = VT_NEW_ARRAY(s->arena, const char *, config->n_addresses);
	s->config = *config;
	s->config.name = vt_arena_str(s->arena, vt_str_of(config->name)).p;
	s->config.username = vt_arena_str(s->arena, vt_str_of(config->username)).p;
	for (size_t i = 0; i < config->n_addresses; i++)
		addresses[i] = vt_arena_str(s->arena, vt_str_of(config->addresses[i])).p;
	s->config.addresses = addresses;
	secret_ref(config->password);
	secret_ref(config->identity);
	secret_ref(config->enable_password);
}

struct session *session_new(uv_loop_t *loop, const struct session_config *config,
			    const struct session_callbacks *callbacks, void *user)
{
	struct session *s = vt_must(calloc(1, sizeof *s));
	*s = (struct session){ .loop = loop, .arena = vt_arena_new(), .callbacks = *callbacks, .user = user };
	s->last = &s->first;
	copy_config(s, config);
	uv_timer_init(loop, &s->timer);
	s->timer.data = s;
	return s;
}

void session_free(struct session *s)
{
	if (!s || s->gone)
		return;
	enter(s);
	s->gone = true;
	leave(s);
}

static bool is_open(const struct session *s)
{
	return s->state != SESSION_NEW && s->state != SESSION_CLOSED;
}

void session_open(struct session *s)
{
	if (s->ending || s->gone) {
		s->reopen = true;
		return;
	}
	if (is_open(s))
		return;
	s->reopen = false;
	s->why = (struct vt_error){ 0 };
	s->closing = s->aborting = false;
	set_state(s, SESSION_RESOLVING);
	s->link = link_open(s->loop, &s->config, &link_callbacks, s, s->address);
}

void session_close(struct session *s)
{
	if (!is_open(s) || s->gone)
		return;
	s->closing = true;
	if (!s->depth)
		schedule(s);
}

void session_abort(struct session *s)
{
	if (!is_open(s) || s->gone)
		return;
	s->aborting = true;
	if (!s->depth)
		schedule(s);
}

enum vt_status session_run(struct session *s, const struct vt_command *command, session_done *done, void *user)
{
	if (!is_open(s) || s->gone || s->closing || s->aborting || s->state == SESSION_LEAVING ||
	    s->state == SESSION_DRAINING)
		return VT_E_CLOSED;
	/* The session's own words are not for others. */
	if (command->id == VT_CMD_ENABLE || command->id == VT_CMD_EXIT || command->id == VT_CMD_TERMINAL_PAGER_0 ||
	    !vt_command_is_allowed(vt_command_text(command)))
		return VT_E_ARGUMENT;
	struct job *job = vt_must(malloc(sizeof *job));
	*job = (struct job){ .command = *command, .done = done, .user = user };
	*s->last = job;
	s->last = &job->next;
	if (!s->depth)
		schedule(s);
	return VT_OK;
}

enum vt_status session_changeto(struct session *s, const char *context, session_done *done, void *user)
{
	const struct vt_command_args args = { .context = vt_str_of(context) };
	struct vt_command command;
	enum vt_status status = vt_command_build(context ? VT_CMD_CHANGETO_CONTEXT : VT_CMD_CHANGETO_SYSTEM, &args,
						 &command, NULL);
	return status == VT_OK ? session_run(s, &command, done, user) : status;
}

enum session_state session_state(const struct session *s)
{
	return s->state;
}

bool session_is_idle(const struct session *s)
{
	return s->state == SESSION_READY && !s->first && !s->running && !s->closing && !s->aborting;
}

const char *session_name(const struct session *s)
{
	return s->config.name;
}

const char *session_address(const struct session *s)
{
	return s->address;
}

const char *session_prompt(const struct session *s)
{
	return s->prompt.text;
}

struct session_figures session_figures(const struct session *s)
{
	return s->figures;
}
