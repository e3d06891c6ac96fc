/* SPDX-License-Identifier: MIT
 * The sheet for the other side: whoever configures what it says fits our end, and it never says a key.
 */
#include "config/lint.h"
#include "config/pair.h"
#include "config/sheet.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "tests/unit/tap.h"

static const char ours[] =
	"ASA Version 9.12(4)\n"
	"interface GigabitEthernet0/0\n nameif outside\n ip address 198.51.100.1 255.255.255.0\n"
	"object network SECRET-PROJECT\n subnet 10.20.0.0 255.255.0.0\n"
	"access-list vpn_par extended deny ip host 10.20.0.9 any\n"
	"access-list vpn_par extended permit ip object SECRET-PROJECT 10.30.0.0 255.255.0.0\n"
	"access-list vpn_par extended permit tcp host 10.20.0.1 host 10.31.0.1\n"
	"access-list vpn_other extended permit ip object SECRET-PROJECT 10.40.0.0 255.255.0.0\n"
	"sysopt connection tcpmss 1350\n"
	"crypto ipsec ikev1 transform-set TS1 esp-aes-256 esp-sha-hmac\n"
	"crypto ipsec ikev2 ipsec-proposal P1\n protocol esp encryption aes-256 aes-gcm-256\n protocol esp integrity "
	"sha-256\n"
	"crypto ipsec profile VTI\n set ikev2 ipsec-proposal P1\n set pfs group19\n set security-association lifetime "
	"seconds 3600\n"
	"crypto map m 10 match address vpn_par\ncrypto map m 10 set peer 203.0.113.2\n"
	"crypto map m 10 set pfs\n"
	"crypto map m 10 set connection-type answer-only\n"
	"crypto map m 10 set ikev1 transform-set TS1\ncrypto map m 10 set ikev2 ipsec-proposal P1\n"
	"crypto map m 10 set security-association lifetime kilobytes unlimited\n"
	"crypto map m interface outside\n"
	"interface Tunnel1\n nameif vti\n tunnel source interface outside\n tunnel destination 203.0.113.77\n"
	" tunnel mode ipsec ipv4\n tunnel protection ipsec profile VTI\n"
	"crypto ikev2 policy 10\n encryption aes-256\n integrity sha256\n group 19\n prf sha256\n"
	"crypto ikev2 enable outside\n"
	"crypto ikev1 enable outside\n"
	"crypto ikev1 policy 20\n authentication pre-share\n encryption aes-256\n hash sha\n group 14\n lifetime "
	"43200\n"
	"tunnel-group 203.0.113.2 type ipsec-l2l\ntunnel-group 203.0.113.2 ipsec-attributes\n ikev1 pre-shared-key "
	"Zaubernuss1\n"
	" ikev2 remote-authentication pre-shared-key Zaubernuss2\n ikev2 local-authentication pre-shared-key "
	"Zaubernuss3\n"
	"tunnel-group 203.0.113.77 type ipsec-l2l\ntunnel-group 203.0.113.77 ipsec-attributes\n"
	" ikev2 remote-authentication certificate\n ikev2 local-authentication certificate Zaubernuss4\n"
	" isakmp keepalive disable\n: end\n";

struct made {
	struct vt_config *config;
	struct vt_expected expected;
	struct vt_buf sheet;
};

static struct made make(const char *peer, enum vt_sheet_form form)
{
	struct made made = { .config = vt_config_new() };
	vt_config_read(made.config, vt_str_of(ours));
	vt_config_finish(made.config);
	vt_config_expected(made.config, made.config->arena, &made.expected);
	struct vt_sheet_failure failure = { 1764000000000, VT_STR("no proposal chosen") };
	struct vt_sheet sheet = { .config = made.config,
				  .tunnel = vt_sheet_tunnel(made.config, &made.expected, vt_str_of(peer)),
				  .failures = &failure,
				  .failures_len = 1 };
	assert_non_null(sheet.tunnel);
	vt_sheet_write(&sheet, form, &made.sheet);
	return made;
}

static void done(struct made *made)
{
	vt_buf_free(&made->sheet);
	vt_config_free(made->config);
}

static void whoever_follows_it_fits_our_end(void **state)
{
	(void)state;
	static const char *const peers[] = { "203.0.113.2", "203.0.113.77" };
	for (size_t i = 0; i < 2; i++) {
		struct made made = make(peers[i], VT_SHEET_TEXT);
		const char *theirs = strstr(made.sheet.p, "Your end, as it would be");
		struct vt_buf text = { 0 };
		assert_non_null(theirs);
		vt_buf_printf(&text,
			      "ASA Version 9.20(2)\ninterface GigabitEthernet0/0\n nameif outside\n ip address %s "
			      "255.255.255.0\n"
			      "sysopt connection tcpmss 1350\n",
			      peers[i]);
		/* Without the two blanks that the sheet is indented by. */
		for (const char *p = strchr(theirs, '\n') + 1; *p; p = strchr(p, '\n') + 1)
			vt_buf_printf(&text, "%.*s\n", (int)strcspn(p + 2, "\n"), p + 2);
		vt_buf_printf(&text, ": end\n");
		struct vt_config *config = vt_config_new();
		struct vt_expected expected;
		struct vt_findings findings = { 0 };
		vt_config_read(config, vt_buf_view(&text));
		vt_config_finish(config);
		assert_int_equal(config->report.skipped, 0);
		vt_config_expected(config, config->arena, &expected);
		struct vt_lint_input input = { .config = config, .expected = &expected };
		vt_lint(&input, config->arena, &findings);
		struct vt_pair_side sides[] = { { .name = "we", .config = made.config, .expected = &made.expected },
						{ .name = "they", .config = config, .expected = &expected } };
		struct vt_ends_list ends = { 0 };
		vt_pair_find(sides, 2, config->arena, &ends);
		for (size_t j = 0; j < ends.len; j++)
			if (ends.items[j].a.tunnel && ends.items[j].b.tunnel)
				vt_pair_compare(sides, &ends.items[j], config->arena, &findings);
		assert_true(ends.len >= 1);
		for (size_t j = 0; j < findings.len; j++)
			/* Advice of the lint is about what our own end chose. */
			if (findings.items[j].rule[0] != 'L' || findings.items[j].severity != VT_ADVICE)
				fail_msg("%s: %s " VT_FMT "\n%s", peers[i], findings.items[j].rule,
					 VT_ARG(findings.items[j].says), text.p);
		vt_config_free(config);
		vt_buf_free(&text);
		done(&made);
	}
}

static void it_says_no_key_and_no_name_of_ours(void **state)
{
	(void)state;
	static const char *const peers[] = { "203.0.113.2", "203.0.113.77" };
	static const char *const secrets[] = { "Zaubernuss", "*****", "SECRET-PROJECT", "vpn_par",
					       "TS1",        "P1",    "10.40.0.0" };
	for (size_t i = 0; i < 2; i++)
		for (int form = VT_SHEET_TEXT; form <= VT_SHEET_MARKDOWN; form++) {
			struct made made = make(peers[i], (enum vt_sheet_form)form);
			for (size_t j = 0; j < sizeof secrets / sizeof *secrets; j++)
				if (strstr(made.sheet.p, secrets[j]))
					fail_msg("it says \"%s\":\n%s", secrets[j], made.sheet.p);
			done(&made);
		}
}

static void it_has_what_the_other_end_asks_for(void **state)
{
	(void)state;
	static const struct {
		const char *peer;
		enum vt_sheet_form form;
		const char *line;
	} cases[] = {
		{ "203.0.113.2", VT_SHEET_TEXT, "Site-to-site VPN 198.51.100.1 - 203.0.113.2\n" },
		{ "203.0.113.2", VT_SHEET_TEXT, "  who begins               only you\n" },
		{ "203.0.113.2", VT_SHEET_TEXT, "  perfect forward secrecy  group 2\n" }, /* bare, on 9.12 */
		{ "203.0.113.2", VT_SHEET_TEXT, "  lifetime by volume       unlimited\n" },
		{ "203.0.113.2", VT_SHEET_TEXT, "  10.20.0.0/16             10.30.0.0/16\n" },
		{ "203.0.113.2", VT_SHEET_TEXT, "  10.20.0.1/32             10.31.0.1/32 (IP protocol 6 only)\n" },
		{ "203.0.113.2", VT_SHEET_TEXT,
		  "  access-list VPN extended permit ip 10.30.0.0 255.255.0.0 10.20.0.0 255.255.0.0\n" },
		{ "203.0.113.2", VT_SHEET_TEXT, "  2025-11-24T16:00:00.000Z no proposal chosen\n" },
		{ "203.0.113.2", VT_SHEET_MARKDOWN, "# Site-to-site VPN 198.51.100.1 - 203.0.113.2\n" },
		{ "203.0.113.2", VT_SHEET_MARKDOWN, "| who begins | only you |\n" },
		{ "203.0.113.2", VT_SHEET_MARKDOWN, "crypto map OUTSIDE_MAP 10 set connection-type originate-only\n" },
		{ "203.0.113.77", VT_SHEET_TEXT, "  version 2, we prove by   certificate\n" },
		{ "203.0.113.77", VT_SHEET_TEXT, "   tunnel destination 198.51.100.1\n" },
		{ "203.0.113.77", VT_SHEET_TEXT, "  dead-peer detection      off\n" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct made made = make(cases[i].peer, cases[i].form);
		if (!strstr(made.sheet.p, cases[i].line))
			fail_msg("no \"%s\" in\n%s", cases[i].line, made.sheet.p);
		done(&made);
	}
}

static void a_peer_is_named_by_address_or_not_at_all(void **state)
{
	(void)state;
	struct made made = make("203.0.113.2", VT_SHEET_TEXT);
	assert_null(vt_sheet_tunnel(made.config, &made.expected, VT_STR("203.0.113.3")));
	assert_null(vt_sheet_tunnel(made.config, &made.expected, VT_STR("")));
	done(&made);
}

UNIT_TESTS(CASE(whoever_follows_it_fits_our_end), CASE(it_says_no_key_and_no_name_of_ours),
	   CASE(it_has_what_the_other_end_asks_for), CASE(a_peer_is_named_by_address_or_not_at_all))
