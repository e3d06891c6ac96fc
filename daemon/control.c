/* SPDX-License-Identifier: MIT
 * The control socket.
 *
 * A client is a pipe and a buffer; a request in flight holds its client by a counted reference, so that an answer
 * that comes after the client hung up goes nowhere. A client that sends what is no request is told and dropped;
 * one that does not read its answers is dropped when they pile up.
 */
#include "config.h"

#include "daemon/control.h"

#include "base/buf.h"
#include "base/memory.h"
#include "daemon/log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* Answers that were not read yet. */
#define BACKLOG_MAX ((size_t)8 << 20)

struct control {
	uv_loop_t *loop;
	uv_pipe_t pipe;
	char *path;
	dev_t device; /* of the socket we made: another one in its place is not ours to remove */
	ino_t inode;
	gid_t group;
	const struct control_row *rows;
	void *user;
	struct client *clients;
	size_t clients_len;
	bool closing;
	unsigned references; /* the listening pipe, and each client */
};

struct client {
	struct client *next, **link;
	struct control *control;
	uv_pipe_t pipe;
	struct vt_buf line;
	unsigned references; /* the open pipe, and each request in flight */
	bool closing;
};

struct control_request {
	struct client *client;
	json_t *id;
};

struct reply {
	uv_write_t write;
	char *text;
};

static void control_unref(struct control *control)
{
	if (--control->references)
		return;
	free(control->path);
	free(control);
}

static void client_unref(struct client *client)
{
	if (--client->references)
		return;
	control_unref(client->control);
	vt_buf_free(&client->line);
	free(client);
}

static void on_client_closed(uv_handle_t *handle)
{
	client_unref(handle->data);
}

static void client_close(struct client *client)
{
	if (client->closing)
		return;
	client->closing = true;
	*client->link = client->next;
	if (client->next)
		client->next->link = client->link;
	client->control->clients_len--;
	uv_close((uv_handle_t *)&client->pipe, on_client_closed);
}

/* ---- answers ---- */

static void on_written(uv_write_t *write, int status)
{
	struct reply *reply = write->data;
	struct client *client = write->handle->data;
	free(reply->text);
	free(reply);
	if (status < 0)
		client_close(client);
}

static void client_send(struct client *client, json_t *answer)
{
	if (client->closing)
		return;
	char *text = json_dumps(answer, JSON_COMPACT);
	size_t len = text ? strlen(text) : 0;
	if (!text || uv_stream_get_write_queue_size((uv_stream_t *)&client->pipe) + len > BACKLOG_MAX) {
		free(text);
		client_close(client);
		return;
	}
	text[len] = '\n'; /* in place of the terminator: what is sent has its length */
	struct reply *reply = vt_must(malloc(sizeof *reply));
	reply->text = text;
	reply->write.data = reply;
	uv_buf_t buf = uv_buf_init(text, (unsigned)len + 1);
	if (uv_write(&reply->write, (uv_stream_t *)&client->pipe, &buf, 1, on_written) < 0) {
		free(text);
		free(reply);
		client_close(client);
	}
}

static void request_end(struct control_request *request, const char *key, json_t *value)
{
	json_t *answer = json_pack("{s:i}", "v", CONTROL_VERSION);
	json_object_set_new(answer, "id", request->id ? request->id : json_null());
	json_object_set_new(answer, key, value);
	client_send(request->client, answer);
	json_decref(answer);
	client_unref(request->client);
	free(request);
}

void control_reply(struct control_request *request, json_t *result)
{
	request_end(request, "result", result);
}

void control_refuse(struct control_request *request, const char *code, const char *format, ...)
{
	char text[512];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	json_t *sentence = json_string(text);
	if (!sentence) /* not UTF-8 */
		sentence = json_string("the reason cannot be written as text");
	request_end(request, "error", json_pack("{s:s, s:o}", "code", code, "text", sentence));
}

/* ---- requests ---- */

static void dispatch(struct control_request *request, const json_t *object)
{
	struct control *control = request->client->control;
	const json_t *version = json_object_get(object, "v");
	const char *name = json_string_value(json_object_get(object, "request"));
	if (version && json_integer_value(version) != CONTROL_VERSION) {
		control_refuse(request, "version", "this daemon speaks version %d of the control protocol",
			       CONTROL_VERSION);
		return;
	}
	for (const struct control_row *row = control->rows; name && row->request; row++)
		if (strcmp(row->request, name) == 0) {
			row->handler(request, object, control->user);
			return;
		}
	if (name)
		control_refuse(request, "unknown-request", "there is no request \"%.64s\"", name);
	else
		control_refuse(request, "bad-request", "a request names itself: {\"v\": 1, \"request\": \"status\"}");
}

/* False when the client is not to be listened to any longer. */
static bool take_line(struct client *client, struct vt_str line)
{
	line = vt_str_trim(line);
	if (line.len == 0)
		return true;
	struct control_request *request = vt_must(calloc(1, sizeof *request));
	request->client = client;
	client->references++;
	json_error_t why;
	json_t *object = json_loadb(line.p, line.len, JSON_REJECT_DUPLICATES, &why);
	if (!json_is_object(object)) {
		control_refuse(request, "bad-request", "a request is one JSON object in one line (%s)",
			       object ? "this is none" : why.text);
		json_decref(object);
		return false;
	}
	request->id = json_incref(json_object_get(object, "id"));
	dispatch(request, object);
	json_decref(object);
	return true;
}

/* Answered first, then hung up on. */
static void on_shutdown(uv_shutdown_t *shutdown, int status)
{
	(void)status;
	client_close(shutdown->handle->data);
	free(shutdown);
}

static void client_dismiss(struct client *client)
{
	uv_read_stop((uv_stream_t *)&client->pipe);
	uv_shutdown_t *shutdown = vt_must(malloc(sizeof *shutdown));
	if (uv_shutdown(shutdown, (uv_stream_t *)&client->pipe, on_shutdown) < 0) {
		free(shutdown);
		client_close(client);
	}
}

static void take_lines(struct client *client)
{
	size_t begin = 0;
	const char *lf;
	while (!client->closing && (lf = memchr(client->line.p + begin, '\n', client->line.len - begin)) != NULL) {
		size_t end = (size_t)(lf - client->line.p);
		if (!take_line(client, (struct vt_str){ client->line.p + begin, end - begin })) {
			client_dismiss(client);
			return;
		}
		begin = end + 1;
	}
	memmove(client->line.p, client->line.p + begin, client->line.len - begin);
	client->line.len -= begin;
}

static void on_room(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	(void)suggested;
	struct client *client = handle->data;
	*buf = uv_buf_init(vt_buf_reserve(&client->line, 4096), 4096);
}

static void on_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *buf)
{
	(void)buf;
	struct client *client = stream->data;
	if (len < 0) {
		client_close(client);
		return;
	}
	client->line.len += (size_t)len;
	take_lines(client);
	if (!client->closing && client->line.len > CONTROL_LINE_MAX) {
		struct control_request *request = vt_must(calloc(1, sizeof *request));
		request->client = client;
		client->references++;
		control_refuse(request, "bad-request", "a request is at most %d bytes long", CONTROL_LINE_MAX);
		client_dismiss(client);
	}
}

/* ---- clients ---- */

static bool is_member(int fd, gid_t group)
{
	gid_t groups[256];
	socklen_t len = sizeof groups;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &len) < 0)
		return false;
	for (size_t i = 0; i < len / sizeof *groups; i++)
		if (groups[i] == group)
			return true;
	return false;
}

static bool may_ask(struct control *control, uv_pipe_t *pipe)
{
	uv_os_fd_t fd;
	struct ucred peer;
	socklen_t len = sizeof peer;
	if (uv_fileno((uv_handle_t *)pipe, &fd) < 0 || getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0)
		return false;
	if (peer.uid == 0 || peer.uid == geteuid() || peer.gid == control->group || is_member(fd, control->group))
		return true;
	log_warning(LOG_CONTROL, NULL, "user %u is refused: not a member of the socket's group", (unsigned)peer.uid);
	return false;
}

static void on_connection(uv_stream_t *listener, int status)
{
	struct control *control = listener->data;
	if (status < 0)
		return;
	struct client *client = vt_must(calloc(1, sizeof *client));
	client->control = control;
	client->references = 1;
	control->references++;
	uv_pipe_init(control->loop, &client->pipe, 0);
	client->pipe.data = client;
	client->link = &control->clients;
	client->next = control->clients;
	if (client->next)
		client->next->link = &client->next;
	control->clients = client;
	control->clients_len++;
	bool welcome = uv_accept(listener, (uv_stream_t *)&client->pipe) == 0 &&
		       control->clients_len <= CONTROL_CLIENTS_MAX && may_ask(control, &client->pipe) &&
		       uv_read_start((uv_stream_t *)&client->pipe, on_room, on_read) == 0;
	if (!welcome)
		client_close(client);
}

/* ---- life ---- */

/* Whether somebody listens there. */
static bool answers(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return false;
	bool there = connect(fd, (struct sockaddr *)&address, sizeof address) == 0 || errno == EAGAIN;
	close(fd);
	return there;
}

static enum vt_status clear_the_place(const char *path, struct vt_error *error)
{
	struct stat there;
	struct sockaddr_un address;
	if (strlen(path) >= sizeof address.sun_path)
		return vt_fail(error, VT_E_SYSTEM, "cannot listen on \"%s\": the path is longer than %zu bytes", path,
			       sizeof address.sun_path - 1);
	if (lstat(path, &there) < 0)
		return VT_OK;
	if (!S_ISSOCK(there.st_mode))
		return vt_fail(error, VT_E_SYSTEM, "cannot listen on \"%s\": there is a file that is no socket", path);
	if (answers(path))
		return vt_fail(error, VT_E_BUSY, "cannot listen on \"%s\": another daemon answers there", path);
	if (unlink(path) < 0)
		return vt_fail_errno(error, "cannot remove the abandoned socket \"%s\"", path);
	return VT_OK;
}

/* Bound by hand: libuv would remove whatever has the name of its socket when it closes, ours or not. */
static enum vt_status bound_socket(const char *path, int *out, struct vt_error *error)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	memcpy(address.sun_path, path, strlen(path) + 1);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return vt_fail_errno(error, "cannot make a socket");
	mode_t before = umask(0117);
	int rc = bind(fd, (struct sockaddr *)&address, sizeof address);
	umask(before);
	if (rc < 0) {
		enum vt_status status = vt_fail_errno(error, "cannot listen on \"%s\"", path);
		close(fd);
		return status;
	}
	*out = fd;
	return VT_OK;
}

static enum vt_status listen_on(struct control *control, struct vt_error *error)
{
	int fd = -1;
	struct stat made;
	enum vt_status status = bound_socket(control->path, &fd, error);
	if (status != VT_OK)
		return status;
	int rc = uv_pipe_open(&control->pipe, fd);
	if (rc < 0) {
		close(fd);
		return vt_fail(error, VT_E_SYSTEM, "cannot listen on \"%s\": %s", control->path, uv_strerror(rc));
	}
	rc = uv_listen((uv_stream_t *)&control->pipe, 16, on_connection);
	if (rc < 0)
		return vt_fail(error, VT_E_SYSTEM, "cannot listen on \"%s\": %s", control->path, uv_strerror(rc));
	if (stat(control->path, &made) < 0)
		return vt_fail_errno(error, "cannot listen on \"%s\"", control->path);
	control->device = made.st_dev;
	control->inode = made.st_ino;
	control->group = made.st_gid;
	return VT_OK;
}

static void on_listener_closed(uv_handle_t *handle)
{
	control_unref(handle->data);
}

enum vt_status control_open(uv_loop_t *loop, const char *path, const struct control_row *rows, void *user,
			    struct control **out, struct vt_error *error)
{
	enum vt_status status = clear_the_place(path, error);
	if (status != VT_OK)
		return status;
	struct control *control = vt_must(calloc(1, sizeof *control));
	*control = (struct control){
		.loop = loop, .path = vt_must(strdup(path)), .rows = rows, .user = user, .references = 1
	};
	uv_pipe_init(loop, &control->pipe, 0);
	control->pipe.data = control;
	status = listen_on(control, error);
	if (status != VT_OK) {
		uv_close((uv_handle_t *)&control->pipe, on_listener_closed);
		return status;
	}
	*out = control;
	return VT_OK;
}

void control_close(struct control *control)
{
	if (!control || control->closing)
		return;
	control->closing = true;
	struct stat there;
	bool ours = lstat(control->path, &there) == 0 && there.st_dev == control->device &&
		    there.st_ino == control->inode;
	while (control->clients)
		client_close(control->clients);
	uv_close((uv_handle_t *)&control->pipe, on_listener_closed);
	if (ours)
		unlink(control->path);
}

size_t control_clients(const struct control *control)
{
	return control->clients_len;
}
