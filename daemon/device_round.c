/* SPDX-License-Identifier: MIT
 * A round: when it is due, what is in it, the walk from unit to unit, and how it ends (device.h draws it).
 */
#include "config.h"

#include "daemon/device_parts.h"

#include "base/memory.h"
#include "daemon/log.h"
#include "daemon/verdict.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

/* Below the idle time of an ASA (5 minutes by default) a session is worth its slot. */
#define KEEP_MS (4 * 60 * INT64_C(1000))
/* A device that hung up on so many idle sessions in a row gets a fresh login for each round. */
#define KEEP_TRIES 2

static void round_begin(struct device *device, int64_t due_ms);

static uint64_t any_number(void)
{
	uint64_t number = 0;
	(void)!getrandom(&number, sizeof number, GRND_NONBLOCK);
	return number;
}

/* ---- the end of a round ---- */

void round_answer(struct device *device, struct waiter **list, const struct vt_error *why)
{
	struct waiter *waiters = *list;
	*list = NULL;
	for (struct waiter *next; waiters; waiters = next) {
		next = waiters->next;
		waiters->done(device, why, waiters->user);
		free(waiters);
	}
}

static void rest(struct device *device)
{
	gather_free(device->round.gather);
	device->round.gather = NULL;
	device->doing = RESTING;
}

int64_t round_next_slot_wall_ms(const struct device *device)
{
	int64_t took_ms = mono_ms(device) - device->round.began_ms;
	int64_t now = wall_ms(device);
	int64_t period_ms = device->world->period_ms[PLAN_GROUP_SA];
	int64_t slot = sched_slot(now, period_ms, device->phase);
	int64_t rest_ms = took_ms > period_ms / 2 ? took_ms : 0;
	return slot - now >= rest_ms ? slot : sched_slot(now + rest_ms, period_ms, device->phase);
}

static void set_due(struct device *device, int64_t wait_ms)
{
	sched_set(device->world->sched, &device->due, mono_ms(device) + (wait_ms > 0 ? wait_ms : 0));
}

void round_follow_up(struct device *device)
{
	if (device->doing != RESTING || !device->wants_round)
		return;
	device->wants_round = false;
	round_begin(device, mono_ms(device));
}

static bool is_worth_keeping(const struct device *device)
{
	int64_t next_ms = device->burst_left ? device->burst_due.due_ms : device->due.due_ms;
	return device->idle_hangups < KEEP_TRIES && next_ms - mono_ms(device) <= KEEP_MS;
}

static void round_done(struct device *device)
{
	struct waiter *waiters = device->round.waiters;
	device->round.waiters = NULL;
	if (device->state != VT_DEVICE_OK)
		log_notice(LOG_POLLER, device->name, "%s",
			   device->state == VT_DEVICE_NEVER_POLLED ? "polled for the first time" : "answers again");
	device->state = VT_DEVICE_OK;
	device->error = (struct vt_error){ 0 };
	device->failed = 0;
	device->figures.rounds++;
	device->figures.last_round_ms = mono_ms(device) - device->round.began_ms;
	rest(device);
	if (!device->round.burst || !sched_is_set(&device->due))
		set_due(device, round_next_slot_wall_ms(device) - wall_ms(device));
	burst_plan(device);
	if (!is_worth_keeping(device) && !device->wants_round)
		session_close(device->session);
	round_answer(device, &waiters, NULL);
	round_follow_up(device);
}

static void say_failure(struct device *device, enum vt_device_state state, const struct vt_error *why, int64_t wait_ms)
{
	bool news = state != device->state || why->status != device->error.status;
	if (!news) {
		log_debug(LOG_POLLER, device->name, "still %s (%s)", vt_device_state_name(state), why->text);
		return;
	}
	if (wait_ms == INT64_MAX)
		log_error(LOG_POLLER, device->name, "is %s and not tried again before a reload (%s)",
			  vt_device_state_name(state), why->text);
	else
		log_warning(LOG_POLLER, device->name, "is %s, next try in %lld s (%s)", vt_device_state_name(state),
			    (long long)(wait_ms / 1000), why->text);
}

static void fail_unit(struct device *device, struct unit *unit, int64_t wait_ms)
{
	if (unit->load)
		return; /* nothing is known of it that could be made unknown */
	int64_t now = wall_ms(device);
	writer_commit(device->world->writer,
		      vt_reduce_failure(unit->model, now, wait_ms == INT64_MAX ? 0 : now + wait_ms, device->state,
					vt_str_of(device->error.text)));
	unit->negotiating = false;
}

void round_failed(struct device *device, const struct vt_error *why)
{
	struct verdict_question question = { .status = why->status,
					     .logged_in = device->round.opened_ms != 0,
					     .open_ms = mono_ms(device) - device->round.began_ms,
					     .failures = ++device->failed,
					     .period_ms = device->world->period_ms[PLAN_GROUP_SA],
					     .draw = any_number() };
	struct verdict verdict = verdict_of(&question);
	say_failure(device, verdict.state, why, verdict.wait_ms);
	device->state = verdict.state;
	device->error = *why;
	device->figures.failures++;
	for (size_t i = device->round.at; i < device->units_len; i++)
		fail_unit(device, device->units[i], verdict.wait_ms);
	/* What was not read is due again. */
	for (size_t g = 0; g < PLAN_CADENCES; g++)
		if (device->round.groups[g])
			device->group_due_wall_ms[g] = 0;
	struct waiter *waiters = device->round.waiters;
	device->round.waiters = NULL;
	device->burst_left = 0;
	sched_clear(device->world->sched, &device->burst_due);
	rest(device);
	if (verdict.wait_ms == INT64_MAX)
		sched_clear(device->world->sched, &device->due);
	else
		set_due(device, verdict.wait_ms);
	/* Who asked meanwhile has this answer too: to knock again at once would not be polite, and with a refused
	 * password it could lock the account. */
	struct waiter *more = device->waiters;
	device->waiters = NULL;
	device->wants_round = device->wants_everything = false;
	round_answer(device, &waiters, why);
	round_answer(device, &more, why);
}

/* ---- from unit to unit ---- */

void round_account(struct round *round, const struct session_result *result)
{
	round->heard = true;
	round->commands++;
	round->bytes += result->bytes;
	round->cli_ms += result->elapsed_ms;
}

void round_next_unit(struct device *device)
{
	gather_free(device->round.gather);
	device->round.gather = NULL;
	device->round.at++;
	round_go_on(device);
}

static void on_entered(struct session *session, struct session_result *result, void *user)
{
	(void)session;
	struct device *device = user;
	if (device->doing != ENTERING || ends_session(result->status))
		return;
	round_account(&device->round, result);
	struct unit *unit = unit_at_hand(device);
	free(device->here);
	device->here = NULL;
	if (result->status == VT_OK) {
		device->here = vt_str_dup(vt_str_of(unit->context));
		ask_begin(device);
		return;
	}
	char sentence[256];
	snprintf(sentence, sizeof sentence, "cannot change to context \"%s\": %s", unit->context,
		 vt_strerror(result->status));
	log_debug(LOG_POLLER, device->name, "%s", sentence);
	writer_commit(device->world->writer,
		      vt_reduce_failure(unit->model, wall_ms(device), round_next_slot_wall_ms(device),
					VT_DEVICE_UNREACHABLE, vt_str_of(sentence)));
	round_next_unit(device);
}

static void enter_unit(struct device *device)
{
	struct unit *unit = unit_at_hand(device);
	if (!unit->context || same_text(unit->context, device->here)) {
		ask_begin(device);
		return;
	}
	device->doing = ENTERING;
	session_changeto(device->session, unit->context, on_entered, device);
}

void round_go_on(struct device *device)
{
	struct round *round = &device->round;
	while (round->burst && round->at < device->units_len && !unit_at_hand(device)->negotiating)
		round->at++;
	if (round->at == device->units_len) {
		round_done(device);
		return;
	}
	if (units_awaited(device))
		return;
	enter_unit(device);
}

/* ---- the beginning of a round ---- */

/* A group is part of a round when its own slot has come, or comes before half a round from now. */
static void choose_groups(struct device *device)
{
	struct round *round = &device->round;
	const int64_t *period_ms = device->world->period_ms;
	int64_t now = wall_ms(device), early_ms = period_ms[PLAN_GROUP_SA] / 2;
	for (size_t g = 0; g < PLAN_CADENCES; g++) {
		int64_t due = device->group_due_wall_ms[g];
		/* A clock that was set back must not silence a group. */
		bool absurd = due > now + 2 * period_ms[g];
		round->groups[g] = g == PLAN_GROUP_SA || round->everything || due <= now + early_ms || absurd;
		if (!round->groups[g])
			continue;
		/* Each cadence has a phase of its own, lest all heavy rounds of the fleet fall together. */
		device->group_due_wall_ms[g] = sched_slot(now + early_ms, period_ms[g],
							  device->phase * (uint32_t)(2 * g + 1));
	}
}

void round_open(struct device *device)
{
	if (units_awaited(device))
		return;
	device->doing = OPENING;
	/* Still in a command: this is called from the answer that ended the round before. */
	enum session_state state = session_state(device->session);
	if (state == SESSION_READY || state == SESSION_COMMAND) {
		device->round.reused = true;
		device->idle_hangups = 0;
		contexts_discover(device);
		return;
	}
	free(device->here);
	device->here = NULL;
	session_open(device->session); /* one that is still leaving opens again in on_closed */
}

static void round_begin(struct device *device, int64_t due_ms)
{
	int64_t now = mono_ms(device);
	device->round = (struct round){ .began_ms = now,
					.everything = device->wants_everything,
					.waiters = device->waiters };
	device->waiters = NULL;
	device->wants_everything = false;
	device->figures.last_late_ms = now - due_ms;
	device->world->on_late(now - due_ms, device->world->user);
	choose_groups(device);
	round_open(device);
}

void round_on_due(struct sched_entry *entry, int64_t now, void *user)
{
	(void)now;
	struct device *device = user;
	/* A regular round that is still running sets its own next slot. */
	if (device->doing == RESTING)
		round_begin(device, entry->due_ms);
	else if (device->round.burst)
		device->wants_round = true;
}
