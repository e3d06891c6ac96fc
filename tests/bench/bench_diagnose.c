/* SPDX-License-Identifier: MIT
 * How long one verdict takes, from facts that were read: the median over every paste of tests/diagnosis.
 */
#include "config.h"

#include "tests/bench/bench.h"

#include "asa/clean.h"
#include "common/read_file.h"
#include "diagnose/report.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

enum { RUNS = 9, REPEATS = 200, CASES_MAX = 512 };

static double medians_us[CASES_MAX];
static size_t cases;

static void diagnose(void *context)
{
	const struct vt_case *c = context;
	for (int i = 0; i < REPEATS; i++) {
		struct vt_arena *arena = vt_arena_new();
		vt_diagnose(c, &c->tunnels[0], arena);
		vt_arena_free(arena);
	}
}

static void measure(const char *path)
{
	struct vt_buf text = { 0 };
	struct vt_error error;
	if (cases == CASES_MAX || read_file(path, 1 << 24, &text, &error) != VT_OK)
		return;
	vt_clean(text.p, &text.len, NULL);
	struct vt_arena *arena = vt_arena_new();
	const struct vt_paste paste = { path, vt_buf_view(&text) };
	struct vt_case *c = vt_case_new(&paste, 1, arena);
	if (c->tunnels_len)
		medians_us[cases++] = bench_median_cpu_s(diagnose, c, RUNS) / REPEATS * 1e6;
	vt_case_free(c);
	vt_arena_free(arena);
	vt_buf_free(&text);
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

int main(void)
{
	char folder[4096], path[8192], input[64];
	const char *top = getenv("top_srcdir");
	snprintf(folder, sizeof folder, "%s/tests/diagnosis", top ? top : "..");
	DIR *dir = opendir(folder);
	if (!dir)
		return 1;
	for (struct dirent *entry; (entry = readdir(dir));) {
		if (!vt_str_ends(vt_str_of(entry->d_name), VT_STR(".txt")))
			continue;
		snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
		measure(path);
	}
	closedir(dir);
	if (cases == 0)
		return 1;
	qsort(medians_us, cases, sizeof *medians_us, by_size);
	snprintf(input, sizeof input, "%zu pastes", cases);
	bench_print(&(struct bench_row){ "one verdict from facts, median", medians_us[cases / 2], "us", input, RUNS,
					 NULL, 0 });
	bench_print(&(struct bench_row){ "one verdict from facts, slowest paste", medians_us[cases - 1], "us", input,
					 RUNS, NULL, 0 });
	return 0;
}
