/* SPDX-License-Identifier: MIT
 * The lint, rule by rule: one healthy configuration, what is changed in it, and what is said then.
 *
 * The healthy configuration has what rules like to trip over: names instead of addresses, a VPN whose crypto ACL has
 * translated networks, backup peers, a virtual tunnel interface, both IKE versions, a dynamic map at the end. A
 * case replaces one piece of it; expected is every finding that this makes:
 *     RULE FAULT SEVERITY SUBJECT | evidence; evidence
 */
#include "config/lint.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "tests/unit/tap.h"

static const char healthy[] =
	"ASA Version 9.16(3)19\n"
	"!\n"
	"hostname fra-fw1\n"
	"names\n"
	"name 203.0.113.9 acme-peer description the other end\n"
	"!\n"
	"interface GigabitEthernet0/0\n"
	" nameif outside\n"
	" security-level 0\n"
	" ip address 198.51.100.1 255.255.255.0\n"
	"!\n"
	"interface GigabitEthernet0/1\n"
	" nameif inside\n"
	" security-level 100\n"
	" ip address 10.20.0.1 255.255.255.0\n"
	"!\n"
	"interface Tunnel1\n"
	" nameif vti1\n"
	" ip address 169.254.1.1 255.255.255.252\n"
	" tunnel source interface outside\n"
	" tunnel destination 203.0.113.77\n"
	" tunnel mode ipsec ipv4\n"
	" tunnel protection ipsec profile VTI\n"
	"!\n"
	"object network LAN\n"
	" subnet 10.20.0.0 255.255.0.0\n"
	"object network ACME\n"
	" subnet 10.30.0.0 255.255.0.0\n"
	"object network BETA\n"
	" subnet 10.40.0.0 255.255.0.0\n"
	"object network LAN-AS-BETA-SEES-IT\n"
	" subnet 192.168.99.0 255.255.255.0\n"
	"object network LAN24\n"
	" subnet 10.20.0.0 255.255.255.0\n"
	"object-group network LOCAL\n"
	" network-object object LAN\n"
	"access-list vpn_acme extended permit ip object-group LOCAL object ACME \n"
	"access-list vpn_beta extended permit ip 192.168.99.0 255.255.255.0 10.40.0.0 255.255.0.0 \n"
	"access-list outside_in extended permit icmp any any \n"
	"access-list filter_acme extended permit tcp host 10.30.0.5 host 10.20.0.7 eq 443 \n"
	"mtu outside 1500\n"
	"nat (inside,outside) source static LOCAL LOCAL destination static ACME ACME no-proxy-arp route-lookup\n"
	"nat (inside,outside) source static LAN24 LAN-AS-BETA-SEES-IT destination static BETA BETA\n"
	"!\n"
	"object network LAN\n"
	" nat (inside,outside) dynamic interface\n"
	"!\n"
	"nat (any,outside) after-auto source dynamic any interface\n"
	"access-group outside_in in interface outside\n"
	"route outside 0.0.0.0 0.0.0.0 198.51.100.254 1\n"
	"route inside 10.20.0.0 255.255.0.0 10.20.0.254 1\n"
	"timeout xlate 3:00:00\n"
	"crypto ipsec ikev1 transform-set TS esp-aes-256 esp-sha-hmac \n"
	"crypto ipsec ikev2 ipsec-proposal PROP\n"
	" protocol esp encryption aes-256\n"
	" protocol esp integrity sha-256\n"
	"crypto ipsec profile VTI\n"
	" set ikev2 ipsec-proposal PROP\n"
	"crypto ipsec security-association pmtu-aging infinite\n"
	"crypto dynamic-map DYN 10 set ikev1 transform-set TS\n"
	"crypto map outside_map 20 match address vpn_acme\n"
	"crypto map outside_map 20 set peer acme-peer 203.0.113.10 \n"
	"crypto map outside_map 20 set ikev2 ipsec-proposal PROP\n"
	"crypto map outside_map 30 match address vpn_beta\n"
	"crypto map outside_map 30 set peer 203.0.113.30 \n"
	"crypto map outside_map 30 set ikev1 transform-set TS\n"
	"crypto map outside_map 65535 ipsec-isakmp dynamic DYN\n"
	"crypto map outside_map interface outside\n"
	"crypto ikev2 policy 10\n"
	" encryption aes-256\n"
	" integrity sha256\n"
	" group 19\n"
	" prf sha256\n"
	" lifetime seconds 86400\n"
	"crypto ikev2 enable outside\n"
	"crypto ikev1 enable outside\n"
	"crypto ikev1 policy 10\n"
	" authentication pre-share\n"
	" encryption aes-256\n"
	" hash sha\n"
	" group 14\n"
	" lifetime 86400\n"
	"telnet timeout 5\n"
	"group-policy GP internal\n"
	"group-policy GP attributes\n"
	" vpn-idle-timeout none\n"
	" vpn-filter value filter_acme\n"
	" vpn-tunnel-protocol ikev1 ikev2 \n"
	"dynamic-access-policy-record DfltAccessPolicy\n"
	"tunnel-group 203.0.113.9 type ipsec-l2l\n"
	"tunnel-group 203.0.113.9 general-attributes\n"
	" default-group-policy GP\n"
	"tunnel-group 203.0.113.9 ipsec-attributes\n"
	" ikev2 remote-authentication pre-shared-key *****\n"
	" ikev2 local-authentication pre-shared-key *****\n"
	"tunnel-group 203.0.113.10 type ipsec-l2l\n"
	"tunnel-group 203.0.113.10 ipsec-attributes\n"
	" ikev2 remote-authentication pre-shared-key *****\n"
	" ikev2 local-authentication pre-shared-key *****\n"
	"tunnel-group 203.0.113.30 type ipsec-l2l\n"
	"tunnel-group 203.0.113.30 ipsec-attributes\n"
	" ikev1 pre-shared-key *****\n"
	"tunnel-group 203.0.113.77 type ipsec-l2l\n"
	"tunnel-group 203.0.113.77 ipsec-attributes\n"
	" ikev2 remote-authentication pre-shared-key *****\n"
	" ikev2 local-authentication pre-shared-key *****\n"
	"!\n"
	"class-map inspection_default\n"
	"Cryptochecksum:0123456789abcdef0123456789abcdef\n"
	": end\n";

/* ---- from a text to its findings, one a line ---- */

static void tell(struct vt_buf *out, const struct vt_config *config, const struct vt_finding *f)
{
	vt_buf_printf(out, "%s %s %s " VT_FMT " |", f->rule, f->fault, vt_severity_name(f->severity),
		      VT_ARG(f->subject));
	for (size_t i = 0; i < f->lines_len; i++) {
		struct vt_place place = f->lines[i].place;
		vt_buf_printf(out, "%s " VT_FMT, i ? ";" : "",
			      VT_ARG(vt_str_trim(vt_config_line(config, place.text, place.first))));
	}
	vt_buf_char(out, '\n');
}

struct outside { /* what rules take besides the configuration */
	const struct vt_addr *must_be_up;
	const struct vt_failover *failover;
	const struct vt_vpn_sessiondb_summary *summary;
	const struct vt_certificates *certificates;
	int64_t now_ms;
};

static char *findings_of(struct vt_str text, const struct outside *outside)
{
	struct vt_config *config = vt_config_new();
	struct vt_expected expected;
	struct vt_findings findings = { 0 };
	struct vt_buf out = { 0 };
	vt_config_read(config, text);
	vt_config_finish(config);
	vt_config_expected(config, config->arena, &expected);
	struct vt_lint_input input = { .config = config, .expected = &expected };
	if (outside) {
		input.must_be_up = outside->must_be_up;
		input.must_be_up_len = outside->must_be_up ? 1 : 0;
		input.failover = outside->failover;
		input.summary = outside->summary;
		input.certificates = outside->certificates;
		input.now_ms = outside->now_ms;
	}
	vt_lint(&input, config->arena, &findings);
	for (size_t i = 0; i < findings.len; i++)
		tell(&out, config, &findings.items[i]);
	vt_buf_char(&out, '\0');
	vt_config_free(config);
	return out.p;
}

static char *edited(const char *find, const char *replace)
{
	const char *at = strstr(healthy, find);
	struct vt_buf out = { 0 };
	if (!at)
		fail_msg("the healthy configuration has no \"%s\"", find);
	vt_buf_printf(&out, "%.*s%s%s", (int)(at - healthy), healthy, replace, at + strlen(find));
	return out.p;
}

struct edit {
	const char *find, *replace, *findings;
};

static void expect_after(const struct edit *edits, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char *text = edited(edits[i].find, edits[i].replace);
		char *got = findings_of(vt_str_of(text), NULL);
		if (strcmp(got, edits[i].findings) != 0)
			fail_msg("\"%s\" -> \"%s\"\n--- said:\n%s--- expected:\n%s", edits[i].find, edits[i].replace,
				 got, edits[i].findings);
		free(got);
		free(text);
	}
}
#define EXPECT_AFTER(edits) expect_after(edits, sizeof(edits) / sizeof *(edits))

static void expect(const char *text, const char *findings)
{
	char *got = findings_of(vt_str_of(text), NULL);
	assert_string_equal(got, findings);
	free(got);
}

static void a_healthy_configuration_has_no_finding(void **state)
{
	(void)state;
	expect(healthy, "");
}

/* ---- rule by rule ---- */

static void l1_a_map_is_bound_to_an_interface_that_is_up(void **state)
{
	(void)state;
	static const struct edit edits[] = {
		{ "crypto map outside_map interface outside\n", "",
		  "L1 P1-MAPIFC fault crypto map outside_map | crypto map outside_map 20 match address vpn_acme\n" },
		{ "crypto map outside_map interface outside\n", "crypto map outside_map interface Outside\n",
		  "L1 P1-MAPIFC fault crypto map outside_map | crypto map outside_map interface Outside\n"
		  "L2 P1-NOENABLE fault crypto map outside_map 20 | crypto map outside_map 20 match address vpn_acme\n"
		  "L2 P1-NOENABLE fault crypto map outside_map 30 | crypto map outside_map 30 match address vpn_beta\n"
		  "L10 P1-MAPIFC fault crypto map outside_map 20 | route outside 0.0.0.0 0.0.0.0 198.51.100.254 1; "
		  "crypto map outside_map 20 match address vpn_acme\n"
		  "L10 P1-MAPIFC fault crypto map outside_map 20 | route outside 0.0.0.0 0.0.0.0 198.51.100.254 1; "
		  "crypto map outside_map 20 match address vpn_acme\n"
		  "L10 P1-MAPIFC fault crypto map outside_map 30 | route outside 0.0.0.0 0.0.0.0 198.51.100.254 1; "
		  "crypto map outside_map 30 match address vpn_beta\n" },
		{ " nameif outside\n", " nameif outside\n shutdown\n",
		  "L1 P1-MAPIFC fault crypto map outside_map | crypto map outside_map interface outside; "
		  "interface GigabitEthernet0/0\n" },
	};
	EXPECT_AFTER(edits);
}

static void l2_ike_is_enabled_in_the_version_an_entry_speaks(void **state)
{
	(void)state;
	static const struct edit edits[] = {
		{ "crypto ikev1 enable outside\n", "",
		  "L2 P1-NOENABLE fault crypto map outside_map 30 | crypto map outside_map 30 match address "
		  "vpn_beta\n" },
		{ "crypto ikev2 enable outside\n", "",
		  "L2 P1-NOENABLE fault crypto map outside_map 20 | crypto map outside_map 20 match address vpn_acme\n"
		  "L2 P1-NOENABLE fault interface Tunnel1 | interface Tunnel1\n" },
		/* One version that works is enough. */
		{ "crypto map outside_map 30 set ikev1 transform-set TS\n",
		  "crypto map outside_map 30 set ikev1 transform-set TS\n"
		  "crypto map outside_map 30 set ikev2 ipsec-proposal PROP\n",
		  "" },
	};
	EXPECT_AFTER(edits);
}

static void l3_an_entry_is_complete(void **state)
{
	(void)state;
	static const struct edit edits[] = {
		{ "crypto map outside_map 30 set peer 203.0.113.30 \n", "",
		  "L3 P1-MAPINC fault crypto map outside_map 30 | crypto map outside_map 30 match address vpn_beta\n" },
		{ "crypto map outside_map 30 match address vpn_beta\n", "",
		  "L3 P1-MAPINC fault crypto map outside_map 30 | crypto map outside_map 30 set peer 203.0.113.30\n" },
		{ "crypto map outside_map 30 set ikev1 transform-set TS\n", "",
		  "L3 P1-MAPINC fault crypto map outside_map 30 | crypto map outside_map 30 match address vpn_beta\n" },
		{ "crypto map outside_map 65535 ", "crypto map outside_map 40 set pfs\ncrypto map outside_map 65535 ",
		  "L3 P1-MAPINC fault crypto map outside_map 40 | crypto map outside_map 40 set pfs\n" },
	};
	EXPECT_AFTER(edits);
}

static void l4_an_access_list_permits_something_and_not_everything(void **state)
{
	(void)state;
	static const struct edit edits[] = {
		{ "30 match address vpn_beta", "30 match address vpn_betta",
		  "L4 P2-ACLBIND fault crypto map outside_map 30 | crypto map outside_map 30 match address "
		  "vpn_betta\n" },
		{ "vpn_beta extended permit", "vpn_beta extended deny",
		  "L4 P2-ACLBIND fault crypto map outside_map 30 | crypto map outside_map 30 match address "
		  "vpn_beta\n" },
		{ "10.40.0.0 255.255.0.0 \n", "10.40.0.0 255.255.0.0 inactive\n",
		  "L4 P2-ACLBIND fault crypto map outside_map 30 | crypto map outside_map 30 match address "
		  "vpn_beta\n" },
		{ "vpn_beta extended permit ip 192.168.99.0 255.255.255.0 10.40.0.0 255.255.0.0 ",
		  "vpn_beta extended permit tcp 192.168.99.0 255.255.255.0 10.40.0.0 255.255.0.0 eq 443",
		  "L4 P2-ACLBIND advice crypto map outside_map 30 | access-list vpn_beta extended permit tcp "
		  "192.168.99.0 255.255.255.0 10.40.0.0 255.255.0.0 eq 443\n" },
	};
	EXPECT_AFTER(edits);
	/* Any to any is also in the way of every entry behind it, and of what NAT does to everybody else. */
	char *text = edited("vpn_acme extended permit ip object-group LOCAL object ACME",
			    "vpn_acme extended permit ip any any");
	char *got = findings_of(vt_str_of(text), NULL);
	assert_non_null(strstr(
		got,
		"L4 P2-ACLBIND fault crypto map outside_map 20 | access-list vpn_acme extended permit ip any any\n"));
	assert_non_null(strstr(got, "L8 P2-SEQ warning crypto map outside_map 30 |"));
	free(got);
	free(text);
}

static void l5_every_peer_has_a_tunnel_group_with_a_key(void **state)
{
	(void)state;
	static const struct edit edits[] = {
		{ "tunnel-group 203.0.113.30 type ipsec-l2l\ntunnel-group 203.0.113.30 ipsec-attributes\n ikev1 "
		  "pre-shared-key *****\n",
		  "",
		  "L5 P1-NOTG fault tunnel-group 203.0.113.30 | crypto map outside_map 30 match address vpn_beta\n" },
		/* Found by the name the peer is configured with as well. */
		{ "tunnel-group 203.0.113.9 type ipsec-l2l\ntunnel-group 203.0.113.9 general-attributes\n "
		  "default-group-policy GP\n"
		  "tunnel-group 203.0.113.9 ipsec-attributes\n",
		  "tunnel-group acme-peer type ipsec-l2l\ntunnel-group acme-peer general-attributes\n "
		  "default-group-policy GP\n"
		  "tunnel-group acme-peer ipsec-attributes\n",
		  "" },
		{ "tunnel-group 203.0.113.30 type ipsec-l2l", "tunnel-group 203.0.113.30 type remote-access",
		  "L5 P1-NOTG fault tunnel-group 203.0.113.30 | tunnel-group 203.0.113.30 type remote-access; "
		  "crypto map outside_map 30 match address vpn_beta\n" },
		{ " ikev1 pre-shared-key *****\n", " ikev2 remote-authentication pre-shared-key *****\n",
		  "L5 P1-NOTG fault tunnel-group 203.0.113.30 | tunnel-group 203.0.113.30 type ipsec-l2l; "
		  "crypto map outside_map 30 match address vpn_beta\n" },
		{ " ikev1 pre-shared-key *****\n", " ikev1 trust-point CA1\n", "" },
		{ " ikev2 local-authentication pre-shared-key *****\ntunnel-group 203.0.113.10 type",
		  "tunnel-group 203.0.113.10 type",
		  "L5 P1-NOTG fault tunnel-group 203.0.113.9 | tunnel-group 203.0.113.9 type ipsec-l2l; "
		  "crypto map outside_map 20 match address vpn_acme\n" },
		/* Whoever has none falls to DefaultL2LGroup, if that one was given a key. */
		{ "tunnel-group 203.0.113.30 type ipsec-l2l\ntunnel-group 203.0.113.30 ipsec-attributes\n",
		  "tunnel-group DefaultL2LGroup ipsec-attributes\n",
		  "L5 P1-NOTG warning tunnel-group 203.0.113.30 | tunnel-group DefaultL2LGroup ipsec-attributes; "
		  "crypto map outside_map 30 match address vpn_beta\n" },
	};
	EXPECT_AFTER(edits);
}

static void l6_the_group_policy_allows_the_version(void **state)
{
	(void)state;
	static const struct edit edits[] = {
		{ "vpn-tunnel-protocol ikev1 ikev2 ", "vpn-tunnel-protocol ikev1 ssl-client",
		  "L6 P1-GPROTO fault group-policy GP | group-policy GP internal; "
		  "crypto map outside_map 20 match address vpn_acme\n" },
		/* Whoever has no policy of his own, or one that says nothing, inherits. */
		{ "group-policy GP internal\n",
		  "group-policy DfltGrpPolicy attributes\n vpn-tunnel-protocol ikev2\ngroup-policy GP internal\n",
		  "L6 P1-GPROTO fault group-policy DfltGrpPolicy | group-policy DfltGrpPolicy attributes; "
		  "crypto map outside_map 30 match address vpn_beta\n" },
	};
	EXPECT_AFTER(edits);
}

static void l7_a_dynamic_entry_stands_last(void **state)
{
	(void)state;
	static const struct edit edits[] = {
		{ "outside_map 65535 ipsec-isakmp", "outside_map 25 ipsec-isakmp",
		  "L7 P1-DYNSEQ fault crypto map outside_map 25 | crypto map outside_map 25 ipsec-isakmp dynamic DYN; "
		  "crypto map outside_map 30 match address vpn_beta\n" },
	};
	EXPECT_AFTER(edits);
}

#define THIRD_ENTRY                                                                                                    \
	"crypto map outside_map 40 match address vpn_third\ncrypto map outside_map 40 set peer 203.0.113.30\n"         \
	"crypto map outside_map 40 set ikev1 transform-set TS\ncrypto map outside_map 65535 "
#define SHARED_PEER                                                                                                    \
	"L17 P2-SEQ advice crypto map outside_map 40 | crypto map outside_map 30 match address vpn_beta; "             \
	"crypto map outside_map 40 match address vpn_third\n"

static void with_third_entry(const char *entries, const char *findings)
{
	char *text = edited("crypto map outside_map 65535 ", THIRD_ENTRY);
	char *at = strstr(text, "access-list outside_in");
	struct vt_buf whole = { 0 };
	vt_buf_printf(&whole, "%.*s%s%s", (int)(at - text), text, entries, at);
	expect(whole.p, findings);
	vt_buf_free(&whole);
	free(text);
}

static void l8_entries_do_not_take_each_others_traffic(void **state)
{
	(void)state;
	/* The later, narrower one is in the earlier one. */
	with_third_entry(
		"access-list vpn_third extended permit ip host 192.168.99.7 10.40.7.0 255.255.255.0\n",
		"L8 P2-SEQ warning crypto map outside_map 40 | access-list vpn_beta extended permit ip "
		"192.168.99.0 255.255.255.0 10.40.0.0 255.255.0.0; access-list vpn_third extended permit ip host "
		"192.168.99.7 10.40.7.0 255.255.255.0\n" SHARED_PEER);
	with_third_entry(
		"access-list vpn_third extended permit ip host 10.20.0.7 10.30.7.0 255.255.255.0\n",
		"L8 P2-SEQ warning crypto map outside_map 40 | access-list vpn_acme extended permit ip object-group "
		"LOCAL object ACME; access-list vpn_third extended permit ip host 10.20.0.7 10.30.7.0 "
		"255.255.255.0\n" SHARED_PEER);
}

static void l8_a_deny_entry_hands_traffic_on(void **state)
{
	(void)state;
	static const char text[] =
		"access-list a extended deny ip 10.1.0.0 255.255.0.0 10.50.1.0 255.255.255.0\n"
		"access-list a extended permit ip 10.1.0.0 255.255.0.0 10.50.0.0 255.255.0.0\n"
		"access-list b extended permit ip 10.0.0.0 255.0.0.0 10.50.1.0 255.255.255.0\n"
		"access-list c extended permit tcp 10.1.0.0 255.255.0.0 10.50.2.0 255.255.255.0\n"
		"crypto map m 10 match address a\ncrypto map m 10 set peer 203.0.113.1\n"
		"crypto map m 20 match address b\ncrypto map m 20 set peer 203.0.113.2\n"
		"crypto map m 10 set ikev1 transform-set T\ncrypto map m 20 set ikev1 transform-set T\n"
		"crypto map m interface outside\n";
	expect(text, "");
}

static void l8_remote_networks_are_not_at_home(void **state)
{
	(void)state;
	static const struct edit edits[] = {
		{ "vpn_beta extended permit ip 192.168.99.0 255.255.255.0 10.40.0.0 255.255.0.0",
		  "vpn_beta extended permit ip 192.168.99.0 255.255.255.0 10.20.0.0 255.255.255.128",
		  "L8 P2-OVERLAP fault crypto map outside_map 30 | access-list vpn_beta extended permit ip "
		  "192.168.99.0 "
		  "255.255.255.0 10.20.0.0 255.255.255.128; interface GigabitEthernet0/1\n"
		  "L9 P2-NATEX fault crypto map outside_map 30 | nat (any,outside) after-auto source dynamic any "
		  "interface; "
		  "access-list vpn_beta extended permit ip 192.168.99.0 255.255.255.0 10.20.0.0 255.255.255.128\n" },
		/* All of 10.0.0.0/8 is at the other end, except what is here. */
		{ "object network ACME\n subnet 10.30.0.0 255.255.0.0\n",
		  "object network ACME\n subnet 10.0.0.0 255.0.0.0\n", "" },
	};
	EXPECT_AFTER(edits);
}

static void l9_nat_leaves_protected_networks_alone(void **state)
{
	(void)state;
	static const struct edit edits[] = {
		{ "nat (inside,outside) source static LOCAL LOCAL destination static ACME ACME no-proxy-arp "
		  "route-lookup\n",
		  "",
		  "L9 P2-NATEX fault crypto map outside_map 20 | nat (inside,outside) dynamic interface; "
		  "access-list vpn_acme extended permit ip object-group LOCAL object ACME\n" },
		/* In front of the identity rule. */
		{ "nat (inside,outside) source static LOCAL LOCAL",
		  "nat (inside,outside) source dynamic LAN interface\nnat (inside,outside) source static LOCAL LOCAL",
		  "L9 P2-NATEX fault crypto map outside_map 20 | nat (inside,outside) source dynamic LAN interface; "
		  "access-list vpn_acme extended permit ip object-group LOCAL object ACME\n" },
		/* Behind it, or switched off, or for another interface, it does no harm. */
		{ "nat (any,outside) after-auto",
		  "nat (inside,outside) source dynamic LAN interface\nnat (any,outside) after-auto", "" },
		{ "nat (inside,outside) source static LOCAL LOCAL",
		  "nat (inside,outside) source dynamic LAN interface inactive\nnat (inside,outside) source static "
		  "LOCAL LOCAL",
		  "" },
		{ "nat (inside,outside) source static LOCAL LOCAL",
		  "nat (inside,vti1) source dynamic LAN interface\nnat (dmz,outside) source dynamic LAN interface\n"
		  "nat (inside,outside) source static LOCAL LOCAL",
		  "" },
		/* The crypto ACL names what the packets become: one address for all of them. */
		{ "source static LAN24 LAN-AS-BETA-SEES-IT", "source dynamic LAN24 LAN-AS-BETA-SEES-IT", "" },
	};
	EXPECT_AFTER(edits);
}

#define OLD                                                                                                            \
	"ASA Version 8.2(5)\n"                                                                                         \
	"interface Ethernet0/0\n nameif outside\n ip address 198.51.100.1 255.255.255.0\n"                             \
	"interface Ethernet0/1\n nameif inside\n ip address 10.20.0.1 255.255.0.0\n"                                   \
	"access-list NONAT extended permit ip 10.20.0.0 255.255.0.0 10.30.0.0 255.255.0.0\n"                           \
	"access-list vpn extended permit ip 10.20.0.0 255.255.0.0 10.30.0.0 255.255.0.0\n"
#define OLD_END                                                                                                        \
	"nat (inside) 1 0.0.0.0 0.0.0.0\n"                                                                             \
	"route outside 0 0 198.51.100.254\n"                                                                           \
	"crypto ipsec transform-set T esp-aes esp-sha-hmac\n"                                                          \
	"crypto map m 10 match address vpn\ncrypto map m 10 set peer 203.0.113.1\ncrypto map m 10 set transform-set "  \
	"T\n"                                                                                                          \
	"crypto map m interface outside\ncrypto isakmp enable outside\n"                                               \
	"crypto isakmp policy 10\n authentication pre-share\n encryption aes\n hash sha\n group 14\n"                  \
	"group-policy G internal\ngroup-policy G attributes\n vpn-tunnel-protocol IPSec\n"                             \
	"tunnel-group 203.0.113.1 type ipsec-l2l\ntunnel-group 203.0.113.1 general-attributes\n default-group-policy " \
	"G\n"                                                                                                          \
	"tunnel-group 203.0.113.1 ipsec-attributes\n pre-shared-key *\n: end\n"

static void l9_the_nat_of_8_2_is_exempted_by_list(void **state)
{
	(void)state;
	expect(OLD "nat (inside) 0 access-list NONAT\n" OLD_END, "");
	expect(OLD OLD_END,
	       "L9 P2-NATEX fault crypto map m 10 | nat (inside) 1 0.0.0.0 0.0.0.0; access-list vpn extended "
	       "permit ip 10.20.0.0 255.255.0.0 10.30.0.0 255.255.0.0\n");
	/* Policy NAT: the crypto ACL names an address that nobody has behind the inside. */
	expect(OLD "access-list POL extended permit ip 10.20.0.0 255.255.0.0 10.30.0.0 255.255.0.0\n"
		   "access-list vpn2 extended permit ip host 172.31.0.1 10.30.0.0 255.255.0.0\n"
		   "nat (inside) 0 access-list NONAT\nglobal (outside) 2 172.31.0.1\nnat (inside) 2 access-list "
		   "POL\n" OLD_END,
	       "");
}

static void l10_peers_and_remote_networks_are_routed_by_the_interface_of_the_map(void **state)
{
	(void)state;
	static const struct edit edits[] = {
		{ "route inside 10.20", "route inside 203.0.113.30 255.255.255.255 10.20.0.254 1\nroute inside 10.20",
		  "L10 P1-MAPIFC fault crypto map outside_map 30 | route inside 203.0.113.30 255.255.255.255 "
		  "10.20.0.254 1; "
		  "crypto map outside_map 30 match address vpn_beta\n" },
		{ "route inside 10.20", "route inside 10.40.0.0 255.255.0.0 10.20.0.254 1\nroute inside 10.20",
		  "L10 P2-ROUTE fault crypto map outside_map 30 | route inside 10.40.0.0 255.255.0.0 10.20.0.254 1; "
		  "access-list vpn_beta extended permit ip 192.168.99.0 255.255.255.0 10.40.0.0 255.255.0.0\n" },
		/* A summary towards the inside is as wrong; a piece of it may be meant. */
		{ "route inside 10.20.0.0 255.255.0.0", "route inside 10.0.0.0 255.0.0.0",
		  "L10 P2-ROUTE fault crypto map outside_map 30 | route inside 10.0.0.0 255.0.0.0 10.20.0.254 1; "
		  "access-list vpn_beta extended permit ip 192.168.99.0 255.255.255.0 10.40.0.0 255.255.0.0\n" },
		{ "route inside 10.20", "route inside 10.40.7.0 255.255.255.0 10.20.0.254 1\nroute inside 10.20",
		  "L10 P2-ROUTE advice crypto map outside_map 30 | route inside 10.40.7.0 255.255.255.0 10.20.0.254 1; "
		  "access-list vpn_beta extended permit ip 192.168.99.0 255.255.255.0 10.40.0.0 255.255.0.0\n" },
		{ "crypto map outside_map 30 set peer",
		  "crypto map outside_map 30 set reverse-route\ncrypto map outside_map 30 set peer", "" },
	};
	EXPECT_AFTER(edits);
}

static void l11_policies_are_there_and_not_obsolete(void **state)
{
	(void)state;
	static const struct edit edits[] = {
		{ " encryption aes-256\n hash sha\n", " encryption 3des\n hash sha\n",
		  "L11 P1-POLICY advice crypto ikev1 policy 10 | crypto ikev1 policy 10\n" },
		{ " group 19\n", " group 19 5\n",
		  "L11 P1-POLICY advice crypto ikev2 policy 10 | crypto ikev2 policy 10\n" },
		{ "crypto ikev1 policy 10\n authentication pre-share\n encryption aes-256\n hash sha\n group 14\n "
		  "lifetime 86400\n",
		  "", "L11 P1-POLICY fault crypto ikev1 policy |\n" },
	};
	EXPECT_AFTER(edits);
}

static void l12_ike_outlives_ipsec(void **state)
{
	(void)state;
	static const struct edit edits[] = {
		{ " lifetime 86400\n", " lifetime 3600\n",
		  "L12 P2-LIFE advice crypto map outside_map 20 | crypto map outside_map 20 match address vpn_acme; "
		  "crypto ikev1 policy 10\n"
		  "L12 P2-LIFE advice crypto map outside_map 30 | crypto map outside_map 30 match address vpn_beta; "
		  "crypto ikev1 policy 10\n" },
	};
	EXPECT_AFTER(edits);
}

static void l13_dead_peer_detection_is_on(void **state)
{
	(void)state;
	static const struct edit edits[] = {
		{ " ikev1 pre-shared-key *****\n", " ikev1 pre-shared-key *****\n isakmp keepalive disable\n",
		  "L13 FL-DPD advice tunnel-group 203.0.113.30 | tunnel-group 203.0.113.30 type ipsec-l2l\n" },
		{ " ikev1 pre-shared-key *****\n",
		  " ikev1 pre-shared-key *****\n isakmp keepalive threshold infinite\n",
		  "L13 FL-DPD advice tunnel-group 203.0.113.30 | tunnel-group 203.0.113.30 type ipsec-l2l\n" },
		{ " ikev1 pre-shared-key *****\n",
		  " ikev1 pre-shared-key *****\n isakmp keepalive threshold 30 retry 5\n", "" },
	};
	EXPECT_AFTER(edits);
}

static void l14_what_must_be_up_has_no_idle_timeout(void **state)
{
	(void)state;
	static const struct {
		const char *peer, *findings;
	} cases[] = {
		{ "203.0.113.9", "" },
		{ "203.0.113.30",
		  "L14 FL-IDLE warning crypto map outside_map 30 | tunnel-group 203.0.113.30 type ipsec-l2l; "
		  "crypto map outside_map 30 match address vpn_beta\n" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct vt_addr peer;
		assert_true(vt_addr_parse(vt_str_of(cases[i].peer), &peer));
		char *got = findings_of(vt_str_of(healthy), &(struct outside){ .must_be_up = &peer });
		assert_string_equal(got, cases[i].findings);
		free(got);
	}
}

static void l15_decrypted_traffic_is_permitted(void **state)
{
	(void)state;
	static const struct edit edits[] = {
		/* Off, and the list of the interface lets in what comes through the tunnels. */
		{ "timeout xlate 3:00:00\n", "no sysopt connection permit-vpn\n", "" },
		{ "access-group outside_in in interface outside\nroute outside 0.0.0.0 0.0.0.0 198.51.100.254 1\n"
		  "route inside 10.20.0.0 255.255.0.0 10.20.0.254 1\ntimeout xlate 3:00:00\n",
		  "access-group filter_acme in interface outside\nno sysopt connection permit-vpn\n",
		  "L15 NT-ACL fault crypto map outside_map 30 | no sysopt connection permit-vpn; access-list vpn_beta "
		  "extended permit ip 192.168.99.0 255.255.255.0 10.40.0.0 255.255.0.0\n" },
		/* Without a list an interface of level 0 lets nothing in. */
		{ "access-group outside_in in interface outside\nroute outside 0.0.0.0 0.0.0.0 198.51.100.254 1\n"
		  "route inside 10.20.0.0 255.255.0.0 10.20.0.254 1\ntimeout xlate 3:00:00\n",
		  "no sysopt connection permit-vpn\n",
		  "L15 NT-ACL fault crypto map outside_map 20 | no sysopt connection permit-vpn; access-list vpn_acme "
		  "extended permit ip object-group LOCAL object ACME\n"
		  "L15 NT-ACL fault crypto map outside_map 30 | no sysopt connection permit-vpn; access-list vpn_beta "
		  "extended permit ip 192.168.99.0 255.255.255.0 10.40.0.0 255.255.0.0\n" },
	};
	EXPECT_AFTER(edits);
}

static void l16_a_vpn_filter_knows_the_networks_of_its_tunnel(void **state)
{
	(void)state;
	static const struct edit edits[] = {
		{ "filter_acme extended permit tcp host 10.30.0.5 host 10.20.0.7 eq 443",
		  "filter_acme extended permit tcp host 10.20.0.7 host 10.30.0.5 eq 443",
		  "L16 NT-VPNFILTER fault vpn-filter filter_acme | group-policy GP internal; "
		  "crypto map outside_map 20 match address vpn_acme\n" },
		{ "vpn-filter value filter_acme", "vpn-filter value filter_acne",
		  "L16 NT-VPNFILTER fault vpn-filter filter_acne | group-policy GP internal; "
		  "crypto map outside_map 20 match address vpn_acme\n" },
		{ "vpn-filter value filter_acme", "vpn-filter none", "" },
	};
	EXPECT_AFTER(edits);
}

static void l17_one_access_list_an_entry(void **state)
{
	(void)state;
	static const struct edit edits[] = {
		{ "30 match address vpn_beta", "30 match address vpn_acme",
		  "L17 P2-SEQ warning crypto map outside_map 30 | crypto map outside_map 20 match address vpn_acme; "
		  "crypto map outside_map 30 match address vpn_acme\n" },
		/* The backup of one entry may be the primary of another. */
		{ "30 set peer 203.0.113.30", "30 set peer 203.0.113.30 203.0.113.9",
		  "L5 P1-NOTG fault tunnel-group 203.0.113.9 | tunnel-group 203.0.113.9 type ipsec-l2l; "
		  "crypto map outside_map 30 match address vpn_beta\n" },
	};
	EXPECT_AFTER(edits);
}

static void l18_what_is_referred_to_is_defined(void **state)
{
	(void)state;
	static const struct edit edits[] = {
		{ "30 set ikev1 transform-set TS", "30 set ikev1 transform-set TS TS2",
		  "L18 P1-MAPINC fault crypto map outside_map 30 | crypto map outside_map 30 match address "
		  "vpn_beta\n" },
		{ "20 set ikev2 ipsec-proposal PROP", "20 set ikev2 ipsec-proposal PROPS",
		  "L18 P1-MAPINC fault crypto map outside_map 20 | crypto map outside_map 20 match address "
		  "vpn_acme\n" },
		{ "65535 ipsec-isakmp dynamic DYN", "65535 ipsec-isakmp dynamic DIN",
		  "L18 P1-MAPINC fault crypto map outside_map 65535 | crypto map outside_map 65535 ipsec-isakmp "
		  "dynamic DIN\n" },
		{ "vpn_acme extended permit ip object-group LOCAL object ACME",
		  "vpn_acme extended permit ip object-group LOCAL object ACNE",
		  "L18 P1-MAPINC fault crypto map outside_map 20 | crypto map outside_map 20 match address "
		  "vpn_acme\n" },
		{ " network-object object LAN\n", " network-object object LAN\n group-object LOCAL\n",
		  "L18 P1-MAPINC fault crypto map outside_map 20 | crypto map outside_map 20 match address "
		  "vpn_acme\n" },
		/* Defined, and used by nothing. A peer of a dynamic map has a tunnel-group and no entry. */
		{ "crypto map outside_map 65535 ipsec-isakmp dynamic DYN\n",
		  "crypto map outside_map 20 set pfs\ntunnel-group 192.0.2.1 type ipsec-l2l\n",
		  "L18 P1-MAPINC advice tunnel-group 192.0.2.1 | tunnel-group 192.0.2.1 type ipsec-l2l\n" },
		{ "tunnel-group 203.0.113.9 type",
		  "tunnel-group 192.0.2.1 type ipsec-l2l\ntunnel-group 203.0.113.9 type", "" },
		{ "crypto ipsec ikev2 ipsec-proposal PROP\n",
		  "crypto ipsec ikev1 transform-set OLD1 esp-3des esp-md5-hmac\ncrypto ipsec ikev1 transform-set OLD2 "
		  "esp-des esp-none\n"
		  "crypto ipsec ikev2 ipsec-proposal PROP\n",
		  "L18 P1-MAPINC advice transform-sets | crypto ipsec ikev1 transform-set OLD1 esp-3des esp-md5-hmac; "
		  "crypto ipsec ikev1 transform-set OLD2 esp-des esp-none\n" },
	};
	EXPECT_AFTER(edits);
}

static void l19_certificates_are_valid_for_a_while(void **state)
{
	(void)state;
	static const int64_t day_ms = 86400000, now_ms = 20000 * day_ms;
	static const struct {
		int64_t start_days, end_days; /* from now */
		const char *trustpoint, *findings;
	} cases[] = {
		{ -100, 30, "CA1", "" },
		{ -100, 29, "CA1", "L19 P1-CERT warning Certificate fw1 |\n" },
		{ -100, 0, "CA1", "L19 P1-CERT fault Certificate fw1 |\n" },
		{ 1, 400, "CA1", "L19 P1-CERT fault Certificate fw1 |\n" },
		/* No tunnel proves itself by it. */
		{ -100, -1, "ASDM", "L19 P1-CERT advice Certificate fw1 |\n" },
	};
	char *text = edited(" ikev1 pre-shared-key *****\n", " ikev1 trust-point CA1\n");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct vt_str trustpoint = vt_str_of(cases[i].trustpoint);
		struct vt_certificate certificate = { .kind = VT_STR("Certificate"),
						      .subject = VT_STR("fw1"),
						      .start_at_ms = now_ms + cases[i].start_days * day_ms,
						      .end_at_ms = now_ms + cases[i].end_days * day_ms,
						      .trustpoints = { &trustpoint, 1 } };
		struct vt_certificates certificates = { &certificate, 1 };
		char *got = findings_of(vt_str_of(text),
					&(struct outside){ .certificates = &certificates, .now_ms = now_ms });
		assert_string_equal(got, cases[i].findings);
		free(got);
		/* Without the clock nothing is known about time. */
		got = findings_of(vt_str_of(text), &(struct outside){ .certificates = &certificates });
		assert_string_equal(got, "");
		free(got);
	}
	free(text);
}

static void l20_no_peer_is_this_device(void **state)
{
	(void)state;
	static const struct edit edits[] = {
		{ "ip address 198.51.100.1 255.255.255.0", "ip address 203.0.113.30 255.255.255.0",
		  "L20 P1-PEERIP fault crypto map outside_map 30 | crypto map outside_map 30 match address vpn_beta; "
		  "interface GigabitEthernet0/0\n" },
	};
	EXPECT_AFTER(edits);
}

static void l21_there_is_room_for_more_tunnels(void **state)
{
	(void)state;
	static const struct {
		uint64_t active, capacity;
		const char *findings;
	} cases[] = {
		{ 225, 250, "" },      { 226, 250, "L21 P1-LICENSE warning VPN sessions |\n" },
		{ 1, 0, "" },          { VT_ABSENT, 250, "" },
		{ 10, VT_ABSENT, "" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct vt_vpn_sessiondb_summary summary = { .total_active = cases[i].active,
							    .capacity = cases[i].capacity };
		char *got = findings_of(vt_str_of(healthy), &(struct outside){ .summary = &summary });
		assert_string_equal(got, cases[i].findings);
		free(got);
	}
}

static void l22_failover_replicates_vpn_state(void **state)
{
	(void)state;
	static const struct {
		const char *state;
		uint64_t xmit;
		const char *findings;
	} cases[] = {
		{ "Active", 0, "L22 FL-FAILOVER warning failover |\n" },
		{ "Active", 12, "" },
		{ "Active", VT_ABSENT, "" },
		{ "Standby Ready", 0, "" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct vt_failover_object object = { .name = VT_STR("VPN IKEv1 SA"), .xmit = cases[i].xmit };
		struct vt_failover failover = { .on = 1, .objects = &object, .objects_len = 1 };
		failover.this_host.state = vt_str_of(cases[i].state);
		char *got = findings_of(vt_str_of(healthy), &(struct outside){ .failover = &failover });
		assert_string_equal(got, cases[i].findings);
		free(got);
	}
}

/* ---- what was not read is not missing ---- */

static bool has_line(const char *lines, const char *line, size_t len)
{
	for (const char *p = lines; *p; p = strchr(p, '\n') + 1)
		if (!strncmp(p, line, len) && p[len] == '\n')
			return true;
	return false;
}

static void half_a_configuration_shows_nothing_that_the_whole_does_not(void **state)
{
	(void)state;
	static const char *const sick[][2] = {
		{ "hostname", "hostname" }, /* nothing is sick */
		{ " encryption aes-256\n hash sha\n", " encryption 3des\n hash md5\n" },
		{ "route inside 10.20.0.0 255.255.0.0", "route inside 10.0.0.0 255.0.0.0" },
		{ "crypto ikev1 enable outside\n", "" },
		{ "crypto ipsec ikev1 transform-set",
		  "no sysopt connection permit-vpn\ncrypto ipsec ikev1 transform-set" },
	};
	for (size_t i = 0; i < sizeof sick / sizeof *sick; i++) {
		char *text = edited(sick[i][0], sick[i][1]), *whole = findings_of(vt_str_of(text), NULL);
		for (size_t len = 0; text[len]; len++) {
			if (text[len] != '\n')
				continue;
			char *part = findings_of((struct vt_str){ text, len + 1 }, NULL);
			for (const char *p = part; *p; p = strchr(p, '\n') + 1)
				if (!has_line(whole, p, strcspn(p, "\n")))
					fail_msg("cut behind \"%.60s\"\nit says: %.*s",
						 text + len - (len < 60 ? len : 60), (int)strcspn(p, "\n"), p);
			free(part);
		}
		free(whole);
		free(text);
	}
}

static void a_section_alone_says_nothing_about_the_others(void **state)
{
	(void)state;
	expect("crypto map m 10 match address vpn\ncrypto map m 10 set peer 203.0.113.1\n"
	       "crypto map m 10 set ikev1 transform-set T\ncrypto map m interface outside\n",
	       "");
	expect("tunnel-group 203.0.113.1 type ipsec-l2l\n", "");
	expect("access-list vpn extended permit ip any any\n", "");
	expect("crypto ikev1 policy 10\n encryption aes-256\n group 14\n", "");
	/* With the lists at hand a missing one is missing. */
	expect("access-list other extended permit ip any any\n"
	       "crypto map m 10 match address vpn\ncrypto map m 10 set peer 203.0.113.1\n"
	       "crypto map m 10 set ikev1 transform-set T\ncrypto map m interface outside\n",
	       "L4 P2-ACLBIND fault crypto map m 10 | crypto map m 10 match address vpn\n");
}

static void every_rule_has_its_sentence(void **state)
{
	(void)state;
	for (size_t i = 0; i < vt_lint_rules_len; i++) {
		const struct vt_lint_rule *rule = &vt_lint_rules[i];
		assert_true(rule->id[0] == 'L' && rule->title[0] && rule->advice[0] && strchr(rule->fault, '-'));
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(rule->id, vt_lint_rules[j].id);
	}
	assert_int_equal(vt_lint_rules_len, 22);
}

UNIT_TESTS(CASE(a_healthy_configuration_has_no_finding), CASE(l1_a_map_is_bound_to_an_interface_that_is_up),
	   CASE(l2_ike_is_enabled_in_the_version_an_entry_speaks), CASE(l3_an_entry_is_complete),
	   CASE(l4_an_access_list_permits_something_and_not_everything),
	   CASE(l5_every_peer_has_a_tunnel_group_with_a_key), CASE(l6_the_group_policy_allows_the_version),
	   CASE(l7_a_dynamic_entry_stands_last), CASE(l8_entries_do_not_take_each_others_traffic),
	   CASE(l8_a_deny_entry_hands_traffic_on), CASE(l8_remote_networks_are_not_at_home),
	   CASE(l9_nat_leaves_protected_networks_alone), CASE(l9_the_nat_of_8_2_is_exempted_by_list),
	   CASE(l10_peers_and_remote_networks_are_routed_by_the_interface_of_the_map),
	   CASE(l11_policies_are_there_and_not_obsolete), CASE(l12_ike_outlives_ipsec),
	   CASE(l13_dead_peer_detection_is_on), CASE(l14_what_must_be_up_has_no_idle_timeout),
	   CASE(l15_decrypted_traffic_is_permitted), CASE(l16_a_vpn_filter_knows_the_networks_of_its_tunnel),
	   CASE(l17_one_access_list_an_entry), CASE(l18_what_is_referred_to_is_defined),
	   CASE(l19_certificates_are_valid_for_a_while), CASE(l20_no_peer_is_this_device),
	   CASE(l21_there_is_room_for_more_tunnels), CASE(l22_failover_replicates_vpn_state),
	   CASE(half_a_configuration_shows_nothing_that_the_whole_does_not),
	   CASE(a_section_alone_says_nothing_about_the_others), CASE(every_rule_has_its_sentence))
