/* SPDX-License-Identifier: MIT
 * Phase 2: IKE is up and the SAs for packets are not there.
 *
 * What the two ends disagree on does not show in any listing; the log of the end that refuses has it, and so have both
 * configurations. Without them the phase is known and the cause is not.
 */
#include "diagnose/rules.h"

#define OBSERVED VT_BASIS_OBSERVED

static void show_trace_drop(struct diagnosing *d, unsigned end)
{
	const struct vt_side *side = d->ends[end].side;
	for (size_t i = 0; i < side->traces_len; i++) {
		const struct vt_packet_tracer *t = side->traces[i].trace;
		for (size_t j = 0; j < t->phases_len; j++) {
			const struct vt_trace_phase *p = &t->phases[j];
			if (!vt_str_ieq(p->type, VT_STR("VPN")) || !vt_str_ieq(p->subtype, VT_STR("encrypt")) ||
			    !vt_str_ieq(p->result, VT_STR("DROP")))
				continue;
			struct vt_quote quote = vt_given_quote(side->box, &side->traces[i].given, p->subtype);
			show(d, &quote,
			     "the traffic matches the crypto map; there is no SA for it yet, so this packet is "
			     "dropped");
		}
	}
}

static void nothing_after_ike(struct diagnosing *d, unsigned end)
{
	const struct end_view *e = &d->ends[end];
	d->r->state = VT_TUNNEL_PHASE2_FAILING;
	if (!d->r->summary)
		summarise(d, "Phase 1 with %s is up on %s and there is no IPsec SA: phase 2 does not complete.",
			  e->side->peer_text, end_name(d, end));
	if (e->last)
		show(d, &e->last->at, "phase 1 is up");
	if (e->pairs_known)
		show(d, &e->side->ipsec_listing, "no IPsec SA with this peer");
	else if (e->last && e->last->version == 2 && e->last->child_count == 0)
		show(d, &e->last->at, "IKEv2 is up without a child SA");
	show_trace_drop(d, end);
	EXCLUDE(d, "phase 1 is up", "P1-UNREACH", "P1-UDP500", "P1-POLICY", "P1-NOTG", "P1-PSK", "P1-NATT4500", "P1-ID",
		"P1-CERT", "P1-NOENABLE", "P1-PEERDOWN", "P1-RETPATH", "P1-PATHMID");
	suspect(d, "P2-PROXY", VT_POSSIBLE, OBSERVED, end,
		"The protected networks of the two ends may not mirror each other.");
	suspect(d, "P2-TSET", VT_POSSIBLE, OBSERVED, end, "The two ends may have no transform in common.");
	if (!e->last || e->last->version == 1)
		suspect(d, "P2-PFS", VT_POSSIBLE, OBSERVED, end, "PFS may differ.");
	else
		EXCLUDE(d, "IKEv2 makes its first child without a key exchange: PFS shows at the first rekey only",
			"P2-PFS");
}

/* Other pairs of this peer are up and one was refused. */
static void partly_there(struct diagnosing *d, unsigned end)
{
	if (!is_suspect(d, "P2-PROXY"))
		return;
	d->r->state = VT_TUNNEL_PHASE2_FAILING;
	for (size_t i = 0; i < d->ends[end].side->pairs_len; i++)
		if (!d->ends[end].side->pairs[i].gone) {
			show(d, &d->ends[end].side->pairs[i].last_at, "another pair of networks of this peer is up");
			break;
		}
	EXCLUDE(d, "another pair of networks of this peer is up", "P1-PSK", "P1-POLICY", "P2-TSET");
}

void rules_phase2(struct diagnosing *d)
{
	for (unsigned end = 0; end < 2; end++) {
		const struct end_view *e = &d->ends[end];
		if (!e->side || e->ike != END_UP)
			continue;
		bool v2_childless = e->last && e->last->version == 2 && e->last->child_count == 0;
		bool none = e->pairs_known ? e->pairs == 0 : v2_childless && !e->pairs;
		if (none && !d->ends[!end].pairs) {
			nothing_after_ike(d, end);
			return;
		}
		if (e->pairs)
			partly_there(d, end);
		if (!e->pairs_known && !e->pairs && !v2_childless && d->r->state == VT_TUNNEL_UNKNOWN) {
			d->r->state = VT_TUNNEL_UP;
			summarise(d, "Phase 1 with %s is up; IPsec SAs were not pasted.", e->side->peer_text);
			note(d,
			     "whether traffic passes is not known: paste `show crypto ipsec sa peer %s` twice, a "
			     "minute apart",
			     e->side->peer_text);
		}
	}
	/* The log knows of phase 2 failing although IKE comes and goes. */
	if (d->r->state == VT_TUNNEL_DOWN || d->r->state == VT_TUNNEL_IDLE)
		for (size_t i = 0; i < d->r->candidates_len; i++)
			if (d->r->candidates[i].fault->class == VT_CLASS_PHASE2 &&
			    d->r->candidates[i].confidence >= VT_LIKELY && d->r->candidates[i].basis == VT_BASIS_STATED)
				d->r->state = VT_TUNNEL_PHASE2_FAILING;
}
