/* SPDX-License-Identifier: MIT
 * One unit is asked, question by question (plan.h), and the answers (gather.h) become a commit.
 */
#include "config.h"

#include "daemon/device_parts.h"

#include "base/memory.h"
#include "config/resolve.h"
#include "daemon/log.h"
#include "json/configuration.h"

#include <stdlib.h>
#include <string.h>

/* The configuration is read when it changed, and once a day in case it changed without saying so; a reading that
 * failed is not tried again at once. */
#define CONFIG_EVERY_MS (24 * 3600 * INT64_C(1000))
#define CONFIG_AGAIN_MS (3600 * INT64_C(1000))

static void next_question(struct device *device);

/* ---- what an answer tells beside its facts ---- */

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

/* Another time of modification than last time: read it with the next poll. A device that says that it was not modified
 * since it booted has none, and that is a time like others. */
static void note_modified(struct unit *unit, const struct vt_snapshot *snapshot)
{
	if (!snapshot->version || snapshot->version->modified < 0)
		return;
	struct vt_str modified_at = snapshot->version->modified_at.p ? snapshot->version->modified_at : VT_STR("");
	if (unit->modified_at && !vt_str_eq(modified_at, vt_str_of(unit->modified_at)))
		unit->config_due_ms = 0;
	free(unit->modified_at);
	unit->modified_at = vt_str_dup(modified_at);
}

/* The configuration, when this poll read it: from now on the model knows what there should be. */
static const struct vt_config *take_config(struct device *device, struct unit *unit, struct vt_expected *expected)
{
	struct round *round = &device->round;
	/* A device that is too busy to be asked for it now is asked again with the next poll. */
	if (!round->run.wants.groups[PLAN_GROUP_CONFIG] || !gather_asked(round->gather, PLAN_CONFIG_CRYPTO))
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
		if (unit_is_expected(unit, &device->expect[i]) && device->expect[i].expect == VT_EXPECT_UP)
			peers[input.must_be_up_len++] = device->expect[i].peer;
	vt_commit_configuration(commit, &input);
}

static void unit_is_read(struct device *device)
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
	vt_unit_next_poll(unit->model, round_next_slot_wall_ms(device));
	struct vt_commit *commit = vt_reduce(unit->model, snapshot, &device->world->reduce);
	if (config)
		commit_config(device, unit, config, &expected, commit);
	writer_commit(device->world->writer, commit);
	unit->negotiating = vt_unit_is_negotiating(unit->model) && !vt_unit_is_standby(unit->model);
	if (vt_unit_wants_sessions(unit->model))
		device->group_due_wall_ms[PLAN_GROUP_SESSIONS] = 0;
	round_next_unit(device);
}

/* ---- question by question ---- */

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
	next_question(device);
}

static void next_question(struct device *device)
{
	struct round *round = &device->round;
	if (!plan_next(&round->run, &round->step)) {
		unit_is_read(device);
		return;
	}
	/* A session that is not open any more has on_closed on its way. */
	session_run(device->session, &round->step.command, on_answer, device);
}

void ask_begin(struct device *device)
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
	next_question(device);
}
