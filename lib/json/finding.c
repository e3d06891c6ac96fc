/* SPDX-License-Identifier: MIT
 * Findings of the lint as JSON.
 */
#include "json/finding.h"

void vt_finding_evidence_json(const struct vt_finding *finding, const struct vt_config *const *configs,
			      const char *const *sources, struct vt_json *json)
{
	vt_json_array(json);
	for (size_t i = 0; i < finding->lines_len; i++) {
		const struct vt_finding_line *line = &finding->lines[i];
		vt_json_object(json);
		vt_json_key_text(json, "source", sources[line->side]);
		vt_json_key_u64(json, "n", line->place.first);
		vt_json_key_str(json, "text", vt_config_line(configs[line->side], line->place.text, line->place.first));
		vt_json_object_end(json);
	}
	vt_json_array_end(json);
}

void vt_finding_json(const struct vt_finding *finding, const struct vt_config *const *configs,
		     const char *const *sources, struct vt_json *json)
{
	vt_json_object(json);
	vt_json_key_text(json, "rule", finding->rule);
	vt_json_key_text(json, "fault", finding->fault);
	vt_json_key_text(json, "severity", vt_severity_name(finding->severity));
	vt_json_key_text(json, "confidence", vt_confidence_name(finding->confidence));
	vt_json_key_str(json, "subject", finding->subject);
	vt_json_key_str(json, "peer", finding->peer);
	vt_json_key_str(json, "says", finding->says);
	vt_json_key_text(json, "advice", finding->advice);
	vt_json_key(json, "evidence");
	vt_finding_evidence_json(finding, configs, sources, json);
	vt_json_object_end(json);
}
