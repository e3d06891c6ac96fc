/* SPDX-License-Identifier: MIT
 * Facts as JSON: any struct that has a table of its fields (base/shape.h), and a whole listing.
 */
#ifndef VT_JSON_SHAPE_H
#define VT_JSON_SHAPE_H

#include "asa/parse.h"
#include "base/shape.h"
#include "json/writer.h"

/* The object itself; absent fields have no key. */
void vt_shape_json(const struct vt_shape *shape, const void *object, struct vt_json *json);

/* {"command", "report": {"lines", "recognised", "skipped", "first_skipped"?: {"line", "text"}, "truncated"?: true},
 *  "facts": {…}}; where there are no facts, "error" has the name of the status instead (vt_status_name). */
void vt_listing_json(const struct vt_listing *listing, struct vt_json *json);

#endif
