/* SPDX-License-Identifier: MIT
 * A report for a person: the verdict in the first line, what to do within the first ten, then the evidence.
 *
 * One text for both forms; Markdown has headings where plain text has words on their own line, and quotes in
 * backticks.
 */
#include "diagnose/report.h"

static const char *state_words(const struct vt_report *r)
{
	static const char *const words[] = {
		[VT_TUNNEL_UP] = "UP",
		[VT_TUNNEL_IDLE] = "IDLE (healthy)",
		[VT_TUNNEL_NEGOTIATING] = "NEGOTIATING",
		[VT_TUNNEL_PHASE1_FAILING] = "PHASE 1 FAILING",
		[VT_TUNNEL_PHASE2_FAILING] = "PHASE 2 FAILING",
		[VT_TUNNEL_NO_TRAFFIC] = "NO TRAFFIC",
		[VT_TUNNEL_DOWN] = "DOWN",
		[VT_TUNNEL_ORPHAN] = "WITHOUT CONFIGURATION",
		[VT_TUNNEL_UNKNOWN] = "NOT KNOWN",
	};
	_Static_assert(sizeof words / sizeof *words == VT_TUNNEL_STATES, "a state has no words");
	if (r->flapping)
		return r->state == VT_TUNNEL_UP ? "FLAPPING" : vt_tunnel_state_name(r->state);
	return words[r->state];
}

int vt_report_badness(const struct vt_report *r)
{
	static const int badness[VT_TUNNEL_STATES] = {
		[VT_TUNNEL_IDLE] = 0,           [VT_TUNNEL_UP] = 1,
		[VT_TUNNEL_UNKNOWN] = 2,        [VT_TUNNEL_NEGOTIATING] = 3,
		[VT_TUNNEL_ORPHAN] = 4,         [VT_TUNNEL_NO_TRAFFIC] = 6,
		[VT_TUNNEL_DOWN] = 7,           [VT_TUNNEL_PHASE2_FAILING] = 8,
		[VT_TUNNEL_PHASE1_FAILING] = 9,
	};
	int worse = r->flapping || (r->fault && r->class != VT_CLASS_NONE) || (!r->fault && r->candidates_len);
	return badness[r->state] < 5 && worse ? 5 : badness[r->state];
}

void vt_report_why(const struct vt_report *r, struct vt_buf *out)
{
	if (r->fault) {
		vt_buf_printf(out, "%s %s: %s", vt_confidence_name(r->confidence), r->fault->id, r->fault->title);
		return;
	}
	vt_buf_printf(out, "%s", r->title);
	for (size_t i = 0; i < r->candidates_len && i < 3; i++)
		vt_buf_printf(out, "%s%s", i ? ", " : " (", r->candidates[i].fault->id);
	if (r->candidates_len)
		vt_buf_char(out, ')');
}

static void headline(const struct vt_report *r, bool markdown, struct vt_buf *out)
{
	struct vt_str here = vt_report_end_name(r, 0), there = vt_report_end_name(r, 1);
	vt_buf_printf(out, "%s" VT_FMT " %s " VT_FMT, markdown ? "## " : "", VT_ARG(here), r->one_sided ? "→" : "⇄",
		      VT_ARG(there));
	if (!r->one_sided)
		vt_buf_printf(out, " (%s)", r->facts->ends[0]->peer_text);
	vt_buf_printf(out, "   %s   ", state_words(r));
	vt_report_why(r, out);
	vt_buf_printf(out, "   %s in view\n", r->one_sided ? "one end" : "both ends");
}

static void heading(const char *text, bool markdown, struct vt_buf *out)
{
	vt_buf_printf(out, markdown ? "\n### %s\n\n" : "\n%s\n", text);
}

static void candidates(const struct vt_report *r, bool markdown, struct vt_buf *out)
{
	if (markdown && r->candidates_len)
		vt_buf_char(out, '\n');
	for (size_t i = 0; i < r->candidates_len; i++) {
		const struct vt_candidate *c = &r->candidates[i];
		if (markdown)
			vt_buf_printf(out, "- %s **%s** %s. %s\n", vt_confidence_name(c->confidence), c->fault->id,
				      c->fault->title, c->because);
		else
			vt_buf_printf(out, "  %-8s  %-12s %s. %s\n", vt_confidence_name(c->confidence), c->fault->id,
				      c->fault->title, c->because);
	}
	if (!r->separate)
		return;
	struct vt_fault_names names = vt_report_names(r, r->candidates[0].at);
	vt_buf_printf(out, markdown ? "\nWhat separates them: " : "  separate them: ");
	vt_fault_text(out, r->separate, &names);
	vt_buf_char(out, '\n');
}

/* The command of a step; where it names the peer, each of both ends has its own. */
static void command(const struct vt_report *r, const struct vt_candidate *c, const struct vt_fault_step *step,
		    bool markdown, struct vt_buf *out)
{
	bool each = vt_report_step_is_for_each(step);
	for (unsigned i = 0; step->command && i < (each ? 2 : 1); i++) {
		unsigned at = each ? i : vt_report_step_at(c, step);
		struct vt_fault_names names = vt_report_names(r, at);
		vt_buf_printf(out, markdown ? "   `" : "       ");
		vt_fault_text(out, step->command, &names);
		vt_buf_printf(out, markdown ? "`" : "");
		if (each)
			vt_buf_printf(out, "   (on " VT_FMT ")", VT_ARG(names.here));
		vt_buf_printf(out, markdown ? "  \n" : "\n");
	}
}

static void steps(const struct vt_report *r, bool markdown, struct vt_buf *out)
{
	unsigned number = 0;
	if (r->candidates_len == 0)
		return;
	heading("Next steps", markdown, out);
	for (size_t i = 0; i < vt_report_advised(r); i++) {
		const struct vt_candidate *c = &r->candidates[i];
		for (size_t j = 0; j < VT_FAULT_STEPS && c->fault->steps[j].text; j++) {
			vt_buf_printf(out, "%s%u. ", markdown ? "" : "  ", ++number);
			vt_report_step(r, c, &c->fault->steps[j], out);
			vt_buf_char(out, '\n');
			command(r, c, &c->fault->steps[j], markdown, out);
		}
	}
}

size_t vt_report_advised(const struct vt_report *r)
{
	size_t n = r->fault && r->confidence >= VT_STRONG ? 1 : 2;
	return n < r->candidates_len ? n : r->candidates_len;
}

bool vt_report_step_is_for_each(const struct vt_fault_step *step)
{
	return step->where == VT_AT_BOTH && step->command && strstr(step->command, "{peer}");
}

unsigned vt_report_step_at(const struct vt_candidate *c, const struct vt_fault_step *step)
{
	return step->where == VT_AT_THERE ? !c->at : c->at;
}

/* "On fra-fw1: Enter the key again …" */
void vt_report_step(const struct vt_report *r, const struct vt_candidate *c, const struct vt_fault_step *step,
		    struct vt_buf *out)
{
	struct vt_fault_names names = vt_report_names(r, c->at);
	if (step->where == VT_AT_PATH)
		vt_buf_printf(out, "On the path between the two: ");
	else if (step->where == VT_AT_BOTH)
		vt_buf_printf(out, "On " VT_FMT " and on " VT_FMT ": ", VT_ARG(names.here), VT_ARG(names.there));
	else
		vt_buf_printf(out, "On " VT_FMT ": ", VT_ARG(step->where == VT_AT_THERE ? names.there : names.here));
	vt_fault_text(out, step->text, &names);
}

static void quotes(const struct vt_evidence *items, size_t len, bool markdown, struct vt_buf *out)
{
	for (size_t i = 0; i < len; i++) {
		const struct vt_quote *q = &items[i].quote;
		struct vt_str text;
		uint64_t line = vt_quote_line(q, &text);
		if (markdown)
			vt_buf_printf(out, "- %s:%ju (`" VT_FMT "`) `" VT_FMT "`: %s\n", q->paste->name,
				      (uintmax_t)line, VT_ARG(q->command), VT_ARG(text), items[i].says);
		else
			vt_buf_printf(out, "  %s:%ju  " VT_FMT "\n      " VT_FMT "\n      %s\n", q->paste->name,
				      (uintmax_t)line, VT_ARG(q->command), VT_ARG(text), items[i].says);
	}
}

/* What was excluded for the same reason stands in one line. */
static void ruled_out(const struct vt_report *r, bool markdown, struct vt_buf *out)
{
	heading("Ruled out", markdown, out);
	for (size_t i = 0; i < r->ruled_out_len; i++) {
		bool said = false;
		for (size_t j = 0; j < i; j++)
			said |= r->ruled_out[j].because == r->ruled_out[i].because;
		if (said)
			continue;
		vt_buf_printf(out, "%s", markdown ? "- " : "  ");
		for (size_t j = i; j < r->ruled_out_len; j++)
			if (r->ruled_out[j].because == r->ruled_out[i].because)
				vt_buf_printf(out, "%s%s", j == i ? "" : ", ", r->ruled_out[j].fault->id);
		vt_buf_printf(out, "   %s\n", r->ruled_out[i].because);
	}
}

void vt_report_text(const struct vt_report *r, bool markdown, struct vt_buf *out)
{
	headline(r, markdown, out);
	vt_buf_printf(out, "%s%s\n", markdown ? "\n" : "", r->summary);
	candidates(r, markdown, out);
	if (r->changes_len) {
		heading("Changed before", markdown, out);
		quotes(r->changes, r->changes_len, markdown, out);
	}
	steps(r, markdown, out);
	if (r->evidence_len) {
		heading("Evidence", markdown, out);
		quotes(r->evidence, r->evidence_len, markdown, out);
	}
	if (r->ruled_out_len)
		ruled_out(r, markdown, out);
	if (r->notes_len) {
		heading("Not known", markdown, out);
		for (size_t i = 0; i < r->notes_len; i++)
			vt_buf_printf(out, "%s%s\n", markdown ? "- " : "  ", r->notes[i]);
	}
}

void vt_report_row(const struct vt_report *r, bool markdown, struct vt_buf *out)
{
	struct vt_str here = vt_report_end_name(r, 0);
	vt_buf_printf(out, markdown ? "| " VT_FMT " | %s | %s | " : VT_FMT "  %-15s  %-15s  ", VT_ARG(here),
		      r->facts->ends[0]->peer_text,
		      r->flapping && r->state == VT_TUNNEL_UP ? "flapping" : vt_tunnel_state_name(r->state));
	vt_report_why(r, out);
	vt_buf_printf(out, markdown ? " |\n" : "\n");
}
