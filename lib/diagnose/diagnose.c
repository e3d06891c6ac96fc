/* SPDX-License-Identifier: MIT
 * One verdict: looks at the ends, runs the rules in the order of diagnosis.md section B, puts on the caps of its
 * section A, orders what is left and decides whether it is decided.
 *
 * A fault is named when one candidate stands above the others. Where the best two are equal and only likely, or
 * nothing is better than possible, nothing is named: the candidates stand there with the observation that separates
 * them. What a rule excluded is never named, unless a device states it.
 */
#include "diagnose/rules.h"

#include <stdarg.h>
#include <stdlib.h>

const char *vt_tunnel_state_name(enum vt_tunnel_state state)
{
	static const char *const names[] = { "up",         "idle", "negotiating", "phase1-failing", "phase2-failing",
					     "no-traffic", "down", "orphan",      "unknown" };
	_Static_assert(sizeof names / sizeof *names == VT_TUNNEL_STATES, "a state has no name");
	return names[state];
}

/* ---- what rules say ---- */

static struct vt_candidate *candidate_of(const struct vt_report *r, const struct vt_fault *fault)
{
	for (size_t i = 0; i < r->candidates_len; i++)
		if (r->candidates[i].fault == fault)
			return (struct vt_candidate *)&r->candidates[i];
	return NULL;
}

bool is_suspect(const struct diagnosing *d, const char *id)
{
	return candidate_of(d->r, vt_fault_of(id)) != NULL;
}

/* The same fault said twice is said once, with the better reason. */
void suspect(struct diagnosing *d, const char *id, enum vt_confidence confidence, enum vt_basis basis, unsigned at,
	     const char *because, ...)
{
	const struct vt_fault *fault = vt_fault_of(id);
	struct vt_candidate *known = fault ? candidate_of(d->r, fault) : NULL;
	if (!fault || (!known && d->r->candidates_len == VT_CANDIDATES_MAX))
		return;
	if (known && (known->confidence > confidence || (known->confidence == confidence && known->basis >= basis)))
		return;
	if (!known)
		known = &d->r->candidates[d->r->candidates_len++];
	va_list args;
	va_start(args, because);
	*known = (struct vt_candidate){ .fault = fault,
					.confidence = confidence,
					.basis = basis,
					.at = at,
					.rank = known->fault ? known->rank : (unsigned)d->r->candidates_len,
					.because = vt_arena_vprintf(d->arena, because, args) };
	va_end(args);
}

void exclude(struct diagnosing *d, const char *because, const char *const *ids, size_t n)
{
	struct vt_report *r = d->r;
	for (size_t i = 0; i < n; i++) {
		const struct vt_fault *fault = vt_fault_of(ids[i]);
		bool known = !fault;
		for (size_t j = 0; j < r->ruled_out_len; j++)
			known |= r->ruled_out[j].fault == fault;
		if (!known && r->ruled_out_len < VT_RULED_OUT_MAX)
			r->ruled_out[r->ruled_out_len++] = (struct vt_excluded){ fault, because };
	}
}

void show(struct diagnosing *d, const struct vt_quote *quote, const char *says, ...)
{
	struct vt_report *r = d->r;
	if (!quote->paste || r->evidence_len == VT_EVIDENCE_MAX)
		return;
	for (size_t i = 0; i < r->evidence_len; i++)
		if (r->evidence[i].quote.at == quote->at)
			return;
	va_list args;
	va_start(args, says);
	r->evidence[r->evidence_len++] = (struct vt_evidence){ *quote, vt_arena_vprintf(d->arena, says, args) };
	va_end(args);
}

void note(struct diagnosing *d, const char *format, ...)
{
	if (d->r->notes_len == VT_NOTES_MAX)
		return;
	va_list args;
	va_start(args, format);
	d->r->notes[d->r->notes_len++] = vt_arena_vprintf(d->arena, format, args);
	va_end(args);
}

void summarise(struct diagnosing *d, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	d->r->summary = vt_arena_vprintf(d->arena, format, args);
	va_end(args);
}

struct vt_str vt_report_end_name(const struct vt_report *r, unsigned end)
{
	if (r->facts->ends[end])
		return r->facts->ends[end]->box->name;
	return vt_str_of(r->facts->ends[!end]->peer_text);
}

const char *end_name(const struct diagnosing *d, unsigned end)
{
	return vt_arena_printf(d->arena, VT_FMT, VT_ARG(vt_report_end_name(d->r, end)));
}

struct vt_fault_names vt_report_names(const struct vt_report *r, unsigned at)
{
	struct vt_fault_names names = { .here = vt_report_end_name(r, at), .there = vt_report_end_name(r, !at) };
	const struct vt_side *side = r->facts->ends[at];
	if (side) {
		names.peer = vt_str_of(side->peer_text);
		names.interface = side->tunnel ? side->tunnel->interface : VT_STR_NONE;
	} else if (r->facts->ends[!at]->box->addresses_len == 1) {
		/* The far end knows us by the one address that we are known to have. */
		names.peer = vt_str_of(r->own_address);
	} else {
		names.peer = VT_STR("OUR-ADDRESS");
	}
	return names;
}

/* ---- how the ends stand ---- */

static bool same_state(const struct vt_sighting *a, const struct vt_sighting *b)
{
	return a->version == b->version && a->phase == b->phase && a->message == b->message;
}

static void look_at_ike(struct end_view *e)
{
	const struct vt_side *side = e->side;
	const struct vt_sighting *last = vt_side_last(side);
	/* A last look at nothing between two looks at a waiting SA is the pause between attempts. */
	if (last && last->version == 0 && side->sightings_len > 1 &&
	    side->sightings[side->sightings_len - 2].phase == VT_IKE_WAITING)
		last = &side->sightings[side->sightings_len - 2];
	/* "There are no IKEv2 SAs" says nothing about an entry of IKEv1. */
	const struct vt_expected_tunnel *tunnel = side->tunnel;
	if (last && last->version == 0 && tunnel &&
	    ((tunnel->ikev1 && !side->ike_v1_listed) || (tunnel->ikev2 && !side->ike_v2_listed)))
		last = NULL;
	e->last = last;
	for (size_t i = 0; last && i < side->sightings_len; i++)
		e->same += same_state(&side->sightings[i], last);
	if (!last)
		return;
	e->initiator = last->initiator;
	e->aggressive = last->aggressive;
	e->certificates = last->certificates;
	e->message = last->message;
	switch (last->phase) {
	case VT_IKE_NONE:
		e->ike = last->version ? END_NEGOTIATING : END_NONE;
		break;
	case VT_IKE_UP:
		e->ike = END_UP;
		break;
	case VT_IKE_WAITING:
		e->ike = END_WAITING;
		/* Messages 3 and 5 are waited for by the responder, 2, 4 and 6 by the initiator: where the role is not
		 * printed, or was edited, the state decides. */
		e->initiator = last->message % 2 == 0;
		break;
	case VT_IKE_GOING:
	case VT_IKE_NEGOTIATING:
		e->ike = END_NEGOTIATING;
		break;
	}
}

static void look_at_logs(struct end_view *e)
{
	for (size_t i = 0; i < e->side->logs_len; i++) {
		const struct vt_syslog *m = e->side->logs[i].message;
		const struct vt_log_sign *sign = vt_log_sign_of(m);
		if (!sign)
			continue;
		if (sign->kind == VT_SIGN_DOWN && (m->id == 113019 || m->id == 750007))
			e->drops++;
		if (sign->kind == VT_SIGN_NAT) {
			bool behind = vt_text_has(m->text, "end is behind a NAT");
			e->nat_seen = behind || vt_text_has(m->text, "end   is behind a NAT");
			e->nat_excluded = !e->nat_seen && vt_text_has(m->text, "NOT behind a NAT");
		}
		if (sign->kind == VT_SIGN_DEMAND) {
			e->demand = true;
			e->demand_says = "the log shows attempts";
		}
	}
}

static void look_at_end(struct end_view *e, const struct vt_side *side)
{
	e->side = side;
	if (!side)
		return;
	look_at_ike(e);
	for (size_t i = 0; i < side->pairs_len; i++)
		e->pairs += !side->pairs[i].gone;
	e->pairs_known = side->ipsec_samples > 0;
	look_at_logs(e);
	/* An SA for packets needs one for keys, or had one. */
	if (e->ike == END_UNKNOWN && e->pairs)
		e->ike = END_UP;
	if (e->ike == END_UNKNOWN && side->session)
		e->ike = END_UP;
	if (side->hits_delta != VT_ABSENT && side->hits_delta > 0) {
		e->demand = true;
		e->demand_says = "the crypto access list took hits between two listings";
	}
	if (e->ike == END_WAITING || (e->ike == END_NEGOTIATING && e->last && e->last->phase != VT_IKE_GOING))
		e->demand = true;
}

/* ---- the verdict ---- */

/* All the caps, here and nowhere else. */
static enum vt_confidence cap(const struct diagnosing *d, const struct vt_candidate *c)
{
	const struct vt_fault *f = c->fault;
	enum vt_confidence most = c->basis == VT_BASIS_OBSERVED ? (d->both ? f->cap_both : f->cap_one) : f->cap_stated;
	if (c->basis == VT_BASIS_OBSERVED && !d->both &&
	    (c->at == 1 || f->lies == VT_LIES_PATH || f->lies == VT_LIES_THERE) && most > VT_LIKELY)
		most = VT_LIKELY;
	if (c->basis == VT_BASIS_OBSERVED && d->looks < 2 && most > VT_LIKELY)
		most = VT_LIKELY;
	return c->confidence < most ? c->confidence : most;
}

static int by_weight(const void *a, const void *b)
{
	const struct vt_candidate *x = a, *y = b;
	if (x->confidence != y->confidence)
		return x->confidence > y->confidence ? -1 : 1;
	/* Of what is sure the first failing layer, of what is not the more usual. */
	if (x->confidence == VT_CERTAIN && x->fault->layer != y->fault->layer)
		return x->fault->layer < y->fault->layer ? -1 : 1;
	return x->rank < y->rank ? -1 : 1;
}

static bool is_excluded(const struct vt_report *r, const struct vt_fault *fault)
{
	for (size_t i = 0; i < r->ruled_out_len; i++)
		if (r->ruled_out[i].fault == fault)
			return true;
	return false;
}

/* What was excluded is no candidate, except when a device states it: then the exclusion was wrong. */
static void settle_exclusions(struct vt_report *r)
{
	size_t kept = 0;
	for (size_t i = 0; i < r->candidates_len; i++)
		if (r->candidates[i].basis != VT_BASIS_OBSERVED || !is_excluded(r, r->candidates[i].fault))
			r->candidates[kept++] = r->candidates[i];
	r->candidates_len = kept;
	kept = 0;
	for (size_t i = 0; i < r->ruled_out_len; i++)
		if (!candidate_of(r, r->ruled_out[i].fault))
			r->ruled_out[kept++] = r->ruled_out[i];
	r->ruled_out_len = kept;
}

static bool is_decided(const struct vt_report *r)
{
	const struct vt_candidate *best = r->candidates;
	if (r->candidates_len == 0 || best->confidence < VT_LIKELY)
		return false;
	return r->candidates_len == 1 || best->confidence > VT_LIKELY || best[1].confidence < VT_LIKELY;
}

static void name_fault(struct vt_report *r)
{
	const struct vt_candidate *best = r->candidates;
	r->fault = best->fault;
	r->confidence = best->confidence;
	r->class = best->fault->class;
	r->layer = best->fault->layer;
	r->title = best->fault->title;
	r->at = best->at;
}

/* Without a fault to name: healthy, or not decided. */
static void name_state(struct vt_report *r)
{
	static const struct {
		enum vt_fault_class class;
		enum vt_layer layer;
		const char *title;
	} plain[] = {
		[VT_TUNNEL_UP] = { VT_CLASS_NONE, VT_LAYER_NONE, "up, and nothing seen that is wrong" },
		[VT_TUNNEL_IDLE] = { VT_CLASS_NONE, VT_LAYER_NONE, "idle" },
		[VT_TUNNEL_NEGOTIATING] = { VT_CLASS_UNDETERMINED, VT_LAYER_IKE_TRANSPORT,
					    "negotiating at this moment" },
		[VT_TUNNEL_PHASE1_FAILING] = { VT_CLASS_UNDETERMINED, VT_LAYER_IKE_TRANSPORT,
					       "phase 1 does not complete; the cause is not decided" },
		[VT_TUNNEL_PHASE2_FAILING] = { VT_CLASS_UNDETERMINED, VT_LAYER_IPSEC_POLICY,
					       "phase 2 does not complete; the cause is not decided" },
		[VT_TUNNEL_NO_TRAFFIC] = { VT_CLASS_UNDETERMINED, VT_LAYER_ESP_PATH,
					   "up without traffic; the cause is not decided" },
		[VT_TUNNEL_DOWN] = { VT_CLASS_UNDETERMINED, VT_LAYER_IKE_TRANSPORT, "down; the cause is not decided" },
		[VT_TUNNEL_ORPHAN] = { VT_CLASS_UNDETERMINED, VT_LAYER_DEVICE, "an SA without configuration" },
		[VT_TUNNEL_UNKNOWN] = { VT_CLASS_UNDETERMINED, VT_LAYER_NONE, "not known from what was pasted" },
	};
	_Static_assert(sizeof plain / sizeof *plain == VT_TUNNEL_STATES, "a state has no words");
	r->class = r->candidates_len ? VT_CLASS_UNDETERMINED : plain[r->state].class;
	r->layer = r->candidates_len ? r->candidates[0].fault->layer : plain[r->state].layer;
	r->title = plain[r->state].title;
	if (r->candidates_len && plain[r->state].class == VT_CLASS_NONE)
		r->title = "up; what is odd about it is not decided";
}

static void decide(struct diagnosing *d)
{
	struct vt_report *r = d->r;
	settle_exclusions(r);
	for (size_t i = 0; i < r->candidates_len; i++)
		r->candidates[i].confidence = cap(d, &r->candidates[i]);
	qsort(r->candidates, r->candidates_len, sizeof *r->candidates, by_weight);
	if (is_decided(r))
		name_fault(r);
	else
		name_state(r);
	if (r->candidates_len > 1 && r->candidates[0].confidence < VT_CERTAIN)
		r->separate = r->candidates[0].fault->separate;
	else if (!r->fault && r->candidates_len)
		r->separate = r->candidates[0].fault->separate;
	/* The headline of a tunnel is its first failing layer. */
	if (r->fault && r->fault->class == VT_CLASS_PHASE1 && r->state == VT_TUNNEL_IDLE)
		r->state = VT_TUNNEL_DOWN;
	if (r->fault && r->fault->class == VT_CLASS_PHASE2 && r->state == VT_TUNNEL_IDLE)
		r->state = VT_TUNNEL_DOWN;
	if (r->summary && r->fault && r->class != VT_CLASS_NONE && r->candidates[0].basis == VT_BASIS_STATIC)
		r->summary = vt_arena_printf(d->arena, "%s %s", r->summary, r->candidates[0].because);
	if (!r->summary)
		r->summary = r->candidates_len ? r->candidates[0].because : r->title;
}

/* What a standby unit shows are copies: it is no witness. Of two ends the other one is heard alone. */
static const struct vt_tunnel_facts *without_standby(const struct vt_tunnel_facts *facts, struct vt_arena *arena)
{
	const struct vt_side *a = facts->ends[0], *b = facts->ends[1];
	if (!b || (!a->box->standby.paste && !b->box->standby.paste))
		return facts;
	struct vt_tunnel_facts *one = VT_NEW(arena, struct vt_tunnel_facts);
	one->ends[0] = a->box->standby.paste ? b : a;
	return one;
}

static const struct vt_report *standby_report(struct diagnosing *d)
{
	const struct vt_box *box = d->ends[0].side->box;
	summarise(d, "%s is the standby unit: the SAs it shows are copies, and nothing follows from them.",
		  end_name(d, 0));
	suspect(d, "OK-STANDBY", VT_CERTAIN, VT_BASIS_STATED, 0, "It says so itself.");
	show(d, &box->standby, "standby");
	decide(d);
	return d->r;
}

const struct vt_report *vt_diagnose(const struct vt_case *c, const struct vt_tunnel_facts *facts,
				    struct vt_arena *arena)
{
	struct vt_report *r = VT_NEW(arena, struct vt_report);
	facts = without_standby(facts, arena);
	struct diagnosing d = { .c = c, .r = r, .arena = arena, .both = facts->ends[1] != NULL };
	r->facts = facts;
	if (facts->ends[0]->box->addresses_len)
		vt_addr_format(facts->ends[0]->box->addresses, r->own_address);
	r->one_sided = !d.both;
	r->state = VT_TUNNEL_UNKNOWN;
	for (unsigned i = 0; i < 2; i++) {
		look_at_end(&d.ends[i], facts->ends[i]);
		d.looks += d.ends[i].same;
		size_t twice = 0;
		for (size_t j = 0; facts->ends[i] && j < facts->ends[i]->pairs_len; j++)
			twice |= facts->ends[i]->pairs[j].samples > 1;
		d.looks += twice;
	}
	if (d.ends[0].side->box->standby.paste)
		return standby_report(&d);
	rules_device(&d);
	rules_log(&d);
	rules_config(&d);
	rules_phase1(&d);
	rules_phase2(&d);
	rules_traffic(&d);
	rules_flapping(&d);
	decide(&d);
	return r;
}
