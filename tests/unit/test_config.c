/* SPDX-License-Identifier: MIT
 * lib/config: a running configuration is read, its references are followed, and the tunnels it asks for come out.
 *
 * Each case is a configuration as a device prints it and the tunnels it means, one line each:
 *     INTERFACE MAP SEQ#RANK PEER VERSIONS | LOCAL>REMOTE, …   (a deny entry has "!" in front)
 */
#include "config/resolve.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/buf.h"
#include "tests/unit/tap.h"

static void tell_tunnel(struct vt_buf *out, const struct vt_expected_tunnel *t)
{
	char peer[VT_ADDR_TEXT], local[VT_NET_TEXT], remote[VT_NET_TEXT];
	vt_addr_format(&t->peer, peer);
	vt_buf_printf(out, VT_FMT " ", VT_ARG(t->interface));
	if (t->vti)
		vt_buf_printf(out, VT_FMT " %s", VT_ARG(t->vti->hardware), peer);
	else
		vt_buf_printf(out, VT_FMT " %" PRIu64 "#%zu %s", VT_ARG(t->map->name), t->entry->sequence, t->rank,
			      peer);
	vt_buf_printf(out, "%s%s |", t->ikev1 ? " v1" : "", t->ikev2 ? " v2" : "");
	for (size_t i = 0; i < t->pairs.len; i++) {
		const struct vt_pair *pair = &t->pairs.items[i];
		vt_net_format(&pair->local, local);
		vt_net_format(&pair->remote, remote);
		vt_buf_printf(out, " %s%s>%s", pair->permit ? "" : "!", local, remote);
		if (pair->protocol)
			vt_buf_printf(out, ":%" PRIu64 "/%" PRIu64, pair->protocol, pair->port);
	}
	vt_buf_char(out, '\n');
}

static struct vt_config *read(const char *text)
{
	struct vt_config *config = vt_config_new();
	vt_config_read(config, vt_str_of(text));
	vt_config_finish(config);
	return config;
}

static void expect_tunnels(const char *text, const char *tunnels)
{
	struct vt_config *config = read(text);
	struct vt_expected expected;
	struct vt_buf out = { 0 };
	vt_config_expected(config, config->arena, &expected);
	for (size_t i = 0; i < expected.len; i++)
		tell_tunnel(&out, &expected.tunnels[i]);
	vt_buf_char(&out, '\0');
	assert_string_equal(out.p, tunnels);
	vt_buf_free(&out);
	vt_config_free(config);
}

static void objects_and_nested_groups_become_networks(void **state)
{
	(void)state;
	expect_tunnels("ASA Version 9.16(3)19\r\n"
		       "!\r\n"
		       "hostname fra-fw1\r\n"
		       "names\r\n"
		       "name 203.0.113.9 acme-peer description the other end\r\n"
		       "object network LAN\r\n"
		       " subnet 10.20.0.0 255.255.0.0\r\n"
		       "object network SRV\r\n"
		       " host 10.21.0.5\r\n"
		       "object-group network LOCAL\r\n"
		       " network-object object LAN\r\n"
		       " group-object MORE\r\n"
		       "object-group network MORE\r\n"
		       " network-object object SRV\r\n"
		       " network-object 10.22.0.0 255.255.255.0\r\n"
		       "access-list vpn_acme remark the other end\r\n"
		       "access-list vpn_acme extended permit ip object-group LOCAL 10.30.0.0 255.255.0.0 \r\n"
		       "access-list vpn_acme extended permit tcp object LAN host 10.31.0.1 eq 443 inactive \r\n"
		       "access-list vpn_acme extended permit tcp object LAN host 10.31.0.2 eq 443 \r\n"
		       "crypto ipsec ikev2 ipsec-proposal AES\r\n"
		       " protocol esp encryption aes-256\r\n"
		       " protocol esp integrity sha-256\r\n"
		       "crypto map outside_map 20 match address vpn_acme\r\n"
		       "crypto map outside_map 20 set peer acme-peer 203.0.113.10 \r\n"
		       "crypto map outside_map 20 set ikev2 ipsec-proposal AES\r\n"
		       "crypto map outside_map 65535 ipsec-isakmp dynamic SYSTEM_DEFAULT_CRYPTO_MAP\r\n"
		       "crypto map outside_map interface outside\r\n",
		       "outside outside_map 20#0 203.0.113.9 v2 | 10.20.0.0/16>10.30.0.0/16 10.21.0.5/32>10.30.0.0/16 "
		       "10.22.0.0/24>10.30.0.0/16 10.20.0.0/16>10.31.0.2/32:6/443\n"
		       "outside outside_map 20#1 203.0.113.10 v2 | 10.20.0.0/16>10.30.0.0/16 10.21.0.5/32>10.30.0.0/16 "
		       "10.22.0.0/24>10.30.0.0/16 10.20.0.0/16>10.31.0.2/32:6/443\n");
}

static void the_syntax_of_8_2_means_the_same(void **state)
{
	(void)state;
	expect_tunnels("ASA Version 8.2(5)\n"
		       "access-list NONAT extended permit ip 172.16.10.0 255.255.255.0 192.168.10.0 255.255.255.0\n"
		       "access-list Test_vpn extended permit ip 172.16.10.0 255.255.255.0 192.168.10.0 255.255.255.0\n"
		       "nat (inside) 0 access-list NONAT\n"
		       "crypto ipsec transform-set myset esp-aes esp-sha-hmac\n"
		       "crypto map Outside_Map 90 match address Test_vpn\n"
		       "crypto map Outside_Map 90 set peer 90.1.1.1\n"
		       "crypto map Outside_Map 90 set transform-set myset\n"
		       "crypto map Outside_Map interface Outside\n"
		       "crypto isakmp enable Outside\n"
		       "crypto isakmp policy 10\n"
		       " authentication pre-share\n"
		       " encryption 3des\n"
		       "tunnel-group 90.1.1.1 type ipsec-l2l\n"
		       "tunnel-group 90.1.1.1 ipsec-attributes\n"
		       " pre-shared-key *\n",
		       "Outside Outside_Map 90#0 90.1.1.1 v1 | 172.16.10.0/24>192.168.10.0/24\n");
}

static void a_virtual_tunnel_interface_is_a_tunnel_from_any_to_any(void **state)
{
	(void)state;
	expect_tunnels("crypto ipsec profile P\n"
		       " set ikev2 ipsec-proposal AES\n"
		       "interface Tunnel1\n"
		       " nameif vti1\n"
		       " ip address 169.254.1.1 255.255.255.252\n"
		       " tunnel source interface outside\n"
		       " tunnel destination 198.51.100.7\n"
		       " tunnel mode ipsec ipv4\n"
		       " tunnel protection ipsec profile P\n"
		       "interface Tunnel2\n"
		       " shutdown\n"
		       " tunnel destination 198.51.100.8\n"
		       " tunnel protection ipsec profile P\n",
		       "outside Tunnel1 198.51.100.7 v2 | 0.0.0.0/0>0.0.0.0/0\n");
}

static void entries_come_in_the_order_of_their_sequence(void **state)
{
	(void)state;
	expect_tunnels("crypto map m 30 set peer 192.0.2.3\n"
		       "crypto map m 10 set peer 192.0.2.1\n"
		       "crypto map m 20 set peer 2001:DB8::2\n"
		       "crypto map m 10 set ikev1 transform-set T\n"
		       "crypto map m interface outside\n"
		       "crypto map unbound 10 set peer 192.0.2.9\n",
		       "outside m 10#0 192.0.2.1 v1 |\n"
		       "outside m 20#0 2001:db8::2 |\n"
		       "outside m 30#0 192.0.2.3 |\n");
}

static void a_group_inside_itself_ends_and_is_told(void **state)
{
	(void)state;
	struct vt_config *config = read("object-group network A\n group-object B\n network-object host 10.0.0.1\n"
					"object-group network B\n group-object A\n network-object host 10.0.0.2\n"
					" group-object MISSING\n");
	struct vt_nets nets = { 0 };
	struct vt_resolve_report report = { 0 };
	vt_resolve_name(config, VT_STR("A"), config->arena, &nets, &report);
	assert_int_equal(nets.len, 2);
	assert_int_equal(report.cycles, 1);
	assert_int_equal(report.undefined, 1);
	assert_str(report.first_undefined, "MISSING");
	assert_false(report.bounded);
	vt_config_free(config);
}

static void a_product_of_large_groups_ends_at_its_bound(void **state)
{
	(void)state;
	struct vt_buf text = { 0 };
	for (int g = 0; g < 2; g++) {
		vt_buf_printf(&text, "object-group network G%d\n", g);
		for (int i = 0; i < 1000; i++)
			vt_buf_printf(&text, " network-object host 10.%d.%d.%d\n", g, i / 250, i % 250);
	}
	vt_buf_printf(&text, "access-list a extended permit ip object-group G0 object-group G1\n");
	struct vt_config *config = read(text.p);
	struct vt_pairs pairs = { 0 };
	struct vt_resolve_report report = { 0 };
	vt_resolve_crypto_acl(config, vt_config_acl_of(config, VT_STR("a")), config->arena, &pairs, &report);
	assert_int_equal(pairs.len, VT_RESOLVE_PAIRS_MAX);
	assert_true(report.bounded);
	vt_config_free(config);
	vt_buf_free(&text);
}

/* Two groups a level, each with both of the next: 2^32 ways through them, and not one network. */
static void a_lattice_of_empty_groups_ends_at_its_bound(void **state)
{
	(void)state;
	struct vt_buf text = { 0 };
	for (int level = 0; level < 31; level++)
		for (int g = 0; g < 2; g++)
			vt_buf_printf(&text, "object-group network G%d_%d\n group-object G%d_0\n group-object G%d_1\n",
				      level, g, level + 1, level + 1);
	vt_buf_printf(&text, "object-group network G31_0\nobject-group network G31_1\n"
			     "access-list a extended permit ip object-group G0_0 any\n");
	struct vt_config *config = read(text.p);
	struct vt_pairs pairs = { 0 };
	struct vt_resolve_report report = { 0 };
	vt_resolve_crypto_acl(config, vt_config_acl_of(config, VT_STR("a")), config->arena, &pairs, &report);
	assert_int_equal(pairs.len, 0);
	assert_true(report.bounded);
	vt_config_free(config);
	vt_buf_free(&text);
}

/* A list that many entries name is looked at once. */
static void many_entries_with_one_large_list_take_its_room_once(void **state)
{
	(void)state;
	struct vt_buf text = { 0 };
	for (int i = 0; i < 5000; i++)
		vt_buf_printf(&text, "access-list a extended permit ip host 10.0.%d.%d any\n", i / 250, i % 250);
	for (int i = 1; i <= 2000; i++)
		vt_buf_printf(&text, "crypto map m %d match address a\ncrypto map m %d set peer 192.0.2.1\n", i, i);
	vt_buf_printf(&text, "crypto map m interface outside\n");
	struct vt_config *config = read(text.p);
	struct vt_expected expected;
	vt_config_expected(config, config->arena, &expected);
	assert_int_equal(expected.len, 2000);
	assert_int_equal(expected.tunnels[1999].pairs.len, 5000);
	assert_true(vt_arena_size(config->arena) < 64u << 20);
	vt_config_free(config);
	vt_buf_free(&text);
}

static void values_in_force_follow_inheritance_and_version(void **state)
{
	(void)state;
	struct vt_config *config = read("ASA Version 9.12(4)\n"
					"crypto ipsec security-association lifetime seconds 3600\n"
					"crypto map m 10 set security-association lifetime kilobytes unlimited\n"
					"crypto map m 20 set security-association lifetime seconds 600 kilobytes 1000\n"
					"group-policy DfltGrpPolicy attributes\n vpn-idle-timeout 60\n"
					"group-policy GP internal\ngroup-policy GP attributes\n vpn-idle-timeout none\n"
					"tunnel-group 192.0.2.1 type ipsec-l2l\n"
					"tunnel-group 192.0.2.1 general-attributes\n default-group-policy GP\n"
					"tunnel-group 192.0.2.1 ipsec-attributes\n ikev1 pre-shared-key *****\n"
					" isakmp keepalive threshold 30 retry 5\n"
					"tunnel-group 192.0.2.2 type ipsec-l2l\n");
	struct vt_lifetime first = vt_config_lifetime(config, &config->maps[0].entries[0]);
	struct vt_lifetime second = vt_config_lifetime(config, &config->maps[0].entries[1]);
	assert_int_equal(first.s, 3600);
	assert_int_equal(first.kb, VT_ABSENT);
	assert_int_equal(second.s, 600);
	assert_int_equal(second.kb, 1000);
	const struct vt_config_tunnel_group *group = vt_config_tunnel_group_of(config, VT_STR("192.0.2.1"));
	assert_int_equal(vt_config_idle_timeout_min(config, group), VT_ABSENT);
	assert_int_equal(vt_config_idle_timeout_min(config, vt_config_tunnel_group_of(config, VT_STR("192.0.2.2"))),
			 60);
	assert_true(group->ikev1_key);
	assert_int_equal(group->keepalive_threshold_s, 30);
	assert_int_equal(group->place.first, 10);
	assert_int_equal(group->place.last, 15);
	assert_int_equal(vt_config_pfs(config, true, VT_STR_NONE), 2);
	assert_int_equal(vt_config_pfs(config, true, VT_STR("group14")), 14);
	assert_int_equal(vt_config_pfs(config, false, VT_STR("group14")), 0);
	config->minor = 16;
	assert_int_equal(vt_config_pfs(config, true, VT_STR_NONE), 14);
	vt_config_free(config);
}

static void nat_rules_of_every_generation_are_read(void **state)
{
	(void)state;
	struct vt_config *config = read(
		"object network LAN\n subnet 10.0.0.0 255.0.0.0\n nat (inside,outside) dynamic interface\n"
		"nat (inside,outside) 1 source static LAN LAN destination static REM REM no-proxy-arp route-lookup\n"
		"nat (any,outside) after-auto source dynamic any interface\n"
		"nat (inside) 0 access-list NONAT\n"
		"nat (inside) 1 10.0.0.0 255.0.0.0\n"
		"static (inside,outside) 192.0.2.5 10.0.0.5 netmask 255.255.255.255 \n");
	assert_int_equal(config->report.skipped, 0);
	assert_int_equal(config->nats_len, 6);
	assert_int_equal(config->nats[0].kind, VT_NAT_OBJECT);
	assert_true(config->nats[0].dynamic);
	assert_str(config->nats[0].source_mapped, "interface");
	assert_int_equal(config->nats[1].position, 1);
	assert_str(config->nats[1].destination_real, "REM");
	assert_true(config->nats[1].route_lookup && config->nats[1].no_proxy_arp && !config->nats[1].dynamic);
	assert_true(config->nats[2].after_auto);
	assert_int_equal(config->nats[3].kind, VT_NAT_EXEMPT_OLD);
	assert_str(config->nats[3].acl, "NONAT");
	assert_int_equal(config->nats[4].kind, VT_NAT_DYNAMIC_OLD);
	assert_str(config->nats[5].old_real.addr, "10.0.0.5");
	vt_config_free(config);
}

static void lines_nobody_knows_are_counted(void **state)
{
	(void)state;
	struct vt_config *config = read("hostname x\nfrobnicate the network\nwebvpn\n anything at all\n!\n: end\n");
	assert_int_equal(config->report.lines, 6);
	assert_int_equal(config->report.recognised, 5);
	assert_int_equal(config->report.skipped, 1);
	assert_int_equal(config->report.first_skipped_line, 2);
	assert_str(vt_config_line(config, 0, 2), "frobnicate the network");
	vt_config_free(config);
}

/* Every prefix of a configuration is one too: half a file must never do harm. */
static void half_a_configuration_is_read_as_far_as_it_goes(void **state)
{
	(void)state;
	static const char text[] =
		"interface Tunnel1\n ip address 1.1.1.1 255.0.0.0 standby 1.1.1.2\n tunnel protection ipsec profile P\n"
		"object service S\n service tcp source range 1 2 destination eq 443\n"
		"object-group network G\n network-object host 1.1.1.1\n"
		"access-list a line 1 extended permit object-group S interface outside object-group G range 1 2 log\n"
		"nat (a,b) after-auto 1 source static A B destination static C D service E F inactive\n"
		"static (a,b) tcp interface 80 10.0.0.1 80 netmask 255.255.255.0\n"
		"crypto map m 10 set security-association lifetime seconds 1 kilobytes 2\n"
		"crypto ipsec ikev2 ipsec-proposal P\n protocol esp encryption aes\n"
		"crypto isakmp policy 1 encryption 3des\nisakmp policy 2 hash md5\n"
		"tunnel-group x ipsec-attributes\n ikev2 local-authentication certificate T\n"
		"ipv6 route outside 2001:db8::/32 fe80::1\nroute outside 0 0 192.0.2.1 1 track 1\n";
	char part[sizeof text];
	for (size_t len = 0; len < sizeof text; len++) {
		memcpy(part, text, len);
		part[len] = '\0';
		struct vt_config *config = read(part);
		struct vt_expected expected;
		vt_config_expected(config, config->arena, &expected);
		assert_int_equal(config->report.lines, config->report.recognised + config->report.skipped);
		vt_config_free(config);
	}
}

static void the_table_of_first_words_can_be_searched(void **state)
{
	(void)state;
	assert_true(vt_config_first_words_are_sorted());
}

static void networks_contain_and_overlap(void **state)
{
	(void)state;
	static const struct {
		const char *a;
		uint8_t a_prefix;
		const char *b;
		uint8_t b_prefix;
		bool contains, overlap;
	} cases[] = {
		{ "10.0.0.0", 8, "10.1.0.0", 16, true, true },
		{ "10.1.0.0", 16, "10.0.0.0", 8, false, true },
		{ "10.0.0.0", 9, "10.128.0.0", 9, false, false },
		{ "0.0.0.0", 0, "192.0.2.1", 32, true, true },
		{ "2001:db8::", 33, "2001:db8:8000::", 33, false, false },
		{ "::", 0, "10.0.0.0", 8, false, false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct vt_net a = { .prefix = cases[i].a_prefix }, b = { .prefix = cases[i].b_prefix };
		assert_true(vt_addr_parse(vt_str_of(cases[i].a), &a.addr));
		assert_true(vt_addr_parse(vt_str_of(cases[i].b), &b.addr));
		if (vt_net_contains(&a, &b) != cases[i].contains || vt_net_overlap(&a, &b) != cases[i].overlap)
			fail_msg("%s/%u and %s/%u", cases[i].a, cases[i].a_prefix, cases[i].b, cases[i].b_prefix);
	}
}

UNIT_TESTS(CASE(objects_and_nested_groups_become_networks), CASE(the_syntax_of_8_2_means_the_same),
	   CASE(a_virtual_tunnel_interface_is_a_tunnel_from_any_to_any),
	   CASE(entries_come_in_the_order_of_their_sequence), CASE(a_group_inside_itself_ends_and_is_told),
	   CASE(a_product_of_large_groups_ends_at_its_bound), CASE(a_lattice_of_empty_groups_ends_at_its_bound),
	   CASE(many_entries_with_one_large_list_take_its_room_once),
	   CASE(values_in_force_follow_inheritance_and_version), CASE(nat_rules_of_every_generation_are_read),
	   CASE(lines_nobody_knows_are_counted), CASE(half_a_configuration_is_read_as_far_as_it_goes),
	   CASE(the_table_of_first_words_can_be_searched), CASE(networks_contain_and_overlap))
