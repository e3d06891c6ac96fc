/* SPDX-License-Identifier: MIT
 * The cleaner: bytes as they come over the wire, and what a terminal would show of them.
 */
#include "asa/clean.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/tap.h"

#define BYTES(literal)                                                                                                 \
	{                                                                                                              \
		("" literal), sizeof(literal) - 1                                                                      \
	}

static struct vt_clean_report report;

static char *cleaned(struct vt_str raw, size_t *len)
{
	char *text = malloc(raw.len ? raw.len : 1);
	memcpy(text, raw.p, raw.len);
	*len = raw.len;
	vt_clean(text, len, &report);
	return text;
}

static void what_a_terminal_shows_stays(void **state)
{
	(void)state;
	static const struct {
		const char *what;
		struct vt_str raw;
		const char *shown;
	} cases[] = {
		{ "nothing", BYTES(""), "" },
		{ "CR LF stays", BYTES("a\r\nb\r\r\nc\n"), "a\r\nb\r\r\nc\n" },
		{ "LF CR", BYTES("a\n\rb\n\r"), "a\nb\n" },
		{ "a lone CR goes to the first column", BYTES("abcdef\rxy\n"), "xycdef\n" },
		{ "CR alone ends lines where nothing else does", BYTES("a\rb\rc"), "a\nb\nc" },
		{ "a backspace takes back", BYTES("show vers\b\b\b\bclock\n"), "show clock\n" },
		{ "backspace, blank, backspace", BYTES("abc\b \b\n"), "ab \n" },
		{ "backspaces beyond the first column", BYTES("a\b\b\bxyz\n"), "xyz\n" },
		{ "NUL and bell", BYTES("a\0b\ac\n"), "abc\n" },
		{ "a tab is text", BYTES("a\tb\n"), "a\tb\n" },
		{ "colours", BYTES("\033[1;31mred\033[0m\n"), "red\n" },
		{ "erase to the end of the line", BYTES("secret\rno\033[K\n"), "no\n" },
		{ "a window title", BYTES("\033]0;fw1\afw1# \n"), "fw1# \n" },
		{ "an escape that the end cuts", BYTES("a\033["), "a" },
		{ "byte order mark and no-break spaces",
		  BYTES("\xef\xbb\xbf"
			"a\xc2\xa0"
			"b\n"),
		  "a b\n" },
		{ "UTF-8 stays", BYTES("M\xc3\xbcnchen\n"), "M\xc3\xbcnchen\n" },
		{ "pager, blanked", BYTES("a\r\n<--- More --->\r              \r  b\r\n"), "a\r\n  b\n" },
		{ "pager, taken back", BYTES("a\n<--- More --->\b\b\b\b\b\b\b\b\b\b\b\b\b\b              \b\b  b\n"),
		  "a\n  b\n" },
		{ "pager whose blanking lost its CRs", BYTES("a\n<--- More --->              b\n"), "a\nb\n" },
		{ "pager on a line of its own", BYTES("a\n<--- More --->\nb\n"), "a\nb\n" },
		{ "pager at the end", BYTES("a\n<--- More --->"), "a\n" },
		{ "two pagers", BYTES("<--- More --->\r   \r<--- More --->\r   \ra\n"), "a\n" },
		{ "what only resembles a pager", BYTES("x <--- More --->\n<--- Less --->\n<-\n"),
		  "x <--- More --->\n<--- Less --->\n<-\n" },
		{ "a syslog line is the parser's business", BYTES("%ASA-5-111008: x\n"), "%ASA-5-111008: x\n" },
		{ "a scrolled echo", BYTES("fw1# packet-tracer in\rfw1# $er input inside tcp\n"),
		  "fw1# $er input inside tcp\n" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		size_t len;
		char *text = cleaned(cases[i].raw, &len);
		if (!vt_str_eq((struct vt_str){ text, len }, vt_str_of(cases[i].shown)))
			fail_msg("%s: got \"%.*s\", expected \"%s\"", cases[i].what, (int)len, text, cases[i].shown);
		free(text);
	}
}

static void the_report_counts(void **state)
{
	(void)state;
	size_t len;
	free(cleaned((struct vt_str)BYTES("a\0\0\033[0mb\n<--- More --->\r  \rc\b\bxy\n"), &len));
	assert_int_equal(report.nul_bytes, 2);
	assert_int_equal(report.escapes, 1);
	assert_int_equal(report.pagers, 1);
	assert_int_equal(report.erased_bytes, 1);
}

/* The span search looks at sixteen bytes at a time: the suspicious one may stand anywhere in them. */
static void a_byte_is_found_wherever_it_stands(void **state)
{
	(void)state;
	for (size_t before = 0; before < 70; before++) {
		for (size_t behind = 0; behind < 40; behind++) {
			char raw[128];
			memset(raw, 'x', sizeof raw);
			raw[before] = '\0';
			size_t len, all = before + 1 + behind;
			char *text = cleaned((struct vt_str){ raw, all }, &len);
			if (len != all - 1 || memchr(text, '\0', len))
				fail_msg("NUL behind %zu and before %zu bytes stayed", before, behind);
			free(text);
		}
	}
}

static void cleaning_twice_changes_nothing_more(void **state)
{
	(void)state;
	static const char alphabet[] = "ab \r\n\b\033[K<->More\0";
	unsigned seed = 1;
	for (int round = 0; round < 20000; round++) {
		char raw[64];
		size_t n = (seed >> 8) % sizeof raw, once, twice;
		for (size_t i = 0; i < n; i++) {
			seed = seed * 1103515245 + 12345;
			raw[i] = alphabet[(seed >> 16) % (sizeof alphabet - 1)];
		}
		char *first = cleaned((struct vt_str){ raw, n }, &once);
		assert_true(once <= n);
		assert_null(memchr(first, '\b', once));
		assert_null(memchr(first, '\033', once));
		char *second = cleaned((struct vt_str){ first, once }, &twice);
		/* A pager's text may come together only when what stood in its middle is gone. */
		if (report.pagers == 0)
			assert_true(vt_str_eq((struct vt_str){ first, once }, (struct vt_str){ second, twice }));
		free(first);
		free(second);
		seed = seed * 1103515245 + 12345;
	}
}

UNIT_TESTS(CASE(what_a_terminal_shows_stays), CASE(the_report_counts), CASE(a_byte_is_found_wherever_it_stands),
	   CASE(cleaning_twice_changes_nothing_more))
