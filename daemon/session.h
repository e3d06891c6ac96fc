/* SPDX-License-Identifier: MIT
 * One SSH session to one firewall: log in once, run commands strictly one after another, leave politely.
 *
 * Everything happens on the loop's thread and nothing blocks. The life of a session:
 *
 *     session_new ─▶ session_open ─▶ on_ready ─▶ session_run … ─▶ session_close ─▶ on_closed ─▶ session_free
 *                        ▲                                                             │
 *                        └───────────────────── reopen as often as wanted ─────────────┘
 *
 * After session_open() on_closed comes exactly once, whatever happens, and it is not called from inside
 * session_open(). Every command taken by session_run() is answered exactly once, before on_closed. No
 * callback comes after session_free(). Every function may be called from inside every callback.
 * A session kept open between polls costs one of the device's five slots; the device ends it after its own
 * idle time (5 minutes by default), which arrives as on_closed with VT_E_CLOSED while nothing was running.
 */
#ifndef DAEMON_SESSION_H
#define DAEMON_SESSION_H

#include "asa/command.h"
#include "base/buf.h"
#include "base/status.h"
#include "daemon/algorithms.h"
#include "daemon/hostkey.h"

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

struct secret;
struct session;

enum session_state {
	SESSION_NEW, /* or closed and not reopened */
	SESSION_RESOLVING,
	SESSION_CONNECTING, /* TCP, one address after another */
	SESSION_HANDSHAKE,  /* version exchange, algorithms, key exchange */
	SESSION_HOST_KEY,
	SESSION_AUTH,
	SESSION_CHANNEL,
	SESSION_PTY,
	SESSION_SHELL,
	SESSION_GREETING, /* banner, pages of it, a first prompt that stays */
	SESSION_CONFIRM,  /* an empty line brings the same prompt again */
	SESSION_ENABLE,
	SESSION_PAGER,
	SESSION_READY,
	SESSION_COMMAND,
	SESSION_DRAINING, /* a command ran over a limit: its rest is read and thrown away */
	SESSION_LEAVING,  /* exit was typed */
	SESSION_CLOSED
};
const char *session_state_name(enum session_state state);

/* Time limits in milliseconds; session_limits_default() has the figures of asa-cli.md §11. */
struct session_limits {
	uint32_t connect_ms, auth_ms; /* auth: handshake to shell */
	uint32_t prompt_ms;           /* greeting, enable, pager, changeto */
	uint32_t cheap_ms, listing_ms, config_ms, trace_ms;
	uint32_t ping_extra_ms;       /* on top of repeat × timeout */
	uint32_t listing_bytes_per_s; /* a listing or configuration gets another second for each so many bytes */
	uint32_t silence_ms;          /* between bytes of one output */
	uint32_t stable_ms;           /* a first prompt must stay this long */
	uint32_t drain_ms, leave_ms;
	uint32_t keepalive_ms;   /* an SSH ignore message while idle; 0 = none */
	size_t max_output_bytes; /* of one command; above it VT_E_LIMIT */
};
struct session_limits session_limits_default(void);

/* Texts are copied; secrets are referenced (secret_ref); `pins` must outlive the session. */
struct session_config {
	const char *name;             /* the device, for logs and sentences */
	const char *const *addresses; /* tried in order: addresses or host names */
	size_t n_addresses;
	uint16_t port;
	const char *username;
	struct secret *password;        /* NULL: public key only */
	struct secret *identity;        /* an OpenSSH or PEM private key (SECRET_WHOLE), or NULL */
	struct secret *enable_password; /* NULL: the login must end at '#' by itself */
	struct hostkey_store *pins;
	enum vt_host_keys host_keys;
	enum vt_algorithms algorithms;
	struct session_limits limits;
};

/* Things worth a row in the event table or a line in the log, beside results. */
enum session_event {
	SESSION_EVENT_HOSTKEY_ADDED,  /* text: type and fingerprint */
	SESSION_EVENT_PROMPT_CHANGED, /* text: the new prompt; a failover switch, or a renamed device */
	SESSION_EVENT_NOT_PRIVILEGED, /* text: the prompt, which lost its '#' */
};

struct session_callbacks {
	/* Logged in, privileged, pager off. */
	void (*on_ready)(struct session *session, void *user);
	/* `why->status` is VT_OK after session_close(), otherwise what ended or prevented the session. Retrying is
	 * harmless for VT_E_CONNECT, VT_E_TIMEOUT, VT_E_CLOSED and VT_E_PROTOCOL; pointless and harmful (lockout)
	 * for VT_E_AUTH and VT_E_ENABLE, wrong for VT_E_HOSTKEY, until a person acted. A device that hangs up in the
	 * middle of the login is VT_E_CLOSED once and VT_E_AUTH when it does so again on the same session object. */
	void (*on_closed)(struct session *session, const struct vt_error *why, void *user);
	/* May be NULL. `text` is borrowed for the call. */
	void (*on_event)(struct session *session, enum session_event event, const char *text, void *user);
};

/* The answer to one command; it lives for the length of the callback. The receiver may keep `output` by
 * copying the struct and zeroing the one here: the buffer moves, its bytes are never copied. */
struct session_result {
	const struct vt_command *command;
	enum vt_status status; /* VT_OK; VT_E_DENIED, VT_E_REJECTED: the device answered, this command is not to
				* be had; VT_E_TIMEOUT, VT_E_LIMIT, VT_E_CLOSED, VT_E_PROTOCOL: the session ends */
	struct vt_error error;
	struct vt_buf output; /* what stood between echo and prompt, line ends as the device sent them */
	bool truncated;       /* the prompt was not seen: the rest is missing */
	int64_t started_at_ms, finished_at_ms; /* wall clock: command sent, prompt seen */
	uint64_t elapsed_ms;                   /* monotonic */
	uint64_t bytes, reads;                 /* received in all, echo and prompt included; in so many reads */
	unsigned mores;                        /* pages answered */
	unsigned async_lines;                  /* syslog lines taken out */
	const char *prompt;                    /* behind the output; "" when truncated */
};
typedef void session_done(struct session *session, struct session_result *result, void *user);

/* Never fails; copies what it needs. */
struct session *session_new(uv_loop_t *loop, const struct session_config *config,
			    const struct session_callbacks *callbacks, void *user);
/* Ends it at once if it is open. NULL is fine. */
void session_free(struct session *session);

/* Starts to log in. Nothing happens when it is already open. */
void session_open(struct session *session);
/* Answers what is queued with VT_E_CLOSED, lets a running command finish within its limits, types `exit` and
 * waits for the device to hang up. Then on_closed. */
void session_close(struct session *session);

/* Queues a command (copied). VT_E_CLOSED when the session is not open or is leaving; then `done` is not
 * called. May be called before on_ready. */
enum vt_status session_run(struct session *session, const struct vt_command *command, session_done *done, void *user);
/* Queues `changeto context NAME`, or `changeto system` for NULL. The new prompt is learnt. VT_E_ARGUMENT for a name
 * that cannot be one. A context the device does not have is answered with VT_E_REJECTED. */
enum vt_status session_changeto(struct session *session, const char *context, session_done *done, void *user);

enum session_state session_state(const struct session *session);
/* The address in use or last tried; "" before. */
const char *session_address(const struct session *session);
/* The prompt as last seen; "" before. */
const char *session_prompt(const struct session *session);

/* Since session_new. */
struct session_figures {
	uint64_t logins, commands, mores, async_lines;
	uint64_t rx_bytes, tx_bytes; /* of the shell channel */
	uint64_t reads;              /* from libssh: close to the number of SSH packets */
	uint64_t cli_ms;             /* time the device spent on our commands */
};
struct session_figures session_figures(const struct session *session);

#endif
