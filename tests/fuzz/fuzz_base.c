/* SPDX-License-Identifier: MIT
 * Addresses, times and durations: whatever is accepted has one canonical text that means the same again.
 */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include "base/addr.h"
#include "base/lines.h"
#include "base/timefmt.h"

static void check_addr(struct vt_str text)
{
	struct vt_addr addr, again;
	char canonical[VT_ADDR_TEXT];
	if (!vt_addr_parse(text, &addr))
		return;
	struct vt_str view = { canonical, vt_addr_format(&addr, canonical) };
	FUZZ_CHECK(view.len < VT_ADDR_TEXT);
	FUZZ_CHECK(vt_addr_parse(view, &again));
	FUZZ_CHECK(vt_addr_eq(&addr, &again));
}

static void check_time(struct vt_str text)
{
	int64_t at_ms, again_ms;
	char canonical[VT_TIME_TEXT];
	if (!vt_time_parse(text, &at_ms))
		return;
	struct vt_str view = { canonical, vt_time_format(at_ms, canonical) };
	FUZZ_CHECK(view.len < VT_TIME_TEXT);
	FUZZ_CHECK(vt_time_parse(view, &again_ms));
	FUZZ_CHECK(at_ms == again_ms);
}

static void check_duration(struct vt_str text)
{
	int64_t ms;
	char words[VT_TIME_TEXT];
	if (!vt_duration_parse(text, &ms))
		return;
	FUZZ_CHECK(ms >= 0);
	FUZZ_CHECK(vt_duration_format(ms, words) < VT_TIME_TEXT);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct vt_lines lines = vt_lines_of((struct vt_str){ (const char *)bytes, len });
	for (struct vt_str line; vt_lines_next(&lines, &line);) {
		check_addr(line);
		check_time(line);
		check_duration(line);
	}
	return 0;
}
