/* SPDX-License-Identifier: MIT
 * Both ends of a tunnel: which entries of two configurations are the two ends of one tunnel, and where they differ
 * (the pair table of diagnosis.md section J).
 *
 * An entry of A and an entry of B belong together when each names an address of the other. An address of a device is
 * one of its interfaces, one that a static NAT rule of any configuration at hand makes of it, or one that the
 * caller knows it by. Where only one of the two names the other, the protected networks decide: two entries that
 * mirror each other are meant for each other, and the address is what is wrong or behind NAT.
 */
#ifndef VT_CONFIG_PAIR_H
#define VT_CONFIG_PAIR_H

#include "asa/ipsec_sa.h"
#include "config/finding.h"
#include "config/resolve.h"

struct vt_pair_side {
	const char *name; /* for sentences: "a.cfg", "fra-fw1" */
	const struct vt_config *config;
	const struct vt_expected *expected; /* of that configuration */
	/* May be absent. */
	const struct vt_findings *findings; /* of its lint: without them nothing is said about NAT */
	const struct vt_addr *seen_as;      /* addresses that others see it at, besides those of its interfaces */
	size_t seen_as_len;
};

/* A tunnel and its two ends. */
struct vt_ends {
	struct vt_end {
		size_t side;                             /* index into the sides given */
		const struct vt_expected_tunnel *tunnel; /* NULL: that side has no entry for the other */
		struct vt_addr address; /* of this side, as the other one names it; family 0: unknown */
	} a, b;                         /* a.side < b.side */
	bool across_nat;                /* at least one of them is named by an address that is not on its interface */
	bool by_selectors;              /* found by their networks alone: an address does not lead back */
};

struct vt_ends_list {
	struct vt_ends *items;
	size_t len, cap;
};

/* All tunnels between the sides, each once. Work grows with the number of tunnels, not with the number of pairs of
 * sides: addresses are looked up in one table over all of them. */
void vt_pair_find(const struct vt_pair_side *sides, size_t n, struct vt_arena *arena, struct vt_ends_list *ends);

/* Appends what the two ends differ in. Lines of a finding have side 0 for end a and 1 for end b. A row is silent when
 * a section it needs was not read on either side. */
void vt_pair_compare(const struct vt_pair_side *sides, const struct vt_ends *ends, struct vt_arena *arena,
		     struct vt_findings *findings);

/* The pair of policies they agree on when `initiator` begins: its first policy, by priority, that the other one has
 * as well. False when there is none. */
bool vt_pair_policy(const struct vt_config *initiator, const struct vt_config *responder, unsigned version,
		    const struct vt_config_policy **own, const struct vt_config_policy **theirs);

/* What one protected pair of A is in the list of B. */
enum vt_mirror {
	VT_MIRROR_NONE,     /* nothing there has to do with it */
	VT_MIRROR_OVERLAP,  /* wider on one side, narrower on the other */
	VT_MIRROR_SUBSET,   /* ours lies in theirs */
	VT_MIRROR_SUPERSET, /* theirs lies in ours */
	VT_MIRROR_EXACT,
};
const char *vt_mirror_name(enum vt_mirror mirror);
enum vt_mirror vt_pair_mirror(const struct vt_pair *ours, const struct vt_pair *theirs);

/* The rows as a table: for the man page, the API and the tests. */
struct vt_pair_row {
	const char *id, *fault, *title, *advice;
	enum vt_severity severity;
};
extern const struct vt_pair_row vt_pair_rows[];
extern const size_t vt_pair_rows_len;

/* ---- what both ends say at the moment ---- */

enum {
	VT_PAIR_LIVE_MS = 30000,  /* listings further apart than this are not compared: a rekey may lie between */
	VT_PAIR_CLOCK_MS = 60000, /* clocks may differ by less */
};

struct vt_pair_live {
	const struct vt_ipsec_sa *sas;   /* show crypto ipsec sa */
	int64_t read_at_ms;              /* when it was read, by our clock */
	const struct vt_addr *addresses; /* of this device: the peer of the other side's selectors */
	size_t addresses_len;
};

/* SPIs and selectors of the two listings against each other; false (and nothing appended) when they are too far apart
 * to say anything. `again` tells that a second pair of listings shows the same: a rekey in between is then excluded.
 * Lines of these findings count in the listings, not in a configuration. */
bool vt_pair_compare_live(const struct vt_pair_live sides[2], bool again, struct vt_arena *arena,
			  struct vt_findings *findings);

/* What a device's clock said, and when (by ours) it was asked. */
struct vt_pair_clock {
	int64_t says_ms, asked_at_ms;
};
/* How far the clock of b is ahead of that of a, in milliseconds; appends a finding when that is a minute or more. */
int64_t vt_pair_compare_clocks(const struct vt_pair_clock *a, const struct vt_pair_clock *b, struct vt_arena *arena,
			       struct vt_findings *findings);

#endif
