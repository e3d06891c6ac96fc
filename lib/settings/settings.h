/* SPDX-License-Identifier: MIT
 * vpntriage.yaml as typed values.
 *
 * The text comes in (the programs read the file, common/read_file.h), settings go out, or a sentence for each
 * mistake: file, line, key, what was found and what was expected. Nothing is half accepted: a file with one
 * mistake yields no settings, so that a reload can keep the old ones in force.
 *
 * No secret is ever in here, only the name of where it lies. Every string is terminated as well and lives in
 * the arena the settings were read into; one that was not given and has no default is absent (p == NULL).
 * Durations are milliseconds. The keys, their ranges, defaults and meanings: vpntriage.yaml(5), and the table
 * it is tested against, vt_settings_schema().
 */
#ifndef VT_SETTINGS_SETTINGS_H
#define VT_SETTINGS_SETTINGS_H

#include "base/addr.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/status.h"

/* Where a password lies. The name is a path, a variable or a systemd credential; what is in it is read by the daemon.
 */
enum vt_secret_kind { VT_SECRET_NONE, VT_SECRET_FILE, VT_SECRET_ENV, VT_SECRET_CREDENTIAL };

struct vt_secret_source {
	enum vt_secret_kind kind;
	struct vt_str name;
};

enum vt_host_keys {
	VT_HOST_KEYS_STRICT,     /* an unknown key is refused */
	VT_HOST_KEYS_ACCEPT_NEW, /* an unknown key is remembered at first use; a changed one is refused */
};

/* How old the SSH algorithms are that a device may be offered. */
enum vt_algorithms { VT_ALGORITHMS_MODERN, VT_ALGORITHMS_LEGACY, VT_ALGORITHMS_ANCIENT };

/* How one logs in to a device: `defaults`, overridden key by key for each device. */
struct vt_login_settings {
	uint64_t port;
	struct vt_str username;
	struct vt_secret_source password;
	struct vt_secret_source enable_password; /* kind NONE: no enable password is known */
	struct vt_str identity_file;             /* public key login, tried before the password */
	enum vt_host_keys host_keys;
	enum vt_algorithms algorithms;
};

struct vt_maintenance_window {
	int64_t from_at_ms, to_at_ms;
};

enum vt_expect {
	VT_EXPECT_NOTHING, /* a tunnel at rest is healthy */
	VT_EXPECT_UP,
};

/* What is known of a tunnel that its device cannot tell. */
struct vt_tunnel_settings {
	struct vt_addr peer;
	struct vt_str name, owner;
	struct vt_str context; /* absent: any context of the device */
	enum vt_expect expect;
	struct vt_maintenance_window *maintenance;
	size_t maintenance_len;
	unsigned line;
};

struct vt_device_settings {
	struct vt_str name;       /* unique */
	struct vt_str *addresses; /* one, or the two of a failover pair; address literals or host names */
	size_t addresses_len;
	struct vt_login_settings login; /* the defaults are already in it */
	struct vt_str *contexts;        /* none: single mode, or every context the device lists */
	size_t contexts_len;
	struct vt_tunnel_settings *tunnels;
	size_t tunnels_len;
	unsigned line;
};

struct vt_poll_settings {
	int64_t sa_ms, sessions_ms, facts_ms;
};

struct vt_flap_settings {
	uint64_t penalty, suppress, reuse;
	int64_t half_life_ms;
};

struct vt_detect_settings {
	int64_t stuck_after_ms, no_traffic_after_ms, fire_after_ms, clear_after_ms;
	struct vt_flap_settings flap;
};

enum vt_alert_type { VT_ALERT_WEBHOOK, VT_ALERT_EXEC };
enum vt_alert_format { VT_ALERT_FORMAT_JSON, VT_ALERT_FORMAT_ALERTMANAGER_API, VT_ALERT_FORMAT_ALERTMANAGER_WEBHOOK };

struct vt_alert_settings {
	enum vt_alert_type type;
	enum vt_alert_format format;
	struct vt_str url;      /* webhook */
	struct vt_str *command; /* exec: the program's path and its arguments, no shell between */
	size_t command_len;
	unsigned line;
};

struct vt_retention_settings {
	int64_t samples_ms, hourly_ms, events_ms, raw_evidence_ms;
};

/* "127.0.0.1:8080", "[::1]:8080", "localhost:8080", or an absolute path: a Unix socket. */
struct vt_listen {
	struct vt_str host;
	uint64_t port; /* 0: any free one */
	struct vt_str path;
	bool loopback; /* only this machine can reach it */
};

struct vt_tls_settings {
	struct vt_str certificate, key;
};

struct vt_web_settings {
	struct vt_listen listen;
	bool trust_loopback;
	struct vt_tls_settings tls; /* both absent: plain HTTP */
	struct vt_str tokens_file;
};

struct vt_settings {
	struct vt_str database, control_socket;
	/* VT_SETTINGS_DAEMON */
	struct vt_str known_hosts;
	struct vt_poll_settings poll;
	struct vt_login_settings defaults;
	struct vt_device_settings *devices; /* in the order of the file */
	size_t devices_len;
	struct vt_detect_settings detect;
	struct vt_alert_settings *alerts;
	size_t alerts_len;
	struct vt_retention_settings retention;
	/* VT_SETTINGS_WEB */
	struct vt_web_settings web;
};

/* Whose sections are read. What belongs to the other program alone is neither checked nor filled in (it keeps its
 * defaults), but a key that belongs to nobody is a mistake for both. */
enum vt_settings_reader { VT_SETTINGS_DAEMON = 1, VT_SETTINGS_WEB = 2, VT_SETTINGS_ALL = 3 };

/* No file of settings is larger than this; a longer text is refused. */
#define VT_SETTINGS_MAX_BYTES (16u << 20)

/* Reads `text`. `file` is the name used in sentences. VT_E_CONFIG for a mistake: `error` then holds the first
 * sentence and its place, and `mistakes` (may be NULL) every one of them, a line each. Settings live in `arena`. */
enum vt_status vt_settings_read(struct vt_str text, const char *file, enum vt_settings_reader reader,
				struct vt_arena *arena, struct vt_buf *mistakes, struct vt_settings **settings,
				struct vt_error *error);

/* One key as a person may write it: what a man page has to say about it. */
struct vt_setting_doc {
	const char *section; /* "" for the top level, "poll", "devices", "devices.tunnels" */
	const char *key;
	const char *preset; /* the default as it would be written; NULL when there is none */
	char expected[400]; /* "a duration such as 60s, 5m, 2h or 7d, from 100ms to 1d" */
};

/* The keys one after another: the n-th, or false behind the last. `section`, `key` and `preset` are static. */
bool vt_settings_schema(size_t n, struct vt_setting_doc *doc);

const char *vt_algorithms_name(enum vt_algorithms algorithms);

#endif
