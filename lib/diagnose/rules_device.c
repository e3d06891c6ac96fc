/* SPDX-License-Identifier: MIT
 * What concerns the box before the tunnel: standby units, answers that are not whole, what was changed before.
 */
#include "diagnose/rules.h"

enum { SOON_S = 3600 }; /* "a short time ago": within the hour a person calls about */

static void add_change(struct diagnosing *d, const struct vt_quote *quote, const char *says)
{
	if (quote->paste && d->r->changes_len < VT_CHANGES_MAX)
		d->r->changes[d->r->changes_len++] = (struct vt_evidence){ *quote, says };
}

static void changes_of(struct diagnosing *d, const struct vt_box *box)
{
	const struct vt_version *v = box->version;
	if (v && v->uptime_s != VT_ABSENT && v->uptime_s < SOON_S)
		add_change(d, &box->version_at,
			   vt_arena_printf(d->arena, VT_FMT " restarted %ju min ago", VT_ARG(box->name),
					   (uintmax_t)(v->uptime_s / 60)));
	if (v && v->modified_at.p)
		add_change(d, &box->version_at,
			   vt_arena_printf(d->arena,
					   "configuration of " VT_FMT " modified by \"" VT_FMT "\" at " VT_FMT,
					   VT_ARG(box->name), VT_ARG(v->modified_by), VT_ARG(v->modified_at)));
	if (box->failover && box->failover->on == 1 && box->failover->last_failover_at.p)
		add_change(d, &box->failover_at,
			   vt_arena_printf(d->arena, "last failover of " VT_FMT " at " VT_FMT, VT_ARG(box->name),
					   VT_ARG(box->failover->last_failover_at)));
}

void rules_device(struct diagnosing *d)
{
	for (unsigned i = 0; i < 2; i++) {
		const struct vt_side *side = d->ends[i].side;
		if (!side)
			continue;
		const struct vt_box *box = side->box;
		changes_of(d, box);
		if (box->truncated) {
			show(d, &box->truncated_at,
			     "refused, or cut short: what is missing here is not missing on the device");
			note(d, "an answer of %s is not whole; nothing is concluded from what it lacks",
			     end_name(d, i));
		}
		if (side->session && vt_str_ieq(side->session->connection, VT_STR("DefaultL2LGroup"))) {
			show(d, &side->session_at, "no tunnel-group is named by the address that the peer is seen at");
			note(d,
			     "the session is in DefaultL2LGroup: if the peer is behind a NAT, %s sees another address "
			     "than the one configured (P1-PEERNAT)",
			     end_name(d, i));
		}
		if (side->tunnel || !box->config || !box->expected.complete || box->expected.dynamic)
			continue;
		if (d->ends[i].ike == END_UP || d->ends[i].pairs)
			note(d, "no crypto map entry of %s that is bound to an interface names this peer",
			     end_name(d, i));
	}
	if (d->r->facts->paired_by_guess)
		note(d, "the two are taken for the ends of one tunnel because each shows one; no address shows it");
}
