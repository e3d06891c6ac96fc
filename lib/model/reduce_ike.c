/* SPDX-License-Identifier: MIT
 * What the IKE listing says: which peers there are, in which state, for how long, who began, and whether an IKE
 * SA was replaced.
 *
 * Several SAs of one peer may be listed at once (rekey, retry, both ends beginning together): the one furthest
 * along speaks for the tunnel. A replaced IKE SA alone does not say whether it was a rekey or a new session; that
 * is left to vpn-sessiondb, which is asked early then.
 */
#include "model/reduction.h"

#include <inttypes.h>

enum {
	RENEWAL_SLACK_S = 15, /* a lifetime that moved by less is rounding and run time */
};

/* One IKE SA, of either version, as the model sees it. */
struct ike_sight {
	struct vt_str peer, state, role;
	uint64_t version;
	enum vt_ike_phase phase;
	unsigned message;
	uint64_t left_s, active_s;
	bool children;
};

static int rank(enum vt_ike_phase phase)
{
	switch (phase) {
	case VT_IKE_UP:
		return 4;
	case VT_IKE_WAITING:
		return 3;
	case VT_IKE_NEGOTIATING:
		return 2;
	case VT_IKE_GOING:
		return 1;
	case VT_IKE_NONE:
		break;
	}
	return 0;
}

static struct vt_str lower_role(struct vt_str role)
{
	return vt_str_istarts(role, VT_STR("init"))   ? VT_STR("initiator")
	       : vt_str_istarts(role, VT_STR("resp")) ? VT_STR("responder")
						      : VT_STR_NONE;
}

static void note_state(struct reduction *r, struct tunnel *tunnel, struct vt_str state, enum vt_ike_phase phase,
		       unsigned message)
{
	struct vt_str before = vt_arena_str(r->arena, tunnel->row.ike_state);
	tunnel->ike_phase = phase;
	tunnel->ike_message = message;
	if (!text_set(&tunnel->row.ike_state, state))
		return;
	int64_t dwell_ms = tunnel->row.ike_state_since_ms ? r->at_ms - tunnel->row.ike_state_since_ms : 0;
	reduction_event(r, VT_EVENT_IKE_STATE, r->at_ms, tunnel, NULL, before, state, "after %" PRId64 " s",
			dwell_ms / 1000);
	tunnel->row.ike_state_since_ms = r->at_ms;
	tunnel->dirty = true;
}

static bool was_renewed(const struct reduction *r, const struct tunnel *tunnel, const struct ike_sight *sight)
{
	if (tunnel->ike_phase != VT_IKE_UP || sight->phase != VT_IKE_UP)
		return false;
	if (sight->active_s != VT_ABSENT && tunnel->ike_active_s != VT_ABSENT)
		return sight->active_s + RENEWAL_SLACK_S < tunnel->ike_active_s;
	if (sight->left_s == VT_ABSENT || tunnel->ike_left_s == VT_ABSENT)
		return false;
	int64_t passed_s = (r->at_ms - tunnel->ike_read_ms) / 1000;
	/* Two polls may come within a second, and a clock may be set back. */
	uint64_t passed = passed_s > 0 ? (uint64_t)passed_s : 0;
	uint64_t expected = passed < tunnel->ike_left_s ? tunnel->ike_left_s - passed : 0;
	return sight->left_s > expected + RENEWAL_SLACK_S;
}

static void take_sight(struct reduction *r, struct tunnel *tunnel, const struct ike_sight *sight)
{
	bool first = tunnel->ike_seen_poll != r->unit->poll;
	if (!first && rank(sight->phase) <= rank(tunnel->ike_phase)) {
		tunnel->ike_children |= sight->children;
		return;
	}
	if (first && was_renewed(r, tunnel, sight) && tunnel->ike_renewed_at_ms == 0) {
		tunnel->ike_renewed_at_ms = r->at_ms;
		r->unit->wants_sessions = true;
	}
	struct vt_str role_before = vt_arena_str(r->arena, tunnel->row.role), role = lower_role(sight->role);
	if (role.p && text_set(&tunnel->row.role, role)) {
		tunnel->dirty = true;
		if (role_before.p && sight->phase == VT_IKE_UP)
			reduction_event(r, VT_EVENT_ROLE, r->at_ms, tunnel, NULL, role_before, role,
					"the other side began this IKE SA than the one before");
	}
	if (tunnel->row.ike_version != sight->version) {
		tunnel->row.ike_version = sight->version;
		tunnel->dirty = true;
	}
	note_state(r, tunnel, sight->state, sight->phase, sight->message);
	tunnel->ike_children = (first ? false : tunnel->ike_children) | sight->children;
	tunnel->ike_left_s = sight->left_s;
	tunnel->ike_active_s = sight->active_s;
	tunnel->ike_read_ms = r->at_ms;
	tunnel->ike_seen_poll = r->unit->poll;
	tunnel->row.last_seen_ms = r->at_ms;
	if (tunnel->row.first_seen_ms == 0) {
		tunnel->row.first_seen_ms = r->at_ms;
		tunnel->dirty = true;
	}
}

static void reduce_ikev1(struct reduction *r)
{
	const struct vt_ike_sa *ike = r->snap->ike;
	for (size_t i = 0; i < ike->ikev1.sas_len; i++) {
		const struct vt_ikev1_sa *sa = &ike->ikev1.sas[i];
		struct ike_sight sight = { .peer = sa->peer,
					   .state = sa->state,
					   .role = sa->role,
					   .version = 1,
					   .left_s = sa->lifetime_remaining_s,
					   .active_s = VT_ABSENT };
		sight.phase = vt_ike_phase_of(sa->state, &sight.message);
		char room[64];
		struct vt_str peer = canonical_peer(r->unit, sa->peer, room);
		struct tunnel *tunnel = unit_tunnel_of_peer(r->unit, peer, peer.len && vt_ikev1_may_be_l2l(sa));
		if (tunnel)
			take_sight(r, tunnel, &sight);
	}
}

static void reduce_ikev2(struct reduction *r)
{
	const struct vt_ike_sa *ike = r->snap->ike;
	for (size_t i = 0; i < ike->ikev2.sas_len; i++) {
		const struct vt_ikev2_sa *sa = &ike->ikev2.sas[i];
		struct ike_sight sight = { .peer = sa->remote.addr,
					   .state = sa->state,
					   .role = sa->role,
					   .version = 2,
					   .left_s = VT_ABSENT,
					   .active_s = sa->active_s,
					   .children = sa->children_len > 0 ||
						       (sa->child_count != VT_ABSENT && sa->child_count > 0) };
		sight.phase = vt_ike_phase_of(sa->state, &sight.message);
		char room[64];
		struct vt_str peer = canonical_peer(r->unit, sa->remote.addr, room);
		/* A gateway never proves itself by EAP; a client does. */
		bool client = vt_str_find(sa->auth_verify, VT_STR("EAP")) >= 0;
		struct tunnel *tunnel = unit_tunnel_of_peer(r->unit, peer, peer.len && !client);
		if (tunnel)
			take_sight(r, tunnel, &sight);
	}
}

void reduce_ike(struct reduction *r)
{
	if (!heard(r, VT_ASKED_IKE) || !r->snap->ike)
		return;
	reduce_ikev1(r);
	reduce_ikev2(r);
	if (!heard_all(r, VT_ASKED_IKE))
		return;
	for (size_t i = 0; i < r->unit->tunnels_len; i++) {
		struct tunnel *tunnel = r->unit->tunnels[i];
		if (tunnel->ike_seen_poll == r->unit->poll)
			continue;
		note_state(r, tunnel, VT_STR_NONE, VT_IKE_NONE, 0);
		tunnel->ike_children = false;
		tunnel->ike_left_s = tunnel->ike_active_s = VT_ABSENT;
	}
}
