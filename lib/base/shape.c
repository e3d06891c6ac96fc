/* SPDX-License-Identifier: MIT
 * Generic walks over structs of facts.
 */
#include "base/shape.h"

static const void *const_at(const struct vt_field *field, const void *object)
{
	return (const char *)object + field->at;
}

static void *at(const struct vt_field *field, void *object)
{
	return (char *)object + field->at;
}

static size_t count_of(const struct vt_field *field, const void *object)
{
	return *(const size_t *)((const char *)object + field->len_at);
}

void vt_shape_clear(const struct vt_shape *shape, void *object)
{
	memset(object, 0, shape->size);
	for (const struct vt_field *f = shape->fields; f < shape->fields + shape->fields_len; f++) {
		if (f->type == VT_FIELD_U64 || f->type == VT_FIELD_SPI)
			*(uint64_t *)at(f, object) = VT_ABSENT;
		else if (f->type == VT_FIELD_I64)
			*(int64_t *)at(f, object) = INT64_MIN;
		else if (f->type == VT_FIELD_FLAG)
			*(int8_t *)at(f, object) = -1;
		else if (f->type == VT_FIELD_OBJECT)
			vt_shape_clear(f->shape, at(f, object));
	}
}

bool vt_field_present(const struct vt_field *field, const void *object)
{
	const void *value = const_at(field, object);
	switch (field->type) {
	case VT_FIELD_STR:
	case VT_FIELD_ADDR:
		return ((const struct vt_str *)value)->p != NULL;
	case VT_FIELD_U64:
	case VT_FIELD_SPI:
		return *(const uint64_t *)value != VT_ABSENT;
	case VT_FIELD_I64:
		return *(const int64_t *)value != INT64_MIN;
	case VT_FIELD_FLAG:
		return *(const int8_t *)value >= 0;
	case VT_FIELD_BOOL:
		return true;
	case VT_FIELD_IS:
		return *(const bool *)value;
	case VT_FIELD_STRS:
		return ((const struct vt_str_list *)value)->len > 0;
	case VT_FIELD_OBJECT:
		if (field->when_at)
			return *((const bool *)((const char *)value + field->when_at - 1));
		return vt_shape_any(field->shape, value);
	case VT_FIELD_ARRAY:
		return true;
	case VT_FIELD_SOME:
		return count_of(field, object) > 0;
	}
	return false;
}

bool vt_shape_any(const struct vt_shape *shape, const void *object)
{
	for (const struct vt_field *f = shape->fields; f < shape->fields + shape->fields_len; f++) {
		if (vt_field_present(f, object))
			return true;
	}
	return false;
}

void vt_shape_addrs(const struct vt_shape *shape, void *object, void (*visit)(struct vt_str *addr, void *arg),
		    void *arg)
{
	for (const struct vt_field *f = shape->fields; f < shape->fields + shape->fields_len; f++) {
		if (!vt_field_present(f, object))
			continue;
		if (f->type == VT_FIELD_ADDR) {
			visit(at(f, object), arg);
		} else if (f->type == VT_FIELD_OBJECT) {
			vt_shape_addrs(f->shape, at(f, object), visit, arg);
		} else if (f->type == VT_FIELD_ARRAY || f->type == VT_FIELD_SOME) {
			char *element = *(char **)at(f, object);
			for (size_t n = count_of(f, object); n; n--, element += f->shape->size)
				vt_shape_addrs(f->shape, element, visit, arg);
		}
	}
}
