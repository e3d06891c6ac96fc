/* SPDX-License-Identifier: MIT
 * show nat [detail]
 */
#include "asa/nat_detail.h"

#include "tests/unit/listing_case.h"

LISTING(nat, struct vt_nat_detail, vt_nat_detail_parse);

static void rules_in_their_sections(void **state)
{
	(void)state;
	char *text = fixture("show_nat_detail/asa_9.12_detail.txt");
	struct vt_nat_detail *n = parse_nat(text);
	assert_parsed();
	assert_int_equal(n->rules_len, 3);
	const struct vt_nat_rule *r = n->rules;
	assert_int_equal(r[0].section, 1);
	assert_int_equal(r[0].line, 1);
	assert_str(r[0].source_interface, "inside");
	assert_str(r[0].destination_interface, "outside");
	assert_str(r[0].source_type, "static");
	assert_str(r[0].source_real, "LAN");
	assert_str(r[0].source_mapped, "LAN");
	assert_str(r[0].destination_mapped, "REM");
	assert_str(r[0].destination_real, "REM");
	assert_true(r[0].no_proxy_arp && r[0].route_lookup);
	assert_int_equal(r[0].translate_hits, 42);
	assert_int_equal(r[0].untranslate_hits, 45);
	assert_int_equal(r[1].line, 2);
	assert_absent(r[1].source_mapped);
	assert_str(r[1].source_pat_pool, "POOL");
	assert_true(r[1].source_interface_fallback && r[1].round_robin && r[1].inactive);
	assert_int_equal(r[2].section, 2);
	assert_str(r[2].service_protocol, "tcp");
	assert_str(r[2].service_real, "https");
	assert_str(r[2].service_mapped, "8443");
	free(text);
}

static void a_description_may_hold_any_word(void **state)
{
	(void)state;
	char *text = fixture("show_nat_detail/asa_9.12_detail.txt");
	const struct vt_nat_rule *r = parse_nat(text)->rules;
	assert_str(r->description, "VPN to HQ, inactive it is not");
	assert_false(r->inactive);
	free(text);
}

static void detail_says_what_an_object_stands_for(void **state)
{
	(void)state;
	char *text = fixture("show_nat_detail/asa_9.12_detail.txt");
	const struct vt_nat_rule *r = parse_nat(text)->rules;
	assert_int_equal(r[0].details_len, 2);
	assert_str(r[0].details[0].what, "Source");
	assert_str(r[0].details[0].origin, "10.1.0.0/16");
	assert_str(r[0].details[0].translated, "10.1.0.0/16");
	assert_str(r[0].details[1].origin, "10.2.0.0/16, 10.3.0.0/16");
	assert_str(r[1].details[0].origin, "0.0.0.0/0");
	assert_str(r[1].details[0].translated, "192.0.2.64-192.0.2.71");
	assert_int_equal(r[2].details_len, 2);
	assert_str(r[2].details[1].what, "Service");
	assert_str(r[2].details[1].origin, "Protocol: tcp Real: https");
	assert_str(r[2].details[1].translated, "8443");
	free(text);
}

static void rules_in_every_spelling(void **state)
{
	(void)state;
	const struct vt_nat_rule *r = parse_nat("Manual NAT Policies (Section 3)\n"
						"4 (inside) to (outside) source dynamic any interface ipv6   "
						"destination static interface ipv6 test9\n"
						"    translate_hits = 1, untranslate_hits = 2\n"
						"5 (any) to (outside) source dynamic test1 test2   destination static "
						"test3 test4 service any svc net-to-net\n"
						"    translate_hits = 1, untranslate_hits = 2\n")
					      ->rules;
	assert_parsed();
	assert_str(r[0].source_mapped, "interface");
	assert_true(r[0].ipv6);
	assert_str(r[0].destination_mapped, "interface");
	assert_str(r[0].destination_real, "test9");
	assert_str(r[1].service_real, "any");
	assert_str(r[1].service_mapped, "svc");
	assert_absent(r[1].service_protocol);
	assert_true(r[1].net_to_net);
}

static void a_word_nobody_knows_is_told(void **state)
{
	(void)state;
	struct vt_nat_detail *n = parse_nat("Auto NAT Policies (Section 2)\n1 (a) to (b) source static x y marvellous\n"
					    "    translate_hits = 1, untranslate_hits = 2\n");
	assert_int_equal(n->rules_len, 1);
	assert_int_equal(report.first_skipped_line, 2);
}

static void a_rule_without_its_hits_was_cut(void **state)
{
	(void)state;
	parse_nat("Auto NAT Policies (Section 2)\n1 (a) to (b) source static x y\n");
	assert_true(report.truncated);
	parse_nat("nat (inside,outside) source static x y\n");
	assert_int_equal(case_status, VT_E_NOT_THIS_COMMAND);
	fixtures("show_nat_detail", whole_nat);
	fixtures("show_nat_detail", cut_nat);
}

LISTING_TESTS(CASE(rules_in_their_sections), CASE(a_description_may_hold_any_word),
	      CASE(detail_says_what_an_object_stands_for), CASE(rules_in_every_spelling),
	      CASE(a_word_nobody_knows_is_told), CASE(a_rule_without_its_hits_was_cut))
