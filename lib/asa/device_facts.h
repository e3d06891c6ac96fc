/* SPDX-License-Identifier: MIT
 * The small commands about the device itself: show version, failover, clock, mode, context, cpu usage.
 * One parser file each (version.c, failover.c …); the facts stand together because a snapshot holds them together.
 */
#ifndef VT_ASA_DEVICE_FACTS_H
#define VT_ASA_DEVICE_FACTS_H

#include "asa/ipsec_sa.h"

struct vt_license {
	struct vt_str name, value, note; /* "Other VPN Peers", "250", "perpetual" */
};

struct vt_version {
	struct vt_str software;       /* "9.16(3)19" */
	struct vt_str device_manager;
	struct vt_str image;
	struct vt_str hostname;
	uint64_t uptime_s, cluster_uptime_s; /* "failover cluster up" */
	struct vt_str hardware, cpu, serial;
	uint64_t ram_mb;
	struct vt_license *licenses;
	size_t licenses_len;
	int8_t modified;              /* 1 modified since restart, 0 "has not been modified", -1 not printed */
	struct vt_str modified_by, modified_at; /* at: text as printed, the device's own zone */
};

struct vt_failover_interface {
	struct vt_str name, addr, status, monitored;
};

struct vt_failover_host {
	struct vt_str unit;  /* "Primary", "Secondary" */
	struct vt_str state; /* "Active", "Standby Ready", "Failed" … */
	uint64_t active_s;
	struct vt_failover_interface *interfaces;
	size_t interfaces_len;
};

struct vt_failover_object { /* a row of the stateful table */
	struct vt_str name;
	uint64_t xmit, xerr, rcv, rerr;
};

struct vt_failover {
	int8_t on;            /* 1 on, 0 off */
	struct vt_str unit;   /* "Primary" */
	struct vt_str last_failover_at; /* text as printed */
	struct vt_failover_host this_host, other_host;
	struct vt_failover_object *objects;
	size_t objects_len;
};

struct vt_clock {
	struct vt_str text;   /* as printed */
	struct vt_str zone;   /* the token; never interpreted */
	/* The wall clock as if it were UTC: only differences over time and plausibility can be told from it. */
	int64_t local_ms;
	struct vt_str source; /* "NTP", "hardware calendar" … (`show clock detail`) */
};

struct vt_mode {
	bool multiple;
};

struct vt_context {
	struct vt_str name, class_name, interfaces, mode, url;
	bool admin; /* printed with '*' */
};

struct vt_contexts {
	struct vt_context *contexts;
	size_t contexts_len;
	uint64_t total;
};

struct vt_cpu_usage {
	uint64_t percent_5s, percent_1m, percent_5m;
};

enum vt_status vt_version_parse(struct vt_str, struct vt_arena *, struct vt_version *, struct vt_parse_report *);
enum vt_status vt_failover_parse(struct vt_str, struct vt_arena *, struct vt_failover *, struct vt_parse_report *);
enum vt_status vt_clock_parse(struct vt_str, struct vt_arena *, struct vt_clock *, struct vt_parse_report *);
enum vt_status vt_mode_parse(struct vt_str, struct vt_arena *, struct vt_mode *, struct vt_parse_report *);
enum vt_status vt_context_parse(struct vt_str, struct vt_arena *, struct vt_contexts *, struct vt_parse_report *);
enum vt_status vt_cpu_usage_parse(struct vt_str, struct vt_arena *, struct vt_cpu_usage *, struct vt_parse_report *);

#endif
