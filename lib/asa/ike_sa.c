/* SPDX-License-Identifier: MIT
 * Reads the IKE SAs of both versions, in the block form, in the old form of one row under one header, and with the
 * further lines of `detail`.
 *
 * A line is named by its beginning in a table; the rows that begin with a number are told apart by what follows it.
 * Source: formats.md sections 1 to 3.
 */
#include "asa/ike_sa.h"

#include "base/lines.h"

static const struct vt_field v1_fields[] = {
	VT_F(ADDR, vt_ikev1_sa, peer),      VT_F(STR, vt_ikev1_sa, type),
	VT_F(STR, vt_ikev1_sa, role),       VT_F(FLAG, vt_ikev1_sa, rekey),
	VT_F(STR, vt_ikev1_sa, state),      VT_F(STR, vt_ikev1_sa, encryption),
	VT_F(STR, vt_ikev1_sa, hash),       VT_F(STR, vt_ikev1_sa, auth),
	VT_F(U64, vt_ikev1_sa, lifetime_s), VT_F(U64, vt_ikev1_sa, lifetime_remaining_s),
};
static const struct vt_shape v1_shape = VT_SHAPE(vt_ikev1_sa, v1_fields);

static const struct vt_field range_fields[] = {
	VT_F(ADDR, vt_ts_range, start),
	VT_F(ADDR, vt_ts_range, end),
	VT_F(U64, vt_ts_range, port_start),
	VT_F(U64, vt_ts_range, port_end),
};
static const struct vt_shape range_shape = VT_SHAPE(vt_ts_range, range_fields);

static const struct vt_field child_fields[] = {
	VT_FO(vt_ikev2_child, local_selector, &range_shape),
	VT_FO(vt_ikev2_child, remote_selector, &range_shape),
	VT_F(SPI, vt_ikev2_child, spi_in),
	VT_F(SPI, vt_ikev2_child, spi_out),
	VT_F(STR, vt_ikev2_child, encryption),
	VT_F(U64, vt_ikev2_child, key_bits),
	VT_F(STR, vt_ikev2_child, hash),
};
static const struct vt_shape child_shape = VT_SHAPE(vt_ikev2_child, child_fields);

static const struct vt_field v2_fields[] = {
	VT_F(U64, vt_ikev2_sa, session_id),
	VT_F(STR, vt_ikev2_sa, status),
	VT_F(U64, vt_ikev2_sa, ike_count),
	VT_F(U64, vt_ikev2_sa, child_count),
	VT_F(U64, vt_ikev2_sa, tunnel_id),
	VT_FO(vt_ikev2_sa, local, &vt_endpoint_shape),
	VT_FO(vt_ikev2_sa, remote, &vt_endpoint_shape),
	VT_F(STR, vt_ikev2_sa, state),
	VT_F(STR, vt_ikev2_sa, role),
	VT_F(STR, vt_ikev2_sa, encryption),
	VT_F(U64, vt_ikev2_sa, key_bits),
	VT_F(STR, vt_ikev2_sa, hash),
	VT_F(U64, vt_ikev2_sa, dh_group),
	VT_F(STR, vt_ikev2_sa, auth_sign),
	VT_F(STR, vt_ikev2_sa, auth_verify),
	VT_F(U64, vt_ikev2_sa, lifetime_s),
	VT_F(U64, vt_ikev2_sa, active_s),
	VT_F(STR, vt_ikev2_sa, status_description),
	VT_F(STR, vt_ikev2_sa, local_spi),
	VT_F(STR, vt_ikev2_sa, remote_spi),
	VT_F(STR, vt_ikev2_sa, local_id),
	VT_F(STR, vt_ikev2_sa, remote_id),
	VT_F(U64, vt_ikev2_sa, dpd_s),
	VT_F(U64, vt_ikev2_sa, dpd_retry),
	VT_F(FLAG, vt_ikev2_sa, nat_t),
	VT_FA(ARRAY, vt_ikev2_sa, children, &child_shape),
};
static const struct vt_shape v2_shape = VT_SHAPE(vt_ikev2_sa, v2_fields);

static const struct vt_field family1_fields[] = {
	VT_F(U64, vt_ike_family1, active),
	VT_F(U64, vt_ike_family1, rekey),
	VT_F(U64, vt_ike_family1, total),
	VT_FA(ARRAY, vt_ike_family1, sas, &v1_shape),
};
static const struct vt_shape family1_shape = VT_SHAPE(vt_ike_family1, family1_fields);

static const struct vt_field family2_fields[] = {
	VT_FA(ARRAY, vt_ike_family2, sas, &v2_shape),
};
static const struct vt_shape family2_shape = VT_SHAPE(vt_ike_family2, family2_fields);

static const struct vt_field listing_fields[] = {
	VT_FO_WHEN(vt_ike_sa, ikev1, &family1_shape, offsetof(struct vt_ike_family1, seen)),
	VT_FO_WHEN(vt_ike_sa, ikev2, &family2_shape, offsetof(struct vt_ike_family2, seen)),
};
const struct vt_shape vt_ike_sa_shape = VT_SHAPE(vt_ike_sa, listing_fields);

struct reader {
	struct vt_arena *arena;
	struct vt_ike_sa *facts;
	struct vt_parse_report *report;
	uint64_t line;
	size_t cap1, cap2, cap_children;
	struct vt_ikev2_sa heading;              /* what "Session-id:…" said of the tunnels that follow */
	uint64_t session_ikes, session_children; /* of this session, so far */
	struct vt_ikev1_sa *v1;
	struct vt_ikev2_sa *v2;
	struct vt_ikev2_child *child;
	bool heading_open, known;
};

static bool next_word(struct vt_str *c, struct vt_str *word)
{
	vt_skip_blanks(c);
	return vt_scan_word(c, word);
}

/* "Label : value" off the front of a line that may hold two of them. The value is one word, or missing where the next
 * label stands ("Encrypt :       Hash    :" of an SA that has not agreed on any yet). */
static bool next_pair(struct vt_str *c, struct vt_str *label, struct vt_str *value)
{
	ptrdiff_t colon = vt_str_find_char(*c, ':');
	if (colon <= 0)
		return false;
	*label = vt_str_trim(vt_str_first(*c, (size_t)colon));
	*c = vt_str_from(*c, (size_t)colon + 1);
	struct vt_str rest = *c;
	if (next_word(&rest, value) && !vt_str_starts(vt_str_ltrim(rest), VT_STR(":")))
		*c = rest;
	else
		*value = (struct vt_str){ c->p, 0 };
	return label->len > 0;
}

/* "label: value, label:value": one pair, the value up to the comma. */
static bool next_listed(struct vt_str *c, struct vt_str *label, struct vt_str *value)
{
	ptrdiff_t colon = vt_str_find_char(*c, ':');
	if (colon <= 0)
		return false;
	*label = vt_str_trim(vt_str_first(*c, (size_t)colon));
	struct vt_str rest = vt_str_from(*c, (size_t)colon + 1);
	ptrdiff_t comma = vt_str_find_char(rest, ',');
	size_t len = comma < 0 ? rest.len : (size_t)comma;
	*value = vt_str_trim(vt_str_first(rest, len));
	*c = vt_str_from(rest, comma < 0 ? len : len + 1);
	return label->len > 0;
}

/* --- IKEv1 --- */

static void heading_filled(struct reader *r)
{
	r->heading_open = false;
	r->known = true;
}

static bool on_v1_heading(struct reader *r, struct vt_str rest)
{
	r->facts->ikev1.seen = r->heading_open = r->known = true;
	return rest.len == 0;
}

static bool on_v1_count(struct reader *r, struct vt_str rest, uint64_t *count)
{
	vt_skip_blanks(&rest);
	r->facts->ikev1.seen = r->known = true;
	return vt_scan_u64(&rest, count);
}

static bool on_active(struct reader *r, struct vt_str rest)
{
	return on_v1_count(r, rest, &r->facts->ikev1.active);
}

static bool on_rekeying(struct reader *r, struct vt_str rest)
{
	return on_v1_count(r, rest, &r->facts->ikev1.rekey);
}

static bool on_total(struct reader *r, struct vt_str rest)
{
	heading_filled(r);
	return on_v1_count(r, rest, &r->facts->ikev1.total);
}

static bool on_no_v1(struct reader *r, struct vt_str rest)
{
	(void)rest;
	r->facts->ikev1.seen = true;
	heading_filled(r);
	return true;
}

static void new_v1(struct reader *r)
{
	struct vt_ike_family1 *family = &r->facts->ikev1;
	heading_filled(r);
	family->seen = true;
	r->v1 = VT_PUSH(r->arena, family->sas, family->sas_len, r->cap1);
	vt_shape_clear(&v1_shape, r->v1);
	r->v1->first_line = r->line;
	r->v2 = NULL;
	r->child = NULL;
}

/* Types and roles have one spelling in either shape. */
static struct vt_str spelled(struct vt_str printed)
{
	static const struct vt_str spellings[] = { VT_STR("L2L"), VT_STR("user"), VT_STR("initiator"),
						   VT_STR("responder") };
	for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++) {
		if (printed.len >= 3 && vt_str_istarts(spellings[i], printed))
			return spellings[i];
	}
	return printed;
}

static bool to_seconds(struct vt_str value, uint64_t *seconds)
{
	return vt_scan_u64(&value, seconds);
}

static bool v1_pair(struct vt_ikev1_sa *sa, struct vt_str label, struct vt_str value)
{
	if (vt_str_eq(label, VT_STR("Type")))
		sa->type = spelled(value);
	else if (vt_str_eq(label, VT_STR("Role")))
		sa->role = spelled(value);
	else if (vt_str_eq(label, VT_STR("Rekey")))
		sa->rekey = vt_str_ieq(value, VT_STR("yes"));
	else if (vt_str_eq(label, VT_STR("State")))
		sa->state = value;
	else if (vt_str_eq(label, VT_STR("Encrypt")))
		sa->encryption = value;
	else if (vt_str_eq(label, VT_STR("Hash")))
		sa->hash = value;
	else if (vt_str_eq(label, VT_STR("Auth")))
		sa->auth = value;
	else if (vt_str_eq(label, VT_STR("Lifetime")))
		return to_seconds(value, &sa->lifetime_s);
	else if (vt_str_eq(label, VT_STR("Lifetime Remaining")))
		return to_seconds(value, &sa->lifetime_remaining_s);
	else
		return false;
	return value.len > 0;
}

/* The lines of a block: one or two pairs each. */
static bool on_v1_pairs(struct reader *r, struct vt_str line)
{
	struct vt_str label, value;
	bool ok = r->v1 != NULL;
	for (vt_skip_blanks(&line); ok && line.len; vt_skip_blanks(&line))
		ok = next_pair(&line, &label, &value) && v1_pair(r->v1, label, value);
	return ok;
}

/* "209.165.200.225 User  Resp  No   AM_Active  3des    SHA   preshrd 86400", its number gone; without `detail` the
 * last four are missing. */
static bool on_v1_row(struct reader *r, struct vt_str rest)
{
	struct vt_str peer, type, role, rekey, state, lifetime;
	if (!next_word(&rest, &peer) || !next_word(&rest, &type) || !next_word(&rest, &role) ||
	    !next_word(&rest, &rekey) || !next_word(&rest, &state))
		return false;
	bool yes = vt_str_ieq(rekey, VT_STR("yes"));
	if (!yes && !vt_str_ieq(rekey, VT_STR("no")))
		return false;
	new_v1(r);
	r->v1->peer = peer;
	r->v1->type = spelled(type);
	r->v1->role = spelled(role);
	r->v1->rekey = yes;
	r->v1->state = state;
	if (!next_word(&rest, &r->v1->encryption))
		return true;
	return next_word(&rest, &r->v1->hash) && next_word(&rest, &r->v1->auth) && next_word(&rest, &lifetime) &&
	       to_seconds(lifetime, &r->v1->lifetime_s);
}

/* --- IKEv2 --- */

static bool on_v2_heading(struct reader *r, struct vt_str rest)
{
	r->facts->ikev2.seen = r->heading_open = r->known = true;
	r->v1 = NULL;
	return rest.len == 0;
}

static bool on_no_v2(struct reader *r, struct vt_str rest)
{
	(void)rest;
	r->facts->ikev2.seen = true;
	heading_filled(r);
	return true;
}

/* Fewer tunnels or children than the heading of the session promised. */
static void close_session(struct reader *r)
{
	bool short_of_ikes = r->heading.ike_count != VT_ABSENT && r->session_ikes < r->heading.ike_count;
	bool short_of_children = r->heading.child_count != VT_ABSENT && r->session_children < r->heading.child_count;
	if (short_of_ikes || short_of_children)
		r->report->truncated = true;
	r->session_ikes = r->session_children = 0;
}

/* "Session-id:1, Status:UP-ACTIVE, IKE count:1, CHILD count:2"; `detail` repeats the number alone below the tunnel. */
static bool on_session(struct reader *r, struct vt_str rest)
{
	struct vt_str label, value;
	uint64_t id;
	vt_skip_blanks(&rest);
	if (!vt_scan_u64(&rest, &id))
		return false;
	if (rest.len == 0)
		return r->v2 != NULL;
	close_session(r);
	vt_shape_clear(&v2_shape, &r->heading);
	r->heading.session_id = id;
	r->facts->ikev2.seen = r->heading_open = r->known = true;
	r->v1 = NULL;
	r->v2 = NULL;
	r->child = NULL;
	bool ok = vt_scan_char(&rest, ',');
	while (ok && next_listed(&rest, &label, &value)) {
		if (vt_str_eq(label, VT_STR("Status")))
			r->heading.status = value;
		else if (vt_str_eq(label, VT_STR("IKE count")))
			ok = vt_str_to_u64(value, &r->heading.ike_count);
		else if (vt_str_eq(label, VT_STR("CHILD count")))
			ok = vt_str_to_u64(value, &r->heading.child_count);
	}
	return ok;
}

/* "3686011 192.0.2.1/500 192.0.2.2/500 READY INITIATOR", its number gone. The columns move with the length of the
 * addresses; releases with VRFs have one more of the form a/b before the state. */
static bool on_v2_row(struct reader *r, uint64_t id, struct vt_str rest)
{
	struct vt_str local, remote, state, role;
	struct vt_endpoint from, to;
	if (!next_word(&rest, &local) || !next_word(&rest, &remote) || !next_word(&rest, &state) ||
	    !vt_endpoint_scan(local, &from) || !vt_endpoint_scan(remote, &to) || from.port == VT_ABSENT)
		return false;
	if (vt_str_find_char(state, '/') >= 0 && !next_word(&rest, &state))
		return false;
	if (!next_word(&rest, &role))
		return false;
	struct vt_ike_family2 *family = &r->facts->ikev2;
	heading_filled(r);
	family->seen = true;
	r->v2 = VT_PUSH(r->arena, family->sas, family->sas_len, r->cap2);
	*r->v2 = r->heading;
	r->v2->tunnel_id = id;
	r->v2->local = from;
	r->v2->remote = to;
	r->v2->state = state;
	r->v2->role = role;
	r->v2->first_line = r->line;
	r->session_ikes++;
	r->child = NULL;
	r->cap_children = 0;
	return true;
}

/* "AES-CBC, keysize: 256, Hash: SHA96, DH Grp:14, Auth sign: PSK, Auth verify: PSK"; of a child
 * "AES-CBC, keysize: 256, esp_hmac: SHA96". */
static bool on_encr(struct reader *r, struct vt_str rest)
{
	struct vt_str line = { rest.p - 5, rest.len + 5 }; /* "Encr:" is a pair like the others */
	struct vt_str label, value;
	struct vt_ikev2_child *child = r->child;
	bool ok = r->v2 != NULL;
	while (ok && next_listed(&line, &label, &value)) {
		if (vt_str_eq(label, VT_STR("Encr")))
			*(child ? &child->encryption : &r->v2->encryption) = value;
		else if (vt_str_eq(label, VT_STR("keysize")))
			ok = vt_str_to_u64(value, child ? &child->key_bits : &r->v2->key_bits);
		else if (vt_str_eq(label, VT_STR("Hash")) || vt_str_eq(label, VT_STR("esp_hmac")))
			*(child ? &child->hash : &r->v2->hash) = value;
		else if (vt_str_eq(label, VT_STR("DH Grp")))
			ok = vt_scan_u64(&value, &r->v2->dh_group);
		else if (vt_str_eq(label, VT_STR("Auth sign")))
			r->v2->auth_sign = value;
		else if (vt_str_eq(label, VT_STR("Auth verify")))
			r->v2->auth_verify = value;
	}
	return ok;
}

/* "86400/352 sec" */
static bool on_life(struct reader *r, struct vt_str rest)
{
	vt_skip_blanks(&rest);
	return r->v2 && vt_scan_u64(&rest, &r->v2->lifetime_s) && vt_scan_char(&rest, '/') &&
	       vt_scan_u64(&rest, &r->v2->active_s);
}

static bool on_description(struct reader *r, struct vt_str rest)
{
	if (r->v2)
		r->v2->status_description = vt_str_trim(rest);
	return r->v2 != NULL;
}

/* "3BA6E4A9E9A2E2C2       Remote spi: A6B57E4B1B61FE39" */
static bool on_local_spi(struct reader *r, struct vt_str rest)
{
	struct vt_str label, value;
	if (!r->v2 || !next_word(&rest, &r->v2->local_spi))
		return false;
	if (next_pair(&rest, &label, &value) && vt_str_eq(label, VT_STR("Remote spi")))
		r->v2->remote_spi = value;
	return true;
}

static bool on_local_id(struct reader *r, struct vt_str rest)
{
	if (r->v2)
		r->v2->local_id = vt_str_trim(rest);
	return r->v2 != NULL;
}

static bool on_remote_id(struct reader *r, struct vt_str rest)
{
	if (r->v2)
		r->v2->remote_id = vt_str_trim(rest);
	return r->v2 != NULL;
}

/* "10 seconds, retry 2" */
static bool on_dpd(struct reader *r, struct vt_str rest)
{
	vt_skip_blanks(&rest);
	if (!r->v2 || !vt_scan_u64(&rest, &r->v2->dpd_s))
		return false;
	ptrdiff_t retry = vt_str_find(rest, VT_STR("retry "));
	if (retry >= 0) {
		rest = vt_str_from(rest, (size_t)retry + 6);
		return vt_scan_u64(&rest, &r->v2->dpd_retry);
	}
	return true;
}

static bool on_nat_t(struct reader *r, struct vt_str rest)
{
	if (r->v2)
		r->v2->nat_t = vt_str_find(rest, VT_STR("not detected")) < 0;
	return r->v2 != NULL;
}

/* "2001:db8::/0 - 2001:db8::ffff/65535" */
static bool range_of(struct vt_str text, struct vt_ts_range *range)
{
	struct vt_str start, dash, end;
	struct vt_endpoint low, high;
	if (!next_word(&text, &start) || !next_word(&text, &dash) || !next_word(&text, &end) ||
	    !vt_str_eq(dash, VT_STR("-")) || !vt_endpoint_scan(start, &low) || !vt_endpoint_scan(end, &high))
		return false;
	*range = (struct vt_ts_range){ low.addr, high.addr, low.port, high.port };
	return true;
}

static bool on_child(struct reader *r, struct vt_str rest)
{
	if (!r->v2)
		return false;
	r->child = VT_PUSH(r->arena, r->v2->children, r->v2->children_len, r->cap_children);
	vt_shape_clear(&child_shape, r->child);
	r->session_children++;
	vt_skip_blanks(&rest);
	return vt_scan_lit(&rest, VT_STR("local selector")) && range_of(rest, &r->child->local_selector);
}

static bool on_remote_selector(struct reader *r, struct vt_str rest)
{
	return r->child && range_of(rest, &r->child->remote_selector);
}

static bool on_esp_spi(struct reader *r, struct vt_str rest)
{
	vt_skip_blanks(&rest);
	return r->child && vt_scan_hex(&rest, &r->child->spi_in) && vt_scan_char(&rest, '/') &&
	       vt_scan_hex(&rest, &r->child->spi_out);
}

static bool on_nothing(struct reader *r, struct vt_str rest)
{
	(void)r, (void)rest;
	return true;
}

/* `ends`: a listing may end with such a line, so it is believed even when it lacks its line end. */
static const struct rule {
	struct vt_str begins;
	bool (*read)(struct reader *r, struct vt_str rest);
	bool ends;
} rules[] = {
	{ VT_STR("IKEv1 SAs:"), on_v1_heading },
	{ VT_STR("Active SA:"), on_active },
	{ VT_STR("Rekey SA:"), on_rekeying },
	{ VT_STR("Total IKE SA:"), on_total },
	{ VT_STR("There are no IKEv1 SAs"), on_no_v1, true },
	{ VT_STR("There are no isakmp sas"), on_no_v1, true },
	{ VT_STR("There are no IKEv2 SAs"), on_no_v2, true },
	{ VT_STR("IKE Peer "), on_nothing }, /* the header of the old form; "IKE Peer:" comes behind a number */
	{ VT_STR("IKEv2 SAs:"), on_v2_heading },
	{ VT_STR("Session-id:"), on_session },
	{ VT_STR("Tunnel-id "), on_nothing },
	{ VT_STR("Encr:"), on_encr, true },
	{ VT_STR("Life/Active Time:"), on_life },
	{ VT_STR("Status Description:"), on_description },
	{ VT_STR("Local spi:"), on_local_spi },
	{ VT_STR("Local id:"), on_local_id },
	{ VT_STR("Remote id:"), on_remote_id },
	{ VT_STR("Local req mess id:"), on_nothing },
	{ VT_STR("Local next mess id:"), on_nothing },
	{ VT_STR("Local req queued:"), on_nothing },
	{ VT_STR("Local window:"), on_nothing },
	{ VT_STR("DPD configured for"), on_dpd },
	{ VT_STR("NAT-T is"), on_nat_t },
	{ VT_STR("IKEv2 Fragmentation"), on_nothing },
	{ VT_STR("Assigned host addr:"), on_nothing },
	{ VT_STR("Parent SA Extended Status:"), on_nothing },
	{ VT_STR("Delete in progress:"), on_nothing },
	{ VT_STR("Marked for delete:"), on_nothing },
	{ VT_STR("Child sa:"), on_child },
	{ VT_STR("remote selector"), on_remote_selector },
	{ VT_STR("ESP spi in/out:"), on_esp_spi, true },
	{ VT_STR("AH spi in/out:"), on_nothing },
	{ VT_STR("CPI in/out:"), on_nothing },
	{ VT_STR("ah_hmac:"), on_nothing, true },
};

/* "1   IKE Peer: 192.0.2.1" and the rows of either version. */
static bool read_numbered(struct reader *r, struct vt_str line)
{
	struct vt_str peer;
	uint64_t number;
	if (!vt_scan_u64(&line, &number) || line.len == 0 || !vt_is_blank(*line.p))
		return false;
	vt_skip_blanks(&line);
	if (vt_scan_lit(&line, VT_STR("IKE Peer:"))) {
		if (!next_word(&line, &peer))
			return false;
		new_v1(r);
		r->v1->peer = peer;
		return true;
	}
	return on_v2_row(r, number, line) || on_v1_row(r, line);
}

static bool read_line(struct reader *r, struct vt_str line, bool terminated)
{
	if (*line.p >= '0' && *line.p <= '9')
		return read_numbered(r, line);
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
		if (vt_str_starts(line, rules[i].begins))
			return (terminated || rules[i].ends) &&
			       rules[i].read(r, vt_str_from(line, rules[i].begins.len));
	}
	/* Of the lines of a block, these two may be the last of a listing. */
	bool ends = vt_str_starts(line, VT_STR("Rekey")) || vt_str_find(line, VT_STR("Lifetime")) >= 0;
	return (terminated || ends) && on_v1_pairs(r, line);
}

/* `detail` goes on where the plain form ends; the listing says which of the two it is in every SA before the last. */
static void check_end(struct reader *r)
{
	struct vt_ike_family1 *v1 = &r->facts->ikev1;
	struct vt_ike_family2 *v2 = &r->facts->ikev2;
	close_session(r);
	bool cut = r->heading_open || (v1->total != VT_ABSENT && v1->sas_len < v1->total);
	if (v1->sas_len) {
		struct vt_ikev1_sa *first = v1->sas, *last = &v1->sas[v1->sas_len - 1];
		cut |= !last->state.p || (first->encryption.p && last->lifetime_s == VT_ABSENT) ||
		       (first->lifetime_remaining_s != VT_ABSENT && last->lifetime_remaining_s == VT_ABSENT);
	}
	if (v2->sas_len) {
		struct vt_ikev2_sa *last = &v2->sas[v2->sas_len - 1];
		cut |= last->active_s == VT_ABSENT ||
		       (last->children_len && last->children[last->children_len - 1].spi_out == VT_ABSENT);
	}
	r->report->truncated |= cut;
}

enum vt_status vt_ike_sa_parse(struct vt_str text, struct vt_arena *arena, struct vt_ike_sa *facts,
			       struct vt_parse_report *report)
{
	struct reader r = { .arena = arena, .facts = facts, .report = report };
	struct vt_lines lines = vt_lines_of(text);
	struct vt_str line;
	*report = (struct vt_parse_report){ 0 };
	vt_shape_clear(&vt_ike_sa_shape, facts);
	vt_shape_clear(&v2_shape, &r.heading);
	while (vt_lines_next(&lines, &line)) {
		line = vt_str_trim(line);
		r.line = lines.number;
		if (line.len == 0 || read_line(&r, line, lines.terminated) || vt_is_async_line(line)) {
			report->recognised++;
			if (r.v1 && line.len)
				r.v1->last_line = r.line;
			if (r.v2 && line.len)
				r.v2->last_line = r.line;
		} else {
			vt_report_skip(report, r.line, line);
			report->truncated |= !lines.terminated;
		}
	}
	report->lines = lines.number;
	check_end(&r);
	return r.known ? VT_OK : VT_E_NOT_THIS_COMMAND;
}

static ptrdiff_t find_nocase(struct vt_str text, struct vt_str needle)
{
	for (size_t i = 0; i + needle.len <= text.len; i++) {
		if (vt_str_istarts(vt_str_from(text, i), needle))
			return (ptrdiff_t)i;
	}
	return -1;
}

static bool ends_with(struct vt_str text, struct vt_str end)
{
	return text.len >= end.len && vt_str_ieq(vt_str_from(text, text.len - end.len), end);
}

enum vt_ike_phase vt_ike_phase_of(struct vt_str state, unsigned *message)
{
	uint64_t n;
	*message = 0;
	if (state.len == 0)
		return VT_IKE_NONE;
	ptrdiff_t wait = find_nocase(state, VT_STR("WAIT_MSG"));
	struct vt_str number = wait < 0 ? VT_STR_NONE : vt_str_from(state, (size_t)wait + 8);
	if (vt_scan_u64(&number, &n) && n <= 9) {
		*message = (unsigned)n;
		return VT_IKE_WAITING;
	}
	/* MM_REKEY_DONE_H2 is an SA that has just been replaced: REKEY is asked before DONE. */
	if (vt_str_ieq(state, VT_STR("READY")) || find_nocase(state, VT_STR("ACTIVE")) >= 0 ||
	    find_nocase(state, VT_STR("REKEY")) >= 0)
		return VT_IKE_UP;
	if (ends_with(state, VT_STR("FREE")) || ends_with(state, VT_STR("DONE")) || ends_with(state, VT_STR("DELETE")))
		return VT_IKE_GOING;
	return VT_IKE_NEGOTIATING;
}

bool vt_ikev1_may_be_l2l(const struct vt_ikev1_sa *sa)
{
	unsigned message;
	if (!vt_str_ieq(sa->type, VT_STR("user")))
		return true;
	if (vt_ike_phase_of(sa->state, &message) == VT_IKE_UP)
		return false;
	return vt_str_ieq(sa->role, VT_STR("initiator")) ||
	       (vt_str_istarts(sa->state, VT_STR("MM_")) && vt_str_find(sa->state, VT_STR("_TM_")) < 0);
}
