/* SPDX-License-Identifier: MIT
 * web/request: a target taken apart, and what Accept and If-None-Match mean.
 */
#include "web/request.h"

#include <stdio.h>

#include "tests/unit/tap.h"

static struct vt_arena *arena;

static void a_path_is_split_before_it_is_decoded(void **state)
{
	(void)state;
	static const struct {
		const char *target, *segments; /* with | between; NULL: refused */
	} cases[] = {
		{ "/", "" },
		{ "/api/v1/tunnels", "api|v1|tunnels" },
		{ "/api/v1/tunnels/", "api|v1|tunnels|" },
		{ "/a//b", "a||b" },
		{ "/devices/fw%2Fctx", "devices|fw/ctx" },
		{ "/devices/a+b", "devices|a+b" },
		{ "/%C3%BC?x=1", "\xc3\xbc" },
		{ "/a?b/c", "a" },
		{ "", NULL },
		{ "api", NULL },
		{ "http://host/api", NULL },
		{ "*", NULL },
		{ "/%", NULL },
		{ "/%a", NULL },
		{ "/%g0", NULL },
		{ "/%00", NULL },
		{ "/%0a", NULL },
		{ "/%c3", NULL },
		{ "/a/b/c/d/e/f/g/h", "a|b|c|d|e|f|g|h" },
		{ "/a/b/c/d/e/f/g/h/i", NULL },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct request request = { 0 };
		struct vt_error error = { 0 };
		char got[256] = "";
		enum vt_status status = request_read_target(&request, vt_str_of(cases[i].target), arena, &error);
		for (size_t s = 0; s < request.segments_len; s++)
			snprintf(got + strlen(got), sizeof got - strlen(got), "%s" VT_FMT, s ? "|" : "",
				 VT_ARG(request.segments[s]));
		if ((status == VT_OK) != (cases[i].segments != NULL) ||
		    (status == VT_OK && strcmp(got, cases[i].segments) != 0))
			fail_msg("\"%s\" gave %s \"%s\"", cases[i].target, vt_status_name(status), got);
		if (status != VT_OK)
			assert_true(strlen(error.text) > 10);
	}
}

static void parameters_are_decoded_and_typed(void **state)
{
	(void)state;
	struct request request = { 0 };
	struct vt_error error = { 0 };
	struct vt_str text = VT_STR_NONE;
	uint64_t limit = 100;
	int64_t at_ms = -1, step_ms = -1;
	bool yes = false;
	const char *target = "/t?q=a+%2B%26%3D&limit=50&flapping=true&from=2026-11-23T02:14:05Z&to=-2h&step=5m&seconds="
			     "90&&twice=1&twice=2&empty";
	assert_int_equal(request_read_target(&request, vt_str_of(target), arena, &error), VT_OK);
	assert_true(request_parameter(&request, "q", &text));
	assert_str(text, "a +&=");
	assert_true(request_parameter(&request, "empty", &text));
	assert_str(text, "");
	assert_false(request_parameter(&request, "absent", &text));
	assert_true(request_is_repeated(&request, "twice"));
	assert_false(request_is_repeated(&request, "q"));
	assert_int_equal(request_u64(&request, "limit", 1, 100, &limit, &error), VT_OK);
	assert_int_equal(limit, 50);
	assert_int_equal(request_u64(&request, "limit", 1, 49, &limit, &error), VT_E_ARGUMENT);
	assert_string_equal(error.text, "limit is a whole number from 1 to 49");
	assert_int_equal(request_u64(&request, "absent", 1, 49, &limit, &error), VT_OK);
	assert_int_equal(limit, 50);
	assert_int_equal(request_bool(&request, "flapping", &yes, &error), VT_OK);
	assert_true(yes);
	assert_int_equal(request_time(&request, "from", 0, &at_ms, &error), VT_OK);
	assert_int_equal(at_ms, INT64_C(1795400045000));
	assert_int_equal(request_time(&request, "to", 7200001, &at_ms, &error), VT_OK);
	assert_int_equal(at_ms, 1);
	assert_int_equal(request_time(&request, "to", 7199999, &at_ms, &error), VT_E_ARGUMENT);
	assert_int_equal(request_duration(&request, "step", &step_ms, &error), VT_OK);
	assert_int_equal(step_ms, 300000);
	assert_int_equal(request_duration(&request, "seconds", &step_ms, &error), VT_OK);
	assert_int_equal(step_ms, 90000);
	assert_int_equal(request_duration(&request, "q", &step_ms, &error), VT_E_ARGUMENT);
	assert_int_equal(step_ms, 90000);
}

static void the_closest_media_range_decides(void **state)
{
	(void)state;
	static const struct {
		const char *accept;
		bool json;
	} cases[] = {
		{ NULL, true },
		{ "", true },
		{ "*/*", true },
		{ "application/*", true },
		{ "Application/JSON", true },
		{ "text/html, application/json;q=0.9", true },
		{ "text/html;q=0.9 , */* ; q=0.1", true },
		{ "application/json;q=0, */*", false },
		{ "*/*;q=0", false },
		{ "*/*, application/*;q=0.000", false },
		{ "text/*", false },
		{ "application", false },
		{ "app/*", false },
		{ ",,;;q", false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		if (request_accepts(vt_str_of(cases[i].accept), VT_STR("application/json")) != cases[i].json)
			fail_msg("Accept: %s", cases[i].accept);
	assert_false(request_accepts_coding(VT_STR_NONE, VT_STR("gzip")));
	assert_true(request_accepts_coding(VT_STR("deflate, gzip;q=1.0, *;q=0.5"), VT_STR("gzip")));
	assert_true(request_accepts_coding(VT_STR("*"), VT_STR("gzip")));
	assert_false(request_accepts_coding(VT_STR("gzip;q=0, *"), VT_STR("gzip")));
	assert_false(request_accepts_coding(VT_STR("identity"), VT_STR("gzip")));
}

static void tags_are_compared_weakly(void **state)
{
	(void)state;
	assert_true(request_matches_tag(VT_STR("W/\"a\""), VT_STR("W/\"a\"")));
	assert_true(request_matches_tag(VT_STR("\"x\", \"a\" "), VT_STR("W/\"a\"")));
	assert_true(request_matches_tag(VT_STR("*"), VT_STR("W/\"a\"")));
	assert_false(request_matches_tag(VT_STR("\"b\", \"aa\""), VT_STR("W/\"a\"")));
	assert_false(request_matches_tag(VT_STR(""), VT_STR("W/\"a\"")));
}

static void an_id_is_sixteen_digits(void **state)
{
	(void)state;
	uint64_t id = 1;
	assert_true(request_id(VT_STR("4a5787a3d54e925D"), &id));
	assert_int_equal(id, UINT64_C(0x4a5787a3d54e925d));
	assert_false(request_id(VT_STR("4a5787a3d54e925"), &id));
	assert_false(request_id(VT_STR("0x5787a3d54e925d"), &id));
	assert_false(request_id(VT_STR("4a5787a3d54e925d0"), &id));
}

static int begin(void **state)
{
	(void)state;
	arena = vt_arena_new();
	return 0;
}

static int end(void **state)
{
	(void)state;
	vt_arena_free(arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_path_is_split_before_it_is_decoded),
		CASE(parameters_are_decoded_and_typed),
		CASE(the_closest_media_range_decides),
		CASE(tags_are_compared_weakly),
		CASE(an_id_is_sixteen_digits),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, begin, end);
}
