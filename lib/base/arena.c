/* SPDX-License-Identifier: MIT
 * Memory that lives and dies together: a chain of blocks, each twice the one before up to 1 MiB.
 */
#include "base/arena.h"

#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>

enum {
	FIRST_BLOCK = 4096 - 64, /* with malloc's own header inside one page */
	LARGEST_STEP = 1 << 20,
	ALIGN = 16,
};

struct block {
	struct block *previous;
	size_t size, used;
	_Alignas(ALIGN) unsigned char bytes[];
};

struct vt_arena {
	struct block *last;
	size_t taken;
};

static struct block *block_new(struct vt_arena *arena, size_t need)
{
	size_t size = arena->last ? arena->last->size * 2 : FIRST_BLOCK;
	if (size > LARGEST_STEP)
		size = LARGEST_STEP;
	if (size < need)
		size = need;
	/* calloc: fresh pages from the system are zero already, so large blocks cost nothing to clear. */
	struct block *block = size <= SIZE_MAX - sizeof *block ? calloc(1, sizeof *block + size) : NULL;
	if (!block)
		vt_out_of_memory(need);
	block->previous = arena->last;
	block->size = size;
	arena->last = block;
	arena->taken += sizeof *block + size;
	return block;
}

struct vt_arena *vt_arena_new(void)
{
	return vt_must(calloc(1, sizeof(struct vt_arena)));
}

static void free_blocks_after(struct vt_arena *arena, struct block *keep)
{
	while (arena->last != keep) {
		struct block *block = arena->last;
		arena->last = block->previous;
		arena->taken -= sizeof *block + block->size;
		free(block);
	}
}

void vt_arena_free(struct vt_arena *arena)
{
	if (!arena)
		return;
	free_blocks_after(arena, NULL);
	free(arena);
}

void vt_arena_reset(struct vt_arena *arena)
{
	struct block *first = arena->last;
	while (first && first->previous)
		first = first->previous;
	free_blocks_after(arena, first);
	if (first) {
		memset(first->bytes, 0, first->used);
		first->used = 0;
	}
}

void *vt_arena_alloc(struct vt_arena *arena, size_t size)
{
	if (size > SIZE_MAX - ALIGN)
		vt_out_of_memory(size);
	size = (size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
	struct block *block = arena->last;
	if (!block || block->size - block->used < size)
		block = block_new(arena, size);
	void *p = block->bytes + block->used;
	block->used += size;
	return p;
}

void *vt_arena_array(struct vt_arena *arena, size_t n, size_t size)
{
	size_t bytes;
	if (__builtin_mul_overflow(n, size, &bytes))
		vt_out_of_memory(SIZE_MAX);
	return vt_arena_alloc(arena, bytes);
}

struct vt_str vt_arena_str(struct vt_arena *arena, struct vt_str s)
{
	if (!s.p)
		return s;
	char *copy = vt_arena_alloc(arena, s.len + 1);
	memcpy(copy, s.p, s.len);
	return (struct vt_str){ copy, s.len };
}

char *vt_arena_vprintf(struct vt_arena *arena, const char *format, va_list args)
{
	va_list again;
	va_copy(again, args);
	int len = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (len < 0)
		len = 0;
	char *text = vt_arena_alloc(arena, (size_t)len + 1);
	vsnprintf(text, (size_t)len + 1, format, args);
	return text;
}

char *vt_arena_printf(struct vt_arena *arena, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	char *text = vt_arena_vprintf(arena, format, args);
	va_end(args);
	return text;
}

size_t vt_arena_size(const struct vt_arena *arena)
{
	return arena->taken;
}

void *vt_arena_grow(struct vt_arena *arena, void *array, size_t len, size_t *cap, size_t size)
{
	if (len < *cap)
		return array;
	size_t more = *cap ? *cap * 2 : 8;
	void *larger = vt_arena_array(arena, more, size);
	if (len)
		memcpy(larger, array, len * size);
	*cap = more;
	return larger;
}
