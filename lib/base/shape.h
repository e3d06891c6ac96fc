/* SPDX-License-Identifier: MIT
 * What a struct of facts is made of: a table of its fields, by name, type and offset.
 *
 * One table stands beside each parser and serves everyone who treats facts generically: JSON is written from
 * it (json/shape.h), an object of "nothing known" is made from it, names are resolved through it. The name of
 * a field is its name in JSON (design.md section 6) and, as a rule, that of the member.
 */
#ifndef VT_BASE_SHAPE_H
#define VT_BASE_SHAPE_H

#include "base/scan.h"

enum vt_field_type {
	VT_FIELD_STR,    /* struct vt_str; p == NULL is absent */
	VT_FIELD_ADDR,   /* the same, holding an address or a name for one */
	VT_FIELD_U64,    /* uint64_t; VT_ABSENT is absent */
	VT_FIELD_SPI,    /* the same, printed "0x1e8246fc" */
	VT_FIELD_I64,    /* int64_t; INT64_MIN is absent */
	VT_FIELD_FLAG,   /* int8_t; 1 true, 0 false, -1 absent */
	VT_FIELD_BOOL,   /* bool; never absent */
	VT_FIELD_IS,     /* bool; printed only when true */
	VT_FIELD_STRS,   /* struct vt_str_list; absent when empty */
	VT_FIELD_OBJECT, /* a struct inside; absent when nothing in it is present, or when `when` says so */
	VT_FIELD_ARRAY,  /* pointer and length; always present, `[]` when empty */
	VT_FIELD_SOME,   /* the same, absent when empty */
};

struct vt_str_list {
	struct vt_str *items;
	size_t len;
};

struct vt_shape;

struct vt_field {
	const char *name;
	enum vt_field_type type;
	size_t at;                    /* offset of the value, or of the pointer to the elements */
	size_t len_at;                /* ARRAY, SOME: offset of the size_t that counts them */
	const struct vt_shape *shape; /* OBJECT, ARRAY, SOME: of the struct inside */
	size_t when_at;               /* OBJECT: offset of a bool inside it plus 1; false: absent, true: present */
};

struct vt_shape {
	const struct vt_field *fields;
	size_t fields_len;
	size_t size; /* of the struct */
};

/* Rows: VT_F(STR, vt_selector, interface), VT_FA(ARRAY, vt_ipsec_sa, selectors, &selector_shape), … */
#define VT_F(kind, type, member)                                                                                       \
	{                                                                                                              \
#member, VT_FIELD_##kind, offsetof(struct type, member)                                                \
	}
#define VT_F_AS(name, kind, type, member)                                                                              \
	{                                                                                                              \
		name, VT_FIELD_##kind, offsetof(struct type, member)                                                   \
	}
#define VT_FA(kind, type, member, inside)                                                                              \
	{                                                                                                              \
#member, VT_FIELD_##kind, offsetof(struct type, member), offsetof(struct type, member##_len), inside   \
	}
#define VT_FO(type, member, inside)                                                                                    \
	{                                                                                                              \
#member, VT_FIELD_OBJECT, offsetof(struct type, member), 0, inside                                     \
	}
#define VT_FO_WHEN(type, member, inside, flag_at)                                                                      \
	{                                                                                                              \
#member, VT_FIELD_OBJECT, offsetof(struct type, member), 0, inside, (flag_at) + 1                      \
	}
#define VT_SHAPE(type, table)                                                                                          \
	{                                                                                                              \
		table, sizeof(table) / sizeof((table)[0]), sizeof(struct type)                                         \
	}

/* Everything absent. */
void vt_shape_clear(const struct vt_shape *shape, void *object);
/* False when no field of it is present. */
bool vt_shape_any(const struct vt_shape *shape, const void *object);
/* Calls `visit` with every VT_FIELD_ADDR in it that is present, in arrays too. */
void vt_shape_addrs(const struct vt_shape *shape, void *object, void (*visit)(struct vt_str *addr, void *arg),
		    void *arg);
/* Whether one field is present in the object. */
bool vt_field_present(const struct vt_field *field, const void *object);

#endif
