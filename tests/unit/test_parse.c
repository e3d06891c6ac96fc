/* SPDX-License-Identifier: MIT
 * The table of listings: what people type, what is recognised by shape, and how a paste is cut.
 */
#include "asa/ike_sa.h"
#include "asa/parse.h"

#include <stdio.h>

#include "tests/unit/tap.h"

static struct vt_arena *arena;
static struct vt_listing **listings;
static size_t len;

static void paste(const char *text)
{
	vt_arena_free(arena);
	arena = vt_arena_new();
	listings = vt_transcript_parse(vt_str_of(text), VT_STR_NONE, arena, &len);
}

static void commands_are_known_as_people_type_them(void **state)
{
	(void)state;
	static const struct {
		const char *typed;
		enum vt_listing_kind kind;
	} cases[] = {
		{ "show crypto ipsec sa", VT_LISTING_IPSEC_SA },
		{ "sh cry ips sa det", VT_LISTING_IPSEC_SA },
		{ "show ipsec sa peer 192.0.2.1 detail", VT_LISTING_IPSEC_SA },
		{ "SHOW CRYPTO IPSEC SA", VT_LISTING_IPSEC_SA },
		{ "sh cry isa sa", VT_LISTING_IKE_SA },
		{ "sh crypto ikev1 sa | b 90.1.1.1", VT_LISTING_IKE_SA },
		{ "show  crypto   ikev2  sa  detail ", VT_LISTING_IKE_SA },
		{ "show isakmp sa", VT_LISTING_IKE_SA },
		{ "sh cry ips st", VT_LISTING_IPSEC_STATS },
		{ "show vpn-sessiondb det l2l", VT_LISTING_VPN_SESSIONDB },
		{ "sh vpn-s l2l filter ipaddress 192.0.2.1", VT_LISTING_VPN_SESSIONDB },
		{ "show vpn-sessiondb", VT_LISTING_VPN_SESSIONDB_SUMMARY },
		{ "show vpn-sessiondb summ", VT_LISTING_VPN_SESSIONDB_SUMMARY },
		{ "show vpn-sessiondb anyconnect", VT_LISTING_UNKNOWN },
		{ "sh asp table vpn-context det", VT_LISTING_ASP_VPN_CONTEXT },
		{ "sh asp drop", VT_LISTING_ASP_DROP },
		{ "sh ver", VT_LISTING_VERSION },
		{ "sh run names", VT_LISTING_NAMES },
		{ "ping inside 10.0.0.1", VT_LISTING_PING },
		{ "packet-tracer input inside tcp 10.0.0.1 1 10.2.0.1 443", VT_LISTING_PACKET_TRACER },
		{ "show running-config", VT_LISTING_UNKNOWN },
		{ "show crypto key mypubkey rsa", VT_LISTING_UNKNOWN },
		{ "show", VT_LISTING_UNKNOWN },
		{ "", VT_LISTING_UNKNOWN },
		{ "| b x", VT_LISTING_UNKNOWN },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		enum vt_listing_kind kind = vt_listing_of_command(vt_str_of(cases[i].typed));
		if (kind != cases[i].kind)
			fail_msg("\"%s\": \"%s\", expected \"%s\"", cases[i].typed, vt_listing_command(kind),
				 vt_listing_command(cases[i].kind));
	}
}

static void every_kind_is_named_by_its_own_command(void **state)
{
	(void)state;
	for (int i = VT_LISTING_UNKNOWN + 1; i < VT_LISTING_KINDS; i++) {
		enum vt_listing_kind kind = (enum vt_listing_kind)i;
		const char *command = vt_listing_command(kind);
		assert_non_null(vt_listing_shape(kind));
		/* A bare ping or packet-tracer has no listing: it asks, or is incomplete. */
		if (kind == VT_LISTING_PACKET_TRACER)
			command = "packet-tracer input inside tcp";
		assert_int_equal(vt_listing_of_command(vt_str_of(command)), kind);
	}
}

static void a_listing_is_known_by_its_shape(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		enum vt_listing_kind kind;
	} cases[] = {
		{ "\r\n  interface: outside\r\n", VT_LISTING_IPSEC_SA },
		{ "There are no ipsec sas\n", VT_LISTING_IPSEC_SA },
		{ "1   IKE Peer: 192.0.2.1\n    Type : L2L Role : initiator\nTotal IKE SA: 1\n", VT_LISTING_IKE_SA },
		{ "There are no IKEv2 SAs\n", VT_LISTING_IKE_SA },
		{ "Session Type: LAN-to-LAN Detailed\n", VT_LISTING_VPN_SESSIONDB },
		{ "Session Type: AnyConnect\n", VT_LISTING_UNKNOWN },
		{ "VPN CTX  = 0x01177414\n", VT_LISTING_ASP_VPN_CONTEXT },
		{ "IPsec Global Statistics\n", VT_LISTING_IPSEC_STATS },
		{ "", VT_LISTING_UNKNOWN },
		{ "hello\n", VT_LISTING_UNKNOWN },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		enum vt_listing_kind kind = vt_listing_of_shape(vt_str_of(cases[i].text));
		if (kind != cases[i].kind)
			fail_msg("\"%s\": \"%s\", expected \"%s\"", cases[i].text, vt_listing_command(kind),
				 vt_listing_command(cases[i].kind));
	}
}

/* Each prompt of the field notes, with an echo behind it: one listing, cut at the same prompt alone. */
static void prompts_of_all_styles_cut_a_paste(void **state)
{
	(void)state;
	static const char *const prompts[] = {
		"ciscoasa>",
		"ciscoasa#",
		"ciscoasa# ",
		"ASA1-FW/customer1(config-if)#",
		"ASA1-FW/admin# ",
		"act/Lab2/FWasa1#",
		"ciscoasa/pri/act#",
		"FW1/sec/stby# ",
		"UK-ASA/sec/actNoFailover#",
		"fw.example.net>",
	};
	for (size_t i = 0; i < sizeof prompts / sizeof *prompts; i++) {
		char text[512];
		snprintf(text, sizeof text,
			 "%sshow crypto ipsec sa\nThere are no ipsec sas\n%ssh cry isa sa\nThere are no IKEv1 SAs\n%s",
			 prompts[i], prompts[i], prompts[i]);
		paste(text);
		if (len != 2 || listings[0]->kind != VT_LISTING_IPSEC_SA || listings[1]->kind != VT_LISTING_IKE_SA)
			fail_msg("%s: %zu listings", prompts[i], len);
		assert_str(listings[1]->command, "sh cry isa sa");
		assert_int_equal(listings[0]->report.lines, 1);
		assert_int_equal(listings[1]->report.lines, 1);
	}
}

static void a_failover_and_a_context_are_the_same_device(void **state)
{
	(void)state;
	paste("FW1/pri/act# show crypto ipsec sa\nThere are no ipsec sas\nFW1/sec/stby# \nFW1/sec/stby# \n"
	      "customer1/FW1/stby# anything at all\n");
	assert_int_equal(len, 1);
	assert_int_equal(listings[0]->report.lines, 1);
}

static void a_line_of_data_is_not_a_prompt(void **state)
{
	(void)state;
	/* A '#' behind the first word, but neither a known device nor a command behind it. */
	paste("fw1# show crypto ikev2 sa\nIKEv2 SAs:\nlink# spare\nuser> 5\n");
	assert_int_equal(len, 1);
	assert_int_equal(listings[0]->report.lines, 3);
	assert_int_equal(listings[0]->report.skipped, 2);
}

static void a_refusal_is_told_as_one(void **state)
{
	(void)state;
	static const struct {
		const char *answer;
		enum vt_status status;
	} cases[] = {
		{ "ERROR: Command authorization failed\n", VT_E_DENIED },
		{ "Command authorization failed\n", VT_E_DENIED },
		{ "                ^\nERROR: % Invalid input detected at '^' marker.\n", VT_E_REJECTED },
		{ "ERROR: % Ambiguous command:  \"sh cry i\"\n", VT_E_REJECTED },
		{ "ERROR: % Incomplete command\n", VT_E_REJECTED },
		{ "There are no IKEv1 SAs\n", VT_OK },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char text[256];
		snprintf(text, sizeof text, "fw1# show crypto ikev1 sa\n%sfw1# \n", cases[i].answer);
		paste(text);
		assert_int_equal(len, 1);
		assert_int_equal(listings[0]->status, cases[i].status);
		assert_true((listings[0]->facts != NULL) == (cases[i].status == VT_OK));
		assert_int_equal(listings[0]->report.skipped, 0);
	}
}

static void names_become_addresses_wherever_they_stand(void **state)
{
	(void)state;
	paste("fw1# show crypto ikev1 sa\n1 IKE Peer: acme\nType : L2L Role : initiator\nRekey : no State : MM_ACTIVE\n"
	      "2 IKE Peer: acme-backup\nType : L2L Role : initiator\nRekey : no State : MM_ACTIVE\n"
	      "fw1# show names\nname 192.0.2.9 acme\nname 192.0.2.10 acme-backup\nfw1# ");
	assert_int_equal(len, 2);
	const struct vt_ike_sa *facts = listings[0]->facts;
	assert_str(facts->ikev1.sas[0].peer, "192.0.2.9");
	assert_str(facts->ikev1.sas[1].peer, "192.0.2.10");
}

static void what_nobody_reads_is_not_passed_over(void **state)
{
	(void)state;
	paste("Type help or '?' for a list of available commands.\nfw1> enable\nPassword: ****\nfw1# show inventory\n"
	      "Name: \"Chassis\"\n\nfw1# terminal pager 0\nfw1# show crypto key mypubkey rsa\nfw1# exit\n\nLogoff\n");
	assert_int_equal(len, 1);
	assert_int_equal(listings[0]->status, VT_E_UNKNOWN_COMMAND);
	assert_str(listings[0]->command, "show inventory");
	assert_int_equal(listings[0]->report.lines, 2);
	assert_int_equal(listings[0]->report.skipped, 1);
}

static void a_command_given_names_what_has_no_echo(void **state)
{
	(void)state;
	vt_arena_free(arena);
	arena = vt_arena_new();
	listings = vt_transcript_parse(VT_STR("    Rekey SA: 0\nTotal IKE SA: 0\n"), VT_STR("show crypto ikev1 sa"),
				       arena, &len);
	assert_int_equal(len, 1);
	assert_int_equal(listings[0]->kind, VT_LISTING_IKE_SA);
	assert_str(listings[0]->command, "show crypto ikev1 sa");
	assert_int_equal(listings[0]->status, VT_OK);
}

static int end(void **state)
{
	(void)state;
	vt_arena_free(arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(commands_are_known_as_people_type_them),
		CASE(every_kind_is_named_by_its_own_command),
		CASE(a_listing_is_known_by_its_shape),
		CASE(prompts_of_all_styles_cut_a_paste),
		CASE(a_failover_and_a_context_are_the_same_device),
		CASE(a_line_of_data_is_not_a_prompt),
		CASE(a_refusal_is_told_as_one),
		CASE(names_become_addresses_wherever_they_stand),
		CASE(what_nobody_reads_is_not_passed_over),
		CASE(a_command_given_names_what_has_no_echo),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, end);
}
