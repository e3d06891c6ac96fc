/* SPDX-License-Identifier: MIT
 * web/auth: tokens, roles, and who is trusted for being near.
 */
#include "web/auth.h"

#include <stdio.h>

#include "tests/unit/tap.h"

/* The tokens are "whoami" and "password123". */
static const char file[] = "# who may read\n"
			   "\n"
			   "wall-screen viewer   %s\r\n"
			   "  oncall    operator %s  \n";

static struct vt_arena *arena;

static struct auth known_tokens(void)
{
	struct auth auth = { 0 };
	struct vt_error error = { 0 };
	const char *text = vt_arena_printf(arena, file,
					   "f25297859cf0a70af5c053a5464a5fa647a35ceee1d91397331903846d79ffc1",
					   "EF92B778BAFE771E89245B89ECBC08A44A4E166C06659911881F383D4473E94F");
	if (auth_read_tokens(&auth, vt_str_of(text), "tokens", arena, &error) != VT_OK)
		fail_msg("%s", error.text);
	return auth;
}

static void a_token_brings_its_name_and_role(void **state)
{
	(void)state;
	struct auth auth = known_tokens();
	static const struct {
		const char *authorization;
		enum role role;
		const char *name;
	} cases[] = {
		{ "Bearer whoami", ROLE_VIEWER, "wall-screen" },
		{ "Bearer password123", ROLE_OPERATOR, "oncall" },
		{ "bearer  password123 ", ROLE_OPERATOR, "oncall" },
		{ "Bearer password1234", ROLE_NONE, "" },
		{ "Basic password123", ROLE_NONE, "" },
		{ "Bearer ", ROLE_NONE, "" },
		{ "Bearer", ROLE_NONE, "" },
		{ "", ROLE_NONE, "" },
		{ NULL, ROLE_NONE, "" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct auth_client client = auth_client(&auth, vt_str_of(cases[i].authorization), true);
		char name[64];
		snprintf(name, sizeof name, VT_FMT, VT_ARG(client.name));
		if (client.role != cases[i].role || strcmp(name, cases[i].name) != 0)
			fail_msg("\"%s\" gave role %d, name \"%s\"", cases[i].authorization, client.role, name);
	}
}

static void loopback_is_trusted_only_where_the_file_says_so_and_without_a_token(void **state)
{
	(void)state;
	struct auth auth = known_tokens();
	assert_int_equal(auth_client(&auth, VT_STR_NONE, true).role, ROLE_NONE);
	auth.trust_loopback = true;
	assert_int_equal(auth_client(&auth, VT_STR_NONE, true).role, ROLE_OPERATOR);
	assert_true(auth_client(&auth, VT_STR_NONE, true).trusted);
	assert_int_equal(auth_client(&auth, VT_STR_NONE, false).role, ROLE_NONE);
	assert_int_equal(auth_client(&auth, VT_STR("Bearer wrong"), true).role, ROLE_NONE);
	assert_false(auth_client(&auth, VT_STR("Bearer whoami"), true).trusted);
}

static void a_mistake_in_the_file_is_told_without_repeating_it(void **state)
{
	(void)state;
	static const struct {
		const char *line, *sentence;
	} cases[] = {
		{ "wall viewer", "tokens, line 2: a line holds a name, a role and the SHA-256 of the token" },
		{ "wall viewer f25297859cf0a70af5c053a5464a5fa647a35ceee1d91397331903846d79ffc1 x",
		  "tokens, line 2: a line holds a name, a role and the SHA-256 of the token" },
		{ "wall admin f25297859cf0a70af5c053a5464a5fa647a35ceee1d91397331903846d79ffc1",
		  "tokens, line 2: the role is viewer or operator" },
		{ "wall viewer password123", "tokens, line 2: the SHA-256 of the token is 64 hexadecimal digits" },
		{ "wall viewer g25297859cf0a70af5c053a5464a5fa647a35ceee1d91397331903846d79ffc1",
		  "tokens, line 2: the SHA-256 of the token is 64 hexadecimal digits" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct auth auth = { 0 };
		struct vt_error error = { 0 };
		const char *text = vt_arena_printf(arena, "#\n%s\n", cases[i].line);
		assert_int_equal(auth_read_tokens(&auth, vt_str_of(text), "tokens", arena, &error), VT_E_CONFIG);
		assert_string_equal(error.text, cases[i].sentence);
		assert_int_equal(auth.tokens_len, 0);
	}
}

static void a_host_that_is_a_name_is_not_this_machine(void **state)
{
	(void)state;
	static const struct {
		const char *host;
		bool local;
	} cases[] = {
		{ "localhost", true },
		{ "LOCALHOST:8080", true },
		{ "127.0.0.1:8080", true },
		{ "[::1]:8080", true },
		{ "192.0.2.7", true },
		{ "", true },
		{ "evil.example", false },
		{ "evil.example:8080", false },
		{ "localhost.evil.example", false },
		{ "[evil]", false },
		{ "[", false },
		{ "127.0.0.1.evil.example", false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		if (auth_host_is_local(vt_str_of(cases[i].host)) != cases[i].local)
			fail_msg("\"%s\" is taken for %s", cases[i].host,
				 cases[i].local ? "another host" : "this machine");
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
		CASE(a_token_brings_its_name_and_role),
		CASE(loopback_is_trusted_only_where_the_file_says_so_and_without_a_token),
		CASE(a_mistake_in_the_file_is_told_without_repeating_it),
		CASE(a_host_that_is_a_name_is_not_this_machine),
	};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, begin, end);
}
