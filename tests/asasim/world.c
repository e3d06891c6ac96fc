/* SPDX-License-Identifier: MIT
 * Reads a world file: devices, foreign peers, tunnels, faults, and what is to be generated.
 *
 * The whole document is loaded, then walked; every mapping is checked for keys that mean nothing, and the first
 * mistake is kept with its line. What the file leaves out is filled in from the seed, so a short file makes a full
 * fleet and always the same one.
 */
#include "world_parts.h"

#include "base/hash.h"
#include "base/timefmt.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- finding gateways: by name, by outside address ---- */

struct gateway_index {
	size_t n, cap;
	struct entry {
		uint64_t hash;
		struct vt_str key;
		struct gateway *gw;
	} * slot;
};

static uint64_t hash_of(struct vt_str key)
{
	return vt_hash_end(vt_hash_add(VT_HASH_START, key)) | 1;
}

static struct vt_str addr_key(const struct vt_addr *addr)
{
	return (struct vt_str){ (const char *)addr->bytes, addr->family == 4 ? 4 : 16 };
}

static struct gateway *index_find(const struct gateway_index *ix, struct vt_str key)
{
	uint64_t hash = hash_of(key);
	for (size_t i = (size_t)hash; ix && ix->cap && ix->slot[i & (ix->cap - 1)].hash; i++)
		if (ix->slot[i & (ix->cap - 1)].hash == hash && vt_str_eq(ix->slot[i & (ix->cap - 1)].key, key))
			return ix->slot[i & (ix->cap - 1)].gw;
	return NULL;
}

static void index_put(struct gateway_index *ix, struct entry e)
{
	size_t i = (size_t)e.hash;
	while (ix->slot[i & (ix->cap - 1)].hash)
		i++;
	ix->slot[i & (ix->cap - 1)] = e;
}

void gateway_index_add(struct vt_arena *arena, struct gateway_index **at, struct vt_str key, struct gateway *gw)
{
	struct gateway_index *ix = *at;
	if (!ix)
		*at = ix = VT_NEW(arena, struct gateway_index);
	if (ix->n * 2 >= ix->cap) {
		struct gateway_index old = *ix;
		ix->cap = old.cap ? old.cap * 2 : 64;
		ix->slot = VT_NEW_ARRAY(arena, struct entry, ix->cap);
		for (size_t i = 0; i < old.cap; i++)
			if (old.slot[i].hash)
				index_put(ix, old.slot[i]);
	}
	index_put(ix, (struct entry){ hash_of(key), key, gw });
	ix->n++;
}

struct gateway *world_gateway(const struct world *w, const char *name)
{
	return index_find(w->by_name, vt_str_of(name));
}

struct gateway *world_gateway_at(const struct world *w, const struct vt_addr *addr)
{
	return index_find(w->by_address, addr_key(addr));
}

void world_own_address(struct reader *r, struct gateway *gw, const struct vt_addr *addr, const yaml_node_t *where)
{
	char text[VT_ADDR_TEXT];
	const struct gateway *other = world_gateway_at(r->world, addr);
	vt_addr_format(addr, text);
	if (other)
		doc_mistake(r, where, "\"%s\" and \"%s\" have the same outside address %s", other->name, gw->name,
			    text);
	gateway_index_add(r->arena, &r->world->by_address, addr_key(addr), gw);
}

void world_read_outside6(struct reader *r, struct gateway *gw, const yaml_node_t *map, const char *key)
{
	if (!doc_prefix(r, map, key, &gw->outside6))
		return;
	if (gw->outside6.addr.family != 6)
		doc_mistake(r, doc_get(r, map, key), "%s is an IPv6 address", key);
	world_own_address(r, gw, &gw->outside6.addr, map);
}

/* ---- the whole ---- */

static void read_root(struct reader *r, const yaml_node_t *root, const struct world_options *options)
{
	struct world *w = r->world;
	doc_only_keys(r, root, "a world", "world seed start history defaults devices peers tunnels faults generate");
	w->name = doc_text(r, root, "world", "world");
	w->seed = options->seed_given ? options->seed : doc_number(r, root, "seed", 1, UINT64_MAX - 1);
	w->start_ms = options->start_ms;
	yaml_node_t *start = doc_get(r, root, "start");
	if (start && !options->start_given && !vt_time_parse(vt_str_of(doc_text_of(r, start, "start")), &w->start_ms))
		doc_mistake(r, start, "start is a time such as 2026-01-05T08:00:00Z");
	w->history_ms = doc_duration(r, root, "history", 3 * DAY_MS);
	r->defaults = doc_get(r, root, "defaults");
	if (r->defaults)
		doc_only_keys(r, r->defaults, "defaults",
			      "version hardware prompt user password enable public_key uptime quirks");
	yaml_node_t *list = doc_get(r, root, "devices");
	for (size_t i = 0, n = doc_length(r, list, "devices"); i < n && !r->failed; i++) {
		doc_only_keys(r, doc_item(r, list, i), "a device", world_device_keys);
		const char *name = doc_text(r, doc_item(r, list, i), "name", "");
		if (!*name || strpbrk(name, "/ \""))
			doc_mistake(r, doc_item(r, list, i),
				    "a device needs a name without blanks, quotes and slashes");
		world_add_device(r, name, doc_item(r, list, i));
	}
	list = doc_get(r, root, "peers");
	for (size_t i = 0, n = doc_length(r, list, "peers"); i < n && !r->failed; i++) {
		doc_only_keys(r, doc_item(r, list, i), "a peer", "name address address6 inside");
		const char *name = doc_text(r, doc_item(r, list, i), "name", "");
		if (!*name)
			doc_mistake(r, doc_item(r, list, i), "a peer needs a name");
		world_add_foreign(r, name, doc_item(r, list, i), (unsigned)i);
	}
	list = doc_get(r, root, "tunnels");
	for (size_t i = 0, n = doc_length(r, list, "tunnels"); i < n && !r->failed; i++)
		world_read_tunnel(r, doc_item(r, list, i));
	world_read_generate(r, doc_get(r, root, "generate"), options->devices);
	list = doc_get(r, root, "faults");
	for (size_t i = 0, n = doc_length(r, list, "faults"); i < n && !r->failed; i++)
		world_read_fault(r, doc_item(r, list, i));
	world_boot_faults(r);
	if (w->n_devices == 0 && !r->failed)
		doc_mistake(r, root, "a world needs devices, or a generate section");
}

struct world *world_read(const char *file, const struct world_options *options, char *why, size_t room)
{
	FILE *in = fopen(file, "rb");
	if (!in) {
		snprintf(why, room, "%s: cannot be read (%s)", file, strerror(errno));
		return NULL;
	}
	yaml_parser_t parser;
	struct reader r = { .file = file, .why = why, .room = room, .arena = vt_arena_new() };
	r.world = VT_NEW(r.arena, struct world);
	r.world->arena = r.arena;
	bool document = false;
	if (!yaml_parser_initialize(&parser)) {
		snprintf(why, room, "%s: no memory", file);
		r.failed = true;
	} else {
		yaml_parser_set_input_file(&parser, in);
		document = yaml_parser_load(&parser, &r.doc) != 0;
		if (!document) {
			snprintf(why, room, "%s:%zu: %s", file, parser.problem_mark.line + 1,
				 parser.problem ? parser.problem : "not YAML");
			r.failed = true;
		}
		yaml_parser_delete(&parser);
	}
	if (document) {
		yaml_node_t *root = yaml_document_get_root_node(&r.doc);
		if (!root)
			doc_mistake(&r, NULL, "the file is empty");
		else if (doc_is_map(&r, root, "a world"))
			read_root(&r, root, options);
		yaml_document_delete(&r.doc);
	}
	fclose(in);
	if (r.failed) {
		vt_arena_free(r.arena);
		return NULL;
	}
	return r.world;
}

void world_free(struct world *world)
{
	if (world)
		vt_arena_free(world->arena);
}

struct device *world_device(const struct world *w, const char *name)
{
	for (size_t i = 0; i < w->n_devices; i++)
		if (strcmp(w->devices[i]->name, name) == 0)
			return w->devices[i];
	return NULL;
}

struct link *world_link(const struct world *w, const char *name)
{
	for (size_t i = 0; i < w->n_links; i++)
		if (strcmp(w->links[i]->name, name) == 0)
			return w->links[i];
	return NULL;
}
