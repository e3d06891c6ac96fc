/* SPDX-License-Identifier: MIT
 * The opaque `cursor` of a list: where the next page goes on.
 *
 * It carries the position of the last row shown (not a count of rows), so a page neither repeats nor skips a
 * row when others come and go in between. It is base64url of: version, the list it belongs to, a fingerprint
 * of the filters, the position, a check. A cursor of another list or other filters is refused, because
 * continuing somewhere else would look like an answer.
 */
#ifndef WEB_CURSOR_H
#define WEB_CURSOR_H

#include "base/arena.h"
#include "base/status.h"

enum cursor_list { CURSOR_DEVICES = 1, CURSOR_TUNNELS = 2, CURSOR_EVENTS = 3, CURSOR_FINDINGS = 4 };

struct cursor {
	enum cursor_list list;
	uint64_t filters;  /* hash of what else the client asked for */
	uint64_t position; /* an id or a sequence number, whatever the list goes on from */
};

enum { CURSOR_TEXT = 32 }; /* with its end */

void cursor_write(const struct cursor *cursor, char text[CURSOR_TEXT]);
/* `expected` says list and filters. VT_E_ARGUMENT with a sentence. */
enum vt_status cursor_read(struct vt_str text, const struct cursor *expected, uint64_t *position,
			   struct vt_error *error);

#endif
