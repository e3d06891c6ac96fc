/* SPDX-License-Identifier: MIT
 * (state, snapshot) → (new state, commit): the frame around the steps that reduction.h names.
 */
#include "model/reduction.h"

enum {
	SILENT_AFTER_FAILURES = 2,             /* one lost poll says nothing about tunnels */
	FORGET_STRANGER_MS = 60 * 60 * 1000,   /* a peer nobody configured: a scanner, or one that was taken out */
	FORGET_SELECTOR_MS = 24 * 3600 * 1000, /* a selector without an SA */
};

struct vt_reduce_options vt_reduce_defaults(void)
{
	return (struct vt_reduce_options){ .stuck_after_ms = 60000,
					   .no_traffic_after_ms = 300000,
					   .settle_ms = 300000 };
}

static void keep(struct vt_arena *arena, struct vt_str *slot)
{
	*slot = vt_arena_str(arena, *slot);
}

static struct vt_tunnel_row tunnel_copy(struct vt_arena *arena, struct vt_tunnel_row row)
{
	struct vt_str *const texts[] = { &row.device,          &row.context,      &row.peer,      &row.name,
					 &row.owner,           &row.expect,       &row.role,      &row.status_reason,
					 &row.ike_state,       &row.tunnel_group, &row.interface, &row.local_endpoint,
					 &row.remote_endpoint, &row.local_addr };
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		keep(arena, texts[i]);
	return row;
}

static struct vt_device_row device_copy(struct vt_arena *arena, struct vt_device_row row)
{
	struct vt_str *const texts[] = { &row.name,
					 &row.context,
					 &row.address,
					 &row.error,
					 &row.version,
					 &row.hardware,
					 &row.serial,
					 &row.hostname,
					 &row.failover_role,
					 &row.failover_unit,
					 &row.config_modified_by,
					 &row.config_modified_at };
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		keep(arena, texts[i]);
	return row;
}

static struct vt_selector_row selector_copy(struct vt_arena *arena, struct vt_selector_row row)
{
	keep(arena, &row.local);
	keep(arena, &row.remote);
	keep(arena, &row.crypto_map);
	return row;
}

/* Peers that nobody configured and that have fallen silent, selectors long without an SA that nobody wants. */
static void forget_the_gone(struct reduction *r)
{
	struct vt_unit *unit = r->unit;
	for (size_t i = 0; i < unit->forget_selectors_len; i++)
		*VT_PUSH(r->arena, r->forget_selectors, r->forget_selectors_len,
			 r->forget_selectors_cap) = unit->forget_selectors[i];
	unit->forget_selectors_len = 0;
	for (size_t i = unit->tunnels_len; i-- > 0;) {
		struct tunnel *tunnel = unit->tunnels[i];
		bool never_met = tunnel->last_index == VT_ABSENT && tunnel->last_established_ms == 0 &&
				 tunnel->selectors_len == 0;
		bool stranger = !tunnel->expected && !tunnel->configured && tunnel->row.selectors == 0 &&
				tunnel->row.established_at_ms == 0 && (unit->configured || never_met);
		if (stranger && tunnel->ike_phase == VT_IKE_NONE &&
		    r->at_ms - tunnel->row.last_seen_ms > FORGET_STRANGER_MS) {
			*VT_PUSH(r->arena, r->forget_tunnels, r->forget_tunnels_len,
				 r->forget_tunnels_cap) = tunnel->row.id;
			unit_forget_tunnel(unit, tunnel);
			continue;
		}
		for (size_t j = tunnel->selectors_len; j-- > 0;) {
			struct selector *selector = tunnel->selectors[j];
			if (selector->present || selector->wanted || !selector->gone_at_ms ||
			    r->at_ms - selector->gone_at_ms < FORGET_SELECTOR_MS)
				continue;
			*VT_PUSH(r->arena, r->forget_selectors, r->forget_selectors_len,
				 r->forget_selectors_cap) = selector->row.id;
			unit_forget_selector(unit, tunnel, selector);
			tunnel->dirty = true;
		}
	}
}

static void collect(struct reduction *r, bool live)
{
	struct vt_unit *unit = r->unit;
	size_t tunnels = 0, selectors = 0, at_live = 0;
	for (size_t i = 0; i < unit->tunnels_len; i++) {
		tunnels += unit->tunnels[i]->dirty;
		for (size_t j = 0; j < unit->tunnels[i]->selectors_len; j++)
			selectors += unit->tunnels[i]->selectors[j]->dirty;
	}
	struct vt_tunnel_row *tunnel_rows = VT_NEW_ARRAY(r->arena, struct vt_tunnel_row, tunnels);
	struct vt_selector_row *selector_rows = VT_NEW_ARRAY(r->arena, struct vt_selector_row, selectors);
	struct vt_live *lives = VT_NEW_ARRAY(r->arena, struct vt_live, live ? unit->selectors_len : 0);
	tunnels = selectors = 0;
	for (size_t i = 0; i < unit->tunnels_len; i++) {
		struct tunnel *tunnel = unit->tunnels[i];
		if (tunnel->dirty)
			tunnel_rows[tunnels++] = tunnel_copy(r->arena, tunnel->row);
		tunnel->dirty = false;
		for (size_t j = 0; j < tunnel->selectors_len; j++) {
			struct selector *selector = tunnel->selectors[j];
			if (selector->dirty)
				selector_rows[selectors++] = selector_copy(r->arena, selector->row);
			selector->dirty = false;
			if (live)
				lives[at_live++] = selector->live;
		}
	}
	struct vt_commit *commit = r->commit;
	commit->at_ms = r->at_ms;
	commit->device = device_copy(r->arena, unit->row);
	commit->tunnels = tunnel_rows;
	commit->tunnels_len = tunnels;
	commit->selectors = selector_rows;
	commit->selectors_len = selectors;
	commit->live = lives;
	commit->live_len = at_live;
	commit->live_given = live;
	commit->events = r->events;
	commit->events_len = r->events_len;
	commit->samples = r->samples;
	commit->samples_len = r->samples_len;
	commit->forget_tunnels = r->forget_tunnels;
	commit->forget_tunnels_len = r->forget_tunnels_len;
	commit->forget_selectors = r->forget_selectors;
	commit->forget_selectors_len = r->forget_selectors_len;
	vt_map_clear(&r->sample_by_id);
}

static struct reduction begin(struct vt_unit *unit, int64_t at_ms)
{
	struct reduction r = { .unit = unit, .arena = vt_arena_new(), .at_ms = at_ms };
	r.commit = VT_NEW(r.arena, struct vt_commit);
	r.commit->arena = r.arena;
	return r;
}

struct vt_commit *vt_reduce(struct vt_unit *unit, const struct vt_snapshot *snapshot,
			    const struct vt_reduce_options *options)
{
	struct reduction r = begin(unit, snapshot->taken_at_ms);
	r.snap = snapshot;
	r.options = options;
	unit->poll++;
	unit->silent = false;
	int64_t ipsec_before_ms = unit->ipsec_at_ms, sessions_before_ms = unit->sessions_at_ms;
	reduce_device(&r);
	/* A standby unit lists replicas: nothing of it enters the model. */
	if (!vt_unit_is_standby(unit)) {
		reduce_ike(&r);
		reduce_ipsec(&r);
		reduce_sessions(&r);
		reduce_demand(&r);
	}
	for (size_t i = 0; i < unit->tunnels_len; i++)
		tunnel_status_decide(&r, unit->tunnels[i]);
	if (!snapshot->burst)
		forget_the_gone(&r);
	collect(&r, !snapshot->burst && (heard(&r, VT_ASKED_IPSEC) || heard(&r, VT_ASKED_SESSIONS)));
	if (r.samples_len && ipsec_before_ms && unit->ipsec_at_ms > ipsec_before_ms)
		r.commit->interval_ms = unit->ipsec_at_ms - ipsec_before_ms;
	if (r.samples_len && sessions_before_ms && unit->sessions_at_ms > sessions_before_ms)
		r.commit->bytes_interval_ms = unit->sessions_at_ms - sessions_before_ms;
	return r.commit;
}

static void fall_silent(struct reduction *r, struct vt_str sentence)
{
	r->unit->silent = true;
	for (size_t i = 0; i < r->unit->tunnels_len; i++) {
		struct tunnel *tunnel = r->unit->tunnels[i];
		if (tunnel->row.status != VT_TUNNEL_UNKNOWN) {
			tunnel->known_status = tunnel->row.status;
			tunnel->known_since_ms = tunnel->row.status_since_ms;
		}
		tunnel_status_set(r, tunnel, VT_TUNNEL_UNKNOWN, r->at_ms, sentence);
	}
}

struct vt_commit *vt_reduce_failure(struct vt_unit *unit, int64_t at_ms, int64_t next_poll_at_ms,
				    enum vt_device_state state, struct vt_str sentence)
{
	struct reduction r = begin(unit, at_ms);
	unit->failures_in_a_row++;
	unit->row.failures++;
	unit->row.last_try_at_ms = at_ms;
	unit->row.next_poll_at_ms = next_poll_at_ms;
	if (unit->row.state != state) {
		reduction_event(&r, VT_EVENT_DEVICE_STATE, at_ms, NULL, NULL,
				vt_str_of(vt_device_state_name(unit->row.state)),
				vt_str_of(vt_device_state_name(state)), VT_FMT, VT_ARG(sentence));
		unit->row.state = state;
		unit->row.state_since_ms = at_ms;
	}
	text_set(&unit->row.error, sentence);
	bool final = state == VT_DEVICE_AUTH_FAILED || state == VT_DEVICE_HOST_KEY_CHANGED;
	if (!unit->silent && (final || unit->failures_in_a_row >= SILENT_AFTER_FAILURES))
		fall_silent(&r, sentence);
	collect(&r, false);
	return r.commit;
}
