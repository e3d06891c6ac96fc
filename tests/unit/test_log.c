/* SPDX-License-Identifier: MIT
 * The log: levels, the shape of a line, and that nothing a device says breaks it. */
#include "config.h"

#include "daemon/log.h"

#include "tap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct lines {
	unsigned n;
	char last[2048];
};

static void keep(const struct log_record *record, void *user)
{
	struct lines *lines = user;
	lines->n++;
	snprintf(lines->last, sizeof lines->last, "%s %s %s: %s", log_level_name(record->level),
		 log_module_name(record->module), record->device ? record->device : "-", record->text);
}

static void a_handler_gets_what_is_said(void **state)
{
	(void)state;
	struct lines lines = { 0 };
	log_set_handler(keep, &lines);
	log_warning(LOG_SESSION, "fw-edge-1", "login refused (%s)", "wrong password");
	assert_string_equal(lines.last, "warning session fw-edge-1: login refused (wrong password)");
	log_error(LOG_MAIN, NULL, "x");
	assert_string_equal(lines.last, "error main -: x");
	log_notice(LOG_CONF, NULL, "a\nb\r\x1b[31mc\x7f\xc3\xa4");
	assert_string_equal(lines.last, "notice conf -: a.b..[31mc.\xc3\xa4");
	log_set_handler(NULL, NULL);
}

static void a_level_silences_what_is_below(void **state)
{
	(void)state;
	struct lines lines = { 0 };
	enum log_level level;
	log_set_handler(keep, &lines);
	log_set_level(LOG_LEVEL_WARNING);
	log_notice(LOG_MAIN, NULL, "x");
	log_debug(LOG_MAIN, NULL, "x");
	assert_int_equal(lines.n, 0);
	log_warning(LOG_MAIN, NULL, "x");
	assert_int_equal(lines.n, 1);
	log_set_level(LOG_LEVEL_INFO);
	log_set_handler(NULL, NULL);
	for (int i = LOG_LEVEL_ERROR; i <= LOG_LEVEL_DEBUG; i++) {
		assert_true(log_level_parse(log_level_name((enum log_level)i), &level));
		assert_int_equal(level, i);
	}
	assert_false(log_level_parse("loud", &level));
}

/* What arrives on standard error. */
static const char *said(enum log_level level, const char *device, const char *text)
{
	static char line[4096];
	int ends[2], saved = dup(STDERR_FILENO);
	assert_int_equal(pipe(ends), 0);
	dup2(ends[1], STDERR_FILENO);
	log_write(level, LOG_SESSION, device, "%s", text);
	dup2(saved, STDERR_FILENO);
	close(ends[1]);
	ssize_t n = read(ends[0], line, sizeof line - 1);
	line[n > 0 ? n : 0] = '\0';
	close(ends[0]);
	close(saved);
	return line;
}

static void a_line_has_time_level_module_device(void **state)
{
	(void)state;
	unsetenv("JOURNAL_STREAM");
	log_init(LOG_LEVEL_INFO);
	const char *line = said(LOG_LEVEL_NOTICE, "fw1", "up");
	assert_int_equal(strlen(line), strlen("2026-11-23T02:14:05.120Z notice session 'fw1': up\n"));
	assert_string_equal(line + 24, " notice session 'fw1': up\n");
	assert_int_equal(line[10], 'T');
}

static void the_journal_gets_a_priority(void **state)
{
	(void)state;
	setenv("JOURNAL_STREAM", "8:1", 1);
	log_init(LOG_LEVEL_INFO);
	assert_string_equal(said(LOG_LEVEL_ERROR, NULL, "x"), "<3>session: x\n");
	assert_string_equal(said(LOG_LEVEL_INFO, "fw1", "x"), "<6>session 'fw1': x\n");
	unsetenv("JOURNAL_STREAM");
	log_init(LOG_LEVEL_INFO);
}

static void a_long_line_stays_one_line(void **state)
{
	(void)state;
	char text[3000], device[300];
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	memset(device, 'd', sizeof device - 1);
	device[sizeof device - 1] = '\0';
	const char *line = said(LOG_LEVEL_ERROR, device, text);
	assert_true(strlen(line) <= 1024);
	assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
}

UNIT_TESTS(CASE(a_handler_gets_what_is_said), CASE(a_level_silences_what_is_below),
	   CASE(a_line_has_time_level_module_device), CASE(the_journal_gets_a_priority),
	   CASE(a_long_line_stays_one_line))
