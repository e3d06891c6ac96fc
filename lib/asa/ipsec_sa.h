/* SPDX-License-Identifier: MIT
 * show crypto ipsec sa [peer ADDRESS] [detail]
 *
 * One struct vt_ipsec_selector for each protected pair (local ident, remote ident): the block that begins at
 * "Crypto map tag:" or, where a pair has no heading of its own, at its first "local ident" line.
 * Numbers the device did not print are VT_ABSENT, texts it did not print have p == NULL. All texts are views
 * into the listing. Counters are those of formats.md section 4: they belong to the pair and survive rekeys.
 */
#ifndef VT_ASA_IPSEC_SA_H
#define VT_ASA_IPSEC_SA_H

#include "asa/report.h"
#include "base/arena.h"
#include "base/shape.h"
#include "base/status.h"

/* (addr/mask/prot/port). The mask of an IPv6 ident is a prefix length or absent; prot and port 0 mean any. Of a range
 * of ports, port is the first and port_end the last; else port_end is absent. "0 - 65535" is any, as 0 is. */
struct vt_ident {
	struct vt_str addr, mask;
	uint64_t protocol, port, port_end;
};

struct vt_endpoint {
	struct vt_str addr;
	uint64_t port;
};

/* One direction of one child SA. */
struct vt_esp_sa {
	uint64_t spi;                  /* numeric; JSON prints "0x1e8246fc" */
	struct vt_str state;           /* "active" on new releases */
	struct vt_str_list transforms; /* "esp-aes-256", "esp-sha-hmac", "no compression" */
	struct vt_str_list settings;   /* "L2L", "Tunnel", "NAT-T-Encaps", "PFS Group 5", "IKEv1" */
	uint64_t conn_id, lifetime_kb, lifetime_s, iv_bytes;
	int8_t replay; /* 1 yes, 0 no, -1 not printed */
};

/* `inactive` only: what is left of an SA that is gone, and why. */
struct vt_inactive_sa {
	struct vt_str direction; /* "inbound", "outbound" */
	uint64_t spi;
	struct vt_str state, reason;
};

struct vt_ipsec_selector {
	struct vt_str interface, crypto_map;
	uint64_t sequence;
	struct vt_str local_addr;
	struct vt_str acl; /* the access control entry as printed, without "access-list " in front */
	struct vt_ident local_ident, remote_ident;
	struct vt_str peer, dynamic_peer, username;

	uint64_t encaps_pkts, encrypt_pkts, digest_pkts;
	uint64_t decaps_pkts, decrypt_pkts, verify_pkts;
	uint64_t compressed_pkts, decompressed_pkts;
	uint64_t not_compressed_pkts, comp_failed_pkts, decomp_failed_pkts;
	uint64_t pre_frag_successes, pre_frag_failures, post_frag_successes, post_frag_failures, fragments_created;
	uint64_t pmtus_sent, pmtus_rcvd, frags_needing_reassembly;
	uint64_t tfc_rcvd, tfc_sent;
	uint64_t valid_icmp_errors_rcvd, invalid_icmp_errors_rcvd;
	uint64_t not_offload_decrypted_pkts; /* where the hardware can take flows over */
	uint64_t send_errors, recv_errors;
	/* `detail` only: the breakdown of the two above (formats.md section 4), VT_ABSENT otherwise. */
	uint64_t no_sa_send, invalid_sa_rcv, encaps_failed_send, decaps_failed_rcv, invalid_prot_rcv, verify_failed,
		invalid_identity_rcv, invalid_len_rcv, replay_rollover_send, replay_rollover_rcv, replay_failed_rcv,
		min_mtu_frag_failed, bad_frag_offset_rcv, internal_err_send, internal_err_rcv, invalid_ip_version_rcv,
		invalid_pad_rcv;

	struct vt_endpoint local_endpoint, remote_endpoint;
	uint64_t path_mtu, overhead, media_mtu;
	uint64_t outbound_spi, inbound_spi;
	struct vt_esp_sa *inbound_esp, *outbound_esp;
	size_t inbound_esp_len, outbound_esp_len;
	struct vt_inactive_sa *inactive;
	size_t inactive_len;

	/* Where in the listing the block stands, for evidence: first and last line, from 1. */
	uint64_t first_line, last_line;
};

struct vt_ipsec_sa {
	struct vt_ipsec_selector *selectors;
	size_t selectors_len;
	bool none; /* "There are no ipsec sas" */
};

extern const struct vt_shape vt_ipsec_sa_shape;
/* Those of a selector and of its two ends alone. */
extern const struct vt_shape vt_ipsec_selector_shape, vt_ident_shape, vt_endpoint_shape;

/* "(10.0.0.0/255.0.0.0/0/0)" with or without its brackets, "10.0.0.0/255.0.0.0", "2001:db8::/64/0/0",
 * "(10.0.0.0/255.0.0.0/6/1024 - 65535)". */
bool vt_ident_scan(struct vt_str text, struct vt_ident *ident);
/* "192.0.2.1/500", "2001:db8::1/4500", "192.0.2.1": the port may be missing. */
bool vt_endpoint_scan(struct vt_str text, struct vt_endpoint *endpoint);

/* Answers VT_OK also for a listing with skipped lines or a truncated one (see `report`);
 * VT_E_NOT_THIS_COMMAND when the text holds nothing of this command. A block without its "outbound esp sas:" part,
 * or whose last SA is not whole, makes the listing truncated; a last block without both idents is left out. */
enum vt_status vt_ipsec_sa_parse(struct vt_str text, struct vt_arena *arena, struct vt_ipsec_sa *facts,
				 struct vt_parse_report *report);

#endif
