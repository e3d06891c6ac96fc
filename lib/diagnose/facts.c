/* SPDX-License-Identifier: MIT
 * What each box says about each tunnel, and which two of them are the ends of one.
 */
#include "diagnose/facts.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "config/pair.h"
#include "diagnose/gather.h"

struct collecting {
	struct vt_case *c;
	struct vt_arena *arena;
	struct vt_map sides; /* by box and peer */
	struct vt_box *box;
	size_t first_side; /* sides of this box begin here */
};

static bool parse_peer(const struct vt_box *box, struct vt_str text, struct vt_addr *peer)
{
	return box->config ? vt_config_address(box->config, text, peer) : vt_addr_parse(text, peer);
}

static struct vt_side *side_of(struct collecting *g, const struct vt_addr *peer)
{
	uint64_t id = vt_hash_add(VT_HASH_START, (struct vt_str){ (const char *)peer->bytes, sizeof peer->bytes });
	id = vt_hash_add(id, (struct vt_str){ (const char *)&g->box, sizeof g->box });
	id = vt_hash_end(id);
	struct vt_side *side = vt_map_get(&g->sides, id);
	if (side)
		return side;
	side = VT_NEW(g->arena, struct vt_side);
	side->box = g->box;
	side->peer = *peer;
	side->routed = -1;
	side->hits = side->hits_delta = VT_ABSENT;
	vt_addr_format(peer, side->peer_text);
	vt_map_put(&g->sides, id, side);
	*VT_PUSH(g->arena, g->c->sides, g->c->sides_len, g->c->sides_cap) = side;
	return side;
}

static struct vt_side *side_of_text(struct collecting *g, struct vt_str text)
{
	struct vt_addr peer;
	return parse_peer(g->box, text, &peer) ? side_of(g, &peer) : NULL;
}

/* ---- IKE ---- */

static bool has_word(struct vt_str text, struct vt_str word)
{
	for (struct vt_str rest = text; rest.len >= word.len; rest = vt_str_from(rest, 1))
		if (vt_str_istarts(rest, word))
			return true;
	return false;
}

static void see(struct collecting *g, struct vt_side *side, const struct vt_sighting *sighting)
{
	*VT_PUSH(g->arena, side->sightings, side->sightings_len, side->sightings_cap) = *sighting;
}

static void see_v1(struct collecting *g, const struct vt_given *given, const struct vt_ikev1_sa *sa, size_t sample)
{
	struct vt_side *side = vt_ikev1_may_be_l2l(sa) ? side_of_text(g, sa->peer) : NULL;
	if (!side)
		return;
	struct vt_sighting s = {
		.version = 1,
		.initiator = vt_str_istarts(sa->role, VT_STR("init")),
		.role_known = sa->role.len > 0,
		.state = sa->state,
		.aggressive = vt_str_istarts(sa->state, VT_STR("AM_")),
		.certificates = has_word(sa->auth, VT_STR("rsa")) || has_word(sa->auth, VT_STR("cert")),
		.remote_access = has_word(sa->state, VT_STR("XAUTH")) || has_word(sa->state, VT_STR("MODECFG")),
		.nat_t = -1,
		.child_count = VT_ABSENT,
		.v1 = sa,
		.sample = sample,
		.at = vt_given_quote(g->box, given, sa->state)
	};
	s.phase = vt_ike_phase_of(sa->state, &s.message);
	see(g, side, &s);
}

static void see_v2(struct collecting *g, const struct vt_given *given, const struct vt_ikev2_sa *sa, size_t sample)
{
	struct vt_side *side = side_of_text(g, sa->remote.addr);
	if (!side)
		return;
	bool port_4500 = sa->remote.port == 4500 || sa->local.port == 4500;
	struct vt_sighting s = { .version = 2,
				 .initiator = vt_str_istarts(sa->role, VT_STR("INIT")),
				 .role_known = sa->role.len > 0,
				 .state = sa->state,
				 .certificates = has_word(sa->auth_sign, VT_STR("RSA")) ||
						 has_word(sa->auth_sign, VT_STR("ECDSA")),
				 .nat_t = port_4500 ? 1 : sa->nat_t,
				 .child_count = sa->child_count != VT_ABSENT ? sa->child_count : sa->children_len,
				 .v2 = sa,
				 .sample = sample,
				 .at = vt_given_quote(g->box, given, sa->state) };
	s.phase = vt_ike_phase_of(sa->state, &s.message);
	see(g, side, &s);
}

static void see_ike(struct collecting *g, const struct vt_given *given, size_t sample)
{
	const struct vt_ike_sa *ike = given->listing->facts;
	for (size_t i = 0; i < ike->ikev1.sas_len; i++)
		see_v1(g, given, &ike->ikev1.sas[i], sample);
	for (size_t i = 0; i < ike->ikev2.sas_len; i++)
		see_v2(g, given, &ike->ikev2.sas[i], sample);
}

/* A listing that would have shown the peer and does not is a sighting of nothing. */
static void miss_ike(struct collecting *g, const struct vt_given *given, size_t sample)
{
	const struct vt_ike_sa *ike = given->listing->facts;
	for (size_t i = g->first_side; i < g->c->sides_len; i++) {
		struct vt_side *side = g->c->sides[i];
		if (!gather_covers(given->listing, &side->peer))
			continue;
		side->ike_v1_listed |= ike->ikev1.seen;
		side->ike_v2_listed |= ike->ikev2.seen;
		side->ike_listing = vt_given_quote(g->box, given, VT_STR_NONE);
		side->ike_samples++;
		bool there = false, other_family = false;
		for (size_t j = 0; j < side->sightings_len; j++) {
			const struct vt_sighting *seen = &side->sightings[j];
			there |= seen->sample == sample;
			other_family |= (seen->version == 1 && !ike->ikev1.seen) ||
					(seen->version == 2 && !ike->ikev2.seen);
		}
		struct vt_sighting none = {
			.sample = sample, .nat_t = -1, .child_count = VT_ABSENT, .at = side->ike_listing
		};
		/* A tunnel of IKEv1 is not missing from a listing of IKEv2. */
		if (!there && !other_family)
			see(g, side, &none);
	}
}

static int by_sample(const void *a, const void *b)
{
	const struct vt_sighting *x = a, *y = b;
	if (x->sample != y->sample)
		return x->sample < y->sample ? -1 : 1;
	/* Of two SAs in one listing the one that is up is what the tunnel has. */
	return (x->phase == VT_IKE_UP) - (y->phase == VT_IKE_UP);
}

const struct vt_sighting *vt_side_last(const struct vt_side *side)
{
	return side->sightings_len ? &side->sightings[side->sightings_len - 1] : NULL;
}

/* ---- IPsec ---- */

static bool same_ident(const struct vt_ident *a, const struct vt_ident *b)
{
	return vt_str_eq(a->addr, b->addr) && vt_str_eq(a->mask, b->mask) && a->protocol == b->protocol &&
	       a->port == b->port;
}

static void see_selector(struct collecting *g, const struct vt_given *given, const struct vt_ipsec_selector *s)
{
	/* An address that was given to a client: remote access, not a tunnel. */
	bool client = s->username.len || (s->dynamic_peer.len && !vt_str_eq(s->dynamic_peer, VT_STR("0.0.0.0")));
	struct vt_side *side = s->peer.len && !client ? side_of_text(g, s->peer) : NULL;
	if (!side)
		return;
	struct vt_quote at = vt_given_quote(g->box, given, s->local_ident.addr);
	for (size_t i = 0; i < side->pairs_len; i++) {
		struct vt_seen_pair *pair = &side->pairs[i];
		if (!same_ident(&pair->last->local_ident, &s->local_ident) ||
		    !same_ident(&pair->last->remote_ident, &s->remote_ident))
			continue;
		pair->last = s;
		pair->last_at = at;
		pair->samples++;
		pair->gone = false;
		return;
	}
	struct vt_seen_pair *pair = VT_PUSH(g->arena, side->pairs, side->pairs_len, side->pairs_cap);
	*pair = (struct vt_seen_pair){ s, s, at, at, 1, false };
}

static void see_ipsec(struct collecting *g, const struct vt_given *given)
{
	const struct vt_ipsec_sa *sa = given->listing->facts;
	for (size_t i = g->first_side; i < g->c->sides_len; i++) {
		struct vt_side *side = g->c->sides[i];
		if (gather_covers(given->listing, &side->peer))
			for (size_t j = 0; j < side->pairs_len; j++)
				side->pairs[j].gone = true;
	}
	/* The last block of a listing that was cut may end inside a number. */
	size_t whole = sa->selectors_len - (given->listing->report.truncated && sa->selectors_len ? 1 : 0);
	for (size_t i = 0; i < whole; i++)
		see_selector(g, given, &sa->selectors[i]);
}

/* ---- the other listings ---- */

static void see_sessions(struct collecting *g, const struct vt_given *given)
{
	const struct vt_vpn_sessiondb *db = given->listing->facts;
	for (size_t i = 0; i < db->sessions_len; i++) {
		struct vt_side *side = side_of_text(g, db->sessions[i].ip);
		if (!side)
			continue;
		side->session_before = side->session;
		side->session = &db->sessions[i];
		side->session_at = vt_given_quote(g->box, given, db->sessions[i].connection);
	}
}

static void see_log(struct collecting *g, const struct vt_given *given)
{
	const struct vt_logging *log = given->listing->facts;
	for (size_t i = 0; i < log->messages_len; i++) {
		const struct vt_syslog *m = &log->messages[i];
		struct vt_addr peer;
		if (!m->vpn_len || !m->vpn->peer.len || !parse_peer(g->box, m->vpn->peer, &peer))
			continue;
		/* A remote-access user is not a tunnel. */
		if (m->id == 113019 && !has_word(m->text, VT_STR("LAN-to-LAN")) &&
		    !has_word(m->text, VT_STR("IPSecLAN")))
			continue;
		struct vt_side *side = side_of(g, &peer);
		struct vt_log_line *line = VT_PUSH(g->arena, side->logs, side->logs_len, side->logs_cap);
		*line = (struct vt_log_line){ m, vt_given_quote(g->box, given, m->text), i };
	}
}

static void see_configured(struct collecting *g)
{
	const struct vt_box *box = g->box;
	for (size_t i = 0; i < box->expected.len; i++) {
		struct vt_side *side = side_of(g, &box->expected.tunnels[i].peer);
		side->configured = true;
		if (!side->tunnel)
			side->tunnel = &box->expected.tunnels[i];
	}
	for (size_t i = 0; box->config && i < box->config->maps_len; i++)
		for (size_t j = 0; j < box->config->maps[i].entries_len; j++) {
			const struct vt_str_list *peers = &box->config->maps[i].entries[j].peers;
			for (size_t k = 0; k < peers->len; k++) {
				struct vt_side *side = side_of_text(g, peers->items[k]);
				if (side)
					side->configured = true;
			}
		}
}

/* The tunnel manager (752xxx) names the entry and not the peer. */
static bool is_about_entry(const struct collecting *g, const struct vt_side *side, const struct vt_syslog *m)
{
	if (!side->tunnel || !side->tunnel->entry)
		return g->c->sides_len == g->first_side + 1;
	ptrdiff_t at = vt_str_find(m->text, VT_STR("Sequence Number = "));
	struct vt_str rest = vt_str_from(m->text, at < 0 ? m->text.len : (size_t)at + strlen("Sequence Number = "));
	uint64_t sequence;
	struct vt_str map = m->vpn_len ? m->vpn->crypto_map : VT_STR_NONE;
	return vt_scan_u64(&rest, &sequence) && sequence == side->tunnel->entry->sequence &&
	       vt_str_eq(map, side->tunnel->map->name);
}

static void see_tunnel_manager(struct collecting *g, const struct vt_given *given)
{
	const struct vt_logging *log = given->listing->facts;
	for (size_t i = 0; i < log->messages_len; i++) {
		const struct vt_syslog *m = &log->messages[i];
		if (m->id / 1000 != 752 || (m->vpn_len && m->vpn->peer.len))
			continue;
		for (size_t j = g->first_side; j < g->c->sides_len; j++) {
			struct vt_side *side = g->c->sides[j];
			if (is_about_entry(g, side, m))
				*VT_PUSH(g->arena, side->logs, side->logs_len, side->logs_cap) = (struct vt_log_line){
					m, vt_given_quote(g->box, given, m->text), i
				};
		}
	}
}

static int by_place(const void *a, const void *b)
{
	const struct vt_log_line *x = a, *y = b;
	if (x->at.paste != y->at.paste)
		return x->at.paste < y->at.paste ? -1 : 1;
	return (x->at.at > y->at.at) - (x->at.at < y->at.at);
}

static void see_ping(struct collecting *g, const struct vt_given *given)
{
	const struct vt_ping *ping = given->listing->facts;
	for (size_t i = g->first_side; i < g->c->sides_len; i++) {
		struct vt_addr to;
		struct vt_side *side = g->c->sides[i];
		if (!parse_peer(g->box, ping->destination, &to) || !vt_addr_eq(&to, &side->peer))
			continue;
		side->ping = ping;
		side->ping_at = vt_given_quote(g->box, given, ping->answers.len ? ping->answers.items[0] : VT_STR_NONE);
	}
}

static bool route_leads_to(const struct vt_route *route, const struct vt_addr *peer)
{
	struct vt_net net = { .prefix = (uint8_t)route->prefix };
	struct vt_net host = { *peer, peer->family == 4 ? 32 : 128 };
	return !route->table.len && !route->tunneled && route->prefix <= 128 &&
	       vt_addr_parse(route->network, &net.addr) && vt_net_contains(&net, &host);
}

static void see_route(struct collecting *g, const struct vt_given *given)
{
	const struct vt_route_table *table = given->listing->facts;
	for (size_t i = g->first_side; i < g->c->sides_len; i++) {
		struct vt_side *side = g->c->sides[i];
		const struct vt_route *best = NULL;
		if (!gather_covers(given->listing, &side->peer))
			continue;
		for (size_t j = 0; j < table->routes_len; j++)
			if (route_leads_to(&table->routes[j], &side->peer) &&
			    (!best || table->routes[j].prefix > best->prefix))
				best = &table->routes[j];
		/* A default that shows only as "Gateway of last resort is …" is a route as well. */
		if (!best && table->in_table != 0 && table->last_resort != 0)
			continue;
		side->routed = best != NULL;
		side->route_at = vt_given_quote(g->box, given, best ? best->network : VT_STR_NONE);
		side->route_interface = best && best->next_hops_len ? best->next_hops[0].interface : VT_STR_NONE;
	}
}

static bool ident_holds(const struct vt_ident *ident, const struct vt_addr *addr)
{
	struct vt_net net = { 0 }, host = { *addr, addr->family == 4 ? 32 : 128 };
	unsigned prefix = addr->family == 4 ? 32 : 128;
	if (!vt_addr_parse(ident->addr, &net.addr) || (ident->mask.len && !vt_prefix_parse(ident->mask, &prefix)))
		return false;
	net.prefix = (uint8_t)prefix;
	return vt_net_contains(&net, &host);
}

/* Whether a flow belongs into the tunnel: 1 by a live pair or by the configuration. */
static bool is_flow_of(const struct vt_side *side, const struct vt_addr *from, const struct vt_addr *to)
{
	struct vt_net a = { *from, from->family == 4 ? 32 : 128 }, b = { *to, to->family == 4 ? 32 : 128 };
	for (size_t i = 0; i < side->pairs_len; i++)
		if (ident_holds(&side->pairs[i].last->local_ident, from) &&
		    ident_holds(&side->pairs[i].last->remote_ident, to))
			return true;
	for (size_t i = 0; side->tunnel && i < side->tunnel->pairs.len; i++)
		if (side->tunnel->pairs.items[i].permit && vt_net_contains(&side->tunnel->pairs.items[i].local, &a) &&
		    vt_net_contains(&side->tunnel->pairs.items[i].remote, &b))
			return true;
	return false;
}

static void see_trace(struct collecting *g, const struct vt_given *given)
{
	struct vt_trace trace = { .trace = given->listing->facts, .given = *given };
	struct vt_addr found[2] = { 0 };
	struct vt_side *owner = NULL;
	size_t n = gather_addresses(given->listing->command, found, 2);
	if (n == 2) {
		trace.from = found[0];
		trace.to = found[1];
	}
	for (size_t i = g->first_side; n == 2 && i < g->c->sides_len && !owner; i++)
		if (is_flow_of(g->c->sides[i], &found[0], &found[1]))
			owner = g->c->sides[i];
	/* With one tunnel on the box, who traces means it, unless its networks are known to be others. */
	if (!owner && g->c->sides_len == g->first_side + 1) {
		struct vt_side *only = g->c->sides[g->first_side];
		bool known = n == 2 && (only->pairs_len || (only->tunnel && only->tunnel->pairs.len));
		owner = known ? NULL : only;
	}
	if (owner)
		*VT_PUSH(g->arena, owner->traces, owner->traces_len, owner->traces_cap) = trace;
}

static uint64_t hits_of(const struct vt_access_list *list)
{
	uint64_t sum = 0;
	bool any = false;
	for (size_t i = 0; i < list->aces_len; i++)
		if (!list->aces[i].expanded && list->aces[i].hitcnt != VT_ABSENT &&
		    vt_str_ieq(list->aces[i].action, VT_STR("permit"))) {
			sum += list->aces[i].hitcnt;
			any = true;
		}
	return any ? sum : VT_ABSENT;
}

static void see_hits(struct collecting *g, const struct vt_given *given)
{
	const struct vt_access_lists *lists = given->listing->facts;
	for (size_t i = g->first_side; i < g->c->sides_len; i++) {
		struct vt_side *side = g->c->sides[i];
		struct vt_str acl = side->tunnel && side->tunnel->entry ? side->tunnel->entry->acl : VT_STR_NONE;
		for (size_t j = 0; acl.len && j < lists->lists_len; j++) {
			uint64_t hits = vt_str_eq(lists->lists[j].name, acl) ? hits_of(&lists->lists[j]) : VT_ABSENT;
			if (hits == VT_ABSENT)
				continue;
			if (side->hits != VT_ABSENT && hits >= side->hits)
				side->hits_delta = hits - side->hits;
			side->hits = hits;
			side->hits_at = vt_given_quote(g->box, given, lists->lists[j].aces[0].text);
		}
	}
}

/* ---- one box ---- */

/* What is told about sides that are known: those of the box from `first_side` on. */
static void ask_about_sides(struct collecting *g, size_t first_side)
{
	const struct vt_box *box = g->box;
	size_t sample = 0;
	g->first_side = first_side;
	for (size_t i = 0; i < box->given_len; i++) {
		const struct vt_listing *l = box->given[i].listing;
		if (!l->facts)
			continue;
		if (l->kind == VT_LISTING_IKE_SA)
			miss_ike(g, &box->given[i], sample++);
		else if (l->kind == VT_LISTING_PING)
			see_ping(g, &box->given[i]);
		else if (l->kind == VT_LISTING_ROUTE)
			see_route(g, &box->given[i]);
		else if (l->kind == VT_LISTING_PACKET_TRACER)
			see_trace(g, &box->given[i]);
		else if (l->kind == VT_LISTING_ACCESS_LIST)
			see_hits(g, &box->given[i]);
		else if (l->kind == VT_LISTING_LOGGING)
			see_tunnel_manager(g, &box->given[i]);
	}
	for (size_t i = g->first_side; i < g->c->sides_len; i++) {
		struct vt_side *side = g->c->sides[i];
		if (side->logs_len)
			qsort(side->logs, side->logs_len, sizeof *side->logs, by_place);
		if (side->sightings_len)
			qsort(side->sightings, side->sightings_len, sizeof *side->sightings, by_sample);
		for (size_t j = 0; j < box->given_len; j++) {
			const struct vt_listing *l = box->given[j].listing;
			if (l->kind == VT_LISTING_IPSEC_SA && l->facts && gather_covers(l, &side->peer)) {
				side->ipsec_samples++;
				side->ipsec_listing = vt_given_quote(box, &box->given[j], VT_STR_NONE);
			}
		}
	}
}

/* Of two boxes one shows a tunnel and the other nothing: the other end is there, and has nothing. Whom it would show
 * is known only where the first one shows its address. */
static void add_silent_end(struct collecting *g)
{
	struct vt_case *c = g->c;
	if (c->boxes_len != 2 || c->sides_len != 1)
		return;
	const struct vt_box *there = c->sides[0]->box;
	struct vt_box *silent = there == c->boxes[0] ? c->boxes[1] : c->boxes[0];
	struct vt_addr peer = there->addresses_len == 1 ? *there->addresses : (struct vt_addr){ 0 };
	bool listed = false;
	for (size_t i = 0; i < silent->given_len; i++)
		listed |= silent->given[i].listing->facts && (silent->given[i].listing->kind == VT_LISTING_IKE_SA ||
							      silent->given[i].listing->kind == VT_LISTING_IPSEC_SA);
	if (!listed)
		return;
	g->box = silent;
	struct vt_side *side = side_of(g, &peer);
	if (!peer.family)
		snprintf(side->peer_text, sizeof side->peer_text, VT_FMT, VT_ARG(there->name));
	ask_about_sides(g, 1);
}

/* First everything that makes a side known, then everything that is told about the sides. */
static void ask_box(struct collecting *g)
{
	struct vt_box *box = g->box;
	size_t sample = 0, first_side = g->c->sides_len;
	g->first_side = first_side;
	for (size_t i = 0; i < box->given_len; i++) {
		const struct vt_listing *l = box->given[i].listing;
		if (!l->facts)
			continue;
		if (l->kind == VT_LISTING_IKE_SA)
			see_ike(g, &box->given[i], sample++);
		else if (l->kind == VT_LISTING_IPSEC_SA)
			see_ipsec(g, &box->given[i]);
		else if (l->kind == VT_LISTING_VPN_SESSIONDB)
			see_sessions(g, &box->given[i]);
		else if (l->kind == VT_LISTING_LOGGING)
			see_log(g, &box->given[i]);
	}
	see_configured(g);
	ask_about_sides(g, first_side);
}

/* ---- pairs of ends ---- */

static bool has_address(const struct vt_box *box, const struct vt_addr *addr)
{
	for (size_t i = 0; i < box->addresses_len; i++)
		if (vt_addr_eq(&box->addresses[i], addr))
			return true;
	return false;
}

static bool is_taken(const struct vt_case *c, const struct vt_side *side)
{
	for (size_t i = 0; i < c->tunnels_len; i++)
		if (c->tunnels[i].ends[0] == side || c->tunnels[i].ends[1] == side)
			return true;
	return false;
}

/* What is shown of both boxes' addresses fits, and at least one of the two is shown. */
static bool are_ends(const struct vt_side *a, const struct vt_side *b)
{
	bool a_knows = b->box->addresses_len > 0, b_knows = a->box->addresses_len > 0;
	bool to_b = has_address(b->box, &a->peer), to_a = has_address(a->box, &b->peer);
	return a->box != b->box && (to_a || to_b) && (to_b || !a_knows) && (to_a || !b_knows);
}

static const struct vt_side *find_other_end(const struct vt_case *c, const struct vt_side *side)
{
	for (size_t i = 0; i < c->sides_len; i++)
		if (are_ends(side, c->sides[i]) && !is_taken(c, c->sides[i]))
			return c->sides[i];
	return NULL;
}

/* Two boxes, one tunnel each, and neither shows an address: whoever pastes both means them as the two ends. */
static const struct vt_side *guess_other_end(const struct vt_case *c, const struct vt_side *side)
{
	const struct vt_side *other = c->sides[0] == side ? c->sides[c->sides_len - 1] : c->sides[0];
	if (c->boxes_len != 2 || c->sides_len != 2 || other->box == side->box || vt_addr_eq(&other->peer, &side->peer))
		return NULL;
	bool contradicted = (other->box->addresses_len && !has_address(other->box, &side->peer)) ||
			    (side->box->addresses_len && !has_address(side->box, &other->peer));
	return contradicted ? NULL : other;
}

static void add_tunnel(struct collecting *g, const struct vt_side *side)
{
	const struct vt_side *other = NULL, *guessed = NULL;
	if (g->c->boxes_len > 1) {
		other = find_other_end(g->c, side);
		guessed = other ? NULL : guess_other_end(g->c, side);
	}
	struct vt_tunnel_facts *tunnel = VT_PUSH(g->arena, g->c->tunnels, g->c->tunnels_len, g->c->tunnels_cap);
	*tunnel = (struct vt_tunnel_facts){ .ends = { side, other ? other : guessed },
					    .paired_by_guess = guessed != NULL };
}

/* ---- both configurations ---- */

static const struct vt_side *side_of_end(const struct vt_case *c, const struct vt_box *box, const struct vt_end *end)
{
	for (size_t i = 0; end->tunnel && i < c->sides_len; i++)
		if (c->sides[i]->box == box && vt_addr_eq(&c->sides[i]->peer, &end->tunnel->peer))
			return c->sides[i];
	return NULL;
}

static struct vt_tunnel_facts *tunnel_of(struct vt_case *c, const struct vt_side *side)
{
	for (size_t i = 0; side && i < c->tunnels_len; i++)
		if (c->tunnels[i].ends[0] == side || c->tunnels[i].ends[1] == side)
			return &c->tunnels[i];
	return NULL;
}

/* Configurations may know two ends as one tunnel although an address is wrong on one of them. */
static struct vt_tunnel_facts *join(struct vt_case *c, struct vt_tunnel_facts *a, struct vt_tunnel_facts *b)
{
	if (!a || !b || a == b)
		return a ? a : b;
	if (a->ends[1] || b->ends[1])
		return a;
	a->ends[1] = b->ends[0];
	*b = c->tunnels[--c->tunnels_len];
	return a == &c->tunnels[c->tunnels_len] ? b : a;
}

static void compare_boxes(struct vt_case *c, const struct vt_box *a, const struct vt_box *b, struct vt_arena *arena)
{
	struct vt_ends_list ends = { 0 };
	const struct vt_box *boxes[2] = { a, b };
	struct vt_pair_side sides[2];
	for (unsigned i = 0; i < 2; i++)
		sides[i] = (struct vt_pair_side){ .name = vt_arena_printf(arena, VT_FMT, VT_ARG(boxes[i]->name)),
						  .config = boxes[i]->config,
						  .expected = &boxes[i]->expected,
						  .findings = &boxes[i]->findings,
						  .seen_as = boxes[i]->addresses,
						  .seen_as_len = boxes[i]->addresses_len };
	vt_pair_find(sides, 2, arena, &ends);
	for (size_t i = 0; i < ends.len; i++) {
		const struct vt_side *end_a = side_of_end(c, a, &ends.items[i].a);
		const struct vt_side *end_b = side_of_end(c, b, &ends.items[i].b);
		struct vt_tunnel_facts *tunnel = join(c, tunnel_of(c, end_a), tunnel_of(c, end_b));
		if (!tunnel || tunnel->pair)
			continue;
		struct vt_findings *findings = VT_NEW(arena, struct vt_findings);
		vt_pair_compare(sides, &ends.items[i], arena, findings);
		tunnel->pair = findings;
		tunnel->pair_first = tunnel->ends[0]->box == a ? 0 : 1;
	}
}

static void compare_configs(struct vt_case *c, struct vt_arena *arena)
{
	for (size_t i = 0; i < c->boxes_len; i++)
		for (size_t j = i + 1; j < c->boxes_len; j++)
			if (c->boxes[i]->config && c->boxes[j]->config)
				compare_boxes(c, c->boxes[i], c->boxes[j], arena);
}

struct vt_case *vt_case_new(const struct vt_paste *pastes, size_t n, struct vt_arena *arena)
{
	struct vt_case *c = VT_NEW(arena, struct vt_case);
	struct collecting g = { .c = c, .arena = arena };
	gather_boxes(c, pastes, n, arena);
	for (size_t i = 0; i < c->boxes_len; i++) {
		g.box = c->boxes[i];
		ask_box(&g);
	}
	add_silent_end(&g);
	for (size_t i = 0; i < c->sides_len; i++)
		if (c->boxes_len == 1 || !is_taken(c, c->sides[i]))
			add_tunnel(&g, c->sides[i]);
	compare_configs(c, arena);
	vt_map_clear(&g.sides);
	return c;
}

void vt_case_free(struct vt_case *c)
{
	for (size_t i = 0; c && i < c->boxes_len; i++)
		vt_config_free(c->boxes[i]->config);
}
