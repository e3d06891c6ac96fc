/* SPDX-License-Identifier: MIT
 * GET findings: what the configurations show by themselves, the worst first, with the lines that show it.
 */
#include "config.h"

#include "web/api.h"
#include "web/routes.h"

static void write_finding(struct exchange *x, const struct vt_finding_row *finding)
{
	vt_json_object(&x->json);
	reply_id(x, "id", finding->id);
	reply_str(x, "device", finding->device);
	reply_str(x, "context", finding->context.len ? finding->context : VT_STR_NONE);
	reply_id(x, "tunnel_id", finding->tunnel_id);
	reply_str(x, "rule", finding->rule);
	reply_str(x, "fault", finding->fault);
	vt_json_key_text(&x->json, "severity", vt_severity_name(finding->severity));
	vt_json_key_text(&x->json, "confidence", vt_confidence_name(finding->confidence));
	reply_str(x, "subject", finding->subject);
	reply_str(x, "peer", finding->peer);
	reply_str(x, "says", finding->says);
	reply_str(x, "advice", finding->advice);
	vt_json_key(&x->json, "evidence");
	vt_json_raw(&x->json, finding->evidence); /* the database takes nothing but JSON there */
	reply_time(x, "since", finding->since_ms);
	vt_json_object_end(&x->json);
}

static bool read_query(struct exchange *x, struct vt_finding_query *query)
{
	struct vt_str text;
	enum vt_severity severity;
	*query = (struct vt_finding_query){ .severity = -1 };
	if (request_parameter(x->request, "device", &text) && text.len)
		api_device_parameter(text, &query->device, &query->context);
	request_parameter(x->request, "rule", &query->rule);
	request_parameter(x->request, "fault", &query->fault);
	if (!request_parameter(x->request, "severity", &text))
		return true;
	if (!vt_severity_of(text, &severity)) {
		problem(x, PROBLEM_INVALID_PARAMETER, "severity is one of fault, warning and advice");
		return false;
	}
	query->severity = (int)severity;
	return true;
}

void api_findings(struct exchange *x)
{
	static const char *const filters[] = { "device", "severity", "rule", "fault", NULL };
	struct vt_error error;
	struct vt_finding_query query;
	struct vt_finding_row *rows;
	struct page page;
	size_t len;
	bool more;
	if (!read_query(x, &query) || !page_read(x, CURSOR_FINDINGS, filters, &page))
		return;
	query.after = page.cursor.position;
	query.limit = page.limit;
	enum vt_status status = vt_store_findings(x->store, &query, x->arena, &rows, &len, &more, &error);
	if (status == VT_E_NOT_FOUND) {
		problem(x, PROBLEM_CURSOR_EXPIRED,
			"the finding that ended the page before is no longer there; begin the list again");
		return;
	}
	if (status != VT_OK) {
		problem_of_store(x, status, &error);
		return;
	}
	vt_json_object(&x->json);
	vt_json_key(&x->json, "items");
	vt_json_array(&x->json);
	for (size_t i = 0; i < len; i++)
		write_finding(x, &rows[i]);
	vt_json_array_end(&x->json);
	page_next(x, &page, more, len ? rows[len - 1].id : 0);
	vt_json_object_end(&x->json);
}
