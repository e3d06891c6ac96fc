/* SPDX-License-Identifier: MIT
 * The catalogue of faults is whole, everything else that names a fault names one of it, and vpntriage-faults(7) is
 * what the table says. `VT_WRITE_PAGES=1 tests/unit/test_catalogue` writes the page again.
 */
#include "config/lint.h"
#include "config/pair.h"
#include "diagnose/catalogue.h"
#include "diagnose/log_signs.h"
#include "json/diagnosis.h"

#include <stdlib.h>

#include "tests/unit/listing_case.h"

static void ids_are_different_and_texts_are_there(void **state)
{
	(void)state;
	for (size_t i = 0; i < vt_faults_len; i++) {
		const struct vt_fault *fault = &vt_faults[i];
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(fault->id, vt_faults[j].id);
		assert_ptr_equal(vt_fault_of(fault->id), fault);
		assert_true(strlen(fault->title) > 8 && strlen(fault->symptoms) > 8 && strlen(fault->separate) > 8);
		assert_non_null(fault->steps[0].text);
		assert_non_null(fault->source);
	}
	assert_null(vt_fault_of("P1-NONE"));
	assert_null(vt_fault_of(NULL));
}

/* Caps of diagnosis.md section A: what lies elsewhere is at most likely from one end, keys at most strong. */
static void caps_keep_the_ground_rules(void **state)
{
	(void)state;
	for (size_t i = 0; i < vt_faults_len; i++) {
		const struct vt_fault *fault = &vt_faults[i];
		assert_true(fault->cap_one <= fault->cap_both);
		if (fault->class == VT_CLASS_PHASE1 && fault->lies == VT_LIES_PATH)
			assert_true(fault->cap_one <= VT_LIKELY);
	}
	assert_int_equal(vt_fault_of("P1-PSK")->cap_stated, VT_STRONG);
	assert_int_equal(vt_fault_of("P1-PSK")->cap_both, VT_STRONG);
}

static void every_rule_of_the_lint_names_a_fault_of_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < vt_lint_rules_len; i++)
		if (!vt_fault_of(vt_lint_rules[i].fault))
			fail_msg("lint rule %s names %s, which is not in the catalogue", vt_lint_rules[i].id,
				 vt_lint_rules[i].fault);
}

static void every_row_of_a_pair_names_a_fault_of_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < vt_pair_rows_len; i++)
		if (vt_pair_rows[i].fault && !vt_fault_of(vt_pair_rows[i].fault))
			fail_msg("pair row %s names %s, which is not in the catalogue", vt_pair_rows[i].id,
				 vt_pair_rows[i].fault);
}

/* A row behind a wider one of the same id would never be asked. */
static void every_sign_of_a_log_names_a_fault_and_can_be_reached(void **state)
{
	(void)state;
	for (size_t i = 0; i < vt_log_signs_len; i++) {
		const struct vt_log_sign *sign = &vt_log_signs[i];
		const struct vt_syslog message = { .id = sign->from, .text = vt_str_of(sign->text ? sign->text : "") };
		if (sign->fault && !vt_fault_of(sign->fault))
			fail_msg("%u names %s, which is not in the catalogue", sign->from, sign->fault);
		if (vt_log_sign_of(&message) != sign)
			fail_msg("%u \"%s\" is never asked", sign->from, sign->text ? sign->text : "");
	}
}

static void the_catalogue_is_written_whole(void **state)
{
	(void)state;
	struct vt_buf out = { 0 };
	struct vt_json json;
	size_t ids = 0;
	vt_json_init(&json, &out, 0);
	vt_faults_json(&json);
	struct vt_str rest = vt_buf_view(&out);
	for (ptrdiff_t at; (at = vt_str_find(rest, VT_STR("\"id\":"))) >= 0; ids++)
		rest = vt_str_from(rest, (size_t)at + 1);
	assert_int_equal(ids, vt_faults_len);
	assert_true(vt_str_find(vt_buf_view(&out), VT_STR("{peer}")) < 0);
	vt_buf_free(&out);
}

static void names_take_the_place_of_marks(void **state)
{
	(void)state;
	struct vt_buf out = { 0 };
	struct vt_fault_names names = { .here = VT_STR("fra-fw1"), .peer = VT_STR("192.0.2.7") };
	vt_fault_text(&out, "on {here}: ping {peer} by {ifc}, {not a mark}", &names);
	assert_str(vt_buf_view(&out), "on fra-fw1: ping 192.0.2.7 by IFC, {not a mark}");
	vt_buf_free(&out);
}

/* ---- the page ---- */

static void troff(struct vt_buf *page, const char *text)
{
	struct vt_fault_names nobody = { 0 };
	struct vt_buf plain = { 0 };
	vt_fault_text(&plain, text, &nobody);
	for (size_t i = 0; i < plain.len; i++) {
		if (plain.p[i] == '-')
			vt_buf_char(page, '\\');
		if (i == 0 && plain.p[i] == '.')
			vt_buf_str(page, VT_STR("\\&"));
		vt_buf_char(page, plain.p[i]);
	}
	vt_buf_free(&plain);
}

static void line(struct vt_buf *page, const char *before, const char *text)
{
	vt_buf_str(page, vt_str_of(before));
	troff(page, text);
	vt_buf_char(page, '\n');
}

static void entry(struct vt_buf *page, const struct vt_fault *fault)
{
	line(page, ".TP\n.B ", fault->id);
	line(page, "", fault->title);
	vt_buf_printf(page, "(layer %s; at most %s from one end, %s from both, %s when a device states it).\n",
		      vt_layer_name(fault->layer), vt_confidence_name(fault->cap_one),
		      vt_confidence_name(fault->cap_both), vt_confidence_name(fault->cap_stated));
	line(page, ".br\n", fault->symptoms);
	line(page, ".br\nSeparates: ", fault->separate);
	for (size_t i = 0; i < VT_FAULT_STEPS && fault->steps[i].text; i++) {
		vt_buf_printf(page, ".br\nDo (%s): ", vt_where_name(fault->steps[i].where));
		line(page, "", fault->steps[i].text);
		if (fault->steps[i].command)
			line(page, ".br\n.I ", fault->steps[i].command);
	}
}

static void page_of_the_table(struct vt_buf *page)
{
	static const struct {
		const char *prefix, *heading;
	} sections[] = { { "P1-", "PHASE 1" },  { "P2-", "PHASE 2" },     { "NT-", "UP WITHOUT TRAFFIC" },
			 { "FL-", "FLAPPING" }, { "OK-", "NOT A FAULT" }, { "EN-", "ENVIRONMENT" } };
	vt_buf_printf(page, ".\\\" SPDX-License-Identifier: MIT\n"
			    ".\\\" Made from the catalogue; tests/unit/test_catalogue.c tells how.\n"
			    ".TH VPNTRIAGE\\-FAULTS 7 \"\" \"vpntriage\" \"Faults\"\n.SH NAME\n"
			    "vpntriage\\-faults \\- what vpntriage can say about a tunnel\n.SH DESCRIPTION\n"
			    "A verdict names one of these ids. How sure it is has four words:\n"
			    ".B certain\n(a configuration line, or a device that names the cause),\n"
			    ".B strong\n(two independent observations that exclude what looks alike),\n"
			    ".B likely\n(the pattern fits, something that looks alike is not excluded) and\n"
			    ".B possible\n(listed only). What lies on the other end or on the path is at most likely\n"
			    "as long as one end alone is in view; that pre\\-shared keys differ is at most strong.\n");
	for (size_t s = 0; s < sizeof sections / sizeof *sections; s++) {
		vt_buf_printf(page, ".SH %s\n", sections[s].heading);
		for (size_t i = 0; i < vt_faults_len; i++)
			if (!strncmp(vt_faults[i].id, sections[s].prefix, 3))
				entry(page, &vt_faults[i]);
	}
	vt_buf_printf(page, ".SH SEE ALSO\n.BR vpntriage\\-explain (1),\n.BR vpntriage\\-lint (1)\n");
}

static void the_man_page_is_the_table(void **state)
{
	(void)state;
	const char *top = getenv("top_srcdir");
	char path[4096];
	struct vt_buf page = { 0 };
	size_t len;
	snprintf(path, sizeof path, "%s/cli/vpntriage-faults.7", top ? top : "..");
	page_of_the_table(&page);
	if (getenv("VT_WRITE_PAGES")) {
		FILE *file = fopen(path, "w");
		assert_non_null(file);
		fwrite(page.p, 1, page.len, file);
		fclose(file);
	}
	char *text = file_text(path, &len);
	assert_int_equal(len, page.len);
	assert_memory_equal(text, page.p, len);
	free(text);
	vt_buf_free(&page);
}

LISTING_TESTS(CASE(ids_are_different_and_texts_are_there), CASE(caps_keep_the_ground_rules),
	      CASE(every_rule_of_the_lint_names_a_fault_of_it), CASE(every_row_of_a_pair_names_a_fault_of_it),
	      CASE(every_sign_of_a_log_names_a_fault_and_can_be_reached), CASE(the_catalogue_is_written_whole),
	      CASE(names_take_the_place_of_marks), CASE(the_man_page_is_the_table))
