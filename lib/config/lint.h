/* SPDX-License-Identifier: MIT
 * What one configuration shows by itself: rules L1 to L22 of diagnosis.md section J.
 *
 * A rule speaks only when the sections it needs were read: what is missing from half a configuration is not missing
 * from the device. Rules that need more than the configuration (certificates, licence, failover, who must be up) take
 * it from the input and are silent without it.
 */
#ifndef VT_CONFIG_LINT_H
#define VT_CONFIG_LINT_H

#include "asa/certificates.h"
#include "asa/device_facts.h"
#include "asa/vpn_sessiondb.h"
#include "config/finding.h"
#include "config/resolve.h"

struct vt_lint_input {
	const struct vt_config *config;
	const struct vt_expected *expected; /* of that configuration */
	/* May be absent. */
	const struct vt_addr *must_be_up;
	size_t must_be_up_len;
	const struct vt_version *version;
	const struct vt_failover *failover;
	const struct vt_vpn_sessiondb_summary *summary;
	const struct vt_certificates *certificates;
	int64_t now_ms; /* the device's wall clock, as certificates are dated; 0: unknown, then L19 is silent */
};

/* Appends findings, rule by rule; their texts live in the arena. */
void vt_lint(const struct vt_lint_input *input, struct vt_arena *arena, struct vt_findings *findings);

/* The rules as a table: for the man page, the API and the tests. */
struct vt_lint_rule {
	const char *id, *fault, *title, *advice;
	enum vt_severity severity;
};
extern const struct vt_lint_rule vt_lint_rules[];
extern const size_t vt_lint_rules_len;

#endif
