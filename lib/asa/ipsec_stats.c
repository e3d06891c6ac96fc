/* SPDX-License-Identifier: MIT
 * Reads the box-wide IPsec counters: `label: N` lines, those below "Inbound" and "Outbound" once for each side.
 */
#include "asa/ipsec_stats.h"

#include "asa/reader.h"

#define SIDE(member) VT_F(U64, vt_ipsec_stats_side, member)
static const struct vt_field side_fields[] = {
	SIDE(bytes),
	SIDE(uncompressed_bytes),
	SIDE(pkts),
	SIDE(dropped_pkts),
	SIDE(replay_failures),
	SIDE(authentications),
	SIDE(authentication_failures),
	SIDE(crypts),
	SIDE(crypt_failures),
	SIDE(fragmentation_successes),
	SIDE(fragmentation_failures),
	SIDE(fragments_created),
	SIDE(pmtus_sent),
	SIDE(pmtus_rcvd),
	SIDE(frags_needing_reassembly),
};
static const struct vt_shape side_shape = VT_SHAPE(vt_ipsec_stats_side, side_fields);

#define TOP(member) VT_F(U64, vt_ipsec_stats, member)
static const struct vt_field stats_fields[] = {
	TOP(active_tunnels),
	TOP(previous_tunnels),
	VT_FO(vt_ipsec_stats, inbound, &side_shape),
	VT_FO(vt_ipsec_stats, outbound, &side_shape),
	TOP(protocol_failures),
	TOP(missing_sa_failures),
	TOP(system_capacity_failures),
};
const struct vt_shape vt_ipsec_stats_shape = VT_SHAPE(vt_ipsec_stats, stats_fields);

struct counter {
	struct vt_str label;
	size_t at;
};

#define AT(label, type, member)                                                                                        \
	{                                                                                                              \
		VT_STR(label), offsetof(struct type, member)                                                           \
	}
static const struct counter top_counters[] = {
	AT("Active tunnels", vt_ipsec_stats, active_tunnels),
	AT("Previous tunnels", vt_ipsec_stats, previous_tunnels),
	AT("Protocol failures", vt_ipsec_stats, protocol_failures),
	AT("Missing SA failures", vt_ipsec_stats, missing_sa_failures),
	AT("System capacity failures", vt_ipsec_stats, system_capacity_failures),
};
static const struct counter side_counters[] = {
	AT("Bytes", vt_ipsec_stats_side, bytes),
	AT("Decompressed bytes", vt_ipsec_stats_side, uncompressed_bytes),
	AT("Uncompressed bytes", vt_ipsec_stats_side, uncompressed_bytes),
	AT("Packets", vt_ipsec_stats_side, pkts),
	AT("Dropped packets", vt_ipsec_stats_side, dropped_pkts),
	AT("Replay failures", vt_ipsec_stats_side, replay_failures),
	AT("Authentications", vt_ipsec_stats_side, authentications),
	AT("Authentication failures", vt_ipsec_stats_side, authentication_failures),
	AT("Decryptions", vt_ipsec_stats_side, crypts),
	AT("Decryption failures", vt_ipsec_stats_side, crypt_failures),
	AT("Encryptions", vt_ipsec_stats_side, crypts),
	AT("Encryption failures", vt_ipsec_stats_side, crypt_failures),
	AT("Fragmentation successes", vt_ipsec_stats_side, fragmentation_successes),
	AT("Fragmentation failures", vt_ipsec_stats_side, fragmentation_failures),
	AT("Fragments created", vt_ipsec_stats_side, fragments_created),
	AT("PMTUs sent", vt_ipsec_stats_side, pmtus_sent),
	AT("PMTUs recvd", vt_ipsec_stats_side, pmtus_rcvd),
	AT("PMTUs rcvd", vt_ipsec_stats_side, pmtus_rcvd),
	AT("Decapsulated fragments needing reassembly", vt_ipsec_stats_side, frags_needing_reassembly),
};

/* Printed by some releases, kept by nobody. */
static bool is_ignored(struct vt_str label)
{
	static const struct vt_str labels[] = {
		VT_STR("TFC Packets"),
		VT_STR("TFC packets"),
		VT_STR("Valid ICMP Errors rcvd"),
		VT_STR("Invalid ICMP Errors rcvd"),
		VT_STR("Pre-fragmentation successes"),
		VT_STR("Post-fragmentation successes"),
		VT_STR("Pre-fragmentation failures"),
		VT_STR("Post-fragmentation failures"),
		VT_STR("Inbound SA delete requests"),
		VT_STR("Outbound SA delete requests"),
		VT_STR("Inbound SA destroy calls"),
		VT_STR("Outbound SA destroy calls"),
	};
	for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
		if (vt_str_eq(label, labels[i]))
			return true;
	}
	return false;
}

static const struct counter *find(const struct counter *counters, size_t n, struct vt_str label)
{
	for (size_t i = 0; i < n; i++) {
		if (vt_str_eq(counters[i].label, label))
			return &counters[i];
	}
	return NULL;
}

#define FIND(table, label) find(table, sizeof(table) / sizeof *(table), label)

static bool on_line(struct vt_ipsec_stats *facts, struct vt_ipsec_stats_side **side, struct vt_str line)
{
	struct vt_str label, value;
	uint64_t n;
	if (vt_str_starts(line, VT_STR("IPsec Global Statistics")) || vt_str_starts(line, VT_STR("---")))
		return true;
	if (vt_str_eq(line, VT_STR("Inbound")) || vt_str_eq(line, VT_STR("Outbound"))) {
		*side = *line.p == 'I' ? &facts->inbound : &facts->outbound;
		return true;
	}
	if (!vt_split_label(line, &label, &value) || !vt_str_to_u64(value, &n))
		return false;
	const struct counter *top = FIND(top_counters, label);
	const struct counter *of_side = *side ? FIND(side_counters, label) : NULL;
	if (top)
		*(uint64_t *)((char *)facts + top->at) = n;
	else if (of_side)
		*(uint64_t *)((char *)*side + of_side->at) = n;
	return top || of_side || is_ignored(label);
}

enum vt_status vt_ipsec_stats_parse(struct vt_str text, struct vt_arena *arena, struct vt_ipsec_stats *facts,
				    struct vt_parse_report *report)
{
	struct vt_ipsec_stats_side *side = NULL;
	(void)arena;
	*report = (struct vt_parse_report){ 0 };
	vt_shape_clear(&vt_ipsec_stats_shape, facts);
	struct vt_reader r = vt_reader_of(text, report);
	while (vt_reader_next(&r)) {
		if (!on_line(facts, &side, r.line) && !vt_is_async_line(r.line))
			vt_reader_skip(&r);
	}
	report->truncated |= facts->system_capacity_failures == VT_ABSENT;
	return vt_shape_any(&vt_ipsec_stats_shape, facts) ? VT_OK : VT_E_NOT_THIS_COMMAND;
}
