/* SPDX-License-Identifier: MIT
 * Reads `show crypto ipsec sa`, the largest listing of all: 49 lines and 2.3 kB for every selector.
 *
 * A table names every line by its beginning. Blocks of one device look alike, so the reader remembers which
 * line came after which and tries that one first; only where the guess fails is the table searched. The same
 * holds for the counters within a line. Nothing is allocated for a line: selectors stand in one array that is
 * sized from the text seen so far, and the lists of transforms and settings are shared by all SAs that print
 * the same text.
 *
 * A block begins at "Crypto map tag:", or where a second access list or local ident follows in the same block.
 */
#include "asa/ipsec_sa.h"

#include "base/lines.h"

static const struct vt_field ident_fields[] = {
	VT_F(ADDR, vt_ident, addr), VT_F(STR, vt_ident, mask),     VT_F(U64, vt_ident, protocol),
	VT_F(U64, vt_ident, port),  VT_F(U64, vt_ident, port_end),
};
const struct vt_shape vt_ident_shape = VT_SHAPE(vt_ident, ident_fields);

static const struct vt_field endpoint_fields[] = {
	VT_F(ADDR, vt_endpoint, addr),
	VT_F(U64, vt_endpoint, port),
};
const struct vt_shape vt_endpoint_shape = VT_SHAPE(vt_endpoint, endpoint_fields);

static const struct vt_field esp_fields[] = {
	VT_F(SPI, vt_esp_sa, spi),        VT_F(STR, vt_esp_sa, state),    VT_F(STRS, vt_esp_sa, transforms),
	VT_F(STRS, vt_esp_sa, settings),  VT_F(U64, vt_esp_sa, conn_id),  VT_F(U64, vt_esp_sa, lifetime_kb),
	VT_F(U64, vt_esp_sa, lifetime_s), VT_F(U64, vt_esp_sa, iv_bytes), VT_F(FLAG, vt_esp_sa, replay),
};
static const struct vt_shape esp_shape = VT_SHAPE(vt_esp_sa, esp_fields);

static const struct vt_field inactive_fields[] = {
	VT_F(STR, vt_inactive_sa, direction),
	VT_F(SPI, vt_inactive_sa, spi),
	VT_F(STR, vt_inactive_sa, state),
	VT_F(STR, vt_inactive_sa, reason),
};
static const struct vt_shape inactive_shape = VT_SHAPE(vt_inactive_sa, inactive_fields);

#define SEL(kind, member) VT_F(kind, vt_ipsec_selector, member)
static const struct vt_field selector_fields[] = {
	SEL(STR, interface),
	SEL(STR, crypto_map),
	SEL(U64, sequence),
	SEL(ADDR, local_addr),
	SEL(STR, acl),
	VT_FO(vt_ipsec_selector, local_ident, &vt_ident_shape),
	VT_FO(vt_ipsec_selector, remote_ident, &vt_ident_shape),
	SEL(ADDR, peer),
	SEL(ADDR, dynamic_peer),
	SEL(STR, username),
	SEL(U64, encaps_pkts),
	SEL(U64, encrypt_pkts),
	SEL(U64, digest_pkts),
	SEL(U64, decaps_pkts),
	SEL(U64, decrypt_pkts),
	SEL(U64, verify_pkts),
	SEL(U64, compressed_pkts),
	SEL(U64, decompressed_pkts),
	SEL(U64, not_compressed_pkts),
	SEL(U64, comp_failed_pkts),
	SEL(U64, decomp_failed_pkts),
	SEL(U64, pre_frag_successes),
	SEL(U64, pre_frag_failures),
	SEL(U64, post_frag_successes),
	SEL(U64, post_frag_failures),
	SEL(U64, fragments_created),
	SEL(U64, pmtus_sent),
	SEL(U64, pmtus_rcvd),
	SEL(U64, frags_needing_reassembly),
	SEL(U64, tfc_rcvd),
	SEL(U64, tfc_sent),
	SEL(U64, valid_icmp_errors_rcvd),
	SEL(U64, invalid_icmp_errors_rcvd),
	SEL(U64, not_offload_decrypted_pkts),
	SEL(U64, send_errors),
	SEL(U64, recv_errors),
	SEL(U64, no_sa_send),
	SEL(U64, invalid_sa_rcv),
	SEL(U64, encaps_failed_send),
	SEL(U64, decaps_failed_rcv),
	SEL(U64, invalid_prot_rcv),
	SEL(U64, verify_failed),
	SEL(U64, invalid_identity_rcv),
	SEL(U64, invalid_len_rcv),
	SEL(U64, replay_rollover_send),
	SEL(U64, replay_rollover_rcv),
	SEL(U64, replay_failed_rcv),
	SEL(U64, min_mtu_frag_failed),
	SEL(U64, bad_frag_offset_rcv),
	SEL(U64, internal_err_send),
	SEL(U64, internal_err_rcv),
	SEL(U64, invalid_ip_version_rcv),
	SEL(U64, invalid_pad_rcv),
	VT_FO(vt_ipsec_selector, local_endpoint, &vt_endpoint_shape),
	VT_FO(vt_ipsec_selector, remote_endpoint, &vt_endpoint_shape),
	SEL(U64, path_mtu),
	SEL(U64, overhead),
	SEL(U64, media_mtu),
	SEL(SPI, outbound_spi),
	SEL(SPI, inbound_spi),
	VT_FA(ARRAY, vt_ipsec_selector, inbound_esp, &esp_shape),
	VT_FA(ARRAY, vt_ipsec_selector, outbound_esp, &esp_shape),
	VT_FA(SOME, vt_ipsec_selector, inactive, &inactive_shape),
};
const struct vt_shape vt_ipsec_selector_shape = VT_SHAPE(vt_ipsec_selector, selector_fields);

static const struct vt_field listing_fields[] = {
	VT_FA(ARRAY, vt_ipsec_sa, selectors, &vt_ipsec_selector_shape),
};
const struct vt_shape vt_ipsec_sa_shape = VT_SHAPE(vt_ipsec_sa, listing_fields);

/* The counters in the order in which a device prints them. Some labels have several spellings. */
#define COUNTER(label, member)                                                                                         \
	{                                                                                                              \
		VT_STR(label), offsetof(struct vt_ipsec_selector, member)                                              \
	}
static const struct counter {
	struct vt_str label;
	size_t at;
} counters[] = {
	COUNTER("pkts encaps", encaps_pkts),
	COUNTER("pkts encrypt", encrypt_pkts),
	COUNTER("pkts digest", digest_pkts),
	COUNTER("pkts decaps", decaps_pkts),
	COUNTER("pkts decrypt", decrypt_pkts),
	COUNTER("pkts verify", verify_pkts),
	COUNTER("pkts compressed", compressed_pkts),
	COUNTER("pkts decompressed", decompressed_pkts),
	COUNTER("pkts not compressed", not_compressed_pkts),
	COUNTER("pkts comp failed", comp_failed_pkts),
	COUNTER("pkts decomp failed", decomp_failed_pkts),
	COUNTER("pre-frag successes", pre_frag_successes),
	COUNTER("pre-frag failures", pre_frag_failures),
	COUNTER("fragments created", fragments_created),
	COUNTER("PMTUs sent", pmtus_sent),
	COUNTER("PMTUs rcvd", pmtus_rcvd),
	COUNTER("decapsulated frgs needing reassembly", frags_needing_reassembly),
	COUNTER("TFC rcvd", tfc_rcvd),
	COUNTER("TFC sent", tfc_sent),
	COUNTER("Valid ICMP Errors rcvd", valid_icmp_errors_rcvd),
	COUNTER("Invalid ICMP Errors rcvd", invalid_icmp_errors_rcvd),
	COUNTER("send errors", send_errors),
	COUNTER("recv errors", recv_errors),
	COUNTER("pkts no sa (send)", no_sa_send),
	COUNTER("pkts invalid sa (rcv)", invalid_sa_rcv),
	COUNTER("pkts encaps failed (send)", encaps_failed_send),
	COUNTER("pkts decaps failed (rcv)", decaps_failed_rcv),
	COUNTER("pkts invalid prot (rcv)", invalid_prot_rcv),
	COUNTER("pkts verify failed", verify_failed),
	COUNTER("pkts invalid identity (rcv)", invalid_identity_rcv),
	COUNTER("pkts invalid len (rcv)", invalid_len_rcv),
	COUNTER("pkts replay rollover (send)", replay_rollover_send),
	COUNTER("pkts replay rollover (rcv)", replay_rollover_rcv),
	COUNTER("pkts replay failed (rcv)", replay_failed_rcv),
	COUNTER("pkts min mtu frag failed", min_mtu_frag_failed),
	COUNTER("pkts bad frag offset (rcv)", bad_frag_offset_rcv),
	COUNTER("pkts internal err (send)", internal_err_send),
	COUNTER("pkts internal err (rcv)", internal_err_rcv),
	/* variants of some releases */
	COUNTER("decapsulated frags needing reassembly", frags_needing_reassembly),
	COUNTER("pkts not offload decrypted", not_offload_decrypted_pkts),
	COUNTER("post-frag successes", post_frag_successes),
	COUNTER("post-frag failures", post_frag_failures),
	COUNTER("pkts invalid ip version (rcv)", invalid_ip_version_rcv),
	COUNTER("pkts invalid pad (rcv)", invalid_pad_rcv),
	COUNTER("pkts verify failed (rcv)", verify_failed),
	COUNTER("pkts internal err (recv)", internal_err_rcv),
	COUNTER("pkts min mtu frag failed (send)", min_mtu_frag_failed),
};
enum { COUNTERS = sizeof counters / sizeof *counters, MAX_RULES = 64 };

/* A list that many SAs print in the same words. */
struct shared_list {
	struct vt_str text;
	struct vt_str_list list;
};

struct reader {
	struct vt_arena *arena;
	struct vt_ipsec_sa *facts;
	struct vt_parse_report *report;
	struct vt_str text;
	const char *line_begin;
	uint64_t line;
	size_t cap, inactive_cap; /* inactive_cap: of the block being read */

	struct vt_ipsec_selector blank;   /* everything absent */
	struct vt_ipsec_selector heading; /* blank, with what the headings said so far */
	struct vt_ipsec_selector *block;  /* being read; NULL before the first */
	struct vt_esp_sa blank_sa, *sa;   /* sa: being read; NULL outside the ESP parts */
	bool inbound, outbound_seen, heading_open, whole;
	struct shared_list transforms, settings;
	bool bitmaps; /* this device prints "Anti replay bitmap:" */
	uint64_t known;
	size_t last_rule, last_counter;
	uint8_t next_rule[MAX_RULES], next_counter[COUNTERS];
};

/* --- pieces of a line --- */

static bool protocol_scan(struct vt_str text, uint64_t *protocol)
{
	static const struct {
		struct vt_str name;
		uint64_t number;
	} names[] = { { VT_STR("ip"), 0 },   { VT_STR("icmp"), 1 }, { VT_STR("tcp"), 6 },
		      { VT_STR("udp"), 17 }, { VT_STR("gre"), 47 }, { VT_STR("icmp6"), 58 } };
	if (vt_str_to_u64(text, protocol))
		return true;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		if (vt_str_ieq(text, names[i].name)) {
			*protocol = names[i].number;
			return true;
		}
	}
	return false;
}

/* Cuts the part behind the last '/' off. */
static bool last_part(struct vt_str *text, struct vt_str *part)
{
	const char *slash = text->len ? memrchr(text->p, '/', text->len) : NULL;
	if (!slash)
		return false;
	*part = vt_str_between(slash + 1, text->p + text->len);
	*text = vt_str_between(text->p, slash);
	return true;
}

/* "443", "1024 - 65535". All of them are said like none in particular. */
static bool ports_scan(struct vt_str text, struct vt_ident *ident)
{
	if (!vt_scan_u64(&text, &ident->port))
		return false;
	vt_skip_blanks(&text);
	if (vt_scan_char(&text, '-')) {
		vt_skip_blanks(&text);
		if (!vt_scan_u64(&text, &ident->port_end))
			return false;
		if (ident->port == 0 && ident->port_end == UINT16_MAX)
			ident->port_end = VT_ABSENT;
	}
	return text.len == 0;
}

bool vt_ident_scan(struct vt_str text, struct vt_ident *ident)
{
	struct vt_ident in = { .protocol = VT_ABSENT, .port = VT_ABSENT, .port_end = VT_ABSENT };
	struct vt_str parts[3];
	size_t n = 0;
	text = vt_str_trim(text);
	if (vt_scan_char(&text, '(') && (text.len == 0 || text.p[--text.len] != ')'))
		return false;
	while (n < 3 && last_part(&text, &parts[n]))
		n++;
	in.addr = text;
	if (text.len == 0 || n == 0)
		return false;
	/* address/mask · address/protocol/port · address/mask/protocol/port */
	if (n != 2)
		in.mask = parts[n - 1];
	if (n >= 2 && (!protocol_scan(parts[1], &in.protocol) || !ports_scan(parts[0], &in)))
		return false;
	*ident = in;
	return true;
}

bool vt_endpoint_scan(struct vt_str text, struct vt_endpoint *endpoint)
{
	struct vt_endpoint in = { .addr = vt_str_trim(text), .port = VT_ABSENT };
	struct vt_str addr = in.addr, port;
	if (last_part(&addr, &port)) {
		if (!vt_str_to_u64(port, &in.port))
			return false;
		in.addr = addr;
	}
	if (in.addr.len == 0)
		return false;
	*endpoint = in;
	return true;
}

/* "label: VALUE" up to the next comma or the end. */
static bool value_behind(struct vt_str *c, struct vt_str label, struct vt_str *value)
{
	struct vt_str in = *c;
	vt_skip_blanks(&in);
	if (!vt_scan_lit(&in, label))
		return false;
	vt_skip_blanks(&in);
	ptrdiff_t comma = vt_str_find_char(in, ',');
	size_t len = comma < 0 ? in.len : (size_t)comma;
	*value = vt_str_rtrim(vt_str_first(in, len));
	*c = vt_str_from(in, comma < 0 ? len : len + 1);
	return true;
}

static bool number_behind(struct vt_str *c, struct vt_str label, uint64_t *value)
{
	struct vt_str in = *c;
	vt_skip_blanks(&in);
	if (!vt_scan_lit(&in, label))
		return false;
	vt_skip_blanks(&in);
	if (!vt_scan_u64(&in, value))
		return false;
	*c = in;
	return true;
}

/* The items of a line, split at `stop`; "no compression" is one item although a blank stands in it. */
static bool next_item(struct vt_str *c, char stop, struct vt_str *item)
{
	while (c->len && (vt_is_blank(*c->p) || *c->p == stop))
		*c = vt_str_from(*c, 1);
	size_t i = 0;
	if (stop == ' ' && vt_str_starts(*c, VT_STR("no ")))
		i = 3;
	while (i < c->len && c->p[i] != stop)
		i++;
	*item = vt_str_rtrim(vt_str_first(*c, i));
	*c = vt_str_from(*c, i);
	return i > 0;
}

static struct vt_str_list list_of(struct reader *r, struct shared_list *shared, struct vt_str text, char stop)
{
	if (vt_str_eq(shared->text, text) && shared->text.p)
		return shared->list;
	struct vt_str_list list = { 0 };
	struct vt_str c = text, item;
	size_t n = 0;
	while (next_item(&c, stop, &item))
		n++;
	list.items = VT_NEW_ARRAY(r->arena, struct vt_str, n);
	for (c = text; next_item(&c, stop, &item);)
		list.items[list.len++] = item;
	*shared = (struct shared_list){ text, list };
	return list;
}

/* --- blocks --- */

static void close_block(struct reader *r)
{
	if (!r->block)
		return;
	if (!r->outbound_seen || !r->whole)
		r->report->truncated = true;
	/* Half a pair is nobody's. */
	if (!r->block->local_ident.addr.p || !r->block->remote_ident.addr.p)
		r->facts->selectors_len--;
	r->block = NULL;
	r->sa = NULL;
}

/* Room for one more selector. When the array is full, its new size is what the rest of the text will need if it
 * goes on as it did so far. */
static struct vt_ipsec_selector *one_more(struct reader *r)
{
	struct vt_ipsec_sa *facts = r->facts;
	if (facts->selectors_len == r->cap) {
		size_t read = (size_t)(r->line_begin - r->text.p) + 1, len = facts->selectors_len;
		double more = len < 4 ? 4 : (double)len / (double)read * (double)(r->text.len - read) * 1.02 + 16;
		struct vt_ipsec_selector *larger = VT_NEW_ARRAY(r->arena, struct vt_ipsec_selector, len + (size_t)more);
		if (len)
			memcpy(larger, facts->selectors, len * sizeof *larger);
		facts->selectors = larger;
		r->cap = len + (size_t)more;
	}
	return &facts->selectors[facts->selectors_len++];
}

static void open_block(struct reader *r)
{
	close_block(r);
	r->block = one_more(r);
	*r->block = r->heading;
	r->block->first_line = r->line;
	r->inactive_cap = 0;
	r->outbound_seen = false;
	r->whole = true;
	r->heading_open = false;
}

/* --- lines --- */

static bool on_interface(struct reader *r, struct vt_str rest)
{
	close_block(r);
	r->heading = r->blank;
	r->heading.interface = vt_str_trim(rest);
	r->heading_open = true;
	return r->heading.interface.len > 0;
}

static bool on_peer_address(struct reader *r, struct vt_str rest)
{
	close_block(r);
	r->heading = r->blank;
	r->heading_open = true;
	return rest.len > 0;
}

static bool on_crypto_map(struct reader *r, struct vt_str rest)
{
	struct vt_str interface = r->heading.interface;
	close_block(r);
	r->heading = r->blank;
	r->heading.interface = interface;
	bool ok = value_behind(&rest, VT_STR(""), &r->heading.crypto_map);
	if (number_behind(&rest, VT_STR("seq num:"), &r->heading.sequence))
		vt_scan_char(&rest, ',');
	ok &= value_behind(&rest, VT_STR("local addr:"), &r->heading.local_addr) && r->heading.local_addr.len > 0;
	open_block(r);
	return ok;
}

static bool on_access_list(struct reader *r, struct vt_str rest)
{
	if (!r->block || r->block->local_ident.addr.p)
		open_block(r);
	r->block->acl = vt_str_trim(rest);
	return true;
}

static bool on_local_ident(struct reader *r, struct vt_str rest)
{
	if (!r->block || r->block->local_ident.addr.p)
		open_block(r);
	return vt_ident_scan(rest, &r->block->local_ident);
}

static bool on_remote_ident(struct reader *r, struct vt_str rest)
{
	return r->block && vt_ident_scan(rest, &r->block->remote_ident);
}

static bool on_peer(struct reader *r, struct vt_str rest)
{
	if (!r->block || !value_behind(&rest, VT_STR(""), &r->block->peer))
		return false;
	value_behind(&rest, VT_STR("username:"), &r->block->username);
	return r->block->peer.len > 0;
}

static bool on_dynamic_peer(struct reader *r, struct vt_str rest)
{
	/* Newer releases print an IPv4 and an IPv6 line; the family that has none says 0.0.0.0 or ::. */
	vt_scan_lit(&rest, VT_STR("(ipv6)"));
	if (!r->block || !vt_scan_char(&rest, ':'))
		return false;
	struct vt_str addr = vt_str_trim(rest);
	bool none = vt_str_eq(addr, VT_STR("0.0.0.0")) || vt_str_eq(addr, VT_STR("::"));
	if (!none || !r->block->dynamic_peer.p)
		r->block->dynamic_peer = addr;
	return addr.len > 0;
}

static bool label_at(struct vt_str c, size_t i)
{
	struct vt_str label = counters[i].label;
	return c.len > label.len && c.p[label.len] == ':' && vt_same_bytes(c.p, label.p, label.len);
}

static size_t find_counter(struct reader *r, struct vt_str c)
{
	size_t i = r->next_counter[r->last_counter];
	if (label_at(c, i))
		return i;
	for (i = 0; i < COUNTERS && !label_at(c, i); i++)
		;
	if (i < COUNTERS)
		r->next_counter[r->last_counter] = (uint8_t)i;
	return i;
}

static bool read_counter(struct reader *r, struct vt_str *c)
{
	size_t i = find_counter(r, *c);
	if (i == COUNTERS)
		return false;
	r->last_counter = i;
	*c = vt_str_from(*c, counters[i].label.len + 1);
	vt_skip_blanks(c);
	return vt_scan_u64(c, (uint64_t *)((char *)r->block + counters[i].at));
}

/* "#label: N, #label: N", with a comma behind the last one on some lines of `detail`; the '#' of the first is gone. A
 * label that nobody knows spoils only itself. */
static bool on_counters(struct reader *r, struct vt_str c)
{
	bool ok = r->block != NULL;
	while (r->block && c.len) {
		ok &= read_counter(r, &c);
		if (vt_scan_lit(&c, VT_STR(", #")))
			continue;
		ptrdiff_t next = vt_str_find_char(c, '#');
		struct vt_str between = next < 0 ? c : vt_str_first(c, (size_t)next);
		vt_scan_char(&between, ',');
		ok &= vt_str_trim(between).len == 0;
		c = vt_str_from(c, next < 0 ? c.len : (size_t)next + 1);
	}
	return ok;
}

static bool on_endpoints(struct reader *r, struct vt_str rest)
{
	struct vt_str local, remote;
	return r->block && value_behind(&rest, VT_STR(""), &local) &&
	       value_behind(&rest, VT_STR("remote crypto endpt.:"), &remote) &&
	       vt_endpoint_scan(local, &r->block->local_endpoint) &&
	       vt_endpoint_scan(remote, &r->block->remote_endpoint);
}

/* "path mtu 1500, ipsec overhead 82(52), override mtu 1400, media mtu 1500" */
static bool on_path_mtu(struct reader *r, struct vt_str rest)
{
	struct vt_str ignored;
	if (!r->block || !number_behind(&rest, VT_STR(""), &r->block->path_mtu) || !vt_scan_char(&rest, ',') ||
	    !number_behind(&rest, VT_STR("ipsec overhead"), &r->block->overhead))
		return false;
	vt_scan_until(&rest, ',', &ignored);
	vt_scan_char(&rest, ',');
	value_behind(&rest, VT_STR("override mtu"), &ignored);
	return number_behind(&rest, VT_STR("media mtu"), &r->block->media_mtu);
}

static bool spi_behind(struct vt_str rest, uint64_t *spi)
{
	vt_skip_blanks(&rest);
	if (!vt_scan_char(&rest, ':'))
		return false;
	vt_skip_blanks(&rest);
	return vt_scan_hex(&rest, spi) && rest.len == 0;
}

static bool on_outbound_spi(struct reader *r, struct vt_str rest)
{
	return r->block && spi_behind(rest, &r->block->outbound_spi);
}

static bool on_inbound_spi(struct reader *r, struct vt_str rest)
{
	return r->block && spi_behind(rest, &r->block->inbound_spi);
}

static bool on_inbound_part(struct reader *r, struct vt_str rest)
{
	(void)rest;
	r->inbound = true;
	r->sa = NULL;
	return r->block != NULL;
}

static bool on_outbound_part(struct reader *r, struct vt_str rest)
{
	(void)rest;
	r->inbound = false;
	r->outbound_seen = true;
	r->sa = NULL;
	return r->block != NULL;
}

/* Nearly always one SA a direction, two for a moment at a rekey. */
static bool on_spi(struct reader *r, struct vt_str rest)
{
	if (!r->block)
		return false;
	struct vt_esp_sa **array = r->inbound ? &r->block->inbound_esp : &r->block->outbound_esp;
	size_t *len = r->inbound ? &r->block->inbound_esp_len : &r->block->outbound_esp_len;
	if ((*len & (*len - 1)) == 0) {
		struct vt_esp_sa *larger = VT_NEW_ARRAY(r->arena, struct vt_esp_sa, *len ? *len * 2 : 1);
		if (*len)
			memcpy(larger, *array, *len * sizeof *larger);
		*array = larger;
	}
	r->sa = &(*array)[(*len)++];
	*r->sa = r->blank_sa;
	r->whole = false;
	vt_skip_blanks(&rest);
	return vt_scan_hex(&rest, &r->sa->spi);
}

static bool on_sa_state(struct reader *r, struct vt_str rest)
{
	if (r->sa)
		r->sa->state = vt_str_trim(rest);
	return r->sa != NULL;
}

static bool on_transform(struct reader *r, struct vt_str rest)
{
	if (r->sa)
		r->sa->transforms = list_of(r, &r->transforms, vt_str_trim(rest), ' ');
	return r->sa != NULL;
}

static bool on_settings(struct reader *r, struct vt_str rest)
{
	rest = vt_str_trim(rest);
	if (!r->sa || !vt_scan_char(&rest, '{') || rest.len == 0 || rest.p[rest.len - 1] != '}')
		return false;
	r->sa->settings = list_of(r, &r->settings, vt_str_first(rest, rest.len - 1), ',');
	return true;
}

static bool on_slot(struct reader *r, struct vt_str rest)
{
	struct vt_str ignored;
	if (!r->sa || !value_behind(&rest, VT_STR(""), &ignored))
		return false;
	return number_behind(&rest, VT_STR("conn_id:"), &r->sa->conn_id);
}

/* "(kB/sec): (4373953/28678)" or "(sec): 548". kB may be a word where there is no limit. */
static bool on_timing(struct reader *r, struct vt_str rest)
{
	struct vt_str kb;
	if (!r->sa)
		return false;
	if (vt_scan_lit(&rest, VT_STR("(sec):")))
		return number_behind(&rest, VT_STR(""), &r->sa->lifetime_s);
	if (!vt_scan_lit(&rest, VT_STR("(kB/sec):")))
		return false;
	vt_skip_blanks(&rest);
	if (!vt_scan_char(&rest, '('))
		return false;
	if (!vt_scan_u64(&rest, &r->sa->lifetime_kb) && !vt_scan_until(&rest, '/', &kb))
		return false;
	return vt_scan_char(&rest, '/') && vt_scan_u64(&rest, &r->sa->lifetime_s) && vt_scan_char(&rest, ')');
}

static bool on_iv_size(struct reader *r, struct vt_str rest)
{
	return r->sa && number_behind(&rest, VT_STR(""), &r->sa->iv_bytes);
}

static bool on_replay(struct reader *r, struct vt_str rest)
{
	rest = vt_str_trim(rest);
	if (!r->sa || rest.len != 1 || (*rest.p != 'Y' && *rest.p != 'N'))
		return false;
	r->sa->replay = *rest.p == 'Y';
	/* Old releases end the SA here; newer ones go on with the bitmap. */
	r->whole = !r->bitmaps;
	return true;
}

static bool on_bitmap(struct reader *r, struct vt_str rest)
{
	r->bitmaps = true;
	r->whole = false;
	return r->sa && rest.len == 0;
}

/* "0xFFFFFFFF 0xFFFFFFFF" */
static bool on_bitmap_words(struct reader *r, struct vt_str rest)
{
	r->whole = rest.len >= 19 || r->whole;
	return r->sa != NULL;
}

static bool on_none(struct reader *r, struct vt_str rest)
{
	(void)rest;
	r->facts->none = true;
	return true;
}

/* "Inactive inbound SA: SPI: 0x…, state: dead, reason: Phase 2 Error" */
static bool on_inactive(struct reader *r, struct vt_str rest)
{
	struct vt_inactive_sa sa = { .spi = VT_ABSENT };
	vt_skip_blanks(&rest);
	if (!r->block || !vt_scan_word(&rest, &sa.direction))
		return false;
	vt_skip_blanks(&rest);
	if (!vt_scan_lit(&rest, VT_STR("SA:")))
		return false;
	vt_skip_blanks(&rest);
	if (!vt_scan_lit(&rest, VT_STR("SPI:")))
		return false;
	vt_skip_blanks(&rest);
	if (!vt_scan_hex(&rest, &sa.spi))
		return false;
	vt_scan_char(&rest, ',');
	value_behind(&rest, VT_STR("state:"), &sa.state);
	value_behind(&rest, VT_STR("reason:"), &sa.reason);
	*VT_PUSH(r->arena, r->block->inactive, r->block->inactive_len, r->inactive_cap) = sa;
	return true;
}

static bool on_nothing(struct reader *r, struct vt_str rest)
{
	(void)r, (void)rest;
	return true;
}

/* Every line, in the order of a block. `ends`: a listing may end with it, so that an unterminated last line is
 * believed. Source: formats.md section 4. */
static const struct rule {
	struct vt_str begins;
	bool (*read)(struct reader *r, struct vt_str rest);
	bool ends;
} rules[] = {
	{ VT_STR("Crypto map tag:"), on_crypto_map },
	{ VT_STR("access-list "), on_access_list },
	{ VT_STR("local ident (addr/mask/prot/port):"), on_local_ident },
	{ VT_STR("remote ident (addr/mask/prot/port):"), on_remote_ident },
	{ VT_STR("current_peer:"), on_peer },
	{ VT_STR("#"), on_counters },
	{ VT_STR("local crypto endpt.:"), on_endpoints },
	{ VT_STR("path mtu"), on_path_mtu },
	{ VT_STR("PMTU time remaining"), on_nothing },
	{ VT_STR("ICMP error validation:"), on_nothing },
	{ VT_STR("current outbound spi"), on_outbound_spi },
	{ VT_STR("current inbound spi"), on_inbound_spi },
	{ VT_STR("inbound esp sas:"), on_inbound_part },
	{ VT_STR("outbound esp sas:"), on_outbound_part, true },
	{ VT_STR("spi:"), on_spi },
	{ VT_STR("SA State:"), on_sa_state },
	{ VT_STR("transform:"), on_transform },
	{ VT_STR("in use settings ="), on_settings },
	{ VT_STR("slot:"), on_slot },
	{ VT_STR("sa timing: remaining key lifetime "), on_timing },
	{ VT_STR("IV size:"), on_iv_size },
	{ VT_STR("replay detection support:"), on_replay, true },
	{ VT_STR("Anti replay bitmap:"), on_bitmap },
	{ VT_STR("0x"), on_bitmap_words, true },
	{ VT_STR("interface:"), on_interface },
	{ VT_STR("peer address:"), on_peer_address },
	{ VT_STR("dynamic allocated peer ip"), on_dynamic_peer },
	{ VT_STR("There are no ipsec sas"), on_none, true },
	{ VT_STR("Inactive "), on_inactive },
	{ VT_STR("Protected vrf"), on_nothing },
	{ VT_STR("inbound ah sas:"), on_nothing },
	{ VT_STR("inbound pcp sas:"), on_nothing },
	{ VT_STR("outbound ah sas:"), on_nothing },
	{ VT_STR("outbound pcp sas:"), on_nothing, true },
};
/* Some twenty lines: by the time they are read, they have come from memory. */
enum { PREFETCH_BYTES = 2048 };
enum { RULES = sizeof rules / sizeof *rules };
_Static_assert((int)RULES <= (int)MAX_RULES, "next_rule is large enough");

static const struct rule *find_rule(struct reader *r, struct vt_str line)
{
	size_t i = r->next_rule[r->last_rule];
	if (!vt_str_starts(line, rules[i].begins)) {
		for (i = 0; i < RULES && !vt_str_starts(line, rules[i].begins); i++)
			;
		if (i == RULES)
			return NULL;
		r->next_rule[r->last_rule] = (uint8_t)i;
	}
	r->last_rule = i;
	return &rules[i];
}

static void read_line(struct reader *r, struct vt_str line, bool terminated)
{
	const struct rule *rule = find_rule(r, line);
	bool whole = terminated || (rule && rule->ends);
	if (rule && whole && rule->read(r, vt_str_from(line, rule->begins.len))) {
		r->report->recognised++;
		r->known++;
		if (r->block)
			r->block->last_line = r->line;
		return;
	}
	if (!rule && vt_is_async_line(line)) {
		r->report->recognised++;
		return;
	}
	vt_report_skip(r->report, r->line, line);
	/* Half a line at the end: what it would have said is missing. */
	if (!terminated)
		r->report->truncated = true;
}

static void read_lines(struct reader *r)
{
	const char *p = r->text.p, *end = p + r->text.len;
	while (p < end) {
		__builtin_prefetch(p + PREFETCH_BYTES);
		const char *words, *lf = vt_look_at_line(p, end, &words);
		const char *e = lf ? lf : end;
		r->line_begin = p;
		r->line++;
		struct vt_str line = vt_str_trim(vt_str_between(words, e));
		p = lf ? lf + 1 : end;
		if (line.len)
			read_line(r, line, lf != NULL);
		else
			r->report->recognised++;
	}
	r->report->lines = r->line;
}

enum vt_status vt_ipsec_sa_parse(struct vt_str text, struct vt_arena *arena, struct vt_ipsec_sa *facts,
				 struct vt_parse_report *report)
{
	struct reader r = { .arena = arena, .facts = facts, .report = report, .text = text };
	*facts = (struct vt_ipsec_sa){ 0 };
	*report = (struct vt_parse_report){ 0 };
	vt_shape_clear(&vt_ipsec_selector_shape, &r.blank);
	vt_shape_clear(&esp_shape, &r.blank_sa);
	r.heading = r.blank;
	read_lines(&r);
	close_block(&r);
	if (r.heading_open)
		report->truncated = true;
	return r.known ? VT_OK : VT_E_NOT_THIS_COMMAND;
}
