/* SPDX-License-Identifier: MIT
 * The lint: its table of rules, and the frame they run in.
 */
#include "config/linter.h"

#include "base/hash.h"

#include <stdarg.h>

enum {
	SAY_MAX = 100, /* findings of one rule: whoever has more has one mistake, made many times */
};

const struct vt_lint_rule vt_lint_rules[] = {
	{ "L1", "P1-MAPIFC", "crypto map bound to an interface that is there and up",
	  "bind the map to the interface that faces the peers: crypto map NAME interface IFC", VT_FAULT },
	{ "L2", "P1-NOENABLE", "IKE enabled on the interface of the map",
	  "crypto ikev1 enable IFC or crypto ikev2 enable IFC, as the entries need it", VT_FAULT },
	{ "L3", "P1-MAPINC", "every entry has a peer, an access list and a transform-set or proposal",
	  "complete the entry or remove it", VT_FAULT },
	{ "L4", "P2-ACLBIND", "the access list exists, permits something, and is made for tunnels",
	  "name the protected networks in the access list, protocol ip, one entry a pair", VT_FAULT },
	{ "L5", "P1-NOTG", "a tunnel-group with a key or certificate for every peer",
	  "create the tunnel-group named by the peer's public address, type ipsec-l2l, and enter the key", VT_FAULT },
	{ "L6", "P1-GPROTO", "the group-policy allows the IKE version of the entry",
	  "add the version to vpn-tunnel-protocol of the group-policy", VT_FAULT },
	{ "L7", "P1-DYNSEQ", "a dynamic entry stands behind all static ones",
	  "give the dynamic entry the highest sequence, 65535", VT_FAULT },
	{ "L8", "P2-SEQ", "no overlap between entries, nor with networks that are reached elsewhere",
	  "narrow the access lists, or deny the narrower pair in the entry that comes first", VT_WARNING },
	{ "L9", "P2-NATEX", "NAT leaves the protected networks as they are",
	  "put an identity rule first: nat (IN,OUT) 1 source static LOCAL LOCAL destination static REMOTE REMOTE "
	  "no-proxy-arp route-lookup",
	  VT_FAULT },
	{ "L10", "P2-ROUTE", "peer and remote networks are routed to the interface of the map",
	  "route them to the next hop behind that interface, or use reverse-route", VT_FAULT },
	{ "L11", "P1-POLICY", "IKE policies are there and not obsolete",
	  "use AES, SHA-2 and a group of 14 or above, on both ends", VT_ADVICE },
	{ "L12", "P2-LIFE", "the IKE lifetime is not shorter than the IPsec lifetime",
	  "make the lifetime of phase 1 the longer one", VT_ADVICE },
	{ "L13", "FL-DPD", "dead-peer detection is on", "isakmp keepalive threshold 10 retry 2 on both ends",
	  VT_ADVICE },
	{ "L14", "FL-IDLE", "what must be up has no idle timeout", "vpn-idle-timeout none in its group-policy",
	  VT_WARNING },
	{ "L15", "NT-ACL", "decrypted traffic is permitted",
	  "sysopt connection permit-vpn, or permit the remote networks in the access list of the interface", VT_FAULT },
	{ "L16", "NT-VPNFILTER", "the vpn-filter knows the networks of the tunnel",
	  "write the filter from the remote network's point of view: remote as source, local as destination",
	  VT_FAULT },
	{ "L17", "P2-SEQ", "one entry a peer, one access list an entry",
	  "merge the entries, or give each an access list of its own", VT_WARNING },
	{ "L18", "P1-MAPINC", "everything referred to is defined", "define it or correct the name", VT_FAULT },
	{ "L19", "P1-CERT", "certificates are valid for 30 days and more",
	  "renew the certificate, and see that the clock follows NTP", VT_WARNING },
	{ "L20", "P1-PEERIP", "no peer is an address of this device",
	  "correct set peer and the name of the tunnel-group together", VT_FAULT },
	{ "L21", "P1-LICENSE", "room for more tunnels", "licence, or a larger platform, before the limit is reached",
	  VT_WARNING },
	{ "L22", "FL-FAILOVER", "stateful failover replicates VPN state",
	  "check the stateful link: without it every switch drops all tunnels", VT_WARNING },
};
const size_t vt_lint_rules_len = sizeof vt_lint_rules / sizeof *vt_lint_rules;

/* In the order of the table. */
static void (*const runs[])(struct linter *l) = {
	lint_binding,        lint_enable,           lint_entries,    lint_acls,         lint_tunnel_groups,
	lint_group_policies, lint_dynamic_sequence, lint_overlap,    lint_nat,          lint_routes,
	lint_policies,       lint_lifetimes,        lint_keepalive,  lint_idle_timeout, lint_permit_vpn,
	lint_vpn_filter,     lint_duplicates,       lint_references, lint_certificates, lint_own_address,
	lint_licence,        lint_failover,
};
_Static_assert(sizeof runs / sizeof *runs == sizeof vt_lint_rules / sizeof *vt_lint_rules, "a rule has no function");

const char *vt_confidence_name(enum vt_confidence confidence)
{
	switch (confidence) {
	case VT_POSSIBLE:
		return "possible";
	case VT_LIKELY:
		return "likely";
	case VT_STRONG:
		return "strong";
	case VT_CERTAIN:
		return "certain";
	}
	return "unknown";
}

const char *vt_severity_name(enum vt_severity severity)
{
	switch (severity) {
	case VT_ADVICE:
		return "advice";
	case VT_WARNING:
		return "warning";
	case VT_FAULT:
		return "fault";
	}
	return "unknown";
}

struct vt_finding *linter_say(struct linter *l, struct vt_str subject, const char *format, ...)
{
	if (l->said++ >= SAY_MAX) {
		l->findings->left_out++;
		return NULL;
	}
	va_list args;
	va_start(args, format);
	struct vt_finding *finding = VT_PUSH(l->arena, l->findings->items, l->findings->len, l->findings->cap);
	*finding = (struct vt_finding){
		.rule = l->rule->id,
		.fault = l->rule->fault,
		.severity = l->rule->severity,
		.confidence = VT_CERTAIN,
		.subject = subject,
		.says = vt_str_of(vt_arena_vprintf(l->arena, format, args)),
		.advice = l->rule->advice,
	};
	va_end(args);
	return finding;
}

void linter_line(struct vt_finding *finding, struct vt_place place)
{
	if (finding && finding->lines_len < VT_FINDING_PLACES && place.first)
		finding->lines[finding->lines_len++] = (struct vt_finding_line){ 0, place };
}

void linter_peer(struct linter *l, struct vt_finding *finding, const struct vt_addr *peer)
{
	char text[VT_ADDR_TEXT];
	if (finding)
		finding->peer = vt_arena_str(l->arena, (struct vt_str){ text, vt_addr_format(peer, text) });
}

struct vt_str subject_of_entry(struct linter *l, const struct vt_config_map *map,
			       const struct vt_config_map_entry *entry)
{
	return vt_str_of(vt_arena_printf(l->arena, "crypto %smap " VT_FMT " %ju", map->dynamic ? "dynamic-" : "",
					 VT_ARG(map->name), (uintmax_t)entry->sequence));
}

struct vt_str subject_of_tunnel(struct linter *l, const struct vt_expected_tunnel *tunnel)
{
	if (tunnel->vti)
		return vt_str_of(vt_arena_printf(l->arena, "interface " VT_FMT, VT_ARG(tunnel->vti->hardware)));
	return subject_of_entry(l, tunnel->map, tunnel->entry);
}

struct vt_place place_of_tunnel(const struct vt_expected_tunnel *tunnel)
{
	return tunnel->vti ? tunnel->vti->place : tunnel->entry->place;
}

const struct vt_config_tunnel_group *group_of_peer(const struct linter *l, const struct vt_expected_tunnel *tunnel)
{
	return vt_config_group_of_peer(l->config, tunnel);
}

const struct vt_config_group_policy *policy_of_peer(const struct linter *l, const struct vt_expected_tunnel *tunnel)
{
	const struct vt_config_tunnel_group *group = group_of_peer(l, tunnel);
	return group ? vt_config_group_policy_of(l->config, group->group_policy) : NULL;
}

/* Where many entries name one large list, its pairs are looked at once and not for each of them. */
static void find_repeats(struct linter *l)
{
	struct vt_map seen = { 0 };
	l->repeats = VT_NEW_ARRAY(l->arena, bool, l->expected->len);
	for (size_t i = 0; i < l->expected->len; i++) {
		const struct vt_expected_tunnel *tunnel = &l->expected->tunnels[i];
		if (tunnel->vti || tunnel->rank > 0)
			continue;
		uint64_t id = vt_hash_end(
				      vt_hash_add(vt_hash_add(VT_HASH_START, tunnel->interface), tunnel->entry->acl)) |
			      1;
		l->repeats[i] = vt_map_get(&seen, id) != NULL;
		vt_map_put(&seen, id, l);
	}
	vt_map_clear(&seen);
}

void vt_lint(const struct vt_lint_input *input, struct vt_arena *arena, struct vt_findings *findings)
{
	struct linter l = { .input = input,
			    .config = input->config,
			    .expected = input->expected,
			    .arena = arena,
			    .findings = findings,
			    .routing = vt_routing_new(input->config, arena) };
	find_repeats(&l);
	for (size_t i = 0; i < vt_lint_rules_len; i++) {
		l.rule = &vt_lint_rules[i];
		l.said = 0;
		runs[i](&l);
	}
}
