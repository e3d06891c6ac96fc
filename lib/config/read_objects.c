/* SPDX-License-Identifier: MIT
 * Names, interfaces, objects, object-groups, routes, and the few lines about the box as a whole.
 */
#include "config/reader.h"

/* ---- name 10.1.1.1 inside-host [description …] ---- */

bool read_name(struct reader *r, const struct words *words)
{
	struct vt_config *config = r->config;
	if (words->n < 3)
		return false;
	struct vt_config_name *name = VT_PUSH(config->arena, config->names, config->names_len, config->names_cap);
	*name = (struct vt_config_name){ .addr = words->w[1], .name = words->w[2], .place = here(r) };
	name_index(config, "name", name->name, config->names_len - 1);
	return true;
}

/* ---- interface GigabitEthernet0/0 … ---- */

static struct vt_config_interface *interface_of(struct reader *r)
{
	return &r->config->interfaces[r->block_index];
}

static struct vt_place *interface_place(struct reader *r)
{
	return &interface_of(r)->place;
}

static bool interface_ip(struct reader *r, const struct words *words)
{
	struct vt_config_interface *ifc = interface_of(r);
	if (!word_is(words, 1, "address"))
		return true; /* ip verify, ospf … */
	if (word_is(words, 2, "dhcp") || word_is(words, 2, "pppoe")) {
		ifc->dhcp = true;
		return true;
	}
	if (words->n < 4)
		return false;
	ifc->addr = words->w[2];
	ifc->mask = words->w[3];
	if (word_is(words, 4, "standby"))
		ifc->standby_addr = word_at(words, 5);
	return true;
}

static bool interface_tunnel(struct reader *r, const struct words *words)
{
	struct vt_config_interface *ifc = interface_of(r);
	if (word_is(words, 1, "source"))
		ifc->tunnel_source = word_is(words, 2, "interface") ? word_at(words, 3) : word_at(words, 2);
	else if (word_is(words, 1, "destination"))
		ifc->tunnel_destination = word_at(words, 2);
	else if (word_is(words, 1, "protection") && word_is(words, 2, "ipsec"))
		ifc->ipsec_profile = word_at(words, 4);
	return true;
}

static bool interface_line(struct reader *r, const struct words *words)
{
	struct vt_config_interface *ifc = interface_of(r);
	if (word_is(words, 0, "nameif")) {
		ifc->nameif = words->no ? VT_STR_NONE : word_at(words, 1);
		if (ifc->nameif.p)
			name_index(r->config, "nameif", ifc->nameif, r->block_index);
	} else if (word_is(words, 0, "security-level"))
		ifc->security_level = words->no ? VT_ABSENT : number_at(words, 1);
	else if (word_is(words, 0, "ip") && !words->no)
		return interface_ip(r, words);
	else if (word_is(words, 0, "ipv6") && word_is(words, 1, "address") && !words->no)
		ifc->ipv6 = words_list(r, words, 2);
	else if (word_is(words, 0, "shutdown"))
		ifc->shutdown = !words->no;
	else if (word_is(words, 0, "vlan"))
		ifc->vlan = number_at(words, 1);
	else if (word_is(words, 0, "tunnel"))
		return interface_tunnel(r, words);
	return true; /* speed, duplex, description, ospf …: what else there is about a port says nothing about VPN */
}

bool read_interface(struct reader *r, const struct words *words)
{
	struct vt_config *config = r->config;
	if (words->n < 2)
		return false;
	*VT_PUSH(config->arena, config->interfaces, config->interfaces_len,
		 config->interfaces_cap) = (struct vt_config_interface){ .hardware = words->w[1],
									 .security_level = VT_ABSENT,
									 .mtu = VT_ABSENT,
									 .vlan = VT_ABSENT,
									 .is_vti = vt_str_istarts(words->w[1],
												  VT_STR("Tunnel")),
									 .place = here(r) };
	open_block(r, interface_line, config->interfaces_len - 1, interface_place);
	return true;
}

/* ---- mtu IFC N: behind the interfaces, each on a line of its own ---- */

bool read_mtu(struct reader *r, const struct words *words)
{
	size_t index = words->n == 3 ? index_of_name(r->config, "nameif", words->w[1]) : SIZE_MAX;
	if (index != SIZE_MAX)
		r->config->interfaces[index].mtu = number_at(words, 2);
	return true;
}

/* ---- object network X · object service X ---- */

static struct vt_place *object_place(struct reader *r)
{
	return &r->config->objects[r->block_index].place;
}

/* tcp [source eq 80] [destination eq 443] */
static void object_service(struct vt_config_object *object, const struct words *words)
{
	object->kind = VT_OBJECT_SERVICE;
	object->protocol = word_at(words, 1);
	for (size_t i = 2; i < words->n; i++) {
		struct vt_str *ports = word_is(words, i, "source")        ? &object->source_ports
				       : word_is(words, i, "destination") ? &object->destination_ports
									  : NULL;
		if (!ports || i + 2 >= words->n)
			continue;
		size_t last = word_is(words, i + 1, "range") && i + 3 < words->n ? i + 3 : i + 2;
		*ports = vt_str_between(words->w[i + 1].p, words->w[last].p + words->w[last].len);
		i = last;
	}
}

static bool object_line(struct reader *r, const struct words *words)
{
	struct vt_config_object *object = &r->config->objects[r->block_index];
	if (word_is(words, 0, "host") && words->n >= 2) {
		object->kind = VT_OBJECT_HOST;
		object->addr = words->w[1];
	} else if (word_is(words, 0, "subnet") && words->n >= 2) {
		object->kind = VT_OBJECT_SUBNET;
		object->addr = words->w[1];
		object->mask = word_at(words, 2);
	} else if (word_is(words, 0, "range") && words->n >= 3) {
		object->kind = VT_OBJECT_RANGE;
		object->addr = words->w[1];
		object->mask = words->w[2];
	} else if (word_is(words, 0, "fqdn")) {
		object->kind = VT_OBJECT_FQDN;
		object->addr = words->n ? words->w[words->n - 1] : VT_STR_NONE;
	} else if (word_is(words, 0, "service"))
		object_service(object, words);
	else if (word_is(words, 0, "nat")) {
		r->config->sections |= VT_SECTION_NAT;
		return read_nat_of_object(r, words, object->name);
	} else
		return word_is(words, 0, "description");
	return true;
}

bool read_object(struct reader *r, const struct words *words)
{
	struct vt_config *config = r->config;
	if (words->n < 3)
		return false;
	/* NAT rules of objects are printed in a second pass, under the same heading. */
	size_t index = index_of_name(config, "object", words->w[2]);
	if (index == SIZE_MAX) {
		index = config->objects_len;
		*VT_PUSH(config->arena, config->objects, config->objects_len,
			 config->objects_cap) = (struct vt_config_object){ .name = words->w[2], .place = here(r) };
		name_index(config, "object", words->w[2], index);
		open_block(r, object_line, index, object_place);
	} else
		open_block(r, object_line, index, NULL);
	return true;
}

/* ---- object-group network|service|protocol|icmp-type|user|security X [tcp|udp|tcp-udp] ---- */

static struct vt_place *group_place(struct reader *r)
{
	return &r->config->groups[r->block_index].place;
}

static bool group_line(struct reader *r, const struct words *words)
{
	struct vt_config_group *group = &r->config->groups[r->block_index];
	struct vt_config_member member = { .line = r->line };
	if (word_is(words, 0, "description"))
		return true;
	if (words->n < 2)
		return false;
	if (word_is(words, 0, "group-object")) {
		member.kind = VT_MEMBER_GROUP;
		member.addr = words->w[1];
	} else if (word_is(words, 0, "network-object")) {
		member.kind = word_is(words, 1, "host")     ? VT_MEMBER_HOST
			      : word_is(words, 1, "object") ? VT_MEMBER_OBJECT
							    : VT_MEMBER_SUBNET;
		member.addr = member.kind == VT_MEMBER_SUBNET ? words->w[1] : word_at(words, 2);
		member.mask = member.kind == VT_MEMBER_SUBNET ? word_at(words, 2) : VT_STR_NONE;
	} else if (word_is(words, 0, "service-object") || word_is(words, 0, "port-object") ||
		   word_is(words, 0, "protocol-object") || word_is(words, 0, "icmp-object") ||
		   word_is(words, 0, "user") || word_is(words, 0, "user-group") ||
		   word_is(words, 0, "security-group")) {
		member.kind = VT_MEMBER_OTHER;
		member.addr = words_from(words, 1);
	} else
		return false;
	if (!member.addr.len)
		return false;
	*VT_PUSH(r->config->arena, group->members, group->members_len, group->members_cap) = member;
	return true;
}

bool read_object_group(struct reader *r, const struct words *words)
{
	struct vt_config *config = r->config;
	if (words->n < 3)
		return false;
	size_t index = index_of_name(config, "group", words->w[2]);
	if (index == SIZE_MAX) {
		index = config->groups_len;
		*VT_PUSH(config->arena, config->groups, config->groups_len,
			 config->groups_cap) = (struct vt_config_group){ .type = words->w[1],
									 .name = words->w[2],
									 .place = here(r) };
		name_index(config, "group", words->w[2], index);
	}
	open_block(r, group_line, index, group_place);
	return true;
}

/* ---- route IFC NET MASK GW [metric] [track N] [tunneled] · ipv6 route IFC NET/LEN GW ---- */

bool read_route(struct reader *r, const struct words *words)
{
	struct vt_config *config = r->config;
	bool ipv6 = word_is(words, 0, "ipv6");
	if (ipv6 && !word_is(words, 1, "route"))
		return true; /* ipv6 icmp, neighbor, enable … */
	size_t at = ipv6 ? 2 : 1, gateway = ipv6 ? at + 2 : at + 3;
	if (words->n <= gateway)
		return false;
	struct vt_config_route route = { .interface = words->w[at],
					 .network = words->w[at + 1],
					 .mask = ipv6 ? VT_STR_NONE : words->w[at + 2],
					 .gateway = words->w[gateway],
					 .metric = number_at(words, gateway + 1),
					 .ipv6 = ipv6,
					 .place = here(r) };
	for (size_t i = gateway + 1; i < words->n; i++)
		if (word_is(words, i, "track"))
			route.track = word_at(words, i + 1);
	config->sections |= VT_SECTION_ROUTE;
	*VT_PUSH(config->arena, config->routes, config->routes_len, config->routes_cap) = route;
	return true;
}

/* ---- sysopt connection … ---- */

bool read_sysopt(struct reader *r, const struct words *words)
{
	struct vt_config *config = r->config;
	if (!word_is(words, 1, "connection"))
		return true; /* sysopt noproxyarp, radius … */
	if (word_is(words, 2, "permit-vpn") || word_is(words, 2, "permit-ipsec")) {
		config->permit_vpn = words->no ? VT_NO : VT_YES;
		config->permit_vpn_place = here(r);
	} else if (word_is(words, 2, "preserve-vpn-flows"))
		config->preserve_vpn_flows = words->no ? VT_NO : VT_YES;
	else if (word_is(words, 2, "tcpmss") && !word_is(words, 3, "minimum"))
		config->tcpmss = words->no ? 0 : number_at(words, 3);
	return true;
}

/* ---- failover … ---- */

bool read_failover(struct reader *r, const struct words *words)
{
	struct vt_config *config = r->config;
	if (words->n == 1)
		config->failover = words->no ? VT_NO : VT_YES;
	else if (word_is(words, 1, "lan") && word_is(words, 2, "unit"))
		config->failover_unit = word_at(words, 3);
	else if (word_is(words, 1, "link"))
		config->failover_link = word_at(words, 2);
	return true;
}
