/* SPDX-License-Identifier: MIT
 * show logging
 *
 * First the settings, one to a line, then the buffer. A message is found by its "%ASA-6-305011: "; what stands
 * before it (priority, one of several time stamps, a host name) is read from there backwards in meaning, not in
 * columns. A line without one, below the first message, belongs to the message above it: an ASA breaks a message
 * that holds a line end.
 *
 * The facts about tunnels come from rules. A rule says: in messages of these ids, behind this mark and before that
 * one, stands this fact. Rules for the two families whose every text begins alike (713xxx "Group = …, IP = …,";
 * 75xxxx "Local:… Remote:… Username:…") are written once. Source: diagnosis.md section K, Cisco's syslog guide.
 */
#include "asa/logging.h"
#include "asa/device_facts.h"
#include "asa/reader.h"
#include "base/timefmt.h"

static const struct vt_field vpn_fields[] = {
	VT_F(STR, vt_syslog_vpn, group),        VT_F(STR, vt_syslog_vpn, username),
	VT_F(ADDR, vt_syslog_vpn, peer),        VT_F(U64, vt_syslog_vpn, peer_port),
	VT_F(ADDR, vt_syslog_vpn, local),       VT_F(U64, vt_syslog_vpn, local_port),
	VT_F(STR, vt_syslog_vpn, state),        VT_F(STR, vt_syslog_vpn, reason),
	VT_F(STR, vt_syslog_vpn, notify),       VT_F(STR, vt_syslog_vpn, local_proxy),
	VT_F(STR, vt_syslog_vpn, remote_proxy), VT_F(STR, vt_syslog_vpn, interface),
	VT_F(STR, vt_syslog_vpn, crypto_map),   VT_F(STR, vt_syslog_vpn, role),
	VT_F(STR, vt_syslog_vpn, duration),     VT_F(SPI, vt_syslog_vpn, spi),
	VT_F(SPI, vt_syslog_vpn, spi_in),       VT_F(SPI, vt_syslog_vpn, spi_out),
	VT_F(U64, vt_syslog_vpn, bytes_tx),     VT_F(U64, vt_syslog_vpn, bytes_rx),
};
static const struct vt_shape vpn_shape = VT_SHAPE(vt_syslog_vpn, vpn_fields);

static const struct vt_field message_fields[] = {
	VT_F(STR, vt_syslog, time),    VT_F(I64, vt_syslog, time_ms),           VT_F(STR, vt_syslog, host),
	VT_F(STR, vt_syslog, product), VT_F(U64, vt_syslog, severity),          VT_F(U64, vt_syslog, id),
	VT_F(STR, vt_syslog, text),    VT_FA(SOME, vt_syslog, vpn, &vpn_shape),
};
static const struct vt_shape message_shape = VT_SHAPE(vt_syslog, message_fields);

static const struct vt_field setting_fields[] = {
	VT_F(STR, vt_log_setting, name),
	VT_F(STR, vt_log_setting, value),
	VT_F(STR, vt_log_setting, level),
	VT_F(U64, vt_log_setting, messages),
};
static const struct vt_shape setting_shape = VT_SHAPE(vt_log_setting, setting_fields);

static const struct vt_field logging_fields[] = {
	VT_F(FLAG, vt_logging, on),
	VT_FA(SOME, vt_logging, settings, &setting_shape),
	VT_FA(ARRAY, vt_logging, messages, &message_shape),
};
const struct vt_shape vt_logging_shape = VT_SHAPE(vt_logging, logging_fields);

/* ---- facts about tunnels ---- */

enum how {
	TEXT,     /* up to `until`, or to the end */
	BEFORE,   /* up to `until`, which has to come */
	WORD,     /* up to a blank, comma, semicolon or bracket */
	NUMBER,   /* decimal */
	HEX,      /* with or without 0x */
	ENDPOINT, /* "192.0.2.1:500", "[2001:db8::1]:500", "2001:db8::1:500": address, and the port behind it */
};

struct rule {
	unsigned from, to; /* ids, inclusive */
	const char *mark;
	const char *until; /* for TEXT and BEFORE */
	enum how how;
	size_t at; /* in struct vt_syslog_vpn */
	size_t port_at;
};

#define VPN(member) offsetof(struct vt_syslog_vpn, member)

/* For one member the first rule that finds something wins; a family's rules come last. */
static const struct rule rules[] = {
	/* state and reasons */
	{ 713136, 713136, "timed out [", "]", TEXT, VPN(state), 0 },
	{ 713136, 713136, "timed out ", NULL, WORD, VPN(state), 0 },
	{ 713050, 713050, "Reason: ", " Remote Proxy", TEXT, VPN(reason), 0 },
	{ 713050, 713050, "Remote Proxy ", NULL, WORD, VPN(remote_proxy), 0 },
	{ 713050, 713050, "Local Proxy ", NULL, WORD, VPN(local_proxy), 0 },
	{ 713050, 713050, "for peer ", NULL, WORD, VPN(peer), 0 },
	{ 713259, 713259, "Reason: ", NULL, TEXT, VPN(reason), 0 },
	{ 713123, 713123, "keepalive type: ", ")", TEXT, VPN(reason), 0 },
	{ 713068, 713068, "Notify message: ", NULL, TEXT, VPN(notify), 0 },
	{ 713257, 713257, "failure:", NULL, TEXT, VPN(reason), 0 },
	{ 113019, 113019, "Reason: ", NULL, TEXT, VPN(reason), 0 },
	{ 113019, 113019, "Duration: ", ",", TEXT, VPN(duration), 0 },
	{ 113019, 113019, "Bytes xmt: ", NULL, NUMBER, VPN(bytes_tx), 0 },
	{ 113019, 113019, "Bytes rcv: ", NULL, NUMBER, VPN(bytes_rx), 0 },
	{ 750003, 750003, "ERROR: ", NULL, TEXT, VPN(reason), 0 },
	{ 750006, 750007, "Reason: ", NULL, TEXT, VPN(reason), 0 },
	{ 751014, 751027, "Reason: ", NULL, TEXT, VPN(reason), 0 },
	/* proxies */
	{ 713041, 713041, "local Proxy Address ", NULL, WORD, VPN(local_proxy), 0 },
	{ 713041, 713041, "remote Proxy Address ", NULL, WORD, VPN(remote_proxy), 0 },
	{ 713041, 713041, "Crypto map (", ")", TEXT, VPN(crypto_map), 0 },
	{ 713041, 713041, "Intf ", NULL, WORD, VPN(interface), 0 },
	{ 713041, 713041, "IKE Peer ", NULL, WORD, VPN(peer), 0 },
	{ 713061, 713061, "remote proxy ", NULL, WORD, VPN(remote_proxy), 0 },
	{ 713061, 713061, "local proxy ", NULL, WORD, VPN(local_proxy), 0 },
	{ 713061, 713061, "on interface ", NULL, WORD, VPN(interface), 0 },
	{ 402116, 402116, "its local proxy as ", NULL, WORD, VPN(local_proxy), 0 },
	{ 402116, 402116, "its remote proxy as ", NULL, WORD, VPN(remote_proxy), 0 },
	{ 713221, 713225, "map = ", NULL, WORD, VPN(crypto_map), 0 },
	{ 713024, 713025, "Address ", NULL, WORD, VPN(remote_proxy), 0 },
	{ 713034, 713035, "Data:", NULL, TEXT, VPN(remote_proxy), 0 },
	{ 751022, 751022, "remote traffic selector ", NULL, WORD, VPN(remote_proxy), 0 },
	{ 751022, 751022, "local traffic selector ", NULL, WORD, VPN(local_proxy), 0 },
	{ 751022, 751022, "Interface: ", NULL, WORD, VPN(interface), 0 },
	/* SPIs */
	{ 713049, 713049, "Inbound SPI = ", NULL, HEX, VPN(spi_in), 0 },
	{ 713049, 713049, "Outbound SPI = ", NULL, HEX, VPN(spi_out), 0 },
	{ 713049, 713049, ") ", NULL, WORD, VPN(role), 0 },
	{ 713902, 713906, "SPI = ", NULL, HEX, VPN(spi), 0 },
	{ 402100, 402199, "SPI=", NULL, HEX, VPN(spi), 0 },
	{ 602303, 602304, "SPI=", NULL, HEX, VPN(spi), 0 },
	{ 702305, 702307, "SPI=", NULL, HEX, VPN(spi), 0 },
	{ 750014, 750015, "SPI ", NULL, HEX, VPN(spi), 0 },
	/* peers of messages outside the two families */
	{ 402100, 402199, " from ", NULL, WORD, VPN(peer), 0 },
	{ 402100, 402199, "(user=", ")", TEXT, VPN(username), 0 },
	{ 402100, 402199, ") to ", NULL, WORD, VPN(local), 0 },
	{ 402115, 402117, " to ", NULL, WORD, VPN(local), 0 },
	{ 602303, 602304, "between ", NULL, WORD, VPN(local), 0 },
	{ 602303, 602304, " and ", NULL, WORD, VPN(peer), 0 },
	{ 602303, 602304, "(user=", ")", TEXT, VPN(username), 0 },
	{ 702305, 702307, "between ", NULL, WORD, VPN(local), 0 },
	{ 702305, 702307, " and ", NULL, WORD, VPN(peer), 0 },
	{ 702305, 702307, "(user=", ")", TEXT, VPN(username), 0 },
	{ 752001, 752016, "Map Tag = ", NULL, WORD, VPN(crypto_map), 0 },
	{ 752001, 752016, "Map Tag= ", NULL, WORD, VPN(crypto_map), 0 },
	/* the families */
	{ 713000, 713999, "IP = ", NULL, WORD, VPN(peer), 0 },
	{ 713000, 713999, "Group = ", ",", TEXT, VPN(group), 0 },
	{ 713000, 713999, "Username = ", ",", TEXT, VPN(username), 0 },
	{ 715000, 715999, "IP = ", NULL, WORD, VPN(peer), 0 },
	{ 715000, 715999, "Group = ", ",", TEXT, VPN(group), 0 },
	{ 113019, 113019, "IP = ", NULL, WORD, VPN(peer), 0 },
	{ 113019, 113019, "Group = ", ",", TEXT, VPN(group), 0 },
	{ 113019, 113019, "Username = ", ",", TEXT, VPN(username), 0 },
	{ 750000, 751999, "Local:", NULL, ENDPOINT, VPN(local), VPN(local_port) },
	{ 750000, 751999, "Remote:", NULL, ENDPOINT, VPN(peer), VPN(peer_port) },
	{ 750000, 751999, "Username:", " IKEv", BEFORE, VPN(username), 0 },
	{ 750000, 751999, "Username:", NULL, WORD, VPN(username), 0 },
};

static bool is_about_vpn(uint64_t id)
{
	uint64_t family = id / 1000;
	return family == 713 || family == 715 || family == 750 || family == 751 || family == 752 || id == 113019 ||
	       (id >= 402100 && id <= 402199) || id == 602303 || id == 602304 || (id >= 702305 && id <= 702307);
}

/* "192.0.2.1:500", "[2001:db8::1]:500"; an IPv6 address without brackets has its port behind the last colon. */
static void endpoint_of(struct vt_str word, struct vt_str *addr, uint64_t *port)
{
	const char *colon = word.len ? memrchr(word.p, ':', word.len) : NULL;
	*addr = word;
	if (!colon || !vt_str_to_u64(vt_str_between(colon + 1, word.p + word.len), port))
		return;
	*addr = vt_str_between(word.p, colon);
	if (addr->len > 2 && addr->p[0] == '[' && addr->p[addr->len - 1] == ']')
		*addr = vt_str_between(addr->p + 1, addr->p + addr->len - 1);
}

static struct vt_str word_of(struct vt_str rest)
{
	size_t len = 0;
	while (len < rest.len && !vt_is_blank(rest.p[len]) && !memchr(",;)]!", rest.p[len], 5))
		len++;
	/* A full stop ends a sentence, not an address. */
	while (len && rest.p[len - 1] == '.')
		len--;
	return vt_str_first(rest, len);
}

static bool read_number(enum how how, struct vt_str rest, uint64_t *value)
{
	if (*value != VT_ABSENT)
		return false;
	return how == HEX ? vt_scan_hex(&rest, value) : vt_scan_u64(&rest, value);
}

static bool read_text(const struct rule *rule, struct vt_str rest, struct vt_syslog_vpn *vpn)
{
	struct vt_str *to = (struct vt_str *)((char *)vpn + rule->at);
	if (to->p)
		return false;
	struct vt_str found;
	if (rule->how == TEXT || rule->how == BEFORE) {
		ptrdiff_t end = rule->until ? vt_str_find(rest, vt_str_of(rule->until)) : -1;
		if (end < 0 && rule->how == BEFORE)
			return false;
		found = vt_str_trim(end < 0 ? rest : vt_str_first(rest, (size_t)end));
	} else if (rule->how == ENDPOINT) {
		if (!vt_scan_word(&rest, &found))
			return false;
	} else {
		found = word_of(rest);
	}
	if (!found.len)
		return false;
	if (rule->how == ENDPOINT)
		endpoint_of(found, to, (uint64_t *)((char *)vpn + rule->port_at));
	else
		*to = found;
	return true;
}

static bool apply(const struct rule *rule, struct vt_str text, struct vt_syslog_vpn *vpn)
{
	ptrdiff_t at = vt_str_find(text, vt_str_of(rule->mark));
	if (at < 0)
		return false;
	struct vt_str rest = vt_str_ltrim(vt_str_from(text, (size_t)at + strlen(rule->mark)));
	if (rule->how == NUMBER || rule->how == HEX)
		return read_number(rule->how, rest, (uint64_t *)((char *)vpn + rule->at));
	return read_text(rule, rest, vpn);
}

static bool read_vpn(uint64_t id, struct vt_str text, struct vt_syslog_vpn *vpn)
{
	bool any = false;
	if (!is_about_vpn(id))
		return false;
	vt_shape_clear(&vpn_shape, vpn);
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
		if (id >= rules[i].from && id <= rules[i].to)
			any |= apply(&rules[i], text, vpn);
	return any;
}

/* ---- the frame of a message ---- */

/* "ASA-6-305011: " behind a '%'. */
static bool read_tag(struct vt_str *c, struct vt_syslog *message)
{
	struct vt_str in = *c;
	size_t len = 0;
	while (len < in.len && len < 8 && in.p[len] >= 'A' && in.p[len] <= 'Z')
		len++;
	if (len < 3)
		return false;
	message->product = vt_str_first(in, len);
	in = vt_str_from(in, len);
	/* Old multi-context boxes put a session between severity and id? They do not; but some relays add a facility.
	 */
	if (!vt_scan_char(&in, '-') || !vt_scan_u64(&in, &message->severity) || message->severity > 7 ||
	    !vt_scan_char(&in, '-') || !vt_scan_u64(&in, &message->id))
		return false;
	vt_scan_char(&in, ':');
	*c = in;
	return true;
}

/* "2018-06-27T12:17:46Z" */
static bool is_iso_time(struct vt_str word)
{
	return word.len >= 19 && word.p[4] == '-' && word.p[10] == 'T';
}

/* "<164>Jan 31 2020 17:24:03: ", "Apr 15 00:21:14 192.168.12.1 : ", "2018-06-27T12:17:46Z asa : " or nothing. */
static void read_prefix(struct vt_str c, struct vt_syslog *message)
{
	struct vt_str word, rest, priority;
	if (vt_scan_char(&c, '<') && vt_scan_until(&c, '>', &priority))
		c = vt_str_from(c, 1);
	rest = c = vt_str_trim(c);
	if (!vt_next_word(&rest, &word))
		return;
	if (is_iso_time(word)) {
		message->time = vt_str_ends(word, VT_STR(":")) ? vt_str_first(word, word.len - 1) : word;
		vt_time_parse(message->time, &message->time_ms);
		c = rest;
	} else if (word.len == 3 && *word.p >= 'A' && *word.p <= 'Z') {
		/* Month, day, the year if it is there, the time: the word with colons ends it. */
		for (unsigned i = 0; i < 3 && vt_next_word(&rest, &word); i++) {
			if (vt_str_find_char(word, ':') <= 0)
				continue;
			size_t len = word.p[word.len - 1] == ':' ? word.len - 1 : word.len;
			message->time = vt_str_between(c.p, word.p + len);
			vt_device_time_parse(message->time, NULL, &message->time_ms);
			c = rest;
			break;
		}
	}
	/* A host name or address, its colon apart. A zone token may stand before it. */
	while (vt_next_word(&c, &word)) {
		if (vt_str_ends(word, VT_STR(":")))
			word.len--;
		if (word.len)
			message->host = word;
	}
}

bool vt_syslog_parse(struct vt_str line, struct vt_syslog *message, struct vt_syslog_vpn *vpn, bool *about_vpn)
{
	struct vt_syslog found = { .time_ms = INT64_MIN, .severity = VT_ABSENT, .id = VT_ABSENT };
	struct vt_str rest = line;
	do {
		ptrdiff_t percent = vt_str_find_char(rest, '%');
		if (percent < 0)
			return false;
		rest = vt_str_from(rest, (size_t)percent + 1);
	} while (!read_tag(&rest, &found));
	read_prefix(vt_str_between(line.p, found.product.p - 1), &found);
	found.text = vt_str_trim(rest);
	*about_vpn = read_vpn(found.id, found.text, vpn);
	*message = found;
	return true;
}

/* ---- show logging ---- */

struct listing {
	struct vt_logging *facts;
	struct vt_arena *arena;
	size_t settings_cap, messages_cap;
	struct vt_syslog *above; /* the message that a line without a frame belongs to */
};

static bool read_message(struct listing *listing, struct vt_reader *r)
{
	struct vt_syslog message;
	struct vt_syslog_vpn vpn;
	bool about_vpn;
	if (!vt_syslog_parse(r->line, &message, &vpn, &about_vpn))
		return false;
	message.at_line = r->lines.number;
	if (about_vpn) {
		message.vpn = VT_NEW(listing->arena, struct vt_syslog_vpn);
		*message.vpn = vpn;
		message.vpn_len = 1;
	}
	struct vt_logging *facts = listing->facts;
	listing->above = VT_PUSH(listing->arena, facts->messages, facts->messages_len, listing->messages_cap);
	*listing->above = message;
	return true;
}

/* "level warnings, 10003 messages logged", "enabled", "level debugging, class vpn, 5 messages logged" */
static void read_setting_value(struct vt_log_setting *setting)
{
	struct vt_str rest = setting->value;
	if (vt_scan_lit(&rest, VT_STR("level ")))
		setting->level = word_of(rest);
	ptrdiff_t at = vt_str_find(setting->value, VT_STR(" messages logged"));
	if (at < 0)
		return;
	size_t begin = (size_t)at;
	while (begin && setting->value.p[begin - 1] >= '0' && setting->value.p[begin - 1] <= '9')
		begin--;
	vt_str_to_u64(vt_str_between(setting->value.p + begin, setting->value.p + at), &setting->messages);
}

static bool add_setting(struct listing *listing, struct vt_str name, struct vt_str value)
{
	struct vt_logging *facts = listing->facts;
	struct vt_log_setting *setting = VT_PUSH(listing->arena, facts->settings, facts->settings_len,
						 listing->settings_cap);
	*setting = (struct vt_log_setting){ .name = name, .value = value, .messages = VT_ABSENT };
	read_setting_value(setting);
	return true;
}

/* "NOT_PUTABLE: 0, ALL_CHANNEL_DOWN: 0": counters in capitals, several to a line */
static bool read_counters(struct listing *listing, struct vt_str line)
{
	struct vt_str item, name, value;
	while (line.len) {
		item = line;
		line = vt_scan_until(&line, ',', &item) ? vt_str_from(line, 1) : VT_STR_NONE;
		if (vt_split_label(vt_str_trim(item), &name, &value))
			add_setting(listing, name, value);
	}
	return true;
}

static bool read_setting(struct listing *listing, struct vt_str line)
{
	struct vt_logging *facts = listing->facts;
	struct vt_str name, value;
	if (vt_scan_lit(&line, VT_STR("Logging to "))) {
		/* "inside 10.168.1.21, UDP TX:393859 errors: 24  dropped: 45" */
		return add_setting(listing, VT_STR("Logging to"), line);
	}
	if (!vt_split_label(line, &name, &value))
		return false;
	if (vt_str_eq(name, VT_STR("Syslog logging"))) {
		facts->on = vt_str_starts(value, VT_STR("enabled"));
		return true;
	}
	if (vt_str_eq(name, VT_STR("Global TCP syslog stats")))
		return true;
	if (vt_str_find_char(name, '_') > 0)
		return read_counters(listing, line);
	return facts->on >= 0 && add_setting(listing, name, value);
}

static bool read_line(struct listing *listing, struct vt_reader *r)
{
	if (read_message(listing, r))
		return true;
	if (!listing->above)
		return read_setting(listing, r->line);
	listing->above->text = vt_str_between(listing->above->text.p, r->line.p + r->line.len);
	return true;
}

enum vt_status vt_logging_parse(struct vt_str text, struct vt_arena *arena, struct vt_logging *facts,
				struct vt_parse_report *report)
{
	struct listing listing = { .facts = facts, .arena = arena };
	vt_shape_clear(&vt_logging_shape, facts);
	listing.messages_cap = vt_rows_at_most(text, sizeof "%ASA-6-302013: B" - 1);
	facts->messages = VT_NEW_ARRAY(arena, struct vt_syslog, listing.messages_cap);
	struct vt_reader r = vt_reader_of(text, report);
	while (vt_reader_next(&r))
		if (!read_line(&listing, &r))
			vt_reader_skip(&r);
	return facts->on >= 0 || facts->messages_len ? VT_OK : VT_E_NOT_THIS_COMMAND;
}
