/* SPDX-License-Identifier: MIT
 * Reads a whole file, regular or not, with a limit.
 */
#include "config.h"

#include "common/read_file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static enum vt_status read_all(int fd, const char *path, size_t max_bytes, struct vt_buf *text, struct vt_error *error)
{
	size_t before = text->len;
	for (;;) {
		char *room = vt_buf_reserve(text, 65536);
		ssize_t n = read(fd, room, 65536);
		if (n == 0)
			return VT_OK;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return vt_fail_errno(error, "cannot read \"%s\"", path);
		text->len += (size_t)n;
		text->p[text->len] = '\0';
		if (text->len - before > max_bytes)
			return vt_fail(error, VT_E_FULL, "cannot read \"%s\": it holds more than %zu bytes", path,
				       max_bytes);
	}
}

enum vt_status read_file(const char *path, size_t max_bytes, struct vt_buf *text, struct vt_error *error)
{
	bool standard_input = strcmp(path, "-") == 0;
	int fd = standard_input ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return vt_fail_errno(error, "cannot open \"%s\"", path);
	size_t before = text->len;
	enum vt_status status = read_all(fd, path, max_bytes, text, error);
	if (status != VT_OK && text->p) {
		text->len = before;
		text->p[before] = '\0';
	}
	if (!standard_input)
		close(fd);
	return status;
}
