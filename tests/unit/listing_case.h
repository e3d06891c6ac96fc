/* SPDX-License-Identifier: MIT
 * What the tests of the listing parsers share.
 *
 *     LISTING(route, struct vt_route_table, vt_route_parse)     defines parse_route() and cut_route()
 *
 * parse_route(text) answers facts that live until the next call and leaves the report in `report`; cut_route(text)
 * parses every beginning of the text, each in memory of exactly its size, so that a sanitizer sees one byte too far.
 * fixtures("show_route", cut_route) does that with each file of tests/corpus/show_route; with whole_route each of
 * them is taken without a line skipped.
 */
#ifndef TESTS_UNIT_LISTING_CASE_H
#define TESTS_UNIT_LISTING_CASE_H

#include "asa/report.h"
#include "base/arena.h"
#include "base/status.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/tap.h"

static struct vt_parse_report report __attribute__((unused));
static struct vt_arena *case_arena __attribute__((unused));
static enum vt_status case_status __attribute__((unused));

static inline struct vt_arena *fresh_arena(void)
{
	if (case_arena)
		vt_arena_reset(case_arena);
	else
		case_arena = vt_arena_new();
	report = (struct vt_parse_report){ 0 };
	return case_arena;
}

static inline int end_of_cases(void **state)
{
	(void)state;
	vt_arena_free(case_arena);
	case_arena = NULL;
	return 0;
}

/* Every line is counted exactly once, and what was skipped is shown from inside the text. */
static inline void assert_report_adds_up(struct vt_str text)
{
	assert_int_equal(report.lines, report.recognised + report.skipped);
	if (report.skipped) {
		assert_true(report.first_skipped_line > 0);
		assert_true(report.first_skipped.p >= text.p);
		assert_true(report.first_skipped.p + report.first_skipped.len <= text.p + text.len);
	}
}

#define LISTING(name, type, function)                                                                                  \
	static inline type *parse_##name(const char *text)                                                             \
	{                                                                                                              \
		static type facts;                                                                                     \
		case_status = function(vt_str_of(text), fresh_arena(), &facts, &report);                               \
		assert_report_adds_up(vt_str_of(text));                                                                \
		return &facts;                                                                                         \
	}                                                                                                              \
	__attribute__((unused)) static inline void cut_##name(const char *text, size_t len)                            \
	{                                                                                                              \
		for (size_t n = 0; n <= len; n++) {                                                                    \
			type facts;                                                                                    \
			char *exact = malloc(n ? n : 1);                                                               \
			memcpy(exact, text, n);                                                                        \
			function((struct vt_str){ exact, n }, fresh_arena(), &facts, &report);                         \
			assert_report_adds_up((struct vt_str){ exact, n });                                            \
			free(exact);                                                                                   \
		}                                                                                                      \
	}                                                                                                              \
	__attribute__((unused)) static inline void whole_##name(const char *text, size_t len)                          \
	{                                                                                                              \
		char *terminated = strndup(text, len);                                                                 \
		parse_##name(terminated);                                                                              \
		assert_parsed();                                                                                       \
		free(terminated);                                                                                      \
	}                                                                                                              \
	static inline type *parse_##name(const char *text)

#define assert_parsed()                                                                                                \
	do {                                                                                                           \
		assert_int_equal(case_status, VT_OK);                                                                  \
		assert_str(report.first_skipped, "");                                                                  \
		assert_false(report.truncated);                                                                        \
	} while (0)

/* Absent is not empty. */
#define assert_absent(view) assert_null((view).p)

static inline char *file_text(const char *path, size_t *len)
{
	FILE *file = fopen(path, "rb");
	if (!file)
		fail_msg("cannot read %s", path);
	char *text = NULL;
	size_t cap = 0;
	*len = 0;
	do {
		text = realloc(text, cap += 65536);
		*len += fread(text + *len, 1, cap - *len, file);
	} while (*len == cap);
	fclose(file);
	return text;
}

/* One fixture, terminated; the caller frees it. */
static inline char *fixture(const char *name)
{
	const char *top = getenv("top_srcdir");
	char path[8192];
	size_t len;
	snprintf(path, sizeof path, "%s/tests/corpus/%s", top ? top : "..", name);
	char *text = file_text(path, &len);
	text = realloc(text, len + 1);
	text[len] = '\0';
	return text;
}

/* Calls `each` with every fixture of ours for a command; at least one has to be there. */
static inline void fixtures(const char *command, void (*each)(const char *text, size_t len))
{
	const char *top = getenv("top_srcdir");
	char folder[4096], path[8192];
	snprintf(folder, sizeof folder, "%s/tests/corpus/%s", top ? top : "..", command);
	DIR *dir = opendir(folder);
	if (!dir)
		fail_msg("cannot read %s", folder);
	size_t count = 0;
	for (struct dirent *entry; (entry = readdir(dir));) {
		size_t len;
		const char *dot = strrchr(entry->d_name, '.');
		if (!dot || strcmp(dot, ".txt") != 0)
			continue;
		snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
		char *text = file_text(path, &len);
		each(text, len);
		free(text);
		count++;
	}
	closedir(dir);
	assert_true(count > 0);
}

#define LISTING_TESTS(...)                                                                                             \
	int main(void)                                                                                                 \
	{                                                                                                              \
		const struct CMUnitTest tests[] = { __VA_ARGS__ };                                                     \
		cmocka_set_message_output(CM_OUTPUT_TAP);                                                              \
		return cmocka_run_group_tests(tests, NULL, end_of_cases);                                              \
	}

#endif
