/* SPDX-License-Identifier: MIT
 * The allow-list: see command.h.
 *
 * A template is literal text with "{argument}" and "[optional part]". One walker writes a template with
 * arguments, another reads a text into arguments. vt_command_parse() accepts a text only when writing what it
 * read gives the very same bytes, so the two cannot drift apart, and there is one spelling of everything.
 */
#include "config.h"

#include "asa/command.h"

#include "base/scan.h"

#include <assert.h>
#include <stdio.h>

struct row {
	const char *template;
	enum vt_command_cost cost;
	enum vt_command_limit limit;
	bool shows_log;
};

#define TRACE_TAIL "[ decrypted][ detailed][ xml]"

static const struct row rows[VT_CMD_COUNT] = {
	[VT_CMD_ENABLE] = { "enable", VT_COST_SMALL, VT_LIMIT_PROMPT },
	[VT_CMD_TERMINAL_PAGER_0] = { "terminal pager 0", VT_COST_SMALL, VT_LIMIT_PROMPT },
	[VT_CMD_CHANGETO_CONTEXT] = { "changeto context {context}", VT_COST_SMALL, VT_LIMIT_PROMPT },
	[VT_CMD_CHANGETO_SYSTEM] = { "changeto system", VT_COST_SMALL, VT_LIMIT_PROMPT },
	[VT_CMD_EXIT] = { "exit", VT_COST_SMALL, VT_LIMIT_PROMPT },
	[VT_CMD_SHOW_VERSION] = { "show version", VT_COST_SMALL, VT_LIMIT_CHEAP },
	[VT_CMD_SHOW_MODE] = { "show mode", VT_COST_SMALL, VT_LIMIT_CHEAP },
	[VT_CMD_SHOW_CONTEXT] = { "show context", VT_COST_SMALL, VT_LIMIT_CHEAP },
	[VT_CMD_SHOW_CURPRIV] = { "show curpriv", VT_COST_SMALL, VT_LIMIT_CHEAP },
	[VT_CMD_SHOW_CLOCK] = { "show clock[ detail]", VT_COST_SMALL, VT_LIMIT_CHEAP },
	[VT_CMD_SHOW_NTP_STATUS] = { "show ntp status", VT_COST_SMALL, VT_LIMIT_CHEAP },
	[VT_CMD_SHOW_CPU_USAGE] = { "show cpu usage", VT_COST_SMALL, VT_LIMIT_CHEAP },
	[VT_CMD_SHOW_FAILOVER] = { "show failover", VT_COST_SMALL, VT_LIMIT_CHEAP },
	[VT_CMD_SHOW_FAILOVER_THIS_HOST] = { "show failover | include This host", VT_COST_SMALL, VT_LIMIT_CHEAP },
	[VT_CMD_SHOW_LOGGING] = { "show logging", VT_COST_LISTING, VT_LIMIT_LISTING, true },
	[VT_CMD_SHOW_LOGGING_INCLUDE] = { "show logging | include {address}", VT_COST_LISTING, VT_LIMIT_LISTING, true },
	[VT_CMD_SHOW_NAMES] = { "show names", VT_COST_SMALL, VT_LIMIT_CHEAP },
	[VT_CMD_SHOW_CRYPTO_ISAKMP_SA] = { "show crypto isakmp sa[ detail]", VT_COST_LISTING, VT_LIMIT_LISTING },
	[VT_CMD_SHOW_ISAKMP_SA] = { "show isakmp sa[ detail]", VT_COST_LISTING, VT_LIMIT_LISTING },
	[VT_CMD_SHOW_CRYPTO_IKEV1_SA] = { "show crypto ikev1 sa[ detail]", VT_COST_LISTING, VT_LIMIT_LISTING },
	[VT_CMD_SHOW_CRYPTO_IKEV2_SA] = { "show crypto ikev2 sa[ detail]", VT_COST_LISTING, VT_LIMIT_LISTING },
	[VT_CMD_SHOW_CRYPTO_ISAKMP_STATS] = { "show crypto isakmp stats", VT_COST_SMALL, VT_LIMIT_CHEAP },
	[VT_CMD_SHOW_CRYPTO_IKEV1_STATS] = { "show crypto ikev1 stats", VT_COST_SMALL, VT_LIMIT_CHEAP },
	[VT_CMD_SHOW_CRYPTO_IKEV2_STATS] = { "show crypto ikev2 stats", VT_COST_SMALL, VT_LIMIT_CHEAP },
	[VT_CMD_SHOW_CRYPTO_PROTOCOL_STATS] = { "show crypto protocol statistics all", VT_COST_SMALL, VT_LIMIT_CHEAP },
	[VT_CMD_SHOW_CRYPTO_IPSEC_SA] = { "show crypto ipsec sa[ detail]", VT_COST_FULL, VT_LIMIT_LISTING },
	[VT_CMD_SHOW_CRYPTO_IPSEC_SA_PEER] = { "show crypto ipsec sa peer {address}[ detail]", VT_COST_LISTING,
					       VT_LIMIT_LISTING },
	[VT_CMD_SHOW_CRYPTO_IPSEC_SA_INACTIVE] = { "show crypto ipsec sa inactive", VT_COST_LISTING, VT_LIMIT_LISTING },
	[VT_CMD_SHOW_CRYPTO_IPSEC_STATS] = { "show crypto ipsec stats", VT_COST_SMALL, VT_LIMIT_CHEAP },
	[VT_CMD_SHOW_IPSEC_STATS] = { "show ipsec stats", VT_COST_SMALL, VT_LIMIT_CHEAP },
	[VT_CMD_SHOW_VPN_SESSIONDB] = { "show vpn-sessiondb[ detail]", VT_COST_SMALL, VT_LIMIT_CHEAP },
	[VT_CMD_SHOW_VPN_SESSIONDB_SUMMARY] = { "show vpn-sessiondb summary", VT_COST_SMALL, VT_LIMIT_CHEAP },
	[VT_CMD_SHOW_VPN_SESSIONDB_L2L] = { "show vpn-sessiondb[ detail] l2l", VT_COST_LISTING, VT_LIMIT_LISTING },
	[VT_CMD_SHOW_VPN_SESSIONDB_L2L_ADDRESS] = { "show vpn-sessiondb detail l2l filter ipaddress {address}",
						    VT_COST_SMALL, VT_LIMIT_CHEAP },
	[VT_CMD_SHOW_VPN_SESSIONDB_L2L_NAME] = { "show vpn-sessiondb detail l2l filter name {tunnel_group}",
						 VT_COST_SMALL, VT_LIMIT_CHEAP },
	[VT_CMD_SHOW_ROUTE] = { "show route", VT_COST_LISTING, VT_LIMIT_LISTING },
	[VT_CMD_SHOW_ROUTE_ADDRESS] = { "show route {address4}", VT_COST_SMALL, VT_LIMIT_CHEAP },
	[VT_CMD_SHOW_IPV6_ROUTE] = { "show ipv6 route", VT_COST_LISTING, VT_LIMIT_LISTING },
	[VT_CMD_SHOW_ARP] = { "show arp", VT_COST_LISTING, VT_LIMIT_LISTING },
	[VT_CMD_SHOW_INTERFACE] = { "show interface {nameif}", VT_COST_SMALL, VT_LIMIT_CHEAP },
	[VT_CMD_SHOW_INTERFACE_IP_BRIEF] = { "show interface ip brief", VT_COST_SMALL, VT_LIMIT_CHEAP },
	[VT_CMD_SHOW_NAMEIF] = { "show nameif", VT_COST_SMALL, VT_LIMIT_CHEAP },
	[VT_CMD_SHOW_ASP_DROP] = { "show asp drop", VT_COST_SMALL, VT_LIMIT_CHEAP },
	[VT_CMD_SHOW_ASP_DROP_FRAME] = { "show asp drop frame", VT_COST_SMALL, VT_LIMIT_CHEAP },
	[VT_CMD_SHOW_ASP_DROP_FLOW] = { "show asp drop flow", VT_COST_SMALL, VT_LIMIT_CHEAP },
	[VT_CMD_SHOW_ASP_TABLE_VPN_CONTEXT] = { "show asp table vpn-context detail", VT_COST_FULL, VT_LIMIT_LISTING },
	[VT_CMD_SHOW_ASP_TABLE_VPN_CONTEXT_BEGIN] = { "show asp table vpn-context detail | begin {address}",
						      VT_COST_FULL, VT_LIMIT_LISTING },
	[VT_CMD_SHOW_NAT] = { "show nat[ detail]", VT_COST_LISTING, VT_LIMIT_LISTING },
	[VT_CMD_SHOW_ACCESS_LIST] = { "show access-list", VT_COST_FULL, VT_LIMIT_LISTING },
	[VT_CMD_SHOW_ACCESS_LIST_NAME] = { "show access-list {acl}", VT_COST_LISTING, VT_LIMIT_LISTING },
	[VT_CMD_SHOW_CRYPTO_CA_CERTIFICATES] = { "show crypto ca certificates", VT_COST_LISTING, VT_LIMIT_LISTING },
	[VT_CMD_SHOW_RUN] = { "show running-config", VT_COST_FULL, VT_LIMIT_CONFIG },
	[VT_CMD_SHOW_RUN_CRYPTO] = { "show running-config crypto", VT_COST_FULL, VT_LIMIT_CONFIG },
	[VT_CMD_SHOW_RUN_CRYPTO_MAP] = { "show running-config crypto map", VT_COST_LISTING, VT_LIMIT_CONFIG },
	[VT_CMD_SHOW_RUN_ALL_CRYPTO_MAP] = { "show running-config all crypto map", VT_COST_LISTING, VT_LIMIT_CONFIG },
	[VT_CMD_SHOW_RUN_TUNNEL_GROUP] = { "show running-config tunnel-group", VT_COST_LISTING, VT_LIMIT_CONFIG },
	[VT_CMD_SHOW_RUN_TUNNEL_GROUP_NAME] = { "show running-config tunnel-group {tunnel_group}", VT_COST_SMALL,
						VT_LIMIT_CONFIG },
	[VT_CMD_SHOW_RUN_ALL_TUNNEL_GROUP] = { "show running-config all tunnel-group", VT_COST_LISTING,
					       VT_LIMIT_CONFIG },
	[VT_CMD_SHOW_RUN_GROUP_POLICY] = { "show running-config group-policy", VT_COST_LISTING, VT_LIMIT_CONFIG },
	[VT_CMD_SHOW_RUN_ALL_GROUP_POLICY] = { "show running-config all group-policy", VT_COST_LISTING,
					       VT_LIMIT_CONFIG },
	[VT_CMD_SHOW_RUN_ACCESS_LIST] = { "show running-config access-list", VT_COST_FULL, VT_LIMIT_CONFIG },
	[VT_CMD_SHOW_RUN_ACCESS_LIST_NAME] = { "show running-config access-list {acl}", VT_COST_LISTING,
					       VT_LIMIT_CONFIG },
	[VT_CMD_SHOW_RUN_ACCESS_GROUP] = { "show running-config access-group", VT_COST_SMALL, VT_LIMIT_CONFIG },
	[VT_CMD_SHOW_RUN_OBJECT] = { "show running-config object", VT_COST_FULL, VT_LIMIT_CONFIG },
	[VT_CMD_SHOW_RUN_OBJECT_GROUP] = { "show running-config object-group", VT_COST_FULL, VT_LIMIT_CONFIG },
	[VT_CMD_SHOW_RUN_NAMES] = { "show running-config names", VT_COST_LISTING, VT_LIMIT_CONFIG },
	[VT_CMD_SHOW_RUN_NAT] = { "show running-config nat", VT_COST_LISTING, VT_LIMIT_CONFIG },
	[VT_CMD_SHOW_RUN_STATIC] = { "show running-config static", VT_COST_LISTING, VT_LIMIT_CONFIG },
	[VT_CMD_SHOW_RUN_GLOBAL] = { "show running-config global", VT_COST_SMALL, VT_LIMIT_CONFIG },
	[VT_CMD_SHOW_RUN_NAT_CONTROL] = { "show running-config nat-control", VT_COST_SMALL, VT_LIMIT_CONFIG },
	[VT_CMD_SHOW_RUN_ALL_SYSOPT] = { "show running-config all sysopt", VT_COST_SMALL, VT_LIMIT_CONFIG },
	[VT_CMD_SHOW_RUN_INTERFACE] = { "show running-config interface", VT_COST_SMALL, VT_LIMIT_CONFIG },
	[VT_CMD_SHOW_RUN_ROUTE] = { "show running-config route", VT_COST_LISTING, VT_LIMIT_CONFIG },
	[VT_CMD_SHOW_RUN_IPV6] = { "show running-config ipv6", VT_COST_SMALL, VT_LIMIT_CONFIG },
	[VT_CMD_SHOW_RUN_LOGGING] = { "show running-config logging", VT_COST_SMALL, VT_LIMIT_CONFIG },
	[VT_CMD_SHOW_RUN_FAILOVER] = { "show running-config failover", VT_COST_SMALL, VT_LIMIT_CONFIG },
	[VT_CMD_SHOW_RUN_PROMPT] = { "show running-config prompt", VT_COST_SMALL, VT_LIMIT_CONFIG },
	[VT_CMD_SHOW_RUN_MANAGEMENT_ACCESS] = { "show running-config management-access", VT_COST_SMALL,
						VT_LIMIT_CONFIG },
	[VT_CMD_SHOW_RUN_ISAKMP] = { "show running-config isakmp", VT_COST_SMALL, VT_LIMIT_CONFIG },
	[VT_CMD_PING] = { "ping [{nameif} ]{target}[ repeat {repeat}][ size {size}][ timeout {timeout}][ validate]",
			  VT_COST_ACTIVE, VT_LIMIT_PING },
	[VT_CMD_TRACE_TCP] = { "packet-tracer input {nameif} tcp {source} {source_port} {destination} "
			       "{destination_port}" TRACE_TAIL,
			       VT_COST_ACTIVE, VT_LIMIT_TRACE },
	[VT_CMD_TRACE_UDP] = { "packet-tracer input {nameif} udp {source} {source_port} {destination} "
			       "{destination_port}" TRACE_TAIL,
			       VT_COST_ACTIVE, VT_LIMIT_TRACE },
	[VT_CMD_TRACE_ICMP] = { "packet-tracer input {nameif} icmp {source} {icmp_type} {icmp_code} "
				"{destination}" TRACE_TAIL,
				VT_COST_ACTIVE, VT_LIMIT_TRACE },
	[VT_CMD_TRACE_RAWIP] = { "packet-tracer input {nameif} rawip {source} {protocol} {destination}" TRACE_TAIL,
				 VT_COST_ACTIVE, VT_LIMIT_TRACE },
};

const char *vt_command_template(enum vt_command_id id)
{
	return (unsigned)id < VT_CMD_COUNT ? rows[id].template : "";
}

/* ---- names ---- */

/* Letters, digits, and signs that neither end a word, nor quote, nor filter, nor ask for help. */
static bool is_name(struct vt_str s, size_t max, const char *signs)
{
	if (s.len == 0 || s.len > max)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		char c = s.p[i];
		bool alnum = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
		if (!alnum && (i == 0 || c == '\0' || !strchr(signs, c)))
			return false;
	}
	return true;
}

static bool is_one_of(struct vt_str s, const char *const *words)
{
	for (; *words; words++)
		if (vt_str_ieq(s, vt_str_of(*words)))
			return true;
	return false;
}

static bool is_address(struct vt_str s)
{
	struct vt_addr addr;
	return vt_addr_parse(s, &addr);
}

bool vt_nameif_is_valid(struct vt_str s)
{
	/* `show interface detail` and `ping tcp …` (also as `t`, `tc`) are other commands. */
	static const char *const keywords[] = { "detail", "stats", "summary", "ip", "t", "tc", "tcp", NULL };
	return is_name(s, 48, "-./:") && !is_address(s) && !is_one_of(s, keywords);
}

bool vt_context_name_is_valid(struct vt_str s)
{
	static const char *const keywords[] = { "system", "null", NULL };
	return is_name(s, 32, "-") && s.p[s.len - 1] != '-' && !is_one_of(s, keywords);
}

bool vt_acl_name_is_valid(struct vt_str s)
{
	static const char *const keywords[] = { "brief", "cached", "id", "alert-interval", "deny-flow-max", NULL };
	return is_name(s, 241, "-./:+@#&=,()%$*~") && !is_one_of(s, keywords);
}

bool vt_tunnel_group_name_is_valid(struct vt_str s)
{
	return is_name(s, 64, "-./:+@#&=,()%$*~");
}

/* A trace or ping to everybody, or to nobody, is no question about a tunnel. */
static bool is_unicast(const struct vt_addr *addr)
{
	static const uint8_t zero[16];
	const uint8_t *b = addr->bytes;
	if (addr->family == 6)
		return b[0] != 0xff && memcmp(b, zero, 16) != 0;
	return addr->family == 4 && b[0] != 0 && b[0] < 224;
}

/* ---- arguments ---- */

enum argument_type { ADDRESS, ADDRESS4, UNICAST, NAME, U8, U16, U32 };

struct argument {
	const char *word; /* what stands in the template */
	enum argument_type type;
	size_t offset; /* into struct vt_command_args */
	bool (*is_valid)(struct vt_str);
	uint32_t min, max;
	const char *expected;
};

#define AT(member) offsetof(struct vt_command_args, member)
static const struct argument arguments[] = {
	{ "address", ADDRESS, AT(address), .expected = "an IPv4 or IPv6 address" },
	{ "address4", ADDRESS4, AT(address), .expected = "an IPv4 address" },
	{ "target", UNICAST, AT(address), .expected = "the address of one host" },
	{ "source", UNICAST, AT(address), .expected = "the address of one host" },
	{ "destination", UNICAST, AT(destination), .expected = "the address of one host, of the source's family" },
	{ "nameif", NAME, AT(nameif), vt_nameif_is_valid, .expected = "an interface name" },
	{ "context", NAME, AT(context), vt_context_name_is_valid, .expected = "a context name" },
	{ "acl", NAME, AT(acl), vt_acl_name_is_valid, .expected = "an access-list name" },
	{ "tunnel_group", NAME, AT(tunnel_group), vt_tunnel_group_name_is_valid, .expected = "a tunnel-group name" },
	{ "source_port", U16, AT(source_port), NULL, 0, 65535, "a port" },
	{ "destination_port", U16, AT(destination_port), NULL, 0, 65535, "a port" },
	{ "icmp_type", U8, AT(icmp_type), NULL, 0, 255, "an ICMP type" },
	{ "icmp_code", U8, AT(icmp_code), NULL, 0, 255, "an ICMP code" },
	{ "protocol", U8, AT(protocol), NULL, 0, 255, "an IP protocol number" },
	{ "repeat", U32, AT(repeat), NULL, 1, 100, "1 to 100" },
	{ "size", U32, AT(size), NULL, 28, 1500, "28 to 1500 bytes" },
	{ "timeout", U32, AT(timeout_s), NULL, 1, 10, "1 to 10 seconds" },
};

struct flag {
	const char *word;
	size_t offset;
};

static const struct flag flags[] = {
	{ "detail", AT(detail) },     { "validate", AT(validate) }, { "decrypted", AT(decrypted) },
	{ "detailed", AT(detailed) }, { "xml", AT(xml) },
};

static const struct argument *argument_of(struct vt_str word)
{
	for (size_t i = 0; i < sizeof arguments / sizeof *arguments; i++)
		if (vt_str_eq(word, vt_str_of(arguments[i].word)))
			return &arguments[i];
	return NULL;
}

static bool *flag_of(struct vt_command_args *args, struct vt_str word)
{
	for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
		if (vt_str_eq(vt_str_trim(word), vt_str_of(flags[i].word)))
			return (bool *)((char *)args + flags[i].offset);
	return NULL;
}

static uint32_t number_get(const struct argument *argument, const void *at)
{
	switch (argument->type) {
	case U8:
		return *(const uint8_t *)at;
	case U16:
		return *(const uint16_t *)at;
	case U32:
		return *(const uint32_t *)at;
	case ADDRESS:
	case ADDRESS4:
	case UNICAST:
	case NAME:
		break;
	}
	return 0;
}

static void number_set(const struct argument *argument, void *at, uint32_t value)
{
	if (argument->type == U8)
		*(uint8_t *)at = (uint8_t)value;
	else if (argument->type == U16)
		*(uint16_t *)at = (uint16_t)value;
	else
		*(uint32_t *)at = value;
}

/* ---- writing ---- */

struct writer {
	const struct vt_command_args *args;
	char *text;
	size_t len, cap;
	const struct argument *refused; /* the first argument that is not what it should be */
};

static void put(struct writer *w, struct vt_str s)
{
	if (w->len + s.len < w->cap)
		memcpy(w->text + w->len, s.p, s.len);
	w->len += s.len;
}

static bool address_is_right(const struct argument *argument, const struct vt_command_args *args,
			     const struct vt_addr *addr)
{
	if (addr == &args->destination && addr->family != args->address.family)
		return false;
	return argument->type == UNICAST    ? is_unicast(addr)
	       : argument->type == ADDRESS4 ? addr->family == 4
					    : addr->family != 0;
}

static void put_argument(struct writer *w, const struct argument *argument)
{
	const void *at = (const char *)w->args + argument->offset;
	char text[VT_ADDR_TEXT];
	struct vt_str word = { text, 0 };
	bool right;
	if (argument->type == NAME) {
		word = *(const struct vt_str *)at;
		right = argument->is_valid(word);
	} else if (argument->type <= UNICAST) {
		right = address_is_right(argument, w->args, at);
		word.len = right ? vt_addr_format(at, text) : 0;
	} else {
		uint32_t value = number_get(argument, at);
		right = value >= argument->min && value <= argument->max;
		word.len = (size_t)snprintf(text, sizeof text, "%u", value);
	}
	if (right)
		put(w, word);
	else if (!w->refused)
		w->refused = argument;
}

/* The argument inside a part, or NULL: "[ repeat {repeat}]" has one, "[ detail]" has none. */
static const struct argument *argument_in(struct vt_str part)
{
	ptrdiff_t open = vt_str_find_char(part, '{'), close = vt_str_find_char(part, '}');
	return open < 0 ? NULL : argument_of(vt_str_between(part.p + open + 1, part.p + close));
}

static bool is_given(const struct vt_command_args *args, struct vt_str part)
{
	const struct argument *argument = argument_in(part);
	if (!argument)
		return *flag_of((struct vt_command_args *)args, part);
	const void *at = (const char *)args + argument->offset;
	return argument->type == NAME ? ((const struct vt_str *)at)->len != 0 : number_get(argument, at) != 0;
}

static void write_template(struct writer *w, struct vt_str template)
{
	while (template.len) {
		struct vt_str part;
		if (vt_scan_char(&template, '{')) {
			vt_scan_until(&template, '}', &part);
			put_argument(w, argument_of(part));
			vt_scan_char(&template, '}');
		} else if (vt_scan_char(&template, '[')) {
			vt_scan_until(&template, ']', &part);
			if (is_given(w->args, part))
				write_template(w, part);
			vt_scan_char(&template, ']');
		} else {
			put(w, vt_str_first(template, 1));
			template = vt_str_from(template, 1);
		}
	}
}

static uint32_t ping_takes_ms(const struct vt_command_args *args)
{
	/* The device's own defaults: five probes, two seconds each. */
	return (args->repeat ? args->repeat : 5) * (args->timeout_s ? args->timeout_s : 2) * 1000;
}

enum vt_status vt_command_build(enum vt_command_id id, const struct vt_command_args *args, struct vt_command *command,
				struct vt_error *error)
{
	static const struct vt_command_args none;
	if ((unsigned)id >= VT_CMD_COUNT)
		return vt_fail(error, VT_E_UNKNOWN_COMMAND, "command %d is not on the allow-list", (int)id);
	const struct row *row = &rows[id];
	struct vt_command made = { .id = id,
				   .cost = row->cost,
				   .limit = row->limit,
				   .active = row->cost == VT_COST_ACTIVE,
				   .shows_log = row->shows_log };
	struct writer w = { .args = args ? args : &none, .text = made.text, .cap = sizeof made.text };
	write_template(&w, vt_str_of(row->template));
	if (w.refused)
		return vt_fail(error, VT_E_ARGUMENT, "'%s': {%s} must be %s", row->template, w.refused->word,
			       w.refused->expected);
	assert(w.len < sizeof made.text); /* the longest row with the longest name fits */
	made.len = (uint16_t)w.len;
	made.takes_ms = id == VT_CMD_PING ? ping_takes_ms(w.args) : 0;
	*command = made;
	return VT_OK;
}

/* ---- reading ---- */

static bool read_argument(const struct argument *argument, struct vt_str word, struct vt_command_args *args)
{
	void *at = (char *)args + argument->offset;
	uint64_t value;
	if (argument->type == NAME) {
		*(struct vt_str *)at = word;
		return argument->is_valid(word);
	}
	if (argument->type <= UNICAST)
		return vt_addr_parse(word, at);
	if (!vt_str_to_u64(word, &value) || value < argument->min || value > argument->max)
		return false;
	number_set(argument, at, (uint32_t)value);
	return true;
}

static bool read_template(struct vt_str template, struct vt_str text, struct vt_command_args *args);

/* "[part]rest": with the part if that leads to the end, otherwise without it. */
static bool read_optional(struct vt_str part, struct vt_str rest, struct vt_str text, struct vt_command_args *args)
{
	char joined[256];
	struct vt_command_args with = *args;
	assert(part.len + rest.len <= sizeof joined);
	memcpy(joined, part.p, part.len);
	memcpy(joined + part.len, rest.p, rest.len);
	if (!argument_in(part))
		*flag_of(&with, part) = true;
	if (read_template((struct vt_str){ joined, part.len + rest.len }, text, &with)) {
		*args = with;
		return true;
	}
	return read_template(rest, text, args);
}

static bool read_template(struct vt_str template, struct vt_str text, struct vt_command_args *args)
{
	while (template.len) {
		struct vt_str part, word;
		if (vt_scan_char(&template, '{')) {
			vt_scan_until(&template, '}', &part);
			vt_scan_char(&template, '}');
			if (!vt_scan_word(&text, &word) || !read_argument(argument_of(part), word, args))
				return false;
		} else if (vt_scan_char(&template, '[')) {
			vt_scan_until(&template, ']', &part);
			vt_scan_char(&template, ']');
			return read_optional(part, template, text, args);
		} else {
			if (!vt_scan_char(&text, *template.p))
				return false;
			template = vt_str_from(template, 1);
		}
	}
	return text.len == 0;
}

enum vt_status vt_command_parse(struct vt_str text, struct vt_command *command, struct vt_error *error)
{
	for (unsigned id = 0; text.len < VT_COMMAND_TEXT && id < VT_CMD_COUNT; id++) {
		struct vt_command_args args = { 0 };
		struct vt_command made;
		if (!read_template(vt_str_of(rows[id].template), text, &args))
			continue;
		if (vt_command_build((enum vt_command_id)id, &args, &made, NULL) == VT_OK &&
		    vt_str_eq(vt_command_text(&made), text)) {
			*command = made;
			return VT_OK;
		}
	}
	/* Repeated without anything that could disturb a terminal or a log. */
	char shown[64];
	size_t n = 0;
	for (size_t i = 0; i < text.len && n < sizeof shown - 1; i++)
		shown[n++] = text.p[i] >= ' ' && text.p[i] <= '~' ? text.p[i] : '.';
	shown[n] = '\0';
	return vt_fail(error, VT_E_UNKNOWN_COMMAND, "'%s%s' is not on the allow-list of commands", shown,
		       text.len > n ? "…" : "");
}

bool vt_command_is_allowed(struct vt_str text)
{
	struct vt_command command;
	return vt_command_parse(text, &command, NULL) == VT_OK;
}
