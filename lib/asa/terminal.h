/* SPDX-License-Identifier: MIT
 * What stands on the screen of a firewall's command line, from nothing but the bytes it sent.
 *
 * There is no frame around an answer: a firewall echoes what was typed, prints, pages, and is done when its
 * prompt stands in the last, unterminated line. The session writes received bytes straight into
 * vt_terminal_room() and asks vt_terminal_feed() what the screen shows now; only the new bytes and the last
 * line are looked at, so a long output costs nothing more than its transport. The echo is cut off when its
 * line is complete, a pager line when it was answered, the prompt when the text is taken; the buffer then
 * moves to its receiver without a copy.
 *
 * Source: ../shared/knowledge/asa-cli.md §5 (prompts), §6 (echo, pager, line ends), §7 (enable), §9 (errors).
 */
#ifndef VT_ASA_TERMINAL_H
#define VT_ASA_TERMINAL_H

#include "base/buf.h"
#include "base/status.h"
#include "base/str.h"

/* ---- prompts ---- */

#define VT_PROMPT_TEXT 256

/*	prompt = element *( "/" element ) [ "(config" … ")" ] ( ">" | "#" )
 * Which element is the host, the context, the unit or its state is the device's own choice. */
struct vt_prompt {
	char text[VT_PROMPT_TEXT]; /* terminated, without the blank behind it; "" for none */
	bool privileged;           /* '#' */
	bool config;               /* inside a configuration mode, where we never go */
};

enum vt_prompt_match {
	VT_PROMPT_OTHER,
	VT_PROMPT_STATE, /* the same but for the failover unit or state ("act", "stby", "pri", …) or '>' for '#' */
	VT_PROMPT_SAME
};

/* One line as it stands on the screen. */
bool vt_prompt_parse(struct vt_str line, struct vt_prompt *prompt);
enum vt_prompt_match vt_prompt_compare(const struct vt_prompt *known, const struct vt_prompt *seen);
/* Prompts of one device, whatever its role and context: they share an element that is not a state. "FW1/pri/act#"
 * becomes "FW1/sec/stby#" at a failover, "FW1/admin#" becomes "FW1/customer1#" by changeto. */
bool vt_prompt_same_device(struct vt_str a, struct vt_str b);

/* ---- the screen ---- */

enum vt_screen {
	VT_SCREEN_WAITING,  /* in the middle of something */
	VT_SCREEN_PAGER,    /* "<--- More --->": type one blank and feed on */
	VT_SCREEN_PASSWORD, /* exactly a password prompt */
	VT_SCREEN_USERNAME,
	VT_SCREEN_PROMPT, /* `seen` and `match` say which */
};

struct vt_terminal {
	struct vt_buf text;
	/* valid after VT_SCREEN_PROMPT */
	struct vt_prompt seen;
	enum vt_prompt_match match; /* against the known prompt; VT_PROMPT_OTHER when none is known */
	/* the echo of what was typed has passed: what stands behind it is the answer to it and not to something earlier
	 */
	bool echoed;
	unsigned mores;

	/* private */
	const struct vt_prompt *known;
	struct vt_str typed;
	size_t line;     /* where the last line begins */
	size_t end;      /* where the answer ends, when a prompt was seen */
	size_t scanned;  /* up to where line ends were looked for */
	size_t searched; /* up to where the echo was looked for */
	bool erasing;    /* the pager was answered; blanking may follow at `line` */
};

/* A new page: forgets the text. `typed` is what was sent without its line end (VT_STR_NONE where no echo is expected,
 * as behind a password); `known` may be NULL. Both are borrowed until the next expect. */
void vt_terminal_expect(struct vt_terminal *terminal, struct vt_str typed, const struct vt_prompt *known);
/* Where up to `n` received bytes are to be written. */
char *vt_terminal_room(struct vt_terminal *terminal, size_t n);
/* `n` bytes were written there. */
enum vt_screen vt_terminal_feed(struct vt_terminal *terminal, size_t n);
/* Drops what is above the last line: for text that nobody wants, however long it gets. */
void vt_terminal_forget(struct vt_terminal *terminal);
/* Moves the answer out: without the prompt in its last line, and without the lines syslog put in between (counted
 * in `async_lines`) unless `keep_log`. The terminal is empty then. */
void vt_terminal_take(struct vt_terminal *terminal, bool keep_log, struct vt_buf *answer, unsigned *async_lines);
/* Wipes and frees: a device may have echoed a password. */
void vt_terminal_clear(struct vt_terminal *terminal);

/* ---- the answer ---- */

/* Whether the device refused instead of answering: VT_E_DENIED (command authorization failed), VT_E_REJECTED (invalid,
 * incomplete or ambiguous input, any other "ERROR:"), or VT_OK. Only what stands before any data counts.
 * `line` is the line that says so. */
enum vt_status vt_answer_refusal(struct vt_str answer, struct vt_str *line);

#endif
