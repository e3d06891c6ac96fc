/* SPDX-License-Identifier: MIT
 * What a client asked for, as views: the target taken apart, and the few header fields that matter.
 *
 * The raw target is read here and not by the HTTP library, because a path is split into segments before it is
 * decoded: `devices/fra-fw1%2Fcustomer1` names one device. Nothing here trusts a byte: a target that does not
 * decode to UTF-8 text without control characters is refused, with a sentence.
 */
#ifndef WEB_REQUEST_H
#define WEB_REQUEST_H

#include "base/arena.h"
#include "base/status.h"

enum {
	REQUEST_MAX_TARGET_BYTES = 8192,
	REQUEST_MAX_SEGMENTS = 8,
	REQUEST_MAX_PARAMETERS = 32,
};

struct request_parameter {
	struct vt_str name, value; /* decoded */
};

struct request {
	struct vt_str method;
	struct vt_str path;                           /* as sent, without the query */
	struct vt_str segments[REQUEST_MAX_SEGMENTS]; /* decoded */
	size_t segments_len;
	struct request_parameter parameters[REQUEST_MAX_PARAMETERS];
	size_t parameters_len;
	/* Header fields; absent ones have p == NULL. */
	struct vt_str accept, accept_encoding, authorization, host, if_none_match;
};

/* Takes the target apart. Decoded text lives in `arena`, the rest are views into `target`. VT_E_ARGUMENT with a
 * sentence; method and header fields are left to the caller. */
enum vt_status request_read_target(struct request *request, struct vt_str target, struct vt_arena *arena,
				   struct vt_error *error);

/* The one parameter of that name; false when it was not given. One given twice is the caller's to refuse
 * (request_is_repeated). */
bool request_parameter(const struct request *request, const char *name, struct vt_str *value);
bool request_is_repeated(const struct request *request, const char *name);

/* Typed readings of one parameter: absent leaves `value` as it is and is VT_OK; otherwise VT_E_ARGUMENT with
 * a sentence that says what would have been right. */
enum vt_status request_u64(const struct request *request, const char *name, uint64_t min, uint64_t max, uint64_t *value,
			   struct vt_error *error);
enum vt_status request_bool(const struct request *request, const char *name, bool *value, struct vt_error *error);
/* RFC 3339, or "-2h": so long before `now_ms`. */
enum vt_status request_time(const struct request *request, const char *name, int64_t now_ms, int64_t *at_ms,
			    struct vt_error *error);
/* "60s", "5m", or whole seconds. */
enum vt_status request_duration(const struct request *request, const char *name, int64_t *ms, struct vt_error *error);

/* Whether an Accept field allows `type` ("application/json"); an absent one allows everything. */
bool request_accepts(struct vt_str accept, struct vt_str type);
/* Whether an Accept-Encoding field asks for `coding` with a weight above 0. */
bool request_accepts_coding(struct vt_str accept_encoding, struct vt_str coding);
/* Whether an If-None-Match field holds this tag (weak comparison) or "*". */
bool request_matches_tag(struct vt_str if_none_match, struct vt_str tag);

/* 16 hexadecimal digits. */
bool request_id(struct vt_str text, uint64_t *id);

#endif
