/* SPDX-License-Identifier: MIT
 * Which handler answers which method and path, and everything that is the same for all of them.
 *
 * A route says its parameters, the type of its answer, the role it needs and whether it reads the database;
 * wrong method, unknown parameter, missing role, unacceptable type, unreadable database and the ETag are dealt with
 * here, once.
 */
#ifndef WEB_ROUTES_H
#define WEB_ROUTES_H

#include "web/database.h"
#include "web/reply.h"

typedef void route_handler(struct exchange *x);

struct route {
	const char *method;
	const char *pattern; /* "/api/v1/tunnels/{}/history" */
	route_handler *handler;
	enum role role;
	enum route_database {
		DATABASE_UNUSED,
		DATABASE_TRIED,  /* x->store is NULL when it cannot be read, and x->store_error says why */
		DATABASE_NEEDED, /* 503 without it; the reply changes with what was committed: it gets an ETag */
	} database;
	const char *type;
	const char *parameters; /* names, with a blank between */
};

/* Ends with a row whose method is NULL. */
extern const struct route routes[];

/* Fills x->reply. `database` is this thread's. */
void routes_answer(struct exchange *x, const struct route *table, struct database *database);

/* The handlers, by file. */
route_handler api_devices, api_device;               /* api_devices.c */
route_handler api_tunnels, api_tunnel;               /* api_tunnels.c */
route_handler api_history;                           /* api_history.c */
route_handler api_timeline, api_config_changes;      /* api_timeline.c */
route_handler api_findings;                          /* api_findings.c */
route_handler api_pair;                              /* api_pair.c */
route_handler api_sheet;                             /* api_sheet.c */
route_handler api_status, health_live, health_ready; /* api_status.c */
route_handler metrics;                               /* metrics.c */
route_handler page_asset;                            /* page.c */

#endif
