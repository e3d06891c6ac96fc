/* SPDX-License-Identifier: MIT
 * LAN-to-LAN sessions and the summary, whole and cut.
 */
#include "asa/vpn_sessiondb.h"

#include "tests/unit/listing_case.h"
#include "tests/unit/subset.h"

LISTING(vpn_sessiondb, struct vt_vpn_sessiondb, vt_vpn_sessiondb_parse);
LISTING(vpn_sessiondb_summary, struct vt_vpn_sessiondb_summary, vt_vpn_sessiondb_summary_parse);

static struct vt_session *session_with(const char *lines)
{
	static char text[4096];
	snprintf(text, sizeof text, "Session Type: LAN-to-LAN Detailed\n\nConnection   : \n%s", lines);
	struct vt_vpn_sessiondb *facts = parse_vpn_sessiondb(text);
	assert_int_equal(facts->sessions_len, 1);
	return facts->sessions;
}

static void durations_of_all_releases_are_seconds(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		uint64_t seconds;
	} cases[] = {
		{ "0h:00m:00s", 0 },
		{ "14h:24m:35s", 51875 },
		{ "11d 14h:16m:29s", 1001789 },
		{ "6:16:26", 22586 },
		{ "1y 2d 0h:00m:01s", 31536000 + 172801 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char line[64];
		snprintf(line, sizeof line, "Duration     : %s\n", cases[i].text);
		struct vt_session *session = session_with(line);
		assert_parsed();
		assert_int_equal(session->duration_s, cases[i].seconds);
	}
}

static void a_value_may_look_like_a_pair(void **state)
{
	(void)state;
	struct vt_session *s = session_with(
		"Index        : 79                     IP Addr      : 2001:db8::9\n"
		"Encryption   : IKEv1: (1)AES128  IPsec: (2)AES256\n"
		"Login Time   : 16:01:03 GMT/BST Fri Jul 6 2018\nDuration     : 0h:00m:01s\n");
	assert_parsed();
	assert_str(s->connection, "");
	assert_int_equal(s->index, 79);
	assert_str(s->ip, "2001:db8::9");
	assert_str(s->encryption, "IKEv1: (1)AES128  IPsec: (2)AES256");
	assert_absent(s->hashing);
	assert_str(s->login_time, "16:01:03 GMT/BST Fri Jul 6 2018");
}

static void two_pairs_with_one_blank_between_are_two(void **state)
{
	(void)state;
	struct vt_session *s = session_with("Index : 79 IP Addr : 192.0.2.9\nBytes Tx : 1280775975169 Bytes Rx : 5\n"
					    "Duration : 6:16:26\n");
	assert_parsed();
	assert_int_equal(s->index, 79);
	assert_str(s->ip, "192.0.2.9");
	assert_true(s->bytes_tx == UINT64_C(1280775975169));
	assert_int_equal(s->bytes_rx, 5);
}

static void the_same_label_belongs_to_the_part_it_stands_in(void **state)
{
	(void)state;
	struct vt_session *s = session_with(
		"Encryption   : AES128 AES256          Hashing      : SHA1\nDuration     : 0h:00m:01s\n"
		"IKE Tunnels: 1\nIPsec Tunnels: 1\nIPsecOverNatT Tunnels: 1\n\n"
		"IKE:\n  Tunnel ID    : 6539.1\n  Encryption   : AES128                 Hashing      : SHA1\n"
		"  Filter Name  : TestFilter\n\n"
		"IPsec:\n  Tunnel ID    : 6539.2\n  Encryption   : AES256                 Hashing      : none\n"
		"  Pkts Tx      : 1                      Pkts Rx      : 2\n"
		"IPsecOverNatT:\n  Tunnel ID    : 6539.810\n  Pkts Tx      : 3                      Pkts Rx      : 4\n"
		"NAC:\n  Reval Int (T): 0 Seconds              Reval Left(T): 0 Seconds\n  Redirect URL : \n");
	assert_parsed();
	assert_str(s->encryption, "AES128 AES256");
	assert_absent(s->filter_name);
	assert_int_equal(s->ipsec_tunnels, 2);
	assert_int_equal(s->ipsec_len, 2);
	assert_str(s->ike[0].encryption, "AES128");
	assert_str(s->ike[0].filter_name, "TestFilter");
	assert_str(s->ipsec[0].encryption, "AES256");
	assert_str(s->ipsec[1].heading, "IPsecOverNatT");
	assert_str(s->ipsec[1].tunnel_id, "6539.810");
	assert_int_equal(s->ipsec[1].pkts_rx, 4);
}

static void a_session_with_fewer_tunnels_than_it_counts_is_cut(void **state)
{
	(void)state;
	session_with("Duration : 0h:00m:01s\nIKEv1 Tunnels: 1\nIPsec Tunnels: 2\n\nIKEv1:\n  Tunnel ID    : 1.1\n");
	assert_true(report.truncated);
	session_with("Index : 79 IP Addr : 192.0.2.9\n");
	assert_true(report.truncated);
}

static void no_session_is_a_listing(void **state)
{
	(void)state;
	struct vt_vpn_sessiondb *facts = parse_vpn_sessiondb(
		"INFO: There are presently no active sessions of the type specified\n");
	assert_parsed();
	assert_true(facts->none);
}

static void sessions_of_another_type_are_not_ours(void **state)
{
	(void)state;
	parse_vpn_sessiondb("Session Type: AnyConnect\n\nUsername     : mlee                   Index        : 5\n");
	assert_int_equal(case_status, VT_E_NOT_THIS_COMMAND);
}

static void a_cut_never_says_anything_untrue(const char *text, size_t len)
{
	struct vt_arena *arena = vt_arena_new(), *scratch = vt_arena_new();
	struct vt_vpn_sessiondb whole, part;
	struct vt_parse_report all, some;
	vt_vpn_sessiondb_parse((struct vt_str){ text, len }, arena, &whole, &all);
	for (size_t n = 1; n < len; n++) {
		vt_arena_reset(scratch);
		if (text[n - 1] == '\n' &&
		    vt_vpn_sessiondb_parse((struct vt_str){ text, n }, scratch, &part, &some) == VT_OK)
			assert_subset(&vt_vpn_sessiondb_shape, &part, &whole, "");
	}
	vt_arena_free(scratch);
	vt_arena_free(arena);
}

static void cut_listings_say_nothing_untrue(void **state)
{
	(void)state;
	fixtures("show_vpn-sessiondb_detail_l2l", a_cut_never_says_anything_untrue);
	fixtures("show_vpn-sessiondb_detail_l2l", cut_vpn_sessiondb);
	fixtures("show_vpn-sessiondb", cut_vpn_sessiondb_summary);
}

static void a_summary_without_its_totals_is_cut(void **state)
{
	(void)state;
	struct vt_vpn_sessiondb_summary *facts = parse_vpn_sessiondb_summary(
		"VPN Session Summary\nSite-to-Site VPN : 29 : 5900 : 31\nIKEv2 IPsec : 20 : 3000 : 21\n");
	assert_int_equal(case_status, VT_OK);
	assert_true(report.truncated);
	assert_int_equal(facts->rows_len, 2);
	assert_str(facts->rows[1].parent, "Site-to-Site VPN");
	assert_true(facts->rows[1].inactive == VT_ABSENT);
}

LISTING_TESTS(CASE(durations_of_all_releases_are_seconds), CASE(a_value_may_look_like_a_pair),
	      CASE(two_pairs_with_one_blank_between_are_two), CASE(the_same_label_belongs_to_the_part_it_stands_in),
	      CASE(a_session_with_fewer_tunnels_than_it_counts_is_cut), CASE(no_session_is_a_listing),
	      CASE(sessions_of_another_type_are_not_ours), CASE(cut_listings_say_nothing_untrue),
	      CASE(a_summary_without_its_totals_is_cut))
