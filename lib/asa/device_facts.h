/* SPDX-License-Identifier: MIT
 * The small commands about the device itself: show version, failover, clock, mode, context, cpu usage.
 * One parser file each (version.c, failover.c …); the facts stand together because a snapshot holds them together.
 *
 * As everywhere: numbers the device did not print are VT_ABSENT, texts it did not print have p == NULL, lists it
 * did not print are empty.
 */
#ifndef VT_ASA_DEVICE_FACTS_H
#define VT_ASA_DEVICE_FACTS_H

#include "asa/ipsec_sa.h"
#include "base/shape.h"

/* ---- show version ---- */

struct vt_license {
	struct vt_str name, value, note; /* "Other VPN Peers", "250", "perpetual" */
};

struct vt_hardware_interface { /* " 0: Ext: Management0/0       : address is 02ac.8ef2.59aa, irq 0" */
	uint64_t index;
	struct vt_str placement; /* "Ext", "Int" */
	struct vt_str name, mac;
	uint64_t irq;
};

struct vt_disk {
	struct vt_str slot, type, size; /* "Slot 1", "ATA Compact Flash", "8192MB" */
};

struct vt_named_value {
	struct vt_str name, value;
};

struct vt_version {
	struct vt_str software; /* "9.16(3)19" */
	bool in_context;        /* the software line ends in "<context>" or "<system>" */
	struct vt_str device_manager;
	struct vt_str operating_system; /* "2.4(1.227)" of "Firepower Extensible" or "SSP Operating System Version" */
	struct vt_str compiled_at, compiled_by;
	struct vt_str image, boot_config;
	struct vt_str hostname;
	uint64_t uptime_s, cluster_uptime_s; /* "failover cluster up"; a year counts 365 days */
	struct vt_str uptime;                /* as printed */
	struct vt_str hardware, cpu, model_id, serial;
	uint64_t ram_mb;
	struct vt_disk *disks;
	size_t disks_len;
	struct vt_hardware_interface *interfaces;
	size_t interfaces_len;
	struct vt_license *licenses, *cluster_licenses, *timebased_licenses;
	size_t licenses_len, cluster_licenses_len, timebased_licenses_len;
	/* Everything else of the shape "name: value" ("License mode", "Boot microcode", "Image type"). Activation
	 * keys are not among it. */
	struct vt_named_value *other;
	size_t other_len;
	struct vt_str_list notes; /* sentences: "This platform has a Base license." */
	int8_t modified;          /* 1 modified since restart, 0 "has not been modified", -1 not printed */
	struct vt_str modified_by, modified_at; /* at: text as printed, the device's own zone */
};

/* ---- show failover ---- */

struct vt_failover_interface {
	struct vt_str context; /* active/active: whose interface it is */
	struct vt_str name, addr, addr6;
	struct vt_str status;    /* "Normal", "No Link", "Unknown" … */
	struct vt_str monitored; /* "Monitored", "Waiting", "Not-Monitored"; absent on old releases */
};

struct vt_failover_slot {
	uint64_t slot;
	struct vt_str model, revision, status; /* status "Up Sys"; "empty" without the others */
};

struct vt_failover_module { /* "IPS, 7.3(5)E4, Up, (Monitored)" */
	struct vt_str name, version, status, monitored;
};

struct vt_failover_group {
	uint64_t group;
	struct vt_str state;
	uint64_t active_s;
};

struct vt_failover_host {
	struct vt_str unit;  /* "Primary", "Secondary"; absent inside a context */
	struct vt_str state; /* "Active", "Standby Ready", "Failed" …; absent in active/active: see the groups */
	uint64_t active_s;
	struct vt_failover_group *groups;
	size_t groups_len;
	struct vt_failover_interface *interfaces;
	size_t interfaces_len;
	struct vt_failover_slot *slots;
	size_t slots_len;
	struct vt_failover_module *modules;
	size_t modules_len;
};

struct vt_failover_object { /* a row of the stateful table */
	struct vt_str name;
	uint64_t xmit, xerr, rcv, rerr;
};

struct vt_failover_queue { /* "Recv Q", "Xmit Q" */
	struct vt_str name;
	uint64_t cur, max, total;
};

struct vt_failover_link {
	struct vt_str name, interface, status;          /* "folink", "GigabitEthernet0/2", "up" */
	struct vt_str system_addr, my_addr, other_addr; /* `show failover interface` only */
};

struct vt_failover_group_switch { /* "Group 1 last failover at: …" */
	uint64_t group;
	struct vt_str at;
};

struct vt_failover {
	int8_t on;          /* 1 on, 0 off, -1 not printed (filtered, `show failover interface`) */
	struct vt_str unit; /* "Primary" */
	struct vt_failover_link lan_link, state_link;
	struct vt_str reconnect_timeout;
	uint64_t unit_poll_ms, unit_hold_ms, interface_poll_ms, interface_hold_ms;
	struct vt_str interface_policy; /* "1", "50%" */
	uint64_t monitored_interfaces, monitored_interfaces_max;
	struct vt_str mac_move_interval; /* "not set" */
	bool replicates_http;
	struct vt_str software, mate_software, serial, mate_serial;
	struct vt_str last_failover_at; /* text as printed */
	struct vt_failover_group_switch *group_switches;
	size_t group_switches_len;
	struct vt_failover_host this_host, other_host;
	struct vt_failover_object *objects;
	size_t objects_len;
	struct vt_failover_queue *queues;
	size_t queues_len;
	struct vt_failover_link *links; /* `show failover interface` */
	size_t links_len;
};

/* ---- show clock, mode, context, cpu usage ---- */

struct vt_clock {
	struct vt_str text; /* as printed */
	struct vt_str zone; /* the token; never interpreted */
	/* The wall clock as if it were UTC: only differences over time and plausibility can be told from it. */
	int64_t local_ms;
	bool not_authoritative; /* printed with '*' */
	struct vt_str source;   /* "NTP", "hardware calendar" … (`show clock detail`) */
};

struct vt_mode {
	bool multiple;
};

struct vt_context {
	struct vt_str name, class_name, mode, url;
	struct vt_str_list interfaces;
	bool interfaces_cut; /* the device ended the list with "..." */
	bool admin;          /* printed with '*' */
};

struct vt_contexts {
	struct vt_context *contexts;
	size_t contexts_len;
	uint64_t total;
};

struct vt_cpu_usage {
	uint64_t percent_5s, percent_1m, percent_5m;
};

/* All of them answer VT_OK also when lines were skipped or the listing was cut (see the report), and
 * VT_E_NOT_THIS_COMMAND when the text holds nothing of the command. */
enum vt_status vt_version_parse(struct vt_str, struct vt_arena *, struct vt_version *, struct vt_parse_report *);
enum vt_status vt_failover_parse(struct vt_str, struct vt_arena *, struct vt_failover *, struct vt_parse_report *);
enum vt_status vt_clock_parse(struct vt_str, struct vt_arena *, struct vt_clock *, struct vt_parse_report *);
enum vt_status vt_mode_parse(struct vt_str, struct vt_arena *, struct vt_mode *, struct vt_parse_report *);
enum vt_status vt_context_parse(struct vt_str, struct vt_arena *, struct vt_contexts *, struct vt_parse_report *);
enum vt_status vt_cpu_usage_parse(struct vt_str, struct vt_arena *, struct vt_cpu_usage *, struct vt_parse_report *);

extern const struct vt_shape vt_version_shape, vt_failover_shape, vt_clock_shape, vt_mode_shape, vt_context_shape,
	vt_cpu_usage_shape;

/* "3 days 22 hours", "2 mins 28 secs", "1 year 97 days" in seconds; VT_ABSENT when it is nothing of the kind. */
uint64_t vt_uptime_s(struct vt_str text);
/* "14:35:24.486 UTC Wed Jun 9 2021", "12:52:34 UTC Apr 26 2017", "Aug 15 2019 13:44:38": a wall clock as if it were
 * UTC, in milliseconds. `zone` (may be NULL) is the token between time and date, absent when there is none. */
bool vt_device_time_parse(struct vt_str text, struct vt_str *zone, int64_t *local_ms);

#endif
