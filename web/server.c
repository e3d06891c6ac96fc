/* SPDX-License-Identifier: MIT
 * The HTTP server.
 *
 * A request passes: on_target (the raw address is kept, for the library decodes it), on_request once for its
 * header, once for each piece of a body nobody wants, once at its end; there the exchange is made, routes_answer()
 * fills the reply, and send_reply() hands it to the library; on_completed ends it.
 */
#include "config.h"

#include "web/server.h"

#include <errno.h>
#include <malloc.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "web/gzip.h"
#include "web/listen.h"
#include "web/routes.h"

enum {
	CONNECTIONS = 1024,
	CONNECTIONS_AN_ADDRESS = 256,
	CONNECTION_MEMORY_BYTES = 32 << 10, /* the header of a request fits, a larger one is refused with 431 */
	IDLE_S = 30,
	MAX_BODY_BYTES = 64 << 10,
	KEEP_BYTES = 1 << 20, /* a worker's buffer that grew beyond this is given back after the reply */
	TRIM_BYTES = 32 << 20,
	MAX_THREADS = 8,
};

struct server {
	struct MHD_Daemon *http;
	int fd;
	bool is_local; /* a Unix socket: every client is of this machine */
	char address[300];
	struct site site;
	pthread_key_t worker_key;
	struct server_settings *settings; /* it was started with */
	pthread_rwlock_t access_lock;
	struct server_settings *access; /* whose tokens are in force: `settings`, or those of the last reload */
	char *database_path;
	atomic_bool stopping;
	atomic_int under_way;
};

/* What one thread of the server owns. */
struct worker {
	struct database database;
	struct vt_arena *arena;
	struct vt_buf body;
	struct gzip *gzip;
};

/* One request, from its first line to the end of its reply. */
struct call {
	char *target;
	size_t body_bytes;
	bool begun;
};

/* ---- workers ---- */

static void worker_free(void *user)
{
	struct worker *worker = user;
	if (!worker)
		return;
	gzip_free(worker->gzip);
	vt_buf_free(&worker->body);
	vt_arena_free(worker->arena);
	database_close(&worker->database);
	free(worker);
}

static struct worker *this_worker(struct server *server)
{
	struct worker *worker = pthread_getspecific(server->worker_key);
	if (worker)
		return worker;
	worker = calloc(1, sizeof *worker);
	if (!worker)
		return NULL;
	worker->database.path = server->database_path;
	worker->arena = vt_arena_new();
	worker->gzip = gzip_new();
	pthread_setspecific(server->worker_key, worker);
	return worker;
}

static void worker_rest(struct worker *worker)
{
	size_t used = vt_arena_size(worker->arena);
	if (used > KEEP_BYTES) {
		vt_arena_free(worker->arena);
		worker->arena = vt_arena_new();
		if (used > TRIM_BYTES)
			malloc_trim(0); /* blocks of an arena lie in the heap, which would keep them for ever */
	} else {
		vt_arena_reset(worker->arena);
	}
	if (worker->body.cap > KEEP_BYTES)
		vt_buf_free(&worker->body);
	vt_buf_clear(&worker->body);
}

/* ---- sending ---- */

static void add_header(struct MHD_Response *response, const char *name, const char *value)
{
	if (value && *value)
		MHD_add_response_header(response, name, value);
}

/* The page may load what this server gives and talk to it; nothing else, and nobody may frame it. */
static const char content_security_policy[] =
	"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

static void add_headers(struct MHD_Response *response, const struct reply *reply)
{
	char seconds[16];
	add_header(response, "Content-Type", reply->status == 304 ? NULL : reply->type);
	add_header(response, "ETag", reply->etag);
	add_header(response, "Cache-Control", reply->etag[0] ? "private, no-cache" : "no-store");
	add_header(response, "Vary", "Accept-Encoding, Authorization");
	add_header(response, "Allow", reply->allow);
	if (reply->challenge)
		add_header(response, "WWW-Authenticate", "Bearer realm=\"vpntriage\"");
	if (reply->retry_after_s) {
		snprintf(seconds, sizeof seconds, "%u", reply->retry_after_s);
		add_header(response, "Retry-After", seconds);
	}
	add_header(response, "Content-Security-Policy", content_security_policy);
	add_header(response, "X-Content-Type-Options", "nosniff");
	add_header(response, "X-Frame-Options", "DENY");
	add_header(response, "Referrer-Policy", "no-referrer");
	add_header(response, "Cross-Origin-Resource-Policy", "same-origin");
	add_header(response, "Cross-Origin-Opener-Policy", "same-origin");
}

/* A usual body is copied and its buffer used again; a huge one (metrics of a large fleet) is given away. */
static struct MHD_Response *respond_with_body(struct worker *worker)
{
	struct vt_buf *body = &worker->body;
	if (body->len <= KEEP_BYTES)
		return MHD_create_response_from_buffer(body->len, body->p, MHD_RESPMEM_MUST_COPY);
	struct MHD_Response *response = MHD_create_response_from_buffer(body->len, body->p, MHD_RESPMEM_MUST_FREE);
	if (response)
		*body = (struct vt_buf){ 0 };
	return response;
}

static enum MHD_Result send_reply(struct server *server, struct MHD_Connection *connection, struct worker *worker,
				  const struct exchange *x)
{
	const struct reply *reply = &x->reply;
	struct vt_str body = reply->asset.p ? reply->asset : vt_buf_view(reply->body), small;
	bool zipped = gzip_is_worth_it(body) && request_accepts_coding(x->request->accept_encoding, VT_STR("gzip")) &&
		      gzip_text(worker->gzip, body, &small);
	struct MHD_Response *response;
	if (reply->status == 304)
		response = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
	else if (zipped)
		response = MHD_create_response_from_buffer(small.len, (void *)(uintptr_t)small.p,
							   MHD_RESPMEM_MUST_COPY);
	else if (reply->asset.p)
		response = MHD_create_response_from_buffer(body.len, (void *)(uintptr_t)body.p, MHD_RESPMEM_PERSISTENT);
	else
		response = respond_with_body(worker);
	if (!response)
		return MHD_NO;
	add_headers(response, reply);
	if (zipped)
		add_header(response, "Content-Encoding", "gzip");
	if (server->stopping)
		add_header(response, "Connection", "close");
	enum MHD_Result result = MHD_queue_response(connection, reply->status, response);
	MHD_destroy_response(response);
	unsigned class = reply->status / 100;
	if (class < sizeof server->site.replies / sizeof *server->site.replies)
		atomic_fetch_add_explicit(&server->site.replies[class], 1, memory_order_relaxed);
	return result;
}

/* ---- one request ---- */

static int64_t now_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool is_loopback(const struct server *server, struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	if (server->is_local)
		return true;
	if (!info || !info->client_addr)
		return false;
	if (info->client_addr->sa_family == AF_INET) {
		struct sockaddr_in v4;
		memcpy(&v4, info->client_addr, sizeof v4);
		return ntohl(v4.sin_addr.s_addr) >> 24 == 127;
	}
	if (info->client_addr->sa_family == AF_INET6) {
		struct sockaddr_in6 v6;
		memcpy(&v6, info->client_addr, sizeof v6);
		return IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr) ||
		       (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr) && v6.sin6_addr.s6_addr[12] == 127);
	}
	return false;
}

static struct vt_str header(struct MHD_Connection *connection, const char *name)
{
	return vt_str_of(MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name));
}

static void identify(struct server *server, struct MHD_Connection *connection, struct exchange *x)
{
	pthread_rwlock_rdlock(&server->access_lock);
	x->client = auth_client(&server->access->auth, x->request->authorization, is_loopback(server, connection));
	x->client.name = vt_arena_str(x->arena, x->client.name);
	pthread_rwlock_unlock(&server->access_lock);
}

static enum MHD_Result reply_to(struct server *server, struct MHD_Connection *connection, const char *method,
				const struct call *call)
{
	struct worker *worker = this_worker(server);
	if (!worker)
		return MHD_NO;
	struct request request = {
		.method = vt_str_of(method),
		.accept = header(connection, "Accept"),
		.accept_encoding = header(connection, "Accept-Encoding"),
		.authorization = header(connection, "Authorization"),
		.host = header(connection, "Host"),
		.if_none_match = header(connection, "If-None-Match"),
	};
	struct exchange x = { .request = &request,
			      .site = &server->site,
			      .arena = worker->arena,
			      .now_ms = now_ms(),
			      .reply = { .status = 200, .body = &worker->body } };
	struct vt_error error;
	vt_json_init(&x.json, x.reply.body, 0);
	enum vt_status status = request_read_target(&request, vt_str_of(call->target), x.arena, &error);
	identify(server, connection, &x);
	if (call->body_bytes > MAX_BODY_BYTES)
		problem(&x, PROBLEM_TOO_LARGE, "a request may carry %d kB at most", MAX_BODY_BYTES >> 10);
	else if (status == VT_OK)
		routes_answer(&x, routes, &worker->database);
	else
		problem(&x,
			status == VT_E_FULL        ? PROBLEM_TARGET_TOO_LONG
			: status == VT_E_NOT_FOUND ? PROBLEM_NOT_FOUND
						   : PROBLEM_INVALID_REQUEST,
			"%s", error.text);
	enum MHD_Result result = send_reply(server, connection, worker, &x);
	worker_rest(worker);
	return result;
}

static void *on_target(void *user, const char *target, struct MHD_Connection *connection)
{
	(void)user, (void)connection;
	struct call *call = calloc(1, sizeof *call);
	if (call && !(call->target = strdup(target))) {
		free(call);
		call = NULL;
	}
	return call;
}

static enum MHD_Result on_request(void *user, struct MHD_Connection *connection, const char *url, const char *method,
				  const char *version, const char *upload, size_t *upload_len, void **of_call)
{
	struct server *server = user;
	struct call *call = *of_call;
	(void)url, (void)version, (void)upload;
	if (!call)
		return MHD_NO;
	if (!call->begun) {
		uint64_t announced = 0;
		call->begun = true;
		atomic_fetch_add(&server->under_way, 1);
		if (!vt_str_to_u64(header(connection, "Content-Length"), &announced) || announced <= MAX_BODY_BYTES)
			return MHD_YES;
		call->body_bytes = (size_t)announced;
		return reply_to(server, connection, method, call);
	}
	if (*upload_len) {
		call->body_bytes += *upload_len;
		*upload_len = 0;
		/* No length was announced, and a reply cannot be given in the middle: there is only hanging up. */
		return call->body_bytes <= MAX_BODY_BYTES ? MHD_YES : MHD_NO;
	}
	return reply_to(server, connection, method, call);
}

static void on_completed(void *user, struct MHD_Connection *connection, void **of_call,
			 enum MHD_RequestTerminationCode how)
{
	struct server *server = user;
	struct call *call = *of_call;
	(void)connection, (void)how;
	if (!call)
		return;
	if (call->begun)
		atomic_fetch_sub(&server->under_way, 1);
	free(call->target);
	free(call);
	*of_call = NULL;
}

/* ---- life ---- */

void server_settings_free(struct server_settings *settings)
{
	if (settings)
		vt_arena_free(settings->arena); /* it lives there itself */
}

static unsigned threads(void)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	return cpus < 2 ? 2 : cpus > MAX_THREADS ? MAX_THREADS : (unsigned)cpus;
}

static struct MHD_Daemon *start_http(struct server *server)
{
	const struct server_settings *settings = server->settings;
	unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC | (settings->certificate ? MHD_USE_TLS : 0);
	struct MHD_OptionItem tls[] = {
		{ MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)settings->certificate },
		{ MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)settings->key },
		{ MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t) "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2" },
		{ MHD_OPTION_END, 0, NULL },
	};
	return MHD_start_daemon(
		flags, 0, NULL, NULL, on_request, server, MHD_OPTION_LISTEN_SOCKET, server->fd,
		MHD_OPTION_THREAD_POOL_SIZE, threads(), MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS,
		MHD_OPTION_PER_IP_CONNECTION_LIMIT, (unsigned)CONNECTIONS_AN_ADDRESS,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY_BYTES, MHD_OPTION_CONNECTION_TIMEOUT,
		(unsigned)IDLE_S, MHD_OPTION_URI_LOG_CALLBACK, on_target, server, MHD_OPTION_NOTIFY_COMPLETED,
		on_completed, server, MHD_OPTION_ARRAY, settings->certificate ? tls : tls + 3, MHD_OPTION_END);
}

static void server_free(struct server *server)
{
	pthread_key_delete(server->worker_key);
	pthread_rwlock_destroy(&server->access_lock);
	if (server->access != server->settings)
		server_settings_free(server->access);
	server_settings_free(server->settings);
	free(server->database_path);
	free(server);
}

enum vt_status server_start(struct server_settings *settings, struct server **started, struct vt_error *error)
{
	struct server *server = calloc(1, sizeof *server);
	if (!server) {
		server_settings_free(settings);
		return vt_fail(error, VT_E_MEMORY, "out of memory");
	}
	server->settings = server->access = settings;
	server->site.started_at_ms = now_ms();
	server->database_path = strdup(settings->file->database.p);
	pthread_key_create(&server->worker_key, worker_free);
	pthread_rwlock_init(&server->access_lock, NULL);
	const struct vt_listen *listen = &settings->file->web.listen;
	server->is_local = listen->path.p != NULL;
	enum vt_status status = server->database_path
					? listen_open(listen, settings->certificate != NULL, server->address,
						      sizeof server->address, &server->fd, error)
					: vt_fail(error, VT_E_MEMORY, "out of memory");
	if (status != VT_OK) {
		server_free(server);
		return status;
	}
	server->http = start_http(server);
	if (!server->http) {
		status = vt_fail(error, VT_E_SYSTEM,
				 settings->certificate
					 ? "the HTTPS server does not start: do certificate and key belong together?"
					 : "the HTTP server does not start");
		close(server->fd);
		server_free(server);
		return status;
	}
	*started = server;
	return VT_OK;
}

void server_reload(struct server *server, struct server_settings *settings, const char **unchanged)
{
	const struct vt_web_settings *now = &server->settings->file->web, *then = &settings->file->web;
	*unchanged = NULL;
	if (!vt_str_eq(server->settings->file->database, settings->file->database))
		*unchanged = "database";
	else if (!vt_str_eq(now->listen.host, then->listen.host) || !vt_str_eq(now->listen.path, then->listen.path) ||
		 now->listen.port != then->listen.port)
		*unchanged = "web.listen";
	else if (!vt_str_eq(vt_str_of(server->settings->certificate), vt_str_of(settings->certificate)) ||
		 !vt_str_eq(vt_str_of(server->settings->key), vt_str_of(settings->key)))
		*unchanged = "web.tls";
	struct server_settings *old = server->access;
	pthread_rwlock_wrlock(&server->access_lock);
	server->access = settings;
	pthread_rwlock_unlock(&server->access_lock);
	if (old != server->settings)
		server_settings_free(old);
}

const char *server_address(const struct server *server)
{
	return server->address;
}

void server_stop(struct server *server, int grace_ms)
{
	const struct timespec moment = { .tv_nsec = 10000000 };
	if (!server)
		return;
	server->stopping = true;
	MHD_quiesce_daemon(server->http);
	for (int waited_ms = 0; waited_ms < grace_ms && server->under_way > 0; waited_ms += 10)
		nanosleep(&moment, NULL);
	MHD_stop_daemon(server->http);
	close(server->fd);
	if (server->settings->file->web.listen.path.p)
		unlink(server->settings->file->web.listen.path.p);
	server_free(server);
}
