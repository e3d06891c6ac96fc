/* SPDX-License-Identifier: MIT
 * A request as vpntriage-web sees it: the first line is the target, the others are header fields. Whatever it says,
 * the answer is a page, a refusal or the sentence that there is no database: never a status above 503, and
 * JSON wherever JSON is promised.
 */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include <jansson.h>

#include "base/lines.h"
#include "web/cursor.h"
#include "web/routes.h"

static void read_field(struct request *request, struct vt_str line)
{
	static const struct {
		const char *name;
		size_t at;
	} fields[] = {
		{ "Accept: ", offsetof(struct request, accept) },
		{ "Accept-Encoding: ", offsetof(struct request, accept_encoding) },
		{ "Authorization: ", offsetof(struct request, authorization) },
		{ "Host: ", offsetof(struct request, host) },
		{ "If-None-Match: ", offsetof(struct request, if_none_match) },
		{ "Method: ", offsetof(struct request, method) },
	};
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		struct vt_str name = vt_str_of(fields[i].name), value = vt_str_from(line, name.len);
		if (vt_str_istarts(line, name))
			memcpy((char *)request + fields[i].at, &value, sizeof value);
	}
}

static void check_cursor(struct vt_str text)
{
	struct cursor cursor = { CURSOR_TUNNELS, 1, 0 };
	char again[CURSOR_TEXT];
	if (cursor_read(text, &cursor, &cursor.position, NULL) != VT_OK)
		return;
	cursor_write(&cursor, again);
	FUZZ_CHECK(vt_str_eq(text, vt_str_of(again)));
}

static void check_reply(const struct exchange *x)
{
	const struct reply *reply = &x->reply;
	FUZZ_CHECK(reply->status == 200 || reply->status == 304 || (reply->status >= 400 && reply->status < 500) ||
		   reply->status == 503);
	FUZZ_CHECK(reply->status == 304 || reply->asset.p || reply->body->len);
	if (strcmp(reply->type, "application/problem+json") != 0)
		return;
	json_t *json = json_loadb(reply->body->p, reply->body->len, 0, NULL);
	FUZZ_CHECK(json_is_object(json));
	FUZZ_CHECK(json_integer_value(json_object_get(json, "status")) == reply->status);
	json_decref(json);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct vt_lines lines = vt_lines_of((struct vt_str){ (const char *)bytes, len });
	struct vt_arena *arena = vt_arena_new();
	struct vt_buf body = { 0 };
	struct site site = { 0 };
	struct auth auth = { .trust_loopback = len % 2 };
	struct database database = { .path = "/nonexistent/vpntriage.db" };
	struct request request = { .method = VT_STR("GET") };
	struct exchange x = { .request = &request,
			      .site = &site,
			      .arena = arena,
			      .now_ms = INT64_C(1800000000000),
			      .reply = { .status = 200, .body = &body } };
	struct vt_str target = VT_STR(""), line;
	vt_json_init(&x.json, &body, 0);
	if (vt_lines_next(&lines, &line))
		target = line;
	while (vt_lines_next(&lines, &line))
		read_field(&request, line);
	check_cursor(target);
	if (request_read_target(&request, target, arena, NULL) == VT_OK) {
		x.client = auth_client(&auth, request.authorization, true);
		routes_answer(&x, routes, &database);
		check_reply(&x);
	}
	database_close(&database);
	vt_buf_free(&body);
	vt_arena_free(arena);
	return 0;
}
