/* SPDX-License-Identifier: MIT
 * What a running configuration must not be kept with: keys, passwords, communities, certificates.
 *
 * An ASA masks most of it by itself ("pre-shared-key *****") and not all, and `more system:running-config` masks
 * nothing. What is read here is masked before anything looks at it, so that no finding, difference or database can
 * show what the device did not hide. The rest of a line behind a word that announces a secret is masked: that hides
 * too much rather than too little ("username x password *****" loses the privilege).
 */
#ifndef VT_CONFIG_REDACT_H
#define VT_CONFIG_REDACT_H

#include "base/buf.h"

/* What stands in place of a secret. */
#define VT_REDACTED "*****"

/* Appends the text with its secrets masked; every line stays the line it was, so that numbers of lines hold. */
void vt_config_redact(struct vt_str text, struct vt_buf *out);

#endif
