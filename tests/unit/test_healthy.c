/* SPDX-License-Identifier: MIT
 * An hour of a healthy fleet, minute by minute, in the time of the simulation: rekeys, tunnels that fall idle and
 * come back, a failover, a reboot. Nobody must be told that a tunnel is down, and no configuration has a fault. And
 * half an hour of the demonstration, where there is enough to be told.
 *
 * Between the simulated firewall and the model stands all that is between them in the daemon (what to ask, reading the
 * answers, reducing them) but the wire and the clock, which is the simulation's.
 */
#include "config.h"

#include "tests/asasim/cli.h"
#include "tests/asasim/world.h"

#include "daemon/gather.h"
#include "base/map.h"
#include "json/configuration.h"
#include "model/reduce.h"

#include "tests/unit/tap.h"

#include <stdio.h>
#include <stdlib.h>

enum {
	MINUTE_MS = 60 * 1000,
	CONFIG_MS = 24 * 3600 * 1000,
	LOOKED_MS = 10, /* the time an answer takes */
	ACLS = 8,
	SEEDS = 4, /* worlds that differ in all that chance decides */
};

/* One polled unit, and a session on it that is always open. */
struct post {
	struct view view;
	struct cli *cli;
	struct vt_unit *unit;
	struct plan_memory *memory;
	int64_t config_due_ms;
	bool configured;
	char modified_at[64];
};

struct hour {
	struct world *world;
	struct model *model;
	struct post *posts;
	size_t posts_len;
	uint64_t events[VT_EVENT_KINDS], statuses[VT_TUNNEL_STATUSES], findings[VT_FAULT + 1], configs;
	struct vt_map status_of; /* id of a tunnel → its status now, + 1 */
	char bad[4096];          /* what nobody should have been told */
};

static void nothing(void *context)
{
	(void)context;
}

static void no_command(void *context, const char *mode, const char *line)
{
	(void)context, (void)mode, (void)line;
}

static void complain(struct hour *hour, struct vt_str device, const char *what, struct vt_str why)
{
	size_t len = strlen(hour->bad);
	snprintf(hour->bad + len, sizeof hour->bad - len, "%lld min: " VT_FMT ": %s " VT_FMT "\n",
		 (long long)((model_now(hour->model) - hour->world->start_ms) / MINUTE_MS), VT_ARG(device), what,
		 VT_ARG(why));
}

/* Types a command; the answer is what stands between its echo and the next prompt. */
static struct vt_buf type(struct post *post, const char *line)
{
	struct vt_buf text = { 0 };
	post->view.unit = post->view.device->pair ? post->view.device->active_unit : 0;
	post->cli->view.unit = post->view.unit;
	vt_buf_clear(&post->cli->out);
	cli_input(post->cli, line, strlen(line));
	cli_input(post->cli, "\n", 1);
	struct vt_str out = vt_buf_view(&post->cli->out);
	ptrdiff_t echo = vt_str_find_char(out, '\n');
	out = echo < 0 ? VT_STR("") : vt_str_from(out, (size_t)echo + 1);
	while (out.len && out.p[out.len - 1] != '\n')
		out.len--;
	vt_buf_str(&text, out);
	cli_shown(post->cli);
	return text;
}

static enum vt_status ask(struct post *post, struct plan_run *run, struct plan_step *step, struct gather *gather)
{
	int64_t now = model_now(post->view.model);
	struct gather_output output = { .text = type(post, step->command.text),
					.started_at_ms = now,
					.finished_at_ms = now + LOOKED_MS,
					.elapsed_ms = LOOKED_MS };
	struct vt_str text = vt_buf_view(&output.text);
	output.bytes = text.len;
	if (vt_str_find(text, VT_STR("ERROR: % Invalid input")) >= 0)
		output.status = VT_E_REJECTED;
	struct plan_answer answer;
	gather_take(gather, step, &output, &answer);
	plan_answer(run, step, &answer);
	return answer.status;
}

static void look_at(struct hour *hour, const struct vt_commit *commit)
{
	for (size_t i = 0; i < commit->events_len; i++) {
		const struct vt_event_row *event = &commit->events[i];
		hour->events[event->kind]++;
		enum vt_tunnel_status status;
		if (event->kind != VT_EVENT_STATUS || !vt_tunnel_status_of(event->to, &status))
			continue;
		hour->statuses[status]++;
		if (status == VT_TUNNEL_DOWN || status == VT_TUNNEL_ORPHAN)
			complain(hour, commit->device.name, vt_tunnel_status_name(status), event->detail);
	}
	for (size_t i = 0; i < commit->tunnels_len; i++)
		vt_map_put(&hour->status_of, commit->tunnels[i].id, (void *)(uintptr_t)(commit->tunnels[i].status + 1));
	hour->configs += commit->config_read;
	for (size_t i = 0; i < commit->findings_len; i++) {
		hour->findings[commit->findings[i].severity]++;
		if (commit->findings[i].severity > VT_ADVICE)
			complain(hour, commit->device.name, commit->findings[i].rule.p, commit->findings[i].says);
	}
}

static const struct vt_config *take_config(struct post *post, struct gather *gather, struct vt_expected *expected)
{
	if (!gather_asked(gather, PLAN_CONFIG_CRYPTO))
		return NULL; /* it is too busy for that */
	const struct vt_config *config = gather_config(gather);
	assert_non_null(config);
	assert_int_equal(config->report.skipped, 0);
	vt_config_expected(config, gather_arena(gather), expected);
	vt_unit_configure(post->unit, config, expected);
	post->configured = true;
	post->config_due_ms = model_now(post->view.model) + CONFIG_MS;
	return config;
}

/* As the daemon does: read with the next poll what changed since the last one. */
static void note_modified(struct post *post, const struct vt_snapshot *snapshot)
{
	if (!snapshot->version)
		return;
	struct vt_str modified = snapshot->version->modified_at;
	if (post->configured && !vt_str_eq(modified, vt_str_of(post->modified_at)))
		post->config_due_ms = 0;
	snprintf(post->modified_at, sizeof post->modified_at, VT_FMT, VT_ARG(modified));
}

static void poll(struct hour *hour, struct post *post, int64_t minute)
{
	static const struct vt_reduce_options options = { 60000, 300000, 300000 };
	int64_t now = model_now(hour->model);
	if (post->view.gw->down) {
		struct vt_commit *commit = vt_reduce_failure(post->unit, now, now + MINUTE_MS, VT_DEVICE_UNREACHABLE,
							     VT_STR("it does not answer"));
		look_at(hour, commit);
		vt_commit_free(commit);
		return;
	}
	struct gather *gather = gather_new(post->view.device->name, post->view.gw->context, "192.0.2.1", now, false);
	struct vt_str acls[ACLS];
	bool config_due = now >= post->config_due_ms;
	struct plan_wants wants = { .demand = post->configured, .acls = acls };
	wants.groups[PLAN_GROUP_SA] = true;
	wants.groups[PLAN_GROUP_SESSIONS] = config_due || minute % 5 == 0 || vt_unit_wants_sessions(post->unit);
	wants.groups[PLAN_GROUP_FACTS] = config_due || minute % 15 == 0;
	wants.groups[PLAN_GROUP_CONFIG] = config_due;
	if (vt_unit_wants_hits(post->unit))
		wants.acls_len = vt_unit_quiet_acls(post->unit, acls, ACLS);
	struct plan_run run;
	struct plan_step step;
	plan_begin(&run, post->memory, gather_arena(gather), &wants, now);
	while (plan_next(&run, &step))
		ask(post, &run, &step, gather);
	const struct vt_snapshot *snapshot = gather_snapshot(gather);
	note_modified(post, snapshot);
	struct vt_expected expected = { 0 };
	const struct vt_config *config = config_due ? take_config(post, gather, &expected) : NULL;
	struct vt_commit *commit = vt_reduce(post->unit, snapshot, &options);
	if (config)
		vt_commit_configuration(commit, &(struct vt_lint_input){ .config = config,
									 .expected = &expected,
									 .version = snapshot->version,
									 .failover = snapshot->failover,
									 .summary = snapshot->summary });
	look_at(hour, commit);
	vt_commit_free(commit);
	gather_free(gather);
}

static void add_post(struct hour *hour, struct device *device, struct gateway *gw)
{
	static const struct cli_events events = { .advance = nothing, .command = no_command };
	struct post *post = &hour->posts[hour->posts_len++];
	post->view = (struct view){
		.model = hour->model, .device = device, .gw = gw, .user = "vpntriage", .source = "192.0.2.9"
	};
	post->cli = cli_new(&post->view, &events);
	post->cli->view.gw = gw;
	post->cli->view.level = 15;
	post->cli->pager = 0;
	post->unit = vt_unit_new(vt_str_of(device->name), vt_str_of(gw->context), VT_STR("192.0.2.1"));
	post->memory = plan_memory_new();
}

static struct hour begin(const char *file, uint64_t seed)
{
	struct hour hour = { 0 };
	char path[512], why[512] = "";
	const char *top = getenv("top_srcdir");
	struct world_options options = {
		.start_ms = INT64_C(1767600000000), .start_given = true, .seed = seed, .seed_given = true
	};
	snprintf(path, sizeof path, "%s/%s", top ? top : ".", file);
	hour.world = world_read(path, &options, why, sizeof why);
	assert_string_equal(why, "");
	hour.model = model_new(hour.world);
	hour.posts = calloc(hour.world->n_gateways, sizeof *hour.posts);
	for (size_t i = 0; i < hour.world->n_devices; i++)
		for (size_t j = 0; j < hour.world->devices[i]->n_gw; j++)
			add_post(&hour, hour.world->devices[i], hour.world->devices[i]->gw[j]);
	return hour;
}

static void end(struct hour *hour)
{
	for (size_t i = 0; i < hour->posts_len; i++) {
		cli_free(hour->posts[i].cli);
		vt_unit_free(hour->posts[i].unit);
		plan_memory_free(hour->posts[i].memory);
	}
	vt_map_clear(&hour->status_of);
	free(hour->posts);
	model_free(hour->model);
	world_free(hour->world);
}

static void happens(struct hour *hour, const char *what, const char *device, int64_t down_ms)
{
	int64_t now = model_now(hour->model);
	char why[256] = "";
	struct fault_words words = {
		.fault = what, .device = device, .at_ms = now, .until_ms = down_ms ? now + down_ms : 0
	};
	struct fault *fault = world_fault(hour->world, &words, why, sizeof why);
	assert_string_equal(why, "");
	model_inject(hour->model, fault);
}

static void live(struct hour *hour, int64_t minutes, void (*meanwhile)(struct hour *hour, int64_t minute))
{
	for (int64_t minute = 0; minute <= minutes; minute++) {
		/* Devices are polled all over the minute, as they are by the daemon. */
		for (size_t i = 0; i < hour->posts_len; i++) {
			model_advance(hour->model, hour->world->start_ms + minute * MINUTE_MS +
							   (int64_t)i * MINUTE_MS / (int64_t)hour->posts_len);
			poll(hour, &hour->posts[i], minute);
		}
		if (meanwhile)
			meanwhile(hour, minute);
	}
}

static void switch_and_boot(struct hour *hour, int64_t minute)
{
	if (minute == 20)
		happens(hour, "failover", "fra-hub1", 0);
	if (minute == 40)
		happens(hour, "reboot", "lon-hub1", 150 * 1000);
}

static void an_hour_of_a_healthy_fleet_wakes_nobody(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct hour hour = begin("tests/worlds/healthy.yaml", seed);
		live(&hour, 60, switch_and_boot);
		if (*hour.bad)
			fail_msg("seed %llu:\n%s", (unsigned long long)seed, hour.bad);
		/* … and it was an hour in which things happened. */
		assert_true(hour.configs >= hour.posts_len);
		assert_true(hour.events[VT_EVENT_REKEY] > 50);
		assert_true(hour.statuses[VT_TUNNEL_IDLE] > 3);
		assert_int_equal(hour.events[VT_EVENT_FAILOVER], 1);
		assert_int_equal(hour.events[VT_EVENT_REBOOT], 1);
		end(&hour);
	}
}

/* What became of a tunnel of the world, as end `e` shows it. */
static const char *status_of(const struct hour *hour, const char *name, unsigned e, const char *peer)
{
	const struct link *link = world_link(hour->world, name);
	assert_non_null(link);
	const struct gateway *gw = link->end[e].gw;
	char text[VT_ADDR_TEXT];
	struct vt_str of_link = { text, vt_addr_format(&link->end[e].cfg.peer, text) };
	uint64_t unit = vt_device_id(vt_str_of(gw->device->name), vt_str_of(gw->context));
	uintptr_t known = (uintptr_t)vt_map_get(&hour->status_of, vt_tunnel_id(unit, peer ? vt_str_of(peer) : of_link));
	return known ? vt_tunnel_status_name((enum vt_tunnel_status)(known - 1)) : "never seen";
}

static void what_is_wrong_in_the_demonstration_is_told_rightly(void **state)
{
	(void)state;
	static const struct {
		const char *tunnel;
		unsigned end;
		const char *peer, *status; /* peer: another than the world's */
	} tunnels[] = {
		{ "fra-lon", 0, NULL, "up" },
		{ "par-acme", 0, NULL, "phase1-failing" },
		{ "bru-bank", 0, NULL, "phase1-failing" },
		{ "ber-mad", 0, NULL, "phase1-failing" },
		{ "mil-ber", 0, NULL, "phase2-failing" },
		{ "lon-ams", 0, NULL, "no-traffic" },
		{ "ams-cph", 0, NULL, "down" },
		{ "ams-cph", 1, NULL, "idle" },
		{ "bru-acme", 0, NULL, "idle" },
		{ "cph-acme", 0, NULL, "phase1-failing" },
		{ "mad-cloud-west", 0, "198.51.100.40", "orphan" },
	};
	static const char *const told[] = { "bru-fw1: L9 ", "cph-fw1: L10 ", "osl-fw1: L5 " };
	struct hour hour = begin("tests/worlds/demo.yaml", 2026);
	live(&hour, 30, NULL);
	for (size_t i = 0; i < sizeof tunnels / sizeof *tunnels; i++) {
		const char *status = status_of(&hour, tunnels[i].tunnel, tunnels[i].end, tunnels[i].peer);
		if (strcmp(status, tunnels[i].status) != 0)
			fail_msg("%s, end %u: %s, expected %s", tunnels[i].tunnel, tunnels[i].end, status,
				 tunnels[i].status);
	}
	for (size_t i = 0; i < sizeof told / sizeof *told; i++)
		if (!strstr(hour.bad, told[i]))
			fail_msg("nobody was told \"%s\", but\n%s", told[i], hour.bad);
	assert_int_equal(hour.findings[VT_FAULT] + hour.findings[VT_WARNING], sizeof told / sizeof *told);
	end(&hour);
}

UNIT_TESTS(CASE(an_hour_of_a_healthy_fleet_wakes_nobody), CASE(what_is_wrong_in_the_demonstration_is_told_rightly))
