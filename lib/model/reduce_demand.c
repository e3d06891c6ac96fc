/* SPDX-License-Identifier: MIT
 * Who asks for an SA that is not there: the hit counts of crypto ACLs, and how many packets needed an SA.
 *
 * The hit count of an entry rises with each new flow that matched it. While the selector of that entry has no SA, a
 * rise is a packet that wanted one. asp drop's ipsec-need-sa counts such packets for the whole box: it cannot say
 * whose they were, but while it stands still nobody needs to be asked.
 */
#include "model/reduction.h"

static void note_demand(struct demand *demand, int64_t at_ms)
{
	if (demand->since_ms == 0)
		demand->since_ms = at_ms;
	demand->seen_ms = at_ms;
}

static void reduce_need_sa(struct reduction *r)
{
	struct vt_unit *unit = r->unit;
	const struct vt_asp_section *frame = &r->snap->asp->frame;
	uint64_t now = 0;
	for (size_t i = 0; i < frame->drops_len; i++)
		if (vt_str_eq(frame->drops[i].keyword, VT_STR("ipsec-need-sa")))
			now = frame->drops[i].count;
	unit->needs_sa = unit->need_sa != VT_ABSENT && now > unit->need_sa;
	unit->need_sa = now;
}

/* "10.1.0.0/16" of one end of an entry; false where it names an object the line does not resolve. */
static bool end_text(const struct vt_unit *unit, const struct vt_ace_addr *addr, char *room, size_t size,
		     struct vt_str *text)
{
	struct vt_ident ident = { .addr = addr->value, .mask = addr->mask, .port_end = VT_ABSENT };
	if (vt_str_starts(addr->kind, VT_STR("any"))) {
		bool six = vt_str_eq(addr->kind, VT_STR("any6"));
		ident.addr = six ? VT_STR("::") : VT_STR("0.0.0.0");
		ident.mask = VT_STR("0");
	} else if (vt_str_eq(addr->kind, VT_STR("network"))) {
		ptrdiff_t slash = vt_str_find_char(addr->value, '/');
		if (slash >= 0) {
			ident.addr = vt_str_first(addr->value, (size_t)slash);
			ident.mask = vt_str_from(addr->value, (size_t)slash + 1);
		}
	} else if (!vt_str_eq(addr->kind, VT_STR("host")))
		return false;
	*text = ident_text(unit, &ident, room, size);
	return true;
}

static void note_hits(struct reduction *r, struct tunnel *tunnel, const struct vt_ace *ace)
{
	char local_room[128], remote_room[128];
	struct vt_str local, remote;
	if (!end_text(r->unit, &ace->source, local_room, sizeof local_room, &local) ||
	    !end_text(r->unit, &ace->destination, remote_room, sizeof remote_room, &remote))
		return;
	struct selector *selector = tunnel_selector(r->unit, tunnel, local, remote, false);
	if (!selector)
		return;
	if (selector->hits != VT_ABSENT && ace->hitcnt > selector->hits && !selector->present)
		note_demand(&selector->demand, r->at_ms);
	selector->hits = ace->hitcnt;
}

static void take_list(struct reduction *r, struct tunnel *tunnel, const struct vt_access_list *list)
{
	uint64_t hits = 0;
	for (size_t i = 0; i < list->aces_len; i++) {
		const struct vt_ace *ace = &list->aces[i];
		if (ace->hitcnt == VT_ABSENT || !vt_str_eq(ace->action, VT_STR("permit")))
			continue;
		/* An entry with groups is printed with its sum, then line by line. */
		if (!ace->expanded)
			hits += ace->hitcnt;
		note_hits(r, tunnel, ace);
	}
	if (tunnel->hits != VT_ABSENT && hits > tunnel->hits && tunnel->row.selectors == 0)
		note_demand(&tunnel->demand, r->at_ms);
	tunnel->hits = hits;
}

/* An SA that is there answers the demand; hits are compared only over times without one. */
static void settle_demand(struct vt_unit *unit)
{
	for (size_t i = 0; i < unit->tunnels_len; i++) {
		struct tunnel *tunnel = unit->tunnels[i];
		if (tunnel->row.selectors) {
			tunnel->demand = (struct demand){ 0 };
			tunnel->hits = VT_ABSENT;
		}
		for (size_t j = 0; j < tunnel->selectors_len; j++)
			if (tunnel->selectors[j]->present) {
				tunnel->selectors[j]->demand = (struct demand){ 0 };
				tunnel->selectors[j]->hits = VT_ABSENT;
			}
	}
}

void reduce_demand(struct reduction *r)
{
	if (heard(r, VT_ASKED_ASP) && r->snap->asp)
		reduce_need_sa(r);
	settle_demand(r->unit);
	if (!heard(r, VT_ASKED_HITS))
		return;
	for (size_t i = 0; i < r->snap->hits_len; i++)
		for (size_t j = 0; j < r->snap->hits[i]->lists_len; j++) {
			const struct vt_access_list *list = &r->snap->hits[i]->lists[j];
			for (size_t t = 0; t < r->unit->tunnels_len; t++)
				if (vt_str_eq(r->unit->tunnels[t]->acl, list->name))
					take_list(r, r->unit->tunnels[t], list);
		}
}
