/* SPDX-License-Identifier: MIT
 * A whole file in memory, with a limit.
 */
#ifndef COMMON_READ_FILE_H
#define COMMON_READ_FILE_H

#include "base/buf.h"
#include "base/status.h"

/* Appends the file at `path` ("-" is standard input) to `text`. VT_E_SYSTEM with errno's words when it cannot be
 * opened or read; VT_E_FULL when it holds more than `max_bytes`. On failure `text` is as it was. */
enum vt_status read_file(const char *path, size_t max_bytes, struct vt_buf *text, struct vt_error *error);

#endif
