/* SPDX-License-Identifier: MIT
 * The allow-list: what is on it, what never gets through, and that building and parsing are one grammar. */
#include "config.h"

#include "asa/command.h"

#include "tap.h"

#include <stdio.h>
#include <stdlib.h>

static struct vt_addr address(const char *text)
{
	struct vt_addr addr = { 0 };
	assert_true(vt_addr_parse(vt_str_of(text), &addr));
	return addr;
}

/* Arguments that suit every row of the table. */
static struct vt_command_args all_arguments(void)
{
	return (struct vt_command_args){
		.address = address("192.0.2.1"),
		.destination = address("198.51.100.7"),
		.nameif = VT_STR("outside"),
		.context = VT_STR("customer1"),
		.acl = VT_STR("outside_cryptomap_1.65535"),
		.tunnel_group = VT_STR("acme@hq"),
		.source_port = 1234,
		.destination_port = 443,
		.icmp_type = 8,
		.protocol = 47,
		.repeat = 3,
		.size = 1400,
		.timeout_s = 1,
		.detail = true,
		.validate = true,
		.decrypted = true,
		.detailed = true,
		.xml = true,
	};
}

static void each_row_reads_back_as_the_command_it_wrote(void **state)
{
	(void)state;
	const struct vt_command_args full = all_arguments();
	struct vt_command_args bare = full;
	bare.detail = bare.validate = bare.decrypted = bare.detailed = bare.xml = false;
	bare.repeat = bare.size = bare.timeout_s = 0;
	const struct vt_command_args *both[] = { &full, &bare };
	for (unsigned id = 0; id < VT_CMD_COUNT; id++) {
		for (size_t i = 0; i < 2; i++) {
			struct vt_command made, read;
			struct vt_error error = { 0 };
			if (vt_command_build((enum vt_command_id)id, both[i], &made, &error) != VT_OK)
				fail_msg("%s: %s", vt_command_template((enum vt_command_id)id), error.text);
			if (vt_command_parse(vt_command_text(&made), &read, &error) != VT_OK)
				fail_msg("'%s': %s", made.text, error.text);
			assert_int_equal(read.id, id);
			assert_memory_equal(&read, &made, sizeof made);
			assert_int_equal(made.active, made.cost == VT_COST_ACTIVE);
		}
	}
}

static void texts_are_the_documented_ones(void **state)
{
	(void)state;
	static const struct {
		enum vt_command_id id;
		const char *text;
	} cases[] = {
		{ VT_CMD_ENABLE, "enable" },
		{ VT_CMD_TERMINAL_PAGER_0, "terminal pager 0" },
		{ VT_CMD_CHANGETO_CONTEXT, "changeto context customer1" },
		{ VT_CMD_SHOW_CRYPTO_IPSEC_SA_PEER, "show crypto ipsec sa peer 192.0.2.1 detail" },
		{ VT_CMD_SHOW_CRYPTO_IPSEC_SA_PEER, "show crypto ipsec sa peer 2001:db8::1" },
		{ VT_CMD_SHOW_VPN_SESSIONDB_L2L, "show vpn-sessiondb detail l2l" },
		{ VT_CMD_SHOW_VPN_SESSIONDB_L2L, "show vpn-sessiondb l2l" },
		{ VT_CMD_SHOW_VPN_SESSIONDB_L2L_ADDRESS, "show vpn-sessiondb detail l2l filter ipaddress 192.0.2.1" },
		{ VT_CMD_SHOW_LOGGING_INCLUDE, "show logging | include 192.0.2.1" },
		{ VT_CMD_SHOW_FAILOVER_THIS_HOST, "show failover | include This host" },
		{ VT_CMD_SHOW_INTERFACE, "show interface outside" },
		{ VT_CMD_SHOW_INTERFACE_IP_BRIEF, "show interface ip brief" },
		{ VT_CMD_SHOW_ACCESS_LIST_NAME, "show access-list VPN-ACL(acme)" },
		{ VT_CMD_SHOW_RUN_ALL_SYSOPT, "show running-config all sysopt" },
		{ VT_CMD_PING, "ping 192.0.2.1" },
		{ VT_CMD_PING, "ping inside 192.0.2.1 repeat 3 size 1400 timeout 1" },
		{ VT_CMD_PING, "ping 2001:db8::1 validate" },
		{ VT_CMD_TRACE_TCP, "packet-tracer input inside tcp 10.0.0.10 1234 10.1.0.10 443" },
		{ VT_CMD_TRACE_ICMP, "packet-tracer input inside icmp 10.0.0.10 8 0 10.1.0.10 detailed" },
		{ VT_CMD_TRACE_RAWIP, "packet-tracer input inside rawip 10.0.0.10 47 10.1.0.10 decrypted xml" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct vt_command command;
		struct vt_error error;
		if (vt_command_parse(vt_str_of(cases[i].text), &command, &error) != VT_OK)
			fail_msg("%s", error.text);
		assert_int_equal(command.id, cases[i].id);
		assert_string_equal(command.text, cases[i].text);
	}
}

static void nothing_else_gets_through(void **state)
{
	(void)state;
	static const struct {
		const char *text, *because;
	} cases[] = {
		{ "", "empty" },
		{ " show version", "a blank in front" },
		{ "show version ", "a blank behind" },
		{ "show  version", "two blanks" },
		{ "Show version", "another spelling" },
		{ "sh ver", "an abbreviation" },
		{ "show version\n", "a line end" },
		{ "show version\r", "a line end" },
		{ "show version\nreload", "a second line" },
		{ "show ver?", "help" },
		{ "show\tversion", "completion" },
		{ "show version | redirect disk0:/x", "a filter that writes" },
		{ "show version | include x", "a filter nobody asked for" },
		{ "show logging | include 192.0.2.1 | append disk0:/x", "a second filter" },
		{ "show logging | include .*", "free text behind a filter" },
		{ "show logging | include 192.0.2.01", "an address spelt otherwise" },
		{ "show crypto ipsec sa peer FE80::1%outside", "an address with a zone" },
		{ "show crypto ipsec sa peer 2001:DB8::1", "an address spelt otherwise" },
		{ "show crypto ipsec sa peer 1.2.3", "half an address" },
		{ "show tech-support", "not on the list" },
		{ "show running-config all", "not on the list" },
		{ "more system:running-config", "shows keys" },
		{ "configure terminal", "configuration" },
		{ "conf t", "configuration" },
		{ "write memory", "writes" },
		{ "copy running-config disk0:/x", "writes" },
		{ "clear crypto ipsec sa", "clears" },
		{ "debug crypto ikev1 127", "debug" },
		{ "capture x interface outside", "capture" },
		{ "failover exec mate show version", "another unit" },
		{ "no failover", "configuration" },
		{ "reload", "reload" },
		{ "end", "only from a configuration mode" },
		{ "terminal width 511", "a configuration command" },
		{ "terminal monitor", "interleaves syslog" },
		{ "terminal pager 24", "another pager" },
		{ "vpn-sessiondb logoff l2l", "ends tunnels" },
		{ "changeto context system", "a reserved name" },
		{ "changeto context a;b", "a sign" },
		{ "changeto context a b", "two names" },
		{ "changeto context", "a name is missing" },
		{ "changeto context -a", "a sign in front" },
		{ "ping", "interactive" },
		{ "ping tcp 192.0.2.1", "another ping" },
		{ "ping t 192.0.2.1", "another ping, abbreviated" },
		{ "ping 192.0.2.1 repeat 101", "too many" },
		{ "ping 192.0.2.1 repeat 0", "none" },
		{ "ping 192.0.2.1 repeat 05", "another spelling" },
		{ "ping 192.0.2.1 size 65000", "too large" },
		{ "ping 192.0.2.1 timeout 60", "too long" },
		{ "ping 255.255.255.255", "everybody" },
		{ "ping 224.0.0.5", "a group" },
		{ "ping ff02::1", "a group" },
		{ "ping 0.0.0.0", "nobody" },
		{ "packet-tracer input inside tcp 10.0.0.10 1234 10.1.0.10 443 transmit", "on the wire" },
		{ "packet-tracer input inside tcp 10.0.0.10 1234 10.1.0.10 443 persist", "keeps the flow" },
		{ "packet-tracer input inside tcp 10.0.0.10 1234 10.1.0.10 443 bypass-checks", "bypasses" },
		{ "packet-tracer input inside tcp 10.0.0.10 65536 10.1.0.10 443", "no port" },
		{ "packet-tracer input inside tcp 10.0.0.10 1234 2001:db8::1 443", "two families" },
		{ "packet-tracer input inside tcp 10.0.0.10 1234 10.1.0.10 443 xml detailed", "another order" },
		{ "show access-list a|b", "a pipe inside a name" },
		{ "show access-list a\"b", "a quote inside a name" },
		{ "show access-list a?b", "help inside a name" },
		{ "show interface detail", "another command" },
		{ "enable\nsecret", "a second line" },
		{ "exit ", "a blank behind" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct vt_command command = { .len = 4711 };
		struct vt_error error = { 0 };
		if (vt_command_parse(vt_str_of(cases[i].text), &command, &error) == VT_OK)
			fail_msg("'%s' got through: %s", cases[i].text, cases[i].because);
		assert_int_equal(error.status, VT_E_UNKNOWN_COMMAND);
		assert_int_equal(command.len, 4711); /* untouched */
		assert_false(vt_command_is_allowed(vt_str_of(cases[i].text)));
		for (const char *c = error.text; *c; c++)
			assert_true((unsigned char)*c >= ' '); /* the sentence repeats nothing that moves a cursor */
	}
}

/* Every allowed text with any one byte changed, left out or put in is either refused or reads as itself. */
static void a_changed_byte_never_opens_a_door(void **state)
{
	(void)state;
	const struct vt_command_args args = all_arguments();
	for (unsigned id = 0; id < VT_CMD_COUNT; id++) {
		struct vt_command made;
		assert_int_equal(vt_command_build((enum vt_command_id)id, &args, &made, NULL), VT_OK);
		for (size_t at = 0; at < made.len; at++) {
			static const char bytes[] = "\0\a\b\t\n\r\033 !\"'?|\\;`<>^\177\200\377";
			for (size_t b = 0; b < sizeof bytes - 1; b++) {
				char text[VT_COMMAND_TEXT];
				memcpy(text, made.text, made.len);
				if (text[at] == bytes[b])
					continue;
				text[at] = bytes[b];
				if (vt_command_is_allowed((struct vt_str){ text, made.len }))
					fail_msg("'%s' with byte 0x%02x at %zu got through", made.text,
						 (unsigned char)bytes[b], at);
			}
		}
	}
}

static void a_wrong_argument_is_named(void **state)
{
	(void)state;
	struct vt_command_args args = all_arguments();
	static const struct {
		enum vt_command_id id;
		const char *sentence;
	} cases[] = {
		{ VT_CMD_SHOW_INTERFACE, "'show interface {nameif}': {nameif} must be an interface name" },
		{ VT_CMD_CHANGETO_CONTEXT, "'changeto context {context}': {context} must be a context name" },
		{ VT_CMD_SHOW_ROUTE_ADDRESS, "'show route {address4}': {address4} must be an IPv4 address" },
	};
	args.nameif = VT_STR("out side");
	args.context = VT_STR("null");
	args.address = address("2001:db8::1");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct vt_command command;
		struct vt_error error;
		assert_int_equal(vt_command_build(cases[i].id, &args, &command, &error), VT_E_ARGUMENT);
		assert_string_equal(error.text, cases[i].sentence);
	}
	struct vt_command command;
	assert_int_equal(vt_command_build(VT_CMD_COUNT, NULL, &command, NULL), VT_E_UNKNOWN_COMMAND);
	assert_int_equal(vt_command_build(VT_CMD_SHOW_INTERFACE, NULL, &command, NULL), VT_E_ARGUMENT);
}

static void the_longest_name_fits(void **state)
{
	(void)state;
	char name[242];
	memset(name, 'a', sizeof name);
	struct vt_command_args args = { .acl = { name, 241 } };
	struct vt_command command;
	assert_int_equal(vt_command_build(VT_CMD_SHOW_RUN_ACCESS_LIST_NAME, &args, &command, NULL), VT_OK);
	assert_true(vt_command_is_allowed(vt_command_text(&command)));
	args.acl.len = 242;
	assert_int_equal(vt_command_build(VT_CMD_SHOW_RUN_ACCESS_LIST_NAME, &args, &command, NULL), VT_E_ARGUMENT);
}

static void a_ping_says_how_long_it_takes(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		uint32_t takes_ms;
	} cases[] = { { "ping 192.0.2.1", 10000 },
		      { "ping 192.0.2.1 repeat 20", 40000 },
		      { "ping 192.0.2.1 repeat 3 timeout 1", 3000 } };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct vt_command command;
		assert_int_equal(vt_command_parse(vt_str_of(cases[i].text), &command, NULL), VT_OK);
		assert_int_equal(command.takes_ms, cases[i].takes_ms);
		assert_true(command.active);
		assert_int_equal(command.limit, VT_LIMIT_PING);
	}
}

UNIT_TESTS(CASE(each_row_reads_back_as_the_command_it_wrote), CASE(texts_are_the_documented_ones),
	   CASE(nothing_else_gets_through), CASE(a_changed_byte_never_opens_a_door), CASE(a_wrong_argument_is_named),
	   CASE(the_longest_name_fits), CASE(a_ping_says_how_long_it_takes))
