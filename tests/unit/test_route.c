/* SPDX-License-Identifier: MIT
 * show route
 */
#include "asa/route.h"

#include "tests/unit/listing_case.h"

LISTING(route, struct vt_route_table, vt_route_parse);

static void a_table_with_every_kind_of_row(void **state)
{
	(void)state;
	char *text = fixture("show_route/asa_9.16.txt");
	struct vt_route_table *t = parse_route(text);
	assert_parsed();
	assert_int_equal(t->last_resort, 1);
	assert_str(t->last_resort_gateway, "192.0.2.254");
	assert_str(t->last_resort_network, "0.0.0.0");
	assert_int_equal(t->routes_len, 6);
	const struct vt_route *r = t->routes;
	assert_str(r[0].code, "S");
	assert_str(r[0].protocol, "static");
	assert_true(r[0].candidate_default);
	assert_int_equal(r[0].prefix, 0);
	assert_int_equal(r[0].distance, 1);
	assert_int_equal(r[0].metric, 0);
	assert_str(r[0].next_hops[0].gateway, "192.0.2.254");
	assert_str(r[0].next_hops[0].interface, "outside");
	assert_true(r[1].tunneled);
	assert_str(r[1].next_hops[0].interface, "inside");
	assert_true(r[2].connected);
	assert_absent(r[2].next_hops[0].gateway);
	assert_int_equal(r[2].prefix, 16);
	assert_str(r[3].protocol, "local");
	assert_true(r[4].vpn);
	assert_str(r[4].network, "10.1.24.0");
	assert_str(r[4].next_hops[0].interface, "outside");
	free(text);
}

static void a_row_may_end_on_lines_of_its_own(void **state)
{
	(void)state;
	char *text = fixture("show_route/asa_9.16.txt");
	const struct vt_route *r = &parse_route(text)->routes[5];
	assert_str(r->code, "O");
	assert_str(r->subcode, "E2");
	assert_int_equal(r->prefix, 26);
	assert_int_equal(r->distance, 110);
	assert_int_equal(r->metric, 11);
	assert_int_equal(r->next_hops_len, 2);
	assert_str(r->next_hops[1].gateway, "10.1.0.4");
	assert_str(r->next_hops[1].age, "3w6d");
	assert_str(r->next_hops[1].interface, "inside");
	assert_int_equal(r->last_line, r->first_line + 2);
	free(text);
}

static void rows_in_every_spelling(void **state)
{
	(void)state;
	static const struct {
		const char *row, *code, *subcode, *network, *mask, *gateway, *interface, *age;
		bool candidate, connected, vpn;
	} cases[] = {
		{ "S* 0.0.0.0 0.0.0.0 [10] via 10.16.251.1, outside", "S", "", "0.0.0.0", "0.0.0.0", "10.16.251.1",
		  "outside", "", true, false, false },
		{ "O*E2 0.0.0.0 0.0.0.0 [110/1] via 10.1.1.1, 0:19:52, inside", "O", "E2", "0.0.0.0", "0.0.0.0",
		  "10.1.1.1", "inside", "0:19:52", true, false, false },
		{ "D EX     10.121.67.0 255.255.255.0 [170/345856] via 10.9.193.99, 2w1d, esavpn", "D", "EX",
		  "10.121.67.0", "255.255.255.0", "10.9.193.99", "esavpn", "2w1d", false, false, false },
		{ "B 10.122.3.0 255.255.255.0 [20/0] via 172.25.141.2, 7w0d", "B", "", "10.122.3.0", "255.255.255.0",
		  "172.25.141.2", "", "7w0d", false, false, false },
		{ "S        Sever-2 255.255.255.255 [1/0] via gw-name, outside", "S", "", "Sever-2", "255.255.255.255",
		  "gw-name", "outside", "", false, false, false },
		{ "SI   10.121.0.0 255.0.0.0 [1/0] is directly connected, gig3", "SI", "", "10.121.0.0", "255.0.0.0",
		  "", "gig3", "", false, true, false },
		{ "V        10.10.1.4 255.255.255.255 connected by VPN (advertised), admin", "V", "", "10.10.1.4",
		  "255.255.255.255", "", "admin", "", false, false, true },
		{ "D        10.0.0.0 255.0.0.0 is a summary, 0:00:01, Null0", "D", "", "10.0.0.0", "255.0.0.0", "",
		  "Null0", "0:00:01", false, false, false },
		{ "S   2001:db8:1::/64 [1/0] via fe80::1, outside", "S", "", "2001:db8:1::", "", "fe80::1", "outside",
		  "", false, false, false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct vt_route_table *t = parse_route(cases[i].row);
		assert_parsed();
		assert_int_equal(t->routes_len, 1);
		assert_str(t->routes->code, cases[i].code);
		assert_str(t->routes->subcode, cases[i].subcode);
		assert_str(t->routes->network, cases[i].network);
		assert_str(t->routes->mask, cases[i].mask);
		assert_int_equal(t->routes->next_hops_len, 1);
		assert_str(t->routes->next_hops->gateway, cases[i].gateway);
		assert_str(t->routes->next_hops->interface, cases[i].interface);
		assert_str(t->routes->next_hops->age, cases[i].age);
		assert_int_equal(t->routes->candidate_default, cases[i].candidate);
		assert_int_equal(t->routes->connected, cases[i].connected);
		assert_int_equal(t->routes->vpn, cases[i].vpn);
	}
}

static void asked_for_an_address_the_answer_is_a_block(void **state)
{
	(void)state;
	struct vt_route_table *t = parse_route("Routing entry for 10.1.24.0 255.255.255.0\n"
					       "  Known via \"ospf 1\", distance 110, metric 20, type intra area\n"
					       "  Last update from 10.1.1.1 on inside, 0:05:41 ago\n"
					       "  Routing Descriptor Blocks:\n"
					       "  * 10.1.1.1, from 10.9.9.9, 0:05:41 ago, via inside\n"
					       "      Route metric is 20, traffic share count is 1\n");
	assert_parsed();
	assert_int_equal(t->routes_len, 1);
	assert_str(t->routes->protocol, "ospf 1");
	assert_int_equal(t->routes->distance, 110);
	assert_int_equal(t->routes->metric, 20);
	assert_str(t->routes->next_hops->gateway, "10.1.1.1");
	assert_str(t->routes->next_hops->interface, "inside");
	assert_str(t->routes->next_hops->age, "0:05:41");

	t = parse_route("Routing entry for 10.1.0.0 255.255.0.0\n  Known via \"connected\", distance 0, metric 0 "
			"(connected, via interface)\n"
			"  Routing Descriptor Blocks:\n  * directly connected, via inside\n");
	assert_parsed();
	assert_true(t->routes->connected);
	assert_str(t->routes->next_hops->interface, "inside");

	t = parse_route("Routing entry for 0.0.0.0 0.0.0.0, supernet\n"
			"  Known via \"static\", distance 1, metric 0, candidate default path\n"
			"  Routing Descriptor Blocks:\n  * 192.0.2.1, via outside\n"
			"      Route metric is 0, traffic share count is 1\n");
	assert_parsed();
	assert_int_equal(t->routes_len, 1);
	assert_str(t->routes->mask, "0.0.0.0");
	assert_true(t->routes->candidate_default);
	assert_str(t->routes->next_hops->gateway, "192.0.2.1");
	assert_str(t->routes->next_hops->interface, "outside");

	t = parse_route("% Network not in table\n");
	assert_parsed();
	assert_int_equal(t->in_table, 0);
}

static void an_ipv6_table_counts_its_entries(void **state)
{
	(void)state;
	char *text = fixture("show_route/ipv6.txt");
	struct vt_route_table *t = parse_route(text);
	assert_parsed();
	assert_int_equal(t->routes_len, 3);
	assert_true(t->routes[0].connected);
	assert_int_equal(t->routes[0].prefix, 128);
	assert_str(t->routes[2].next_hops->gateway, "2001:db8:ffff::fe");
	*strstr(text, "S   ::/0") = '\0';
	parse_route(text);
	assert_true(report.truncated);
	free(text);
}

static void a_row_without_its_way_was_cut(void **state)
{
	(void)state;
	parse_route("Gateway of last resort is not set\nO E2     10.20.58.64 255.255.255.192\n");
	assert_true(report.truncated);
	parse_route("Codes: L - local, C - connected\n       D - EIGRP, EX - EIGRP external\n");
	assert_true(report.truncated);
	parse_route("route outside 0.0.0.0 0.0.0.0 192.0.2.254 1\n");
	assert_int_equal(case_status, VT_E_NOT_THIS_COMMAND);
	fixtures("show_route", whole_route);
	fixtures("show_route", cut_route);
}

LISTING_TESTS(CASE(a_table_with_every_kind_of_row), CASE(a_row_may_end_on_lines_of_its_own),
	      CASE(rows_in_every_spelling), CASE(asked_for_an_address_the_answer_is_a_block),
	      CASE(an_ipv6_table_counts_its_entries), CASE(a_row_without_its_way_was_cut))
