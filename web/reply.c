/* SPDX-License-Identifier: MIT
 * What is sent back.
 */
#include "config.h"

#include "web/reply.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/timefmt.h"

static const struct {
	const char *name, *title;
	unsigned status, retry_after_s;
} problems[PROBLEMS] = {
	[PROBLEM_INVALID_REQUEST] = { "invalid-request", "The request cannot be read", 400 },
	[PROBLEM_INVALID_PARAMETER] = { "invalid-parameter", "A parameter does not fit", 400 },
	[PROBLEM_UNAUTHORIZED] = { "unauthorized", "A token is needed", 401 },
	[PROBLEM_FORBIDDEN] = { "forbidden", "The role of this token does not allow it", 403 },
	[PROBLEM_NOT_FOUND] = { "not-found", "There is no such thing", 404 },
	[PROBLEM_METHOD_NOT_ALLOWED] = { "method-not-allowed", "The method does not fit", 405 },
	[PROBLEM_NOT_ACCEPTABLE] = { "not-acceptable", "No form of it is acceptable to the client", 406 },
	[PROBLEM_CURSOR_EXPIRED] = { "cursor-expired", "The list cannot be gone on from there", 410 },
	[PROBLEM_TOO_LARGE] = { "too-large", "The request is too large", 413 },
	[PROBLEM_TARGET_TOO_LONG] = { "target-too-long", "The address is too long", 414 },
	[PROBLEM_WRONG_HOST] = { "wrong-host", "The request was meant for another host", 421 },
	[PROBLEM_TOO_MANY_REQUESTS] = { "too-many-requests", "Too many requests", 429, 10 },
	[PROBLEM_DATABASE_UNAVAILABLE] = { "database-unavailable", "The database cannot be read now", 503, 5 },
};

const char *problem_name(enum problem problem)
{
	return problems[problem].name;
}

unsigned problem_status(enum problem problem)
{
	return problems[problem].status;
}

void problem(struct exchange *x, enum problem what, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	const char *detail = vt_arena_vprintf(x->arena, format, args);
	va_end(args);

	struct reply *reply = &x->reply;
	reply->status = problems[what].status;
	reply->type = "application/problem+json";
	reply->retry_after_s = problems[what].retry_after_s;
	reply->challenge = what == PROBLEM_UNAUTHORIZED;
	reply->etag[0] = '\0';
	reply->asset = VT_STR_NONE;
	vt_buf_clear(reply->body);
	vt_json_init(&x->json, reply->body, 0);
	vt_json_object(&x->json);
	vt_json_key_text(&x->json, "type", vt_arena_printf(x->arena, "urn:vpntriage:problem:%s", problems[what].name));
	vt_json_key_text(&x->json, "title", problems[what].title);
	vt_json_key_u64(&x->json, "status", problems[what].status);
	vt_json_key_text(&x->json, "detail", detail);
	vt_json_object_end(&x->json);
}

void problem_of_store(struct exchange *x, enum vt_status status, const struct vt_error *error)
{
	x->store_status = status;
	problem(x, PROBLEM_DATABASE_UNAVAILABLE, "%s", error->text);
}

void reply_str(struct exchange *x, const char *key, struct vt_str value)
{
	vt_json_key(&x->json, key);
	vt_json_str(&x->json, value);
}

void reply_u64(struct exchange *x, const char *key, uint64_t value)
{
	vt_json_key(&x->json, key);
	if (value == VT_ABSENT)
		vt_json_null(&x->json);
	else
		vt_json_u64(&x->json, value);
}

void reply_time(struct exchange *x, const char *key, int64_t at_ms)
{
	char text[VT_TIME_TEXT];
	vt_json_key(&x->json, key);
	if (at_ms == 0)
		vt_json_null(&x->json);
	else
		vt_json_str(&x->json, (struct vt_str){ text, vt_time_format(at_ms, text) });
}

void reply_seconds(struct exchange *x, const char *key, int64_t ms)
{
	vt_json_key(&x->json, key);
	if (ms < 0)
		vt_json_null(&x->json);
	else if (ms % 1000 == 0)
		vt_json_i64(&x->json, ms / 1000);
	else
		vt_json_double(&x->json, (double)ms / 1000);
}

void reply_age(struct exchange *x, const char *key, int64_t at_ms)
{
	int64_t age_ms = x->now_ms - at_ms;
	/* A clock that was set back makes nothing younger than new. */
	reply_seconds(x, key, at_ms == 0 ? -1 : age_ms < 0 ? 0 : age_ms);
}

void reply_id(struct exchange *x, const char *key, uint64_t id)
{
	char text[17];
	vt_json_key(&x->json, key);
	snprintf(text, sizeof text, "%016" PRIx64, id);
	vt_json_str(&x->json, id ? (struct vt_str){ text, 16 } : VT_STR_NONE);
}

void reply_spi(struct exchange *x, const char *key, uint64_t spi)
{
	vt_json_key(&x->json, key);
	if (spi == VT_ABSENT || spi == 0)
		vt_json_null(&x->json);
	else
		vt_json_spi(&x->json, spi);
}
