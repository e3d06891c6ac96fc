/* SPDX-License-Identifier: MIT
 * show logging, and what a message says of a tunnel
 */
#include "asa/logging.h"
#include "base/timefmt.h"

#include "tests/unit/listing_case.h"

LISTING(logging, struct vt_logging, vt_logging_parse);

static void settings_and_messages(void **state)
{
	(void)state;
	char *text = fixture("show_logging/asa_9.16.txt");
	struct vt_logging *l = parse_logging(text);
	assert_parsed();
	assert_int_equal(l->on, 1);
	assert_int_equal(l->settings_len, 8);
	assert_str(l->settings[2].name, "Buffer logging");
	assert_str(l->settings[2].level, "debugging");
	assert_int_equal(l->settings[2].messages, 10003);
	assert_str(l->settings[4].name, "Logging to");
	assert_str(l->settings[6].name, "ALL_CHANNEL_DOWN");
	assert_str(l->settings[7].value, "hostname \"fra-fw1\"");
	assert_int_equal(l->messages_len, 4);
	assert_int_equal(l->messages[0].severity, 5);
	assert_int_equal(l->messages[0].id, 713041);
	assert_int_equal(l->messages[0].at_line, 10);
	assert_str(l->messages[1].host, "fra-fw1");
	free(text);
}

static void a_message_behind_any_prefix(void **state)
{
	(void)state;
	static const struct {
		const char *line, *time, *iso, *host, *text;
		unsigned id;
	} cases[] = {
		{ "%ASA-4-106023: Deny udp", "", "", "", "Deny udp", 106023 },
		{ "Aug 15 2019 13:44:38: %ASA-6-305011: Built", "Aug 15 2019 13:44:38", "2019-08-15T13:44:38.000Z", "",
		  "Built", 305011 },
		{ "Apr 15 2017 00:21:14 192.168.12.1 : %ASA-5-111010: User", "Apr 15 2017 00:21:14",
		  "2017-04-15T00:21:14.000Z", "192.168.12.1", "User", 111010 },
		{ "Apr 15 00:21:14 fw1 : %ASA-5-111010: User", "Apr 15 00:21:14", "", "fw1", "User", 111010 },
		{ "<164>Jan 31 2020 17:24:03: %ASA-4-402119: IPSEC: x", "Jan 31 2020 17:24:03",
		  "2020-01-31T17:24:03.000Z", "", "IPSEC: x", 402119 },
		{ "<166>2018-06-27T12:17:46Z asa : %ASA-3-710003: TCP", "2018-06-27T12:17:46Z",
		  "2018-06-27T12:17:46.000Z", "asa", "TCP", 710003 },
		{ "%PIX-7-710001: TCP 50% of it", "", "", "", "TCP 50% of it", 710001 },
		{ "load 50% %ASA-1-104001: (Primary) Switching to ACTIVE", "", "", "50%",
		  "(Primary) Switching to ACTIVE", 104001 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct vt_syslog m;
		struct vt_syslog_vpn vpn;
		bool about_vpn;
		char iso[VT_TIME_TEXT] = "";
		assert_true(vt_syslog_parse(vt_str_of(cases[i].line), &m, &vpn, &about_vpn));
		assert_str(m.time, cases[i].time);
		if (m.time_ms != INT64_MIN)
			vt_time_format(m.time_ms, iso);
		assert_string_equal(iso, cases[i].iso);
		assert_str(m.host, cases[i].host);
		assert_str(m.text, cases[i].text);
		assert_int_equal(m.id, cases[i].id);
	}
}

static struct vt_syslog_vpn vpn_of(const char *line)
{
	struct vt_syslog m;
	struct vt_syslog_vpn vpn = { 0 };
	bool about_vpn;
	assert_true(vt_syslog_parse(vt_str_of(line), &m, &vpn, &about_vpn));
	if (!about_vpn)
		fail_msg("says nothing of a tunnel: %s", line);
	return vpn;
}

static void what_a_message_says_of_a_tunnel(void **state)
{
	(void)state;
#define AT(member) offsetof(struct vt_syslog_vpn, member)
	static const struct {
		const char *line;
		struct {
			size_t at;
			const char *text;
		} facts[6];
	} cases[] = {
		{ "%ASA-5-713119: Group = 203.0.113.7, IP = 203.0.113.7, PHASE 1 COMPLETED",
		  { { AT(group), "203.0.113.7" }, { AT(peer), "203.0.113.7" } } },
		{ "%ASA-5-713119: Group = branch office, Username = bo, IP = fra-peer, PHASE 1 COMPLETED",
		  { { AT(group), "branch office" }, { AT(username), "bo" }, { AT(peer), "fra-peer" } } },
		{ "%ASA-5-713136: IP = 203.0.113.7, IKE session establishment timed out [MM_WAIT_MSG6], aborting!",
		  { { AT(state), "MM_WAIT_MSG6" }, { AT(peer), "203.0.113.7" } } },
		{ "%ASA-5-713041: IP = 203.0.113.7, IKE Initiator: New Phase 1, Intf inside, IKE Peer 203.0.113.7  "
		  "local Proxy Address 10.1.0.0, remote Proxy Address 10.2.0.0,  Crypto map (outside_map)",
		  { { AT(interface), "inside" },
		    { AT(local_proxy), "10.1.0.0" },
		    { AT(remote_proxy), "10.2.0.0" },
		    { AT(crypto_map), "outside_map" } } },
		{ "%ASA-3-713061: Group = 203.0.113.7, IP = 203.0.113.7, Rejecting IPSec tunnel: no matching crypto "
		  "map entry for remote proxy 10.2.0.0/255.255.255.0/0/0 local proxy 10.9.0.0/255.255.255.0/0/0 on "
		  "interface outside",
		  { { AT(remote_proxy), "10.2.0.0/255.255.255.0/0/0" },
		    { AT(local_proxy), "10.9.0.0/255.255.255.0/0/0" },
		    { AT(interface), "outside" } } },
		{ "%ASA-5-713259: Group = g, IP = 203.0.113.7, Session is being torn down. Reason: Lost Service",
		  { { AT(reason), "Lost Service" } } },
		{ "%ASA-5-713068: IP = 203.0.113.7, Received non-routine Notify message: No proposal chosen (14)",
		  { { AT(notify), "No proposal chosen (14)" } } },
		{ "%ASA-4-113019: Group = 203.0.113.7, Username = 203.0.113.7, IP = 203.0.113.7, Session disconnected. "
		  "Session Type: LAN-to-LAN, Duration: 11d 14h:16m:29s, Bytes xmt: 12, Bytes rcv: 34, Reason: Idle "
		  "Timeout",
		  { { AT(duration), "11d 14h:16m:29s" }, { AT(reason), "Idle Timeout" } } },
		{ "%ASA-4-750003: Local:192.0.2.1:500 Remote:203.0.113.9:500 Username:Unknown IKEv2 Negotiation "
		  "aborted due to ERROR: Auth exchange failed",
		  { { AT(local), "192.0.2.1" },
		    { AT(peer), "203.0.113.9" },
		    { AT(username), "Unknown" },
		    { AT(reason), "Auth exchange failed" } } },
		{ "%ASA-5-750007: Local:[2001:db8::1]:500 Remote:2001:db8::9:500 Username:branch office IKEv2 SA DOWN. "
		  "Reason: peer lost",
		  { { AT(local), "2001:db8::1" },
		    { AT(peer), "2001:db8::9" },
		    { AT(username), "branch office" },
		    { AT(reason), "peer lost" } } },
		{ "%ASA-4-402119: IPSEC: Received an ESP packet (SPI= 0x1B86506B, sequence number= 0x28B) from "
		  "68.18.122.4 (user= Bangalo) to 10.10.1.1 that failed anti-replay checking.",
		  { { AT(peer), "68.18.122.4" }, { AT(username), "Bangalo" }, { AT(local), "10.10.1.1" } } },
		{ "%ASA-4-402117: IPSEC: Received a non-IPSec packet (protocol= ICMP) from 10.5.1.127 to "
		  "192.168.6.102.",
		  { { AT(peer), "10.5.1.127" } } },
		{ "%ASA-4-402116: IPSEC: Received an ESP packet (SPI=0x1B86506B, sequence number=0x28B) from "
		  "203.0.113.7 (user=br) to 192.0.2.1.  The decapsulated inner packet doesn't match the negotiated "
		  "policy in the SA.  The packet specifies its destination as 10.1.0.9, its source as 10.3.0.9, and "
		  "its protocol as tcp.  The SA specifies its local proxy as 10.1.0.0/255.255.0.0/ip/0 and its remote "
		  "proxy as 10.2.0.0/255.255.0.0/ip/0.",
		  { { AT(peer), "203.0.113.7" },
		    { AT(local), "192.0.2.1" },
		    { AT(username), "br" },
		    { AT(local_proxy), "10.1.0.0/255.255.0.0/ip/0" },
		    { AT(remote_proxy), "10.2.0.0/255.255.0.0/ip/0" } } },
		{ "%ASA-5-713050: Group = g, IP = 203.0.113.7, Connection terminated for peer 203.0.113.7. Reason: "
		  "Peer Terminate Remote Proxy 10.2.0.0, Local Proxy 10.1.0.0",
		  { { AT(peer), "203.0.113.7" },
		    { AT(reason), "Peer Terminate" },
		    { AT(remote_proxy), "10.2.0.0" },
		    { AT(local_proxy), "10.1.0.0" } } },
		{ "%ASA-3-751022: Local: 192.0.2.1:500 Remote: 203.0.113.9:500 Username: 203.0.113.9 Tunnel rejected: "
		  "Crypto Map Policy not found for remote traffic selector a local traffic selector b!",
		  { { AT(local), "192.0.2.1" },
		    { AT(username), "203.0.113.9" },
		    { AT(remote_proxy), "a" },
		    { AT(local_proxy), "b" } } },
		{ "%ASA-3-752015: Tunnel Manager has failed to establish an L2L SA.  All configured IKE versions "
		  "failed to establish the tunnel. Map Tag= outside_map.  Map Sequence Number = 10.",
		  { { AT(crypto_map), "outside_map" } } },
		{ "%ASA-6-602303: IPSEC: An outbound LAN-to-LAN SA (SPI= 0xF81283) between 91.240.17.178 and "
		  "192.168.2.2 (user= admin) has been created.",
		  { { AT(local), "91.240.17.178" }, { AT(peer), "192.168.2.2" }, { AT(username), "admin" } } },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct vt_syslog_vpn vpn = vpn_of(cases[i].line);
		for (size_t k = 0; k < 6 && cases[i].facts[k].text; k++)
			assert_str(*(struct vt_str *)((char *)&vpn + cases[i].facts[k].at), cases[i].facts[k].text);
	}
#undef AT
}

static void numbers_of_a_message(void **state)
{
	(void)state;
	struct vt_syslog_vpn vpn = vpn_of(
		"%ASA-5-713049: Group = g, IP = 203.0.113.7, Security negotiation complete for LAN-to-LAN Group (g)  "
		"Initiator, Inbound SPI = 0x1e8246fc, Outbound SPI = 0x00b5a1ff");
	assert_int_equal(vpn.spi_in, 0x1e8246fc);
	assert_int_equal(vpn.spi_out, 0xb5a1ff);
	assert_str(vpn.role, "Initiator");
	vpn = vpn_of("%ASA-4-402119: IPSEC: Received an ESP packet (SPI= 0x1B86506B, sequence number= 0x28B) from "
		     "68.18.122.4 (user= B) to 10.10.1.1 that failed anti-replay checking.");
	assert_int_equal(vpn.spi, 0x1b86506b);
	vpn = vpn_of("%ASA-3-751022: Local:192.0.2.1:4500 Remote:203.0.113.9:4500 Username:203.0.113.9 IKEv2 Tunnel "
		     "rejected: Crypto Map Policy not found for remote traffic selector 10.2.0.0/10.2.0.255/0/65535/0 "
		     "local traffic selector 10.9.0.0/10.9.0.255/0/65535/0!");
	assert_int_equal(vpn.local_port, 4500);
	assert_int_equal(vpn.peer_port, 4500);
	assert_str(vpn.remote_proxy, "10.2.0.0/10.2.0.255/0/65535/0");
	assert_str(vpn.local_proxy, "10.9.0.0/10.9.0.255/0/65535/0");
	vpn = vpn_of(
		"%ASA-4-113019: Group = g, Username = u, IP = 203.0.113.7, Session disconnected. Session Type: "
		"LAN-to-LAN, Duration: 0h:01m:02s, Bytes xmt: 1280775975169, Bytes rcv: 34, Reason: User Requested");
	assert_int_equal(vpn.bytes_tx, UINT64_C(1280775975169));
	assert_int_equal(vpn.bytes_rx, 34);
	assert_int_equal(vpn.spi, VT_ABSENT);
}

static void a_message_that_went_on(void **state)
{
	(void)state;
	struct vt_logging *l = parse_logging(
		"%ASA-7-715065: Group = g, IP = 203.0.113.7, IKE MM Initiator FSM error history\nMM_DONE, EV_ERROR\n"
		"%ASA-6-302013: Built\n");
	assert_parsed();
	assert_int_equal(l->messages_len, 2);
	assert_str(l->messages[0].text,
		   "Group = g, IP = 203.0.113.7, IKE MM Initiator FSM error history\nMM_DONE, EV_ERROR");
}

static void an_empty_buffer_and_another_command(void **state)
{
	(void)state;
	struct vt_logging *l = parse_logging("Syslog logging: disabled\n    Facility: 20\n");
	assert_parsed();
	assert_int_equal(l->on, 0);
	assert_int_equal(l->messages_len, 0);
	parse_logging("There are no ipsec sas\n");
	assert_int_equal(case_status, VT_E_NOT_THIS_COMMAND);
	fixtures("show_logging", whole_logging);
	fixtures("show_logging", cut_logging);
}

LISTING_TESTS(CASE(settings_and_messages), CASE(a_message_behind_any_prefix), CASE(what_a_message_says_of_a_tunnel),
	      CASE(numbers_of_a_message), CASE(a_message_that_went_on), CASE(an_empty_buffer_and_another_command))
