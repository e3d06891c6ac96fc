/* SPDX-License-Identifier: MIT
 * Writes the listing the parsers are measured with. It stands apart from the simulator, whose text follows from a
 * model: here only size and shape count, and every field is there.
 */
#include "config.h"

#include "tests/bench/ipsec_sa_text.h"

#include "base/hash.h"

struct random {
	uint64_t state;
};

static unsigned draw(struct random *random, unsigned below)
{
	random->state += UINT64_C(0x9e3779b97f4a7c15);
	return (unsigned)(vt_hash_end(random->state) % below);
}

static void counters(struct vt_buf *out, struct random *random)
{
	unsigned out_pkts = draw(random, 90000000), in_pkts = draw(random, 90000000);
	vt_buf_printf(out, "      #pkts encaps: %u, #pkts encrypt: %u, #pkts digest: %u\r\n", out_pkts, out_pkts,
		      out_pkts);
	vt_buf_printf(out, "      #pkts decaps: %u, #pkts decrypt: %u, #pkts verify: %u\r\n", in_pkts, in_pkts,
		      in_pkts);
	vt_buf_printf(out,
		      "      #pkts compressed: 0, #pkts decompressed: 0\r\n"
		      "      #pkts not compressed: %u, #pkts comp failed: 0, #pkts decomp failed: 0\r\n",
		      out_pkts);
	vt_buf_printf(out, "      #pre-frag successes: %u, #pre-frag failures: 0, #fragments created: %u\r\n",
		      draw(random, 900), draw(random, 1800));
	vt_buf_printf(out, "      #PMTUs sent: 0, #PMTUs rcvd: 0, #decapsulated frgs needing reassembly: %u\r\n",
		      draw(random, 40));
	vt_buf_printf(out,
		      "      #TFC rcvd: 0, #TFC sent: 0\r\n"
		      "      #Valid ICMP Errors rcvd: 0, #Invalid ICMP Errors rcvd: 0\r\n"
		      "      #send errors: %u, #recv errors: %u\r\n\r\n",
		      draw(random, 30), draw(random, 30));
}

static void esp_sa(struct vt_buf *out, struct random *random, const char *direction, unsigned spi, unsigned n)
{
	vt_buf_printf(out,
		      "    %s esp sas:\r\n"
		      "      spi: 0x%08X (%u)\r\n"
		      "         SA State: active\r\n"
		      "         transform: esp-aes-256 esp-sha-256-hmac no compression \r\n"
		      "         in use settings ={L2L, Tunnel, PFS Group 14, IKEv2, }\r\n"
		      "         slot: 0, conn_id: %u, crypto-map: outside_map\r\n"
		      "         sa timing: remaining key lifetime (kB/sec): (%u/%u)\r\n"
		      "         IV size: 16 bytes\r\n"
		      "         replay detection support: Y\r\n"
		      "         Anti replay bitmap: \r\n"
		      "          0xFFFFFFFF 0xFFFFFFFF\r\n",
		      direction, spi, spi, 4096 * (n + 1), 3900000 + draw(random, 700000), draw(random, 28800));
}

static void selector(struct vt_buf *out, struct random *random, unsigned n)
{
	unsigned peer = n / 4, in = draw(random, 0x7fffffff) | 0x01000000, back = draw(random, 0x7fffffff) | 0x01000000;
	unsigned local = n % 250, a = n / 250 % 250, b = n / 62500 % 250;
	vt_buf_printf(out, "    Crypto map tag: outside_map, seq num: %u, local addr: 203.0.113.2\r\n\r\n",
		      peer % 65000 + 1);
	vt_buf_printf(
		out, "      access-list vpn_%u extended permit ip 10.%u.0.0 255.255.0.0 172.%u.%u.0 255.255.255.0 \r\n",
		peer, local, 16 + b, a);
	vt_buf_printf(out, "      local ident (addr/mask/prot/port): (10.%u.0.0/255.255.0.0/0/0)\r\n", local);
	vt_buf_printf(out, "      remote ident (addr/mask/prot/port): (172.%u.%u.0/255.255.255.0/0/0)\r\n", 16 + b, a);
	vt_buf_printf(out, "      current_peer: 198.%u.%u.%u\r\n\r\n\r\n", 18 + peer / 62500, peer / 250 % 250,
		      peer % 250 + 1);
	counters(out, random);
	vt_buf_printf(out,
		      "      local crypto endpt.: 203.0.113.2/500, remote crypto endpt.: 198.%u.%u.%u/500\r\n"
		      "      path mtu 1500, ipsec overhead 78(44), media mtu 1500\r\n"
		      "      PMTU time remaining (sec): 0, DF policy: copy-df\r\n"
		      "      ICMP error validation: disabled, TFC packets: disabled\r\n"
		      "      current outbound spi: %08X\r\n"
		      "      current inbound spi : %08X\r\n\r\n",
		      18 + peer / 62500, peer / 250 % 250, peer % 250 + 1, back, in);
	esp_sa(out, random, "inbound", in, n);
	esp_sa(out, random, "outbound", back, n);
	vt_buf_printf(out, "\r\n");
}

void ipsec_sa_text(struct vt_buf *out, unsigned selectors)
{
	struct random random = { 1 };
	vt_buf_printf(out, "interface: outside\r\n");
	for (unsigned n = 0; n < selectors; n++)
		selector(out, &random, n);
}
