/* SPDX-License-Identifier: MIT
 * The configuration of a unit as the database keeps it, read into the model for the time of one request.
 */
#ifndef WEB_CONFIGURATION_H
#define WEB_CONFIGURATION_H

#include "config/resolve.h"
#include "web/reply.h"

struct configuration {
	const char *source; /* "fra-fw1", "fra-fw1/customer1" */
	struct vt_configuration kept;
	struct vt_config *config; /* NULL: none was read yet */
	struct vt_expected expected;
};

/* The newest one of the unit. A unit without one is VT_OK as well, with `config` NULL; otherwise false, and a problem
 * was said. Released with configuration_free(). */
bool configuration_read(struct exchange *x, uint64_t device_id, struct vt_str device, struct vt_str context,
			struct configuration *configuration);
void configuration_free(struct configuration *configuration);

#endif
