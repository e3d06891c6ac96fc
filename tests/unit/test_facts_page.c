/* SPDX-License-Identifier: MIT
 * vpntriage-facts(7) names every field of every listing, in the section of its command.
 */
#include "asa/parse.h"
#include "base/buf.h"
#include "base/lines.h"

#include "tests/unit/listing_case.h"

/* What a person reads: troff's escaped dashes and backslashes as themselves. */
static struct vt_str page_text(void)
{
	const char *top = getenv("top_srcdir");
	char path[4096];
	size_t len, kept = 0;
	snprintf(path, sizeof path, "%s/cli/vpntriage-facts.7", top ? top : "..");
	char *text = file_text(path, &len);
	for (size_t i = 0; i < len; i++)
		if (text[i] != '\\' || i + 1 == len || text[i + 1] != '-')
			text[kept++] = text[i];
	return (struct vt_str){ text, kept };
}

/* The lines between ".SH command" and the next ".SH". */
static struct vt_str section_of(struct vt_str page, const char *command)
{
	char heading[256];
	snprintf(heading, sizeof heading, "\n.SH %s\n", command);
	ptrdiff_t at = vt_str_find(page, vt_str_of(heading));
	if (at < 0)
		fail_msg("no section \"%s\"", command);
	struct vt_str rest = vt_str_from(page, (size_t)at + strlen(heading));
	ptrdiff_t end = vt_str_find(rest, VT_STR("\n.SH "));
	return end < 0 ? rest : vt_str_first(rest, (size_t)end + 1);
}

static bool names_field(struct vt_str section, const char *name)
{
	struct vt_lines lines = vt_lines_of(section);
	struct vt_str line, word;
	while (vt_lines_next(&lines, &line)) {
		vt_skip_blanks(&line);
		if (vt_scan_word(&line, &word) && vt_str_eq(word, vt_str_of(name)))
			return true;
	}
	return false;
}

static void assert_names_fields(struct vt_str section, const char *command, const struct vt_shape *shape)
{
	for (size_t i = 0; i < shape->fields_len; i++) {
		if (!names_field(section, shape->fields[i].name))
			fail_msg("%s: nothing about \"%s\"", command, shape->fields[i].name);
		if (shape->fields[i].shape)
			assert_names_fields(section, command, shape->fields[i].shape);
	}
}

static void every_field_is_named_in_the_section_of_its_command(void **state)
{
	(void)state;
	struct vt_str page = page_text();
	for (int kind = VT_LISTING_UNKNOWN + 1; kind < VT_LISTING_KINDS; kind++) {
		const char *command = vt_listing_command((enum vt_listing_kind)kind);
		const struct vt_shape *shape = vt_listing_shape((enum vt_listing_kind)kind);
		assert_non_null(shape);
		assert_names_fields(section_of(page, command), command, shape);
	}
	free((char *)page.p);
}

LISTING_TESTS(CASE(every_field_is_named_in_the_section_of_its_command))
