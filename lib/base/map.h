/* SPDX-License-Identifier: MIT
 * A hash table from a 64-bit id to a pointer it does not own. Ids are hashes already (base/hash.h), so the
 * slot is the id itself, with linear probing; at most half full. An id of 0 is not stored.
 */
#ifndef VT_BASE_MAP_H
#define VT_BASE_MAP_H

#include "base/str.h"

struct vt_map {
	struct vt_map_slot {
		uint64_t id;
		void *value;
	} *slots;
	size_t size, used; /* size is a power of two, or 0 */
};

void vt_map_clear(struct vt_map *map);
void vt_map_put(struct vt_map *map, uint64_t id, void *value);
void vt_map_remove(struct vt_map *map, uint64_t id);

static inline void *vt_map_get(const struct vt_map *map, uint64_t id)
{
	if (map->size == 0)
		return NULL;
	for (size_t i = id & (map->size - 1); map->slots[i].id; i = (i + 1) & (map->size - 1))
		if (map->slots[i].id == id)
			return map->slots[i].value;
	return NULL;
}

#endif
