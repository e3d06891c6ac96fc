/* SPDX-License-Identifier: MIT
 * web/routes: what is the same for every route, on a table of its own.
 */
#include "web/routes.h"

#include <stdio.h>

#include "tests/unit/tap.h"

static void say_names(struct exchange *x)
{
	vt_buf_printf(x->reply.body, VT_FMT "," VT_FMT, VT_ARG(x->names[0]), VT_ARG(x->names[1]));
}

static void say_work(struct exchange *x)
{
	vt_buf_str(x->reply.body, VT_STR("work"));
}

static const struct route table[] = {
	{ "GET", "/things", say_names, ROLE_VIEWER, DATABASE_UNUSED, "application/json", "limit q" },
	{ "POST", "/things", say_work, ROLE_OPERATOR, DATABASE_UNUSED, "application/json", "" },
	{ "GET", "/things/{}/parts/{}", say_names, ROLE_VIEWER, DATABASE_UNUSED, "application/json", "" },
	{ "GET", "/open", say_work, ROLE_NONE, DATABASE_UNUSED, "text/plain; charset=utf-8", NULL },
	{ "GET", "/stored", say_work, ROLE_VIEWER, DATABASE_NEEDED, "application/json", "" },
	{ "GET", "/tried", say_work, ROLE_VIEWER, DATABASE_TRIED, "application/json", "" },
	{ NULL },
};

struct question {
	const char *method, *target;
	enum role role;
	bool trusted;
	const char *host, *accept;
	unsigned status;
	const char *body; /* part of it */
};

static void ask(const struct question *question)
{
	struct vt_arena *arena = vt_arena_new();
	struct vt_buf body = { 0 };
	struct database database = { .path = "/nonexistent/vpntriage.db" };
	struct request request = { .method = vt_str_of(question->method),
				   .host = vt_str_of(question->host),
				   .accept = vt_str_of(question->accept) };
	struct exchange x = { .request = &request,
			      .client = { question->role, VT_STR("me"), question->trusted },
			      .arena = arena,
			      .reply = { .status = 200, .body = &body } };
	vt_json_init(&x.json, &body, 0);
	assert_int_equal(request_read_target(&request, vt_str_of(question->target), arena, NULL), VT_OK);
	routes_answer(&x, table, &database);
	if (x.reply.status != question->status || !strstr(body.p ? body.p : "", question->body))
		fail_msg("%s %s: %u %s", question->method, question->target, x.reply.status, body.p);
	if (x.reply.status == 405)
		assert_non_null(x.reply.allow);
	vt_buf_free(&body);
	vt_arena_free(arena);
}

static void each_question_has_its_answer_or_its_refusal(void **state)
{
	(void)state;
	static const struct question questions[] = {
		{ "GET", "/things", ROLE_VIEWER, .status = 200, .body = "," },
		{ "HEAD", "/things", ROLE_VIEWER, .status = 200, .body = "," },
		{ "GET", "/things/a%2Fb/parts/c", ROLE_VIEWER, .status = 200, .body = "a/b,c" },
		{ "GET", "/things?limit=1&q=x", ROLE_VIEWER, .status = 200, .body = "," },
		{ "GET", "/things?limit=1&limit=1", ROLE_VIEWER, .status = 400, .body = "more than once" },
		{ "GET", "/things?lim=1", ROLE_VIEWER, .status = 400, .body = "there are: limit q" },
		{ "GET", "/things/a/parts/b?limit=1", ROLE_VIEWER, .status = 400, .body = "there is none" },
		{ "GET", "/open?anything=1", ROLE_NONE, .status = 200, .body = "work" },
		{ "GET", "/thing", ROLE_VIEWER, .status = 404, .body = "not-found" },
		{ "GET", "/things/a/parts", ROLE_VIEWER, .status = 404, .body = "not-found" },
		{ "GET", "/things/a/parts/b/c", ROLE_VIEWER, .status = 404, .body = "not-found" },
		{ "GET", "/", ROLE_VIEWER, .status = 404, .body = "not-found" },
		{ "DELETE", "/things", ROLE_OPERATOR, .status = 405, .body = "this address answers GET, HEAD, POST" },
		{ "get", "/things", ROLE_VIEWER, .status = 405, .body = "method-not-allowed" },
		{ "GET", "/things", ROLE_NONE, .status = 401, .body = "wants a token" },
		{ "POST", "/things", ROLE_VIEWER, .status = 403, .body = "the token me has the role viewer" },
		{ "POST", "/things", ROLE_OPERATOR, .status = 200, .body = "work" },
		{ "GET", "/things", ROLE_OPERATOR, true, "localhost:80", .status = 200, .body = "," },
		{ "GET", "/things", ROLE_OPERATOR, true, "evil.example", .status = 421, .body = "wrong-host" },
		{ "GET", "/things", ROLE_OPERATOR, false, "fw.example", .status = 200, .body = "," },
		{ "GET", "/open", ROLE_NONE, false, NULL, "application/json", 406, "text/plain" },
		{ "GET", "/open", ROLE_NONE, false, NULL, "text/*", 200, "work" },
		{ "GET", "/stored", ROLE_VIEWER, .status = 503,
		  .body = "there is no database at /nonexistent/vpntriage.db yet" },
		{ "GET", "/tried", ROLE_VIEWER, .status = 200, .body = "work" },
	};
	for (size_t i = 0; i < sizeof questions / sizeof *questions; i++)
		ask(&questions[i]);
}

static void every_problem_has_a_name_and_a_status_of_its_own(void **state)
{
	(void)state;
	for (unsigned i = 0; i < PROBLEMS; i++) {
		assert_non_null(problem_name((enum problem)i));
		assert_in_range(problem_status((enum problem)i), 400, 503);
		for (unsigned k = 0; k < i; k++)
			assert_string_not_equal(problem_name((enum problem)i), problem_name((enum problem)k));
	}
}

UNIT_TESTS(CASE(each_question_has_its_answer_or_its_refusal), CASE(every_problem_has_a_name_and_a_status_of_its_own))
