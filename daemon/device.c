/* SPDX-License-Identifier: MIT
 * One firewall: its session, its contexts, its rounds.
 */
#include "config.h"

#include "daemon/device.h"

#include "asa/clean.h"
#include "base/hash.h"
#include "base/memory.h"
#include "daemon/gather.h"
#include "daemon/log.h"
#include "daemon/secret.h"
#include "daemon/verdict.h"
#include "json/configuration.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/* Below the idle time of an ASA (5 minutes by default) a session is worth its slot. */
#define KEEP_MS (4 * 60 * INT64_C(1000))
/* A device that hung up on so many idle sessions in a row gets a fresh login for each round. */
#define KEEP_TRIES 2
/* One attempt lives 24 to 32 s: a sample every 4 s for 40 s sees its states in order (diagnosis.md §A). */
#define BURST_EVERY_MS 4000
#define BURST_SAMPLES 10
/* A tunnel that fails for ever does not make a burst of every round. */
#define BURST_PAUSE_MS (2 * 60 * INT64_C(1000))
#define BURST_PAUSE_CAP_MS (30 * 60 * INT64_C(1000))
/* Where listing the IKE SAs takes longer, looking every 4 s is not polite. */
#define BURST_CHEAP_MS 1500
/* The configuration is read when it changed, and once a day in case it changed without saying so; a reading that
 * failed is not tried again at once. */
#define CONFIG_EVERY_MS (24 * 3600 * INT64_C(1000))
#define CONFIG_AGAIN_MS (3600 * INT64_C(1000))
/* Crypto ACLs a poll may ask the hit counts of. */
#define ACLS_MAX 8
#define CONTEXTS_MAX 250 /* the largest platform's limit */

enum doing { RESTING, LOADING, OPENING, DISCOVERING, ENTERING, ASKING, STOPPING };
static const char *const doing_names[] = { "resting",  "loading", "opening", "discovering",
					   "entering", "asking",  "leaving" };

struct unit {
	struct device *device;
	char *context; /* NULL in single mode */
	struct vt_unit *model;
	struct plan_memory *memory;
	struct writer_load *load; /* not NULL: what the store knows has not come yet */
	char *software;           /* version as last seen */
	char *modified_at;        /* the configuration, as last seen */
	int64_t config_due_ms;
	bool configured;
	struct vt_str acls[ACLS_MAX];
	bool negotiating;
	uint64_t ike_ms;
	bool noted[PLAN_QUERIES]; /* its refusal was logged */
};

struct waiter {
	struct waiter *next;
	device_polled *done;
	void *user;
};

/* One visit. */
struct round {
	bool groups[PLAN_CADENCES];
	bool burst, everything, reused, reopened, heard;
	struct waiter *waiters;
	int64_t due_ms, began_ms, began_wall_ms, opened_ms;
	uint64_t commands, bytes, cli_ms; /* of finding the way; put on the first unit's account */
	size_t at;
	struct gather *gather;
	struct plan_run run;
	struct plan_step step;
};

struct device {
	const struct device_world *world;
	char *name;
	char *fingerprint; /* of all that makes a login */
	struct device_secrets secrets;
	struct session *session;
	char **contexts; /* configured ones */
	size_t contexts_len;
	struct unit **units;
	size_t units_len;
	bool discovered;
	char *here; /* the context the session stands in; NULL: where it logged in */
	struct vt_arena *expect_arena;
	struct vt_tunnel_settings *expect;
	size_t expect_len;

	enum doing doing;
	struct round round;
	struct sched_entry due, burst_due;
	uint32_t phase;
	int64_t group_due_wall_ms[PLAN_CADENCES];
	bool wants_round, wants_everything; /* as soon as this round is over */
	struct waiter *waiters;

	enum vt_device_state state;
	struct vt_error error;
	unsigned failed; /* in a row */
	unsigned idle_hangups;
	unsigned burst_left;
	int64_t burst_pause_ms, burst_again_ms;
	struct device_status figures;
};

static void round_begin(struct device *device, int64_t due_ms);
static void round_open(struct device *device);
static void round_go_on(struct device *device);
static void unit_ask(struct device *device);

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static int64_t mono_ms(const struct device *device)
{
	return device->world->mono_ms(device->world->user);
}

static int64_t wall_ms(const struct device *device)
{
	return device->world->wall_ms(device->world->user);
}

static uint64_t any_number(void)
{
	uint64_t number = 0;
	(void)!getrandom(&number, sizeof number, GRND_NONBLOCK);
	return number;
}

/* ---- units ---- */

static bool is_expected_of(const struct unit *unit, const struct vt_tunnel_settings *tunnel)
{
	return !tunnel->context.p || vt_str_eq(tunnel->context, vt_str_of(unit->context));
}

static void unit_expect(struct unit *unit)
{
	struct device *device = unit->device;
	struct vt_expectation *expected = vt_must(calloc(device->expect_len + 1, sizeof *expected));
	char(*peers)[VT_ADDR_TEXT] = vt_must(calloc(device->expect_len + 1, sizeof *peers));
	size_t len = 0;
	for (size_t i = 0; i < device->expect_len; i++) {
		const struct vt_tunnel_settings *t = &device->expect[i];
		if (!is_expected_of(unit, t))
			continue;
		size_t peer_len = vt_addr_format(&t->peer, peers[i]);
		expected[len++] = (struct vt_expectation){ .peer = { peers[i], peer_len },
							   .name = t->name,
							   .owner = t->owner,
							   .must_be_up = t->expect == VT_EXPECT_UP };
	}
	vt_unit_expect(unit->model, expected, len);
	free(expected);
	free(peers);
}

static void on_unit_loaded(const struct vt_unit_rows *rows, void *user)
{
	struct unit *unit = user;
	struct device *device = unit->device;
	unit->load = NULL;
	if (rows) {
		vt_unit_restore(unit->model, rows);
		unit->software = vt_str_dup(rows->device.version);
	}
	unit_expect(unit);
	for (size_t i = 0; i < device->units_len; i++)
		if (device->units[i]->load)
			return;
	if (device->doing == LOADING && device->round.opened_ms)
		round_go_on(device);
	else if (device->doing == LOADING)
		round_open(device);
}

static struct unit *unit_new(struct device *device, const char *context)
{
	struct unit *unit = vt_must(calloc(1, sizeof *unit));
	unit->device = device;
	unit->context = vt_str_dup(vt_str_of(context));
	unit->model = vt_unit_new(vt_str_of(device->name), vt_str_of(context),
				  vt_str_of(session_address(device->session)));
	unit->memory = plan_memory_new();
	unit->load = writer_load(device->world->writer, vt_unit_id(unit->model), on_unit_loaded, unit);
	return unit;
}

static void unit_free(struct unit *unit)
{
	writer_load_cancel(unit->load);
	vt_unit_free(unit->model);
	plan_memory_free(unit->memory);
	free(unit->software);
	free(unit->modified_at);
	free(unit->context);
	free(unit);
}

static struct unit *unit_of_context(struct device *device, const char *context)
{
	for (size_t i = 0; i < device->units_len; i++)
		if (same_text(device->units[i]->context, context))
			return device->units[i];
	return NULL;
}

/* The units are these contexts; those that were there before keep their state. */
static void set_units(struct device *device, char *const *contexts, size_t len)
{
	struct unit **units = vt_must(calloc(len, sizeof *units));
	bool changed = len != device->units_len;
	for (size_t i = 0; i < len; i++) {
		units[i] = unit_of_context(device, contexts[i]);
		changed |= !units[i];
		if (!units[i])
			units[i] = unit_new(device, contexts[i]);
	}
	for (size_t i = 0; i < device->units_len; i++) {
		bool stays = false;
		for (size_t j = 0; j < len; j++)
			stays |= units[j] == device->units[i];
		if (!stays)
			unit_free(device->units[i]);
	}
	free(device->units);
	device->units = units;
	device->units_len = len;
	if (changed)
		device->world->on_units(device->world->user);
}

/* ---- the end of a round ---- */

static void answer_waiters(struct device *device, struct waiter **list, const struct vt_error *why)
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

/* The next regular slot. A round that keeps the device busy for more than half of a period skips slots until it
 * rests as long as it worked: the cadence follows the measured cost. */
static int64_t next_slot_wall_ms(const struct device *device)
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

/* What came in while the device was busy. */
static void follow_up(struct device *device)
{
	if (device->doing != RESTING || !device->wants_round)
		return;
	device->wants_round = false;
	round_begin(device, mono_ms(device));
}

static void plan_next_burst(struct device *device)
{
	int64_t now = mono_ms(device);
	bool negotiating = false, cheap = true;
	for (size_t i = 0; i < device->units_len; i++) {
		negotiating |= device->units[i]->negotiating;
		cheap &= device->units[i]->ike_ms <= BURST_CHEAP_MS;
	}
	if (!negotiating && !device->round.burst)
		device->burst_pause_ms = 0;
	if (device->round.burst && device->burst_left)
		device->burst_left--;
	else if (!device->round.burst && !device->burst_left && negotiating && cheap && now >= device->burst_again_ms) {
		device->burst_left = BURST_SAMPLES;
		device->figures.bursts++;
		device->burst_again_ms = now + BURST_SAMPLES * BURST_EVERY_MS + device->burst_pause_ms;
		device->burst_pause_ms = device->burst_pause_ms ? device->burst_pause_ms * 2 : BURST_PAUSE_MS;
		if (device->burst_pause_ms > BURST_PAUSE_CAP_MS)
			device->burst_pause_ms = BURST_PAUSE_CAP_MS;
	}
	if (device->burst_left && !sched_is_set(&device->burst_due))
		sched_set(device->world->sched, &device->burst_due, now + BURST_EVERY_MS);
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
		set_due(device, next_slot_wall_ms(device) - wall_ms(device));
	plan_next_burst(device);
	if (!is_worth_keeping(device) && !device->wants_round)
		session_close(device->session);
	answer_waiters(device, &waiters, NULL);
	follow_up(device);
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

static void round_failed(struct device *device, const struct vt_error *why)
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
	answer_waiters(device, &waiters, why);
	answer_waiters(device, &more, why);
}

/* ---- asking one unit ---- */

static struct unit *unit_at_hand(struct device *device)
{
	return device->units[device->round.at];
}

static void note_peer(const struct vt_addr *peer, uint64_t ike_state, void *user)
{
	struct unit *unit = user;
	plan_memory_peer(unit->memory, peer, ike_state, mono_ms(unit->device));
}

static void note_refusal(struct device *device, struct unit *unit, const struct plan_step *step, enum vt_status status)
{
	bool refused = plan_memory_is_denied(unit->memory, step->query, device->round.run.now_ms);
	/* That an old release does not know a word is nothing to act on. */
	enum log_level level = status == VT_E_REJECTED ? LOG_LEVEL_INFO : LOG_LEVEL_NOTICE;
	if (refused && !unit->noted[step->query])
		log_write(level, LOG_POLLER, device->name, "\"%s\" is not to be had (%s), asked again in a day",
			  step->command.text, vt_strerror(status));
	unit->noted[step->query] = refused;
}

/* An upgrade may have changed what the device understands. */
static void note_software(struct unit *unit, const struct vt_snapshot *snapshot)
{
	if (!snapshot->version || !snapshot->version->software.len)
		return;
	struct vt_str software = snapshot->version->software;
	if (unit->software && !vt_str_eq(software, vt_str_of(unit->software)))
		plan_memory_forget(unit->memory);
	free(unit->software);
	unit->software = vt_str_dup(software);
}

/* Another time of modification than last time: read it with the next poll. */
static void note_modified(struct unit *unit, const struct vt_snapshot *snapshot)
{
	if (!snapshot->version || !snapshot->version->modified_at.len)
		return;
	struct vt_str modified_at = snapshot->version->modified_at;
	if (unit->modified_at && !vt_str_eq(modified_at, vt_str_of(unit->modified_at)))
		unit->config_due_ms = 0;
	free(unit->modified_at);
	unit->modified_at = vt_str_dup(modified_at);
}

/* The configuration, when this poll read it: from now on the model knows what there should be. */
static const struct vt_config *take_config(struct device *device, struct unit *unit, struct vt_expected *expected)
{
	struct round *round = &device->round;
	if (!round->run.wants.groups[PLAN_GROUP_CONFIG])
		return NULL;
	const struct vt_config *config = gather_config(round->gather);
	unit->config_due_ms = mono_ms(device) + (config ? CONFIG_EVERY_MS : CONFIG_AGAIN_MS);
	if (!config)
		return NULL;
	vt_config_expected(config, gather_arena(round->gather), expected);
	vt_unit_configure(unit->model, config, expected);
	unit->configured = true;
	return config;
}

/* Its findings and its text go with the commit of the poll that read it. */
static void commit_config(struct device *device, const struct unit *unit, const struct vt_config *config,
			  const struct vt_expected *expected, struct vt_commit *commit)
{
	const struct vt_snapshot *snapshot = gather_snapshot(device->round.gather);
	struct vt_addr *peers = VT_NEW_ARRAY(gather_arena(device->round.gather), struct vt_addr, device->expect_len);
	struct vt_lint_input input = { .config = config,
				       .expected = expected,
				       .must_be_up = peers,
				       .version = snapshot->version,
				       .failover = snapshot->failover,
				       .summary = snapshot->summary };
	for (size_t i = 0; i < device->expect_len; i++)
		if (is_expected_of(unit, &device->expect[i]) && device->expect[i].expect == VT_EXPECT_UP)
			peers[input.must_be_up_len++] = device->expect[i].peer;
	vt_commit_configuration(commit, &input);
}

static void next_unit(struct device *device)
{
	gather_free(device->round.gather);
	device->round.gather = NULL;
	device->round.at++;
	round_go_on(device);
}

static void unit_done(struct device *device)
{
	struct unit *unit = unit_at_hand(device);
	struct round *round = &device->round;
	if (round->commands)
		gather_add_cost(round->gather, round->commands, round->bytes, round->cli_ms);
	round->commands = round->bytes = round->cli_ms = 0;
	const struct vt_snapshot *snapshot = gather_snapshot(round->gather);
	note_software(unit, snapshot);
	struct vt_expected expected = { 0 };
	const struct vt_config *config = take_config(device, unit, &expected);
	note_modified(unit, snapshot);
	vt_unit_next_poll(unit->model, next_slot_wall_ms(device));
	struct vt_commit *commit = vt_reduce(unit->model, snapshot, &device->world->reduce);
	if (config)
		commit_config(device, unit, config, &expected, commit);
	writer_commit(device->world->writer, commit);
	unit->negotiating = vt_unit_is_negotiating(unit->model) && !vt_unit_is_standby(unit->model);
	if (vt_unit_wants_sessions(unit->model))
		device->group_due_wall_ms[PLAN_GROUP_SESSIONS] = 0;
	next_unit(device);
}

static bool ends_session(enum vt_status status)
{
	return status == VT_E_TIMEOUT || status == VT_E_LIMIT || status == VT_E_CLOSED || status == VT_E_PROTOCOL;
}

static struct gather_output take_output(struct session_result *result)
{
	struct gather_output output = { .text = result->output,
					.status = result->status,
					.truncated = result->truncated,
					.started_at_ms = result->started_at_ms,
					.finished_at_ms = result->finished_at_ms,
					.elapsed_ms = result->elapsed_ms,
					.bytes = result->bytes };
	result->output = (struct vt_buf){ 0 };
	return output;
}

static void on_answer(struct session *session, struct session_result *result, void *user)
{
	(void)session;
	struct device *device = user;
	if (device->doing != ASKING)
		return; /* stopping */
	struct round *round = &device->round;
	struct unit *unit = unit_at_hand(device);
	struct gather_output output = take_output(result);
	struct plan_answer answer;
	gather_take(round->gather, &round->step, &output, &answer);
	plan_answer(&round->run, &round->step, &answer);
	if (ends_session(result->status))
		return; /* on_closed follows and ends the round */
	round->heard = true;
	note_refusal(device, unit, &round->step, answer.status);
	if (round->step.query == PLAN_IKEV1 || round->step.query == PLAN_IKEV2)
		unit->ike_ms = result->elapsed_ms;
	if (answer.status == VT_OK && (round->step.query == PLAN_IKEV1 || round->step.query == PLAN_IKEV2 ||
				       (round->step.query == PLAN_IPSEC && !round->step.peer.family)))
		gather_peers(round->gather, round->step.query, note_peer, unit);
	unit_ask(device);
}

static void unit_ask(struct device *device)
{
	struct round *round = &device->round;
	if (!plan_next(&round->run, &round->step)) {
		unit_done(device);
		return;
	}
	/* A session that is not open any more has on_closed on its way. */
	session_run(device->session, &round->step.command, on_answer, device);
}

static void unit_begin(struct device *device)
{
	struct round *round = &device->round;
	struct unit *unit = unit_at_hand(device);
	device->doing = ASKING;
	round->gather = gather_new(device->name, unit->context, session_address(device->session), wall_ms(device),
				   round->burst);
	struct plan_wants wants = { .burst = round->burst, .demand = unit->configured, .acls = unit->acls };
	memcpy(wants.groups, round->groups, sizeof round->groups);
	wants.groups[PLAN_GROUP_CONFIG] = !round->burst && mono_ms(device) >= unit->config_due_ms;
	/* The lint goes by the release, the failover pair and the licence as well. */
	wants.groups[PLAN_GROUP_SESSIONS] |= wants.groups[PLAN_GROUP_CONFIG];
	wants.groups[PLAN_GROUP_FACTS] |= wants.groups[PLAN_GROUP_CONFIG];
	if (!round->burst && vt_unit_wants_hits(unit->model))
		wants.acls_len = vt_unit_quiet_acls(unit->model, unit->acls, ACLS_MAX);
	plan_begin(&round->run, unit->memory, gather_arena(round->gather), &wants, mono_ms(device));
	unit_ask(device);
}

/* ---- the way to a unit ---- */

static void account(struct round *round, const struct session_result *result)
{
	round->heard = true;
	round->commands++;
	round->bytes += result->bytes;
	round->cli_ms += result->elapsed_ms;
}

static void on_entered(struct session *session, struct session_result *result, void *user)
{
	(void)session;
	struct device *device = user;
	if (device->doing != ENTERING || ends_session(result->status))
		return;
	account(&device->round, result);
	struct unit *unit = unit_at_hand(device);
	free(device->here);
	device->here = NULL;
	if (result->status == VT_OK) {
		device->here = vt_str_dup(vt_str_of(unit->context));
		unit_begin(device);
		return;
	}
	char sentence[256];
	snprintf(sentence, sizeof sentence, "cannot change to context \"%s\": %s", unit->context,
		 vt_strerror(result->status));
	log_debug(LOG_POLLER, device->name, "%s", sentence);
	writer_commit(device->world->writer, vt_reduce_failure(unit->model, wall_ms(device), next_slot_wall_ms(device),
							       VT_DEVICE_UNREACHABLE, vt_str_of(sentence)));
	next_unit(device);
}

static void unit_enter(struct device *device)
{
	struct unit *unit = unit_at_hand(device);
	if (!unit->context || same_text(unit->context, device->here)) {
		unit_begin(device);
		return;
	}
	device->doing = ENTERING;
	session_changeto(device->session, unit->context, on_entered, device);
}

/* What the store knows of a unit comes first: on_unit_loaded() goes on from here. */
static bool is_loading(struct device *device)
{
	for (size_t i = 0; i < device->units_len; i++)
		if (device->units[i]->load) {
			device->doing = LOADING;
			return true;
		}
	return false;
}

/* The next step of the walk, whatever has been settled so far. */
static void round_go_on(struct device *device)
{
	struct round *round = &device->round;
	while (round->burst && round->at < device->units_len && !unit_at_hand(device)->negotiating)
		round->at++;
	if (round->at == device->units_len) {
		round_done(device);
		return;
	}
	if (is_loading(device))
		return;
	unit_enter(device);
}

/* ---- finding out which contexts there are ---- */

static void be_single(struct device *device)
{
	device->discovered = true;
	set_units(device, (char *[]){ NULL }, 1);
	round_go_on(device);
}

static void on_contexts(struct session *session, struct session_result *result, void *user)
{
	(void)session;
	struct device *device = user;
	if (device->doing != DISCOVERING || ends_session(result->status))
		return;
	account(&device->round, result);
	struct vt_arena *arena = vt_arena_new();
	struct vt_contexts contexts = { 0 };
	struct vt_parse_report report = { 0 };
	enum vt_status status = result->status;
	if (status == VT_OK && result->output.p) {
		vt_clean(result->output.p, &result->output.len, NULL);
		status = vt_context_parse(vt_buf_view(&result->output), arena, &contexts, &report);
	}
	char *names[CONTEXTS_MAX];
	size_t len = 0;
	for (size_t i = 0; status == VT_OK && i < contexts.contexts_len && len < CONTEXTS_MAX; i++)
		if (vt_context_name_is_valid(contexts.contexts[i].name))
			names[len++] = vt_str_dup(contexts.contexts[i].name);
	vt_arena_free(arena);
	bool whole = len && !report.truncated;
	if (whole) {
		device->discovered = true;
		set_units(device, names, len);
	} else if (!device->discovered) {
		log_warning(LOG_POLLER, device->name, "cannot tell its contexts (%s); the one of the login is polled",
			    status == VT_OK ? "the list is empty or cut short" : vt_strerror(status));
	}
	for (size_t i = 0; i < len; i++)
		free(names[i]);
	round_go_on(device);
}

static void on_system(struct session *session, struct session_result *result, void *user)
{
	struct device *device = user;
	if (device->doing != DISCOVERING || ends_session(result->status))
		return;
	account(&device->round, result);
	free(device->here);
	/* No context can be named like this, so every unit is entered from here. */
	device->here = result->status == VT_OK ? vt_str_dup(VT_STR("/system")) : NULL;
	/* Where changing is refused, an admin context may still list them. */
	struct vt_command command;
	struct vt_error error;
	if (vt_command_build(VT_CMD_SHOW_CONTEXT, NULL, &command, &error) == VT_OK)
		session_run(session, &command, on_contexts, device);
}

static void on_mode(struct session *session, struct session_result *result, void *user)
{
	struct device *device = user;
	if (device->doing != DISCOVERING || ends_session(result->status))
		return;
	account(&device->round, result);
	struct vt_arena *arena = vt_arena_new();
	struct vt_mode mode = { 0 };
	struct vt_parse_report report = { 0 };
	enum vt_status status = result->status;
	if (status == VT_OK && result->output.p) {
		vt_clean(result->output.p, &result->output.len, NULL);
		status = vt_mode_parse(vt_buf_view(&result->output), arena, &mode, &report);
	}
	vt_arena_free(arena);
	if (status == VT_OK && mode.multiple)
		session_changeto(session, NULL, on_system, device);
	else if (status == VT_OK || !device->discovered)
		be_single(device);
	else
		round_go_on(device);
}

static void round_discover(struct device *device)
{
	device->doing = DISCOVERING;
	device->round.opened_ms = mono_ms(device);
	bool ask = !device->contexts_len && !device->round.burst &&
		   (!device->discovered || device->round.groups[PLAN_GROUP_FACTS]);
	if (!ask) {
		round_go_on(device);
		return;
	}
	struct vt_command command;
	struct vt_error error;
	if (vt_command_build(VT_CMD_SHOW_MODE, NULL, &command, &error) == VT_OK)
		session_run(device->session, &command, on_mode, device);
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

static void round_open(struct device *device)
{
	if (is_loading(device))
		return;
	device->doing = OPENING;
	/* Still in a command: this is called from the answer that ended the round before. */
	enum session_state state = session_state(device->session);
	if (state == SESSION_READY || state == SESSION_COMMAND) {
		device->round.reused = true;
		device->idle_hangups = 0;
		round_discover(device);
		return;
	}
	free(device->here);
	device->here = NULL;
	session_open(device->session); /* one that is still leaving opens again in on_closed */
}

static void round_begin(struct device *device, int64_t due_ms)
{
	int64_t now = mono_ms(device);
	device->round = (struct round){ .due_ms = due_ms,
					.began_ms = now,
					.began_wall_ms = wall_ms(device),
					.everything = device->wants_everything,
					.waiters = device->waiters };
	device->waiters = NULL;
	device->wants_everything = false;
	device->figures.last_late_ms = now - due_ms;
	device->world->on_late(now - due_ms, device->world->user);
	choose_groups(device);
	round_open(device);
}

static void on_due(struct sched_entry *entry, int64_t now, void *user)
{
	(void)now;
	struct device *device = user;
	/* A regular round that is still running sets its own next slot. */
	if (device->doing == RESTING)
		round_begin(device, entry->due_ms);
	else if (device->round.burst)
		device->wants_round = true;
}

static void on_burst_due(struct sched_entry *entry, int64_t now, void *user)
{
	(void)entry;
	struct device *device = user;
	if (device->doing == STOPPING || !device->burst_left)
		return;
	if (device->doing != RESTING) {
		/* The round that is running takes a sample of its own. */
		device->burst_left--;
		sched_set(device->world->sched, &device->burst_due, now + BURST_EVERY_MS);
		return;
	}
	device->round = (struct round){
		.due_ms = now, .began_ms = now, .began_wall_ms = wall_ms(device), .burst = true
	};
	round_open(device);
}

/* ---- the session ---- */

static void on_ready(struct session *session, void *user)
{
	(void)session;
	struct device *device = user;
	if (device->doing == OPENING)
		round_discover(device);
}

/* A kept session may have died in its sleep without our knowing: one fresh login, then it counts. */
static bool is_worth_reopening(const struct device *device, const struct vt_error *why)
{
	const struct round *round = &device->round;
	bool asleep = round->reused && !round->heard;
	return asleep && !round->reopened &&
	       (why->status == VT_E_CLOSED || why->status == VT_E_TIMEOUT || why->status == VT_E_PROTOCOL);
}

static void on_closed(struct session *session, const struct vt_error *why, void *user)
{
	(void)session;
	struct device *device = user;
	const struct device_world *world = device->world;
	switch (device->doing) {
	case STOPPING:
		world->on_stopped(device, world->user);
		return;
	case RESTING:
		if (why->status != VT_OK)
			device->idle_hangups++;
		return;
	case OPENING:
		/* The polite close of the round before has ended; or the login failed. */
		if (why->status == VT_OK) {
			session_open(device->session);
			return;
		}
		break;
	case LOADING:
	case DISCOVERING:
	case ENTERING:
	case ASKING:
		break;
	}
	if (is_worth_reopening(device, why)) {
		device->round.reopened = true;
		device->round.reused = false;
		gather_free(device->round.gather);
		device->round.gather = NULL;
		device->round.opened_ms = 0;
		round_open(device);
		return;
	}
	struct vt_error kept = *why;
	if (kept.status == VT_OK)
		vt_fail(&kept, VT_E_CLOSED, "the session was closed in the middle of a poll");
	round_failed(device, &kept);
}

static void on_event(struct session *session, enum session_event event, const char *text, void *user)
{
	(void)session;
	struct device *device = user;
	switch (event) {
	case SESSION_EVENT_HOSTKEY_ADDED:
		log_notice(LOG_SESSION, device->name, "host key remembered at first sight (%s)", text);
		return;
	case SESSION_EVENT_PROMPT_CHANGED:
		/* A failover switch shows itself here first: look at the facts with the next round. */
		log_info(LOG_SESSION, device->name, "prompt is now \"%s\"", text);
		device->group_due_wall_ms[PLAN_GROUP_FACTS] = 0;
		return;
	case SESSION_EVENT_NOT_PRIVILEGED:
		log_warning(LOG_SESSION, device->name, "privilege was lost (prompt \"%s\")", text);
		return;
	}
}

/* ---- life ---- */

static char *fingerprint(const struct vt_device_settings *s)
{
	struct vt_buf text = { 0 };
	const struct vt_login_settings *l = &s->login;
	vt_buf_printf(&text, "%llu\n" VT_FMT "\n%d%d\n", (unsigned long long)l->port, VT_ARG(l->username),
		      (int)l->host_keys, (int)l->algorithms);
	for (size_t i = 0; i < s->addresses_len; i++)
		vt_buf_printf(&text, "@" VT_FMT "\n", VT_ARG(s->addresses[i]));
	for (size_t i = 0; i < s->contexts_len; i++)
		vt_buf_printf(&text, "/" VT_FMT "\n", VT_ARG(s->contexts[i]));
	return text.p;
}

static bool same_secret(const struct secret *a, const struct secret *b)
{
	if (!a || !b)
		return a == b;
	return secret_len(a) == secret_len(b) && memcmp(secret_text(a), secret_text(b), secret_len(a)) == 0;
}

bool device_is_same(const struct device *device, const struct vt_device_settings *settings,
		    const struct device_secrets *secrets)
{
	char *other = fingerprint(settings);
	bool same = strcmp(device->fingerprint, other) == 0;
	free(other);
	return same && same_secret(device->secrets.password, secrets->password) &&
	       same_secret(device->secrets.enable_password, secrets->enable_password) &&
	       same_secret(device->secrets.identity, secrets->identity);
}

static struct session *open_session(struct device *device, const struct vt_device_settings *settings)
{
	const struct vt_login_settings *login = &settings->login;
	const char **addresses = vt_must(calloc(settings->addresses_len + 1, sizeof *addresses));
	for (size_t i = 0; i < settings->addresses_len; i++)
		addresses[i] = settings->addresses[i].p;
	struct session_config config = { .name = device->name,
					 .addresses = addresses,
					 .n_addresses = settings->addresses_len,
					 .port = (uint16_t)login->port,
					 .username = login->username.p,
					 .password = device->secrets.password,
					 .identity = device->secrets.identity,
					 .enable_password = device->secrets.enable_password,
					 .pins = device->world->pins,
					 .host_keys = login->host_keys,
					 .algorithms = login->algorithms,
					 .limits = device->world->limits };
	struct session_callbacks callbacks = { on_ready, on_closed, on_event };
	struct session *session = session_new(device->world->loop, &config, &callbacks, device);
	free(addresses);
	return session;
}

struct device *device_new(const struct device_world *world, const struct vt_device_settings *settings,
			  const struct device_secrets *secrets, const struct vt_str *contexts, size_t contexts_len)
{
	struct device *device = vt_must(calloc(1, sizeof *device));
	device->world = world;
	device->name = vt_str_dup(settings->name);
	device->fingerprint = fingerprint(settings);
	device->secrets = (struct device_secrets){ secret_ref(secrets->password), secret_ref(secrets->enable_password),
						   secret_ref(secrets->identity) };
	device->session = open_session(device, settings);
	device->due = (struct sched_entry){ .fn = on_due, .user = device };
	device->burst_due = (struct sched_entry){ .fn = on_burst_due, .user = device };
	device_expect(device, settings);
	device->contexts_len = settings->contexts_len;
	const struct vt_str *first = settings->contexts_len ? settings->contexts : contexts;
	size_t len = settings->contexts_len ? settings->contexts_len : contexts_len;
	char **names = vt_must(calloc(len + 1, sizeof *names));
	for (size_t i = 0; i < len; i++)
		names[i] = vt_str_dup(first[i]);
	device->discovered = settings->contexts_len > 0;
	set_units(device, names, len ? len : 1);
	for (size_t i = 0; i < len; i++)
		free(names[i]);
	free(names);
	return device;
}

void device_free(struct device *device)
{
	if (!device)
		return;
	sched_clear(device->world->sched, &device->due);
	sched_clear(device->world->sched, &device->burst_due);
	session_free(device->session);
	struct vt_error gone = { 0 };
	vt_fail(&gone, VT_E_CLOSED, "device \"%s\" is no longer polled", device->name);
	answer_waiters(device, &device->round.waiters, &gone);
	answer_waiters(device, &device->waiters, &gone);
	gather_free(device->round.gather);
	for (size_t i = 0; i < device->units_len; i++)
		unit_free(device->units[i]);
	free(device->units);
	vt_arena_free(device->expect_arena);
	secret_free(device->secrets.password);
	secret_free(device->secrets.enable_password);
	secret_free(device->secrets.identity);
	free(device->here);
	free(device->fingerprint);
	free(device->name);
	free(device);
}

void device_start(struct device *device, uint32_t phase, int64_t first_ms)
{
	device->phase = phase;
	sched_set(device->world->sched, &device->due, first_ms);
}

void device_set_phase(struct device *device, uint32_t phase)
{
	device->phase = phase;
}

void device_expect(struct device *device, const struct vt_device_settings *settings)
{
	struct vt_arena *arena = vt_arena_new();
	struct vt_tunnel_settings *copies = VT_NEW_ARRAY(arena, struct vt_tunnel_settings, settings->tunnels_len);
	for (size_t i = 0; i < settings->tunnels_len; i++) {
		copies[i] = settings->tunnels[i];
		copies[i].name = vt_arena_str(arena, copies[i].name);
		copies[i].owner = vt_arena_str(arena, copies[i].owner);
		copies[i].context = vt_arena_str(arena, copies[i].context);
		copies[i].maintenance = NULL;
		copies[i].maintenance_len = 0;
	}
	vt_arena_free(device->expect_arena);
	device->expect_arena = arena;
	device->expect = copies;
	device->expect_len = settings->tunnels_len;
	for (size_t i = 0; i < device->units_len; i++)
		if (!device->units[i]->load)
			unit_expect(device->units[i]);
}

void device_pardon(struct device *device, int64_t at_ms)
{
	bool given_up = device->state == VT_DEVICE_AUTH_FAILED || device->state == VT_DEVICE_HOST_KEY_CHANGED;
	if (given_up && device->doing == RESTING)
		sched_set(device->world->sched, &device->due, at_ms);
}

void device_stop(struct device *device)
{
	sched_clear(device->world->sched, &device->due);
	sched_clear(device->world->sched, &device->burst_due);
	device->doing = STOPPING;
	enum session_state state = session_state(device->session);
	if (state == SESSION_NEW || state == SESSION_CLOSED)
		device->world->on_stopped(device, device->world->user);
	else
		session_close(device->session);
}

enum vt_status device_poll_now(struct device *device, device_polled *done, void *user, struct vt_error *error)
{
	if (device->doing == STOPPING)
		return vt_fail(error, VT_E_CLOSED, "device \"%s\" is being left", device->name);
	if (device->state == VT_DEVICE_AUTH_FAILED)
		return vt_fail(error, VT_E_AUTH,
			       "device \"%s\" refused its password; it is tried again after a reload (%s)",
			       device->name, device->error.text);
	struct waiter *waiter = vt_must(malloc(sizeof *waiter));
	*waiter = (struct waiter){ device->waiters, done, user };
	device->waiters = waiter;
	device->wants_everything = true;
	device->wants_round = true;
	follow_up(device);
	return VT_OK;
}

bool device_resend(struct device *device, uint64_t unit_id)
{
	for (size_t i = 0; i < device->units_len; i++)
		if (vt_unit_id(device->units[i]->model) == unit_id) {
			vt_unit_resend(device->units[i]->model);
			/* It may have been the one with the findings. */
			device->units[i]->config_due_ms = 0;
			return true;
		}
	return false;
}

size_t device_units(const struct device *device)
{
	return device->units_len;
}

uint64_t device_unit_id(const struct device *device, size_t i)
{
	return vt_unit_id(device->units[i]->model);
}

struct vt_str device_context(const struct device *device, size_t i)
{
	return vt_str_of(device->units[i]->context);
}

const char *device_name(const struct device *device)
{
	return device->name;
}

uint64_t device_id(const struct device *device)
{
	return vt_device_id(vt_str_of(device->name), VT_STR_NONE);
}

struct device_status device_status(const struct device *device)
{
	struct device_status status = device->figures;
	status.state = device->state;
	status.error = device->error.text;
	status.doing = doing_names[device->doing];
	status.due_ms = sched_is_set(&device->due) ? device->due.due_ms : SCHED_NEVER;
	status.units = device->units_len;
	for (size_t i = 0; i < device->units_len; i++) {
		status.tunnels += vt_unit_tunnels(device->units[i]->model);
		status.selectors += vt_unit_selectors(device->units[i]->model);
	}
	status.session = session_figures(device->session);
	return status;
}
