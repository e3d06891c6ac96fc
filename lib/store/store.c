/* SPDX-License-Identifier: MIT
 * Opening and closing the database, its statements, and its errors as sentences.
 *
 * One writer at a time: it holds flock(2) on FILE.lock for as long as it is open. The kernel lets go of that lock
 * when the process ends, however it ends, so nothing is left behind by kill -9.
 *
 * Readers may be another user. The writer makes the database 0640; SQLite gives -wal and -shm the same mode and owner
 * group. They stay when the writer closes (PERSIST_WAL), because a reader who may not write the folder could not make
 * them again. A reader who may not write -shm maps it read-only, which SQLite does by itself. So a reader needs: the
 * group of the file, x on the folder, and nothing more.
 */
#include "config.h"

#include "store/db.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READER_WAITS_MS = 5000 }; /* only for the moment in which a writer starts, recovers or ends */

/* ---- errors ---- */

static enum vt_status status_of(int code)
{
	switch (code & 0xff) {
	case SQLITE_FULL:
		return VT_E_DB_FULL;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return VT_E_DB_CORRUPT;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return VT_E_BUSY;
	case SQLITE_NOMEM:
		return VT_E_MEMORY;
	case SQLITE_CANTOPEN:
	case SQLITE_PERM:
	case SQLITE_READONLY:
	case SQLITE_IOERR:
		return VT_E_SYSTEM;
	default:
		return VT_E_DB;
	}
}

enum vt_status db_fail(struct vt_store *store, struct vt_error *error, const char *action)
{
	int code = sqlite3_extended_errcode(store->db), system = sqlite3_system_errno(store->db);
	enum vt_status status = status_of(code);
	switch (status) {
	case VT_E_DB_FULL:
		return vt_fail(error, status, "database \"%s\": cannot %s: the disk is full", store->path, action);
	case VT_E_DB_CORRUPT:
		return vt_fail(error, status, "database \"%s\": cannot %s: it is damaged or not a database (%s)",
			       store->path, action, sqlite3_errmsg(store->db));
	case VT_E_SYSTEM:
		if (system)
			return vt_fail(error, status, "database \"%s\": cannot %s: %s", store->path, action,
				       strerror(system));
		break;
	default:
		break;
	}
	return vt_fail(error, status, "database \"%s\": cannot %s: %s", store->path, action, sqlite3_errmsg(store->db));
}

enum vt_status db_damaged(struct vt_store *store, struct vt_error *error, const char *what)
{
	return vt_fail(error, VT_E_DB_CORRUPT, "database \"%s\": cannot read %s: it is damaged", store->path, what);
}

/* ---- statements ---- */

struct statement *db_statement(struct vt_store *store, enum vt_sql sql)
{
	struct statement *statement = &store->statements[sql];
	if (!statement->stmt && sqlite3_prepare_v3(store->db, vt_sql_text[sql], -1, SQLITE_PREPARE_PERSISTENT,
						   &statement->stmt, NULL) != SQLITE_OK)
		return NULL;
	return statement;
}

void db_done(struct statement *statement)
{
	sqlite3_reset(statement->stmt);
	sqlite3_clear_bindings(statement->stmt);
}

enum vt_status db_step(struct vt_store *store, struct statement *statement, bool *row, struct vt_error *error,
		       const char *action)
{
	int code = sqlite3_step(statement->stmt);
	*row = code == SQLITE_ROW;
	if (*row)
		return VT_OK;
	enum vt_status status = code == SQLITE_DONE ? VT_OK : db_fail(store, error, action);
	db_done(statement);
	return status;
}

enum vt_status db_run(struct vt_store *store, struct statement *statement, struct vt_error *error, const char *action)
{
	if (!statement)
		return db_fail(store, error, action);
	bool row = true;
	enum vt_status status = VT_OK;
	while (row && status == VT_OK)
		status = db_step(store, statement, &row, error, action);
	return status;
}

enum vt_status db_do(struct vt_store *store, enum vt_sql sql, struct vt_error *error, const char *action)
{
	return db_run(store, db_statement(store, sql), error, action);
}

/* ---- reading transactions ---- */

bool begin_reading(struct vt_store *store)
{
	return sqlite3_get_autocommit(store->db) && db_do(store, SQL_BEGIN_READ, NULL, "read") == VT_OK;
}

void end_reading(struct vt_store *store, bool began)
{
	if (began)
		db_do(store, SQL_COMMIT, NULL, "read");
}

/* ---- a function for the search of a part of a word ---- */

/* vt_contains(part, text …): some text has `part` in it; ASCII case does not matter, `part` is in lower case. */
static bool contains(struct vt_str text, struct vt_str part)
{
	static const unsigned char lower_bit['Z' + 1] = { ['A' ... 'Z'] = 0x20 };
	for (size_t at = 0; at + part.len <= text.len; at++) {
		size_t i = 0;
		for (; i < part.len; i++) {
			unsigned char c = (unsigned char)text.p[at + i];
			if ((unsigned char)(c <= 'Z' ? c | lower_bit[c] : c) != (unsigned char)part.p[i])
				break;
		}
		if (i == part.len)
			return true;
	}
	return false;
}

static struct vt_str value_text(sqlite3_value *value)
{
	const unsigned char *text = sqlite3_value_text(value);
	return (struct vt_str){ (const char *)text, text ? (size_t)sqlite3_value_bytes(value) : 0 };
}

static void sql_contains(sqlite3_context *context, int values_len, sqlite3_value **values)
{
	struct vt_str part = value_text(values[0]);
	bool found = false;
	for (int i = 1; i < values_len && !found; i++)
		found = contains(value_text(values[i]), part);
	sqlite3_result_int(context, found);
}

/* ---- opening ---- */

static enum vt_status take_writer_lock(struct vt_store *store, struct vt_error *error)
{
	char path[4096];
	if (snprintf(path, sizeof path, "%s.lock", store->path) >= (int)sizeof path)
		return vt_fail(error, VT_E_ARGUMENT, "database \"%s\": cannot open: the path is too long", store->path);
	store->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (store->lock_fd < 0)
		return vt_fail_errno(error, "database \"%s\": cannot open its lock \"%s\"", store->path, path);
	if (flock(store->lock_fd, LOCK_EX | LOCK_NB) == 0)
		return VT_OK;
	if (errno != EWOULDBLOCK)
		return vt_fail_errno(error, "database \"%s\": cannot lock \"%s\"", store->path, path);
	return vt_fail(error, VT_E_DB_IN_USE,
		       "database \"%s\": cannot open for writing: another vpntriaged is using it", store->path);
}

/* SQLite makes files 0644; a database of customers' tunnels is nobody else's business. */
static enum vt_status create_file(struct vt_store *store, struct vt_error *error)
{
	int fd = open(store->path, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
	if (fd < 0)
		return vt_fail_errno(error, "database \"%s\": cannot open", store->path);
	close(fd);
	return VT_OK;
}

static enum vt_status connect(struct vt_store *store, int flags, struct vt_error *error)
{
	if (sqlite3_open_v2(store->path, &store->db, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL) !=
	    SQLITE_OK)
		return db_fail(store, error, "open");
	sqlite3_busy_timeout(store->db, READER_WAITS_MS);
	sqlite3_db_config(store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	/* The triggers that keep the index of words are run by the writer alone, who made them. */
	sqlite3_db_config(store->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, store->writer, NULL);
	if (sqlite3_create_function(store->db, "vt_contains", -1, SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL,
				    sql_contains, NULL, NULL) != SQLITE_OK)
		return db_fail(store, error, "open");
	return VT_OK;
}

static enum vt_status run_all(struct vt_store *store, const enum vt_sql *sql, size_t len, struct vt_error *error)
{
	enum vt_status status = VT_OK;
	for (size_t i = 0; i < len && status == VT_OK; i++)
		status = db_do(store, sql[i], error, "open");
	return status;
}

static enum vt_status newest_poll(struct vt_store *store, uint64_t *seq, struct vt_error *error)
{
	struct statement *statement = db_statement(store, SQL_JOURNAL_NEWEST);
	bool row;
	if (!statement)
		return db_fail(store, error, "read the journal");
	enum vt_status status = db_step(store, statement, &row, error, "read the journal");
	if (status == VT_OK && row) {
		*seq = read_id(statement, "seq");
		db_done(statement);
	}
	return status;
}

/* A folder that cannot be mapped into memory (some network file systems) has no WAL, and then readers would wait. */
static enum vt_status check_wal(struct vt_store *store, struct vt_error *error)
{
	struct statement *mode = db_statement(store, SQL_PRAGMA_WAL);
	bool row = false;
	enum vt_status status = mode ? db_step(store, mode, &row, error, "open") : db_fail(store, error, "open");
	if (status != VT_OK || !row)
		return status;
	bool wal = vt_str_ieq(read_text(mode, "journal_mode"), VT_STR("wal"));
	db_done(mode);
	return wal ? VT_OK
		   : vt_fail(error, VT_E_DB,
			     "database \"%s\": cannot open: its file system does not allow a write-ahead log",
			     store->path);
}

static enum vt_status open_writer(struct vt_store *store, struct vt_error *error)
{
	static const enum vt_sql settings[] = { SQL_PRAGMA_WAL,        SQL_PRAGMA_SYNCHRONOUS, SQL_PRAGMA_FOREIGN_KEYS,
						SQL_PRAGMA_CHECKPOINT, SQL_PRAGMA_WAL_LIMIT,   SQL_PRAGMA_CACHE,
						SQL_PRAGMA_TEMP_STORE };
	enum vt_status status = take_writer_lock(store, error);
	if (status == VT_OK)
		status = create_file(store, error);
	if (status == VT_OK)
		status = connect(store, SQLITE_OPEN_READWRITE, error);
	if (status == VT_OK)
		status = db_check_version(store, error);
	if (status != VT_OK)
		return status;
	int stay = 1;
	sqlite3_file_control(store->db, NULL, SQLITE_FCNTL_PERSIST_WAL, &stay);
	status = run_all(store, settings, sizeof settings / sizeof *settings, error);
	if (status == VT_OK)
		status = check_wal(store, error);
	if (status == VT_OK)
		status = db_migrate(store, error);
	return status == VT_OK ? newest_poll(store, &store->generation, error) : status;
}

static enum vt_status open_reader(struct vt_store *store, struct vt_error *error)
{
	static const enum vt_sql settings[] = { SQL_PRAGMA_CACHE, SQL_PRAGMA_TEMP_STORE, SQL_PRAGMA_MMAP };
	enum vt_status status = connect(store, SQLITE_OPEN_READONLY, error);
	if (status == VT_OK)
		status = run_all(store, settings, sizeof settings / sizeof *settings, error);
	return status == VT_OK ? db_check_version(store, error) : status;
}

enum vt_status db_still_there(const struct vt_store *store, struct vt_error *error)
{
	struct stat now;
	if (stat(store->path, &now) == 0 && now.st_dev == store->device && now.st_ino == store->inode)
		return VT_OK;
	return vt_fail(error, VT_E_DB,
		       "database \"%s\": cannot write: the file was removed or replaced while it was open; restart the "
		       "program to go on with what is there",
		       store->path);
}

static enum vt_status open_store(const char *path, bool writer, struct vt_store **store, struct vt_error *error)
{
	struct vt_store *opened = calloc(1, sizeof *opened);
	if (opened)
		opened->path = strdup(path);
	if (!opened || !opened->path) {
		free(opened);
		return vt_fail(error, VT_E_MEMORY, "database \"%s\": cannot open: out of memory", path);
	}
	opened->writer = writer;
	opened->lock_fd = -1;
	enum vt_status status = writer ? open_writer(opened, error) : open_reader(opened, error);
	struct stat file;
	if (status == VT_OK && writer && stat(path, &file) == 0) {
		opened->device = file.st_dev;
		opened->inode = file.st_ino;
	}
	if (status == VT_OK)
		*store = opened;
	else
		vt_store_close(opened);
	return status;
}

enum vt_status vt_store_open_writer(const char *path, struct vt_store **store, struct vt_error *error)
{
	return open_store(path, true, store, error);
}

enum vt_status vt_store_open_reader(const char *path, struct vt_store **store, struct vt_error *error)
{
	return open_store(path, false, store, error);
}

void vt_store_close(struct vt_store *store)
{
	if (!store)
		return;
	for (size_t i = 0; i < VT_SQL_COUNT; i++)
		sqlite3_finalize(store->statements[i].stmt);
	sqlite3_close(store->db);
	if (store->lock_fd >= 0)
		close(store->lock_fd); /* last: the lock covers everything above */
	unit_cache_free(store->units);
	vt_buf_free(&store->packed);
	vt_buf_free(&store->scratch);
	free(store->path);
	free(store);
}

/* ---- small things about the whole ---- */

enum vt_status vt_store_generation(struct vt_store *store, uint64_t *generation, struct vt_error *error)
{
	return newest_poll(store, generation, error);
}

enum vt_status vt_store_put_daemon(struct vt_store *store, int64_t at_ms, struct vt_str json, struct vt_error *error)
{
	enum vt_status status = db_still_there(store, error);
	if (status != VT_OK)
		return status;
	struct statement *put = db_statement(store, SQL_DAEMON_PUT);
	if (put) {
		bind_i64(put, ":at_ms", at_ms);
		bind_text(put, ":json", json);
	}
	return db_run(store, put, error, "write the daemon's own row");
}

enum vt_status vt_store_daemon(struct vt_store *store, struct vt_arena *arena, int64_t *at_ms, struct vt_str *json,
			       struct vt_error *error)
{
	static const char action[] = "read the daemon's own row";
	struct statement *get = db_statement(store, SQL_DAEMON_GET);
	bool row;
	if (!get)
		return db_fail(store, error, action);
	enum vt_status status = db_step(store, get, &row, error, action);
	if (status != VT_OK)
		return status;
	if (!row)
		return vt_fail(error, VT_E_NOT_FOUND, "database \"%s\": no daemon has written to it yet", store->path);
	*at_ms = read_i64(get, "at_ms");
	*json = vt_arena_str(arena, read_text(get, "json"));
	db_done(get);
	return VT_OK;
}
