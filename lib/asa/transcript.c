/* SPDX-License-Identifier: MIT
 * Cuts a pasted terminal session into the outputs of its commands.
 *
 * A prompt is believed in three cases: it belongs to a device that was seen before; a word that begins a command
 * follows it; or it stands alone before such a line or at the end. A line that merely has a '#' or '>' after its
 * first word is data. An echo may also stand on a line of its own, below its prompt or without any.
 */
#include "asa/parse.h"

#include "base/lines.h"

enum { LONGEST_PROMPT = 200 };

/* --- prompts --- */

static bool is_element_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
	       c == '_';
}

bool vt_prompt_scan(struct vt_str line, struct vt_str *prompt, struct vt_str *command)
{
	line = vt_str_trim(line);
	size_t i = 0;
	while (i < line.len && i < LONGEST_PROMPT &&
	       (is_element_char(line.p[i]) || (line.p[i] == '/' && i > 0 && line.p[i - 1] != '/')))
		i++;
	if (i == 0 || line.p[i - 1] == '/')
		return false;
	struct vt_str rest = vt_str_from(line, i);
	if (vt_str_starts(rest, VT_STR("(config"))) {
		ptrdiff_t close = vt_str_find_char(rest, ')');
		if (close < 0 || close > LONGEST_PROMPT)
			return false;
		rest = vt_str_from(rest, (size_t)close + 1);
	}
	if (!vt_scan_char(&rest, '#') && !vt_scan_char(&rest, '>'))
		return false;
	*prompt = vt_str_between(line.p, rest.p);
	*command = vt_str_ltrim(rest);
	return true;
}

/* The next element of a prompt; false at its end. */
static bool next_element(struct vt_str *c, struct vt_str *element)
{
	vt_scan_char(c, '/');
	size_t i = 0;
	while (i < c->len && is_element_char(c->p[i]))
		i++;
	*element = vt_str_first(*c, i);
	*c = vt_str_from(*c, i);
	return i > 0;
}

static bool is_role(struct vt_str element)
{
	static const struct vt_str roles[] = { VT_STR("pri"),  VT_STR("sec"),           VT_STR("act"),
					       VT_STR("stby"), VT_STR("actNoFailover"), VT_STR("stbyNoFailover") };
	for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
		if (vt_str_eq(element, roles[i]))
			return true;
	}
	return false;
}

bool vt_prompt_same_device(struct vt_str a, struct vt_str b)
{
	struct vt_str x, y;
	while (next_element(&a, &x)) {
		if (is_role(x))
			continue;
		struct vt_str others = b;
		while (next_element(&others, &y)) {
			if (vt_str_eq(x, y))
				return true;
		}
	}
	return false;
}

/* --- commands --- */

enum verb { NO_VERB, ASKS, STEERS };

/* What a line that someone typed begins with. `least`: the shortest abbreviation. Steering commands print nothing
 * that is worth a listing. */
static enum verb verb_of(struct vt_str command)
{
	static const struct {
		struct vt_str word;
		size_t least;
		enum verb verb;
	} verbs[] = {
		{ VT_STR("show"), 2, ASKS },          { VT_STR("ping"), 3, ASKS },
		{ VT_STR("packet-tracer"), 4, ASKS }, { VT_STR("more"), 3, ASKS },
		{ VT_STR("clear"), 3, ASKS },         { VT_STR("debug"), 3, ASKS },
		{ VT_STR("capture"), 3, ASKS },       { VT_STR("write"), 2, ASKS },
		{ VT_STR("traceroute"), 5, ASKS },    { VT_STR("terminal"), 4, STEERS },
		{ VT_STR("enable"), 2, STEERS },      { VT_STR("login"), 5, STEERS },
		{ VT_STR("logout"), 4, STEERS },      { VT_STR("exit"), 2, STEERS },
		{ VT_STR("quit"), 4, STEERS },        { VT_STR("end"), 3, STEERS },
		{ VT_STR("configure"), 4, STEERS },   { VT_STR("changeto"), 6, STEERS },
		{ VT_STR("disable"), 4, STEERS },     { VT_STR("no"), 2, STEERS },
		{ VT_STR("undebug"), 4, STEERS },
	};
	struct vt_str word;
	if (!vt_scan_word(&command, &word))
		return NO_VERB;
	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
		if (word.len >= verbs[i].least && vt_str_istarts(verbs[i].word, word))
			return verbs[i].verb;
	}
	return NO_VERB;
}

/* A command longer than the line is shown by the device as its end behind a '$'. */
static bool is_scrolled(struct vt_str command)
{
	return command.len && *command.p == '$';
}

/* --- the walk --- */

struct section {
	struct vt_str prompt, command; /* p == NULL: none */
	struct vt_str text;
	bool used; /* text that is not blank has come */
};

struct splitter {
	struct vt_arena *arena;
	struct section *sections;
	size_t len, cap;
	struct vt_str *devices; /* a prompt of each */
	size_t devices_len, devices_cap;
};

static bool is_known_device(const struct splitter *s, struct vt_str prompt)
{
	for (size_t i = s->devices_len; i > 0; i--) {
		if (vt_prompt_same_device(s->devices[i - 1], prompt))
			return true;
	}
	return false;
}

static bool next_line_is_command(struct vt_lines lines)
{
	struct vt_str line;
	while (vt_lines_next(&lines, &line)) {
		line = vt_str_trim(line);
		if (line.len)
			return verb_of(line) != NO_VERB;
	}
	return true;
}

static bool is_prompt_line(struct splitter *s, const struct vt_lines *behind, struct vt_str line, struct vt_str *prompt,
			   struct vt_str *command)
{
	if (!vt_prompt_scan(line, prompt, command))
		return false;
	bool is_command = verb_of(*command) != NO_VERB || is_scrolled(*command);
	bool known = is_known_device(s, *prompt);
	if (!known && !is_command && (command->len || !next_line_is_command(*behind)))
		return false;
	if (!known)
		*VT_PUSH(s->arena, s->devices, s->devices_len, s->devices_cap) = *prompt;
	return true;
}

static struct section *open_section(struct splitter *s, struct vt_str prompt, struct vt_str command, const char *begin)
{
	struct section *section = VT_PUSH(s->arena, s->sections, s->len, s->cap);
	*section = (struct section){ prompt, command, { begin, 0 }, false };
	return section;
}

/* An echo without its prompt on the same line: below a bare prompt, or where a collector cut the prompt off. */
static bool is_bare_echo(const struct section *now, struct vt_str line)
{
	line = vt_str_trim(line);
	if (!now->used && now->prompt.p && now->command.len == 0)
		return verb_of(line) != NO_VERB;
	return (vt_str_istarts(line, VT_STR("show ")) || vt_str_istarts(line, VT_STR("sh ")) ||
		(!now->used && verb_of(line) == ASKS)) &&
	       vt_listing_of_command(line) != VT_LISTING_UNKNOWN;
}

static void split(struct splitter *s, struct vt_str text)
{
	struct vt_lines lines = vt_lines_of(text);
	struct vt_str line, prompt, command;
	struct section *now = open_section(s, VT_STR_NONE, VT_STR_NONE, text.p);
	while (vt_lines_next(&lines, &line)) {
		if (is_prompt_line(s, &lines, line, &prompt, &command)) {
			now = open_section(s, prompt, command, lines.rest.p);
		} else if (is_bare_echo(now, line)) {
			now = open_section(s, now->prompt, vt_str_trim(line), lines.rest.p);
		} else {
			now->text.len = (size_t)(lines.rest.p - now->text.p);
			now->used |= vt_str_trim(line).len > 0;
		}
	}
}

/* --- one section --- */

static struct vt_listing *unknown(struct vt_str text, struct vt_arena *arena)
{
	struct vt_listing *listing = vt_listing_parse(VT_LISTING_UNKNOWN, text, arena);
	struct vt_lines lines = vt_lines_of(text);
	for (struct vt_str line; vt_lines_next(&lines, &line);) {
		if (vt_str_trim(line).len == 0 || vt_is_async_line(line))
			listing->report.recognised++;
		else
			vt_report_skip(&listing->report, lines.number, line);
	}
	listing->report.lines = lines.number;
	return listing;
}

/* NULL when there is nothing to tell of this section. */
static struct vt_listing *parse_section(const struct section *section, struct vt_str given, bool only,
					struct vt_arena *arena)
{
	struct vt_str command = section->command.len ? section->command : given;
	bool by_shape = command.len == 0 || is_scrolled(command);
	enum vt_listing_kind kind = by_shape ? vt_listing_of_shape(section->text) : vt_listing_of_command(command);
	bool greeting = by_shape && !only && kind == VT_LISTING_UNKNOWN;
	if (greeting || (kind == VT_LISTING_UNKNOWN && (!section->used || verb_of(command) == STEERS)))
		return NULL;
	if (!section->used && section->command.len == 0)
		return NULL;
	struct vt_listing *listing = kind == VT_LISTING_UNKNOWN ? unknown(section->text, arena)
								: vt_listing_parse(kind, section->text, arena);
	if (command.len)
		listing->command = command;
	listing->prompt = section->prompt;
	return listing;
}

struct vt_listing **vt_transcript_parse(struct vt_str text, struct vt_str command, struct vt_arena *arena, size_t *len)
{
	struct splitter s = { .arena = arena };
	struct vt_listing **listings = NULL;
	size_t cap = 0;
	*len = 0;
	split(&s, text);
	for (size_t i = 0; i < s.len; i++) {
		struct vt_listing *listing = parse_section(&s.sections[i], command, s.len == 1, arena);
		if (listing)
			*VT_PUSH(arena, listings, *len, cap) = listing;
	}
	return listings;
}
