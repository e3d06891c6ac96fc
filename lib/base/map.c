/* SPDX-License-Identifier: MIT
 * A hash table from a 64-bit id to a pointer it does not own.
 */
#include "base/map.h"

#include "base/memory.h"

#include <stdlib.h>

void vt_map_clear(struct vt_map *map)
{
	free(map->slots);
	*map = (struct vt_map){ 0 };
}

static void place(struct vt_map *map, uint64_t id, void *value)
{
	size_t i = id & (map->size - 1);
	while (map->slots[i].id && map->slots[i].id != id)
		i = (i + 1) & (map->size - 1);
	map->used += map->slots[i].id == 0;
	map->slots[i] = (struct vt_map_slot){ id, value };
}

void vt_map_put(struct vt_map *map, uint64_t id, void *value)
{
	if (id == 0)
		return;
	if (map->used * 2 >= map->size) {
		struct vt_map larger = { .size = map->size ? map->size * 2 : 16 };
		larger.slots = vt_must(calloc(larger.size, sizeof *larger.slots));
		for (size_t i = 0; i < map->size; i++)
			if (map->slots[i].id)
				place(&larger, map->slots[i].id, map->slots[i].value);
		free(map->slots);
		*map = larger;
	}
	place(map, id, value);
}

void vt_map_remove(struct vt_map *map, uint64_t id)
{
	if (map->size == 0 || id == 0)
		return;
	size_t mask = map->size - 1, hole = id & mask;
	while (map->slots[hole].id != id) {
		if (map->slots[hole].id == 0)
			return;
		hole = (hole + 1) & mask;
	}
	/* Close the gap, so that no probe ends before what it looks for. */
	for (size_t i = (hole + 1) & mask; map->slots[i].id; i = (i + 1) & mask) {
		size_t home = map->slots[i].id & mask;
		if (((i - home) & mask) >= ((i - hole) & mask)) {
			map->slots[hole] = map->slots[i];
			hole = i;
		}
	}
	map->slots[hole] = (struct vt_map_slot){ 0 };
	map->used--;
}
