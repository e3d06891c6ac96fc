/* SPDX-License-Identifier: MIT
 * Reports and the catalogue of faults as JSON: the objects of design.md sections 7 and 8.
 */
#ifndef VT_JSON_DIAGNOSIS_H
#define VT_JSON_DIAGNOSIS_H

#include "diagnose/report.h"
#include "json/writer.h"

/* {"tunnel", "status", "since", "verdict", "evidence", "candidates", "ruled_out", "changed_before", "next_steps",
 * "timeline", "one_sided", "not_known"}. `since` is null for a paste, which has no clock. */
void vt_report_json(const struct vt_report *report, struct vt_json *json);
/* An array of every fault. */
void vt_faults_json(struct vt_json *json);

#endif
