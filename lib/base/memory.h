/* SPDX-License-Identifier: MIT
 * Memory, or the end of the program.
 *
 * A program that cannot get a few kilobytes cannot keep any of its promises, and an error path that is never walked is
 * not to be trusted: one sentence on standard error, and it aborts. What bounds memory is the size limit on what a
 * device may send, not a check on every allocation. Arenas, buffers and maps stand on this; what outlives every arena
 * is taken with vt_must(calloc(…)).
 */
#ifndef VT_BASE_MEMORY_H
#define VT_BASE_MEMORY_H

#include "base/str.h"

/* `memory` as it is; NULL ends the program. */
void *vt_must(void *memory) __attribute__((returns_nonnull));
/* A terminated copy that the caller frees; NULL for an absent text. */
char *vt_str_dup(struct vt_str s);
/* `bytes` were refused: the sentence, and the end. */
void vt_out_of_memory(size_t bytes) __attribute__((noreturn));

#endif
