/* SPDX-License-Identifier: MIT
 * Where a configuration sends a network.
 *
 * Entries are sorted by address, then prefix. Networks nest and never cross, so what contains a network stands before
 * it: a look-up tries each of the at most 128 shorter prefixes by binary search, the longest first.
 */
#include "config/routing.h"

#include <stdlib.h>

struct vt_routing {
	struct vt_route_hit *entries;
	size_t len, cap;
};

static int by_net(const void *a, const void *b)
{
	return vt_net_cmp(&((const struct vt_route_hit *)a)->net, &((const struct vt_route_hit *)b)->net);
}

static void add(struct vt_routing *routing, struct vt_arena *arena, const struct vt_config *config,
		struct vt_str network, struct vt_str netmask, struct vt_str interface, bool connected,
		struct vt_place place)
{
	struct vt_net net;
	unsigned prefix;
	ptrdiff_t slash = vt_str_find_char(network, '/');
	if (slash >= 0) {
		netmask = vt_str_from(network, (size_t)slash + 1);
		network = vt_str_first(network, (size_t)slash);
	}
	/* "route outside 0 0 192.0.2.1" is the default route. */
	if (vt_str_eq(network, VT_STR("0")))
		network = VT_STR("0.0.0.0");
	if (!interface.p || !vt_config_address(config, network, &net.addr) || !vt_prefix_parse(netmask, &prefix) ||
	    prefix > (net.addr.family == 4 ? 32u : 128u))
		return;
	net.prefix = (uint8_t)prefix;
	vt_net_mask(&net);
	*VT_PUSH(arena, routing->entries, routing->len, routing->cap) = (struct vt_route_hit){
		.interface = interface, .net = net, .connected = connected, .place = place
	};
}

struct vt_routing *vt_routing_new(const struct vt_config *config, struct vt_arena *arena)
{
	struct vt_routing *routing = VT_NEW(arena, struct vt_routing);
	for (size_t i = 0; i < config->interfaces_len; i++) {
		const struct vt_config_interface *ifc = &config->interfaces[i];
		if (ifc->shutdown)
			continue;
		if (ifc->addr.p)
			add(routing, arena, config, ifc->addr, ifc->mask, ifc->nameif, true, ifc->place);
		for (size_t j = 0; j < ifc->ipv6.len; j++)
			if (vt_str_find_char(ifc->ipv6.items[j], '/') >= 0)
				add(routing, arena, config, ifc->ipv6.items[j], VT_STR_NONE, ifc->nameif, true,
				    ifc->place);
	}
	for (size_t i = 0; i < config->routes_len; i++) {
		const struct vt_config_route *route = &config->routes[i];
		add(routing, arena, config, route->network, route->mask, route->interface, false, route->place);
	}
	if (routing->len)
		qsort(routing->entries, routing->len, sizeof *routing->entries, by_net);
	return routing;
}

bool vt_routing_look_up(const struct vt_routing *routing, const struct vt_net *net, struct vt_route_hit *hit)
{
	struct vt_route_hit key = { .net = *net };
	if (routing->len == 0)
		return false;
	for (int prefix = net->prefix; prefix >= 0; prefix--) {
		key.net.prefix = (uint8_t)prefix;
		vt_net_mask(&key.net);
		const struct vt_route_hit *found = bsearch(&key, routing->entries, routing->len,
							   sizeof *routing->entries, by_net);
		if (found) {
			*hit = *found;
			return true;
		}
	}
	return false;
}

/* The first entry that is not before `net`. */
static size_t lower_bound(const struct vt_routing *routing, const struct vt_net *net)
{
	size_t low = 0, high = routing->len;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (vt_net_cmp(&routing->entries[middle].net, net) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool vt_routing_elsewhere(const struct vt_routing *routing, const struct vt_net *net, struct vt_str interface,
			  struct vt_route_hit *hit)
{
	struct vt_route_hit containing;
	if (vt_routing_look_up(routing, net, &containing) && containing.net.prefix > 0 &&
	    !vt_str_eq(containing.interface, interface)) {
		*hit = containing;
		return true;
	}
	for (size_t i = lower_bound(routing, net); i < routing->len && vt_net_contains(net, &routing->entries[i].net);
	     i++)
		if (!vt_str_eq(routing->entries[i].interface, interface) && routing->entries[i].net.prefix > 0) {
			*hit = routing->entries[i];
			return true;
		}
	return false;
}
