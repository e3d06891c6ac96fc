/* SPDX-License-Identifier: MIT
 * How fast the parsers are, each beside a plain memchr scan for line ends over the same text.
 *
 * A new arena for each run: the pages that hold the facts are part of what parsing costs.
 */
#include "config.h"

#include "tests/bench/bench.h"
#include "tests/bench/ipsec_sa_text.h"

#include "asa/clean.h"
#include "asa/parse.h"
#include "json/shape.h"

#include <stdio.h>
#include <stdlib.h>

enum { RUNS = 9 };

struct job {
	enum vt_listing_kind kind;
	struct vt_str text;
	uint64_t lines, skipped;
	struct vt_buf json;
};

static void scan_lines(void *context)
{
	struct job *job = context;
	const char *p = job->text.p, *end = p + job->text.len;
	job->lines = 0;
	while (p < end && (p = memchr(p, '\n', (size_t)(end - p))) != NULL)
		p++, job->lines++;
}

static void parse(void *context)
{
	struct job *job = context;
	struct vt_arena *arena = vt_arena_new();
	struct vt_listing *listing = vt_listing_parse(job->kind, job->text, arena);
	job->lines = listing->report.lines;
	job->skipped = listing->report.skipped + (listing->status != VT_OK) + listing->report.truncated;
	vt_arena_free(arena);
}

static void clean(void *context)
{
	struct job *job = context;
	size_t len = job->text.len;
	vt_clean((char *)(uintptr_t)job->text.p, &len, NULL);
	job->skipped = len != job->text.len;
}

static void write_json(void *context)
{
	struct job *job = context;
	struct vt_arena *arena = vt_arena_new();
	struct vt_json json;
	vt_buf_clear(&job->json);
	vt_json_init(&json, &job->json, 0);
	vt_listing_json(vt_listing_parse(job->kind, job->text, arena), &json);
	vt_arena_free(arena);
}

static void measure(struct job *job, const char *figure, const char *input, void (*once)(void *))
{
	double scan_s = bench_median_cpu_s(scan_lines, job, RUNS);
	double s = bench_median_cpu_s(once, job, RUNS);
	if (job->skipped) {
		fprintf(stderr, "bench_parse: %s did not take all of its input\n", figure);
		exit(1);
	}
	bench_print(&(struct bench_row){ figure, (double)job->text.len / 1e6 / s, "MB/s", input, RUNS,
					 "a memchr scan for line ends", scan_s / s });
}

static void measure_kind(enum vt_listing_kind kind, const char *figure, struct vt_buf *text, const char *what)
{
	char input[80];
	snprintf(input, sizeof input, "%s, %.1f MB, CR LF", what, (double)text->len / 1e6);
	struct job job = { .kind = kind, .text = vt_buf_view(text) };
	measure(&job, figure, input, parse);
	vt_buf_free(text);
}

static void ipsec_sa(void)
{
	struct vt_buf text = { 0 };
	char input[80];
	ipsec_sa_text(&text, 20000);
	struct job job = { .kind = VT_LISTING_IPSEC_SA, .text = vt_buf_view(&text) };
	snprintf(input, sizeof input, "20,000 selectors, %.0f MB, CR LF", (double)text.len / 1e6);
	measure(&job, "parse show crypto ipsec sa", input, parse);
	measure(&job, "clean the same text", input, clean);
	measure(&job, "parse it and write JSON", input, write_json);
	vt_buf_free(&job.json);
	vt_buf_free(&text);
}

static void ikev1_sa(void)
{
	struct vt_buf text = { 0 };
	vt_buf_printf(&text,
		      "\r\nIKEv1 SAs:\r\n\r\n   Active SA: 20000\r\n    Rekey SA: 0 (A tunnel will report 1 Active "
		      "and 1 Rekey SA during rekey)\r\nTotal IKE SA: 20000\r\n\r\n");
	for (unsigned i = 1; i <= 20000; i++)
		vt_buf_printf(&text,
			      "%u   IKE Peer: 10.%u.%u.%u\r\n    Type    : L2L             Role    : initiator \r\n"
			      "    Rekey   : no              State   : MM_ACTIVE \r\n",
			      i, i >> 16, i >> 8 & 255, i & 255);
	measure_kind(VT_LISTING_IKE_SA, "parse show crypto ikev1 sa", &text, "20,000 SAs");
}

static void ikev2_sa(void)
{
	struct vt_buf text = { 0 };
	vt_buf_printf(&text, "\r\nIKEv2 SAs:\r\n\r\n");
	for (unsigned i = 1; i <= 10000; i++)
		vt_buf_printf(&text,
			      "Session-id:%u, Status:UP-ACTIVE, IKE count:1, CHILD count:1\r\n\r\n"
			      "Tunnel-id Local                Remote               Status         Role\r\n"
			      "%10u 192.0.2.1/500        10.1.%u.%u/500        READY    INITIATOR\r\n"
			      "      Encr: AES-CBC, keysize: 256, Hash: SHA96, DH Grp:14, Auth sign: PSK, Auth verify: "
			      "PSK\r\n"
			      "      Life/Active Time: 86400/%u sec\r\n"
			      "Child sa: local selector  10.0.0.0/0 - 10.0.0.255/65535\r\n"
			      "          remote selector 10.2.0.0/0 - 10.2.0.255/65535\r\n"
			      "          ESP spi in/out: 0x%x/0x%x\r\n\r\n",
			      i, i * 7919, i >> 8 & 255, i & 255, i, i * 2654435761u, i * 40503u);
	measure_kind(VT_LISTING_IKE_SA, "parse show crypto ikev2 sa", &text, "10,000 SAs");
}

static void sessions(void)
{
	struct vt_buf text = { 0 };
	vt_buf_printf(&text, "\r\nSession Type: LAN-to-LAN Detailed\r\n");
	for (unsigned i = 1; i <= 10000; i++)
		vt_buf_printf(&text,
			      "\r\nConnection   : 10.1.%u.%u\r\n"
			      "Index        : %-6u                 IP Addr      : 10.1.%u.%u\r\n"
			      "Protocol     : IKEv1 IPsec\r\n"
			      "Encryption   : IKEv1: (1)AES256  IPsec: (1)AES256\r\n"
			      "Hashing      : IKEv1: (1)SHA1  IPsec: (1)SHA1\r\n"
			      "Bytes Tx     : 3722401287             Bytes Rx     : 445893825\r\n"
			      "Login Time   : 16:01:03 UTC Fri Jul 6 2018\r\n"
			      "Duration     : 21d 15h:39m:02s\r\n\r\n"
			      "IKEv1 Tunnels: 1\r\nIPsec Tunnels: 1\r\n\r\n"
			      "IKEv1:\r\n"
			      "  Tunnel ID    : %u.1\r\n"
			      "  UDP Src Port : 500                    UDP Dst Port : 500\r\n"
			      "  IKE Neg Mode : Main                   Auth Mode    : preSharedKeys\r\n"
			      "  Encryption   : AES256                 Hashing      : SHA1\r\n"
			      "  Rekey Int (T): 86400 Seconds          Rekey Left(T): 18795 Seconds\r\n"
			      "  D/H Group    : 2\r\n  Filter Name  : \r\n\r\n"
			      "IPsec:\r\n"
			      "  Tunnel ID    : %u.3\r\n"
			      "  Local Addr   : 10.0.0.0/255.255.255.0/0/0\r\n"
			      "  Remote Addr  : 10.2.0.0/255.255.255.0/0/0\r\n"
			      "  Encryption   : AES256                 Hashing      : SHA1                   \r\n"
			      "  Encapsulation: Tunnel                 \r\n"
			      "  Rekey Int (T): 28800 Seconds          Rekey Left(T): 18904 Seconds          \r\n"
			      "  Rekey Int (D): 4608000 K-Bytes        Rekey Left(D): 4607926 K-Bytes        \r\n"
			      "  Idle Time Out: 30 Minutes             Idle TO Left : 28 Minutes             \r\n"
			      "  Bytes Tx     : 12721728               Bytes Rx     : 2387175                \r\n"
			      "  Pkts Tx      : 29085                  Pkts Rx      : 29509                  \r\n",
			      i >> 8 & 255, i & 255, i, i >> 8 & 255, i & 255, i, i);
	measure_kind(VT_LISTING_VPN_SESSIONDB, "parse show vpn-sessiondb detail l2l", &text, "10,000 sessions");
}

static void access_list(void)
{
	struct vt_buf text = { 0 };
	vt_buf_printf(&text, "access-list CRYPTO; 10000 elements; name hash: 0xcb4257a3\r\n");
	for (unsigned i = 1; i <= 10000; i++)
		vt_buf_printf(&text,
			      "access-list CRYPTO line %u extended permit tcp 10.%u.%u.0 255.255.255.0 host 10.9.%u.1 "
			      "eq https "
			      "log informational interval 300 (hitcnt=%u) 0x%08x \r\n",
			      i, i >> 8 & 255, i & 255, i & 255, i * 7, i * 2654435761u);
	measure_kind(VT_LISTING_ACCESS_LIST, "parse show access-list", &text, "10,000 entries");
}

static void logging(void)
{
	static const char *const messages[] = {
		"%ASA-6-302013: Built outbound TCP connection 906569140 for outside:10.125.126.86/2010 "
		"(10.125.126.86/2010) to inside:10.1.0.111/51444 (10.1.0.111/37785)",
		"%ASA-4-106023: Deny udp src dmz:10.20.22.121/123 dst outside:192.0.2.90/123 by access-group \"dmz\" "
		"[0x0, 0x0]",
		"%ASA-5-713119: Group = 203.0.113.7, IP = 203.0.113.7, PHASE 1 COMPLETED",
		"%ASA-6-302014: Teardown TCP connection 906569140 for outside:10.125.126.86/2010 to "
		"inside:10.1.0.111/51444 "
		"duration 0:00:30 bytes 1234 TCP FINs",
	};
	struct vt_buf text = { 0 };
	vt_buf_printf(&text, "Syslog logging: enabled\r\n");
	for (unsigned i = 0; text.len < 10000000; i++)
		vt_buf_printf(&text, "Nov 23 2026 02:%02u:%02u: %s\r\n", i / 60 % 60, i % 60, messages[i % 4]);
	measure_kind(VT_LISTING_LOGGING, "parse show logging", &text, "a quarter VPN messages");
}

static void route(void)
{
	struct vt_buf text = { 0 };
	vt_buf_printf(&text,
		      "Codes: L - local, C - connected, S - static\r\nGateway of last resort is not set\r\n\r\n");
	for (unsigned i = 0; i < 50000; i++)
		vt_buf_printf(&text, "S        10.%u.%u.0 255.255.255.0 [1/0] via 192.0.2.%u, outside\r\n",
			      i >> 8 & 255, i & 255, i & 127);
	measure_kind(VT_LISTING_ROUTE, "parse show route", &text, "50,000 routes");
}

int main(void)
{
	ipsec_sa();
	ikev1_sa();
	ikev2_sa();
	sessions();
	access_list();
	logging();
	route();
	return 0;
}
