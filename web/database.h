/* SPDX-License-Identifier: MIT
 * One thread's read-only handle on the database, opened when it is wanted and again when it has to be.
 *
 * The daemon may not have created the file yet, may be restarted, may have been given another file: before
 * each use the path is looked at again, and another file behind it (or an error of the last use) means a
 * new handle. Nobody outside sees more of this than a sentence while it cannot be read.
 */
#ifndef WEB_DATABASE_H
#define WEB_DATABASE_H

#include <sys/types.h>

#include "store/store.h"

struct database {
	const char *path; /* borrowed */
	struct vt_store *store;
	dev_t device;
	ino_t inode;
	bool suspect; /* the last use of the handle failed */
};

/* The handle, good for one request, borrowed. VT_E_NOT_FOUND when there is no file, or what the store says. */
enum vt_status database_open(struct database *database, struct vt_store **store, struct vt_error *error);
void database_close(struct database *database);
/* Tells one database from the next at the same path. */
uint64_t database_identity(const struct database *database);

#endif
