/* SPDX-License-Identifier: MIT
 * The keys of vpntriage.yaml: a table for each mapping, a parser for each kind of value, and the few rules that
 * hold between keys.
 */
#include "settings/schema.h"

#include "base/scan.h"
#include "base/timefmt.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#define LENGTH(array) (sizeof(array) / sizeof *(array))

/* ---- values ---- */

static bool is_printable(struct vt_str text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.p[i] < 0x20 || text.p[i] == 0x7f)
			return false;
	return text.len > 0 && text.len <= 4096;
}

static bool parse_text(const struct row *row, struct vt_str text, void *at)
{
	(void)row;
	if (!is_printable(text))
		return false;
	*(struct vt_str *)at = text;
	return true;
}

/* A name that goes into an address of the API, a key of a table and a column: no blank, no slash. */
static bool parse_name(const struct row *row, struct vt_str text, void *at)
{
	if (text.len > 64 || vt_str_find_char(text, '/') >= 0 || vt_str_find_char(text, ' ') >= 0)
		return false;
	return parse_text(row, text, at);
}

static bool parse_bool(const struct row *row, struct vt_str text, void *at)
{
	(void)row;
	bool yes = vt_str_ieq(text, VT_STR("true")) || vt_str_ieq(text, VT_STR("yes"));
	if (!yes && !vt_str_ieq(text, VT_STR("false")) && !vt_str_ieq(text, VT_STR("no")))
		return false;
	*(bool *)at = yes;
	return true;
}

static bool parse_enum(const struct row *row, struct vt_str text, void *at)
{
	for (unsigned i = 0; row->names[i]; i++)
		if (vt_str_eq(text, vt_str_of(row->names[i]))) {
			memcpy(at, &i, sizeof i);
			return true;
		}
	return false;
}

static bool parse_number(const struct row *row, struct vt_str text, void *at)
{
	uint64_t value, min, max;
	if (!vt_scan_u64(&text, &value) || text.len || !vt_str_to_u64(vt_str_of(row->min), &min) ||
	    !vt_str_to_u64(vt_str_of(row->max), &max) || value < min || value > max)
		return false;
	*(uint64_t *)at = value;
	return true;
}

static bool parse_duration(const struct row *row, struct vt_str text, void *at)
{
	int64_t value, min, max;
	if (!vt_duration_parse(text, &value) || !vt_duration_parse(vt_str_of(row->min), &min) ||
	    !vt_duration_parse(vt_str_of(row->max), &max) || value < min || value > max)
		return false;
	*(int64_t *)at = value;
	return true;
}

static bool parse_time(const struct row *row, struct vt_str text, void *at)
{
	(void)row;
	return vt_time_parse(text, (int64_t *)at);
}

static bool parse_secret(const struct row *row, struct vt_str text, void *at)
{
	if (!is_printable(text))
		return false;
	if (row->variant == VT_SECRET_CREDENTIAL && vt_str_find_char(text, '/') >= 0)
		return false;
	for (size_t i = 0; row->variant == VT_SECRET_ENV && i < text.len; i++)
		if (!isalnum((unsigned char)text.p[i]) && text.p[i] != '_')
			return false;
	*(struct vt_secret_source *)at = (struct vt_secret_source){ (enum vt_secret_kind)row->variant, text };
	return true;
}

/* RFC 1123, and the underscore that inventories are full of. What has only digits and dots was meant to be an
 * address, and so it is a mistake when it is none. */
static bool is_host_name(struct vt_str text)
{
	bool letter = false;
	size_t label = 0;
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.p[i];
		if (c == '.' ? label == 0 : !isalnum(c) && c != '_' && (c != '-' || label == 0))
			return false;
		letter |= isalpha(c) != 0;
		label = c == '.' ? 0 : label + 1;
		if (label > 63)
			return false;
	}
	return letter && text.len <= 253;
}

static bool parse_host(const struct row *row, struct vt_str text, void *at)
{
	struct vt_addr addr;
	if (!vt_addr_parse(text, &addr) && !is_host_name(text))
		return false;
	return parse_text(row, text, at);
}

static bool parse_addr(const struct row *row, struct vt_str text, void *at)
{
	(void)row;
	return vt_addr_parse(text, (struct vt_addr *)at);
}

static bool is_loopback(struct vt_str host)
{
	static const struct vt_addr ipv6_loopback = { .family = 6, .bytes = { [15] = 1 } };
	struct vt_addr addr;
	if (!vt_addr_parse(host, &addr))
		return vt_str_ieq(host, VT_STR("localhost"));
	return addr.family == 4 ? addr.bytes[0] == 127 : vt_addr_eq(&addr, &ipv6_loopback);
}

/* HOST:PORT, [HOST]:PORT, or a path. */
static bool parse_listen(const struct row *row, struct vt_str text, void *at)
{
	struct vt_listen listen = { 0 };
	if (text.len > 1 && text.p[0] == '/') {
		listen.loopback = true;
		if (!parse_text(row, text, &listen.path))
			return false;
		*(struct vt_listen *)at = listen;
		return true;
	}
	const char *colon = text.len ? memrchr(text.p, ':', text.len) : NULL;
	if (!colon)
		return false;
	struct vt_str host = vt_str_between(text.p, colon);
	bool bracketed = host.len > 2 && host.p[0] == '[' && vt_str_ends(host, VT_STR("]"));
	if (bracketed)
		host = vt_str_between(host.p + 1, colon - 1);
	if (!bracketed && vt_str_find_char(host, ':') >= 0)
		return false;
	if (!parse_host(row, host, &listen.host) ||
	    !vt_str_to_u64(vt_str_from(text, (size_t)(colon - text.p) + 1), &listen.port) || listen.port > 65535)
		return false;
	listen.loopback = is_loopback(host);
	*(struct vt_listen *)at = listen;
	return true;
}

/* A name or password in it would be a secret in this file. */
static bool parse_url(const struct row *row, struct vt_str text, void *at)
{
	struct vt_str rest = text, host;
	if (!vt_scan_ilit(&rest, VT_STR("http://")) && !vt_scan_ilit(&rest, VT_STR("https://")))
		return false;
	if (!vt_scan_until(&rest, '/', &host))
		host = rest;
	if (host.len == 0 || vt_str_find_char(host, '@') >= 0 || vt_str_find_char(text, ' ') >= 0)
		return false;
	return parse_text(row, text, at);
}

/* ---- rules between keys ---- */

static void prepare_device(const struct vt_settings *settings, unsigned line, void *at)
{
	struct vt_device_settings *device = at;
	device->login = settings->defaults;
	device->line = line;
}

static void check_device(struct reading *reading, unsigned line, const void *at)
{
	const struct vt_device_settings *device = at;
	if (device->login.password.kind == VT_SECRET_NONE && !device->login.identity_file.p)
		mistake(reading, line,
			"has no way to log in; expected password_file, password_env, password_credential or "
			"identity_file, here or in defaults");
	if (device->addresses_len > 2)
		mistake(reading, line, "has %zu addresses; expected one, or the two of a failover pair",
			device->addresses_len);
}

static void prepare_tunnel(const struct vt_settings *settings, unsigned line, void *at)
{
	(void)settings;
	((struct vt_tunnel_settings *)at)->line = line;
}

static void check_window(struct reading *reading, unsigned line, const void *at)
{
	const struct vt_maintenance_window *window = at;
	if (window->from_at_ms >= window->to_at_ms)
		mistake(reading, line, "ends before it begins; expected from before to");
}

static void check_flap(struct reading *reading, unsigned line, const void *at)
{
	const struct vt_flap_settings *flap = at;
	if (flap->reuse >= flap->suppress)
		mistake(reading, line, "has reuse %zu and suppress %zu; expected reuse below suppress",
			(size_t)flap->reuse, (size_t)flap->suppress);
}

static void prepare_alert(const struct vt_settings *settings, unsigned line, void *at)
{
	(void)settings;
	((struct vt_alert_settings *)at)->line = line;
}

static void check_alert(struct reading *reading, unsigned line, const void *at)
{
	const struct vt_alert_settings *alert = at;
	if (alert->type == VT_ALERT_WEBHOOK && (!alert->url.p || alert->command_len))
		mistake(reading, line, "is a webhook; expected a url and no command");
	if (alert->type == VT_ALERT_EXEC && (alert->url.p || !alert->command_len || alert->command[0].p[0] != '/'))
		mistake(reading, line,
			"is of type exec; expected a command that begins with an absolute path, and no url");
}

static void check_web(struct reading *reading, unsigned line, const void *at)
{
	const struct vt_web_settings *web = at;
	if (!web->tls.certificate.p != !web->tls.key.p)
		mistake(reading, line, "has half of tls; expected both tls.certificate and tls.key, or neither");
	else if (!web->listen.loopback && (!web->tls.certificate.p || !web->tokens_file.p))
		mistake(reading, line,
			"listens where other machines can reach it; expected tls.certificate, tls.key and tokens_file "
			"with that, or a loopback address");
}

/* ---- tables ---- */

#define SCALAR(k, parser, at, ...)                                                                                     \
	{                                                                                                              \
		.key = (k), .kind = ROW_SCALAR, .parse = (parser), .offset = (at), __VA_ARGS__                         \
	}
#define TEXT(k, at, what, ...) SCALAR(k, parse_text, at, .expected = (what), __VA_ARGS__)
#define DURATION(k, at, from, to, default_)                                                                            \
	SCALAR(k, parse_duration, at, .expected = "a duration such as 60s, 5m, 2h or 7d", .min = (from), .max = (to),  \
	       .preset = (default_))
#define NUMBER(k, at, from, to, default_)                                                                              \
	SCALAR(k, parse_number, at, .expected = "a whole number", .min = (from), .max = (to), .preset = (default_))
#define ENUM(k, at, names_, default_, ...)                                                                             \
	SCALAR(k, parse_enum, at, .names = (names_), .preset = (default_), __VA_ARGS__)
#define SECRET(k, at, kind_, what) SCALAR(k, parse_secret, at, .variant = (kind_), .expected = (what), .hidden = true)
#define MAPPING(k, at, table_, ...)                                                                                    \
	{                                                                                                              \
		.key = (k), .kind = ROW_MAPPING, .offset = (at), .table = &(table_), __VA_ARGS__                       \
	}
#define SCALARS(k, type, array, parser, what, ...)                                                                     \
	{                                                                                                              \
		.key = (k), .kind = ROW_SCALARS, .parse = (parser), .offset = offsetof(type, array),                   \
		.len_offset = offsetof(type, array##_len), .size = sizeof *((type *)0)->array, .expected = (what),     \
		__VA_ARGS__                                                                                            \
	}
#define MAPPINGS(k, type, array, table_, ...)                                                                          \
	{                                                                                                              \
		.key = (k), .kind = ROW_MAPPINGS, .offset = offsetof(type, array),                                     \
		.len_offset = offsetof(type, array##_len), .size = sizeof *((type *)0)->array, .table = &(table_),     \
		__VA_ARGS__                                                                                            \
	}

static const char *const host_keys_names[] = { "strict", "accept-new", NULL };
static const char *const algorithms_names[] = { "modern", "legacy", "ancient", NULL };
static const char *const expect_names[] = { "nothing", "up", NULL };
static const char *const alert_type_names[] = { "webhook", "exec", NULL };
static const char *const alert_format_names[] = { "json", "alertmanager-api", "alertmanager-webhook", NULL };

static const struct row poll_rows[] = {
	DURATION("sa", offsetof(struct vt_poll_settings, sa_ms), "100ms", "1d", "60s"),
	DURATION("sessions", offsetof(struct vt_poll_settings, sessions_ms), "100ms", "1d", "5m"),
	DURATION("facts", offsetof(struct vt_poll_settings, facts_ms), "100ms", "1d", "15m"),
};
static const struct table poll_table = { "poll", poll_rows, LENGTH(poll_rows), NULL, NULL };

/* The same keys in `defaults`, where they have defaults of their own, and in a device, where they inherit. */
#define LOGIN(member) (at_ + offsetof(struct vt_login_settings, member))
#define LOGIN_ROWS(port_, username_, host_keys_, algorithms_)                                                          \
	NUMBER("port", LOGIN(port), "1", "65535", port_),                                                              \
		TEXT("username", LOGIN(username), "the name of an account on the device", .preset = (username_)),      \
		SECRET("password_file", LOGIN(password), VT_SECRET_FILE,                                               \
		       "the path of a file only its owner can read"),                                                  \
		SECRET("password_env", LOGIN(password), VT_SECRET_ENV, "the name of an environment variable"),         \
		SECRET("password_credential", LOGIN(password), VT_SECRET_CREDENTIAL,                                   \
		       "the name of a systemd credential"),                                                            \
		SECRET("enable_password_file", LOGIN(enable_password), VT_SECRET_FILE,                                 \
		       "the path of a file only its owner can read"),                                                  \
		SECRET("enable_password_env", LOGIN(enable_password), VT_SECRET_ENV,                                   \
		       "the name of an environment variable"),                                                         \
		SECRET("enable_password_credential", LOGIN(enable_password), VT_SECRET_CREDENTIAL,                     \
		       "the name of a systemd credential"),                                                            \
		TEXT("identity_file", LOGIN(identity_file), "the path of a private SSH key"),                          \
		ENUM("host_keys", LOGIN(host_keys), host_keys_names, host_keys_),                                      \
		ENUM("algorithms", LOGIN(algorithms), algorithms_names, algorithms_)

enum { at_defaults = 0, at_device = offsetof(struct vt_device_settings, login) };

#define at_ at_defaults
static const struct row defaults_rows[] = { LOGIN_ROWS("22", "vpntriage", "strict", "modern") };
#undef at_
static const struct table defaults_table = { "defaults", defaults_rows, LENGTH(defaults_rows), NULL, NULL };

static const struct row window_rows[] = {
	SCALAR("from", parse_time, offsetof(struct vt_maintenance_window, from_at_ms),
	       .expected = "a time such as 2026-11-28T22:00:00Z", .required = true),
	SCALAR("to", parse_time, offsetof(struct vt_maintenance_window, to_at_ms),
	       .expected = "a time such as 2026-11-29T04:00:00Z", .required = true),
};
static const struct table window_table = { "devices.tunnels.maintenance", window_rows, LENGTH(window_rows), NULL,
					   check_window };

static const struct row tunnel_rows[] = {
	SCALAR("peer", parse_addr, offsetof(struct vt_tunnel_settings, peer),
	       .expected = "the address of the remote gateway", .required = true),
	SCALAR("context", parse_name, offsetof(struct vt_tunnel_settings, context),
	       .expected = "the name of a security context"),
	TEXT("name", offsetof(struct vt_tunnel_settings, name), "a name for people"),
	TEXT("owner", offsetof(struct vt_tunnel_settings, owner), "whom to call"),
	ENUM("expect", offsetof(struct vt_tunnel_settings, expect), expect_names, "nothing"),
	MAPPINGS("maintenance", struct vt_tunnel_settings, maintenance, window_table),
};
static const struct table tunnel_table = { "devices.tunnels", tunnel_rows, LENGTH(tunnel_rows), prepare_tunnel, NULL };

#define at_ at_device
static const struct row device_rows[] = {
	SCALAR("name", parse_name, offsetof(struct vt_device_settings, name),
	       .expected = "a name of at most 64 characters without blanks and slashes", .required = true),
	SCALARS("address", struct vt_device_settings, addresses, parse_host,
		"an address or a host name, or a list of both addresses of a failover pair", .required = true,
		.or_scalar = true),
	LOGIN_ROWS(NULL, NULL, NULL, NULL),
	SCALARS("contexts", struct vt_device_settings, contexts, parse_name, "a list of names of security contexts"),
	MAPPINGS("tunnels", struct vt_device_settings, tunnels, tunnel_table),
};
#undef at_
static const struct table device_table = { "devices", device_rows, LENGTH(device_rows), prepare_device, check_device };

static const struct row flap_rows[] = {
	NUMBER("penalty", offsetof(struct vt_flap_settings, penalty), "1", "1000000", "1000"),
	NUMBER("suppress", offsetof(struct vt_flap_settings, suppress), "1", "1000000", "2000"),
	NUMBER("reuse", offsetof(struct vt_flap_settings, reuse), "1", "1000000", "750"),
	DURATION("half_life", offsetof(struct vt_flap_settings, half_life_ms), "1s", "7d", "15m"),
};
static const struct table flap_table = { "detect.flap", flap_rows, LENGTH(flap_rows), NULL, check_flap };

static const struct row detect_rows[] = {
	DURATION("stuck_after", offsetof(struct vt_detect_settings, stuck_after_ms), "1s", "7d", "60s"),
	MAPPING("flap", offsetof(struct vt_detect_settings, flap), flap_table),
	DURATION("no_traffic_after", offsetof(struct vt_detect_settings, no_traffic_after_ms), "1s", "7d", "5m"),
	DURATION("fire_after", offsetof(struct vt_detect_settings, fire_after_ms), "0s", "7d", "2m"),
	DURATION("clear_after", offsetof(struct vt_detect_settings, clear_after_ms), "0s", "7d", "15m"),
};
static const struct table detect_table = { "detect", detect_rows, LENGTH(detect_rows), NULL, NULL };

static const struct row alert_rows[] = {
	ENUM("type", offsetof(struct vt_alert_settings, type), alert_type_names, NULL, .required = true),
	SCALAR("url", parse_url, offsetof(struct vt_alert_settings, url),
	       .expected = "a URL that begins with http:// or https:// and holds no password", .hidden = true),
	ENUM("format", offsetof(struct vt_alert_settings, format), alert_format_names, "json"),
	SCALARS("command", struct vt_alert_settings, command, parse_text,
		"a list: a program's absolute path and its arguments"),
};
static const struct table alert_table = { "alerts", alert_rows, LENGTH(alert_rows), prepare_alert, check_alert };

static const struct row retention_rows[] = {
	DURATION("samples", offsetof(struct vt_retention_settings, samples_ms), "1h", "3660d", "7d"),
	DURATION("hourly", offsetof(struct vt_retention_settings, hourly_ms), "1h", "3660d", "400d"),
	DURATION("events", offsetof(struct vt_retention_settings, events_ms), "1h", "3660d", "400d"),
	DURATION("raw_evidence", offsetof(struct vt_retention_settings, raw_evidence_ms), "1h", "3660d", "30d"),
};
static const struct table retention_table = { "retention", retention_rows, LENGTH(retention_rows), NULL, NULL };

static const struct row tls_rows[] = {
	TEXT("certificate", offsetof(struct vt_tls_settings, certificate), "the path of a PEM certificate chain"),
	TEXT("key", offsetof(struct vt_tls_settings, key), "the path of its private key"),
};
static const struct table tls_table = { "web.tls", tls_rows, LENGTH(tls_rows), NULL, NULL };

static const struct row web_rows[] = {
	SCALAR("listen", parse_listen, offsetof(struct vt_web_settings, listen),
	       .expected = "ADDRESS:PORT such as 127.0.0.1:8080 or [::1]:8080, or the absolute path of a Unix socket",
	       .preset = "127.0.0.1:8080"),
	SCALAR("trust_loopback", parse_bool, offsetof(struct vt_web_settings, trust_loopback),
	       .expected = "true or false", .preset = "false"),
	MAPPING("tls", offsetof(struct vt_web_settings, tls), tls_table),
	TEXT("tokens_file", offsetof(struct vt_web_settings, tokens_file), "the path of a file of tokens"),
};
static const struct table web_table = { "web", web_rows, LENGTH(web_rows), NULL, check_web };

/* `defaults` stands before `devices`: rows are taken in this order, whatever that of the file. */
static const struct row settings_rows[] = {
	TEXT("database", offsetof(struct vt_settings, database), "the path of a file", .reader = VT_SETTINGS_ALL,
	     .preset = "/var/lib/vpntriage/vpntriage.db"),
	TEXT("control_socket", offsetof(struct vt_settings, control_socket), "the path of a Unix socket",
	     .reader = VT_SETTINGS_ALL, .preset = "/run/vpntriage/control.sock"),
	TEXT("known_hosts", offsetof(struct vt_settings, known_hosts), "the path of a file",
	     .reader = VT_SETTINGS_DAEMON, .preset = "/var/lib/vpntriage/known_hosts"),
	MAPPING("poll", offsetof(struct vt_settings, poll), poll_table, .reader = VT_SETTINGS_DAEMON),
	MAPPING("defaults", offsetof(struct vt_settings, defaults), defaults_table, .reader = VT_SETTINGS_DAEMON),
	MAPPINGS("devices", struct vt_settings, devices, device_table, .reader = VT_SETTINGS_DAEMON),
	MAPPING("detect", offsetof(struct vt_settings, detect), detect_table, .reader = VT_SETTINGS_DAEMON),
	MAPPINGS("alerts", struct vt_settings, alerts, alert_table, .reader = VT_SETTINGS_DAEMON),
	MAPPING("retention", offsetof(struct vt_settings, retention), retention_table, .reader = VT_SETTINGS_DAEMON),
	MAPPING("web", offsetof(struct vt_settings, web), web_table, .reader = VT_SETTINGS_WEB),
};
const struct table settings_table = { "", settings_rows, LENGTH(settings_rows), NULL, NULL };

const struct table *const settings_tables[] = {
	&settings_table, &poll_table, &defaults_table, &device_table,    &tunnel_table, &window_table,
	&detect_table,   &flap_table, &alert_table,    &retention_table, &web_table,    &tls_table,
};
const size_t settings_tables_len = LENGTH(settings_tables);

/* ---- the tables in words ---- */

static void describe_names(const char *const *names, char *text, size_t size)
{
	size_t len = 0;
	for (size_t i = 0; names[i] && len < size; i++)
		len += (size_t)snprintf(text + len, size - len, "%s%s",
					i == 0         ? ""
					: names[i + 1] ? ", "
						       : " or ",
					names[i]);
}

static void describe_keys(const struct table *table, const char *what, char *text, size_t size)
{
	size_t len = (size_t)snprintf(text, size, "%s of ", what);
	for (size_t i = 0; i < table->len && len < size; i++)
		len += (size_t)snprintf(text + len, size - len, "%s%s", i ? ", " : "", table->rows[i].key);
}

void row_describe(const struct row *row, char *text, size_t size)
{
	if (row->kind == ROW_MAPPING)
		describe_keys(row->table, "a mapping", text, size);
	else if (row->kind == ROW_MAPPINGS)
		describe_keys(row->table, "a list of mappings", text, size);
	else if (row->names)
		describe_names(row->names, text, size);
	else if (row->min)
		snprintf(text, size, "%s, from %s to %s", row->expected, row->min, row->max);
	else
		snprintf(text, size, "%s", row->expected);
}

bool vt_settings_schema(size_t n, struct vt_setting_doc *doc)
{
	for (size_t i = 0; i < settings_tables_len; n -= settings_tables[i++]->len)
		if (n < settings_tables[i]->len) {
			const struct row *row = &settings_tables[i]->rows[n];
			*doc = (struct vt_setting_doc){ .section = settings_tables[i]->name,
							.key = row->key,
							.preset = row->preset };
			row_describe(row, doc->expected, sizeof doc->expected);
			return true;
		}
	return false;
}

const char *vt_algorithms_name(enum vt_algorithms algorithms)
{
	return algorithms_names[algorithms];
}
