/* SPDX-License-Identifier: MIT
 * packet-tracer input … [detailed] [xml]
 *
 * Text: phases of "Label: value" lines with two free sections, then a "Result:" without a value that begins the
 * summary. Inside a free section everything is content until the next "Phase: n" or that bare "Result:"; a rule
 * dump may hold any other label.
 *
 * XML: elements in a row without a root, and nothing promises that the text in them is escaped. So it is read by a
 * scanner that knows the element names and looks for the end tag of the one it is in; an end tag that never comes
 * means the trace was cut. `<result>` is a value inside a phase and the summary outside of one.
 */
#include "asa/packet_tracer.h"
#include "asa/reader.h"

static const struct vt_field phase_fields[] = {
	VT_F(U64, vt_trace_phase, phase),  VT_F(STR, vt_trace_phase, type),       VT_F(STR, vt_trace_phase, subtype),
	VT_F(STR, vt_trace_phase, result), VT_F(U64, vt_trace_phase, elapsed_ns), VT_F(STRS, vt_trace_phase, config),
	VT_F(STRS, vt_trace_phase, info),
};
static const struct vt_shape phase_shape = VT_SHAPE(vt_trace_phase, phase_fields);

static const struct vt_field result_fields[] = {
	VT_F(STR, vt_trace_result, input_interface),  VT_F(U64, vt_trace_result, input_vrf),
	VT_F(STR, vt_trace_result, input_status),     VT_F(STR, vt_trace_result, input_line_status),
	VT_F(STR, vt_trace_result, output_interface), VT_F(U64, vt_trace_result, output_vrf),
	VT_F(STR, vt_trace_result, output_status),    VT_F(STR, vt_trace_result, output_line_status),
	VT_F(STR, vt_trace_result, action),           VT_F(STR, vt_trace_result, drop_reason),
	VT_F(STR, vt_trace_result, drop_keyword),     VT_F(STR, vt_trace_result, drop_location),
	VT_F(U64, vt_trace_result, time_taken_ns),
};
static const struct vt_shape result_shape = VT_SHAPE(vt_trace_result, result_fields);

static const struct vt_field trace_fields[] = {
	VT_FA(ARRAY, vt_packet_tracer, phases, &phase_shape),
	VT_FO(vt_packet_tracer, result, &result_shape),
};
const struct vt_shape vt_packet_tracer_shape = VT_SHAPE(vt_packet_tracer, trace_fields);

enum part { BEFORE, PHASE, CONFIG, INFO, SUMMARY };

struct trace {
	struct vt_packet_tracer *facts;
	struct vt_arena *arena;
	struct vt_trace_phase *phase; /* the one being read */
	enum part part;
	size_t phases_cap, config_cap, info_cap;
};

static void begin_phase(struct trace *trace, uint64_t number, uint64_t line)
{
	trace->phase = VT_PUSH(trace->arena, trace->facts->phases, trace->facts->phases_len, trace->phases_cap);
	vt_shape_clear(&phase_shape, trace->phase);
	trace->phase->phase = number;
	trace->phase->first_line = trace->phase->last_line = line;
	trace->config_cap = trace->info_cap = 0;
	trace->part = PHASE;
}

static void add_content(struct trace *trace, struct vt_str line)
{
	struct vt_trace_phase *phase = trace->phase;
	if (trace->part == CONFIG)
		*VT_PUSH(trace->arena, phase->config.items, phase->config.len, trace->config_cap) = line;
	else
		*VT_PUSH(trace->arena, phase->info.items, phase->info.len, trace->info_cap) = line;
}

/* "inside(vrfid:0)" */
static void set_interface(struct vt_str value, struct vt_str *name, uint64_t *vrf)
{
	ptrdiff_t at = vt_str_find(value, VT_STR("(vrfid:"));
	*name = value;
	if (at >= 0) {
		struct vt_str number = vt_str_from(value, (size_t)at + 7);
		vt_scan_u64(&number, vrf);
		*name = vt_str_rtrim(vt_str_first(value, (size_t)at));
	}
}

static void set_input_interface(struct vt_trace_result *r, struct vt_str value)
{
	set_interface(value, &r->input_interface, &r->input_vrf);
}

static void set_output_interface(struct vt_trace_result *r, struct vt_str value)
{
	set_interface(value, &r->output_interface, &r->output_vrf);
}

static void set_input_status(struct vt_trace_result *r, struct vt_str value)
{
	r->input_status = value;
}

static void set_input_line_status(struct vt_trace_result *r, struct vt_str value)
{
	r->input_line_status = value;
}

static void set_output_status(struct vt_trace_result *r, struct vt_str value)
{
	r->output_status = value;
}

static void set_output_line_status(struct vt_trace_result *r, struct vt_str value)
{
	r->output_line_status = value;
}

static void set_action(struct vt_trace_result *r, struct vt_str value)
{
	r->action = value;
}

static void set_time_taken(struct vt_trace_result *r, struct vt_str value)
{
	vt_scan_u64(&value, &r->time_taken_ns);
}

/* "(acl-drop) Flow is denied by configured rule, Drop-location: frame 0x0000aaab flow (NA)/NA" */
static void set_drop_reason(struct vt_trace_result *r, struct vt_str value)
{
	ptrdiff_t location = vt_str_find(value, VT_STR("Drop-location:"));
	if (location >= 0) {
		r->drop_location = vt_str_trim(vt_str_from(value, (size_t)location + 14));
		value = vt_str_rtrim(vt_str_first(value, (size_t)location));
		if (vt_str_ends(value, VT_STR(",")))
			value.len--;
	}
	r->drop_reason = value;
	struct vt_str keyword;
	if (vt_scan_char(&value, '(') && vt_scan_until(&value, ')', &keyword))
		r->drop_keyword = keyword;
}

static const struct {
	const char *label;
	void (*set)(struct vt_trace_result *, struct vt_str value);
} summary_labels[] = {
	{ "input-interface", set_input_interface },
	{ "input-status", set_input_status },
	{ "input-line-status", set_input_line_status },
	{ "output-interface", set_output_interface },
	{ "output-status", set_output_status },
	{ "output-line-status", set_output_line_status },
	{ "Action", set_action },
	{ "Drop-reason", set_drop_reason },
	{ "Time Taken", set_time_taken },
	{ "time-taken", set_time_taken }, /* XML */
};

static bool set_summary(struct trace *trace, struct vt_str label, struct vt_str value)
{
	for (size_t i = 0; i < sizeof summary_labels / sizeof *summary_labels; i++) {
		if (vt_str_ieq(label, vt_str_of(summary_labels[i].label))) {
			if (value.len)
				summary_labels[i].set(&trace->facts->result, value);
			return true;
		}
	}
	return false;
}

/* A labelled value of a phase, in text or as an element. */
static bool set_phase_value(struct vt_trace_phase *phase, struct vt_str label, struct vt_str value)
{
	const struct {
		const char *label;
		struct vt_str *to;
	} labels[] = { { "Type", &phase->type }, { "Subtype", &phase->subtype }, { "Result", &phase->result } };
	for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
		if (vt_str_ieq(label, vt_str_of(labels[i].label))) {
			if (value.len)
				*labels[i].to = value;
			return true;
		}
	}
	if (vt_str_ieq(label, VT_STR("Elapsed time")) || vt_str_ieq(label, VT_STR("elapsed-time")))
		return vt_scan_u64(&value, &phase->elapsed_ns);
	return false;
}

/* Config and Additional Information may have their first line behind the label. */
static void begin_content(struct trace *trace, enum part part, struct vt_str value)
{
	trace->part = part;
	if (value.len)
		add_content(trace, value);
}

static bool read_line(struct trace *trace, struct vt_reader *r)
{
	struct vt_str label = VT_STR_NONE, value = VT_STR_NONE;
	uint64_t number;
	bool labelled = vt_split_label(r->line, &label, &value);
	if (labelled && vt_str_eq(label, VT_STR("Phase")) && vt_str_to_u64(value, &number)) {
		begin_phase(trace, number, r->lines.number);
		return true;
	}
	if (labelled && vt_str_eq(label, VT_STR("Result")) && value.len == 0) {
		trace->part = SUMMARY;
		return true;
	}
	if (trace->part == SUMMARY)
		return labelled && set_summary(trace, label, value);
	if (trace->part == BEFORE)
		return false;
	trace->phase->last_line = r->lines.number;
	if (labelled && vt_str_eq(label, VT_STR("Config"))) {
		begin_content(trace, CONFIG, value);
	} else if (labelled && vt_str_eq(label, VT_STR("Additional Information"))) {
		begin_content(trace, INFO, value);
	} else if (trace->part == PHASE) {
		return labelled && set_phase_value(trace->phase, label, value);
	} else {
		add_content(trace, r->line);
	}
	return true;
}

static void read_text(struct trace *trace, struct vt_str text, struct vt_parse_report *report)
{
	struct vt_reader r = vt_reader_of(text, report);
	while (vt_reader_next(&r))
		if (!read_line(trace, &r))
			vt_reader_skip(&r);
}

/* ---- the XML form ---- */

struct xml {
	struct vt_str rest;
	uint64_t line;
};

/* Moves behind `n` bytes and counts the lines in them. */
static void advance(struct xml *xml, size_t n)
{
	struct vt_str passed = vt_str_first(xml->rest, n);
	for (ptrdiff_t lf; (lf = vt_str_find_char(passed, '\n')) >= 0; xml->line++)
		passed = vt_str_from(passed, (size_t)lf + 1);
	xml->rest = vt_str_from(xml->rest, n);
}

/* The next "<name>" or "</name>"; text before it that is not blank goes to `stray`. */
static bool next_tag(struct xml *xml, struct vt_str *name, bool *end, struct vt_str *stray)
{
	ptrdiff_t open = vt_str_find_char(xml->rest, '<');
	struct vt_str text = open < 0 ? xml->rest : vt_str_first(xml->rest, (size_t)open);
	while (text.len && (vt_is_blank(*text.p) || *text.p == '\n'))
		text = vt_str_from(text, 1);
	*stray = text;
	if (open < 0)
		return false;
	advance(xml, (size_t)open + 1);
	*end = vt_scan_char(&xml->rest, '/');
	size_t len = 0;
	while (len < xml->rest.len && xml->rest.p[len] != '>' && xml->rest.p[len] != '<' && xml->rest.p[len] != '\n')
		len++;
	*name = vt_str_trim(vt_str_first(xml->rest, len));
	xml->rest = vt_str_from(xml->rest, len);
	vt_scan_char(&xml->rest, '>');
	return true;
}

/* Everything up to "</name>"; false when it does not come. */
static bool element_text(struct xml *xml, struct vt_str name, struct vt_str *text)
{
	struct vt_str in = xml->rest;
	for (ptrdiff_t at; (at = vt_str_find(in, VT_STR("</"))) >= 0;) {
		struct vt_str tag = vt_str_from(in, (size_t)at + 2);
		if (vt_str_istarts(tag, name) && tag.len > name.len && tag.p[name.len] == '>') {
			*text = vt_str_between(xml->rest.p, tag.p - 2);
			advance(xml, text->len + 2 + name.len + 1);
			return true;
		}
		in = tag;
	}
	return false;
}

/* The five entities of XML become what they stand for, in a copy; text without any stays a view. */
static struct vt_str unescaped(struct vt_arena *arena, struct vt_str s)
{
	static const struct {
		const char *entity;
		char c;
	} entities[] = { { "&lt;", '<' }, { "&gt;", '>' }, { "&amp;", '&' }, { "&quot;", '"' }, { "&apos;", '\'' } };
	if (vt_str_find_char(s, '&') < 0)
		return s;
	char *copy = vt_arena_alloc(arena, s.len), *to = copy;
	while (s.len) {
		size_t i = 0, n = sizeof entities / sizeof *entities;
		while (i < n && !vt_scan_lit(&s, vt_str_of(entities[i].entity)))
			i++;
		*to++ = i < n ? entities[i].c : *s.p;
		if (i == n)
			s = vt_str_from(s, 1);
	}
	return vt_str_between(copy, to);
}

static struct vt_str trimmed(struct vt_str s)
{
	while (s.len && (vt_is_blank(*s.p) || *s.p == '\n'))
		s = vt_str_from(s, 1);
	while (s.len && (vt_is_blank(s.p[s.len - 1]) || s.p[s.len - 1] == '\n'))
		s.len--;
	return s;
}

static void add_content_lines(struct trace *trace, enum part part, struct vt_str text)
{
	struct vt_lines lines = vt_lines_of(unescaped(trace->arena, text));
	struct vt_str line;
	trace->part = part;
	while (vt_lines_next(&lines, &line)) {
		line = vt_str_trim(line);
		if (line.len)
			add_content(trace, line);
	}
}

/* An element with text in it; false when nobody knows it. */
static bool set_element(struct trace *trace, struct vt_str name, struct vt_str text)
{
	if (trace->part == SUMMARY || !trace->phase)
		return set_summary(trace, name, unescaped(trace->arena, trimmed(text)));
	if (vt_str_ieq(name, VT_STR("id")))
		vt_str_to_u64(trimmed(text), &trace->phase->phase);
	else if (vt_str_ieq(name, VT_STR("config")))
		add_content_lines(trace, CONFIG, text);
	else if (vt_str_ieq(name, VT_STR("extra")))
		add_content_lines(trace, INFO, text);
	else
		return set_phase_value(trace->phase, name, unescaped(trace->arena, trimmed(text)));
	return true;
}

static bool is_element(struct trace *trace, struct vt_str name)
{
	static const char *const phase_elements[] = { "id",     "type",  "subtype",     "result",
						      "config", "extra", "elapsed-time" };
	if (trace->part == SUMMARY || !trace->phase)
		return set_summary(trace, name, VT_STR_NONE);
	for (size_t i = 0; i < sizeof phase_elements / sizeof *phase_elements; i++)
		if (vt_str_ieq(name, vt_str_of(phase_elements[i])))
			return true;
	return false;
}

static void end_of_element(struct trace *trace, struct vt_str name, uint64_t line)
{
	if (vt_str_ieq(name, VT_STR("Phase")) && trace->phase) {
		trace->phase->last_line = line;
		trace->phase = NULL;
	}
}

static void read_xml(struct trace *trace, struct vt_str text, struct vt_parse_report *report)
{
	struct xml xml = { text, 1 };
	struct vt_str name, stray, value;
	bool end;
	while (next_tag(&xml, &name, &end, &stray)) {
		if (stray.len)
			vt_report_skip(report, xml.line,
				       vt_str_first(stray, (size_t)(vt_str_find_char(stray, '\n') < 0
									    ? (ptrdiff_t)stray.len
									    : vt_str_find_char(stray, '\n'))));
		if (end) {
			end_of_element(trace, name, xml.line);
		} else if (vt_str_ieq(name, VT_STR("Phase"))) {
			begin_phase(trace, VT_ABSENT, xml.line);
		} else if (!trace->phase && vt_str_ieq(name, VT_STR("result"))) {
			trace->part = SUMMARY;
		} else if (!is_element(trace, name)) {
			if (!vt_str_starts(name, VT_STR("?xml")))
				vt_report_skip(report, xml.line, name);
		} else if (element_text(&xml, name, &value)) {
			set_element(trace, name, value);
		} else {
			report->truncated = true;
			break;
		}
	}
	struct vt_lines lines = vt_lines_of(text);
	while (vt_lines_next(&lines, &value))
		;
	report->lines += lines.number;
	if (report->skipped > report->lines)
		report->skipped = report->lines;
	report->recognised = report->lines - report->skipped;
}

enum vt_status vt_packet_tracer_parse(struct vt_str text, struct vt_arena *arena, struct vt_packet_tracer *facts,
				      struct vt_parse_report *report)
{
	struct trace trace = { .facts = facts, .arena = arena };
	vt_shape_clear(&vt_packet_tracer_shape, facts);
	struct vt_str begin = trimmed(text);
	if (vt_scan_char(&begin, '<'))
		read_xml(&trace, text, report);
	else
		read_text(&trace, text, report);
	if (!facts->phases_len && !facts->result.action.p && !facts->result.input_interface.p)
		return VT_E_NOT_THIS_COMMAND;
	if (!facts->result.action.p)
		report->truncated = true;
	return VT_OK;
}
