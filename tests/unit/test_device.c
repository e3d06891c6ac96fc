/* SPDX-License-Identifier: MIT
 * One device over virtual days: how often it is logged in to, kept, given up and forgiven. The session is played by
 * this file; device, plan, verdict, scheduler, reduce and writer are those that ship.
 */
#include "config.h"

#include "daemon/device.h"
#include "daemon/log.h"

#include "tests/unit/tap.h"

#include <stdlib.h>
#include <string.h>

#define MINUTE_MS (60 * INT64_C(1000))
#define HOUR_MS (60 * MINUTE_MS)

/* ---- a session that does what the test says ---- */

struct session {
	struct session_callbacks callbacks;
	void *user;
	bool wants_open, wants_close, open;
	struct vt_command command;
	session_done *done;
	void *done_user;
};

static struct play {
	enum vt_status login; /* how every login ends */
	unsigned logins, commands, closes;
	struct session *session;
} play;

struct session_limits session_limits_default(void)
{
	return (struct session_limits){ 0 };
}

struct session *session_new(uv_loop_t *loop, const struct session_config *config,
			    const struct session_callbacks *callbacks, void *user)
{
	(void)loop;
	(void)config;
	play.session = calloc(1, sizeof *play.session);
	*play.session = (struct session){ .callbacks = *callbacks, .user = user };
	return play.session;
}

void session_free(struct session *session)
{
	free(session);
	play.session = NULL;
}

void session_open(struct session *session)
{
	if (!session->open)
		session->wants_open = true;
}

void session_close(struct session *session)
{
	session->wants_close = session->open;
}

enum vt_status session_run(struct session *session, const struct vt_command *command, session_done *done, void *user)
{
	session->command = *command;
	session->done = done;
	session->done_user = user;
	return VT_OK;
}

enum vt_status session_changeto(struct session *session, const char *context, session_done *done, void *user)
{
	struct vt_command command;
	struct vt_command_args args = { .context = vt_str_of(context) };
	assert_int_equal(
		vt_command_build(context ? VT_CMD_CHANGETO_CONTEXT : VT_CMD_CHANGETO_SYSTEM, &args, &command, NULL),
		VT_OK);
	return session_run(session, &command, done, user);
}

enum session_state session_state(const struct session *session)
{
	return !session->open ? SESSION_CLOSED : session->wants_close ? SESSION_LEAVING : SESSION_READY;
}

const char *session_address(const struct session *session)
{
	(void)session;
	return "192.0.2.1";
}

struct session_figures session_figures(const struct session *session)
{
	(void)session;
	return (struct session_figures){ 0 };
}

static void hang_up(struct session *session, enum vt_status status)
{
	struct vt_error why = { 0 };
	session->open = session->wants_close = false;
	if (status != VT_OK)
		vt_fail(&why, status, "the test says so");
	session->callbacks.on_closed(session, &why, session->user);
}

static void answer(struct session *session)
{
	session_done *done = session->done;
	struct session_result result = { .command = &session->command, .elapsed_ms = 10, .bytes = 10 };
	bool mode = session->command.id == VT_CMD_SHOW_MODE;
	if (mode)
		vt_buf_printf(&result.output, "Security context mode: single\r\n");
	else
		result.status = VT_E_REJECTED;
	session->done = NULL;
	play.commands++;
	done(session, &result, session->done_user);
	vt_buf_free(&result.output);
}

/* ---- the world around the device ---- */

static struct stage {
	uv_loop_t loop;
	struct sched *sched;
	struct writer *writer;
	struct device_world world;
	struct device *device;
	int64_t now_ms;
	unsigned refusals;
} stage;

static int64_t mono_ms(void *user)
{
	(void)user;
	return stage.now_ms;
}

static int64_t wall_ms(void *user)
{
	(void)user;
	return INT64_C(1795446900000) + stage.now_ms;
}

static void on_units(void *user)
{
	(void)user;
}

static void on_late(int64_t late_ms, void *user)
{
	(void)late_ms;
	(void)user;
}

static void on_stopped(struct device *device, void *user)
{
	(void)device;
	(void)user;
}

static enum vt_status take_commits(void *store, const struct vt_commit *const *commits, size_t len,
				   struct vt_error *error)
{
	(void)store;
	(void)commits;
	(void)len;
	(void)error;
	return VT_OK;
}

static enum vt_status know_nothing(void *store, uint64_t id, struct vt_arena *arena, struct vt_unit_rows *rows,
				   struct vt_error *error)
{
	(void)store;
	(void)id;
	(void)arena;
	(void)rows;
	return vt_fail(error, VT_E_NOT_FOUND, "new");
}

static enum vt_status keep_quiet(void *store, const struct vt_retention *retention, bool *more, struct vt_error *error)
{
	(void)store;
	(void)retention;
	(void)more;
	(void)error;
	return VT_OK;
}

static void close_nothing(void *store)
{
	(void)store;
}

static void swallow(const struct log_record *record, void *user)
{
	(void)record;
	(void)user;
}

static void begin(enum vt_status login)
{
	stage = (struct stage){ .now_ms = 1000 };
	play = (struct play){ .login = login };
	log_set_handler(swallow, NULL);
	uv_loop_init(&stage.loop);
	stage.sched = sched_new();
	struct writer_backend backend = {
		.commit = take_commits, .load = know_nothing, .maintain = keep_quiet, .close = close_nothing
	};
	struct writer_options options = writer_options_default();
	struct writer_callbacks callbacks = { 0 };
	struct vt_error error;
	assert_int_equal(writer_start(&stage.loop, &backend, &options, &callbacks, NULL, &stage.writer, &error), VT_OK);
	stage.world = (struct device_world){ .loop = &stage.loop,
					     .sched = stage.sched,
					     .writer = stage.writer,
					     .period_ms = { MINUTE_MS, 5 * MINUTE_MS, 15 * MINUTE_MS },
					     .reduce = vt_reduce_defaults(),
					     .mono_ms = mono_ms,
					     .wall_ms = wall_ms,
					     .on_units = on_units,
					     .on_late = on_late,
					     .on_stopped = on_stopped };
	struct vt_str address = VT_STR("192.0.2.1");
	struct vt_device_settings settings = { .name = VT_STR("fw1"), .addresses = &address, .addresses_len = 1 };
	stage.device = device_new(&stage.world, &settings, &(struct device_secrets){ 0 }, NULL, 0);
	device_start(stage.device, 0, stage.now_ms);
}

static void end(void)
{
	device_free(stage.device);
	writer_stop(stage.writer);
	sched_free(stage.sched);
	uv_run(&stage.loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&stage.loop), 0);
	log_set_handler(NULL, NULL);
}

/* Plays until the session has nothing to do. */
static void settle(void)
{
	while (strcmp(device_status(stage.device).doing, "loading") == 0)
		uv_run(&stage.loop, UV_RUN_ONCE);
	struct session *s = play.session;
	for (bool busy = true; busy;) {
		busy = true;
		if (s->wants_close)
			hang_up(s, VT_OK);
		else if (s->wants_open) {
			s->wants_open = false;
			play.logins++;
			s->open = play.login == VT_OK;
			if (s->open)
				s->callbacks.on_ready(s, s->user);
			else
				hang_up(s, play.login);
		} else if (s->done)
			answer(s);
		else
			busy = false;
	}
}

/* Virtual time passes, deadline by deadline. */
static void pass(int64_t ms)
{
	for (int64_t until = stage.now_ms + ms; stage.now_ms < until;) {
		int64_t next = sched_next(stage.sched);
		stage.now_ms = next < until ? (next > stage.now_ms ? next : stage.now_ms) : until;
		sched_run(stage.sched, stage.now_ms);
		settle();
	}
}

static void on_refused(struct device *device, const struct vt_error *why, void *user)
{
	(void)device;
	(void)user;
	stage.refusals += why != NULL;
}

/* ---- stories ---- */

static void a_healthy_device_is_polled_each_minute_in_one_session(void **state)
{
	(void)state;
	begin(VT_OK);
	pass(12 * HOUR_MS);
	assert_in_range(device_status(stage.device).rounds, 719, 722);
	assert_int_equal(play.logins, 1);
	assert_int_equal(device_status(stage.device).state, VT_DEVICE_OK);
	end();
}

static void a_refused_password_is_tried_once_in_a_week_whoever_asks(void **state)
{
	(void)state;
	const enum vt_status refusals[] = { VT_E_AUTH, VT_E_ENABLE };
	for (size_t i = 0; i < 2; i++) {
		struct vt_error error;
		begin(refusals[i]);
		/* Somebody asks for a poll while the login is on its way. */
		sched_run(stage.sched, stage.now_ms);
		assert_int_equal(device_poll_now(stage.device, on_refused, NULL, &error), VT_OK);
		settle();
		pass(7 * 24 * HOUR_MS);
		assert_int_equal(play.logins, 1);
		assert_int_equal(stage.refusals, 1);
		assert_int_equal(device_poll_now(stage.device, on_refused, NULL, &error), VT_E_AUTH);
		assert_int_equal(device_status(stage.device).due_ms, SCHED_NEVER);
		device_pardon(stage.device, stage.now_ms);
		pass(24 * HOUR_MS);
		assert_int_equal(play.logins, 2);
		end();
	}
}

static void a_dead_device_is_knocked_at_politely_and_comes_back_by_itself(void **state)
{
	(void)state;
	begin(VT_E_CONNECT); /* at once: perhaps it has no session to spare */
	pass(24 * HOUR_MS);
	assert_in_range(play.logins, 24 * 60 / 18, 24 * 60 / 15 + 3);
	play.login = VT_OK;
	pass(20 * MINUTE_MS);
	assert_int_equal(device_status(stage.device).state, VT_DEVICE_OK);
	end();
}

static void a_session_that_died_asleep_is_opened_again_without_a_word(void **state)
{
	(void)state;
	begin(VT_OK);
	pass(10 * MINUTE_MS);
	hang_up(play.session, VT_E_CLOSED);
	assert_int_equal(device_status(stage.device).state, VT_DEVICE_OK);
	pass(10 * MINUTE_MS);
	assert_int_equal(play.logins, 2);
	assert_int_equal(device_status(stage.device).failures, 0);
	end();
}

UNIT_TESTS(CASE(a_healthy_device_is_polled_each_minute_in_one_session),
	   CASE(a_refused_password_is_tried_once_in_a_week_whoever_asks),
	   CASE(a_dead_device_is_knocked_at_politely_and_comes_back_by_itself),
	   CASE(a_session_that_died_asleep_is_opened_again_without_a_word))
