/* SPDX-License-Identifier: MIT
 * Reads vpntriage.yaml along the tables of schema.c.
 *
 * Two passes over the text. The first one only listens to libyaml's events: it finds whatever is not YAML and
 * whatever is too deep, too much or of no use to us, before a node is kept. The second loads the document and walks it
 * and the tables together: each mapping's keys are matched with rows, then the rows are taken in the order of their
 * table, a default where no key stands. A mistake is noted and the walk goes on, so that one run tells all of them.
 *
 * Why libyaml with tables of our own and not libcyaml: a single address may stand for a list, a device inherits
 * key by key, a duration has a unit and a range, and each mistake has to name the line of its value and what was
 * expected. libcyaml has no place to hang the first three, and says a mistake on several log lines.
 *
 * Aliases are allowed (a fleet has much in common). libyaml keeps an alias as a reference, so the walk is what
 * would multiply them: it stops after MAX_VALUES values, and its depth is that of the tables.
 */
#include "config.h"

#include "base/memory.h"
#include "settings/schema.h"

#include <stdio.h>
#include <stdlib.h>

#include <yaml.h>

enum {
	MAX_DEPTH = 16,
	MAX_VALUES = 2000000, /* ten thousand devices with forty tunnels each of five keys */
	MAX_MISTAKES = 50,
	MAX_SHOWN = 60, /* bytes of a value in a sentence */
};

struct reading {
	const char *file;
	enum vt_settings_reader reader;
	struct vt_arena *arena;
	struct vt_buf *mistakes;
	struct vt_error *error;
	size_t mistakes_len, values;
	bool stopped;
	yaml_document_t document;
	struct vt_settings *settings;
	char place[256]; /* "devices[2].port": where the walk stands */
	size_t place_len;
};

/* ---- mistakes ---- */

static void note(struct reading *reading, unsigned line, const char *sentence)
{
	reading->mistakes_len++;
	if (reading->mistakes_len == 1 && reading->error) {
		vt_fail(reading->error, VT_E_CONFIG, "%s line %u: %s", reading->file, line, sentence);
		reading->error->line = line;
		reading->error->column = 0;
	}
	if (reading->mistakes && reading->mistakes_len <= MAX_MISTAKES)
		vt_buf_printf(reading->mistakes, "%s line %u: %s\n", reading->file, line, sentence);
}

void mistake(struct reading *reading, unsigned line, const char *format, ...)
{
	char text[900];
	size_t len = reading->place_len ? (size_t)snprintf(text, sizeof text, "%s ", reading->place) : 0;
	va_list args;
	va_start(args, format);
	vsnprintf(text + len, sizeof text - len, format, args);
	va_end(args);
	note(reading, line, text);
}

/* `.key` or `[n]` behind the place; answers what to give back to leave(). */
static size_t enter(struct reading *reading, const char *format, ...) __attribute__((format(printf, 2, 3)));
static size_t enter(struct reading *reading, const char *format, ...)
{
	size_t before = reading->place_len, room = sizeof reading->place - before;
	va_list args;
	va_start(args, format);
	int len = vsnprintf(reading->place + before, room, format, args);
	va_end(args);
	if (len > 0)
		reading->place_len += (size_t)len < room ? (size_t)len : room - 1;
	return before;
}

static void leave(struct reading *reading, size_t before)
{
	reading->place_len = before;
	reading->place[before] = '\0';
}

/* ---- nodes ---- */

static unsigned line_of(const yaml_node_t *node)
{
	return (unsigned)node->start_mark.line + 1;
}

static struct vt_str scalar_of(const yaml_node_t *node)
{
	return (struct vt_str){ (const char *)node->data.scalar.value, node->data.scalar.length };
}

/* `key:` with nothing behind it, or null. */
static bool is_nothing(const yaml_node_t *node)
{
	if (node->type == YAML_NO_NODE)
		return true;
	if (node->type != YAML_SCALAR_NODE || node->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
		return false;
	struct vt_str text = scalar_of(node);
	return text.len == 0 || vt_str_eq(text, VT_STR("~")) || vt_str_ieq(text, VT_STR("null"));
}

static yaml_node_t *node_at(struct reading *reading, int id)
{
	return yaml_document_get_node(&reading->document, id);
}

/* A value as a sentence shows it: quoted, cut, without what would upset a terminal. */
static void show(const yaml_node_t *node, char *text, size_t size)
{
	if (is_nothing(node)) {
		snprintf(text, size, "empty");
	} else if (node->type == YAML_SCALAR_NODE) {
		struct vt_str value = scalar_of(node);
		size_t shown = value.len < MAX_SHOWN ? value.len : MAX_SHOWN;
		snprintf(text, size, "\"%.*s%s\"", (int)shown, value.p, shown < value.len ? "..." : "");
		for (char *c = text; *c; c++)
			if ((unsigned char)*c < 0x20 || *c == 0x7f)
				*c = '?';
	} else {
		snprintf(text, size, node->type == YAML_SEQUENCE_NODE ? "a list" : "a mapping");
	}
}

static void unexpected(struct reading *reading, const struct row *row, const yaml_node_t *node)
{
	char found[MAX_SHOWN + 16], expected[400];
	show(node, found, sizeof found);
	row_describe(row, expected, sizeof expected);
	if (row->hidden && node->type == YAML_SCALAR_NODE && !is_nothing(node))
		mistake(reading, line_of(node), "has a value that is not shown here; expected %s", expected);
	else
		mistake(reading, line_of(node), "is %s; expected %s", found, expected);
}

/* Counts a value; false when there have been too many, which is said once. */
static bool spend(struct reading *reading, const yaml_node_t *node)
{
	if (++reading->values <= MAX_VALUES)
		return true;
	if (!reading->stopped)
		mistake(reading, line_of(node),
			"is one value too many; expected at most %d in one file, aliases written out", MAX_VALUES);
	reading->stopped = true;
	return false;
}

/* ---- rows ---- */

static void take_mapping(struct reading *reading, const struct table *table, const yaml_node_t *node, void *at);

static void take_scalar(struct reading *reading, const struct row *row, const yaml_node_t *node, void *at)
{
	if (node->type != YAML_SCALAR_NODE || is_nothing(node) ||
	    !row->parse(row, vt_arena_str(reading->arena, scalar_of(node)), at))
		unexpected(reading, row, node);
}

static void put_list(const struct row *row, void *at, void *array, size_t len)
{
	memcpy((char *)at + row->offset, &array, sizeof array);
	memcpy((char *)at + row->len_offset, &len, sizeof len);
}

static void take_list(struct reading *reading, const struct row *row, const yaml_node_t *node, void *at)
{
	if (row->or_scalar && node->type == YAML_SCALAR_NODE) {
		void *only = vt_arena_alloc(reading->arena, row->size);
		put_list(row, at, only, 1);
		take_scalar(reading, row, node, only);
		return;
	}
	if (node->type != YAML_SEQUENCE_NODE) {
		unexpected(reading, row, node);
		return;
	}
	const yaml_node_item_t *items = node->data.sequence.items.start;
	size_t len = (size_t)(node->data.sequence.items.top - items);
	if (len == 0 && row->required)
		unexpected(reading, row, node);
	char *array = vt_arena_array(reading->arena, len, row->size);
	put_list(row, at, array, len);
	for (size_t i = 0; i < len && !reading->stopped; i++) {
		const yaml_node_t *item = node_at(reading, items[i]);
		size_t before = enter(reading, "[%zu]", i);
		if (!spend(reading, item))
			;
		else if (row->kind == ROW_SCALARS)
			take_scalar(reading, row, item, array + i * row->size);
		else if (item->type == YAML_MAPPING_NODE)
			take_mapping(reading, row->table, item, array + i * row->size);
		else
			unexpected(reading, row, item);
		leave(reading, before);
	}
}

/* What a row becomes when its key is not there. */
static void take_preset(struct reading *reading, const struct row *row, void *at)
{
	if (row->kind == ROW_MAPPING)
		take_mapping(reading, row->table, NULL, (char *)at + row->offset);
	else if (row->preset)
		row->parse(row, vt_str_of(row->preset), (char *)at + row->offset);
}

static void take_row(struct reading *reading, const struct row *row, const yaml_node_t *node, void *at)
{
	if (row->kind == ROW_SCALAR)
		take_scalar(reading, row, node, (char *)at + row->offset);
	else if (row->kind == ROW_MAPPING && node->type == YAML_MAPPING_NODE)
		take_mapping(reading, row->table, node, (char *)at + row->offset);
	else if (row->kind == ROW_MAPPING)
		unexpected(reading, row, node);
	else
		take_list(reading, row, node, at);
}

/* ---- mappings ---- */

static void unknown_key(struct reading *reading, const struct table *table, const yaml_node_t *key)
{
	char found[MAX_SHOWN + 16], known[400], sentence[900];
	size_t len = 0;
	show(key, found, sizeof found);
	for (size_t i = 0; i < table->len && len < sizeof known; i++)
		len += (size_t)snprintf(known + len, sizeof known - len, "%s%s", i ? ", " : "", table->rows[i].key);
	snprintf(sentence, sizeof sentence, "unknown key %s%s%s; expected one of %s", found,
		 *reading->place ? " in " : "", reading->place, known);
	note(reading, line_of(key), sentence);
}

static void second_key(struct reading *reading, const struct row *row, const yaml_node_t *first,
		       const yaml_node_t *second)
{
	char sentence[400];
	snprintf(sentence, sizeof sentence, "key \"%s\"%s%s stands here a second time; the first is in line %u",
		 row->key, *reading->place ? " in " : "", reading->place, line_of(first));
	note(reading, line_of(second), sentence);
}

static const struct row *row_of_key(const struct table *table, const yaml_node_t *key)
{
	for (size_t i = 0; key->type == YAML_SCALAR_NODE && i < table->len; i++)
		if (vt_str_eq(scalar_of(key), vt_str_of(table->rows[i].key)))
			return &table->rows[i];
	return NULL;
}

/* Two ways of giving the same thing, in one place. */
static void check_exclusive(struct reading *reading, const struct table *table, yaml_node_t *const keys[])
{
	for (size_t i = 0; i < table->len; i++)
		for (size_t j = 0; keys[i] && j < i; j++)
			if (keys[j] && table->rows[j].offset == table->rows[i].offset)
				mistake(reading, line_of(keys[i]), "has both %s and %s; expected only one of them",
					table->rows[j].key, table->rows[i].key);
}

static void match_keys(struct reading *reading, const struct table *table, const yaml_node_t *node, yaml_node_t *keys[],
		       yaml_node_t *values[])
{
	for (const yaml_node_pair_t *pair = node->data.mapping.pairs.start; pair < node->data.mapping.pairs.top;
	     pair++) {
		yaml_node_t *key = node_at(reading, pair->key), *value = node_at(reading, pair->value);
		const struct row *row = row_of_key(table, key);
		if (!spend(reading, value))
			return;
		if (!row) {
			unknown_key(reading, table, key);
			continue;
		}
		size_t i = (size_t)(row - table->rows);
		if (keys[i])
			second_key(reading, row, keys[i], key);
		keys[i] = key;
		values[i] = value;
	}
	check_exclusive(reading, table, keys);
}

/* The struct at `at` from a mapping; from the defaults alone when `node` is NULL. */
static void take_mapping(struct reading *reading, const struct table *table, const yaml_node_t *node, void *at)
{
	yaml_node_t *keys[MAX_ROWS] = { NULL }, *values[MAX_ROWS] = { NULL };
	size_t mistakes_before = reading->mistakes_len;
	if (node && table->prepare)
		table->prepare(reading->settings, line_of(node), at);
	if (node)
		match_keys(reading, table, node, keys, values);
	for (size_t i = 0; i < table->len && !reading->stopped; i++) {
		const struct row *row = &table->rows[i];
		bool ours = !row->reader || (row->reader & reading->reader);
		bool optional = row->kind != ROW_SCALAR && !row->required;
		take_preset(reading, row, at);
		if (ours && values[i] && !(optional && is_nothing(values[i]))) {
			size_t before = enter(reading, reading->place_len ? ".%s" : "%s", row->key);
			take_row(reading, row, values[i], at);
			leave(reading, before);
		} else if (node && !values[i] && row->required) {
			char expected[400];
			row_describe(row, expected, sizeof expected);
			mistake(reading, line_of(node), "has no \"%s\"; expected %s", row->key, expected);
		}
	}
	if (node && table->check && reading->mistakes_len == mistakes_before)
		table->check(reading, line_of(node), at);
}

/* ---- what must not be twice ---- */

static int by_name(const void *a, const void *b)
{
	const struct vt_device_settings *const *x = a, *const *y = b;
	int order = vt_str_cmp((*x)->name, (*y)->name);
	return order ? order : ((*x)->line > (*y)->line) - ((*x)->line < (*y)->line);
}

static int by_peer(const void *a, const void *b)
{
	const struct vt_tunnel_settings *const *x = a, *const *y = b;
	int order = vt_addr_cmp(&(*x)->peer, &(*y)->peer);
	order = order ? order : vt_str_cmp((*x)->context, (*y)->context);
	return order ? order : ((*x)->line > (*y)->line) - ((*x)->line < (*y)->line);
}

static void check_tunnels(struct reading *reading, const struct vt_device_settings *device)
{
	const struct vt_tunnel_settings **sorted = VT_NEW_ARRAY(reading->arena, const struct vt_tunnel_settings *,
								device->tunnels_len);
	for (size_t i = 0; i < device->tunnels_len; i++)
		sorted[i] = &device->tunnels[i];
	if (device->tunnels_len)
		qsort(sorted, device->tunnels_len, sizeof(void *), by_peer);
	for (size_t i = 1; i < device->tunnels_len; i++) {
		const struct vt_tunnel_settings *first = sorted[i - 1], *second = sorted[i];
		char peer[VT_ADDR_TEXT];
		if (!vt_addr_eq(&first->peer, &second->peer) || !vt_str_eq(first->context, second->context))
			continue;
		vt_addr_format(&second->peer, peer);
		mistake(reading, second->line,
			"device \"" VT_FMT "\" has the peer %s a second time; the first is in line %u",
			VT_ARG(device->name), peer, first->line);
	}
}

static void check_devices(struct reading *reading)
{
	const struct vt_settings *settings = reading->settings;
	const struct vt_device_settings **sorted = VT_NEW_ARRAY(reading->arena, const struct vt_device_settings *,
								settings->devices_len);
	for (size_t i = 0; i < settings->devices_len; i++) {
		sorted[i] = &settings->devices[i];
		check_tunnels(reading, sorted[i]);
	}
	if (settings->devices_len)
		qsort(sorted, settings->devices_len, sizeof(void *), by_name);
	for (size_t i = 1; i < settings->devices_len; i++)
		if (vt_str_eq(sorted[i - 1]->name, sorted[i]->name))
			mistake(reading, sorted[i]->line,
				"devices has the name \"" VT_FMT "\" a second time; the first is in line %u",
				VT_ARG(sorted[i]->name), sorted[i - 1]->line);
}

/* ---- the two passes ---- */

static void not_yaml(struct reading *reading, const yaml_parser_t *parser)
{
	unsigned line = (unsigned)(parser->problem_mark.line ? parser->problem_mark.line : parser->context_mark.line) +
			1;
	char sentence[300];
	snprintf(sentence, sizeof sentence, "is not YAML: %s%s%s", parser->context ? parser->context : "",
		 parser->context ? ", " : "", parser->problem ? parser->problem : "no reason given");
	note(reading, line, sentence);
}

/* False once the file is not to be looked at further; why is noted. */
static bool accept_event(struct reading *reading, const yaml_event_t *event, size_t *depth, size_t *documents,
			 size_t *nodes)
{
	unsigned line = (unsigned)event->start_mark.line + 1;
	switch (event->type) {
	case YAML_DOCUMENT_START_EVENT:
		if (++*documents > 1)
			note(reading, line, "a second document begins; expected one");
		break;
	case YAML_SEQUENCE_START_EVENT:
	case YAML_MAPPING_START_EVENT:
		++*nodes;
		if (++*depth > MAX_DEPTH)
			note(reading, line, "this is nested too deeply for any key");
		break;
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		--*depth;
		break;
	default:
		++*nodes;
		break;
	}
	if (*nodes > MAX_VALUES)
		note(reading, line, "the file has too many values");
	return reading->mistakes_len == 0;
}

static void scan_events(struct reading *reading, struct vt_str text)
{
	yaml_parser_t parser;
	size_t depth = 0, documents = 0, nodes = 0;
	if (!yaml_parser_initialize(&parser))
		vt_out_of_memory(sizeof parser);
	yaml_parser_set_input_string(&parser, (const unsigned char *)text.p, text.len);
	for (bool more = true; more;) {
		yaml_event_t event;
		if (!yaml_parser_parse(&parser, &event)) {
			not_yaml(reading, &parser);
			break;
		}
		more = event.type != YAML_STREAM_END_EVENT && accept_event(reading, &event, &depth, &documents, &nodes);
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&parser);
	if (reading->mistakes_len == 0 && documents == 0)
		note(reading, 1, "the file is empty; expected at least devices or web");
}

static void walk(struct reading *reading, struct vt_str text)
{
	yaml_parser_t parser;
	if (!yaml_parser_initialize(&parser))
		vt_out_of_memory(sizeof parser);
	yaml_parser_set_input_string(&parser, (const unsigned char *)text.p, text.len);
	if (!yaml_parser_load(&parser, &reading->document)) {
		not_yaml(reading, &parser); /* an alias without its anchor is found only here */
	} else {
		const yaml_node_t *root = yaml_document_get_root_node(&reading->document);
		if (root && root->type == YAML_MAPPING_NODE)
			take_mapping(reading, &settings_table, root, reading->settings);
		else
			note(reading, root ? line_of(root) : 1,
			     "the file is no mapping; expected keys such as \"devices:\"");
		if (reading->mistakes_len == 0)
			check_devices(reading);
		yaml_document_delete(&reading->document);
	}
	yaml_parser_delete(&parser);
}

enum vt_status vt_settings_read(struct vt_str text, const char *file, enum vt_settings_reader reader,
				struct vt_arena *arena, struct vt_buf *mistakes, struct vt_settings **settings,
				struct vt_error *error)
{
	struct reading reading = {
		.file = file, .reader = reader, .arena = arena, .mistakes = mistakes, .error = error
	};
	if (text.len > VT_SETTINGS_MAX_BYTES) {
		note(&reading, 1, "the file is too large; expected at most 16 MiB");
		return VT_E_CONFIG;
	}
	reading.settings = VT_NEW(arena, struct vt_settings);
	scan_events(&reading, text.p ? text : VT_STR(""));
	if (reading.mistakes_len == 0)
		walk(&reading, text);
	if (mistakes && reading.mistakes_len > MAX_MISTAKES)
		vt_buf_printf(mistakes, "%s: and %zu more\n", file, reading.mistakes_len - MAX_MISTAKES);
	if (reading.mistakes_len)
		return VT_E_CONFIG;
	*settings = reading.settings;
	return VT_OK;
}
