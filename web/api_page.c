/* SPDX-License-Identifier: MIT
 * Paging of lists, and reading what the path and its parameters say.
 */
#include "config.h"

#include "web/api.h"

#include "base/hash.h"

enum { LIMIT_DEFAULT = 100, LIMIT_MAX = 1000 };

bool parameter_is_good(struct exchange *x, enum vt_status status, const struct vt_error *error)
{
	if (status != VT_OK)
		problem(x, PROBLEM_INVALID_PARAMETER, "%s", error->text);
	return status == VT_OK;
}

static uint64_t fingerprint(const struct request *request, const char *const *filters)
{
	uint64_t h = VT_HASH_START;
	for (; *filters; filters++) {
		struct vt_str value = VT_STR_NONE;
		request_parameter(request, *filters, &value);
		h = vt_hash_add(h, value);
	}
	return vt_hash_end(h);
}

bool page_read(struct exchange *x, enum cursor_list list, const char *const *filters, struct page *page)
{
	struct vt_error error;
	struct vt_str text;
	uint64_t limit = LIMIT_DEFAULT;
	*page = (struct page){ .cursor = { list, fingerprint(x->request, filters), 0 } };
	if (!parameter_is_good(x, request_u64(x->request, "limit", 1, LIMIT_MAX, &limit, &error), &error))
		return false;
	page->limit = (size_t)limit;
	if (!request_parameter(x->request, "cursor", &text))
		return true;
	return parameter_is_good(x, cursor_read(text, &page->cursor, &page->cursor.position, &error), &error);
}

void page_next(struct exchange *x, const struct page *page, bool more, uint64_t last_position)
{
	char text[CURSOR_TEXT];
	struct cursor next = page->cursor;
	next.position = last_position;
	vt_json_key(&x->json, "next");
	if (!more) {
		vt_json_null(&x->json);
		return;
	}
	cursor_write(&next, text);
	vt_json_text(&x->json, text);
}
