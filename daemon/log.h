/* SPDX-License-Identifier: MIT
 * What the daemon says to the person who runs it: subject, action, reason.
 *
 *     log_warning(LOG_SESSION, "fw-edge-1", "login refused (%s)", error.text);
 *     2026-11-23T02:14:05.120Z warning session 'fw-edge-1': login refused (…)
 *
 * Error: a person acts. Warning: degraded, retrying. Notice: state changed. Info: life cycle. Debug: per step.
 * Changes of state are said, repetitions are counted. Never a secret: `struct secret` has no formatter.
 *
 * One line is one write(2) on standard error, so lines of several threads do not mix. Below systemd (where
 * JOURNAL_STREAM is set) a line starts with its priority, "<4>", and leaves the time to the journal.
 */
#ifndef DAEMON_LOG_H
#define DAEMON_LOG_H

#include <stdarg.h>
#include <stdbool.h>

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_NOTICE, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

enum log_module {
	LOG_MAIN,
	LOG_CONF,
	LOG_SESSION,
	LOG_POLLER,
	LOG_WRITER,
	LOG_CONTROL,
	LOG_RUNNER,
	LOG_ALERT,
	LOG_MODULE_COUNT
};

struct log_record {
	enum log_level level;
	enum log_module module;
	const char *device; /* NULL when it is about none */
	const char *text;   /* one sentence, no line end, no control characters */
};

/* Chooses level and sink; call it before threads start. Without it: info, standard error. */
void log_init(enum log_level level);
void log_set_level(enum log_level level);
/* "error", "warning", "notice", "info", "debug" */
bool log_level_parse(const char *name, enum log_level *level);
const char *log_level_name(enum log_level level);
const char *log_module_name(enum log_module module);
/* For a caller that would work to prepare a debug line. */
bool log_enabled(enum log_level level);

/* Tests take the lines instead of standard error; NULL gives them back. Called on the thread that logs. */
typedef void log_handler(const struct log_record *record, void *user);
void log_set_handler(log_handler *handler, void *user);

void log_write(enum log_level level, enum log_module module, const char *device, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
void log_vwrite(enum log_level level, enum log_module module, const char *device, const char *format, va_list args)
	__attribute__((format(printf, 4, 0)));

#define log_error(module, device, ...) log_write(LOG_LEVEL_ERROR, (module), (device), __VA_ARGS__)
#define log_warning(module, device, ...) log_write(LOG_LEVEL_WARNING, (module), (device), __VA_ARGS__)
#define log_notice(module, device, ...) log_write(LOG_LEVEL_NOTICE, (module), (device), __VA_ARGS__)
#define log_info(module, device, ...) log_write(LOG_LEVEL_INFO, (module), (device), __VA_ARGS__)
#define log_debug(module, device, ...)                                                                                 \
	do {                                                                                                           \
		if (log_enabled(LOG_LEVEL_DEBUG))                                                                      \
			log_write(LOG_LEVEL_DEBUG, (module), (device), __VA_ARGS__);                                   \
	} while (0)

#endif
