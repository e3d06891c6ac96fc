/* SPDX-License-Identifier: MIT
 * What the lines of a configuration refer to.
 *
 * A group is expanded depth first along a path of at most VT_RESOLVE_DEPTH_MAX groups; one that is met again on its
 * own path is a cycle and contributes nothing. Networks are collected once each expansion, never a table of all groups:
 * the groups a crypto ACL names are few, and a configuration may hold thousands it does not.
 */
#include "config/resolve.h"

#include "base/hash.h"

static size_t index_of(const struct vt_config *config, const char *kind, struct vt_str name)
{
	uint64_t id = vt_hash_end(vt_hash_add(vt_hash_add(VT_HASH_START, vt_str_of(kind)), name)) | 1;
	uintptr_t found = (uintptr_t)vt_map_get(&config->by_name, id);
	return found ? found - 1 : SIZE_MAX;
}

#define LOOK_UP(function, type, array, kind)                                                                           \
	const struct type *function(const struct vt_config *config, struct vt_str name)                                \
	{                                                                                                              \
		size_t index = name.len ? index_of(config, kind, name) : SIZE_MAX;                                     \
		return index == SIZE_MAX ? NULL : &config->array[index];                                               \
	}

LOOK_UP(vt_config_interface_of, vt_config_interface, interfaces, "nameif")
LOOK_UP(vt_config_acl_of, vt_config_acl, acls, "acl")
LOOK_UP(vt_config_object_of, vt_config_object, objects, "object")
LOOK_UP(vt_config_group_of, vt_config_group, groups, "group")
LOOK_UP(vt_config_dynamic_map_of, vt_config_map, maps, "dynamic-map")
LOOK_UP(vt_config_tunnel_group_of, vt_config_tunnel_group, tunnel_groups, "tunnel-group")
LOOK_UP(vt_config_group_policy_of, vt_config_group_policy, group_policies, "group-policy")
LOOK_UP(vt_config_transform_of, vt_config_transform, transforms, "transform")
LOOK_UP(vt_config_proposal_of, vt_config_proposal, proposals, "proposal")
LOOK_UP(vt_config_profile_of, vt_config_profile, profiles, "profile")

bool vt_config_address(const struct vt_config *config, struct vt_str text, struct vt_addr *addr)
{
	if (vt_addr_parse(text, addr))
		return true;
	size_t index = text.len ? index_of(config, "name", text) : SIZE_MAX;
	return index != SIZE_MAX && vt_addr_parse(config->names[index].addr, addr);
}

static void add_net(struct vt_arena *arena, struct vt_nets *nets, const struct vt_net *net,
		    struct vt_resolve_report *report)
{
	if (nets->len >= VT_RESOLVE_NETS_MAX) {
		report->bounded = true;
		return;
	}
	*VT_PUSH(arena, nets->items, nets->len, nets->cap) = *net;
}

static void undefined(struct vt_resolve_report *report, struct vt_str name)
{
	if (report->undefined++ == 0)
		report->first_undefined = name;
}

static void add_host(const struct vt_config *config, struct vt_str addr, struct vt_arena *arena, struct vt_nets *nets,
		     struct vt_resolve_report *report)
{
	struct vt_net net;
	if (!vt_config_address(config, addr, &net.addr)) {
		undefined(report, addr);
		return;
	}
	net.prefix = net.addr.family == 4 ? 32 : 128;
	add_net(arena, nets, &net, report);
}

/* "10.0.0.0" and "255.0.0.0", or "2001:db8::/32" alone. */
static void add_subnet(const struct vt_config *config, struct vt_str addr, struct vt_str mask, struct vt_arena *arena,
		       struct vt_nets *nets, struct vt_resolve_report *report)
{
	struct vt_net net;
	unsigned prefix;
	ptrdiff_t slash = vt_str_find_char(addr, '/');
	if (slash >= 0) {
		mask = vt_str_from(addr, (size_t)slash + 1);
		addr = vt_str_first(addr, (size_t)slash);
	}
	if (!vt_config_address(config, addr, &net.addr)) {
		undefined(report, addr);
		return;
	}
	if (!vt_prefix_parse(mask, &prefix) || prefix > (net.addr.family == 4 ? 32u : 128u)) {
		report->unusable++;
		return;
	}
	net.prefix = (uint8_t)prefix;
	vt_net_mask(&net);
	add_net(arena, nets, &net, report);
}

static void add_any(uint8_t family, struct vt_arena *arena, struct vt_nets *nets, struct vt_resolve_report *report)
{
	struct vt_net net = { .addr = { .family = family } };
	add_net(arena, nets, &net, report);
}

static void add_object(const struct vt_config *config, struct vt_str name, struct vt_arena *arena, struct vt_nets *nets,
		       struct vt_resolve_report *report)
{
	const struct vt_config_object *object = vt_config_object_of(config, name);
	if (!object) {
		undefined(report, name);
		return;
	}
	switch (object->kind) {
	case VT_OBJECT_HOST:
		add_host(config, object->addr, arena, nets, report);
		break;
	case VT_OBJECT_SUBNET:
		add_subnet(config, object->addr, object->mask, arena, nets, report);
		break;
	case VT_OBJECT_NONE:
	case VT_OBJECT_RANGE: /* cannot be a proxy identity */
	case VT_OBJECT_FQDN:
	case VT_OBJECT_SERVICE:
		report->unusable++;
		break;
	}
}

/* The groups we are inside of, from the innermost outwards. */
struct path {
	const struct path *outer;
	const struct vt_config_group *group;
	unsigned depth;
};

static void add_group(const struct vt_config *config, struct vt_str name, const struct path *outer,
		      struct vt_arena *arena, struct vt_nets *nets, struct vt_resolve_report *report)
{
	struct path path = { outer, vt_config_group_of(config, name), outer ? outer->depth + 1 : 1 };
	if (!path.group) {
		undefined(report, name);
		return;
	}
	for (const struct path *p = outer; p; p = p->outer)
		if (p->group == path.group) {
			report->cycles++;
			return;
		}
	if (path.depth > VT_RESOLVE_DEPTH_MAX || report->visited++ >= VT_RESOLVE_VISITS_MAX) {
		report->bounded = true;
		return;
	}
	for (size_t i = 0; i < path.group->members_len && !report->bounded; i++) {
		const struct vt_config_member *member = &path.group->members[i];
		switch (member->kind) {
		case VT_MEMBER_HOST:
			add_host(config, member->addr, arena, nets, report);
			break;
		case VT_MEMBER_SUBNET:
			add_subnet(config, member->addr, member->mask, arena, nets, report);
			break;
		case VT_MEMBER_OBJECT:
			add_object(config, member->addr, arena, nets, report);
			break;
		case VT_MEMBER_GROUP:
			add_group(config, member->addr, &path, arena, nets, report);
			break;
		case VT_MEMBER_OTHER:
			report->unusable++;
			break;
		}
	}
}

void vt_resolve_operand(const struct vt_config *config, const struct vt_operand *operand, struct vt_arena *arena,
			struct vt_nets *nets, struct vt_resolve_report *report)
{
	switch (operand->kind) {
	case VT_OPERAND_ANY:
		add_any(4, arena, nets, report);
		break;
	case VT_OPERAND_ANY6:
		add_any(6, arena, nets, report);
		break;
	case VT_OPERAND_HOST:
		add_host(config, operand->addr, arena, nets, report);
		break;
	case VT_OPERAND_SUBNET:
		add_subnet(config, operand->addr, operand->mask, arena, nets, report);
		break;
	case VT_OPERAND_OBJECT:
		add_object(config, operand->addr, arena, nets, report);
		break;
	case VT_OPERAND_GROUP:
		add_group(config, operand->addr, NULL, arena, nets, report);
		break;
	case VT_OPERAND_INTERFACE: {
		const struct vt_config_interface *ifc = vt_config_interface_of(config, operand->addr);
		if (ifc && ifc->addr.p)
			add_host(config, ifc->addr, arena, nets, report);
		else
			undefined(report, operand->addr);
		break;
	}
	}
}

void vt_resolve_name(const struct vt_config *config, struct vt_str name, struct vt_arena *arena, struct vt_nets *nets,
		     struct vt_resolve_report *report)
{
	if (vt_str_eq(name, VT_STR("any")))
		add_any(4, arena, nets, report);
	else if (vt_config_object_of(config, name))
		add_object(config, name, arena, nets, report);
	else
		add_group(config, name, NULL, arena, nets, report);
}

static const struct {
	const char *name;
	uint64_t number;
} protocols[] = {
	{ "ip", 0 },    { "icmp", 1 },   { "igmp", 2 },   { "ipinip", 4 }, { "tcp", 6 },
	{ "igrp", 9 },  { "udp", 17 },   { "gre", 47 },   { "esp", 50 },   { "ah", 51 },
	{ "ahp", 51 },  { "icmp6", 58 }, { "eigrp", 88 }, { "ospf", 89 },  { "nos", 94 },
	{ "pim", 103 }, { "pcp", 108 },  { "snp", 109 },  { "sctp", 132 },
};

static bool protocol_number(struct vt_str text, uint64_t *number)
{
	for (size_t i = 0; i < sizeof protocols / sizeof *protocols; i++)
		if (vt_str_eq(text, vt_str_of(protocols[i].name))) {
			*number = protocols[i].number;
			return true;
		}
	return vt_str_to_u64(text, number);
}

/* "eq 443" names one port; anything else (a range, a name) is "some ports": the selector is the protocol's. */
static uint64_t port_of(struct vt_str ports)
{
	uint64_t port;
	return vt_str_starts(ports, VT_STR("eq ")) && vt_str_to_u64(vt_str_from(ports, 3), &port) ? port : 0;
}

static void add_pairs(uint32_t text, const struct vt_config_ace *ace, const struct vt_nets *local,
		      const struct vt_nets *remote, struct vt_arena *arena, struct vt_pairs *pairs,
		      struct vt_resolve_report *report)
{
	uint64_t protocol = 0;
	if (ace->protocol_is_group || ace->protocol_is_object || !protocol_number(ace->protocol, &protocol))
		report->unusable++;
	for (size_t i = 0; i < local->len; i++)
		for (size_t j = 0; j < remote->len; j++) {
			if (local->items[i].addr.family != remote->items[j].addr.family)
				continue;
			if (pairs->len >= VT_RESOLVE_PAIRS_MAX) {
				report->bounded = true;
				return;
			}
			*VT_PUSH(arena, pairs->items, pairs->len,
				 pairs->cap) = (struct vt_pair){ .local = local->items[i],
								 .remote = remote->items[j],
								 .protocol = protocol,
								 .port = port_of(ace->destination_ports),
								 .text = text,
								 .line = ace->line,
								 .permit = ace->permit };
		}
}

void vt_resolve_crypto_acl(const struct vt_config *config, const struct vt_config_acl *acl, struct vt_arena *arena,
			   struct vt_pairs *pairs, struct vt_resolve_report *report)
{
	struct vt_nets local = { 0 }, remote = { 0 };
	for (size_t i = 0; i < acl->aces_len && !report->bounded; i++) {
		const struct vt_config_ace *ace = &acl->aces[i];
		if (ace->inactive || ace->standard)
			continue;
		local.len = remote.len = 0;
		vt_resolve_operand(config, &ace->source, arena, &local, report);
		vt_resolve_operand(config, &ace->destination, arena, &remote, report);
		add_pairs(acl->text, ace, &local, &remote, arena, pairs, report);
	}
}

struct vt_lifetime vt_config_lifetime(const struct vt_config *config, const struct vt_config_map_entry *entry)
{
	struct vt_lifetime lifetime = { entry->lifetime_s, entry->lifetime_kb };
	if (lifetime.s == VT_ABSENT)
		lifetime.s = config->lifetime_s != VT_ABSENT ? config->lifetime_s : 28800;
	if (entry->lifetime_kb_unlimited || (lifetime.kb == VT_ABSENT && config->lifetime_kb_unlimited))
		lifetime.kb = VT_ABSENT;
	else if (lifetime.kb == VT_ABSENT)
		lifetime.kb = config->lifetime_kb != VT_ABSENT ? config->lifetime_kb : 4608000;
	return lifetime;
}

struct vt_lifetime vt_config_profile_lifetime(const struct vt_config *config, const struct vt_config_profile *profile)
{
	/* A profile has the same three settings as an entry. */
	struct vt_config_map_entry entry = { .lifetime_s = VT_ABSENT, .lifetime_kb = VT_ABSENT };
	if (profile) {
		entry.lifetime_s = profile->lifetime_s;
		entry.lifetime_kb = profile->lifetime_kb;
		entry.lifetime_kb_unlimited = profile->lifetime_kb_unlimited;
	}
	return vt_config_lifetime(config, &entry);
}

const struct vt_config_tunnel_group *vt_config_group_of_peer(const struct vt_config *config,
							     const struct vt_expected_tunnel *tunnel)
{
	char text[VT_ADDR_TEXT];
	struct vt_str address = { text, vt_addr_format(&tunnel->peer, text) };
	const struct vt_config_tunnel_group *group = vt_config_tunnel_group_of(config, address);
	return group ? group : vt_config_tunnel_group_of(config, tunnel->peer_text);
}

unsigned vt_config_pfs(const struct vt_config *config, bool pfs, struct vt_str group)
{
	uint64_t number;
	if (!pfs)
		return 0;
	if (vt_str_starts(group, VT_STR("group")) && vt_str_to_u64(vt_str_from(group, 5), &number) && number < 1000)
		return (unsigned)number;
	return config->major > 9 || (config->major == 9 && config->minor >= 13) ? 14 : 2;
}

uint64_t vt_config_idle_timeout_min(const struct vt_config *config, const struct vt_config_tunnel_group *group)
{
	const struct vt_config_group_policy *chain[] = {
		group ? vt_config_group_policy_of(config, group->group_policy) : NULL,
		vt_config_group_policy_of(config, VT_STR("DfltGrpPolicy")),
	};
	for (size_t i = 0; i < 2; i++) {
		if (chain[i] && chain[i]->idle_timeout_none)
			return VT_ABSENT;
		if (chain[i] && chain[i]->idle_timeout_min != VT_ABSENT)
			return chain[i]->idle_timeout_min;
	}
	return 30;
}
