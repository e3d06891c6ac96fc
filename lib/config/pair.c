/* SPDX-License-Identifier: MIT
 * Which entries are the two ends of one tunnel.
 *
 * Three tables over all sides: address → who has it, (side, peer) → its tunnels to that peer, (side, networks) →
 * its tunnel for them. A tunnel then costs a few look-ups, however many devices there are.
 */
#include "config/pair.h"

#include "base/hash.h"

enum {
	NETWORKS_NOTED = 32, /* protected pairs of a tunnel that it can be found by */
};

struct owner {
	const struct owner *next;
	size_t side;
	bool by_nat;
	bool ends_tunnels; /* a crypto map is bound there, IKE is enabled there, or a tunnel interface begins there */
};

struct entry {
	const struct entry *next;
	const struct vt_expected_tunnel *tunnel;
};

struct finder {
	const struct vt_pair_side *sides;
	size_t n;
	struct vt_arena *arena;
	struct vt_ends_list *ends;
	struct vt_map owners;      /* of an address: struct owner */
	struct vt_map to_peer;     /* (side, peer): struct entry */
	struct vt_map networks;    /* (side, local, remote): struct entry */
	struct vt_addr *addresses; /* of all sides, one side behind the other */
	size_t addresses_len, addresses_cap;
	size_t *first_address; /* n + 1 of them */
};

static uint64_t mix(uint64_t h, uint64_t number)
{
	return vt_hash_add(h, (struct vt_str){ (const char *)&number, sizeof number });
}

/* `scope`: 0 for all sides together, else the side and one. */
static uint64_t id_of_addr(uint64_t scope, const struct vt_addr *addr)
{
	struct vt_str bytes = { (const char *)addr->bytes, sizeof addr->bytes };
	return vt_hash_end(vt_hash_add(mix(mix(VT_HASH_START, scope), addr->family), bytes)) | 1;
}

static uint64_t id_of_nets(uint64_t scope, const struct vt_net *local, const struct vt_net *remote)
{
	uint64_t h = mix(mix(VT_HASH_START, id_of_addr(scope, &local->addr)), id_of_addr(scope, &remote->addr));
	return vt_hash_end(mix(mix(h, local->prefix), remote->prefix)) | 1;
}

static bool ends_tunnels(const struct vt_pair_side *side, struct vt_str nameif)
{
	for (size_t i = 0; i < side->config->enables_len; i++)
		if (vt_str_eq(side->config->enables[i].interface, nameif))
			return true;
	for (size_t i = 0; i < side->config->maps_len; i++)
		for (size_t j = 0; j < side->config->maps[i].interfaces.len; j++)
			if (vt_str_eq(side->config->maps[i].interfaces.items[j], nameif))
				return true;
	return false;
}

/* Once, however often it is told: an address that a side is known by may be on its interface as well. Sides come one
 * after another, so the newest owner is the one to look at. */
static void own(struct finder *f, size_t side, const struct vt_addr *addr, bool by_nat, bool ends)
{
	uint64_t id = id_of_addr(0, addr);
	const struct owner *newest = vt_map_get(&f->owners, id);
	if (newest && newest->side == side)
		return;
	struct owner *owner = VT_NEW(f->arena, struct owner);
	*owner = (struct owner){ newest, side, by_nat, ends };
	vt_map_put(&f->owners, id, owner);
	*VT_PUSH(f->arena, f->addresses, f->addresses_len, f->addresses_cap) = *addr;
}

static void own_interfaces(struct finder *f, size_t side)
{
	const struct vt_pair_side *s = &f->sides[side];
	struct vt_addr addr;
	for (size_t i = 0; i < s->config->interfaces_len; i++) {
		const struct vt_config_interface *ifc = &s->config->interfaces[i];
		if (ifc->shutdown)
			continue;
		bool ends = ends_tunnels(s, ifc->nameif);
		if (ifc->addr.p && vt_config_address(s->config, ifc->addr, &addr))
			own(f, side, &addr, false, ends);
		for (size_t j = 0; j < ifc->ipv6.len; j++) {
			ptrdiff_t slash = vt_str_find_char(ifc->ipv6.items[j], '/');
			if (slash > 0 && vt_addr_parse(vt_str_first(ifc->ipv6.items[j], (size_t)slash), &addr))
				own(f, side, &addr, false, ends);
		}
	}
	for (size_t i = 0; i < s->seen_as_len; i++)
		own(f, side, &s->seen_as[i], true, true);
}

/* The one address that an object, a name or a literal stands for. */
static bool one_address(const struct vt_config *config, struct vt_str text, struct vt_addr *addr)
{
	const struct vt_config_object *object = vt_config_object_of(config, text);
	if (object)
		return object->kind == VT_OBJECT_HOST && vt_config_address(config, object->addr, addr);
	return vt_config_address(config, text, addr);
}

/* The static translations of one address into one that a configuration shows. */
static bool translation_of(const struct vt_config *config, const struct vt_config_nat *nat, struct vt_addr *real,
			   struct vt_addr *mapped)
{
	if (nat->dynamic || nat->inactive || nat->service_real.p)
		return false;
	if (nat->kind == VT_NAT_STATIC_OLD)
		return nat->old_real.kind == VT_OPERAND_HOST && vt_config_address(config, nat->old_real.addr, real) &&
		       one_address(config, nat->source_mapped, mapped);
	return (nat->kind == VT_NAT_OBJECT || nat->kind == VT_NAT_TWICE) &&
	       one_address(config, nat->source_real, real) && one_address(config, nat->source_mapped, mapped);
}

static const struct owner *owners_of(const struct finder *f, const struct vt_addr *addr)
{
	return vt_map_get(&f->owners, id_of_addr(0, addr));
}

/* A device behind another one that translates for it has the mapped address too. Private addresses are many people's:
 * an owner is believed only when there is one. */
static void own_translations(struct finder *f)
{
	for (size_t i = 0; i < f->n; i++)
		for (size_t j = 0; j < f->sides[i].config->nats_len; j++) {
			struct vt_addr real, mapped;
			if (!translation_of(f->sides[i].config, &f->sides[i].config->nats[j], &real, &mapped) ||
			    vt_addr_eq(&real, &mapped))
				continue;
			const struct owner *owner = owners_of(f, &real);
			if (!owner || owner->next || owner->side == i)
				continue;
			uint64_t id = id_of_addr(0, &mapped);
			struct owner *image = VT_NEW(f->arena, struct owner);
			*image = (struct owner){ vt_map_get(&f->owners, id), owner->side, true, owner->ends_tunnels };
			vt_map_put(&f->owners, id, image);
		}
}

static void note_tunnel(struct finder *f, struct vt_map *map, uint64_t id, const struct vt_expected_tunnel *tunnel)
{
	struct entry *entry = VT_NEW(f->arena, struct entry);
	*entry = (struct entry){ vt_map_get(map, id), tunnel };
	vt_map_put(map, id, entry);
}

static const struct vt_pair *first_permit(const struct vt_expected_tunnel *tunnel)
{
	for (size_t i = 0; i < tunnel->pairs.len; i++)
		if (tunnel->pairs.items[i].permit)
			return &tunnel->pairs.items[i];
	return NULL;
}

static void note_tunnels(struct finder *f, size_t side)
{
	const struct vt_expected *expected = f->sides[side].expected;
	for (size_t i = 0; i < expected->len; i++) {
		const struct vt_expected_tunnel *tunnel = &expected->tunnels[i];
		note_tunnel(f, &f->to_peer, id_of_addr(side + 1, &tunnel->peer), tunnel);
		for (size_t j = 0; j < tunnel->pairs.len && j < NETWORKS_NOTED && !tunnel->vti && !tunnel->rank; j++) {
			const struct vt_pair *pair = &tunnel->pairs.items[j];
			if (pair->permit && (pair->local.prefix || pair->remote.prefix))
				note_tunnel(f, &f->networks, id_of_nets(side + 1, &pair->local, &pair->remote), tunnel);
		}
	}
}

static bool owns(const struct finder *f, size_t side, const struct vt_addr *addr, bool *by_nat)
{
	for (const struct owner *owner = owners_of(f, addr); owner; owner = owner->next)
		if (owner->side == side) {
			*by_nat = owner->by_nat;
			return true;
		}
	return false;
}

static bool mirrors(const struct vt_expected_tunnel *a, const struct vt_expected_tunnel *b)
{
	const struct vt_pair *x = first_permit(a), *y = first_permit(b);
	return x && y && vt_pair_mirror(x, y) != VT_MIRROR_NONE;
}

/* The tunnel of `side` that leads back to the device `to`: by one of its addresses, and where there are several by
 * their networks. */
static const struct vt_expected_tunnel *way_back(const struct finder *f, size_t side, size_t to,
						 const struct vt_expected_tunnel *tunnel, struct vt_addr *address)
{
	const struct vt_expected_tunnel *found = NULL;
	for (size_t i = f->first_address[to]; i < f->first_address[to + 1]; i++)
		for (const struct entry *e = vt_map_get(&f->to_peer, id_of_addr(side + 1, &f->addresses[i])); e;
		     e = e->next)
			if (vt_addr_eq(&e->tunnel->peer, &f->addresses[i]) && (!found || mirrors(tunnel, e->tunnel))) {
				found = e->tunnel;
				*address = f->addresses[i];
			}
	return found;
}

/* Translated addresses of `to` are not among its own: they are asked for by the peers that `side` has. */
static const struct vt_expected_tunnel *way_back_by_nat(const struct finder *f, size_t side, size_t to,
							const struct vt_expected_tunnel *tunnel,
							struct vt_addr *address, bool *by_selectors)
{
	const struct vt_pair *pair = first_permit(tunnel);
	if (!pair)
		return NULL;
	uint64_t id = id_of_nets(side + 1, &pair->remote, &pair->local);
	for (const struct entry *e = vt_map_get(&f->networks, id); e; e = e->next) {
		bool by_nat;
		*address = e->tunnel->peer;
		*by_selectors = !owns(f, to, &e->tunnel->peer, &by_nat);
		if (!*by_selectors || !owners_of(f, &e->tunnel->peer))
			return e->tunnel;
	}
	return NULL;
}

static void push(struct finder *f, struct vt_ends ends)
{
	if (ends.a.side > ends.b.side) {
		struct vt_end a = ends.a;
		ends.a = ends.b;
		ends.b = a;
	}
	*VT_PUSH(f->arena, f->ends->items, f->ends->len, f->ends->cap) = ends;
}

static void find_end(struct finder *f, size_t side, const struct vt_expected_tunnel *tunnel, const struct owner *owner)
{
	struct vt_ends ends = { .a = { side, tunnel, { 0 } },
				.b = { owner->side, NULL, tunnel->peer },
				.across_nat = owner->by_nat };
	bool own_by_nat = false;
	ends.b.tunnel = way_back(f, owner->side, side, tunnel, &ends.a.address);
	if (!ends.b.tunnel)
		ends.b.tunnel = way_back_by_nat(f, owner->side, side, tunnel, &ends.a.address, &ends.by_selectors);
	if (ends.b.tunnel && !ends.by_selectors && owns(f, side, &ends.a.address, &own_by_nat))
		ends.across_nat |= own_by_nat;
	/* An address that several have is nobody's for certain, and one where no tunnel ends is not meant: both are
	 * common among private addresses. */
	if (!ends.b.tunnel && (!owner->ends_tunnels || owners_of(f, &tunnel->peer)->next))
		return;
	/* Each is found from both ends, unless only one of them leads to the other. */
	if (ends.b.tunnel && !ends.by_selectors && side > owner->side)
		return;
	push(f, ends);
}

void vt_pair_find(const struct vt_pair_side *sides, size_t n, struct vt_arena *arena, struct vt_ends_list *ends)
{
	struct finder f = { .sides = sides, .n = n, .arena = arena, .ends = ends };
	f.first_address = VT_NEW_ARRAY(arena, size_t, n + 1);
	for (size_t i = 0; i < n; i++) {
		f.first_address[i] = f.addresses_len;
		own_interfaces(&f, i);
		note_tunnels(&f, i);
	}
	f.first_address[n] = f.addresses_len;
	own_translations(&f);
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < sides[i].expected->len; j++) {
			const struct vt_expected_tunnel *tunnel = &sides[i].expected->tunnels[j];
			for (const struct owner *o = owners_of(&f, &tunnel->peer); o; o = o->next)
				if (o->side != i)
					find_end(&f, i, tunnel, o);
		}
	vt_map_clear(&f.owners);
	vt_map_clear(&f.to_peer);
	vt_map_clear(&f.networks);
}
