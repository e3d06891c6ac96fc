/* SPDX-License-Identifier: MIT
 * Lint of what a tunnel is made of: maps, entries, access lists, tunnel-groups, group-policies, references.
 */
#include "config/linter.h"

#include "base/hash.h"

static bool is_enabled(const struct linter *l, unsigned version, struct vt_str interface)
{
	for (size_t i = 0; i < l->config->enables_len; i++)
		if (l->config->enables[i].version == version && vt_str_eq(l->config->enables[i].interface, interface))
			return true;
	return false;
}

/* L1: a static map is bound, and to an interface that is there and up. */
void lint_binding(struct linter *l)
{
	if (!has(l, VT_SECTION_CRYPTO))
		return;
	for (size_t i = 0; i < l->config->maps_len; i++) {
		const struct vt_config_map *map = &l->config->maps[i];
		struct vt_str subject = vt_str_of(vt_arena_printf(l->arena, "crypto map " VT_FMT, VT_ARG(map->name)));
		if (map->dynamic || map->entries_len == 0)
			continue;
		if (map->interfaces.len == 0)
			linter_line(linter_say(l, subject,
					       "it is bound to no interface: none of its %zu entries is ever tried",
					       map->entries_len),
				    map->entries[0].place);
		for (size_t j = 0; j < map->interfaces.len && has(l, VT_SECTION_INTERFACE); j++) {
			const struct vt_config_interface *ifc = vt_config_interface_of(l->config,
										       map->interfaces.items[j]);
			struct vt_finding *finding = NULL;
			if (!ifc)
				finding = linter_say(l, subject,
						     "it is bound to " VT_FMT ", and no interface has that name",
						     VT_ARG(map->interfaces.items[j]));
			else if (ifc->shutdown)
				finding = linter_say(l, subject, "it is bound to " VT_FMT ", which is shut down",
						     VT_ARG(ifc->nameif));
			linter_line(finding,
				    (struct vt_place){ map->text, map->interface_lines[j], map->interface_lines[j] });
			if (ifc)
				linter_line(finding, ifc->place);
		}
	}
}

/* L2: the version an entry speaks is enabled where its map is bound. */
void lint_enable(struct linter *l)
{
	if (!has(l, VT_SECTION_CRYPTO | VT_SECTION_IKE))
		return;
	for (size_t i = 0; i < l->expected->len; i++) {
		const struct vt_expected_tunnel *tunnel = &l->expected->tunnels[i];
		bool v1 = tunnel->ikev1 && is_enabled(l, 1, tunnel->interface),
		     v2 = tunnel->ikev2 && is_enabled(l, 2, tunnel->interface);
		if (tunnel->rank > 0 || (!tunnel->ikev1 && !tunnel->ikev2) || v1 || v2)
			continue;
		struct vt_finding *finding = linter_say(l, subject_of_tunnel(l, tunnel),
							"IKE version %s is not enabled on " VT_FMT
							": no tunnel of this entry can begin",
							tunnel->ikev1 && tunnel->ikev2 ? "1 or 2"
							: tunnel->ikev2                ? "2"
										       : "1",
							VT_ARG(tunnel->interface));
		linter_line(finding, place_of_tunnel(tunnel));
		linter_peer(l, finding, &tunnel->peer);
	}
}

/* L3: an entry is complete. */
void lint_entries(struct linter *l)
{
	if (!has(l, VT_SECTION_CRYPTO))
		return;
	for (size_t i = 0; i < l->config->maps_len; i++)
		for (size_t j = 0; j < l->config->maps[i].entries_len; j++) {
			const struct vt_config_map *map = &l->config->maps[i];
			const struct vt_config_map_entry *entry = &map->entries[j];
			if (map->dynamic || entry->dynamic_map.p)
				continue;
			const char *missing[3];
			size_t n = 0;
			if (entry->peers.len == 0)
				missing[n++] = "a peer";
			if (!entry->acl.p)
				missing[n++] = "an access list";
			if (entry->transform_sets.len == 0 && entry->proposals.len == 0)
				missing[n++] = "a transform-set or proposal";
			if (n)
				linter_line(linter_say(l, subject_of_entry(l, map, entry),
						       "it lacks %s%s%s%s%s: the device ignores it", missing[0],
						       n > 2    ? ", "
						       : n == 2 ? " and "
								: "",
						       n > 1 ? missing[1] : "", n > 2 ? " and " : "",
						       n > 2 ? missing[2] : ""),
					    entry->place);
		}
}

struct acl_sum {
	size_t permits, anys, ported;
	struct vt_place any_place, ported_place;
};

static struct acl_sum sum_up(const struct vt_config_acl *acl)
{
	struct acl_sum sum = { 0 };
	for (size_t i = 0; i < acl->aces_len; i++) {
		const struct vt_config_ace *ace = &acl->aces[i];
		struct vt_place place = { acl->text, ace->line, ace->line };
		if (ace->inactive || !ace->permit)
			continue;
		sum.permits++;
		if (ace->source.kind == VT_OPERAND_ANY && ace->destination.kind == VT_OPERAND_ANY && sum.anys++ == 0)
			sum.any_place = place;
		if (!vt_str_eq(ace->protocol, VT_STR("ip")) && sum.ported++ == 0)
			sum.ported_place = place;
	}
	return sum;
}

/* L4: the crypto ACL permits something, and is made for tunnels. */
void lint_acls(struct linter *l)
{
	if (!has(l, VT_SECTION_CRYPTO | VT_SECTION_ACL))
		return;
	for (size_t i = 0; i < l->expected->len; i++) {
		const struct vt_expected_tunnel *tunnel = &l->expected->tunnels[i];
		if (tunnel->rank > 0 || tunnel->vti || !tunnel->entry->acl.p)
			continue;
		struct vt_str subject = subject_of_tunnel(l, tunnel), name = tunnel->entry->acl;
		const struct vt_config_acl *acl = vt_config_acl_of(l->config, name);
		struct vt_finding *finding = NULL;
		if (!acl) {
			finding = linter_say(l, subject,
					     "its access list " VT_FMT " does not exist: nothing is ever encrypted",
					     VT_ARG(name));
			linter_line(finding, tunnel->entry->place);
			linter_peer(l, finding, &tunnel->peer);
			continue;
		}
		struct acl_sum sum = sum_up(acl);
		if (sum.permits == 0) {
			finding = linter_say(l, subject,
					     "its access list " VT_FMT
					     " has no active permit entry: nothing is ever encrypted",
					     VT_ARG(name));
			linter_line(finding, tunnel->entry->place);
		} else if (sum.anys) {
			finding = linter_say(l, subject,
					     "its access list " VT_FMT
					     " permits any to any: every packet that leaves by " VT_FMT
					     " is drawn into this tunnel",
					     VT_ARG(name), VT_ARG(tunnel->interface));
			linter_line(finding, sum.any_place);
		} else if (sum.ported) {
			finding = linter_say(l, subject,
					     "its access list " VT_FMT
					     " names protocols or ports: each makes a selector of its own, which other "
					     "vendors often refuse",
					     VT_ARG(name));
			linter_line(finding, sum.ported_place);
			if (finding)
				finding->severity = VT_ADVICE;
		}
		linter_peer(l, finding, &tunnel->peer);
	}
}

/* Without a group of its own a peer meets DefaultL2LGroup, which shows in the configuration once it was changed; with a
 * certificate, rules of its names may choose any group. */
static void say_no_group(struct linter *l, struct vt_finding *finding, const struct vt_expected_tunnel *tunnel)
{
	const struct vt_config_tunnel_group *shared = vt_config_tunnel_group_of(l->config, VT_STR("DefaultL2LGroup"));
	bool certificate = tunnel->entry && tunnel->entry->trustpoint.p;
	if (!finding || (!shared && !certificate))
		return;
	finding->severity = VT_WARNING;
	finding->confidence = VT_POSSIBLE;
	if (shared)
		linter_line(finding, shared->place);
}

/* L5: a tunnel-group with something to authenticate by. */
void lint_tunnel_groups(struct linter *l)
{
	if (!has(l, VT_SECTION_CRYPTO | VT_SECTION_TUNNEL_GROUP))
		return;
	for (size_t i = 0; i < l->expected->len; i++) {
		const struct vt_expected_tunnel *tunnel = &l->expected->tunnels[i];
		const struct vt_config_tunnel_group *group = group_of_peer(l, tunnel);
		char peer[VT_ADDR_TEXT];
		struct vt_finding *finding = NULL;
		vt_addr_format(&tunnel->peer, peer);
		struct vt_str subject = vt_str_of(vt_arena_printf(l->arena, "tunnel-group %s", peer));
		if (!group) {
			finding = linter_say(l, subject,
					     "there is none: IKE with %s stops as soon as its key is looked for", peer);
			say_no_group(l, finding, tunnel);
		} else if (group->type.p && !vt_str_eq(group->type, VT_STR("ipsec-l2l")))
			finding = linter_say(l, subject,
					     "its type is " VT_FMT ", not ipsec-l2l: the peer is treated as a client",
					     VT_ARG(group->type));
		else if (tunnel->ikev1 && !tunnel->ikev2 && !group->ikev1_key && !group->ikev1_trustpoint.p)
			finding = linter_say(l, subject, "it has no IKEv1 key and no trust-point");
		else if (tunnel->ikev2 && !tunnel->ikev1 &&
			 ((!group->ikev2_remote_key && !group->ikev2_remote_certificate) ||
			  (!group->ikev2_local_key && !group->ikev2_local_certificate.p)))
			finding = linter_say(l, subject, "it has no IKEv2 %s authentication",
					     !group->ikev2_remote_key && !group->ikev2_remote_certificate ? "remote"
													  : "local");
		if (group)
			linter_line(finding, group->place);
		linter_line(finding, place_of_tunnel(tunnel));
		linter_peer(l, finding, &tunnel->peer);
	}
}

static bool protocol_allowed(const struct vt_str_list *list, unsigned version)
{
	/* 8.3 and earlier say "IPSec" for the only version they have. */
	for (size_t i = 0; i < list->len; i++)
		if (vt_str_ieq(list->items[i], version == 1 ? VT_STR("ikev1") : VT_STR("ikev2")) ||
		    (version == 1 && vt_str_ieq(list->items[i], VT_STR("IPSec"))))
			return true;
	return false;
}

/* L6: the group-policy in force allows a version of the entry. */
void lint_group_policies(struct linter *l)
{
	if (!has(l, VT_SECTION_CRYPTO | VT_SECTION_TUNNEL_GROUP | VT_SECTION_GROUP_POLICY))
		return;
	const struct vt_config_group_policy *inherited = vt_config_group_policy_of(l->config, VT_STR("DfltGrpPolicy"));
	for (size_t i = 0; i < l->expected->len; i++) {
		const struct vt_expected_tunnel *tunnel = &l->expected->tunnels[i];
		const struct vt_config_group_policy *policy = policy_of_peer(l, tunnel);
		if (!policy || policy->tunnel_protocols.len == 0)
			policy = inherited;
		if (!policy || policy->tunnel_protocols.len == 0 || (!tunnel->ikev1 && !tunnel->ikev2))
			continue;
		if ((tunnel->ikev1 && protocol_allowed(&policy->tunnel_protocols, 1)) ||
		    (tunnel->ikev2 && protocol_allowed(&policy->tunnel_protocols, 2)))
			continue;
		struct vt_finding *finding = linter_say(
			l, vt_str_of(vt_arena_printf(l->arena, "group-policy " VT_FMT, VT_ARG(policy->name))),
			"its vpn-tunnel-protocol does not allow IKE version %s, which the tunnel to " VT_FMT " needs",
			tunnel->ikev1 && tunnel->ikev2 ? "1 or 2"
			: tunnel->ikev2                ? "2"
						       : "1",
			VT_ARG(tunnel->peer_text));
		linter_line(finding, policy->place);
		linter_line(finding, place_of_tunnel(tunnel));
		linter_peer(l, finding, &tunnel->peer);
	}
}

/* L7: a dynamic entry stands behind every static one. */
void lint_dynamic_sequence(struct linter *l)
{
	for (size_t i = 0; i < l->config->maps_len; i++) {
		const struct vt_config_map *map = &l->config->maps[i];
		const struct vt_config_map_entry *dynamic = NULL;
		if (map->dynamic)
			continue;
		for (size_t j = 0; j < map->entries_len; j++) {
			const struct vt_config_map_entry *entry = &map->entries[j];
			if (entry->dynamic_map.p) {
				dynamic = dynamic ? dynamic : entry;
				continue;
			}
			if (!dynamic)
				continue;
			struct vt_finding *finding = linter_say(
				l, subject_of_entry(l, map, dynamic),
				"it stands before the static entry %ju: that peer meets the dynamic one first",
				(uintmax_t)entry->sequence);
			linter_line(finding, dynamic->place);
			linter_line(finding, entry->place);
		}
	}
}

/* L17: the same peer in two entries of one interface, the same access list in two entries. */
void lint_duplicates(struct linter *l)
{
	struct vt_map seen = { 0 };
	for (size_t i = 0; i < l->expected->len; i++) {
		const struct vt_expected_tunnel *tunnel = &l->expected->tunnels[i];
		if (tunnel->vti)
			continue;
		char peer[VT_ADDR_TEXT];
		struct vt_str parts[] = { { peer, vt_addr_format(&tunnel->peer, peer) }, tunnel->entry->acl };
		for (size_t k = 0; k < 2; k++) {
			if (!parts[k].len || tunnel->rank > 0)
				continue; /* one peer may be the backup of many entries */
			uint64_t id = vt_hash_end(vt_hash_add(
					      vt_hash_add(vt_hash_add(VT_HASH_START, tunnel->interface), parts[k]),
					      k ? VT_STR("acl") : VT_STR("peer"))) |
				      1;
			const struct vt_expected_tunnel *first = vt_map_get(&seen, id);
			if (!first) {
				vt_map_put(&seen, id, (void *)(uintptr_t)tunnel);
				continue;
			}
			if (first->entry == tunnel->entry)
				continue;
			struct vt_finding *finding = linter_say(
				l, subject_of_tunnel(l, tunnel),
				"its %s " VT_FMT " stands in entry %ju of " VT_FMT " already: %s",
				k ? "access list" : "peer", VT_ARG(parts[k]), (uintmax_t)first->entry->sequence,
				VT_ARG(first->map->name),
				k ? "the lower sequence always wins, this entry is never used"
				  : "both share one IKE session, and whatever resets one resets the other");
			if (finding && k == 0)
				finding->severity = VT_ADVICE;
			linter_line(finding, first->entry->place);
			linter_line(finding, tunnel->entry->place);
			linter_peer(l, finding, &tunnel->peer);
		}
	}
	vt_map_clear(&seen);
}

static void say_undefined(struct linter *l, struct vt_str subject, struct vt_place place, const char *what,
			  struct vt_str name)
{
	linter_line(linter_say(l, subject, "it refers to the %s " VT_FMT ", which is not defined", what, VT_ARG(name)),
		    place);
}

static void references_of_entry(struct linter *l, const struct vt_config_map *map,
				const struct vt_config_map_entry *entry)
{
	struct vt_str subject = subject_of_entry(l, map, entry);
	for (size_t k = 0; k < entry->transform_sets.len; k++)
		if (!vt_config_transform_of(l->config, entry->transform_sets.items[k]))
			say_undefined(l, subject, entry->place, "transform-set", entry->transform_sets.items[k]);
	for (size_t k = 0; k < entry->proposals.len; k++)
		if (!vt_config_proposal_of(l->config, entry->proposals.items[k]))
			say_undefined(l, subject, entry->place, "ipsec-proposal", entry->proposals.items[k]);
	if (entry->dynamic_map.p && !vt_config_dynamic_map_of(l->config, entry->dynamic_map))
		say_undefined(l, subject, entry->place, "dynamic map", entry->dynamic_map);
}

/* What the networks of a crypto ACL refer to. */
static void references_of_list(struct linter *l, const struct vt_expected_tunnel *tunnel)
{
	const struct vt_resolve_report *report = &tunnel->report;
	struct vt_str subject = subject_of_tunnel(l, tunnel);
	struct vt_finding *finding = NULL;
	if (report->undefined)
		finding = linter_say(l, subject,
				     "its access list " VT_FMT " names " VT_FMT
				     ", which is not defined: those networks are not protected",
				     VT_ARG(tunnel->entry->acl), VT_ARG(report->first_undefined));
	else if (report->cycles)
		finding = linter_say(l, subject,
				     "its access list " VT_FMT " names an object-group that contains itself",
				     VT_ARG(tunnel->entry->acl));
	else if (report->bounded)
		finding = linter_say(l, subject,
				     "its access list " VT_FMT
				     " stands for more pairs than are looked at (%zu): nothing is said of the rest",
				     VT_ARG(tunnel->entry->acl), tunnel->pairs.len);
	if (finding && report->bounded && !report->undefined && !report->cycles)
		finding->severity = VT_ADVICE;
	linter_line(finding, tunnel->entry->place);
}

/* Which transform-sets and proposals something uses, and who uses them. */
struct used {
	bool *transforms, *proposals;
};

static void use(const struct vt_config *config, const struct used *used, const struct vt_str_list *transforms,
		const struct vt_str_list *proposals)
{
	for (size_t k = 0; k < transforms->len; k++) {
		const struct vt_config_transform *transform = vt_config_transform_of(config, transforms->items[k]);
		if (transform)
			used->transforms[transform - config->transforms] = true;
	}
	for (size_t k = 0; k < proposals->len; k++) {
		const struct vt_config_proposal *proposal = vt_config_proposal_of(config, proposals->items[k]);
		if (proposal)
			used->proposals[proposal - config->proposals] = true;
	}
}

static void say_unused(struct linter *l, const char *what, size_t n, const struct vt_place *places)
{
	if (n == 0)
		return;
	struct vt_finding *finding = linter_say(l, vt_str_of(what), "%zu of them %s used by nothing", n,
						n == 1 ? "is" : "are");
	if (finding) {
		finding->severity = VT_ADVICE;
		finding->advice = "remove what is not used: a name that nearly fits is soon taken for the right one";
	}
	for (size_t i = 0; i < n && i < VT_FINDING_PLACES; i++)
		linter_line(finding, places[i]);
}

static void unused_definitions(struct linter *l)
{
	const struct vt_config *config = l->config;
	struct used used = { VT_NEW_ARRAY(l->arena, bool, config->transforms_len),
			     VT_NEW_ARRAY(l->arena, bool, config->proposals_len) };
	for (size_t i = 0; i < config->maps_len; i++)
		for (size_t j = 0; j < config->maps[i].entries_len; j++)
			use(config, &used, &config->maps[i].entries[j].transform_sets,
			    &config->maps[i].entries[j].proposals);
	for (size_t i = 0; i < config->profiles_len; i++)
		use(config, &used, &config->profiles[i].transform_sets, &config->profiles[i].proposals);
	struct vt_place transforms[VT_FINDING_PLACES], proposals[VT_FINDING_PLACES];
	size_t n = 0, m = 0;
	for (size_t i = 0; i < config->transforms_len; i++)
		if (!used.transforms[i] && n++ < VT_FINDING_PLACES)
			transforms[n - 1] = config->transforms[i].place;
	for (size_t i = 0; i < config->proposals_len; i++)
		if (!used.proposals[i] && m++ < VT_FINDING_PLACES)
			proposals[m - 1] = config->proposals[i].place;
	say_unused(l, "transform-sets", n, transforms);
	say_unused(l, "ipsec-proposals", m, proposals);
}

static uint64_t id_of_peer(const struct vt_addr *peer)
{
	char text[VT_ADDR_TEXT];
	struct vt_str canonical = { text, vt_addr_format(peer, text) };
	return vt_hash_end(vt_hash_add(VT_HASH_START, canonical)) | 1;
}

static void note_peer(const struct linter *l, struct vt_map *peers, struct vt_str text)
{
	struct vt_addr peer;
	if (vt_config_address(l->config, text, &peer))
		vt_map_put(peers, id_of_peer(&peer), peers);
}

/* A tunnel-group named by an address that no entry has: left behind, or the address of the entry is wrong. */
static void unused_groups(struct linter *l)
{
	struct vt_map peers = { 0 };
	for (size_t i = 0; i < l->config->maps_len; i++)
		for (size_t j = 0; j < l->config->maps[i].entries_len; j++)
			for (size_t k = 0; k < l->config->maps[i].entries[j].peers.len; k++)
				note_peer(l, &peers, l->config->maps[i].entries[j].peers.items[k]);
	for (size_t i = 0; i < l->config->interfaces_len; i++)
		note_peer(l, &peers, l->config->interfaces[i].tunnel_destination);
	for (size_t i = 0; i < l->config->tunnel_groups_len; i++) {
		const struct vt_config_tunnel_group *group = &l->config->tunnel_groups[i];
		struct vt_addr peer;
		if (!vt_str_eq(group->type, VT_STR("ipsec-l2l")) || !vt_config_address(l->config, group->name, &peer) ||
		    vt_map_get(&peers, id_of_peer(&peer)))
			continue;
		struct vt_finding *finding = linter_say(
			l, vt_str_of(vt_arena_printf(l->arena, "tunnel-group " VT_FMT, VT_ARG(group->name))),
			"no crypto map entry and no tunnel interface has this peer");
		if (finding) {
			finding->severity = VT_ADVICE;
			finding->advice = "remove it, or correct set peer: the two addresses have to be the same";
		}
		linter_line(finding, group->place);
		linter_peer(l, finding, &peer);
	}
	vt_map_clear(&peers);
}

/* L18: what is referred to is defined; what is defined is used. */
void lint_references(struct linter *l)
{
	if (!has(l, VT_SECTION_CRYPTO | VT_SECTION_IKE))
		return;
	for (size_t i = 0; i < l->config->maps_len; i++)
		for (size_t j = 0; j < l->config->maps[i].entries_len; j++)
			references_of_entry(l, &l->config->maps[i], &l->config->maps[i].entries[j]);
	for (size_t i = 0; i < l->expected->len && has(l, VT_SECTION_OBJECTS); i++)
		if (l->expected->tunnels[i].rank == 0 && !l->expected->tunnels[i].vti)
			references_of_list(l, &l->expected->tunnels[i]);
	if (l->config->maps_len || has(l, VT_SECTION_INTERFACE))
		unused_definitions(l);
	/* Peers of a dynamic map have no entry. */
	if (!l->expected->dynamic && has(l, VT_SECTION_INTERFACE | VT_SECTION_TUNNEL_GROUP))
		unused_groups(l);
}

/* L20: a peer that is one of our own addresses. */
void lint_own_address(struct linter *l)
{
	for (size_t i = 0; i < l->expected->len; i++) {
		const struct vt_expected_tunnel *tunnel = &l->expected->tunnels[i];
		for (size_t j = 0; j < l->config->interfaces_len; j++) {
			struct vt_addr own;
			const struct vt_config_interface *ifc = &l->config->interfaces[j];
			if (!ifc->addr.p || !vt_config_address(l->config, ifc->addr, &own) ||
			    !vt_addr_eq(&own, &tunnel->peer))
				continue;
			struct vt_finding *finding = linter_say(l, subject_of_tunnel(l, tunnel),
								"its peer " VT_FMT
								" is the address of our own interface " VT_FMT,
								VT_ARG(tunnel->peer_text), VT_ARG(ifc->nameif));
			linter_line(finding, place_of_tunnel(tunnel));
			linter_line(finding, ifc->place);
			linter_peer(l, finding, &tunnel->peer);
		}
	}
}
