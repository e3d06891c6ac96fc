/* SPDX-License-Identifier: MIT
 * Memory that lives and dies together.
 *
 * One poll, one pasted transcript, one HTTP reply: each takes its memory from one arena and gives it back in
 * one call. Nothing in an arena is freed alone. An arena belongs to one thread at a time; it may be handed on.
 *
 * Out of memory ends the program (base/memory.h says why).
 */
#ifndef VT_BASE_ARENA_H
#define VT_BASE_ARENA_H

#include "base/str.h"

#include <stdarg.h>

struct vt_arena;

struct vt_arena *vt_arena_new(void);
/* Ends everything in it; NULL is fine. */
void vt_arena_free(struct vt_arena *arena);
/* Ends everything in it but keeps the first block for the next round. */
void vt_arena_reset(struct vt_arena *arena);

/* `size` zeroed bytes, aligned for any type. */
void *vt_arena_alloc(struct vt_arena *arena, size_t size);
/* A copy in the arena, terminated as well; absent stays absent. */
struct vt_str vt_arena_str(struct vt_arena *arena, struct vt_str s);
char *vt_arena_printf(struct vt_arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
char *vt_arena_vprintf(struct vt_arena *arena, const char *format, va_list args) __attribute__((format(printf, 2, 0)));

/* Bytes taken from the system so far. */
size_t vt_arena_size(const struct vt_arena *arena);

#define VT_NEW(arena, type) ((type *)vt_arena_alloc((arena), sizeof(type)))
#define VT_NEW_ARRAY(arena, type, n) ((type *)vt_arena_array((arena), (n), sizeof(type)))
void *vt_arena_array(struct vt_arena *arena, size_t n, size_t size);

/* Room for one more element at array[*len]: doubles the array in the arena when it is full (the old one stays
 * behind, so the total is at most twice what is needed) and answers the new, zeroed element, counted in. */
#define VT_PUSH(arena, array, len, cap)                                                                                \
	((array) = vt_arena_grow((arena), (array), (len), &(cap), sizeof *(array)), &(array)[(len)++])
void *vt_arena_grow(struct vt_arena *arena, void *array, size_t len, size_t *cap, size_t size);

#endif
