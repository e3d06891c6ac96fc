/* SPDX-License-Identifier: MIT
 * GET status: the fleet in one answer. /healthz and /readyz: whether this program, and what it stands on, works.
 */
#include "config.h"

#include "web/api.h"
#include "web/routes.h"

#include <jansson.h>

#include "base/timefmt.h"

struct fleet {
	uint64_t tunnels[VT_TUNNEL_STATUSES], tunnels_total, flapping;
	uint64_t devices[VT_DEVICE_STATES], devices_total;
	uint64_t findings[VT_FAULT + 1];
	int64_t newest_poll_at_ms; /* 0: no device was ever polled */
	int64_t heartbeat_at_ms;   /* 0: no daemon ever wrote here */
	struct vt_str daemon;      /* what it said of itself, JSON */
};

static enum vt_status read_devices(struct exchange *x, struct fleet *fleet, struct vt_error *error)
{
	struct vt_device_row *devices;
	enum vt_status status = vt_store_devices(x->store, x->arena, &devices, &fleet->devices_total, error);
	for (size_t i = 0; status == VT_OK && i < fleet->devices_total; i++) {
		fleet->devices[devices[i].state]++;
		if (devices[i].last_poll_at_ms > fleet->newest_poll_at_ms)
			fleet->newest_poll_at_ms = devices[i].last_poll_at_ms;
	}
	return status;
}

static enum vt_status read_daemon(struct exchange *x, struct fleet *fleet, struct vt_error *error)
{
	enum vt_status status = vt_store_daemon(x->store, x->arena, &fleet->heartbeat_at_ms, &fleet->daemon, error);
	return status == VT_E_NOT_FOUND ? VT_OK : status;
}

static enum vt_status read_fleet(struct exchange *x, struct fleet *fleet, struct vt_error *error)
{
	*fleet = (struct fleet){ 0 };
	enum vt_status status = vt_store_counts(x->store, fleet->tunnels, &fleet->flapping, error);
	for (size_t i = 0; i < VT_TUNNEL_STATUSES; i++)
		fleet->tunnels_total += fleet->tunnels[i];
	if (status == VT_OK)
		status = vt_store_finding_counts(x->store, fleet->findings, error);
	if (status == VT_OK)
		status = read_devices(x, fleet, error);
	if (status == VT_OK)
		status = read_daemon(x, fleet, error);
	return status;
}

static bool daemon_is_alive(const struct exchange *x, int64_t heartbeat_at_ms)
{
	return heartbeat_at_ms && x->now_ms - heartbeat_at_ms <= DAEMON_SILENT_AFTER_MS;
}

static void write_daemon(struct exchange *x, const struct fleet *fleet)
{
	vt_json_key(&x->json, "daemon");
	vt_json_object(&x->json);
	vt_json_key_bool(&x->json, "alive", daemon_is_alive(x, fleet->heartbeat_at_ms));
	reply_time(x, "heartbeat_at", fleet->heartbeat_at_ms);
	reply_age(x, "heartbeat_age_s", fleet->heartbeat_at_ms);
	vt_json_key(&x->json, "says");
	/* It is put in as it was written, so it is looked at first: half an object would spoil the whole answer. */
	json_t *says = json_loadb(fleet->daemon.p ? fleet->daemon.p : "", fleet->daemon.len, 0, NULL);
	if (says)
		vt_json_raw(&x->json, fleet->daemon);
	else
		vt_json_null(&x->json);
	json_decref(says);
	vt_json_object_end(&x->json);
}

void api_status(struct exchange *x)
{
	struct vt_error error;
	struct fleet fleet;
	enum vt_status status = read_fleet(x, &fleet, &error);
	if (status != VT_OK) {
		problem_of_store(x, status, &error);
		return;
	}
	vt_json_object(&x->json);
	reply_time(x, "at", x->now_ms);
	vt_json_key_text(&x->json, "version", PACKAGE_VERSION);
	reply_time(x, "newest_poll", fleet.newest_poll_at_ms);
	reply_age(x, "data_age_s", fleet.newest_poll_at_ms);
	vt_json_key(&x->json, "tunnels");
	vt_json_object(&x->json);
	vt_json_key_u64(&x->json, "total", fleet.tunnels_total);
	vt_json_key_u64(&x->json, "flapping", fleet.flapping);
	for (unsigned i = 0; i < VT_TUNNEL_STATUSES; i++)
		vt_json_key_u64(&x->json, vt_tunnel_status_name((enum vt_tunnel_status)i), fleet.tunnels[i]);
	vt_json_object_end(&x->json);
	vt_json_key(&x->json, "devices");
	vt_json_object(&x->json);
	vt_json_key_u64(&x->json, "total", fleet.devices_total);
	for (unsigned i = 0; i < VT_DEVICE_STATES; i++)
		vt_json_key_u64(&x->json, vt_device_state_name((enum vt_device_state)i), fleet.devices[i]);
	vt_json_object_end(&x->json);
	vt_json_key(&x->json, "findings");
	vt_json_object(&x->json);
	for (enum vt_severity severity = VT_ADVICE; severity <= VT_FAULT; severity++)
		vt_json_key_u64(&x->json, vt_severity_name(severity), fleet.findings[severity]);
	vt_json_object_end(&x->json);
	write_daemon(x, &fleet);
	vt_json_object_end(&x->json);
}

void health_live(struct exchange *x)
{
	vt_buf_str(x->reply.body, VT_STR("vpntriage-web " PACKAGE_VERSION " is running\n"));
}

static void not_ready(struct exchange *x, const char *sentence)
{
	x->reply.status = 503;
	x->reply.retry_after_s = 5;
	vt_buf_printf(x->reply.body, "not ready: %s\n", sentence);
}

/* A stranger may ask this, so it says what is wrong and names no device. */
void health_ready(struct exchange *x)
{
	struct fleet fleet = { 0 };
	char age[VT_TIME_TEXT];
	if (!x->store) {
		not_ready(x, x->store_error.text);
		return;
	}
	x->store_status = read_daemon(x, &fleet, &x->store_error);
	if (x->store_status != VT_OK) {
		not_ready(x, x->store_error.text);
	} else if (fleet.heartbeat_at_ms == 0) {
		not_ready(x, "no vpntriaged has written to the database yet");
	} else if (!daemon_is_alive(x, fleet.heartbeat_at_ms)) {
		vt_duration_format(x->now_ms - fleet.heartbeat_at_ms, age);
		not_ready(x, vt_arena_printf(x->arena, "vpntriaged has been silent for %s; what is shown is that old",
					     age));
	} else {
		vt_buf_str(x->reply.body, VT_STR("ready\n"));
	}
}
