/* SPDX-License-Identifier: MIT
 * Reports and the catalogue of faults as JSON.
 */
#include "json/diagnosis.h"

static void key_templated(struct vt_json *json, const char *key, const char *text, const struct vt_fault_names *names)
{
	struct vt_buf plain = { 0 };
	vt_fault_text(&plain, text, names);
	vt_json_key_str(json, key, vt_buf_view(&plain));
	vt_buf_free(&plain);
}

static void json_tunnel(const struct vt_report *r, struct vt_json *json)
{
	vt_json_key(json, "tunnel");
	vt_json_object(json);
	vt_json_key_str(json, "device", vt_report_end_name(r, 0));
	vt_json_key_text(json, "peer", r->facts->ends[0]->peer_text);
	if (!r->one_sided)
		vt_json_key_str(json, "other_device", vt_report_end_name(r, 1));
	vt_json_object_end(json);
}

static void json_verdict(const struct vt_report *r, struct vt_json *json)
{
	vt_json_key(json, "verdict");
	vt_json_object(json);
	vt_json_key(json, "fault");
	if (r->fault)
		vt_json_text(json, r->fault->id);
	else
		vt_json_null(json);
	vt_json_key_text(json, "title", r->title);
	vt_json_key_text(json, "layer", vt_layer_name(r->layer));
	vt_json_key_text(json, "class", vt_class_name(r->class));
	vt_json_key(json, "confidence");
	if (r->confidence)
		vt_json_text(json, vt_confidence_name(r->confidence));
	else
		vt_json_null(json);
	vt_json_key_text(json, "summary", r->summary);
	vt_json_key_bool(json, "flapping", r->flapping);
	vt_json_object_end(json);
}

static void json_quote(const struct vt_evidence *item, struct vt_json *json)
{
	const struct vt_quote *q = &item->quote;
	struct vt_str text;
	uint64_t line = vt_quote_line(q, &text);
	vt_json_object(json);
	vt_json_key_str(json, "device", q->box->name);
	vt_json_key_text(json, "source", q->paste->name);
	vt_json_key_str(json, "command", q->command);
	vt_json_key(json, "taken_at");
	vt_json_null(json);
	vt_json_key(json, "lines");
	vt_json_array(json);
	vt_json_object(json);
	vt_json_key_u64(json, "n", line);
	vt_json_key_str(json, "text", text);
	vt_json_object_end(json);
	vt_json_array_end(json);
	vt_json_key_text(json, "says", item->says);
	vt_json_object_end(json);
}

static void json_quotes(const char *key, const struct vt_evidence *items, size_t len, struct vt_json *json)
{
	vt_json_key(json, key);
	vt_json_array(json);
	for (size_t i = 0; i < len; i++)
		json_quote(&items[i], json);
	vt_json_array_end(json);
}

static void json_candidates(const struct vt_report *r, struct vt_json *json)
{
	vt_json_key(json, "candidates");
	vt_json_array(json);
	for (size_t i = 0; i < r->candidates_len; i++) {
		const struct vt_candidate *c = &r->candidates[i];
		struct vt_fault_names names = vt_report_names(r, c->at);
		vt_json_object(json);
		vt_json_key_text(json, "fault", c->fault->id);
		vt_json_key_text(json, "title", c->fault->title);
		vt_json_key_text(json, "confidence", vt_confidence_name(c->confidence));
		vt_json_key_text(json, "because", c->because);
		key_templated(json, "separated_by", c->fault->separate, &names);
		vt_json_object_end(json);
	}
	vt_json_array_end(json);
	vt_json_key(json, "ruled_out");
	vt_json_array(json);
	for (size_t i = 0; i < r->ruled_out_len; i++) {
		vt_json_object(json);
		vt_json_key_text(json, "fault", r->ruled_out[i].fault->id);
		vt_json_key_text(json, "because", r->ruled_out[i].because);
		vt_json_object_end(json);
	}
	vt_json_array_end(json);
}

/* `at`: whose names the command has; `where`: who does it. */
static void json_step(const struct vt_report *r, const struct vt_candidate *c, const struct vt_fault_step *step,
		      unsigned at, struct vt_str where, struct vt_json *json)
{
	struct vt_fault_names culprit = vt_report_names(r, c->at);
	vt_json_object(json);
	vt_json_key_text(json, "fault", c->fault->id);
	key_templated(json, "text", step->text, &culprit);
	if (step->command) {
		struct vt_fault_names names = vt_report_names(r, at);
		key_templated(json, "command", step->command, &names);
	}
	vt_json_key_str(json, "where", where);
	vt_json_object_end(json);
}

static void json_steps_of(const struct vt_report *r, const struct vt_candidate *c, struct vt_json *json)
{
	for (size_t i = 0; i < VT_FAULT_STEPS && c->fault->steps[i].text; i++) {
		const struct vt_fault_step *step = &c->fault->steps[i];
		unsigned at = vt_report_step_at(c, step);
		bool general = step->where == VT_AT_PATH || step->where == VT_AT_BOTH;
		if (vt_report_step_is_for_each(step)) {
			json_step(r, c, step, 0, vt_report_end_name(r, 0), json);
			json_step(r, c, step, 1, vt_report_end_name(r, 1), json);
			continue;
		}
		json_step(r, c, step, at, general ? vt_str_of(vt_where_name(step->where)) : vt_report_end_name(r, at),
			  json);
	}
}

static void json_steps(const struct vt_report *r, struct vt_json *json)
{
	vt_json_key(json, "next_steps");
	vt_json_array(json);
	for (size_t i = 0; i < vt_report_advised(r); i++)
		json_steps_of(r, &r->candidates[i], json);
	vt_json_array_end(json);
}

void vt_report_json(const struct vt_report *r, struct vt_json *json)
{
	vt_json_object(json);
	json_tunnel(r, json);
	vt_json_key_text(json, "status", vt_tunnel_state_name(r->state));
	vt_json_key(json, "since");
	vt_json_null(json);
	json_verdict(r, json);
	json_quotes("evidence", r->evidence, r->evidence_len, json);
	json_candidates(r, json);
	json_quotes("changed_before", r->changes, r->changes_len, json);
	json_steps(r, json);
	vt_json_key(json, "timeline");
	vt_json_array(json);
	vt_json_array_end(json);
	vt_json_key_bool(json, "one_sided", r->one_sided);
	vt_json_key(json, "not_known");
	vt_json_array(json);
	for (size_t i = 0; i < r->notes_len; i++)
		vt_json_text(json, r->notes[i]);
	vt_json_array_end(json);
	vt_json_object_end(json);
}

void vt_faults_json(struct vt_json *json)
{
	const struct vt_fault_names nobody = { 0 };
	vt_json_array(json);
	for (size_t i = 0; i < vt_faults_len; i++) {
		const struct vt_fault *f = &vt_faults[i];
		vt_json_object(json);
		vt_json_key_text(json, "id", f->id);
		vt_json_key_text(json, "title", f->title);
		vt_json_key_text(json, "layer", vt_layer_name(f->layer));
		vt_json_key_text(json, "class", vt_class_name(f->class));
		vt_json_key_text(json, "lies", vt_lies_name(f->lies));
		vt_json_key_text(json, "confidence_one_end", vt_confidence_name(f->cap_one));
		vt_json_key_text(json, "confidence_both_ends", vt_confidence_name(f->cap_both));
		vt_json_key_text(json, "confidence_stated", vt_confidence_name(f->cap_stated));
		key_templated(json, "symptoms", f->symptoms, &nobody);
		key_templated(json, "separated_by", f->separate, &nobody);
		vt_json_key(json, "steps");
		vt_json_array(json);
		for (size_t j = 0; j < VT_FAULT_STEPS && f->steps[j].text; j++) {
			vt_json_object(json);
			vt_json_key_text(json, "where", vt_where_name(f->steps[j].where));
			key_templated(json, "text", f->steps[j].text, &nobody);
			if (f->steps[j].command)
				key_templated(json, "command", f->steps[j].command, &nobody);
			vt_json_object_end(json);
		}
		vt_json_array_end(json);
		vt_json_key_text(json, "source", f->source);
		vt_json_object_end(json);
	}
	vt_json_array_end(json);
}
