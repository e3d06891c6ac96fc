/* SPDX-License-Identifier: MIT
 * show asp drop · show names · show interface ip brief · show crypto ca certificates · ping
 */
#include "asa/asp_drop.h"
#include "asa/certificates.h"
#include "asa/interface_ip_brief.h"
#include "asa/names.h"
#include "asa/ping.h"

#include "tests/unit/listing_case.h"

LISTING(asp, struct vt_asp_drop, vt_asp_drop_parse);
LISTING(names, struct vt_names, vt_names_parse);
LISTING(brief, struct vt_interfaces_brief, vt_interface_ip_brief_parse);
LISTING(certificates, struct vt_certificates, vt_certificates_parse);
LISTING(ping, struct vt_ping, vt_ping_parse);

static void drops_stand_in_two_sections(void **state)
{
	(void)state;
	char *text = fixture("show_asp_drop/asa_9.16.txt");
	struct vt_asp_drop *d = parse_asp(text);
	assert_parsed();
	assert_int_equal(d->frame.drops_len, 3);
	assert_str(d->frame.drops[1].keyword, "ipsec-need-sa");
	assert_str(d->frame.drops[1].description, "IPSEC tunnel needs SA");
	assert_int_equal(d->frame.drops[1].count, 17);
	assert_str(d->frame.last_clearing, "10:43:33 CET Nov 17 2026 by ops");
	assert_int_equal(d->flow.drops_len, 1);
	assert_str(d->flow.last_clearing, "Never");
	free(text);
}

static void a_long_description_loses_the_end_of_its_keyword(void **state)
{
	(void)state;
	struct vt_asp_drop *d = parse_asp(
		"Frame drop:\n  Dropped pending packets due to a failed attempt to get an internal "
		"socket lock (np-socket-lock-failu         61\nLast clearing: Never\n");
	assert_parsed();
	assert_str(d->frame.drops->keyword, "np-socket-lock-failu");
	assert_true(d->frame.drops->keyword_cut);
	assert_int_equal(d->frame.drops->count, 61);
	assert_true(d->frame.seen);
	assert_false(d->flow.seen);
	parse_asp("Frame drop:\n  No route to host (no-route)     30\n");
	assert_true(report.truncated);
	parse_asp("No route to host (no-route)     30\n");
	assert_int_equal(case_status, VT_E_NOT_THIS_COMMAND);
	fixtures("show_asp_drop", whole_asp);
	fixtures("show_asp_drop", cut_asp);
}

static void names_with_and_without_a_description(void **state)
{
	(void)state;
	char *text = fixture("show_names/names.txt");
	struct vt_names *n = parse_names(text);
	assert_parsed();
	assert_int_equal(n->on, 1);
	assert_int_equal(n->names_len, 2);
	assert_str(n->names[0].addr, "10.1.0.0");
	assert_str(n->names[0].name, "fra-lan");
	assert_str(n->names[0].description, "the office");
	assert_str(n->names[1].addr, "2001:db8::1");
	assert_absent(n->names[1].description);
	assert_int_equal(parse_names("no names\n")->on, 0);
	parse_names("nameif outside\n");
	assert_int_equal(case_status, VT_E_NOT_THIS_COMMAND);
	fixtures("show_names", whole_names);
	fixtures("show_names", cut_names);
	free(text);
}

static void interfaces_are_read_by_meaning(void **state)
{
	(void)state;
	char *text = fixture("show_interface_ip_brief/asa.txt");
	struct vt_interfaces_brief *b = parse_brief(text);
	assert_parsed();
	assert_int_equal(b->interfaces_len, 3);
	assert_str(b->interfaces[0].addr, "192.0.2.1");
	assert_str(b->interfaces[0].method, "CONFIG");
	assert_absent(b->interfaces[1].addr);
	assert_str(b->interfaces[1].status, "administratively down");
	assert_str(b->interfaces[1].protocol, "down");
	assert_str(b->interfaces[2].status, "up");
	assert_absent(b->interfaces[2].protocol);
	b = parse_brief("GigabitEthernet0/1 unassigned YES unset  admin down down\n");
	assert_str(b->interfaces[0].status, "admin down");
	parse_brief("interface: outside\n");
	assert_int_equal(case_status, VT_E_NOT_THIS_COMMAND);
	fixtures("show_interface_ip_brief", whole_brief);
	fixtures("show_interface_ip_brief", cut_brief);
	free(text);
}

static void certificates_have_dates_and_trustpoints(void **state)
{
	(void)state;
	char *text = fixture("show_crypto_ca_certificates/identity_and_ca.txt");
	struct vt_certificates *c = parse_certificates(text);
	assert_parsed();
	assert_int_equal(c->certificates_len, 2);
	assert_str(c->certificates[0].kind, "Certificate");
	assert_str(c->certificates[0].issuer, "Example Issuing CA");
	assert_str(c->certificates[0].subject, "fra-fw1.example.com");
	assert_true(c->certificates[0].start_at_ms == 1705047300000 && c->certificates[0].end_at_ms == 1768119300000);
	assert_int_equal(c->certificates[0].trustpoints.len, 2);
	assert_str(c->certificates[0].trustpoints.items[1], "CA2");
	assert_int_equal(c->certificates[1].first_line, 23);
	/* One that was asked for and has not come has no dates, and no end that was cut off. */
	c = parse_certificates("Certificate\n  Status: Pending\n  Subject Name:\n    cn=x\n");
	assert_false(report.truncated);
	assert_true(c->certificates[0].end_at_ms == INT64_MIN);
	parse_certificates("CA Certificate\n  Status: Available\n  Issuer Name:\n    cn=x\n");
	assert_true(report.truncated);
	parse_certificates("crypto ca trustpoint CA1\n");
	assert_int_equal(case_status, VT_E_NOT_THIS_COMMAND);
	fixtures("show_crypto_ca_certificates", whole_certificates);
	fixtures("show_crypto_ca_certificates", cut_certificates);
	free(text);
}

static void a_ping_counts_each_answer(void **state)
{
	(void)state;
	char *text = fixture("ping/repeat_100.txt");
	struct vt_ping *p = parse_ping(text);
	assert_parsed();
	assert_int_equal(p->sent, 100);
	assert_int_equal(p->size_bytes, 100);
	assert_int_equal(p->timeout_s, 2);
	assert_str(p->packet_type, "ICMP Echos");
	assert_str(p->destination, "192.0.2.254");
	assert_int_equal(p->answers.len, 2);
	assert_int_equal(p->replies, 98);
	assert_int_equal(p->timeouts, 1);
	assert_int_equal(p->unreachables, 1);
	assert_int_equal(p->success_percent, 98);
	assert_int_equal(p->success_count, 98);
	assert_int_equal(p->success_of, 100);
	assert_int_equal(p->rtt_avg_ms, 2);
	free(text);
}

static void a_ping_that_nobody_answered(void **state)
{
	(void)state;
	struct vt_ping *p = parse_ping(
		"Sending 5, 100-byte ICMP Echos to 2001:db8::9, timeout is 2 seconds:\n"
		"Packet sent with a source address of 10.1.0.1\n?????\nSuccess rate is 0 percent (0/5)\n");
	assert_parsed();
	assert_str(p->destination, "2001:db8::9");
	assert_str(p->source, "10.1.0.1");
	assert_int_equal(p->other_answers, 5);
	assert_int_equal(p->success_percent, 0);
	assert_int_equal(p->rtt_min_ms, VT_ABSENT);
	parse_ping("Sending 5, 100-byte ICMP Echos to 10.1.1.1, timeout is 2 seconds:\n!!");
	assert_true(report.truncated);
	parse_ping("!!!!!\n");
	assert_int_equal(case_status, VT_E_NOT_THIS_COMMAND);
	fixtures("ping", whole_ping);
	fixtures("ping", cut_ping);
}

LISTING_TESTS(CASE(drops_stand_in_two_sections), CASE(a_long_description_loses_the_end_of_its_keyword),
	      CASE(names_with_and_without_a_description), CASE(interfaces_are_read_by_meaning),
	      CASE(certificates_have_dates_and_trustpoints), CASE(a_ping_counts_each_answer),
	      CASE(a_ping_that_nobody_answered))
