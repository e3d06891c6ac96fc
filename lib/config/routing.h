/* SPDX-License-Identifier: MIT
 * Where a configuration sends a network: connected networks and static routes, longest prefix first.
 *
 * Dynamic routing does not show in a configuration. "No static route" is therefore a fact about the configuration and
 * none about the device; callers with a `show route` listing ask that instead.
 */
#ifndef VT_CONFIG_ROUTING_H
#define VT_CONFIG_ROUTING_H

#include "config/resolve.h"

struct vt_route_hit {
	struct vt_str interface; /* nameif */
	struct vt_net net;       /* the connected network or the route that won */
	bool connected;
	struct vt_place place;
};

struct vt_routing; /* the routes of one configuration, sorted for look-up */

struct vt_routing *vt_routing_new(const struct vt_config *config, struct vt_arena *arena);
/* The most specific entry that contains all of `net`; false when none does. */
bool vt_routing_look_up(const struct vt_routing *routing, const struct vt_net *net, struct vt_route_hit *hit);
/* A connected network, or a static route to another interface than `interface`, that lies inside `net` or contains it
 * more specifically than a default route: whoever lives there is not reached through `interface`. */
bool vt_routing_elsewhere(const struct vt_routing *routing, const struct vt_net *net, struct vt_str interface,
			  struct vt_route_hit *hit);

#endif
