/* SPDX-License-Identifier: MIT
 * show nat [detail]
 *
 *     Manual NAT Policies (Section 1)
 *     1 (inside) to (outside) source static lan lan   destination static rem rem no-proxy-arp route-lookup
 *         translate_hits = 42, untranslate_hits = 45
 *         Source - Origin: 10.1.0.0/16, Translated: 10.1.0.0/16
 *         Destination - Origin: 10.2.0.0/16, 10.3.0.0/16, Translated: 10.2.0.0/16, 10.3.0.0/16
 * "description" takes the rest of its line, whatever words are in it. Before 8.3 there were no sections and no such
 * listing; the lines of `show running-config nat` are another grammar.
 */
#include "asa/nat_detail.h"
#include "asa/reader.h"

static const struct vt_field expansion_fields[] = {
	VT_F(STR, vt_nat_expansion, what),
	VT_F(STR, vt_nat_expansion, origin),
	VT_F(STR, vt_nat_expansion, translated),
};
static const struct vt_shape expansion_shape = VT_SHAPE(vt_nat_expansion, expansion_fields);

static const struct vt_field rule_fields[] = {
	VT_F(U64, vt_nat_rule, section),
	VT_F(U64, vt_nat_rule, line),
	VT_F(STR, vt_nat_rule, source_interface),
	VT_F(STR, vt_nat_rule, destination_interface),
	VT_F(STR, vt_nat_rule, source_type),
	VT_F(STR, vt_nat_rule, source_real),
	VT_F(STR, vt_nat_rule, source_mapped),
	VT_F(STR, vt_nat_rule, source_pat_pool),
	VT_F(IS, vt_nat_rule, source_interface_fallback),
	VT_F(STR, vt_nat_rule, destination_mapped),
	VT_F(STR, vt_nat_rule, destination_real),
	VT_F(STR, vt_nat_rule, service_protocol),
	VT_F(STR, vt_nat_rule, service_real),
	VT_F(STR, vt_nat_rule, service_mapped),
	VT_F(IS, vt_nat_rule, extended),
	VT_F(IS, vt_nat_rule, flat),
	VT_F(IS, vt_nat_rule, include_reserve),
	VT_F(IS, vt_nat_rule, round_robin),
	VT_F(IS, vt_nat_rule, block_allocation),
	VT_F(IS, vt_nat_rule, ipv6),
	VT_F(IS, vt_nat_rule, net_to_net),
	VT_F(IS, vt_nat_rule, dns),
	VT_F(IS, vt_nat_rule, unidirectional),
	VT_F(IS, vt_nat_rule, no_proxy_arp),
	VT_F(IS, vt_nat_rule, route_lookup),
	VT_F(IS, vt_nat_rule, inactive),
	VT_F(STR, vt_nat_rule, description),
	VT_F(U64, vt_nat_rule, translate_hits),
	VT_F(U64, vt_nat_rule, untranslate_hits),
	VT_FA(SOME, vt_nat_rule, details, &expansion_shape),
};
static const struct vt_shape rule_shape = VT_SHAPE(vt_nat_rule, rule_fields);

static const struct vt_field listing_fields[] = {
	VT_FA(ARRAY, vt_nat_detail, rules, &rule_shape),
};
const struct vt_shape vt_nat_detail_shape = VT_SHAPE(vt_nat_detail, listing_fields);

struct listing {
	struct vt_nat_detail *facts;
	struct vt_arena *arena;
	struct vt_nat_rule *rule;
	uint64_t section;
	size_t rules_cap, details_cap;
};

/* Options that are one word. */
static const struct {
	const char *word;
	size_t at; /* of the bool in the rule */
} options[] = {
	{ "extended", offsetof(struct vt_nat_rule, extended) },
	{ "flat", offsetof(struct vt_nat_rule, flat) },
	{ "include-reserve", offsetof(struct vt_nat_rule, include_reserve) },
	{ "round-robin", offsetof(struct vt_nat_rule, round_robin) },
	{ "block-allocation", offsetof(struct vt_nat_rule, block_allocation) },
	{ "net-to-net", offsetof(struct vt_nat_rule, net_to_net) },
	{ "dns", offsetof(struct vt_nat_rule, dns) },
	{ "unidirectional", offsetof(struct vt_nat_rule, unidirectional) },
	{ "no-proxy-arp", offsetof(struct vt_nat_rule, no_proxy_arp) },
	{ "route-lookup", offsetof(struct vt_nat_rule, route_lookup) },
	{ "inactive", offsetof(struct vt_nat_rule, inactive) },
	{ "ipv6", offsetof(struct vt_nat_rule, ipv6) },
	{ "interface", offsetof(struct vt_nat_rule, source_interface_fallback) },
};

static bool set_option(struct vt_nat_rule *rule, struct vt_str word)
{
	for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
		if (vt_str_eq(word, vt_str_of(options[i].word))) {
			*(bool *)((char *)rule + options[i].at) = true;
			return true;
		}
	}
	return false;
}

/* "(inside)" */
static bool next_bracketed(struct vt_str *c, struct vt_str *inside)
{
	struct vt_str in = *c;
	if (!vt_next_lit(&in, VT_STR("(")) || !vt_scan_until(&in, ')', inside))
		return false;
	*c = vt_str_from(in, 1);
	return true;
}

/* "service tcp ssh 2222" of an auto rule, "service real mapped" of a manual one */
static void read_service(struct vt_str *c, struct vt_nat_rule *rule)
{
	static const char *const protocols[] = { "tcp", "udp", "sctp" };
	struct vt_str word;
	if (!vt_next_word(c, &word))
		return;
	for (size_t i = 0; i < sizeof protocols / sizeof *protocols && !rule->service_protocol.p; i++)
		if (vt_str_eq(word, vt_str_of(protocols[i])))
			rule->service_protocol = word;
	if (rule->service_protocol.p && !vt_next_word(c, &word))
		return;
	rule->service_real = word;
	if (vt_next_word(c, &word))
		rule->service_mapped = word;
}

static bool read_tail(struct vt_str rest, struct vt_nat_rule *rule)
{
	struct vt_str word;
	bool known = true;
	while (vt_next_word(&rest, &word)) {
		if (vt_str_eq(word, VT_STR("description"))) {
			rule->description = vt_str_trim(rest);
			break;
		}
		if (vt_str_eq(word, VT_STR("pat-pool"))) {
			if (vt_next_word(&rest, &word))
				rule->source_pat_pool = word;
		} else if (vt_str_eq(word, VT_STR("destination"))) {
			vt_next_lit(&rest, VT_STR("static"));
			if (vt_next_word(&rest, &word))
				rule->destination_mapped = word;
			if (vt_next_lit(&rest, VT_STR("ipv6 ")))
				rule->ipv6 = true;
			if (vt_next_word(&rest, &word))
				rule->destination_real = word;
		} else if (vt_str_eq(word, VT_STR("service"))) {
			read_service(&rest, rule);
		} else if (!set_option(rule, word)) {
			known = false;
		}
	}
	return known;
}

/* "3 (inside) to (outside) source dynamic test1 pat-pool interface  destination static test3 test4" */
static bool read_rule(struct listing *listing, struct vt_str line, uint64_t number)
{
	struct vt_nat_rule rule;
	struct vt_str word;
	vt_shape_clear(&rule_shape, &rule);
	rule.section = listing->section;
	rule.first_line = rule.last_line = number;
	if (!vt_scan_u64(&line, &rule.line) || !next_bracketed(&line, &rule.source_interface) ||
	    !vt_next_lit(&line, VT_STR("to")) || !next_bracketed(&line, &rule.destination_interface) ||
	    !vt_next_lit(&line, VT_STR("source")) || !vt_next_word(&line, &rule.source_type) ||
	    !vt_next_word(&line, &rule.source_real))
		return false;
	struct vt_str rest = line;
	if (vt_next_word(&rest, &word) && !vt_str_eq(word, VT_STR("pat-pool"))) {
		rule.source_mapped = word;
		line = rest;
	}
	bool known = read_tail(line, &rule);
	listing->rule = VT_PUSH(listing->arena, listing->facts->rules, listing->facts->rules_len, listing->rules_cap);
	*listing->rule = rule;
	listing->details_cap = 0;
	return known;
}

/* "translate_hits = 505, untranslate_hits = 750" */
static bool read_hits(struct vt_nat_rule *rule, struct vt_str line)
{
	uint64_t hits;
	if (!vt_scan_lit(&line, VT_STR("translate_hits = ")) || !vt_scan_u64(&line, &hits))
		return false;
	rule->translate_hits = hits;
	if (vt_next_lit(&line, VT_STR(", untranslate_hits = ")) && vt_scan_u64(&line, &hits))
		rule->untranslate_hits = hits;
	return true;
}

/* Where the second half of the line begins, and its value. */
static ptrdiff_t translation_in(struct vt_str line, struct vt_str *value)
{
	static const struct vt_str labels[] = { VT_STR("Translated:"), VT_STR("Translated (PAT):"), VT_STR("Mapped:") };
	for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
		ptrdiff_t at = vt_str_find(line, labels[i]);
		if (at >= 0) {
			*value = vt_str_trim(vt_str_from(line, (size_t)at + labels[i].len));
			return at;
		}
	}
	return -1;
}

/* "Source - Origin: 10.1.0.0/16, Translated: 10.1.0.0/16"; "Service - Protocol: tcp Real: ssh Mapped: 2222" */
static bool read_expansion(struct listing *listing, struct vt_str line)
{
	struct vt_nat_expansion found = { 0 };
	ptrdiff_t dash = vt_str_find(line, VT_STR(" - "));
	if (dash <= 0)
		return false;
	found.what = vt_str_first(line, (size_t)dash);
	struct vt_str rest = vt_str_from(line, (size_t)dash + 3);
	if (vt_str_find_char(rest, ':') < 0)
		return false;
	ptrdiff_t at = translation_in(rest, &found.translated);
	found.origin = at < 0 ? rest : vt_str_rtrim(vt_str_first(rest, (size_t)at));
	vt_scan_lit(&found.origin, VT_STR("Origin:"));
	found.origin = vt_str_trim(found.origin);
	if (vt_str_ends(found.origin, VT_STR(",")))
		found.origin.len--;
	struct vt_nat_rule *rule = listing->rule;
	*VT_PUSH(listing->arena, rule->details, rule->details_len, listing->details_cap) = found;
	return true;
}

/* "Manual NAT Policies (Section 1)", "Auto NAT Policies (Section 2)", "Manual NAT Policies Implicit (Section 0)" */
static bool read_section(struct listing *listing, struct vt_str line)
{
	ptrdiff_t section = vt_str_find(line, VT_STR("(Section "));
	if (section < 0 || vt_str_find(line, VT_STR("NAT Policies")) < 0)
		return false;
	line = vt_str_from(line, (size_t)section + 9);
	listing->rule = NULL;
	return vt_scan_u64(&line, &listing->section);
}

static bool read_line(struct listing *listing, struct vt_reader *r)
{
	if (read_section(listing, r->line))
		return true;
	if (*r->line.p >= '0' && *r->line.p <= '9' && read_rule(listing, r->line, r->lines.number))
		return true;
	if (!listing->rule)
		return false;
	listing->rule->last_line = r->lines.number;
	return read_hits(listing->rule, r->line) || read_expansion(listing, r->line);
}

enum vt_status vt_nat_detail_parse(struct vt_str text, struct vt_arena *arena, struct vt_nat_detail *facts,
				   struct vt_parse_report *report)
{
	struct listing listing = { .facts = facts, .arena = arena, .section = VT_ABSENT };
	*facts = (struct vt_nat_detail){ 0 };
	struct vt_reader r = vt_reader_of(text, report);
	while (vt_reader_next(&r))
		if (!read_line(&listing, &r))
			vt_reader_skip(&r);
	if (!facts->rules_len && listing.section == VT_ABSENT)
		return VT_E_NOT_THIS_COMMAND;
	if (listing.rule && listing.rule->untranslate_hits == VT_ABSENT)
		report->truncated = true;
	return VT_OK;
}
