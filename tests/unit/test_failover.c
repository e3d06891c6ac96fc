/* SPDX-License-Identifier: MIT
 * show failover
 */
#include "asa/device_facts.h"

#include "tests/unit/listing_case.h"

LISTING(failover, struct vt_failover, vt_failover_parse);

static const char pair[] = "Failover On \r\n"
			   "Failover unit Secondary\r\n"
			   "Failover LAN Interface: folink GigabitEthernet1/8 (up)\r\n"
			   "Reconnect timeout 0:00:00\r\n"
			   "Unit Poll frequency 300 milliseconds, holdtime 999 milliseconds\r\n"
			   "Interface Poll frequency 5 seconds, holdtime 25 seconds\r\n"
			   "Interface Policy 1\r\n"
			   "Monitored Interfaces 2 of 160 maximum\r\n"
			   "MAC Address Move Notification Interval not set\r\n"
			   "failover replication http\r\n"
			   "Version: Ours 9.16(4), Mate 9.16(3)19\r\n"
			   "Serial Number: Ours JAD1, Mate JAD2\r\n"
			   "Last Failover at: 11:24:17 CEST Nov 17 2026\r\n"
			   "\tThis host: Secondary - Active \r\n"
			   "\t\tActive time: 30858 (sec)\r\n"
			   "\t\tslot 1: ASA5516 hw/sw rev (3.0/9.16(4)) status (Up Sys)\r\n"
			   "\t\t  Interface outside (192.0.2.1/2001:db8::1): Normal (Monitored)\r\n"
			   "\t\t  Interface inside (10.1.0.1): No Link (Waiting)\r\n"
			   "\t\tslot 2: SFR5516 hw/sw rev (N/A/6.6.1-91) status (Up/Up)\r\n"
			   "\t\t  ASA FirePOWER, 6.6.1-91, Up, (Monitored)\r\n"
			   "\tOther host: Primary - Standby Ready \r\n"
			   "\t\tActive time: 12 (sec)\r\n"
			   "\t\tslot 1: ASA5516 hw/sw rev (3.0/9.16(3)19) status (Up Sys)\r\n"
			   "\t\t  Interface outside (192.0.2.2): Normal \r\n"
			   "\t\tslot 2: empty\r\n"
			   "\r\n"
			   "Stateful Failover Logical Update Statistics\r\n"
			   "\tLink : state GigabitEthernet1/7 (administratively down)\r\n"
			   "\tStateful Obj \txmit       xerr       rcv        rerr      \r\n"
			   "\tGeneral\t\t22111809051 0          4156242    70        \r\n"
			   "\tVPN IKEv2 P2\t121119     1          2          3         \r\n"
			   "\r\n"
			   "\tLogical Update Queue Information\r\n"
			   "\t \t \tCur \tMax \tTotal\r\n"
			   "\tRecv Q: \t0 \t28 \t33235360\r\n"
			   "\tXmit Q: \t1 \t206 \t21746731593\r\n";

static void a_pair_and_its_settings(void **state)
{
	(void)state;
	struct vt_failover *f = parse_failover(pair);
	assert_parsed();
	assert_int_equal(f->on, 1);
	assert_str(f->unit, "Secondary");
	assert_str(f->lan_link.name, "folink");
	assert_str(f->lan_link.interface, "GigabitEthernet1/8");
	assert_str(f->lan_link.status, "up");
	assert_str(f->state_link.status, "administratively down");
	assert_int_equal(f->unit_poll_ms, 300);
	assert_int_equal(f->unit_hold_ms, 999);
	assert_int_equal(f->interface_hold_ms, 25000);
	assert_int_equal(f->monitored_interfaces, 2);
	assert_int_equal(f->monitored_interfaces_max, 160);
	assert_true(f->replicates_http);
	assert_str(f->software, "9.16(4)");
	assert_str(f->mate_software, "9.16(3)19");
	assert_str(f->mate_serial, "JAD2");
	assert_str(f->last_failover_at, "11:24:17 CEST Nov 17 2026");
}

static void each_host_has_its_own_block(void **state)
{
	(void)state;
	struct vt_failover *f = parse_failover(pair);
	assert_str(f->this_host.unit, "Secondary");
	assert_str(f->this_host.state, "Active");
	assert_int_equal(f->this_host.active_s, 30858);
	assert_int_equal(f->this_host.interfaces_len, 2);
	assert_str(f->this_host.interfaces[0].addr, "192.0.2.1");
	assert_str(f->this_host.interfaces[0].addr6, "2001:db8::1");
	assert_str(f->this_host.interfaces[1].name, "inside");
	assert_str(f->this_host.interfaces[1].status, "No Link");
	assert_str(f->this_host.interfaces[1].monitored, "Waiting");
	assert_int_equal(f->this_host.slots_len, 2);
	assert_str(f->this_host.slots[0].revision, "3.0/9.16(4)");
	assert_str(f->this_host.slots[0].status, "Up Sys");
	assert_int_equal(f->this_host.modules_len, 1);
	assert_str(f->this_host.modules[0].name, "ASA FirePOWER");
	assert_str(f->this_host.modules[0].monitored, "Monitored");
	assert_str(f->other_host.state, "Standby Ready");
	assert_int_equal(f->other_host.active_s, 12);
	assert_absent(f->other_host.interfaces[0].monitored);
	assert_str(f->other_host.slots[1].status, "empty");
}

static void the_stateful_table_tells_whether_vpn_state_is_replicated(void **state)
{
	(void)state;
	struct vt_failover *f = parse_failover(pair);
	assert_int_equal(f->objects_len, 2);
	assert_int_equal(f->objects[0].xmit, UINT64_C(22111809051));
	assert_str(f->objects[1].name, "VPN IKEv2 P2");
	assert_int_equal(f->objects[1].xmit, 121119);
	assert_int_equal(f->objects[1].xerr, 1);
	assert_int_equal(f->objects[1].rcv, 2);
	assert_int_equal(f->objects[1].rerr, 3);
	assert_int_equal(f->queues_len, 2);
	assert_str(f->queues[1].name, "Xmit Q");
	assert_int_equal(f->queues[1].cur, 1);
	assert_int_equal(f->queues[1].total, UINT64_C(21746731593));
}

static void active_active_has_groups_and_contexts(void **state)
{
	(void)state;
	struct vt_failover *f = parse_failover("Failover On\n"
					       "Group 1 last failover at: 13:40:18 UTC Dec 9 2025\n"
					       "Group 2 last failover at: 13:40:06 UTC Dec 9 2025\n"
					       "  This host:    Primary\n"
					       "  Group 1       State:          Active\n"
					       "                Active time:    2896 (sec)\n"
					       "  Group 2       State:          Standby Ready\n"
					       "                Active time:    0 (sec)\n"
					       "     ctx1 Interface outside (10.1.1.1): Normal\n"
					       "  Other host:   Secondary\n"
					       "  Group 1       State:          Standby Ready\n"
					       "                Active time:    190 (sec)\n");
	assert_parsed();
	assert_int_equal(f->group_switches_len, 2);
	assert_str(f->group_switches[1].at, "13:40:06 UTC Dec 9 2025");
	assert_str(f->this_host.unit, "Primary");
	assert_absent(f->this_host.state);
	assert_int_equal(f->this_host.active_s, VT_ABSENT);
	assert_int_equal(f->this_host.groups_len, 2);
	assert_str(f->this_host.groups[0].state, "Active");
	assert_int_equal(f->this_host.groups[0].active_s, 2896);
	assert_int_equal(f->this_host.groups[1].active_s, 0);
	assert_str(f->this_host.interfaces[0].context, "ctx1");
	assert_int_equal(f->other_host.groups[0].active_s, 190);
}

static void other_forms_of_the_command(void **state)
{
	(void)state;
	struct vt_failover *f = parse_failover(
		"Failover Off\nFailover unit Secondary\nFailover LAN Interface: not Configured\n");
	assert_parsed();
	assert_int_equal(f->on, 0);
	assert_str(f->lan_link.status, "not Configured");
	assert_absent(f->this_host.state);

	f = parse_failover("        This host: Primary - Active\n"); /* | include This host */
	assert_parsed();
	assert_int_equal(f->on, -1);
	assert_str(f->this_host.state, "Active");

	f = parse_failover("Failover On\nThis context: Active\nActive time: 82 (sec)\nPeer context: Standby Ready\n");
	assert_parsed();
	assert_absent(f->this_host.unit);
	assert_str(f->this_host.state, "Active");
	assert_str(f->other_host.state, "Standby Ready");

	f = parse_failover("        interface folink GigabitEthernet0/2\n"
			   "                System IP Address: 10.0.0.1 255.255.255.252\n"
			   "                My IP Address    : 10.0.0.1\n"
			   "                Other IP Address : 10.0.0.2\n");
	assert_parsed();
	assert_int_equal(f->links_len, 1);
	assert_str(f->links[0].interface, "GigabitEthernet0/2");
	assert_str(f->links[0].system_addr, "10.0.0.1 255.255.255.252");
	assert_str(f->links[0].other_addr, "10.0.0.2");
}

static void a_page_that_stops_early_was_cut(void **state)
{
	(void)state;
	parse_failover("Failover On\nFailover unit Primary\n\tThis host: Primary - Active\n");
	assert_true(report.truncated);
	char *objects = strdup(pair);
	*strstr(objects, "\tXmit Q") = '\0';
	parse_failover(objects);
	assert_true(report.truncated);
	free(objects);
}

static void a_page_may_end_anywhere(void **state)
{
	(void)state;
	cut_failover(pair, sizeof pair - 1);
	fixtures("show_failover", whole_failover);
	fixtures("show_failover", cut_failover);
}

static void another_command_is_not_failover(void **state)
{
	(void)state;
	parse_failover("interface outside\n is administratively down\n");
	parse_failover("Type escape sequence to abort.\n");
	assert_int_equal(case_status, VT_E_NOT_THIS_COMMAND);
	assert_int_equal(report.skipped, 1);
}

LISTING_TESTS(CASE(a_pair_and_its_settings), CASE(each_host_has_its_own_block),
	      CASE(the_stateful_table_tells_whether_vpn_state_is_replicated),
	      CASE(active_active_has_groups_and_contexts), CASE(other_forms_of_the_command),
	      CASE(a_page_that_stops_early_was_cut), CASE(a_page_may_end_anywhere),
	      CASE(another_command_is_not_failover))
