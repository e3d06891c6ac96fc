/* SPDX-License-Identifier: MIT
 * A paste, cut in two files at its middle, through the whole diagnosis. No verdict is above its caps, nothing is both
 * candidate and excluded, evidence points into the paste, and both forms of the report can be written.
 */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include "asa/clean.h"
#include "json/diagnosis.h"

static void check_candidates(const struct vt_report *r)
{
	for (size_t i = 0; i < r->candidates_len; i++) {
		const struct vt_candidate *c = &r->candidates[i];
		enum vt_confidence most = c->basis == VT_BASIS_OBSERVED ? c->fault->cap_both : c->fault->cap_stated;
		FUZZ_CHECK(c->confidence >= VT_POSSIBLE && c->confidence <= most);
		FUZZ_CHECK(i == 0 || c->confidence <= r->candidates[i - 1].confidence);
		FUZZ_CHECK(!r->one_sided || c->basis != VT_BASIS_OBSERVED || c->fault->lies != VT_LIES_PATH ||
			   c->confidence <= VT_LIKELY);
		for (size_t j = 0; j < r->ruled_out_len; j++)
			FUZZ_CHECK(r->ruled_out[j].fault != c->fault);
	}
}

static void check_report(const struct vt_report *r, struct vt_buf *out)
{
	struct vt_json json;
	check_candidates(r);
	FUZZ_CHECK(r->summary && r->title);
	for (size_t i = 0; i < r->evidence_len; i++) {
		struct vt_str text, paste = r->evidence[i].quote.paste->text;
		FUZZ_CHECK(vt_quote_line(&r->evidence[i].quote, &text) >= 1);
		FUZZ_CHECK(text.len == 0 || (text.p >= paste.p && text.p + text.len <= paste.p + paste.len));
	}
	vt_buf_clear(out);
	vt_report_text(r, false, out);
	vt_report_text(r, true, out);
	vt_report_row(r, false, out);
	vt_buf_clear(out);
	vt_json_init(&json, out, 2);
	vt_report_json(r, &json);
	FUZZ_CHECK(out->p[out->len - 1] == '}');
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	char *text = malloc(len ? len : 1);
	if (len)
		memcpy(text, bytes, len);
	vt_clean(text, &len, NULL);
	size_t half = len / 2;
	while (half < len && text[half] != '\n')
		half++;
	const struct vt_paste both[] = { { "a", { text, half } }, { "b", { text + half, len - half } } };
	const struct vt_paste whole[] = { { "paste", { text, len } } };
	struct vt_buf out = { 0 };
	for (size_t n = 1; n <= 2; n++) {
		struct vt_arena *arena = vt_arena_new();
		struct vt_case *c = vt_case_new(n == 1 ? whole : both, n, arena);
		for (size_t i = 0; i < c->tunnels_len && i < 64; i++)
			check_report(vt_diagnose(c, &c->tunnels[i], arena), &out);
		vt_case_free(c);
		vt_arena_free(arena);
	}
	vt_buf_free(&out);
	free(text);
	return 0;
}
