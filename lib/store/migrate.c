/* SPDX-License-Identifier: MIT
 * From the version that the database has to the one this program knows, step by step, each step all or nothing.
 *
 * The steps are the files of sql/migrations: append-only, each says its number in PRAGMA user_version and notes
 * itself in the table `migration`. A database from a newer program, or of another program, is left alone.
 */
#include "config.h"

#include "store/db.h"

enum { OUR_APPLICATION_ID = 0x76707472 }; /* as in sql/migrations/0001-first.sql */

static enum vt_status pragma(struct vt_store *store, enum vt_sql sql, const char *column, int64_t *value,
			     struct vt_error *error)
{
	struct statement *statement = db_statement(store, sql);
	bool row = false;
	enum vt_status status = statement ? db_step(store, statement, &row, error, "open")
					  : db_fail(store, error, "open");
	if (row) {
		*value = read_i64(statement, column);
		db_done(statement);
	}
	return status;
}

static enum vt_status versions(struct vt_store *store, int64_t *schema, int64_t *application, int64_t *user,
			       struct vt_error *error)
{
	enum vt_status status = pragma(store, SQL_PRAGMA_SCHEMA_VERSION, "schema_version", schema, error);
	if (status == VT_OK)
		status = pragma(store, SQL_PRAGMA_APPLICATION_ID, "application_id", application, error);
	return status == VT_OK ? pragma(store, SQL_PRAGMA_USER_VERSION, "user_version", user, error) : status;
}

enum vt_status db_check_version(struct vt_store *store, struct vt_error *error)
{
	int64_t schema = 0, application = 0, user = 0;
	enum vt_status status = versions(store, &schema, &application, &user, error);
	if (status != VT_OK)
		return status;
	if (schema != 0 && application != OUR_APPLICATION_ID)
		return vt_fail(error, VT_E_DB, "database \"%s\": cannot open: it is not a database of vpntriage",
			       store->path);
	if (user > VT_MIGRATIONS)
		return vt_fail(
			error, VT_E_DB_NEWER,
			"database \"%s\": cannot open: it has version %lld and this program knows versions up to %d",
			store->path, (long long)user, VT_MIGRATIONS);
	if (!store->writer && user < VT_MIGRATIONS)
		return vt_fail(
			error, VT_E_BUSY,
			"database \"%s\": cannot open: it has version %lld and waits for vpntriaged to bring it to %d",
			store->path, (long long)user, VT_MIGRATIONS);
	return VT_OK;
}

static enum vt_status apply(struct vt_store *store, const struct vt_migration *migration, struct vt_error *error)
{
	enum vt_status status = db_do(store, SQL_BEGIN, error, "begin a migration");
	if (status != VT_OK)
		return status;
	if (sqlite3_exec(store->db, migration->text, NULL, NULL, NULL) != SQLITE_OK)
		status = db_fail(store, error, "migrate");
	if (status == VT_OK)
		status = db_do(store, SQL_COMMIT, error, "commit a migration");
	if (status != VT_OK && !sqlite3_get_autocommit(store->db))
		db_do(store, SQL_ROLLBACK, NULL, "undo a migration");
	return status;
}

enum vt_status db_migrate(struct vt_store *store, struct vt_error *error)
{
	int64_t schema = 0, application = 0, user = 0;
	enum vt_status status = versions(store, &schema, &application, &user, error);
	for (size_t i = 0; i < VT_MIGRATIONS && status == VT_OK; i++)
		if (vt_migrations[i].version > user)
			status = apply(store, &vt_migrations[i], error);
	return status;
}
