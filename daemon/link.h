/* SPDX-License-Identifier: MIT
 * One SSH connection up to a shell on a terminal: all that knows libssh.
 *
 * It resolves, connects, checks the host key, logs in, opens the shell, then moves bytes. What they mean is the
 * session's business (session.h). A link lives once: it is opened, and it ends, by on_end or by link_close().
 * All of it runs on the loop's thread, in callbacks of the loop only.
 */
#ifndef DAEMON_LINK_H
#define DAEMON_LINK_H

#include "daemon/session.h"

struct link;

struct link_callbacks {
	void (*on_state)(void *user, enum session_state state);           /* SESSION_RESOLVING … SESSION_SHELL */
	void (*on_hostkey)(void *user, const char *type_and_fingerprint); /* remembered at first use */
	void (*on_open)(void *user);
	char *(*room)(void *user, size_t n); /* where `n` bytes may be read to */
	void (*on_read)(void *user, size_t n);
	void (*on_end)(void *user, const struct vt_error *why); /* at most once; the link is gone */
};

/* Starts at once; `config` and `callbacks` are borrowed for the link's life. `address` (in the session's keeping, room
 * for SESSION_ADDRESS) tells which one is in use. */
#define SESSION_ADDRESS 256
struct link *link_open(uv_loop_t *loop, const struct session_config *config, const struct link_callbacks *callbacks,
		       void *user, char address[SESSION_ADDRESS]);
/* Ends it at once, without on_end. NULL is fine. */
void link_close(struct link *link);

/* Queues bytes and wipes them from memory when they are gone. */
void link_write(struct link *link, const char *bytes, size_t len);
/* An SSH message that means nothing. */
void link_keepalive(struct link *link);

#endif
