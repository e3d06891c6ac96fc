/* SPDX-License-Identifier: MIT
 * The model of a running configuration as JSON: what was understood of its lines, before anything is resolved.
 */
#ifndef VT_JSON_CONFIG_MODEL_H
#define VT_JSON_CONFIG_MODEL_H

#include "config/config.h"
#include "json/writer.h"

/* One object with a list a kind of thing: "interfaces", "crypto_maps" … Keys are not in the model, so they cannot be in
 * here; that there is one is. */
void vt_config_model_json(const struct vt_config *config, struct vt_json *json);

#endif
