/* SPDX-License-Identifier: MIT
 * The tunnels a configuration asks for: each peer of each static entry of each crypto map that is bound to an
 * interface, and each virtual tunnel interface that is not shut down.
 */
#include "config/resolve.h"

/* What the access lists stand for, each resolved once however many entries name it. */
struct lists {
	struct resolved {
		bool done;
		struct vt_pairs pairs;
		struct vt_resolve_report report;
	} * items; /* one an access list */
	size_t total;
};

static const struct resolved *resolved_list(const struct vt_config *config, struct vt_str name, struct lists *lists,
					    struct vt_arena *arena)
{
	static const struct resolved none;
	const struct vt_config_acl *acl = vt_config_acl_of(config, name);
	if (!acl)
		return &none;
	struct resolved *list = &lists->items[acl - config->acls];
	if (list->done)
		return list;
	list->done = true;
	if (lists->total < VT_RESOLVE_TOTAL_MAX)
		vt_resolve_crypto_acl(config, acl, arena, &list->pairs, &list->report);
	else
		list->report.bounded = true;
	lists->total += list->pairs.len;
	return list;
}

static void expect_entry(const struct vt_config *config, const struct vt_config_map *map, struct vt_str interface,
			 const struct vt_config_map_entry *entry, struct lists *lists, struct vt_arena *arena,
			 struct vt_expected *expected)
{
	const struct resolved *list = resolved_list(config, entry->acl, lists, arena);
	for (size_t i = 0; i < entry->peers.len; i++) {
		struct vt_addr peer;
		if (!vt_config_address(config, entry->peers.items[i], &peer))
			continue; /* a name nobody defined: a finding, not a tunnel */
		*VT_PUSH(arena, expected->tunnels, expected->len,
			 expected->cap) = (struct vt_expected_tunnel){ .peer = peer,
								       .peer_text = entry->peers.items[i],
								       .interface = interface,
								       .map = map,
								       .entry = entry,
								       .rank = i,
								       .ikev1 = entry->transform_sets.len > 0,
								       .ikev2 = entry->proposals.len > 0,
								       .pairs = list->pairs,
								       .report = list->report };
	}
}

static void expect_map(const struct vt_config *config, const struct vt_config_map *map, struct lists *lists,
		       struct vt_arena *arena, struct vt_expected *expected)
{
	for (size_t i = 0; i < map->interfaces.len; i++)
		for (size_t j = 0; j < map->entries_len; j++) {
			const struct vt_config_map_entry *entry = &map->entries[j];
			if (entry->dynamic_map.p)
				expected->dynamic = true;
			else
				expect_entry(config, map, map->interfaces.items[i], entry, lists, arena, expected);
		}
}

static void expect_vti(const struct vt_config *config, const struct vt_config_interface *vti, struct vt_arena *arena,
		       struct vt_expected *expected)
{
	struct vt_addr peer;
	if (vti->shutdown || !vti->ipsec_profile.p || !vt_config_address(config, vti->tunnel_destination, &peer))
		return;
	const struct vt_config_profile *profile = vt_config_profile_of(config, vti->ipsec_profile);
	struct vt_pair *any = VT_NEW(arena, struct vt_pair);
	*any = (struct vt_pair){ .permit = true, .text = vti->place.text, .line = vti->place.first };
	any->local.addr.family = any->remote.addr.family = 4;
	*VT_PUSH(arena, expected->tunnels, expected->len,
		 expected->cap) = (struct vt_expected_tunnel){ .peer = peer,
							       .peer_text = vti->tunnel_destination,
							       .interface = vti->tunnel_source,
							       .vti = vti,
							       .ikev1 = profile && profile->transform_sets.len > 0,
							       .ikev2 = profile && profile->proposals.len > 0,
							       .pairs = { any, 1, 1 } };
}

void vt_config_expected(const struct vt_config *config, struct vt_arena *arena, struct vt_expected *expected)
{
	struct lists lists = { .items = VT_NEW_ARRAY(arena, struct resolved, config->acls_len) };
	const unsigned needed = VT_SECTION_CRYPTO | VT_SECTION_ACL;
	*expected = (struct vt_expected){ .complete = (config->sections & needed) == needed };
	for (size_t i = 0; i < config->maps_len; i++)
		if (!config->maps[i].dynamic)
			expect_map(config, &config->maps[i], &lists, arena, expected);
	for (size_t i = 0; i < config->interfaces_len; i++)
		if (config->interfaces[i].is_vti)
			expect_vti(config, &config->interfaces[i], arena, expected);
}
