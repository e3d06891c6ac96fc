/* SPDX-License-Identifier: MIT
 * The simulated fleet as time passes.
 *
 * Every link knows the earliest moment at which something happens to it (a step of a running negotiation, a
 * rekey, an expiry, a lost keepalive, a packet that finds no SA); a heap orders the links by it. Faults have their
 * own ordered list. model_advance() takes whichever comes first until it reaches the asked-for moment.
 *
 * What happens at such a moment is decided from the configuration of both ends and the network as they are then.
 * Both ends have their own SAs: they agree because one negotiation made both, and they may stop agreeing when one
 * end loses its half (reboot, lost delete) and the other has not noticed yet.
 */
#include "base/memory.h"
#include "model.h"

#include "world.h"

#include <stdlib.h>

#define NEVER INT64_MAX
#define MINUTE_MS INT64_C(60000)
/* A negotiation that fails at once is not repeated for every packet of a busy flow. */
#define HOLD_MS 10000
/* The old inbound SA answers for a while after a rekey. */
#define OVERLAP_MS 20000
/* How long a refused quick mode leaves the IKE SA standing. */
#define REFUSED_MS 700

struct model {
	struct world *world;
	int64_t now_ms;
	struct link **heap;
	size_t n_heap;
};

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

int64_t model_now(const struct model *m)
{
	return m->now_ms;
}

struct world *model_world(struct model *m)
{
	return m->world;
}

/* ---- the heap of links ---- */

static bool before(const struct link *a, const struct link *b)
{
	return a->next_ms != b->next_ms ? a->next_ms < b->next_ms : a->id < b->id;
}

static void heap_put(struct model *m, size_t at, struct link *link)
{
	m->heap[at] = link;
	link->heap_at = at;
}

static void heap_fix(struct model *m, struct link *link)
{
	size_t at = link->heap_at;
	while (at > 0 && before(link, m->heap[(at - 1) / 2])) {
		heap_put(m, at, m->heap[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
	for (size_t kid; (kid = 2 * at + 1) < m->n_heap; at = kid) {
		if (kid + 1 < m->n_heap && before(m->heap[kid + 1], m->heap[kid]))
			kid++;
		if (!before(m->heap[kid], link))
			break;
		heap_put(m, at, m->heap[kid]);
	}
	heap_put(m, at, link);
}

/* ---- reading configuration and network ---- */

static uint64_t draw(struct model *m, struct link *link)
{
	return sim_draw(m->world->seed, 100 + link->id, ++link->serial, 0);
}

/* A number never zero, for SPIs. */
static uint32_t draw_spi(struct model *m, struct link *link)
{
	return (uint32_t)(draw(m, link) % UINT64_C(0xfffffeff)) + 0x100;
}

const struct vt_addr *link_addr(const struct link *link, unsigned e)
{
	const struct gateway *gw = link->end[e].gw;
	return link->ipv6 ? &gw->outside6.addr : &gw->interfaces[0].address.addr;
}

const struct vt_addr *link_seen_as(const struct link *link, unsigned e)
{
	return link->nat == (int)e ? &link->nat_addr : link_addr(link, e);
}

size_t gateway_policies(const struct gateway *gw, unsigned ike, struct ike_policy *out, size_t cap)
{
	size_t n = 0;
	for (size_t i = 0; i < gw->n_ends && n < cap; i++) {
		const struct end_cfg *cfg = &gw->ends[i]->cfg;
		size_t k = 0;
		while (k < n &&
		       !(ike_policy_match(ike, &out[k], &cfg->policy) && out[k].lifetime_s == cfg->policy.lifetime_s))
			k++;
		if (cfg->ike == ike && k == n)
			out[n++] = cfg->policy;
	}
	return n;
}

static bool gateway_speaks(const struct gateway *gw, unsigned ike)
{
	for (size_t i = 0; i < gw->n_ends; i++)
		if (gw->ends[i]->cfg.ike == ike && gw->ends[i]->cfg.ike_enabled)
			return true;
	return false;
}

/* Does the network, and the routing of the sender, carry this kind of packet away from end `d`? */
static bool carries(const struct link *link, unsigned d, enum path_kind kind)
{
	return !link->blocked[d][kind] && link->end[d].cfg.route_to_peer && !link->end[d].gw->down &&
	       !link->end[!d].gw->down;
}

static bool ike_carries(const struct link *link, unsigned d)
{
	return carries(link, d, link->end[d].ike.nat ? PATH_UDP4500 : PATH_UDP500);
}

/* ---- the log ---- */

static struct log_entry *say(struct link *link, unsigned e, enum log_code code, int64_t at_ms)
{
	static struct log_entry nowhere;
	struct gateway *gw = link->end[e].gw;
	if (!gw->device || gw->down)
		return &nowhere;
	if (!gw->ring) {
		gw->ring = vt_must(calloc(LOG_RING, sizeof *gw->ring));
	}
	struct log_entry *entry = &gw->ring[gw->logged++ % LOG_RING];
	*entry = (struct log_entry){ .at_ms = at_ms, .code = (uint16_t)code, .end = (uint8_t)e, .link = link->id };
	return entry;
}

static void say_sel(struct link *link, unsigned e, enum log_code code, int64_t at_ms, size_t sel)
{
	struct log_entry *entry = say(link, e, code, at_ms);
	entry->sel = (uint32_t)sel;
	entry->a = link->sel[sel].end[e].spi_in;
	entry->b = link->sel[sel].end[e].spi_out;
}

/* ---- what flows ---- */

/* Packets of end `d`'s networks get as far as its encryptor. */
static bool reaches_map(const struct end_cfg *cfg)
{
	return cfg->nat_exempt && cfg->match_address && !cfg->inside_acl;
}

static bool arrives(const struct link *link, const struct selector *sel, unsigned d)
{
	const struct child *from = &sel->end[d], *to = &sel->end[!d];
	return from->up && to->up && reaches_map(&link->end[d].cfg) && from->spi_out == to->spi_in &&
	       carries(link, d, link->end[d].ike.nat ? PATH_UDP4500 : PATH_ESP) && link->loss_ppm[d] < 1000000;
}

/* Packets of direction `d` reach the hosts behind the other end, so that they can be answered. */
static bool delivered(const struct link *link, const struct selector *sel, unsigned d)
{
	const struct end_cfg *far = &link->end[!d].cfg;
	return arrives(link, sel, d) && far->inside_route && !far->vpn_filter;
}

/* Halves of the profile that the hosts behind end `d` really send. */
static unsigned share(const struct link *link, const struct selector *sel, unsigned d)
{
	unsigned own = sel->dir[d].own;
	if (own == 2 || sel->dir[!d].own == 0)
		return own;
	return delivered(link, sel, !d) ? 2 : own;
}

struct passed {
	uint64_t sent, arrived, lost_key;
};

static struct passed passed_since(const struct link *link, const struct selector *sel, unsigned d, int64_t at_ms)
{
	struct passed p = { 0 };
	if (link->end[d].gw->down || !reaches_map(&link->end[d].cfg))
		return p;
	uint64_t n = traffic_count(&sel->dir[d], at_ms) - traffic_count(&sel->dir[d], sel->settled_ms);
	p.sent = n * share(link, sel, d) / 2;
	if (arrives(link, sel, d))
		p.arrived = p.sent - (uint64_t)((unsigned __int128)p.sent * link->loss_ppm[d] / 1000000);
	return p;
}

/* What end `d` sends gets to the other end, and means nothing there. */
static bool unknown_spi(const struct link *link, const struct selector *sel, unsigned d)
{
	return sel->end[d].up && !arrives(link, sel, d) &&
	       carries(link, d, link->end[d].ike.nat ? PATH_UDP4500 : PATH_ESP);
}

/* Books what has flowed since the selector was last settled. Called before anything about it changes. */
static void settle(struct link *link, struct selector *sel, int64_t at_ms)
{
	struct passed p[2] = { passed_since(link, sel, 0, at_ms), passed_since(link, sel, 1, at_ms) };
	for (unsigned d = 0; d < 2; d++) {
		struct child *from = &sel->end[d], *to = &sel->end[!d];
		uint64_t bytes = sel->dir[d].size_bytes;
		if (!from->up) {
			link->end[d].gw->drops.need_sa += p[d].sent;
			continue;
		}
		from->base.encaps += p[d].sent;
		from->base.tx_bytes += p[d].sent * bytes;
		to->base.decaps += p[d].arrived;
		to->base.rx_bytes += p[d].arrived * bytes;
		if (!p[d].sent || !unknown_spi(link, sel, d))
			continue;
		struct log_entry *entry = say(link, !d, LOG_INVALID_SPI, at_ms);
		entry->a = from->spi_out;
		entry->b = from->base.encaps;
		link->end[!d].gw->drops.invalid_spi += p[d].sent;
	}
	sel->settled_ms = at_ms;
}

static void settle_all(struct link *link, int64_t at_ms)
{
	for (size_t s = 0; s < link->n_sel; s++)
		settle(link, &link->sel[s], at_ms);
}

struct counters model_counters(const struct model *m, const struct link *link, size_t s, unsigned e)
{
	const struct selector *sel = &link->sel[s];
	struct counters c = sel->end[e].base;
	struct passed out = passed_since(link, sel, e, m->now_ms), in = passed_since(link, sel, !e, m->now_ms);
	if (sel->end[e].up) {
		c.encaps += out.sent;
		c.tx_bytes += out.sent * sel->dir[e].size_bytes;
		c.decaps += in.arrived;
		c.rx_bytes += in.arrived * sel->dir[!e].size_bytes;
	}
	return c;
}

struct drops model_drops(const struct model *m, const struct gateway *gw)
{
	struct drops drops = gw->drops;
	for (size_t i = 0; i < gw->n_ends; i++) {
		const struct link *link = gw->links[i];
		unsigned e = gw->ends[i] == &link->end[1];
		for (size_t s = 0; s < link->n_sel; s++) {
			const struct selector *sel = &link->sel[s];
			if (!sel->end[e].up)
				drops.need_sa += passed_since(link, sel, e, m->now_ms).sent;
			if (unknown_spi(link, sel, !e))
				drops.invalid_spi += passed_since(link, sel, !e, m->now_ms).sent;
		}
	}
	return drops;
}

uint64_t model_hits(const struct model *m, const struct link *link, size_t s, unsigned e)
{
	/* A hit is a new flow, not a packet: about one in sixteen packets opens one. */
	const struct traffic *t = &link->sel[s].dir[e];
	return reaches_map(&link->end[e].cfg) ? traffic_count(t, m->now_ms) * t->own / 32 : 0;
}

int64_t model_last_packet(const struct model *m, const struct link *link, size_t s, unsigned e)
{
	const struct selector *sel = &link->sel[s];
	int64_t last = sel->end[e].flow_since_ms;
	for (unsigned d = 0; d < 2; d++) {
		bool flows = d == e ? sel->end[e].up && reaches_map(&link->end[e].cfg) && share(link, sel, d) > 0
				    : arrives(link, sel, d) && share(link, sel, d) > 0;
		int64_t at = flows ? traffic_last(&sel->dir[d], m->now_ms) : INT64_MIN;
		if (at > last)
			last = at;
	}
	return last;
}

/* ---- tearing down ---- */

static void child_down(struct link *link, unsigned e, size_t s, int64_t at_ms)
{
	struct selector *sel = &link->sel[s];
	struct child *c = &sel->end[e];
	if (!c->up)
		return;
	settle(link, sel, at_ms);
	say_sel(link, e, LOG_SA_DELETED, at_ms, s);
	link->end[e].gw->children[link->end[e].ike.nat]--;
	link->end[e].session.gone_tx_bytes += c->base.tx_bytes;
	link->end[e].session.gone_rx_bytes += c->base.rx_bytes;
	memset(c, 0, sizeof *c);
	c->expires_ms = c->rekeys_ms = c->kb_expires_ms = c->idle_at_ms = NEVER;
	sel->next_ms = at_ms; /* look again for demand */
}

static size_t children_up(const struct link *link, unsigned e)
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
		say(link, e, LOG_V2_DOWN, at_ms)->state = (uint8_t)why;
	else
		say(link, e, LOG_TORN_DOWN, at_ms)->state = (uint8_t)why;
	struct log_entry *entry = say(link, e, LOG_DISCONNECTED, at_ms);
	entry->state = (uint8_t)why;
	entry->sel = (uint32_t)((at_ms - end->session.since_ms) / 1000);
	entry->a = end->session.gone_tx_bytes;
	entry->b = end->session.gone_rx_bytes;
	memset(&end->session, 0, sizeof end->session);
}

/* This end gives its IKE SA and everything under it up, and says nothing to the peer. */
static void ike_forget(struct link *link, unsigned e, int64_t at_ms, enum down_reason why)
{
	struct end *end = &link->end[e];
	for (size_t s = 0; s < link->n_sel; s++)
		child_down(link, e, s, at_ms);
	session_down(link, e, at_ms, why);
	memset(&end->ike, 0, sizeof end->ike);
	end->ike.expires_ms = end->ike.rekeys_ms = NEVER;
	end->dpd_ms = end->doom_ms = NEVER;
}

/* ... and tells the peer, who follows when the notify gets through. */
static void ike_delete(struct link *link, unsigned e, int64_t at_ms, enum down_reason why)
{
	bool heard = link->end[!e].ike.up && ike_carries(link, e) &&
		     link->end[!e].ike.spi_remote == link->end[e].ike.spi_local;
	ike_forget(link, e, at_ms, why);
	if (heard)
		ike_forget(link, !e, at_ms + link->latency_ms, why == DOWN_IDLE ? DOWN_IDLE : DOWN_PEER);
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
	if (!ike_carries(link, i) || !ike_carries(link, !i) || !link->end[!i].ike.up ||
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

static uint64_t early(struct model *m, struct link *link, int64_t life_ms)
{
	/* The initiator of a rekey comes 5 to 10 % before the end. */
	return (uint64_t)life_ms / 20 + draw(m, link) % ((uint64_t)life_ms / 20 + 1);
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
	uint32_t spi[2] = { draw_spi(m, link), draw_spi(m, link) };
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
		c->rekeys_ms = c->expires_ms - (int64_t)early(m, link, (int64_t)life * 1000);
		c->kb_expires_ms = kilobytes_last(sel, kb, at_ms);
		c->sa_tx0_bytes = c->base.tx_bytes;
		c->sa_rx0_bytes = c->base.rx_bytes;
		c->pfs = mine->ike == 1 || rekey ? mine->pfs : 0;
		c->conn_id = (uint32_t)(draw(m, link) % 40000 * 4096);
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
	settle(link, sel, at_ms);
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
		say_sel(link, e, LOG_SA_CREATED, at_ms, s);
		if (link->end[e].cfg.ike == 1) {
			say_sel(link, e, LOG_P2_SA, at_ms, s);
			say_sel(link, e, LOG_P2_DONE, at_ms, s);
		}
	}
}

static void quick_refused(struct link *link, unsigned i, size_t s, int64_t at_ms, enum quick_result why)
{
	enum down_reason reason = why == QUICK_NO_MAP ? DOWN_NO_MAP : DOWN_PHASE2;
	link->end[!i].gw->rejects++;
	if (link->end[i].cfg.ike == 2) {
		say_sel(link, !i, why == QUICK_NO_MAP ? LOG_V2_TS : LOG_V2_CHILD, at_ms, s);
		say_sel(link, i, LOG_V2_CHILD, at_ms, s);
	} else if (why == QUICK_NO_MAP) {
		/* The proxies are quoted as the responder sees them: what the initiator asked for. */
		say_sel(link, !i, LOG_QM_NO_MAP, at_ms, s);
		say_sel(link, !i, LOG_QM_FSM, at_ms, s);
		say_sel(link, !i, LOG_REMOVE_CORR, at_ms, s);
		say(link, i, LOG_QM_NOTIFY, at_ms)->state = 1;
	} else {
		struct log_entry *entry = say(link, !i, LOG_QM_TSET, at_ms);
		entry->sel = (uint32_t)s;
		entry->state = why == QUICK_PFS;
		say_sel(link, !i, LOG_QM_UNACCEPTABLE, at_ms, s);
		say_sel(link, !i, LOG_QM_FSM, at_ms, s);
		say_sel(link, i, LOG_QM_NOTIFY, at_ms, s);
	}
	/* With nothing else under it, the IKE SA goes too, a moment later. */
	if (children_up(link, !i) == 0 && children_up(link, i) == 0 && link->end[!i].ike.up) {
		link->end[!i].doom_ms = at_ms + REFUSED_MS + 2 * link->latency_ms;
		link->end[!i].doom_why = reason;
	}
}

static void quick_start(struct model *m, struct link *link, unsigned i, size_t s, int64_t at_ms)
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

static void child_rekey(struct model *m, struct link *link, unsigned i, size_t s, int64_t at_ms)
{
	struct selector *sel = &link->sel[s];
	enum quick_result result = quick_mode(link, i, s, true);
	if (result == QUICK_OK && sel->end[!i].up) {
		settle(link, sel, at_ms);
		child_sa_new(m, link, s, at_ms, true);
		return;
	}
	/* Lost: try again until the SA ends. Refused: that was it. */
	bool lost = result == QUICK_LOST;
	sel->end[i].rekeys_ms = lost ? at_ms + (IKE_RETRANSMITS + 1) * IKE_RETRANSMIT_MS : NEVER;
	sel->end[i].kb_expires_ms = NEVER;
	if (!lost && link->end[i].cfg.ike == 2) {
		say_sel(link, i, LOG_V2_CHILD, at_ms, s);
		say_sel(link, !i, LOG_V2_CHILD, at_ms, s);
	} else if (!lost) {
		say_sel(link, !i, LOG_QM_UNACCEPTABLE, at_ms, s);
		say_sel(link, i, LOG_QM_NOTIFY, at_ms, s);
	}
}

/* ---- phase 1 ---- */

static void session_up(struct link *link, unsigned e, int64_t at_ms, unsigned version)
{
	struct end *end = &link->end[e];
	struct gateway *gw = end->gw;
	end->session = (struct session){ .up = true, .index = ++gw->last_index, .since_ms = at_ms, .children = 1 };
	gw->cumulative[version]++;
	if (++gw->active > gw->peak)
		gw->peak = gw->active;
	if (++gw->active_v[version] > gw->peak_v[version])
		gw->peak_v[version] = gw->active_v[version];
}

static void ike_times(struct model *m, struct link *link, struct ike_sa *ike, unsigned lifetime_s, int64_t at_ms)
{
	ike->since_ms = at_ms;
	ike->lifetime_s = lifetime_s;
	ike->expires_ms = at_ms + (int64_t)lifetime_s * 1000;
	ike->rekeys_ms = ike->expires_ms - (int64_t)early(m, link, (int64_t)lifetime_s * 1000);
}

static void ike_keys(struct model *m, struct link *link)
{
	uint64_t spi[2] = { draw(m, link), draw(m, link) };
	for (unsigned e = 0; e < 2; e++) {
		link->end[e].ike.spi_local = spi[e];
		link->end[e].ike.spi_remote = spi[!e];
		link->end[e].ike.tunnel_id = (uint32_t)(draw(m, link) % UINT32_C(2000000000)) + 1;
	}
}

static void phase1_done(struct model *m, struct link *link, unsigned i, const struct ike_script *script, int64_t at_ms)
{
	for (unsigned e = 0; e < 2; e++) {
		struct end *end = &link->end[e];
		if (end->ike.up)
			ike_forget(link, e, at_ms, DOWN_RECONNECTED);
		end->ike = (struct ike_sa){
			.up = true,
			.version = link->end[i].cfg.ike,
			.initiator = e == i,
			.nat = script->floated,
			.aggressive = link->end[i].cfg.aggressive && link->end[i].cfg.ike == 1,
			.policy = script->policy,
			.peer = *link_seen_as(link, !e),
		};
		session_up(link, e, at_ms, end->ike.version);
		ike_times(m, link, &end->ike, script->lifetime_s[e == i ? 0 : 1], at_ms);
		say(link, e, end->ike.version == 2 ? LOG_V2_UP : LOG_P1_DONE, at_ms);
	}
	ike_keys(m, link);
	for (size_t s = 0; s < link->n_sel; s++)
		link->sel[s].retry_at_ms = 0;
}

static void side_of(const struct link *link, unsigned e, const struct vt_addr *source, struct ike_policy *room,
		    struct ike_side *side)
{
	const struct end *end = &link->end[e];
	const struct end_cfg *cfg = &end->cfg;
	unsigned version = cfg->ike;
	*side = (struct ike_side){
		.reachable = !end->gw->down,
		.enabled = gateway_speaks(end->gw, version) && cfg->ike_enabled,
		.answers = cfg->connection != ORIGINATE_ONLY,
		.knows_peer = cfg->tunnel_group && (cfg->dynamic || vt_addr_eq(&cfg->peer, source)),
		.nat_t = cfg->nat_t,
		.key_local = cfg->psk_local,
		.key_remote = cfg->psk_remote,
		.policies = room,
		.n_policies = gateway_policies(end->gw, version, room, 32),
	};
}

/* Asks the engine how a negotiation started by end `i` would go right now. */
static void negotiate(struct model *m, struct link *link, unsigned i, struct ike_script *script)
{
	struct ike_policy room[2][32];
	struct ike_side side[2];
	const struct end_cfg *ci = &link->end[i].cfg;
	side_of(link, i, link_seen_as(link, !i), room[0], &side[0]);
	side_of(link, !i, link_seen_as(link, i), room[1], &side[1]);
	if (!vt_addr_eq(&ci->peer, link_seen_as(link, !i))) {
		/* The configured address belongs to somebody else, or to nobody. */
		const struct gateway *other = world_gateway_at(m->world, &ci->peer);
		side[1].reachable = other && !other->down;
		side[1].enabled = other && gateway_speaks(other, ci->ike);
		side[1].knows_peer = false;
		side[1].n_policies = other ? gateway_policies(other, ci->ike, room[1], 32) : 0;
	} else if (link->end[!i].cfg.ike != ci->ike) {
		side[1].enabled = gateway_speaks(link->end[!i].gw, ci->ike);
		side[1].n_policies = gateway_policies(link->end[!i].gw, ci->ike, room[1], 32);
		side[1].knows_peer = false;
	}
	struct ike_path path = { .latency_ms = link->latency_ms, .nat = link->nat >= 0 };
	for (unsigned d = 0; d < 2; d++) {
		unsigned from = d == 0 ? i : !i;
		path.udp500[d] = carries(link, from, PATH_UDP500);
		path.udp4500[d] = carries(link, from, PATH_UDP4500);
		path.loss_ppm[d] = link->loss_ppm[from];
	}
	ike_negotiate(ci->ike, ci->aggressive && ci->ike == 1, side, &path, draw(m, link), script);
}

static void attempt_start(struct model *m, struct link *link, unsigned i, int64_t at_ms)
{
	struct attempt *a = &link->end[i].attempt;
	a->script = vt_must(malloc(sizeof *a->script));
	negotiate(m, link, i, a->script);
	a->running = true;
	a->start_ms = at_ms;
	a->next = 0;
	memset(a->state, 0, sizeof a->state);
	memset(a->known, 0, sizeof a->known);
	link->attempts_made++;
	link->end[i].hold_ms = at_ms + HOLD_MS;
}

static void attempt_end(struct attempt *a)
{
	free(a->script);
	memset(a, 0, sizeof *a);
}

/* What each end writes to its log at one step of the play. */
static void attempt_log(struct link *link, unsigned i, const struct ike_step *st, enum ike_state was, int64_t at_ms)
{
	unsigned e = st->side == 0 ? i : !i;
	bool v2 = link->end[i].cfg.ike == 2;
	if (v2 && st->side == 1 && was == IKE_NONE && st->state != IKE_NONE)
		say(link, e, LOG_V2_INIT, at_ms);
	switch ((enum ike_note)st->note) {
	case NOTE_STARTED:
		say(link, e, v2 ? LOG_V2_REQUEST : LOG_P1_START, at_ms);
		break;
	case NOTE_TIMED_OUT:
		say(link, e, v2 ? LOG_V2_TIMEOUT : LOG_TIMED_OUT, at_ms)->state = (uint8_t)was;
		if (!v2)
			say(link, e, LOG_REMOVE_PEER, at_ms);
		link->end[e].gw->p1_fails++;
		break;
	case NOTE_NOT_ENABLED:
		say(link, e, LOG_NOT_ENABLED, at_ms);
		break;
	case NOTE_NO_PROPOSAL:
		say(link, e, v2 ? LOG_V2_NO_POLICY : LOG_NO_PROPOSAL_R, at_ms);
		if (!v2)
			say(link, e, LOG_NO_PROPOSAL_R2, at_ms);
		link->end[e].gw->rejects++;
		break;
	case NOTE_GOT_NO_PROPOSAL:
		say(link, e, v2 ? LOG_V2_GOT_NO_POLICY : LOG_NO_PROPOSAL_I, at_ms);
		break;
	case NOTE_DUPLICATE:
		say(link, e, LOG_DUPLICATE, at_ms);
		break;
	case NOTE_NO_GROUP:
		say(link, e, v2 ? LOG_V2_NO_GROUP : LOG_NO_GROUP, at_ms);
		if (!v2)
			say(link, e, LOG_NO_GROUP2, at_ms);
		break;
	case NOTE_BAD_DECRYPT:
		say(link, e, LOG_BAD_KEY, at_ms);
		say(link, e, LOG_BAD_KEY2, at_ms);
		link->end[e].gw->auth_fails++;
		break;
	case NOTE_NAT:
		say(link, e, LOG_NAT, at_ms);
		break;
	case NOTE_AUTH_FAILED:
		say(link, e, LOG_V2_AUTH, at_ms);
		link->end[e].gw->auth_fails++;
		break;
	case NOTE_ANSWERED_ONLY:
		say(link, e, LOG_ORIGINATE_ONLY, at_ms);
		break;
	case NOTE_NONE:
	case NOTE_DONE:
		break;
	}
}

static bool attempt_done(const struct attempt *a)
{
	return a->next == a->script->n;
}

static void quick_wanted(struct model *m, struct link *link, unsigned i, int64_t at_ms);

static void attempt_play(struct model *m, struct link *link, unsigned i, int64_t at_ms)
{
	struct attempt *a = &link->end[i].attempt;
	while (a->running && !attempt_done(a) && a->start_ms + a->script->step[a->next].at_ms <= at_ms) {
		const struct ike_step *st = &a->script->step[a->next++];
		attempt_log(link, i, st, a->state[st->side], at_ms);
		a->state[st->side] = (enum ike_state)st->state;
		a->known[st->side] = st->known;
	}
	if (!attempt_done(a))
		return;
	if (a->script->established[0] && a->script->established[1]) {
		struct ike_script script = *a->script;
		attempt_end(a);
		attempt_end(&link->end[!i].attempt);
		phase1_done(m, link, i, &script, at_ms);
		quick_wanted(m, link, i, at_ms);
		return;
	}
	attempt_end(a);
}

static void ike_rekey(struct model *m, struct link *link, unsigned i, int64_t at_ms)
{
	struct ike_script script;
	negotiate(m, link, i, &script);
	if (!script.established[0] || !script.established[1] || !link->end[!i].ike.up) {
		link->end[i].ike.rekeys_ms = at_ms + script.ends_at_ms + IKE_RETRANSMIT_MS;
		return;
	}
	for (unsigned e = 0; e < 2; e++) {
		struct ike_sa *ike = &link->end[e].ike;
		ike->initiator = e == i;
		ike->policy = script.policy;
		ike_times(m, link, ike, script.lifetime_s[e == i ? 0 : 1], at_ms);
	}
	ike_keys(m, link);
}

/* ---- demand ---- */

/* End `d` would start a negotiation for a packet of its own. */
static bool may_ask(const struct link *link, const struct selector *sel, unsigned d)
{
	const struct end *end = &link->end[d];
	const struct end_cfg *cfg = &end->cfg;
	return !sel->end[d].up && sel->dir[d].own > 0 && !end->gw->down && reaches_map(cfg) && cfg->ike_enabled &&
	       !cfg->dynamic && cfg->connection != ANSWER_ONLY;
}

/* Negotiating already: as initiator, or as the responder of the other end's attempt. */
static bool negotiating(const struct link *link, unsigned d)
{
	return link->end[d].attempt.running ||
	       (link->end[!d].attempt.running && link->end[!d].attempt.state[1] != IKE_NONE);
}

static void packet_wants_sa(struct model *m, struct link *link, unsigned d, size_t s, int64_t at_ms)
{
	if (link->end[d].ike.up)
		quick_start(m, link, d, s, at_ms);
	else if (!negotiating(link, d))
		attempt_start(m, link, d, at_ms);
}

/* Phase 1 was made for a packet: its selector, the first one wanted, follows at once. */
static void quick_wanted(struct model *m, struct link *link, unsigned i, int64_t at_ms)
{
	for (size_t s = 0; s < link->n_sel; s++)
		if (may_ask(link, &link->sel[s], i) && link->end[i].ike.up &&
		    traffic_last(&link->sel[s].dir[i], at_ms) >= at_ms - (IKE_RETRANSMITS + 1) * IKE_RETRANSMIT_MS) {
			quick_start(m, link, i, s, at_ms);
			return;
		}
}

/* ---- one moment of one link ---- */

static void child_moment(struct model *m, struct link *link, unsigned e, size_t s, int64_t at_ms)
{
	struct child *c = &link->sel[s].end[e];
	if (c->up && c->expires_ms <= at_ms) {
		child_down(link, e, s, at_ms);
		if (ike_carries(link, e))
			child_down(link, !e, s, at_ms);
		if (children_up(link, e) == 0 && link->end[e].ike.up)
			ike_delete(link, e, at_ms, DOWN_EXPIRED);
		return;
	}
	if (c->up && (c->rekeys_ms <= at_ms || c->kb_expires_ms <= at_ms))
		child_rekey(m, link, e, s, at_ms);
	if (!c->up || c->idle_at_ms > at_ms)
		return;
	int64_t quiet_until = model_last_packet(m, link, s, e) + link->end[e].cfg.idle_min * MINUTE_MS;
	if (quiet_until > at_ms) {
		c->idle_at_ms = quiet_until;
		return;
	}
	struct log_entry *entry = say(link, e, LOG_TERMINATED, at_ms);
	entry->sel = (uint32_t)s;
	entry->state = DOWN_IDLE;
	child_down(link, e, s, at_ms);
	if (ike_carries(link, e))
		child_down(link, !e, s, at_ms);
	if (children_up(link, e) == 0)
		ike_delete(link, e, at_ms, DOWN_IDLE);
}

static void sel_next(struct link *link, struct selector *sel, int64_t at_ms)
{
	int64_t next = NEVER;
	for (unsigned e = 0; e < 2; e++) {
		const struct child *c = &sel->end[e];
		if (c->up)
			next = earlier(next, earlier(earlier(c->expires_ms, c->rekeys_ms),
						     earlier(c->kb_expires_ms, c->idle_at_ms)));
		sel->wanted_ms[e] = NEVER;
		if (!may_ask(link, sel, e) || negotiating(link, e))
			continue;
		int64_t after = at_ms;
		if (after < sel->retry_at_ms)
			after = sel->retry_at_ms;
		if (after < link->end[e].hold_ms && !link->end[e].ike.up)
			after = link->end[e].hold_ms;
		sel->wanted_ms[e] = traffic_next(&sel->dir[e], after);
		next = earlier(next, sel->wanted_ms[e]);
	}
	sel->next_ms = next;
}

static void sel_moment(struct model *m, struct link *link, size_t s, int64_t at_ms)
{
	struct selector *sel = &link->sel[s];
	for (unsigned e = 0; e < 2; e++)
		child_moment(m, link, e, s, at_ms);
	for (unsigned e = 0; e < 2; e++)
		if (sel->wanted_ms[e] <= at_ms && may_ask(link, sel, e)) {
			sel->wanted_ms[e] = NEVER;
			packet_wants_sa(m, link, e, s, at_ms);
		}
	sel_next(link, sel, at_ms);
}

static bool peer_alive(const struct link *link, unsigned e)
{
	const struct end *other = &link->end[!e];
	return ike_carries(link, e) && ike_carries(link, !e) && other->ike.up &&
	       other->ike.spi_remote == link->end[e].ike.spi_local;
}

/* The last packet of any kind that came in through the tunnel. */
static int64_t last_heard(const struct link *link, unsigned e, int64_t at_ms)
{
	int64_t last = INT64_MIN;
	for (size_t s = 0; s < link->n_sel; s++) {
		const struct selector *sel = &link->sel[s];
		if (!arrives(link, sel, !e) || share(link, sel, !e) == 0)
			continue;
		int64_t at = traffic_last(&sel->dir[!e], at_ms);
		if (at > last)
			last = at;
	}
	return last;
}

static int64_t dpd_patience_ms(const struct end_cfg *cfg)
{
	return (cfg->dpd_threshold_s + 3 * cfg->dpd_retry_s) * INT64_C(1000);
}

static void dpd_look(struct link *link, unsigned e, int64_t at_ms)
{
	struct end *end = &link->end[e];
	if (!end->ike.up || peer_alive(link, e) || end->cfg.dpd_threshold_s == 0)
		end->dpd_ms = NEVER;
	else if (end->dpd_ms == NEVER)
		end->dpd_ms = at_ms + dpd_patience_ms(&end->cfg);
}

/* Keepalives go unanswered. They are only sent while nothing arrives: a peer whose ESP still comes in is alive. */
static void dpd_moment(struct link *link, unsigned e, int64_t at_ms)
{
	int64_t quiet_until = last_heard(link, e, at_ms);
	if (quiet_until != INT64_MIN)
		quiet_until += dpd_patience_ms(&link->end[e].cfg);
	if (quiet_until > at_ms) {
		link->end[e].dpd_ms = quiet_until;
		return;
	}
	say(link, e, LOG_DPD_LOST, at_ms);
	ike_delete(link, e, at_ms, DOWN_LOST);
}

static void end_moment(struct model *m, struct link *link, unsigned e, int64_t at_ms)
{
	struct end *end = &link->end[e];
	if (end->attempt.running)
		attempt_play(m, link, e, at_ms);
	if (end->dpd_ms <= at_ms)
		dpd_moment(link, e, at_ms);
	if (end->doom_ms <= at_ms) {
		end->doom_ms = NEVER;
		if (children_up(link, e) == 0)
			ike_delete(link, e, at_ms, end->doom_why);
	}
	if (end->ike.up && end->ike.expires_ms <= at_ms)
		ike_delete(link, e, at_ms, DOWN_EXPIRED);
	if (end->ike.up && end->ike.rekeys_ms <= at_ms)
		ike_rekey(m, link, e, at_ms);
	if (end->session.up && end->cfg.session_min &&
	    end->session.since_ms + end->cfg.session_min * MINUTE_MS <= at_ms)
		ike_delete(link, e, at_ms, DOWN_MAX_TIME);
}

static void link_next(struct model *m, struct link *link, int64_t at_ms, bool all)
{
	int64_t next = NEVER;
	for (unsigned e = 0; e < 2; e++) {
		const struct end *end = &link->end[e];
		dpd_look(link, e, at_ms);
		if (end->attempt.running && !attempt_done(&end->attempt))
			next = earlier(next,
				       end->attempt.start_ms + end->attempt.script->step[end->attempt.next].at_ms);
		next = earlier(next, earlier(end->dpd_ms, end->doom_ms));
		if (end->ike.up)
			next = earlier(next, earlier(end->ike.expires_ms, end->ike.rekeys_ms));
		if (end->session.up && end->cfg.session_min)
			next = earlier(next, end->session.since_ms + end->cfg.session_min * MINUTE_MS);
	}
	for (size_t s = 0; s < link->n_sel; s++) {
		if (all)
			sel_next(link, &link->sel[s], at_ms);
		next = earlier(next, link->sel[s].next_ms);
	}
	link->next_ms = next;
	heap_fix(m, link);
}

/* Something about phase 1 of both ends that decides whether selectors may ask: when it changes, all look again. */
static unsigned phase1_mark(const struct link *link)
{
	unsigned mark = 0;
	for (unsigned e = 0; e < 2; e++)
		mark = mark * 4 + link->end[e].ike.up * 2u + negotiating(link, e);
	return mark;
}

static void link_moment(struct model *m, struct link *link, int64_t at_ms)
{
	unsigned mark = phase1_mark(link);
	for (unsigned e = 0; e < 2; e++)
		end_moment(m, link, e, at_ms);
	for (size_t s = 0; s < link->n_sel; s++)
		if (link->sel[s].next_ms <= at_ms)
			sel_moment(m, link, s, at_ms);
	link_next(m, link, at_ms,
		  mark != phase1_mark(link) || link->end[0].hold_ms >= at_ms || link->end[1].hold_ms >= at_ms);
}

/* ---- faults ---- */

static void link_conditions(struct model *m, struct link *link, int64_t at_ms)
{
	settle_all(link, at_ms);
	memset(link->blocked, 0, sizeof link->blocked);
	memset(link->loss_ppm, 0, sizeof link->loss_ppm);
	for (unsigned e = 0; e < 2; e++)
		link->end[e].cfg = link->end[e].base;
	for (size_t i = 0; i < m->world->n_faults; i++) {
		const struct fault *f = m->world->faults[i];
		if (!f->on || f->link != link)
			continue;
		for (unsigned d = 0; d < 2; d++) {
			for (unsigned k = 0; k < PATH_KINDS && f->kind == FAULT_BLOCK; k++)
				link->blocked[d][k] |= (f->dirs >> d & 1) && (f->kinds >> k & 1);
			if (f->kind == FAULT_LOSS && (f->dirs >> d & 1))
				link->loss_ppm[d] = f->loss_ppm;
			char why[160];
			if (f->kind == FAULT_SET && (f->ends >> d & 1))
				end_cfg_set(m->world->arena, &link->end[d].cfg, f->key, f->value, why, sizeof why);
		}
	}
	link_next(m, link, at_ms, true);
}

static void wipe_gateway(struct gateway *gw, int64_t at_ms)
{
	for (size_t i = 0; i < gw->n_ends; i++) {
		struct link *link = gw->links[i];
		unsigned e = gw->ends[i] == &link->end[1];
		settle_all(link, at_ms);
		ike_forget(link, e, at_ms, DOWN_REBOOT);
		attempt_end(&link->end[0].attempt);
		attempt_end(&link->end[1].attempt);
	}
}

static void gateway_relink(struct model *m, struct gateway *gw, int64_t at_ms)
{
	for (size_t i = 0; i < gw->n_ends; i++)
		link_next(m, gw->links[i], at_ms, true);
}

static void gateway_set_down(struct model *m, struct gateway *gw, bool down, int64_t at_ms)
{
	for (size_t i = 0; i < gw->n_ends; i++)
		settle_all(gw->links[i], at_ms);
	gw->down = down;
	gateway_relink(m, gw, at_ms);
}

static void reboot_begins(struct model *m, struct device *dev, int64_t at_ms, int64_t back_ms)
{
	for (size_t g = 0; g < dev->n_gw; g++) {
		struct gateway *gw = dev->gw[g];
		wipe_gateway(gw, at_ms);
		gw->last_index = gw->peak = gw->active = 0;
		memset(gw->cumulative, 0, sizeof gw->cumulative);
		memset(gw->active_v, 0, sizeof gw->active_v);
		memset(gw->peak_v, 0, sizeof gw->peak_v);
		memset(gw->previous_tunnels, 0, sizeof gw->previous_tunnels);
		gw->drops = (struct drops){ 0 };
		memset(gw->children_made, 0, sizeof gw->children_made);
		memset(gw->children_peak, 0, sizeof gw->children_peak);
		gw->auth_fails = gw->rejects = gw->p1_fails = 0;
		gw->logged = 0;
		gateway_set_down(m, gw, true, at_ms);
	}
	dev->boot_ms = dev->back_ms = back_ms;
}

static void failover(struct model *m, struct device *dev, int64_t at_ms)
{
	if (!dev->pair)
		return;
	unsigned was = dev->active_unit;
	dev->unit_active_ms[was] += at_ms - dev->unit_since_ms[was];
	dev->active_unit = !was;
	dev->unit_since_ms[!was] = at_ms;
	dev->last_failover_ms = at_ms;
	for (size_t g = 0; g < dev->n_gw && !dev->stateful; g++) {
		wipe_gateway(dev->gw[g], at_ms);
		dev->gw[g]->last_index = 0;
		gateway_relink(m, dev->gw[g], at_ms);
	}
	for (size_t g = 0; g < dev->n_gw; g++)
		if (dev->gw[g]->n_ends) {
			struct link *link = dev->gw[g]->links[0];
			say(link, dev->gw[g]->ends[0] == &link->end[1],
			    dev->active_unit ? LOG_SWITCH_STANDBY : LOG_SWITCH_ACTIVE, at_ms);
		}
}

static void clear_sa(struct model *m, struct link *link, int64_t at_ms)
{
	ike_delete(link, link->end[0].gw->device ? 0 : 1, at_ms, DOWN_ADMIN);
	link_next(m, link, at_ms, true);
}

void model_modified(struct model *m, struct device *device, const char *by)
{
	device->modified_ms = m->now_ms;
	device->modified_by = by;
}

static void config_changed(struct model *m, struct link *link, unsigned e, int64_t at_ms)
{
	model_modified(m, link->end[e].gw->device, "admin");
	say(link, e, LOG_CONFIG, at_ms);
}

/* A mistake is typed in, and so is its repair. */
static void configs_changed(struct model *m, const struct fault *f, int64_t at_ms)
{
	for (unsigned e = 0; e < 2; e++)
		if ((f->ends >> e & 1) && f->link->end[e].gw->device)
			config_changed(m, f->link, e, at_ms);
}

static void fault_begins(struct model *m, struct fault *f, int64_t at_ms)
{
	f->on = true;
	switch (f->kind) {
	case FAULT_SET:
		configs_changed(m, f, at_ms);
		link_conditions(m, f->link, at_ms);
		break;
	case FAULT_BLOCK:
	case FAULT_LOSS:
		link_conditions(m, f->link, at_ms);
		break;
	case FAULT_DOWN:
		gateway_set_down(m, f->gw, true, at_ms);
		break;
	case FAULT_REBOOT:
		reboot_begins(m, f->device, at_ms, f->until_ms ? f->until_ms : at_ms);
		break;
	case FAULT_FAILOVER:
		failover(m, f->device, at_ms);
		break;
	case FAULT_CLEAR:
		clear_sa(m, f->link, at_ms);
		break;
	}
	if (f->kind == FAULT_FAILOVER || f->kind == FAULT_CLEAR)
		f->over = true;
}

static void fault_ends(struct model *m, struct fault *f, int64_t at_ms)
{
	f->on = false;
	f->over = true;
	if (f->kind == FAULT_SET)
		configs_changed(m, f, at_ms);
	if (f->link && f->kind != FAULT_CLEAR)
		link_conditions(m, f->link, at_ms);
	if (f->kind == FAULT_DOWN)
		gateway_set_down(m, f->gw, false, at_ms);
	for (size_t g = 0; f->kind == FAULT_REBOOT && g < f->device->n_gw; g++)
		gateway_set_down(m, f->device->gw[g], false, at_ms);
}

static int64_t fault_next_ms(const struct fault *f)
{
	if (f->over)
		return NEVER;
	if (!f->on)
		return f->at_ms;
	if (f->kind == FAULT_REBOOT && !f->until_ms)
		return f->at_ms;
	return f->until_ms ? f->until_ms : NEVER;
}

static struct fault *fault_due(const struct model *m)
{
	struct fault *first = NULL;
	for (size_t i = 0; i < m->world->n_faults; i++)
		if (!first || fault_next_ms(m->world->faults[i]) < fault_next_ms(first))
			first = m->world->faults[i];
	return first;
}

void model_advance(struct model *m, int64_t now_ms)
{
	struct fault *fault = fault_due(m);
	for (;;) {
		int64_t at_fault = fault ? fault_next_ms(fault) : NEVER,
			at_link = m->n_heap ? m->heap[0]->next_ms : NEVER;
		int64_t at = earlier(at_fault, at_link);
		if (at > now_ms || at == NEVER)
			break;
		/* A moment that is already past happens now. */
		if (at > m->now_ms)
			m->now_ms = at;
		if (at_fault <= at_link) {
			if (fault->on)
				fault_ends(m, fault, m->now_ms);
			else
				fault_begins(m, fault, m->now_ms);
			fault = fault_due(m);
		} else {
			link_moment(m, m->heap[0], m->now_ms);
		}
	}
	if (now_ms > m->now_ms)
		m->now_ms = now_ms;
}

void model_inject(struct model *m, struct fault *f)
{
	struct world *w = m->world;
	*VT_PUSH(w->arena, w->faults, w->n_faults, w->cap_faults) = f;
	if (f->at_ms < m->now_ms)
		f->at_ms = m->now_ms;
	model_advance(m, m->now_ms);
}

void model_clear(struct model *m, const struct link *link)
{
	for (size_t i = 0; i < m->world->n_faults; i++) {
		struct fault *f = m->world->faults[i];
		if (f->over || (link && f->link != link))
			continue;
		if (f->on)
			fault_ends(m, f, m->now_ms);
		f->over = true;
	}
	model_advance(m, m->now_ms);
}

void model_demand(struct model *m, struct link *link, unsigned e, size_t s)
{
	struct selector *sel = &link->sel[s];
	const struct end_cfg *cfg = &link->end[e].cfg;
	if (sel->end[e].up || link->end[e].gw->down || !cfg->ike_enabled || cfg->dynamic ||
	    cfg->connection == ANSWER_ONLY)
		return;
	packet_wants_sa(m, link, e, s, m->now_ms);
	link_next(m, link, m->now_ms, true);
	model_advance(m, m->now_ms);
}

struct model *model_new(struct world *world)
{
	struct model *m = vt_must(calloc(1, sizeof *m));
	m->world = world;
	m->heap = vt_must(calloc(world->n_links + 1, sizeof *m->heap));
	m->n_heap = world->n_links;
	m->now_ms = world->start_ms - world->history_ms;
	for (size_t i = 0; i < world->n_links; i++) {
		struct link *link = world->links[i];
		heap_put(m, i, link);
		link->next_ms = NEVER;
		for (unsigned e = 0; e < 2; e++) {
			struct end *end = &link->end[e];
			end->cfg = end->base;
			end->ike.expires_ms = end->ike.rekeys_ms = end->dpd_ms = end->doom_ms = NEVER;
		}
		for (size_t s = 0; s < link->n_sel; s++) {
			struct selector *sel = &link->sel[s];
			sel->settled_ms = m->now_ms;
			for (unsigned e = 0; e < 2; e++)
				sel->end[e].expires_ms = sel->end[e].rekeys_ms = sel->end[e].kb_expires_ms =
					sel->end[e].idle_at_ms = NEVER;
		}
	}
	for (size_t i = 0; i < world->n_links; i++)
		link_next(m, world->links[i], m->now_ms, true);
	model_advance(m, world->start_ms);
	return m;
}

void model_free(struct model *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->world->n_links; i++)
		for (unsigned e = 0; e < 2; e++)
			attempt_end(&m->world->links[i]->end[e].attempt);
	for (size_t i = 0; i < m->world->n_gateways; i++)
		free(m->world->gateways[i]->ring);
	free(m->heap);
	free(m);
}
