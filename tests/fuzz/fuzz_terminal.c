/* SPDX-License-Identifier: MIT
 * The screen: any bytes in any split leave a text that is part of what came, and the same one for every split as long
 * as no pager was answered. The first byte chooses what was typed, the second how the rest is split.
 */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include "asa/terminal.h"

struct outcome {
	struct vt_buf answer;
	char prompt[VT_PROMPT_TEXT];
	bool echoed;
	unsigned mores, async_lines;
};

static const struct vt_str typed[] = {
	{ NULL, 0 }, VT_STR(""), VT_STR("show mode"), VT_STR("show vpn-sessiondb detail l2l filter ipaddress 192.0.2.1")
};
static const char *const prompts[] = { "", "fw1#", "fw1/pri/act#", "fw1>" };

static struct outcome play(uint8_t kind, struct vt_str bytes, size_t step)
{
	struct vt_terminal t = { 0 };
	struct vt_prompt known = { 0 };
	struct outcome outcome = { 0 };
	vt_prompt_parse(vt_str_of(prompts[kind >> 2 & 3]), &known);
	vt_terminal_expect(&t, typed[kind & 3], &known);
	for (size_t at = 0, n; at < bytes.len; at += n) {
		n = step < bytes.len - at ? step : bytes.len - at;
		memcpy(vt_terminal_room(&t, n), bytes.p + at, n);
		enum vt_screen screen = vt_terminal_feed(&t, n);
		FUZZ_CHECK(t.line <= t.text.len && t.text.len <= bytes.len);
		FUZZ_CHECK(t.text.p[t.text.len] == '\0');
		FUZZ_CHECK((screen == VT_SCREEN_PROMPT) == (t.seen.text[0] != '\0'));
	}
	memcpy(outcome.prompt, t.seen.text, sizeof outcome.prompt);
	outcome.echoed = t.echoed;
	outcome.mores = t.mores;
	vt_terminal_take(&t, kind & 16, &outcome.answer, &outcome.async_lines);
	vt_terminal_clear(&t);
	return outcome;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct vt_str line;
	if (len < 3)
		return 0;
	struct vt_str stream = { (const char *)bytes + 2, len - 2 };
	struct outcome whole = play(bytes[0], stream, SIZE_MAX), split = play(bytes[0], stream, 1u + bytes[1] % 64u);
	/* Beyond the bounds of terminal.c what counts as a line depends on what was there when it was looked at. */
	if (whole.mores == 0 && split.mores == 0 && len < 2000) {
		FUZZ_CHECK(vt_str_eq(vt_buf_view(&whole.answer), vt_buf_view(&split.answer)));
		FUZZ_CHECK(strcmp(whole.prompt, split.prompt) == 0);
		FUZZ_CHECK(whole.echoed == split.echoed && whole.async_lines == split.async_lines);
	}
	if (vt_answer_refusal(vt_buf_view(&whole.answer), &line) != VT_OK)
		FUZZ_CHECK(line.p >= whole.answer.p && line.p + line.len <= whole.answer.p + whole.answer.len);
	vt_buf_free(&whole.answer);
	vt_buf_free(&split.answer);
	return 0;
}
