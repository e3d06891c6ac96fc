/* SPDX-License-Identifier: MIT
 * The running configuration of an ASA as a typed model: the part that decides about site-to-site VPN.
 *
 * show running-config, whole or any of its sections, of 8.2 to 9.2x, in one call or several (a section that was read
 * later adds to what is there). Reading is syntactic: what a line refers to is found in config/resolve.h, because
 * sections come in any order and references may lead nowhere. Everything keeps its line numbers, since a
 * finding shows the lines it is about. Texts are views into the text that was read, numbers not given are VT_ABSENT,
 * texts not given have p == NULL. Unknown lines are counted, never fatal.
 *
 * Source: formats.md section 7; the command references of 8.2 (isakmp, nat 0, set transform-set) and later.
 */
#ifndef VT_CONFIG_CONFIG_H
#define VT_CONFIG_CONFIG_H

#include "asa/report.h"
#include "base/arena.h"
#include "base/map.h"
#include "base/shape.h"
#include "base/status.h"

/* Lines first … last of the text with number `text` (from 0, in the order in which texts were read). */
struct vt_place {
	uint32_t text, first, last;
};

struct vt_config_name { /* name 10.1.1.1 inside-host */
	struct vt_str addr, name;
	struct vt_place place;
};

struct vt_config_interface {
	struct vt_str hardware; /* "GigabitEthernet0/0", "Tunnel1" */
	struct vt_str nameif;
	struct vt_str addr, mask, standby_addr; /* IPv4; a name is possible */
	struct vt_str_list ipv6;                /* "2001:db8::1/64" */
	uint64_t security_level, mtu, vlan;
	bool shutdown, dhcp;
	/* A virtual tunnel interface. */
	bool is_vti;
	struct vt_str tunnel_source, tunnel_destination, ipsec_profile;
	struct vt_place place;
};

enum vt_object_kind {
	VT_OBJECT_NONE, /* declared and empty */
	VT_OBJECT_HOST,
	VT_OBJECT_SUBNET,
	VT_OBJECT_RANGE,
	VT_OBJECT_FQDN,
	VT_OBJECT_SERVICE,
};

struct vt_config_object {
	struct vt_str name;
	enum vt_object_kind kind;
	struct vt_str addr, mask; /* host: addr; subnet: addr and mask; range: first and last; fqdn: addr */
	struct vt_str protocol, source_ports, destination_ports; /* service: as printed */
	struct vt_place place;
};

enum vt_member_kind {
	VT_MEMBER_HOST,
	VT_MEMBER_SUBNET,
	VT_MEMBER_OBJECT, /* network-object object NAME */
	VT_MEMBER_GROUP,  /* group-object NAME */
	VT_MEMBER_OTHER,  /* a service, protocol or icmp-type member, as printed in addr */
};

struct vt_config_member {
	enum vt_member_kind kind;
	struct vt_str addr, mask; /* or the name in addr */
	uint32_t line;
};

struct vt_config_group { /* object-group network|service|protocol|icmp-type NAME */
	struct vt_str type, name;
	struct vt_config_member *members;
	size_t members_len, members_cap;
	struct vt_place place;
};

/* One end of an access control entry as printed. */
enum vt_operand_kind {
	VT_OPERAND_ANY, /* any, any4 */
	VT_OPERAND_ANY6,
	VT_OPERAND_HOST,
	VT_OPERAND_SUBNET,
	VT_OPERAND_OBJECT,
	VT_OPERAND_GROUP,
	VT_OPERAND_INTERFACE,
};

struct vt_operand {
	enum vt_operand_kind kind;
	struct vt_str addr, mask; /* or the name in addr */
};

struct vt_config_ace {
	bool permit, inactive, standard;
	struct vt_str protocol; /* "ip", "tcp", "50", or the name of a group or object of services */
	bool protocol_is_object, protocol_is_group;
	struct vt_operand source, destination;
	struct vt_str source_ports, destination_ports; /* "eq 443", "range 1 5" … as printed; absent: any */
	uint32_t line;
};

struct vt_config_acl {
	struct vt_str name;
	struct vt_config_ace *aces;
	size_t aces_len, aces_cap;
	uint32_t text;
};

struct vt_config_access_group { /* access-group ACL in interface IFC [control-plane] | access-group ACL global */
	struct vt_str acl, direction, interface;
	bool control_plane;
	struct vt_place place;
};

enum vt_nat_kind {
	VT_NAT_TWICE,       /* nat (a,b) source …: section 1, or 3 with after-auto */
	VT_NAT_OBJECT,      /* nat inside an object: section 2 */
	VT_NAT_EXEMPT_OLD,  /* 8.2: nat (inside) 0 access-list X */
	VT_NAT_STATIC_OLD,  /* 8.2: static (a,b) mapped real */
	VT_NAT_DYNAMIC_OLD, /* 8.2: nat (inside) N net mask */
};

struct vt_config_nat {
	enum vt_nat_kind kind;
	bool after_auto, dynamic, inactive, route_lookup, no_proxy_arp;
	struct vt_str real_interface, mapped_interface;     /* "any" is possible */
	struct vt_str source_real, source_mapped;           /* object names, "any", "interface" */
	struct vt_str destination_mapped, destination_real; /* as written: destination static MAPPED REAL */
	struct vt_str service_real, service_mapped;
	struct vt_str object;       /* VT_NAT_OBJECT: whose */
	struct vt_str acl;          /* VT_NAT_EXEMPT_OLD, policy NAT of 8.2 */
	struct vt_operand old_real; /* VT_NAT_DYNAMIC_OLD, VT_NAT_STATIC_OLD */
	uint64_t position;          /* number given behind the interfaces; VT_ABSENT */
	struct vt_place place;
};

enum vt_connection_type {
	VT_CONNECTION_BIDIRECTIONAL,
	VT_CONNECTION_ORIGINATE_ONLY,
	VT_CONNECTION_ANSWER_ONLY,
};

struct vt_config_map_entry {
	uint64_t sequence;
	struct vt_str acl;
	struct vt_str_list peers;          /* addresses or names, primary first */
	struct vt_str_list transform_sets; /* IKEv1 */
	struct vt_str_list proposals;      /* IKEv2 */
	bool pfs;
	struct vt_str pfs_group; /* "group14"; absent with pfs: the version's default */
	uint64_t lifetime_s, lifetime_kb;
	bool lifetime_kb_unlimited;
	enum vt_connection_type connection_type;
	bool reverse_route, nat_t_disable, aggressive;
	struct vt_str trustpoint, df_bit;
	struct vt_str dynamic_map; /* ipsec-isakmp dynamic NAME */
	struct vt_place place;     /* first to last line of the entry */
};

struct vt_config_map { /* crypto map and crypto dynamic-map */
	struct vt_str name;
	bool dynamic;
	struct vt_config_map_entry *entries; /* by sequence once vt_config_finish() ran */
	size_t entries_len, entries_cap;
	struct vt_str_list interfaces; /* nameifs it is bound to */
	size_t interfaces_cap;
	uint32_t *interface_lines;
	size_t interface_lines_len, interface_lines_cap;
	uint32_t text;
};

struct vt_config_transform { /* crypto ipsec [ikev1] transform-set NAME … */
	struct vt_str name;
	struct vt_str_list algorithms;
	size_t algorithms_cap;
	bool transport;
	struct vt_place place;
};

struct vt_config_proposal { /* crypto ipsec ikev2 ipsec-proposal NAME */
	struct vt_str name;
	struct vt_str_list encryption, integrity;
	struct vt_place place;
};

struct vt_config_profile { /* crypto ipsec profile NAME (VTI) */
	struct vt_str name;
	struct vt_str_list transform_sets, proposals;
	bool pfs, responder_only;
	struct vt_str pfs_group;
	uint64_t lifetime_s, lifetime_kb;
	bool lifetime_kb_unlimited;
	struct vt_place place;
};

struct vt_config_policy { /* crypto ikev1|ikev2|isakmp policy N */
	unsigned version; /* 1, 2 */
	uint64_t priority;
	struct vt_str authentication;                    /* IKEv1: "pre-share", "rsa-sig" */
	struct vt_str_list encryption, hash, group, prf; /* several for IKEv2 */
	uint64_t lifetime_s;
	struct vt_place place;
};

struct vt_config_enable { /* crypto ikev1|ikev2|isakmp enable IFC */
	unsigned version;
	struct vt_str interface;
	struct vt_place place;
};

enum vt_keepalive { VT_KEEPALIVE_DEFAULT, VT_KEEPALIVE_SET, VT_KEEPALIVE_DISABLED, VT_KEEPALIVE_INFINITE };

struct vt_config_tunnel_group {
	struct vt_str name, type; /* type "ipsec-l2l" */
	struct vt_str group_policy;
	bool ikev1_key, ikev2_local_key, ikev2_remote_key; /* there is one; what it is the device masks, and so do we */
	struct vt_str ikev1_trustpoint, ikev2_local_certificate;
	bool ikev2_remote_certificate;
	struct vt_str peer_id_validate;
	enum vt_keepalive keepalive;
	uint64_t keepalive_threshold_s, keepalive_retry_s;
	struct vt_place place;
};

struct vt_config_group_policy {
	struct vt_str name;
	struct vt_str_list tunnel_protocols; /* absent (len 0): inherited */
	uint64_t idle_timeout_min, session_timeout_min;
	bool idle_timeout_none, session_timeout_none; /* said explicitly */
	struct vt_str vpn_filter;
	bool vpn_filter_none;
	struct vt_place place;
};

struct vt_config_route {
	struct vt_str interface, network, mask, gateway;
	uint64_t metric;
	struct vt_str track;
	bool ipv6;
	struct vt_place place;
};

enum vt_tristate { VT_UNSAID = -1, VT_NO = 0, VT_YES = 1 };

/* Which parts of a configuration were in the texts that were read. A missing section is not an empty one; of a whole
 * configuration (from its version line to its checksum) every section is known, also those without a line. */
enum vt_config_section {
	VT_SECTION_INTERFACE = 1 << 0,
	VT_SECTION_OBJECTS = 1 << 1,
	VT_SECTION_ACL = 1 << 2,
	VT_SECTION_NAT = 1 << 3,
	VT_SECTION_CRYPTO = 1 << 4,
	VT_SECTION_TUNNEL_GROUP = 1 << 5,
	VT_SECTION_GROUP_POLICY = 1 << 6,
	VT_SECTION_ROUTE = 1 << 7,
	VT_SECTION_SYSOPT = 1 << 8,
	VT_SECTION_FAILOVER = 1 << 9,
	VT_SECTION_NAMES = 1 << 10,
	VT_SECTION_IKE = 1 << 11, /* more of crypto than the maps: where IKE is enabled, policies, definitions */
	VT_SECTION_ACCESS_GROUP = 1 << 12,
	VT_SECTION_ALL = (1 << 13) - 1,
};

struct vt_config {
	struct vt_arena *arena; /* its own: the arrays below live in it */
	struct vt_map by_name;  /* what has a name, by hash of kind and name */
	struct vt_str_list texts;
	size_t texts_cap;
	unsigned sections; /* bits of enum vt_config_section */
	unsigned seen;     /* the same, of which a line was read at all, though more may follow */
	unsigned open;     /* those of them that the line read last belongs to: they may go on */

	bool began;                              /* the head of a whole configuration was read, its end not yet */
	struct vt_str hostname, domain, version; /* "9.16(3)19" */
	unsigned major, minor;                   /* 9, 16; 0 when not known */

	struct vt_config_name *names;
	size_t names_len, names_cap;
	bool names_enabled;
	struct vt_config_interface *interfaces;
	size_t interfaces_len, interfaces_cap;
	struct vt_config_object *objects;
	size_t objects_len, objects_cap;
	struct vt_config_group *groups;
	size_t groups_len, groups_cap;
	struct vt_config_acl *acls;
	size_t acls_len, acls_cap;
	struct vt_config_access_group *access_groups;
	size_t access_groups_len, access_groups_cap;
	struct vt_config_nat *nats; /* in the order of the text */
	size_t nats_len, nats_cap;
	struct vt_config_map *maps;
	size_t maps_len, maps_cap;
	struct vt_config_transform *transforms;
	size_t transforms_len, transforms_cap;
	struct vt_config_proposal *proposals;
	size_t proposals_len, proposals_cap;
	struct vt_config_profile *profiles;
	size_t profiles_len, profiles_cap;
	struct vt_config_policy *policies;
	size_t policies_len, policies_cap;
	struct vt_config_enable *enables;
	size_t enables_len, enables_cap;
	struct vt_config_tunnel_group *tunnel_groups;
	size_t tunnel_groups_len, tunnel_groups_cap;
	struct vt_config_group_policy *group_policies;
	size_t group_policies_len, group_policies_cap;
	struct vt_config_route *routes;
	size_t routes_len, routes_cap;

	struct vt_str isakmp_identity; /* "auto", "address", "hostname", "key-id …" */
	enum vt_tristate nat_traversal, permit_vpn, preserve_vpn_flows, am_disable, failover;
	uint64_t nat_traversal_s, tcpmss, replay_window;
	uint64_t lifetime_s, lifetime_kb; /* crypto ipsec security-association lifetime */
	bool lifetime_kb_unlimited;
	struct vt_str failover_unit, failover_link; /* lan unit; stateful link interface */
	struct vt_place nat_traversal_place, permit_vpn_place, lifetime_place;

	struct vt_parse_report report; /* over all texts */
};

struct vt_config *vt_config_new(void);
void vt_config_free(struct vt_config *config);
/* Reads one more text: a whole configuration or a section of one. Texts must live as long as the model. */
void vt_config_read(struct vt_config *config, struct vt_str text);
/* The same, of an answer that is known to be these sections (bits) and whole: what it does not show is not configured.
 */
void vt_config_read_sections(struct vt_config *config, struct vt_str text, unsigned sections);
/* After the last text, before anything is resolved: puts map entries in the order of their sequence. Where a whole
 * configuration was cut short, the section it was cut in counts as not read: what is missing may have followed. */
void vt_config_finish(struct vt_config *config);

/* The line of a place, for evidence; VT_STR_NONE when there is none. */
struct vt_str vt_config_line(const struct vt_config *config, uint32_t text, uint32_t line);

/* For the tests: the table of first words is searched by halves. */
bool vt_config_first_words_are_sorted(void);

#endif
