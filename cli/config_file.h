/* SPDX-License-Identifier: MIT
 * A running configuration from a file, as every subcommand reads one: cleaned, and its secrets masked before anything
 * else sees them. What a finding shows as evidence, or a report as not understood, can then be no key.
 */
#ifndef CLI_CONFIG_FILE_H
#define CLI_CONFIG_FILE_H

#include "base/buf.h"
#include "base/status.h"
#include "config/config.h"

struct config_file {
	struct vt_buf text; /* what `config` has views into; lines are numbered as in the file */
	struct vt_config *config;
};

/* "-" is standard input. Nothing is to be closed when it fails. */
enum vt_status config_file_read(const char *path, struct config_file *file, struct vt_error *error);
void config_file_close(struct config_file *file);

#endif
