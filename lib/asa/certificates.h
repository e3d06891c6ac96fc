/* SPDX-License-Identifier: MIT
 * show crypto ca certificates [TRUSTPOINT]
 *
 * One struct vt_certificate for each "Certificate" or "CA Certificate" block. Times are the device's wall clock as if
 * it were UTC (vt_device_time_parse); INT64_MIN where there is none.
 */
#ifndef VT_ASA_CERTIFICATES_H
#define VT_ASA_CERTIFICATES_H

#include "asa/report.h"
#include "base/arena.h"
#include "base/shape.h"
#include "base/status.h"

struct vt_certificate {
	struct vt_str kind;   /* "Certificate", "CA Certificate", "RA Signature Certificate" … */
	struct vt_str status; /* "Available", "Pending" */
	struct vt_str serial, usage, public_key, signature;
	struct vt_str issuer, subject; /* the common name; the first attribute where there is none */
	int64_t start_at_ms, end_at_ms;
	struct vt_str zone; /* "UTC", "CEST", as printed with the end */
	struct vt_str storage;
	struct vt_str_list trustpoints;
	uint64_t first_line, last_line;
};

struct vt_certificates {
	struct vt_certificate *certificates;
	size_t certificates_len;
};

extern const struct vt_shape vt_certificates_shape;

/* Answers VT_OK also for skipped lines or a last block without its dates (truncated, see `report`). */
enum vt_status vt_certificates_parse(struct vt_str text, struct vt_arena *arena, struct vt_certificates *facts,
				     struct vt_parse_report *report);

#endif
