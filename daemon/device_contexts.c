/* SPDX-License-Identifier: MIT
 * Which contexts a device has: asked with the first round, and with each that reads the facts.
 *
 * `show mode`; in multiple mode `show context` from the system space, or from where the login ends when that is not
 * to be entered. A device whose contexts are configured is not asked. What cannot be found out leaves the contexts as
 * they were; at the first time the device is taken for a single one.
 */
#include "config.h"

#include "daemon/device_parts.h"

#include "asa/clean.h"
#include "base/memory.h"
#include "daemon/log.h"

#include <stdlib.h>

#define CONTEXTS_MAX 250 /* the largest platform's limit */

static void be_single(struct device *device)
{
	device->discovered = true;
	units_set(device, (char *[]){ NULL }, 1);
	round_go_on(device);
}

static void on_contexts(struct session *session, struct session_result *result, void *user)
{
	(void)session;
	struct device *device = user;
	if (device->doing != DISCOVERING || ends_session(result->status))
		return;
	round_account(&device->round, result);
	struct vt_arena *arena = vt_arena_new();
	struct vt_contexts contexts = { 0 };
	struct vt_parse_report report = { 0 };
	enum vt_status status = result->status;
	if (status == VT_OK && result->output.p) {
		vt_clean(result->output.p, &result->output.len, NULL);
		status = vt_context_parse(vt_buf_view(&result->output), arena, &contexts, &report);
	}
	char *names[CONTEXTS_MAX];
	size_t len = 0;
	for (size_t i = 0; status == VT_OK && i < contexts.contexts_len && len < CONTEXTS_MAX; i++)
		if (vt_context_name_is_valid(contexts.contexts[i].name))
			names[len++] = vt_str_dup(contexts.contexts[i].name);
	vt_arena_free(arena);
	bool whole = len && !report.truncated;
	if (whole) {
		device->discovered = true;
		units_set(device, names, len);
	} else if (!device->discovered) {
		log_warning(LOG_POLLER, device->name, "cannot tell its contexts (%s); the one of the login is polled",
			    status == VT_OK ? "the list is empty or cut short" : vt_strerror(status));
	}
	for (size_t i = 0; i < len; i++)
		free(names[i]);
	round_go_on(device);
}

static void on_system(struct session *session, struct session_result *result, void *user)
{
	struct device *device = user;
	if (device->doing != DISCOVERING || ends_session(result->status))
		return;
	round_account(&device->round, result);
	free(device->here);
	/* No context can be named like this, so every unit is entered from here. */
	device->here = result->status == VT_OK ? vt_str_dup(VT_STR("/system")) : NULL;
	/* Where changing is refused, an admin context may still list them. */
	struct vt_command command;
	struct vt_error error;
	if (vt_command_build(VT_CMD_SHOW_CONTEXT, NULL, &command, &error) == VT_OK)
		session_run(session, &command, on_contexts, device);
}

static void on_mode(struct session *session, struct session_result *result, void *user)
{
	struct device *device = user;
	if (device->doing != DISCOVERING || ends_session(result->status))
		return;
	round_account(&device->round, result);
	struct vt_arena *arena = vt_arena_new();
	struct vt_mode mode = { 0 };
	struct vt_parse_report report = { 0 };
	enum vt_status status = result->status;
	if (status == VT_OK && result->output.p) {
		vt_clean(result->output.p, &result->output.len, NULL);
		status = vt_mode_parse(vt_buf_view(&result->output), arena, &mode, &report);
	}
	vt_arena_free(arena);
	if (status == VT_OK && mode.multiple)
		session_changeto(session, NULL, on_system, device);
	else if (status == VT_OK || !device->discovered)
		be_single(device);
	else
		round_go_on(device);
}

void contexts_discover(struct device *device)
{
	device->doing = DISCOVERING;
	device->round.opened_ms = mono_ms(device);
	bool ask = !device->contexts_configured && !device->round.burst &&
		   (!device->discovered || device->round.groups[PLAN_GROUP_FACTS]);
	if (!ask) {
		round_go_on(device);
		return;
	}
	struct vt_command command;
	struct vt_error error;
	if (vt_command_build(VT_CMD_SHOW_MODE, NULL, &command, &error) == VT_OK)
		session_run(device->session, &command, on_mode, device);
}
