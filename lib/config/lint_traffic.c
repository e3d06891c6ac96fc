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

/* Of two networks that overlap one lies in the other: what they share is the smaller one. */
static const struct vt_net *shared_net(const struct vt_net *a, const struct vt_net *b)
{
	return a->prefix > b->prefix ? a : b;
}

/* A deny entry of the earlier list, before the permit entry, that takes out of it all that both pairs share. */
static bool is_denied(const struct vt_expected_tunnel *earlier, const struct vt_pair *permit,
		      const struct vt_pair *later, size_t *compared)
{
	const struct vt_net *local = shared_net(&permit->local, &later->local),
			    *remote = shared_net(&permit->remote, &later->remote);
	for (const struct vt_pair *pair = earlier->pairs.items; pair < permit; pair++, (*compared)++)
		if (!pair->permit && vt_net_contains(&pair->local, local) && vt_net_contains(&pair->remote, remote) &&
		    (pair->protocol == 0 || (pair->protocol == later->protocol && pair->port == 0)))
			return true;
	return false;
}

static bool same_traffic(const struct vt_pair *a, const struct vt_pair *b)
{
	return a->protocol == 0 || b->protocol == 0 ||
	       (a->protocol == b->protocol && (a->port == 0 || b->port == 0 || a->port == b->port));
}

static void say_overlap(struct linter *l, const struct placed *a, const struct placed *b, size_t *compared)
{
	bool a_first = a->tunnel->entry->sequence < b->tunnel->entry->sequence;
	const struct placed *first = a_first ? a : b, *second = a_first ? b : a;
	char local[VT_NET_TEXT], remote[VT_NET_TEXT];
	if (first->tunnel->entry == second->tunnel->entry || !same_traffic(first->pair, second->pair) ||
	    vt_str_eq(first->tunnel->entry->acl, second->tunnel->entry->acl) /* L17 says that */ ||
	    is_denied(first->tunnel, first->pair, second->pair, compared))
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
		if (tunnel->vti || tunnel->rank > 0 || l->repeats[i] || !vt_str_eq(tunnel->interface, interface))
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
				say_overlap(l, &open[j], &all[i], &compared);
		open[depth++] = all[i];
	}
}

/* Where the configuration sends a remote network of the pair, when that is not the interface of the map. What lies
 * inside the remote network and inside the pair's own local one is no fault: a spoke whose remote network is all of
 * 10.0.0.0/8 has its own piece of it at home. */
static bool goes_elsewhere(struct linter *l, const struct vt_expected_tunnel *tunnel, const struct vt_pair *pair,
			   bool connected, struct vt_route_hit *hit)
{
	return pair->permit && pair->remote.prefix > 0 &&
	       vt_routing_elsewhere(l->routing, &pair->remote, tunnel->interface, hit) && hit->connected == connected &&
	       !vt_net_overlap(&hit->net, &pair->local);
}

/* The whole of it is elsewhere, or only a part: then the rest of it may well be reached. */
static void weigh(struct vt_finding *finding, const struct vt_pair *pair, const struct vt_route_hit *hit)
{
	if (finding)
		finding->severity = vt_net_contains(&hit->net, &pair->remote) ? VT_FAULT : VT_ADVICE;
}

/* A network of the tunnel that is connected to another interface. */
static void remote_elsewhere(struct linter *l, const struct vt_expected_tunnel *tunnel)
{
	for (size_t i = 0; i < tunnel->pairs.len; i++) {
		const struct vt_pair *pair = &tunnel->pairs.items[i];
		struct vt_route_hit hit;
		if (!goes_elsewhere(l, tunnel, pair, true, &hit))
			continue;
		char remote[VT_NET_TEXT], own[VT_NET_TEXT];
		vt_net_format(&pair->remote, remote);
		vt_net_format(&hit.net, own);
		struct vt_finding *finding = linter_say(l, subject_of_tunnel(l, tunnel),
							"its remote network %s overlaps our own network %s on " VT_FMT
							": packets to that network never enter the tunnel",
							remote, own, VT_ARG(hit.interface));
		if (finding)
			finding->fault = "P2-OVERLAP";
		weigh(finding, pair, &hit);
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
		if (l->expected->tunnels[i].rank == 0 && !l->expected->tunnels[i].vti && !l->repeats[i])
			remote_elsewhere(l, &l->expected->tunnels[i]);
}

/* ---- L9: NAT ----
 *
 * The rules in the order in which the device tries them: twice NAT as printed (section 1), object NAT, twice NAT
 * after-auto. The first rule that a packet of the pair matches decides. NAT comes before the crypto ACL: a pair whose
 * local network is what a rule translates into is as healthy as one with an identity rule. */

struct nat_nets {
	struct vt_nets source, mapped, destination;
	bool any_destination;
};

static bool interface_matches(struct vt_str rule, struct vt_str interface)
{
	return !rule.p || vt_str_eq(rule, VT_STR("any")) || vt_str_eq(rule, interface);
}

/* What a rule translates into: an object, an address, or that of an interface. With an address alone, as many as the
 * source has. */
static void resolve_mapped(struct linter *l, const struct vt_config_nat *nat, struct nat_nets *nets)
{
	struct vt_net net;
	if (vt_str_eq(nat->source_mapped, VT_STR("interface"))) {
		struct vt_operand interface = { VT_OPERAND_INTERFACE, nat->mapped_interface, VT_STR_NONE };
		vt_resolve_operand(l->config, &interface, l->arena, &nets->mapped, &l->effort);
	} else if (vt_config_address(l->config, nat->source_mapped, &net.addr)) {
		net.prefix = net.addr.family == 4 ? 32 : 128;
		if (!nat->dynamic && nets->source.len == 1 && nets->source.items[0].addr.family == net.addr.family)
			net.prefix = nets->source.items[0].prefix;
		vt_net_mask(&net);
		*VT_PUSH(l->arena, nets->mapped.items, nets->mapped.len, nets->mapped.cap) = net;
	} else if (nat->source_mapped.p)
		vt_resolve_name(l->config, nat->source_mapped, l->arena, &nets->mapped, &l->effort);
}

static void resolve_rule(struct linter *l, const struct vt_config_nat *nat, struct nat_nets *nets)
{
	if (nat->kind == VT_NAT_DYNAMIC_OLD || nat->kind == VT_NAT_STATIC_OLD)
		vt_resolve_operand(l->config, &nat->old_real, l->arena, &nets->source, &l->effort);
	else if (nat->source_real.p)
		vt_resolve_name(l->config, nat->source_real, l->arena, &nets->source, &l->effort);
	resolve_mapped(l, nat, nets);
	nets->any_destination = !nat->destination_mapped.p || vt_str_eq(nat->destination_mapped, VT_STR("any"));
	if (!nets->any_destination)
		vt_resolve_name(l->config, nat->destination_real, l->arena, &nets->destination, &l->effort);
}

static bool overlaps(const struct vt_nets *nets, const struct vt_net *net)
{
	for (size_t i = 0; i < nets->len; i++)
		if (vt_net_overlap(&nets->items[i], net))
			return true;
	return false;
}

static bool contains(const struct vt_nets *nets, const struct vt_net *net)
{
	for (size_t i = 0; i < nets->len; i++)
		if (vt_net_contains(&nets->items[i], net))
			return true;
	return false;
}

/* The rules of one configuration, ready to be asked about many pairs. Most rules of a hub name a destination: those are
 * sorted by it, so that a pair meets only the ones that concern its remote network. */
struct nat_walk {
	struct linter *l;
	struct nat_nets *nets;   /* one a rule */
	struct vt_pairs *exempt; /* of each rule of 8.2, resolved once */
	bool any_exempt;
	const struct vt_config_nat **rules; /* in the order in which the device tries them */
	size_t rules_len;
	size_t *anywhere; /* of those the ones without a destination, in order */
	size_t anywhere_len;
	struct destination {
		struct vt_net net;
		size_t rule; /* index into `rules` */
	} * destinations;
	size_t destinations_len, destinations_cap;
};

static unsigned section_of(const struct vt_config_nat *nat)
{
	return nat->kind == VT_NAT_OBJECT ? 2 : nat->after_auto ? 3 : 1;
}

static int by_destination(const void *a, const void *b)
{
	const struct destination *x = a, *y = b;
	int order = vt_net_cmp(&x->net, &y->net);
	return order ? order : (x->rule > y->rule) - (x->rule < y->rule);
}

static void note_rule(struct nat_walk *walk, size_t rule)
{
	const struct nat_nets *nets = &walk->nets[walk->rules[rule] - walk->l->config->nats];
	if (nets->any_destination)
		walk->anywhere[walk->anywhere_len++] = rule;
	for (size_t i = 0; i < nets->destination.len && !nets->any_destination; i++)
		*VT_PUSH(walk->l->arena, walk->destinations, walk->destinations_len,
			 walk->destinations_cap) = (struct destination){ nets->destination.items[i], rule };
}

/* The walk of this lint, made when it is first needed. */
static struct nat_walk *walk_of(struct linter *l)
{
	const struct vt_config *config = l->config;
	if (l->nat)
		return l->nat;
	struct nat_walk *walk = l->nat = VT_NEW(l->arena, struct nat_walk);
	*walk = (struct nat_walk){ .l = l,
				   .nets = VT_NEW_ARRAY(l->arena, struct nat_nets, config->nats_len),
				   .exempt = VT_NEW_ARRAY(l->arena, struct vt_pairs, config->nats_len),
				   .rules = VT_NEW_ARRAY(l->arena, const struct vt_config_nat *, config->nats_len),
				   .anywhere = VT_NEW_ARRAY(l->arena, size_t, config->nats_len) };
	for (unsigned section = 1; section <= 3; section++)
		for (size_t i = 0; i < config->nats_len; i++) {
			const struct vt_config_nat *nat = &config->nats[i];
			walk->any_exempt |= nat->kind == VT_NAT_EXEMPT_OLD;
			if (section_of(nat) != section || nat->inactive || nat->kind == VT_NAT_EXEMPT_OLD ||
			    nat->service_real.p)
				continue;
			resolve_rule(l, nat, &walk->nets[i]);
			walk->rules[walk->rules_len] = nat;
			note_rule(walk, walk->rules_len++);
		}
	if (walk->destinations_len)
		qsort(walk->destinations, walk->destinations_len, sizeof *walk->destinations, by_destination);
	return walk;
}

/* 8.2 tries nat 0 access-list first, wherever it stands. */
static bool exempt_of_old(struct nat_walk *walk, const struct vt_pair *pair)
{
	const struct vt_config *config = walk->l->config;
	for (size_t i = 0; i < config->nats_len && walk->any_exempt; i++) {
		if (config->nats[i].kind != VT_NAT_EXEMPT_OLD)
			continue;
		struct vt_pairs *pairs = &walk->exempt[i];
		const struct vt_config_acl *acl = vt_config_acl_of(config, config->nats[i].acl);
		if (acl && !pairs->items)
			vt_resolve_crypto_acl(config, acl, walk->l->arena, pairs, &walk->l->effort);
		for (size_t j = 0; j < pairs->len; j++)
			if (pairs->items[j].permit && vt_net_contains(&pairs->items[j].local, &pair->local) &&
			    vt_net_contains(&pairs->items[j].remote, &pair->remote))
				return true;
	}
	return false;
}

static bool concerns(const struct vt_config_nat *nat, struct vt_str outside)
{
	return interface_matches(nat->mapped_interface, outside) && !vt_str_eq(nat->real_interface, outside);
}

/* The rule that makes the local network of the pair of another one, or NULL. */
static const struct nat_nets *translation_into(struct nat_walk *walk, struct vt_str outside, const struct vt_pair *pair)
{
	for (size_t i = 0; i < walk->rules_len; i++) {
		const struct vt_config_nat *nat = walk->rules[i];
		const struct nat_nets *nets = &walk->nets[nat - walk->l->config->nats];
		if (!vt_str_eq(nat->source_real, nat->source_mapped) && concerns(nat, outside) &&
		    contains(&nets->mapped, &pair->local) &&
		    (nets->any_destination || overlaps(&nets->destination, &pair->remote)))
			return nets;
	}
	return NULL;
}

/* Where the local network of a pair lives, as far as the configuration says: interface.p is NULL when it does not. */
static struct vt_str home_of(struct linter *l, const struct vt_net *local)
{
	struct vt_route_hit hit;
	if (!has(l, VT_SECTION_INTERFACE | VT_SECTION_ROUTE) || !vt_routing_look_up(l->routing, local, &hit) ||
	    hit.net.prefix == 0)
		return VT_STR_NONE;
	return hit.interface;
}

struct question {
	struct vt_str outside, home;
	const struct vt_pair *pair;
	size_t best; /* rule that decides, so far */
};

static void ask(const struct nat_walk *walk, size_t rule, struct question *question)
{
	const struct vt_config_nat *nat = walk->rules[rule];
	if (rule < question->best && !nat->acl.p && concerns(nat, question->outside) &&
	    (!question->home.p || interface_matches(nat->real_interface, question->home)) &&
	    overlaps(&walk->nets[nat - walk->l->config->nats].source, &question->pair->local))
		question->best = rule;
}

/* The first that is not before `net`. */
static size_t lower_bound(const struct nat_walk *walk, const struct vt_net *net)
{
	size_t low = 0, high = walk->destinations_len;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (vt_net_cmp(&walk->destinations[middle].net, net) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The rule that decides about the pair, or NULL: of those that overlap its remote network, which contain it or lie in
 * it, the one that is tried first. */
static const struct vt_config_nat *deciding_rule(const struct nat_walk *walk, struct vt_str outside, struct vt_str home,
						 const struct vt_pair *pair)
{
	struct question question = { outside, home, pair, SIZE_MAX };
	for (int prefix = (int)pair->remote.prefix - 1; prefix >= 0 && walk->destinations_len; prefix--) {
		struct vt_net around = { pair->remote.addr, (uint8_t)prefix };
		vt_net_mask(&around);
		for (size_t i = lower_bound(walk, &around);
		     i < walk->destinations_len && vt_net_cmp(&walk->destinations[i].net, &around) == 0; i++)
			ask(walk, walk->destinations[i].rule, &question);
	}
	for (size_t i = lower_bound(walk, &pair->remote);
	     i < walk->destinations_len && vt_net_contains(&pair->remote, &walk->destinations[i].net); i++)
		ask(walk, walk->destinations[i].rule, &question);
	for (size_t i = 0; i < walk->anywhere_len && walk->anywhere[i] < question.best; i++)
		ask(walk, walk->anywhere[i], &question);
	return question.best == SIZE_MAX ? NULL : walk->rules[question.best];
}

/* Traffic between two tunnels of a hub never comes from behind the rule's interface. */
static bool is_remote_of_another(const struct linter *l, const struct vt_net *local)
{
	for (size_t i = 0; i < l->expected->len; i++)
		for (size_t j = 0; j < l->expected->tunnels[i].pairs.len && !l->expected->tunnels[i].vti; j++)
			if (vt_net_overlap(&l->expected->tunnels[i].pairs.items[j].remote, local))
				return true;
	return false;
}

/* The rule that spoils the pair, or NULL; `sure` is false when the configuration does not say where the local network
 * lives. */
static const struct vt_config_nat *spoiling_rule(struct nat_walk *walk, const struct vt_expected_tunnel *tunnel,
						 const struct vt_pair *pair, bool *sure)
{
	if (!pair->permit || exempt_of_old(walk, pair))
		return NULL;
	struct vt_str home = home_of(walk->l, &pair->local);
	const struct vt_config_nat *nat = deciding_rule(walk, tunnel->interface, home, pair);
	bool old = nat && (nat->kind == VT_NAT_DYNAMIC_OLD || nat->kind == VT_NAT_STATIC_OLD);
	*sure = home.p != NULL;
	if (!nat || (!old && vt_str_eq(nat->source_real, nat->source_mapped)) || (old && !home.p) ||
	    translation_into(walk, tunnel->interface, pair) || (!home.p && is_remote_of_another(walk->l, &pair->local)))
		return NULL;
	return nat;
}

static void say_translated(struct linter *l, const struct vt_expected_tunnel *tunnel, const struct vt_pair *pair,
			   const struct vt_config_nat *nat, bool sure)
{
	char local[VT_NET_TEXT], remote[VT_NET_TEXT];
	vt_net_format(&pair->local, local);
	vt_net_format(&pair->remote, remote);
	struct vt_finding *finding = linter_say(
		l, subject_of_tunnel(l, tunnel),
		"packets from %s to %s are translated before they are compared with the crypto access list: they "
		"leave in clear",
		local, remote);
	if (finding && !sure)
		finding->confidence = VT_LIKELY;
	linter_line(finding, nat->place);
	linter_line(finding, place_of_pair(pair));
	linter_peer(l, finding, &tunnel->peer);
}

void lint_nat(struct linter *l)
{
	if (!has(l, VT_SECTION_CRYPTO | VT_SECTION_ACL | VT_SECTION_NAT | VT_SECTION_OBJECTS))
		return;
	struct nat_walk *walk = walk_of(l);
	for (size_t i = 0; i < l->expected->len; i++) {
		const struct vt_expected_tunnel *tunnel = &l->expected->tunnels[i];
		const struct vt_config_nat *nat = NULL;
		bool sure;
		/* One pair a tunnel says it. Rules that could not be followed to their end say nothing. */
		for (size_t j = 0; j < tunnel->pairs.len && !nat && tunnel->rank == 0 && !tunnel->vti &&
				   !l->repeats[i] && !l->effort.bounded;
		     j++)
			if ((nat = spoiling_rule(walk, tunnel, &tunnel->pairs.items[j], &sure)))
				say_translated(l, tunnel, &tunnel->pairs.items[j], nat, sure);
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
		if (!goes_elsewhere(l, tunnel, pair, false, &hit))
			continue;
		char remote[VT_NET_TEXT], net[VT_NET_TEXT];
		vt_net_format(&pair->remote, remote);
		vt_net_format(&hit.net, net);
		struct vt_finding *finding = linter_say(l, subject_of_tunnel(l, tunnel),
							"its remote network %s meets a route for %s to " VT_FMT
							" and not to " VT_FMT
							": packets to that network never meet the crypto map",
							remote, net, VT_ARG(hit.interface), VT_ARG(tunnel->interface));
		weigh(finding, pair, &hit);
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
		if (tunnel->rank == 0 && !l->repeats[i])
			route_of_remotes(l, tunnel);
	}
}

/* ---- L15: decrypted traffic that the interface's own list has to permit ---- */

/* The permit entries of an access list as networks, resolved once however many tunnels ask. */
static const struct permit_nets *permits_of(struct linter *l, const struct vt_config_acl *acl)
{
	if (!l->permits)
		l->permits = VT_NEW_ARRAY(l->arena, struct permit_list, l->config->acls_len);
	struct permit_list *list = &l->permits[acl - l->config->acls];
	if (list->items || acl->aces_len == 0)
		return list->items;
	list->items = VT_NEW_ARRAY(l->arena, struct permit_nets, acl->aces_len);
	for (size_t i = 0; i < acl->aces_len; i++) {
		const struct vt_config_ace *ace = &acl->aces[i];
		if (ace->inactive || !ace->permit)
			continue;
		vt_resolve_operand(l->config, &ace->source, l->arena, &list->items[i].from, &l->effort);
		if (!ace->standard)
			vt_resolve_operand(l->config, &ace->destination, l->arena, &list->items[i].to, &l->effort);
		list->items[i].anywhere = ace->standard;
	}
	return list->items;
}

static bool permits_between(const struct permit_nets *permit, const struct vt_net *remote, const struct vt_net *local)
{
	return overlaps(&permit->from, remote) && (permit->anywhere || overlaps(&permit->to, local));
}

/* Whether the list permits anything of the pair to come in: a filter for a few hosts is a filter, not a mistake. Lists
 * name the addresses that hosts really have (since 8.3); the crypto ACL what NAT makes of them. */
static bool list_permits(struct nat_walk *walk, const struct vt_config_acl *acl,
			 const struct vt_expected_tunnel *tunnel, const struct vt_pair *pair)
{
	const struct permit_nets *permits = permits_of(walk->l, acl);
	if (walk->l->effort.bounded)
		return true; /* the list could not be followed to its end */
	for (size_t i = 0; i < acl->aces_len; i++)
		if (permits_between(&permits[i], &pair->remote, &pair->local))
			return true;
	const struct nat_nets *real = translation_into(walk, tunnel->interface, pair);
	for (size_t i = 0; real && i < acl->aces_len; i++)
		for (size_t j = 0; j < real->source.len; j++)
			if (permits_between(&permits[i], &pair->remote, &real->source.items[j]))
				return true;
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
	if (l->config->permit_vpn != VT_NO || !has(l, VT_SECTION_CRYPTO | VT_SECTION_ACL | VT_SECTION_ACCESS_GROUP))
		return;
	struct nat_walk *walk = walk_of(l);
	for (size_t i = 0; i < l->expected->len; i++) {
		const struct vt_expected_tunnel *tunnel = &l->expected->tunnels[i];
		if (tunnel->rank > 0 || tunnel->vti || l->repeats[i])
			continue;
		const struct vt_config_acl *acl = inbound_list(l, tunnel->interface);
		for (size_t j = 0; j < tunnel->pairs.len; j++) {
			const struct vt_pair *pair = &tunnel->pairs.items[j];
			if (!pair->permit || (acl && list_permits(walk, acl, tunnel, pair)))
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
	struct nat_walk *walk = walk_of(l);
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
			if (!pair->permit || list_permits(walk, acl, tunnel, pair))
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
