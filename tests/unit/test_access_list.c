/* SPDX-License-Identifier: MIT
 * show access-list
 */
#include "asa/access_list.h"

#include "tests/unit/listing_case.h"

LISTING(acl, struct vt_access_lists, vt_access_list_parse);

static void lists_of_every_type(void **state)
{
	(void)state;
	char *text = fixture("show_access-list/crypto_9.8.txt");
	struct vt_access_lists *a = parse_acl(text);
	assert_parsed();
	assert_int_equal(a->cached_flows, 3);
	assert_int_equal(a->denied_flows, 1);
	assert_int_equal(a->deny_flow_max, 4096);
	assert_int_equal(a->alert_interval_s, 300);
	assert_int_equal(a->lists_len, 4);
	assert_str(a->lists[0].name, "CRYPTO");
	assert_int_equal(a->lists[0].elements, 3);
	assert_str(a->lists[0].name_hash, "0x1a2b3c4d");
	const struct vt_ace *e = a->lists[0].aces;
	assert_int_equal(a->lists[0].aces_len, 5);
	assert_str(e[0].remark, "to the branch: permit nothing else");
	assert_absent(e[0].action);
	assert_false(e[1].expanded);
	assert_str(e[1].source.kind, "object");
	assert_str(e[1].source.value, "LAN");
	assert_str(e[1].destination.kind, "object-group");
	assert_int_equal(e[1].hitcnt, 12);
	assert_true(e[2].expanded && e[3].expanded);
	assert_str(e[3].text, "extended permit ip 10.1.0.0 255.255.0.0 host 10.3.0.1");
	assert_str(e[3].hash, "0x0397cac1");
	assert_str(a->lists[1].aces->type, "standard");
	assert_str(a->lists[1].aces->source.mask, "255.255.0.0");
	assert_str(a->lists[2].aces->type, "webtype");
	assert_str(a->lists[2].aces->text, "webtype deny url http://10.1.0.9/* log default");
	assert_int_equal(a->lists[2].aces->hitcnt, 5);
	assert_int_equal(a->lists[3].brief->hitcnt, 0x6049);
	assert_int_equal(a->lists[3].brief->last_hit_s, 0x6178289f);
	free(text);
}

static void the_options_of_an_entry(void **state)
{
	(void)state;
	char *text = fixture("show_access-list/crypto_9.8.txt");
	const struct vt_ace *e = &parse_acl(text)->lists[0].aces[4];
	assert_str(e->action, "deny");
	assert_str(e->source.kind, "any4");
	assert_str(e->source_ports.op, "eq");
	assert_str(e->source_ports.value, "1024");
	assert_str(e->destination.value, "WEB");
	assert_str(e->destination_ports.value, "www");
	assert_true(e->log && e->inactive);
	assert_str(e->log_level, "debugging");
	assert_int_equal(e->log_interval_s, 60);
	assert_str(e->time_range, "NIGHT");
	assert_int_equal(e->hitcnt, 0);
	assert_str(e->text, "extended deny tcp any4 eq 1024 object-group WEB eq www log debugging interval 60 "
			    "time-range NIGHT inactive");
	free(text);
}

/* protocol|service, source kind:value:mask-or-end, source ports, destination …, ports, ICMP */
static void entries_in_every_spelling(void **state)
{
	(void)state;
	static const struct {
		const char *text, *service, *source, *source_ports, *destination, *destination_ports, *icmp;
	} cases[] = {
		{ "extended permit ah any4 interface outside", "ah", "any4::", "::", "interface:outside:", "::", ":" },
		{ "extended permit object svc1 object test1 object test2", "svc1",
		  "object:test1:", "::", "object:test2:", "::", ":" },
		{ "extended permit object-group G any any", "G", "any::", "::", "any::", "::", ":" },
		{ "extended permit icmp fqdn test.com (unresolved) host 10.1.1.2 echo-reply 4", "icmp",
		  "fqdn:test.com:", "::", "host:10.1.1.2:", "::", "echo-reply:4" },
		{ "extended permit tcp host 10.1.1.2 range 10.1.1.3 10.1.1.8 range gopher 71", "tcp",
		  "host:10.1.1.2:", "::", "range:10.1.1.3:10.1.1.8", "range:gopher:71", ":" },
		{ "extended permit udp range 10.1.1.3 10.1.1.8 host 10.1.1.2 eq domain", "udp",
		  "range:10.1.1.3:10.1.1.8", "::", "host:10.1.1.2:", "eq:domain:", ":" },
		{ "extended permit tcp object a object b object-group PORTS", "tcp",
		  "object:a:", "::", "object:b:", "object-group:PORTS:", ":" },
		{ "extended permit tcp any object-group B object-group PORTS", "tcp",
		  "any::", "::", "object-group:B:", "object-group:PORTS:", ":" },
		{ "extended permit tcp any object-group PORTS any", "tcp",
		  "any::", "object-group:PORTS:", "any::", "::", ":" },
		{ "extended permit tcp any object-group B", "tcp", "any::", "::", "object-group:B:", "::", ":" },
		{ "extended permit tcp host 198.51.100.5 range 49152 65535 198.51.100.0 255.255.255.0 eq 100", "tcp",
		  "host:198.51.100.5:", "range:49152:65535", "network:198.51.100.0:255.255.255.0", "eq:100:", ":" },
		{ "permit tcp 2001:db8:0:3::/64 eq www 2001:fc8:0:4::/64 eq telnet", "tcp",
		  "network:2001:db8:0:3::/64:", "eq:www:", "network:2001:fc8:0:4::/64:", "eq:telnet:", ":" },
		{ "extended permit ip fra-lan 255.255.255.0 host ber-srv", "ip", "network:fra-lan:255.255.255.0",
		  "::", "host:ber-srv:", "::", ":" },
		{ "extended permit tcp any host 93.184.216.34 (www.example.com) eq https", "tcp",
		  "any::", "::", "host:93.184.216.34:", "eq:https:", ":" },
		{ "extended permit ip user EXAMPLE\\carol any security-group tag 7 host 10.1.1.1", "ip",
		  "any::", "::", "host:10.1.1.1:", "::", ":" },
		{ "extended permit icmp any any object-group ICMPS", "icmp",
		  "any::", "::", "any::", "object-group:ICMPS:", ":" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct vt_ace e;
		char got[256];
		if (!vt_ace_parse(vt_str_of(cases[i].text), &e))
			fail_msg("not understood: %s", cases[i].text);
		assert_str(e.text, cases[i].text);
		struct vt_str service = e.protocol.p         ? e.protocol
					: e.service_object.p ? e.service_object
							     : e.service_group;
		assert_str(service, cases[i].service);
		snprintf(got, sizeof got, VT_FMT ":" VT_FMT ":" VT_FMT VT_FMT, VT_ARG(e.source.kind),
			 VT_ARG(e.source.value), VT_ARG(e.source.mask), VT_ARG(e.source.end));
		assert_string_equal(got, cases[i].source);
		snprintf(got, sizeof got, VT_FMT ":" VT_FMT ":" VT_FMT, VT_ARG(e.source_ports.op),
			 VT_ARG(e.source_ports.value), VT_ARG(e.source_ports.end));
		assert_string_equal(got, cases[i].source_ports);
		snprintf(got, sizeof got, VT_FMT ":" VT_FMT ":" VT_FMT VT_FMT, VT_ARG(e.destination.kind),
			 VT_ARG(e.destination.value), VT_ARG(e.destination.mask), VT_ARG(e.destination.end));
		assert_string_equal(got, cases[i].destination);
		snprintf(got, sizeof got, VT_FMT ":" VT_FMT ":" VT_FMT, VT_ARG(e.destination_ports.op),
			 VT_ARG(e.destination_ports.value), VT_ARG(e.destination_ports.end));
		assert_string_equal(got, cases[i].destination_ports);
		snprintf(got, sizeof got, VT_FMT ":" VT_FMT, VT_ARG(e.icmp_type), VT_ARG(e.icmp_code));
		assert_string_equal(got, cases[i].icmp);
	}
}

static void an_ipv6_list_of_its_own(void **state)
{
	(void)state;
	char *text = fixture("show_access-list/ipv6_8.4.txt");
	struct vt_access_lists *a = parse_acl(text);
	assert_parsed();
	assert_int_equal(a->lists_len, 1);
	assert_true(a->lists->ipv6);
	assert_str(a->lists->aces[0].source.value, "2001:db8:0:3::/64");
	assert_absent(a->lists->aces[0].type);
	assert_str(a->lists->aces[1].icmp_type, "echo-reply");
	assert_int_equal(a->lists->aces[1].hitcnt, 4);
	free(text);
}

static void expansion_is_told_without_indentation(void **state)
{
	(void)state;
	struct vt_access_lists *a = parse_acl(
		"access-list A line 1 remark one\n"
		"access-list A line 1 extended permit ip object X any (hitcnt=0) 0x1\n"
		"access-list A line 1 extended permit ip host 10.1.1.1 any (hitcnt=0) 0x2\n"
		"access-list A line 2 extended permit ip any any (hitcnt=0) 0x3\n");
	assert_parsed();
	assert_false(a->lists->aces[1].expanded);
	assert_true(a->lists->aces[2].expanded);
	assert_false(a->lists->aces[3].expanded);
}

static void a_list_shorter_than_its_heading_was_cut(void **state)
{
	(void)state;
	parse_acl("access-list A; 3 elements; name hash: 0x1\n"
		  "access-list A line 1 extended permit ip any any (hitcnt=0) 0x3\n");
	assert_true(report.truncated);
	parse_acl("access-group A in interface outside\n");
	assert_int_equal(case_status, VT_E_NOT_THIS_COMMAND);
	struct vt_access_lists *a = parse_acl(
		"access-list A line 1 extended permit ip any any quietly (hitcnt=7) 0x3\n");
	assert_int_equal(a->lists->aces->hitcnt, 7);
	assert_int_equal(report.skipped, 1);
	fixtures("show_access-list", whole_acl);
	fixtures("show_access-list", cut_acl);
}

LISTING_TESTS(CASE(lists_of_every_type), CASE(the_options_of_an_entry), CASE(entries_in_every_spelling),
	      CASE(an_ipv6_list_of_its_own), CASE(expansion_is_told_without_indentation),
	      CASE(a_list_shorter_than_its_heading_was_cut))
