/* SPDX-License-Identifier: MIT
 * Both ends: two configurations that fit, what is changed in one of them, and what is said then.
 *
 * Expected is every finding, one a line:
 *     ROW FAULT SEVERITY | line of a < line of b …      ("a:" and "b:" say whose line it is)
 */
#include "config/lint.h"
#include "config/pair.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "tests/unit/tap.h"

static const char frankfurt[] =
	"ASA Version 9.16(3)\n"
	"interface GigabitEthernet0/0\n nameif outside\n ip address 198.51.100.1 255.255.255.0\n"
	"interface GigabitEthernet0/1\n nameif inside\n ip address 10.20.0.1 255.255.0.0\n"
	"object network FRA\n subnet 10.20.0.0 255.255.0.0\n"
	"object network PAR\n subnet 10.30.0.0 255.255.0.0\n"
	"access-list vpn_par extended permit ip object FRA object PAR\n"
	"access-list vpn_par extended permit ip object FRA 10.31.0.0 255.255.255.0\n"
	"nat (inside,outside) source static FRA FRA destination static PAR PAR\n"
	"sysopt connection tcpmss 1350\n"
	"crypto ipsec ikev1 transform-set TS1 esp-aes-256 esp-sha-hmac\n"
	"crypto ipsec ikev2 ipsec-proposal P1\n protocol esp encryption aes-256 aes-gcm-256\n protocol esp integrity "
	"sha-256\n"
	"crypto map m 10 match address vpn_par\ncrypto map m 10 set peer 203.0.113.2\n"
	"crypto map m 10 set ikev1 transform-set TS1\ncrypto map m 10 set ikev2 ipsec-proposal P1\n"
	"crypto map m interface outside\n"
	"crypto ikev2 policy 10\n encryption aes-256\n integrity sha256\n group 19\n prf sha256\n"
	"crypto ikev2 enable outside\n"
	"crypto ikev1 enable outside\n"
	"crypto ikev1 policy 10\n authentication pre-share\n encryption 3des\n hash md5\n group 2\n"
	"crypto ikev1 policy 20\n authentication pre-share\n encryption aes-256\n hash sha\n group 14\n"
	"tunnel-group 203.0.113.2 type ipsec-l2l\ntunnel-group 203.0.113.2 ipsec-attributes\n ikev1 pre-shared-key "
	"*****\n"
	" ikev2 remote-authentication pre-shared-key *****\n ikev2 local-authentication pre-shared-key *****\n: end\n";

static const char paris[] =
	"ASA Version 9.12(4)\n"
	"interface GigabitEthernet0/0\n nameif wan\n ip address 203.0.113.2 255.255.255.0\n"
	"interface GigabitEthernet0/1\n nameif inside\n ip address 10.30.0.1 255.255.0.0\n"
	"access-list to_fra extended permit ip 10.31.0.0 255.255.255.0 10.20.0.0 255.255.0.0\n"
	"access-list to_fra extended permit ip 10.30.0.0 255.255.0.0 10.20.0.0 255.255.0.0\n"
	"sysopt connection tcpmss 1350\n"
	"crypto ipsec ikev1 transform-set AES esp-sha-hmac esp-aes-256\n"
	"crypto ipsec ikev2 ipsec-proposal GCM\n protocol esp encryption aes-gcm-256\n protocol esp integrity null\n"
	"crypto map wan_map 30 match address to_fra\ncrypto map wan_map 30 set peer 198.51.100.1\n"
	"crypto map wan_map 30 set ikev1 transform-set AES\ncrypto map wan_map 30 set ikev2 ipsec-proposal GCM\n"
	"crypto map wan_map interface wan\n"
	"crypto ikev2 policy 1\n encryption aes-256 aes\n integrity sha256 sha\n group 19 14\n prf sha256 sha\n"
	"crypto ikev2 enable wan\n"
	"crypto ikev1 enable wan\n"
	"crypto ikev1 policy 5\n authentication pre-share\n encryption aes-256\n hash sha\n group 14\n"
	"tunnel-group 198.51.100.1 type ipsec-l2l\ntunnel-group 198.51.100.1 ipsec-attributes\n ikev1 pre-shared-key "
	"*****\n"
	" ikev2 remote-authentication pre-shared-key *****\n ikev2 local-authentication pre-shared-key *****\n: end\n";

/* ---- two texts to what is said of them ---- */

struct both {
	struct vt_config *config[2];
	struct vt_expected expected[2];
	struct vt_findings lint[2], findings;
	struct vt_pair_side side[2];
	struct vt_ends_list ends;
	struct vt_buf out;
};

static void tell(struct both *both, const struct vt_ends *ends, const struct vt_finding *f)
{
	const size_t of[2] = { ends->a.side, ends->b.side };
	vt_buf_printf(&both->out, "%s %s %s |", f->rule, f->fault, vt_severity_name(f->severity));
	for (size_t i = 0; i < f->lines_len; i++) {
		struct vt_place place = f->lines[i].place;
		vt_buf_printf(&both->out, " %c: " VT_FMT, f->lines[i].side ? 'b' : 'a',
			      VT_ARG(vt_str_trim(
				      vt_config_line(both->config[of[f->lines[i].side]], place.text, place.first))));
	}
	vt_buf_char(&both->out, '\n');
}

static void compare(struct both *both, const char *a, const char *b, const struct vt_addr *a_seen_as)
{
	const char *texts[] = { a, b };
	*both = (struct both){ 0 };
	for (int i = 0; i < 2; i++) {
		both->config[i] = vt_config_new();
		vt_config_read(both->config[i], vt_str_of(texts[i]));
		vt_config_finish(both->config[i]);
		vt_config_expected(both->config[i], both->config[i]->arena, &both->expected[i]);
		struct vt_lint_input input = { .config = both->config[i], .expected = &both->expected[i] };
		vt_lint(&input, both->config[i]->arena, &both->lint[i]);
		both->side[i] = (struct vt_pair_side){ .name = i ? "b" : "a",
						       .config = both->config[i],
						       .expected = &both->expected[i],
						       .findings = &both->lint[i] };
	}
	both->side[0].seen_as = a_seen_as;
	both->side[0].seen_as_len = a_seen_as ? 1 : 0;
	vt_pair_find(both->side, 2, both->config[0]->arena, &both->ends);
	for (size_t i = 0; i < both->ends.len; i++) {
		size_t before = both->findings.len;
		vt_pair_compare(both->side, &both->ends.items[i], both->config[0]->arena, &both->findings);
		for (size_t j = before; j < both->findings.len; j++)
			tell(both, &both->ends.items[i], &both->findings.items[j]);
	}
	vt_buf_add(&both->out, "", 1);
}

static void done(struct both *both)
{
	vt_buf_free(&both->out);
	vt_config_free(both->config[0]);
	vt_config_free(both->config[1]);
}

static char *edited(const char *text, const char *find, const char *replace)
{
	const char *at = strstr(text, find);
	struct vt_buf out = { 0 };
	if (!at)
		fail_msg("there is no \"%s\"", find);
	vt_buf_printf(&out, "%.*s%s%s", (int)(at - text), text, replace, at + strlen(find));
	return out.p;
}

struct edit { /* of Paris */
	const char *find, *replace, *findings;
};

static void expect_after(const struct edit *edits, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct both both;
		char *text = edited(paris, edits[i].find, edits[i].replace);
		compare(&both, frankfurt, text, NULL);
		if (strcmp(both.out.p, edits[i].findings) != 0)
			fail_msg("\"%s\" -> \"%s\"\n--- said:\n%s--- expected:\n%s", edits[i].find, edits[i].replace,
				 both.out.p, edits[i].findings);
		done(&both);
		free(text);
	}
}
#define EXPECT_AFTER(edits) expect_after(edits, sizeof(edits) / sizeof *(edits))

static void two_ends_that_fit_have_no_finding(void **state)
{
	(void)state;
	struct both both;
	compare(&both, frankfurt, paris, NULL);
	assert_string_equal(both.out.p, "");
	assert_int_equal(both.ends.len, 1);
	assert_false(both.ends.items[0].across_nat || both.ends.items[0].by_selectors);
	done(&both);
	/* In whichever order they are given. */
	compare(&both, paris, frankfurt, NULL);
	assert_string_equal(both.out.p, "");
	assert_int_equal(both.ends.len, 1);
	done(&both);
}

static void the_policy_they_agree_on_is_the_first_of_whoever_begins(void **state)
{
	(void)state;
	struct both both;
	const struct vt_config_policy *own, *theirs;
	compare(&both, frankfurt, paris, NULL);
	assert_true(vt_pair_policy(both.config[0], both.config[1], 1, &own, &theirs));
	assert_int_equal(own->priority, 20);
	assert_int_equal(theirs->priority, 5);
	assert_true(vt_pair_policy(both.config[1], both.config[0], 2, &own, &theirs));
	assert_int_equal(own->priority, 1);
	done(&both);
}

static void peer_addresses_lead_back(void **state)
{
	(void)state;
	static const struct edit edits[] = {
		/* A wrong digit: the networks still say whose tunnel it is. */
		{ "set peer 198.51.100.1", "set peer 198.51.100.7",
		  "peer P1-PEERIP fault | a: crypto map m 10 set peer 203.0.113.2 b: crypto map wan_map 30 set peer "
		  "198.51.100.7\n" },
		{ "crypto map wan_map interface wan", "",
		  "peer P1-PEERIP fault | a: crypto map m 10 set peer 203.0.113.2\n" },
		/* Peers of a dynamic map have no entry, and any of several may be the right one. */
		{ "crypto map wan_map 30 match address to_fra\ncrypto map wan_map 30 set peer 198.51.100.1\n",
		  "crypto map wan_map 65535 ipsec-isakmp dynamic D\n", "" },
		{ "set peer 198.51.100.1", "set peer 192.0.2.200 198.51.100.1", "" },
		/* Bound, and enabled nowhere. */
		{ "crypto ikev2 enable wan\ncrypto ikev1 enable wan\n", "",
		  "ike-version P1-IKEVER fault | a: crypto map m 10 set ikev2 "
		  "ipsec-proposal P1 b: crypto map wan_map 30 set ikev2 ipsec-proposal GCM\n" },
	};
	EXPECT_AFTER(edits);
}

/* Private addresses are many people's: who has one where no tunnel ends, or shares it with a third device, is no peer
 * that fails to answer. */
static void an_address_alone_makes_nobody_the_other_end(void **state)
{
	(void)state;
	static const char ends_elsewhere[] =
		"ASA Version 9.16(3)\n"
		"interface GigabitEthernet0/0\n nameif outside\n ip address 192.0.2.1 255.255.255.0\n"
		"interface GigabitEthernet0/1\n nameif inside\n ip address 203.0.113.2 255.255.255.0\n"
		"access-list v extended permit ip 10.50.0.0 255.255.0.0 10.60.0.0 255.255.0.0\n"
		"crypto map m 10 match address v\ncrypto map m 10 set peer 192.0.2.99\n"
		"crypto map m 10 set ikev1 transform-set T\ncrypto map m interface %s\n: end\n";
	static const struct {
		const char *interface, *findings;
	} cases[] = {
		{ "outside", "" },
		{ "inside", "peer P1-PEERIP fault | a: crypto map m 10 set peer 203.0.113.2\n" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct both both;
		char *other = edited(ends_elsewhere, "%s", cases[i].interface);
		compare(&both, frankfurt, other, NULL);
		assert_string_equal(both.out.p, cases[i].findings);
		done(&both);
		free(other);
	}
}

static void an_address_may_be_what_nat_makes_of_it(void **state)
{
	(void)state;
	struct both both;
	struct vt_addr seen;
	char *inside_nat = edited(frankfurt, "ip address 198.51.100.1 255.255.255.0",
				  "ip address 192.168.1.2 255.255.255.0");
	/* Told by the caller … */
	assert_true(vt_addr_parse(VT_STR("198.51.100.1"), &seen));
	compare(&both, inside_nat, paris, &seen);
	assert_string_equal(both.out.p, "");
	assert_int_equal(both.ends.len, 1);
	assert_true(both.ends.items[0].across_nat);
	done(&both);
	/* … or unknown: it may be right, and it may not. */
	compare(&both, inside_nat, paris, NULL);
	assert_string_equal(both.out.p,
			    "peer P1-PEERNAT warning | a: crypto map m 10 set peer 203.0.113.2 b: crypto map wan_map "
			    "30 set peer 198.51.100.1\n");
	done(&both);
	free(inside_nat);
}

static void a_device_in_front_may_show_the_translation(void **state)
{
	(void)state;
	char *behind = edited(frankfurt, "ip address 198.51.100.1 255.255.255.0",
			      "ip address 192.168.1.2 255.255.255.0");
	const char *front = "ASA Version 9.16(3)\ninterface G0/0\n nameif out\n ip address 198.51.100.9 255.255.255.0\n"
			    "object network VPN\n host 192.168.1.2\n nat (dmz,out) static 198.51.100.1\n: end\n";
	const char *texts[] = { behind, paris, front };
	struct vt_config *config[3];
	struct vt_expected expected[3];
	struct vt_pair_side side[3] = { 0 };
	struct vt_ends_list ends = { 0 };
	for (int i = 0; i < 3; i++) {
		config[i] = vt_config_new();
		vt_config_read(config[i], vt_str_of(texts[i]));
		vt_config_finish(config[i]);
		vt_config_expected(config[i], config[i]->arena, &expected[i]);
		side[i] = (struct vt_pair_side){ .config = config[i], .expected = &expected[i] };
	}
	vt_pair_find(side, 3, config[0]->arena, &ends);
	assert_int_equal(ends.len, 1);
	assert_int_equal(ends.items[0].a.side, 0);
	assert_int_equal(ends.items[0].b.side, 1);
	assert_false(ends.items[0].by_selectors);
	for (int i = 0; i < 3; i++)
		vt_config_free(config[i]);
	free(behind);
}

static void versions_have_one_in_common(void **state)
{
	(void)state;
	char *only_v2 = edited(frankfurt, "crypto map m 10 set ikev1 transform-set TS1\n", "");
	char *only_v1 = edited(paris, "crypto map wan_map 30 set ikev2 ipsec-proposal GCM\n", "");
	struct both both;
	compare(&both, only_v2, only_v1, NULL);
	assert_string_equal(
		both.out.p,
		"ike-version P1-IKEVER fault | a: crypto map m 10 set ikev2 ipsec-proposal P1 b: crypto map "
		"wan_map 30 set ikev1 transform-set AES\n");
	done(&both);
	/* In common, and not enabled. */
	char *off = edited(paris, "crypto ikev2 enable wan\n", "");
	compare(&both, only_v2, off, NULL);
	assert_string_equal(
		both.out.p,
		"ike-version P1-IKEVER fault | a: crypto map m 10 set ikev2 ipsec-proposal P1 b: crypto map "
		"wan_map 30 set ikev2 ipsec-proposal GCM\n");
	done(&both);
	free(off);
	free(only_v1);
	free(only_v2);
}

static void policies_and_proofs(void **state)
{
	(void)state;
	static const struct edit edits[] = {
		{ "encryption aes-256\n hash sha\n group 14", "encryption aes-256\n hash sha\n group 5",
		  "ikev1-policy P1-POLICY fault | a: crypto ikev1 policy 10 b: crypto ikev1 policy 5\n" },
		{ "authentication pre-share", "authentication rsa-sig",
		  "ikev1-policy P1-POLICY fault | a: crypto ikev1 policy 10 b: crypto ikev1 policy 5\n" },
		{ "integrity sha256 sha", "integrity sha",
		  "ikev2-policy P1-POLICY fault | a: crypto ikev2 policy 10 b: crypto ikev2 policy 1\n" },
		{ "ikev2 remote-authentication pre-shared-key *****", "ikev2 remote-authentication certificate",
		  "authentication P1-PSK fault | a: ikev2 local-authentication pre-shared-key ***** b: ikev2 "
		  "remote-authentication certificate\n" },
		{ "ikev1 pre-shared-key *****", "ikev1 trust-point CA",
		  "authentication P1-PSK fault | a: ikev1 pre-shared-key ***** b: ikev2 remote-authentication "
		  "pre-shared-key *****\n" },
	};
	EXPECT_AFTER(edits);
}

static void transforms_have_one_in_common(void **state)
{
	(void)state;
	static const struct edit edits[] = {
		{ "AES esp-sha-hmac esp-aes-256", "AES esp-sha-hmac esp-aes-192",
		  "transform P2-TSET fault | a: crypto ipsec ikev1 transform-set TS1 esp-aes-256 esp-sha-hmac b: "
		  "crypto ipsec "
		  "ikev1 transform-set AES esp-sha-hmac esp-aes-192\n" },
		{ "crypto map wan_map 30 match",
		  "crypto ipsec ikev1 transform-set AES mode transport\ncrypto map wan_map 30 match",
		  "transform P2-MODE warning | a: crypto ipsec ikev1 transform-set TS1 esp-aes-256 esp-sha-hmac b: "
		  "crypto "
		  "ipsec ikev1 transform-set AES esp-sha-hmac esp-aes-256\n" },
		{ "encryption aes-gcm-256", "encryption aes-gcm-192",
		  "transform P2-TSET fault | a: protocol esp encryption aes-256 aes-gcm-256 a: protocol esp integrity "
		  "sha-256 b: "
		  "protocol esp encryption aes-gcm-192 b: protocol esp integrity null\n" },
	};
	EXPECT_AFTER(edits);
}

static void access_lists_mirror_each_other(void **state)
{
	(void)state;
	static const struct edit edits[] = {
		/* Narrower there: what is inside works when it begins there. */
		{ "ip 10.30.0.0 255.255.0.0 10.20.0.0", "ip 10.30.1.0 255.255.255.0 10.20.0.0",
		  "selectors P2-PROXY warning | a: access-list vpn_par extended permit ip object FRA object PAR b: "
		  "access-list "
		  "to_fra extended permit ip 10.30.1.0 255.255.255.0 10.20.0.0 255.255.0.0\n" },
		{ "ip 10.30.0.0 255.255.0.0 10.20.0.0", "ip 10.30.0.0 255.254.0.0 10.20.0.0",
		  "selectors P2-PROXY warning | a: access-list vpn_par extended permit ip object FRA object PAR b: "
		  "access-list "
		  "to_fra extended permit ip 10.30.0.0 255.254.0.0 10.20.0.0 255.255.0.0\n" },
		/* Wider here, narrower there. */
		{ "ip 10.30.0.0 255.255.0.0 10.20.0.0 255.255.0.0", "ip 10.30.1.0 255.255.255.0 10.20.0.0 255.252.0.0",
		  "selectors P2-PROXY fault | a: access-list vpn_par extended permit ip object FRA object PAR b: "
		  "access-list "
		  "to_fra extended permit ip 10.30.1.0 255.255.255.0 10.20.0.0 255.252.0.0\n" },
		{ "ip 10.31.0.0 255.255.255.0", "ip 10.99.0.0 255.255.255.0",
		  "selectors P2-PROXY fault | a: access-list vpn_par extended permit ip object FRA 10.31.0.0 "
		  "255.255.255.0 b: "
		  "crypto map wan_map 30 match address to_fra\n"
		  "selectors P2-PROXY fault | a: crypto map m 10 match address vpn_par b: access-list to_fra extended "
		  "permit ip "
		  "10.99.0.0 255.255.255.0 10.20.0.0 255.255.0.0\n" },
		{ "permit ip 10.31.0.0", "permit tcp 10.31.0.0",
		  "selectors P2-PROXY warning | a: access-list vpn_par extended permit ip object FRA 10.31.0.0 "
		  "255.255.255.0 b: "
		  "access-list to_fra extended permit tcp 10.31.0.0 255.255.255.0 10.20.0.0 255.255.0.0\n" },
	};
	EXPECT_AFTER(edits);
}

static void values_of_the_entries_agree(void **state)
{
	(void)state;
#define AND(line) "crypto map wan_map 30 " line "\ncrypto map wan_map interface wan\n"
	static const struct edit edits[] = {
		{ "crypto map wan_map interface wan\n", AND("set pfs group14"),
		  "pfs P2-PFS warning | a: crypto map m 10 match address vpn_par b: crypto map wan_map 30 set pfs "
		  "group14\n" },
		{ "crypto map wan_map interface wan\n", AND("set security-association lifetime seconds 3600"),
		  "lifetime P2-LIFE advice | a: crypto map m 10 match address vpn_par b: crypto map wan_map 30 set "
		  "security-association lifetime seconds 3600\n" },
		/* What the device does anyway, said explicitly. */
		{ "crypto map wan_map interface wan\n",
		  AND("set security-association lifetime seconds 28800 kilobytes 4608000"), "" },
		{ "crypto map wan_map interface wan\n", AND("set nat-t-disable"),
		  "nat-t P1-NATT4500 warning | a: crypto map m 10 match address vpn_par b: crypto map wan_map 30 set "
		  "nat-t-disable\n" },
		{ "crypto ikev2 enable wan\n", "crypto ikev2 enable wan\nno crypto isakmp nat-traversal\n",
		  "nat-t P1-NATT4500 warning | a: crypto map m 10 match address vpn_par b: no crypto isakmp "
		  "nat-traversal\n" },
		{ "ikev1 pre-shared-key *****\n", "ikev1 pre-shared-key *****\n isakmp keepalive disable\n",
		  "dpd FL-DPD advice | a: tunnel-group 203.0.113.2 type ipsec-l2l b: isakmp keepalive disable\n" },
		{ "crypto map wan_map interface wan\n", AND("set connection-type answer-only"), "" },
		{ "sysopt connection tcpmss 1350\n", "sysopt connection tcpmss 0\n", "" },
		{ "sysopt connection tcpmss 1350\n", "sysopt connection tcpmss 0\nmtu wan 1400\n",
		  "mtu NT-MTU advice |\n" },
		{ "sysopt connection", "nat (inside,wan) source dynamic any interface\nsysopt connection",
		  "nat-exemption NT-NATEX fault | b: nat (inside,wan) source dynamic any interface b: access-list "
		  "to_fra extended "
		  "permit ip 10.31.0.0 255.255.255.0 10.20.0.0 255.255.0.0\n" },
	};
	EXPECT_AFTER(edits);
}

/* Which end may begin depends on which of them insists. */
static void pfs_by_version(void **state)
{
	(void)state;
	static const struct {
		const char *a, *b, *findings;
	} cases[] = {
		{ "group14", "group14", "" },
		{ "group14", "group19",
		  "pfs P2-PFS fault | a: crypto map m 10 set pfs group14 b: crypto map wan_map 30 set pfs group19\n" },
		/* Bare: group 14 since 9.13, group 2 before; Paris runs 9.12. */
		{ "group14", "",
		  "pfs P2-PFS fault | a: crypto map m 10 set pfs group14 b: crypto map wan_map 30 set pfs\n" },
		{ "group2", "", "" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char line_a[80], line_b[80];
		struct both both;
		snprintf(line_a, sizeof line_a, "crypto map m 10 set pfs %s\ncrypto map m interface", cases[i].a);
		snprintf(line_b, sizeof line_b, "crypto map wan_map 30 set pfs %s\ncrypto map wan_map interface",
			 cases[i].b);
		char *a = edited(frankfurt, "crypto map m interface", line_a),
		     *b = edited(paris, "crypto map wan_map interface", line_b);
		compare(&both, a, b, NULL);
		assert_string_equal(both.out.p, cases[i].findings);
		done(&both);
		free(a);
		free(b);
	}
}

static void somebody_has_to_begin(void **state)
{
	(void)state;
	char *a = edited(frankfurt, "crypto map m interface",
			 "crypto map m 10 set connection-type answer-only\ncrypto map m interface");
	char *b = edited(paris, "crypto map wan_map interface",
			 "crypto map wan_map 30 set connection-type answer-only\ncrypto map wan_map interface");
	struct both both;
	compare(&both, a, b, NULL);
	assert_string_equal(
		both.out.p,
		"connection-type P1-MODE fault | a: crypto map m 10 set connection-type answer-only b: crypto map "
		"wan_map 30 set connection-type answer-only\n");
	done(&both);
	free(a);
	free(b);
}

/* ---- live ---- */

static struct vt_ipsec_selector selector(const char *local, const char *remote, const char *peer, uint64_t in,
					 uint64_t out)
{
	return (struct vt_ipsec_selector){ .local_ident = { vt_str_of(local), VT_STR("255.255.0.0"), 0, 0 },
					   .remote_ident = { vt_str_of(remote), VT_STR("255.255.0.0"), 0, 0 },
					   .peer = vt_str_of(peer),
					   .inbound_spi = in,
					   .outbound_spi = out,
					   .first_line = 3,
					   .last_line = 40 };
}

static void what_one_sends_by_the_other_receives_by(void **state)
{
	(void)state;
	static const struct {
		const char *why;
		const char *b_remote;
		uint64_t b_in, b_out;
		int64_t apart_ms;
		const char *says;
	} cases[] = {
		{ "both fit", "10.20.0.0", 2, 1, 5000, "" },
		{ "b has forgotten", "10.20.0.0", 9, 1, 5000, "live-spis a\n" },
		{ "both are from another time", "10.20.0.0", 9, 8, -5000, "live-spis a\nlive-spis b\n" },
		{ "b protects something else", "10.99.0.0", 2, 1, 0, "live-selectors a\nlive-selectors b\n" },
		{ "too far apart to say", "10.20.0.0", 9, 8, 30001, "not compared\n" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct vt_addr addresses[2];
		assert_true(vt_addr_parse(VT_STR("198.51.100.1"), &addresses[0]) &&
			    vt_addr_parse(VT_STR("203.0.113.2"), &addresses[1]));
		struct vt_ipsec_selector a = selector("10.20.0.0", "10.30.0.0", "203.0.113.2", 1, 2),
					 b = selector("10.30.0.0", cases[i].b_remote, "198.51.100.1", cases[i].b_in,
						      cases[i].b_out);
		struct vt_ipsec_sa sa[2] = { { .selectors = &a, .selectors_len = 1 },
					     { .selectors = &b, .selectors_len = 1 } };
		struct vt_pair_live sides[2] = { { &sa[0], 1000000, &addresses[0], 1 },
						 { &sa[1], 1000000 + cases[i].apart_ms, &addresses[1], 1 } };
		struct vt_arena *arena = vt_arena_new();
		struct vt_findings findings = { 0 };
		char said[256] = "";
		if (!vt_pair_compare_live(sides, false, arena, &findings))
			snprintf(said, sizeof said, "not compared\n");
		for (size_t j = 0; j < findings.len; j++) {
			snprintf(said + strlen(said), sizeof said - strlen(said), "%s %c\n", findings.items[j].rule,
				 findings.items[j].lines[0].side ? 'b' : 'a');
			assert_int_equal(findings.items[j].confidence, VT_LIKELY); /* a rekey may lie between */
		}
		if (strcmp(said, cases[i].says) != 0)
			fail_msg("%s: \"%s\", expected \"%s\"", cases[i].why, said, cases[i].says);
		vt_arena_free(arena);
	}
}

static void clocks_may_differ_by_less_than_a_minute(void **state)
{
	(void)state;
	static const struct {
		int64_t a_says, a_asked, b_says, b_asked, ahead;
		size_t findings;
	} cases[] = {
		{ 1000000, 1000000, 1000000, 1000000, 0, 0 },
		{ 1000000, 1000000, 1059999, 1000000, 59999, 0 },
		{ 1000000, 1000000, 1060000, 1000000, 60000, 1 },
		{ 1000000, 1000000, 940000, 1000000, -60000, 1 },
		/* Asked a minute later, it has gone on by a minute. */
		{ 1000000, 1000000, 1060000, 1060000, 0, 0 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct vt_pair_clock a = { cases[i].a_says, cases[i].a_asked },
				     b = { cases[i].b_says, cases[i].b_asked };
		struct vt_arena *arena = vt_arena_new();
		struct vt_findings findings = { 0 };
		assert_int_equal(vt_pair_compare_clocks(&a, &b, arena, &findings), cases[i].ahead);
		assert_int_equal(findings.len, cases[i].findings);
		vt_arena_free(arena);
	}
}

UNIT_TESTS(CASE(two_ends_that_fit_have_no_finding), CASE(the_policy_they_agree_on_is_the_first_of_whoever_begins),
	   CASE(peer_addresses_lead_back), CASE(an_address_alone_makes_nobody_the_other_end),
	   CASE(an_address_may_be_what_nat_makes_of_it), CASE(a_device_in_front_may_show_the_translation),
	   CASE(versions_have_one_in_common), CASE(policies_and_proofs), CASE(transforms_have_one_in_common),
	   CASE(access_lists_mirror_each_other), CASE(values_of_the_entries_agree), CASE(pfs_by_version),
	   CASE(somebody_has_to_begin), CASE(what_one_sends_by_the_other_receives_by),
	   CASE(clocks_may_differ_by_less_than_a_minute))
