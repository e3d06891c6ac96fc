/* SPDX-License-Identifier: MIT
 * packet-tracer, as text and as XML
 */
#include "asa/packet_tracer.h"

#include "tests/unit/listing_case.h"

LISTING(trace, struct vt_packet_tracer, vt_packet_tracer_parse);

static void a_trace_that_ends_at_the_encryption(void **state)
{
	(void)state;
	char *text = fixture("packet-tracer/vpn_encrypt_drop_9.18_detailed.txt");
	struct vt_packet_tracer *t = parse_trace(text);
	assert_parsed();
	assert_int_equal(t->phases_len, 3);
	assert_str(t->phases[0].type, "ROUTE-LOOKUP");
	assert_str(t->phases[0].subtype, "Resolve Egress Interface");
	assert_int_equal(t->phases[0].elapsed_ns, 17689);
	assert_int_equal(t->phases[0].config.len, 0);
	assert_str(t->phases[0].info.items[0], "found next-hop 192.0.2.254 using egress ifc  outside(vrfid:0)");
	assert_absent(t->phases[1].subtype);
	assert_int_equal(t->phases[1].config.len, 1);
	assert_int_equal(t->phases[1].info.len, 4);
	assert_int_equal(t->phases[2].phase, 3);
	assert_str(t->phases[2].type, "VPN");
	assert_str(t->phases[2].subtype, "encrypt");
	assert_str(t->phases[2].result, "DROP");
	assert_int_equal(t->phases[2].first_line, 23);
	assert_str(t->result.input_interface, "inside");
	assert_int_equal(t->result.input_vrf, 0);
	assert_str(t->result.output_line_status, "up");
	assert_str(t->result.action, "drop");
	assert_int_equal(t->result.time_taken_ns, 88421);
	free(text);
}

static void a_drop_names_its_keyword(void **state)
{
	(void)state;
	static const struct {
		const char *line, *reason, *keyword, *location;
	} cases[] = {
		{ "(acl-drop) Flow is denied by configured rule", "(acl-drop) Flow is denied by configured rule",
		  "acl-drop", NULL },
		{ "(nat-xlate-failed) NAT failed, Drop-location: frame 0x01 flow (NA)/NA",
		  "(nat-xlate-failed) NAT failed", "nat-xlate-failed", "frame 0x01 flow (NA)/NA" },
		{ "(vpn-handle-error) VPN Handle Error: (x)", "(vpn-handle-error) VPN Handle Error: (x)",
		  "vpn-handle-error", NULL },
		{ "no words in brackets", "no words in brackets", NULL, NULL },
		{ "(half", "(half", NULL, NULL },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char text[256];
		snprintf(text, sizeof text, "Result:\ninput-interface: inside\nAction: drop\nDrop-reason: %s\n",
			 cases[i].line);
		struct vt_packet_tracer *t = parse_trace(text);
		assert_parsed();
		assert_str(t->result.drop_reason, cases[i].reason);
		assert_str(t->result.drop_keyword, cases[i].keyword ? cases[i].keyword : "");
		assert_str(t->result.drop_location, cases[i].location ? cases[i].location : "");
	}
}

static void the_xml_form_gives_the_same_facts(void **state)
{
	(void)state;
	char *text = fixture("packet-tracer/allow.xml.txt");
	struct vt_packet_tracer *t = parse_trace(text);
	assert_parsed();
	assert_int_equal(t->phases_len, 1);
	assert_int_equal(t->phases[0].phase, 1);
	assert_str(t->phases[0].type, "ACCESS-LIST");
	assert_str(t->phases[0].result, "ALLOW");
	assert_int_equal(t->phases[0].config.len, 2);
	assert_str(t->phases[0].config.items[1], "access-list IN extended permit ip any any");
	assert_str(t->phases[0].info.items[0], "hits<=3 & more");
	assert_str(t->result.input_interface, "inside");
	assert_str(t->result.action, "drop");
	assert_str(t->result.drop_keyword, "nat-xlate-failed");
	free(text);
}

static void xml_is_only_scanned(void **state)
{
	(void)state;
	/* Text that was not escaped, an element of a later release, a stray word. */
	struct vt_packet_tracer *t = parse_trace(
		"<Phase><id>1</id><type>NAT</type><result>ALLOW</result><colour>red</colour>\n"
		"<extra>a < b </extra></Phase>\nwhat\n<result><action>allow</action></result>\n");
	assert_int_equal(t->phases_len, 1);
	assert_str(t->phases[0].info.items[0], "a < b");
	assert_str(t->result.action, "allow");
	assert_int_equal(report.first_skipped_line, 1);
	assert_str(report.first_skipped, "colour");
	assert_false(report.truncated);
	/* An element without its end. */
	t = parse_trace("<Phase><id>1</id><type>NAT</type><extra>half of it");
	assert_int_equal(t->phases_len, 1);
	assert_true(report.truncated);
}

static void a_trace_without_an_action_was_cut(void **state)
{
	(void)state;
	parse_trace("Phase: 1\nType: NAT\nSubtype: \nResult: ALLOW\nConfig:\nAdditional Information:\n");
	assert_int_equal(case_status, VT_OK);
	assert_true(report.truncated);
	parse_trace("There are no ipsec sas\n");
	assert_int_equal(case_status, VT_E_NOT_THIS_COMMAND);
}

static void a_trace_may_end_anywhere(void **state)
{
	(void)state;
	fixtures("packet-tracer", whole_trace);
	fixtures("packet-tracer", cut_trace);
}

LISTING_TESTS(CASE(a_trace_that_ends_at_the_encryption), CASE(a_drop_names_its_keyword),
	      CASE(the_xml_form_gives_the_same_facts), CASE(xml_is_only_scanned),
	      CASE(a_trace_without_an_action_was_cut), CASE(a_trace_may_end_anywhere))
