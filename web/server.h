/* SPDX-License-Identifier: MIT
 * The HTTP server: sockets, threads and libmicrohttpd, and nothing that knows a route.
 *
 * A few threads, each with its own epoll, its own connections, its own handle on the database and its own memory,
 * which is reused from request to request; they share the tokens, behind a lock that is written at a reload.
 * Connections, the size of a request and the time without a byte are limited.
 */
#ifndef WEB_SERVER_H
#define WEB_SERVER_H

#include "settings/settings.h"
#include "web/auth.h"

struct server;

/* What a configuration file gives the server; all of it lives in `arena`. */
struct server_settings {
	struct vt_arena *arena;
	struct vt_settings *file;
	struct auth auth;
	const char *certificate, *key; /* PEM text; NULL: plain HTTP */
};

/* Starts answering. VT_E_BUSY when the address is in use, VT_E_SYSTEM, VT_E_CONFIG with a sentence. The server
 * takes `settings` (server_settings_free). */
enum vt_status server_start(struct server_settings *settings, struct server **server, struct vt_error *error);
/* Puts other tokens in force, taking `settings`. What only a restart can change stays, and `unchanged` names it
 * (static; NULL when there is nothing). */
void server_reload(struct server *server, struct server_settings *settings, const char **unchanged);
/* Takes no more connections, finishes the replies under way (`grace_ms` at most), ends. NULL is fine. */
void server_stop(struct server *server, int grace_ms);

/* "http://127.0.0.1:8080", with the port that was really taken; borrowed. */
const char *server_address(const struct server *server);

void server_settings_free(struct server_settings *settings);

#endif
