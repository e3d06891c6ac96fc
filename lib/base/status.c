/* SPDX-License-Identifier: MIT
 * What can go wrong, and the sentence that says so.
 */
#include "base/status.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct {
	enum vt_status status;
	const char *name, *words;
} table[] = {
	{ VT_OK, "ok", "no error" },
	{ VT_E_SYSTEM, "system", "the system refused" },
	{ VT_E_MEMORY, "memory", "out of memory" },
	{ VT_E_FULL, "full", "a size limit was reached" },
	{ VT_E_TRUNCATED, "truncated", "the listing ended too early" },
	{ VT_E_NOT_THIS_COMMAND, "not-this-command", "the text is not the output of that command" },
	{ VT_E_FIELD, "field", "a field has a value that does not fit" },
	{ VT_E_UNKNOWN_COMMAND, "unknown-command", "no parser knows that command" },
	{ VT_E_CONFIG, "config", "the configuration has a mistake" },
	{ VT_E_ARGUMENT, "argument", "an argument does not fit" },
	{ VT_E_NOT_FOUND, "not-found", "there is no such thing" },
	{ VT_E_SECRET_FILE, "secret-file", "a secret cannot be read safely" },
	{ VT_E_CONNECT, "connect", "no TCP connection" },
	{ VT_E_ALGORITHMS, "algorithms", "no common SSH algorithm" },
	{ VT_E_AUTH, "auth", "login refused" },
	{ VT_E_HOSTKEY, "hostkey", "the host key is not the one known" },
	{ VT_E_TIMEOUT, "timeout", "no answer in time" },
	{ VT_E_DENIED, "denied", "command authorization failed" },
	{ VT_E_REJECTED, "rejected", "the device does not know the command" },
	{ VT_E_CLOSED, "closed", "the connection was closed" },
	{ VT_E_PROTOCOL, "protocol", "the other side broke the protocol" },
	{ VT_E_ENABLE, "enable", "enable was refused" },
	{ VT_E_LIMIT, "limit", "more output than is accepted" },
	{ VT_E_BUSY, "busy", "the database is busy" },
	{ VT_E_DB_NEWER, "db-newer", "the database was written by a newer version" },
	{ VT_E_DB_FULL, "db-full", "the disk is full" },
	{ VT_E_DB_CORRUPT, "db-corrupt", "the database is damaged" },
	{ VT_E_DB, "db", "the database refused" },
	{ VT_E_DB_IN_USE, "db-in-use", "another daemon writes this database" },
};

const char *vt_strerror(enum vt_status status)
{
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (table[i].status == status)
			return table[i].words;
	return "unknown error";
}

const char *vt_status_name(enum vt_status status)
{
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		if (table[i].status == status)
			return table[i].name;
	return "unknown";
}

enum vt_status vt_fail(struct vt_error *error, enum vt_status status, const char *format, ...)
{
	if (error) {
		va_list args;
		error->status = status;
		va_start(args, format);
		vsnprintf(error->text, sizeof error->text, format, args);
		va_end(args);
	}
	return status;
}

enum vt_status vt_fail_errno(struct vt_error *error, const char *format, ...)
{
	int number = errno;
	if (error) {
		va_list args;
		error->status = VT_E_SYSTEM;
		va_start(args, format);
		vsnprintf(error->text, sizeof error->text, format, args);
		va_end(args);
		size_t len = strlen(error->text);
		snprintf(error->text + len, sizeof error->text - len, ": %s", strerror(number));
	}
	return VT_E_SYSTEM;
}
