/* SPDX-License-Identifier: MIT
 * "What was read of a part is what the whole says": compares facts of a cut listing with those of the whole one.
 *
 * Whatever is present in the part is present, and equal, in the whole; arrays of the part are not longer.
 */
#ifndef TESTS_UNIT_SUBSET_H
#define TESTS_UNIT_SUBSET_H

#include "base/shape.h"

#include <stdio.h>

#include "tests/unit/tap.h"

static inline void assert_subset(const struct vt_shape *shape, const void *part, const void *whole, const char *path);

static inline void assert_same_str(struct vt_str part, struct vt_str whole, const char *path)
{
	if (!vt_str_eq(part, whole))
		fail_msg("%s: read \"" VT_FMT "\" of a part, \"" VT_FMT "\" of the whole", path, VT_ARG(part),
			 VT_ARG(whole));
}

static inline void assert_same_u64(uint64_t part, uint64_t whole, const char *path)
{
	if (part != whole)
		fail_msg("%s: read %llu of a part, %llu of the whole", path, (unsigned long long)part,
			 (unsigned long long)whole);
}

static inline void assert_same_strs(const struct vt_str_list *part, const struct vt_str_list *whole, const char *path)
{
	assert_same_u64(part->len, whole->len, path);
	for (size_t i = 0; i < part->len; i++)
		assert_same_str(part->items[i], whole->items[i], path);
}

static inline void assert_same_elements(const struct vt_field *f, const void *part, const void *whole, const char *path)
{
	size_t n = *(const size_t *)((const char *)part + f->len_at),
	       all = *(const size_t *)((const char *)whole + f->len_at);
	const char *p = *(const char *const *)((const char *)part + f->at);
	const char *w = *(const char *const *)((const char *)whole + f->at);
	if (n > all)
		fail_msg("%s: %zu elements in a part, %zu in the whole", path, n, all);
	for (size_t i = 0; i < n; i++)
		assert_subset(f->shape, p + i * f->shape->size, w + i * f->shape->size, path);
}

static inline void assert_subset(const struct vt_shape *shape, const void *part, const void *whole, const char *path)
{
	for (const struct vt_field *f = shape->fields; f < shape->fields + shape->fields_len; f++) {
		char name[256];
		const void *p = (const char *)part + f->at, *w = (const char *)whole + f->at;
		snprintf(name, sizeof name, "%s.%s", path, f->name);
		if (!vt_field_present(f, part))
			continue;
		if (!vt_field_present(f, whole))
			fail_msg("%s is in the part and not in the whole", name);
		if (f->type == VT_FIELD_STR || f->type == VT_FIELD_ADDR)
			assert_same_str(*(const struct vt_str *)p, *(const struct vt_str *)w, name);
		else if (f->type == VT_FIELD_U64 || f->type == VT_FIELD_SPI)
			assert_same_u64(*(const uint64_t *)p, *(const uint64_t *)w, name);
		else if (f->type == VT_FIELD_FLAG)
			assert_int_equal(*(const int8_t *)p, *(const int8_t *)w);
		else if (f->type == VT_FIELD_STRS)
			assert_same_strs(p, w, name);
		else if (f->type == VT_FIELD_OBJECT)
			assert_subset(f->shape, p, w, name);
		else if (f->type == VT_FIELD_ARRAY || f->type == VT_FIELD_SOME)
			assert_same_elements(f, part, whole, name);
	}
}

#endif
