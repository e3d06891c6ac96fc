/* SPDX-License-Identifier: MIT
 * Findings of the lint as JSON.
 */
#ifndef VT_JSON_FINDING_H
#define VT_JSON_FINDING_H

#include "config/finding.h"
#include "json/writer.h"

/* {"rule", "fault", "severity", "confidence", "subject", "peer"?, "says", "advice", "evidence": [{"source", "n",
 * "text"}]}; `configs` and `sources` are the configurations of a finding's sides and what they are called. */
void vt_finding_json(const struct vt_finding *finding, const struct vt_config *const *configs,
		     const char *const *sources, struct vt_json *json);

/* The array of evidence alone. */
void vt_finding_evidence_json(const struct vt_finding *finding, const struct vt_config *const *configs,
			      const char *const *sources, struct vt_json *json);

#endif
