/* SPDX-License-Identifier: MIT
 * One command after another, and goodbye: READY, COMMAND, DRAINING, LEAVING (session.c).
 *
 * A command ends at the known prompt behind its echo. It has a time to end in, which grows with what it prints, a
 * silence it may not exceed and a size; what breaks one of these is answered with what came, the rest is read and
 * dropped, and the session ends, since a device cannot be told to stop.
 */
#include "config.h"

#include "daemon/session_parts.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	EXITS = 3,
	PAGER_TRIES = 2,
	/* How much longer than stable_ms a prompt with another host's name must stay. */
	OTHER_FACTOR = 8,
};

static int64_t wall_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
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

void command_unsent(struct session *s, struct job *job)
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

void command_finish(struct session *s, enum vt_status status, const struct vt_error *error)
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

/* A command broke a rule: its result says so, its rest is drained, then the session ends for the same reason. */
static void break_off(struct session *s, enum vt_status status, const char *reason)
{
	talk_give_up(s, status, "'%s' %s", s->running->command.text, reason);
	const struct vt_error why = s->why;
	talk_state(s, SESSION_DRAINING);
	command_finish(s, status, &why);
	vt_terminal_expect(&s->terminal, VT_STR_NONE, &s->prompt);
	s->limit_at = uv_now(s->loop) + s->config.limits.drain_ms;
	s->state_bytes = 0;
}

/* ---- from prompt to prompt ---- */

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

static uint64_t deadline_at(const struct session *s)
{
	uint64_t silence = s->received_at + s->config.limits.silence_ms, total = s->started + time_allowed(s);
	return silence < total ? silence : total;
}

static void run(struct session *s, struct job *job)
{
	talk_state(s, SESSION_COMMAND);
	s->running = job;
	s->probed = false;
	s->result = (struct session_result){ .started_at_ms = wall_ms() };
	s->started = s->received_at = uv_now(s->loop);
	s->stable_at = s->keepalive_at = 0;
	/* Room for as much as the last time, so that a listing is not moved while it grows. */
	vt_terminal_room(&s->terminal, s->size_hint[job->command.id] + s->size_hint[job->command.id] / 16u);
	talk_command(s, &job->command);
	s->limit_at = deadline_at(s);
}

void command_next(struct session *s)
{
	if (s->gone)
		return;
	s->stable_at = 0;
	if (s->closing) {
		talk_leave(s);
		return;
	}
	if (!s->announced) {
		s->announced = true;
		s->cut_off = 0;
		s->figures.logins++;
		talk_state(s, SESSION_READY);
		s->callbacks.on_ready(s, s->user);
		if (s->gone || s->state != SESSION_READY)
			return;
	}
	if (s->paged && s->pager_tries < PAGER_TRIES) {
		login_pager_off(s);
		return;
	}
	struct job *job = s->first;
	if (job) {
		s->first = job->next;
		s->last = s->first ? s->last : &s->first;
		run(s, job);
		return;
	}
	talk_state(s, SESSION_READY);
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
		talk_event(s, SESSION_EVENT_PROMPT_CHANGED, s->prompt.text);
	if (was_privileged && !s->prompt.privileged)
		talk_event(s, SESSION_EVENT_NOT_PRIVILEGED, s->prompt.text);
}

static void prompt_is_back(struct session *s)
{
	static const struct vt_error none;
	if (s->terminal.seen.config) {
		break_off(s, VT_E_PROTOCOL, "ended in a configuration mode");
		if (!s->gone)
			talk_leave(s);
		return;
	}
	if (s->terminal.match != VT_PROMPT_SAME)
		learn_prompt(s);
	if (s->gone)
		return;
	command_finish(s, VT_OK, &none);
	if (!s->gone && s->state == SESSION_COMMAND)
		command_next(s);
}

void command_on_screen(struct session *s, enum vt_screen screen)
{
	uint64_t stable = s->config.limits.stable_ms;
	s->stable_at = 0;
	if (s->result.bytes > s->config.limits.max_output_bytes) {
		break_off(s, VT_E_LIMIT, "printed more than is accepted");
		return;
	}
	if (screen == VT_SCREEN_PAGER)
		talk_type(s, " ", 1);
	if (screen != VT_SCREEN_PROMPT)
		return;
	if (!s->terminal.echoed)
		talk_wait(s, stable * UNECHOED_FACTOR);
	else if (s->terminal.match == VT_PROMPT_SAME)
		prompt_is_back(s);
	else if (s->terminal.match == VT_PROMPT_STATE || changes_context(s->running))
		talk_wait(s, stable);
	else if (s->probed && strcmp(s->terminal.seen.text, s->stays.text) == 0)
		prompt_is_back(s);
	else
		talk_wait(s, stable * OTHER_FACTOR);
}

/* ---- over a limit, and out ---- */

void command_on_draining(struct session *s, enum vt_screen screen)
{
	s->stable_at = 0;
	if (s->state_bytes > 4 * (uint64_t)s->config.limits.max_output_bytes) {
		session_end(s);
		return;
	}
	if (screen == VT_SCREEN_PAGER)
		talk_type(s, "q", 1);
	else if (screen == VT_SCREEN_PROMPT && s->terminal.match != VT_PROMPT_OTHER)
		talk_wait(s, s->config.limits.stable_ms);
	else
		vt_terminal_forget(&s->terminal);
}

void command_on_leaving(struct session *s, enum vt_screen screen)
{
	if (screen == VT_SCREEN_PASSWORD && s->exits < EXITS) {
		s->exits++;
		vt_terminal_expect(&s->terminal, VT_STR_NONE, &s->prompt);
		talk_type(s, "\n", 1);
	} else if (screen == VT_SCREEN_PROMPT && s->exits < EXITS) {
		talk_wait(s, s->terminal.echoed ? 0 : s->config.limits.stable_ms);
	}
}

/* The prompt that had to stay has stayed. */
void command_on_stable(struct session *s)
{
	switch (s->state) {
	case SESSION_COMMAND:
		if (s->terminal.match != VT_PROMPT_OTHER || changes_context(s->running)) {
			prompt_is_back(s);
		} else if (!s->probed) {
			s->probed = true;
			talk_type(s, "\n", 1);
		}
		break;
	case SESSION_DRAINING:
		talk_leave(s);
		break;
	case SESSION_LEAVING:
		talk_exit(s);
		break;
	default:
		break;
	}
}

bool command_on_limit(struct session *s)
{
	uint64_t now = uv_now(s->loop), deadline = deadline_at(s);
	if (deadline > now) { /* bytes came meanwhile */
		s->limit_at = deadline;
		return false;
	}
	if (s->received_at + s->config.limits.silence_ms > now) {
		break_off(s, VT_E_TIMEOUT, "took longer than it may");
		return false;
	}
	talk_give_up(s, VT_E_TIMEOUT, "'%s' was not answered: %u ms of silence", s->running->command.text,
		     s->config.limits.silence_ms);
	const struct vt_error why = s->why;
	command_finish(s, VT_E_TIMEOUT, &why);
	return true;
}
