/* SPDX-License-Identifier: MIT
 * What every benchmark prints: one row a figure, with its unit, the size of its input, the number of runs and,
 * where there is one, the ratio to a reference measured in the same run.
 *
 * Figures are medians, and CPU time rather than wall time wherever work is measured: a busy neighbour costs the
 * latter. Rows also go to the file $BENCH_ROWS (tab-separated), where a later benchmark finds its reference.
 */
#ifndef TESTS_BENCH_BENCH_H
#define TESTS_BENCH_BENCH_H

#include "base/buf.h"

struct bench_row {
	const char *figure; /* what was measured: "parse show crypto ipsec sa" */
	double value;
	const char *unit;  /* "MB/s", "us" */
	const char *input; /* "20,000 selectors, 46 MB, CR LF" */
	unsigned runs;
	const char *reference; /* NULL, or what the ratio is to; the ratio then says how many times better we are */
	double ratio;
};

void bench_print(const struct bench_row *row);

/* User and system time of this process and its threads, in seconds. */
double bench_cpu_s(void);
/* Median CPU seconds of `runs` calls (at most 99), after one that is not counted. */
double bench_median_cpu_s(void (*once)(void *context), void *context, unsigned runs);

#endif
