/* SPDX-License-Identifier: MIT
 * The whole truth about a world, as JSON: what the control request `model` answers and what tests compare.
 */
#ifndef ASASIM_TRUTH_H
#define ASASIM_TRUTH_H

#include "model.h"

#include <jansson.h>

/* The whole truth at the model's present time, about every device or (when not NULL) one of them; caller decrefs. */
json_t *truth_json(struct model *model, const struct device *only);

#endif
