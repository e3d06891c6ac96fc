/* SPDX-License-Identifier: MIT
 * What a world file leaves out: addresses and networks by a plan, and generated fleets on top of what is written.
 */
#include "world_parts.h"

/* More would not fit the plan of addresses. */
#define MAX_DEVICES 4000
#define MAX_TUNNELS 1000000

struct vt_addr plan_v4(uint32_t host)
{
	return (struct vt_addr){ .family = 4,
				 .bytes = { (uint8_t)(host >> 24), (uint8_t)(host >> 16), (uint8_t)(host >> 8),
					    (uint8_t)host } };
}

uint32_t plan_number(const struct vt_addr *a)
{
	return (uint32_t)a->bytes[0] << 24 | (uint32_t)a->bytes[1] << 16 | (uint32_t)a->bytes[2] << 8 | a->bytes[3];
}

void plan_device(unsigned n, struct prefix *outside, struct vt_addr *hop, struct prefix *inside)
{
	uint32_t base = (198u << 24 | 18u << 16) + n * 8;
	*outside = (struct prefix){ plan_v4(base + 2), 29 };
	*hop = plan_v4(base + 1);
	*inside = (struct prefix){ plan_v4((10u << 24) + n * 4096 + 1), 20 };
}

void plan_foreign(unsigned n, struct prefix *outside, struct prefix *inside)
{
	uint32_t host = n < 250 ? (203u << 24 | 113u << 8) + 1 + n : (100u << 24 | 64u << 16) + 1 + n;
	*outside = (struct prefix){ plan_v4(host), 32 };
	*inside = (struct prefix){ plan_v4((172u << 24 | 16u << 16) + (n % 4096) * 256), 24 };
}

struct prefix plan_network(const struct prefix *p)
{
	struct prefix out = *p;
	for (unsigned bit = p->bits; bit < (p->addr.family == 4 ? 32u : 128u); bit++)
		out.addr.bytes[bit / 8] &= (uint8_t) ~(0x80u >> bit % 8);
	return out;
}

/* Selector j of the plan: /24s of both insides, combined. */
static struct prefix plan_net(const struct prefix *inside, unsigned j)
{
	struct prefix p = plan_network(inside);
	if (inside->addr.family != 4) {
		p.bits = inside->bits < 64 ? 64 : inside->bits;
		p.addr.bytes[7] = (uint8_t)(p.addr.bytes[7] + j);
		return p;
	}
	if (inside->bits >= 24) { /* a small inside: /28s */
		p.addr = plan_v4(plan_number(&p.addr) +
				 (j % (inside->bits >= 28 ? 1u : 1u << (28 - inside->bits))) * 16);
		p.bits = inside->bits > 28 ? inside->bits : 28;
		return p;
	}
	p.addr = plan_v4(plan_number(&p.addr) + (j % (1u << (24 - inside->bits))) * 256);
	p.bits = 24;
	return p;
}

void plan_pair(const struct link *link, unsigned j, struct pair *pair)
{
	const struct prefix *a = &link->end[0].gw->interfaces[1].address, *b = &link->end[1].gw->interfaces[1].address;
	/* Different tunnels of one gateway start at different networks, so their selectors do not overlap. */
	pair->local = plan_net(a, j % 16 + link->id);
	pair->remote = plan_net(b, j / 16 + link->id / 16);
}

/* ---- generated worlds ---- */

static void generate_tunnels(struct reader *r, const yaml_node_t *map, size_t first, size_t tunnels, unsigned selectors,
			     unsigned foreign_percent)
{
	struct world *w = r->world;
	size_t n_gw = 0;
	struct gateway **gw = VT_NEW_ARRAY(r->arena, struct gateway *, w->n_gateways + 1);
	for (size_t i = first; i < w->n_gateways; i++)
		if (w->gateways[i]->device)
			gw[n_gw++] = w->gateways[i];
	unsigned foreign = 0;
	for (size_t i = 0; i < w->n_gateways; i++)
		foreign += !w->gateways[i]->device;
	if (n_gw == 0 && tunnels)
		doc_mistake(r, map, "generate needs devices to put tunnels on");
	/* Round robin over the devices; partner at a growing distance, so that no pair repeats. */
	for (size_t t = 0; t < tunnels && !r->failed; t++) {
		struct gateway *a = gw[t % n_gw], *b = NULL;
		size_t round = t / n_gw;
		uint64_t luck = sim_draw(w->seed, 12, t, 0);
		if (luck % 100 >= foreign_percent && round + 1 <= (n_gw - 1) / 2)
			b = gw[(t + round + 1) % n_gw];
		for (size_t i = 0; b && i < a->n_ends; i++)
			if (link_joins(a->links[i], b)) {
				b = NULL;
				break;
			}
		if (!b) {
			b = world_add_foreign(r, vt_arena_printf(r->arena, "peer-%04u", foreign + 1), map, foreign);
			foreign++;
		}
		struct link *link = world_add_link(r, vt_arena_printf(r->arena, "t%04zu", t + 1), a, b, map);
		unsigned old = (a->device->gen == GEN_82) || (b->device && b->device->gen == GEN_82);
		for (unsigned e = 0; e < 2; e++)
			world_usual_end(r, link, e, old || luck / 128 % 3 ? 1 : 2, &link->end[e].base);
		size_t n = selectors ? selectors : 1 + luck / 1024 % 3;
		struct pair *pairs = VT_NEW_ARRAY(r->arena, struct pair, n),
			    *mirror = VT_NEW_ARRAY(r->arena, struct pair, n);
		for (size_t j = 0; j < n; j++) {
			plan_pair(link, (unsigned)j, &pairs[j]);
			mirror[j] = (struct pair){ pairs[j].remote, pairs[j].local };
		}
		link->end[0].base.pairs = pairs;
		link->end[1].base.pairs = mirror;
		link->end[0].base.n_pairs = link->end[1].base.n_pairs = link->n_sel = n;
		link->sel = VT_NEW_ARRAY(r->arena, struct selector, n);
		world_read_traffic(r, link, NULL);
	}
}

void world_read_generate(struct reader *r, const yaml_node_t *map, unsigned devices_override)
{
	if (!map)
		return;
	doc_only_keys(r, map, "generate", "devices tunnels selectors foreign_percent prefix per_device");
	struct world *w = r->world;
	size_t devices = devices_override ? devices_override : doc_number(r, map, "devices", 0, MAX_DEVICES);
	size_t tunnels = doc_number(r, map, "tunnels", 0, MAX_TUNNELS);
	size_t per_device = doc_number(r, map, "per_device", 0, 1000);
	const char *stem = doc_text(r, map, "prefix", "fw");
	while (w->n_devices < devices && !r->failed)
		world_add_device(r, vt_arena_printf(r->arena, "%s-%04zu", stem, w->n_devices + 1), NULL);
	if (per_device)
		tunnels = per_device * w->n_devices;
	generate_tunnels(r, map, 0, tunnels > w->n_links ? tunnels - w->n_links : 0,
			 (unsigned)doc_number(r, map, "selectors", 0, MAX_SELECTORS),
			 (unsigned)doc_number(r, map, "foreign_percent", 50, 100));
}
