/* SPDX-License-Identifier: MIT
 * The cleaner: whatever comes in, what is left is not longer, and no control byte that moves a cursor stays but CR.
 */
#include "config.h"

#include "tests/fuzz/fuzz.h"

#include "asa/clean.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	/* Exactly as large as the text: a sanitizer sees one byte too far. */
	char *text = malloc(len ? len : 1);
	size_t left = len;
	struct vt_clean_report report;
	if (len)
		memcpy(text, bytes, len);
	vt_clean(text, &left, &report);
	FUZZ_CHECK(left <= len);
	FUZZ_CHECK(left == 0 || memchr(text, '\b', left) == NULL);
	FUZZ_CHECK(left == 0 || memchr(text, '\033', left) == NULL);
	FUZZ_CHECK(left == 0 || memchr(text, '\0', left) == NULL);
	FUZZ_CHECK(report.pagers + report.escapes + report.nul_bytes <= len);
	free(text);
	return 0;
}
