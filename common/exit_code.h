/* SPDX-License-Identifier: MIT
 * How the daemons end when they cannot start, so that a script or a unit file can tell why.
 */
#ifndef COMMON_EXIT_CODE_H
#define COMMON_EXIT_CODE_H

#include "base/status.h"

enum exit_code {
	EXIT_CODE_OK = 0,
	EXIT_CODE_FAILED = 1, /* anything else; the sentence says what */
	EXIT_CODE_USAGE = 2,
	EXIT_CODE_UNREADABLE = 3, /* a file is missing or cannot be read */
	EXIT_CODE_CONFIG = 4,     /* the configuration has a mistake */
	EXIT_CODE_SECRET = 5,     /* a secret is unreadable, or readable by others */
	EXIT_CODE_ADDRESS = 6,    /* somebody else listens there */
	EXIT_CODE_DB_IN_USE = 7,  /* another daemon writes the database */
	EXIT_CODE_DB_NEWER = 8,
	EXIT_CODE_DB_DAMAGED = 9,
	EXIT_CODE_DISK_FULL = 10,
};

static inline enum exit_code exit_code_of(enum vt_status status)
{
	static const struct {
		enum vt_status status;
		enum exit_code code;
	} codes[] = {
		{ VT_OK, EXIT_CODE_OK },
		{ VT_E_ARGUMENT, EXIT_CODE_USAGE },
		{ VT_E_NOT_FOUND, EXIT_CODE_UNREADABLE },
		{ VT_E_CONFIG, EXIT_CODE_CONFIG },
		{ VT_E_SECRET_FILE, EXIT_CODE_SECRET },
		{ VT_E_BUSY, EXIT_CODE_ADDRESS },
		{ VT_E_DB_IN_USE, EXIT_CODE_DB_IN_USE },
		{ VT_E_DB_NEWER, EXIT_CODE_DB_NEWER },
		{ VT_E_DB_CORRUPT, EXIT_CODE_DB_DAMAGED },
		{ VT_E_DB_FULL, EXIT_CODE_DISK_FULL },
	};
	for (unsigned i = 0; i < sizeof codes / sizeof *codes; i++)
		if (codes[i].status == status)
			return codes[i].code;
	return EXIT_CODE_FAILED;
}

#endif
