/* SPDX-License-Identifier: MIT
 * Faults: a name is a key of an end's configuration with a value, or a condition of the path, or something that happens
 * to a device.
 */
#include "world_parts.h"

#include <stdio.h>
#include <string.h>

/* The names of faults, and what each is made of. */
static const struct fault_name {
	const char *word;
	enum fault_kind kind;
	unsigned kinds;
	const char *key, *value;
} fault_names[] = {
	{ "udp500", FAULT_BLOCK, 1u << PATH_UDP500, NULL, NULL },
	{ "udp4500", FAULT_BLOCK, 1u << PATH_UDP4500, NULL, NULL },
	{ "esp", FAULT_BLOCK, 1u << PATH_ESP, NULL, NULL },
	{ "path", FAULT_BLOCK, 7, NULL, NULL },
	{ "loss", FAULT_LOSS, 0, NULL, NULL },
	{ "set", FAULT_SET, 0, NULL, NULL },
	{ "psk", FAULT_SET, 0, "psk", "a-different-key" },
	{ "policy", FAULT_SET, 0, "group", "24" },
	{ "no-tunnel-group", FAULT_SET, 0, "tunnel_group", "false" },
	{ "not-enabled", FAULT_SET, 0, "ike_enabled", "false" },
	{ "no-route", FAULT_SET, 0, "route_to_peer", "false" },
	{ "transform", FAULT_SET, 0, "esp_encryption", "3des" },
	{ "proxy", FAULT_SET, 0, "proxy", "10.255.255.0/24" },
	{ "pfs", FAULT_SET, 0, "pfs", "19" },
	{ "nat-exempt", FAULT_SET, 0, "nat_exempt", "false" },
	{ "inside-route", FAULT_SET, 0, "inside_route", "false" },
	{ "inside-acl", FAULT_SET, 0, "inside_acl", "INSIDE-IN" },
	{ "vpn-filter", FAULT_SET, 0, "vpn_filter", "VPN-FILTER" },
	{ "no-acl", FAULT_SET, 0, "match_address", "false" },
	{ "down", FAULT_DOWN, 0, NULL, NULL },
	{ "reboot", FAULT_REBOOT, 0, NULL, NULL },
	{ "failover", FAULT_FAILOVER, 0, NULL, NULL },
	{ "clear", FAULT_CLEAR, 0, NULL, NULL },
};

/* Where a fault strikes: the tunnel, gateway or device that the words name. */
static bool find_target(struct world *w, const struct fault_words *words, struct fault *f, char *why, size_t room)
{
	if (words->tunnel && !(f->link = world_link(w, words->tunnel))) {
		snprintf(why, room, "there is no tunnel \"%s\"", words->tunnel);
		return false;
	}
	if (words->device) {
		f->gw = world_gateway(w, words->device);
		f->device = world_device(w, words->device);
		if (!f->gw && !f->device) {
			snprintf(why, room, "there is no device or peer \"%s\"", words->device);
			return false;
		}
	}
	bool on_link = f->kind == FAULT_BLOCK || f->kind == FAULT_LOSS || f->kind == FAULT_SET ||
		       f->kind == FAULT_CLEAR;
	bool on_device = f->kind == FAULT_REBOOT || f->kind == FAULT_FAILOVER;
	if ((on_link && !f->link) || (on_device && !f->device) || (f->kind == FAULT_DOWN && !f->gw)) {
		snprintf(why, room, "the fault \"%s\" needs a %s", words->fault, on_link ? "tunnel" : "device");
		return false;
	}
	if (f->kind == FAULT_FAILOVER && !f->device->pair) {
		snprintf(why, room, "device \"%s\" has no failover partner", words->device);
		return false;
	}
	return true;
}

/* Which end, which direction, how much. */
static bool find_extent(const struct fault_words *words, struct fault *f, char *why, size_t room)
{
	const char *end = words->end ? words->end : "a", *dir = words->direction ? words->direction : "both";
	if (!doc_is_one_of("a b both", end) || !doc_is_one_of("ab ba both", dir)) {
		snprintf(why, room, "end is a, b or both; direction is ab, ba or both");
		return false;
	}
	f->ends = strcmp(end, "both") == 0 ? 3 : strcmp(end, "b") == 0 ? 2 : 1;
	f->dirs = strcmp(dir, "both") == 0 ? 3 : strcmp(dir, "ba") == 0 ? 2 : 1;
	f->loss_ppm = (uint32_t)(words->percent < 0 ? 0 : words->percent > 100 ? 1000000 : words->percent * 10000);
	return true;
}

/* The configuration key a fault changes, tried out on a copy. */
static bool find_change(struct world *w, const struct fault_words *words, struct fault *f, char *why, size_t room)
{
	if (f->kind != FAULT_SET)
		return true;
	f->key = words->key ? words->key : f->key;
	f->value = words->value ? words->value : f->value;
	if (!f->key || !f->value) {
		snprintf(why, room, "the fault \"%s\" needs a key and a value", words->fault);
		return false;
	}
	struct end_cfg probe = f->link->end[0].base;
	if (!end_cfg_set(w->arena, &probe, f->key, f->value, why, room))
		return false;
	f->key = vt_arena_str(w->arena, vt_str_of(f->key)).p;
	f->value = vt_arena_str(w->arena, vt_str_of(f->value)).p;
	return true;
}

struct fault *world_fault(struct world *w, const struct fault_words *words, char *why, size_t room)
{
	size_t i = 0, n = sizeof fault_names / sizeof *fault_names;
	while (i < n && strcmp(fault_names[i].word, words->fault) != 0)
		i++;
	if (i == n) {
		snprintf(why, room, "there is no fault \"%s\"", words->fault);
		return NULL;
	}
	const struct fault_name *name = &fault_names[i];
	struct fault f = { .kind = name->kind,
			   .kinds = name->kinds,
			   .name = name->word,
			   .key = name->key,
			   .value = name->value,
			   .at_ms = words->at_ms,
			   .until_ms = words->until_ms };
	if (!find_target(w, words, &f, why, room) || !find_extent(words, &f, why, room) ||
	    !find_change(w, words, &f, why, room))
		return NULL;
	struct fault *kept = VT_NEW(w->arena, struct fault);
	*kept = f;
	return kept;
}

void world_read_fault(struct reader *r, const yaml_node_t *map)
{
	doc_only_keys(r, map, "a fault", "fault tunnel device end direction percent key value at for");
	struct fault_words words = {
		.fault = doc_text(r, map, "fault", ""),
		.tunnel = doc_text(r, map, "tunnel", NULL),
		.device = doc_text(r, map, "device", NULL),
		.end = doc_text(r, map, "end", NULL),
		.direction = doc_text(r, map, "direction", NULL),
		.key = doc_text(r, map, "key", NULL),
		.value = doc_text(r, map, "value", NULL),
		.percent = (double)doc_number(r, map, "percent", 100, 100),
	};
	struct world *w = r->world;
	/* Without a time the fault has always been there. */
	words.at_ms = doc_get(r, map, "at") ? w->start_ms + doc_duration(r, map, "at", 0) : w->start_ms - w->history_ms;
	int64_t lasts = doc_duration(r, map, "for", 0);
	words.until_ms = lasts ? words.at_ms + lasts : 0;
	char why[256];
	struct fault *f = r->failed ? NULL : world_fault(w, &words, why, sizeof why);
	if (f)
		*VT_PUSH(r->arena, w->faults, w->n_faults, w->cap_faults) = f;
	else
		doc_mistake(r, map, "%s", why);
}

void world_boot_faults(struct reader *r)
{
	struct world *w = r->world;
	for (size_t i = 0; i < w->n_devices; i++) {
		struct device *dev = w->devices[i];
		if (dev->boot_ms <= w->start_ms - w->history_ms)
			continue;
		struct fault *f = VT_NEW(r->arena, struct fault);
		*f = (struct fault){ .kind = FAULT_REBOOT,
				     .name = "reboot",
				     .device = dev,
				     .at_ms = dev->boot_ms - 180000,
				     .until_ms = dev->boot_ms };
		*VT_PUSH(r->arena, w->faults, w->n_faults, w->cap_faults) = f;
	}
}
