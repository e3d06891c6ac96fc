/* SPDX-License-Identifier: MIT
 * One firewall: its life, its settings, its session, and what it looks like from outside.
 */
#include "config.h"

#include "daemon/device_parts.h"

#include "base/buf.h"
#include "base/memory.h"
#include "daemon/log.h"
#include "daemon/secret.h"

#include <stdlib.h>
#include <string.h>

static const char *const doing_names[] = { "resting",  "loading", "opening", "discovering",
					   "entering", "asking",  "leaving" };

/* ---- the session ---- */

static void on_ready(struct session *session, void *user)
{
	(void)session;
	struct device *device = user;
	if (device->doing == OPENING)
		contexts_discover(device);
}

/* A kept session may have died in its sleep without our knowing: one fresh login, then it counts. */
static bool is_worth_reopening(const struct device *device, const struct vt_error *why)
{
	const struct round *round = &device->round;
	bool asleep = round->reused && !round->heard;
	return asleep && !round->reopened &&
	       (why->status == VT_E_CLOSED || why->status == VT_E_TIMEOUT || why->status == VT_E_PROTOCOL);
}

static void on_closed(struct session *session, const struct vt_error *why, void *user)
{
	(void)session;
	struct device *device = user;
	const struct device_world *world = device->world;
	switch (device->doing) {
	case STOPPING:
		world->on_stopped(device, world->user);
		return;
	case RESTING:
		if (why->status != VT_OK)
			device->idle_hangups++;
		return;
	case OPENING:
		/* The polite close of the round before has ended; or the login failed. */
		if (why->status == VT_OK) {
			session_open(device->session);
			return;
		}
		break;
	case LOADING:
	case DISCOVERING:
	case ENTERING:
	case ASKING:
		break;
	}
	if (is_worth_reopening(device, why)) {
		device->round.reopened = true;
		device->round.reused = false;
		gather_free(device->round.gather);
		device->round.gather = NULL;
		device->round.opened_ms = 0;
		round_open(device);
		return;
	}
	struct vt_error kept = *why;
	if (kept.status == VT_OK)
		vt_fail(&kept, VT_E_CLOSED, "the session was closed in the middle of a poll");
	round_failed(device, &kept);
}

static void on_event(struct session *session, enum session_event event, const char *text, void *user)
{
	(void)session;
	struct device *device = user;
	switch (event) {
	case SESSION_EVENT_HOSTKEY_ADDED:
		log_notice(LOG_SESSION, device->name, "host key remembered at first sight (%s)", text);
		return;
	case SESSION_EVENT_PROMPT_CHANGED:
		/* A failover switch shows itself here first: look at the facts with the next round. */
		log_info(LOG_SESSION, device->name, "prompt is now \"%s\"", text);
		device->group_due_wall_ms[PLAN_GROUP_FACTS] = 0;
		return;
	case SESSION_EVENT_NOT_PRIVILEGED:
		log_warning(LOG_SESSION, device->name, "privilege was lost (prompt \"%s\")", text);
		return;
	}
}

/* ---- life ---- */

static char *fingerprint(const struct vt_device_settings *s)
{
	struct vt_buf text = { 0 };
	const struct vt_login_settings *l = &s->login;
	vt_buf_printf(&text, "%llu\n" VT_FMT "\n%d%d\n", (unsigned long long)l->port, VT_ARG(l->username),
		      (int)l->host_keys, (int)l->algorithms);
	for (size_t i = 0; i < s->addresses_len; i++)
		vt_buf_printf(&text, "@" VT_FMT "\n", VT_ARG(s->addresses[i]));
	for (size_t i = 0; i < s->contexts_len; i++)
		vt_buf_printf(&text, "/" VT_FMT "\n", VT_ARG(s->contexts[i]));
	return text.p;
}

static bool same_secret(const struct secret *a, const struct secret *b)
{
	if (!a || !b)
		return a == b;
	return secret_len(a) == secret_len(b) && memcmp(secret_text(a), secret_text(b), secret_len(a)) == 0;
}

bool device_is_same(const struct device *device, const struct vt_device_settings *settings,
		    const struct device_secrets *secrets)
{
	char *other = fingerprint(settings);
	bool same = strcmp(device->fingerprint, other) == 0;
	free(other);
	return same && same_secret(device->secrets.password, secrets->password) &&
	       same_secret(device->secrets.enable_password, secrets->enable_password) &&
	       same_secret(device->secrets.identity, secrets->identity);
}

static struct session *open_session(struct device *device, const struct vt_device_settings *settings)
{
	const struct vt_login_settings *login = &settings->login;
	const char **addresses = vt_must(calloc(settings->addresses_len + 1, sizeof *addresses));
	for (size_t i = 0; i < settings->addresses_len; i++)
		addresses[i] = settings->addresses[i].p;
	struct session_config config = { .name = device->name,
					 .addresses = addresses,
					 .n_addresses = settings->addresses_len,
					 .port = (uint16_t)login->port,
					 .username = login->username.p,
					 .password = device->secrets.password,
					 .identity = device->secrets.identity,
					 .enable_password = device->secrets.enable_password,
					 .pins = device->world->pins,
					 .host_keys = login->host_keys,
					 .algorithms = login->algorithms,
					 .limits = device->world->limits };
	struct session_callbacks callbacks = { on_ready, on_closed, on_event };
	struct session *session = session_new(device->world->loop, &config, &callbacks, device);
	free(addresses);
	return session;
}

struct device *device_new(const struct device_world *world, const struct vt_device_settings *settings,
			  const struct device_secrets *secrets, const struct vt_str *contexts, size_t contexts_len)
{
	struct device *device = vt_must(calloc(1, sizeof *device));
	device->world = world;
	device->name = vt_str_dup(settings->name);
	device->fingerprint = fingerprint(settings);
	device->secrets = (struct device_secrets){ secret_ref(secrets->password), secret_ref(secrets->enable_password),
						   secret_ref(secrets->identity) };
	device->session = open_session(device, settings);
	device->due = (struct sched_entry){ .fn = round_on_due, .user = device };
	device->burst_due = (struct sched_entry){ .fn = burst_on_due, .user = device };
	device_expect(device, settings);
	const struct vt_str *first = settings->contexts_len ? settings->contexts : contexts;
	size_t len = settings->contexts_len ? settings->contexts_len : contexts_len;
	char **names = vt_must(calloc(len + 1, sizeof *names));
	for (size_t i = 0; i < len; i++)
		names[i] = vt_str_dup(first[i]);
	device->contexts_configured = device->discovered = settings->contexts_len > 0;
	units_set(device, names, len ? len : 1);
	for (size_t i = 0; i < len; i++)
		free(names[i]);
	free(names);
	return device;
}

void device_free(struct device *device)
{
	if (!device)
		return;
	sched_clear(device->world->sched, &device->due);
	sched_clear(device->world->sched, &device->burst_due);
	session_free(device->session);
	struct vt_error gone = { 0 };
	vt_fail(&gone, VT_E_CLOSED, "device \"%s\" is no longer polled", device->name);
	round_answer(device, &device->round.waiters, &gone);
	round_answer(device, &device->waiters, &gone);
	gather_free(device->round.gather);
	for (size_t i = 0; i < device->units_len; i++)
		unit_free(device->units[i]);
	free(device->units);
	vt_arena_free(device->expect_arena);
	secret_free(device->secrets.password);
	secret_free(device->secrets.enable_password);
	secret_free(device->secrets.identity);
	free(device->here);
	free(device->fingerprint);
	free(device->name);
	free(device);
}

void device_start(struct device *device, uint32_t phase, int64_t first_ms)
{
	device->phase = phase;
	sched_set(device->world->sched, &device->due, first_ms);
}

void device_set_phase(struct device *device, uint32_t phase)
{
	device->phase = phase;
}

void device_expect(struct device *device, const struct vt_device_settings *settings)
{
	struct vt_arena *arena = vt_arena_new();
	struct vt_tunnel_settings *copies = VT_NEW_ARRAY(arena, struct vt_tunnel_settings, settings->tunnels_len);
	for (size_t i = 0; i < settings->tunnels_len; i++) {
		copies[i] = settings->tunnels[i];
		copies[i].name = vt_arena_str(arena, copies[i].name);
		copies[i].owner = vt_arena_str(arena, copies[i].owner);
		copies[i].context = vt_arena_str(arena, copies[i].context);
		copies[i].maintenance = NULL;
		copies[i].maintenance_len = 0;
	}
	vt_arena_free(device->expect_arena);
	device->expect_arena = arena;
	device->expect = copies;
	device->expect_len = settings->tunnels_len;
	for (size_t i = 0; i < device->units_len; i++)
		if (!device->units[i]->load)
			unit_expect(device->units[i]);
}

void device_pardon(struct device *device, int64_t at_ms)
{
	bool given_up = device->state == VT_DEVICE_AUTH_FAILED || device->state == VT_DEVICE_HOST_KEY_CHANGED;
	if (given_up && device->doing == RESTING)
		sched_set(device->world->sched, &device->due, at_ms);
}

void device_stop(struct device *device)
{
	sched_clear(device->world->sched, &device->due);
	sched_clear(device->world->sched, &device->burst_due);
	device->doing = STOPPING;
	enum session_state state = session_state(device->session);
	if (state == SESSION_NEW || state == SESSION_CLOSED)
		device->world->on_stopped(device, device->world->user);
	else
		session_close(device->session);
}

enum vt_status device_poll_now(struct device *device, device_polled *done, void *user, struct vt_error *error)
{
	if (device->doing == STOPPING)
		return vt_fail(error, VT_E_CLOSED, "device \"%s\" is being left", device->name);
	if (device->state == VT_DEVICE_AUTH_FAILED)
		return vt_fail(error, VT_E_AUTH,
			       "device \"%s\" refused its password; it is tried again after a reload (%s)",
			       device->name, device->error.text);
	struct waiter *waiter = vt_must(malloc(sizeof *waiter));
	*waiter = (struct waiter){ device->waiters, done, user };
	device->waiters = waiter;
	device->wants_everything = true;
	device->wants_round = true;
	round_follow_up(device);
	return VT_OK;
}

bool device_resend(struct device *device, uint64_t unit_id)
{
	for (size_t i = 0; i < device->units_len; i++)
		if (vt_unit_id(device->units[i]->model) == unit_id) {
			vt_unit_resend(device->units[i]->model);
			/* It may have been the one with the findings. */
			device->units[i]->config_due_ms = 0;
			return true;
		}
	return false;
}

size_t device_units(const struct device *device)
{
	return device->units_len;
}

uint64_t device_unit_id(const struct device *device, size_t i)
{
	return vt_unit_id(device->units[i]->model);
}

struct vt_str device_context(const struct device *device, size_t i)
{
	return vt_str_of(device->units[i]->context);
}

const char *device_name(const struct device *device)
{
	return device->name;
}

uint64_t device_id(const struct device *device)
{
	return vt_device_id(vt_str_of(device->name), VT_STR_NONE);
}

struct device_status device_status(const struct device *device)
{
	struct device_status status = device->figures;
	status.state = device->state;
	status.error = device->error.text;
	status.doing = doing_names[device->doing];
	status.due_ms = sched_is_set(&device->due) ? device->due.due_ms : SCHED_NEVER;
	status.units = device->units_len;
	for (size_t i = 0; i < device->units_len; i++) {
		status.tunnels += vt_unit_tunnels(device->units[i]->model);
		status.selectors += vt_unit_selectors(device->units[i]->model);
	}
	status.session = session_figures(device->session);
	return status;
}
