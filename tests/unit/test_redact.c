/* SPDX-License-Identifier: MIT
 * No secret of a configuration is left, and everything that is needed is.
 */
#include "config.h"

#include "config/redact.h"

#include "tests/unit/tap.h"

#include <stdio.h>

static void check(const char *text, const char *expected)
{
	struct vt_buf out = { 0 };
	vt_config_redact(vt_str_of(text), &out);
	if (!vt_str_eq(vt_buf_view(&out), vt_str_of(expected)))
		fail_msg("\n%s\nbecame\n" VT_FMT "\nnot\n%s", text, VT_ARG(vt_buf_view(&out)), expected);
	vt_buf_free(&out);
}

static void what_is_secret_is_masked(void **state)
{
	(void)state;
	static const struct {
		const char *line, *shown;
	} cases[] = {
		/* tunnels, of every age */
		{ " ikev1 pre-shared-key s3cret", " ikev1 pre-shared-key *****" },
		{ " ikev1 pre-shared-key *****", " ikev1 pre-shared-key *****" },
		{ " pre-shared-key s3cret", " pre-shared-key *****" },
		{ " ikev2 remote-authentication pre-shared-key hex 00ff",
		  " ikev2 remote-authentication pre-shared-key *****" },
		{ " ikev2 local-authentication pre-shared-key 8 AbC=",
		  " ikev2 local-authentication pre-shared-key *****" },
		{ "isakmp key s3cret address 203.0.113.9 netmask 255.255.255.255", "isakmp key *****" },
		{ "crypto isakmp key s3cret address 203.0.113.9", "crypto isakmp key *****" },
		{ "failover key s3cret", "failover key *****" },
		{ "failover ipsec pre-shared-key s3cret", "failover ipsec pre-shared-key *****" },
		{ " cluster key s3cret", " cluster key *****" },
		/* people and servers */
		{ "enable password 8Ry2YjIyt7RRXU24 encrypted", "enable password *****" },
		{ "enable password $sha512$5000$abc== pbkdf2", "enable password *****" },
		{ "passwd 2KFQnbNIdI.2KYOU encrypted", "passwd *****" },
		{ "username admin password pfm encrypted privilege 15", "username admin password *****" },
		{ " key s3cret", " key *****" },
		{ "aaa-server RAD (inside) host 10.0.0.5 s3cret timeout 5",
		  "aaa-server RAD (inside) host 10.0.0.5 *****" },
		{ "aaa-server RAD (inside) host 10.0.0.5", "aaa-server RAD (inside) host 10.0.0.5" },
		{ " ldap-login-password s3cret", " ldap-login-password *****" },
		{ " radius-common-pw s3cret", " radius-common-pw *****" },
		{ "snmp-server community s3cret", "snmp-server community *****" },
		{ "snmp-server host inside 10.0.0.9 community s3cret version 2c",
		  "snmp-server host inside 10.0.0.9 community *****" },
		{ "snmp-server user u g v3 encrypted auth md5 aa:bb priv aes 128 cc:dd",
		  "snmp-server user u g v3 encrypted auth *****" },
		{ "ntp authentication-key 1 md5 s3cret", "ntp authentication-key *****" },
		{ " ospf message-digest-key 1 md5 s3cret", " ospf message-digest-key *****" },
		{ " authentication key eigrp 1 s3cret key-id 1", " authentication key *****" },
		{ " neighbor 10.0.0.1 password s3cret", " neighbor 10.0.0.1 password *****" },
		{ "vpdn username u password s3cret store-local", "vpdn username u password *****" },
		{ "auto-update server https://user:s3cret@10.0.0.1/x verify",
		  "auto-update server https://*****@10.0.0.1/x verify" },
		{ " enrollment url http://ca:p@ss@10.0.0.1:80", " enrollment url http://*****@10.0.0.1:80" },
		{ "access-list X remark the password is s3cret", "access-list X remark the password *****" },
		{ " description key s3cret", " description key *****" },
		/* hostile spacing and case */
		{ "\t ikev1\tpre-shared-key\t\ts3cret  with blanks \r", "\t ikev1\tpre-shared-key\t\t*****" },
		{ " IKEV1 Pre-Shared-Key s3cret", " IKEV1 Pre-Shared-Key *****" },
		{ "   pre-shared-key   \"two words\"", "   pre-shared-key   *****" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		check(cases[i].line, cases[i].shown);
}

static void what_only_looks_secret_stays(void **state)
{
	(void)state;
	static const char *const lines[] = {
		"",
		"pre-shared-key",
		" key ",
		"crypto ipsec ikev1 transform-set key esp-aes esp-sha-hmac",
		"crypto map outside_map 20 match address password",
		"crypto isakmp identity key-id fra-hub1",
		" authentication pre-share",
		"access-list key extended permit ip host 10.1.1.1 host 10.2.2.2",
		"tunnel-group secret type ipsec-l2l",
		"group-policy password attributes",
		"object network community",
		" network-object object passwd",
		"object-group network key",
		"nat (inside,outside) source static secret secret destination static key key",
		" nameif priv",
		"name 10.1.1.1 key",
		" vpn-filter value password",
		"crypto ikev2 policy 10",
		" password-storage enable",
		"snmp-server location cellar",
		" deny ip any any",
		" fade",
		"route outside 0.0.0.0 0.0.0.0 203.0.113.1 1",
	};
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		check(lines[i], lines[i]);
}

static void certificates_are_masked_line_by_line(void **state)
{
	(void)state;
	check("crypto ca certificate chain TP\n certificate ca 0a1b\n    308201a3 3082010c a0030201\n    0a1b\n  quit\n"
	      "    3082aaaa bbbbcccc\ncrypto map m 1 set peer 203.0.113.9\n",
	      "crypto ca certificate chain TP\n certificate ca 0a1b\n  *****\n  *****\n  quit\n"
	      "  *****\ncrypto map m 1 set peer 203.0.113.9\n");
}

static void every_line_stays_the_line_it_was(void **state)
{
	(void)state;
	check("\n\n key s3cret\n\nlast", "\n\n key *****\n\nlast");
	check("key x\r\nkey y\r\n", "key *****\nkey *****\n");
}

UNIT_TESTS(CASE(what_is_secret_is_masked), CASE(what_only_looks_secret_stays),
	   CASE(certificates_are_masked_line_by_line), CASE(every_line_stays_the_line_it_was))
