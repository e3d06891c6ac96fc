/* SPDX-License-Identifier: MIT
 * Cuts a pasted terminal session into the outputs of its commands.
 *
 * A prompt is believed in three cases: it belongs to a device that was seen before; a word that begins a command
 * follows it; or it stands alone before such a line or at the end. A line that merely has a '#' or '>' after its
 * first word is data. An echo may also stand on a line of its own, below its prompt or without any.
 */
#include "asa/names.h"
#include "asa/parse.h"
#include "asa/terminal.h"

#include "base/lines.h"

#include <stdlib.h>

/* --- prompts --- */

/* "HOST/context(config)# show clock" into prompt and command (empty when nothing was typed). */
static bool scan_prompt(struct vt_str line, struct vt_str *prompt, struct vt_str *command)
{
	struct vt_prompt parsed;
	size_t i = 0;
	line = vt_str_trim(line);
	while (i < line.len && i < VT_PROMPT_TEXT && line.p[i] != '#' && line.p[i] != '>' && !vt_is_blank(line.p[i]))
		i++;
	if (i == line.len || (line.p[i] != '#' && line.p[i] != '>') ||
	    !vt_prompt_parse(vt_str_first(line, i + 1), &parsed))
		return false;
	*prompt = vt_str_first(line, i + 1);
	*command = vt_str_ltrim(vt_str_from(line, i + 1));
	return true;
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

/* More than a paste is ever made of; beyond it, a prompt is known only by the command behind it. */
enum { MAX_DEVICES = 64 };

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
	if (!scan_prompt(line, prompt, command))
		return false;
	bool is_command = verb_of(*command) != NO_VERB || is_scrolled(*command);
	bool known = is_known_device(s, *prompt);
	if (!known && !is_command && (command->len || !next_line_is_command(*behind)))
		return false;
	if (!known && s->devices_len < MAX_DEVICES)
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
	struct vt_listing *listing = vt_listing_parse(kind, section->text, arena);
	if (command.len)
		listing->command = command;
	listing->prompt = section->prompt;
	return listing;
}

/* --- names --- */

struct naming {

	const struct vt_name *sorted; /* by name */
	size_t len;
};

static int by_name(const void *a, const void *b)
{
	return vt_str_cmp(((const struct vt_name *)a)->name, ((const struct vt_name *)b)->name);
}

static void resolve(struct vt_str *addr, void *arg)
{
	const struct naming *naming = arg;
	struct vt_name key = { .name = *addr };
	const struct vt_name *hit = bsearch(&key, naming->sorted, naming->len, sizeof key, by_name);
	if (hit)
		*addr = hit->addr;
}

static bool of_one_device(const struct vt_listing *a, const struct vt_listing *b)
{
	return !a->prompt.p || !b->prompt.p || vt_prompt_same_device(a->prompt, b->prompt);
}

void vt_facts_resolve(const struct vt_shape *shape, void *facts, const struct vt_names *names, struct vt_arena *arena)
{
	if (names->names_len == 0)
		return;
	struct vt_name *sorted = VT_NEW_ARRAY(arena, struct vt_name, names->names_len);
	memcpy(sorted, names->names, names->names_len * sizeof *sorted);
	qsort(sorted, names->names_len, sizeof *sorted, by_name);
	struct naming naming = { sorted, names->names_len };
	vt_shape_addrs(shape, facts, resolve, &naming);
}

static void resolve_by(const struct vt_listing *from, struct vt_listing **listings, size_t len, struct vt_arena *arena)
{
	for (size_t i = 0; i < len; i++) {
		struct vt_listing *l = listings[i];
		if (l->facts && l->kind != VT_LISTING_NAMES && of_one_device(from, l))
			vt_facts_resolve(vt_listing_shape(l->kind), l->facts, from->facts, arena);
	}
}

static void resolve_names(struct vt_listing **listings, size_t len, struct vt_arena *arena)
{
	for (size_t i = 0; i < len; i++) {
		if (listings[i]->kind == VT_LISTING_NAMES && listings[i]->facts)
			resolve_by(listings[i], listings, len, arena);
	}
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
	resolve_names(listings, *len, arena);
	return listings;
}
