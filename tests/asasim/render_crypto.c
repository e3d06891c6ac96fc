/* SPDX-License-Identifier: MIT
 * The listings of IKE and IPsec security associations.
 */
#include "render.h"

#include <stdio.h>

static const char *dashed(const char *s)
{
	return s ? s : "";
}

/* The words of the listing for the words of the configuration. */
static const char *ike_cipher(const char *encryption)
{
	static const char *const table[][2] = {
		{ "des", "des" },         { "3des", "3des" },       { "aes", "aes" },
		{ "aes-192", "aes-192" }, { "aes-256", "aes-256" },
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (strcmp(table[i][0], encryption) == 0)
			return table[i][1];
	return encryption;
}

static const char *ike_hash(const char *hash)
{
	return strcmp(hash, "sha") == 0 ? "SHA" : strcmp(hash, "md5") == 0 ? "MD5" : hash;
}

/* ---- IKEv1 ---- */

struct ike_row {
	const struct link *link;
	unsigned e;
	enum ike_state state;
	bool initiator, l2l, active;
};

/* The IKEv1 SAs one end shows: negotiations it started, negotiations it answers, the established one. */
static size_t ike_rows(const struct view *v, unsigned version, struct ike_row *rows, size_t cap)
{
	size_t n = 0;
	for (size_t i = 0; i < v->gw->n_ends; i++) {
		const struct link *link = v->gw->links[i];
		unsigned e = end_index(v->gw->ends[i], link);
		const struct end *end = &link->end[e], *far = &link->end[!e];
		const struct attempt *own = &end->attempt, *theirs = &far->attempt;
		if (n + 3 > cap)
			break;
		if (end->ike.up && end->ike.version == version) {
			enum ike_state state = version == 2 ? V2_READY : end->ike.aggressive ? AM_ACTIVE : MM_ACTIVE;
			rows[n++] = (struct ike_row){ link, e, state, end->ike.initiator, true, true };
		}
		if (own->running && own->state[0] != IKE_NONE && end->cfg.ike == version)
			rows[n++] = (struct ike_row){ link, e, own->state[0], true, true, false };
		if (theirs->running && theirs->state[1] != IKE_NONE && far->cfg.ike == version)
			rows[n++] = (struct ike_row){ link, e, theirs->state[1], false, theirs->known[1], false };
	}
	return n;
}

static const struct ike_policy *row_policy(const struct ike_row *row)
{
	const struct end *end = &row->link->end[row->e];
	const struct attempt *a = row->initiator ? &end->attempt : &row->link->end[!row->e].attempt;
	if (row->active)
		return &end->ike.policy;
	return a->script->policy.encryption ? &a->script->policy : &end->cfg.policy;
}

static const struct vt_addr *row_peer(const struct ike_row *row)
{
	const struct end *end = &row->link->end[row->e];
	const struct link *link = row->link;
	if (row->active)
		return &end->ike.peer;
	if (row->initiator)
		return &end->cfg.peer;
	return link_seen_as(link, !row->e);
}

static void ikev1_detail(const struct view *v, struct vt_buf *out, const struct ike_row *row)
{
	const struct ike_policy *p = row_policy(row);
	const struct ike_sa *ike = &row->link->end[row->e].ike;
	int64_t left = row->active ? (ike->expires_ms - model_now(v->model)) / 1000 : p->lifetime_s;
	vt_buf_printf(out, "    Encrypt : %-15s Hash    : %s\n", ike_cipher(p->encryption), ike_hash(p->hash));
	vt_buf_printf(out, "    Auth    : %-15s Lifetime: %u\n", "preshared",
		      row->active ? ike->lifetime_s : p->lifetime_s);
	vt_buf_printf(out, "    Lifetime Remaining: %lld\n", (long long)(left < 0 ? 0 : left));
}

static struct ike_row *rows_of(const struct view *v, unsigned version, struct vt_arena *arena, size_t *n)
{
	struct ike_row *rows = VT_NEW_ARRAY(arena, struct ike_row, v->gw->n_ends * 3 + 3);
	*n = ike_rows(v, version, rows, v->gw->n_ends * 3 + 3);
	return rows;
}

static void ikev1_block(const struct view *v, struct vt_buf *out, bool detail, bool heading)
{
	struct vt_arena *arena = vt_arena_new();
	size_t n;
	struct ike_row *rows = rows_of(v, 1, arena, &n);
	char text[64];
	vt_buf_printf(out, "%s   Active SA: %zu\n", heading ? "\nIKEv1 SAs:\n\n" : "\n", n);
	vt_buf_printf(out, "    Rekey SA: 0 (A tunnel will report 1 Active and 1 Rekey SA during rekey)\n");
	vt_buf_printf(out, "Total IKE SA: %zu\n\n", n);
	for (size_t i = 0; i < n; i++) {
		const struct ike_row *row = &rows[i];
		vt_buf_printf(out, "%zu   IKE Peer: %s\n", i + 1, addr_text(v, row_peer(row), text));
		vt_buf_printf(out, "    Type    : %-15s Role    : %s \n", row->l2l ? "L2L" : "user",
			      row->initiator ? "initiator" : "responder");
		vt_buf_printf(out, "    Rekey   : %-15s State   : %s \n", "no", ike_state_name(row->state));
		if (detail)
			ikev1_detail(v, out, row);
	}
	vt_arena_free(arena);
}

static bool has_rows(const struct view *v, unsigned version)
{
	struct vt_arena *arena = vt_arena_new();
	size_t n;
	rows_of(v, version, arena, &n);
	vt_arena_free(arena);
	return n > 0;
}

void render_ikev1_sa(const struct view *v, struct vt_buf *out, bool detail)
{
	if (has_rows(v, 1))
		ikev1_block(v, out, detail, true);
	else
		vt_buf_printf(out, "\nThere are no IKEv1 SAs\n");
}

void render_isakmp_sa(const struct view *v, struct vt_buf *out, bool detail)
{
	if (v->device->gen == GEN_82) {
		if (has_rows(v, 1))
			ikev1_block(v, out, detail, false);
		else
			vt_buf_printf(out, "\nThere are no isakmp sas\n");
		return;
	}
	render_ikev1_sa(v, out, detail);
	render_ikev2_sa(v, out, detail);
}

/* ---- IKEv2 ---- */

static const char *v2_cipher(const char *encryption, unsigned *bits)
{
	static const struct {
		const char *word, *shown;
		unsigned bits;
	} table[] = {
		{ "des", "DES", 0 },
		{ "3des", "3DES", 0 },
		{ "aes", "AES-CBC", 128 },
		{ "aes-192", "AES-CBC", 192 },
		{ "aes-256", "AES-CBC", 256 },
		{ "aes-gcm", "AES-GCM", 128 },
		{ "aes-gcm-192", "AES-GCM", 192 },
		{ "aes-gcm-256", "AES-GCM", 256 },
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (strcmp(table[i].word, encryption) == 0) {
			*bits = table[i].bits;
			return table[i].shown;
		}
	*bits = 0;
	return encryption;
}

static const char *v2_hash(const struct ike_policy *p)
{
	static const char *const table[][2] = {
		{ "md5", "MD596" },     { "sha", "SHA96" },     { "sha256", "SHA256" },
		{ "sha384", "SHA384" }, { "sha512", "SHA512" },
	};
	if (strstr(p->encryption, "gcm"))
		return "N/A";
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (strcmp(table[i][0], p->hash) == 0)
			return table[i][1];
	return p->hash;
}

static struct vt_addr last_of(const struct prefix *p)
{
	struct vt_addr a = p->addr;
	for (unsigned bit = p->bits; bit < (a.family == 4 ? 32u : 128u); bit++)
		a.bytes[bit / 8] |= (uint8_t)(0x80u >> bit % 8);
	return a;
}

static void v2_children(struct vt_buf *out, const struct ike_row *row)
{
	for (size_t s = 0; s < row->link->n_sel; s++) {
		const struct selector *sel = &row->link->sel[s];
		const struct child *c = &sel->end[row->e];
		if (!c->up)
			continue;
		struct pair p = agreed_pair(sel, row->e);
		struct vt_addr le = last_of(&p.local), re = last_of(&p.remote);
		char a[64], b[64], x[64], y[64];
		vt_buf_printf(out, "Child sa: local selector  %s/0 - %s/65535\n", plain_addr(&p.local.addr, a),
			      plain_addr(&le, b));
		vt_buf_printf(out, "          remote selector %s/0 - %s/65535\n", plain_addr(&p.remote.addr, x),
			      plain_addr(&re, y));
		vt_buf_printf(out, "          ESP spi in/out: 0x%x/0x%x  \n", c->spi_in, c->spi_out);
	}
}

static void v2_details(struct vt_buf *out, const struct view *v, const struct ike_row *row)
{
	const struct end *end = &row->link->end[row->e];
	char a[64], b[64];
	vt_buf_printf(out, "      Session-id: %u\n", end->session.index);
	vt_buf_printf(out, "      Status Description: %s\n",
		      row->active ? "Negotiation done" : "Initiator waiting for INIT response");
	vt_buf_printf(out, "      Local spi: %016llX       Remote spi: %016llX\n",
		      (unsigned long long)end->ike.spi_local, (unsigned long long)end->ike.spi_remote);
	vt_buf_printf(out, "      Local id: %s\n", plain_addr(link_addr(row->link, row->e), a));
	vt_buf_printf(out, "      Remote id: %s\n", plain_addr(&end->cfg.peer, b));
	vt_buf_printf(out, "      Local req mess id: %u             Remote req mess id: %u\n",
		      end->session.children + 4, end->session.children + 1);
	vt_buf_printf(out, "      Local next mess id: %u            Remote next mess id: %u\n",
		      end->session.children + 4, end->session.children + 1);
	vt_buf_printf(out, "      Local req queued: %u              Remote req queued: %u\n", end->session.children + 4,
		      end->session.children + 1);
	vt_buf_printf(out, "      Local window: 1                  Remote window: 1\n");
	if (end->cfg.dpd_threshold_s)
		vt_buf_printf(out, "      DPD configured for %u seconds, retry %u\n", end->cfg.dpd_threshold_s,
			      end->cfg.dpd_retry_s);
	vt_buf_printf(out, "      NAT-T is %sdetected  %s\n", end->ike.nat ? "" : "not ",
		      end->ike.nat ? "outside" : "");
	if (v->device->gen >= GEN_92)
		vt_buf_printf(out, "      IKEv2 Fragmentation Configured MTU: 576 bytes, Overhead: 28 bytes, Effective "
				   "MTU: 548 bytes\n");
}

static void v2_row(const struct view *v, struct vt_buf *out, const struct ike_row *row, bool detail)
{
	const struct end *end = &row->link->end[row->e];
	const struct ike_policy *p = row_policy(row);
	size_t children = 0;
	for (size_t s = 0; s < row->link->n_sel && row->active; s++)
		children += row->link->sel[s].end[row->e].up;
	char a[64], b[64], local[72], remote[72];
	unsigned port = row->active && end->ike.nat ? 4500 : 500, bits;
	snprintf(local, sizeof local, "%s/%u", plain_addr(link_addr(row->link, row->e), a), port);
	snprintf(remote, sizeof remote, "%s/%u", plain_addr(row_peer(row), b), port);
	int width = row->link->ipv6 ? 51 : v->device->gen == GEN_916 ? 51 : 20;
	vt_buf_printf(out, "\nSession-id:%u, Status:%s, IKE count:%d, CHILD count:%zu\n\n",
		      row->active ? end->session.index : 0, row->active ? "UP-ACTIVE" : "UP-IDLE", 1, children);
	vt_buf_printf(out, "Tunnel-id %-*s %-*s   Status         Role\n", width, "Local", width, "Remote");
	vt_buf_printf(out, "%9u %-*s %-*s %8s %12s\n",
		      row->active ? end->ike.tunnel_id : 1 + (unsigned)(row->link->id % 65000), width, local, width,
		      remote, ike_state_name(row->state), row->initiator ? "INITIATOR" : "RESPONDER");
	const char *cipher = v2_cipher(p->encryption, &bits);
	vt_buf_printf(out, "      Encr: %s, ", cipher);
	if (bits)
		vt_buf_printf(out, "keysize: %u, ", bits);
	vt_buf_printf(out, "Hash: %s, DH Grp:%u, Auth sign: PSK, Auth verify: PSK\n", v2_hash(p), p->group);
	if (row->active)
		vt_buf_printf(out, "      Life/Active Time: %u/%lld sec\n", end->ike.lifetime_s,
			      (long long)((model_now(v->model) - end->ike.since_ms) / 1000));
	else
		vt_buf_printf(out, "      Life/Active Time: %u/0 sec\n", p->lifetime_s);
	if (detail)
		v2_details(out, v, row);
	if (row->active)
		v2_children(out, row);
}

void render_ikev2_sa(const struct view *v, struct vt_buf *out, bool detail)
{
	struct vt_arena *arena = vt_arena_new();
	size_t n;
	struct ike_row *rows = rows_of(v, 2, arena, &n);
	vt_buf_printf(out, n ? "\nIKEv2 SAs:\n" : "\nThere are no IKEv2 SAs\n");
	for (size_t i = 0; i < n; i++)
		v2_row(v, out, &rows[i], detail);
	vt_arena_free(arena);
}

/* ---- IPsec ---- */

static const char *transform_text(const struct esp_proposal *esp, unsigned ike, char text[96])
{
	bool gcm = strstr(esp->encryption, "gcm") || strstr(esp->encryption, "gmac");
	const char *i = esp->integrity;
	const char *hash = strcmp(i, "md5") == 0                    ? "esp-md5-hmac"
			   : strncmp(i, "sha-", 4) == 0 && ike == 2 ? i
								    : "esp-sha-hmac";
	char named[48];
	if (hash == i) {
		snprintf(named, sizeof named, "esp-%s-hmac", i);
		hash = named;
	}
	snprintf(text, 96, "esp-%s %s no compression", esp->encryption, gcm ? "esp-null-hmac" : hash);
	return text;
}

struct overhead {
	unsigned total, inner;
};

static struct overhead overhead_of(const struct esp_proposal *esp, bool nat)
{
	struct overhead o = strstr(esp->encryption, "3des") || strcmp(esp->encryption, "des") == 0
				    ? (struct overhead){ 58, 36 }
			    : strstr(esp->encryption, "gcm")         ? (struct overhead){ 55, 34 }
			    : strcmp(esp->integrity, "sha-256") == 0 ? (struct overhead){ 78, 44 }
								     : (struct overhead){ 74, 44 };
	if (nat) {
		o.total += 8;
		o.inner += 8;
	}
	return o;
}

struct sa_view {
	const struct view *v;
	const struct link *link;
	const struct end *end;
	const struct child *child;
	struct counters counters;
	unsigned e;
	char map[64];
};

static void sa_block(struct vt_buf *out, const struct sa_view *sa, uint32_t spi, bool inbound, bool fresh)
{
	const struct child *c = sa->child;
	const struct end_cfg *cfg = &sa->end->cfg;
	char transform[96];
	int64_t left_s = (c->expires_ms - model_now(sa->v->model)) / 1000;
	uint64_t used = (inbound ? sa->counters.rx_bytes - c->sa_rx0_bytes : sa->counters.tx_bytes - c->sa_tx0_bytes) /
			1024;
	uint64_t life = cfg->life_kb ? cfg->life_kb : 4294967295u / 2;
	bool new = sa->v->device->gen >= GEN_92;
	vt_buf_printf(out, "      spi: 0x%08X (%u)\n", spi, spi);
	if (new)
		vt_buf_printf(out, "         SA State: %s\n", fresh ? "active" : "inactive");
	vt_buf_printf(out, "         transform: %s\n", transform_text(&cfg->esp, cfg->ike, transform));
	vt_buf_printf(out, "         in use settings ={L2L, %s, %s", cfg->esp.transport ? "Transport" : "Tunnel",
		      sa->end->ike.nat ? " NAT-T-Encaps, " : "");
	if (c->pfs)
		vt_buf_printf(out, "PFS Group %u, ", c->pfs);
	if (sa->v->device->gen != GEN_82)
		vt_buf_printf(out, "IKEv%u, ", cfg->ike);
	if (end_is_vti(sa->end))
		vt_buf_printf(out, "VTI, ");
	vt_buf_printf(out, "}\n         slot: 0, conn_id: %u, crypto-map: %s\n", c->conn_id, sa->map);
	vt_buf_printf(out, "         sa timing: remaining key lifetime (kB/sec): (%llu/%lld)\n",
		      (unsigned long long)(used < life ? life - used : 0), (long long)(left_s > 0 ? left_s : 0));
	vt_buf_printf(
		out, "         IV size: %d bytes\n         replay detection support: Y\n         Anti replay bitmap:\n",
		strstr(cfg->esp.encryption, "des") || strstr(cfg->esp.encryption, "gcm") ? 8 : 16);
	uint64_t got = sa->counters.decaps && inbound ? used + sa->counters.decaps : 0;
	if (got >= 64)
		vt_buf_printf(out, "          0xFFFFFFFF 0xFFFFFFFF\n");
	else
		vt_buf_printf(out, "          0x%08X 0x%08X\n", got > 32 ? (1u << (got - 32)) - 1 : 0,
			      got == 0    ? 1u
			      : got >= 32 ? 0xffffffffu
					  : (1u << got) - 1);
}

static void counters_block(struct vt_buf *out, const struct counters *c, bool new, bool detail)
{
#define N(x) (unsigned long long)(x)
	vt_buf_printf(out, "      #pkts encaps: %llu, #pkts encrypt: %llu, #pkts digest: %llu\n", N(c->encaps),
		      N(c->encaps), N(c->encaps));
	vt_buf_printf(out, "      #pkts decaps: %llu, #pkts decrypt: %llu, #pkts verify: %llu\n", N(c->decaps),
		      N(c->decaps), N(c->decaps));
	vt_buf_printf(out, "      #pkts compressed: 0, #pkts decompressed: 0\n");
	vt_buf_printf(out, "      #pkts not compressed: %llu, #pkts comp failed: 0, #pkts decomp failed: 0\n",
		      N(c->encaps));
	vt_buf_printf(out, "      #pre-frag successes: 0, #pre-frag failures: 0, #fragments created: 0\n");
	vt_buf_printf(out, "      #PMTUs sent: 0, #PMTUs rcvd: 0, #decapsulated frgs needing reassembly: 0\n");
	if (new) {
		vt_buf_printf(out, "      #TFC rcvd: 0, #TFC sent: 0\n");
		vt_buf_printf(out, "      #Valid ICMP Errors rcvd: 0, #Invalid ICMP Errors rcvd: 0\n");
	}
	if (new &&detail) {
		vt_buf_printf(out, "      #pkts no sa (send): %llu, #pkts invalid sa (rcv): 0\n", N(c->send_errors));
		vt_buf_printf(out, "      #pkts encaps failed (send): 0, #pkts decaps failed (rcv): 0\n");
		vt_buf_printf(out, "      #pkts invalid prot (rcv): 0, #pkts verify failed: %llu\n", N(c->recv_errors));
		vt_buf_printf(out, "      #pkts invalid identity (rcv): 0, #pkts invalid len (rcv): 0\n");
		vt_buf_printf(out, "      #pkts replay rollover (send): 0, #pkts replay rollover (rcv): 0\n");
		vt_buf_printf(out, "      #pkts replay failed (rcv): 0\n");
		vt_buf_printf(out, "      #pkts min mtu frag failed (send): 0, #pkts bad frag offset (rcv): 0\n");
		vt_buf_printf(out, "      #pkts internal err (send): 0, #pkts internal err (rcv): 0\n");
	} else {
		vt_buf_printf(out, "      #send errors: %llu, #recv errors: %llu\n", N(c->send_errors),
			      N(c->recv_errors));
	}
#undef N
}

static void endpoints(struct vt_buf *out, const struct sa_view *sa)
{
	const struct view *v = sa->v;
	char a[64], b[64];
	unsigned port = sa->end->ike.nat ? 4500 : v->device->gen >= GEN_92 ? 500 : 0;
	struct overhead o = overhead_of(&sa->end->cfg.esp, sa->end->ike.nat);
	const char *local = addr_text(v, link_addr(sa->link, sa->e), a), *remote = addr_text(v, &sa->end->ike.peer, b);
	if (port)
		vt_buf_printf(out, "\n      local crypto endpt.: %s/%u, remote crypto endpt.: %s/%u\n", local, port,
			      remote, port);
	else
		vt_buf_printf(out, "\n      local crypto endpt.: %s, remote crypto endpt.: %s\n", local, remote);
	if (v->device->gen >= GEN_92) {
		vt_buf_printf(out, "      path mtu 1500, ipsec overhead %u(%u), media mtu 1500\n", o.total, o.inner);
		vt_buf_printf(out, "      PMTU time remaining (sec): 0, DF policy: copy-df\n");
		vt_buf_printf(out, "      ICMP error validation: disabled, TFC packets: disabled\n");
	} else {
		vt_buf_printf(out, "\n      path mtu 1500, ipsec overhead %u, media mtu 1500\n", o.total);
	}
	vt_buf_printf(out, "      current outbound spi: %08X\n      current inbound spi : %08X\n\n", sa->child->spi_out,
		      sa->child->spi_in);
}

static void ident(struct vt_buf *out, const struct view *v, const char *which, const struct prefix *p)
{
	char a[64], m[64];
	vt_buf_printf(out, "      %s ident (addr/mask/prot/port): (%s/%s/0/0)\n", which, addr_text(v, &p->addr, a),
		      mask_text(p, m));
}

static void ipsec_sa(const struct view *v, struct vt_buf *out, const struct link *link, unsigned e, size_t s,
		     bool detail)
{
	const struct selector *sel = &link->sel[s];
	struct sa_view sa = { .v = v,
			      .link = link,
			      .end = &link->end[e],
			      .child = &sel->end[e],
			      .counters = model_counters(v->model, link, s, e),
			      .e = e };
	struct pair p = agreed_pair(sel, e);
	bool vti = end_is_vti(sa.end), new = v->device->gen >= GEN_92;
	char a[64], l[96], r[96];
	map_name(sa.end, sa.map);
	vt_buf_printf(out, "    Crypto map tag: %s, seq num: %u, local addr: %s\n\n", sa.map,
		      vti ? 65280 : sa.end->seq * 10, addr_text(v, link_addr(link, e), a));
	if (!vti && !sa.end->cfg.dynamic)
		vt_buf_printf(out, "      access-list VPN-%s extended permit ip %s %s\n", link->name,
			      ace_text(&p.local, l), ace_text(&p.remote, r));
	ident(out, v, "local", &p.local);
	ident(out, v, "remote", &p.remote);
	vt_buf_printf(out, "      current_peer: %s\n\n\n", addr_text(v, &sa.end->ike.peer, a));
	counters_block(out, &sa.counters, new, detail);
	endpoints(out, &sa);
	vt_buf_printf(out, "    inbound esp sas:\n");
	sa_block(out, &sa, sa.child->spi_in, true, true);
	if (sa.child->old_spi_in && sa.child->old_until_ms > model_now(v->model))
		sa_block(out, &sa, sa.child->old_spi_in, true, true);
	vt_buf_printf(out, "    outbound esp sas:\n");
	sa_block(out, &sa, sa.child->spi_out, false, true);
	vt_buf_printf(out, "\n");
}

void render_ipsec_sa(const struct view *v, struct vt_buf *out, const struct vt_addr *peer, bool detail)
{
	bool any = false, headed = false;
	char a[64];
	/* Crypto-map entries share one interface heading; every VTI is an interface of its own. */
	for (int vti = 0; vti < 2; vti++) {
		for (size_t i = 0; i < v->gw->n_ends; i++) {
			const struct link *link = v->gw->links[i];
			unsigned e = end_index(v->gw->ends[i], link);
			const struct end *end = &link->end[e];
			if (end_is_vti(end) != vti || !end->ike.up || (peer && !vt_addr_eq(peer, &end->ike.peer)))
				continue;
			for (size_t s = 0; s < link->n_sel; s++) {
				if (!link->sel[s].end[e].up)
					continue;
				if (peer && !any)
					vt_buf_printf(out, "peer address: %s\n", addr_text(v, peer, a));
				else if (vti && !peer)
					vt_buf_printf(out, "interface: vti-%s\n", link->name);
				else if (!headed && !peer)
					vt_buf_printf(out, "interface: %s\n", v->gw->interfaces[0].nameif);
				headed = any = true;
				ipsec_sa(v, out, link, e, s, detail);
			}
		}
	}
	if (!any)
		vt_buf_printf(out, "\nThere are no ipsec sas\n");
}

void render_ipsec_stats(const struct view *v, struct vt_buf *out)
{
	struct counters sum = { 0 };
	struct drops drops = model_drops(v->model, v->gw);
	unsigned active = 0;
	for (size_t i = 0; i < v->gw->n_ends; i++) {
		const struct link *link = v->gw->links[i];
		unsigned e = end_index(v->gw->ends[i], link);
		for (size_t s = 0; s < link->n_sel; s++) {
			struct counters c = model_counters(v->model, link, s, e);
			active += link->sel[s].end[e].up;
			sum.encaps += c.encaps;
			sum.decaps += c.decaps;
			sum.tx_bytes += c.tx_bytes;
			sum.rx_bytes += c.rx_bytes;
		}
	}
#define N(x) (unsigned long long)(x)
	vt_buf_printf(
		out, "\nIPsec Global Statistics\n-----------------------\nActive tunnels: %u\nPrevious tunnels: %llu\n",
		active, N(v->gw->previous_tunnels[1] + v->gw->previous_tunnels[2]));
	vt_buf_printf(out,
		      "Inbound\n    Bytes: %llu\n    Decompressed bytes: %llu\n    Packets: %llu\n    Dropped packets: "
		      "%llu\n",
		      N(sum.rx_bytes), N(sum.rx_bytes), N(sum.decaps), N(drops.invalid_spi));
	vt_buf_printf(out,
		      "    Replay failures: 0\n    Authentications: %llu\n    Authentication failures: 0\n    "
		      "Decryptions: %llu\n",
		      N(sum.decaps), N(sum.decaps));
	vt_buf_printf(
		out,
		"    Decryption failures: 0\n    TFC Packets: 0\n    Decapsulated fragments needing reassembly: 0\n"
		"    Valid ICMP Errors rcvd: 0\n    Invalid ICMP Errors rcvd: 0\n");
	vt_buf_printf(out,
		      "Outbound\n    Bytes: %llu\n    Uncompressed bytes: %llu\n    Packets: %llu\n    Dropped "
		      "packets: %llu\n",
		      N(sum.tx_bytes), N(sum.tx_bytes), N(sum.encaps), N(drops.need_sa));
	vt_buf_printf(out,
		      "    Authentications: %llu\n    Authentication failures: 0\n    Encryptions: %llu\n    "
		      "Encryption failures: 0\n    TFC Packets: 0\n",
		      N(sum.encaps), N(sum.encaps));
	vt_buf_printf(out, "    Fragmentation successes: 0\n        Pre-fragmentation successes: 0\n        "
			   "Post-fragmentation successes: 0\n"
			   "    Fragmentation failures: 0\n        Pre-fragmentation failures: 0\n        "
			   "Post-fragmentation failures: 0\n"
			   "    Fragments created: 0\n    PMTUs sent: 0\n    PMTUs rcvd: 0\n");
	vt_buf_printf(out, "Protocol failures: 0\nMissing SA failures: %llu\nSystem capacity failures: 0\n",
		      N(drops.need_sa));
	vt_buf_printf(out, "Inbound SA delete requests: 0\nOutbound SA delete requests: 0\nInbound SA destroy calls: "
			   "0\nOutbound SA destroy calls: 0\n");
}

static void vpn_context(struct vt_buf *out, const struct view *v, const struct sa_view *sa, size_t s, bool encrypts)
{
	const struct selector *sel = &sa->link->sel[s];
	struct pair p = agreed_pair(sel, sa->e);
	uint64_t id = sim_draw(sa->child->spi_in, encrypts, 0, 0);
	char a[64];
	vt_buf_printf(out, "\nVPN CTX  = 0x%08X\n\nPeer IP  = %s\nPointer  = 0x%08X\nState    = UP\n",
		      (unsigned)(id & 0x01ffffff), addr_text(v, &p.remote.addr, a), (unsigned)(id >> 32) | 0xc0000000);
	vt_buf_printf(out, "Flags    = %s+ESP%s\nSA   = 0x%08X\nSPI  = 0x%08X\nGroup    = %u\n",
		      encrypts ? "ENCR" : "DECR", sa->end->ike.nat ? "+NATT" : "", (unsigned)(id >> 16 & 0x0fffffff),
		      encrypts ? sa->child->spi_out : sa->child->spi_in, sa->end->seq);
	vt_buf_printf(out,
		      "Pkts     = %llu\nBad Pkts = 0\nBad SPI  = 0\nSpoof    = 0\nBad Crypto = 0\nRekey Pkt  = "
		      "0\nRekey Call = 0\nVPN Filter = %s\n",
		      (unsigned long long)(encrypts ? sa->counters.encaps : sa->counters.decaps),
		      sa->end->cfg.vpn_filter ? dashed(sa->end->cfg.vpn_filter) : "<none>");
}

void render_vpn_context(const struct view *v, struct vt_buf *out)
{
	for (size_t i = 0; i < v->gw->n_ends; i++) {
		const struct link *link = v->gw->links[i];
		unsigned e = end_index(v->gw->ends[i], link);
		for (size_t s = 0; s < link->n_sel; s++) {
			if (!link->sel[s].end[e].up)
				continue;
			struct sa_view sa = { .v = v,
					      .link = link,
					      .end = &link->end[e],
					      .child = &link->sel[s].end[e],
					      .counters = model_counters(v->model, link, s, e),
					      .e = e };
			vpn_context(out, v, &sa, s, false);
			vpn_context(out, v, &sa, s, true);
		}
	}
}
