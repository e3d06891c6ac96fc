/* SPDX-License-Identifier: MIT
 * The life of vpntriaged: start, reload, stop.
 */
#ifndef DAEMON_DAEMON_H
#define DAEMON_DAEMON_H

/* How it ended; vpntriaged(8) tells the same. */
enum daemon_exit {
	DAEMON_OK = 0,
	DAEMON_SYSTEM = 1, /* the system refused something: memory, a thread, a folder */
	DAEMON_USAGE = 2,
	DAEMON_NO_CONFIG = 3, /* the configuration file is missing or cannot be read */
	DAEMON_BAD_CONFIG = 4,
	DAEMON_SECRET = 5, /* a secret is missing, or others could read it */
	DAEMON_KNOWN_HOSTS = 6,
	DAEMON_DB_NEWER = 10,
	DAEMON_DB_IN_USE = 11,
	DAEMON_DB_CORRUPT = 12,
	DAEMON_DB_FULL = 13,
	DAEMON_DB = 14, /* it cannot be opened for another reason */
	DAEMON_CONTROL_IN_USE = 15,
	DAEMON_CONTROL = 16,
};

/* Runs until a signal ends it. */
enum daemon_exit daemon_main(int argc, char **argv);

#endif
