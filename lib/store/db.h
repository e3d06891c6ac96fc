/* SPDX-License-Identifier: MIT
 * Inside the store: the handle, its prepared statements, and rows to and from columns. Private to lib/store.
 *
 * A statement is prepared once and kept. What a row struct and a row of a table have in common is said once, in an
 * array of struct field: the name of the column (and of the parameter, with ':' before it), its kind, and where it
 * stands in the struct. Binding goes by parameter name and reading by column name; both are looked up when a
 * statement first meets an array of fields, and remembered.
 */
#ifndef VT_STORE_DB_H
#define VT_STORE_DB_H

#include "base/buf.h"
#include "store/store.h"

#include "sql/statements.h"

#include <sqlite3.h>
#include <sys/types.h>

enum field_kind {
	FIELD_ID,     /* uint64_t: a hash, never absent */
	FIELD_NUMBER, /* uint64_t: VT_ABSENT is NULL */
	FIELD_TIME,   /* int64_t */
	FIELD_SKEW,   /* int64_t: INT64_MIN is NULL */
	FIELD_TEXT,   /* struct vt_str: absent is NULL */
	FIELD_KEY,    /* struct vt_str: absent is '', so that it can be compared and sorted */
	FIELD_BOOL,
	FIELD_DEVICE_STATE,
	FIELD_TUNNEL_STATUS,
	FIELD_SELECTOR_STATUS,
	FIELD_EVENT_KIND,
	FIELD_SEVERITY, /* the number: it orders lists */
	FIELD_CONFIDENCE,
};
struct field {
	const char *name;
	enum field_kind kind;
	size_t offset;
};
struct fields {
	const struct field *list;
	size_t len;
};
extern const struct fields device_fields, tunnel_fields, selector_fields, event_fields, finding_fields;

enum { FIELDS_MAX = 40 };
/* A prepared statement and what it knows of the fields it was used with. */
struct statement {
	sqlite3_stmt *stmt;
	const struct fields *bound, *read;
	signed char parameter[FIELDS_MAX]; /* of bound->list[i]; 0: it has none */
	signed char column[FIELDS_MAX];    /* of read->list[i]; -1: it has none */
};

struct unit_cache;
struct vt_store {
	sqlite3 *db;
	char *path;
	bool writer;
	int lock_fd; /* of the writer's lock file; -1 in a reader */
	struct statement statements[VT_SQL_COUNT];
	/* writer only */
	dev_t device; /* the file that was opened, by number: its name may be given to another */
	ino_t inode;
	struct unit_cache *units; /* write.c */
	uint64_t generation;      /* seq of the newest row of the journal */
	int64_t idle_until_ms;    /* maintenance found nothing more to do before this time */
	struct vt_buf packed;     /* the blob packed last */
	struct vt_buf scratch;    /* what goes into one */
};

/* ---- store.c: errors and statements ---- */

/* What SQLite said last, as a status and a sentence: `action` completes "cannot …". */
enum vt_status db_fail(struct vt_store *store, struct vt_error *error, const char *action);
/* Whether the file is still to be found under its name: what is written to one that was removed is lost in silence. */
enum vt_status db_still_there(const struct vt_store *store, struct vt_error *error);
/* A packed piece that cannot be unpacked. */
enum vt_status db_damaged(struct vt_store *store, struct vt_error *error, const char *what);
/* The statement, prepared and without bindings; NULL when SQLite refuses (then db_fail). */
struct statement *db_statement(struct vt_store *store, enum vt_sql sql);
/* Runs a statement that answers no row; ends its use. */
enum vt_status db_run(struct vt_store *store, struct statement *statement, struct vt_error *error, const char *action);
/* db_statement and db_run of one without parameters. */
enum vt_status db_do(struct vt_store *store, enum vt_sql sql, struct vt_error *error, const char *action);
/* The next row: VT_OK with *row false at the end, which also ends its use. */
enum vt_status db_step(struct vt_store *store, struct statement *statement, bool *row, struct vt_error *error,
		       const char *action);
/* Ends the use of a statement before its last row. */
void db_done(struct statement *statement);

/* Several statements see one moment. Answers whether a transaction began: a writer may be inside its own. */
bool begin_reading(struct vt_store *store);
void end_reading(struct vt_store *store, bool began);

/* ---- fields.c ---- */

void bind_row(struct statement *statement, const struct fields *fields, const void *row);
void bind_i64(struct statement *statement, const char *parameter, int64_t value);
static inline void bind_id(struct statement *statement, const char *parameter, uint64_t id)
{
	bind_i64(statement, parameter, (int64_t)id);
}
/* Absent binds NULL. The text has to stay until the statement was run. */
void bind_text(struct statement *statement, const char *parameter, struct vt_str text);
void bind_blob(struct statement *statement, const char *parameter, struct vt_str bytes);

/* Texts are copied into `arena`. False: a name that is none stands in the row (the database is damaged). */
bool read_row(struct statement *statement, const struct fields *fields, struct vt_arena *arena, void *row);
int64_t read_i64(struct statement *statement, const char *column);
static inline uint64_t read_id(struct statement *statement, const char *column)
{
	return (uint64_t)read_i64(statement, column);
}
/* A view that lives until the statement moves on. */
struct vt_str read_text(struct statement *statement, const char *column);
struct vt_str read_blob(struct statement *statement, const char *column);

/* ---- migrate.c ---- */

/* Brings the database to the newest version, or says why it cannot. A reader may only look. */
enum vt_status db_migrate(struct vt_store *store, struct vt_error *error);
enum vt_status db_check_version(struct vt_store *store, struct vt_error *error);

/* ---- write.c ---- */

void unit_cache_free(struct unit_cache *units);

/* ---- configuration.c ---- */

/* The part of a commit that a reading of the configuration brought. */
enum vt_status put_configuration(struct vt_store *store, const struct vt_commit *commit, struct vt_error *error);

#endif
