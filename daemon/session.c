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
 * What stands on the screen is lib/asa/terminal.h's knowledge, how bytes get here is link.h's. GREETING to PAGER are
 * session_login.c, COMMAND to LEAVING session_command.c; this file has the queue, the deadlines and the owner's side.
 * Callbacks are called with the session in a state that allows everything; after each of them `gone` is looked at.
 */
#include "config.h"

#include "daemon/session_parts.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/memory.h"
#include "daemon/log.h"
#include "daemon/secret.h"

/* What a device may say before its prompt, or without being asked. */
#define GREETING_BYTES (1 << 20)

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

/* ---- entering and leaving ---- */

static void schedule(struct session *s);

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

/* ---- the end ---- */

void session_end(struct session *s)
{
	link_close(s->link);
	s->link = NULL;
	s->limit_at = s->stable_at = s->keepalive_at = 0;
	s->closing = false;
	s->prompt.text[0] = '\0';
	s->ending = true;
	talk_state(s, SESSION_CLOSED);
	if (s->running) {
		struct vt_error error;
		vt_fail(&error, VT_E_CLOSED, "%s: '%s' was cut off (%s)", s->config.name, s->running->command.text,
			s->why.status == VT_OK ? "the session was closed" : s->why.text);
		command_finish(s, VT_E_CLOSED, &error);
	}
	while (s->first && !s->gone) {
		struct job *job = s->first;
		s->first = job->next;
		command_unsent(s, job);
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

/* ---- bytes and deadlines ---- */

/* Between commands a device has nothing to say but a message or two. */
static void on_idle_bytes(struct session *s)
{
	vt_terminal_forget(&s->terminal);
	if (s->state_bytes > GREETING_BYTES) {
		talk_give_up(s, VT_E_LIMIT, "%s talks without being asked", s->address);
		session_end(s);
	}
}

static void react(struct session *s, enum vt_screen screen)
{
	switch (s->state) {
	case SESSION_GREETING:
		login_on_greeting(s, screen);
		break;
	case SESSION_CONFIRM:
		login_on_confirm(s, screen);
		break;
	case SESSION_ENABLE:
		login_on_enable(s, screen);
		break;
	case SESSION_PAGER:
		login_on_pager(s, screen);
		break;
	case SESSION_COMMAND:
		command_on_screen(s, screen);
		break;
	case SESSION_DRAINING:
		command_on_draining(s, screen);
		break;
	case SESSION_LEAVING:
		command_on_leaving(s, screen);
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
		talk_give_up(s, VT_E_LIMIT, "%s sent more than %d bytes before its prompt", s->address, GREETING_BYTES);
		session_end(s);
	}
	leave(s);
}

static void on_stable(struct session *s)
{
	s->stable_at = 0;
	if (s->state < SESSION_READY)
		login_on_stable(s);
	else
		command_on_stable(s);
}

static void on_limit(struct session *s)
{
	s->limit_at = 0;
	if (s->state == SESSION_COMMAND) {
		if (!command_on_limit(s))
			return;
	} else if (s->state < SESSION_READY) {
		talk_give_up(s, VT_E_TIMEOUT, "no prompt from %s within %u ms (%s)", s->address,
			     s->config.limits.prompt_ms, session_state_name(s->state));
	}
	if (!s->gone)
		session_end(s);
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
	if (s->closing && s->link && s->state < SESSION_READY)
		session_end(s);
	else if (s->closing && s->state == SESSION_READY)
		talk_leave(s);
	else if (s->stable_at && s->stable_at <= now)
		on_stable(s);
	else if (s->limit_at && s->limit_at <= now)
		on_limit(s);
	else if (s->keepalive_at && s->keepalive_at <= now)
		on_keepalive(s);
	else if (s->state == SESSION_READY && s->first)
		command_next(s);
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
	bool at_once = (s->closing && s->link && s->state <= SESSION_READY) || (s->state == SESSION_READY && s->first);
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
	talk_state(user, state);
}

static void on_link_hostkey(void *user, const char *text)
{
	struct session *s = user;
	enter(s);
	log_notice(LOG_SESSION, s->config.name, "host key of %s remembered (%s)", s->address, text);
	talk_event(s, SESSION_EVENT_HOSTKEY_ADDED, text);
	leave(s);
}

static void on_link_open(void *user)
{
	struct session *s = user;
	enter(s);
	login_begin(s);
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
		talk_give_up(s, VT_E_AUTH, "%s hung up during the login, again; taken for a refusal", s->address);
	else if (s->state != SESSION_LEAVING && s->state != SESSION_DRAINING)
		s->why = *why;
	session_end(s);
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
	s->closing = false;
	talk_state(s, SESSION_RESOLVING);
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

enum vt_status session_run(struct session *s, const struct vt_command *command, session_done *done, void *user)
{
	if (!is_open(s) || s->gone || s->closing || s->state == SESSION_LEAVING || s->state == SESSION_DRAINING)
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
