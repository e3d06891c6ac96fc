/* SPDX-License-Identifier: MIT
 * Medians, CPU time, and the row of the table.
 */
#include "config.h"

#include "tests/bench/bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

static double seconds(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

double bench_cpu_s(void)
{
	struct rusage usage;
	getrusage(RUSAGE_SELF, &usage);
	return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

double bench_median_cpu_s(void (*once)(void *context), void *context, unsigned runs)
{
	double taken[99];
	if (runs < 1 || runs > sizeof taken / sizeof *taken)
		abort();
	once(context);
	for (unsigned i = 0; i < runs; i++) {
		double before = bench_cpu_s();
		once(context);
		taken[i] = bench_cpu_s() - before;
	}
	qsort(taken, runs, sizeof *taken, by_value);
	return runs % 2 ? taken[runs / 2] : (taken[runs / 2 - 1] + taken[runs / 2]) / 2;
}

void bench_print(const struct bench_row *row)
{
	const char *path = getenv("BENCH_ROWS");
	int digits = row->value >= 100 ? 0 : row->value >= 10 ? 1 : row->value >= 1 ? 2 : 4;
	printf("%-44s %12.*f %-12s %-40s %4u", row->figure, digits, row->value, row->unit, row->input, row->runs);
	if (row->reference)
		printf("  %.1f x %s", row->ratio, row->reference);
	printf("\n");
	fflush(stdout);
	FILE *rows = path ? fopen(path, "a") : NULL;
	if (rows) {
		fprintf(rows, "%s\t%.9g\t%s\t%s\t%u\t%s\t%.9g\n", row->figure, row->value, row->unit, row->input,
			row->runs, row->reference ? row->reference : "", row->ratio);
		fclose(rows);
	}
}
