/* SPDX-License-Identifier: MIT
 * What a configuration that was read adds to the commit of its poll: the lint's findings and the text itself.
 *
 * The lines that show a finding are kept as JSON, which is why this lies here. The store compares both with what it
 * had: since when a finding is there, which are over, and which lines changed.
 */
#ifndef VT_JSON_CONFIGURATION_H
#define VT_JSON_CONFIGURATION_H

#include "config/lint.h"
#include "model/rows.h"

/* The texts of the configuration have been through vt_config_redact(); all that is kept is copied. */
void vt_commit_configuration(struct vt_commit *commit, const struct vt_lint_input *input);

#endif
