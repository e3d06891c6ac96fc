/* SPDX-License-Identifier: MIT
 * GET devices, GET devices/{name}: the polled units, their health and what polling them costs.
 */
#include "config.h"

#include "web/api.h"
#include "web/routes.h"

/* The share of a device's lines that were understood in its last poll; null before there was one. */
static void recognised_ratio(struct exchange *x, const struct vt_device_row *device)
{
	vt_json_key(&x->json, "recognised_ratio");
	if (device->lines == 0 || device->lines == VT_ABSENT || device->lines_skipped > device->lines)
		vt_json_null(&x->json);
	else
		vt_json_double(&x->json, 1 - (double)device->lines_skipped / (double)device->lines);
}

static void cost(struct exchange *x, const char *key, uint64_t commands, uint64_t bytes, uint64_t cli_ms)
{
	vt_json_key(&x->json, key);
	vt_json_object(&x->json);
	reply_u64(x, "commands", commands);
	reply_u64(x, "bytes", bytes);
	reply_seconds(x, "seconds", cli_ms == VT_ABSENT ? -1 : (int64_t)cli_ms);
	vt_json_object_end(&x->json);
}

static void write_device(struct exchange *x, const struct vt_device_row *device)
{
	bool ok = device->state == VT_DEVICE_OK;
	vt_json_object(&x->json);
	reply_id(x, "id", device->id);
	reply_str(x, "name", device->name);
	reply_str(x, "context", device->context.len ? device->context : VT_STR_NONE);
	reply_str(x, "address", device->address);
	vt_json_key_text(&x->json, "state", vt_device_state_name(device->state));
	reply_time(x, "state_since", device->state_since_ms);
	reply_str(x, "error", ok || device->error.len == 0 ? VT_STR_NONE : device->error);
	reply_time(x, "last_poll", device->last_poll_at_ms);
	reply_time(x, "last_try", device->last_try_at_ms);
	reply_time(x, "next_poll", device->next_poll_at_ms);
	reply_age(x, "stale_s", device->last_poll_at_ms);
	reply_str(x, "hostname", device->hostname);
	reply_str(x, "version", device->version);
	reply_str(x, "hardware", device->hardware);
	reply_str(x, "serial", device->serial);
	reply_time(x, "booted_at", device->booted_at_ms);
	/* Of a device that does not answer nobody knows whether it is still up. */
	reply_age(x, "uptime_s", ok ? device->booted_at_ms : 0);
	reply_str(x, "failover_role", device->failover_role);
	reply_str(x, "failover_unit", device->failover_unit);
	reply_str(x, "config_modified_by", device->config_modified_by);
	reply_str(x, "config_modified_at", device->config_modified_at);
	vt_json_key(&x->json, "clock_skew_s");
	if (device->clock_skew_ms == INT64_MIN)
		vt_json_null(&x->json);
	else
		vt_json_double(&x->json, (double)device->clock_skew_ms / 1000);
	reply_u64(x, "cpu_percent", device->cpu_percent);
	cost(x, "cost", device->commands, device->bytes, device->cli_ms);
	cost(x, "last_cost", device->last_commands, device->last_bytes, device->last_cli_ms);
	reply_u64(x, "polls", device->polls);
	reply_u64(x, "failures", device->failures);
	recognised_ratio(x, device);
	reply_u64(x, "capacity_tunnels", device->capacity_tunnels);
	vt_json_object_end(&x->json);
}

/* "fra-fw1", or "fra-fw1/customer1" for one context. */
static bool is_named(const struct vt_device_row *device, struct vt_str name)
{
	if (device->context.len == 0)
		return vt_str_eq(name, device->name);
	return name.len == device->name.len + 1 + device->context.len && vt_str_starts(name, device->name) &&
	       name.p[device->name.len] == '/' && vt_str_ends(name, device->context);
}

static bool all_devices(struct exchange *x, struct vt_device_row **devices, size_t *len)
{
	struct vt_error error;
	enum vt_status status = vt_store_devices(x->store, x->arena, devices, len, &error);
	if (status != VT_OK)
		problem_of_store(x, status, &error);
	return status == VT_OK;
}

bool api_find_device(struct exchange *x, struct vt_device_row *device)
{
	struct vt_device_row *devices;
	size_t len;
	if (!all_devices(x, &devices, &len))
		return false;
	for (size_t i = 0; i < len; i++)
		if (is_named(&devices[i], x->names[0])) {
			*device = devices[i];
			return true;
		}
	problem(x, PROBLEM_NOT_FOUND, "no device is called \"%.*s\"; one context of a device is NAME%%2FCONTEXT",
		VT_ARG(x->names[0]));
	return false;
}

void api_device(struct exchange *x)
{
	struct vt_device_row device;
	if (api_find_device(x, &device))
		write_device(x, &device);
}

struct device_filter {
	int state; /* -1: any */
	struct vt_str q;
};

static bool read_filter(struct exchange *x, struct device_filter *filter)
{
	struct vt_str text;
	enum vt_device_state state;
	*filter = (struct device_filter){ .state = -1 };
	request_parameter(x->request, "q", &filter->q);
	if (!request_parameter(x->request, "state", &text))
		return true;
	if (!vt_device_state_of(text, &state)) {
		problem(x, PROBLEM_INVALID_PARAMETER,
			"state is one of ok, unreachable, auth-failed, host-key-changed, backing-off and never-polled");
		return false;
	}
	filter->state = (int)state;
	return true;
}

static bool holds(struct vt_str text, struct vt_str part)
{
	for (size_t i = 0; i + part.len <= text.len; i++)
		if (strncasecmp(text.p + i, part.p, part.len) == 0)
			return true;
	return false;
}

static bool passes(const struct vt_device_row *device, const struct device_filter *filter)
{
	if (filter->state >= 0 && device->state != (enum vt_device_state)filter->state)
		return false;
	return filter->q.len == 0 || holds(device->name, filter->q) || holds(device->context, filter->q) ||
	       holds(device->address, filter->q) || holds(device->hostname, filter->q);
}

/* The cursor is the id of the last device shown. False: a problem was said, for that device has left the fleet. */
static bool first_of_page(struct exchange *x, const struct vt_device_row *devices, size_t len, uint64_t after,
			  size_t *first)
{
	*first = 0;
	if (after == 0)
		return true;
	for (size_t i = 0; i < len; i++)
		if (devices[i].id == after) {
			*first = i + 1;
			return true;
		}
	problem(x, PROBLEM_CURSOR_EXPIRED,
		"the device that ended the page before is no longer there; begin the list again");
	return false;
}

void api_devices(struct exchange *x)
{
	static const char *const filters[] = { "state", "q", NULL };
	struct device_filter filter;
	struct vt_device_row *devices;
	struct page page;
	size_t len, i, shown = 0;
	uint64_t last = 0;
	bool more = false;
	if (!read_filter(x, &filter) || !page_read(x, CURSOR_DEVICES, filters, &page) ||
	    !all_devices(x, &devices, &len) || !first_of_page(x, devices, len, page.cursor.position, &i))
		return;
	vt_json_object(&x->json);
	vt_json_key(&x->json, "items");
	vt_json_array(&x->json);
	for (; i < len && !more; i++) {
		if (!passes(&devices[i], &filter))
			continue;
		more = shown == page.limit;
		if (more)
			break;
		write_device(x, &devices[i]);
		last = devices[i].id;
		shown++;
	}
	vt_json_array_end(&x->json);
	page_next(x, &page, more, last);
	vt_json_object_end(&x->json);
}
