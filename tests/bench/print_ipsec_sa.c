/* SPDX-License-Identifier: MIT
 * print_ipsec_sa N: the same listing on standard output, for what is not written in C.
 */
#include "config.h"

#include "tests/bench/ipsec_sa_text.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
	struct vt_buf out = { 0 };
	unsigned long selectors = argc == 2 ? strtoul(argv[1], NULL, 10) : 0;
	if (selectors == 0 || selectors > 1000000) {
		fprintf(stderr, "usage: print_ipsec_sa NUMBER-OF-SELECTORS\n");
		return 2;
	}
	ipsec_sa_text(&out, (unsigned)selectors);
	size_t written = fwrite(out.p, 1, out.len, stdout);
	bool whole = written == out.len && fflush(stdout) == 0;
	vt_buf_free(&out);
	return whole ? 0 : 1;
}
