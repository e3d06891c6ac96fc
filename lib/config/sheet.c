/* SPDX-License-Identifier: MIT
 * The sheet for the other side.
 *
 * Two halves: what we have, row by row, and what the other end needs, as ASA commands. Where our configuration does
 * not say a value, the row says that it is the release's default, not which we think that is.
 */
#include "config/sheet.h"

#include "base/timefmt.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

enum {
	SELECTORS_SHOWN = 500, /* a sheet is for reading */
};

struct writer {
	const struct vt_sheet *sheet;
	const struct vt_config *config;
	const struct vt_expected_tunnel *tunnel;
	const struct vt_config_tunnel_group *group;
	const struct vt_config_profile *profile;
	bool markdown;
	struct vt_buf *out;
	struct vt_str ours; /* our address, or words for it */
	char theirs[VT_ADDR_TEXT];
};

/* ---- form ---- */

/* Text of the configuration inside a table: a bar would end the cell. */
static void put(struct writer *w, struct vt_str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (w->markdown && (text.p[i] == '|' || text.p[i] == '`' || text.p[i] == '\\'))
			vt_buf_char(w->out, '\\');
		vt_buf_char(w->out, text.p[i]);
	}
}

static void heading(struct writer *w, const char *text)
{
	if (w->markdown)
		vt_buf_printf(w->out, "\n## %s\n\n| | |\n|---|---|\n", text);
	else
		vt_buf_printf(w->out, "\n%s\n", text);
}

static void row_begin(struct writer *w, const char *key)
{
	vt_buf_printf(w->out, w->markdown ? "| %s | " : "  %-24s ", key);
}

static void row_end(struct writer *w)
{
	vt_buf_printf(w->out, w->markdown ? " |\n" : "\n");
}

static void row(struct writer *w, const char *key, const char *format, ...) __attribute__((format(printf, 3, 4)));
static void row(struct writer *w, const char *key, const char *format, ...)
{
	struct vt_buf text = { 0 };
	va_list args;
	va_start(args, format);
	vt_buf_vprintf(&text, format, args);
	va_end(args);
	row_begin(w, key);
	put(w, vt_buf_view(&text));
	row_end(w);
	vt_buf_free(&text);
}

static void row_list(struct writer *w, const char *key, const struct vt_str_list *list)
{
	row_begin(w, key);
	for (size_t i = 0; i < list->len; i++) {
		vt_buf_printf(w->out, i ? " or " : "");
		put(w, list->items[i]);
	}
	if (list->len == 0)
		vt_buf_printf(w->out, "default of the release");
	row_end(w);
}

static void line(struct writer *w, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void line(struct writer *w, const char *format, ...)
{
	va_list args;
	vt_buf_printf(w->out, w->markdown ? "" : "  ");
	va_start(args, format);
	vt_buf_vprintf(w->out, format, args);
	va_end(args);
	vt_buf_char(w->out, '\n');
}

static void words(struct writer *w, const char *begin, const struct vt_str_list *list)
{
	if (list->len == 0)
		return;
	vt_buf_printf(w->out, "%s%s", w->markdown ? "" : "  ", begin);
	for (size_t i = 0; i < list->len; i++)
		vt_buf_printf(w->out, " " VT_FMT, VT_ARG(list->items[i]));
	vt_buf_char(w->out, '\n');
}

/* ---- what is in force ---- */

static const struct vt_str_list *transforms_of(const struct writer *w)
{
	static const struct vt_str_list none;
	return w->profile ? &w->profile->transform_sets : w->tunnel->vti ? &none : &w->tunnel->entry->transform_sets;
}

static const struct vt_str_list *proposals_of(const struct writer *w)
{
	static const struct vt_str_list none;
	return w->profile ? &w->profile->proposals : w->tunnel->vti ? &none : &w->tunnel->entry->proposals;
}

static unsigned pfs_of(const struct writer *w)
{
	if (w->tunnel->vti)
		return w->profile ? vt_config_pfs(w->config, w->profile->pfs, w->profile->pfs_group) : 0;
	return vt_config_pfs(w->config, w->tunnel->entry->pfs, w->tunnel->entry->pfs_group);
}

static struct vt_lifetime lifetime_of(const struct writer *w)
{
	return w->tunnel->vti ? vt_config_profile_lifetime(w->config, w->profile)
			      : vt_config_lifetime(w->config, w->tunnel->entry);
}

static bool dpd_is_on(const struct writer *w)
{
	return !w->group ||
	       (w->group->keepalive != VT_KEEPALIVE_DISABLED && w->group->keepalive != VT_KEEPALIVE_INFINITE);
}

static bool is_used(const struct writer *w, const struct vt_config_policy *policy)
{
	return policy->version == 1 ? w->tunnel->ikev1 : w->tunnel->ikev2;
}

/* ---- the first half: ours ---- */

static void write_addresses(struct writer *w)
{
	heading(w, "Addresses");
	row(w, "our end", VT_FMT, VT_ARG(w->ours));
	row(w, "your end", "%s", w->theirs);
	row(w, "IKE", "%s",
	    w->tunnel->ikev1 && w->tunnel->ikev2 ? "version 2, else version 1"
	    : w->tunnel->ikev2                   ? "version 2"
	    : w->tunnel->ikev1                   ? "version 1, main mode"
						 : "not set");
	row(w, "NAT traversal", "%s",
	    w->config->nat_traversal == VT_NO || (w->tunnel->entry && w->tunnel->entry->nat_t_disable)
		    ? "off: no NAT in between"
		    : "on, UDP 4500");
	if (w->tunnel->entry && w->tunnel->entry->connection_type != VT_CONNECTION_BIDIRECTIONAL)
		row(w, "who begins", "%s",
		    w->tunnel->entry->connection_type == VT_CONNECTION_ANSWER_ONLY ? "only you" : "only we");
	else
		row(w, "who begins", "%s", "either end");
}

static void write_identities(struct writer *w)
{
	const struct vt_config_tunnel_group *group = w->group;
	heading(w, "Identities and authentication");
	row(w, "our identity", VT_FMT,
	    VT_ARG(w->config->isakmp_identity.p ? w->config->isakmp_identity
						: VT_STR("auto: our address with a key, our name with a certificate")));
	row(w, "your identity", "%s", w->theirs);
	if (w->tunnel->ikev1)
		row(w, "version 1", "%s",
		    !group                      ? "not configured here"
		    : group->ikev1_key          ? "pre-shared key, exchanged by another way"
		    : group->ikev1_trustpoint.p ? "certificates"
						: "not configured here");
	if (w->tunnel->ikev2) {
		row(w, "version 2, we prove by", "%s",
		    !group                             ? "not configured here"
		    : group->ikev2_local_key           ? "pre-shared key, exchanged by another way"
		    : group->ikev2_local_certificate.p ? "certificate"
						       : "not configured here");
		row(w, "version 2, you prove by", "%s",
		    !group                            ? "not configured here"
		    : group->ikev2_remote_key         ? "pre-shared key, exchanged by another way"
		    : group->ikev2_remote_certificate ? "certificate"
						      : "not configured here");
	}
	row(w, "dead-peer detection", "%s", dpd_is_on(w) ? "on" : "off");
}

static void write_policy(struct writer *w, const struct vt_config_policy *policy)
{
	char title[64];
	snprintf(title, sizeof title, "IKE version %u, proposal %" PRIu64, policy->version, policy->priority);
	heading(w, title);
	row_list(w, "encryption", &policy->encryption);
	row_list(w, policy->version == 1 ? "hash" : "integrity", &policy->hash);
	if (policy->version == 2)
		row_list(w, "PRF", &policy->prf);
	row_list(w, "Diffie-Hellman group", &policy->group);
	if (policy->version == 1 && policy->authentication.p)
		row(w, "authentication", VT_FMT, VT_ARG(policy->authentication));
	if (policy->lifetime_s == VT_ABSENT)
		row(w, "lifetime", "%s", "86400 s");
	else
		row(w, "lifetime", "%" PRIu64 " s", policy->lifetime_s);
}

static void write_ipsec(struct writer *w)
{
	const struct vt_str_list *transforms = transforms_of(w), *proposals = proposals_of(w);
	struct vt_lifetime lifetime = lifetime_of(w);
	unsigned pfs = pfs_of(w);
	heading(w, "IPsec");
	for (size_t i = 0; i < transforms->len; i++) {
		const struct vt_config_transform *set = vt_config_transform_of(w->config, transforms->items[i]);
		if (!set)
			continue;
		row_begin(w, "version 1, ESP");
		for (size_t j = 0; j < set->algorithms.len; j++) {
			vt_buf_printf(w->out, j ? " with " : "");
			put(w, set->algorithms.items[j]);
		}
		vt_buf_printf(w->out, ", %s mode", set->transport ? "transport" : "tunnel");
		row_end(w);
	}
	for (size_t i = 0; i < proposals->len; i++) {
		const struct vt_config_proposal *proposal = vt_config_proposal_of(w->config, proposals->items[i]);
		if (!proposal)
			continue;
		row_list(w, "version 2, encryption", &proposal->encryption);
		row_list(w, "version 2, integrity", &proposal->integrity);
	}
	if (pfs)
		row(w, "perfect forward secrecy", "group %u", pfs);
	else
		row(w, "perfect forward secrecy", "%s", "off");
	row(w, "lifetime", "%" PRIu64 " s", lifetime.s);
	if (lifetime.kb == VT_ABSENT)
		row(w, "lifetime by volume", "%s", "unlimited");
	else
		row(w, "lifetime by volume", "%" PRIu64 " kB", lifetime.kb);
}

static void write_selectors(struct writer *w)
{
	size_t shown = 0, more = 0;
	heading(w, "Protected networks (ours - yours)");
	for (size_t i = 0; i < w->tunnel->pairs.len; i++) {
		const struct vt_pair *pair = &w->tunnel->pairs.items[i];
		char local[VT_NET_TEXT], remote[VT_NET_TEXT], what[64] = "";
		if (!pair->permit)
			continue;
		if (shown++ >= SELECTORS_SHOWN) {
			more++;
			continue;
		}
		vt_net_format(&pair->local, local);
		vt_net_format(&pair->remote, remote);
		if (pair->protocol)
			snprintf(what, sizeof what, " (IP protocol %" PRIu64 " only)", pair->protocol);
		row(w, local, "%s%s", remote, what);
	}
	if (more)
		row(w, "more", "%zu", more);
	if (w->tunnel->report.undefined || w->tunnel->report.bounded)
		row(w, "incomplete", "%s", "our access list could not be followed to its end");
}

static void write_failures(struct writer *w)
{
	if (w->sheet->failures_len == 0)
		return;
	heading(w, "Last failures (UTC)");
	for (size_t i = 0; i < w->sheet->failures_len; i++) {
		char at[VT_TIME_TEXT];
		vt_time_format(w->sheet->failures[i].at_ms, at);
		row(w, at, VT_FMT, VT_ARG(w->sheet->failures[i].what));
	}
}

/* ---- the second half: theirs ---- */

static void operand(struct writer *w, const struct vt_net *net)
{
	char text[VT_ADDR_TEXT];
	vt_addr_format(&net->addr, text);
	if (net->prefix == 0)
		vt_buf_printf(w->out, net->addr.family == 4 ? " any4" : " any6");
	else if (net->addr.family == 6)
		vt_buf_printf(w->out, " %s/%u", text, net->prefix);
	else if (net->prefix == 32)
		vt_buf_printf(w->out, " host %s", text);
	else {
		uint32_t mask = UINT32_MAX << (32 - net->prefix);
		vt_buf_printf(w->out, " %s %u.%u.%u.%u", text, mask >> 24, mask >> 16 & 255, mask >> 8 & 255,
			      mask & 255);
	}
}

static void their_access_list(struct writer *w)
{
	size_t shown = 0;
	for (size_t i = 0; i < w->tunnel->pairs.len && shown < SELECTORS_SHOWN; i++) {
		const struct vt_pair *pair = &w->tunnel->pairs.items[i];
		if (!pair->permit)
			continue;
		shown++;
		vt_buf_printf(w->out, "%saccess-list VPN extended permit ", w->markdown ? "" : "  ");
		if (pair->protocol)
			vt_buf_printf(w->out, "%" PRIu64, pair->protocol);
		else
			vt_buf_printf(w->out, "ip");
		operand(w, &pair->remote);
		operand(w, &pair->local);
		vt_buf_char(w->out, '\n');
	}
}

static void their_policy(struct writer *w, const struct vt_config_policy *policy)
{
	line(w, "crypto ikev%u policy %" PRIu64, policy->version, policy->priority);
	if (policy->version == 1 && policy->authentication.p)
		line(w, " authentication " VT_FMT, VT_ARG(policy->authentication));
	words(w, " encryption", &policy->encryption);
	words(w, policy->version == 1 ? " hash" : " integrity", &policy->hash);
	words(w, " group", &policy->group);
	if (policy->version == 2)
		words(w, " prf", &policy->prf);
	if (policy->lifetime_s != VT_ABSENT)
		line(w, " lifetime %s%" PRIu64, policy->version == 2 ? "seconds " : "", policy->lifetime_s);
}

static void their_definitions(struct writer *w)
{
	const struct vt_str_list *transforms = transforms_of(w), *proposals = proposals_of(w);
	for (size_t i = 0; i < transforms->len; i++) {
		const struct vt_config_transform *set = vt_config_transform_of(w->config, transforms->items[i]);
		char begin[64];
		snprintf(begin, sizeof begin, "crypto ipsec ikev1 transform-set VPN%zu", i + 1);
		if (set)
			words(w, begin, &set->algorithms);
		if (set && set->transport)
			line(w, "%s mode transport", begin);
	}
	for (size_t i = 0; i < proposals->len; i++) {
		const struct vt_config_proposal *proposal = vt_config_proposal_of(w->config, proposals->items[i]);
		if (!proposal)
			continue;
		line(w, "crypto ipsec ikev2 ipsec-proposal VPN%zu", i + 1);
		words(w, " protocol esp encryption", &proposal->encryption);
		words(w, " protocol esp integrity", &proposal->integrity);
	}
}

static void numbered(struct writer *w, const char *begin, size_t n)
{
	if (n == 0)
		return;
	vt_buf_printf(w->out, "%s%s", w->markdown ? "" : "  ", begin);
	for (size_t i = 0; i < n; i++)
		vt_buf_printf(w->out, " VPN%zu", i + 1);
	vt_buf_char(w->out, '\n');
}

static void their_values(struct writer *w, const char *prefix)
{
	struct vt_lifetime lifetime = lifetime_of(w);
	char begin[96];
	snprintf(begin, sizeof begin, "%s set ikev1 transform-set", prefix);
	numbered(w, begin, transforms_of(w)->len);
	snprintf(begin, sizeof begin, "%s set ikev2 ipsec-proposal", prefix);
	numbered(w, begin, proposals_of(w)->len);
	if (pfs_of(w))
		line(w, "%s set pfs group%u", prefix, pfs_of(w));
	line(w, "%s set security-association lifetime seconds %" PRIu64, prefix, lifetime.s);
	if (lifetime.kb == VT_ABSENT)
		line(w, "%s set security-association lifetime kilobytes unlimited", prefix);
	else
		line(w, "%s set security-association lifetime kilobytes %" PRIu64, prefix, lifetime.kb);
}

static void their_entry(struct writer *w)
{
	enum vt_connection_type type = w->tunnel->entry->connection_type;
	line(w, "crypto map OUTSIDE_MAP 10 match address VPN");
	line(w, "crypto map OUTSIDE_MAP 10 set peer " VT_FMT, VT_ARG(w->ours));
	their_values(w, "crypto map OUTSIDE_MAP 10");
	if (type != VT_CONNECTION_BIDIRECTIONAL)
		line(w, "crypto map OUTSIDE_MAP 10 set connection-type %s",
		     type == VT_CONNECTION_ANSWER_ONLY ? "originate-only" : "answer-only");
	line(w, "crypto map OUTSIDE_MAP interface outside");
}

static void their_vti(struct writer *w)
{
	line(w, "crypto ipsec profile VPN");
	their_values(w, "");
	line(w, "interface Tunnel1");
	line(w, " tunnel source interface outside");
	line(w, " tunnel destination " VT_FMT, VT_ARG(w->ours));
	line(w, " tunnel mode ipsec ipv4");
	line(w, " tunnel protection ipsec profile VPN");
}

#define KEY "<the key agreed by another way>"

static void their_tunnel_group(struct writer *w)
{
	const struct vt_config_tunnel_group *group = w->group;
	line(w, "tunnel-group " VT_FMT " type ipsec-l2l", VT_ARG(w->ours));
	line(w, "tunnel-group " VT_FMT " ipsec-attributes", VT_ARG(w->ours));
	if (w->tunnel->ikev1)
		line(w, group && !group->ikev1_key && group->ikev1_trustpoint.p
				? " ikev1 trust-point <your trust-point>"
				: " ikev1 pre-shared-key " KEY);
	if (w->tunnel->ikev2) {
		line(w, group && !group->ikev2_remote_key && group->ikev2_remote_certificate
				? " ikev2 local-authentication certificate <your trust-point>"
				: " ikev2 local-authentication pre-shared-key " KEY);
		line(w, group && !group->ikev2_local_key && group->ikev2_local_certificate.p
				? " ikev2 remote-authentication certificate"
				: " ikev2 remote-authentication pre-shared-key " KEY);
	}
	if (!dpd_is_on(w))
		line(w, " isakmp keepalive disable");
}

static void write_their_end(struct writer *w)
{
	vt_buf_printf(w->out, w->markdown ? "\n## Your end, as it would be on an ASA (9.x)\n\n```\n"
					  : "\nYour end, as it would be on an ASA (9.x)\n");
	if (!w->tunnel->vti)
		their_access_list(w);
	for (size_t i = 0; i < w->config->policies_len; i++)
		if (is_used(w, &w->config->policies[i]))
			their_policy(w, &w->config->policies[i]);
	for (unsigned version = 1; version <= 2; version++)
		if (version == 1 ? w->tunnel->ikev1 : w->tunnel->ikev2)
			line(w, "crypto ikev%u enable outside", version);
	their_definitions(w);
	if (w->tunnel->vti)
		their_vti(w);
	else
		their_entry(w);
	their_tunnel_group(w);
	vt_buf_printf(w->out, w->markdown ? "```\n" : "");
}

const struct vt_expected_tunnel *vt_sheet_tunnel(const struct vt_config *config, const struct vt_expected *expected,
						 struct vt_str peer)
{
	struct vt_addr addr;
	bool known = vt_config_address(config, peer, &addr);
	for (size_t i = 0; i < expected->len; i++)
		if ((known && vt_addr_eq(&expected->tunnels[i].peer, &addr)) ||
		    vt_str_eq(expected->tunnels[i].peer_text, peer))
			return &expected->tunnels[i];
	return NULL;
}

static struct vt_str our_address(const struct vt_sheet *sheet, char text[VT_ADDR_TEXT])
{
	struct vt_addr addr;
	const struct vt_config_interface *ifc = vt_config_interface_of(sheet->config, sheet->tunnel->interface);
	if (sheet->our_address.p)
		return sheet->our_address;
	if (sheet->tunnel->peer.family == 6)
		for (size_t i = 0; ifc && i < ifc->ipv6.len; i++) {
			ptrdiff_t slash = vt_str_find_char(ifc->ipv6.items[i], '/');
			if (slash > 0 && vt_addr_parse(vt_str_first(ifc->ipv6.items[i], (size_t)slash), &addr))
				return (struct vt_str){ text, vt_addr_format(&addr, text) };
		}
	else if (ifc && ifc->addr.p && vt_config_address(sheet->config, ifc->addr, &addr))
		return (struct vt_str){ text, vt_addr_format(&addr, text) };
	return VT_STR("<our address>");
}

void vt_sheet_write(const struct vt_sheet *sheet, enum vt_sheet_form form, struct vt_buf *out)
{
	char ours[VT_ADDR_TEXT];
	struct writer w = { .sheet = sheet,
			    .config = sheet->config,
			    .tunnel = sheet->tunnel,
			    .group = vt_config_group_of_peer(sheet->config, sheet->tunnel),
			    .markdown = form == VT_SHEET_MARKDOWN,
			    .out = out,
			    .ours = our_address(sheet, ours) };
	vt_addr_format(&sheet->tunnel->peer, w.theirs);
	if (sheet->tunnel->vti)
		w.profile = vt_config_profile_of(sheet->config, sheet->tunnel->vti->ipsec_profile);
	vt_buf_printf(out, "%sSite-to-site VPN " VT_FMT " - %s\n", w.markdown ? "# " : "", VT_ARG(w.ours), w.theirs);
	write_addresses(&w);
	write_identities(&w);
	for (size_t i = 0; i < sheet->config->policies_len; i++)
		if (is_used(&w, &sheet->config->policies[i]))
			write_policy(&w, &sheet->config->policies[i]);
	write_ipsec(&w);
	write_selectors(&w);
	write_failures(&w);
	write_their_end(&w);
}
