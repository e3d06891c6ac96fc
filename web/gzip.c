/* SPDX-License-Identifier: MIT
 * Replies made smaller.
 */
#include "config.h"

#include "web/gzip.h"

#include <stdlib.h>
#include <zlib.h>

enum {
	WORTH_IT_BYTES = 1400,
	FASTEST = 1,      /* JSON shrinks to a tenth at any level; the first costs least */
	GZIP_WINDOW = 31, /* 15 bits, and 16 for a gzip header */
	KEEP_BYTES = 1 << 20,
};

struct gzip {
	z_stream stream;
	struct vt_buf out;
};

struct gzip *gzip_new(void)
{
	struct gzip *gzip = calloc(1, sizeof *gzip);
	if (gzip && deflateInit2(&gzip->stream, FASTEST, Z_DEFLATED, GZIP_WINDOW, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
		free(gzip);
		gzip = NULL;
	}
	return gzip;
}

void gzip_free(struct gzip *gzip)
{
	if (!gzip)
		return;
	deflateEnd(&gzip->stream);
	vt_buf_free(&gzip->out);
	free(gzip);
}

bool gzip_is_worth_it(struct vt_str text)
{
	return text.len >= WORTH_IT_BYTES;
}

bool gzip_text(struct gzip *gzip, struct vt_str text, struct vt_str *small)
{
	if (!gzip || text.len > UINT32_MAX / 2 || deflateReset(&gzip->stream) != Z_OK)
		return false;
	if (gzip->out.cap > KEEP_BYTES)
		vt_buf_free(&gzip->out);
	vt_buf_clear(&gzip->out);
	uLong bound = deflateBound(&gzip->stream, text.len);
	gzip->stream.next_in = (Bytef *)(uintptr_t)text.p;
	gzip->stream.avail_in = (uInt)text.len;
	gzip->stream.next_out = (Bytef *)vt_buf_reserve(&gzip->out, bound);
	gzip->stream.avail_out = (uInt)bound;
	if (deflate(&gzip->stream, Z_FINISH) != Z_STREAM_END)
		return false;
	gzip->out.len = bound - gzip->stream.avail_out;
	*small = (struct vt_str){ gzip->out.p, gzip->out.len };
	return small->len < text.len;
}
