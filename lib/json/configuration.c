/* SPDX-License-Identifier: MIT
 * What a configuration that was read adds to the commit of its poll: the lint's findings and the text itself.
 */
#include "json/configuration.h"

#include "base/lines.h"
#include "json/finding.h"

static struct vt_str evidence_of(const struct vt_finding *finding, const struct vt_config *config, const char *source,
				 struct vt_arena *arena)
{
	struct vt_buf out = { 0 };
	struct vt_json json;
	vt_json_init(&json, &out, 0);
	vt_finding_evidence_json(finding, &config, &source, &json);
	struct vt_str text = vt_arena_str(arena, vt_buf_view(&out));
	vt_buf_free(&out);
	return text;
}

static struct vt_finding_row row_of(const struct vt_commit *commit, const struct vt_finding *finding,
				    const struct vt_config *config, const char *source)
{
	struct vt_arena *arena = commit->arena;
	const struct vt_device_row *device = &commit->device;
	struct vt_finding_row row = {
		.device_id = device->id,
		.tunnel_id = finding->peer.p ? vt_tunnel_id(device->id, finding->peer) : 0,
		.device = device->name,
		.context = device->context,
		.rule = vt_str_of(finding->rule),
		.fault = vt_str_of(finding->fault),
		.severity = finding->severity,
		.confidence = finding->confidence,
		.subject = vt_arena_str(arena, finding->subject),
		.peer = vt_arena_str(arena, finding->peer),
		.says = vt_arena_str(arena, finding->says),
		.advice = vt_arena_str(arena, vt_str_of(finding->advice)),
		.evidence = evidence_of(finding, config, source, arena),
		.since_ms = commit->at_ms,
	};
	row.id = vt_finding_id(row.device_id, row.rule, row.subject, row.peer, row.says);
	return row;
}

/* The lines without the frame that moves with every reading: blank lines, comments, checksums. */
static struct vt_str text_of(const struct vt_config *config, struct vt_arena *arena)
{
	struct vt_buf out = { 0 };
	for (size_t i = 0; i < config->texts.len; i++) {
		struct vt_lines lines = vt_lines_of(config->texts.items[i]);
		struct vt_str line;
		while (vt_lines_next(&lines, &line)) {
			line = vt_str_rtrim(line);
			if (line.len == 0 || *line.p == '!' || *line.p == ':' ||
			    vt_str_starts(line, VT_STR("Cryptochecksum")))
				continue;
			vt_buf_str(&out, line);
			vt_buf_char(&out, '\n');
		}
	}
	struct vt_str text = vt_arena_str(arena, vt_buf_view(&out));
	vt_buf_free(&out);
	return text;
}

void vt_commit_configuration(struct vt_commit *commit, const struct vt_lint_input *input)
{
	struct vt_arena *scratch = vt_arena_new();
	struct vt_findings findings = { 0 };
	const struct vt_device_row *device = &commit->device;
	const char *source = vt_arena_printf(scratch, VT_FMT "%s" VT_FMT, VT_ARG(device->name),
					     device->context.len ? "/" : "", VT_ARG(device->context));
	vt_lint(input, scratch, &findings);
	struct vt_finding_row *rows = VT_NEW_ARRAY(commit->arena, struct vt_finding_row, findings.len);
	for (size_t i = 0; i < findings.len; i++)
		rows[i] = row_of(commit, &findings.items[i], input->config, source);
	commit->config_read = true;
	commit->findings = rows;
	commit->findings_len = findings.len;
	commit->config = text_of(input->config, commit->arena);
	vt_arena_free(scratch);
}
