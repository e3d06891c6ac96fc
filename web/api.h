/* SPDX-License-Identifier: MIT
 * What the handlers of /api/v1 share: paging, and the objects that stand in more than one answer.
 */
#ifndef WEB_API_H
#define WEB_API_H

#include "web/cursor.h"
#include "web/reply.h"

/* `limit` and `cursor` of a list. */
struct page {
	size_t limit;
	struct cursor cursor; /* position 0: from the start */
};

/* Reads both; `filters` are the values of the parameters that shape the list. False: a problem was said. */
bool page_read(struct exchange *x, enum cursor_list list, const char *const *filters, struct page *page);
/* "next": the cursor of the page behind this one, or null. */
void page_next(struct exchange *x, const struct page *page, bool more, uint64_t last_position);

/* Says an invalid-parameter problem unless `status` is VT_OK, and answers whether it is. */
bool parameter_is_good(struct exchange *x, enum vt_status status, const struct vt_error *error);

/* The tunnel whose id stands in the path; false: a problem was said. */
bool api_find_tunnel(struct exchange *x, struct vt_tunnel_row *tunnel);
/* The unit whose name ("fra-fw1", "fra-fw1/customer1") stands in the path; false: a problem was said. */
bool api_find_device(struct exchange *x, struct vt_device_row *device);
/* "fra-fw1" is a device with all its contexts, "fra-fw1/customer1" one of them: `context` stays as it is without. */
void api_device_parameter(struct vt_str text, struct vt_str *device, struct vt_str *context);
/* One event as an object. */
void api_event(struct exchange *x, const struct vt_event_row *event);

/* The daemon counts as alive while its heartbeat is no older than this. */
enum { DAEMON_SILENT_AFTER_MS = 90000 };

#endif
