/* SPDX-License-Identifier: MIT
 * From the banner to a privileged prompt that does not page: GREETING, CONFIRM, ENABLE, PAGER (session.c).
 *
 * What may be in the way: a banner of any length with pages of its own, lines of it that look like a prompt, messages
 * in between, a prompt without an echo, a user who lands at '>' or at '#', an enable password that is wrong. A prompt
 * is believed when an empty line brings it again.
 */
#include "config.h"

#include "daemon/session_parts.h"

#include "daemon/log.h"
#include "daemon/secret.h"

enum {
	/* Pages of a banner, and prompts that turned out to be none, before a login is given up. */
	GREETING_PAGES = 100,
	CONFIRM_TRIES = 4,
};

void login_begin(struct session *s)
{
	talk_state(s, SESSION_GREETING);
	s->limit_at = uv_now(s->loop) + s->config.limits.prompt_ms;
	s->stable_at = 0;
	s->pages = s->confirms = s->pager_tries = 0;
	s->state_bytes = 0;
	s->secret_sent = s->pager_off = s->paged = s->announced = false;
	vt_terminal_expect(&s->terminal, VT_STR_NONE, NULL);
}

void login_pager_off(struct session *s)
{
	talk_state(s, SESSION_PAGER);
	s->limit_at = uv_now(s->loop) + s->config.limits.prompt_ms;
	s->stable_at = 0;
	s->pager_off = true;
	s->pager_tries++;
	s->paged = false;
	talk_own(s, VT_CMD_TERMINAL_PAGER_0);
}

/* The prompt is known: on to where commands can be typed. */
static void privileged_or_not(struct session *s)
{
	s->limit_at = uv_now(s->loop) + s->config.limits.prompt_ms;
	s->stable_at = 0;
	if (s->prompt.config) {
		talk_give_up(s, VT_E_PROTOCOL, "the command line is in a configuration mode ('%s')", s->prompt.text);
		talk_leave(s);
	} else if (s->prompt.privileged) {
		login_pager_off(s);
	} else if (!s->config.enable_password || s->secret_sent) {
		talk_give_up(s, VT_E_ENABLE,
			     s->secret_sent ? "enable was refused, the prompt is still '%s'"
					    : "the login ends at '%s' and no enable password is configured",
			     s->prompt.text);
		talk_leave(s);
	} else {
		talk_state(s, SESSION_ENABLE);
		talk_own(s, VT_CMD_ENABLE);
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
	talk_give_up(s, VT_E_ENABLE, "enable was refused (wrong enable password)");
	talk_state(s, SESSION_LEAVING);
	s->exits = 0;
	s->limit_at = uv_now(s->loop) + s->config.limits.leave_ms;
	vt_terminal_expect(&s->terminal, VT_STR_NONE, &s->prompt);
	talk_type(s, "\n", 1);
}

void login_on_greeting(struct session *s, enum vt_screen screen)
{
	s->stable_at = 0;
	if (screen == VT_SCREEN_PAGER && ++s->pages <= GREETING_PAGES) {
		s->limit_at = uv_now(s->loop) + s->config.limits.prompt_ms;
		talk_type(s, " ", 1);
	} else if (screen == VT_SCREEN_PROMPT) {
		talk_wait(s, s->config.limits.stable_ms);
	}
}

void login_on_confirm(struct session *s, enum vt_screen screen)
{
	s->stable_at = 0;
	if (screen == VT_SCREEN_PAGER && ++s->pages <= GREETING_PAGES)
		talk_type(s, " ", 1);
	else if (screen != VT_SCREEN_PROMPT)
		return;
	else if (s->terminal.match == VT_PROMPT_SAME && s->terminal.echoed)
		privileged_or_not(s);
	else
		talk_wait(s, (uint64_t)s->config.limits.stable_ms * UNECHOED_FACTOR);
}

void login_on_enable(struct session *s, enum vt_screen screen)
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
		talk_wait(s, (uint64_t)s->config.limits.stable_ms * (s->terminal.echoed ? 1 : UNECHOED_FACTOR));
	}
}

void login_on_pager(struct session *s, enum vt_screen screen)
{
	s->stable_at = 0;
	if (screen == VT_SCREEN_PAGER) {
		talk_type(s, " ", 1);
	} else if (screen == VT_SCREEN_PROMPT && s->terminal.match == VT_PROMPT_SAME && s->terminal.echoed) {
		struct vt_str line;
		if (vt_answer_refusal(vt_buf_view(&s->terminal.text), &line) != VT_OK) {
			s->pager_off = false;
			log_notice(LOG_SESSION, s->config.name,
				   "the pager stays on (" VT_FMT "); pages will be answered", VT_ARG(line));
		}
		command_next(s);
	} else if (screen == VT_SCREEN_PROMPT) {
		talk_wait(s, (uint64_t)s->config.limits.stable_ms * UNECHOED_FACTOR);
	}
}

/* The prompt that had to stay has stayed. */
void login_on_stable(struct session *s)
{
	switch (s->state) {
	case SESSION_GREETING:
		s->prompt = s->stays;
		talk_state(s, SESSION_CONFIRM);
		talk_empty_line(s);
		break;
	case SESSION_CONFIRM:
		if (s->terminal.match == VT_PROMPT_SAME) {
			privileged_or_not(s);
		} else if (++s->confirms < CONFIRM_TRIES) {
			s->prompt = s->stays;
			talk_empty_line(s);
		}
		break;
	case SESSION_ENABLE:
		s->prompt = s->stays;
		s->secret_sent = true; /* whatever it asked for, it is not asked again */
		privileged_or_not(s);
		break;
	case SESSION_PAGER:
		s->prompt = s->stays;
		command_next(s);
		break;
	default:
		break;
	}
}
