/* SPDX-License-Identifier: MIT
 * A running configuration from a file.
 */
#include "config.h"

#include "cli/config_file.h"

#include "asa/clean.h"
#include "common/read_file.h"
#include "config/redact.h"

/* The largest configuration an ASA can hold is well below. */
enum { MAX_CONFIG_BYTES = 64 << 20 };

enum vt_status config_file_read(const char *path, struct config_file *file, struct vt_error *error)
{
	struct vt_buf raw = { 0 };
	*file = (struct config_file){ 0 };
	enum vt_status status = read_file(path, MAX_CONFIG_BYTES, &raw, error);
	if (status != VT_OK)
		return status;
	vt_clean(raw.p, &raw.len, NULL);
	vt_config_redact(vt_buf_view(&raw), &file->text);
	vt_buf_free(&raw);
	file->config = vt_config_new();
	vt_config_read(file->config, vt_buf_view(&file->text));
	vt_config_finish(file->config);
	return VT_OK;
}

void config_file_close(struct config_file *file)
{
	vt_config_free(file->config);
	vt_buf_free(&file->text);
}
