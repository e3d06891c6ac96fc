/* SPDX-License-Identifier: MIT
 * Where the packets of a tunnel die, from the counters of both its ends.
 *
 * A counted when it encrypted, B when it decrypted, each over a window of its own: two readings of one counter. What
 * A sent and B did not receive was lost on the way. Windows never coincide, so packets are compared as rates over the
 * time both windows cover, and the answer has bounds: what may have passed in the time that only one of the windows
 * covers, and how inexactly a reading's time is known. Inside those bounds nothing is claimed. Traffic comes in bursts: no
 * loss is claimed that one burst in the time outside of the other window explains.
 *
 * Source: diagnosis.md section F.
 */
#ifndef VT_DETECT_LOSS_H
#define VT_DETECT_LOSS_H

#include "base/buf.h"

enum {
	VT_LOSS_WINDOW_MS = 60000, /* shorter windows say nothing */
	VT_LOSS_PACKETS = 1000,    /* fewer packets give no percentage */
	VT_LOSS_ALL_PACKETS = 20,  /* so many have to be missing before none means none */
	VT_LOSS_JITTER_MS = 2000,  /* how far a reading may be from the time it is noted with */
};

/* What one end counted between two readings. Differences, not totals. */
struct vt_loss_end {
	int64_t from_ms, to_ms;
	uint64_t encaps_pkts, decaps_pkts;
	uint64_t send_errors, recv_errors; /* VT_ABSENT: not printed */
	bool reset;                        /* a counter went back, or the SA is another one: nothing is known */
	double encaps_max_per_s;           /* the fastest between two readings inside the window; 0: taken as even */
};

enum vt_loss_verdict {
	VT_LOSS_UNKNOWN, /* windows too short, too far apart, counters reset, too few packets, or more came than was
			    sent */
	VT_LOSS_IDLE,    /* nothing was sent */
	VT_LOSS_NONE,    /* less than a hundredth is missing, within the bounds */
	VT_LOSS_SOME,    /* more than a hundredth is missing, whatever the bounds */
	VT_LOSS_ALL,     /* something was sent, nothing arrived */
};
const char *vt_loss_verdict_name(enum vt_loss_verdict verdict);

enum vt_loss_place {
	VT_LOSS_AT_EGRESS,  /* the sender itself counted errors for what is missing */
	VT_LOSS_ON_PATH,    /* between the two */
	VT_LOSS_AT_INGRESS, /* it arrived, and the receiver threw it away */
};
const char *vt_loss_place_name(enum vt_loss_place place);

struct vt_loss_direction {
	enum vt_loss_verdict verdict;
	enum vt_loss_place place;  /* of VT_LOSS_SOME and VT_LOSS_ALL */
	uint64_t sent, received;   /* packets in the time that both windows cover */
	double share, least, most; /* of the packets lost, 0 … 1, and its bounds */
	const char *why;           /* of VT_LOSS_UNKNOWN: what is in the way, "the counters began anew" */
};

struct vt_loss {
	struct vt_loss_direction ab, ba;
	int64_t overlap_ms; /* time that both windows cover */
	/* It receives and does not send: the fault is behind it (routing, NAT, filters, hosts), not on the way. */
	bool silent_behind_a, silent_behind_b;
};

void vt_loss_locate(const struct vt_loss_end *a, const struct vt_loss_end *b, struct vt_loss *loss);

/* One sentence a direction, with figures: "lon: 12,000 of 24,000 packets from fra are missing (50 %, between 48 % and
 * 52 %), lost on the path". */
void vt_loss_say(const struct vt_loss *loss, struct vt_str a, struct vt_str b, struct vt_buf *out);

#endif
