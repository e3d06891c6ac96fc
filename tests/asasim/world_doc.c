/* SPDX-License-Identifier: MIT
 * Walking a world file: the value of a key as what it should be, and a sentence with its line when it is something
 * else.
 */
#include "world_parts.h"

#include "base/timefmt.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void doc_mistake(struct reader *r, const yaml_node_t *node, const char *format, ...)
{
	if (r->failed)
		return;
	r->failed = true;
	int n = snprintf(r->why, r->room, "%s:%zu: ", r->file, node ? node->start_mark.line + 1 : 1);
	va_list args;
	va_start(args, format);
	if (n > 0 && (size_t)n < r->room)
		vsnprintf(r->why + n, r->room - (size_t)n, format, args);
	va_end(args);
}

yaml_node_t *doc_node(struct reader *r, int index)
{
	return yaml_document_get_node(&r->doc, index);
}

yaml_node_t *doc_get(struct reader *r, const yaml_node_t *map, const char *key)
{
	if (!map || map->type != YAML_MAPPING_NODE)
		return NULL;
	for (yaml_node_pair_t *p = map->data.mapping.pairs.start; p < map->data.mapping.pairs.top; p++) {
		yaml_node_t *k = doc_node(r, p->key);
		if (k && k->type == YAML_SCALAR_NODE && strcmp((char *)k->data.scalar.value, key) == 0)
			return doc_node(r, p->value);
	}
	return NULL;
}

bool doc_is_map(struct reader *r, const yaml_node_t *node, const char *what)
{
	if (node && node->type == YAML_MAPPING_NODE)
		return true;
	if (node)
		doc_mistake(r, node, "%s is a mapping of keys and values", what);
	return false;
}

bool doc_is_one_of(const char *words, const char *word)
{
	size_t len = strlen(word);
	for (const char *at = words; len && (at = strstr(at, word)); at += len)
		if ((at == words || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0'))
			return true;
	return false;
}

void doc_only_keys(struct reader *r, const yaml_node_t *map, const char *what, const char *known)
{
	if (!doc_is_map(r, map, what))
		return;
	for (yaml_node_pair_t *p = map->data.mapping.pairs.start; p < map->data.mapping.pairs.top; p++) {
		yaml_node_t *k = doc_node(r, p->key);
		const char *word = k && k->type == YAML_SCALAR_NODE ? (char *)k->data.scalar.value : "";
		if (!doc_is_one_of(known, word))
			doc_mistake(r, k, "%s has no key \"%s\"; it may have: %s", what, word, known);
	}
}

const char *doc_text_of(struct reader *r, const yaml_node_t *node, const char *what)
{
	if (node->type != YAML_SCALAR_NODE) {
		doc_mistake(r, node, "%s is one value, not a list or a mapping", what);
		return "";
	}
	const char *text = (const char *)node->data.scalar.value;
	if (strlen(text) != node->data.scalar.length)
		doc_mistake(r, node, "%s contains a NUL", what);
	return vt_arena_str(r->arena, vt_str_of(text)).p;
}

const char *doc_text(struct reader *r, const yaml_node_t *map, const char *key, const char *otherwise)
{
	yaml_node_t *node = doc_get(r, map, key);
	return node ? doc_text_of(r, node, key) : otherwise;
}

uint64_t doc_number(struct reader *r, const yaml_node_t *map, const char *key, uint64_t otherwise, uint64_t most)
{
	yaml_node_t *node = doc_get(r, map, key);
	uint64_t n = 0;
	if (!node)
		return otherwise;
	if (!vt_str_to_u64(vt_str_of(doc_text_of(r, node, key)), &n) || n > most) {
		doc_mistake(r, node, "%s is a number from 0 to %llu", key, (unsigned long long)most);
		return otherwise;
	}
	return n;
}

bool doc_flag(struct reader *r, const yaml_node_t *map, const char *key, bool otherwise)
{
	yaml_node_t *node = doc_get(r, map, key);
	if (!node)
		return otherwise;
	const char *t = doc_text_of(r, node, key);
	if (strcmp(t, "true") != 0 && strcmp(t, "false") != 0)
		doc_mistake(r, node, "%s is true or false", key);
	return strcmp(t, "true") == 0;
}

int64_t doc_duration(struct reader *r, const yaml_node_t *map, const char *key, int64_t otherwise)
{
	yaml_node_t *node = doc_get(r, map, key);
	if (!node)
		return otherwise;
	const char *t = doc_text_of(r, node, key);
	int64_t ms = 0;
	bool minus = *t == '-';
	if (!vt_duration_parse(vt_str_of(t + minus), &ms)) {
		doc_mistake(r, node, "%s is a duration such as 90s, 5m, 12h or 3d", key);
		return otherwise;
	}
	return minus ? -ms : ms;
}

bool doc_prefix(struct reader *r, const yaml_node_t *map, const char *key, struct prefix *out)
{
	yaml_node_t *node = doc_get(r, map, key);
	if (!node)
		return false;
	if (!prefix_parse(doc_text_of(r, node, key), out))
		doc_mistake(r, node, "%s is an address with a prefix length, such as 10.1.0.0/16", key);
	return true;
}

const char *doc_inherited(struct reader *r, const yaml_node_t *map, const char *key, const char *otherwise)
{
	return doc_text(r, map, key, doc_text(r, r->defaults, key, otherwise));
}

size_t doc_length(struct reader *r, const yaml_node_t *node, const char *what)
{
	if (!node)
		return 0;
	if (node->type != YAML_SEQUENCE_NODE) {
		doc_mistake(r, node, "%s is a list", what);
		return 0;
	}
	return (size_t)(node->data.sequence.items.top - node->data.sequence.items.start);
}

yaml_node_t *doc_item(struct reader *r, const yaml_node_t *list, size_t i)
{
	return doc_node(r, list->data.sequence.items.start[i]);
}
