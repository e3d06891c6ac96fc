/* SPDX-License-Identifier: MIT
 * What the daemon says to the person who runs it: see log.h.
 */
#include "config.h"

#include "daemon/log.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/timefmt.h"

/* One line, time and names included. A sentence of vt_error is at most 511 bytes. */
#define LINE_BYTES 1024

static const struct {
	const char *name;
	int priority; /* of syslog(3), which systemd reads at the start of a line */
} levels[] = {
	[LOG_LEVEL_ERROR] = { "error", 3 },   [LOG_LEVEL_WARNING] = { "warning", 4 },
	[LOG_LEVEL_NOTICE] = { "notice", 5 }, [LOG_LEVEL_INFO] = { "info", 6 },
	[LOG_LEVEL_DEBUG] = { "debug", 7 },
};

static const char *const modules[LOG_MODULE_COUNT] = {
	[LOG_MAIN] = "main",     [LOG_CONF] = "conf",       [LOG_SESSION] = "session", [LOG_POLLER] = "poller",
	[LOG_WRITER] = "writer", [LOG_CONTROL] = "control", [LOG_RUNNER] = "runner",   [LOG_ALERT] = "alert",
};

static atomic_int wanted = LOG_LEVEL_INFO;
static bool to_journal;
static log_handler *handler;
static void *handler_user;

void log_init(enum log_level level)
{
	log_set_level(level);
	to_journal = getenv("JOURNAL_STREAM") != NULL;
}

void log_set_level(enum log_level level)
{
	atomic_store(&wanted, (int)level);
}

bool log_enabled(enum log_level level)
{
	return (int)level <= atomic_load_explicit(&wanted, memory_order_relaxed);
}

bool log_level_parse(const char *name, enum log_level *level)
{
	for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
		if (strcmp(name, levels[i].name) == 0) {
			*level = (enum log_level)i;
			return true;
		}
	return false;
}

const char *log_level_name(enum log_level level)
{
	return levels[level].name;
}

const char *log_module_name(enum log_module module)
{
	return modules[module];
}

void log_set_handler(log_handler *function, void *user)
{
	handler = function;
	handler_user = user;
}

/* What a device said may be in the sentence; it must not end the line nor move a cursor. UTF-8 stays. */
static void make_printable(char *text)
{
	for (unsigned char *c = (unsigned char *)text; *c; c++)
		if (*c < ' ' || *c == 0x7f)
			*c = '.';
}

static void write_line(const struct log_record *record)
{
	char line[LINE_BYTES], at[VT_TIME_TEXT];
	struct timespec now;
	int n;
	clock_gettime(CLOCK_REALTIME, &now);
	vt_time_format((int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000, at);
	if (to_journal)
		n = snprintf(line, sizeof line, "<%d>%s", levels[record->level].priority, modules[record->module]);
	else
		n = snprintf(line, sizeof line, "%s %s %s", at, levels[record->level].name, modules[record->module]);
	if (record->device)
		n += snprintf(line + n, sizeof line - (size_t)n, " '%.128s'", record->device);
	n += snprintf(line + n, sizeof line - (size_t)n, ": %s", record->text);
	size_t len = (size_t)n < sizeof line ? (size_t)n : sizeof line - 1;
	line[len < sizeof line - 1 ? len++ : sizeof line - 2] = '\n';
	/* Nobody could be told that it failed. */
	ssize_t written = write(STDERR_FILENO, line, len);
	(void)written;
}

void log_vwrite(enum log_level level, enum log_module module, const char *device, const char *format, va_list args)
{
	char text[LINE_BYTES - 256];
	if (!log_enabled(level))
		return;
	vsnprintf(text, sizeof text, format, args);
	make_printable(text);
	struct log_record record = { level, module, device, text };
	if (handler)
		handler(&record, handler_user);
	else
		write_line(&record);
}

void log_write(enum log_level level, enum log_module module, const char *device, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	log_vwrite(level, module, device, format, args);
	va_end(args);
}
