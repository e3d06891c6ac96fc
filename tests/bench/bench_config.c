/* SPDX-License-Identifier: MIT
 * What a large configuration costs to read, resolve and lint, and how pairing grows with the number of devices.
 */
#include "config.h"

#include "tests/bench/bench.h"

#include "config/lint.h"
#include "config/pair.h"

#include <stdio.h>
#include <stdlib.h>

enum { RUNS = 9, ENTRIES = 2000, DEVICES = 1000, TUNNELS_EACH = 20 };

/* ---- one large hub ---- */

static void hub_text(struct vt_buf *text)
{
	vt_buf_printf(
		text,
		"ASA Version 9.16(3)\r\ninterface GigabitEthernet0/0\r\n nameif outside\r\n ip address "
		"198.51.100.1 255.255.255.0\r\ninterface GigabitEthernet0/1\r\n nameif inside\r\n ip address 10.0.0.1 "
		"255.255.255.0\r\nobject-group network CORE\r\n network-object 10.1.0.0 255.255.0.0\r\n"
		"object-group network LOCAL\r\n group-object CORE\r\n network-object 10.2.0.0 255.255.0.0\r\n");
	for (unsigned i = 0; i < ENTRIES; i++)
		vt_buf_printf(text, "object-group network SITE%u\r\n network-object 172.%u.%u.0 255.255.255.0\r\n", i,
			      16 + i / 256, i % 256);
	for (unsigned i = 0; i < ENTRIES; i++)
		vt_buf_printf(text, "access-list vpn_%u extended permit ip object-group LOCAL object-group SITE%u\r\n",
			      i, i);
	for (unsigned i = 0; i < ENTRIES; i++)
		vt_buf_printf(text,
			      "nat (inside,outside) source static LOCAL LOCAL destination static SITE%u SITE%u "
			      "no-proxy-arp route-lookup\r\n",
			      i, i);
	vt_buf_printf(text,
		      "nat (inside,outside) after-auto source dynamic any interface\r\nroute outside 0.0.0.0 0.0.0.0 "
		      "198.51.100.254 1\r\nroute inside 10.0.0.0 255.0.0.0 10.0.0.254 1\r\n"
		      "crypto ipsec ikev1 transform-set TS esp-aes-256 esp-sha-hmac\r\n");
	for (unsigned i = 0; i < ENTRIES; i++)
		vt_buf_printf(text,
			      "crypto map m %u match address vpn_%u\r\ncrypto map m %u set peer 203.0.%u.%u\r\n"
			      "crypto map m %u set ikev1 transform-set TS\r\n",
			      i + 1, i, i + 1, i / 256, i % 256, i + 1);
	vt_buf_printf(
		text,
		"crypto map m interface outside\r\ncrypto ikev1 enable outside\r\ncrypto ikev1 policy 10\r\n "
		"authentication pre-share\r\n encryption aes-256\r\n hash sha\r\n group 14\r\n lifetime 86400\r\n");
	for (unsigned i = 0; i < ENTRIES; i++)
		vt_buf_printf(
			text,
			"tunnel-group 203.0.%u.%u type ipsec-l2l\r\ntunnel-group 203.0.%u.%u ipsec-attributes\r\n "
			"ikev1 pre-shared-key *****\r\n",
			i / 256, i % 256, i / 256, i % 256);
	vt_buf_printf(text, ": end\r\n");
}

struct job {
	struct vt_str text;
	size_t tunnels, findings, lines;
	bool lint;
};

static void read_and_lint(void *context)
{
	struct job *job = context;
	struct vt_config *config = vt_config_new();
	struct vt_expected expected;
	struct vt_findings findings = { 0 };
	vt_config_read(config, job->text);
	vt_config_finish(config);
	vt_config_expected(config, config->arena, &expected);
	struct vt_lint_input input = { .config = config, .expected = &expected };
	if (job->lint)
		vt_lint(&input, config->arena, &findings);
	job->tunnels = expected.len;
	job->findings = findings.len;
	job->lines = config->report.lines;
	vt_config_free(config);
}

static void one_large_hub(void)
{
	struct vt_buf text = { 0 };
	char what[96];
	hub_text(&text);
	struct job job = { .text = vt_buf_view(&text) };
	double read_s = bench_median_cpu_s(read_and_lint, &job, RUNS);
	job.lint = true;
	double lint_s = bench_median_cpu_s(read_and_lint, &job, RUNS);
	if (job.tunnels != ENTRIES || job.findings) {
		fprintf(stderr, "bench_config: %zu tunnels, %zu findings\n", job.tunnels, job.findings);
		exit(1);
	}
	snprintf(what, sizeof what, "%zu lines, %d entries, nested groups", job.lines, ENTRIES);
	bench_print(&(struct bench_row){ "read and resolve a running configuration", read_s * 1e3, "ms", what, RUNS,
					 NULL, 0 });
	bench_print(&(struct bench_row){ "the same, and lint it", lint_s * 1e3, "ms", what, RUNS, "50 ms",
					 50e-3 / lint_s });
	vt_buf_free(&text);
}

/* ---- many devices: each has tunnels to those behind it in the circle ---- */

struct fleet {
	size_t n, ends, findings;
	struct vt_config **configs;
	struct vt_expected *expected;
	struct vt_pair_side *sides;
	struct vt_buf *texts;
};

static void device_text(struct vt_buf *text, unsigned device, unsigned n)
{
	vt_buf_printf(text, "interface GigabitEthernet0/0\n nameif outside\n ip address 198.18.%u.%u 255.255.0.0\n",
		      device / 256, device % 256);
	for (unsigned i = 1; i <= TUNNELS_EACH; i++) {
		unsigned step = (i + 1) / 2, peer = i % 2 ? (device + step) % n : (device + n - step) % n;
		vt_buf_printf(text,
			      "access-list v%u extended permit ip 10.%u.%u.0 255.255.255.0 10.%u.%u.0 255.255.255.0\n"
			      "crypto map m %u match address v%u\ncrypto map m %u set peer 198.18.%u.%u\n"
			      "crypto map m %u set ikev1 transform-set T\n",
			      i, device / 256, device % 256, peer / 256, peer % 256, i, i, i, peer / 256, peer % 256,
			      i);
	}
	vt_buf_printf(text, "crypto map m interface outside\n");
}

static void pair_all(void *context)
{
	struct fleet *fleet = context;
	struct vt_arena *arena = vt_arena_new();
	struct vt_ends_list ends = { 0 };
	struct vt_findings findings = { 0 };
	vt_pair_find(fleet->sides, fleet->n, arena, &ends);
	for (size_t i = 0; i < ends.len; i++)
		vt_pair_compare(fleet->sides, &ends.items[i], arena, &findings);
	fleet->ends = ends.len;
	fleet->findings = findings.len;
	vt_arena_free(arena);
}

static void pair_devices(size_t n, double *each_us)
{
	struct fleet fleet = { .n = n,
			       .configs = calloc(n, sizeof *fleet.configs),
			       .expected = calloc(n, sizeof *fleet.expected),
			       .sides = calloc(n, sizeof *fleet.sides),
			       .texts = calloc(n, sizeof *fleet.texts) };
	char what[96];
	for (size_t i = 0; i < n; i++) {
		device_text(&fleet.texts[i], (unsigned)i, (unsigned)n);
		fleet.configs[i] = vt_config_new();
		vt_config_read(fleet.configs[i], vt_buf_view(&fleet.texts[i]));
		vt_config_finish(fleet.configs[i]);
		vt_config_expected(fleet.configs[i], fleet.configs[i]->arena, &fleet.expected[i]);
		fleet.sides[i] = (struct vt_pair_side){ .config = fleet.configs[i], .expected = &fleet.expected[i] };
	}
	double s = bench_median_cpu_s(pair_all, &fleet, RUNS);
	if (fleet.ends != n * TUNNELS_EACH / 2 || fleet.findings) {
		fprintf(stderr, "bench_config: %zu tunnels with two ends, %zu findings\n", fleet.ends, fleet.findings);
		exit(1);
	}
	double us = s * 1e6 / (double)fleet.ends;
	snprintf(what, sizeof what, "%zu devices, %zu tunnels", n, fleet.ends);
	bench_print(&(struct bench_row){ "find and compare both ends, a tunnel", us, "us", what, RUNS,
					 *each_us > 0 ? "a tenth of the devices" : NULL,
					 *each_us > 0 ? *each_us / us : 0 });
	*each_us = us;
	for (size_t i = 0; i < n; i++) {
		vt_config_free(fleet.configs[i]);
		vt_buf_free(&fleet.texts[i]);
	}
	free(fleet.configs);
	free(fleet.expected);
	free(fleet.sides);
	free(fleet.texts);
}

int main(void)
{
	double each_us = 0;
	one_large_hub();
	pair_devices(DEVICES / 10, &each_us);
	pair_devices(DEVICES, &each_us);
	return 0;
}
