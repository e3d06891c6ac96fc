/* SPDX-License-Identifier: MIT
 * The status of a tunnel: what its SAs show, what its configuration asks for, and whether anybody asks for it.
 *
 * In this order: a standby unit shows replicas, nothing is concluded from it · SAs are there: orphan where no
 * configuration asks for them, phase2-failing where packets keep asking for a selector that has none, no-traffic where
 * packets have gone one way only for long enough, otherwise up · IKE is up without any IPsec SA: negotiating,
 * then phase2-failing · IKE is negotiating: negotiating, then phase1-failing · nothing: what was failing a moment
 * ago still is (an attempt lives half a minute, so every other poll of a sparse one sees nothing); then down when
 * the tunnel must be up or packets ask for it; then idle when it is configured; and otherwise unknown, because
 * whether silence is health only the configuration can say.
 */
#include "model/reduction.h"

#include <stdio.h>

enum {
	LINGER_MS = 5 * 60 * 1000,        /* between two attempts of a failing tunnel with sparse traffic */
	LINGER_ASKED_MS = 30 * 60 * 1000, /* … seen, while packets go on asking: short ones fall between two polls */
	ABSENT_FOR_DOWN_MS = 90 * 1000,   /* two polls, not one: an SA may be between its end and its beginning */
	DEMAND_MS = 15 * 60 * 1000,       /* that long after the last packet that asked, nobody asks any more */
};

void tunnel_status_set(struct reduction *r, struct tunnel *tunnel, enum vt_tunnel_status status, int64_t since_ms,
		       struct vt_str reason)
{
	if (text_set(&tunnel->row.status_reason, reason))
		tunnel->dirty = true;
	if (tunnel->row.status == status && tunnel->row.status_since_ms)
		return;
	const char *before = tunnel->row.status_since_ms ? vt_tunnel_status_name(tunnel->row.status) : NULL;
	reduction_event(r, VT_EVENT_STATUS, since_ms, tunnel, NULL, vt_str_of(before),
			vt_str_of(vt_tunnel_status_name(status)), VT_FMT, VT_ARG(reason));
	tunnel->row.status = status;
	tunnel->row.status_since_ms = since_ms;
	tunnel->dirty = true;
}

/* Takes up again what was known before the device went silent, when it turns out to be still so. */
static void speak(struct reduction *r, struct tunnel *tunnel, enum vt_tunnel_status status, int64_t since_ms,
		  const char *reason)
{
	if (tunnel->row.status == VT_TUNNEL_UNKNOWN && tunnel->known_since_ms && tunnel->known_status == status)
		since_ms = tunnel->known_since_ms;
	if (status != VT_TUNNEL_UNKNOWN)
		tunnel->known_since_ms = 0;
	tunnel_status_set(r, tunnel, status, since_ms, vt_str_of(reason));
}

static bool note_trouble(struct reduction *r, struct tunnel *tunnel, unsigned phase)
{
	struct trouble *trouble = &tunnel->trouble;
	if (trouble->since_ms == 0 || r->at_ms - trouble->seen_ms > LINGER_MS)
		*trouble = (struct trouble){ .since_ms = r->at_ms };
	/* IKE that comes up and goes again without a selector is a failure of phase 2, also while it is in phase 1
	 * of the next attempt. */
	trouble->phase = phase > trouble->phase ? phase : trouble->phase;
	trouble->seen_ms = r->at_ms;
	return r->at_ms - trouble->since_ms >= r->options->stuck_after_ms;
}

/* Packets have asked for it for long enough that an SA should have come, and still do. */
static bool is_demanded(const struct reduction *r, const struct demand *demand)
{
	return demand->since_ms && r->at_ms - demand->since_ms >= r->options->stuck_after_ms &&
	       r->at_ms - demand->seen_ms <= DEMAND_MS;
}

/* The selectors packets ask for in vain beside others that have their SA; 0: none. */
static size_t count_demanded(const struct reduction *r, const struct tunnel *tunnel, int64_t *since_ms)
{
	size_t demanded = 0;
	for (size_t i = 0; i < tunnel->selectors_len; i++) {
		const struct selector *selector = tunnel->selectors[i];
		if (selector->present || !selector->wanted || !is_demanded(r, &selector->demand))
			continue;
		demanded++;
		if (selector->demand.since_ms < *since_ms)
			*since_ms = selector->demand.since_ms;
	}
	return demanded;
}

static bool is_orphan(const struct reduction *r, const struct tunnel *tunnel)
{
	return r->unit->configured && !r->unit->dynamic && !tunnel->configured && !tunnel->expected;
}

static void decide_with_selectors(struct reduction *r, struct tunnel *tunnel)
{
	size_t present = 0, one_way = 0, out = 0, wanted = 0;
	int64_t since_ms = r->at_ms;
	char reason[200];
	for (size_t i = 0; i < tunnel->selectors_len; i++) {
		const struct selector *selector = tunnel->selectors[i];
		present += selector->present;
		wanted += selector->wanted || selector->present;
		if (selector->present && selector->row.status == VT_SELECTOR_NO_TRAFFIC) {
			one_way++;
			out += selector->one_way_out;
			if (selector->one_way_since_ms && selector->one_way_since_ms < since_ms)
				since_ms = selector->one_way_since_ms;
		}
	}
	tunnel->trouble = (struct trouble){ 0 };
	tunnel->absent_since_ms = 0;
	if (is_orphan(r, tunnel)) {
		speak(r, tunnel, VT_TUNNEL_ORPHAN, r->at_ms,
		      "it has SAs and no entry of the configuration asks for it");
		return;
	}
	int64_t demand_ms = r->at_ms;
	size_t demanded = count_demanded(r, tunnel, &demand_ms);
	if (demanded) {
		snprintf(reason, sizeof reason, "packets ask for %zu of %zu selectors in vain: no SA is built for %s",
			 demanded, wanted, demanded == 1 ? "it" : "them");
		speak(r, tunnel, VT_TUNNEL_PHASE2_FAILING, demand_ms, reason);
		return;
	}
	if (one_way) {
		snprintf(reason, sizeof reason, "%zu of %zu selectors carry packets one way only: %s", one_way, present,
			 out == one_way ? "we send and nothing comes back"
			 : out == 0     ? "packets come in and none go out"
					: "some only out, some only in");
		speak(r, tunnel, VT_TUNNEL_NO_TRAFFIC, since_ms, reason);
		return;
	}
	if (present == tunnel->selectors_len)
		snprintf(reason, sizeof reason, "%zu selector%s with an SA", present, present == 1 ? "" : "s");
	else if (r->unit->configured)
		snprintf(reason, sizeof reason, "%zu of %zu selectors with an SA, nobody asks for the rest", present,
			 wanted);
	else
		snprintf(reason, sizeof reason, "%zu of the %zu selectors seen so far with an SA", present,
			 tunnel->selectors_len);
	bool first = tunnel->row.status_since_ms == 0;
	int64_t up_ms = tunnel->row.established_at_ms &&
					(first || tunnel->row.established_at_ms > tunnel->row.status_since_ms)
				? tunnel->row.established_at_ms
				: r->at_ms;
	speak(r, tunnel, VT_TUNNEL_UP, up_ms, reason);
}

static void decide_ike_only(struct reduction *r, struct tunnel *tunnel)
{
	tunnel->absent_since_ms = 0;
	if (tunnel->ike_children) {
		/* The IKE listing shows child SAs that no IPsec listing has shown yet. */
		tunnel->trouble = (struct trouble){ 0 };
		speak(r, tunnel, VT_TUNNEL_UP, r->at_ms, "IKE lists child SAs");
		return;
	}
	if (!heard_all(r, VT_ASKED_IPSEC)) { /* nobody asked about selectors in this poll */
		if (!tunnel->row.status_since_ms)
			speak(r, tunnel, VT_TUNNEL_UNKNOWN, r->at_ms, "IKE is up; its IPsec SAs were not read yet");
		return;
	}
	if (note_trouble(r, tunnel, 2))
		speak(r, tunnel, VT_TUNNEL_PHASE2_FAILING, tunnel->trouble.since_ms,
		      "IKE is up and there is no IPsec SA");
	else
		speak(r, tunnel, VT_TUNNEL_NEGOTIATING, tunnel->trouble.since_ms, "IKE is up, no IPsec SA yet");
}

static void decide_negotiating(struct reduction *r, struct tunnel *tunnel)
{
	char reason[200];
	const char *role = tunnel->row.role.p ? tunnel->row.role.p : "peer of unknown role";
	if (tunnel->ike_phase == VT_IKE_WAITING)
		snprintf(reason, sizeof reason, "as %s it waits for message %u (" VT_FMT ")", role, tunnel->ike_message,
			 VT_ARG(tunnel->row.ike_state));
	else
		snprintf(reason, sizeof reason, "as %s it negotiates (" VT_FMT ")", role,
			 VT_ARG(tunnel->row.ike_state));
	tunnel->absent_since_ms = 0;
	bool stuck = note_trouble(r, tunnel, 1);
	tunnel->trouble.message = tunnel->ike_phase == VT_IKE_WAITING ? tunnel->ike_message : 0;
	tunnel->trouble.initiator = vt_str_eq(tunnel->row.role, VT_STR("initiator"));
	if (!stuck)
		speak(r, tunnel, VT_TUNNEL_NEGOTIATING, tunnel->trouble.since_ms, reason);
	else
		speak(r, tunnel, tunnel->trouble.phase == 2 ? VT_TUNNEL_PHASE2_FAILING : VT_TUNNEL_PHASE1_FAILING,
		      tunnel->trouble.since_ms, reason);
}

/* None is running at this moment: what the last one came to. */
static void speak_of_attempts(struct reduction *r, struct tunnel *tunnel)
{
	const struct trouble *trouble = &tunnel->trouble;
	char reason[200];
	if (trouble->phase == 2)
		snprintf(reason, sizeof reason, "IKE comes up and goes again without an IPsec SA");
	else if (trouble->message)
		snprintf(reason, sizeof reason, "attempts come and go; the last one seen waited for message %u as %s",
			 trouble->message, trouble->initiator ? "initiator" : "responder");
	else
		snprintf(reason, sizeof reason, "attempts come and go; none is running at this moment");
	speak(r, tunnel, trouble->phase == 2 ? VT_TUNNEL_PHASE2_FAILING : VT_TUNNEL_PHASE1_FAILING, trouble->since_ms,
	      reason);
}

static void decide_at_rest(struct reduction *r, struct tunnel *tunnel)
{
	if (tunnel->configured && !tunnel->must_be_up)
		speak(r, tunnel, VT_TUNNEL_IDLE, r->at_ms,
		      tunnel->backup ? "a backup peer; the first peer of its entry is the one in use"
				     : "configured, no SA, and nobody asks for one");
	else if (tunnel->must_be_up)
		speak(r, tunnel, VT_TUNNEL_UNKNOWN, r->at_ms, "no SA seen yet");
	else if (r->unit->configured || !r->unit->restored || tunnel->row.status != VT_TUNNEL_IDLE)
		speak(r, tunnel, VT_TUNNEL_UNKNOWN, r->at_ms,
		      r->unit->configured
			      ? "no SA, no attempt to build one, and no entry of the configuration asks for it"
			      : "no SA and no attempt to build one; whether it should be up is not known");
}

static void decide_absent(struct reduction *r, struct tunnel *tunnel)
{
	bool demanded = !tunnel->backup && is_demanded(r, &tunnel->demand);
	if (tunnel->trouble.since_ms &&
	    r->at_ms - tunnel->trouble.seen_ms <= (demanded ? LINGER_ASKED_MS : LINGER_MS)) {
		if (r->at_ms - tunnel->trouble.since_ms < r->options->stuck_after_ms)
			return;
		speak_of_attempts(r, tunnel);
		return;
	}
	tunnel->trouble = (struct trouble){ 0 };
	if (tunnel->absent_since_ms == 0)
		tunnel->absent_since_ms = r->at_ms;
	bool long_enough = r->at_ms - tunnel->absent_since_ms >= ABSENT_FOR_DOWN_MS &&
			   r->at_ms >= r->unit->settled_at_ms;
	if (long_enough && (tunnel->must_be_up || demanded)) {
		speak(r, tunnel, VT_TUNNEL_DOWN, tunnel->absent_since_ms,
		      demanded ? "packets ask for it and there is no SA and no attempt to build one"
			       : "it must be up and has no SA and no attempt to build one");
		return;
	}
	if ((tunnel->must_be_up || demanded) && tunnel->row.status_since_ms)
		return; /* not long enough to say more than before */
	decide_at_rest(r, tunnel);
}

void tunnel_status_decide(struct reduction *r, struct tunnel *tunnel)
{
	if (vt_unit_is_standby(r->unit)) {
		tunnel_status_set(r, tunnel, VT_TUNNEL_UNKNOWN, r->at_ms,
				  VT_STR("this unit is standby: what it lists are replicas of the active unit"));
		return;
	}
	bool any = false;
	for (size_t i = 0; i < tunnel->selectors_len && !any; i++)
		any = tunnel->selectors[i]->present;
	if (any) {
		decide_with_selectors(r, tunnel);
		return;
	}
	switch (tunnel->ike_phase) {
	case VT_IKE_UP:
		decide_ike_only(r, tunnel);
		break;
	case VT_IKE_WAITING:
	case VT_IKE_NEGOTIATING:
		decide_negotiating(r, tunnel);
		break;
	case VT_IKE_GOING:
	case VT_IKE_NONE:
		/* Absence is a fact only when both listings were there to show it. */
		if (heard_all(r, VT_ASKED_IKE) &&
		    (heard_all(r, VT_ASKED_IPSEC) || r->snap->burst || tunnel->selectors_len == 0))
			decide_absent(r, tunnel);
		break;
	}
}
