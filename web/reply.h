/* SPDX-License-Identifier: MIT
 * What is sent back, and the exchange it belongs to.
 *
 * A handler sees a struct exchange: what was asked, who asks, the open database, the time. It fills
 * `reply`, whose body is JSON through `json`, or says what is wrong with problem(). It knows nothing of the HTTP
 * library, so tests and the fuzzer call it without one.
 */
#ifndef WEB_REPLY_H
#define WEB_REPLY_H

#include "json/writer.h"
#include "store/store.h"
#include "web/auth.h"
#include "web/request.h"

enum { REPLY_ETAG_TEXT = 40 };

struct reply {
	unsigned status; /* 200 until something is said */
	const char *type;
	struct vt_buf *body;        /* the worker's, empty at the start */
	struct vt_str asset;        /* sent instead of `body` when p is set; lives as long as the program */
	char etag[REPLY_ETAG_TEXT]; /* empty: none */
	const char *allow;          /* for 405 */
	unsigned retry_after_s;
	bool challenge; /* WWW-Authenticate: Bearer */
};

/* What the process knows about itself, the same for every exchange. */
struct site {
	int64_t started_at_ms;
	/* Replies sent so far by the first digit of their status; counted by the server. */
	_Atomic uint64_t replies[6];
};

struct exchange {
	const struct request *request;
	struct vt_str names[2]; /* what stood in the {} of the route */
	struct auth_client client;
	struct site *site;
	struct vt_arena *arena;      /* until the reply is sent */
	struct vt_store *store;      /* of routes that read the database */
	enum vt_status store_status; /* what its last use answered, when that was a failure */
	struct vt_error store_error;
	int64_t now_ms;
	struct reply reply;
	struct vt_json json; /* writes to reply.body */
};

/* Stable names of what can be wrong: the last part of a problem's `type`. */
enum problem {
	PROBLEM_INVALID_REQUEST,
	PROBLEM_INVALID_PARAMETER,
	PROBLEM_UNAUTHORIZED,
	PROBLEM_FORBIDDEN,
	PROBLEM_NOT_FOUND,
	PROBLEM_METHOD_NOT_ALLOWED,
	PROBLEM_NOT_ACCEPTABLE,
	PROBLEM_CURSOR_EXPIRED,
	PROBLEM_TOO_LARGE,
	PROBLEM_TARGET_TOO_LONG,
	PROBLEM_WRONG_HOST,
	PROBLEM_TOO_MANY_REQUESTS,
	PROBLEM_DATABASE_UNAVAILABLE,
	PROBLEMS,
};

/* Turns the reply into application/problem+json (RFC 9457); what was written before is dropped. */
void problem(struct exchange *x, enum problem problem, const char *format, ...) __attribute__((format(printf, 3, 4)));
const char *problem_name(enum problem problem);
unsigned problem_status(enum problem problem);

/* For a call of the store that did not answer VT_OK: 503 and its sentence; the handle is opened anew next time. */
void problem_of_store(struct exchange *x, enum vt_status status, const struct vt_error *error);

/* Keys whose absent value is null, as the API has it. */
void reply_str(struct exchange *x, const char *key, struct vt_str value);
void reply_u64(struct exchange *x, const char *key, uint64_t value); /* VT_ABSENT is null */
void reply_time(struct exchange *x, const char *key, int64_t at_ms); /* 0 is null */
void reply_seconds(struct exchange *x, const char *key, int64_t ms); /* negative is null; milliseconds are kept */
void reply_age(struct exchange *x, const char *key, int64_t at_ms);  /* seconds since then; 0 is null */
void reply_id(struct exchange *x, const char *key, uint64_t id);     /* 0 is null */
void reply_spi(struct exchange *x, const char *key, uint64_t spi);   /* VT_ABSENT is null */

#endif
