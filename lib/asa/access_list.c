/* SPDX-License-Identifier: MIT
 * show access-list [NAME] [brief]
 *
 *     access-list cached ACL log flows: total 0, denied 0 (deny-flow-max 4096)
 *                 alert-interval 300
 *     access-list CRYPTO; 2 elements; name hash: 0xcb4257a3
 *     access-list CRYPTO line 1 extended permit ip object LAN object REM (hitcnt=12) 0xb18beb2d
 *       access-list CRYPTO line 1 extended permit ip 10.1.0.0 255.255.0.0 10.2.0.0 255.255.0.0 (hitcnt=12) 0x0397cac0
 *
 * An entry is read once, from left to right. Two places need a look ahead: "range" is followed by addresses or by
 * ports, and an object-group behind the source is the destination unless a destination of another kind follows it.
 * Source: formats.md section 7; the command reference of `access-list extended`.
 */
#include "asa/access_list.h"
#include "asa/reader.h"

static const struct vt_field addr_fields[] = {
	VT_F(STR, vt_ace_addr, kind), VT_F(ADDR, vt_ace_addr, value),    VT_F(STR, vt_ace_addr, mask),
	VT_F(STR, vt_ace_addr, end),  VT_F(IS, vt_ace_addr, unresolved),
};
static const struct vt_shape addr_shape = VT_SHAPE(vt_ace_addr, addr_fields);

static const struct vt_field ports_fields[] = {
	VT_F(STR, vt_ace_ports, op),
	VT_F(STR, vt_ace_ports, value),
	VT_F(STR, vt_ace_ports, end),
};
static const struct vt_shape ports_shape = VT_SHAPE(vt_ace_ports, ports_fields);

static const struct vt_field ace_fields[] = {
	VT_F(U64, vt_ace, line),
	VT_F(IS, vt_ace, expanded),
	VT_F(STR, vt_ace, type),
	VT_F(STR, vt_ace, action),
	VT_F(STR, vt_ace, protocol),
	VT_F(STR, vt_ace, service_object),
	VT_F(STR, vt_ace, service_group),
	VT_FO(vt_ace, source, &addr_shape),
	VT_FO(vt_ace, source_ports, &ports_shape),
	VT_FO(vt_ace, destination, &addr_shape),
	VT_FO(vt_ace, destination_ports, &ports_shape),
	VT_F(STR, vt_ace, icmp_type),
	VT_F(STR, vt_ace, icmp_code),
	VT_F(IS, vt_ace, log),
	VT_F(STR, vt_ace, log_level),
	VT_F(U64, vt_ace, log_interval_s),
	VT_F(STR, vt_ace, time_range),
	VT_F(IS, vt_ace, inactive),
	VT_F(U64, vt_ace, hitcnt),
	VT_F(STR, vt_ace, hash),
	VT_F(STR, vt_ace, remark),
	VT_F(STR, vt_ace, text),
};
const struct vt_shape vt_ace_shape = VT_SHAPE(vt_ace, ace_fields);

static const struct vt_field brief_fields[] = {
	VT_F(STR, vt_acl_brief, hash),
	VT_F(STR, vt_acl_brief, group_hash),
	VT_F(U64, vt_acl_brief, hitcnt),
	VT_F(U64, vt_acl_brief, last_hit_s),
};
static const struct vt_shape brief_shape = VT_SHAPE(vt_acl_brief, brief_fields);

static const struct vt_field list_fields[] = {
	VT_F(STR, vt_access_list, name),
	VT_F(IS, vt_access_list, ipv6),
	VT_F(U64, vt_access_list, elements),
	VT_F(STR, vt_access_list, name_hash),
	VT_FA(ARRAY, vt_access_list, aces, &vt_ace_shape),
	VT_FA(SOME, vt_access_list, brief, &brief_shape),
};
static const struct vt_shape list_shape = VT_SHAPE(vt_access_list, list_fields);

static const struct vt_field lists_fields[] = {
	VT_F(U64, vt_access_lists, cached_flows),          VT_F(U64, vt_access_lists, denied_flows),
	VT_F(U64, vt_access_lists, deny_flow_max),         VT_F(U64, vt_access_lists, alert_interval_s),
	VT_FA(ARRAY, vt_access_lists, lists, &list_shape),
};
const struct vt_shape vt_access_list_shape = VT_SHAPE(vt_access_lists, lists_fields);

#define IS(word, literal) vt_str_eq((word), VT_STR(literal))

/* "10.1.0.0" or anything with a colon in it, which no name has. */
static bool is_address(struct vt_str s)
{
	unsigned dots = 0;
	for (size_t i = 0; i < s.len; i++) {
		if (s.p[i] == ':')
			return true;
		if (s.p[i] == '.')
			dots++;
		else if (s.p[i] < '0' || s.p[i] > '9')
			return memchr(s.p, ':', s.len) != NULL;
	}
	return dots == 3;
}

/* Behind an address the device may say which name it came from: "(unresolved)", "(www.example.com)". */
static void skip_origin(struct vt_str *c, struct vt_ace_addr *addr)
{
	struct vt_str in = *c, word;
	vt_skip_blanks(&in);
	if (in.len == 0 || *in.p != '(' || vt_str_starts(in, VT_STR("(hitc")) ||
	    vt_str_starts(in, VT_STR("(inactive)")) || !vt_scan_word(&in, &word))
		return;
	addr->unresolved |= IS(word, "(unresolved)");
	*c = in;
}

/* Identity firewall and TrustSec put words of their own before an address. */
static bool skip_identity(struct vt_str *c, struct vt_str word)
{
	struct vt_str in = *c;
	if (IS(word, "security-group")) {
		if (!vt_next_word(&in, &word)) /* "name" or "tag" */
			return false;
	} else if (!IS(word, "user") && !IS(word, "user-group") && !IS(word, "object-group-user") &&
		   !IS(word, "object-group-security")) {
		return false;
	}
	if (!vt_next_word(&in, &word))
		return false;
	*c = in;
	return true;
}

static bool next_addr(struct vt_str *c, struct vt_ace_addr *addr)
{
	struct vt_str in = *c, word;
	do {
		if (!vt_next_word(&in, &word))
			return false;
	} while (skip_identity(&in, word));
	struct vt_ace_addr found = { .kind = word };
	switch (*word.p) {
	case 'a':
		if (IS(word, "any") || IS(word, "any4") || IS(word, "any6"))
			goto found;
		break;
	case 'h':
	case 'o':
	case 'f':
	case 'i':
		if (IS(word, "host") || IS(word, "object") || IS(word, "object-group") || IS(word, "fqdn") ||
		    IS(word, "interface")) {
			if (!vt_next_word(&in, &found.value))
				return false;
			goto found;
		}
		break;
	case 'r':
		if (IS(word, "range")) {
			if (!vt_next_word(&in, &found.value) || !is_address(found.value) ||
			    !vt_next_word(&in, &found.end))
				return false;
			goto found;
		}
		break;
	default:
		break;
	}
	found.kind = VT_STR("network");
	found.value = word;
	if (vt_str_find_char(word, '/') < 0 && (!vt_next_word(&in, &found.mask) || !is_address(found.mask)))
		return false;
found:
	skip_origin(&in, &found);
	*addr = found;
	*c = in;
	return true;
}

static bool next_ports(struct vt_str *c, struct vt_ace_ports *ports)
{
	struct vt_str in = *c;
	struct vt_ace_ports found = { 0 };
	if (!vt_next_word(&in, &found.op))
		return false;
	bool range = IS(found.op, "range");
	if (!range && !IS(found.op, "eq") && !IS(found.op, "gt") && !IS(found.op, "lt") && !IS(found.op, "neq"))
		return false;
	if (!vt_next_word(&in, &found.value) || (range && (is_address(found.value) || !vt_next_word(&in, &found.end))))
		return false;
	*ports = found;
	*c = in;
	return true;
}

static bool next_port_group(struct vt_str *c, struct vt_ace_ports *ports)
{
	struct vt_str in = *c;
	struct vt_ace_ports found = { 0 };
	if (!vt_next_word(&in, &found.op) || !IS(found.op, "object-group") || !vt_next_word(&in, &found.value))
		return false;
	*ports = found;
	*c = in;
	return true;
}

/* "object-group PORTS" behind the source: only when a destination follows it that is not itself a group, because
 * "object-group A object-group B" is a destination and its ports. */
static void next_source_port_group(struct vt_str *c, struct vt_ace_ports *ports)
{
	struct vt_str in = *c, ahead, word;
	struct vt_ace_ports found;
	struct vt_ace_addr addr;
	if (!next_port_group(&in, &found))
		return;
	ahead = in;
	if (!vt_next_word(&ahead, &word) || IS(word, "object-group"))
		return;
	ahead = in;
	if (!next_addr(&ahead, &addr))
		return;
	*ports = found;
	*c = in;
}

static bool is_log_level(struct vt_str word)
{
	static const char *const levels[] = { "disable", "default",  "emergencies",   "alerts",        "critical",
					      "errors",  "warnings", "notifications", "informational", "debugging" };
	if (word.len == 1 && *word.p >= '0' && *word.p <= '7')
		return true;
	for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
		if (vt_str_eq(word, vt_str_of(levels[i])))
			return true;
	return false;
}

/* "(hitcnt=12)", "(hitcount=12)", "(inactive)" */
static bool read_bracket(struct vt_ace *ace, struct vt_str word)
{
	if (IS(word, "(inactive)")) {
		ace->inactive = true;
		return true;
	}
	if (!vt_scan_lit(&word, VT_STR("(hitcnt=")) && !vt_scan_lit(&word, VT_STR("(hitcount=")))
		return false;
	return vt_scan_u64(&word, &ace->hitcnt) && IS(word, ")");
}

/* What may stand behind the destination, in any order. `end` of the entry's own text moves along. */
static bool read_options(struct vt_str c, struct vt_ace *ace, const char **end)
{
	struct vt_str word;
	bool known = true;
	while (vt_next_word(&c, &word)) {
		if (*word.p == '(') {
			known &= read_bracket(ace, word);
			continue;
		}
		if (vt_str_starts(word, VT_STR("0x"))) {
			ace->hash = word;
			continue;
		}
		if (IS(word, "log")) {
			struct vt_str ahead = c;
			ace->log = true;
			if (vt_next_word(&ahead, &word) && is_log_level(word)) {
				ace->log_level = word;
				c = ahead;
			}
		} else if (IS(word, "interval")) {
			known &= vt_next_u64(&c, &ace->log_interval_s);
		} else if (IS(word, "time-range")) {
			known &= vt_next_word(&c, &ace->time_range);
		} else if (IS(word, "inactive")) {
			ace->inactive = true;
		} else {
			known = false;
		}
		*end = c.p;
	}
	return known;
}

static bool is_icmp(struct vt_str protocol)
{
	return IS(protocol, "icmp") || IS(protocol, "icmp6") || IS(protocol, "1") || IS(protocol, "58");
}

/* "echo-reply 4", "object-group ICMP"; a word that belongs to the options is left to them. */
static void read_icmp(struct vt_str *c, struct vt_ace *ace)
{
	struct vt_str in = *c, word;
	if (next_port_group(c, &ace->destination_ports))
		return;
	if (!vt_next_word(&in, &word) || *word.p == '(' || vt_str_starts(word, VT_STR("0x")) || IS(word, "log") ||
	    IS(word, "inactive") || IS(word, "time-range") || IS(word, "interval"))
		return;
	ace->icmp_type = word;
	*c = in;
	if (vt_next_word(&in, &word) && *word.p >= '0' && *word.p <= '9' && !vt_str_starts(word, VT_STR("0x"))) {
		ace->icmp_code = word;
		*c = in;
	}
}

static bool read_service(struct vt_str *c, struct vt_ace *ace)
{
	struct vt_str word;
	if (!vt_next_word(c, &word))
		return false;
	if (IS(word, "object"))
		return vt_next_word(c, &ace->service_object);
	if (IS(word, "object-group"))
		return vt_next_word(c, &ace->service_group);
	ace->protocol = word;
	return true;
}

static bool read_extended(struct vt_str *c, struct vt_ace *ace)
{
	if (!read_service(c, ace) || !next_addr(c, &ace->source))
		return false;
	if (!next_ports(c, &ace->source_ports))
		next_source_port_group(c, &ace->source_ports);
	if (!next_addr(c, &ace->destination))
		return false;
	if (is_icmp(ace->protocol))
		read_icmp(c, ace);
	else if (!next_ports(c, &ace->destination_ports))
		next_port_group(c, &ace->destination_ports);
	return true;
}

/* The counters and the hash behind an entry whose inside is not read (webtype, ethertype). */
static void read_trailer(struct vt_str *c, struct vt_ace *ace)
{
	for (;;) {
		size_t at = c->len;
		while (at && !vt_is_blank(c->p[at - 1]))
			at--;
		struct vt_str word = vt_str_from(*c, at);
		if (vt_str_starts(word, VT_STR("0x")) && word.len > 2)
			ace->hash = word;
		else if (!word.len || *word.p != '(' || !read_bracket(ace, word))
			return;
		*c = vt_str_rtrim(vt_str_first(*c, at));
	}
}

bool vt_ace_parse(struct vt_str text, struct vt_ace *ace)
{
	struct vt_str c = vt_str_ltrim(text), word;
	/* As vt_shape_clear() would, at the price of a listing of ten thousand. */
	*ace = (struct vt_ace){ .line = VT_ABSENT, .log_interval_s = VT_ABSENT, .hitcnt = VT_ABSENT };
	const char *begin = c.p, *end;
	if (!vt_next_word(&c, &word))
		return false;
	if (IS(word, "remark")) {
		ace->remark = vt_str_trim(c);
		return true;
	}
	if (IS(word, "extended") || IS(word, "standard") || IS(word, "webtype") || IS(word, "ethertype")) {
		ace->type = word;
		if (!vt_next_word(&c, &word))
			return false;
	}
	if (!IS(word, "permit") && !IS(word, "deny"))
		return false;
	ace->action = word;
	bool known = true;
	if (IS(ace->type, "webtype") || IS(ace->type, "ethertype")) {
		read_trailer(&c, ace);
		end = c.p + c.len;
	} else {
		known = IS(ace->type, "standard") ? next_addr(&c, &ace->source) : read_extended(&c, ace);
		end = c.p;
		known &= read_options(c, ace, &end);
	}
	ace->text = vt_str_rtrim(vt_str_between(begin, end));
	return known;
}

struct listing {
	struct vt_access_lists *facts;
	struct vt_arena *arena;
	struct vt_access_list *list;
	size_t lists_cap;
	size_t rows_left; /* entries that the text has room for and no list has reserved */
};

static void use_list(struct listing *listing, struct vt_str name, bool ipv6)
{
	if (listing->list && vt_str_eq(listing->list->name, name) && listing->list->ipv6 == ipv6)
		return;
	struct vt_access_lists *facts = listing->facts;
	listing->list = VT_PUSH(listing->arena, facts->lists, facts->lists_len, listing->lists_cap);
	vt_shape_clear(&list_shape, listing->list);
	listing->list->name = name;
	listing->list->ipv6 = ipv6;
}

/* Room for what the heading announces and some remarks and groups: an array that grows would be copied, and the old
 * one stays in the arena. Headings may lie, so all lists together get what the text can hold. */
static void reserve(struct listing *listing)
{
	struct vt_access_list *list = listing->list;
	size_t rows = list->elements < listing->rows_left ? (size_t)list->elements : listing->rows_left;
	rows += rows / 4;
	rows = rows < listing->rows_left ? rows : listing->rows_left;
	listing->rows_left -= rows;
	list->aces = VT_NEW_ARRAY(listing->arena, struct vt_ace, rows);
	list->aces_cap = rows;
}

/* " 51 elements; name hash: 0xcb4257a3" */
static bool read_heading(struct listing *listing, struct vt_str name, bool ipv6, struct vt_str rest)
{
	name.len--;
	listing->list = NULL;
	use_list(listing, name, ipv6);
	if (!vt_next_u64(&rest, &listing->list->elements))
		return false;
	reserve(listing);
	ptrdiff_t hash = vt_str_find(rest, VT_STR("name hash:"));
	if (hash >= 0) {
		rest = vt_str_from(rest, (size_t)hash + 10);
		vt_next_word(&rest, &listing->list->name_hash);
	}
	return true;
}

/* " total 0, denied 0 (deny-flow-max 4096)" */
static bool read_cached_flows(struct vt_access_lists *facts, struct vt_str rest)
{
	if (vt_next_lit(&rest, VT_STR("total")) && vt_next_u64(&rest, &facts->cached_flows) &&
	    vt_next_lit(&rest, VT_STR(", denied")) && vt_next_u64(&rest, &facts->denied_flows) &&
	    vt_next_lit(&rest, VT_STR("(deny-flow-max")))
		vt_next_u64(&rest, &facts->deny_flow_max);
	return true;
}

static bool read_ace(struct listing *listing, struct vt_str rest, struct vt_reader *r)
{
	struct vt_access_list *list = listing->list;
	uint64_t number = VT_ABSENT;
	if (vt_next_lit(&rest, VT_STR("line ")) && !vt_next_u64(&rest, &number))
		return false;
	/* Read where it stays; what turns out to be no entry is taken back. */
	struct vt_ace *ace = VT_PUSH(listing->arena, list->aces, list->aces_len, list->aces_cap);
	bool known = vt_ace_parse(rest, ace);
	if (!ace->action.p && !ace->remark.p) {
		list->aces_len--;
		return false;
	}
	const struct vt_ace *before = list->aces_len > 1 ? ace - 1 : NULL;
	ace->line = number;
	/* Collectors take indentation away, so the repeated line number is the better sign where there is one. */
	ace->expanded = before && !before->remark.p && !ace->remark.p &&
			(number == VT_ABSENT ? r->indent > 0 : number == before->line);
	ace->at_line = r->lines.number;
	return known;
}

/* "06228509 d0a2680b 00006049 6178289f" */
static bool read_brief(struct listing *listing, struct vt_str line)
{
	struct vt_acl_brief found = { 0 };
	struct vt_str hits, last;
	struct vt_access_list *list = listing->list;
	if (!list || !vt_next_word(&line, &found.hash) || !vt_next_word(&line, &found.group_hash) ||
	    !vt_next_word(&line, &hits) || !vt_next_word(&line, &last) || line.len || found.hash.len != 8 ||
	    found.group_hash.len != 8 || !vt_scan_hex(&hits, &found.hitcnt) || hits.len ||
	    !vt_scan_hex(&last, &found.last_hit_s) || last.len)
		return false;
	*VT_PUSH(listing->arena, list->brief, list->brief_len, list->brief_cap) = found;
	return true;
}

static bool read_line(struct listing *listing, struct vt_reader *r)
{
	struct vt_str line = r->line, name;
	bool ipv6 = vt_scan_lit(&line, VT_STR("ipv6 "));
	if (!vt_scan_lit(&line, VT_STR("access-list "))) {
		if (vt_scan_lit(&line, VT_STR("alert-interval")))
			return vt_next_u64(&line, &listing->facts->alert_interval_s);
		return read_brief(listing, r->line);
	}
	if (!vt_next_word(&line, &name))
		return false;
	if (IS(name, "cached") && vt_next_lit(&line, VT_STR("ACL log flows:")))
		return read_cached_flows(listing->facts, line);
	if (name.len > 1 && name.p[name.len - 1] == ';')
		return read_heading(listing, name, ipv6, line);
	use_list(listing, name, ipv6);
	return read_ace(listing, line, r);
}

/* The heading counts what the device evaluates; the list shows that and what it was expanded from, so it can
 * only be longer. */
static bool is_short(const struct vt_access_list *list)
{
	size_t shown = list->brief_len;
	for (size_t i = 0; i < list->aces_len; i++)
		shown += !list->aces[i].remark.p;
	return list->elements != VT_ABSENT && list->elements > shown;
}

enum vt_status vt_access_list_parse(struct vt_str text, struct vt_arena *arena, struct vt_access_lists *facts,
				    struct vt_parse_report *report)
{
	struct listing listing = { .facts = facts, .arena = arena };
	vt_shape_clear(&vt_access_list_shape, facts);
	listing.rows_left = vt_rows_at_most(text, sizeof "access-list A line 1 permit ip any any" - 1);
	struct vt_reader r = vt_reader_of(text, report);
	while (vt_reader_next(&r))
		if (!read_line(&listing, &r))
			vt_reader_skip(&r);
	if (!facts->lists_len && facts->cached_flows == VT_ABSENT)
		return VT_E_NOT_THIS_COMMAND;
	for (size_t i = 0; i < facts->lists_len; i++)
		report->truncated |= is_short(&facts->lists[i]);
	return VT_OK;
}
