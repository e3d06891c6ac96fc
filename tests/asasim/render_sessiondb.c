/* SPDX-License-Identifier: MIT
 * show vpn-sessiondb: one session a peer, with its IKE and IPsec tunnels, and the summary.
 */
#include "render.h"

#include <stdio.h>

struct shown {
	const char *encryption, *hash;
};

static const char *cipher_name(const char *word)
{
	static const char *const table[][2] = {
		{ "des", "DES" },
		{ "3des", "3DES" },
		{ "aes", "AES128" },
		{ "aes-192", "AES192" },
		{ "aes-256", "AES256" },
		{ "aes-gcm", "AES-GCM-128" },
		{ "aes-gcm-192", "AES-GCM-192" },
		{ "aes-gcm-256", "AES-GCM-256" },
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (strcmp(table[i][0], word) == 0)
			return table[i][1];
	return word;
}

static const char *hash_name(const char *word)
{
	static const char *const table[][2] = {
		{ "md5", "MD5" },        { "sha", "SHA1" },      { "sha-1", "SHA1" },     { "sha256", "SHA256" },
		{ "sha-256", "SHA256" }, { "sha384", "SHA384" }, { "sha-384", "SHA384" }, { "sha512", "SHA512" },
		{ "sha-512", "SHA512" }, { "null", "none" },
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (strcmp(table[i][0], word) == 0)
			return table[i][1];
	return word;
}

static struct shown ike_shown(const struct ike_sa *ike)
{
	return (struct shown){ cipher_name(ike->policy.encryption),
			       strstr(ike->policy.encryption, "gcm") ? "none" : hash_name(ike->policy.hash) };
}

static struct shown esp_shown(const struct end_cfg *cfg)
{
	return (struct shown){ cipher_name(cfg->esp.encryption),
			       strstr(cfg->esp.encryption, "gcm") ? "none" : hash_name(cfg->esp.integrity) };
}

static const char *duration_text(int64_t ms, char text[48])
{
	long long s = ms < 0 ? 0 : ms / 1000, days = s / 86400;
	char head[24] = "";
	if (days)
		snprintf(head, sizeof head, "%lldd ", days);
	snprintf(text, 48, "%s%lldh:%02lldm:%02llds", head, s / 3600 % 24, s / 60 % 60, s % 60);
	return text;
}

struct l2l {
	const struct view *v;
	const struct link *link;
	const struct end *end;
	unsigned e;
	size_t children;
	uint64_t tx, rx;
	bool old; /* 8.x: one line for both algorithms, "IKE" instead of "IKEv1" */
};

static struct l2l session_of(const struct view *v, size_t i)
{
	const struct link *link = v->gw->links[i];
	unsigned e = end_index(v->gw->ends[i], link);
	struct l2l s = { .v = v, .link = link, .end = &link->end[e], .e = e, .old = v->device->gen == GEN_82 };
	s.tx = s.end->session.gone_tx_bytes;
	s.rx = s.end->session.gone_rx_bytes;
	for (size_t k = 0; k < link->n_sel; k++) {
		struct counters c = model_counters(v->model, link, k, e);
		s.children += link->sel[k].end[e].up;
		s.tx += c.tx_bytes;
		s.rx += c.rx_bytes;
	}
	return s;
}

static void pair_line(struct vt_buf *out, const char *l, const char *lv, const char *r, const char *rv)
{
	char left[96];
	snprintf(left, sizeof left, "%-13s: %s", l, lv);
	vt_buf_printf(out, "%-38s%-13s: %s\n", left, r, rv);
}

static void session_head(struct vt_buf *out, const struct l2l *s)
{
	const struct end *end = s->end;
	struct shown ike = ike_shown(&end->ike), esp = esp_shown(&end->cfg);
	char a[64], b[64], when[64], lasted[48], index[16], tx[24], rx[24];
	const char *peer = addr_text(s->v, &end->ike.peer, a);
	snprintf(index, sizeof index, "%u", end->session.index);
	snprintf(tx, sizeof tx, "%llu", (unsigned long long)s->tx);
	snprintf(rx, sizeof rx, "%llu", (unsigned long long)s->rx);
	vt_buf_printf(out, "Connection   : %s\n", end->cfg.dynamic ? "DefaultL2LGroup" : plain_addr(&end->cfg.peer, b));
	pair_line(out, "Index", index, "IP Addr", peer);
	const char *carrier = end->ike.nat ? "IPsecOverNatT" : "IPsec";
	if (s->old) {
		vt_buf_printf(out, "Protocol     : IKE %s\n", carrier);
		char ciphers[64];
		snprintf(ciphers, sizeof ciphers, "%s%s%s", ike.encryption,
			 strcmp(ike.encryption, esp.encryption) ? " " : "",
			 strcmp(ike.encryption, esp.encryption) ? esp.encryption : "");
		pair_line(out, "Encryption", ciphers, "Hashing", ike.hash);
	} else {
		vt_buf_printf(out, "Protocol     : IKEv%u%s%s\n", end->ike.version, s->children ? " " : "",
			      s->children ? carrier : "");
		vt_buf_printf(out, "Encryption   : IKEv%u: (1)%s", end->ike.version, ike.encryption);
		if (s->children)
			vt_buf_printf(out, "  %s: (%zu)%s", carrier, s->children, esp.encryption);
		vt_buf_printf(out, "\nHashing      : IKEv%u: (1)%s", end->ike.version, ike.hash);
		if (s->children)
			vt_buf_printf(out, "  %s: (%zu)%s", carrier, s->children, esp.hash);
		vt_buf_char(out, '\n');
	}
	pair_line(out, "Bytes Tx", tx, "Bytes Rx", rx);
	vt_buf_printf(out, "Login Time   : %s\n", clock_text(s->v, end->session.since_ms, false, when));
	vt_buf_printf(out, "Duration     : %s\n",
		      duration_text(model_now(s->v->model) - end->session.since_ms, lasted));
}

static void ike_tunnel(struct vt_buf *out, const struct l2l *s)
{
	const struct ike_sa *ike = &s->end->ike;
	struct shown shown = ike_shown(ike);
	char full[32], left[32], group[16];
	const char *port = ike->nat ? "4500" : "500";
	int64_t rest = (ike->expires_ms - model_now(s->v->model)) / 1000;
	snprintf(full, sizeof full, "%u Seconds", ike->lifetime_s);
	snprintf(left, sizeof left, "%lld Seconds", (long long)(rest < 0 ? 0 : rest));
	snprintf(group, sizeof group, "%u", ike->policy.group);
	if (s->old)
		vt_buf_printf(out, "\nIKE:\n");
	else
		vt_buf_printf(out, "\nIKEv%u:\n", ike->version);
	vt_buf_printf(out, "  Tunnel ID    : %u.1\n", s->end->session.index);
	vt_buf_printf(out, "  ");
	pair_line(out, "UDP Src Port", port, "UDP Dst Port", port);
	if (ike->version == 2) {
		vt_buf_printf(out, "  Rem Auth Mode: preSharedKeys\n  Loc Auth Mode: preSharedKeys\n");
	} else {
		vt_buf_printf(out, "  ");
		pair_line(out, "IKE Neg Mode", ike->aggressive ? "Aggressive" : "Main", "Auth Mode", "preSharedKeys");
	}
	vt_buf_printf(out, "  ");
	pair_line(out, "Encryption", shown.encryption, "Hashing", shown.hash);
	vt_buf_printf(out, "  ");
	pair_line(out, "Rekey Int (T)", full, "Rekey Left(T)", left);
	if (ike->version == 2) {
		vt_buf_printf(out, "  ");
		pair_line(out, "PRF", ike->policy.prf ? hash_name(ike->policy.prf) : "SHA1", "D/H Group", group);
	} else {
		vt_buf_printf(out, "  D/H Group    : %s\n", group);
	}
	vt_buf_printf(out, "  Filter Name  : %s\n", s->end->cfg.vpn_filter ? s->end->cfg.vpn_filter : "");
	if (s->v->device->gen <= GEN_84)
		vt_buf_printf(out, "  IPv6 Filter  : \n");
}

static void child_line(struct vt_buf *out, const char *l, const char *lv, const char *r, const char *rv)
{
	char left[96], right[96];
	snprintf(left, sizeof left, "%-13s: %s", l, lv);
	snprintf(right, sizeof right, "%-13s: %s", r, rv);
	vt_buf_printf(out, "  %-38s%-38s\n", left, right);
}

static void ipsec_tunnel(struct vt_buf *out, const struct l2l *s, size_t k)
{
	const struct selector *sel = &s->link->sel[k];
	const struct child *c = &sel->end[s->e];
	const struct end_cfg *cfg = &s->end->cfg;
	struct counters n = model_counters(s->v->model, s->link, k, s->e);
	struct shown shown = esp_shown(cfg);
	struct pair p = agreed_pair(sel, s->e);
	int64_t now = model_now(s->v->model);
	char a[64], m[64], x[48], y[48];
	vt_buf_printf(out, "\n%s:\n", s->end->ike.nat ? "IPsecOverNatT" : "IPsec");
	vt_buf_printf(out, "  Tunnel ID    : %u.%u\n", s->end->session.index, c->number);
	vt_buf_printf(out, "  Local Addr   : %s/%s/0/0\n", addr_text(s->v, &p.local.addr, a), mask_text(&p.local, m));
	vt_buf_printf(out, "  Remote Addr  : %s/%s/0/0\n", addr_text(s->v, &p.remote.addr, a), mask_text(&p.remote, m));
	child_line(out, "Encryption", shown.encryption, "Hashing", shown.hash);
	if (c->pfs) {
		snprintf(x, sizeof x, "%u", c->pfs);
		child_line(out, "Encapsulation", cfg->esp.transport ? "Transport" : "Tunnel", "PFS Group", x);
	} else {
		vt_buf_printf(out, "  %-38s\n",
			      cfg->esp.transport ? "Encapsulation: Transport" : "Encapsulation: Tunnel");
	}
	unsigned life = (unsigned)((c->expires_ms - c->since_ms) / 1000);
	int64_t left = (c->expires_ms - now) / 1000;
	snprintf(x, sizeof x, "%u Seconds", life);
	snprintf(y, sizeof y, "%lld Seconds", (long long)(left < 0 ? 0 : left));
	child_line(out, "Rekey Int (T)", x, "Rekey Left(T)", y);
	if (cfg->life_kb) {
		uint64_t tx = (n.tx_bytes - c->sa_tx0_bytes) / 1024, rx = (n.rx_bytes - c->sa_rx0_bytes) / 1024,
			 used = tx > rx ? tx : rx;
		snprintf(x, sizeof x, "%llu K-Bytes", (unsigned long long)cfg->life_kb);
		snprintf(y, sizeof y, "%llu K-Bytes",
			 (unsigned long long)(used < cfg->life_kb ? cfg->life_kb - used : 0));
		child_line(out, "Rekey Int (D)", x, "Rekey Left(D)", y);
	}
	/* Begun minutes count: right after a packet 29 of 30 are left. */
	int64_t idle_left = (int64_t)cfg->idle_min - (now - model_last_packet(s->v->model, s->link, k, s->e)) / 60000 -
			    1;
	snprintf(x, sizeof x, "%u Minutes", cfg->idle_min);
	snprintf(y, sizeof y, "%lld Minutes", (long long)(cfg->idle_min == 0 || idle_left < 0 ? 0 : idle_left));
	child_line(out, "Idle Time Out", x, "Idle TO Left", y);
	snprintf(x, sizeof x, "%llu", (unsigned long long)n.tx_bytes);
	snprintf(y, sizeof y, "%llu", (unsigned long long)n.rx_bytes);
	child_line(out, "Bytes Tx", x, "Bytes Rx", y);
	snprintf(x, sizeof x, "%llu", (unsigned long long)n.encaps);
	snprintf(y, sizeof y, "%llu", (unsigned long long)n.decaps);
	child_line(out, "Pkts Tx", x, "Pkts Rx", y);
}

static void session_tunnels(struct vt_buf *out, const struct l2l *s)
{
	const char *carrier = s->end->ike.nat ? "IPsecOverNatT" : "IPsec";
	if (s->old)
		vt_buf_printf(out, "\nIKE Tunnels: 1\n%s Tunnels: %zu\n", carrier, s->children);
	else
		vt_buf_printf(out, "\nIKEv%u Tunnels: 1\n%s Tunnels: %zu\n", s->end->ike.version, carrier, s->children);
	ike_tunnel(out, s);
	for (size_t k = 0; k < s->link->n_sel; k++)
		if (s->link->sel[k].end[s->e].up)
			ipsec_tunnel(out, s, k);
	if (s->v->device->gen <= GEN_84)
		vt_buf_printf(out,
			      "  \nNAC:\n  Reval Int (T): 0 Seconds              Reval Left(T): 0 Seconds\n"
			      "  SQ Int (T)   : 0 Seconds              EoU Age(T)   : %lld Seconds\n"
			      "  Hold Left (T): 0 Seconds              Posture Token: \n  Redirect URL : \n",
			      (long long)((model_now(s->v->model) - s->end->session.since_ms) / 1000));
}

void render_sessions(const struct view *v, struct vt_buf *out, const struct vt_addr *peer, const char *name,
		     bool detail)
{
	bool any = false;
	for (size_t i = 0; i < v->gw->n_ends; i++) {
		const struct end *end = v->gw->ends[i];
		char a[64];
		if (!end->session.up || (peer && !vt_addr_eq(peer, &end->ike.peer)) ||
		    (name && strcmp(name, plain_addr(&end->cfg.peer, a)) != 0))
			continue;
		if (!any)
			vt_buf_printf(out, "\nSession Type: LAN-to-LAN%s\n", detail ? " Detailed" : "");
		any = true;
		struct l2l s = session_of(v, i);
		vt_buf_char(out, '\n');
		session_head(out, &s);
		if (detail)
			session_tunnels(out, &s);
	}
	vt_buf_printf(out, any ? "\n" : "INFO: There are presently no active sessions of the type specified\n");
}

void render_session_summary(const struct view *v, struct vt_buf *out)
{
	static const char rule[] = "---------------------------------------------------------------------------\n";
	const struct gateway *gw = v->gw;
	unsigned cumulative = gw->cumulative[1] + gw->cumulative[2], children = gw->children[0] + gw->children[1];
	unsigned made = gw->children_made[0] + gw->children_made[1];
	vt_buf_printf(out, "%sVPN Session Summary                                                        \n%s", rule,
		      rule);
	vt_buf_printf(out, "                               Active : Cumulative : Peak Concur : Inactive\n"
			   "                             ----------------------------------------------\n");
	vt_buf_printf(out, "Site-to-Site VPN             : %6u : %10u : %11u\n", gw->active, cumulative, gw->peak);
	for (unsigned version = 1; version <= 2; version++)
		if (gw->cumulative[version])
			vt_buf_printf(out, "  IKEv%u IPsec                : %6u : %10u : %11u\n", version,
				      gw->active_v[version], gw->cumulative[version], gw->peak_v[version]);
	vt_buf_printf(out, "%sTotal Active and Inactive    : %6u             Total Cumulative : %6u\n", rule,
		      gw->active, cumulative);
	vt_buf_printf(out, "Device Total VPN Capacity    : %6u\nDevice Load                  : %5u%%\n%s\n", 2500,
		      gw->active * 100 / 2500, rule);
	vt_buf_printf(out, "%sTunnels Summary\n%s", rule, rule);
	vt_buf_printf(out, "                               Active : Cumulative : Peak Concurrent   \n"
			   "                             ----------------------------------------------\n");
	for (unsigned version = 1; version <= 2; version++)
		if (gw->cumulative[version])
			vt_buf_printf(out, "IKEv%u                        : %6u : %10u : %15u\n", version,
				      gw->active_v[version], gw->cumulative[version], gw->peak_v[version]);
	static const char *const carriers[] = { "IPsec", "IPsecOverNatT" };
	for (unsigned nat = 0; nat < 2; nat++)
		if (gw->children_made[nat])
			vt_buf_printf(out, "%-29s: %6u : %10u : %15u\n", carriers[nat], gw->children[nat],
				      gw->children_made[nat], gw->children_peak[nat]);
	vt_buf_printf(out, "%sTotals                       : %6u : %10u\n%s", rule, gw->active + children,
		      cumulative + made, rule);
}
