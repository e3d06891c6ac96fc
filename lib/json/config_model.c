/* SPDX-License-Identifier: MIT
 * The model of a running configuration as JSON.
 */
#include "json/config_model.h"

static void key_list(struct vt_json *json, const char *key, const struct vt_str_list *list)
{
	if (list->len == 0)
		return;
	vt_json_key(json, key);
	vt_json_array(json);
	for (size_t i = 0; i < list->len; i++)
		vt_json_str(json, list->items[i]);
	vt_json_array_end(json);
}

static void key_true(struct vt_json *json, const char *key, bool value)
{
	if (value)
		vt_json_key_bool(json, key, true);
}

static void begin(struct vt_json *json, struct vt_place place)
{
	vt_json_object(json);
	vt_json_key_u64(json, "line", place.first);
}

static void interface_json(const struct vt_config_interface *ifc, struct vt_json *json)
{
	begin(json, ifc->place);
	vt_json_key_str(json, "hardware", ifc->hardware);
	vt_json_key_str(json, "nameif", ifc->nameif);
	vt_json_key_str(json, "addr", ifc->addr);
	vt_json_key_str(json, "mask", ifc->mask);
	vt_json_key_str(json, "standby_addr", ifc->standby_addr);
	key_list(json, "ipv6", &ifc->ipv6);
	vt_json_key_u64(json, "security_level", ifc->security_level);
	vt_json_key_u64(json, "mtu", ifc->mtu);
	vt_json_key_u64(json, "vlan", ifc->vlan);
	key_true(json, "shutdown", ifc->shutdown);
	vt_json_key_str(json, "tunnel_source", ifc->tunnel_source);
	vt_json_key_str(json, "tunnel_destination", ifc->tunnel_destination);
	vt_json_key_str(json, "ipsec_profile", ifc->ipsec_profile);
	vt_json_object_end(json);
}

static void object_json(const struct vt_config_object *object, struct vt_json *json)
{
	static const char *const kinds[] = { "none", "host", "subnet", "range", "fqdn", "service" };
	begin(json, object->place);
	vt_json_key_str(json, "name", object->name);
	vt_json_key_text(json, "kind", kinds[object->kind]);
	vt_json_key_str(json, "addr", object->addr);
	vt_json_key_str(json, object->kind == VT_OBJECT_RANGE ? "last" : "mask", object->mask);
	vt_json_key_str(json, "protocol", object->protocol);
	vt_json_key_str(json, "source_ports", object->source_ports);
	vt_json_key_str(json, "destination_ports", object->destination_ports);
	vt_json_object_end(json);
}

static void group_json(const struct vt_config_group *group, struct vt_json *json)
{
	static const char *const kinds[] = { "host", "subnet", "object", "group", "other" };
	begin(json, group->place);
	vt_json_key_str(json, "type", group->type);
	vt_json_key_str(json, "name", group->name);
	vt_json_key(json, "members");
	vt_json_array(json);
	for (size_t i = 0; i < group->members_len; i++) {
		vt_json_object(json);
		vt_json_key_text(json, "kind", kinds[group->members[i].kind]);
		vt_json_key_str(json, "value", group->members[i].addr);
		vt_json_key_str(json, "mask", group->members[i].mask);
		vt_json_object_end(json);
	}
	vt_json_array_end(json);
	vt_json_object_end(json);
}

static void acl_json(const struct vt_config_acl *acl, struct vt_json *json)
{
	vt_json_object(json);
	vt_json_key_u64(json, "line", acl->aces_len ? acl->aces[0].line : VT_ABSENT);
	vt_json_key_str(json, "name", acl->name);
	vt_json_key_u64(json, "entries", acl->aces_len);
	vt_json_object_end(json);
}

static void access_group_json(const struct vt_config_access_group *group, struct vt_json *json)
{
	begin(json, group->place);
	vt_json_key_str(json, "acl", group->acl);
	vt_json_key_str(json, "direction", group->direction);
	vt_json_key_str(json, "interface", group->interface);
	key_true(json, "control_plane", group->control_plane);
	vt_json_object_end(json);
}

static void nat_json(const struct vt_config_nat *nat, struct vt_json *json)
{
	static const char *const kinds[] = { "twice", "object", "exempt", "static", "dynamic" };
	begin(json, nat->place);
	vt_json_key_text(json, "kind", kinds[nat->kind]);
	vt_json_key_str(json, "real_interface", nat->real_interface);
	vt_json_key_str(json, "mapped_interface", nat->mapped_interface);
	vt_json_key_str(json, "source_real", nat->source_real);
	vt_json_key_str(json, "source_mapped", nat->source_mapped);
	vt_json_key_str(json, "destination_mapped", nat->destination_mapped);
	vt_json_key_str(json, "destination_real", nat->destination_real);
	vt_json_key_str(json, "acl", nat->acl);
	key_true(json, "dynamic", nat->dynamic);
	key_true(json, "after_auto", nat->after_auto);
	key_true(json, "inactive", nat->inactive);
	vt_json_object_end(json);
}

static void entry_json(const struct vt_config_map_entry *entry, struct vt_json *json)
{
	static const char *const types[] = { "bidirectional", "originate-only", "answer-only" };
	begin(json, entry->place);
	vt_json_key_u64(json, "sequence", entry->sequence);
	vt_json_key_str(json, "acl", entry->acl);
	key_list(json, "peers", &entry->peers);
	key_list(json, "transform_sets", &entry->transform_sets);
	key_list(json, "proposals", &entry->proposals);
	key_true(json, "pfs", entry->pfs);
	vt_json_key_str(json, "pfs_group", entry->pfs_group);
	vt_json_key_u64(json, "lifetime_s", entry->lifetime_s);
	vt_json_key_u64(json, "lifetime_kb", entry->lifetime_kb);
	key_true(json, "lifetime_kb_unlimited", entry->lifetime_kb_unlimited);
	vt_json_key_text(json, "connection_type", types[entry->connection_type]);
	key_true(json, "reverse_route", entry->reverse_route);
	key_true(json, "nat_t_disable", entry->nat_t_disable);
	key_true(json, "aggressive", entry->aggressive);
	vt_json_key_str(json, "trustpoint", entry->trustpoint);
	vt_json_key_str(json, "df_bit", entry->df_bit);
	vt_json_key_str(json, "dynamic_map", entry->dynamic_map);
	vt_json_object_end(json);
}

static void map_json(const struct vt_config_map *map, struct vt_json *json)
{
	vt_json_object(json);
	vt_json_key_str(json, "name", map->name);
	key_true(json, "dynamic", map->dynamic);
	key_list(json, "interfaces", &map->interfaces);
	vt_json_key(json, "entries");
	vt_json_array(json);
	for (size_t i = 0; i < map->entries_len; i++)
		entry_json(&map->entries[i], json);
	vt_json_array_end(json);
	vt_json_object_end(json);
}

static void transform_json(const struct vt_config_transform *transform, struct vt_json *json)
{
	begin(json, transform->place);
	vt_json_key_str(json, "name", transform->name);
	key_list(json, "algorithms", &transform->algorithms);
	key_true(json, "transport", transform->transport);
	vt_json_object_end(json);
}

static void proposal_json(const struct vt_config_proposal *proposal, struct vt_json *json)
{
	begin(json, proposal->place);
	vt_json_key_str(json, "name", proposal->name);
	key_list(json, "encryption", &proposal->encryption);
	key_list(json, "integrity", &proposal->integrity);
	vt_json_object_end(json);
}

static void profile_json(const struct vt_config_profile *profile, struct vt_json *json)
{
	begin(json, profile->place);
	vt_json_key_str(json, "name", profile->name);
	key_list(json, "transform_sets", &profile->transform_sets);
	key_list(json, "proposals", &profile->proposals);
	key_true(json, "pfs", profile->pfs);
	vt_json_key_str(json, "pfs_group", profile->pfs_group);
	vt_json_key_u64(json, "lifetime_s", profile->lifetime_s);
	vt_json_key_u64(json, "lifetime_kb", profile->lifetime_kb);
	vt_json_object_end(json);
}

static void policy_json(const struct vt_config_policy *policy, struct vt_json *json)
{
	begin(json, policy->place);
	vt_json_key_u64(json, "version", policy->version);
	vt_json_key_u64(json, "priority", policy->priority);
	vt_json_key_str(json, "authentication", policy->authentication);
	key_list(json, "encryption", &policy->encryption);
	key_list(json, "hash", &policy->hash);
	key_list(json, "group", &policy->group);
	key_list(json, "prf", &policy->prf);
	vt_json_key_u64(json, "lifetime_s", policy->lifetime_s);
	vt_json_object_end(json);
}

static void enable_json(const struct vt_config_enable *enable, struct vt_json *json)
{
	begin(json, enable->place);
	vt_json_key_u64(json, "version", enable->version);
	vt_json_key_str(json, "interface", enable->interface);
	vt_json_object_end(json);
}

static void tunnel_group_json(const struct vt_config_tunnel_group *group, struct vt_json *json)
{
	static const char *const keepalives[] = { "default", "set", "disabled", "infinite" };
	begin(json, group->place);
	vt_json_key_str(json, "name", group->name);
	vt_json_key_str(json, "type", group->type);
	vt_json_key_str(json, "group_policy", group->group_policy);
	key_true(json, "ikev1_key", group->ikev1_key);
	vt_json_key_str(json, "ikev1_trustpoint", group->ikev1_trustpoint);
	key_true(json, "ikev2_local_key", group->ikev2_local_key);
	key_true(json, "ikev2_remote_key", group->ikev2_remote_key);
	vt_json_key_str(json, "ikev2_local_certificate", group->ikev2_local_certificate);
	key_true(json, "ikev2_remote_certificate", group->ikev2_remote_certificate);
	vt_json_key_str(json, "peer_id_validate", group->peer_id_validate);
	vt_json_key_text(json, "keepalive", keepalives[group->keepalive]);
	vt_json_key_u64(json, "keepalive_threshold_s", group->keepalive_threshold_s);
	vt_json_key_u64(json, "keepalive_retry_s", group->keepalive_retry_s);
	vt_json_object_end(json);
}

static void group_policy_json(const struct vt_config_group_policy *policy, struct vt_json *json)
{
	begin(json, policy->place);
	vt_json_key_str(json, "name", policy->name);
	key_list(json, "tunnel_protocols", &policy->tunnel_protocols);
	vt_json_key_u64(json, "idle_timeout_min", policy->idle_timeout_min);
	key_true(json, "idle_timeout_none", policy->idle_timeout_none);
	vt_json_key_u64(json, "session_timeout_min", policy->session_timeout_min);
	key_true(json, "session_timeout_none", policy->session_timeout_none);
	vt_json_key_str(json, "vpn_filter", policy->vpn_filter);
	vt_json_object_end(json);
}

static void route_json(const struct vt_config_route *route, struct vt_json *json)
{
	begin(json, route->place);
	vt_json_key_str(json, "interface", route->interface);
	vt_json_key_str(json, "network", route->network);
	vt_json_key_str(json, "mask", route->mask);
	vt_json_key_str(json, "gateway", route->gateway);
	vt_json_key_u64(json, "metric", route->metric);
	vt_json_key_str(json, "track", route->track);
	vt_json_object_end(json);
}

static void name_json(const struct vt_config_name *name, struct vt_json *json)
{
	begin(json, name->place);
	vt_json_key_str(json, "addr", name->addr);
	vt_json_key_str(json, "name", name->name);
	vt_json_object_end(json);
}

/* A list is left out when it is empty: most sections are, when one of them was read. */
#define LIST(key, member, function)                                                                                    \
	do {                                                                                                           \
		if (config->member##_len == 0)                                                                         \
			break;                                                                                         \
		vt_json_key(json, key);                                                                                \
		vt_json_array(json);                                                                                   \
		for (size_t i = 0; i < config->member##_len; i++)                                                      \
			function(&config->member[i], json);                                                            \
		vt_json_array_end(json);                                                                               \
	} while (0)

void vt_config_model_json(const struct vt_config *config, struct vt_json *json)
{
	vt_json_object(json);
	vt_json_key_str(json, "hostname", config->hostname);
	vt_json_key_str(json, "domain", config->domain);
	vt_json_key_str(json, "version", config->version);
	LIST("names", names, name_json);
	LIST("interfaces", interfaces, interface_json);
	LIST("objects", objects, object_json);
	LIST("object_groups", groups, group_json);
	LIST("access_lists", acls, acl_json);
	LIST("nat", nats, nat_json);
	LIST("access_groups", access_groups, access_group_json);
	LIST("routes", routes, route_json);
	LIST("transform_sets", transforms, transform_json);
	LIST("ipsec_proposals", proposals, proposal_json);
	LIST("ipsec_profiles", profiles, profile_json);
	LIST("crypto_maps", maps, map_json);
	LIST("ike_policies", policies, policy_json);
	LIST("ike_enabled", enables, enable_json);
	LIST("group_policies", group_policies, group_policy_json);
	LIST("tunnel_groups", tunnel_groups, tunnel_group_json);
	vt_json_key_u64(json, "lifetime_s", config->lifetime_s);
	vt_json_key_u64(json, "lifetime_kb", config->lifetime_kb);
	vt_json_key_u64(json, "tcpmss", config->tcpmss);
	vt_json_key_str(json, "isakmp_identity", config->isakmp_identity);
	vt_json_object_end(json);
}
