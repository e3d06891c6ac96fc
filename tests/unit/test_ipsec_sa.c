/* SPDX-License-Identifier: MIT
 * show crypto ipsec sa: one line after another, and what happens when the listing is not whole.
 */
#include "asa/clean.h"
#include "asa/ipsec_sa.h"
#include "base/lines.h"

#include "tests/unit/listing_case.h"
#include "tests/unit/subset.h"

LISTING(ipsec_sa, struct vt_ipsec_sa, vt_ipsec_sa_parse);

/* A block with one line of interest in its middle. */
static struct vt_ipsec_selector *block_with(const char *line)
{
	static char text[4096];
	snprintf(text, sizeof text,
		 "interface: outside\n    Crypto map tag: m, seq num: 7, local addr: 192.0.2.1\n"
		 "      local ident (addr/mask/prot/port): (10.0.0.0/255.0.0.0/0/0)\n"
		 "      remote ident (addr/mask/prot/port): (10.2.0.0/255.255.0.0/6/443)\n"
		 "      current_peer: 203.0.113.9\n%s\n    inbound esp sas:\n    outbound esp sas:\n",
		 line);
	struct vt_ipsec_sa *facts = parse_ipsec_sa(text);
	assert_int_equal(facts->selectors_len, 1);
	return facts->selectors;
}

static void a_block_has_its_heading_and_its_idents(void **state)
{
	(void)state;
	struct vt_ipsec_selector *s = block_with("");
	assert_parsed();
	assert_str(s->interface, "outside");
	assert_str(s->crypto_map, "m");
	assert_int_equal(s->sequence, 7);
	assert_str(s->local_ident.mask, "255.0.0.0");
	assert_int_equal(s->remote_ident.protocol, 6);
	assert_int_equal(s->remote_ident.port, 443);
	assert_str(s->peer, "203.0.113.9");
	assert_absent(s->username);
	assert_true(s->encaps_pkts == VT_ABSENT);
	assert_int_equal(s->first_line, 2);
	assert_int_equal(s->last_line, 8);
}

static void idents_are_read_in_all_their_forms(void **state)
{
	(void)state;
	static const struct {
		const char *text, *addr, *mask;
		uint64_t protocol, port, port_end;
	} cases[] = {
		{ "(10.0.0.0/255.0.0.0/0/0)", "10.0.0.0", "255.0.0.0", 0, 0, VT_ABSENT },
		{ "10.0.0.0/255.0.0.0", "10.0.0.0", "255.0.0.0", VT_ABSENT, VT_ABSENT, VT_ABSENT },
		{ "(2001:db8::/64/17/500)", "2001:db8::", "64", 17, 500, VT_ABSENT },
		{ "(2001:db8::5/0/0)", "2001:db8::5", "", 0, 0, VT_ABSENT },
		{ "(branch-net/255.255.255.0/tcp/443)", "branch-net", "255.255.255.0", 6, 443, VT_ABSENT },
		{ "(10.0.0.0/255.0.0.0/6/0 - 65535)", "10.0.0.0", "255.0.0.0", 6, 0, VT_ABSENT },
		{ "(10.0.0.0/255.0.0.0/17/1024 - 65535)", "10.0.0.0", "255.0.0.0", 17, 1024, 65535 },
		{ "10.0.0.0/255.0.0.0/6/80-443", "10.0.0.0", "255.0.0.0", 6, 80, 443 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct vt_ident ident;
		assert_true(vt_ident_scan(vt_str_of(cases[i].text), &ident));
		assert_str(ident.addr, cases[i].addr);
		assert_str(ident.mask, cases[i].mask);
		assert_true(ident.protocol == cases[i].protocol);
		assert_true(ident.port == cases[i].port);
		assert_true(ident.port_end == cases[i].port_end);
	}
	static const char *const refused[] = { "",
					       "(",
					       "()",
					       "(10.0.0.0",
					       "10.0.0.0",
					       "(/255.0.0.0/0/0)",
					       "(a/b/c/d)",
					       "(10.0.0.0/255.0.0.0/6/80 -)",
					       "(10.0.0.0/255.0.0.0/6/80 - 90 - 99)" };
	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
		struct vt_ident ident;
		if (vt_ident_scan(vt_str_of(refused[i]), &ident))
			fail_msg("\"%s\" was taken for an ident", refused[i]);
	}
}

static void endpoints_may_lack_the_port_and_be_ipv6(void **state)
{
	(void)state;
	struct vt_endpoint end;
	assert_true(vt_endpoint_scan(VT_STR("2001:db8::1/4500"), &end));
	assert_str(end.addr, "2001:db8::1");
	assert_int_equal(end.port, 4500);
	assert_true(vt_endpoint_scan(VT_STR(" 192.0.2.1 "), &end));
	assert_str(end.addr, "192.0.2.1");
	assert_true(end.port == VT_ABSENT);
	assert_false(vt_endpoint_scan(VT_STR("192.0.2.1/http"), &end));
	assert_false(vt_endpoint_scan(VT_STR("/500"), &end));
}

static void counters_may_come_in_any_order(void **state)
{
	(void)state;
	struct vt_ipsec_selector *s = block_with(
		"#recv errors: 5, #pkts decaps: 3\n#pkts encaps: 18446744073709551614");
	assert_parsed();
	assert_int_equal(s->recv_errors, 5);
	assert_int_equal(s->decaps_pkts, 3);
	assert_true(s->encaps_pkts == UINT64_MAX - 1);
}

static void an_unknown_counter_spoils_only_itself(void **state)
{
	(void)state;
	struct vt_ipsec_selector *s = block_with("#pkts encaps: 5, #pkts teleported: 3, #pkts digest: 4");
	assert_int_equal(s->encaps_pkts, 5);
	assert_int_equal(s->digest_pkts, 4);
	assert_int_equal(report.skipped, 1);
	assert_str(report.first_skipped, "#pkts encaps: 5, #pkts teleported: 3, #pkts digest: 4");
	assert_int_equal(report.first_skipped_line, 6);
}

static void a_number_of_more_than_64_bits_is_not_believed(void **state)
{
	(void)state;
	struct vt_ipsec_selector *s = block_with("#pkts encaps: 99999999999999999999, #pkts encrypt: 1");
	assert_true(s->encaps_pkts == VT_ABSENT);
	assert_int_equal(s->encrypt_pkts, 1);
	assert_int_equal(report.skipped, 1);
}

static void a_path_mtu_line_may_have_an_override(void **state)
{
	(void)state;
	struct vt_ipsec_selector *s = block_with(
		"path mtu 1500, ipsec overhead 82(52), override mtu 1400, media mtu 9000");
	assert_parsed();
	assert_int_equal(s->path_mtu, 1500);
	assert_int_equal(s->overhead, 82);
	assert_int_equal(s->media_mtu, 9000);
}

static void unlimited_kilobytes_are_no_number(void **state)
{
	(void)state;
	struct vt_ipsec_selector *s = block_with(
		"inbound esp sas:\nspi: 0x0000000A (10)\nsa timing: remaining key lifetime (kB/sec): "
		"(unlimited/3593)\nreplay detection support: N");
	assert_parsed();
	assert_int_equal(s->inbound_esp_len, 1);
	assert_int_equal(s->inbound_esp[0].spi, 10);
	assert_true(s->inbound_esp[0].lifetime_kb == VT_ABSENT);
	assert_int_equal(s->inbound_esp[0].lifetime_s, 3593);
	assert_int_equal(s->inbound_esp[0].replay, 0);
}

static void lists_of_the_same_text_are_shared_and_others_are_not(void **state)
{
	(void)state;
	struct vt_ipsec_selector *s = block_with(
		"inbound esp sas:\nspi: 0x1 (1)\ntransform: esp-aes no compression\n"
		"replay detection support: Y\nspi: 0x2 (2)\ntransform: esp-aes no compression\n"
		"replay detection support: Y\nspi: 0x3 (3)\ntransform: esp-3des\n"
		"replay detection support: Y");
	assert_parsed();
	assert_int_equal(s->inbound_esp_len, 3);
	assert_ptr_equal(s->inbound_esp[0].transforms.items, s->inbound_esp[1].transforms.items);
	assert_int_equal(s->inbound_esp[0].transforms.len, 2);
	assert_str(s->inbound_esp[0].transforms.items[1], "no compression");
	assert_int_equal(s->inbound_esp[2].transforms.len, 1);
}

static void nothing_up_is_a_listing(void **state)
{
	(void)state;
	struct vt_ipsec_sa *facts = parse_ipsec_sa("\r\nThere are no ipsec sas\r\n");
	assert_parsed();
	assert_true(facts->none);
	assert_int_equal(facts->selectors_len, 0);
}

static void other_text_is_not_this_command(void **state)
{
	(void)state;
	static const char *const texts[] = {
		"", "\n\n", "Cisco Adaptive Security Appliance Software Version 9.1(1)\n",
		"%ASA-5-111008: User 'mlee' executed the 'clear crypto ipsec sa' command.\n"
	};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		parse_ipsec_sa(texts[i]);
		assert_int_equal(case_status, VT_E_NOT_THIS_COMMAND);
	}
}

static void a_heading_without_its_pair_is_a_cut_listing(void **state)
{
	(void)state;
	static const char *const cut[] = {
		"interface: outside\n",
		"peer address: 192.0.2.1\n",
		"    Crypto map tag: m, seq num: 7, local addr: 192.0.2.1\n",
		"local ident (addr/mask/prot/port): (10.0.0.0/255.0.0.0/0/0)\n",
	};
	for (size_t i = 0; i < sizeof cut / sizeof *cut; i++) {
		struct vt_ipsec_sa *facts = parse_ipsec_sa(cut[i]);
		assert_int_equal(case_status, VT_OK);
		assert_true(report.truncated);
		assert_int_equal(facts->selectors_len, 0);
	}
}

/* The last line that is not empty. */
static struct vt_str last_line(const char *text, size_t len)
{
	struct vt_lines lines = vt_lines_of((struct vt_str){ text, len });
	struct vt_str line, last = VT_STR_NONE;
	while (vt_lines_next(&lines, &line)) {
		if (vt_str_trim(line).len)
			last = vt_str_trim(line);
	}
	return last;
}

/* A listing may end behind an SA: nothing tells that from one that was cut there. */
static bool may_end(struct vt_str line)
{
	return (vt_str_starts(line, VT_STR("0x")) && line.len >= 21) ||
	       vt_str_starts(line, VT_STR("replay detection")) || vt_str_starts(line, VT_STR("outbound esp sas:")) ||
	       vt_str_starts(line, VT_STR("Inactive")) || vt_str_starts(line, VT_STR("There are no")) ||
	       vt_str_starts(line, VT_STR("%ASA"));
}

static void at_every_cut_what_was_read_is_true(const char *raw, size_t raw_len)
{
	char *text = malloc(raw_len + 1);
	memcpy(text, raw, raw_len);
	size_t len = raw_len;
	vt_clean(text, &len, NULL);
	struct vt_arena *arena = vt_arena_new(), *scratch = vt_arena_new();
	struct vt_ipsec_sa whole, part;
	struct vt_parse_report all, some;
	vt_ipsec_sa_parse((struct vt_str){ text, len }, arena, &whole, &all);
	for (size_t n = 1; n < len; n++) {
		vt_arena_reset(scratch);
		if (vt_ipsec_sa_parse((struct vt_str){ text, n }, scratch, &part, &some) != VT_OK)
			continue;
		assert_subset(&vt_ipsec_sa_shape, &part, &whole, "");
		if (!some.truncated && !may_end(last_line(text, n)))
			fail_msg("a cut at byte %zu looks like the end: " VT_FMT, n, VT_ARG(last_line(text, n)));
	}
	vt_arena_free(scratch);
	vt_arena_free(arena);
	free(text);
}

static void a_cut_listing_never_says_anything_untrue(void **state)
{
	(void)state;
	fixtures("show_crypto_ipsec_sa", at_every_cut_what_was_read_is_true);
}

static void no_cut_reads_a_byte_too_far(void **state)
{
	(void)state;
	fixtures("show_crypto_ipsec_sa", cut_ipsec_sa);
}

LISTING_TESTS(CASE(a_block_has_its_heading_and_its_idents), CASE(idents_are_read_in_all_their_forms),
	      CASE(endpoints_may_lack_the_port_and_be_ipv6), CASE(counters_may_come_in_any_order),
	      CASE(an_unknown_counter_spoils_only_itself), CASE(a_number_of_more_than_64_bits_is_not_believed),
	      CASE(a_path_mtu_line_may_have_an_override), CASE(unlimited_kilobytes_are_no_number),
	      CASE(lists_of_the_same_text_are_shared_and_others_are_not), CASE(nothing_up_is_a_listing),
	      CASE(other_text_is_not_this_command), CASE(a_heading_without_its_pair_is_a_cut_listing),
	      CASE(a_cut_listing_never_says_anything_untrue), CASE(no_cut_reads_a_byte_too_far))
