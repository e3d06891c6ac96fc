/* SPDX-License-Identifier: MIT
 * Row structs to parameters and columns to row structs, by name.
 */
#include "config.h"

#include "store/db.h"

#include <stdio.h>

#define DEVICE(kind, member)                                                                                           \
	{                                                                                                              \
#member, FIELD_##kind, offsetof(struct vt_device_row, member)                                          \
	}
static const struct field device_list[] = {
	DEVICE(ID, id),
	DEVICE(KEY, name),
	DEVICE(KEY, context),
	DEVICE(TEXT, address),
	DEVICE(DEVICE_STATE, state),
	DEVICE(TIME, state_since_ms),
	DEVICE(TEXT, error),
	DEVICE(TIME, last_poll_at_ms),
	DEVICE(TIME, last_try_at_ms),
	DEVICE(TIME, next_poll_at_ms),
	DEVICE(TEXT, version),
	DEVICE(TEXT, hardware),
	DEVICE(TEXT, serial),
	DEVICE(TEXT, hostname),
	DEVICE(TIME, booted_at_ms),
	DEVICE(TEXT, failover_role),
	DEVICE(TEXT, failover_unit),
	DEVICE(TEXT, config_modified_by),
	DEVICE(TEXT, config_modified_at),
	DEVICE(SKEW, clock_skew_ms),
	DEVICE(NUMBER, cpu_percent),
	DEVICE(NUMBER, commands),
	DEVICE(NUMBER, bytes),
	DEVICE(NUMBER, cli_ms),
	DEVICE(NUMBER, polls),
	DEVICE(NUMBER, failures),
	DEVICE(NUMBER, last_commands),
	DEVICE(NUMBER, last_bytes),
	DEVICE(NUMBER, last_cli_ms),
	DEVICE(NUMBER, lines),
	DEVICE(NUMBER, lines_skipped),
	DEVICE(NUMBER, capacity_tunnels),
};

#define TUNNEL(kind, member)                                                                                           \
	{                                                                                                              \
#member, FIELD_##kind, offsetof(struct vt_tunnel_row, member)                                          \
	}
static const struct field tunnel_list[] = {
	TUNNEL(ID, id),
	TUNNEL(ID, device_id),
	TUNNEL(KEY, device),
	TUNNEL(KEY, context),
	TUNNEL(KEY, peer),
	TUNNEL(TEXT, name),
	TUNNEL(TEXT, owner),
	TUNNEL(TEXT, expect),
	TUNNEL(NUMBER, ike_version),
	TUNNEL(TEXT, role),
	TUNNEL(TUNNEL_STATUS, status),
	TUNNEL(TIME, status_since_ms),
	TUNNEL(TEXT, status_reason),
	TUNNEL(TEXT, ike_state),
	TUNNEL(TIME, ike_state_since_ms),
	TUNNEL(BOOL, flapping),
	TUNNEL(NUMBER, session_index),
	TUNNEL(TIME, established_at_ms),
	TUNNEL(TEXT, tunnel_group),
	TUNNEL(TEXT, interface),
	TUNNEL(TEXT, local_endpoint),
	TUNNEL(TEXT, remote_endpoint),
	TUNNEL(TEXT, local_addr),
	TUNNEL(NUMBER, restarts),
	TUNNEL(TIME, first_seen_ms),
	TUNNEL(TIME, last_seen_ms),
	TUNNEL(NUMBER, selectors),
	/* Only read. */
	TUNNEL(ID, other_id),
	TUNNEL(TEXT, other_device),
	TUNNEL(TEXT, other_context),
};

#define SELECTOR(kind, member)                                                                                         \
	{                                                                                                              \
#member, FIELD_##kind, offsetof(struct vt_selector_row, member)                                        \
	}
static const struct field selector_list[] = {
	SELECTOR(ID, id),
	SELECTOR(ID, tunnel_id),
	SELECTOR(ID, device_id),
	SELECTOR(TEXT, local),
	SELECTOR(TEXT, remote),
	SELECTOR(SELECTOR_STATUS, status),
	SELECTOR(TIME, status_since_ms),
	SELECTOR(NUMBER, spi_in),
	SELECTOR(NUMBER, spi_out),
	SELECTOR(TIME, spi_since_ms),
	SELECTOR(TEXT, crypto_map),
	SELECTOR(NUMBER, sequence),
	SELECTOR(NUMBER, rekeys),
	SELECTOR(NUMBER, path_mtu),
};

/* "from" and "to" are words of SQL, so the columns have longer names. device, context and peer are only read. */
#define EVENT(kind, member)                                                                                            \
	{                                                                                                              \
#member, FIELD_##kind, offsetof(struct vt_event_row, member)                                           \
	}
static const struct field event_list[] = {
	EVENT(ID, seq),
	EVENT(TIME, at_ms),
	EVENT(EVENT_KIND, kind),
	EVENT(ID, device_id),
	EVENT(ID, tunnel_id),
	EVENT(ID, selector_id),
	{ "from_state", FIELD_TEXT, offsetof(struct vt_event_row, from) },
	{ "to_state", FIELD_TEXT, offsetof(struct vt_event_row, to) },
	EVENT(TEXT, detail),
	EVENT(KEY, device),
	EVENT(KEY, context),
	EVENT(KEY, peer),
};

#define FINDING(kind, member)                                                                                          \
	{                                                                                                              \
#member, FIELD_##kind, offsetof(struct vt_finding_row, member)                                         \
	}
static const struct field finding_list[] = {
	FINDING(ID, id),        FINDING(ID, device_id),      FINDING(ID, tunnel_id),
	FINDING(KEY, device),   FINDING(KEY, context),       FINDING(KEY, rule),
	FINDING(KEY, fault),    FINDING(SEVERITY, severity), FINDING(CONFIDENCE, confidence),
	FINDING(TEXT, subject), FINDING(TEXT, peer),         FINDING(TEXT, says),
	FINDING(TEXT, advice),  FINDING(TEXT, evidence),     FINDING(TIME, since_ms),
};

#define LEN(array) (sizeof(array) / sizeof *(array))
_Static_assert(LEN(device_list) <= FIELDS_MAX && LEN(tunnel_list) <= FIELDS_MAX && LEN(selector_list) <= FIELDS_MAX &&
		       LEN(event_list) <= FIELDS_MAX && LEN(finding_list) <= FIELDS_MAX,
	       "a statement remembers places for fewer fields");
const struct fields device_fields = { device_list, LEN(device_list) };
const struct fields tunnel_fields = { tunnel_list, LEN(tunnel_list) };
const struct fields selector_fields = { selector_list, LEN(selector_list) };
const struct fields event_fields = { event_list, LEN(event_list) };
const struct fields finding_fields = { finding_list, LEN(finding_list) };

/* ---- binding ---- */

static void bind_text_at(sqlite3_stmt *stmt, int at, struct vt_str text)
{
	if (text.p)
		sqlite3_bind_text64(stmt, at, text.p, text.len, SQLITE_STATIC, SQLITE_UTF8);
	else
		sqlite3_bind_null(stmt, at);
}

static void bind_number_at(sqlite3_stmt *stmt, int at, uint64_t number)
{
	if (number == VT_ABSENT)
		sqlite3_bind_null(stmt, at);
	else
		sqlite3_bind_int64(stmt, at, (int64_t)number);
}

static void bind_field(sqlite3_stmt *stmt, int at, enum field_kind kind, const void *value)
{
	switch (kind) {
	case FIELD_ID:
		sqlite3_bind_int64(stmt, at, (int64_t) * (const uint64_t *)value);
		break;
	case FIELD_NUMBER:
		bind_number_at(stmt, at, *(const uint64_t *)value);
		break;
	case FIELD_TIME:
		sqlite3_bind_int64(stmt, at, *(const int64_t *)value);
		break;
	case FIELD_SKEW:
		if (*(const int64_t *)value == INT64_MIN)
			sqlite3_bind_null(stmt, at);
		else
			sqlite3_bind_int64(stmt, at, *(const int64_t *)value);
		break;
	case FIELD_TEXT:
		bind_text_at(stmt, at, *(const struct vt_str *)value);
		break;
	case FIELD_KEY:
		bind_text_at(stmt, at, ((const struct vt_str *)value)->p ? *(const struct vt_str *)value : VT_STR(""));
		break;
	case FIELD_BOOL:
		sqlite3_bind_int(stmt, at, *(const bool *)value);
		break;
	case FIELD_DEVICE_STATE:
		bind_text_at(stmt, at, vt_str_of(vt_device_state_name(*(const enum vt_device_state *)value)));
		break;
	case FIELD_TUNNEL_STATUS:
		bind_text_at(stmt, at, vt_str_of(vt_tunnel_status_name(*(const enum vt_tunnel_status *)value)));
		break;
	case FIELD_SELECTOR_STATUS:
		bind_text_at(stmt, at, vt_str_of(vt_selector_status_name(*(const enum vt_selector_status *)value)));
		break;
	case FIELD_EVENT_KIND:
		bind_text_at(stmt, at, vt_str_of(vt_event_kind_name(*(const enum vt_event_kind *)value)));
		break;
	case FIELD_SEVERITY:
		sqlite3_bind_int(stmt, at, (int)*(const enum vt_severity *)value);
		break;
	case FIELD_CONFIDENCE:
		bind_text_at(stmt, at, vt_str_of(vt_confidence_name(*(const enum vt_confidence *)value)));
		break;
	}
}

static int parameter_at(const struct statement *statement, const char *name)
{
	char parameter[40];
	snprintf(parameter, sizeof parameter, ":%s", name);
	return sqlite3_bind_parameter_index(statement->stmt, parameter);
}

void bind_row(struct statement *statement, const struct fields *fields, const void *row)
{
	if (statement->bound != fields) {
		for (size_t i = 0; i < fields->len; i++)
			statement->parameter[i] = (signed char)parameter_at(statement, fields->list[i].name);
		statement->bound = fields;
	}
	for (size_t i = 0; i < fields->len; i++)
		if (statement->parameter[i])
			bind_field(statement->stmt, statement->parameter[i], fields->list[i].kind,
				   (const char *)row + fields->list[i].offset);
}

/* `parameter` has its ':' in front, as in the statement. */
void bind_i64(struct statement *statement, const char *parameter, int64_t value)
{
	sqlite3_bind_int64(statement->stmt, sqlite3_bind_parameter_index(statement->stmt, parameter), value);
}

void bind_text(struct statement *statement, const char *parameter, struct vt_str text)
{
	bind_text_at(statement->stmt, sqlite3_bind_parameter_index(statement->stmt, parameter), text);
}

void bind_blob(struct statement *statement, const char *parameter, struct vt_str bytes)
{
	int at = sqlite3_bind_parameter_index(statement->stmt, parameter);
	if (bytes.p)
		sqlite3_bind_blob64(statement->stmt, at, bytes.p, bytes.len, SQLITE_STATIC);
	else
		sqlite3_bind_null(statement->stmt, at);
}

/* ---- reading ---- */

static int column_at(const struct statement *statement, const char *name)
{
	for (int i = sqlite3_column_count(statement->stmt) - 1; i >= 0; i--)
		if (strcmp(sqlite3_column_name(statement->stmt, i), name) == 0)
			return i;
	return -1;
}

/* NULL is absent; the text itself may be empty. */
static struct vt_str text_at(sqlite3_stmt *stmt, int at)
{
	const unsigned char *text = sqlite3_column_text(stmt, at);
	return text ? (struct vt_str){ (const char *)text, (size_t)sqlite3_column_bytes(stmt, at) } : VT_STR_NONE;
}

static bool read_field(sqlite3_stmt *stmt, int at, enum field_kind kind, struct vt_arena *arena, void *value)
{
	bool is_null = sqlite3_column_type(stmt, at) == SQLITE_NULL;
	switch (kind) {
	case FIELD_ID:
	case FIELD_NUMBER:
		*(uint64_t *)value = is_null ? VT_ABSENT : (uint64_t)sqlite3_column_int64(stmt, at);
		return true;
	case FIELD_TIME:
		*(int64_t *)value = sqlite3_column_int64(stmt, at);
		return true;
	case FIELD_SKEW:
		*(int64_t *)value = is_null ? INT64_MIN : sqlite3_column_int64(stmt, at);
		return true;
	case FIELD_TEXT:
		*(struct vt_str *)value = vt_arena_str(arena, text_at(stmt, at));
		return true;
	case FIELD_KEY: {
		struct vt_str text = text_at(stmt, at);
		*(struct vt_str *)value = text.len ? vt_arena_str(arena, text) : VT_STR_NONE;
		return true;
	}
	case FIELD_BOOL:
		*(bool *)value = sqlite3_column_int(stmt, at) != 0;
		return true;
	case FIELD_DEVICE_STATE:
		return vt_device_state_of(text_at(stmt, at), value);
	case FIELD_TUNNEL_STATUS:
		return vt_tunnel_status_of(text_at(stmt, at), value);
	case FIELD_SELECTOR_STATUS:
		return vt_selector_status_of(text_at(stmt, at), value);
	case FIELD_EVENT_KIND:
		return vt_event_kind_of(text_at(stmt, at), value);
	case FIELD_SEVERITY: {
		int severity = sqlite3_column_int(stmt, at);
		*(enum vt_severity *)value = (enum vt_severity)severity;
		return severity >= VT_ADVICE && severity <= VT_FAULT;
	}
	case FIELD_CONFIDENCE:
		return vt_confidence_of(text_at(stmt, at), value);
	}
	return false;
}

bool read_row(struct statement *statement, const struct fields *fields, struct vt_arena *arena, void *row)
{
	if (statement->read != fields) {
		for (size_t i = 0; i < fields->len; i++)
			statement->column[i] = (signed char)column_at(statement, fields->list[i].name);
		statement->read = fields;
	}
	for (size_t i = 0; i < fields->len; i++)
		if (statement->column[i] >= 0 &&
		    !read_field(statement->stmt, statement->column[i], fields->list[i].kind, arena,
				(char *)row + fields->list[i].offset))
			return false;
	return true;
}

int64_t read_i64(struct statement *statement, const char *column)
{
	return sqlite3_column_int64(statement->stmt, column_at(statement, column));
}

struct vt_str read_text(struct statement *statement, const char *column)
{
	return text_at(statement->stmt, column_at(statement, column));
}

struct vt_str read_blob(struct statement *statement, const char *column)
{
	int at = column_at(statement, column);
	const void *bytes = sqlite3_column_blob(statement->stmt, at);
	return (struct vt_str){ bytes, bytes ? (size_t)sqlite3_column_bytes(statement->stmt, at) : 0 };
}
