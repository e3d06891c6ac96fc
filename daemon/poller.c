/* SPDX-License-Identifier: MIT
 * The fleet. One libuv timer serves the heap of deadlines: set before the loop sleeps, to the earliest of them.
 */
#include "config.h"

#include "daemon/poller.h"

#include "base/hash.h"
#include "base/map.h"
#include "base/memory.h"
#include "daemon/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* At a start devices follow one another at this distance at most: a small fleet is seen at once, a large one
 * takes a period, as it does ever after. */
#define START_APART_MS 100
#define LATE_SAMPLES 4096
#define CONTEXTS_MAX 250 /* the largest platform's limit */

struct poller {
	struct poller_world given;
	struct device_world world;
	struct sched *sched;
	uv_timer_t timer;
	uv_prepare_t before_sleep;
	int64_t armed_ms;

	struct device **devices;
	size_t len;
	struct vt_map by_id;
	struct device **leaving; /* gone from the settings, still saying goodbye */
	size_t leaving_len;
	bool applying;

	int32_t late_ms[LATE_SAMPLES];
	size_t late_at, late_len;

	uv_timer_t patience;
	void (*stopped)(void *user);
	void *stopped_user;
};

static int64_t mono_ms(void *user)
{
	struct poller *poller = user;
	return (int64_t)uv_now(poller->given.loop);
}

static int64_t wall_ms(void *user)
{
	(void)user;
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- the clockwork ---- */

static void on_timer(uv_timer_t *timer)
{
	struct poller *poller = timer->data;
	poller->armed_ms = SCHED_NEVER;
	sched_run(poller->sched, (int64_t)uv_now(poller->given.loop));
}

static void on_before_sleep(uv_prepare_t *prepare)
{
	struct poller *poller = prepare->data;
	int64_t next = sched_next(poller->sched);
	if (next == poller->armed_ms)
		return;
	poller->armed_ms = next;
	if (next == SCHED_NEVER) {
		uv_timer_stop(&poller->timer);
		return;
	}
	int64_t wait = next - (int64_t)uv_now(poller->given.loop);
	uv_timer_start(&poller->timer, on_timer, wait > 0 ? (uint64_t)wait : 0, 0);
}

static void on_late(int64_t late_ms, void *user)
{
	struct poller *poller = user;
	poller->late_ms[poller->late_at] = late_ms > INT32_MAX ? INT32_MAX : late_ms < 0 ? 0 : (int32_t)late_ms;
	poller->late_at = (poller->late_at + 1) % LATE_SAMPLES;
	if (poller->late_len < LATE_SAMPLES)
		poller->late_len++;
}

/* ---- units ---- */

static void retire(struct poller *poller)
{
	size_t len = 0, cap = 0;
	for (size_t i = 0; i < poller->len; i++)
		cap += device_units(poller->devices[i]);
	uint64_t *ids = vt_must(calloc(cap + 1, sizeof *ids));
	for (size_t i = 0; i < poller->len; i++)
		for (size_t j = 0; j < device_units(poller->devices[i]); j++)
			ids[len++] = device_unit_id(poller->devices[i], j);
	writer_retire(poller->given.writer, ids, len);
	free(ids);
}

static void on_units(void *user)
{
	struct poller *poller = user;
	/* While settings are applied the fleet is not whole: once, at the end of it. */
	if (!poller->applying)
		retire(poller);
}

void poller_resend(struct poller *poller, uint64_t unit_id)
{
	for (size_t i = 0; i < poller->len; i++)
		if (device_resend(poller->devices[i], unit_id))
			return;
}

/* ---- life ---- */

static void end_of_stop(struct poller *poller)
{
	if (!poller->stopped)
		return;
	void (*stopped)(void *) = poller->stopped;
	poller->stopped = NULL;
	uv_timer_stop(&poller->patience);
	stopped(poller->stopped_user);
}

static void on_stopped(struct device *device, void *user)
{
	struct poller *poller = user;
	for (size_t i = 0; i < poller->leaving_len; i++)
		if (poller->leaving[i] == device) {
			poller->leaving[i] = poller->leaving[--poller->leaving_len];
			break;
		}
	device_free(device);
	if (poller->leaving_len == 0)
		end_of_stop(poller);
}

struct poller *poller_new(const struct poller_world *given)
{
	struct poller *poller = vt_must(calloc(1, sizeof *poller));
	poller->given = *given;
	poller->sched = sched_new();
	poller->armed_ms = SCHED_NEVER;
	uv_timer_init(given->loop, &poller->timer);
	uv_timer_init(given->loop, &poller->patience);
	uv_prepare_init(given->loop, &poller->before_sleep);
	poller->timer.data = poller->patience.data = poller->before_sleep.data = poller;
	uv_prepare_start(&poller->before_sleep, on_before_sleep);
	uv_unref((uv_handle_t *)&poller->before_sleep);
	poller->world = (struct device_world){ .loop = given->loop,
					       .sched = poller->sched,
					       .writer = given->writer,
					       .pins = given->pins,
					       .limits = session_limits_default(),
					       .mono_ms = mono_ms,
					       .wall_ms = wall_ms,
					       .on_units = on_units,
					       .on_late = on_late,
					       .on_stopped = on_stopped,
					       .user = poller };
	return poller;
}

static void on_last_closed(uv_handle_t *handle)
{
	struct poller *poller = handle->data;
	sched_free(poller->sched);
	vt_map_clear(&poller->by_id);
	free(poller->devices);
	free(poller->leaving);
	free(poller);
}

void poller_free(struct poller *poller)
{
	if (!poller)
		return;
	poller->stopped = NULL;
	for (size_t i = 0; i < poller->leaving_len; i++)
		device_free(poller->leaving[i]);
	for (size_t i = 0; i < poller->len; i++)
		device_free(poller->devices[i]);
	uv_close((uv_handle_t *)&poller->timer, NULL);
	uv_close((uv_handle_t *)&poller->before_sleep, NULL);
	uv_close((uv_handle_t *)&poller->patience, on_last_closed);
}

static void leave(struct poller *poller, struct device *device)
{
	poller->leaving = vt_must(realloc(poller->leaving, (poller->leaving_len + 1) * sizeof(struct device *)));
	poller->leaving[poller->leaving_len++] = device;
	device_stop(device);
}

static void on_out_of_patience(uv_timer_t *timer)
{
	struct poller *poller = timer->data;
	log_notice(LOG_POLLER, NULL, "%zu devices did not let go in time and are left without goodbye",
		   poller->leaving_len);
	end_of_stop(poller);
}

void poller_stop(struct poller *poller, int64_t patience_ms, void (*stopped)(void *user), void *user)
{
	size_t len = poller->len;
	struct device **devices = poller->devices;
	poller->devices = NULL;
	poller->len = 0;
	vt_map_clear(&poller->by_id);
	for (size_t i = 0; i < len; i++)
		leave(poller, devices[i]);
	free(devices);
	poller->stopped = stopped;
	poller->stopped_user = user;
	/* Never from inside this call: the caller's own steps come first. */
	uv_timer_start(&poller->patience, on_out_of_patience, poller->leaving_len ? (uint64_t)patience_ms : 0, 0);
}

/* ---- settings ---- */

static enum vt_status read_all_secrets(const struct vt_settings *settings, struct keyring *keyring,
				       struct device_secrets *secrets, struct vt_error *error)
{
	enum vt_status status = VT_OK;
	for (size_t i = 0; i < settings->devices_len && status == VT_OK; i++)
		status = keyring_login(keyring, &settings->devices[i], &secrets[i], error);
	return status;
}

enum vt_status poller_test(const struct vt_settings *settings, struct keyring *keyring, struct vt_error *error)
{
	struct device_secrets *secrets = vt_must(calloc(settings->devices_len + 1, sizeof *secrets));
	enum vt_status status = read_all_secrets(settings, keyring, secrets, error);
	free(secrets);
	return status;
}

static void take_cadences(struct poller *poller, const struct vt_settings *settings)
{
	struct device_world *world = &poller->world;
	world->period_ms[PLAN_GROUP_SA] = settings->poll.sa_ms;
	world->period_ms[PLAN_GROUP_SESSIONS] = settings->poll.sessions_ms;
	world->period_ms[PLAN_GROUP_FACTS] = settings->poll.facts_ms;
	world->reduce = vt_reduce_defaults();
	world->reduce.stuck_after_ms = settings->detect.stuck_after_ms;
	world->reduce.no_traffic_after_ms = settings->detect.no_traffic_after_ms;
}

static uint64_t id_of(const struct vt_device_settings *settings)
{
	return vt_device_id(settings->name, VT_STR_NONE);
}

static int known_before(const void *a, const void *b)
{
	const struct vt_device_row *x = a, *y = b;
	return vt_str_cmp(x->name, y->name);
}

/* The contexts a device had when it was last heard of: a slice of the database's units. */
static size_t contexts_of(const struct vt_device_row *sorted, size_t len, struct vt_str device, struct vt_str *contexts,
			  size_t cap)
{
	size_t low = 0, high = len, found = 0;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (vt_str_cmp(sorted[middle].name, device) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < len && vt_str_eq(sorted[low].name, device) && found < cap; low++)
		if (sorted[low].context.len)
			contexts[found++] = sorted[low].context;
	return found;
}

static struct device *begin(struct poller *poller, const struct vt_device_settings *settings,
			    const struct device_secrets *secrets, const struct device *before,
			    const struct vt_device_row *known, size_t known_len)
{
	struct vt_str contexts[CONTEXTS_MAX];
	size_t len = 0;
	if (!before)
		len = contexts_of(known, known_len, settings->name, contexts, CONTEXTS_MAX);
	for (size_t i = 0; before && i < device_units(before) && i < CONTEXTS_MAX; i++)
		if (device_context(before, i).len)
			contexts[len++] = device_context(before, i);
	return device_new(&poller->world, settings, secrets, contexts, len);
}

/* Takes the device with these settings out of the old fleet when it may stay as it is. */
static struct device *take_same(struct vt_map *old, const struct vt_device_settings *settings,
				const struct device_secrets *secrets)
{
	struct device *device = vt_map_get(old, id_of(settings));
	if (!device || !device_is_same(device, settings, secrets))
		return NULL;
	vt_map_remove(old, id_of(settings));
	device_expect(device, settings);
	return device;
}

static void place(struct poller *poller, size_t new_ones, const bool *is_new)
{
	uint64_t *ids = vt_must(calloc(poller->len + 1, sizeof *ids));
	uint32_t *phases = vt_must(calloc(poller->len + 1, sizeof *phases));
	for (size_t i = 0; i < poller->len; i++)
		ids[i] = device_id(poller->devices[i]);
	sched_spread(ids, poller->len, phases);
	int64_t now = mono_ms(poller), apart_ms = START_APART_MS;
	if (new_ones && poller->world.period_ms[PLAN_GROUP_SA] / (int64_t)new_ones < apart_ms)
		apart_ms = poller->world.period_ms[PLAN_GROUP_SA] / (int64_t)new_ones;
	int64_t first = now;
	for (size_t i = 0; i < poller->len; i++) {
		if (is_new[i]) {
			device_start(poller->devices[i], phases[i], first);
			first += apart_ms;
		} else {
			device_set_phase(poller->devices[i], phases[i]);
			device_pardon(poller->devices[i], now);
		}
	}
	free(ids);
	free(phases);
}

static void apply(struct poller *poller, const struct vt_settings *settings, const struct device_secrets *secrets,
		  const struct vt_device_row *known, size_t known_len)
{
	struct vt_map old = poller->by_id;
	struct device **before = poller->devices;
	size_t before_len = poller->len, new_ones = 0;
	poller->by_id = (struct vt_map){ 0 };
	poller->devices = vt_must(calloc(settings->devices_len + 1, sizeof(struct device *)));
	poller->len = 0;
	bool *is_new = vt_must(calloc(settings->devices_len + 1, sizeof *is_new));
	for (size_t i = 0; i < settings->devices_len; i++) {
		struct device *device = take_same(&old, &settings->devices[i], &secrets[i]);
		is_new[i] = !device;
		new_ones += !device;
		if (!device)
			device = begin(poller, &settings->devices[i], &secrets[i],
				       vt_map_get(&old, id_of(&settings->devices[i])), known, known_len);
		poller->devices[poller->len++] = device;
		vt_map_put(&poller->by_id, id_of(&settings->devices[i]), device);
	}
	size_t left = 0;
	for (size_t i = 0; i < before_len; i++)
		if (vt_map_get(&old, device_id(before[i])) == before[i]) {
			leave(poller, before[i]);
			left++;
		}
	vt_map_clear(&old);
	free(before);
	place(poller, new_ones, is_new);
	free(is_new);
	log_info(LOG_POLLER, NULL, "%zu devices: %zu begin, %zu are left, the others stay as they are", poller->len,
		 new_ones, left);
}

enum vt_status poller_apply(struct poller *poller, const struct vt_settings *settings, struct keyring *keyring,
			    const struct vt_device_row *known, size_t known_len, struct vt_error *error)
{
	struct device_secrets *secrets = vt_must(calloc(settings->devices_len + 1, sizeof *secrets));
	enum vt_status status = read_all_secrets(settings, keyring, secrets, error);
	if (status == VT_OK) {
		struct vt_device_row *sorted = vt_must(calloc(known_len + 1, sizeof *sorted));
		if (known_len)
			memcpy(sorted, known, known_len * sizeof *sorted);
		qsort(sorted, known_len, sizeof *sorted, known_before);
		take_cadences(poller, settings);
		poller->applying = true;
		apply(poller, settings, secrets, sorted, known_len);
		poller->applying = false;
		free(sorted);
		retire(poller);
	}
	free(secrets);
	return status;
}

struct device *poller_device(struct poller *poller, const char *name)
{
	return vt_map_get(&poller->by_id, vt_device_id(vt_str_of(name), VT_STR_NONE));
}

/* ---- figures ---- */

static int by_size(const void *a, const void *b)
{
	int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
	return (x > y) - (x < y);
}

static void lateness(const struct poller *poller, struct poller_figures *figures)
{
	figures->late_p50_ms = figures->late_p99_ms = -1;
	if (poller->late_len == 0)
		return;
	int32_t *sorted = vt_must(malloc(sizeof poller->late_ms));
	memcpy(sorted, poller->late_ms, poller->late_len * sizeof *sorted);
	qsort(sorted, poller->late_len, sizeof *sorted, by_size);
	figures->late_p50_ms = sorted[poller->late_len / 2];
	figures->late_p99_ms = sorted[poller->late_len * 99 / 100];
	free(sorted);
}

struct poller_figures poller_figures(const struct poller *poller)
{
	struct poller_figures figures = { .devices = poller->len };
	for (size_t i = 0; i < poller->len; i++) {
		struct device_status status = device_status(poller->devices[i]);
		figures.by_state[status.state]++;
		figures.units += status.units;
		figures.tunnels += status.tunnels;
		figures.selectors += status.selectors;
		figures.rounds += status.rounds;
		figures.failures += status.failures;
		figures.sessions.logins += status.session.logins;
		figures.sessions.commands += status.session.commands;
		figures.sessions.rx_bytes += status.session.rx_bytes;
		figures.sessions.tx_bytes += status.session.tx_bytes;
		figures.sessions.reads += status.session.reads;
		figures.sessions.cli_ms += status.session.cli_ms;
	}
	lateness(poller, &figures);
	return figures;
}

json_t *poller_device_json(struct poller *poller, const struct device *device)
{
	struct device_status s = device_status(device);
	json_t *json = json_pack("{s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "device",
				 device_name(device), "state", vt_device_state_name(s.state), "doing", s.doing,
				 "rounds", (json_int_t)s.rounds, "failures", (json_int_t)s.failures, "bursts",
				 (json_int_t)s.bursts, "last_round_ms", (json_int_t)s.last_round_ms, "late_ms",
				 (json_int_t)s.last_late_ms, "units", (json_int_t)s.units, "tunnels",
				 (json_int_t)s.tunnels, "selectors", (json_int_t)s.selectors);
	json_t *cost = json_pack("{s:I, s:I, s:I, s:I, s:I}", "logins", (json_int_t)s.session.logins, "commands",
				 (json_int_t)s.session.commands, "bytes", (json_int_t)s.session.rx_bytes, "reads",
				 (json_int_t)s.session.reads, "cli_ms", (json_int_t)s.session.cli_ms);
	json_object_set_new(json, "cost", cost);
	if (*s.error)
		json_object_set_new(json, "error", json_string(s.error));
	if (s.due_ms != SCHED_NEVER)
		json_object_set_new(json, "due_in_ms", json_integer(s.due_ms - mono_ms(poller)));
	return json;
}

json_t *poller_devices_json(struct poller *poller)
{
	json_t *list = json_array();
	for (size_t i = 0; i < poller->len; i++)
		json_array_append_new(list, poller_device_json(poller, poller->devices[i]));
	return list;
}
