/* SPDX-License-Identifier: MIT
 * vpntriage-web as a process: options, configuration, signals.
 */
#ifndef WEB_PROGRAM_H
#define WEB_PROGRAM_H

/* Runs until SIGTERM or SIGINT; answers the exit code (common/exit_code.h). */
int program_run(int argc, char **argv);

#endif
