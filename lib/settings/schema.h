/* SPDX-License-Identifier: MIT
 * How the tables of schema.c are made up; private to lib/settings.
 *
 * A table is a mapping of the file, a row one of its keys. Adding a key is adding a row: what it may hold, its
 * range, its default and the sentence a mistake gets all come from there.
 */
#ifndef VT_SETTINGS_SCHEMA_H
#define VT_SETTINGS_SCHEMA_H

#include "settings/settings.h"

struct row;
struct reading;

enum row_kind {
	ROW_SCALAR,   /* one value, read by `parse` */
	ROW_MAPPING,  /* the keys of `table`, into the struct at `offset` */
	ROW_SCALARS,  /* a list of values; an array of `size` bytes each at `offset`, its length at `len_offset` */
	ROW_MAPPINGS, /* a list of mappings, likewise */
};

struct row {
	const char *key;
	enum row_kind kind;
	/* Reads `text` into `at`; false when it does not fit. `text` is terminated and lives in the settings' arena. */
	bool (*parse)(const struct row *row, struct vt_str text, void *at);
	size_t offset, len_offset, size;
	const char *expected;     /* a noun: "a host name" */
	const char *min, *max;    /* of a number or duration, as it would be written */
	const char *const *names; /* of an enumeration, in its order, NULL behind the last */
	const char *preset;       /* the default, as it would be written */
	const struct table *table;
	unsigned variant;               /* what `parse` has to know besides: the kind of a secret */
	enum vt_settings_reader reader; /* top level only */
	bool required;
	bool hidden;    /* a wrong value is not shown: somebody may have put the secret itself there */
	bool or_scalar; /* ROW_SCALARS: a single value may stand without the list */
};

struct table {
	const char *name; /* in vpntriage.yaml(5): "devices.tunnels" */
	const struct row *rows;
	size_t len;
	/* Puts what is inherited into a fresh struct; may be NULL. */
	void (*prepare)(const struct vt_settings *settings, unsigned line, void *at);
	/* Looks at the keys together, once each is fine by itself; may be NULL. */
	void (*check)(struct reading *reading, unsigned line, const void *at);
};

/* Two rows of one table with the same offset exclude each other. No table has more rows than this. */
#define MAX_ROWS 24

extern const struct table settings_table;
/* Every table, in the order of the manual page. */
extern const struct table *const settings_tables[];
extern const size_t settings_tables_len;

/* "a duration such as 60s, from 100ms to 1d": what a row accepts, for sentences and the manual. */
void row_describe(const struct row *row, char *text, size_t size);

/* Notes a mistake about what stands at the current place (`devices[2]`); the sentence goes on behind that place. */
void mistake(struct reading *reading, unsigned line, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
