/* SPDX-License-Identifier: MIT
 * The control socket: how vpntriage-web and a person at the machine ask the daemon something.
 *
 * A Unix stream socket. One JSON object a line each way, at most 64 kB in, requests answered in the order in which
 * their answers are ready:
 *
 *     {"v": 1, "id": 7, "request": "status"}
 *     {"v": 1, "id": 7, "result": {…}}            or
 *     {"v": 1, "id": 7, "error": {"code": "not-found", "text": "no device is called \"fw9\""}}
 *
 * Who may ask: root, the daemon's own user, and members of the socket's group (mode 0660 lets them in, and the
 * kernel's word on the peer is asked again). Requests are a table of the daemon's; an answer may be given later.
 */
#ifndef DAEMON_CONTROL_H
#define DAEMON_CONTROL_H

#include "base/status.h"

#include <jansson.h>
#include <uv.h>

#define CONTROL_VERSION 1
#define CONTROL_LINE_MAX 65536
#define CONTROL_CLIENTS_MAX 64

struct control;
struct control_request;

/* Answers with control_reply() or control_refuse(), now or later, exactly once. `arguments` is the whole object,
 * borrowed for the call. */
typedef void control_handler(struct control_request *request, const json_t *arguments, void *user);
struct control_row {
	const char *request;
	control_handler *handler;
};

/* `rows` ends with a NULL name and outlives the control. VT_E_BUSY when another daemon answers on the socket,
 * VT_E_SYSTEM when it cannot be made; one that nobody listens on is replaced. */
enum vt_status control_open(uv_loop_t *loop, const char *path, const struct control_row *rows, void *user,
			    struct control **control, struct vt_error *error);
/* Hangs up on everybody and removes the socket; requests not yet answered may still be, into the void. NULL is fine. */
void control_close(struct control *control);

/* Takes `result`. */
void control_reply(struct control_request *request, json_t *result);
void control_refuse(struct control_request *request, const char *code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

size_t control_clients(const struct control *control);

#endif
