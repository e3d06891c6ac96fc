/* SPDX-License-Identifier: MIT
 * GET tunnels, GET tunnels/{id}: the state of every tunnel, with its selectors and what flows through them.
 */
#include "config.h"

#include "web/api.h"
#include "web/routes.h"

#include <stdlib.h>

#include "base/addr.h"

/* ---- one selector ---- */

static void rate(struct exchange *x, const char *key, uint64_t milli_per_s)
{
	vt_json_key(&x->json, key);
	if (milli_per_s == VT_ABSENT)
		vt_json_null(&x->json);
	else
		vt_json_double(&x->json, (double)milli_per_s / 1000);
}

static void write_selector(struct exchange *x, const struct vt_selector_now *now)
{
	const struct vt_selector_row *row = &now->row;
	const struct vt_live *live = &now->live;
	vt_json_object(&x->json);
	reply_id(x, "id", row->id);
	reply_str(x, "local", row->local);
	reply_str(x, "remote", row->remote);
	vt_json_key_text(&x->json, "status", vt_selector_status_name(row->status));
	reply_time(x, "status_since", row->status_since_ms);
	reply_spi(x, "spi_in", row->spi_in);
	reply_spi(x, "spi_out", row->spi_out);
	reply_time(x, "spi_since", row->spi_since_ms);
	reply_u64(x, "rekeys", row->rekeys);
	reply_str(x, "crypto_map", row->crypto_map);
	reply_u64(x, "sequence", row->sequence);
	reply_u64(x, "path_mtu", row->path_mtu);
	reply_u64(x, "encaps_pkts", live->counters.encaps_pkts);
	reply_u64(x, "decaps_pkts", live->counters.decaps_pkts);
	reply_u64(x, "tx_bytes", live->counters.tx_bytes);
	reply_u64(x, "rx_bytes", live->counters.rx_bytes);
	reply_u64(x, "send_errors", live->counters.send_errors);
	reply_u64(x, "recv_errors", live->counters.recv_errors);
	vt_json_key(&x->json, "rates"); /* a second, over the last interval */
	vt_json_object(&x->json);
	rate(x, "encaps_pkts", live->per_s.encaps_pkts);
	rate(x, "decaps_pkts", live->per_s.decaps_pkts);
	rate(x, "tx_bytes", live->per_s.tx_bytes);
	rate(x, "rx_bytes", live->per_s.rx_bytes);
	rate(x, "send_errors", live->per_s.send_errors);
	rate(x, "recv_errors", live->per_s.recv_errors);
	vt_json_object_end(&x->json);
	reply_time(x, "last_encaps_at", live->last_encaps_at_ms);
	reply_time(x, "last_decaps_at", live->last_decaps_at_ms);
	reply_time(x, "counters_at", live->counters_at_ms);
	reply_time(x, "bytes_at", live->bytes_at_ms);
	reply_u64(x, "lifetime_left_s", live->lifetime_s);
	reply_u64(x, "lifetime_left_kb", live->lifetime_kb);
	vt_json_object_end(&x->json);
}

/* ---- one tunnel ---- */

static void write_session(struct exchange *x, const struct vt_tunnel_row *tunnel)
{
	vt_json_key(&x->json, "session");
	if (tunnel->established_at_ms == 0) {
		vt_json_null(&x->json);
		return;
	}
	vt_json_object(&x->json);
	reply_u64(x, "index", tunnel->session_index);
	reply_time(x, "established_at", tunnel->established_at_ms);
	reply_age(x, "duration_s", tunnel->established_at_ms);
	vt_json_object_end(&x->json);
}

static void write_other_end(struct exchange *x, const struct vt_tunnel_row *tunnel)
{
	vt_json_key(&x->json, "other_end");
	if (tunnel->other_id == 0) {
		vt_json_null(&x->json);
		return;
	}
	vt_json_object(&x->json);
	reply_str(x, "device", tunnel->other_device);
	reply_str(x, "context", tunnel->other_context.len ? tunnel->other_context : VT_STR_NONE);
	reply_id(x, "tunnel_id", tunnel->other_id);
	vt_json_object_end(&x->json);
}

/* Opens the object and leaves it open: selectors may follow, and then the end. */
static void write_tunnel(struct exchange *x, const struct vt_tunnel_row *tunnel)
{
	vt_json_object(&x->json);
	reply_id(x, "id", tunnel->id);
	reply_str(x, "device", tunnel->device);
	reply_str(x, "context", tunnel->context.len ? tunnel->context : VT_STR_NONE);
	reply_str(x, "peer", tunnel->peer);
	reply_str(x, "name", tunnel->name);
	reply_str(x, "owner", tunnel->owner);
	reply_str(x, "expect", tunnel->expect);
	vt_json_key_text(&x->json, "status", vt_tunnel_status_name(tunnel->status));
	reply_time(x, "status_since", tunnel->status_since_ms);
	reply_str(x, "status_reason", tunnel->status_reason);
	vt_json_key_bool(&x->json, "flapping", tunnel->flapping);
	reply_u64(x, "ike_version", tunnel->ike_version);
	reply_str(x, "role", tunnel->role);
	reply_str(x, "ike_state", tunnel->ike_state);
	reply_time(x, "ike_state_since", tunnel->ike_state_since_ms);
	write_session(x, tunnel);
	reply_u64(x, "restarts", tunnel->restarts);
	reply_str(x, "tunnel_group", tunnel->tunnel_group);
	reply_str(x, "interface", tunnel->interface);
	reply_str(x, "local_endpoint", tunnel->local_endpoint);
	reply_str(x, "remote_endpoint", tunnel->remote_endpoint);
	reply_time(x, "first_seen", tunnel->first_seen_ms);
	reply_time(x, "last_heard", tunnel->last_seen_ms);
	reply_age(x, "stale_s", tunnel->last_seen_ms);
	reply_u64(x, "selectors_up", tunnel->selectors);
	write_other_end(x, tunnel);
	vt_json_key(&x->json, "verdict");
	vt_json_null(&x->json);
}

static void end_tunnel(struct exchange *x, const struct vt_selector_now *selectors, size_t len)
{
	vt_json_key(&x->json, "selectors");
	vt_json_array(&x->json);
	for (size_t i = 0; i < len; i++)
		write_selector(x, &selectors[i]);
	vt_json_array_end(&x->json);
	vt_json_object_end(&x->json);
}

bool api_find_tunnel(struct exchange *x, struct vt_tunnel_row *tunnel)
{
	struct vt_error error;
	uint64_t id;
	if (!request_id(x->names[0], &id)) {
		problem(x, PROBLEM_NOT_FOUND,
			"a tunnel's id is 16 hexadecimal digits, as GET /api/v1/tunnels gives it");
		return false;
	}
	enum vt_status status = vt_store_tunnel(x->store, id, x->arena, tunnel, &error);
	if (status == VT_E_NOT_FOUND)
		problem(x, PROBLEM_NOT_FOUND, "there is no tunnel with this id (any more)");
	else if (status != VT_OK)
		problem_of_store(x, status, &error);
	return status == VT_OK;
}

void api_tunnel(struct exchange *x)
{
	struct vt_error error;
	struct vt_tunnel_row tunnel;
	struct vt_selector_now *selectors;
	size_t len;
	if (!api_find_tunnel(x, &tunnel))
		return;
	enum vt_status status = vt_store_selectors(x->store, tunnel.id, x->arena, &selectors, &len, &error);
	if (status != VT_OK) {
		problem_of_store(x, status, &error);
		return;
	}
	write_tunnel(x, &tunnel);
	end_tunnel(x, selectors, len);
}

/* ---- the list ---- */

/* What a person means by "failing": everything that is broken, and what may be and cannot be seen. */
static const unsigned failing = 1u << VT_TUNNEL_PHASE1_FAILING | 1u << VT_TUNNEL_PHASE2_FAILING |
				1u << VT_TUNNEL_NO_TRAFFIC | 1u << VT_TUNNEL_DOWN | 1u << VT_TUNNEL_UNKNOWN;

/* "up", "up,idle", "failing". */
static bool read_statuses(struct exchange *x, struct vt_str list, unsigned *mask)
{
	while (list.len) {
		ptrdiff_t comma = vt_str_find_char(list, ',');
		struct vt_str name = vt_str_trim(comma < 0 ? list : vt_str_first(list, (size_t)comma));
		enum vt_tunnel_status status;
		if (vt_str_eq(name, VT_STR("failing"))) {
			*mask |= failing;
		} else if (vt_tunnel_status_of(name, &status)) {
			*mask |= 1u << status;
		} else {
			problem(x, PROBLEM_INVALID_PARAMETER,
				"status is one or more, with commas between, of up, idle, negotiating, phase1-failing, "
				"phase2-failing, "
				"no-traffic, down, orphan and unknown; failing stands for all that is or may be "
				"broken");
			return false;
		}
		list = comma < 0 ? VT_STR_NONE : vt_str_from(list, (size_t)comma + 1);
	}
	return true;
}

void api_device_parameter(struct vt_str text, struct vt_str *device, struct vt_str *context)
{
	ptrdiff_t slash = vt_str_find_char(text, '/');
	*device = slash < 0 ? text : vt_str_first(text, (size_t)slash);
	if (slash >= 0)
		*context = vt_str_from(text, (size_t)slash + 1);
}

/* An address in any spelling is looked for in the one that is stored. */
static struct vt_str canonical(struct vt_str peer, struct vt_arena *arena)
{
	struct vt_addr addr;
	char text[VT_ADDR_TEXT];
	if (!vt_addr_parse(peer, &addr))
		return peer;
	return vt_arena_str(arena, (struct vt_str){ text, vt_addr_format(&addr, text) });
}

static bool read_query(struct exchange *x, struct vt_tunnel_query *query)
{
	struct vt_error error;
	struct vt_str text;
	bool flapping = false;
	*query = (struct vt_tunnel_query){ .flapping = -1 };
	if (request_parameter(x->request, "status", &text) && !read_statuses(x, text, &query->status_mask))
		return false;
	if (request_parameter(x->request, "device", &text) && text.len)
		api_device_parameter(text, &query->device, &query->context);
	if (request_parameter(x->request, "peer", &text) && text.len)
		query->peer = canonical(text, x->arena);
	request_parameter(x->request, "q", &query->q);
	if (!parameter_is_good(x, request_bool(x->request, "flapping", &flapping, &error), &error))
		return false;
	if (request_parameter(x->request, "flapping", &text))
		query->flapping = flapping;
	return true;
}

/* The selectors of the tunnels on a page. Neighbours on the page mostly belong to one device: where several do,
 * all selectors of that device are read at once and told apart by a search; a lone tunnel asks for its own. */
struct selector_reader {
	uint64_t device_id; /* whose selectors are in `all`; 0: none */
	struct vt_selector_now *all;
	size_t all_len;
};

enum { WHOLE_DEVICE_FROM = 4 };

static int by_tunnel(const void *a, const void *b)
{
	uint64_t left = ((const struct vt_selector_now *)a)->row.tunnel_id,
		 right = ((const struct vt_selector_now *)b)->row.tunnel_id;
	return (left > right) - (left < right);
}

static int by_tunnel_and_ident(const void *a, const void *b)
{
	const struct vt_selector_row *left = &((const struct vt_selector_now *)a)->row,
				     *right = &((const struct vt_selector_now *)b)->row;
	int order = by_tunnel(a, b);
	if (order == 0)
		order = vt_str_cmp(left->local, right->local);
	return order ? order : vt_str_cmp(left->remote, right->remote);
}

static struct vt_selector_now *find_run(const struct selector_reader *reader, uint64_t tunnel_id, size_t *len)
{
	struct vt_selector_now key = { .row.tunnel_id = tunnel_id }, *first = NULL;
	*len = 0;
	if (reader->all_len)
		first = bsearch(&key, reader->all, reader->all_len, sizeof key, by_tunnel);
	if (!first)
		return NULL;
	while (first > reader->all && first[-1].row.tunnel_id == tunnel_id)
		first--;
	const struct vt_selector_now *end = reader->all + reader->all_len;
	while (first + *len < end && first[*len].row.tunnel_id == tunnel_id)
		++*len;
	return first;
}

static enum vt_status read_selectors(struct exchange *x, struct selector_reader *reader,
				     const struct vt_tunnel_row *rows, size_t left, struct vt_selector_now **selectors,
				     size_t *len, struct vt_error *error)
{
	size_t neighbours = 1;
	while (neighbours < left && rows[neighbours].device_id == rows->device_id)
		neighbours++;
	if (reader->device_id != rows->device_id && neighbours < WHOLE_DEVICE_FROM)
		return vt_store_selectors(x->store, rows->id, x->arena, selectors, len, error);
	if (reader->device_id != rows->device_id) {
		enum vt_status status = vt_store_unit_selectors(x->store, rows->device_id, x->arena, &reader->all,
								&reader->all_len, error);
		if (status != VT_OK)
			return status;
		if (reader->all_len)
			qsort(reader->all, reader->all_len, sizeof *reader->all, by_tunnel_and_ident);
		reader->device_id = rows->device_id;
	}
	*selectors = find_run(reader, rows->id, len);
	return VT_OK;
}

static bool write_list(struct exchange *x, const struct vt_tunnel_row *rows, size_t len, bool with_selectors)
{
	struct vt_error error;
	struct selector_reader reader = { 0 };
	for (size_t i = 0; i < len; i++) {
		struct vt_selector_now *selectors = NULL;
		size_t selectors_len = 0;
		write_tunnel(x, &rows[i]);
		if (!with_selectors) {
			vt_json_object_end(&x->json);
			continue;
		}
		enum vt_status status = read_selectors(x, &reader, rows + i, len - i, &selectors, &selectors_len,
						       &error);
		if (status != VT_OK) {
			problem_of_store(x, status, &error);
			return false;
		}
		end_tunnel(x, selectors, selectors_len);
	}
	return true;
}

void api_tunnels(struct exchange *x)
{
	static const char *const filters[] = { "status", "device", "peer", "q", "flapping", NULL };
	struct vt_error error;
	struct vt_tunnel_query query;
	struct vt_tunnel_row *rows;
	struct page page;
	size_t len;
	bool more, with_selectors = true;
	if (!read_query(x, &query) || !page_read(x, CURSOR_TUNNELS, filters, &page) ||
	    !parameter_is_good(x, request_bool(x->request, "selectors", &with_selectors, &error), &error))
		return;
	query.after = page.cursor.position;
	query.limit = page.limit;
	enum vt_status status = vt_store_tunnels(x->store, &query, x->arena, &rows, &len, &more, &error);
	if (status == VT_E_NOT_FOUND) {
		problem(x, PROBLEM_CURSOR_EXPIRED,
			"the tunnel that ended the page before is no longer there; begin the list again");
		return;
	}
	if (status != VT_OK) {
		problem_of_store(x, status, &error);
		return;
	}
	vt_json_object(&x->json);
	vt_json_key(&x->json, "items");
	vt_json_array(&x->json);
	if (!write_list(x, rows, len, with_selectors))
		return;
	vt_json_array_end(&x->json);
	page_next(x, &page, more, len ? rows[len - 1].id : 0);
	vt_json_object_end(&x->json);
}
