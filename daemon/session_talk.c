/* SPDX-License-Identifier: MIT
 * What a session types, and how it gives up.
 *
 * Nothing is ever typed but the texts of the allow-list, an empty line, a blank (or q) where the pager waits, and the
 * enable password at a password prompt.
 */
#include "config.h"

#include "daemon/session_parts.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "daemon/log.h"

void talk_state(struct session *s, enum session_state state)
{
	log_debug(LOG_SESSION, s->config.name, "%s", session_state_name(state));
	s->state = state;
}

void talk_event(struct session *s, enum session_event what, const char *text)
{
	if (s->callbacks.on_event && !s->gone)
		s->callbacks.on_event(s, what, text, s->user);
}

void talk_type(struct session *s, const char *bytes, size_t len)
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
	talk_type(s, line, text.len + 1);
}

void talk_empty_line(struct session *s)
{
	type_line(s, VT_STR(""));
}

void talk_command(struct session *s, const struct vt_command *command)
{
	assert(vt_command_is_allowed(vt_command_text(command)));
	type_line(s, vt_command_text(command));
}

/* The terminal borrows its text until the echo is found. */
void talk_own(struct session *s, enum vt_command_id id)
{
	vt_command_build(id, NULL, &s->own, NULL);
	talk_command(s, &s->own);
}

void talk_wait(struct session *s, uint64_t ms)
{
	s->stays = s->terminal.seen;
	s->stable_at = uv_now(s->loop) + ms;
}

void talk_give_up(struct session *s, enum vt_status status, const char *format, ...)
{
	char reason[400];
	va_list args;
	va_start(args, format);
	vsnprintf(reason, sizeof reason, format, args);
	va_end(args);
	vt_fail(&s->why, status, "%s: %s", s->config.name, reason);
}

void talk_exit(struct session *s)
{
	s->exits++;
	s->stable_at = 0;
	s->limit_at = uv_now(s->loop) + s->config.limits.leave_ms;
	talk_own(s, VT_CMD_EXIT);
}

void talk_leave(struct session *s)
{
	talk_state(s, SESSION_LEAVING);
	s->exits = 0;
	talk_exit(s);
}
