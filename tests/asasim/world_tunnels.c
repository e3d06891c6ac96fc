/* SPDX-License-Identifier: MIT
 * Tunnels: two ends alike unless the file says otherwise, their selectors, their traffic.
 */
#include "world_parts.h"

#include <string.h>

static const char END_KEYS[] =
	"ike ike_enabled peer psk psk_local psk_remote tunnel_group encryption hash prf group ike_lifetime "
	"esp_encryption esp_integrity transport pfs lifetime kilobytes dpd_threshold dpd_retry idle_timeout "
	"session_timeout nat_t aggressive vti dynamic connection_type route_to_peer nat_exempt inside_route "
	"match_address inside_acl vpn_filter proxy";

static void end_keys(struct reader *r, const yaml_node_t *map, struct end_cfg *cfg, bool all_keys)
{
	if (!map || map->type != YAML_MAPPING_NODE)
		return;
	for (yaml_node_pair_t *p = map->data.mapping.pairs.start; p < map->data.mapping.pairs.top; p++) {
		yaml_node_t *k = doc_node(r, p->key);
		const char *key = doc_text_of(r, k, "a key");
		char why[256];
		if (!all_keys && !doc_is_one_of(END_KEYS, key))
			continue;
		if (!end_cfg_set(r->arena, cfg, key, doc_text_of(r, doc_node(r, p->value), key), why, sizeof why))
			doc_mistake(r, k, "%s", why);
	}
}

void world_usual_end(struct reader *r, const struct link *link, unsigned e, unsigned ike, struct end_cfg *cfg)
{
	*cfg = (struct end_cfg){
		.ike = ike,
		.ike_enabled = true,
		.tunnel_group = true,
		.esp = { "aes-256", "sha", false },
		.life_s = 28800,
		.life_kb = 4608000,
		.dpd_threshold_s = 10,
		.dpd_retry_s = 2,
		.idle_min = 30,
		.nat_t = true,
		.route_to_peer = true,
		.nat_exempt = true,
		.inside_route = true,
		.match_address = true,
	};
	cfg->policy = ike == 2 ? (struct ike_policy){ "aes-256", "sha256", "sha256", 14, 86400 }
			       : (struct ike_policy){ "aes-256", "sha", NULL, 5, 86400 };
	if (ike == 2)
		cfg->esp.integrity = "sha-256";
	cfg->psk_local = cfg->psk_remote = vt_arena_printf(
		r->arena, "key-%s-%016llx", link->name, (unsigned long long)sim_draw(r->world->seed, 9, link->id, 0));
	cfg->peer = *link_seen_as(link, !e);
}

static void read_selectors(struct reader *r, struct link *link, const yaml_node_t *map)
{
	yaml_node_t *list = doc_get(r, map, "selectors");
	bool counted = !list || list->type == YAML_SCALAR_NODE;
	size_t n = counted ? doc_number(r, map, "selectors", 1, MAX_SELECTORS) : doc_length(r, list, "selectors");
	bool vti = doc_flag(r, map, "vti", false);
	if (n == 0 || n > MAX_SELECTORS) {
		doc_mistake(r, list, "a tunnel has 1 to %d selectors", MAX_SELECTORS);
		n = 1;
		counted = true;
	}
	struct pair *pairs = VT_NEW_ARRAY(r->arena, struct pair, n), *mirror = VT_NEW_ARRAY(r->arena, struct pair, n);
	for (size_t j = 0; j < n; j++) {
		plan_pair(link, (unsigned)j, &pairs[j]);
		if (vti) /* a virtual tunnel interface protects whatever is routed into it */
			pairs[j] = (struct pair){ { plan_v4(0), 0 }, { plan_v4(0), 0 } };
		yaml_node_t *one = counted ? NULL : doc_item(r, list, j);
		if (one) {
			doc_only_keys(r, one, "a selector", "a b");
			doc_prefix(r, one, "a", &pairs[j].local);
			doc_prefix(r, one, "b", &pairs[j].remote);
			pairs[j].local = plan_network(&pairs[j].local);
			pairs[j].remote = plan_network(&pairs[j].remote);
		}
		mirror[j] = (struct pair){ .local = pairs[j].remote, .remote = pairs[j].local };
	}
	link->n_sel = n;
	link->sel = VT_NEW_ARRAY(r->arena, struct selector, n);
	link->end[0].base.pairs = pairs;
	link->end[1].base.pairs = mirror;
	link->end[0].base.n_pairs = link->end[1].base.n_pairs = n;
}

/* Tunnels do not all begin with the world: steady traffic starts somewhere in the first seven eighths of its history.
 */
static int64_t age_of(const struct world *w, const struct link *link)
{
	uint64_t span = (uint64_t)w->history_ms / 8 * 7;
	return span ? (int64_t)(sim_draw(w->seed, 13, link->id, 0) % span) : 0;
}

void world_read_traffic(struct reader *r, struct link *link, const yaml_node_t *map)
{
	yaml_node_t *t = doc_get(r, map, "traffic");
	if (t)
		doc_only_keys(r, t, "traffic", "pps size pps_ab pps_ba size_ab size_ba on off initiator");
	for (size_t s = 0; s < link->n_sel; s++) {
		uint64_t luck = sim_draw(r->world->seed, 10 + link->id, s, 1);
		struct selector *sel = &link->sel[s];
		uint64_t pps = doc_number(r, t, "pps", 1 + luck % 30, 1000000),
			 size = doc_number(r, t, "size", 90 + luck / 64 % 800, 9000);
		const char *initiator = doc_text(r, t, "initiator", "both");
		int64_t born = age_of(r->world, link) + (int64_t)(luck >> 30) % 3000;
		for (unsigned d = 0; d < 2; d++) {
			struct traffic *dir = &sel->dir[d];
			dir->pps_milli = doc_number(r, t, d ? "pps_ba" : "pps_ab", pps, 1000000) * 1000 +
					 (doc_get(r, t, "pps") || !t ? luck >> (8 + 8 * d) & 255 : 0);
			if (dir->pps_milli < 1000)
				dir->pps_milli = 0;
			dir->size_bytes = (uint32_t)doc_number(r, t, d ? "size_ba" : "size_ab", size, 9000);
			dir->on_ms = doc_duration(r, t, "on", 0);
			dir->off_ms = doc_duration(r, t, "off", 0);
			if (dir->on_ms <= 0)
				dir->off_ms = 0;
			dir->phase_ms = r->world->start_ms - r->world->history_ms + (dir->off_ms ? 0 : born);
			dir->own = strcmp(initiator, "both") == 0 ? 1 : strcmp(initiator, d ? "b" : "a") == 0 ? 2 : 0;
		}
		if (strcmp(initiator, "both") != 0 && strcmp(initiator, "a") != 0 && strcmp(initiator, "b") != 0)
			doc_mistake(r, doc_get(r, t, "initiator"), "initiator is a, b or both");
	}
}

static struct gateway *tunnel_end(struct reader *r, const yaml_node_t *map, const char *key)
{
	yaml_node_t *node = doc_get(r, map, key);
	if (!node) {
		doc_mistake(r, map, "a tunnel needs both ends: %s is missing", key);
		return NULL;
	}
	struct gateway *gw = world_gateway(r->world, doc_text_of(r, node, key));
	if (!gw)
		doc_mistake(r, node, "%s: there is no device, context or peer named \"%s\"", key,
			    doc_text_of(r, node, key));
	return gw;
}

static void attach(struct reader *r, struct gateway *gw, struct link *link, unsigned e)
{
	/* Grown by doubling in the arena: powers of two tell when. */
	if ((gw->n_ends & (gw->n_ends - 1)) == 0) {
		size_t cap = gw->n_ends ? gw->n_ends * 2 : 1;
		struct end **ends = VT_NEW_ARRAY(r->arena, struct end *, cap);
		struct link **links = VT_NEW_ARRAY(r->arena, struct link *, cap);
		for (size_t i = 0; i < gw->n_ends; i++) {
			ends[i] = gw->ends[i];
			links[i] = gw->links[i];
		}
		gw->ends = ends;
		gw->links = links;
	}
	link->end[e].seq = (unsigned)gw->n_ends + 1;
	gw->links[gw->n_ends] = link;
	gw->ends[gw->n_ends++] = &link->end[e];
}

bool link_joins(const struct link *link, const struct gateway *gw)
{
	return link->end[0].gw == gw || link->end[1].gw == gw;
}

struct link *world_add_link(struct reader *r, const char *name, struct gateway *a, struct gateway *b,
			    const yaml_node_t *map)
{
	struct world *w = r->world;
	struct link *link = VT_NEW(r->arena, struct link);
	link->id = (unsigned)w->n_links;
	link->name = name;
	link->end[0].gw = a;
	link->end[1].gw = b;
	link->nat = -1;
	link->latency_ms = 10 + (unsigned)(sim_draw(w->seed, 11, link->id, 0) % 80);
	if (a == b || (!a->device && !b->device))
		doc_mistake(r, map, "tunnel \"%s\" joins two different gateways, at least one of them a device", name);
	for (size_t i = 0; i < a->n_ends; i++)
		if (link_joins(a->links[i], b))
			doc_mistake(
				r, map,
				"tunnels \"%s\" and \"%s\" join the same two gateways; give one of them both selectors",
				a->links[i]->name, name);
	attach(r, a, link, 0);
	attach(r, b, link, 1);
	*VT_PUSH(r->arena, w->links, w->n_links, w->cap_links) = link;
	return link;
}

static void read_nat(struct reader *r, struct link *link, const yaml_node_t *map)
{
	yaml_node_t *nat = doc_get(r, map, "nat");
	if (!nat)
		return;
	const char *which = doc_text_of(r, nat, "nat");
	if (strcmp(which, "a") != 0 && strcmp(which, "b") != 0)
		doc_mistake(r, nat, "nat names the end behind address translation: a or b");
	link->nat = *which == 'b';
	link->nat_addr = plan_v4((192u << 24 | 88u << 16 | 99u << 8) + 1 + link->id);
	yaml_node_t *addr = doc_get(r, map, "nat_address");
	if (addr && !vt_addr_parse(vt_str_of(doc_text_of(r, addr, "nat_address")), &link->nat_addr))
		doc_mistake(r, addr, "nat_address is an address");
}

void world_read_tunnel(struct reader *r, const yaml_node_t *map)
{
	char known[sizeof END_KEYS + 128];
	snprintf(known, sizeof known, "name a b ipv6 selectors traffic nat nat_address latency_ms on_a on_b %s",
		 END_KEYS);
	doc_only_keys(r, map, "a tunnel", known);
	struct gateway *a = tunnel_end(r, map, "a"), *b = tunnel_end(r, map, "b");
	if (!a || !b)
		return;
	const char *name = doc_text(r, map, "name", vt_arena_printf(r->arena, "%s--%s", a->name, b->name));
	struct link *link = world_add_link(r, name, a, b, map);
	link->latency_ms = (unsigned)doc_number(r, map, "latency_ms", link->latency_ms, 5000);
	link->ipv6 = doc_flag(r, map, "ipv6", false);
	if (link->ipv6 && (a->outside6.addr.family == 0 || b->outside6.addr.family == 0))
		doc_mistake(r, map,
			    "tunnel \"%s\" is between IPv6 addresses, and one end has none (outside6, address6)", name);
	read_nat(r, link, map);
	unsigned old = (a->device && a->device->gen == GEN_82) || (b->device && b->device->gen == GEN_82);
	unsigned ike = (unsigned)doc_number(r, map, "ike", old ? 1 : 1 + link->id % 2, 2);
	for (unsigned e = 0; e < 2; e++) {
		world_usual_end(r, link, e, ike ? ike : 1, &link->end[e].base);
	}
	read_selectors(r, link, map);
	for (unsigned e = 0; e < 2; e++) {
		end_keys(r, map, &link->end[e].base, false);
		yaml_node_t *own = doc_get(r, map, e ? "on_b" : "on_a");
		if (own && doc_is_map(r, own, "on_a, on_b"))
			end_keys(r, own, &link->end[e].base, true);
	}
	world_read_traffic(r, link, map);
}
