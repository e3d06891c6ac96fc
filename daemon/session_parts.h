/* SPDX-License-Identifier: MIT
 * What the files of a session share; for them alone (session.h is for everybody else).
 *
 *     session.c          the loop's side: the queue, the deadlines, the link, the owner
 *     session_login.c    from the banner to a privileged prompt that does not page
 *     session_command.c  one command after another, what is drained of one that broke a rule, and goodbye
 *     session_talk.c     what all of them do: type, wait for a prompt to stay, give up, leave
 *
 * The name of a function says in which it stands. A callback may free the session: whoever calls one, or a function
 * that may end in one, looks at `gone` before the session is touched again.
 */
#ifndef DAEMON_SESSION_PARTS_H
#define DAEMON_SESSION_PARTS_H

#include "asa/terminal.h"
#include "daemon/link.h"
#include "daemon/session.h"

enum {
	/* How much longer than stable_ms a prompt must stay that stands without the echo in front of it. */
	UNECHOED_FACTOR = 4,
};

struct job {
	struct job *next;
	struct vt_command command;
	session_done *done; /* NULL: one of our own */
	void *user;
};

struct session {
	uv_loop_t *loop;
	uv_timer_t timer;
	uint64_t timer_at;
	struct vt_arena *arena;
	struct session_config config;
	struct session_callbacks callbacks;
	void *user;
	unsigned depth;
	bool gone;      /* session_free() was called */
	bool ending;    /* the results of the queue are being told */
	bool reopen;    /* session_open() was called meanwhile */
	bool closing;   /* session_close() was called: no more commands after the running one */
	bool announced; /* on_ready was called for this login */

	enum session_state state;
	struct link *link;
	char address[SESSION_ADDRESS];
	struct vt_terminal terminal;
	struct vt_prompt prompt; /* the known one */
	struct vt_error why;     /* told by on_closed */
	bool secret_sent;
	unsigned pages, confirms, exits;
	bool pager_off, paged; /* we turned it off; a page came in spite of that */
	unsigned pager_tries;  /* in this context */
	unsigned cut_off;      /* logins in a row that ended after the password */

	/* deadlines in the loop's milliseconds; 0 is none */
	uint64_t limit_at, stable_at, keepalive_at, received_at;
	struct vt_prompt stays; /* the prompt that has to stay until stable_at */
	bool probed;            /* an empty line was typed to see whether it does */

	struct vt_command own; /* typed by the session itself */
	struct job *first, **last, *running;
	struct session_result result; /* of the running one, filled as it goes */
	uint64_t started, state_bytes;
	uint32_t size_hint[VT_CMD_COUNT];
	struct session_figures figures;
};

/* Everything is answered, then the owner is told; the link goes. */
void session_end(struct session *s);

void talk_state(struct session *s, enum session_state state);
void talk_event(struct session *s, enum session_event what, const char *text);
void talk_type(struct session *s, const char *bytes, size_t len);
void talk_empty_line(struct session *s);
/* The only door for commands: what is on the list, byte for byte. */
void talk_command(struct session *s, const struct vt_command *command);
/* A command of our own. */
void talk_own(struct session *s, enum vt_command_id id);
/* The prompt on the screen has to stay that long; then …_on_stable(). */
void talk_wait(struct session *s, uint64_t ms);
/* Notes why the session ends. */
void talk_give_up(struct session *s, enum vt_status status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Leaves for the reason noted, politely where a command line is there to be polite with. */
void talk_leave(struct session *s);
/* Types `exit` once more. */
void talk_exit(struct session *s);

/* A shell is there. */
void login_begin(struct session *s);
void login_pager_off(struct session *s);
void login_on_greeting(struct session *s, enum vt_screen screen);
void login_on_confirm(struct session *s, enum vt_screen screen);
void login_on_enable(struct session *s, enum vt_screen screen);
void login_on_pager(struct session *s, enum vt_screen screen);
void login_on_stable(struct session *s);

/* At a prompt with nothing running: announces a login, types the next command of the queue, or rests. */
void command_next(struct session *s);
/* The running command has its result. */
void command_finish(struct session *s, enum vt_status status, const struct vt_error *error);
/* One of the queue that is not typed any more; takes it. */
void command_unsent(struct session *s, struct job *job);
void command_on_screen(struct session *s, enum vt_screen screen);
void command_on_draining(struct session *s, enum vt_screen screen);
void command_on_leaving(struct session *s, enum vt_screen screen);
void command_on_stable(struct session *s);
/* The running command is at its deadline; false when it got another one, or is being drained. */
bool command_on_limit(struct session *s);

#endif
