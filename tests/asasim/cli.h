/* SPDX-License-Identifier: MIT
 * One terminal session on a simulated firewall: bytes typed go in, bytes shown come out.
 *
 * Greeting, prompt, echo, pager, enable, filters and error texts live here; what a command prints comes from
 * render.h. The session knows nothing of SSH: sshd.c feeds it and carries `out` to the wire at the speed and in
 * the pieces its quirks ask for.
 */
#ifndef ASASIM_CLI_H
#define ASASIM_CLI_H

#include "render.h"

struct cli_events {
	void *context;
	/* Brings the model to the present before it is looked at. */
	void (*advance)(void *context);
	/* A line was entered (never a password); `mode` is "exec", "enable" or "config". */
	void (*command)(void *context, const char *mode, const char *line);
};

enum cli_state { CLI_LINE, CLI_PASSWORD, CLI_MORE, CLI_HUNG, CLI_CLOSED };

struct cli {
	struct view view;
	struct cli_events events;
	enum cli_state state;
	bool config;
	unsigned pager;
	struct vt_buf line; /* being typed, or the password */
	struct vt_buf out;  /* to the terminal */
	struct vt_buf page; /* text waiting behind a More */
	size_t page_at;
	unsigned password_tries;
	bool last_cr, scrolled;
	unsigned lines_ended; /* for mixed line ends */
	unsigned entered;     /* lines so far */
	uint64_t shown_bytes; /* of the current command */
};

/* Starts with the greeting in `out`. */
struct cli *cli_new(const struct view *view, const struct cli_events *events);
void cli_free(struct cli *cli);
void cli_input(struct cli *cli, const char *bytes, size_t len);
/* All of `out` is on the wire. */
void cli_shown(struct cli *cli);
/* One line for `exec` requests: the greeting and nothing else. */
void cli_greeting_line(struct vt_buf *out);

#endif
