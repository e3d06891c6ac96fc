/* SPDX-License-Identifier: MIT
 * Memory, or the end of the program.
 */
#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>

void vt_out_of_memory(size_t bytes)
{
	fprintf(stderr, "vpntriage: out of memory, %zu bytes were refused\n", bytes);
	abort();
}

void *vt_must(void *memory)
{
	if (!memory) {
		fputs("vpntriage: out of memory\n", stderr);
		abort();
	}
	return memory;
}

char *vt_str_dup(struct vt_str s)
{
	if (!s.p)
		return NULL;
	char *copy = vt_must(malloc(s.len + 1));
	memcpy(copy, s.p, s.len);
	copy[s.len] = '\0';
	return copy;
}
