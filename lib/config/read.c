/* SPDX-License-Identifier: MIT
 * From the text of a running configuration to its lines, and from a line to whoever reads it.
 *
 * The table below is the configuration's first words, in byte order. What decides about site-to-site VPN has a handler;
 * what is known to have no part in it is recognised and passed over together with the lines indented under it; anything
 * else counts as skipped, and the report says where the first such line stands.
 */
#include "config/reader.h"

#include "base/hash.h"
#include "base/lines.h"

#include <stdlib.h>

static bool read_hostname(struct reader *r, const struct words *words)
{
	r->config->hostname = word_at(words, 1);
	return words->n > 1;
}

static bool read_domain(struct reader *r, const struct words *words)
{
	r->config->domain = word_at(words, 1);
	return true;
}

/* "ASA Version 9.16(3)19" at the head of a whole configuration. */
static bool read_asa_version(struct reader *r, const struct words *words)
{
	if (!word_is(words, 1, "Version"))
		return false;
	struct vt_str c = word_at(words, 2);
	uint64_t major, minor;
	r->config->version = c;
	r->config->began = true;
	if (vt_scan_u64(&c, &major) && vt_scan_char(&c, '.') && vt_scan_u64(&c, &minor) && major < 100 &&
	    minor < 1000) {
		r->config->major = (unsigned)major;
		r->config->minor = (unsigned)minor;
	}
	return true;
}

static bool read_names(struct reader *r, const struct words *words)
{
	(void)words;
	r->config->names_enabled = true;
	return true;
}

static const struct first_word {
	const char *word;
	bool (*read)(struct reader *r, const struct words *words); /* NULL: no part in site-to-site VPN */
	unsigned section;
} first_words[] = {
	{ "ASA", read_asa_version, 0 },
	{ "Cryptochecksum", NULL, 0 },
	{ "aaa", NULL, 0 },
	{ "aaa-server", NULL, 0 },
	{ "access-group", read_access_group, VT_SECTION_ACCESS_GROUP },
	{ "access-list", read_access_list, VT_SECTION_ACL },
	{ "access-session", NULL, 0 },
	{ "allocate-interface", NULL, 0 },
	{ "anyconnect", NULL, 0 },
	{ "anyconnect-custom-attr", NULL, 0 },
	{ "anyconnect-custom-data", NULL, 0 },
	{ "app-agent", NULL, 0 },
	{ "arp", NULL, 0 },
	{ "arp-inspection", NULL, 0 },
	{ "asdm", NULL, 0 },
	{ "auth-prompt", NULL, 0 },
	{ "banner", NULL, 0 },
	{ "bgp", NULL, 0 },
	{ "boot", NULL, 0 },
	{ "call-home", NULL, 0 },
	{ "class-map", NULL, 0 },
	{ "client-update", NULL, 0 },
	{ "clock", NULL, 0 },
	{ "cluster", NULL, 0 },
	{ "command-alias", NULL, 0 },
	{ "compression", NULL, 0 },
	{ "config-register", NULL, 0 },
	{ "configure", NULL, 0 },
	{ "console", NULL, 0 },
	{ "context", NULL, 0 },
	{ "coredump", NULL, 0 },
	{ "crypto", read_crypto, VT_SECTION_CRYPTO },
	{ "cts", NULL, 0 },
	{ "ddns", NULL, 0 },
	{ "dhcp-client", NULL, 0 },
	{ "dhcpd", NULL, 0 },
	{ "dhcprelay", NULL, 0 },
	{ "dns", NULL, 0 },
	{ "dns-group", NULL, 0 },
	{ "dns-guard", NULL, 0 },
	{ "domain-name", read_domain, 0 },
	{ "dynamic-access-policy-record", NULL, 0 },
	{ "dynamic-filter", NULL, 0 },
	{ "dynamic-map", NULL, 0 },
	{ "enable", NULL, 0 },
	{ "end", NULL, 0 },
	{ "established", NULL, 0 },
	{ "event", NULL, 0 },
	{ "exit", NULL, 0 },
	{ "failover", read_failover, VT_SECTION_FAILOVER },
	{ "file-bookmarks", NULL, 0 },
	{ "filter", NULL, 0 },
	{ "fips", NULL, 0 },
	{ "firewall", NULL, 0 },
	{ "fixup", NULL, 0 },
	{ "flow-export", NULL, 0 },
	{ "flow-offload", NULL, 0 },
	{ "fragment", NULL, 0 },
	{ "ftp", NULL, 0 },
	{ "global", NULL, 0 },
	{ "group-policy", read_group_policy, VT_SECTION_GROUP_POLICY },
	{ "gtp-map", NULL, 0 },
	{ "hostname", read_hostname, 0 },
	{ "hpm", NULL, 0 },
	{ "http", NULL, 0 },
	{ "http-map", NULL, 0 },
	{ "icmp", NULL, 0 },
	{ "igmp", NULL, 0 },
	{ "imap4s", NULL, 0 },
	{ "interface", read_interface, VT_SECTION_INTERFACE },
	{ "ip", NULL, 0 },
	{ "ipv6", read_route, 0 },
	{ "isakmp", read_isakmp, VT_SECTION_CRYPTO },
	{ "jumbo-frame", NULL, 0 },
	{ "key", NULL, 0 },
	{ "lacp", NULL, 0 },
	{ "ldap", NULL, 0 },
	{ "licence", NULL, 0 },
	{ "license", NULL, 0 },
	{ "lldp", NULL, 0 },
	{ "local-host", NULL, 0 },
	{ "logging", NULL, 0 },
	{ "logout", NULL, 0 },
	{ "mac", NULL, 0 },
	{ "mac-address", NULL, 0 },
	{ "mac-address-table", NULL, 0 },
	{ "mac-learn", NULL, 0 },
	{ "mac-list", NULL, 0 },
	{ "management-access", NULL, 0 },
	{ "map", NULL, 0 },
	{ "monitor-interface", NULL, 0 },
	{ "mroute", NULL, 0 },
	{ "mtu", read_mtu, 0 },
	{ "multicast-routing", NULL, 0 },
	{ "name", read_name, VT_SECTION_NAMES },
	{ "names", read_names, VT_SECTION_NAMES },
	{ "nat", read_nat, VT_SECTION_NAT },
	{ "nat-assigned-to-public-ip", NULL, 0 },
	{ "nat-control", NULL, 0 },
	{ "ntp", NULL, 0 },
	{ "object", read_object, VT_SECTION_OBJECTS },
	{ "object-group", read_object_group, VT_SECTION_OBJECTS },
	{ "object-group-search", NULL, 0 },
	{ "pager", NULL, 0 },
	{ "passwd", NULL, 0 },
	{ "password", NULL, 0 },
	{ "password-policy", NULL, 0 },
	{ "phone-proxy", NULL, 0 },
	{ "pim", NULL, 0 },
	{ "policy-list", NULL, 0 },
	{ "policy-map", NULL, 0 },
	{ "policy-route", NULL, 0 },
	{ "pop3s", NULL, 0 },
	{ "prefix-list", NULL, 0 },
	{ "priority-queue", NULL, 0 },
	{ "privilege", NULL, 0 },
	{ "prompt", NULL, 0 },
	{ "quota", NULL, 0 },
	{ "redundant-interface", NULL, 0 },
	{ "regex", NULL, 0 },
	{ "resource", NULL, 0 },
	{ "rip", NULL, 0 },
	{ "route", read_route, VT_SECTION_ROUTE },
	{ "route-map", NULL, 0 },
	{ "router", NULL, 0 },
	{ "same-security-traffic", NULL, 0 },
	{ "saml", NULL, 0 },
	{ "scansafe", NULL, 0 },
	{ "security-group", NULL, 0 },
	{ "service", NULL, 0 },
	{ "service-interface", NULL, 0 },
	{ "service-module", NULL, 0 },
	{ "service-policy", NULL, 0 },
	{ "setup", NULL, 0 },
	{ "shun", NULL, 0 },
	{ "sla", NULL, 0 },
	{ "smtp-server", NULL, 0 },
	{ "smtps", NULL, 0 },
	{ "snmp", NULL, 0 },
	{ "snmp-map", NULL, 0 },
	{ "snmp-server", NULL, 0 },
	{ "snort", NULL, 0 },
	{ "ssh", NULL, 0 },
	{ "ssl", NULL, 0 },
	{ "static", read_static, VT_SECTION_NAT },
	{ "sunrpc-server", NULL, 0 },
	{ "sysopt", read_sysopt, VT_SECTION_SYSOPT },
	{ "tcp-map", NULL, 0 },
	{ "telnet", NULL, 0 },
	{ "terminal", NULL, 0 },
	{ "tftp-server", NULL, 0 },
	{ "threat-detection", NULL, 0 },
	{ "time-range", NULL, 0 },
	{ "timeout", NULL, 0 },
	{ "tls-proxy", NULL, 0 },
	{ "track", NULL, 0 },
	{ "tunnel-group", read_tunnel_group, VT_SECTION_TUNNEL_GROUP },
	{ "tunnel-group-map", NULL, 0 },
	{ "uc-ime", NULL, 0 },
	{ "url-block", NULL, 0 },
	{ "url-cache", NULL, 0 },
	{ "url-server", NULL, 0 },
	{ "user-identity", NULL, 0 },
	{ "username", NULL, 0 },
	{ "virtual", NULL, 0 },
	{ "vlan", NULL, 0 },
	{ "vpdn", NULL, 0 },
	{ "vpn", NULL, 0 },
	{ "vpn-addr-assign", NULL, 0 },
	{ "vpn-mode", NULL, 0 },
	{ "vpn-sessiondb", NULL, 0 },
	{ "vpnclient", NULL, 0 },
	{ "vpnsetup", NULL, 0 },
	{ "vxlan", NULL, 0 },
	{ "wccp", NULL, 0 },
	{ "webvpn", NULL, 0 },
	{ "xlate", NULL, 0 },
	{ "zone", NULL, 0 },
	{ "zonelabs-integrity", NULL, 0 },
};

struct vt_str words_from(const struct words *words, size_t i)
{
	if (i >= words->n)
		return VT_STR_NONE;
	const struct vt_str *last = &words->w[words->n - 1];
	return vt_str_between(words->w[i].p, last->p + last->len);
}

void list_add(struct reader *r, struct vt_str_list *list, size_t *cap, struct vt_str item)
{
	*VT_PUSH(r->config->arena, list->items, list->len, *cap) = item;
}

struct vt_str_list words_list(struct reader *r, const struct words *words, size_t i)
{
	struct vt_str_list list = { 0 };
	if (i >= words->n)
		return list;
	list.len = words->n - i;
	list.items = VT_NEW_ARRAY(r->config->arena, struct vt_str, list.len);
	memcpy(list.items, words->w + i, list.len * sizeof *list.items);
	return list;
}

static uint64_t name_id(const char *kind, struct vt_str name)
{
	return vt_hash_end(vt_hash_add(vt_hash_add(VT_HASH_START, vt_str_of(kind)), name)) | 1;
}

size_t index_of_name(const struct vt_config *config, const char *kind, struct vt_str name)
{
	uintptr_t found = (uintptr_t)vt_map_get(&config->by_name, name_id(kind, name));
	return found ? found - 1 : SIZE_MAX;
}

void name_index(struct vt_config *config, const char *kind, struct vt_str name, size_t index)
{
	vt_map_put(&config->by_name, name_id(kind, name), (void *)(index + 1));
}

void open_block(struct reader *r, block_fn *block, size_t index, struct vt_place *(*place)(struct reader *r))
{
	r->block = block;
	r->block_index = index;
	r->block_place = place;
}

static bool pass_over(struct reader *r, const struct words *words)
{
	(void)r;
	(void)words;
	return true;
}

static void split(struct vt_str line, struct words *words)
{
	words->n = 0;
	words->no = false;
	vt_skip_blanks(&line);
	if (vt_str_starts(line, VT_STR("no "))) {
		words->no = true;
		line = vt_str_from(line, 3);
	}
	for (vt_skip_blanks(&line); words->n < WORDS_MAX && vt_scan_word(&line, &words->w[words->n]);
	     vt_skip_blanks(&line))
		words->n++;
	/* What does not fit stays together in the last word: a remark, a banner. */
	if (line.len && words->n == WORDS_MAX) {
		struct vt_str *last = &words->w[WORDS_MAX - 1];
		*last = vt_str_rtrim(vt_str_between(last->p, line.p + line.len));
	}
}

static int by_word(const void *key, const void *row)
{
	return vt_str_cmp(*(const struct vt_str *)key, vt_str_of(((const struct first_word *)row)->word));
}

static const struct first_word *first_word_of(struct vt_str word)
{
	return bsearch(&word, first_words, sizeof first_words / sizeof *first_words, sizeof *first_words, by_word);
}

bool vt_config_first_words_are_sorted(void)
{
	for (size_t i = 1; i < sizeof first_words / sizeof *first_words; i++)
		if (strcmp(first_words[i - 1].word, first_words[i].word) >= 0)
			return false;
	return true;
}

/* Lines that carry nothing: comments, checksums, the frame that `show running-config` puts around it. */
static bool is_frame(struct vt_str line)
{
	return line.len == 0 || line.p[0] == '!' || line.p[0] == ':' || vt_str_starts(line, VT_STR("Cryptochecksum")) ||
	       vt_str_starts(line, VT_STR("Result of the command"));
}

static bool read_line(struct reader *r, struct vt_str line)
{
	struct words words;
	bool indented = line.len && (line.p[0] == ' ' || line.p[0] == '\t');
	r->raw = vt_str_trim(line);
	if (r->config->began &&
	    (vt_str_starts(r->raw, VT_STR("Cryptochecksum")) || vt_str_eq(r->raw, VT_STR(": end")))) {
		r->config->began = false;
		r->config->sections = VT_SECTION_ALL;
	}
	if (is_frame(r->raw)) {
		/* "!" alone ends what was begun; a comment may stand in the middle of it. */
		if (!indented && r->raw.len == 1)
			r->block = NULL;
		return true;
	}
	split(line, &words);
	if (words.n == 0)
		return true;
	const struct first_word *row = first_word_of(words.w[0]);
	if (r->block && (indented || !row)) {
		bool understood = r->block(r, &words);
		if (understood && r->block_place)
			r->block_place(r)->last = r->line;
		return understood;
	}
	r->block = NULL;
	if (!row)
		return false;
	r->config->sections |= row->section;
	r->config->seen |= row->section;
	r->config->open = row->section;
	/* Sections that come in turns with another one. */
	if (row->section == VT_SECTION_CRYPTO)
		r->config->open |= VT_SECTION_IKE;
	else if (row->section == VT_SECTION_OBJECTS)
		r->config->open |= VT_SECTION_NAT;
	if (!row->read) {
		open_block(r, pass_over, 0, NULL);
		return true;
	}
	return row->read(r, &words);
}

void vt_config_read(struct vt_config *config, struct vt_str text)
{
	struct reader r = { .config = config, .text = (uint32_t)config->texts.len };
	*VT_PUSH(config->arena, config->texts.items, config->texts.len, config->texts_cap) = text;
	struct vt_lines lines = vt_lines_of(text);
	struct vt_str line;
	while (vt_lines_next(&lines, &line)) {
		r.line = (uint32_t)lines.number;
		config->report.lines++;
		if (read_line(&r, line))
			config->report.recognised++;
		else
			vt_report_skip(&config->report, lines.number, line);
	}
}

void vt_config_read_sections(struct vt_config *config, struct vt_str text, unsigned sections)
{
	vt_config_read(config, text);
	config->sections |= sections;
}

struct vt_config *vt_config_new(void)
{
	struct vt_arena *arena = vt_arena_new();
	struct vt_config *config = VT_NEW(arena, struct vt_config);
	config->arena = arena;
	config->lifetime_s = config->lifetime_kb = config->nat_traversal_s = config->tcpmss = config->replay_window =
		VT_ABSENT;
	config->nat_traversal = config->permit_vpn = config->preserve_vpn_flows = config->am_disable =
		config->failover = VT_UNSAID;
	return config;
}

void vt_config_free(struct vt_config *config)
{
	if (!config)
		return;
	vt_map_clear(&config->by_name);
	vt_arena_free(config->arena);
}

static int by_sequence(const void *a, const void *b)
{
	const struct vt_config_map_entry *x = a, *y = b;
	return (x->sequence > y->sequence) - (x->sequence < y->sequence);
}

void vt_config_finish(struct vt_config *config)
{
	if (config->began)
		config->sections &= ~config->open;
	for (size_t i = 0; i < config->maps_len; i++) {
		struct vt_config_map *map = &config->maps[i];
		if (map->entries_len > 1)
			qsort(map->entries, map->entries_len, sizeof *map->entries, by_sequence);
	}
}

struct vt_str vt_config_line(const struct vt_config *config, uint32_t text, uint32_t number)
{
	if (text >= config->texts.len)
		return VT_STR_NONE;
	struct vt_lines lines = vt_lines_of(config->texts.items[text]);
	struct vt_str line;
	while (vt_lines_next(&lines, &line))
		if (lines.number == number)
			return vt_str_rtrim(line);
	return VT_STR_NONE;
}
