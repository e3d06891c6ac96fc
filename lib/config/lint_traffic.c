/* SPDX-License-Identifier: MIT
 * Lint of where the packets of a tunnel go: overlaps between entries and with networks elsewhere, NAT, routes, filters.
 */
#include "config/linter.h"

#include <stdlib.h>

/* ---- L8: overlaps ----
 *
 * The device takes the first entry by sequence whose access list permits a packet; a deny entry sends it on to the next
 * entry. All pairs of one interface are sorted by their remote network. Networks nest and never cross, so those
 * that contain the one at hand are exactly the ones still open on a stack: each overlap is met once, and disjoint
 * pairs, however many, never. */

static struct vt_place place_of_pair(const struct vt_pair *pair)
{
	return (struct vt_place){ pair->text, pair->line, pair->line };
}

struct placed {
	const struct vt_expected_tunnel *tunnel;
	const struct vt_pair *pair;
};

static int by_remote(const void *a, const void *b)
{
	const struct placed *x = a, *y = b;
	int order = vt_net_cmp(&x->pair->remote, &y->pair->remote);
	return order ? order
		     : (x->tunnel->entry->sequence > y->tunnel->entry->sequence) -
			       (x->tunnel->entry->sequence < y->tunnel->entry->sequence);
}

/* A deny entry of the earlier list that takes the later pair out of it. */
static bool is_denied(const struct vt_expected_tunnel *earlier, const struct vt_pair *permit,
		      const struct vt_pair *later)
{
	for (const struct vt_pair *pair = earlier->pairs.items; pair < permit; pair++)
		if (!pair->permit && vt_net_contains(&pair->local, &later->local) &&
		    vt_net_contains(&pair->remote, &later->remote))
			return true;
	return false;
}

static void say_overlap(struct linter *l, const struct placed *a, const struct placed *b)
{
	bool a_first = a->tunnel->entry->sequence < b->tunnel->entry->sequence;
	const struct placed *first = a_first ? a : b, *second = a_first ? b : a;
	char local[VT_NET_TEXT], remote[VT_NET_TEXT];
	if (first->tunnel->entry == second->tunnel->entry || is_denied(first->tunnel, first->pair, second->pair))
		return;
	vt_net_format(&second->pair->local, local);
	vt_net_format(&second->pair->remote, remote);
	struct vt_finding *finding = linter_say(
		l, subject_of_tunnel(l, second->tunnel),
		"packets from %s to %s match entry %ju (" VT_FMT ") first: they go into that tunnel, or into none",
		local, remote, (uintmax_t)first->tunnel->entry->sequence, VT_ARG(first->tunnel->peer_text));
	linter_line(finding, place_of_pair(first->pair));
	linter_line(finding, place_of_pair(second->pair));
	linter_peer(l, finding, &second->tunnel->peer);
}

static size_t collect(struct linter *l, struct vt_str interface, struct placed *placed)
{
	size_t n = 0;
	for (size_t i = 0; i < l->expected->len; i++) {
		const struct vt_expected_tunnel *tunnel = &l->expected->tunnels[i];
		if (tunnel->vti || tunnel->rank > 0 || !vt_str_eq(tunnel->interface, interface))
			continue;
		for (size_t j = 0; j < tunnel->pairs.len; j++)
			if (tunnel->pairs.items[j].permit) {
				if (placed)
					placed[n] = (struct placed){ tunnel, &tunnel->pairs.items[j] };
				n++;
			}
	}
	return n;
}

enum {
	COMPARE_MAX = 4000000, /* pairs of pairs with nested remotes: a hub with one remote for all of 2,000 spokes has
				  2,000,000 */
};

static void overlaps_on(struct linter *l, struct vt_str interface)
{
	size_t n = collect(l, interface, NULL), depth = 0, compared = 0;
	struct placed *all = VT_NEW_ARRAY(l->arena, struct placed, n), *open = VT_NEW_ARRAY(l->arena, struct placed, n);
	collect(l, interface, all);
	if (n)
		qsort(all, n, sizeof *all, by_remote);
	for (size_t i = 0; i < n && compared < COMPARE_MAX; i++) {
		while (depth && !vt_net_contains(&open[depth - 1].pair->remote, &all[i].pair->remote))
			depth--;
		for (size_t j = 0; j < depth && compared < COMPARE_MAX; j++, compared++)
			if (vt_net_overlap(&open[j].pair->local, &all[i].pair->local))
				say_overlap(l, &open[j], &all[i]);
		open[depth++] = all[i];
	}
}

/* A network of the tunnel that the routing table has behind another interface. Default routes say nothing. */
static void remote_elsewhere(struct linter *l, const struct vt_expected_tunnel *tunnel)
{
	for (size_t i = 0; i < tunnel->pairs.len; i++) {
		const struct vt_pair *pair = &tunnel->pairs.items[i];
		struct vt_route_hit hit;
		if (!pair->permit || pair->remote.prefix == 0 ||
		    !vt_routing_elsewhere(l->routing, &pair->remote, tunnel->interface, &hit) || !hit.connected)
			continue;
		char remote[VT_NET_TEXT], own[VT_NET_TEXT];
		vt_net_format(&pair->remote, remote);
		vt_net_format(&hit.net, own);
		struct vt_finding *finding = linter_say(l, subject_of_tunnel(l, tunnel),
							"its remote network %s overlaps our own network %s on " VT_FMT
							": answers to it never enter the tunnel",
							remote, own, VT_ARG(hit.interface));
		if (finding) {
			finding->fault = "P2-OVERLAP";
			finding->severity = VT_FAULT;
		}
		linter_line(finding, place_of_pair(pair));
		linter_line(finding, hit.place);
		linter_peer(l, finding, &tunnel->peer);
		return;
	}
}

void lint_overlap(struct linter *l)
{
	if (!has(l, VT_SECTION_CRYPTO | VT_SECTION_ACL))
		return;
	for (size_t i = 0; i < l->config->maps_len; i++)
		for (size_t j = 0; j < l->config->maps[i].interfaces.len; j++)
			overlaps_on(l, l->config->maps[i].interfaces.items[j]);
	for (size_t i = 0; i < l->expected->len && has(l, VT_SECTION_INTERFACE); i++)
		if (l->expected->tunnels[i].rank == 0 && !l->expected->tunnels[i].vti)
			remote_elsewhere(l, &l->expected->tunnels[i]);
}

/* ---- L9: NAT ----
 *
 * The rules in the order in which the device tries them: twice NAT as printed (section 1), object NAT, twice NAT
 * after-auto. The first rule that a packet of the pair matches decides. NAT comes before the crypto ACL, so a rule
 * that translates into the pair's own local network is as good as an identity. */

struct nat_nets {
	struct vt_nets source, mapped, destination;
	bool any_destination, resolved;
};

static bool interface_matches(struct vt_str rule, struct vt_str interface)
{
	return !rule.p || vt_str_eq(rule, VT_STR("any")) || vt_str_eq(rule, interface);
}

static void resolve_rule(struct linter *l, const struct vt_config_nat *nat, struct nat_nets *nets)
{
	struct vt_resolve_report report = { 0 };
	if (nets->resolved)
		return;
	nets->resolved = true;
	if (nat->kind == VT_NAT_DYNAMIC_OLD || nat->kind == VT_NAT_STATIC_OLD) {
		vt_resolve_operand(l->config, &nat->old_real, l->arena, &nets->source, &report);
		nets->any_destination = true;
		return;
	}
	vt_resolve_name(l->config, nat->source_real, l->arena, &nets->source, &report);
	if (!nat->dynamic && nat->source_mapped.p)
		vt_resolve_name(l->config, nat->source_mapped, l->arena, &nets->mapped, &report);
	nets->any_destination = !nat->destination_mapped.p || vt_str_eq(nat->destination_mapped, VT_STR("any"));
	if (!nets->any_destination)
		vt_resolve_name(l->config, nat->destination_real, l->arena, &nets->destination, &report);
}

static bool covers(const struct vt_nets *nets, const struct vt_net *net, bool wholly)
{
	for (size_t i = 0; i < nets->len; i++)
		if (wholly ? vt_net_contains(&nets->items[i], net) : vt_net_overlap(&nets->items[i], net))
			return true;
	return false;
}

static bool acl_covers(struct linter *l, struct vt_str name, const struct vt_pair *pair)
{
	const struct vt_config_acl *acl = vt_config_acl_of(l->config, name);
	struct vt_pairs pairs = { 0 };
	struct vt_resolve_report report = { 0 };
	if (!acl)
		return false;
	vt_resolve_crypto_acl(l->config, acl, l->arena, &pairs, &report);
	for (size_t i = 0; i < pairs.len; i++)
		if (pairs.items[i].permit && vt_net_contains(&pairs.items[i].local, &pair->local) &&
		    vt_net_contains(&pairs.items[i].remote, &pair->remote))
			return true;
	return false;
}

/* 8.2 tries nat 0 access-list first, wherever it stands. */
static bool exempt_of_old(struct linter *l, const struct vt_pair *pair)
{
	for (size_t i = 0; i < l->config->nats_len; i++) {
		const struct vt_config_nat *nat = &l->config->nats[i];
		if (nat->kind == VT_NAT_EXEMPT_OLD && nat->acl.p && acl_covers(l, nat->acl, pair))
			return true;
	}
	return false;
}

static unsigned section_of(const struct vt_config_nat *nat)
{
	return nat->kind == VT_NAT_OBJECT ? 2 : nat->after_auto ? 3 : 1;
}

/* The rule that decides about the pair, or NULL. */
static const struct vt_config_nat *deciding_rule(struct linter *l, struct nat_nets *nets, struct vt_str outside,
						 const struct vt_pair *pair)
{
	for (unsigned section = 1; section <= 3; section++)
		for (size_t i = 0; i < l->config->nats_len; i++) {
			const struct vt_config_nat *nat = &l->config->nats[i];
			if (section_of(nat) != section || nat->inactive || nat->kind == VT_NAT_EXEMPT_OLD ||
			    nat->acl.p || nat->service_real.p || !interface_matches(nat->mapped_interface, outside) ||
			    vt_str_eq(nat->real_interface, outside))
				continue;
			resolve_rule(l, nat, &nets[i]);
			if (covers(&nets[i].source, &pair->local, false) &&
			    (nets[i].any_destination || covers(&nets[i].destination, &pair->remote, false)))
				return nat;
		}
	return NULL;
}

/* What the rule makes of the pair is still the pair: an identity, or a translation into what the crypto ACL names. */
static bool leaves_alone(struct linter *l, struct nat_nets *nets, const struct vt_config_nat *nat,
			 const struct vt_pair *pair)
{
	const struct nat_nets *rule = &nets[nat - l->config->nats];
	if (nat->dynamic || nat->kind == VT_NAT_DYNAMIC_OLD || nat->kind == VT_NAT_STATIC_OLD)
		return false;
	return vt_str_eq(nat->source_real, nat->source_mapped) || covers(&rule->mapped, &pair->local, true);
}

void lint_nat(struct linter *l)
{
	if (!has(l, VT_SECTION_CRYPTO | VT_SECTION_ACL | VT_SECTION_NAT | VT_SECTION_OBJECTS))
		return;
	struct nat_nets *nets = VT_NEW_ARRAY(l->arena, struct nat_nets, l->config->nats_len);
	for (size_t i = 0; i < l->expected->len; i++) {
		const struct vt_expected_tunnel *tunnel = &l->expected->tunnels[i];
		if (tunnel->rank > 0 || tunnel->vti)
			continue;
		for (size_t j = 0; j < tunnel->pairs.len; j++) {
			const struct vt_pair *pair = &tunnel->pairs.items[j];
			if (!pair->permit || exempt_of_old(l, pair))
				continue;
			const struct vt_config_nat *nat = deciding_rule(l, nets, tunnel->interface, pair);
			if (!nat || leaves_alone(l, nets, nat, pair))
				continue;
			char local[VT_NET_TEXT], remote[VT_NET_TEXT];
			vt_net_format(&pair->local, local);
			vt_net_format(&pair->remote, remote);
			struct vt_finding *finding = linter_say(
				l, subject_of_tunnel(l, tunnel),
				"packets from %s to %s are translated before they are compared with the crypto access "
				"list: they leave in clear",
				local, remote);
			linter_line(finding, nat->place);
			linter_line(finding, place_of_pair(pair));
			linter_peer(l, finding, &tunnel->peer);
			break; /* one a tunnel says it */
		}
	}
}

/* ---- L10: routes ---- */

static void route_of_peer(struct linter *l, const struct vt_expected_tunnel *tunnel)
{
	struct vt_net peer = { tunnel->peer, tunnel->peer.family == 4 ? 32 : 128 };
	struct vt_route_hit hit;
	char text[VT_ADDR_TEXT];
	if (!vt_routing_look_up(l->routing, &peer, &hit) || vt_str_eq(hit.interface, tunnel->interface))
		return;
	vt_addr_format(&tunnel->peer, text);
	struct vt_finding *finding = linter_say(l, subject_of_tunnel(l, tunnel),
						"its peer %s is routed to " VT_FMT ", but the map is bound to " VT_FMT
						": IKE never begins",
						text, VT_ARG(hit.interface), VT_ARG(tunnel->interface));
	if (finding)
		finding->fault = "P1-MAPIFC";
	linter_line(finding, hit.place);
	linter_line(finding, place_of_tunnel(tunnel));
	linter_peer(l, finding, &tunnel->peer);
}

static void route_of_remotes(struct linter *l, const struct vt_expected_tunnel *tunnel)
{
	for (size_t i = 0; i < tunnel->pairs.len && !tunnel->entry->reverse_route; i++) {
		const struct vt_pair *pair = &tunnel->pairs.items[i];
		struct vt_route_hit hit;
		if (!pair->permit || pair->remote.prefix == 0 ||
		    !vt_routing_elsewhere(l->routing, &pair->remote, tunnel->interface, &hit) || hit.connected)
			continue;
		char remote[VT_NET_TEXT];
		vt_net_format(&pair->remote, remote);
		struct vt_finding *finding = linter_say(l, subject_of_tunnel(l, tunnel),
							"its remote network %s is routed to " VT_FMT
							" and not to " VT_FMT
							": those packets never meet the crypto map",
							remote, VT_ARG(hit.interface), VT_ARG(tunnel->interface));
		linter_line(finding, hit.place);
		linter_line(finding, place_of_pair(pair));
		linter_peer(l, finding, &tunnel->peer);
		return;
	}
}

void lint_routes(struct linter *l)
{
	if (!has(l, VT_SECTION_CRYPTO | VT_SECTION_INTERFACE | VT_SECTION_ROUTE))
		return;
	for (size_t i = 0; i < l->expected->len; i++) {
		const struct vt_expected_tunnel *tunnel = &l->expected->tunnels[i];
		if (tunnel->vti)
			continue;
		route_of_peer(l, tunnel);
		if (tunnel->rank == 0)
			route_of_remotes(l, tunnel);
	}
}

/* ---- L15: decrypted traffic that the interface's own list has to permit ---- */

static bool list_permits(struct linter *l, const struct vt_config_acl *acl, const struct vt_net *source,
			 const struct vt_net *destination)
{
	for (size_t i = 0; i < acl->aces_len; i++) {
		const struct vt_config_ace *ace = &acl->aces[i];
		struct vt_nets from = { 0 }, to = { 0 };
		struct vt_resolve_report report = { 0 };
		if (ace->inactive || !ace->permit)
			continue;
		vt_resolve_operand(l->config, &ace->source, l->arena, &from, &report);
		vt_resolve_operand(l->config, &ace->destination, l->arena, &to, &report);
		if (covers(&from, source, false) && (ace->standard || covers(&to, destination, false)))
			return true;
	}
	return false;
}

static const struct vt_config_acl *inbound_list(struct linter *l, struct vt_str interface)
{
	for (size_t i = 0; i < l->config->access_groups_len; i++) {
		const struct vt_config_access_group *group = &l->config->access_groups[i];
		if (!group->control_plane &&
		    (vt_str_eq(group->interface, interface) || vt_str_eq(group->direction, VT_STR("global"))) &&
		    !vt_str_eq(group->direction, VT_STR("out")))
			return vt_config_acl_of(l->config, group->acl);
	}
	return NULL;
}

void lint_permit_vpn(struct linter *l)
{
	if (l->config->permit_vpn != VT_NO || !has(l, VT_SECTION_CRYPTO | VT_SECTION_ACL))
		return;
	for (size_t i = 0; i < l->expected->len; i++) {
		const struct vt_expected_tunnel *tunnel = &l->expected->tunnels[i];
		if (tunnel->rank > 0 || tunnel->vti)
			continue;
		const struct vt_config_acl *acl = inbound_list(l, tunnel->interface);
		for (size_t j = 0; j < tunnel->pairs.len; j++) {
			const struct vt_pair *pair = &tunnel->pairs.items[j];
			if (!pair->permit || (acl && list_permits(l, acl, &pair->remote, &pair->local)))
				continue;
			char remote[VT_NET_TEXT];
			vt_net_format(&pair->remote, remote);
			struct vt_finding *finding = linter_say(
				l, subject_of_tunnel(l, tunnel),
				"sysopt connection permit-vpn is off and nothing permits %s to come in by " VT_FMT
				": what arrives through the tunnel is dropped",
				remote, VT_ARG(tunnel->interface));
			linter_line(finding, l->config->permit_vpn_place);
			linter_line(finding, place_of_pair(pair));
			linter_peer(l, finding, &tunnel->peer);
			break;
		}
	}
}

/* ---- L16: vpn-filter ---- */

void lint_vpn_filter(struct linter *l)
{
	if (!has(l, VT_SECTION_CRYPTO | VT_SECTION_ACL | VT_SECTION_TUNNEL_GROUP | VT_SECTION_GROUP_POLICY))
		return;
	for (size_t i = 0; i < l->expected->len; i++) {
		const struct vt_expected_tunnel *tunnel = &l->expected->tunnels[i];
		const struct vt_config_group_policy *policy = policy_of_peer(l, tunnel);
		if (tunnel->rank > 0 || tunnel->vti || !policy || !policy->vpn_filter.p)
			continue;
		struct vt_str subject = vt_str_of(
			vt_arena_printf(l->arena, "vpn-filter " VT_FMT, VT_ARG(policy->vpn_filter)));
		const struct vt_config_acl *acl = vt_config_acl_of(l->config, policy->vpn_filter);
		struct vt_finding *finding = NULL;
		for (size_t j = 0; acl && j < tunnel->pairs.len && !finding; j++) {
			const struct vt_pair *pair = &tunnel->pairs.items[j];
			char local[VT_NET_TEXT], remote[VT_NET_TEXT];
			if (!pair->permit || list_permits(l, acl, &pair->remote, &pair->local))
				continue;
			vt_net_format(&pair->local, local);
			vt_net_format(&pair->remote, remote);
			finding = linter_say(l, subject,
					     "it permits nothing from %s to %s, a pair of the tunnel to " VT_FMT,
					     remote, local, VT_ARG(tunnel->peer_text));
		}
		if (!acl)
			finding = linter_say(l, subject,
					     "it does not exist: the tunnel to " VT_FMT " has no filter, or no session",
					     VT_ARG(tunnel->peer_text));
		linter_line(finding, policy->place);
		linter_line(finding, place_of_tunnel(tunnel));
		linter_peer(l, finding, &tunnel->peer);
	}
}
