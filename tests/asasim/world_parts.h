/* SPDX-License-Identifier: MIT
 * What the files that read a world share; for them alone (world.h is for everybody else).
 *
 *     world.c          the whole document; finding what is in a world
 *     world_doc.c      walking YAML: a key's value as text, number, duration; the first mistake and its line
 *     world_devices.c  devices, contexts, foreign peers, switches
 *     world_tunnels.c  tunnels, their ends, selectors and traffic
 *     world_faults.c   faults, by name
 *     world_plan.c     what a file leaves out: the plan of addresses, and generated fleets
 */
#ifndef ASASIM_WORLD_PARTS_H
#define ASASIM_WORLD_PARTS_H

#include "world.h"

#include <yaml.h>

#define HOUR_MS INT64_C(3600000)
#define DAY_MS (24 * HOUR_MS)
#define MAX_SELECTORS 256

struct reader {
	const char *file;
	yaml_document_t doc;
	struct vt_arena *arena;
	struct world *world;
	yaml_node_t *defaults;
	char *why;
	size_t room;
	bool failed;
};

/* Keeps the first one, with its line. */
void doc_mistake(struct reader *r, const yaml_node_t *node, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
yaml_node_t *doc_node(struct reader *r, int index);
yaml_node_t *doc_get(struct reader *r, const yaml_node_t *map, const char *key);
bool doc_is_map(struct reader *r, const yaml_node_t *node, const char *what);
/* Every key of `map` must be one of the words of `known`. */
void doc_only_keys(struct reader *r, const yaml_node_t *map, const char *what, const char *known);
/* Whether `word` stands among `words`, which have a blank between them. */
bool doc_is_one_of(const char *words, const char *word);
const char *doc_text_of(struct reader *r, const yaml_node_t *node, const char *what);
/* The value of a key, or `otherwise`. */
const char *doc_text(struct reader *r, const yaml_node_t *map, const char *key, const char *otherwise);
uint64_t doc_number(struct reader *r, const yaml_node_t *map, const char *key, uint64_t otherwise, uint64_t most);
bool doc_flag(struct reader *r, const yaml_node_t *map, const char *key, bool otherwise);
/* "90s", "-5m", "3d". */
int64_t doc_duration(struct reader *r, const yaml_node_t *map, const char *key, int64_t otherwise);
bool doc_prefix(struct reader *r, const yaml_node_t *map, const char *key, struct prefix *out);
/* A key of the device, else of `defaults`. */
const char *doc_inherited(struct reader *r, const yaml_node_t *map, const char *key, const char *otherwise);
size_t doc_length(struct reader *r, const yaml_node_t *node, const char *what);
yaml_node_t *doc_item(struct reader *r, const yaml_node_t *list, size_t i);

struct vt_addr plan_v4(uint32_t host);
uint32_t plan_number(const struct vt_addr *a);
/* Gateway n of the plan: outside 198.18.0.0/15 in /29s, inside 10.0.0.0/8 in /20s. */
void plan_device(unsigned n, struct prefix *outside, struct vt_addr *hop, struct prefix *inside);
/* Foreign peer n: 203.0.113.0/24 first, then 100.64.0.0/10; networks out of 172.16.0.0/12. */
void plan_foreign(unsigned n, struct prefix *outside, struct prefix *inside);
struct prefix plan_network(const struct prefix *p);
void plan_pair(const struct link *link, unsigned j, struct pair *pair);
void world_read_generate(struct reader *r, const yaml_node_t *map, unsigned devices_override);

/* `key` is kept: it lives as long as the world. */
void gateway_index_add(struct vt_arena *arena, struct gateway_index **at, struct vt_str key, struct gateway *gw);
/* An outside address has one owner: negotiations find each other by it. */
void world_own_address(struct reader *r, struct gateway *gw, const struct vt_addr *addr, const yaml_node_t *where);
void world_read_outside6(struct reader *r, struct gateway *gw, const yaml_node_t *map, const char *key);

extern const char world_device_keys[]; /* what a device, and `defaults`, may have */
struct device *world_add_device(struct reader *r, const char *name, const yaml_node_t *map);
struct gateway *world_add_foreign(struct reader *r, const char *name, const yaml_node_t *map, unsigned n);

void world_usual_end(struct reader *r, const struct link *link, unsigned e, unsigned ike, struct end_cfg *cfg);
bool link_joins(const struct link *link, const struct gateway *gw);
struct link *world_add_link(struct reader *r, const char *name, struct gateway *a, struct gateway *b,
			    const yaml_node_t *map);
void world_read_traffic(struct reader *r, struct link *link, const yaml_node_t *map);
void world_read_tunnel(struct reader *r, const yaml_node_t *map);

void world_read_fault(struct reader *r, const yaml_node_t *map);
/* A device that started within the simulated past was not there before. */
void world_boot_faults(struct reader *r);

#endif
