/* SPDX-License-Identifier: MIT
 * A running configuration of any bytes: read, resolved, linted, and compared with itself as the other end. Lines are
 * counted once, evidence lies inside the text, and neither references that go in circles nor groups that multiply
 * take more than their bounds.
 */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include "config/lint.h"
#include "config/pair.h"
#include "config/sheet.h"

enum {
	/* Per byte of text: the largest thing a short line can make. Whatever the text: all pairs of networks, up to
	 * their bound, and what the lint sorts of them. */
	BYTES_PER_BYTE = 4000,
	BYTES_AT_LEAST = 16 << 20,
	BYTES_PER_PAIR = 1000,
};

static void check_findings(const struct vt_config *config, const struct vt_findings *findings)
{
	for (size_t i = 0; i < findings->len; i++) {
		const struct vt_finding *finding = &findings->items[i];
		FUZZ_CHECK(finding->rule && finding->fault && finding->says.len && finding->advice);
		FUZZ_CHECK(finding->lines_len <= VT_FINDING_PLACES);
		for (size_t j = 0; j < finding->lines_len; j++) {
			FUZZ_CHECK(finding->lines[j].place.first >= 1);
			FUZZ_CHECK(finding->lines[j].place.first <= config->report.lines);
		}
	}
}

static void write_sheets(const struct vt_config *config, const struct vt_expected *expected)
{
	struct vt_buf out = { 0 };
	for (size_t i = 0; i < expected->len && i < 4; i++) {
		struct vt_sheet sheet = { .config = config, .tunnel = &expected->tunnels[i] };
		vt_sheet_write(&sheet, i % 2 ? VT_SHEET_MARKDOWN : VT_SHEET_TEXT, &out);
	}
	vt_buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct vt_config *config = vt_config_new();
	struct vt_expected expected;
	struct vt_findings findings = { 0 }, compared = { 0 };
	vt_config_read(config, (struct vt_str){ (const char *)bytes, len });
	vt_config_finish(config);
	FUZZ_CHECK(config->report.lines == config->report.recognised + config->report.skipped);
	vt_config_expected(config, config->arena, &expected);
	struct vt_lint_input input = { .config = config, .expected = &expected };
	vt_lint(&input, config->arena, &findings);
	check_findings(config, &findings);
	/* Two devices with the same configuration: each is the other's peer wherever it is its own. */
	struct vt_pair_side side = { .name = "a", .config = config, .expected = &expected, .findings = &findings };
	struct vt_pair_side sides[] = { side, side };
	struct vt_ends_list ends = { 0 };
	vt_pair_find(sides, 2, config->arena, &ends);
	for (size_t i = 0; i < ends.len && i < 16; i++)
		vt_pair_compare(sides, &ends.items[i], config->arena, &compared);
	check_findings(config, &compared);
	write_sheets(config, &expected);
	FUZZ_CHECK(vt_arena_size(config->arena) <=
		   BYTES_AT_LEAST + len * BYTES_PER_BYTE + (size_t)VT_RESOLVE_TOTAL_MAX * BYTES_PER_PAIR);
	vt_config_free(config);
	return 0;
}
