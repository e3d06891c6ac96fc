/* SPDX-License-Identifier: MIT
 * Reads the LAN-to-LAN sessions: blocks of `label : value`, often two of them a line.
 *
 * A session begins at "Connection"; "IKE…:" and "IPsec…:" alone on a line begin a tunnel of it. A value may hold
 * blanks and colons itself ("Encryption   : IKEv1: (1)AES128  IPsec: (2)AES256"), so a second pair is believed only
 * where a label of the table stands. Source: formats.md section 5; shapes of 7.x to 9.2x.
 */
#include "asa/vpn_sessiondb.h"

#include "base/lines.h"

#define IKE(kind, member) VT_F(kind, vt_session_ike, member)
static const struct vt_field ike_fields[] = {
	IKE(STR, version),      IKE(STR, tunnel_id), IKE(U64, udp_src_port),  IKE(U64, udp_dst_port),
	IKE(STR, neg_mode),     IKE(STR, auth_mode), IKE(STR, rem_auth_mode), IKE(STR, loc_auth_mode),
	IKE(STR, encryption),   IKE(STR, hashing),   IKE(STR, prf),           IKE(U64, rekey_int_s),
	IKE(U64, rekey_left_s), IKE(U64, dh_group),  IKE(STR, filter_name),
};
static const struct vt_shape ike_shape = VT_SHAPE(vt_session_ike, ike_fields);

#define IPSEC(kind, member) VT_F(kind, vt_session_ipsec, member)
static const struct vt_field ipsec_fields[] = {
	IPSEC(STR, heading),
	IPSEC(STR, tunnel_id),
	VT_FO(vt_session_ipsec, local, &vt_ident_shape),
	VT_FO(vt_session_ipsec, remote, &vt_ident_shape),
	IPSEC(STR, encryption),
	IPSEC(STR, hashing),
	IPSEC(STR, encapsulation),
	IPSEC(U64, pfs_group),
	IPSEC(U64, rekey_int_s),
	IPSEC(U64, rekey_left_s),
	IPSEC(U64, rekey_int_kb),
	IPSEC(U64, rekey_left_kb),
	IPSEC(U64, idle_timeout_min),
	IPSEC(U64, idle_left_min),
	IPSEC(U64, conn_timeout_min),
	IPSEC(U64, conn_left_min),
	IPSEC(U64, bytes_tx),
	IPSEC(U64, bytes_rx),
	IPSEC(U64, pkts_tx),
	IPSEC(U64, pkts_rx),
};
static const struct vt_shape ipsec_shape = VT_SHAPE(vt_session_ipsec, ipsec_fields);

#define SESSION(kind, member) VT_F(kind, vt_session, member)
static const struct vt_field session_fields[] = {
	SESSION(STR, connection),
	SESSION(U64, index),
	SESSION(ADDR, ip),
	SESSION(STR, protocol),
	SESSION(STR, encryption),
	SESSION(STR, hashing),
	SESSION(STR, group_policy),
	SESSION(STR, tunnel_group),
	SESSION(U64, bytes_tx),
	SESSION(U64, bytes_rx),
	SESSION(STR, login_time),
	SESSION(U64, duration_s),
	SESSION(STR, filter_name),
	SESSION(U64, ike_tunnels),
	SESSION(U64, ipsec_tunnels),
	VT_FA(SOME, vt_session, ike, &ike_shape),
	VT_FA(SOME, vt_session, ipsec, &ipsec_shape),
};
static const struct vt_shape session_shape = VT_SHAPE(vt_session, session_fields);

static const struct vt_field listing_fields[] = {
	VT_FA(ARRAY, vt_vpn_sessiondb, sessions, &session_shape),
};
const struct vt_shape vt_vpn_sessiondb_shape = VT_SHAPE(vt_vpn_sessiondb, listing_fields);

enum part { IN_NOTHING, IN_SESSION, IN_IKE, IN_IPSEC };
enum kind { WORDS, NUMBER, DURATION, IDENT, IGNORED };

/* What a label means in which part. `ends`: a listing may end with its line, so it is believed even when it lacks
 * its line end. A label of another part, or one that carries nothing for us, is known all the same. */
#define AT(part, label, kind, type, member)                                                                            \
	{                                                                                                              \
		VT_STR(label), part, kind, offsetof(struct type, member)                                               \
	}
#define ENDS(part, label, kind, type, member)                                                                          \
	{                                                                                                              \
		VT_STR(label), part, kind, offsetof(struct type, member), true                                         \
	}
#define NO_FACT(label)                                                                                                 \
	{                                                                                                              \
		VT_STR(label), IN_NOTHING, IGNORED, 0, true                                                            \
	}
static const struct label {
	struct vt_str text;
	enum part part;
	enum kind kind;
	size_t at;
	bool ends;
} labels[] = {
	AT(IN_SESSION, "Connection", WORDS, vt_session, connection), /* the first: it begins a session */
	AT(IN_SESSION, "Index", NUMBER, vt_session, index),
	AT(IN_SESSION, "IP Addr", WORDS, vt_session, ip),
	AT(IN_SESSION, "Protocol", WORDS, vt_session, protocol),
	AT(IN_SESSION, "Encryption", WORDS, vt_session, encryption),
	AT(IN_SESSION, "Hashing", WORDS, vt_session, hashing),
	AT(IN_SESSION, "Group Policy", WORDS, vt_session, group_policy),
	AT(IN_SESSION, "Tunnel Group", WORDS, vt_session, tunnel_group),
	AT(IN_SESSION, "Bytes Tx", NUMBER, vt_session, bytes_tx),
	AT(IN_SESSION, "Bytes Rx", NUMBER, vt_session, bytes_rx),
	AT(IN_SESSION, "Login Time", WORDS, vt_session, login_time),
	ENDS(IN_SESSION, "Duration", DURATION, vt_session, duration_s),
	ENDS(IN_SESSION, "Filter Name", WORDS, vt_session, filter_name),
	AT(IN_IKE, "Tunnel ID", WORDS, vt_session_ike, tunnel_id),
	AT(IN_IKE, "Session ID", WORDS, vt_session_ike, tunnel_id),
	AT(IN_IKE, "UDP Src Port", NUMBER, vt_session_ike, udp_src_port),
	AT(IN_IKE, "UDP Dst Port", NUMBER, vt_session_ike, udp_dst_port),
	AT(IN_IKE, "IKE Neg Mode", WORDS, vt_session_ike, neg_mode),
	AT(IN_IKE, "Auth Mode", WORDS, vt_session_ike, auth_mode),
	AT(IN_IKE, "Rem Auth Mode", WORDS, vt_session_ike, rem_auth_mode),
	AT(IN_IKE, "Loc Auth Mode", WORDS, vt_session_ike, loc_auth_mode),
	AT(IN_IKE, "Encryption", WORDS, vt_session_ike, encryption),
	AT(IN_IKE, "Hashing", WORDS, vt_session_ike, hashing),
	AT(IN_IKE, "PRF", WORDS, vt_session_ike, prf),
	AT(IN_IKE, "Rekey Int (T)", NUMBER, vt_session_ike, rekey_int_s),
	AT(IN_IKE, "Rekey Left(T)", NUMBER, vt_session_ike, rekey_left_s),
	AT(IN_IKE, "D/H Group", NUMBER, vt_session_ike, dh_group),
	AT(IN_IKE, "Filter Name", WORDS, vt_session_ike, filter_name),
	AT(IN_IPSEC, "Tunnel ID", WORDS, vt_session_ipsec, tunnel_id),
	AT(IN_IPSEC, "Session ID", WORDS, vt_session_ipsec, tunnel_id),
	AT(IN_IPSEC, "Local Addr", IDENT, vt_session_ipsec, local),
	AT(IN_IPSEC, "Remote Addr", IDENT, vt_session_ipsec, remote),
	AT(IN_IPSEC, "Encryption", WORDS, vt_session_ipsec, encryption),
	AT(IN_IPSEC, "Hashing", WORDS, vt_session_ipsec, hashing),
	AT(IN_IPSEC, "Encapsulation", WORDS, vt_session_ipsec, encapsulation),
	AT(IN_IPSEC, "PFS Group", NUMBER, vt_session_ipsec, pfs_group),
	AT(IN_IPSEC, "Rekey Int (T)", NUMBER, vt_session_ipsec, rekey_int_s),
	AT(IN_IPSEC, "Rekey Left(T)", NUMBER, vt_session_ipsec, rekey_left_s),
	AT(IN_IPSEC, "Rekey Int (D)", NUMBER, vt_session_ipsec, rekey_int_kb),
	AT(IN_IPSEC, "Rekey Left(D)", NUMBER, vt_session_ipsec, rekey_left_kb),
	AT(IN_IPSEC, "Idle Time Out", NUMBER, vt_session_ipsec, idle_timeout_min),
	AT(IN_IPSEC, "Idle TO Left", NUMBER, vt_session_ipsec, idle_left_min),
	AT(IN_IPSEC, "Conn Time Out", NUMBER, vt_session_ipsec, conn_timeout_min),
	AT(IN_IPSEC, "Conn TO Left", NUMBER, vt_session_ipsec, conn_left_min),
	AT(IN_IPSEC, "Bytes Tx", NUMBER, vt_session_ipsec, bytes_tx),
	AT(IN_IPSEC, "Bytes Rx", NUMBER, vt_session_ipsec, bytes_rx),
	ENDS(IN_IPSEC, "Pkts Tx", NUMBER, vt_session_ipsec, pkts_tx),
	ENDS(IN_IPSEC, "Pkts Rx", NUMBER, vt_session_ipsec, pkts_rx),
	NO_FACT("IPv6 Filter"),
	NO_FACT("Tunnel Zone"),
	NO_FACT("Audt Sess ID"),
	NO_FACT("Security Grp"),
	NO_FACT("VLAN Mapping"),
	NO_FACT("VLAN"),
	NO_FACT("Inactivity"),
	NO_FACT("Pkts Tx Drop"),
	NO_FACT("Pkts Rx Drop"),
	NO_FACT("Reval Int (T)"),
	NO_FACT("Reval Left(T)"),
	NO_FACT("SQ Int (T)"),
	NO_FACT("EoU Age(T)"),
	NO_FACT("Hold Left (T)"),
	NO_FACT("Posture Token"),
	NO_FACT("Redirect URL"),
};
enum { LABELS = sizeof labels / sizeof *labels };
_Static_assert((int)LABELS <= UINT8_MAX, "next_label holds any of them");

struct reader {
	struct vt_arena *arena;
	struct vt_vpn_sessiondb *facts;
	struct vt_parse_report *report;
	uint64_t line;
	size_t cap, cap_ike, cap_ipsec;
	struct vt_session *session;
	enum part part;
	bool known;
	size_t last_label;
	uint8_t next_label[LABELS];
};

/* "11d 14h:16m:29s", "14h:24m:35s", or of 7.x "6:16:26". */
static bool duration_scan(struct vt_str text, uint64_t *seconds)
{
	uint64_t total = 0, n;
	bool units = false;
	while (text.len) {
		if (!vt_scan_u64(&text, &n) || n > UINT32_MAX)
			return false;
		if (vt_scan_char(&text, 'y'))
			total += n * 365 * 86400, units = true;
		else if (vt_scan_char(&text, 'd'))
			total += n * 86400, units = true;
		else if (vt_scan_char(&text, 'h'))
			total += n * 3600, units = true;
		else if (vt_scan_char(&text, 'm'))
			total += n * 60, units = true;
		else if (vt_scan_char(&text, 's'))
			total += n, units = true;
		else if (units)
			return false;
		else
			total = total * 60 + n;
		while (vt_scan_char(&text, ':') || vt_scan_char(&text, ' '))
			;
	}
	*seconds = total;
	return true;
}

static bool is_label(const struct label *l, struct vt_str text)
{
	return l->text.len == text.len && vt_same_bytes(l->text.p, text.p, text.len);
}

/* Where a label of this part stands, else where the same label stands in any part. Sessions look alike: what followed
 * the label before this one last time is asked first. */
static const struct label *label_of(struct reader *r, struct vt_str text)
{
	const struct label *found = &labels[r->next_label[r->last_label]];
	if (!is_label(found, text) || found->part != r->part) {
		found = NULL;
		for (const struct label *l = labels; l < labels + LABELS && !(found && found->part == r->part); l++) {
			if (is_label(l, text) && (!found || l->part == r->part))
				found = l;
		}
	}
	if (found) {
		r->next_label[r->last_label] = (uint8_t)(found - labels);
		r->last_label = (size_t)(found - labels);
	}
	return found;
}

/* The longest label that ends the text with a blank before it: the beginning of the second pair. */
static struct vt_str label_at_end(struct vt_str text)
{
	struct vt_str found = { text.p, 0 };
	char last = text.len ? text.p[text.len - 1] : '\0';
	for (const struct label *l = labels; l < labels + LABELS; l++) {
		size_t len = l->text.len;
		if (l->text.p[len - 1] != last || text.len <= len || len <= found.len ||
		    !vt_is_blank(text.p[text.len - len - 1]) || !vt_same_bytes(text.p + text.len - len, l->text.p, len))
			continue;
		found = vt_str_from(text, text.len - len);
	}
	return found;
}

/* One "label : value" off the front; the value ends where the next label of the table begins. */
static bool next_pair(struct vt_str *c, struct vt_str *label, struct vt_str *value)
{
	ptrdiff_t colon = vt_str_find_char(*c, ':');
	if (colon <= 0)
		return false;
	*label = vt_str_trim(vt_str_first(*c, (size_t)colon));
	struct vt_str rest = vt_str_from(*c, (size_t)colon + 1);
	*value = vt_str_trim(rest);
	*c = vt_str_from(rest, rest.len);
	const char *at = rest.p, *end = rest.p + rest.len;
	while (at < end && (at = memchr(at, ':', (size_t)(end - at))) != NULL) {
		struct vt_str second = label_at_end(vt_str_rtrim(vt_str_between(rest.p, at++)));
		if (second.len) {
			*value = vt_str_trim(vt_str_between(rest.p, second.p));
			*c = vt_str_between(second.p, end);
			break;
		}
	}
	return true;
}

static bool set(void *object, const struct label *label, struct vt_str value)
{
	void *at = (char *)object + label->at;
	switch (label->kind) {
	case WORDS:
		*(struct vt_str *)at = value;
		return true;
	case NUMBER: /* "28800 Seconds": the unit is in the name of the field */
		return value.len == 0 || vt_scan_u64(&value, (uint64_t *)at);
	case DURATION:
		return duration_scan(value, (uint64_t *)at);
	case IDENT:
		return vt_ident_scan(value, (struct vt_ident *)at);
	case IGNORED:
		return true;
	}
	return false;
}

static void open_session(struct reader *r)
{
	r->session = VT_PUSH(r->arena, r->facts->sessions, r->facts->sessions_len, r->cap);
	vt_shape_clear(&session_shape, r->session);
	r->session->first_line = r->line;
	r->cap_ike = r->cap_ipsec = 0;
	r->part = IN_SESSION;
	r->known = true;
}

static void *object_of(struct reader *r, enum part part)
{
	if (!r->session || part != r->part)
		return NULL;
	if (part == IN_IKE)
		return &r->session->ike[r->session->ike_len - 1];
	if (part == IN_IPSEC)
		return &r->session->ipsec[r->session->ipsec_len - 1];
	return part == IN_SESSION ? r->session : NULL;
}

static bool on_pair(struct reader *r, const struct label *label, struct vt_str value)
{
	if (label->kind == IGNORED)
		return r->session != NULL;
	void *object = object_of(r, label->part);
	return object && set(object, label, value);
}

/* "IKEv1 Tunnels: 1", "IPsecOverNatT Tunnels: 2", of 7.x "IKE Sessions: 1 IPSec Sessions: 2". */
static bool on_counts(struct reader *r, struct vt_str line)
{
	struct vt_str name, what;
	uint64_t n;
	bool any = false;
	while (line.len && r->session) {
		if (!vt_scan_word(&line, &name))
			return false;
		vt_skip_blanks(&line);
		if (!vt_scan_word(&line, &what) ||
		    (!vt_str_eq(what, VT_STR("Tunnels:")) && !vt_str_eq(what, VT_STR("Sessions:"))))
			return false;
		vt_skip_blanks(&line);
		if (!vt_scan_u64(&line, &n) || n > UINT32_MAX)
			return false;
		vt_skip_blanks(&line);
		uint64_t *count = vt_str_istarts(name, VT_STR("IPsec")) ? &r->session->ipsec_tunnels
									: &r->session->ike_tunnels;
		*count = (*count == VT_ABSENT ? 0 : *count) + n;
		any = true;
	}
	return any;
}

/* "IKEv2:", "IPsecOverNatT:", "NAC:" alone on a line. */
static bool on_heading(struct reader *r, struct vt_str line)
{
	struct vt_str name = vt_str_first(line, line.len - 1);
	if (!r->session || line.p[line.len - 1] != ':' || vt_str_find_char(name, ' ') >= 0)
		return false;
	struct vt_session *s = r->session;
	if (vt_str_istarts(name, VT_STR("IPsec"))) {
		struct vt_session_ipsec *ipsec = VT_PUSH(r->arena, s->ipsec, s->ipsec_len, r->cap_ipsec);
		vt_shape_clear(&ipsec_shape, ipsec);
		ipsec->heading = name;
		r->part = IN_IPSEC;
	} else if (vt_str_istarts(name, VT_STR("IKE"))) {
		struct vt_session_ike *ike = VT_PUSH(r->arena, s->ike, s->ike_len, r->cap_ike);
		vt_shape_clear(&ike_shape, ike);
		ike->version = name;
		r->part = IN_IKE;
	} else {
		r->part = IN_NOTHING;
	}
	return true;
}

static bool read_pairs(struct reader *r, struct vt_str line, bool terminated)
{
	struct vt_str text, value;
	bool ok = true, first = true;
	for (; line.len && next_pair(&line, &text, &value); first = false) {
		const struct label *label = label_of(r, text);
		if (first && (!label || (!terminated && !label->ends)))
			return false;
		if (label == &labels[0])
			open_session(r);
		ok &= label && on_pair(r, label, value);
	}
	return !first && ok;
}

static bool read_line(struct reader *r, struct vt_str line, bool terminated)
{
	if (*line.p == 'S' && vt_str_starts(line, VT_STR("Session Type:"))) {
		r->part = IN_NOTHING;
		r->known |= vt_str_find(line, VT_STR("LAN-to-LAN")) >= 0;
		return true;
	}
	if (vt_str_find_char(line, ':') > 0 && read_pairs(r, line, terminated))
		return true;
	if (vt_str_find(line, VT_STR("There are presently no active sessions")) >= 0) {
		r->facts->none = r->known = true;
		return true;
	}
	return on_heading(r, line) || on_counts(r, line);
}

static bool is_short(uint64_t counted, size_t listed)
{
	return counted != VT_ABSENT && listed < counted;
}

static bool is_cut(const struct vt_session *s)
{
	if (s->duration_s == VT_ABSENT || is_short(s->ike_tunnels, s->ike_len) ||
	    is_short(s->ipsec_tunnels, s->ipsec_len))
		return true;
	return s->ipsec_len && s->ipsec[s->ipsec_len - 1].pkts_rx == VT_ABSENT;
}

enum vt_status vt_vpn_sessiondb_parse(struct vt_str text, struct vt_arena *arena, struct vt_vpn_sessiondb *facts,
				      struct vt_parse_report *report)
{
	struct reader r = { .arena = arena, .facts = facts, .report = report };
	struct vt_lines lines = vt_lines_of(text);
	struct vt_str line;
	*report = (struct vt_parse_report){ 0 };
	*facts = (struct vt_vpn_sessiondb){ 0 };
	while (vt_lines_next(&lines, &line)) {
		line = vt_str_trim(line);
		r.line = lines.number;
		if (line.len == 0 || read_line(&r, line, lines.terminated) || vt_is_async_line(line)) {
			report->recognised++;
			if (r.session && line.len)
				r.session->last_line = r.line;
		} else {
			vt_report_skip(report, r.line, line);
			report->truncated |= !lines.terminated;
		}
	}
	report->lines = lines.number;
	if (r.session ? is_cut(r.session) : !facts->none)
		report->truncated = true;
	return r.known ? VT_OK : VT_E_NOT_THIS_COMMAND;
}
