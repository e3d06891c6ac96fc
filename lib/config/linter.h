/* SPDX-License-Identifier: MIT
 * The lint in progress. Private to lib/config: lint.c runs the rules, lint_maps.c, lint_traffic.c and lint_box.c have
 * them.
 */
#ifndef VT_CONFIG_LINTER_H
#define VT_CONFIG_LINTER_H

#include "config/lint.h"
#include "config/routing.h"

/* A permit entry of an access list as networks; nothing for a deny entry. */
struct permit_nets {
	struct vt_nets from, to;
	bool anywhere; /* a standard list has no `to` */
};

struct permit_list {
	struct permit_nets *items; /* one an entry; NULL until it is asked for */
};

struct nat_walk;

struct linter {
	const struct vt_lint_input *input;
	const struct vt_config *config;
	const struct vt_expected *expected;
	struct vt_arena *arena;
	struct vt_findings *findings;
	struct vt_routing *routing;
	const struct vt_lint_rule *rule; /* the one that runs */
	size_t said;                     /* findings of it so far */
	struct vt_resolve_report effort; /* over all that is resolved on the way: bounded, rules about it are silent */
	bool *repeats; /* one a tunnel: the same access list on the same interface as one before it (L17 says so) */
	struct nat_walk *nat;        /* the NAT rules, for lint_traffic.c; made when they are needed */
	struct permit_list *permits; /* one an access list; made when it is needed */
};

static inline bool has(const struct linter *l, unsigned sections)
{
	return (l->config->sections & sections) == sections;
}

/* A finding of the rule that runs, or NULL when it has said enough (the rest is counted). Severity, confidence and
 * advice are the rule's; the caller may change them, and adds lines. */
struct vt_finding *linter_say(struct linter *l, struct vt_str subject, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void linter_line(struct vt_finding *finding, struct vt_place place);
void linter_peer(struct linter *l, struct vt_finding *finding, const struct vt_addr *peer);
/* "crypto map outside_map 20" */
struct vt_str subject_of_entry(struct linter *l, const struct vt_config_map *map,
			       const struct vt_config_map_entry *entry);
struct vt_str subject_of_tunnel(struct linter *l, const struct vt_expected_tunnel *tunnel);
struct vt_place place_of_tunnel(const struct vt_expected_tunnel *tunnel);
/* The tunnel-group of a peer: named by its address, or by the name it is configured with. */
const struct vt_config_tunnel_group *group_of_peer(const struct linter *l, const struct vt_expected_tunnel *tunnel);
const struct vt_config_group_policy *policy_of_peer(const struct linter *l, const struct vt_expected_tunnel *tunnel);

void lint_binding(struct linter *l);
void lint_enable(struct linter *l);
void lint_entries(struct linter *l);
void lint_acls(struct linter *l);
void lint_tunnel_groups(struct linter *l);
void lint_group_policies(struct linter *l);
void lint_dynamic_sequence(struct linter *l);
void lint_duplicates(struct linter *l);
void lint_references(struct linter *l);
void lint_own_address(struct linter *l);

void lint_overlap(struct linter *l);
void lint_nat(struct linter *l);
void lint_routes(struct linter *l);
void lint_permit_vpn(struct linter *l);
void lint_vpn_filter(struct linter *l);

void lint_policies(struct linter *l);
void lint_lifetimes(struct linter *l);
void lint_keepalive(struct linter *l);
void lint_idle_timeout(struct linter *l);
void lint_certificates(struct linter *l);
void lint_licence(struct linter *l);
void lint_failover(struct linter *l);

#endif
