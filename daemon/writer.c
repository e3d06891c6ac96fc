/* SPDX-License-Identifier: MIT
 * The one thread that owns the database: a queue of jobs in, an outbox of answers back.
 *
 * One mutex guards queue, outbox and figures; nothing is done to the database while it is held. Jobs are served
 * in order, so that a load sees the commits handed in before it; only while the database is in trouble do
 * loads overtake the commits that cannot be written.
 */
#include "config.h"

#include "daemon/writer.h"

#include "base/buf.h"
#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* So many polls share a transaction at most: what kill -9 may lose, and what a reader may wait for. */
#define BATCH_MAX 64

enum job_kind { JOB_COMMIT, JOB_LOAD, JOB_RETIRE };

struct job {
	struct job *next;
	enum job_kind kind;
	struct vt_commit *commit;
	size_t bytes;
	struct writer_load *load;
	uint64_t *ids;
	size_t ids_len;
};

struct queue {
	struct job *first, **last;
};

/* `loaded` is touched by the loop's thread alone. */
struct writer_load {
	struct writer_load *next;
	writer_loaded *loaded;
	void *user;
	uint64_t unit_id;
	struct vt_arena *arena;
	struct vt_unit_rows rows;
	bool found;
};

struct writer {
	struct writer_backend backend;
	struct writer_options options;
	struct writer_callbacks callbacks;
	void *user;
	uv_thread_t thread;
	uv_mutex_t lock;
	uv_cond_t wake;
	uv_async_t news;

	/* under the lock */
	struct queue queue;
	struct writer_figures figures;
	struct vt_retention retention;
	struct vt_buf heartbeat;
	int64_t heartbeat_at_ms;
	bool stopping;
	/* the outbox */
	struct writer_load *loaded, **loaded_last;
	uint64_t *lost;
	size_t lost_len, lost_cap;
	bool trouble_told, trouble_news, recovered_news;
	struct vt_error trouble;
	int64_t recovered_after_ms;

	/* of the thread */
	uint64_t maintain_at_ms, retry_at_ms, trouble_since_ms;
	unsigned retry_ms;
};

static uint64_t now_ms(void)
{
	return uv_hrtime() / 1000000;
}

struct writer_options writer_options_default(void)
{
	/* 4,096 polls are four minutes of a thousand devices; 256 MB is what they may weigh. */
	return (struct writer_options){ .max_commits = 4096,
					.max_bytes = (size_t)256 << 20,
					.retry_ms = 1000,
					.retry_cap_ms = 15000,
					.maintain_every_ms = 5000 };
}

/* ---- the queue, under the lock ---- */

static void push(struct queue *queue, struct job *job)
{
	job->next = NULL;
	*queue->last = job;
	queue->last = &job->next;
}

static struct job *unlink_at(struct queue *queue, struct job **at)
{
	struct job *job = *at;
	*at = job->next;
	if (queue->last == &job->next)
		queue->last = at;
	job->next = NULL;
	return job;
}

static void count_commit(struct writer *writer, const struct job *job, bool in)
{
	if (in) {
		writer->figures.queue++;
		writer->figures.queue_bytes += job->bytes;
	} else {
		writer->figures.queue--;
		writer->figures.queue_bytes -= job->bytes;
	}
}

static void job_free(struct job *job)
{
	vt_commit_free(job->commit);
	free(job->ids);
	free(job);
}

static void note_lost(struct writer *writer, uint64_t unit_id)
{
	writer->figures.lost++;
	if (writer->lost_len == writer->lost_cap) {
		writer->lost_cap = writer->lost_cap ? writer->lost_cap * 2 : 16;
		writer->lost = vt_must(realloc(writer->lost, writer->lost_cap * sizeof *writer->lost));
	}
	writer->lost[writer->lost_len++] = unit_id;
}

/* Drops the oldest commit of the unit that has one waiting already, else the oldest of all. */
static void make_room(struct writer *writer, uint64_t unit_id)
{
	struct job **oldest = NULL, **victim = NULL;
	for (struct job **at = &writer->queue.first; *at && !victim; at = &(*at)->next) {
		if ((*at)->kind != JOB_COMMIT)
			continue;
		if (!oldest)
			oldest = at;
		if ((*at)->commit->device.id == unit_id)
			victim = at;
	}
	if (!victim)
		victim = oldest;
	if (!victim)
		return;
	struct job *job = unlink_at(&writer->queue, victim);
	count_commit(writer, job, false);
	note_lost(writer, job->commit->device.id);
	job_free(job);
}

static bool is_full(const struct writer *writer)
{
	return writer->figures.queue >= writer->options.max_commits ||
	       writer->figures.queue_bytes >= writer->options.max_bytes;
}

/* ---- the thread ---- */

static void tell(struct writer *writer)
{
	uv_async_send(&writer->news);
}

static void begin_trouble(struct writer *writer, const struct vt_error *why)
{
	uint64_t now = now_ms();
	uv_mutex_lock(&writer->lock);
	if (!writer->figures.in_trouble) {
		writer->trouble_since_ms = now;
		writer->retry_ms = writer->options.retry_ms;
		writer->figures.in_trouble = true;
		writer->trouble_news = true;
		writer->trouble = *why;
		tell(writer);
	} else if (writer->retry_ms * 2 <= writer->options.retry_cap_ms) {
		writer->retry_ms *= 2;
	}
	snprintf(writer->figures.trouble, sizeof writer->figures.trouble, "%s", why->text);
	writer->retry_at_ms = now + writer->retry_ms;
	uv_mutex_unlock(&writer->lock);
}

static void end_trouble(struct writer *writer)
{
	uv_mutex_lock(&writer->lock);
	if (writer->figures.in_trouble) {
		writer->figures.in_trouble = false;
		writer->figures.trouble[0] = '\0';
		writer->recovered_news = true;
		writer->recovered_after_ms = (int64_t)(now_ms() - writer->trouble_since_ms);
		tell(writer);
	}
	uv_mutex_unlock(&writer->lock);
}

/* Trouble that passes by itself; anything else is about one commit or has to be told and survived. */
static bool is_worth_waiting(enum vt_status status)
{
	return status == VT_E_DB_FULL || status == VT_E_BUSY || status == VT_E_SYSTEM || status == VT_E_DB_CORRUPT;
}

static enum vt_status write_jobs(struct writer *writer, struct job **jobs, size_t len, struct vt_error *error)
{
	const struct vt_commit *commits[BATCH_MAX];
	for (size_t i = 0; i < len; i++)
		commits[i] = jobs[i]->commit;
	uint64_t began = now_ms();
	enum vt_status status = writer->backend.commit(writer->backend.store, commits, len, error);
	uint64_t took = now_ms() - began;
	uv_mutex_lock(&writer->lock);
	if (status == VT_OK) {
		writer->figures.commits += len;
		writer->figures.transactions++;
	}
	if (took > writer->figures.commit_max_ms)
		writer->figures.commit_max_ms = took;
	uv_mutex_unlock(&writer->lock);
	return status;
}

/* Puts jobs back where they came from, in order. */
static void put_back(struct writer *writer, struct job **jobs, size_t len)
{
	uv_mutex_lock(&writer->lock);
	for (size_t i = len; i-- > 0;) {
		jobs[i]->next = writer->queue.first;
		if (!writer->queue.first)
			writer->queue.last = &jobs[i]->next;
		writer->queue.first = jobs[i];
		if (jobs[i]->kind == JOB_COMMIT)
			count_commit(writer, jobs[i], true);
	}
	uv_mutex_unlock(&writer->lock);
}

/* A commit that alone cannot be written for a reason of its own must not hold up the others. */
static void give_up(struct writer *writer, struct job *job, const struct vt_error *why)
{
	begin_trouble(writer, why);
	uv_mutex_lock(&writer->lock);
	note_lost(writer, job->commit->device.id);
	tell(writer);
	uv_mutex_unlock(&writer->lock);
	job_free(job);
}

static void forget_jobs(struct job **jobs, size_t len)
{
	for (size_t i = 0; i < len; i++)
		job_free(jobs[i]);
}

/* One by one, to find the one that cannot be written. */
static void write_singly(struct writer *writer, struct job **jobs, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		struct vt_error error = { 0 };
		enum vt_status status = write_jobs(writer, &jobs[i], 1, &error);
		if (status == VT_OK) {
			forget_jobs(&jobs[i], 1);
			end_trouble(writer);
		} else if (is_worth_waiting(status)) {
			begin_trouble(writer, &error);
			put_back(writer, &jobs[i], len - i);
			return;
		} else {
			give_up(writer, jobs[i], &error);
		}
	}
}

static void write_batch(struct writer *writer, struct job **jobs, size_t len)
{
	struct vt_error error = { 0 };
	enum vt_status status = write_jobs(writer, jobs, len, &error);
	if (status == VT_OK) {
		forget_jobs(jobs, len);
		end_trouble(writer);
	} else if (is_worth_waiting(status)) {
		begin_trouble(writer, &error);
		put_back(writer, jobs, len);
	} else if (len == 1) {
		give_up(writer, jobs[0], &error);
	} else {
		write_singly(writer, jobs, len);
	}
}

static void do_load(struct writer *writer, struct job *job)
{
	struct writer_load *load = job->load;
	struct vt_error error;
	load->arena = vt_arena_new();
	load->found = writer->backend.load(writer->backend.store, load->unit_id, load->arena, &load->rows, &error) ==
		      VT_OK;
	job_free(job);
	uv_mutex_lock(&writer->lock);
	*writer->loaded_last = load;
	writer->loaded_last = &load->next;
	tell(writer);
	uv_mutex_unlock(&writer->lock);
}

static void do_retire(struct writer *writer, struct job *job)
{
	struct vt_error error = { 0 };
	enum vt_status status = writer->backend.retire(writer->backend.store, job->ids, job->ids_len, &error);
	if (status != VT_OK)
		begin_trouble(writer, &error);
	if (is_worth_waiting(status))
		put_back(writer, &job, 1);
	else
		job_free(job);
}

static void do_heartbeat(struct writer *writer, struct vt_buf *json, int64_t at_ms)
{
	struct vt_error error = { 0 };
	enum vt_status status = writer->backend.heartbeat(writer->backend.store, at_ms, vt_buf_view(json), &error);
	vt_buf_free(json);
	uv_mutex_lock(&writer->lock);
	bool nothing_waits = writer->queue.first == NULL;
	uv_mutex_unlock(&writer->lock);
	/* A full disk may have room for these few bytes: only with nothing else waiting do they prove it well. */
	if (status != VT_OK)
		begin_trouble(writer, &error);
	else if (nothing_waits)
		end_trouble(writer);
}

static void do_maintain(struct writer *writer)
{
	struct vt_error error = { 0 };
	bool more = false;
	uv_mutex_lock(&writer->lock);
	struct vt_retention retention = writer->retention;
	uv_mutex_unlock(&writer->lock);
	if (writer->backend.maintain(writer->backend.store, &retention, &more, &error) != VT_OK) {
		begin_trouble(writer, &error);
		more = false;
	}
	/* Even with more to do, what has queued up goes first. */
	writer->maintain_at_ms = now_ms() + (more ? 20 : writer->options.maintain_every_ms);
}

/* The next load, wherever it stands; under the lock. */
static struct job *take_load(struct writer *writer)
{
	for (struct job **at = &writer->queue.first; *at; at = &(*at)->next)
		if ((*at)->kind == JOB_LOAD)
			return unlink_at(&writer->queue, at);
	return NULL;
}

/* What stands first: one job, or all commits up to the next job of another kind. Under the lock. */
static size_t take_jobs(struct writer *writer, struct job **jobs)
{
	size_t len = 0;
	while (writer->queue.first && len < BATCH_MAX) {
		if (len && writer->queue.first->kind != JOB_COMMIT)
			break;
		jobs[len] = unlink_at(&writer->queue, &writer->queue.first);
		if (jobs[len++]->kind != JOB_COMMIT)
			break;
		count_commit(writer, jobs[len - 1], false);
	}
	return len;
}

static void serve(struct writer *writer, struct job **jobs, size_t len)
{
	switch (jobs[0]->kind) {
	case JOB_COMMIT:
		write_batch(writer, jobs, len);
		return;
	case JOB_LOAD:
		do_load(writer, jobs[0]);
		return;
	case JOB_RETIRE:
		do_retire(writer, jobs[0]);
		return;
	}
}

/* Waits for something to do; under the lock. */
static void wait_for_work(struct writer *writer, bool waiting_out_trouble)
{
	uint64_t now = now_ms();
	uint64_t until = waiting_out_trouble ? writer->retry_at_ms : writer->maintain_at_ms;
	if (until > now)
		uv_cond_timedwait(&writer->wake, &writer->lock, (until - now) * 1000000);
}

/* One round; false when it is time to go. */
static bool round_of_work(struct writer *writer)
{
	struct job *jobs[BATCH_MAX];
	size_t len = 0;
	uv_mutex_lock(&writer->lock);
	bool patient = writer->figures.in_trouble && now_ms() < writer->retry_at_ms && !writer->stopping;
	if (patient) {
		jobs[0] = take_load(writer);
		len = jobs[0] != NULL;
	} else {
		len = take_jobs(writer, jobs);
	}
	struct vt_buf json = { 0 };
	int64_t at_ms = writer->heartbeat_at_ms;
	if (!patient) {
		json = writer->heartbeat;
		writer->heartbeat = (struct vt_buf){ 0 };
	}
	bool idle = len == 0 && json.len == 0;
	bool maintain = !patient && !writer->stopping && now_ms() >= writer->maintain_at_ms;
	bool go = writer->stopping && idle;
	if (idle && !maintain && !go)
		wait_for_work(writer, patient);
	uv_mutex_unlock(&writer->lock);

	if (len)
		serve(writer, jobs, len);
	if (json.len)
		do_heartbeat(writer, &json, at_ms);
	if (maintain)
		do_maintain(writer);
	return !go;
}

/* At the end each commit gets its one try; what the database refuses then is gone with us. */
static void drop_what_is_left(struct writer *writer)
{
	while (writer->queue.first) {
		struct job *job = unlink_at(&writer->queue, &writer->queue.first);
		if (job->kind == JOB_LOAD)
			free(job->load);
		job_free(job);
	}
}

static bool in_trouble_at_the_end(struct writer *writer)
{
	uv_mutex_lock(&writer->lock);
	bool over = writer->stopping && writer->figures.in_trouble;
	uv_mutex_unlock(&writer->lock);
	return over;
}

static void run(void *user)
{
	struct writer *writer = user;
	while (round_of_work(writer))
		if (in_trouble_at_the_end(writer))
			break;
	writer->backend.close(writer->backend.store);
}

/* ---- the loop's side ---- */

static void deliver_loads(struct writer_load *load)
{
	for (struct writer_load *next; load; load = next) {
		next = load->next;
		if (load->loaded)
			load->loaded(load->found ? &load->rows : NULL, load->user);
		vt_arena_free(load->arena);
		free(load);
	}
}

static void on_news(uv_async_t *async)
{
	struct writer *writer = async->data;
	uv_mutex_lock(&writer->lock);
	struct writer_load *loads = writer->loaded;
	writer->loaded = NULL;
	writer->loaded_last = &writer->loaded;
	uint64_t *lost = writer->lost;
	size_t lost_len = writer->lost_len;
	writer->lost = NULL;
	writer->lost_len = writer->lost_cap = 0;
	bool trouble = writer->trouble_news, recovered = writer->recovered_news;
	writer->trouble_news = writer->recovered_news = false;
	struct vt_error why = writer->trouble;
	int64_t after_ms = writer->recovered_after_ms;
	uv_mutex_unlock(&writer->lock);

	const struct writer_callbacks *callbacks = &writer->callbacks;
	if (trouble)
		callbacks->on_trouble(&why, writer->user);
	for (size_t i = 0; i < lost_len; i++)
		callbacks->on_lost(lost[i], writer->user);
	free(lost);
	if (recovered)
		callbacks->on_recovered(after_ms, writer->user);
	deliver_loads(loads);
}

enum vt_status writer_start(uv_loop_t *loop, const struct writer_backend *backend, const struct writer_options *options,
			    const struct writer_callbacks *callbacks, void *user, struct writer **out,
			    struct vt_error *error)
{
	struct writer *writer = vt_must(calloc(1, sizeof *writer));
	writer->backend = *backend;
	writer->options = *options;
	writer->retention = options->retention;
	writer->callbacks = *callbacks;
	writer->user = user;
	writer->queue.last = &writer->queue.first;
	writer->loaded_last = &writer->loaded;
	writer->maintain_at_ms = now_ms() + options->maintain_every_ms;
	uv_mutex_init(&writer->lock);
	uv_cond_init(&writer->wake);
	uv_async_init(loop, &writer->news, on_news);
	writer->news.data = writer;
	int rc = uv_thread_create(&writer->thread, run, writer);
	if (rc) {
		uv_close((uv_handle_t *)&writer->news, NULL);
		uv_run(loop, UV_RUN_NOWAIT);
		free(writer);
		return vt_fail(error, VT_E_SYSTEM, "cannot start the writer's thread: %s", uv_strerror(rc));
	}
	*out = writer;
	return VT_OK;
}

static void on_news_closed(uv_handle_t *handle)
{
	struct writer *writer = handle->data;
	uv_mutex_destroy(&writer->lock);
	uv_cond_destroy(&writer->wake);
	free(writer);
}

void writer_stop(struct writer *writer)
{
	if (!writer)
		return;
	uv_mutex_lock(&writer->lock);
	writer->stopping = true;
	uv_cond_signal(&writer->wake);
	uv_mutex_unlock(&writer->lock);
	uv_thread_join(&writer->thread);
	drop_what_is_left(writer);
	for (struct writer_load *load = writer->loaded; load; load = load->next)
		load->loaded = NULL;
	deliver_loads(writer->loaded);
	free(writer->lost);
	vt_buf_free(&writer->heartbeat);
	uv_close((uv_handle_t *)&writer->news, on_news_closed);
}

static struct job *job_new(enum job_kind kind)
{
	struct job *job = vt_must(calloc(1, sizeof *job));
	job->kind = kind;
	return job;
}

void writer_commit(struct writer *writer, struct vt_commit *commit)
{
	struct job *job = job_new(JOB_COMMIT);
	job->commit = commit;
	job->bytes = vt_arena_size(commit->arena);
	uv_mutex_lock(&writer->lock);
	size_t lost = writer->lost_len;
	while (is_full(writer) && writer->figures.queue)
		make_room(writer, commit->device.id);
	push(&writer->queue, job);
	count_commit(writer, job, true);
	if (writer->lost_len > lost)
		tell(writer);
	uv_cond_signal(&writer->wake);
	uv_mutex_unlock(&writer->lock);
}

struct writer_load *writer_load(struct writer *writer, uint64_t unit_id, writer_loaded *loaded, void *user)
{
	struct writer_load *load = vt_must(calloc(1, sizeof *load));
	*load = (struct writer_load){ .loaded = loaded, .user = user, .unit_id = unit_id };
	struct job *job = job_new(JOB_LOAD);
	job->load = load;
	uv_mutex_lock(&writer->lock);
	push(&writer->queue, job);
	uv_cond_signal(&writer->wake);
	uv_mutex_unlock(&writer->lock);
	return load;
}

void writer_load_cancel(struct writer_load *load)
{
	if (load)
		load->loaded = NULL;
}

void writer_retire(struct writer *writer, const uint64_t *keep_ids, size_t len)
{
	struct job *job = job_new(JOB_RETIRE);
	job->ids = vt_must(calloc(len + 1, sizeof *job->ids));
	memcpy(job->ids, keep_ids, len * sizeof *job->ids);
	job->ids_len = len;
	uv_mutex_lock(&writer->lock);
	push(&writer->queue, job);
	uv_cond_signal(&writer->wake);
	uv_mutex_unlock(&writer->lock);
}

void writer_heartbeat(struct writer *writer, int64_t at_ms, struct vt_str json)
{
	uv_mutex_lock(&writer->lock);
	vt_buf_clear(&writer->heartbeat);
	vt_buf_str(&writer->heartbeat, json);
	writer->heartbeat_at_ms = at_ms;
	uv_cond_signal(&writer->wake);
	uv_mutex_unlock(&writer->lock);
}

void writer_retention(struct writer *writer, const struct vt_retention *retention)
{
	uv_mutex_lock(&writer->lock);
	writer->retention = *retention;
	uv_mutex_unlock(&writer->lock);
}

struct writer_figures writer_figures(struct writer *writer)
{
	uv_mutex_lock(&writer->lock);
	struct writer_figures figures = writer->figures;
	writer->figures.commit_max_ms = 0;
	uv_mutex_unlock(&writer->lock);
	return figures;
}
