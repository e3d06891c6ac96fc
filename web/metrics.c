/* SPDX-License-Identifier: MIT
 * /metrics: the fleet in the text format of Prometheus.
 *
 * A family is a row of a table: name, type, help, and a function that reads its value off a device, a tunnel or a
 * selector. The rows of the database are read once, their labels written once; then each family walks over
 * them, because the samples of a family have to stand together. What is not known has no sample.
 *
 * Labels are the names of things (device, context, peer, local, remote) and nothing that varies: texts such as
 * versions are in `_info` families, states are sets of 0 and 1. What a device printed is made safe: quotes,
 * backslashes and line ends are escaped, bytes that are not UTF-8 replaced, long values cut.
 */
#include "config.h"

#include "web/api.h"
#include "web/metrics.h"
#include "web/routes.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>

#include "base/map.h"
#include "base/utf8.h"

enum { LABEL_MAX_BYTES = 200 };

void metrics_label_value(struct vt_buf *out, struct vt_str text)
{
	if (text.len > LABEL_MAX_BYTES) {
		size_t end = LABEL_MAX_BYTES;
		while (end > LABEL_MAX_BYTES - 4 && ((unsigned char)text.p[end] & 0xc0) == 0x80)
			end--;
		text = vt_str_first(text, end);
	}
	for (size_t i = 0, n; i < text.len; i += n) {
		char c = text.p[i];
		n = vt_utf8_sequence(text.p + i, text.len - i);
		if (n == 0) {
			n = 1;
			vt_buf_str(out, VT_STR("\xef\xbf\xbd"));
		} else if (c == '\n') {
			vt_buf_str(out, VT_STR("\\n"));
		} else {
			if (c == '"' || c == '\\')
				vt_buf_char(out, '\\');
			vt_buf_add(out, text.p + i, n);
		}
	}
}

void metrics_value(struct vt_buf *out, double value)
{
	if (value >= 0 && value < 9007199254740992.0 && value == floor(value))
		vt_buf_u64(out, (uint64_t)value);
	else
		vt_buf_printf(out, "%.17g", value);
}

/* ---- what is read off the database ---- */

struct labelled_device {
	const struct vt_device_row *row;
	struct vt_str labels; /* device="…",context="…" */
};

struct labelled_tunnel {
	struct vt_tunnel_row *row;
	struct vt_str labels; /* and peer="…" */
};

struct labelled_selector {
	const struct vt_selector_now *now;
	struct vt_str labels; /* and local="…",remote="…" */
};

struct scrape {
	struct exchange *x;
	struct vt_buf *out;
	struct vt_buf label; /* being written */
	struct labelled_device *devices;
	size_t devices_len, devices_cap;
	struct labelled_tunnel *tunnels;
	size_t tunnels_len, tunnels_cap;
	struct labelled_selector *selectors;
	size_t selectors_len, selectors_cap;
	struct vt_map tunnel_of_id;
	uint64_t findings[VT_FAULT + 1];
	int64_t heartbeat_at_ms;
	struct vt_str daemon_says; /* JSON */
};

static void label(struct scrape *scrape, const char *name, struct vt_str value)
{
	vt_buf_printf(&scrape->label, "%s%s=\"", scrape->label.len ? "," : "", name);
	metrics_label_value(&scrape->label, value);
	vt_buf_char(&scrape->label, '"');
}

static struct vt_str keep_labels(struct scrape *scrape)
{
	struct vt_str labels = vt_arena_str(scrape->x->arena, vt_buf_view(&scrape->label));
	vt_buf_clear(&scrape->label);
	return labels;
}

static enum vt_status read_devices(struct scrape *scrape, struct vt_error *error)
{
	struct vt_arena *arena = scrape->x->arena;
	struct vt_device_row *rows;
	size_t len;
	enum vt_status status = vt_store_devices(scrape->x->store, arena, &rows, &len, error);
	for (size_t i = 0; status == VT_OK && i < len; i++) {
		label(scrape, "device", rows[i].name);
		label(scrape, "context", rows[i].context);
		struct labelled_device *device = VT_PUSH(arena, scrape->devices, scrape->devices_len,
							 scrape->devices_cap);
		*device = (struct labelled_device){ &rows[i], keep_labels(scrape) };
	}
	return status;
}

enum { TUNNELS_A_READ = 1000 };

static enum vt_status read_tunnels(struct scrape *scrape, struct vt_error *error)
{
	struct vt_arena *arena = scrape->x->arena;
	struct vt_tunnel_query query = { .flapping = -1, .limit = TUNNELS_A_READ };
	bool more = true;
	while (more) {
		struct vt_tunnel_row *rows;
		size_t len;
		enum vt_status status = vt_store_tunnels(scrape->x->store, &query, arena, &rows, &len, &more, error);
		if (status != VT_OK)
			return status;
		for (size_t i = 0; i < len; i++) {
			label(scrape, "device", rows[i].device);
			label(scrape, "context", rows[i].context);
			label(scrape, "peer", rows[i].peer);
			struct labelled_tunnel *tunnel = VT_PUSH(arena, scrape->tunnels, scrape->tunnels_len,
								 scrape->tunnels_cap);
			*tunnel = (struct labelled_tunnel){ &rows[i], keep_labels(scrape) };
		}
		if (len == 0)
			break;
		query.after = rows[len - 1].id;
	}
	for (size_t i = 0; i < scrape->tunnels_len; i++)
		vt_map_put(&scrape->tunnel_of_id, scrape->tunnels[i].row->id, &scrape->tunnels[i]);
	return VT_OK;
}

static enum vt_status read_selectors(struct scrape *scrape, struct vt_error *error)
{
	struct vt_arena *arena = scrape->x->arena;
	for (size_t d = 0; d < scrape->devices_len; d++) {
		struct vt_selector_now *rows;
		size_t len;
		enum vt_status status = vt_store_unit_selectors(scrape->x->store, scrape->devices[d].row->id, arena,
								&rows, &len, error);
		if (status != VT_OK)
			return status;
		for (size_t i = 0; i < len; i++) {
			const struct labelled_tunnel *tunnel = vt_map_get(&scrape->tunnel_of_id, rows[i].row.tunnel_id);
			if (!tunnel)
				continue; /* it came or went between the two reads */
			vt_buf_str(&scrape->label, tunnel->labels);
			label(scrape, "local", rows[i].row.local);
			label(scrape, "remote", rows[i].row.remote);
			struct labelled_selector *selector = VT_PUSH(arena, scrape->selectors, scrape->selectors_len,
								     scrape->selectors_cap);
			*selector = (struct labelled_selector){ &rows[i], keep_labels(scrape) };
		}
	}
	return VT_OK;
}

static enum vt_status read_daemon(struct scrape *scrape, struct vt_error *error)
{
	enum vt_status status = vt_store_daemon(scrape->x->store, scrape->x->arena, &scrape->heartbeat_at_ms,
						&scrape->daemon_says, error);
	return status == VT_E_NOT_FOUND ? VT_OK : status;
}

/* ---- families ---- */

static void family(struct scrape *scrape, const char *name, const char *type, const char *help)
{
	vt_buf_printf(scrape->out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* `more` is one label on top, "" for none. A value that is not a number is not known. */
static void sample(struct scrape *scrape, const char *name, struct vt_str labels, const char *more, double value)
{
	if (isnan(value))
		return;
	vt_buf_str(scrape->out, vt_str_of(name));
	vt_buf_char(scrape->out, '{');
	vt_buf_str(scrape->out, labels);
	vt_buf_str(scrape->out, vt_str_of(more));
	vt_buf_str(scrape->out, VT_STR("} "));
	metrics_value(scrape->out, value);
	vt_buf_char(scrape->out, '\n');
}

static double number(uint64_t value)
{
	return value == VT_ABSENT ? NAN : (double)value;
}

static double seconds_of(int64_t at_ms)
{
	return at_ms ? (double)at_ms / 1000 : NAN;
}

typedef double device_value(const struct exchange *x, const struct vt_device_row *row);
typedef double tunnel_value(const struct vt_tunnel_row *row);
typedef double selector_value(const struct vt_selector_now *now);

#define OF_DEVICE(name, expression)                                                                                    \
	static double name(const struct exchange *x, const struct vt_device_row *row)                                  \
	{                                                                                                              \
		(void)x;                                                                                               \
		return expression;                                                                                     \
	}
#define OF_TUNNEL(name, expression)                                                                                    \
	static double name(const struct vt_tunnel_row *row)                                                            \
	{                                                                                                              \
		return expression;                                                                                     \
	}
#define OF_SELECTOR(name, expression)                                                                                  \
	static double name(const struct vt_selector_now *now)                                                          \
	{                                                                                                              \
		return expression;                                                                                     \
	}

static double recognised(const struct exchange *x, const struct vt_device_row *row)
{
	(void)x;
	bool known = row->lines && row->lines != VT_ABSENT && row->lines_skipped <= row->lines;
	return known ? 1 - (double)row->lines_skipped / (double)row->lines : NAN;
}

OF_DEVICE(device_up, row->state == VT_DEVICE_OK)
OF_DEVICE(device_last_poll, seconds_of(row->last_poll_at_ms))
OF_DEVICE(device_poll_age, row->last_poll_at_ms ? (double)(x->now_ms - row->last_poll_at_ms) / 1000 : NAN)
OF_DEVICE(device_boot, seconds_of(row->booted_at_ms))
OF_DEVICE(device_skew, row->clock_skew_ms == INT64_MIN ? NAN : (double)row->clock_skew_ms / 1000)
OF_DEVICE(device_cpu, number(row->cpu_percent) / 100)
OF_DEVICE(device_polls, number(row->polls))
OF_DEVICE(device_failures, number(row->failures))
OF_DEVICE(device_commands, number(row->commands))
OF_DEVICE(device_bytes, number(row->bytes))
OF_DEVICE(device_cli, number(row->cli_ms) / 1000)
OF_TUNNEL(tunnel_status_change, seconds_of(row->status_since_ms))
OF_TUNNEL(tunnel_flapping, row->flapping)
OF_TUNNEL(tunnel_session_start, seconds_of(row->established_at_ms))
OF_TUNNEL(tunnel_restarts, number(row->restarts))
OF_TUNNEL(tunnel_selectors_up, number(row->selectors))
OF_TUNNEL(tunnel_last_heard, seconds_of(row->last_seen_ms))
OF_SELECTOR(selector_encaps, number(now->live.counters.encaps_pkts))
OF_SELECTOR(selector_decaps, number(now->live.counters.decaps_pkts))
OF_SELECTOR(selector_tx, number(now->live.counters.tx_bytes))
OF_SELECTOR(selector_rx, number(now->live.counters.rx_bytes))
OF_SELECTOR(selector_send_errors, number(now->live.counters.send_errors))
OF_SELECTOR(selector_recv_errors, number(now->live.counters.recv_errors))
OF_SELECTOR(selector_rekeys, number(now->row.rekeys))

/* clang-format off */
static const struct { const char *name, *type, *help; device_value *value; } device_families[] = {
	{ "vpntriage_device_up", "gauge", "1 when the last poll of the device succeeded.", device_up },
	{ "vpntriage_device_last_poll_timestamp_seconds", "gauge", "Start of the last poll that succeeded.", device_last_poll },
	{ "vpntriage_device_poll_age_seconds", "gauge", "Time since the last poll that succeeded.", device_poll_age },
	{ "vpntriage_device_boot_timestamp_seconds", "gauge", "When the device booted.", device_boot },
	{ "vpntriage_device_clock_skew_seconds", "gauge", "The device's clock minus the collector's.", device_skew },
	{ "vpntriage_device_cpu_ratio", "gauge", "Five-minute CPU use the device reports.", device_cpu },
	{ "vpntriage_device_recognised_ratio", "gauge", "Share of the lines of the last poll that were understood.", recognised },
	{ "vpntriage_device_polls_total", "counter", "Polls begun.", device_polls },
	{ "vpntriage_device_poll_failures_total", "counter", "Polls that failed.", device_failures },
	{ "vpntriage_device_commands_total", "counter", "Commands sent to the device.", device_commands },
	{ "vpntriage_device_received_bytes_total", "counter", "Bytes the device sent in answer.", device_bytes },
	{ "vpntriage_device_cli_seconds_total", "counter", "Time the device spent answering commands.", device_cli },
};

static const struct { const char *name, *type, *help; tunnel_value *value; } tunnel_families[] = {
	{ "vpntriage_tunnel_status_change_timestamp_seconds", "gauge", "Since when the tunnel has its status.", tunnel_status_change },
	{ "vpntriage_tunnel_flapping", "gauge", "1 while the tunnel restarts again and again.", tunnel_flapping },
	{ "vpntriage_tunnel_session_start_timestamp_seconds", "gauge", "Start of the tunnel's session; absent without one.", tunnel_session_start },
	{ "vpntriage_tunnel_restarts_total", "counter", "Sessions that replaced one that was known.", tunnel_restarts },
	{ "vpntriage_tunnel_selectors_up", "gauge", "Selectors that have an SA.", tunnel_selectors_up },
	{ "vpntriage_tunnel_last_heard_timestamp_seconds", "gauge", "When the device last told about the tunnel.", tunnel_last_heard },
};

static const struct { const char *name, *type, *help; selector_value *value; } selector_families[] = {
	{ "vpntriage_selector_encaps_packets_total", "counter", "Packets encapsulated, as the device counts them.", selector_encaps },
	{ "vpntriage_selector_decaps_packets_total", "counter", "Packets decapsulated, as the device counts them.", selector_decaps },
	{ "vpntriage_selector_transmit_bytes_total", "counter", "Bytes sent, from vpn-sessiondb.", selector_tx },
	{ "vpntriage_selector_receive_bytes_total", "counter", "Bytes received, from vpn-sessiondb.", selector_rx },
	{ "vpntriage_selector_send_errors_total", "counter", "Packets that could not be sent.", selector_send_errors },
	{ "vpntriage_selector_receive_errors_total", "counter", "Packets received and refused.", selector_recv_errors },
	{ "vpntriage_selector_rekeys_total", "counter", "New SPIs inside a session.", selector_rekeys },
};
/* clang-format on */

#define LEN(array) (sizeof(array) / sizeof *(array))

static void write_devices(struct scrape *scrape)
{
	for (size_t f = 0; f < LEN(device_families); f++) {
		family(scrape, device_families[f].name, device_families[f].type, device_families[f].help);
		for (size_t i = 0; i < scrape->devices_len; i++)
			sample(scrape, device_families[f].name, scrape->devices[i].labels, "",
			       device_families[f].value(scrape->x, scrape->devices[i].row));
	}
	family(scrape, "vpntriage_device_state", "gauge", "1 for the state the device is in, 0 for the others.");
	for (size_t i = 0; i < scrape->devices_len; i++)
		for (unsigned s = 0; s < VT_DEVICE_STATES; s++) {
			char state[64];
			snprintf(state, sizeof state, ",state=\"%s\"", vt_device_state_name((enum vt_device_state)s));
			sample(scrape, "vpntriage_device_state", scrape->devices[i].labels, state,
			       scrape->devices[i].row->state == (enum vt_device_state)s);
		}
	family(scrape, "vpntriage_device_info", "gauge", "What the device says it is; always 1.");
	for (size_t i = 0; i < scrape->devices_len; i++) {
		const struct vt_device_row *row = scrape->devices[i].row;
		vt_buf_str(&scrape->label, scrape->devices[i].labels);
		label(scrape, "address", row->address);
		label(scrape, "version", row->version);
		label(scrape, "hardware", row->hardware);
		label(scrape, "failover_role", row->failover_role);
		sample(scrape, "vpntriage_device_info", keep_labels(scrape), "", 1);
	}
}

static void write_tunnels(struct scrape *scrape)
{
	family(scrape, "vpntriage_tunnel_status", "gauge", "1 for the status the tunnel has, 0 for the others.");
	for (size_t i = 0; i < scrape->tunnels_len; i++)
		for (unsigned s = 0; s < VT_TUNNEL_STATUSES; s++) {
			char status[64];
			snprintf(status, sizeof status, ",status=\"%s\"",
				 vt_tunnel_status_name((enum vt_tunnel_status)s));
			sample(scrape, "vpntriage_tunnel_status", scrape->tunnels[i].labels, status,
			       scrape->tunnels[i].row->status == (enum vt_tunnel_status)s);
		}
	for (size_t f = 0; f < LEN(tunnel_families); f++) {
		family(scrape, tunnel_families[f].name, tunnel_families[f].type, tunnel_families[f].help);
		for (size_t i = 0; i < scrape->tunnels_len; i++)
			sample(scrape, tunnel_families[f].name, scrape->tunnels[i].labels, "",
			       tunnel_families[f].value(scrape->tunnels[i].row));
	}
	family(scrape, "vpntriage_tunnel_info", "gauge", "Names of the tunnel; always 1.");
	for (size_t i = 0; i < scrape->tunnels_len; i++) {
		const struct vt_tunnel_row *row = scrape->tunnels[i].row;
		char id[17], version[2] = { 0 };
		snprintf(id, sizeof id, "%016" PRIx64, row->id);
		if (row->ike_version == 1 || row->ike_version == 2)
			version[0] = (char)('0' + row->ike_version);
		vt_buf_str(&scrape->label, scrape->tunnels[i].labels);
		label(scrape, "id", vt_str_of(id));
		label(scrape, "name", row->name);
		label(scrape, "owner", row->owner);
		label(scrape, "ike_version", vt_str_of(version));
		sample(scrape, "vpntriage_tunnel_info", keep_labels(scrape), "", 1);
	}
}

static void write_selectors(struct scrape *scrape)
{
	for (size_t f = 0; f < LEN(selector_families); f++) {
		family(scrape, selector_families[f].name, selector_families[f].type, selector_families[f].help);
		for (size_t i = 0; i < scrape->selectors_len; i++)
			sample(scrape, selector_families[f].name, scrape->selectors[i].labels, "",
			       selector_families[f].value(scrape->selectors[i].now));
	}
}

static void write_findings(struct scrape *scrape)
{
	family(scrape, "vpntriage_findings", "gauge", "What the configurations show by themselves, by severity.");
	for (enum vt_severity severity = VT_ADVICE; severity <= VT_FAULT; severity++) {
		label(scrape, "severity", vt_str_of(vt_severity_name(severity)));
		sample(scrape, "vpntriage_findings", keep_labels(scrape), "", (double)scrape->findings[severity]);
	}
}

static void plain(struct scrape *scrape, const char *name, const char *type, const char *help, double value)
{
	family(scrape, name, type, help);
	if (isnan(value))
		return;
	vt_buf_printf(scrape->out, "%s ", name);
	metrics_value(scrape->out, value);
	vt_buf_char(scrape->out, '\n');
}

/* clang-format off */
static const struct { const char *part, *key, *name, *type, *help; double divisor; } daemon_families[] = {
	{ "fleet", "polls", "vpntriage_daemon_polls_total", "counter", "Polls begun since the daemon started.", 1 },
	{ "fleet", "failures", "vpntriage_daemon_poll_failures_total", "counter", "Polls that failed since the daemon started.", 1 },
	{ "fleet", "late_p99_ms", "vpntriage_daemon_poll_lateness_seconds", "gauge", "How late polls begin, 99th percentile.", 1000 },
	{ "cost", "logins", "vpntriage_daemon_logins_total", "counter", "Logins to devices since the daemon started.", 1 },
	{ "writer", "queue", "vpntriage_daemon_writer_queue_commits", "gauge", "Polls that wait to be written.", 1 },
	{ "writer", "commits", "vpntriage_daemon_commits_total", "counter", "Polls written since the daemon started.", 1 },
	{ "writer", "lost", "vpntriage_daemon_lost_commits_total", "counter", "Polls that could not be written.", 1 },
	{ "process", "cpu_s", "vpntriage_daemon_cpu_seconds_total", "counter", "CPU time the daemon used.", 1 },
	{ "process", "rss_bytes", "vpntriage_daemon_resident_memory_bytes", "gauge", "Resident memory of the daemon.", 1 },
	{ "process", "loop_lag_ms", "vpntriage_daemon_loop_lag_seconds", "gauge", "Longest step of the daemon's event loop.", 1000 },
};
/* clang-format on */

/* What the daemon says of itself; what it does not say has no family. */
static void write_daemon(struct scrape *scrape)
{
	json_t *says = json_loadb(scrape->daemon_says.p ? scrape->daemon_says.p : "", scrape->daemon_says.len, 0, NULL);
	for (size_t f = 0; f < LEN(daemon_families); f++) {
		const json_t *value = json_object_get(json_object_get(says, daemon_families[f].part),
						      daemon_families[f].key);
		if (json_is_number(value))
			plain(scrape, daemon_families[f].name, daemon_families[f].type, daemon_families[f].help,
			      json_number_value(value) / daemon_families[f].divisor);
	}
	json_decref(says);
}

/* About this program and the daemon: there even when the database is not. */
static void write_programs(struct scrape *scrape, bool readable)
{
	struct exchange *x = scrape->x;
	family(scrape, "vpntriage_build_info", "gauge", "Version of vpntriage-web; always 1.");
	sample(scrape, "vpntriage_build_info", VT_STR("version=\"" PACKAGE_VERSION "\""), "", 1);
	plain(scrape, "vpntriage_web_start_timestamp_seconds", "gauge", "When vpntriage-web started.",
	      seconds_of(x->site->started_at_ms));
	family(scrape, "vpntriage_web_replies_total", "counter", "Replies sent, by the class of their status.");
	for (unsigned class = 2; class < LEN(x->site->replies); class ++) {
		char code[16];
		int len = snprintf(code, sizeof code, "code=\"%uxx\"", class);
		sample(scrape, "vpntriage_web_replies_total", (struct vt_str){ code, (size_t)len }, "",
		       (double)x->site->replies[class]);
	}
	plain(scrape, "vpntriage_database_up", "gauge", "1 when the database can be read.", readable);
	bool alive = scrape->heartbeat_at_ms && x->now_ms - scrape->heartbeat_at_ms <= DAEMON_SILENT_AFTER_MS;
	plain(scrape, "vpntriage_daemon_up", "gauge", "1 while vpntriaged's heartbeat is fresh.", alive);
	plain(scrape, "vpntriage_daemon_heartbeat_timestamp_seconds", "gauge",
	      "When vpntriaged last wrote that it lives.", seconds_of(scrape->heartbeat_at_ms));
	write_daemon(scrape);
}

static enum vt_status read_all(struct scrape *scrape, struct vt_error *error)
{
	enum vt_status status = read_devices(scrape, error);
	if (status == VT_OK)
		status = read_tunnels(scrape, error);
	if (status == VT_OK)
		status = read_selectors(scrape, error);
	if (status == VT_OK)
		status = vt_store_finding_counts(scrape->x->store, scrape->findings, error);
	if (status == VT_OK)
		status = read_daemon(scrape, error);
	return status;
}

void metrics(struct exchange *x)
{
	struct scrape scrape = { .x = x, .out = x->reply.body };
	bool readable = false;
	if (x->store) {
		x->store_status = read_all(&scrape, &x->store_error);
		readable = x->store_status == VT_OK;
	}
	write_programs(&scrape, readable);
	/* Half of the tunnels would look like the others had gone. */
	if (readable) {
		write_devices(&scrape);
		write_tunnels(&scrape);
		write_selectors(&scrape);
		write_findings(&scrape);
	}
	vt_map_clear(&scrape.tunnel_of_id);
	vt_buf_free(&scrape.label);
}
