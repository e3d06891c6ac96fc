/* SPDX-License-Identifier: MIT
 * Phase 1: the matrix of diagnosis.md section C, the initiator's state against the responder's.
 *
 * Main Mode has six messages; the initiator waits for 2, 4 and 6, the responder for 3 and 5. What a state excludes is
 * as telling as what it suggests: whoever waits for message 4 had message 2, so the policies fit; nothing about a key
 * travels before message 5. IKEv2 has two exchanges and shows less, so its log decides more.
 */
#include "diagnose/rules.h"

#define OBSERVED VT_BASIS_OBSERVED

/* What one end tells of the path to its peer. */
struct path {
	bool answers, silent; /* a ping */
	bool no_route, other_egress;
};

static bool is_private(const struct vt_addr *a)
{
	const uint8_t *b = a->bytes;
	return a->family == 4 && (b[0] == 10 || (b[0] == 172 && b[1] >= 16 && b[1] < 32) ||
				  (b[0] == 192 && b[1] == 168) || (b[0] == 100 && b[1] >= 64 && b[1] < 128));
}

static struct path path_of(struct diagnosing *d, unsigned end)
{
	const struct vt_side *side = d->ends[end].side;
	struct path path = { 0 };
	if (side->ping && side->ping->success_percent != VT_ABSENT) {
		path.answers = side->ping->success_percent > 0;
		path.silent = !path.answers;
		show(d, &side->ping_at, "%s",
		     path.answers ? "the peer answers: it is there and routed both ways"
				  : "no answer; a filter for ICMP would look the same");
	}
	path.no_route = side->routed == 0;
	path.other_egress = side->routed == 1 && side->route_interface.len && side->tunnel &&
			    side->tunnel->interface.len && !vt_str_eq(side->route_interface, side->tunnel->interface);
	return path;
}

/* Routes are facts of the box itself. */
static void judge_route(struct diagnosing *d, unsigned end, const struct path *path)
{
	const struct vt_side *side = d->ends[end].side;
	if (path->no_route) {
		suspect(d, "P1-UNREACH", VT_CERTAIN, VT_BASIS_STATIC, end, "%s has no route to %s.", end_name(d, end),
			side->peer_text);
		show(d, &side->route_at, "no route to the peer");
	} else if (path->other_egress) {
		suspect(d, "P1-MAPIFC", VT_CERTAIN, VT_BASIS_STATIC, end,
			"%s routes %s out of " VT_FMT ", its crypto map is on " VT_FMT ".", end_name(d, end),
			side->peer_text, VT_ARG(side->route_interface), VT_ARG(side->tunnel->interface));
		show(d, &side->route_at, "the peer leaves by another interface than the crypto map's");
	}
}

static void show_state(struct diagnosing *d, unsigned end)
{
	const struct end_view *e = &d->ends[end];
	if (!e->last)
		return;
	if (e->last->version == 0)
		show(d, &e->last->at, "%s has no IKE SA with this peer", end_name(d, end));
	else if (e->same > 1)
		show(d, &e->last->at, "%s is %s; seen in %zu listings", end_name(d, end),
		     e->initiator ? "initiator" : "responder", e->same);
	else
		show(d, &e->last->at, "%s is %s", end_name(d, end), e->initiator ? "initiator" : "responder");
}

/* ---- one end ---- */

/* One tunnel that gets no answer has a cause of its own; most of a box at once have the uplink in common. */
static void judge_uplink(struct diagnosing *d, unsigned end)
{
	enum { MANY = 3 };
	size_t waiting = 0, up = 0;
	for (size_t i = 0; i < d->c->sides_len; i++) {
		const struct vt_sighting *last = vt_side_last(d->c->sides[i]);
		if (d->c->sides[i]->box != d->ends[end].side->box || !last)
			continue;
		waiting += last->phase == VT_IKE_WAITING && last->message == 2;
		up += last->phase == VT_IKE_UP;
	}
	if (waiting >= MANY && waiting > up)
		suspect(d, "EN-UPLINK", VT_LIKELY, OBSERVED, end,
			"%zu tunnels of %s get no answer to their first message at the same time, %zu are up.", waiting,
			end_name(d, end), up);
	else if (up)
		EXCLUDE(d,
			vt_arena_printf(d->arena, "%zu other tunnel%s of %s up", up, up == 1 ? " is" : "s are",
					end_name(d, end)),
			"EN-UPLINK");
}

static void first_message_unanswered(struct diagnosing *d, unsigned end)
{
	struct path path = path_of(d, end);
	unsigned far = !end;
	summarise(d, "%s sends its first message to %s and gets no answer that it can use.", end_name(d, end),
		  d->ends[end].side->peer_text);
	judge_route(d, end, &path);
	if (path.no_route || path.other_egress)
		return;
	judge_uplink(d, end);
	if (path.answers) {
		EXCLUDE(d, "the peer answers a ping", "P1-UNREACH", "P1-PEERDOWN");
		suspect(d, "P1-UDP500", VT_LIKELY, OBSERVED, end,
			"The peer answers a ping but not IKE: UDP 500 may be filtered.");
		suspect(d, "P1-POLICY", VT_LIKELY, OBSERVED, far,
			"The peer is there; it may get our proposals and accept none, which looks the same from here.");
	} else {
		suspect(d, "P1-UNREACH", path.silent ? VT_LIKELY : VT_POSSIBLE, OBSERVED, end,
			path.silent ? "Neither IKE nor a ping is answered by the peer."
				    : "Nothing comes back from the peer.");
		suspect(d, "P1-UDP500", VT_POSSIBLE, OBSERVED, end, "UDP 500 may be filtered on the way.");
		suspect(d, "P1-POLICY", VT_POSSIBLE, OBSERVED, far, "The peer may get our proposals and accept none.");
		suspect(d, "P1-PEERDOWN", VT_POSSIBLE, OBSERVED, end, "The peer may be down.");
	}
	suspect(d, "P1-NOENABLE", VT_POSSIBLE, OBSERVED, far, "IKE may not be enabled on the peer's interface.");
	suspect(d, "P1-PEERIP", VT_POSSIBLE, OBSERVED, end, "The address may not be the peer's.");
	suspect(d, "P1-IKEVER", VT_POSSIBLE, OBSERVED, far, "The peer may speak the other version of IKE only.");
	if (!path.answers && !path.silent)
		note(d, "whether the peer can be reached is not known: no ping was pasted");
	if (!d->ends[end].aggressive)
		EXCLUDE(d, "no name, key or certificate travels before message 3", "P1-PSK", "P1-NOTG", "P1-ID",
			"P1-CERT", "P1-NATT4500");
}

static void third_message_missing(struct diagnosing *d, unsigned end)
{
	struct path path = path_of(d, end);
	summarise(d, "%s accepted the proposal of %s, answered, and the initiator's next message does not come.",
		  end_name(d, end), d->ends[end].side->peer_text);
	judge_route(d, end, &path);
	suspect(d, "P1-RETPATH", VT_LIKELY, OBSERVED, end,
		"Message 1 arrived and was accepted; our answer, or the message after it, is lost.");
	suspect(d, "P1-PATHMID", VT_POSSIBLE, OBSERVED, end,
		"Message 3 is larger than message 1 and may be what is lost.");
	EXCLUDE(d, "the initiator's first message arrived and its proposal was accepted", "P1-POLICY", "P1-UDP500",
		"P1-NOENABLE", "P1-PEERDOWN", "P1-IKEVER");
	if (!d->ends[end].aggressive)
		EXCLUDE(d, "no key is used before message 5", "P1-PSK", "P1-NATT4500");
}

static void fourth_message_missing(struct diagnosing *d, unsigned end)
{
	unsigned far = !end;
	summarise(d, "The responder accepted the proposal of %s, and does not answer its key exchange (message 3).",
		  end_name(d, end));
	suspect(d, "P1-NOTG", VT_LIKELY, OBSERVED, far,
		"The responder looks for a tunnel-group by our address before it sends message 4; it seems to find "
		"none.");
	suspect(d, "P1-PATHMID", VT_POSSIBLE, OBSERVED, far,
		"Message 3 or 4, larger than those before, may be lost on the path.");
	suspect(d, "P1-PEERNAT", VT_POSSIBLE, OBSERVED, far,
		"A NAT in front of us would make the responder look for another address.");
	EXCLUDE(d, "message 2 came back", "P1-UNREACH", "P1-UDP500", "P1-NOENABLE", "P1-PEERDOWN", "P1-PEERIP",
		"P1-RETPATH", "P1-IKEVER");
	EXCLUDE(d, "message 2 carries the accepted proposal", "P1-POLICY");
	EXCLUDE(d, "no key and no hash of it travels before message 5", "P1-PSK", "P1-NATT4500");
}

/* Whether there is a NAT between the ends: 1 yes, 0 no, -1 not known. */
static int nat_between(struct diagnosing *d)
{
	bool seen = false, excluded = false, addresses[2] = { false, false };
	for (unsigned i = 0; i < 2; i++) {
		const struct end_view *e = &d->ends[i];
		if (!e->side)
			continue;
		seen |= e->nat_seen || (e->last && e->last->nat_t == 1);
		excluded |= e->nat_excluded || (e->last && e->last->nat_t == 0);
		for (size_t j = 0; d->both && j < e->side->box->addresses_len; j++)
			addresses[i] |= vt_addr_eq(&e->side->box->addresses[j], &d->ends[!i].side->peer);
	}
	if (seen)
		return 1;
	return excluded || (addresses[0] && addresses[1]) ? 0 : -1;
}

static bool nat_t_is_off(struct diagnosing *d, unsigned end)
{
	const struct vt_side *side = d->ends[end].side;
	const struct vt_config *config = side ? side->box->config : NULL;
	if (!config)
		return false;
	if (config->nat_traversal == VT_NO) {
		struct vt_quote quote = vt_config_quote(side->box, config->nat_traversal_place);
		show(d, &quote, "NAT-T is off on %s", end_name(d, end));
		return true;
	}
	if (!side->tunnel || !side->tunnel->entry || !side->tunnel->entry->nat_t_disable)
		return false;
	struct vt_quote quote = vt_config_quote(side->box, side->tunnel->entry->place);
	show(d, &quote, "NAT-T is disabled for this entry of %s", end_name(d, end));
	return true;
}

/* Message 5 is the first on UDP 4500 behind NAT, and the first that a wrong key makes unreadable. */
static void encrypted_identity_unanswered(struct diagnosing *d, unsigned end, bool strong)
{
	int nat = nat_between(d);
	bool certificates = d->ends[0].certificates || d->ends[1].certificates;
	if (nat == 1 && (nat_t_is_off(d, end) || nat_t_is_off(d, !end))) {
		suspect(d, "P1-NATT4500", VT_CERTAIN, VT_BASIS_STATIC, end,
			"There is a NAT between the two, and NAT-T is off on one end.");
	} else if (nat == 0) {
		EXCLUDE(d, "there is no NAT between the two, so UDP 4500 is not used", "P1-NATT4500");
	} else {
		suspect(d, "P1-NATT4500", nat == 1 ? VT_LIKELY : VT_POSSIBLE, OBSERVED, end,
			nat == 1 ? "NAT was detected: message 5 is the first packet on UDP 4500, which may be blocked."
				 : "If there is a NAT between the two, message 5 is the first packet on UDP 4500.");
	}
	if (certificates) {
		EXCLUDE(d, "the two authenticate with certificates, not with a key", "P1-PSK");
		suspect(d, "P1-CERT", VT_LIKELY, OBSERVED, !end,
			"The first message with the certificate is not answered.");
		suspect(d, "P1-PATHMID", VT_POSSIBLE, OBSERVED, !end,
			"A message with a certificate is large: its fragments may be lost.");
	} else {
		suspect(d, "P1-PSK", strong && nat == 0 ? VT_STRONG : VT_LIKELY, OBSERVED, end,
			"Message 5 is encrypted with a key made from the pre-shared key; with another key it cannot be "
			"read.");
	}
	EXCLUDE(d, "messages 2 and 4 came through", "P1-UNREACH", "P1-UDP500", "P1-NOENABLE", "P1-PEERDOWN",
		"P1-RETPATH", "P1-IKEVER", "P1-PEERIP");
	EXCLUDE(d, "the proposal was accepted in message 2", "P1-POLICY");
	EXCLUDE(d, "a missing tunnel-group stops at MM_WAIT_MSG4", "P1-NOTG");
}

static void fifth_message_missing(struct diagnosing *d, unsigned end)
{
	summarise(d,
		  "%s found its tunnel-group and sent its key exchange; the initiator's encrypted identity (message 5) "
		  "does not come, or cannot be read.",
		  end_name(d, end));
	encrypted_identity_unanswered(d, end, false);
}

static void sixth_message_missing(struct diagnosing *d, unsigned end)
{
	summarise(d,
		  "The responder accepts the proposal and the key exchange of %s, then never answers its encrypted "
		  "identity (message 5).",
		  end_name(d, end));
	encrypted_identity_unanswered(d, end, false);
	suspect(d, "P1-ID", VT_POSSIBLE, OBSERVED, !end, "The responder may refuse our identity.");
}

static void v2_in_negotiation(struct diagnosing *d, unsigned end)
{
	const struct end_view *e = &d->ends[end];
	if (e->initiator) {
		struct path path = path_of(d, end);
		judge_route(d, end, &path);
		summarise(d, "%s negotiates IKEv2 with %s and does not get to READY.", end_name(d, end),
			  e->side->peer_text);
		if (path.answers)
			EXCLUDE(d, "the peer answers a ping", "P1-UNREACH", "P1-PEERDOWN");
		suspect(d, "P1-UNREACH", path.silent ? VT_LIKELY : VT_POSSIBLE, OBSERVED, end,
			"Nothing may come back from the peer.");
		suspect(d, "P1-UDP500", path.answers ? VT_LIKELY : VT_POSSIBLE, OBSERVED, end,
			"UDP 500 may be filtered on the way.");
	} else {
		summarise(d, "%s answers IKEv2 of %s and does not get to READY.", end_name(d, end), e->side->peer_text);
		EXCLUDE(d, "the initiator's first message arrived", "P1-UNREACH", "P1-UDP500", "P1-NOENABLE");
		suspect(d, "P1-RETPATH", VT_POSSIBLE, OBSERVED, end, "Our answers may not reach the initiator.");
	}
	suspect(d, "P1-PSK", VT_POSSIBLE, OBSERVED, end, "The keys may differ: IKEv2 has one for each direction.");
	suspect(d, "P1-NATT4500", VT_POSSIBLE, OBSERVED, end, "UDP 4500 may be blocked behind a NAT.");
	note(d, "IKEv2 shows little of a failed attempt: the log of either end (750003 with its reason) decides");
}

static void remote_access_in_a_tunnel(struct diagnosing *d, unsigned end)
{
	summarise(d, "%s asks %s for a user name: it takes the peer for a remote-access client.", end_name(d, end),
		  d->ends[end].side->peer_text);
	suspect(d, "P1-NOTG", VT_LIKELY, OBSERVED, end,
		"The peer landed in a tunnel-group for remote access: there is none of type ipsec-l2l for its "
		"address.");
}

static void one_end(struct diagnosing *d, unsigned end)
{
	const struct end_view *e = &d->ends[end];
	if (e->last && e->last->remote_access) {
		remote_access_in_a_tunnel(d, end);
		return;
	}
	if (e->ike == END_NEGOTIATING) {
		if (e->last && e->last->version == 2)
			v2_in_negotiation(d, end);
		else
			summarise(d,
				  "%s is in the middle of an exchange with %s (" VT_FMT
				  "); one look does not tell how it ends.",
				  end_name(d, end), e->side->peer_text, VT_ARG(e->last->state));
		return;
	}
	switch (e->message) {
	case 2:
		first_message_unanswered(d, end);
		break;
	case 3:
		third_message_missing(d, end);
		break;
	case 4:
		fourth_message_missing(d, end);
		break;
	case 5:
		fifth_message_missing(d, end);
		break;
	case 6:
		sixth_message_missing(d, end);
		break;
	default:
		break;
	}
}

/* ---- both ends ---- */

static void both_wait_for_an_answer(struct diagnosing *d)
{
	struct path a = path_of(d, 0), b = path_of(d, 1);
	bool answers = a.answers || b.answers;
	summarise(d, "Both ends begin, and neither gets an answer to its first message.");
	if (answers)
		EXCLUDE(d, "one end answers a ping of the other", "P1-UNREACH", "P1-PEERDOWN");
	suspect(d, "P1-UDP500", answers ? VT_STRONG : VT_LIKELY, OBSERVED, 0,
		"Both directions are blocked: each end sends and neither is heard.");
	suspect(d, "P1-UNREACH", VT_LIKELY, OBSERVED, 0,
		"Both directions are blocked: each end sends and neither is heard.");
	suspect(d, "P1-POLICY", VT_POSSIBLE, OBSERVED, 0, "Each end may get the other's proposals and accept none.");
}

static void lost_between(struct diagnosing *d, unsigned initiator, unsigned message)
{
	unsigned from = message % 2 ? initiator : !initiator;
	summarise(d, "Message %u from %s to %s is lost: the two wait for each other.", message, end_name(d, from),
		  end_name(d, !from));
	suspect(d, "P1-PATHMID", VT_STRONG, OBSERVED, from, "Message %u leaves %s and does not reach %s.", message,
		end_name(d, from), end_name(d, !from));
	EXCLUDE(d, "the messages before it came through", "P1-UNREACH", "P1-UDP500", "P1-POLICY", "P1-NOENABLE",
		"P1-PEERIP", "P1-IKEVER");
	EXCLUDE(d, "no key and no hash of it travels before message 5", "P1-PSK");
}

static void answer_to_identity_missing(struct diagnosing *d, unsigned initiator)
{
	unsigned r = !initiator;
	if (d->ends[r].ike == END_WAITING && d->ends[r].message == 5) {
		summarise(d,
			  "%s waits for message 6 and %s, at the same time, for message 5: it does not arrive, or it "
			  "cannot be read.",
			  end_name(d, initiator), end_name(d, r));
		encrypted_identity_unanswered(d, initiator, true);
	} else if (d->ends[r].ike == END_UP) {
		summarise(d,
			  "%s is done with phase 1 and %s still waits for message 6: it is lost, or its identity is "
			  "refused.",
			  end_name(d, r), end_name(d, initiator));
		suspect(d, "P1-ID", VT_LIKELY, OBSERVED, initiator,
			"The initiator may refuse the responder's identity.");
		suspect(d, "P1-PATHMID", VT_LIKELY, OBSERVED, r, "Message 6 may be lost on its way back.");
		if (d->ends[initiator].certificates)
			suspect(d, "P1-CERT", VT_LIKELY, OBSERVED, initiator,
				"The initiator may refuse the responder's certificate.");
		EXCLUDE(d, "the responder could read message 5", "P1-PSK", "P1-NATT4500", "P1-NOTG", "P1-POLICY");
	} else {
		summarise(d,
			  "%s sent its identity and waits for message 6; %s has dropped the attempt: it refused "
			  "something in message 5.",
			  end_name(d, initiator), end_name(d, r));
		encrypted_identity_unanswered(d, initiator, false);
		suspect(d, "P1-ID", VT_LIKELY, OBSERVED, r, "The responder may refuse the identity of the initiator.");
	}
}

static void initiator_waits(struct diagnosing *d, unsigned i)
{
	const struct end_view *r = &d->ends[!i];
	bool none = r->ike == END_NONE || r->ike == END_UNKNOWN;
	unsigned there = r->ike == END_WAITING ? r->message : 0;
	if (d->ends[i].message == 2 && there == 3) {
		summarise(d, "%s accepts the proposal and answers; its answers do not reach %s.", end_name(d, !i),
			  end_name(d, i));
		suspect(d, "P1-RETPATH", VT_STRONG, OBSERVED, !i,
			"%s has answered with message 2, %s still waits for it.", end_name(d, !i), end_name(d, i));
		EXCLUDE(d, "the responder got message 1 and accepted it", "P1-UDP500", "P1-POLICY", "P1-NOENABLE",
			"P1-PEERIP", "P1-PEERDOWN", "P1-IKEVER");
	} else if (d->ends[i].message == 2) {
		first_message_unanswered(d, i);
		if (r->ike == END_NONE)
			note(d,
			     "%s shows no IKE SA with %s: the first message does not arrive, or is refused at once; "
			     "its log tells which",
			     end_name(d, !i), end_name(d, i));
	} else if (d->ends[i].message == 4 && (there == 3 || there == 5)) {
		lost_between(d, i, there == 3 ? 3 : 4);
	} else if (d->ends[i].message == 4) {
		fourth_message_missing(d, i);
		if (r->ike == END_NONE)
			suspect(d, "P1-NOTG", VT_STRONG, OBSERVED, !i,
				"%s dropped the attempt after message 3: it has no tunnel-group or key for the address "
				"it sees.",
				end_name(d, !i));
	} else if (d->ends[i].message == 6 && !(none && r->ike == END_UNKNOWN)) {
		answer_to_identity_missing(d, i);
	} else {
		one_end(d, i);
	}
}

static void both_ends(struct diagnosing *d)
{
	const struct end_view *a = &d->ends[0], *b = &d->ends[1];
	bool a_starts = a->ike == END_WAITING && a->initiator, b_starts = b->ike == END_WAITING && b->initiator;
	if (a_starts && b_starts && a->message == 2 && b->message == 2)
		both_wait_for_an_answer(d);
	else if (a_starts)
		initiator_waits(d, 0);
	else if (b_starts)
		initiator_waits(d, 1);
	else
		one_end(d, a->ike == END_WAITING || a->ike == END_NEGOTIATING ? 0 : 1);
}

/* ---- no SA at all ---- */

static void nothing_there(struct diagnosing *d, unsigned end)
{
	const struct end_view *e = &d->ends[end];
	struct path path = path_of(d, end);
	if (e->demand) {
		d->r->state = VT_TUNNEL_DOWN;
		judge_route(d, end, &path);
		if (!d->r->summary)
			summarise(d, "There is no IKE SA with %s although somebody asks for one: %s.",
				  e->side->peer_text, e->demand_says ? e->demand_says : "an attempt was seen");
		if (e->side->hits_at.paste && e->side->hits_delta != VT_ABSENT)
			show(d, &e->side->hits_at, "%ju hits since the listing before", (uintmax_t)e->side->hits_delta);
		suspect(d, "P1-UNREACH", path.silent ? VT_LIKELY : VT_POSSIBLE, OBSERVED, end,
			"Nothing comes back from the peer.");
		suspect(d, "P1-UDP500", VT_POSSIBLE, OBSERVED, end, "UDP 500 may be filtered on the way.");
		suspect(d, "P1-POLICY", VT_POSSIBLE, OBSERVED, !end, "The peer may refuse our proposals at once.");
		if (path.answers)
			EXCLUDE(d, "the peer answers a ping", "P1-UNREACH", "P1-PEERDOWN");
		note(d, "an attempt lives about 30 s: take the IKE listing again while traffic asks for the tunnel");
		return;
	}
	judge_route(d, end, &path);
	if (d->r->candidates_len) {
		d->r->state = VT_TUNNEL_DOWN;
		return;
	}
	bool no_hits = e->side->hits_delta == 0;
	d->r->state = VT_TUNNEL_IDLE;
	summarise(d, "No SA with %s, and nothing shows that anybody asks for one%s.", e->side->peer_text,
		  no_hits ? ": the crypto access list took no hits between two listings" : "");
	if (no_hits)
		show(d, &e->side->hits_at, "no hit since the listing before");
	suspect(d, "OK-IDLE", no_hits ? VT_STRONG : VT_LIKELY, VT_BASIS_STATIC, end,
		"There is no SA and no sign of demand.");
	if (!no_hits)
		note(d, "demand is known only from what was pasted: `show access-list` of the crypto access list, "
			"twice, would tell");
}

static bool is_failing(const struct end_view *e)
{
	return e->ike == END_WAITING || e->ike == END_NEGOTIATING;
}

/* No listing of SAs: how the tunnel stands follows from what a log or a configuration names, or is not known. */
static enum vt_tunnel_state state_by_cause(const struct vt_report *r)
{
	for (size_t i = 0; i < r->candidates_len; i++) {
		const struct vt_candidate *c = &r->candidates[i];
		if (c->basis == VT_BASIS_STATIC && c->confidence == VT_CERTAIN && c->fault->class == VT_CLASS_PHASE1)
			return VT_TUNNEL_DOWN;
		if (c->basis == VT_BASIS_STATED && c->fault->class == VT_CLASS_PHASE1)
			return VT_TUNNEL_PHASE1_FAILING;
		if (c->basis == VT_BASIS_STATED && c->fault->class == VT_CLASS_PHASE2)
			return VT_TUNNEL_PHASE2_FAILING;
	}
	return VT_TUNNEL_UNKNOWN;
}

void rules_phase1(struct diagnosing *d)
{
	const struct end_view *a = &d->ends[0], *b = &d->ends[1];
	show_state(d, 0);
	if (d->both)
		show_state(d, 1);
	/* A tunnel that carries SAs for packets on both ends is through phase 1, whatever a second attempt shows. */
	bool pairs = a->pairs && (!d->both || b->pairs);
	if (pairs || (!is_failing(a) && !is_failing(b) && (a->ike == END_UP || b->ike == END_UP)))
		return;
	if (is_failing(a) || is_failing(b)) {
		bool waiting = a->ike == END_WAITING || b->ike == END_WAITING;
		bool again = a->same > 1 || b->same > 1 || d->r->candidates_len;
		d->r->state = waiting || again ? VT_TUNNEL_PHASE1_FAILING : VT_TUNNEL_NEGOTIATING;
		if (d->both)
			both_ends(d);
		else
			one_end(d, 0);
		for (unsigned i = 0; i < 2; i++)
			if (d->ends[i].side && is_private(&d->ends[i].side->peer) && d->ends[i].message >= 4)
				suspect(d, "P1-PEERNAT", VT_POSSIBLE, OBSERVED, i,
					"The peer's address is private: a NAT may stand between.");
		return;
	}
	if (a->ike == END_NONE || b->ike == END_NONE) {
		unsigned end = a->ike == END_NONE && (a->demand || b->ike != END_NONE || !b->demand) ? 0 : 1;
		if (d->r->candidates_len) {
			d->r->state = VT_TUNNEL_DOWN;
			return;
		}
		nothing_there(d, end);
		return;
	}
	d->r->state = state_by_cause(d->r);
	if (!d->r->candidates_len || d->r->state == VT_TUNNEL_UNKNOWN)
		note(d,
		     "neither IKE nor IPsec SAs of this tunnel were pasted: `show crypto isakmp sa` and `show crypto "
		     "ipsec sa peer %s`",
		     a->side->peer_text);
}
