/* SPDX-License-Identifier: MIT
 * The life of the file: making it, opening it twice, from another version, damaged, full, by another user, and after
 * kill -9. Every refusal is a sentence.
 */
#include "tests/unit/store_case.h"

#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

/* A look at the file past the store. */
static sqlite3 *raw_open(const char *path)
{
	sqlite3 *db;
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	return db;
}

static void raw_do(const char *path, const char *sql)
{
	sqlite3 *db = raw_open(path);
	char *words = NULL;
	if (sqlite3_exec(db, sql, NULL, NULL, &words) != SQLITE_OK)
		fail_msg("%s: %s", sql, words);
	sqlite3_close(db);
}

static int64_t raw_number(const char *path, const char *sql)
{
	sqlite3 *db = raw_open(path);
	sqlite3_stmt *stmt;
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	int64_t number = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	return number;
}

static void says(const struct vt_error *error, const struct store_case *c, const char *rest)
{
	char want[512];
	snprintf(want, sizeof want, "database \"%s\": %s", c->path, rest);
	assert_string_equal(error->text, want);
}

static enum vt_status commit_number(struct vt_store *store, int64_t number, struct vt_error *error)
{
	struct vt_device_row device = a_device("fra-fw1", at_s(number));
	struct vt_tunnel_row tunnel = a_tunnel(&device, "192.0.2.1", at_s(0));
	struct vt_selector_row selector = a_selector(&tunnel, "10.1.0.0/16", at_s(0));
	struct vt_event_row event = { .at_ms = at_s(number), .kind = VT_EVENT_REKEY, .device_id = device.id };
	const struct vt_sample sample = { selector.id, { (uint64_t)number, 0, 0, 0, 0, 0 } };
	device.polls = (uint64_t)number;
	const struct vt_commit commit = { .at_ms = at_s(number),
					  .device = device,
					  .tunnels = &tunnel,
					  .tunnels_len = 1,
					  .selectors = &selector,
					  .selectors_len = 1,
					  .events = &event,
					  .events_len = 1,
					  .samples = &sample,
					  .samples_len = 1,
					  .interval_ms = 1000,
					  .live_given = true };
	return vt_store_commit(store, &commit, error);
}

/* How many polls the database has committed. */
static uint64_t polls_in(struct store_case *c)
{
	struct vt_device_row *devices;
	size_t len;
	STORE_OK(vt_store_devices(c->store, c->arena, &devices, &len, e));
	return len ? devices[0].polls : 0;
}

/* ---- versions ---- */

static char *file_text(const char *name)
{
	char path[512], *text = calloc(1, 1 << 17);
	snprintf(path, sizeof path, "%s/%s", getenv("top_srcdir") ? getenv("top_srcdir") : ".", name);
	FILE *file = fopen(path, "r");
	assert_non_null(file);
	assert_true(fread(text, 1, (1 << 17) - 1, file) > 0);
	fclose(file);
	return text;
}

/* Without comments, and with blanks only where two words meet: a column that a later migration added stands otherwise
 * in the text than one that was there from the start. */
static void normalise(char *sql)
{
	char *to = sql;
	for (const char *from = sql; *from;) {
		if (from[0] == '-' && from[1] == '-') {
			from += strcspn(from, "\n");
			continue;
		}
		bool blank = *from == ' ' || *from == '\t' || *from == '\n';
		bool joins = to == sql || strchr(" (,", to[-1]);
		if (blank && !joins)
			*to++ = ' ';
		if (!blank) {
			if (to > sql && to[-1] == ' ' && strchr(",)", *from))
				to--;
			*to++ = *from;
		}
		from++;
	}
	*to = '\0';
}

static char *schema_of(sqlite3 *db)
{
	sqlite3_stmt *stmt;
	char *all = calloc(1, 1 << 17);
	assert_int_equal(sqlite3_prepare_v2(db,
					    "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type, name",
					    -1, &stmt, NULL),
			 SQLITE_OK);
	while (sqlite3_step(stmt) == SQLITE_ROW) {
		char *sql = strdup((const char *)sqlite3_column_text(stmt, 0));
		normalise(sql);
		strcat(strcat(all, sql), ";\n");
		free(sql);
	}
	sqlite3_finalize(stmt);
	return all;
}

static void the_readable_schema_is_the_migrated_one(void **state)
{
	(void)state;
	struct store_case c = store_case_begin();
	sqlite3 *migrated = raw_open(c.path), *readable;
	assert_int_equal(sqlite3_open(":memory:", &readable), SQLITE_OK);
	char *text = file_text("sql/schema.sql");
	assert_int_equal(sqlite3_exec(readable, text, NULL, NULL, NULL), SQLITE_OK);
	char *got = schema_of(readable), *want = schema_of(migrated);
	assert_string_equal(got, want);
	sqlite3_close(migrated), sqlite3_close(readable);
	free(text), free(got), free(want);
	store_case_end(&c);
}

static void a_new_file_is_private_and_says_who_made_it(void **state)
{
	(void)state;
	struct store_case c = store_case_begin();
	struct stat st;
	assert_int_equal(stat(c.path, &st), 0);
	assert_int_equal(st.st_mode & 0137, 0); /* nothing beyond 0640 */
	assert_int_equal(raw_number(c.path, "SELECT count(*) FROM migration WHERE applied_at_ms > 1600000000000"),
			 raw_number(c.path, "PRAGMA user_version"));
	store_case_end(&c);
}

static void a_newer_database_is_left_alone(void **state)
{
	(void)state;
	struct store_case c = store_case_begin();
	struct vt_error error;
	struct vt_store *store;
	vt_store_close(c.store);
	c.store = NULL;
	raw_do(c.path, "PRAGMA user_version = 4000");
	assert_int_equal(vt_store_open_writer(c.path, &store, &error), VT_E_DB_NEWER);
	says(&error, &c, "cannot open: it has version 4000 and this program knows versions up to 3");
	assert_int_equal(vt_store_open_reader(c.path, &store, &error), VT_E_DB_NEWER);
	assert_int_equal(raw_number(c.path, "PRAGMA user_version"), 4000);
	store_case_end(&c);
}

static void another_programs_database_is_left_alone(void **state)
{
	(void)state;
	struct store_case c = store_case_begin();
	struct vt_error error;
	struct vt_store *store;
	vt_store_close(c.store);
	c.store = NULL;
	unlink(c.path);
	raw_do(c.path, "CREATE TABLE bookmarks (url)");
	assert_int_equal(vt_store_open_writer(c.path, &store, &error), VT_E_DB);
	says(&error, &c, "cannot open: it is not a database of vpntriage");
	assert_int_equal(raw_number(c.path, "SELECT count(*) FROM sqlite_schema"), 1);
	store_case_end(&c);
}

/* ---- refusals ---- */

static void a_second_writer_is_refused_at_once(void **state)
{
	(void)state;
	struct store_case c = store_case_begin();
	struct vt_error error;
	struct vt_store *store;
	assert_int_equal(vt_store_open_writer(c.path, &store, &error), VT_E_DB_IN_USE);
	says(&error, &c, "cannot open for writing: another vpntriaged is using it");
	STORE_OK(commit_number(c.store, 1, e)); /* the first one does not notice */
	store_case_reopen(&c);
	assert_int_equal(polls_in(&c), 1);
	store_case_end(&c);
}

static void what_is_no_database_is_refused(void **state)
{
	(void)state;
	struct store_case c = store_case_begin();
	struct vt_error error;
	struct vt_store *store;
	vt_store_close(c.store);
	c.store = NULL;
	FILE *file = fopen(c.path, "w");
	for (int i = 0; i < 5000; i++)
		fputs("not a database\n", file);
	fclose(file);
	assert_int_equal(vt_store_open_writer(c.path, &store, &error), VT_E_DB_CORRUPT);
	says(&error, &c, "cannot open: it is damaged or not a database (file is not a database)");
	assert_int_equal(vt_store_open_reader(c.path, &store, &error), VT_E_DB_CORRUPT);
	store_case_end(&c);
}

/* Asks everything a reader can ask. True: something was refused; then as damaged. */
static bool something_is_damaged(struct vt_store *store, struct vt_arena *arena)
{
	const struct vt_tunnel_query page = { .flapping = -1, .limit = 10 };
	const struct vt_event_query newest = { .limit = 10 };
	uint64_t device = vt_device_id(VT_STR("fra-fw1"), VT_STR_NONE),
		 tunnel = vt_tunnel_id(device, VT_STR("192.0.2.1"));
	uint64_t counts[VT_TUNNEL_STATUSES], number;
	struct vt_error error;
	struct vt_unit_rows unit;
	struct vt_device_row *devices;
	struct vt_tunnel_row *tunnels;
	struct vt_event_row *events;
	struct vt_interval *intervals;
	struct vt_series *series;
	size_t len;
	bool more, damaged = false;
	const enum vt_status answers[] = {
		vt_store_devices(store, arena, &devices, &len, &error),
		vt_store_unit(store, device, arena, &unit, &error),
		vt_store_tunnels(store, &page, arena, &tunnels, &len, &more, &error),
		vt_store_counts(store, counts, &number, &error),
		vt_store_history(store, tunnel, at_s(0), at_s(60), 60000, arena, &series, &len, &error),
		vt_store_intervals(store, tunnel, 0, 0, arena, &intervals, &len, &error),
		vt_store_events(store, &newest, arena, &events, &len, &error),
		vt_store_generation(store, &number, &error),
	};
	for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
		assert_true(answers[i] == VT_OK || answers[i] == VT_E_DB_CORRUPT);
		damaged |= answers[i] != VT_OK;
	}
	return damaged;
}

/* Overwrites one page after the other: what is asked is answered or refused with a sentence. */
static void a_damaged_page_is_a_sentence(void **state)
{
	(void)state;
	struct store_case c = store_case_begin();
	struct vt_error error;
	char noise[4096], good[4096];
	off_t page = 1;
	int refused = 0;
	STORE_OK(commit_number(c.store, 1, e));
	vt_store_close(c.store);
	c.store = NULL;
	raw_do(c.path, "PRAGMA wal_checkpoint(TRUNCATE)");
	memset(noise, 0x5a, sizeof noise);
	int fd = open(c.path, O_RDWR);
	for (; pread(fd, good, sizeof good, page * 4096) == (ssize_t)sizeof good; page++) {
		assert_int_equal(pwrite(fd, noise, sizeof noise, page * 4096), (ssize_t)sizeof noise);
		enum vt_status opened = vt_store_open_reader(c.path, &c.store, &error);
		if (opened != VT_OK) {
			assert_int_equal(opened, VT_E_DB_CORRUPT);
			says(&error, &c,
			     "cannot open: it is damaged or not a database (database disk image is malformed)");
		}
		refused += opened != VT_OK || something_is_damaged(c.store, c.arena);
		vt_store_close(c.store);
		c.store = NULL;
		assert_int_equal(pwrite(fd, good, sizeof good, page * 4096), (ssize_t)sizeof good);
	}
	close(fd);
	assert_true(page > 15);
	assert_in_range(refused, 10, page); /* some pages hold what none of these questions is about */
	store_case_end(&c);
}

static void a_damaged_piece_is_a_sentence(void **state)
{
	(void)state;
	struct store_case c = store_case_begin();
	struct vt_error error;
	struct vt_selector_now *rows;
	struct vt_series *series;
	size_t len;
	uint64_t device = vt_device_id(VT_STR("fra-fw1"), VT_STR_NONE),
		 tunnel = vt_tunnel_id(device, VT_STR("192.0.2.1"));
	STORE_OK(commit_number(c.store, 1, e));
	raw_do(c.path, "UPDATE device SET live = x'0201'; UPDATE journal SET samples = x'ffff'");
	assert_int_equal(vt_store_selectors(c.store, tunnel, c.arena, &rows, &len, &error), VT_E_DB_CORRUPT);
	says(&error, &c, "cannot read the counters of a device: it is damaged");
	assert_int_equal(vt_store_history(c.store, tunnel, at_s(0), at_s(60), 60000, c.arena, &series, &len, &error),
			 VT_E_DB_CORRUPT);
	says(&error, &c, "cannot read the journal: it is damaged");
	store_case_end(&c);
}

/* The system lets no file of this process grow beyond a limit: to SQLite a full disk. */
static void a_full_disk_loses_nothing(void **state)
{
	(void)state;
	struct store_case c = store_case_begin();
	struct vt_error error = { 0 };
	STORE_OK(commit_number(c.store, 1, e));
	struct rlimit old, tight;
	getrlimit(RLIMIT_FSIZE, &old);
	tight = old;
	tight.rlim_cur = 400000;
	void (*before)(int) = signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &tight);
	int64_t done = 1;
	enum vt_status status;
	while ((status = commit_number(c.store, done + 1, &error)) == VT_OK && done < 100000)
		done++;
	setrlimit(RLIMIT_FSIZE, &old);
	signal(SIGXFSZ, before);
	assert_true(status == VT_E_DB_FULL || status == VT_E_SYSTEM);
	assert_true(done > 1 && done < 100000);
	assert_int_equal(polls_in(&c), done);
	STORE_OK(commit_number(c.store, done + 1, e)); /* room again: it goes on */
	store_case_reopen(&c);
	assert_int_equal(polls_in(&c), done + 1);
	assert_int_equal(raw_number(c.path, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'"),
			 1);
	store_case_end(&c);
}

/* ---- another user ---- */

enum { SOMEBODY = 65534 };

/* In a child that has given up root: 0 when the reader saw `polls`. */
static int read_as_somebody(const char *path, uint64_t polls, bool may_read)
{
	pid_t child = fork();
	if (child == 0) {
		struct vt_store *store;
		struct vt_error error;
		struct vt_device_row *devices;
		size_t len = 0;
		if (setgid(may_read ? SOMEBODY : SOMEBODY - 1) || setuid(SOMEBODY - 2))
			_exit(9);
		enum vt_status status = vt_store_open_reader(path, &store, &error);
		if (!may_read)
			_exit(status == VT_E_SYSTEM && strstr(error.text, "ermission denied") ? 0 : 8);
		if (status != VT_OK) {
			fprintf(stderr, "# %s\n", error.text);
			_exit(7);
		}
		struct vt_arena *arena = vt_arena_new();
		if (vt_store_devices(store, arena, &devices, &len, &error) != VT_OK)
			_exit(6);
		int wrong = len == 1 && devices[0].polls == polls ? 0 : 5;
		vt_arena_free(arena);
		vt_store_close(store);
		_exit(wrong);
	}
	int how = 0;
	waitpid(child, &how, 0);
	return WIFEXITED(how) ? WEXITSTATUS(how) : 99;
}

/* The group of the file may read; it may write neither the file nor the folder. */
static void a_reader_needs_nothing_but_to_read(void **state)
{
	(void)state;
	struct store_case c = store_case_begin();
	if (geteuid() != 0) {
		store_case_end(&c);
		LEAVE_OUT("only root can become somebody else");
	}
	vt_store_close(c.store);
	assert_int_equal(chown(c.folder, 0, SOMEBODY) | chmod(c.folder, 02750), 0);
	assert_int_equal(chown(c.path, 0, SOMEBODY), 0);
	for (size_t i = 0; i < 2; i++) {
		char path[128];
		snprintf(path, sizeof path, "%s%s", c.path, i ? "-wal" : "-shm");
		unlink(path);
	}
	STORE_OK(vt_store_open_writer(c.path, &c.store, e));
	STORE_OK(commit_number(c.store, 1, e));
	assert_int_equal(read_as_somebody(c.path, 1, true), 0); /* while the daemon runs */
	STORE_OK(commit_number(c.store, 2, e));
	assert_int_equal(read_as_somebody(c.path, 2, true), 0);
	assert_int_equal(read_as_somebody(c.path, 2, false), 0); /* a stranger may not */
	vt_store_close(c.store);
	c.store = NULL;
	assert_int_equal(read_as_somebody(c.path, 2, true), 0); /* and when it does not */
	store_case_end(&c);
}

static void a_file_that_was_removed_takes_nothing_more(void **state)
{
	(void)state;
	struct store_case c = store_case_begin();
	struct vt_error error;
	STORE_OK(commit_number(c.store, 1, e));
	assert_int_equal(unlink(c.path), 0);
	assert_int_equal(commit_number(c.store, 2, &error), VT_E_DB);
	assert_non_null(strstr(error.text, "removed or replaced"));
	store_case_end(&c);
}

static void a_reader_cannot_write(void **state)
{
	(void)state;
	struct store_case c = store_case_begin();
	struct vt_error error;
	struct vt_store *reader;
	STORE_OK(vt_store_open_reader(c.path, &reader, e));
	assert_int_equal(commit_number(reader, 1, &error), VT_E_ARGUMENT);
	says(&error, &c, "cannot write: it is open for reading");
	vt_store_close(reader);
	store_case_end(&c);
}

static void there_is_nothing_to_read_before_there_is_a_database(void **state)
{
	(void)state;
	struct store_case c = store_case_begin();
	struct vt_error error;
	struct vt_store *reader;
	vt_store_close(c.store);
	c.store = NULL;
	unlink(c.path);
	assert_int_equal(vt_store_open_reader(c.path, &reader, &error), VT_E_SYSTEM);
	says(&error, &c, "cannot open: No such file or directory");
	store_case_end(&c);
}

/* ---- kill -9 ---- */

/* Commits for ever; says each number on the pipe once it is committed. */
static _Noreturn void commit_until_killed(const char *path, int64_t number, int pipe_fd)
{
	struct vt_store *store;
	struct vt_error error;
	if (vt_store_open_writer(path, &store, &error) != VT_OK)
		_exit(1);
	for (;; number++) {
		const struct vt_retention keep = { 1, 1, 1, 1 };
		bool more;
		if (commit_number(store, number, &error) != VT_OK ||
		    write(pipe_fd, &number, sizeof number) != sizeof number)
			_exit(2);
		/* Minutes are hours here, so that folding and deleting are interrupted too. */
		if (number % 5 == 0 && vt_store_maintain(store, at_s(number * 600), &keep, &more, &error) != VT_OK)
			_exit(3);
	}
}

static void what_was_acknowledged_survives_kill_9(void **state)
{
	(void)state;
	enum { ROUNDS = 30 };
	struct store_case c = store_case_begin();
	int64_t acknowledged = 0;
	uint64_t random = 99;
	vt_store_close(c.store);
	c.store = NULL;
	for (int round = 0; round < ROUNDS; round++) {
		int ends[2];
		assert_int_equal(pipe(ends), 0);
		pid_t child = fork();
		if (child == 0)
			commit_until_killed(c.path, acknowledged + 1, ends[1]);
		close(ends[1]);
		/* Killed at some moment after some commits: while it commits, checkpoints, folds, or opens. */
		random = random * UINT64_C(6364136223846793005) + 1;
		for (uint64_t left = random >> 58; left > 0; left--)
			assert_int_equal(read(ends[0], &acknowledged, sizeof acknowledged), sizeof acknowledged);
		usleep((useconds_t)(random >> 33) % 3000);
		kill(child, SIGKILL);
		int how;
		waitpid(child, &how, 0);
		assert_true(WIFSIGNALED(how));
		while (read(ends[0], &acknowledged, sizeof acknowledged) == sizeof acknowledged)
			;
		close(ends[0]);
		STORE_OK(vt_store_open_writer(c.path, &c.store, e));
		uint64_t polls = polls_in(&c);
		assert_in_range(polls, acknowledged, acknowledged + 1); /* one may have been committed and not told */
		acknowledged = (int64_t)polls;
		vt_store_close(c.store);
		c.store = NULL;
		assert_int_equal(
			raw_number(c.path, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'"),
			1);
	}
	assert_true(acknowledged > ROUNDS);
	store_case_end(&c);
}

UNIT_TESTS(CASE(the_readable_schema_is_the_migrated_one), CASE(a_new_file_is_private_and_says_who_made_it),
	   CASE(a_newer_database_is_left_alone), CASE(another_programs_database_is_left_alone),
	   CASE(a_second_writer_is_refused_at_once), CASE(what_is_no_database_is_refused),
	   CASE(a_damaged_page_is_a_sentence), CASE(a_damaged_piece_is_a_sentence), CASE(a_full_disk_loses_nothing),
	   CASE(a_reader_needs_nothing_but_to_read), CASE(a_file_that_was_removed_takes_nothing_more),
	   CASE(a_reader_cannot_write), CASE(there_is_nothing_to_read_before_there_is_a_database),
	   CASE(what_was_acknowledged_survives_kill_9))
