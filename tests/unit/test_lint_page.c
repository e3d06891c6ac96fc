/* SPDX-License-Identifier: MIT
 * vpntriage-lint(1) has every rule of the lint and every row of the pair table, in their order and words.
 */
#include "config/lint.h"
#include "config/pair.h"
#include "diagnose/catalogue.h"

#include "tests/unit/listing_case.h"

/* What a person reads: troff's escaped dashes as themselves. */
static char *page_text(void)
{
	const char *top = getenv("top_srcdir");
	char path[4096];
	size_t len, kept = 0;
	snprintf(path, sizeof path, "%s/cli/vpntriage-lint.1", top ? top : "..");
	char *text = file_text(path, &len);
	for (size_t i = 0; i < len; i++)
		if (text[i] != '\\' || i + 1 == len || text[i + 1] != '-')
			text[kept++] = text[i];
	text = realloc(text, kept + 1);
	text[kept] = '\0';
	return text;
}

/* The entry of one rule, from `*at` on, which moves behind it. */
static void expect_entry(const char **at, const char *id, const char *fault, enum vt_severity severity,
			 const char *title, const char *advice)
{
	char entry[1024];
	snprintf(entry, sizeof entry, ".TP\n.BR %s \" (%s, %s)\"\n%s.\n.br\nDo: %s.\n", id, fault,
		 vt_severity_name(severity), title, advice);
	const char *found = strstr(*at, entry);
	if (!found)
		fail_msg("the page does not say, in its place:\n%s", entry);
	*at = found + strlen(entry);
}

static void the_page_is_what_the_tables_say(void **state)
{
	(void)state;
	char *text = page_text();
	const char *at = strstr(text, ".SH RULES");
	assert_non_null(at);
	for (size_t i = 0; i < vt_lint_rules_len; i++)
		expect_entry(&at, vt_lint_rules[i].id, vt_lint_rules[i].fault, vt_lint_rules[i].severity,
			     vt_lint_rules[i].title, vt_lint_rules[i].advice);
	for (size_t i = 0; i < vt_pair_rows_len; i++)
		expect_entry(&at, vt_pair_rows[i].id, vt_pair_rows[i].fault, vt_pair_rows[i].severity,
			     vt_pair_rows[i].title, vt_pair_rows[i].advice);
	free(text);
}

static void every_row_names_a_fault_of_the_catalogue(void **state)
{
	(void)state;
	for (size_t i = 0; i < vt_pair_rows_len; i++)
		if (!vt_fault_of(vt_pair_rows[i].fault))
			fail_msg("row %s names %s, which is not in the catalogue", vt_pair_rows[i].id,
				 vt_pair_rows[i].fault);
	assert_non_null(vt_fault_of("P1-PEERNAT"));
	assert_non_null(vt_fault_of("P2-MODE"));
	assert_non_null(vt_fault_of("P2-OVERLAP"));
}

LISTING_TESTS(CASE(every_row_names_a_fault_of_the_catalogue), CASE(the_page_is_what_the_tables_say))
