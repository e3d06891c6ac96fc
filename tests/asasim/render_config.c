/* SPDX-License-Identifier: MIT
 * The running configuration, and the listings that are views of it: access-list with hit counts, nat, names.
 *
 * The configuration is written section by section from the same structures the negotiations read, so that what is
 * printed is what is in force.
 */
#include "render.h"

#include <stdio.h>

struct section {
	const char *name; /* as typed behind show running-config */
	void (*write)(const struct view *v, struct vt_buf *out);
};

static bool old(const struct view *v)
{
	return v->device->gen == GEN_82;
}

/* ---- sections ---- */

static void write_names(const struct view *v, struct vt_buf *out)
{
	char a[64];
	for (size_t i = 0; v->device->quirks.names && i < v->device->n_names; i++)
		vt_buf_printf(out, "name %s %s\n", plain_addr(&v->device->names[i].addr, a), v->device->names[i].name);
}

void render_names(const struct view *v, struct vt_buf *out)
{
	write_names(v, out);
}

static void write_interface(const struct view *v, struct vt_buf *out)
{
	for (size_t i = 0; i < v->gw->n_interfaces; i++) {
		const struct interface *ifc = &v->gw->interfaces[i];
		char a[64], m[64], s[64];
		vt_buf_printf(out, "interface %s\n nameif %s\n security-level %u\n", ifc->hardware, ifc->nameif,
			      ifc->security);
		if (ifc->address.addr.family == 6)
			vt_buf_printf(out, " no ip address\n ipv6 address %s/%u\n", plain_addr(&ifc->address.addr, a),
				      ifc->address.bits);
		else if (v->device->pair)
			vt_buf_printf(out, " ip address %s %s standby %s \n", plain_addr(&ifc->address.addr, a),
				      mask_text(&ifc->address, m), plain_addr(&ifc->standby, s));
		else
			vt_buf_printf(out, " ip address %s %s \n", plain_addr(&ifc->address.addr, a),
				      mask_text(&ifc->address, m));
		if (i == 0 && v->gw->outside6.addr.family)
			vt_buf_printf(out, " ipv6 address %s/%u\n", plain_addr(&v->gw->outside6.addr, a),
				      v->gw->outside6.bits);
		vt_buf_printf(out, "!\n");
	}
	for (size_t i = 0; i < v->gw->n_ends; i++) {
		const struct end *end = v->gw->ends[i];
		char a[64];
		if (end_is_vti(end))
			vt_buf_printf(out,
				      "interface Tunnel%u\n nameif vti-%s\n ip address 169.254.%u.%u 255.255.255.252 "
				      "\n tunnel source interface %s\n tunnel destination %s\n"
				      " tunnel mode ipsec ipv4\n tunnel protection ipsec profile PROFILE-%s\n!\n",
				      end->seq, v->gw->links[i]->name, end->seq / 64 % 256, end->seq % 64 * 4 + 1,
				      v->gw->interfaces[0].nameif, plain_addr(&end->cfg.peer, a),
				      v->gw->links[i]->name);
	}
}

static void object_name(char text[160], const struct link *link, const char *which, size_t n)
{
	snprintf(text, 160, "%s-%s-%zu", link->name, which, n + 1);
}

static bool has_map_entry(const struct end *end)
{
	return !end_is_vti(end) && !end->cfg.dynamic;
}

/* Every crypto-map tunnel has its networks as objects, for the NAT exemption. 8.2 knows no objects. */
static void write_object(const struct view *v, struct vt_buf *out)
{
	for (size_t i = 0; i < v->gw->n_ends && !old(v); i++) {
		const struct end *end = v->gw->ends[i];
		for (size_t p = 0; p < end->cfg.n_pairs && has_map_entry(end); p++)
			for (unsigned side = 0; side < 2; side++) {
				const struct prefix *net = side ? &end->cfg.pairs[p].remote : &end->cfg.pairs[p].local;
				char name[160], a[64], m[64];
				object_name(name, v->gw->links[i], side ? "REMOTE" : "LOCAL", p);
				if (net->addr.family == 6)
					vt_buf_printf(out, "object network %s\n subnet %s/%u\n", name,
						      plain_addr(&net->addr, a), net->bits);
				else if (net->bits == 32)
					vt_buf_printf(out, "object network %s\n host %s\n", name,
						      plain_addr(&net->addr, a));
				else
					vt_buf_printf(out, "object network %s\n subnet %s %s\n", name,
						      plain_addr(&net->addr, a), mask_text(net, m));
			}
	}
}

static void write_object_group(const struct view *v, struct vt_buf *out)
{
	if (old(v))
		return;
	vt_buf_printf(out, "object-group network MANAGEMENT\n network-object host 192.0.2.10\n network-object "
			   "192.0.2.64 255.255.255.192\n");
}

static void write_access_list(const struct view *v, struct vt_buf *out)
{
	char l[96], r[96];
	for (size_t i = 0; i < v->gw->n_ends; i++) {
		const struct end *end = v->gw->ends[i];
		for (size_t p = 0; p < end->cfg.n_pairs && has_map_entry(end) && end->cfg.match_address; p++)
			vt_buf_printf(out, "access-list VPN-%s extended permit ip %s %s \n", v->gw->links[i]->name,
				      ace_text(&end->cfg.pairs[p].local, l), ace_text(&end->cfg.pairs[p].remote, r));
	}
	for (size_t i = 0; i < v->gw->n_ends && old(v); i++) {
		const struct end *end = v->gw->ends[i];
		for (size_t p = 0; p < end->cfg.n_pairs && has_map_entry(end) && end->cfg.nat_exempt; p++)
			vt_buf_printf(out, "access-list NONAT extended permit ip %s %s \n",
				      ace_text(&end->cfg.pairs[p].local, l), ace_text(&end->cfg.pairs[p].remote, r));
	}
	for (size_t i = 0; i < v->gw->n_ends; i++) {
		const struct end *end = v->gw->ends[i];
		for (size_t p = 0; p < end->cfg.n_pairs; p++) {
			if (end->cfg.inside_acl)
				vt_buf_printf(out, "access-list %s extended deny ip %s %s \n", end->cfg.inside_acl,
					      ace_text(&end->cfg.pairs[p].local, l),
					      ace_text(&end->cfg.pairs[p].remote, r));
			if (end->cfg.vpn_filter)
				vt_buf_printf(out, "access-list %s extended deny ip %s %s \n", end->cfg.vpn_filter,
					      ace_text(&end->cfg.pairs[p].remote, r),
					      ace_text(&end->cfg.pairs[p].local, l));
		}
	}
	vt_buf_printf(out, "access-list OUTSIDE-IN extended permit icmp any any \naccess-list INSIDE-IN extended "
			   "permit ip any any \n");
}

static void write_access_group(const struct view *v, struct vt_buf *out)
{
	(void)v;
	vt_buf_printf(out,
		      "access-group OUTSIDE-IN in interface outside\naccess-group INSIDE-IN in interface inside\n");
}

static void write_nat(const struct view *v, struct vt_buf *out)
{
	if (old(v)) {
		vt_buf_printf(out, "nat (inside) 0 access-list NONAT\nnat (inside) 1 0.0.0.0 0.0.0.0\n");
		return;
	}
	for (size_t i = 0; i < v->gw->n_ends; i++) {
		const struct end *end = v->gw->ends[i];
		for (size_t p = 0; p < end->cfg.n_pairs && has_map_entry(end) && end->cfg.nat_exempt; p++) {
			char l[160], r[160];
			object_name(l, v->gw->links[i], "LOCAL", p);
			object_name(r, v->gw->links[i], "REMOTE", p);
			vt_buf_printf(out,
				      "nat (inside,outside) source static %s %s destination static %s %s no-proxy-arp "
				      "route-lookup\n",
				      l, l, r, r);
		}
	}
	vt_buf_printf(out, "!\nnat (inside,outside) after-auto source dynamic any interface\n");
}

static void write_route(const struct view *v, struct vt_buf *out)
{
	char a[64], b[64];
	if (v->gw->next_hop.family == 4)
		vt_buf_printf(out, "route outside 0.0.0.0 0.0.0.0 %s 1\n", plain_addr(&v->gw->next_hop, a));
	else
		vt_buf_printf(out, "ipv6 route outside ::/0 %s\n", plain_addr(&v->gw->next_hop, a));
	/* A missing route to a peer is a route that leads nowhere. */
	for (size_t i = 0; i < v->gw->n_ends; i++)
		if (!v->gw->ends[i]->cfg.route_to_peer)
			vt_buf_printf(out, "route Null0 %s 255.255.255.255 1\n",
				      plain_addr(&v->gw->ends[i]->cfg.peer, b));
}

static const char *esp_set_name(const struct end_cfg *cfg, char text[96])
{
	snprintf(text, 96, "ESP-%s-%s%s", cfg->esp.encryption, cfg->esp.integrity, cfg->esp.transport ? "-TRANS" : "");
	for (char *p = text; *p; p++)
		if (*p >= 'a' && *p <= 'z')
			*p = (char)(*p - 32);
	return text;
}

/* The first end of this gateway with the same ESP proposal and IKE version writes it. */
static bool first_of_esp(const struct view *v, size_t i)
{
	char mine[96], other[96];
	esp_set_name(&v->gw->ends[i]->cfg, mine);
	for (size_t k = 0; k < i; k++)
		if (v->gw->ends[k]->cfg.ike == v->gw->ends[i]->cfg.ike &&
		    strcmp(mine, esp_set_name(&v->gw->ends[k]->cfg, other)) == 0)
			return false;
	return true;
}

static void write_transform_sets(const struct view *v, struct vt_buf *out)
{
	char name[96];
	for (unsigned ike = 1; ike <= 2; ike++)
		for (size_t i = 0; i < v->gw->n_ends; i++) {
			const struct end_cfg *cfg = &v->gw->ends[i]->cfg;
			if (cfg->ike != ike || !first_of_esp(v, i))
				continue;
			esp_set_name(cfg, name);
			if (ike == 1) {
				const char *prefix = old(v) ? "" : "ikev1 ",
					   *hash = strcmp(cfg->esp.integrity, "md5") == 0 ? "md5" : "sha";
				vt_buf_printf(out, "crypto ipsec %stransform-set %s esp-%s esp-%s-hmac \n", prefix,
					      name, cfg->esp.encryption, hash);
				if (cfg->esp.transport)
					vt_buf_printf(out, "crypto ipsec %stransform-set %s mode transport\n", prefix,
						      name);
			} else {
				vt_buf_printf(out,
					      "crypto ipsec ikev2 ipsec-proposal %s\n protocol esp encryption %s\n "
					      "protocol esp integrity %s\n",
					      name, cfg->esp.encryption,
					      strcmp(cfg->esp.integrity, "sha") == 0 ? "sha-1" : cfg->esp.integrity);
			}
		}
	for (size_t i = 0; i < v->gw->n_ends; i++) {
		const struct end *end = v->gw->ends[i];
		if (!end_is_vti(end))
			continue;
		vt_buf_printf(out, "crypto ipsec profile PROFILE-%s\n set ikev%u %s %s\n", v->gw->links[i]->name,
			      end->cfg.ike, end->cfg.ike == 2 ? "ipsec-proposal" : "transform-set",
			      esp_set_name(&end->cfg, name));
		if (end->cfg.pfs)
			vt_buf_printf(out, " set pfs group%u\n", end->cfg.pfs);
		vt_buf_printf(out, " set security-association lifetime seconds %u\n", end->cfg.life_s);
	}
	if (old(v))
		vt_buf_printf(out, "crypto ipsec security-association lifetime seconds 28800\ncrypto ipsec "
				   "security-association lifetime kilobytes 4608000\n");
	else
		vt_buf_printf(out, "crypto ipsec security-association pmtu-aging infinite\n");
}

static void map_entry(const struct view *v, struct vt_buf *out, size_t i, bool all)
{
	const struct end *end = v->gw->ends[i];
	const struct end_cfg *cfg = &end->cfg;
	char head[48], name[96], a[64];
	snprintf(head, sizeof head, "crypto map OUTSIDE_MAP %u", end->seq * 10);
	if (cfg->match_address)
		vt_buf_printf(out, "%s match address VPN-%s\n", head, v->gw->links[i]->name);
	if (cfg->pfs)
		vt_buf_printf(out, "%s set pfs group%u\n", head, cfg->pfs);
	if (cfg->connection != BIDIRECTIONAL || all)
		vt_buf_printf(out, "%s set connection-type %s\n", head,
			      cfg->connection == BIDIRECTIONAL ? "bidirectional"
			      : cfg->connection == ANSWER_ONLY ? "answer-only"
							       : "originate-only");
	vt_buf_printf(out, "%s set peer %s \n", head, addr_text(v, &cfg->peer, a));
	if (cfg->aggressive || (all && cfg->ike == 1))
		vt_buf_printf(out, "%s set %sphase1-mode %s\n", head, old(v) ? "" : "ikev1 ",
			      cfg->aggressive ? "aggressive" : "main");
	esp_set_name(cfg, name);
	vt_buf_printf(out, "%s set %s%s %s \n", head,
		      old(v)          ? ""
		      : cfg->ike == 2 ? "ikev2 "
				      : "ikev1 ",
		      cfg->ike == 2 ? "ipsec-proposal" : "transform-set", name);
	if (cfg->life_s != 28800 || all)
		vt_buf_printf(out, "%s set security-association lifetime seconds %u\n", head, cfg->life_s);
	if (cfg->life_kb == 0)
		vt_buf_printf(out, "%s set security-association lifetime kilobytes unlimited\n", head);
	else if (cfg->life_kb != 4608000 || all)
		vt_buf_printf(out, "%s set security-association lifetime kilobytes %llu\n", head,
			      (unsigned long long)cfg->life_kb);
	if (!cfg->nat_t)
		vt_buf_printf(out, "%s set nat-t-disable\n", head);
}

static void write_map(const struct view *v, struct vt_buf *out, bool all)
{
	bool dynamic = false;
	char name[96];
	for (size_t i = 0; i < v->gw->n_ends; i++) {
		if (has_map_entry(v->gw->ends[i]))
			map_entry(v, out, i, all);
		if (v->gw->ends[i]->cfg.dynamic && !dynamic) {
			const struct end_cfg *cfg = &v->gw->ends[i]->cfg;
			dynamic = true;
			vt_buf_printf(out, "crypto dynamic-map SYSTEM_DEFAULT_CRYPTO_MAP 65535 set %s%s %s\n",
				      old(v)          ? ""
				      : cfg->ike == 2 ? "ikev2 "
						      : "ikev1 ",
				      cfg->ike == 2 ? "ipsec-proposal" : "transform-set", esp_set_name(cfg, name));
		}
	}
	if (dynamic)
		vt_buf_printf(out, "crypto map OUTSIDE_MAP 65535 ipsec-isakmp dynamic SYSTEM_DEFAULT_CRYPTO_MAP\n");
	vt_buf_printf(out, "crypto map OUTSIDE_MAP interface outside\n");
}

static void write_crypto_map(const struct view *v, struct vt_buf *out)
{
	write_map(v, out, false);
}

static void write_policies(const struct view *v, struct vt_buf *out)
{
	struct ike_policy p[32];
	for (unsigned ike = 1; ike <= 2; ike++) {
		size_t n = gateway_policies(v->gw, ike, p, 32);
		bool enabled = false;
		for (size_t i = 0; i < v->gw->n_ends; i++)
			enabled |= v->gw->ends[i]->cfg.ike == ike && v->gw->ends[i]->cfg.ike_enabled;
		const char *word = old(v) ? "isakmp" : ike == 2 ? "ikev2" : "ikev1";
		if (enabled && ike == 1)
			vt_buf_printf(out, "crypto %s enable outside\n", word);
		for (size_t i = 0; i < n && ike == 1; i++)
			vt_buf_printf(out,
				      "crypto %s policy %zu\n authentication pre-share\n encryption %s\n hash %s\n "
				      "group %u\n lifetime %u\n",
				      word, (i + 1) * 10, p[i].encryption, p[i].hash, p[i].group, p[i].lifetime_s);
		for (size_t i = 0; i < n && ike == 2; i++)
			vt_buf_printf(out,
				      "crypto ikev2 policy %zu\n encryption %s\n integrity %s\n group %u\n prf %s\n "
				      "lifetime seconds %u\n",
				      (i + 1) * 10, p[i].encryption,
				      strstr(p[i].encryption, "gcm") ? "null" : p[i].hash, p[i].group,
				      p[i].prf ? p[i].prf : "sha", p[i].lifetime_s);
		if (enabled && ike == 2)
			vt_buf_printf(out, "crypto ikev2 enable outside\n");
	}
}

static void write_crypto(const struct view *v, struct vt_buf *out)
{
	write_transform_sets(v, out);
	write_crypto_map(v, out);
	vt_buf_printf(out, "crypto isakmp identity address \n");
	write_policies(v, out);
}

static void write_group_policy(const struct view *v, struct vt_buf *out)
{
	for (size_t i = 0; i < v->gw->n_ends; i++) {
		const struct end_cfg *cfg = &v->gw->ends[i]->cfg;
		const char *name = v->gw->links[i]->name;
		vt_buf_printf(out, "group-policy GP-%s internal\ngroup-policy GP-%s attributes\n", name, name);
		if (cfg->idle_min)
			vt_buf_printf(out, " vpn-idle-timeout %u\n", cfg->idle_min);
		else
			vt_buf_printf(out, " vpn-idle-timeout none\n");
		if (cfg->session_min)
			vt_buf_printf(out, " vpn-session-timeout %u\n", cfg->session_min);
		if (cfg->vpn_filter)
			vt_buf_printf(out, " vpn-filter value %s\n", cfg->vpn_filter);
		vt_buf_printf(out, " vpn-tunnel-protocol %s\n",
			      old(v)          ? "IPSec "
			      : cfg->ike == 2 ? "ikev2 "
					      : "ikev1 ");
	}
}

static void write_tunnel_group(const struct view *v, struct vt_buf *out)
{
	for (size_t i = 0; i < v->gw->n_ends; i++) {
		const struct end_cfg *cfg = &v->gw->ends[i]->cfg;
		char name[64];
		if (!cfg->tunnel_group)
			continue;
		if (cfg->dynamic)
			snprintf(name, sizeof name, "DefaultL2LGroup");
		else
			plain_addr(&cfg->peer, name);
		if (!cfg->dynamic)
			vt_buf_printf(out, "tunnel-group %s type ipsec-l2l\n", name);
		vt_buf_printf(out,
			      "tunnel-group %s general-attributes\n default-group-policy GP-%s\ntunnel-group %s "
			      "ipsec-attributes\n",
			      name, v->gw->links[i]->name, name);
		if (old(v))
			vt_buf_printf(out, " pre-shared-key *****\n");
		else if (cfg->ike == 1)
			vt_buf_printf(out, " ikev1 pre-shared-key *****\n");
		if (cfg->dpd_threshold_s == 0)
			vt_buf_printf(out, " isakmp keepalive disable\n");
		else if (cfg->dpd_threshold_s != 10 || cfg->dpd_retry_s != 2)
			vt_buf_printf(out, " isakmp keepalive threshold %u retry %u\n", cfg->dpd_threshold_s,
				      cfg->dpd_retry_s);
		if (cfg->ike == 2)
			vt_buf_printf(out, " ikev2 remote-authentication pre-shared-key *****\n ikev2 "
					   "local-authentication pre-shared-key *****\n");
	}
}

static void write_sysopt(const struct view *v, struct vt_buf *out)
{
	(void)v;
	vt_buf_printf(out, "no sysopt traffic detailed-statistics\nno sysopt connection timewait\nsysopt connection "
			   "tcpmss 1380\nsysopt connection tcpmss minimum 0\n"
			   "sysopt connection permit-vpn\nsysopt connection reclassify-vpn\nno sysopt connection "
			   "preserve-vpn-flows\nno sysopt radius ignore-secret\n");
}

static void write_failover(const struct view *v, struct vt_buf *out)
{
	if (!v->device->pair) {
		vt_buf_printf(out, "no failover\n");
		return;
	}
	vt_buf_printf(out, "failover\nfailover lan unit %s\nfailover lan interface FOLINK GigabitEthernet0/7\n",
		      v->unit ? "secondary" : "primary");
	if (v->device->stateful)
		vt_buf_printf(out, "failover link FOLINK GigabitEthernet0/7\n");
	vt_buf_printf(out, "failover interface ip FOLINK 169.254.254.1 255.255.255.252 standby 169.254.254.2\n");
}

static void write_logging(const struct view *v, struct vt_buf *out)
{
	(void)v;
	vt_buf_printf(out,
		      "logging enable\nlogging timestamp\nlogging buffer-size 65536\nlogging buffered informational\n");
}

static const struct section sections[] = {
	{ "names", write_names },
	{ "name", write_names },
	{ "interface", write_interface },
	{ "object", write_object },
	{ "object network", write_object },
	{ "object-group", write_object_group },
	{ "access-list", write_access_list },
	{ "logging", write_logging },
	{ "nat", write_nat },
	{ "access-group", write_access_group },
	{ "route", write_route },
	{ "sysopt", write_sysopt },
	{ "crypto", write_crypto },
	{ "crypto map", write_crypto_map },
	{ "crypto ipsec", write_transform_sets },
	{ "crypto ikev1", write_policies },
	{ "crypto ikev2", write_policies },
	{ "crypto isakmp", write_policies },
	{ "group-policy", write_group_policy },
	{ "tunnel-group", write_tunnel_group },
	{ "failover", write_failover },
};

static void write_whole(const struct view *v, struct vt_buf *out)
{
	vt_buf_printf(out,
		      ": Saved\n\n: \n: Serial Number: %s\n: Hardware:   %s\n:\nASA Version %s \n!\nhostname "
		      "%s\ndomain-name %s\nenable password $sha512$5000$***** pbkdf2\n",
		      v->device->serial, v->device->hardware, v->device->version, v->device->hostname,
		      v->device->domain);
	if (!v->gw) {
		for (size_t i = 0; i < v->device->n_gw; i++)
			vt_buf_printf(out, "context %s\n  config-url disk0:/%s.cfg\n!\n", v->device->gw[i]->context,
				      v->device->gw[i]->context);
		write_failover(v, out);
		vt_buf_printf(out, "prompt %s \n: end\n", v->device->prompt);
		return;
	}
	if (v->device->quirks.names)
		vt_buf_printf(out, "names\n");
	else
		vt_buf_printf(out, "no names\n");
	write_names(v, out);
	vt_buf_printf(out, "!\n");
	write_interface(v, out);
	static void (*const order[])(const struct view *, struct vt_buf *) = {
		write_object,   write_object_group, write_access_list,  write_logging,
		write_failover, write_nat,          write_access_group, write_route,
		write_crypto,   write_group_policy, write_tunnel_group,
	};
	vt_buf_printf(out, "pager lines %u\n", v->device->quirks.pager);
	for (size_t i = 0; i < sizeof order / sizeof *order; i++)
		order[i](v, out);
	for (unsigned n = 0; out->len < v->device->quirks.huge_bytes; n++)
		vt_buf_printf(out, "access-list ARCHIVE extended permit tcp host 10.%u.%u.%u any eq %u \n",
			      n >> 16 & 255, n >> 8 & 255, n & 255, 1024 + n % 40000);
	vt_buf_printf(out, "prompt %s \nCryptochecksum:%016llx%016llx\n: end\n", v->device->prompt,
		      (unsigned long long)sim_draw(v->device->id, (uint64_t)v->device->modified_ms, 1, 0),
		      (unsigned long long)sim_draw(v->device->id, (uint64_t)v->device->modified_ms, 2, 0));
}

/* "tunnel-group 192.0.2.1", "access-list VPN-x": one object of a section, with its indented lines. */
static bool write_one(const struct view *v, struct vt_buf *out, const char *asked)
{
	for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) {
		size_t len = strlen(sections[i].name);
		if (strncmp(asked, sections[i].name, len) != 0 || asked[len] != ' ')
			continue;
		struct vt_buf text = { 0 };
		sections[i].write(v, &text);
		bool inside = false;
		size_t want = strlen(asked);
		for (size_t at = 0; at < text.len;) {
			const char *begin = text.p + at, *lf = memchr(begin, '\n', text.len - at);
			size_t line = lf ? (size_t)(lf - begin) + 1 : text.len - at;
			if (*begin != ' ')
				inside = line > want && strncmp(begin, asked, want) == 0 &&
					 (begin[want] == ' ' || begin[want] == '\n');
			if (inside)
				vt_buf_add(out, begin, line);
			at += line;
		}
		vt_buf_free(&text);
		return true;
	}
	return false;
}

bool render_running(const struct view *v, struct vt_buf *out, const char *section, bool all)
{
	if (!section || (all && !*section)) {
		write_whole(v, out);
		return true;
	}
	if (!v->gw)
		return false;
	if (all && strcmp(section, "crypto map") == 0) {
		write_map(v, out, true);
		return true;
	}
	if (!all && strcmp(section, "sysopt") == 0)
		return true; /* all of it is the default */
	for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
		if (strcmp(sections[i].name, section) == 0) {
			sections[i].write(v, out);
			return true;
		}
	return write_one(v, out, section);
}

/* ---- show access-list ---- */

static unsigned ace_hash(const char *acl, const char *ace)
{
	unsigned h = 2166136261u;
	for (const char *p = acl; *p; p++)
		h = (h ^ (unsigned char)*p) * 16777619u;
	for (const char *p = ace; *p; p++)
		h = (h ^ (unsigned char)*p) * 16777619u;
	return h;
}

static void crypto_acl(const struct view *v, struct vt_buf *out, size_t i)
{
	const struct link *link = v->gw->links[i];
	const struct end *end = v->gw->ends[i];
	unsigned e = end_index(end, link);
	char name[160], l[96], r[96], ace[256];
	snprintf(name, sizeof name, "VPN-%s", link->name);
	vt_buf_printf(out, "access-list %s; %zu elements; name hash: 0x%08x\n", name, end->cfg.n_pairs,
		      ace_hash(name, ""));
	for (size_t p = 0; p < end->cfg.n_pairs; p++) {
		snprintf(ace, sizeof ace, "extended permit ip %s %s", ace_text(&end->cfg.pairs[p].local, l),
			 ace_text(&end->cfg.pairs[p].remote, r));
		vt_buf_printf(out, "access-list %s line %zu %s (hitcnt=%llu) 0x%08x \n", name, p + 1, ace,
			      (unsigned long long)model_hits(v->model, link, p, e), ace_hash(name, ace));
	}
}

static void plain_acl(struct vt_buf *out, const char *name, const char *ace, uint64_t hits)
{
	vt_buf_printf(out,
		      "access-list %s; 1 elements; name hash: 0x%08x\naccess-list %s line 1 %s (hitcnt=%llu) 0x%08x \n",
		      name, ace_hash(name, ""), name, ace, (unsigned long long)hits, ace_hash(name, ace));
}

void render_access_list(const struct view *v, struct vt_buf *out, const char *name)
{
	bool any = false;
	uint64_t minutes = (uint64_t)((model_now(v->model) - v->device->boot_ms) / 60000);
	if (!name)
		vt_buf_printf(out, "access-list cached ACL log flows: total 0, denied 0 (deny-flow-max 4096)\n         "
				   "   alert-interval 300\n");
	for (size_t i = 0; i < v->gw->n_ends; i++) {
		const struct end *end = v->gw->ends[i];
		if (!has_map_entry(end) || !end->cfg.match_address ||
		    (name && (strncmp(name, "VPN-", 4) != 0 || strcmp(name + 4, v->gw->links[i]->name) != 0)))
			continue;
		crypto_acl(v, out, i);
		any = true;
	}
	if (!name || strcmp(name, "OUTSIDE-IN") == 0) {
		plain_acl(out, "OUTSIDE-IN", "extended permit icmp any any", minutes / 7);
		any = true;
	}
	if (!name || strcmp(name, "INSIDE-IN") == 0) {
		plain_acl(out, "INSIDE-IN", "extended permit ip any any", minutes * 31);
		any = true;
	}
	if (!any)
		vt_buf_printf(out, "ERROR: access-list <%s> does not exist\n", name);
}

/* ---- show nat ---- */

void render_nat(const struct view *v, struct vt_buf *out, bool detail)
{
	unsigned n = 0;
	if (old(v)) {
		vt_buf_printf(out, "NAT policies on Interface inside:\n  match ip inside any outside any\n    NAT "
				   "exempt\n    translate_hits = 0, untranslate_hits = 0\n");
		return;
	}
	for (size_t i = 0; i < v->gw->n_ends; i++) {
		const struct link *link = v->gw->links[i];
		const struct end *end = v->gw->ends[i];
		unsigned e = end_index(end, link);
		for (size_t p = 0; p < end->cfg.n_pairs && has_map_entry(end) && end->cfg.nat_exempt; p++) {
			char l[160], r[160], a[64], b[64];
			uint64_t hits = p < link->n_sel ? model_hits(v->model, link, p, e) : 0,
				 back = p < link->n_sel ? model_hits(v->model, link, p, !e) : 0;
			object_name(l, link, "LOCAL", p);
			object_name(r, link, "REMOTE", p);
			if (n == 0)
				vt_buf_printf(out, "Manual NAT Policies (Section 1)\n");
			vt_buf_printf(out,
				      "%u (inside) to (outside) source static %s %s   destination static %s %s "
				      "no-proxy-arp route-lookup\n"
				      "    translate_hits = %llu, untranslate_hits = %llu\n",
				      ++n, l, l, r, r, (unsigned long long)hits, (unsigned long long)back);
			const struct pair *pair = &end->cfg.pairs[p];
			if (detail)
				vt_buf_printf(out,
					      "    Source - Origin: %s/%u, Translated: %s/%u\n    Destination - "
					      "Origin: %s/%u, Translated: %s/%u\n",
					      plain_addr(&pair->local.addr, a), pair->local.bits, a, pair->local.bits,
					      plain_addr(&pair->remote.addr, b), pair->remote.bits, b,
					      pair->remote.bits);
		}
	}
	uint64_t minutes = (uint64_t)((model_now(v->model) - v->device->boot_ms) / 60000);
	char a[64];
	vt_buf_printf(out,
		      "\nManual NAT Policies (Section 3)\n1 (inside) to (outside) source dynamic any interface\n    "
		      "translate_hits = %llu, untranslate_hits = %llu\n",
		      (unsigned long long)minutes * 41, (unsigned long long)minutes * 3);
	if (detail)
		vt_buf_printf(out, "    Source - Origin: 0.0.0.0/0, Translated: %s/%u\n",
			      plain_addr(&v->gw->interfaces[0].address.addr, a), v->gw->interfaces[0].address.bits);
}
