/* SPDX-License-Identifier: MIT
 * web/metrics: labels and values in the text format of Prometheus.
 */
#include "web/metrics.h"

#include <math.h>
#include <stdio.h>

#include "tests/unit/tap.h"

static void a_label_holds_whatever_a_device_printed(void **state)
{
	(void)state;
	static const struct {
		const char *text, *label;
	} cases[] = {
		{ "", "" },
		{ "fra-fw1", "fra-fw1" },
		{ "say \"hi\"\\\n}", "say \\\"hi\\\"\\\\\\n}" },
		{ "gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f" },
		{ "\xff"
		  "a\xc3",
		  "\xef\xbf\xbd"
		  "a\xef\xbf\xbd" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct vt_buf out = { 0 };
		metrics_label_value(&out, vt_str_of(cases[i].text));
		assert_str(vt_buf_view(&out), cases[i].label);
		vt_buf_free(&out);
	}
}

static void a_label_has_a_bounded_length_and_is_cut_between_characters(void **state)
{
	(void)state;
	char text[1001];
	struct vt_buf out = { 0 };
	for (size_t i = 0; i < 1000; i += 2)
		memcpy(text + i, "\xc3\xbc", 2);
	text[0] = 'a'; /* the second byte of the first sequence stands alone, and all others are shifted */
	metrics_label_value(&out, (struct vt_str){ text, 1000 });
	assert_true(out.len <= 210);
	vt_buf_clear(&out);
	memmove(text + 1, text + 2, 900);
	metrics_label_value(&out, (struct vt_str){ text, 800 });
	assert_true(out.len <= 200);
	assert_null(strstr(out.p, "\xef\xbf\xbd"));
	vt_buf_free(&out);
}

static void whole_numbers_have_no_exponent(void **state)
{
	(void)state;
	static const struct {
		double value;
		const char *text;
	} cases[] = {
		{ 0, "0" },
		{ 1, "1" },
		{ 6000000000, "6000000000" },
		{ 9007199254740991, "9007199254740991" },
		{ 0.5, "0.5" },
		{ -1.5, "-1.5" },
		{ -3, "-3" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct vt_buf out = { 0 };
		metrics_value(&out, cases[i].value);
		assert_str(vt_buf_view(&out), cases[i].text);
		vt_buf_free(&out);
	}
}

UNIT_TESTS(CASE(a_label_holds_whatever_a_device_printed),
	   CASE(a_label_has_a_bounded_length_and_is_cut_between_characters), CASE(whole_numbers_have_no_exponent))
