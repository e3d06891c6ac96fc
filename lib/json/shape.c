/* SPDX-License-Identifier: MIT
 * Writes facts as JSON from the tables of their fields.
 */
#include "json/shape.h"

static void elements_json(const struct vt_field *field, const void *object, struct vt_json *json)
{
	const char *element = *(const char *const *)((const char *)object + field->at);
	size_t n = *(const size_t *)((const char *)object + field->len_at);
	vt_json_array(json);
	for (; n; n--, element += field->shape->size)
		vt_shape_json(field->shape, element, json);
	vt_json_array_end(json);
}

static void strs_json(const struct vt_str_list *list, struct vt_json *json)
{
	vt_json_array(json);
	for (size_t i = 0; i < list->len; i++)
		vt_json_str(json, list->items[i]);
	vt_json_array_end(json);
}

static void value_json(const struct vt_field *field, const void *object, struct vt_json *json)
{
	const void *value = (const char *)object + field->at;
	switch (field->type) {
	case VT_FIELD_STR:
	case VT_FIELD_ADDR:
		vt_json_str(json, *(const struct vt_str *)value);
		break;
	case VT_FIELD_U64:
		vt_json_u64(json, *(const uint64_t *)value);
		break;
	case VT_FIELD_SPI:
		vt_json_spi(json, *(const uint64_t *)value);
		break;
	case VT_FIELD_I64:
		vt_json_i64(json, *(const int64_t *)value);
		break;
	case VT_FIELD_FLAG:
		vt_json_bool(json, *(const int8_t *)value > 0);
		break;
	case VT_FIELD_BOOL:
	case VT_FIELD_IS:
		vt_json_bool(json, *(const bool *)value);
		break;
	case VT_FIELD_STRS:
		strs_json(value, json);
		break;
	case VT_FIELD_OBJECT:
		vt_shape_json(field->shape, value, json);
		break;
	case VT_FIELD_ARRAY:
	case VT_FIELD_SOME:
		elements_json(field, object, json);
		break;
	}
}

void vt_shape_json(const struct vt_shape *shape, const void *object, struct vt_json *json)
{
	vt_json_object(json);
	for (const struct vt_field *f = shape->fields; f < shape->fields + shape->fields_len; f++) {
		if (!vt_field_present(f, object))
			continue;
		vt_json_key(json, f->name);
		value_json(f, object, json);
	}
	vt_json_object_end(json);
}

static void report_json(const struct vt_parse_report *report, struct vt_json *json)
{
	vt_json_object(json);
	vt_json_key_u64(json, "lines", report->lines);
	vt_json_key_u64(json, "recognised", report->recognised);
	vt_json_key_u64(json, "skipped", report->skipped);
	if (report->first_skipped_line) {
		vt_json_key(json, "first_skipped");
		vt_json_object(json);
		vt_json_key_u64(json, "line", report->first_skipped_line);
		vt_json_key_str(json, "text", report->first_skipped);
		vt_json_object_end(json);
	}
	if (report->truncated)
		vt_json_key_bool(json, "truncated", true);
	vt_json_object_end(json);
}

void vt_listing_json(const struct vt_listing *listing, struct vt_json *json)
{
	vt_json_object(json);
	vt_json_key_str(json, "command", listing->command);
	vt_json_key(json, "report");
	report_json(&listing->report, json);
	if (listing->facts) {
		vt_json_key(json, "facts");
		vt_shape_json(vt_listing_shape(listing->kind), listing->facts, json);
	} else {
		vt_json_key_text(json, "error", vt_status_name(listing->status));
	}
	vt_json_object_end(json);
}
