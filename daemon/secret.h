/* SPDX-License-Identifier: MIT
 * A password or private key: text that must not leave by accident.
 *
 * It lives in a mapping of its own that is locked into memory where the limit allows, left out of core dumps,
 * not handed to child processes, and wiped when the last owner lets go. It has no formatter: nothing here
 * turns it into a log line. Counted references, so that a running session keeps its secret over a reload;
 * only the loop's thread touches it.
 */
#ifndef DAEMON_SECRET_H
#define DAEMON_SECRET_H

#include "base/status.h"

struct secret;

/* The first line of a file (a password) or all of it (a key). Refused with VT_E_SECRET_FILE and a sentence:
 * a file that group or others can read or write, one that belongs to somebody else (root and this user are
 * right), a link in somebody else's hands, anything but a regular file, an empty one, one above 64 kB (1 kB for a
 * password). */
enum secret_form { SECRET_LINE, SECRET_WHOLE };
enum vt_status secret_from_file(const char *path, enum secret_form form, struct secret **secret,
				struct vt_error *error);

/* Of the environment, where it is wiped and unset: the process list and children must not show it. A second
 * device naming the same variable has to share the secret. */
enum vt_status secret_from_env(const char *variable, struct secret **secret, struct vt_error *error);

/* A systemd credential by name: a file in $CREDENTIALS_DIRECTORY. systemd vouches for its owner and mode. */
enum vt_status secret_from_credential(const char *name, struct secret **secret, struct vt_error *error);

/* For tests, and for a secret that is computed. Copies. */
struct secret *secret_from_bytes(const void *bytes, size_t len);

/* NULL in, NULL out. */
struct secret *secret_ref(struct secret *secret);
/* Lets go; the last one wipes. NULL is fine. */
void secret_free(struct secret *secret);

/* Terminated; borrowed, and only for the call that needs it. */
const char *secret_text(const struct secret *secret);
size_t secret_len(const struct secret *secret);

#endif
