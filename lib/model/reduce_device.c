/* SPDX-License-Identifier: MIT
 * What a poll says about the device itself: reboot, failover, configuration, clock, load, cost.
 *
 * Uptime is printed with two units ("173 days 16 hours"), so it is never exact: a reboot is an uptime that is
 * smaller than the last one plus the time that has passed, by more than the printed resolution.
 */
#include "model/reduction.h"

#include <inttypes.h>

enum {
	REBOOT_SLACK_S = 120,      /* two clocks that are not quite one */
	SKEW_LIMIT_MS = 60 * 1000, /* diagnosis.md P1-CLOCK */
	QUARTER_MS = 15 * 60 * 1000,
};

/* The smaller of the two printed units (formats.md section 12). */
static uint64_t uptime_resolution_s(uint64_t uptime_s)
{
	if (uptime_s < 3600)
		return 1;
	if (uptime_s < 86400)
		return 60;
	return uptime_s < UINT64_C(365) * 86400 ? 3600 : 86400;
}

static void settle(struct reduction *r, int64_t at_ms, const char *cause)
{
	r->unit->settled_at_ms = at_ms + r->options->settle_ms;
	r->unit->settle_cause = cause;
}

static void reduce_uptime(struct reduction *r)
{
	struct vt_unit *unit = r->unit;
	const struct vt_taken *taken = &r->snap->taken[VT_ASKED_VERSION];
	uint64_t uptime_s = r->snap->version->uptime_s;
	if (uptime_s == VT_ABSENT || uptime_s > (uint64_t)INT64_MAX / 2000)
		return;
	uint64_t resolution_s = uptime_resolution_s(uptime_s);
	int64_t booted_at_ms = taken->started_at_ms - (int64_t)uptime_s * 1000;
	bool rebooted = false;
	if (unit->uptime_s != VT_ABSENT) {
		int64_t passed_s = (taken->started_at_ms - unit->uptime_at_ms) / 1000;
		uint64_t expected = unit->uptime_s + (passed_s > 0 ? (uint64_t)passed_s : 0);
		/* Less than expected may also be a clock of ours that was set; but it booted since we last looked. */
		rebooted = uptime_s + resolution_s + REBOOT_SLACK_S < expected &&
			   (uptime_s < unit->uptime_s || (int64_t)uptime_s < passed_s);
	}
	if (rebooted) {
		reduction_event(r, VT_EVENT_REBOOT, booted_at_ms, NULL, NULL, VT_STR_NONE, VT_STR_NONE,
				"up for %" PRIu64 " s, was up for %" PRIu64 " s before", uptime_s, unit->uptime_s);
		settle(r, r->at_ms, "the device rebooted");
		unit->cumulative = VT_ABSENT;
	}
	int64_t moved_ms = booted_at_ms - unit->row.booted_at_ms;
	if (moved_ms < 0)
		moved_ms = -moved_ms;
	if (rebooted || unit->row.booted_at_ms == 0 || moved_ms > (int64_t)(resolution_s + REBOOT_SLACK_S) * 1000)
		unit->row.booted_at_ms = booted_at_ms;
	unit->uptime_s = uptime_s;
	unit->uptime_at_ms = taken->started_at_ms;
}

static void reduce_version(struct reduction *r)
{
	struct vt_device_row *row = &r->unit->row;
	const struct vt_version *version = r->snap->version;
	reduce_uptime(r);
	text_set(&row->version, version->software);
	text_set(&row->hardware, version->hardware);
	text_set(&row->serial, version->serial);
	text_set(&row->hostname, version->hostname);
	if (version->modified < 0)
		return;
	bool known = row->config_modified_at.p != NULL;
	bool changed = text_set(&row->config_modified_at, version->modified_at.p ? version->modified_at : VT_STR(""));
	text_set(&row->config_modified_by, version->modified_by);
	if (known && changed && version->modified == 1)
		reduction_event(r, VT_EVENT_CONFIG_CHANGED, r->at_ms, NULL, NULL, VT_STR_NONE, version->modified_by,
				"configuration last modified by " VT_FMT " at " VT_FMT " (the device's own clock)",
				VT_ARG(version->modified_by), VT_ARG(version->modified_at));
}

static struct vt_str role_of(struct vt_str state)
{
	if (vt_str_istarts(state, VT_STR("Active")))
		return VT_STR("active");
	if (vt_str_istarts(state, VT_STR("Standby")))
		return VT_STR("standby");
	return state;
}

static struct vt_str unit_of(struct vt_str unit)
{
	return vt_str_istarts(unit, VT_STR("Primary"))     ? VT_STR("primary")
	       : vt_str_istarts(unit, VT_STR("Secondary")) ? VT_STR("secondary")
							   : unit;
}

static void reduce_failover(struct reduction *r)
{
	struct vt_unit *unit = r->unit;
	const struct vt_failover *failover = r->snap->failover;
	bool on = failover->on == 1;
	struct vt_str role = on ? role_of(failover->this_host.state) : VT_STR_NONE;
	struct vt_str before = vt_arena_str(r->arena, unit->row.failover_role);
	bool role_changed = text_set(&unit->row.failover_role, role);
	text_set(&unit->row.failover_unit, on ? unit_of(failover->unit) : VT_STR_NONE);
	/* The time alone is enough: two switches between two polls leave the role as it was. */
	bool time_known = unit->last_failover_at.p != NULL;
	bool time_changed = on && failover->last_failover_at.p &&
			    text_set(&unit->last_failover_at, failover->last_failover_at) && time_known;
	if ((role_changed && before.p && role.p) || time_changed) {
		reduction_event(r, VT_EVENT_FAILOVER, r->at_ms, NULL, NULL, before, role, "last failover at " VT_FMT,
				VT_ARG(failover->last_failover_at));
		settle(r, r->at_ms, "the failover pair switched");
	}
}

/* The zone printed is a token nobody can rely on; offsets of real zones are multiples of a quarter of an hour,
 * so the difference within a quarter is the skew, unless the clock says it runs on UTC. */
static void reduce_clock(struct reduction *r)
{
	struct vt_unit *unit = r->unit;
	const struct vt_clock *clock = r->snap->clock;
	const struct vt_taken *taken = &r->snap->taken[VT_ASKED_CLOCK];
	if (clock->local_ms == 0)
		return;
	int64_t skew_ms = clock->local_ms - (taken->started_at_ms + taken->finished_at_ms) / 2;
	if (!vt_str_ieq(clock->zone, VT_STR("UTC")) && !vt_str_ieq(clock->zone, VT_STR("GMT"))) {
		skew_ms %= QUARTER_MS;
		if (skew_ms > QUARTER_MS / 2)
			skew_ms -= QUARTER_MS;
		else if (skew_ms < -QUARTER_MS / 2)
			skew_ms += QUARTER_MS;
	}
	bool skewed = skew_ms > SKEW_LIMIT_MS || skew_ms < -SKEW_LIMIT_MS;
	if (skewed && !unit->skewed)
		reduction_event(r, VT_EVENT_CLOCK_SKEW, r->at_ms, NULL, NULL, VT_STR_NONE, VT_STR_NONE,
				"the clock of the device is %" PRId64 " s %s",
				(skew_ms < 0 ? -skew_ms : skew_ms) / 1000, skew_ms < 0 ? "behind" : "ahead");
	unit->skewed = skewed;
	unit->row.clock_skew_ms = skew_ms;
}

static void reduce_capacity(struct reduction *r)
{
	const struct vt_version *version = r->snap->version;
	for (size_t i = 0; i < version->licenses_len; i++) {
		uint64_t value;
		if ((vt_str_ieq(version->licenses[i].name, VT_STR("Other VPN Peers")) ||
		     vt_str_ieq(version->licenses[i].name, VT_STR("IPSec VPN Peers"))) &&
		    vt_str_to_u64(version->licenses[i].value, &value))
			r->unit->row.capacity_tunnels = value;
	}
}

static void reduce_cost(struct reduction *r)
{
	struct vt_device_row *row = &r->unit->row;
	uint64_t lines = 0, skipped = 0;
	row->commands += r->snap->commands;
	row->bytes += r->snap->bytes;
	row->cli_ms += r->snap->cli_ms;
	row->last_commands = r->snap->commands;
	row->last_bytes = r->snap->bytes;
	row->last_cli_ms = r->snap->cli_ms;
	for (size_t i = 0; i < VT_ASKED_COUNT; i++) {
		const struct vt_taken *taken = &r->snap->taken[i];
		if (!taken->asked || taken->status != VT_OK)
			continue;
		lines += taken->report.lines;
		skipped += taken->report.skipped;
		uint64_t bit = UINT64_C(1) << i, told = r->unit->cut & bit;
		r->unit->cut = taken->report.truncated ? r->unit->cut | bit : r->unit->cut & ~bit;
		if (taken->report.truncated && !told)
			reduction_event(r, VT_EVENT_PARSER, r->at_ms, NULL, NULL, VT_STR_NONE, VT_STR_NONE,
					"a listing of %" PRIu64
					" lines was cut short; nothing is concluded from what it lacks",
					taken->report.lines);
	}
	if (skipped && row->lines_skipped == 0)
		reduction_event(r, VT_EVENT_PARSER, r->at_ms, NULL, NULL, VT_STR_NONE, VT_STR_NONE,
				"%" PRIu64 " of %" PRIu64 " lines were not understood", skipped, lines);
	row->lines = lines;
	row->lines_skipped = skipped;
}

void reduce_device(struct reduction *r)
{
	struct vt_unit *unit = r->unit;
	if (unit->row.state != VT_DEVICE_OK) {
		if (unit->row.state != VT_DEVICE_NEVER_POLLED)
			reduction_event(r, VT_EVENT_DEVICE_STATE, r->at_ms, NULL, NULL,
					vt_str_of(vt_device_state_name(unit->row.state)), VT_STR("ok"),
					"it answers again");
		unit->row.state = VT_DEVICE_OK;
		unit->row.state_since_ms = r->at_ms;
		text_set(&unit->row.error, VT_STR_NONE);
	}
	unit->failures_in_a_row = 0;
	text_set(&unit->row.address, r->snap->address.p ? r->snap->address : unit->row.address);
	unit->row.last_try_at_ms = r->at_ms;
	if (r->snap->burst) {
		unit->row.commands += r->snap->commands;
		unit->row.bytes += r->snap->bytes;
		unit->row.cli_ms += r->snap->cli_ms;
		return;
	}
	unit->row.last_poll_at_ms = r->at_ms;
	unit->row.polls++;
	reduce_cost(r);
	if (heard(r, VT_ASKED_FAILOVER) && r->snap->failover)
		reduce_failover(r);
	if (heard(r, VT_ASKED_VERSION) && r->snap->version) {
		reduce_version(r);
		reduce_capacity(r);
	}
	if (heard(r, VT_ASKED_CLOCK) && r->snap->clock)
		reduce_clock(r);
	if (heard(r, VT_ASKED_CPU) && r->snap->cpu)
		unit->row.cpu_percent = r->snap->cpu->percent_5m;
}
