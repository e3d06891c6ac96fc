/* SPDX-License-Identifier: MIT
 * What can go wrong, and the sentence that says so.
 *
 * A function that reports work answers an enum vt_status. Detail travels in a struct vt_error, filled where
 * the cause is known and formatted once, at the edge: subject, action, reason.
 */
#ifndef VT_BASE_STATUS_H
#define VT_BASE_STATUS_H

#include <stdarg.h>
#include <stddef.h>

enum vt_status {
	VT_OK = 0,
	/* system */
	VT_E_SYSTEM = -1,  /* a system call failed; the text has errno's words */
	VT_E_MEMORY = -2,
	VT_E_FULL = -3,    /* a size limit of ours was reached */
	/* input */
	VT_E_TRUNCATED = -20,
	VT_E_NOT_THIS_COMMAND = -21,
	VT_E_FIELD = -22,
	VT_E_UNKNOWN_COMMAND = -23,
	VT_E_CONFIG = -24,
	VT_E_ARGUMENT = -25,
	VT_E_NOT_FOUND = -26,
	VT_E_SECRET_FILE = -27, /* a secret that others can read, or that cannot be read at all */
	/* remote */
	VT_E_CONNECT = -40,   /* no TCP connection: refused, unreachable, name not resolved */
	VT_E_ALGORITHMS = -41,/* no common key exchange, cipher, MAC or host key type */
	VT_E_AUTH = -42,
	VT_E_HOSTKEY = -43,
	VT_E_TIMEOUT = -44,
	VT_E_DENIED = -45,    /* command authorization failed */
	VT_E_REJECTED = -46,  /* the device does not know the command */
	VT_E_CLOSED = -47,    /* the connection ended before the prompt came back */
	VT_E_PROTOCOL = -48,  /* SSH or the shell did something we cannot follow */
	VT_E_ENABLE = -49,    /* enable was refused */
	VT_E_LIMIT = -50,     /* the device sent more than we accept */
	/* store */
	VT_E_BUSY = -60,
	VT_E_DB_NEWER = -61,
	VT_E_DB_FULL = -62,
	VT_E_DB_CORRUPT = -63,
	VT_E_DB = -64,
	VT_E_DB_IN_USE = -65, /* another daemon writes it */
};

/* A few words for a status; static. */
const char *vt_strerror(enum vt_status status);
/* Its name without the prefix, for JSON and tests ("timeout"); static. */
const char *vt_status_name(enum vt_status status);

struct vt_error {
	enum vt_status status;
	unsigned line, column; /* in a file, from 1; 0 when it is not about a place in a file */
	char text[512];        /* one sentence, no line end */
};

/* Fills `error` (NULL is fine) and answers `status`, so that `return vt_fail(error, VT_E_FIELD, "...")` reads well. */
enum vt_status vt_fail(struct vt_error *error, enum vt_status status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The same, with ": " and errno's words behind it; VT_E_SYSTEM. */
enum vt_status vt_fail_errno(struct vt_error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
