/* SPDX-License-Identifier: MIT
 * What changed between two texts of a configuration, line by line.
 *
 * The smallest set of changed lines (Myers' greedy algorithm) while they are few, which an edit by a person always is;
 * beyond that, lines that the other side does not have, wherever they stand. Either way the cost is bounded: what is
 * alike at both ends is not looked at twice, and a whole new configuration costs a sort.
 */
#ifndef VT_CONFIG_DIFF_H
#define VT_CONFIG_DIFF_H

#include "base/arena.h"
#include "base/buf.h"

struct vt_config_diff {
	struct vt_config_diff_line {
		bool added;
		uint32_t n;           /* its number in the side it is of, from 1 */
		struct vt_str text;   /* without the blanks around it */
		struct vt_str within; /* the line it is a sub-line of; absent at the top */
	} * lines;                    /* in the order of the configuration, what is gone before what came */
	size_t len;                   /* not all of very many */
	size_t added, removed;        /* all */
};

/* Views into the texts. */
void vt_config_diff(struct vt_str before, struct vt_str after, struct vt_arena *arena, struct vt_config_diff *diff);

/* "+ tunnel-group 203.0.113.9 ipsec-attributes: isakmp keepalive threshold 20", one line each, at most `max`, and then
 * how many more there are. */
void vt_config_diff_print(const struct vt_config_diff *diff, size_t max, struct vt_buf *out);

#endif
