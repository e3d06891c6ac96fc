/* SPDX-License-Identifier: MIT
 * The SAs of a selector at both ends: made by quick mode, renewed, refused, torn down.
 */
#include "model_parts.h"

/* The old inbound SA answers for a while after a rekey. */
#define OVERLAP_MS 20000
/* How long a refused quick mode leaves the IKE SA standing. */
#define REFUSED_MS 700

/* ---- tearing down ---- */

void child_down(struct link *link, unsigned e, size_t s, int64_t at_ms)
{
	struct selector *sel = &link->sel[s];
	struct child *c = &sel->end[e];
	if (!c->up)
		return;
	flow_settle(link, sel, at_ms);
	link_say_sel(link, e, LOG_SA_DELETED, at_ms, s);
	link->end[e].gw->children[link->end[e].ike.nat]--;
	link->end[e].session.gone_tx_bytes += c->base.tx_bytes;
	link->end[e].session.gone_rx_bytes += c->base.rx_bytes;
	memset(c, 0, sizeof *c);
	c->expires_ms = c->rekeys_ms = c->kb_expires_ms = c->idle_at_ms = NEVER;
	sel->next_ms = at_ms; /* look again for demand */
}

size_t children_up(const struct link *link, unsigned e)
{
	size_t n = 0;
	for (size_t s = 0; s < link->n_sel; s++)
		n += link->sel[s].end[e].up;
	return n;
}

static void session_down(struct link *link, unsigned e, int64_t at_ms, enum down_reason why)
{
	struct end *end = &link->end[e];
	if (!end->session.up)
		return;
	unsigned v = end->ike.version;
	end->gw->active--;
	end->gw->active_v[v]--;
	end->gw->previous_tunnels[v]++;
	if (v == 2)
		link_say(link, e, LOG_V2_DOWN, at_ms)->state = (uint8_t)why;
	else
		link_say(link, e, LOG_TORN_DOWN, at_ms)->state = (uint8_t)why;
	struct log_entry *entry = link_say(link, e, LOG_DISCONNECTED, at_ms);
	entry->state = (uint8_t)why;
	entry->sel = (uint32_t)((at_ms - end->session.since_ms) / 1000);
	entry->a = end->session.gone_tx_bytes;
	entry->b = end->session.gone_rx_bytes;
	memset(&end->session, 0, sizeof end->session);
}

void session_forget(struct link *link, unsigned e, int64_t at_ms, enum down_reason why)
{
	struct end *end = &link->end[e];
	for (size_t s = 0; s < link->n_sel; s++)
		child_down(link, e, s, at_ms);
	session_down(link, e, at_ms, why);
	memset(&end->ike, 0, sizeof end->ike);
	end->ike.expires_ms = end->ike.rekeys_ms = NEVER;
	end->dpd_ms = end->doom_ms = NEVER;
}

void session_delete(struct link *link, unsigned e, int64_t at_ms, enum down_reason why)
{
	bool heard = link->end[!e].ike.up && link_carries_ike(link, e) &&
		     link->end[!e].ike.spi_remote == link->end[e].ike.spi_local;
	session_forget(link, e, at_ms, why);
	if (heard)
		session_forget(link, !e, at_ms + link->latency_ms, why == DOWN_IDLE ? DOWN_IDLE : DOWN_PEER);
}

/* ---- quick mode: one selector's SAs ---- */

static bool esp_match(const struct esp_proposal *a, const struct esp_proposal *b)
{
	return strcmp(a->encryption, b->encryption) == 0 && strcmp(a->integrity, b->integrity) == 0 &&
	       a->transport == b->transport;
}

/* The responder takes what is inside one of its own pairs, mirrored; wider it refuses. */
static bool accepts_proxies(const struct end_cfg *r, const struct pair *offer)
{
	if (!r->match_address)
		return false;
	for (size_t i = 0; i < r->n_pairs; i++)
		if (prefix_contains(&r->pairs[i].local, &offer->remote) &&
		    prefix_contains(&r->pairs[i].remote, &offer->local))
			return true;
	return r->dynamic || r->vti;
}

static enum quick_result quick_mode(const struct link *link, unsigned i, size_t s, bool rekey)
{
	const struct end_cfg *ci = &link->end[i].cfg, *cr = &link->end[!i].cfg;
	if (!link_carries_ike(link, i) || !link_carries_ike(link, !i) || !link->end[!i].ike.up ||
	    link->end[!i].ike.spi_remote != link->end[i].ike.spi_local)
		return QUICK_LOST;
	if (s >= ci->n_pairs || !accepts_proxies(cr, &ci->pairs[s]))
		return QUICK_NO_MAP;
	if (!esp_match(&ci->esp, &cr->esp))
		return QUICK_NO_PROPOSAL;
	/* The first child of IKEv2 is made without a key exchange of its own: a difference shows at the first rekey. */
	if (ci->ike == 2 && !rekey)
		return QUICK_OK;
	if (ci->ike == 2 ? ci->pfs != cr->pfs : cr->pfs != 0 && ci->pfs != cr->pfs)
		return QUICK_PFS;
	return QUICK_OK;
}

uint64_t child_early(struct model *m, struct link *link, int64_t life_ms)
{
	/* The initiator of a rekey comes 5 to 10 % before the end. */
	return (uint64_t)life_ms / 20 + link_draw(m, link) % ((uint64_t)life_ms / 20 + 1);
}

static int64_t kilobytes_last(const struct selector *sel, uint64_t life_kb, int64_t at_ms)
{
	if (life_kb == 0)
		return NEVER;
	int64_t soonest = NEVER;
	for (unsigned d = 0; d < 2; d++) {
		const struct traffic *t = &sel->dir[d];
		uint64_t per_1000s = t->pps_milli * t->size_bytes;
		if (per_1000s == 0)
			continue;
		unsigned __int128 ms = (unsigned __int128)life_kb * 1024 * 1000000 / per_1000s;
		if (ms < INT64_C(1) << 50)
			soonest = earlier(soonest, at_ms + (int64_t)ms);
	}
	return soonest;
}

static void child_sa_new(struct model *m, struct link *link, size_t s, int64_t at_ms, bool rekey)
{
	struct selector *sel = &link->sel[s];
	uint32_t spi[2] = { link_draw_spi(m, link), link_draw_spi(m, link) };
	for (unsigned e = 0; e < 2; e++) {
		struct child *c = &sel->end[e];
		const struct end_cfg *mine = &link->end[e].cfg, *other = &link->end[!e].cfg;
		unsigned life = mine->ike == 1 && other->life_s < mine->life_s ? other->life_s : mine->life_s;
		uint64_t kb = mine->life_kb;
		if (mine->ike == 1 && other->life_kb && (kb == 0 || other->life_kb < kb))
			kb = other->life_kb;
		c->old_spi_in = c->spi_in;
		c->old_until_ms = c->old_spi_in ? at_ms + OVERLAP_MS : 0;
		c->spi_in = spi[e];
		c->spi_out = spi[!e];
		c->since_ms = at_ms;
		c->expires_ms = at_ms + (int64_t)life * 1000;
		c->rekeys_ms = c->expires_ms - (int64_t)child_early(m, link, (int64_t)life * 1000);
		c->kb_expires_ms = kilobytes_last(sel, kb, at_ms);
		c->sa_tx0_bytes = c->base.tx_bytes;
		c->sa_rx0_bytes = c->base.rx_bytes;
		c->pfs = mine->ike == 1 || rekey ? mine->pfs : 0;
		c->conn_id = (uint32_t)(link_draw(m, link) % 40000 * 4096);
	}
}

static void child_counted(struct end *end)
{
	struct gateway *gw = end->gw;
	bool nat = end->ike.nat;
	gw->children_made[nat]++;
	if (++gw->children[nat] > gw->children_peak[nat])
		gw->children_peak[nat] = gw->children[nat];
}

static void child_up(struct model *m, struct link *link, unsigned i, size_t s, int64_t at_ms)
{
	struct selector *sel = &link->sel[s];
	child_down(link, 0, s, at_ms);
	child_down(link, 1, s, at_ms);
	flow_settle(link, sel, at_ms);
	const struct pair *offer = &link->end[i].cfg.pairs[s];
	sel->agreed = i == 0 ? *offer : (struct pair){ .local = offer->remote, .remote = offer->local };
	for (unsigned e = 0; e < 2; e++) {
		struct child *c = &sel->end[e];
		memset(c, 0, sizeof *c);
		c->up = true;
		c->flow_since_ms = at_ms;
		child_counted(&link->end[e]);
		c->number = ++link->end[e].session.children;
		unsigned idle = link->end[e].cfg.idle_min;
		c->idle_at_ms = idle ? at_ms + idle * MINUTE_MS : NEVER;
	}
	child_sa_new(m, link, s, at_ms, false);
	for (unsigned e = 0; e < 2; e++) {
		link_say_sel(link, e, LOG_SA_CREATED, at_ms, s);
		if (link->end[e].cfg.ike == 1) {
			link_say_sel(link, e, LOG_P2_SA, at_ms, s);
			link_say_sel(link, e, LOG_P2_DONE, at_ms, s);
		}
	}
}

static void quick_refused(struct link *link, unsigned i, size_t s, int64_t at_ms, enum quick_result why)
{
	enum down_reason reason = why == QUICK_NO_MAP ? DOWN_NO_MAP : DOWN_PHASE2;
	link->end[!i].gw->rejects++;
	if (link->end[i].cfg.ike == 2) {
		link_say_sel(link, !i, why == QUICK_NO_MAP ? LOG_V2_TS : LOG_V2_CHILD, at_ms, s);
		link_say_sel(link, i, LOG_V2_CHILD, at_ms, s);
	} else if (why == QUICK_NO_MAP) {
		/* The proxies are quoted as the responder sees them: what the initiator asked for. */
		link_say_sel(link, !i, LOG_QM_NO_MAP, at_ms, s);
		link_say_sel(link, !i, LOG_QM_FSM, at_ms, s);
		link_say_sel(link, !i, LOG_REMOVE_CORR, at_ms, s);
		link_say(link, i, LOG_QM_NOTIFY, at_ms)->state = 1;
	} else {
		struct log_entry *entry = link_say(link, !i, LOG_QM_TSET, at_ms);
		entry->sel = (uint32_t)s;
		entry->state = why == QUICK_PFS;
		link_say_sel(link, !i, LOG_QM_UNACCEPTABLE, at_ms, s);
		link_say_sel(link, !i, LOG_QM_FSM, at_ms, s);
		link_say_sel(link, i, LOG_QM_NOTIFY, at_ms, s);
	}
	/* With nothing else under it, the IKE SA goes too, a moment later. */
	if (children_up(link, !i) == 0 && children_up(link, i) == 0 && link->end[!i].ike.up) {
		link->end[!i].doom_ms = at_ms + REFUSED_MS + 2 * link->latency_ms;
		link->end[!i].doom_why = reason;
	}
}

void quick_start(struct model *m, struct link *link, unsigned i, size_t s, int64_t at_ms)
{
	struct selector *sel = &link->sel[s];
	enum quick_result result = quick_mode(link, i, s, false);
	if (result == QUICK_OK) {
		child_up(m, link, i, s, at_ms);
		return;
	}
	sel->retry_at_ms = at_ms + HOLD_MS;
	link->end[i].hold_ms = at_ms + HOLD_MS;
	if (result != QUICK_LOST)
		quick_refused(link, i, s, at_ms, result);
	else
		sel->retry_at_ms = at_ms + (IKE_RETRANSMITS + 1) * IKE_RETRANSMIT_MS;
}

void child_rekey(struct model *m, struct link *link, unsigned i, size_t s, int64_t at_ms)
{
	struct selector *sel = &link->sel[s];
	enum quick_result result = quick_mode(link, i, s, true);
	if (result == QUICK_OK && sel->end[!i].up) {
		flow_settle(link, sel, at_ms);
		child_sa_new(m, link, s, at_ms, true);
		return;
	}
	/* Lost: try again until the SA ends. Refused: that was it. */
	bool lost = result == QUICK_LOST;
	sel->end[i].rekeys_ms = lost ? at_ms + (IKE_RETRANSMITS + 1) * IKE_RETRANSMIT_MS : NEVER;
	sel->end[i].kb_expires_ms = NEVER;
	if (!lost && link->end[i].cfg.ike == 2) {
		link_say_sel(link, i, LOG_V2_CHILD, at_ms, s);
		link_say_sel(link, !i, LOG_V2_CHILD, at_ms, s);
	} else if (!lost) {
		link_say_sel(link, !i, LOG_QM_UNACCEPTABLE, at_ms, s);
		link_say_sel(link, i, LOG_QM_NOTIFY, at_ms, s);
	}
}
