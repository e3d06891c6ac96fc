/* SPDX-License-Identifier: MIT
 * One thread's read-only handle on the database.
 */
#include "config.h"

#include "web/database.h"

#include <errno.h>
#include <sys/stat.h>

void database_close(struct database *database)
{
	vt_store_close(database->store);
	database->store = NULL;
	database->suspect = false;
}

enum vt_status database_open(struct database *database, struct vt_store **store, struct vt_error *error)
{
	struct stat file;
	if (stat(database->path, &file) < 0) {
		database_close(database);
		if (errno == ENOENT)
			return vt_fail(error, VT_E_NOT_FOUND,
				       "there is no database at %s yet: vpntriaged creates it when it starts",
				       database->path);
		return vt_fail_errno(error, "cannot look at the database %s", database->path);
	}
	if (database->store && (database->suspect || file.st_dev != database->device || file.st_ino != database->inode))
		database_close(database);
	if (!database->store) {
		enum vt_status status = vt_store_open_reader(database->path, &database->store, error);
		if (status != VT_OK) {
			database->store = NULL;
			return status;
		}
		database->device = file.st_dev;
		database->inode = file.st_ino;
	}
	*store = database->store;
	return VT_OK;
}

uint64_t database_identity(const struct database *database)
{
	return (uint64_t)database->device * UINT64_C(0x9e3779b97f4a7c15) ^ (uint64_t)database->inode;
}
