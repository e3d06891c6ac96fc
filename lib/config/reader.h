/* SPDX-License-Identifier: MIT
 * Reading one text of a configuration, line by line. Private to lib/config.
 *
 * A line that is not indented begins something new; an indented one belongs to what was begun (read.c keeps which
 * block that is). Some collectors lose the indentation: then a line whose first word begins nothing is given to the
 * open block as well. A handler answers whether it understood the line.
 */
#ifndef VT_CONFIG_READER_H
#define VT_CONFIG_READER_H

#include "config/config.h"

enum {
	WORDS_MAX = 48,
};

struct words {
	struct vt_str w[WORDS_MAX];
	size_t n;
	bool no; /* the line began with "no"; it is not among the words */
};

struct reader;
/* Reads a line of the open block; `words` begins with the line's own first word. */
typedef bool block_fn(struct reader *r, const struct words *words);

struct reader {
	struct vt_config *config;
	uint32_t text, line;
	struct vt_str raw;  /* the line without its indentation */
	block_fn *block;    /* NULL: none is open */
	size_t block_index; /* of the open thing in its array: arrays move when they grow */
	struct vt_place *(*block_place)(struct reader *r);
};

static inline struct vt_place here(const struct reader *r)
{
	return (struct vt_place){ r->text, r->line, r->line };
}

static inline bool word_is(const struct words *words, size_t i, const char *text)
{
	return i < words->n && vt_str_eq(words->w[i], vt_str_of(text));
}

static inline struct vt_str word_at(const struct words *words, size_t i)
{
	return i < words->n ? words->w[i] : VT_STR_NONE;
}

static inline uint64_t number_at(const struct words *words, size_t i)
{
	uint64_t value;
	return i < words->n && vt_str_to_u64(words->w[i], &value) ? value : VT_ABSENT;
}

/* Everything from word `i` to the end of the line. */
struct vt_str words_from(const struct words *words, size_t i);
/* Copies words i … into a list in the arena. */
struct vt_str_list words_list(struct reader *r, const struct words *words, size_t i);
void list_add(struct reader *r, struct vt_str_list *list, size_t *cap, struct vt_str item);

/* The index of the thing of this kind and name, or SIZE_MAX; and remembering one. */
size_t index_of_name(const struct vt_config *config, const char *kind, struct vt_str name);
void name_index(struct vt_config *config, const char *kind, struct vt_str name, size_t index);

void open_block(struct reader *r, block_fn *block, size_t index, struct vt_place *(*place)(struct reader *r));

/* One operand of an access list or of an old NAT line at words->w[*i]; moves *i behind it. */
bool read_operand(const struct words *words, size_t *i, struct vt_operand *operand);

bool read_name(struct reader *r, const struct words *words);
bool read_interface(struct reader *r, const struct words *words);
bool read_mtu(struct reader *r, const struct words *words);
bool read_object(struct reader *r, const struct words *words);
bool read_object_group(struct reader *r, const struct words *words);
bool read_access_list(struct reader *r, const struct words *words);
bool read_access_group(struct reader *r, const struct words *words);
bool read_nat(struct reader *r, const struct words *words);
bool read_nat_of_object(struct reader *r, const struct words *words, struct vt_str object);
bool read_static(struct reader *r, const struct words *words);
bool read_crypto(struct reader *r, const struct words *words);
bool read_isakmp(struct reader *r, const struct words *words);
bool read_tunnel_group(struct reader *r, const struct words *words);
bool read_group_policy(struct reader *r, const struct words *words);
bool read_route(struct reader *r, const struct words *words);
bool read_sysopt(struct reader *r, const struct words *words);
bool read_failover(struct reader *r, const struct words *words);

#endif
