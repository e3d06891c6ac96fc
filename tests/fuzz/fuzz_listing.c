/* SPDX-License-Identifier: MIT
 * Every parser over the same bytes, whatever they are: lines are counted once, what is shown as skipped lies inside
 * the text, memory grows with the text, and the facts can be written as JSON.
 */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include "asa/parse.h"
#include "json/shape.h"

/* The worst a text can ask for: the largest struct of facts for its shortest line, and arrays that doubled. */
enum { BYTES_PER_BYTE = 2000, BYTES_AT_LEAST = 1 << 20 };

static void parse(enum vt_listing_kind kind, struct vt_str text, struct vt_buf *out)
{
	struct vt_arena *arena = vt_arena_new();
	struct vt_listing *listing = vt_listing_parse(kind, text, arena);
	const struct vt_parse_report *report = &listing->report;
	FUZZ_CHECK((listing->facts != NULL) == (listing->status == VT_OK));
	FUZZ_CHECK(report->lines == report->recognised + report->skipped);
	FUZZ_CHECK((report->skipped == 0) == (report->first_skipped_line == 0));
	FUZZ_CHECK(report->first_skipped_line <= report->lines);
	if (report->first_skipped.p) {
		FUZZ_CHECK(report->first_skipped.p >= text.p);
		FUZZ_CHECK(report->first_skipped.p + report->first_skipped.len <= text.p + text.len);
	}
	FUZZ_CHECK(vt_arena_size(arena) <= BYTES_AT_LEAST + text.len * BYTES_PER_BYTE);
	struct vt_json json;
	vt_buf_clear(out);
	vt_json_init(&json, out, 0);
	vt_listing_json(listing, &json);
	FUZZ_CHECK(out->len > 2 && out->p[0] == '{' && out->p[out->len - 1] == '}');
	vt_arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct vt_str text = { (const char *)bytes, len };
	struct vt_buf out = { 0 };
	for (int kind = VT_LISTING_UNKNOWN; kind < VT_LISTING_KINDS; kind++)
		parse((enum vt_listing_kind)kind, text, &out);
	parse(vt_listing_of_shape(text), text, &out);
	vt_buf_free(&out);
	return 0;
}
