/* SPDX-License-Identifier: MIT
 * What the lines of a configuration refer to: names → addresses, objects and nested groups → networks, access
 * lists → pairs of networks, entries → the values in force (inheritance, version-dependent defaults).
 *
 * Everything is bounded: a group that contains itself, or a product of groups that would run to millions of pairs,
 * ends at the bound and says so. Nothing here changes the model; answers live in the arena given.
 */
#ifndef VT_CONFIG_RESOLVE_H
#define VT_CONFIG_RESOLVE_H

#include "base/addr.h"
#include "config/config.h"

struct vt_net {
	struct vt_addr addr; /* host bits zero */
	uint8_t prefix;
};

/* Makes the host bits zero. */
void vt_net_mask(struct vt_net *net);
bool vt_net_contains(const struct vt_net *outer, const struct vt_net *inner);
bool vt_net_overlap(const struct vt_net *a, const struct vt_net *b);
int vt_net_cmp(const struct vt_net *a, const struct vt_net *b);
/* "10.20.0.0/16"; `text` has room for VT_NET_TEXT bytes. Answers its length. */
#define VT_NET_TEXT 52
size_t vt_net_format(const struct vt_net *net, char text[VT_NET_TEXT]);

enum {
	VT_RESOLVE_NETS_MAX = 20000,    /* networks of one operand */
	VT_RESOLVE_PAIRS_MAX = 50000,   /* selectors of one crypto map entry */
	VT_RESOLVE_DEPTH_MAX = 32,      /* groups inside groups */
	VT_RESOLVE_VISITS_MAX = 500000, /* groups entered: two in each of 32 others make 4,000,000,000 */
	VT_RESOLVE_TOTAL_MAX = 500000,  /* selectors of all entries together */
};

/* What went wrong on the way, counted; the caller decides what to make of it. */
struct vt_resolve_report {
	uint64_t undefined, cycles, unusable /* ranges, FQDNs, interface operands */;
	uint64_t visited; /* groups entered */
	bool bounded;     /* a bound was reached: the answer is not complete */
	struct vt_str first_undefined;
};

/* An address as printed, or a name of the `names` table. */
bool vt_config_address(const struct vt_config *config, struct vt_str text, struct vt_addr *addr);
const struct vt_config_interface *vt_config_interface_of(const struct vt_config *config, struct vt_str nameif);
const struct vt_config_acl *vt_config_acl_of(const struct vt_config *config, struct vt_str name);
const struct vt_config_object *vt_config_object_of(const struct vt_config *config, struct vt_str name);
const struct vt_config_group *vt_config_group_of(const struct vt_config *config, struct vt_str name);
const struct vt_config_map *vt_config_dynamic_map_of(const struct vt_config *config, struct vt_str name);
const struct vt_config_tunnel_group *vt_config_tunnel_group_of(const struct vt_config *config, struct vt_str name);
const struct vt_config_group_policy *vt_config_group_policy_of(const struct vt_config *config, struct vt_str name);
const struct vt_config_transform *vt_config_transform_of(const struct vt_config *config, struct vt_str name);
const struct vt_config_proposal *vt_config_proposal_of(const struct vt_config *config, struct vt_str name);
const struct vt_config_profile *vt_config_profile_of(const struct vt_config *config, struct vt_str name);

struct vt_nets {
	struct vt_net *items;
	size_t len, cap;
};

/* Appends the networks of an operand. */
void vt_resolve_operand(const struct vt_config *config, const struct vt_operand *operand, struct vt_arena *arena,
			struct vt_nets *nets, struct vt_resolve_report *report);
/* The networks of an object or object-group of this name, or of "any" (0.0.0.0/0). */
void vt_resolve_name(const struct vt_config *config, struct vt_str name, struct vt_arena *arena, struct vt_nets *nets,
		     struct vt_resolve_report *report);

/* One protected pair that an access control entry stands for. */
struct vt_pair {
	struct vt_net local, remote;
	uint64_t protocol, port; /* 0: any; a port only where the entry names one destination port */
	uint32_t text, line;     /* of the entry */
	bool permit;
};

struct vt_pairs {
	struct vt_pair *items;
	size_t len, cap;
};

/* The pairs of a crypto ACL in the order of its entries, deny entries too, inactive ones not. */
void vt_resolve_crypto_acl(const struct vt_config *config, const struct vt_config_acl *acl, struct vt_arena *arena,
			   struct vt_pairs *pairs, struct vt_resolve_report *report);

/* Values in force. Seconds and kilobytes of an entry (VT_ABSENT kilobytes: unlimited), from the entry, the global
 * setting, or the default of every release (28,800 s, 4,608,000 kB). */
struct vt_lifetime {
	uint64_t s, kb;
};
struct vt_lifetime vt_config_lifetime(const struct vt_config *config, const struct vt_config_map_entry *entry);
/* The same of a profile; of no profile (NULL): the global setting. */
struct vt_lifetime vt_config_profile_lifetime(const struct vt_config *config, const struct vt_config_profile *profile);
/* The Diffie-Hellman group of PFS as a number; 0: no PFS. A bare `set pfs` means group 2 before 9.13‡, 14 after. */
unsigned vt_config_pfs(const struct vt_config *config, bool pfs, struct vt_str group);
/* Idle timeout in force for a tunnel-group, in minutes; VT_ABSENT: none. Inherited from its group-policy, then
 * DfltGrpPolicy, then the default of 30. */
uint64_t vt_config_idle_timeout_min(const struct vt_config *config, const struct vt_config_tunnel_group *group);

/* A tunnel the configuration asks for. */
struct vt_expected_tunnel {
	struct vt_addr peer;
	struct vt_str peer_text;         /* as configured */
	struct vt_str interface;         /* nameif */
	const struct vt_config_map *map; /* NULL for a VTI */
	const struct vt_config_map_entry *entry;
	const struct vt_config_interface *vti;
	size_t rank;           /* 0: primary peer, then the backups */
	bool ikev1, ikev2;     /* versions the entry asks for */
	struct vt_pairs pairs; /* of the entry; shared by its peers. A VTI has one: any to any */
	struct vt_resolve_report report;
};

struct vt_expected {
	struct vt_expected_tunnel *tunnels; /* by interface, sequence, rank */
	size_t len, cap;
	bool dynamic;  /* a dynamic map is bound: peers that are not listed here may come too */
	bool complete; /* every section that decides about tunnels was read */
};

/* The tunnel-group of its peer: named by the address, or by the name the peer is configured with; NULL: none. */
const struct vt_config_tunnel_group *vt_config_group_of_peer(const struct vt_config *config,
							     const struct vt_expected_tunnel *tunnel);

/* Tunnels of the crypto maps that are bound to an interface, and of virtual tunnel interfaces. */
void vt_config_expected(const struct vt_config *config, struct vt_arena *arena, struct vt_expected *expected);

#endif
