/* SPDX-License-Identifier: MIT
 * World time and the control socket.
 *
 * World time is the model's present plus the real time gone by since the last look, times the speed. Nothing runs in
 * the background: the model is brought to the present when somebody looks, except for a slow timer that keeps the
 * strides short on a quiet fleet.
 */
#include "base/memory.h"
#include "control.h"

#include "truth.h"
#include "world.h"

#include "base/timefmt.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define STRIDE_MS 1000
#define MAX_REQUEST 65536

struct control {
	struct fleet *fleet;
	double speed;
	bool frozen, listening;
	uint64_t looked_at_ns;
	double owed_ms; /* fractions of a millisecond not yet passed on */
	uv_pipe_t pipe;
	uv_timer_t stride;
	struct client *clients;
	char *path;
};

struct client {
	struct client *next, *prev;
	struct control *control;
	uv_pipe_t pipe;
	struct vt_buf in;
};

/* ---- time ---- */

static void look(void *context)
{
	struct control *c = context;
	uint64_t now = uv_hrtime();
	double gone = (double)(now - c->looked_at_ns) / 1e6 * c->speed;
	c->looked_at_ns = now;
	if (c->frozen)
		return;
	c->owed_ms += gone;
	int64_t whole = (int64_t)c->owed_ms;
	c->owed_ms -= (double)whole;
	model_advance(c->fleet->model, model_now(c->fleet->model) + whole);
}

static void on_stride(uv_timer_t *timer)
{
	look(timer->data);
}

struct control *control_new(struct fleet *fleet, double speed, bool frozen)
{
	struct control *c = vt_must(calloc(1, sizeof *c));
	c->fleet = fleet;
	c->speed = speed;
	c->frozen = frozen;
	c->looked_at_ns = uv_hrtime();
	fleet->advance = look;
	fleet->context = c;
	uv_timer_init(fleet->loop, &c->stride);
	c->stride.data = c;
	uv_timer_start(&c->stride, on_stride, STRIDE_MS, STRIDE_MS);
	return c;
}

/* ---- requests ---- */

typedef json_t *request_fn(struct control *c, const json_t *in);

static const char *word(const json_t *in, const char *key)
{
	return json_string_value(json_object_get(in, key));
}

static double figure(const json_t *in, const char *key, double otherwise)
{
	const json_t *n = json_object_get(in, key);
	return json_is_number(n) ? json_number_value(n) : otherwise;
}

static json_t *failed(const char *format, ...) __attribute__((format(printf, 1, 2)));
static json_t *failed(const char *format, ...)
{
	char text[512];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	return json_pack("{s:b, s:s}", "ok", 0, "error", text);
}

static json_t *do_time(struct control *c, const json_t *in)
{
	char text[VT_TIME_TEXT];
	(void)in;
	vt_time_format(model_now(c->fleet->model), text);
	return json_pack("{s:b, s:s, s:I, s:b, s:f}", "ok", 1, "time", text, "time_ms",
			 (json_int_t)model_now(c->fleet->model), "frozen", (int)c->frozen, "speed", c->speed);
}

static json_t *do_freeze(struct control *c, const json_t *in)
{
	c->frozen = true;
	return do_time(c, in);
}

static json_t *do_resume(struct control *c, const json_t *in)
{
	c->frozen = false;
	return do_time(c, in);
}

static json_t *do_speed(struct control *c, const json_t *in)
{
	double x = figure(in, "x", -1);
	if (!(x >= 0 && x <= 100000))
		return failed("speed needs x, from 0 to 100000");
	c->speed = x;
	return do_time(c, in);
}

static json_t *do_advance(struct control *c, const json_t *in)
{
	double s = figure(in, "s", -1);
	if (!(s >= 0 && s <= 366.0 * 86400))
		return failed("advance needs s, a number of seconds up to a year");
	model_advance(c->fleet->model, model_now(c->fleet->model) + (int64_t)(s * 1000));
	return do_time(c, in);
}

static json_t *do_model(struct control *c, const json_t *in)
{
	const char *name = word(in, "device");
	const struct device *only = name ? world_device(model_world(c->fleet->model), name) : NULL;
	if (name && !only)
		return failed("there is no device \"%s\"", name);
	json_t *o = truth_json(c->fleet->model, only);
	json_object_set_new(o, "ok", json_true());
	return o;
}

static json_t *inject(struct control *c, const struct fault_words *words)
{
	char why[256];
	struct fault *f = world_fault(model_world(c->fleet->model), words, why, sizeof why);
	if (!f)
		return failed("%s", why);
	model_inject(c->fleet->model, f);
	return do_time(c, NULL);
}

static json_t *do_inject(struct control *c, const json_t *in)
{
	int64_t now = model_now(c->fleet->model), lasts = (int64_t)(figure(in, "for", 0) * 1000);
	struct fault_words w = {
		.fault = word(in, "fault"),
		.tunnel = word(in, "tunnel"),
		.device = word(in, "device"),
		.end = word(in, "end"),
		.direction = word(in, "direction"),
		.key = word(in, "key"),
		.value = word(in, "value"),
		.percent = figure(in, "percent", 100),
		.at_ms = now + (int64_t)(figure(in, "in", 0) * 1000),
	};
	w.until_ms = lasts > 0 ? w.at_ms + lasts : 0;
	return w.fault ? inject(c, &w) : failed("inject needs a fault");
}

static json_t *do_clear(struct control *c, const json_t *in)
{
	const char *name = word(in, "tunnel");
	const struct link *link = name ? world_link(model_world(c->fleet->model), name) : NULL;
	if (name && !link)
		return failed("there is no tunnel \"%s\"", name);
	model_clear(c->fleet->model, link);
	return do_time(c, NULL);
}

static json_t *do_reboot(struct control *c, const json_t *in)
{
	int64_t now = model_now(c->fleet->model), down = (int64_t)(figure(in, "down_s", 0) * 1000);
	struct fault_words w = {
		.fault = "reboot", .device = word(in, "device"), .at_ms = now, .until_ms = down > 0 ? now + down : 0
	};
	json_t *reply = inject(c, &w);
	if (json_is_true(json_object_get(reply, "ok")))
		fleet_drop_sessions(c->fleet, world_device(model_world(c->fleet->model), w.device));
	return reply;
}

static json_t *do_failover(struct control *c, const json_t *in)
{
	struct fault_words w = { .fault = "failover",
				 .device = word(in, "device"),
				 .at_ms = model_now(c->fleet->model) };
	json_t *reply = inject(c, &w);
	struct device *d = w.device ? world_device(model_world(c->fleet->model), w.device) : NULL;
	if (d && d->quirks.drop_on_failover && json_is_true(json_object_get(reply, "ok")))
		fleet_drop_sessions(c->fleet, d);
	return reply;
}

static json_t *do_quirk(struct control *c, const json_t *in)
{
	const char *name = word(in, "device"), *key = word(in, "quirk");
	struct device *d = name ? world_device(model_world(c->fleet->model), name) : NULL;
	const json_t *value = json_object_get(in, "value");
	char text[64], why[256];
	if (!d || !key || !value)
		return failed("quirk needs a device of this world, a quirk and a value");
	snprintf(text, sizeof text, "%lld", (long long)json_integer_value(value));
	const char *v = json_is_string(value)    ? json_string_value(value)
			: json_is_boolean(value) ? (json_is_true(value) ? "true" : "false")
						 : text;
	return quirk_set(model_world(c->fleet->model)->arena, &d->quirks, key, v, why, sizeof why) ? do_time(c, in)
												   : failed("%s", why);
}

static json_t *each_host(struct control *c, const json_t *in, const char *key, json_t *(*tell)(const struct host *))
{
	const char *name = word(in, "device");
	if (name) {
		struct host *h = fleet_host(c->fleet, name);
		return h ? json_pack("{s:b, s:o}", "ok", 1, key, tell(h)) : failed("there is no device \"%s\"", name);
	}
	json_t *all = json_object();
	for (size_t i = 0; i < c->fleet->n_hosts; i++)
		json_object_set_new(all, c->fleet->hosts[i].device->name, tell(&c->fleet->hosts[i]));
	return json_pack("{s:b, s:o}", "ok", 1, key, all);
}

static json_t *tell_commands(const struct host *h)
{
	json_t *list = json_array();
	for (size_t i = 0; i < h->n_commands; i++) {
		const struct command_record *r = &h->commands[i];
		char text[VT_TIME_TEXT];
		vt_time_format(r->at_ms, text);
		json_t *o = json_pack("{s:s, s:s, s:s%}", "at", text, "mode", r->mode, "line", r->line,
				      strlen(r->line));
		if (o && r->context)
			json_object_set_new(o, "context", json_string(r->context));
		json_array_append_new(
			list, o ? o : json_pack("{s:s, s:s, s:s}", "at", text, "mode", r->mode, "line", "(not UTF-8)"));
	}
	return list;
}

static json_t *tell_logins(const struct host *h)
{
	return json_pack("{s:i, s:i, s:i, s:i, s:i, s:i, s:i}", "connections", (int)h->connections, "refused",
			 (int)h->refused, "ok", (int)h->logins_ok, "failed", (int)h->logins_failed, "password_attempts",
			 (int)h->password_attempts, "interactive_attempts", (int)h->interactive_attempts,
			 "publickey_attempts", (int)h->key_attempts);
}

static json_t *tell_sessions(const struct host *h)
{
	return json_integer(h->sessions);
}

static json_t *do_commands(struct control *c, const json_t *in)
{
	return each_host(c, in, "commands", tell_commands);
}

static json_t *do_logins(struct control *c, const json_t *in)
{
	return each_host(c, in, "logins", tell_logins);
}

static json_t *do_sessions(struct control *c, const json_t *in)
{
	return each_host(c, in, "sessions", tell_sessions);
}

static const struct {
	const char *name;
	request_fn *run;
} requests[] = {
	{ "time", do_time },       { "freeze", do_freeze },     { "resume", do_resume }, { "speed", do_speed },
	{ "advance", do_advance }, { "model", do_model },       { "inject", do_inject }, { "clear", do_clear },
	{ "reboot", do_reboot },   { "failover", do_failover }, { "quirk", do_quirk },   { "commands", do_commands },
	{ "logins", do_logins },   { "sessions", do_sessions },
};

static json_t *answer(struct control *c, const char *line, size_t len)
{
	json_error_t error;
	json_t *in = json_loadb(line, len, 0, &error), *reply = NULL;
	const char *what = word(in, "do");
	look(c);
	for (size_t i = 0; what && !reply && i < sizeof requests / sizeof *requests; i++)
		if (strcmp(requests[i].name, what) == 0)
			reply = requests[i].run(c, in);
	if (!reply)
		reply = in ? failed("there is no request \"%s\"", what ? what : "")
			   : failed("not JSON: %s", error.text);
	json_decref(in);
	return reply;
}

/* ---- the socket ---- */

struct reply {
	uv_write_t write;
	char *text;
};

static void on_written(uv_write_t *write, int status)
{
	struct reply *r = write->data;
	(void)status;
	free(r->text);
	free(r);
}

static void client_gone(uv_handle_t *handle)
{
	struct client *cl = handle->data;
	vt_buf_free(&cl->in);
	free(cl);
}

static void client_end(struct client *cl)
{
	if (uv_is_closing((uv_handle_t *)&cl->pipe))
		return;
	if (cl->prev)
		cl->prev->next = cl->next;
	else
		cl->control->clients = cl->next;
	if (cl->next)
		cl->next->prev = cl->prev;
	uv_close((uv_handle_t *)&cl->pipe, client_gone);
}

static void send_reply(struct client *cl, json_t *json)
{
	struct reply *r = vt_must(calloc(1, sizeof *r));
	char *text = vt_must(json_dumps(json, JSON_COMPACT));
	json_decref(json);
	if (asprintf(&r->text, "%s\n", text) < 0)
		vt_out_of_memory(strlen(text) + 2);
	free(text);
	uv_buf_t buf = uv_buf_init(r->text, (unsigned)strlen(r->text));
	r->write.data = r;
	if (uv_write(&r->write, (uv_stream_t *)&cl->pipe, &buf, 1, on_written) != 0)
		on_written(&r->write, -1);
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	static char room[16384];
	(void)handle, (void)suggested;
	*buf = uv_buf_init(room, sizeof room);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct client *cl = stream->data;
	if (n < 0 || cl->in.len > MAX_REQUEST) {
		client_end(cl);
		return;
	}
	vt_buf_add(&cl->in, buf->base, (size_t)n);
	size_t at = 0;
	for (char *lf; at < cl->in.len && (lf = memchr(cl->in.p + at, '\n', cl->in.len - at));
	     at = (size_t)(lf - cl->in.p) + 1)
		send_reply(cl, answer(cl->control, cl->in.p + at, (size_t)(lf - cl->in.p) - at));
	if (at) {
		memmove(cl->in.p, cl->in.p + at, cl->in.len - at);
		cl->in.len -= at;
	}
}

static void on_client(uv_stream_t *server, int status)
{
	struct control *c = server->data;
	struct client *cl = status == 0 ? calloc(1, sizeof *cl) : NULL;
	if (!cl)
		return;
	cl->control = c;
	uv_pipe_init(c->fleet->loop, &cl->pipe, 0);
	cl->pipe.data = cl;
	cl->next = c->clients;
	if (cl->next)
		cl->next->prev = cl;
	c->clients = cl;
	if (uv_accept(server, (uv_stream_t *)&cl->pipe) != 0 ||
	    uv_read_start((uv_stream_t *)&cl->pipe, on_alloc, on_read) != 0)
		client_end(cl);
}

bool control_listen(struct control *c, const char *path, char *why, size_t room)
{
	unlink(path);
	uv_pipe_init(c->fleet->loop, &c->pipe, 0);
	c->pipe.data = c;
	c->listening = true;
	int rc = uv_pipe_bind(&c->pipe, path);
	if (rc == 0)
		rc = uv_listen((uv_stream_t *)&c->pipe, 16, on_client);
	if (rc == 0) {
		c->path = strdup(path);
		return true;
	}
	snprintf(why, room, "cannot listen on the control socket %s (%s)", path, uv_strerror(rc));
	return false;
}

static void control_gone(uv_handle_t *handle)
{
	(void)handle;
}

void control_free(struct control *c)
{
	while (c->clients)
		client_end(c->clients);
	uv_close((uv_handle_t *)&c->stride, control_gone);
	if (c->listening)
		uv_close((uv_handle_t *)&c->pipe, control_gone);
	uv_run(c->fleet->loop, UV_RUN_NOWAIT);
	uv_run(c->fleet->loop, UV_RUN_NOWAIT);
	if (c->path)
		unlink(c->path);
	free(c->path);
	free(c);
}
