/* SPDX-License-Identifier: MIT
 * What the configurations show: findings of the lint of each end, and of both ends against each other.
 *
 * A finding is a cause only where the tunnel fails at its layer: an entry that looks wrong under a tunnel that works
 * is a remark for `vpntriage lint`, not a verdict.
 */
#include "diagnose/rules.h"

/* The same mistake has another id once the SA is up. */
static const char *with_sa_up(const char *fault)
{
	static const char *const rows[][2] = { { "P2-NATEX", "NT-NATEX" },
					       { "P2-ROUTE", "NT-ROUTE" },
					       { "P2-OVERLAP", "NT-OVERLAP" },
					       { "P2-SEQ", "NT-OVERLAP" } };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (!strcmp(fault, rows[i][0]))
			return rows[i][1];
	return fault;
}

/* Moves in both directions between two listings, or was not seen twice and has moved both ways. */
static bool carries_traffic(const struct end_view *e)
{
	for (size_t i = 0; e->side && i < e->side->pairs_len; i++) {
		const struct vt_ipsec_selector *first = e->side->pairs[i].first, *last = e->side->pairs[i].last;
		bool twice = e->side->pairs[i].samples > 1;
		uint64_t sent = last->encaps_pkts - (twice ? first->encaps_pkts : 0);
		uint64_t got = last->decaps_pkts - (twice ? first->decaps_pkts : 0);
		if (!e->side->pairs[i].gone && last->encaps_pkts != VT_ABSENT && sent && got)
			return true;
	}
	return false;
}

/* Whether the tunnel fails where this fault would make it fail. */
static bool fits(const struct diagnosing *d, unsigned end, const char *fault)
{
	const struct end_view *e = &d->ends[end];
	bool up = e->ike == END_UP || d->ends[!end].ike == END_UP;
	bool pairs = e->pairs || d->ends[!end].pairs;
	if (!strncmp(fault, "P1-", 3))
		return !up && !pairs;
	if (!strncmp(fault, "P2-", 3))
		return !pairs;
	if (!strncmp(fault, "NT-", 3))
		return pairs && !carries_traffic(e);
	return false;
}

/* "crypto map NAME SEQUENCE", as the lint calls an entry. */
static bool is_about_entry(const struct vt_side *side, struct vt_str subject)
{
	uint64_t sequence;
	const struct vt_expected_tunnel *tunnel = side->tunnel;
	if (!tunnel || !tunnel->map || !vt_scan_lit(&subject, VT_STR("crypto map ")) ||
	    !vt_scan_lit(&subject, tunnel->map->name))
		return false;
	return vt_scan_char(&subject, ' ') && vt_str_to_u64(subject, &sequence) && sequence == tunnel->entry->sequence;
}

static bool is_of_tunnel(const struct vt_side *side, const struct vt_finding *finding)
{
	struct vt_addr peer;
	if (finding->peer.len)
		return vt_addr_parse(finding->peer, &peer) && vt_addr_eq(&peer, &side->peer);
	/* Of a map that is not bound: it concerns whoever is configured and not expected. */
	return is_about_entry(side, finding->subject) || (side->configured && !side->tunnel);
}

static void take_finding(struct diagnosing *d, const struct vt_finding *finding, unsigned end, const unsigned ends[2])
{
	const char *fault = d->ends[0].pairs || d->ends[1].pairs ? with_sa_up(finding->fault) : finding->fault;
	if (finding->severity == VT_ADVICE || !vt_fault_of(fault) || !fits(d, end, fault))
		return;
	enum vt_confidence confidence = finding->confidence;
	if (finding->severity == VT_WARNING && confidence > VT_LIKELY)
		confidence = VT_LIKELY;
	suspect(d, fault, confidence, VT_BASIS_STATIC, end, "Configuration of %s, " VT_FMT ": " VT_FMT ".",
		end_name(d, end), VT_ARG(finding->subject), VT_ARG(finding->says));
	for (size_t i = 0; i < finding->lines_len; i++) {
		const struct vt_side *side = d->ends[ends[finding->lines[i].side]].side;
		if (!side)
			continue;
		struct vt_quote quote = vt_config_quote(side->box, finding->lines[i].place);
		show(d, &quote, "%s: " VT_FMT, finding->fault, VT_ARG(finding->says));
	}
}

/* Both policies were compared and agree: what a mismatch would look like has another cause. */
static void exclude_what_agrees(struct diagnosing *d, const struct vt_findings *pair)
{
	static const struct {
		const char *fault, *because;
		unsigned sections;
	} rows[] = {
		{ "P1-POLICY", "both configurations have an IKE policy in common", VT_SECTION_IKE },
		{ "P1-IKEVER", "both entries use the same IKE version", VT_SECTION_CRYPTO },
		{ "P2-TSET", "both entries have a transform in common", VT_SECTION_CRYPTO | VT_SECTION_IKE },
		{ "P2-PFS", "both entries have the same PFS setting", VT_SECTION_CRYPTO },
		{ "P2-PROXY", "the two access lists mirror each other", VT_SECTION_CRYPTO | VT_SECTION_ACL },
		{ "P1-PEERIP", "each entry names an address of the other end",
		  VT_SECTION_CRYPTO | VT_SECTION_INTERFACE },
		{ "P1-NOTG", "both ends have a tunnel-group for the other", VT_SECTION_TUNNEL_GROUP },
	};
	unsigned read = d->ends[0].side->box->config->sections & d->ends[1].side->box->config->sections;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		bool differs = false;
		for (size_t j = 0; j < pair->len; j++)
			differs |= pair->items[j].severity != VT_ADVICE && !strcmp(pair->items[j].fault, rows[i].fault);
		if (!differs && (read & rows[i].sections) == rows[i].sections)
			EXCLUDE(d, rows[i].because, rows[i].fault);
	}
}

void rules_config(struct diagnosing *d)
{
	for (unsigned end = 0; end < 2; end++) {
		const struct vt_side *side = d->ends[end].side;
		const unsigned only[2] = { end, end };
		for (size_t i = 0; side && side->configured && i < side->box->findings.len; i++)
			if (is_of_tunnel(side, &side->box->findings.items[i]))
				take_finding(d, &side->box->findings.items[i], end, only);
	}
	const struct vt_findings *pair = d->both ? d->r->facts->pair : NULL;
	if (!pair)
		return;
	const unsigned ends[2] = { d->r->facts->pair_first, !d->r->facts->pair_first };
	for (size_t i = 0; i < pair->len; i++) {
		const struct vt_finding *finding = &pair->items[i];
		take_finding(d, finding, finding->lines_len ? ends[finding->lines[0].side] : 0, ends);
	}
	exclude_what_agrees(d, pair);
}
