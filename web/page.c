/* SPDX-License-Identifier: MIT
 * The page a person opens.
 *
 * It needs no role: there is nothing in it before its script has asked the API, and that wants a token.
 */
#include "config.h"

#include "web/page.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/hash.h"
#include "web/routes.h"

static struct vt_str name_in(const struct request *request)
{
	return request->segments_len ? request->segments[request->segments_len - 1] : VT_STR("index.html");
}

void page_asset(struct exchange *x)
{
	struct vt_str name = name_in(x->request);
	const struct page_file *file = page_files;
	while (file->name && !vt_str_eq(vt_str_of(file->name), name))
		file++;
	if (!file->name) {
		problem(x, PROBLEM_NOT_FOUND, "the page has no such file");
		return;
	}
	snprintf(x->reply.etag, sizeof x->reply.etag, "W/\"%016" PRIx64 "\"",
		 vt_hash_end(vt_hash_add(VT_HASH_START, file->text)));
	if (x->request->if_none_match.p && request_matches_tag(x->request->if_none_match, vt_str_of(x->reply.etag)))
		x->reply.status = 304;
	else
		x->reply.asset = file->text;
}
