/* SPDX-License-Identifier: MIT
 * Replies made smaller, with memory that is used again.
 */
#ifndef WEB_GZIP_H
#define WEB_GZIP_H

#include "base/buf.h"

struct gzip;

struct gzip *gzip_new(void); /* NULL: out of memory; nothing is compressed then */
void gzip_free(struct gzip *gzip);
/* Below the size of a packet there is nothing to win. */
bool gzip_is_worth_it(struct vt_str text);
/* `small` lives until the next call. False: send it as it is. */
bool gzip_text(struct gzip *gzip, struct vt_str text, struct vt_str *small);

#endif
