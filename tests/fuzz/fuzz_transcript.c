/* SPDX-License-Identifier: MIT
 * A paste: cleaned, cut at its prompts, parsed, names resolved. Every output stands inside the text and behind the
 * one before, lines add up, and what was skipped stands inside the output. (The parsers alone: fuzz_listing.c.)
 */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include "asa/clean.h"
#include "json/shape.h"

static bool is_inside(struct vt_str part, struct vt_str whole)
{
	return part.p >= whole.p && part.p + part.len <= whole.p + whole.len;
}

static void check_listing(const struct vt_listing *listing, struct vt_buf *out)
{
	const struct vt_parse_report *report = &listing->report;
	FUZZ_CHECK(report->lines == report->recognised + report->skipped);
	FUZZ_CHECK(report->skipped == 0 || is_inside(report->first_skipped, listing->text));
	struct vt_json json;
	vt_buf_clear(out);
	vt_json_init(&json, out, 2);
	vt_listing_json(listing, &json);
	FUZZ_CHECK(out->p[out->len - 1] == '}');
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	char *text = malloc(len ? len : 1);
	if (len)
		memcpy(text, bytes, len);
	vt_clean(text, &len, NULL);
	struct vt_arena *arena = vt_arena_new();
	struct vt_buf out = { 0 };
	struct vt_str paste = { text, len };
	const char *behind = text;
	size_t listings_len;
	struct vt_listing **listings = vt_transcript_parse(paste, VT_STR_NONE, arena, &listings_len);
	for (size_t i = 0; i < listings_len; i++) {
		FUZZ_CHECK(is_inside(listings[i]->text, paste));
		FUZZ_CHECK(listings[i]->text.p >= behind);
		behind = listings[i]->text.p + listings[i]->text.len;
		check_listing(listings[i], &out);
	}
	vt_buf_free(&out);
	vt_arena_free(arena);
	free(text);
	return 0;
}
