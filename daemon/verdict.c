/* SPDX-License-Identifier: MIT
 * What a failed session means.
 */
#include "config.h"

#include "daemon/verdict.h"

#include "daemon/sched.h"

#define MINUTE_MS (60 * INT64_C(1000))
/* The idle time after which an ASA gives a forgotten slot back, by default. */
#define SLOT_MS (5 * MINUTE_MS)
#define RARELY_MS (15 * MINUTE_MS)
/* A refusal that takes longer is the network's, not the device's. */
#define AT_ONCE_MS 2000
/* A connection lost in the middle is tried again this soon, once. */
#define SOON_MS 10000

static struct verdict waiting(const struct verdict_question *q, enum vt_device_state state, int64_t base_ms,
			      int64_t cap_ms)
{
	return (struct verdict){ state, sched_backoff(q->failures, base_ms, cap_ms, q->draw) };
}

static struct verdict unreachable(const struct verdict_question *q)
{
	int64_t cap_ms = q->period_ms > SLOT_MS ? q->period_ms : SLOT_MS;
	return waiting(q, VT_DEVICE_UNREACHABLE, q->period_ms, cap_ms);
}

static struct verdict lost(const struct verdict_question *q)
{
	if (q->failures <= 1 && q->period_ms > SOON_MS)
		return waiting(q, VT_DEVICE_UNREACHABLE, SOON_MS, SOON_MS);
	return unreachable(q);
}

struct verdict verdict_of(const struct verdict_question *q)
{
	bool at_once = !q->logged_in && q->open_ms < AT_ONCE_MS;
	switch (q->status) {
	case VT_E_AUTH:
	case VT_E_ENABLE:
	case VT_E_SECRET_FILE:
		return (struct verdict){ VT_DEVICE_AUTH_FAILED, INT64_MAX };
	case VT_E_HOSTKEY:
		return waiting(q, VT_DEVICE_HOST_KEY_CHANGED, RARELY_MS, RARELY_MS);
	case VT_E_ALGORITHMS:
		return waiting(q, VT_DEVICE_UNREACHABLE, RARELY_MS, RARELY_MS);
	case VT_E_LIMIT:
		return waiting(q, VT_DEVICE_BACKING_OFF, SLOT_MS, RARELY_MS);
	case VT_E_TIMEOUT:
		return q->logged_in ? waiting(q, VT_DEVICE_BACKING_OFF, SLOT_MS, RARELY_MS) : unreachable(q);
	case VT_E_CONNECT:
	case VT_E_CLOSED:
	case VT_E_PROTOCOL:
		if (at_once)
			return waiting(q, q->status == VT_E_CONNECT ? VT_DEVICE_UNREACHABLE : VT_DEVICE_BACKING_OFF,
				       SLOT_MS, RARELY_MS);
		return q->logged_in ? lost(q) : unreachable(q);
	default:
		return unreachable(q);
	}
}
