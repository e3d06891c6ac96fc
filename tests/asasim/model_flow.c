/* SPDX-License-Identifier: MIT
 * What the network and the configurations carry, what has flowed since it was last asked, and the log.
 *
 * Packets are no events: a counter is what the traffic profile sent in a span of time, by what became of it. A span
 * ends whenever something changes (settle), so within one everything was as it is.
 */
#include "model_parts.h"

#include "base/memory.h"

#include <stdlib.h>

/* ---- reading configuration and network ---- */

uint64_t link_draw(struct model *m, struct link *link)
{
	return sim_draw(m->world->seed, 100 + link->id, ++link->serial, 0);
}

uint32_t link_draw_spi(struct model *m, struct link *link)
{
	return (uint32_t)(link_draw(m, link) % UINT64_C(0xfffffeff)) + 0x100;
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

bool gateway_speaks(const struct gateway *gw, unsigned ike)
{
	for (size_t i = 0; i < gw->n_ends; i++)
		if (gw->ends[i]->cfg.ike == ike && gw->ends[i]->cfg.ike_enabled)
			return true;
	return false;
}

bool link_carries(const struct link *link, unsigned d, enum path_kind kind)
{
	return !link->blocked[d][kind] && link->end[d].cfg.route_to_peer && !link->end[d].gw->down &&
	       !link->end[!d].gw->down;
}

bool link_carries_ike(const struct link *link, unsigned d)
{
	return link_carries(link, d, link->end[d].ike.nat ? PATH_UDP4500 : PATH_UDP500);
}

/* ---- the log ---- */

struct log_entry *link_say(struct link *link, unsigned e, enum log_code code, int64_t at_ms)
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

void link_say_sel(struct link *link, unsigned e, enum log_code code, int64_t at_ms, size_t sel)
{
	struct log_entry *entry = link_say(link, e, code, at_ms);
	entry->sel = (uint32_t)sel;
	entry->a = link->sel[sel].end[e].spi_in;
	entry->b = link->sel[sel].end[e].spi_out;
}

/* ---- what flows ---- */

bool flow_reaches_map(const struct end_cfg *cfg)
{
	return cfg->nat_exempt && cfg->match_address && !cfg->inside_acl;
}

bool flow_arrives(const struct link *link, const struct selector *sel, unsigned d)
{
	const struct child *from = &sel->end[d], *to = &sel->end[!d];
	return from->up && to->up && flow_reaches_map(&link->end[d].cfg) && from->spi_out == to->spi_in &&
	       link_carries(link, d, link->end[d].ike.nat ? PATH_UDP4500 : PATH_ESP) && link->loss_ppm[d] < 1000000;
}

/* Packets of direction `d` reach the hosts behind the other end, so that they can be answered. */
static bool delivered(const struct link *link, const struct selector *sel, unsigned d)
{
	const struct end_cfg *far = &link->end[!d].cfg;
	return flow_arrives(link, sel, d) && far->inside_route && !far->vpn_filter;
}

unsigned flow_share(const struct link *link, const struct selector *sel, unsigned d)
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
	if (link->end[d].gw->down || !flow_reaches_map(&link->end[d].cfg))
		return p;
	uint64_t n = traffic_count(&sel->dir[d], at_ms) - traffic_count(&sel->dir[d], sel->settled_ms);
	p.sent = n * flow_share(link, sel, d) / 2;
	if (flow_arrives(link, sel, d))
		p.arrived = p.sent - (uint64_t)((unsigned __int128)p.sent * link->loss_ppm[d] / 1000000);
	return p;
}

/* What end `d` sends gets to the other end, and means nothing there. */
static bool unknown_spi(const struct link *link, const struct selector *sel, unsigned d)
{
	return sel->end[d].up && !flow_arrives(link, sel, d) &&
	       link_carries(link, d, link->end[d].ike.nat ? PATH_UDP4500 : PATH_ESP);
}

void flow_settle(struct link *link, struct selector *sel, int64_t at_ms)
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
		struct log_entry *entry = link_say(link, !d, LOG_INVALID_SPI, at_ms);
		entry->a = from->spi_out;
		entry->b = from->base.encaps;
		link->end[!d].gw->drops.invalid_spi += p[d].sent;
	}
	sel->settled_ms = at_ms;
}

void flow_settle_all(struct link *link, int64_t at_ms)
{
	for (size_t s = 0; s < link->n_sel; s++)
		flow_settle(link, &link->sel[s], at_ms);
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
	return flow_reaches_map(&link->end[e].cfg) ? traffic_count(t, m->now_ms) * t->own / 32 : 0;
}

int64_t model_last_packet(const struct model *m, const struct link *link, size_t s, unsigned e)
{
	const struct selector *sel = &link->sel[s];
	int64_t last = sel->end[e].flow_since_ms;
	for (unsigned d = 0; d < 2; d++) {
		bool flows = d == e ? sel->end[e].up && flow_reaches_map(&link->end[e].cfg) &&
					      flow_share(link, sel, d) > 0
				    : flow_arrives(link, sel, d) && flow_share(link, sel, d) > 0;
		int64_t at = flows ? traffic_last(&sel->dir[d], m->now_ms) : INT64_MIN;
		if (at > last)
			last = at;
	}
	return last;
}
