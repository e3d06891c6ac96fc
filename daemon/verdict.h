/* SPDX-License-Identifier: MIT
 * What a failed session means: the state to show, and when it is right to knock again.
 *
 * A device has few management slots and may lock an account out; what is polite depends on how it failed:
 *
 *   nobody answers, name not found, too slow to greet    unreachable       again with the next slot, then doubling
 *   TCP refused at once (slots taken, SSH off)           unreachable       5 minutes and more (asa-cli.md §1)
 *   hung up at once (slots taken)                        backing-off       5 minutes and more
 *   a command ran over its limits                        backing-off       5 minutes and more
 *   the connection went in the middle                    unreachable       soon once, then doubling
 *   password or enable refused                           auth-failed       never by itself
 *   the host key is not the pinned one                   host-key-changed  rarely; no password is ever sent
 *   no algorithm in common                               unreachable       rarely; a person must choose a profile
 */
#ifndef DAEMON_VERDICT_H
#define DAEMON_VERDICT_H

#include "base/status.h"
#include "model/rows.h"

struct verdict_question {
	enum vt_status status; /* what ended the session */
	bool logged_in;        /* it had reached its prompt */
	int64_t open_ms;       /* from session_open to the end */
	unsigned failures;     /* in a row, this one included */
	int64_t period_ms;     /* of the fastest cadence */
	uint64_t draw;         /* a random number */
};

struct verdict {
	enum vt_device_state state;
	int64_t wait_ms; /* INT64_MAX: not before a person acted */
};

struct verdict verdict_of(const struct verdict_question *question);

#endif
