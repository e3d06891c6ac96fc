/* SPDX-License-Identifier: MIT
 * A growing piece of text or bytes that the caller owns.
 *
 * Zero-initialise it (`struct vt_buf out = { 0 };`), append, then vt_buf_free(). `p` is always terminated once
 * anything was appended. Out of memory ends the program, as for an arena (base/memory.h says why).
 */
#ifndef VT_BASE_BUF_H
#define VT_BASE_BUF_H

#include "base/str.h"

#include <stdarg.h>

struct vt_buf {
	char *p;
	size_t len, cap;
};

void vt_buf_free(struct vt_buf *buf);
/* Empties it and keeps the memory. */
void vt_buf_clear(struct vt_buf *buf);
/* Makes room for `more` bytes (and a terminator) behind the text and answers where they go. */
char *vt_buf_reserve(struct vt_buf *buf, size_t more);
void vt_buf_add(struct vt_buf *buf, const void *bytes, size_t len);
void vt_buf_printf(struct vt_buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
void vt_buf_vprintf(struct vt_buf *buf, const char *format, va_list args) __attribute__((format(printf, 2, 0)));
void vt_buf_u64(struct vt_buf *buf, uint64_t value);
void vt_buf_i64(struct vt_buf *buf, int64_t value);

static inline void vt_buf_str(struct vt_buf *buf, struct vt_str s)
{
	vt_buf_add(buf, s.p, s.len);
}

static inline void vt_buf_char(struct vt_buf *buf, char c)
{
	vt_buf_add(buf, &c, 1);
}

static inline struct vt_str vt_buf_view(const struct vt_buf *buf)
{
	return (struct vt_str){ buf->p ? buf->p : "", buf->len };
}

#endif
