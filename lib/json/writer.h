/* SPDX-License-Identifier: MIT
 * Writes JSON into a buffer as it is said, without building a tree.
 *
 * The writer puts commas, quotes and indentation; the caller keeps begin and end in balance. Text may hold
 * anything a device sent: control characters are escaped, bytes that are not UTF-8 become U+FFFD, so that what
 * comes out is always valid JSON.
 */
#ifndef VT_JSON_WRITER_H
#define VT_JSON_WRITER_H

#include "base/buf.h"
#include "base/scan.h"

struct vt_json {
	struct vt_buf *out;
	unsigned depth, indent; /* indent: blanks a level; 0 writes everything on one line */
	bool comma, after_key;
};

/* `out` is appended to and stays the caller's. */
void vt_json_init(struct vt_json *json, struct vt_buf *out, unsigned indent);

void vt_json_object(struct vt_json *json);
void vt_json_object_end(struct vt_json *json);
void vt_json_array(struct vt_json *json);
void vt_json_array_end(struct vt_json *json);
void vt_json_key(struct vt_json *json, const char *key);

/* Values. An absent text (p == NULL) is null. */
void vt_json_str(struct vt_json *json, struct vt_str value);
void vt_json_text(struct vt_json *json, const char *value);
void vt_json_u64(struct vt_json *json, uint64_t value);
void vt_json_i64(struct vt_json *json, int64_t value);
/* Shortest text that reads back as the same number; null for infinities and NaN. */
void vt_json_double(struct vt_json *json, double value);
void vt_json_bool(struct vt_json *json, bool value);
void vt_json_null(struct vt_json *json);
/* "0x1e8246fc": at least eight digits, as a device prints an SPI. */
void vt_json_spi(struct vt_json *json, uint64_t value);
/* A value that is JSON already. */
void vt_json_raw(struct vt_json *json, struct vt_str value);

/* Key and value; nothing at all for an absent value (NULL text, VT_ABSENT). */
void vt_json_key_str(struct vt_json *json, const char *key, struct vt_str value);
void vt_json_key_text(struct vt_json *json, const char *key, const char *value);
void vt_json_key_u64(struct vt_json *json, const char *key, uint64_t value);
void vt_json_key_i64(struct vt_json *json, const char *key, int64_t value);
void vt_json_key_bool(struct vt_json *json, const char *key, bool value);

/* The quotes and escapes alone, for those who write JSON their own way. */
void vt_json_quote(struct vt_buf *out, struct vt_str text);

#endif
