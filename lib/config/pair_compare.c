/* SPDX-License-Identifier: MIT
 * The rows of the pair table, one function each, over the two ends of one tunnel.
 */
#include "config/pairing.h"

#include "base/hash.h"
#include "base/lines.h"

#include <stdio.h>
#include <stdlib.h>

const struct vt_pair_row vt_pair_rows[] = {
	{ "peer", "P1-PEERIP", "each end names an address of the other",
	  "correct set peer and the name of the tunnel-group together; behind NAT both name the public address",
	  VT_FAULT },
	{ "ike-version", "P1-IKEVER", "a version of IKE that both speak, have enabled and allow",
	  "give both entries the same version, enable it on both interfaces, allow it in both group-policies",
	  VT_FAULT },
	{ "ikev1-policy", "P1-POLICY", "an IKEv1 policy in common: encryption, hash, group, authentication",
	  "add the same crypto ikev1 policy to both", VT_FAULT },
	{ "ikev2-policy", "P1-POLICY", "an IKEv2 policy in common: encryption, integrity, PRF, group",
	  "add the same crypto ikev2 policy to both", VT_FAULT },
	{ "authentication", "P1-PSK", "each proves itself the way the other expects",
	  "key on both ends, or certificate on both; IKEv2: local of one is remote of the other", VT_FAULT },
	{ "transform", "P2-TSET", "a transform-set or proposal in common",
	  "name the same transform-set or ipsec-proposal in both entries", VT_FAULT },
	{ "selectors", "P2-PROXY", "the crypto access lists mirror each other, entry by entry",
	  "make the lists exact mirrors, with the same masks", VT_FAULT },
	{ "pfs", "P2-PFS", "the same group of perfect forward secrecy, or none on both",
	  "set pfs with the same group in both entries", VT_WARNING },
	{ "lifetime", "P2-LIFE", "the same lifetimes", "the same seconds and kilobytes in both entries", VT_ADVICE },
	{ "nat-t", "P1-NATT4500", "NAT traversal on both or on neither",
	  "crypto isakmp nat-traversal on both, no nat-t-disable in the entry", VT_WARNING },
	{ "dpd", "FL-DPD", "dead-peer detection on both or on neither", "isakmp keepalive threshold 10 retry 2 on both",
	  VT_ADVICE },
	{ "connection-type", "P1-MODE", "one end may begin and the other may answer",
	  "set connection-type bidirectional on both", VT_FAULT },
	{ "nat-exemption", "NT-NATEX", "NAT leaves the networks alone on both ends",
	  "put an identity rule first on the end that translates", VT_FAULT },
	{ "mtu", "NT-MTU", "segments of TCP fit into the tunnel",
	  "sysopt connection tcpmss 1350 on one of them at least", VT_ADVICE },
	{ "live-spis", "NT-STALESPI", "each sends with an SPI that the other receives by",
	  "clear the SA of this peer on one end", VT_FAULT },
	{ "live-selectors", "NT-STALESPI", "each SA has its mirror on the other end",
	  "clear the SA of this peer on the end that has it", VT_FAULT },
	{ "clocks", "P1-CLOCK", "the clocks differ by less than a minute", "ntp server on both", VT_WARNING },
};
const size_t vt_pair_rows_len = sizeof vt_pair_rows / sizeof *vt_pair_rows;

enum {
	SELECTORS_SAID = 5,       /* findings about access lists of one tunnel; the rest is counted */
	SELECTORS_TRIED = 200000, /* comparisons of pairs that have no exact mirror */
};

/* ---- saying ---- */

struct compare {
	const struct vt_pair_side *side[2];
	const struct vt_expected_tunnel *tunnel[2];
	const struct vt_ends *ends;
	struct vt_arena *arena;
	struct vt_findings *findings;
};

static const struct vt_pair_row *row_of(const char *id)
{
	for (size_t i = 0; i < vt_pair_rows_len; i++)
		if (!strcmp(vt_pair_rows[i].id, id))
			return &vt_pair_rows[i];
	abort(); /* a row that the table does not have */
}

struct vt_finding *pair_say(struct vt_arena *arena, struct vt_findings *findings, const char *row_id,
			    struct vt_str subject, const char *format, va_list args)
{
	const struct vt_pair_row *row = row_of(row_id);
	struct vt_finding *finding = VT_PUSH(arena, findings->items, findings->len, findings->cap);
	*finding = (struct vt_finding){ .rule = row->id,
					.fault = row->fault,
					.severity = row->severity,
					.confidence = VT_CERTAIN,
					.subject = subject,
					.says = vt_str_of(vt_arena_vprintf(arena, format, args)),
					.advice = row->advice };
	return finding;
}

static struct vt_str end_name(const struct compare *c, int side)
{
	return vt_str_of(c->side[side]->name ? c->side[side]->name : side ? "the second" : "the first");
}
#define A_AND_B(c) VT_ARG(end_name(c, 0)), VT_ARG(end_name(c, 1))

static struct vt_str subject_of(const struct compare *c)
{
	char b[VT_ADDR_TEXT], a[VT_ADDR_TEXT];
	vt_addr_format(&c->ends->a.address, a);
	vt_addr_format(&c->ends->b.address, b);
	return vt_str_of(vt_arena_printf(c->arena, VT_FMT " %s - " VT_FMT " %s", VT_ARG(end_name(c, 0)), *a ? a : "?",
					 VT_ARG(end_name(c, 1)), *b ? b : "?"));
}

static struct vt_finding *say(const struct compare *c, const char *row_id, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
static struct vt_finding *say(const struct compare *c, const char *row_id, const char *format, ...)
{
	char peer[VT_ADDR_TEXT];
	size_t len = vt_addr_format(&c->ends->b.address, peer);
	va_list args;
	va_start(args, format);
	struct vt_finding *finding = pair_say(c->arena, c->findings, row_id, subject_of(c), format, args);
	va_end(args);
	finding->peer = vt_arena_str(c->arena, (struct vt_str){ peer, len });
	return finding;
}

static void add_line(struct vt_finding *finding, unsigned side, struct vt_place place)
{
	if (finding->lines_len < VT_FINDING_PLACES && place.first)
		finding->lines[finding->lines_len++] = (struct vt_finding_line){ side, place };
}

static struct vt_place block_of(const struct vt_expected_tunnel *tunnel)
{
	return tunnel->vti ? tunnel->vti->place : tunnel->entry->place;
}

/* The line of a block that says what `what` is about (" set peer "); the block's first line when none does. */
static struct vt_place line_about(const struct vt_config *config, struct vt_place block, const char *what)
{
	if (block.text >= config->texts.len)
		return block;
	struct vt_lines lines = vt_lines_of(config->texts.items[block.text]);
	for (struct vt_str line; vt_lines_next(&lines, &line) && lines.number <= block.last;)
		if (lines.number >= block.first && vt_str_find(line, vt_str_of(what)) >= 0)
			return (struct vt_place){ block.text, (uint32_t)lines.number, (uint32_t)lines.number };
	return block;
}

/* The two lines side by side. */
static void entry_lines(const struct compare *c, struct vt_finding *finding, const char *what)
{
	for (unsigned side = 0; side < 2; side++)
		if (c->tunnel[side])
			add_line(finding, side, line_about(c->side[side]->config, block_of(c->tunnel[side]), what));
}

static bool have(const struct compare *c, unsigned sections)
{
	return (c->side[0]->config->sections & c->side[1]->config->sections & sections) == sections;
}

/* ---- what is in force on one end ---- */

static const struct vt_config_profile *profile_of(const struct compare *c, int side)
{
	const struct vt_config_interface *vti = c->tunnel[side]->vti;
	return vti ? vt_config_profile_of(c->side[side]->config, vti->ipsec_profile) : NULL;
}

static const struct vt_str_list *transforms_of(const struct compare *c, int side)
{
	static const struct vt_str_list none;
	const struct vt_config_profile *profile = profile_of(c, side);
	return profile                ? &profile->transform_sets
	       : c->tunnel[side]->vti ? &none
				      : &c->tunnel[side]->entry->transform_sets;
}

static const struct vt_str_list *proposals_of(const struct compare *c, int side)
{
	static const struct vt_str_list none;
	const struct vt_config_profile *profile = profile_of(c, side);
	return profile ? &profile->proposals : c->tunnel[side]->vti ? &none : &c->tunnel[side]->entry->proposals;
}

static unsigned pfs_of(const struct compare *c, int side)
{
	const struct vt_config *config = c->side[side]->config;
	const struct vt_config_profile *profile = profile_of(c, side);
	if (c->tunnel[side]->vti)
		return profile ? vt_config_pfs(config, profile->pfs, profile->pfs_group) : 0;
	return vt_config_pfs(config, c->tunnel[side]->entry->pfs, c->tunnel[side]->entry->pfs_group);
}

static struct vt_lifetime lifetime_of(const struct compare *c, int side)
{
	const struct vt_config *config = c->side[side]->config;
	return c->tunnel[side]->vti ? vt_config_profile_lifetime(config, profile_of(c, side))
				    : vt_config_lifetime(config, c->tunnel[side]->entry);
}

static const struct vt_config_tunnel_group *group_of(const struct compare *c, int side)
{
	return vt_config_group_of_peer(c->side[side]->config, c->tunnel[side]);
}

static bool is_enabled(const struct vt_config *config, unsigned version, struct vt_str interface)
{
	for (size_t i = 0; i < config->enables_len; i++)
		if (config->enables[i].version == version && vt_str_eq(config->enables[i].interface, interface))
			return true;
	return !(config->sections & VT_SECTION_IKE);
}

static bool policy_allows(const struct compare *c, int side, unsigned version)
{
	const struct vt_config *config = c->side[side]->config;
	const struct vt_config_tunnel_group *group = group_of(c, side);
	const struct vt_config_group_policy *chain[] = {
		group ? vt_config_group_policy_of(config, group->group_policy) : NULL,
		vt_config_group_policy_of(config, VT_STR("DfltGrpPolicy")),
	};
	for (size_t i = 0; i < 2; i++) {
		if (!chain[i] || chain[i]->tunnel_protocols.len == 0)
			continue;
		const struct vt_str_list *list = &chain[i]->tunnel_protocols;
		for (size_t k = 0; k < list->len; k++)
			if (vt_str_ieq(list->items[k], version == 1 ? VT_STR("ikev1") : VT_STR("ikev2")) ||
			    (version == 1 && vt_str_ieq(list->items[k], VT_STR("IPSec"))))
				return true;
		return false;
	}
	return true;
}

/* Bit 0: IKEv1, bit 1: IKEv2; what the entry asks for, and of that what can be used. */
static unsigned asked(const struct compare *c, int side)
{
	return (unsigned)(c->tunnel[side]->ikev1 ? 1 : 0) | (unsigned)(c->tunnel[side]->ikev2 ? 2 : 0);
}

static unsigned usable(const struct compare *c, int side)
{
	unsigned bits = asked(c, side);
	for (unsigned version = 1; version <= 2; version++)
		if (!is_enabled(c->side[side]->config, version, c->tunnel[side]->interface) ||
		    !policy_allows(c, side, version))
			bits &= ~version;
	return bits;
}

static const char *versions_text(unsigned bits)
{
	static const char *const names[] = { "none", "IKEv1", "IKEv2", "IKEv1 and IKEv2" };
	return names[bits & 3];
}

/* ---- the rows ---- */

static bool is_private(const struct vt_addr *addr)
{
	const uint8_t *b = addr->bytes;
	return addr->family == 4 && (b[0] == 10 || (b[0] == 172 && (b[1] & 0xf0) == 16) ||
				     (b[0] == 192 && b[1] == 168) || (b[0] == 100 && (b[1] & 0xc0) == 64));
}

static bool interface_is_private(const struct compare *c, int side)
{
	struct vt_addr addr;
	const struct vt_config *config = c->side[side]->config;
	const struct vt_config_interface *ifc = vt_config_interface_of(config, c->tunnel[side]->interface);
	return ifc && ifc->addr.p && vt_config_address(config, ifc->addr, &addr) && is_private(&addr);
}

/* One end names the other, and the other has no entry that leads back. */
static void compare_one_sided(const struct compare *c)
{
	int here = c->tunnel[0] ? 0 : 1, there = !here;
	const struct vt_pair_side *other = c->side[there];
	char peer[VT_ADDR_TEXT];
	if (!other->expected->complete || other->expected->dynamic)
		return;
	vt_addr_format(&c->tunnel[here]->peer, peer);
	struct vt_finding *finding = say(
		c, "peer",
		VT_FMT " has an entry for %s, an address of " VT_FMT ", which has no entry for any address of " VT_FMT,
		VT_ARG(end_name(c, here)), peer, VT_ARG(end_name(c, there)), VT_ARG(end_name(c, here)));
	if (interface_is_private(c, here)) {
		finding->fault = "P1-PEERNAT";
		finding->severity = VT_WARNING;
		finding->confidence = VT_POSSIBLE;
	}
	add_line(finding, (unsigned)here,
		 line_about(c->side[here]->config, block_of(c->tunnel[here]),
			    c->tunnel[here]->vti ? "tunnel destination" : " set peer "));
}

/* Found by their networks: the address that one of them names is not one of the other's. */
static void compare_peer(const struct compare *c)
{
	if (!c->ends->by_selectors)
		return;
	struct vt_finding *finding = say(c, "peer",
					 "the networks of " VT_FMT " and " VT_FMT
					 " mirror each other, but one of the peer addresses is none of the other end's",
					 A_AND_B(c));
	finding->confidence = VT_LIKELY;
	if (interface_is_private(c, 0) || interface_is_private(c, 1)) {
		finding->fault = "P1-PEERNAT";
		finding->severity = VT_WARNING;
		finding->confidence = VT_POSSIBLE;
	}
	entry_lines(c, finding, " set peer ");
}

static bool compare_versions(const struct compare *c)
{
	unsigned a = asked(c, 0), b = asked(c, 1);
	if (!a || !b)
		return false; /* L3 says that */
	bool common = (a & b) != 0;
	if (common && (usable(c, 0) & usable(c, 1)))
		return true;
	struct vt_finding *finding = common ? say(c, "ike-version",
						  VT_FMT " can use %s, " VT_FMT
							 " %s: what the entries have in common is not enabled or not "
							 "allowed on both",
						  VT_ARG(end_name(c, 0)), versions_text(usable(c, 0)),
						  VT_ARG(end_name(c, 1)), versions_text(usable(c, 1)))
					    : say(c, "ike-version",
						  "the entry of " VT_FMT " is for %s, that of " VT_FMT " for %s",
						  VT_ARG(end_name(c, 0)), versions_text(a), VT_ARG(end_name(c, 1)),
						  versions_text(b));
	for (unsigned side = 0; side < 2; side++)
		add_line(finding, side,
			 line_about(c->side[side]->config, block_of(c->tunnel[side]),
				    c->tunnel[side]->vti     ? "tunnel protection"
				    : c->tunnel[side]->ikev2 ? "ipsec-proposal"
							     : "transform-set"));
	return false;
}

/* "aes" is "aes-128", "sha" is "sha1"; "esp-" says nothing. */
static struct vt_str plain(struct vt_str algorithm)
{
	if (vt_str_istarts(algorithm, VT_STR("esp-")))
		algorithm = vt_str_from(algorithm, 4);
	return vt_str_ieq(algorithm, VT_STR("aes"))                                             ? VT_STR("aes-128")
	       : vt_str_ieq(algorithm, VT_STR("sha")) || vt_str_ieq(algorithm, VT_STR("sha-1")) ? VT_STR("sha1")
	       : vt_str_ieq(algorithm, VT_STR("sha-256"))                                       ? VT_STR("sha256")
	       : vt_str_ieq(algorithm, VT_STR("sha-384"))                                       ? VT_STR("sha384")
	       : vt_str_ieq(algorithm, VT_STR("sha-512"))                                       ? VT_STR("sha512")
												: algorithm;
}

/* A list that says nothing has the release's default, which we do not claim to know. */
static bool meet(const struct vt_str_list *a, const struct vt_str_list *b)
{
	for (size_t i = 0; i < a->len; i++)
		for (size_t j = 0; j < b->len; j++)
			if (vt_str_ieq(plain(a->items[i]), plain(b->items[j])))
				return true;
	return a->len == 0 || b->len == 0;
}

static bool is_combined(struct vt_str algorithm)
{
	return vt_str_find(algorithm, VT_STR("gcm")) >= 0 || vt_str_find(algorithm, VT_STR("gmac")) >= 0;
}

/* Encryption in common that brings its own integrity. */
static bool meet_combined(const struct vt_str_list *a, const struct vt_str_list *b)
{
	for (size_t i = 0; i < a->len; i++)
		for (size_t j = 0; j < b->len; j++)
			if (is_combined(a->items[i]) && vt_str_ieq(plain(a->items[i]), plain(b->items[j])))
				return true;
	return false;
}

static bool policies_meet(const struct vt_config_policy *p, const struct vt_config_policy *q)
{
	if (!meet(&p->encryption, &q->encryption) || !meet(&p->group, &q->group))
		return false;
	if (p->version == 1)
		return meet(&p->hash, &q->hash) && (!p->authentication.p || !q->authentication.p ||
						    vt_str_ieq(p->authentication, q->authentication));
	return meet(&p->prf, &q->prf) && (meet(&p->hash, &q->hash) || meet_combined(&p->encryption, &q->encryption));
}

bool vt_pair_policy(const struct vt_config *initiator, const struct vt_config *responder, unsigned version,
		    const struct vt_config_policy **own, const struct vt_config_policy **theirs)
{
	*own = *theirs = NULL;
	for (size_t i = 0; i < initiator->policies_len; i++) {
		const struct vt_config_policy *p = &initiator->policies[i];
		if (p->version != version || (*own && p->priority > (*own)->priority))
			continue;
		const struct vt_config_policy *match = NULL;
		for (size_t j = 0; j < responder->policies_len; j++) {
			const struct vt_config_policy *q = &responder->policies[j];
			if (q->version == version && policies_meet(p, q) && (!match || q->priority < match->priority))
				match = q;
		}
		if (match) {
			*own = p;
			*theirs = match;
		}
	}
	return *own != NULL;
}

static const struct vt_config_policy *first_policy(const struct vt_config *config, unsigned version)
{
	const struct vt_config_policy *first = NULL;
	for (size_t i = 0; i < config->policies_len; i++)
		if (config->policies[i].version == version &&
		    (!first || config->policies[i].priority < first->priority))
			first = &config->policies[i];
	return first;
}

static void compare_policies(const struct compare *c, unsigned version)
{
	const struct vt_config *a = c->side[0]->config, *b = c->side[1]->config;
	const struct vt_config_policy *own, *theirs, *first_a = first_policy(a, version),
						     *first_b = first_policy(b, version);
	if (!have(c, VT_SECTION_IKE) || !first_a || !first_b || vt_pair_policy(a, b, version, &own, &theirs))
		return;
	struct vt_finding *finding = say(
		c, version == 1 ? "ikev1-policy" : "ikev2-policy",
		"no policy of " VT_FMT " has the same %s as one of " VT_FMT, VT_ARG(end_name(c, 0)),
		version == 1 ? "encryption, hash, group and authentication" : "encryption, integrity, PRF and group",
		VT_ARG(end_name(c, 1)));
	add_line(finding, 0, first_a->place);
	add_line(finding, 1, first_b->place);
}

enum proof { PROOF_NONE, PROOF_KEY, PROOF_CERTIFICATE };

static const char *proof_text(enum proof proof)
{
	static const char *const names[] = { "nothing", "a key", "a certificate" };
	return names[proof];
}

static enum proof proof_of(bool key, bool certificate)
{
	return key ? PROOF_KEY : certificate ? PROOF_CERTIFICATE : PROOF_NONE;
}

/* IKEv2 may differ by direction: what one proves itself by is what the other has to expect. */
static void compare_proofs(const struct compare *c, unsigned version)
{
	const struct vt_config_tunnel_group *group[2] = { group_of(c, 0), group_of(c, 1) };
	if (!have(c, VT_SECTION_TUNNEL_GROUP) || !group[0] || !group[1])
		return; /* that there is none is L5 */
	for (int side = 0; side < (version == 1 ? 1 : 2); side++) {
		const struct vt_config_tunnel_group *own = group[side], *other = group[!side];
		enum proof given = version == 1 ? proof_of(own->ikev1_key, own->ikev1_trustpoint.p)
						: proof_of(own->ikev2_local_key, own->ikev2_local_certificate.p),
			   wanted = version == 1 ? proof_of(other->ikev1_key, other->ikev1_trustpoint.p)
						 : proof_of(other->ikev2_remote_key, other->ikev2_remote_certificate);
		if (given == wanted || given == PROOF_NONE || wanted == PROOF_NONE)
			continue;
		struct vt_finding *finding = say(c, "authentication",
						 VT_FMT " proves itself by %s, and " VT_FMT " expects %s (IKEv%u)",
						 VT_ARG(end_name(c, side)), proof_text(given),
						 VT_ARG(end_name(c, !side)), proof_text(wanted), version);
		for (unsigned k = 0; k < 2; k++)
			add_line(finding, k,
				 line_about(c->side[k]->config, group[k]->place,
					    version == 1     ? "pre-shared-key"
					    : (int)k == side ? "local-authentication"
							     : "remote-authentication"));
	}
}

static bool same_set(const struct vt_str_list *a, const struct vt_str_list *b)
{
	if (a->len != b->len)
		return false;
	for (size_t i = 0; i < a->len; i++) {
		bool found = false;
		for (size_t j = 0; j < b->len && !found; j++)
			found = vt_str_ieq(plain(a->items[i]), plain(b->items[j]));
		if (!found)
			return false;
	}
	return true;
}

enum fit { FIT_NONE, FIT_MODE_DIFFERS, FIT, FIT_UNKNOWN };

static enum fit fit_transforms(const struct compare *c)
{
	const struct vt_str_list *a = transforms_of(c, 0), *b = transforms_of(c, 1);
	enum fit best = FIT_NONE;
	for (size_t i = 0; i < a->len; i++)
		for (size_t j = 0; j < b->len; j++) {
			const struct vt_config_transform *p = vt_config_transform_of(c->side[0]->config, a->items[i]),
							 *q = vt_config_transform_of(c->side[1]->config, b->items[j]);
			if (!p || !q)
				return FIT_UNKNOWN; /* L18 says that */
			if (same_set(&p->algorithms, &q->algorithms))
				best = p->transport == q->transport || best == FIT ? FIT : FIT_MODE_DIFFERS;
		}
	return best;
}

static enum fit fit_proposals(const struct compare *c)
{
	const struct vt_str_list *a = proposals_of(c, 0), *b = proposals_of(c, 1);
	for (size_t i = 0; i < a->len; i++)
		for (size_t j = 0; j < b->len; j++) {
			const struct vt_config_proposal *p = vt_config_proposal_of(c->side[0]->config, a->items[i]),
							*q = vt_config_proposal_of(c->side[1]->config, b->items[j]);
			if (!p || !q)
				return FIT_UNKNOWN;
			if (meet(&p->encryption, &q->encryption) &&
			    (meet(&p->integrity, &q->integrity) || meet_combined(&p->encryption, &q->encryption)))
				return FIT;
		}
	return FIT_NONE;
}

static void definition_lines(const struct compare *c, struct vt_finding *finding, unsigned version)
{
	for (unsigned side = 0; side < 2; side++) {
		const struct vt_config *config = c->side[side]->config;
		const struct vt_str_list *names = version == 1 ? transforms_of(c, (int)side)
							       : proposals_of(c, (int)side);
		if (!names->len)
			continue;
		const struct vt_config_transform *set = version == 1 ? vt_config_transform_of(config, names->items[0])
								     : NULL;
		const struct vt_config_proposal *proposal = version == 2
								    ? vt_config_proposal_of(config, names->items[0])
								    : NULL;
		if (set)
			add_line(finding, side, set->place);
		if (proposal) {
			add_line(finding, side, line_about(config, proposal->place, " encryption "));
			add_line(finding, side, line_about(config, proposal->place, " integrity "));
		}
	}
}

static void compare_transforms(const struct compare *c, unsigned version)
{
	if (!have(c, VT_SECTION_IKE))
		return;
	enum fit fit = version == 1 ? fit_transforms(c) : fit_proposals(c);
	if (fit != FIT_NONE && fit != FIT_MODE_DIFFERS)
		return;
	struct vt_finding *finding = say(
		c, "transform",
		fit == FIT_NONE ? "no %s of " VT_FMT " is one of " VT_FMT
				: "the %s that " VT_FMT " and " VT_FMT
				  " have in common differ in mode: tunnel and transport",
		version == 1 ? (fit == FIT_NONE ? "transform-set" : "transform-sets") : "proposal", A_AND_B(c));
	if (fit == FIT_MODE_DIFFERS) {
		finding->fault = "P2-MODE";
		finding->severity = VT_WARNING;
	}
	definition_lines(c, finding, version);
}

/* ---- the mirror of the access lists ---- */

const char *vt_mirror_name(enum vt_mirror mirror)
{
	static const char *const names[] = { "none", "overlap", "subset", "superset", "exact" };
	return names[mirror];
}

enum vt_mirror vt_pair_mirror(const struct vt_pair *ours, const struct vt_pair *theirs)
{
	if (!vt_net_overlap(&ours->local, &theirs->remote) || !vt_net_overlap(&ours->remote, &theirs->local) ||
	    (ours->protocol && theirs->protocol && ours->protocol != theirs->protocol))
		return VT_MIRROR_NONE;
	bool inside = ours->local.prefix >= theirs->remote.prefix && ours->remote.prefix >= theirs->local.prefix &&
		      (ours->protocol == theirs->protocol || !theirs->protocol),
	     around = ours->local.prefix <= theirs->remote.prefix && ours->remote.prefix <= theirs->local.prefix &&
		      (ours->protocol == theirs->protocol || !ours->protocol);
	return inside && around ? VT_MIRROR_EXACT
	       : inside         ? VT_MIRROR_SUBSET
	       : around         ? VT_MIRROR_SUPERSET
				: VT_MIRROR_OVERLAP;
}

static uint64_t id_of_pair(const struct vt_net *local, const struct vt_net *remote, uint64_t protocol)
{
	struct vt_str parts[] = { { (const char *)local->addr.bytes, 16 }, { (const char *)remote->addr.bytes, 16 } };
	uint64_t rest[] = { local->prefix, remote->prefix, protocol, local->addr.family };
	uint64_t h = vt_hash_add(vt_hash_add(VT_HASH_START, parts[0]), parts[1]);
	return vt_hash_end(vt_hash_add(h, (struct vt_str){ (const char *)rest, sizeof rest })) | 1;
}

/* The permit pairs of each end that the other one has not exactly so. */
struct unmatched {
	const struct vt_pair **items;
	size_t len, cap;
};

static void collect_unmatched(const struct compare *c, int side, struct unmatched *unmatched)
{
	const struct vt_pairs *own = &c->tunnel[side]->pairs, *other = &c->tunnel[!side]->pairs;
	struct vt_map mirrored = { 0 };
	for (size_t i = 0; i < other->len; i++)
		if (other->items[i].permit)
			vt_map_put(
				&mirrored,
				id_of_pair(&other->items[i].remote, &other->items[i].local, other->items[i].protocol),
				&other->items[i]);
	for (size_t i = 0; i < own->len; i++) {
		const struct vt_pair *pair = &own->items[i];
		if (pair->permit && !vt_map_get(&mirrored, id_of_pair(&pair->local, &pair->remote, pair->protocol)))
			*VT_PUSH(c->arena, unmatched->items, unmatched->len, unmatched->cap) = pair;
	}
	vt_map_clear(&mirrored);
}

static void say_mirror(const struct compare *c, int side, const struct vt_pair *ours, const struct vt_pair *theirs,
		       enum vt_mirror mirror)
{
	char local[VT_NET_TEXT], remote[VT_NET_TEXT], their_local[VT_NET_TEXT] = "", their_remote[VT_NET_TEXT] = "";
	struct vt_str own = end_name(c, side), other = end_name(c, !side);
	struct vt_finding *finding = NULL;
	vt_net_format(&ours->local, local);
	vt_net_format(&ours->remote, remote);
	if (theirs) {
		vt_net_format(&theirs->local, their_local);
		vt_net_format(&theirs->remote, their_remote);
	}
	switch (mirror) {
	case VT_MIRROR_NONE:
	case VT_MIRROR_EXACT:
		finding = say(c, "selectors",
			      VT_FMT " protects %s to %s, and nothing in the list of " VT_FMT
				     " answers to it: these two networks never get an SA",
			      VT_ARG(own), local, remote, VT_ARG(other));
		break;
	case VT_MIRROR_SUBSET:
	case VT_MIRROR_SUPERSET: {
		bool narrow = mirror == VT_MIRROR_SUBSET;
		finding = say(c, "selectors",
			      VT_FMT " protects %s to %s, " VT_FMT " %s to %s: it works only if " VT_FMT
				     ", the narrower one, starts it",
			      VT_ARG(own), local, remote, VT_ARG(other), their_local, their_remote,
			      VT_ARG(narrow ? own : other));
		finding->severity = VT_WARNING;
		break;
	}
	case VT_MIRROR_OVERLAP:
		finding = say(c, "selectors",
			      VT_FMT " protects %s to %s, " VT_FMT
				     " %s to %s: each is wider in one of the two, neither can start it",
			      VT_ARG(own), local, remote, VT_ARG(other), their_local, their_remote);
		break;
	}
	struct vt_place place[2];
	place[side] = (struct vt_place){ ours->text, ours->line, ours->line };
	place[!side] = theirs ? (struct vt_place){ theirs->text, theirs->line, theirs->line }
			      : line_about(c->side[!side]->config, block_of(c->tunnel[!side]), " match address ");
	add_line(finding, 0, place[0]);
	add_line(finding, 1, place[1]);
}

/* The best that the other end's list has for a pair. */
static const struct vt_pair *best_mirror(const struct vt_pair *ours, const struct vt_pairs *theirs, size_t *tried,
					 enum vt_mirror *mirror)
{
	const struct vt_pair *best = NULL;
	*mirror = VT_MIRROR_NONE;
	for (size_t i = 0; i < theirs->len && *tried < SELECTORS_TRIED; i++, (*tried)++) {
		enum vt_mirror this = theirs->items[i].permit ? vt_pair_mirror(ours, &theirs->items[i])
							      : VT_MIRROR_NONE;
		if (this > *mirror) {
			*mirror = this;
			best = &theirs->items[i];
		}
	}
	return best;
}

static void compare_selectors(const struct compare *c)
{
	size_t said = 0, tried = 0;
	struct vt_map answered = { 0 }; /* pairs of b that a finding about a pair of a has shown already */
	if (!have(c, VT_SECTION_ACL) || (c->tunnel[0]->vti && c->tunnel[1]->vti) || c->tunnel[0]->report.undefined ||
	    c->tunnel[1]->report.undefined || c->tunnel[0]->report.bounded || c->tunnel[1]->report.bounded)
		return;
	for (int side = 0; side < 2; side++) {
		struct unmatched unmatched = { 0 };
		collect_unmatched(c, side, &unmatched);
		for (size_t i = 0; i < unmatched.len && tried < SELECTORS_TRIED; i++) {
			enum vt_mirror mirror;
			const struct vt_pair *ours = unmatched.items[i],
					     *theirs = best_mirror(ours, &c->tunnel[!side]->pairs, &tried, &mirror);
			if (side == 1 && vt_map_get(&answered, id_of_pair(&ours->local, &ours->remote, ours->protocol)))
				continue;
			if (theirs)
				vt_map_put(&answered, id_of_pair(&theirs->local, &theirs->remote, theirs->protocol),
					   &answered);
			if (said++ < SELECTORS_SAID)
				say_mirror(c, side, ours, theirs, mirror);
			else
				c->findings->left_out++;
		}
	}
	vt_map_clear(&answered);
}

/* ---- PFS, lifetimes, and what belongs to the whole entry ---- */

/* "group 14", "off" */
static const char *pfs_text(const struct compare *c, unsigned group)
{
	return group ? vt_arena_printf(c->arena, "group %u", group) : "off";
}

static void compare_pfs(const struct compare *c, unsigned versions)
{
	unsigned group[2] = { pfs_of(c, 0), pfs_of(c, 1) };
	if (group[0] == group[1])
		return;
	int strict = group[0] ? 0 : 1;
	const char *effect = !(versions & 1) ? "the tunnel comes up, and fails when its first SA is renewed, one IPsec "
					       "lifetime later"
			     : group[0] && group[1] ? "each refuses the offer of the other"
						    : vt_arena_printf(c->arena,
								      "it works only if " VT_FMT
								      " starts it, which refuses an offer without",
								      VT_ARG(end_name(c, strict)));
	struct vt_finding *finding = say(c, "pfs", "PFS is %s on " VT_FMT " and %s on " VT_FMT ": %s",
					 pfs_text(c, group[0]), VT_ARG(end_name(c, 0)), pfs_text(c, group[1]),
					 VT_ARG(end_name(c, 1)), effect);
	if ((versions & 1) && group[0] && group[1])
		finding->severity = VT_FAULT;
	entry_lines(c, finding, " set pfs");
}

static void compare_lifetimes(const struct compare *c)
{
	struct vt_lifetime a = lifetime_of(c, 0), b = lifetime_of(c, 1);
	if (a.s == b.s && a.kb == b.kb)
		return;
	char kb[2][32] = { "unlimited", "unlimited" };
	if (a.kb != VT_ABSENT)
		snprintf(kb[0], sizeof kb[0], "%ju kB", (uintmax_t)a.kb);
	if (b.kb != VT_ABSENT)
		snprintf(kb[1], sizeof kb[1], "%ju kB", (uintmax_t)b.kb);
	struct vt_finding *finding = say(c, "lifetime", "SAs live %ju s, %s on " VT_FMT " and %ju s, %s on " VT_FMT,
					 (uintmax_t)a.s, kb[0], VT_ARG(end_name(c, 0)), (uintmax_t)b.s, kb[1],
					 VT_ARG(end_name(c, 1)));
	entry_lines(c, finding, " lifetime ");
}

static bool nat_t(const struct compare *c, int side)
{
	return c->side[side]->config->nat_traversal != VT_NO &&
	       !(c->tunnel[side]->entry && c->tunnel[side]->entry->nat_t_disable);
}

static void compare_nat_t(const struct compare *c)
{
	bool on[2] = { nat_t(c, 0), nat_t(c, 1) };
	if (!have(c, VT_SECTION_IKE) || on[0] == on[1])
		return;
	struct vt_finding *finding = say(
		c, "nat-t", "NAT traversal is off on " VT_FMT " and on on " VT_FMT ": through NAT, ESP is lost",
		VT_ARG(end_name(c, on[0] ? 1 : 0)), VT_ARG(end_name(c, on[0] ? 0 : 1)));
	if (c->ends->across_nat)
		finding->severity = VT_FAULT;
	for (unsigned side = 0; side < 2; side++) {
		const struct vt_config *config = c->side[side]->config;
		if (config->nat_traversal == VT_NO)
			add_line(finding, side, config->nat_traversal_place);
		else
			add_line(finding, side, line_about(config, block_of(c->tunnel[side]), " nat-t-disable"));
	}
}

static void compare_dpd(const struct compare *c)
{
	const struct vt_config_tunnel_group *group[2] = { group_of(c, 0), group_of(c, 1) };
	if (!have(c, VT_SECTION_TUNNEL_GROUP) || !group[0] || !group[1])
		return;
	bool off[2];
	for (int side = 0; side < 2; side++)
		off[side] = group[side]->keepalive == VT_KEEPALIVE_DISABLED ||
			    group[side]->keepalive == VT_KEEPALIVE_INFINITE;
	if (off[0] == off[1])
		return;
	struct vt_finding *finding = say(c, "dpd",
					 "dead-peer detection is off on " VT_FMT " alone: " VT_FMT
					 " notices a loss and begins anew, the other keeps its old SA",
					 VT_ARG(end_name(c, off[0] ? 0 : 1)), VT_ARG(end_name(c, off[0] ? 1 : 0)));
	for (unsigned side = 0; side < 2; side++)
		add_line(finding, side, line_about(c->side[side]->config, group[side]->place, "keepalive"));
}

static void compare_connection_types(const struct compare *c)
{
	if (!c->tunnel[0]->entry || !c->tunnel[1]->entry)
		return;
	enum vt_connection_type a = c->tunnel[0]->entry->connection_type, b = c->tunnel[1]->entry->connection_type;
	if (a != b || a == VT_CONNECTION_BIDIRECTIONAL)
		return;
	struct vt_finding *finding = say(c, "connection-type",
					 a == VT_CONNECTION_ANSWER_ONLY
						 ? VT_FMT " and " VT_FMT " only answer: neither ever begins"
						 : VT_FMT " and " VT_FMT " only originate: neither ever answers",
					 A_AND_B(c));
	entry_lines(c, finding, " connection-type ");
}

/* What L9 found for this peer on one of the ends. */
static void compare_nat(const struct compare *c)
{
	for (int side = 0; side < 2; side++) {
		const struct vt_findings *findings = c->side[side]->findings;
		char text[VT_ADDR_TEXT];
		struct vt_str peer = { text, vt_addr_format(&c->tunnel[side]->peer, text) };
		for (size_t i = 0; findings && i < findings->len; i++) {
			const struct vt_finding *l9 = &findings->items[i];
			if (strcmp(l9->rule, "L9") != 0 || !vt_str_eq(l9->peer, peer))
				continue;
			struct vt_finding *finding = say(
				c, "nat-exemption",
				"on " VT_FMT " " VT_FMT "; " VT_FMT " gets packets of other networks or none",
				VT_ARG(end_name(c, side)), VT_ARG(l9->says), VT_ARG(end_name(c, !side)));
			finding->confidence = l9->confidence;
			for (size_t k = 0; k < l9->lines_len; k++)
				add_line(finding, (unsigned)side, l9->lines[k].place);
			return;
		}
	}
}

enum { ESP_OVERHEAD_BYTES = 120, MSS_DEFAULT = 1380, MTU_DEFAULT = 1500 }; /* ESP with UDP around it, IP, TCP */

static uint64_t mtu_of(const struct compare *c, int side)
{
	const struct vt_config_interface *ifc = vt_config_interface_of(c->side[side]->config,
								       c->tunnel[side]->interface);
	return ifc && ifc->mtu != VT_ABSENT ? ifc->mtu : MTU_DEFAULT;
}

static uint64_t mss_of(const struct compare *c, int side)
{
	uint64_t mss = c->side[side]->config->tcpmss;
	return mss == VT_ABSENT ? MSS_DEFAULT : mss == 0 ? UINT64_MAX : mss;
}

/* One end that clamps is enough: it sees the SYN of both directions. */
static void compare_mtu(const struct compare *c)
{
	uint64_t mtu = mtu_of(c, 0) < mtu_of(c, 1) ? mtu_of(c, 0) : mtu_of(c, 1),
		 mss = mss_of(c, 0) < mss_of(c, 1) ? mss_of(c, 0) : mss_of(c, 1);
	if (!have(c, VT_SECTION_INTERFACE) || !have(c, VT_SECTION_SYSOPT) ||
	    (mss != UINT64_MAX && mss + ESP_OVERHEAD_BYTES <= mtu))
		return;
	if (mss == UINT64_MAX)
		say(c, "mtu",
		    "neither " VT_FMT " nor " VT_FMT
		    " limits the segment size of TCP: full packets do not fit into ESP",
		    A_AND_B(c));
	else
		say(c, "mtu", "segments of %ju bytes do not fit into ESP where the MTU is %ju", (uintmax_t)mss,
		    (uintmax_t)mtu);
}

void vt_pair_compare(const struct vt_pair_side *sides, const struct vt_ends *ends, struct vt_arena *arena,
		     struct vt_findings *findings)
{
	struct compare c = { { &sides[ends->a.side], &sides[ends->b.side] },
			     { ends->a.tunnel, ends->b.tunnel },
			     ends,
			     arena,
			     findings };
	if (!c.tunnel[0] || !c.tunnel[1]) {
		compare_one_sided(&c);
		return;
	}
	compare_peer(&c);
	bool agree = compare_versions(&c);
	unsigned versions = usable(&c, 0) & usable(&c, 1);
	for (unsigned version = 1; agree && version <= 2; version++) {
		if (!(versions & version))
			continue;
		compare_policies(&c, version);
		compare_proofs(&c, version);
		compare_transforms(&c, version);
	}
	compare_selectors(&c);
	if (asked(&c, 0) & asked(&c, 1))
		compare_pfs(&c, asked(&c, 0) & asked(&c, 1));
	compare_lifetimes(&c);
	compare_nat_t(&c);
	compare_dpd(&c);
	compare_connection_types(&c);
	compare_nat(&c);
	compare_mtu(&c);
}
