/* SPDX-License-Identifier: MIT
 * The text format of Prometheus, as far as one value goes.
 */
#ifndef WEB_METRICS_H
#define WEB_METRICS_H

#include "base/buf.h"

/* What stands between the quotes of a label. */
void metrics_label_value(struct vt_buf *out, struct vt_str text);
/* Whole numbers without an exponent, others so that they read back as the same. */
void metrics_value(struct vt_buf *out, double value);

#endif
