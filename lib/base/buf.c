/* SPDX-License-Identifier: MIT
 * A growing piece of text or bytes that the caller owns.
 */
#include "base/buf.h"

#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>

void vt_buf_free(struct vt_buf *buf)
{
	free(buf->p);
	*buf = (struct vt_buf){ 0 };
}

void vt_buf_clear(struct vt_buf *buf)
{
	buf->len = 0;
	if (buf->p)
		buf->p[0] = '\0';
}

char *vt_buf_reserve(struct vt_buf *buf, size_t more)
{
	if (buf->cap - buf->len <= more || !buf->p) {
		size_t need, cap;
		if (__builtin_add_overflow(buf->len, more, &need) || need > SIZE_MAX / 2)
			vt_out_of_memory(SIZE_MAX);
		for (cap = buf->cap ? buf->cap : 128; cap <= need; cap *= 2)
			;
		char *larger = realloc(buf->p, cap);
		if (!larger)
			vt_out_of_memory(cap);
		buf->p = larger;
		buf->cap = cap;
	}
	return buf->p + buf->len;
}

void vt_buf_add(struct vt_buf *buf, const void *bytes, size_t len)
{
	char *to = vt_buf_reserve(buf, len);
	if (len)
		memcpy(to, bytes, len);
	to[len] = '\0';
	buf->len += len;
}

void vt_buf_vprintf(struct vt_buf *buf, const char *format, va_list args)
{
	va_list again;
	va_copy(again, args);
	int len = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (len < 0)
		return;
	char *to = vt_buf_reserve(buf, (size_t)len);
	vsnprintf(to, (size_t)len + 1, format, args);
	buf->len += (size_t)len;
}

void vt_buf_printf(struct vt_buf *buf, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vt_buf_vprintf(buf, format, args);
	va_end(args);
}

void vt_buf_u64(struct vt_buf *buf, uint64_t value)
{
	char digits[20];
	size_t at = sizeof digits;
	do {
		digits[--at] = (char)('0' + value % 10);
		value /= 10;
	} while (value);
	vt_buf_add(buf, digits + at, sizeof digits - at);
}

void vt_buf_i64(struct vt_buf *buf, int64_t value)
{
	if (value < 0)
		vt_buf_char(buf, '-');
	vt_buf_u64(buf, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}
