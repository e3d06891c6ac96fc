/* SPDX-License-Identifier: MIT
 * What a firewall prints. Every listing is written from the model at its present time, in the format of the
 * device's version generation; lines end in LF here and get their line ends in cli.c.
 */
#ifndef ASASIM_RENDER_H
#define ASASIM_RENDER_H

#include "model.h"

/* Who is looking at what: one security context (or the only one) of one unit of one device. */
struct view {
	struct model *model;
	struct device *device;
	struct gateway *gw; /* NULL: the system execution space */
	unsigned unit;      /* 0 primary, 1 secondary */
	const char *user;
	unsigned level;
	const char *source; /* where the user comes from */
};

bool view_active(const struct view *v);

/* An address as this device prints it: a name where `names` has one. */
const char *addr_text(const struct view *v, const struct vt_addr *addr, char text[64]);
const char *plain_addr(const struct vt_addr *addr, char text[64]);
const char *mask_text(const struct prefix *p, char text[64]);
/* "HH:MM:SS ZONE Www Mmm d yyyy" in the device's own clock. */
const char *clock_text(const struct view *v, int64_t at_ms, bool millis, char text[64]);
/* "10.1.0.0 255.255.0.0", "host 10.1.1.1" or an IPv6 prefix, as an ACE has it. */
const char *ace_text(const struct prefix *p, char text[96]);
/* The selector as end `e` sees it. */
struct pair agreed_pair(const struct selector *sel, unsigned e);
const char *map_name(const struct end *end, char text[64]);
bool end_is_vti(const struct end *end);
unsigned end_index(const struct end *end, const struct link *link);

/* render_crypto.c. `peer`: only this one (NULL: all). */
void render_isakmp_sa(const struct view *v, struct vt_buf *out, bool detail);
void render_ikev1_sa(const struct view *v, struct vt_buf *out, bool detail);
void render_ikev2_sa(const struct view *v, struct vt_buf *out, bool detail);
void render_ipsec_sa(const struct view *v, struct vt_buf *out, const struct vt_addr *peer, bool detail);
void render_ipsec_stats(const struct view *v, struct vt_buf *out);
void render_vpn_context(const struct view *v, struct vt_buf *out);

/* render_sessiondb.c */
void render_sessions(const struct view *v, struct vt_buf *out, const struct vt_addr *peer, const char *name,
		     bool detail);
void render_session_summary(const struct view *v, struct vt_buf *out);

/* render_system.c */
void render_version(const struct view *v, struct vt_buf *out);
void render_mode(const struct view *v, struct vt_buf *out);
void render_context(const struct view *v, struct vt_buf *out);
void render_clock(const struct view *v, struct vt_buf *out, bool detail);
void render_curpriv(const struct view *v, struct vt_buf *out);
void render_cpu(const struct view *v, struct vt_buf *out);
void render_failover(const struct view *v, struct vt_buf *out);
void render_interface_brief(const struct view *v, struct vt_buf *out);
void render_route(const struct view *v, struct vt_buf *out, const struct vt_addr *to);
void render_asp_drop(const struct view *v, struct vt_buf *out);
void render_logging(const struct view *v, struct vt_buf *out);

/* render_config.c */
void render_names(const struct view *v, struct vt_buf *out);
/* `section`: NULL for the whole; false when there is no such section. */
bool render_running(const struct view *v, struct vt_buf *out, const char *section, bool all);
void render_access_list(const struct view *v, struct vt_buf *out, const char *name);
void render_nat(const struct view *v, struct vt_buf *out, bool detail);

/* render_trace.c: these change the world. */
void render_packet_tracer(const struct view *v, struct vt_buf *out, size_t n, char *const *words);
void render_ping(const struct view *v, struct vt_buf *out, size_t n, char *const *words);

#endif
