/* SPDX-License-Identifier: MIT
 * show clock · show mode · show context · show cpu usage, and the times an ASA prints
 */
#include "asa/device_facts.h"
#include "base/timefmt.h"

#include "tests/unit/listing_case.h"

LISTING(clock, struct vt_clock, vt_clock_parse);
LISTING(mode, struct vt_mode, vt_mode_parse);
LISTING(context, struct vt_contexts, vt_context_parse);
LISTING(cpu, struct vt_cpu_usage, vt_cpu_usage_parse);

static void a_wall_clock_is_read_as_if_it_were_utc(void **state)
{
	(void)state;
	static const struct {
		const char *text, *iso, *zone;
	} cases[] = {
		{ "14:35:24.486 UTC Wed Jun 9 2021", "2021-06-09T14:35:24.486Z", "UTC" },
		{ "12:52:34 GMT/BST Jan 26 2022", "2022-01-26T12:52:34.000Z", "GMT/BST" },
		{ "6:16:26 est Thu Dec 1 2022", "2022-12-01T06:16:26.000Z", "est" },
		{ "14:35:24 Wed Jun 9 2021", "2021-06-09T14:35:24.000Z", NULL },
		{ "Aug 15 2019 13:44:38", "2019-08-15T13:44:38.000Z", NULL },
		{ "Aug 15 2019 13:44:38: ", "2019-08-15T13:44:38.000Z", NULL },
		{ "14:35:24.486 UTC", NULL, NULL },
		{ "Jun 9 2021", NULL, NULL },
		{ "99:35:24 UTC Wed Jun 9 2021", NULL, NULL },
		{ "14:35:24 UTC Wed Jun 99 2021", NULL, NULL },
		{ "14:35:24 UTC Wed Jun 9 99999", NULL, NULL },
		{ "", NULL, NULL },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct vt_str zone = VT_STR_NONE;
		int64_t at_ms;
		char iso[VT_TIME_TEXT] = "";
		bool ok = vt_device_time_parse(vt_str_of(cases[i].text), &zone, &at_ms);
		if (ok)
			vt_time_format(at_ms, iso);
		if (ok != (cases[i].iso != NULL) || (ok && strcmp(iso, cases[i].iso) != 0) ||
		    !vt_str_eq(zone, vt_str_of(cases[i].zone)))
			fail_msg("\"%s\" gave \"%s\" in \"" VT_FMT "\"", cases[i].text, iso, VT_ARG(zone));
	}
}

static void a_clock_with_its_source(void **state)
{
	(void)state;
	struct vt_clock *c = parse_clock("14:35:24.486 CEST Wed Jun 9 2021\r\n");
	assert_parsed();
	assert_str(c->text, "14:35:24.486 CEST Wed Jun 9 2021");
	assert_str(c->zone, "CEST");
	assert_false(c->not_authoritative);
	assert_absent(c->source);

	c = parse_clock("*00:01:12.004 UTC Fri Jan 1 1999\nTime source is hardware calendar\n"
			"Summer time starts 02:00:00 CEST Sun Mar 28 2021\n");
	assert_parsed();
	assert_true(c->not_authoritative);
	assert_str(c->source, "hardware calendar");

	parse_clock("*00:01:12.004 UTC Fri Jan 1 1999\nNo time source\n");
	assert_parsed();
	parse_clock("There are no ipsec sas\n");
	assert_int_equal(case_status, VT_E_NOT_THIS_COMMAND);
	cut_clock("*00:01:12.004 UTC Fri Jan 1 1999\nTime source is NTP\n", 52);
}

static void a_mode_is_single_or_multiple(void **state)
{
	(void)state;
	assert_false(parse_mode("Security context mode: single \r\n")->multiple);
	assert_parsed();
	assert_true(parse_mode("Security context mode: multiple\nThe flash mode is the SAME as the running mode.\n")
			    ->multiple);
	assert_parsed();
	parse_mode("Security context mode:\n");
	assert_int_equal(case_status, VT_E_NOT_THIS_COMMAND);
	cut_mode("Security context mode: multiple\r\n", 33);
}

static const char contexts[] = "Context Name      Class      Interfaces           Mode         URL\r\n"
			       "*admin            default    Vlan1000,Vlan1001,   Routed       disk0:/admin.cfg\r\n"
			       "                             Vlan1030,Vlan1083...\r\n"
			       " customer1        gold       Vlan100              Transparent  disk0:/c1.cfg\r\n"
			       " customer2        default                         Routed       disk0:/c2.cfg\r\n"
			       "Total active Security Contexts: 3\r\n";

static void contexts_with_their_interfaces(void **state)
{
	(void)state;
	struct vt_contexts *c = parse_context(contexts);
	assert_parsed();
	assert_int_equal(c->contexts_len, 3);
	assert_int_equal(c->total, 3);
	assert_str(c->contexts[0].name, "admin");
	assert_true(c->contexts[0].admin);
	assert_int_equal(c->contexts[0].interfaces.len, 4);
	assert_str(c->contexts[0].interfaces.items[3], "Vlan1083");
	assert_true(c->contexts[0].interfaces_cut);
	assert_str(c->contexts[0].url, "disk0:/admin.cfg");
	assert_str(c->contexts[1].class_name, "gold");
	assert_str(c->contexts[1].mode, "Transparent");
	assert_false(c->contexts[1].admin);
	assert_int_equal(c->contexts[2].interfaces.len, 0);
	assert_str(c->contexts[2].mode, "Routed");
}

static void contexts_of_other_widths(void **state)
{
	(void)state;
	struct vt_contexts *c = parse_context("Context Name      Class      Interfaces           URL\n"
					      "*admin            default    Gi0/1.100            disk0:/admin.cfg\n"
					      "                             Gi0/1.101\n"
					      " new              default                         (not entered)\n"
					      "Total active Security Contexts: 2\n");
	assert_int_equal(c->contexts[0].interfaces.len, 2);
	assert_int_equal(c->contexts_len, 1); /* a context without mode and file is none yet */
	c = parse_context("Context Name      Class      Interfaces           Mode         URL\n"
			  "*admin            default    Gi0/1,Gi0/2.100-\n"
			  "                             200,Gi0/3            Routed       disk0:/admin.cfg\n"
			  " new              default    Gi0/4                Routed       (not entered)\n"
			  "Total active Security Contexts: 2\n");
	assert_int_equal(c->contexts_len, 1);
	assert_str(c->contexts[0].name, "new");
	assert_absent(c->contexts[0].url);
	assert_true(report.truncated);
}

static void a_list_shorter_than_its_total_was_cut(void **state)
{
	(void)state;
	parse_context("Context Name      Class      Interfaces           Mode         URL\n"
		      " c1               default    Vlan100              Routed       disk0:/c1.cfg\n");
	assert_true(report.truncated);
	parse_context("Context Name      Class      Interfaces           URL\n"
		      "*admin            default    Ethernet0            flash:/admin.cfg\n"
		      "Total active Security Contexts: 2\n");
	assert_true(report.truncated);
	parse_context("nothing of the kind\n");
	assert_int_equal(case_status, VT_E_NOT_THIS_COMMAND);
	cut_context(contexts, sizeof contexts - 1);
	fixtures("show_context", whole_context);
	fixtures("show_context", cut_context);
}

static void a_load_in_three_windows(void **state)
{
	(void)state;
	struct vt_cpu_usage *u = parse_cpu("CPU utilization for 5 seconds = 18%; 1 minute: 5%; 5 minutes: 4%\r\n");
	assert_parsed();
	assert_int_equal(u->percent_5s, 18);
	assert_int_equal(u->percent_1m, 5);
	assert_int_equal(u->percent_5m, 4);
	u = parse_cpu("CPU utilization for 5 seconds = n/a\n");
	assert_int_equal(u->percent_5s, VT_ABSENT);
	parse_cpu("\n");
	assert_int_equal(case_status, VT_E_NOT_THIS_COMMAND);
	u = parse_cpu("CPU utilization for 5 seconds = 1%; 1 minute: 1%; 5 minutes: 0%\n\n"
		      "Virtual platform CPU resources\n------------------------------\n"
		      "Number of vCPUs              :     4\nvCPU Status                  :  Compliant\n");
	assert_parsed();
	assert_int_equal(u->percent_5s, 1);
	cut_cpu("CPU utilization for 5 seconds = 18%; 1 minute: 5%; 5 minutes: 4%\r\n", 66);
}

LISTING_TESTS(CASE(a_wall_clock_is_read_as_if_it_were_utc), CASE(a_clock_with_its_source),
	      CASE(a_mode_is_single_or_multiple), CASE(contexts_with_their_interfaces), CASE(contexts_of_other_widths),
	      CASE(a_list_shorter_than_its_total_was_cut), CASE(a_load_in_three_windows))
