/* SPDX-License-Identifier: MIT
 * The allow-list: every text this project may ever type at a firewall.
 *
 * A command is a row of a table: a template with typed arguments. It is made from an id and arguments
 * (vt_command_build) or read back from a text (vt_command_parse), and both accept exactly the same grammar:
 * what one makes, the other reads as the same command. There is no free text in it: an address, a port, a
 * number in a range, or a name made of characters that mean nothing to the command line. Whoever writes to the
 * wire asks vt_command_is_allowed() about the very bytes it is about to send.
 *
 * Source: ../shared/knowledge/asa-cli.md §13 (the guard), §8 (levels), §11 (cost); formats.md (the commands).
 */
#ifndef VT_ASA_COMMAND_H
#define VT_ASA_COMMAND_H

#include "base/addr.h"
#include "base/status.h"
#include "base/str.h"

/* One row each, in the order of the table in command.c. "[…]" is optional. */
enum vt_command_id {
	/* the session itself */
	VT_CMD_ENABLE,           /* enable */
	VT_CMD_TERMINAL_PAGER_0, /* terminal pager 0 */
	VT_CMD_CHANGETO_CONTEXT, /* changeto context CONTEXT */
	VT_CMD_CHANGETO_SYSTEM,  /* changeto system */
	VT_CMD_EXIT,             /* exit */
	/* the device */
	VT_CMD_SHOW_VERSION,
	VT_CMD_SHOW_MODE,
	VT_CMD_SHOW_CONTEXT,
	VT_CMD_SHOW_CURPRIV,
	VT_CMD_SHOW_CLOCK, /* show clock [detail] */
	VT_CMD_SHOW_NTP_STATUS,
	VT_CMD_SHOW_CPU_USAGE,
	VT_CMD_SHOW_FAILOVER,
	VT_CMD_SHOW_FAILOVER_THIS_HOST, /* show failover | include This host */
	VT_CMD_SHOW_LOGGING,
	VT_CMD_SHOW_LOGGING_INCLUDE, /* show logging | include ADDRESS */
	VT_CMD_SHOW_NAMES,
	/* phase 1 */
	VT_CMD_SHOW_CRYPTO_ISAKMP_SA, /* show crypto isakmp sa [detail] */
	VT_CMD_SHOW_ISAKMP_SA,        /* show isakmp sa [detail] (7.x) */
	VT_CMD_SHOW_CRYPTO_IKEV1_SA,  /* show crypto ikev1 sa [detail] */
	VT_CMD_SHOW_CRYPTO_IKEV2_SA,  /* show crypto ikev2 sa [detail] */
	VT_CMD_SHOW_CRYPTO_ISAKMP_STATS,
	VT_CMD_SHOW_CRYPTO_IKEV1_STATS,
	VT_CMD_SHOW_CRYPTO_IKEV2_STATS,
	VT_CMD_SHOW_CRYPTO_PROTOCOL_STATS, /* show crypto protocol statistics all */
	/* phase 2 */
	VT_CMD_SHOW_CRYPTO_IPSEC_SA,          /* show crypto ipsec sa [detail] */
	VT_CMD_SHOW_CRYPTO_IPSEC_SA_PEER,     /* show crypto ipsec sa peer ADDRESS [detail] */
	VT_CMD_SHOW_CRYPTO_IPSEC_SA_INACTIVE, /* show crypto ipsec sa inactive */
	VT_CMD_SHOW_CRYPTO_IPSEC_STATS,
	VT_CMD_SHOW_IPSEC_STATS, /* show ipsec stats (7.x) */
	/* VPN sessions */
	VT_CMD_SHOW_VPN_SESSIONDB, /* show vpn-sessiondb [detail] */
	VT_CMD_SHOW_VPN_SESSIONDB_SUMMARY,
	VT_CMD_SHOW_VPN_SESSIONDB_L2L,         /* show vpn-sessiondb [detail] l2l */
	VT_CMD_SHOW_VPN_SESSIONDB_L2L_ADDRESS, /* show vpn-sessiondb detail l2l filter ipaddress ADDRESS */
	VT_CMD_SHOW_VPN_SESSIONDB_L2L_NAME,    /* show vpn-sessiondb detail l2l filter name TUNNEL_GROUP */
	/* routes, interfaces, data plane */
	VT_CMD_SHOW_ROUTE,
	VT_CMD_SHOW_ROUTE_ADDRESS, /* show route ADDRESS (IPv4) */
	VT_CMD_SHOW_IPV6_ROUTE,
	VT_CMD_SHOW_ARP,
	VT_CMD_SHOW_INTERFACE, /* show interface NAMEIF */
	VT_CMD_SHOW_INTERFACE_IP_BRIEF,
	VT_CMD_SHOW_NAMEIF,
	VT_CMD_SHOW_ASP_DROP,
	VT_CMD_SHOW_ASP_DROP_FRAME,
	VT_CMD_SHOW_ASP_DROP_FLOW,
	VT_CMD_SHOW_ASP_TABLE_VPN_CONTEXT,       /* show asp table vpn-context detail */
	VT_CMD_SHOW_ASP_TABLE_VPN_CONTEXT_BEGIN, /* show asp table vpn-context detail | begin ADDRESS */
	VT_CMD_SHOW_NAT,                         /* show nat [detail] */
	VT_CMD_SHOW_ACCESS_LIST,
	VT_CMD_SHOW_ACCESS_LIST_NAME, /* show access-list ACL */
	VT_CMD_SHOW_CRYPTO_CA_CERTIFICATES,
	/* configuration (keys are masked by the device) */
	VT_CMD_SHOW_RUN, /* show running-config */
	VT_CMD_SHOW_RUN_CRYPTO,
	VT_CMD_SHOW_RUN_CRYPTO_MAP,
	VT_CMD_SHOW_RUN_ALL_CRYPTO_MAP,
	VT_CMD_SHOW_RUN_TUNNEL_GROUP,
	VT_CMD_SHOW_RUN_TUNNEL_GROUP_NAME, /* show running-config tunnel-group TUNNEL_GROUP */
	VT_CMD_SHOW_RUN_ALL_TUNNEL_GROUP,
	VT_CMD_SHOW_RUN_GROUP_POLICY,
	VT_CMD_SHOW_RUN_ALL_GROUP_POLICY,
	VT_CMD_SHOW_RUN_ACCESS_LIST,
	VT_CMD_SHOW_RUN_ACCESS_LIST_NAME, /* show running-config access-list ACL */
	VT_CMD_SHOW_RUN_ACCESS_GROUP,
	VT_CMD_SHOW_RUN_OBJECT,
	VT_CMD_SHOW_RUN_OBJECT_GROUP,
	VT_CMD_SHOW_RUN_NAMES,
	VT_CMD_SHOW_RUN_NAT,
	VT_CMD_SHOW_RUN_STATIC, /* 8.2 and older: static, global, nat-control */
	VT_CMD_SHOW_RUN_GLOBAL,
	VT_CMD_SHOW_RUN_NAT_CONTROL,
	VT_CMD_SHOW_RUN_ALL_SYSOPT,
	VT_CMD_SHOW_RUN_INTERFACE,
	VT_CMD_SHOW_RUN_ROUTE,
	VT_CMD_SHOW_RUN_IPV6,
	VT_CMD_SHOW_RUN_LOGGING,
	VT_CMD_SHOW_RUN_FAILOVER,
	VT_CMD_SHOW_RUN_PROMPT,
	VT_CMD_SHOW_RUN_MANAGEMENT_ACCESS,
	VT_CMD_SHOW_RUN_ISAKMP, /* 8.2 and older */
	/* active: these send packets or start IKE; only in a diagnosis that asks for them */
	VT_CMD_PING,      /* ping [NAMEIF] ADDRESS [repeat N] [size N] [timeout N] [validate] */
	VT_CMD_TRACE_TCP, /* packet-tracer input NAMEIF tcp SRC SPORT DST DPORT [decrypted] [detailed] [xml] */
	VT_CMD_TRACE_UDP,
	VT_CMD_TRACE_ICMP,  /* packet-tracer input NAMEIF icmp SRC TYPE CODE DST … */
	VT_CMD_TRACE_RAWIP, /* packet-tracer input NAMEIF rawip SRC PROTOCOL DST … */
	VT_CMD_COUNT
};

/* What a command costs the device; the poller is polite with it. */
enum vt_command_cost {
	VT_COST_SMALL,   /* a screenful, whatever the size of the box */
	VT_COST_LISTING, /* grows with tunnels, about 1 kB each */
	VT_COST_FULL,    /* grows with selectors, 2 kB each, or is a whole configuration */
	VT_COST_ACTIVE   /* sends packets */
};

/* Which time limit a command runs under; session_limits gives the figures. */
enum vt_command_limit {
	VT_LIMIT_PROMPT, /* enable, pager, changeto, exit */
	VT_LIMIT_CHEAP,
	VT_LIMIT_LISTING, /* and more time as bytes come */
	VT_LIMIT_CONFIG,
	VT_LIMIT_PING, /* its own duration (takes_ms) and a little */
	VT_LIMIT_TRACE
};

/* Arguments by type; a row reads the ones its template names. Zero and absent mean "not given" where a part
 * is optional, and are refused where it is not (ports, ICMP type and code may be zero). */
struct vt_command_args {
	struct vt_addr address;     /* peer, destination of a ping or a route, source of a trace */
	struct vt_addr destination; /* of a trace; same family as address */
	struct vt_str nameif, context, acl, tunnel_group;
	uint16_t source_port, destination_port;
	uint8_t icmp_type, icmp_code, protocol;
	uint32_t repeat;                                 /* 1…100 */
	uint32_t size;                                   /* 28…1500 bytes: a larger one is a way to load a link */
	uint32_t timeout_s;                              /* 1…10 */
	bool detail, validate, decrypted, detailed, xml; /* keywords a row may take at its end or in its middle */
};

#define VT_COMMAND_TEXT 512

/* Made by build or parse only. A value: copy it freely. */
struct vt_command {
	enum vt_command_id id;
	enum vt_command_cost cost;
	enum vt_command_limit limit;
	bool active;       /* packets leave the device, or IKE may start */
	bool shows_log;    /* its output is syslog lines: "%ASA-6-…" in it is an answer, not an interruption */
	uint32_t takes_ms; /* what a ping may legitimately take by itself */
	uint16_t len;
	char text[VT_COMMAND_TEXT]; /* terminated, without line end */
};

/* `args` may be NULL for a row without arguments. VT_E_ARGUMENT names the argument and what was expected;
 * `command` is written on success only. */
enum vt_status vt_command_build(enum vt_command_id id, const struct vt_command_args *args, struct vt_command *command,
				struct vt_error *error);

/* Accepts exactly what build makes: keywords in full and in lower case, one blank between words, addresses and
 * numbers in their canonical spelling, no line end. VT_E_UNKNOWN_COMMAND says what is wrong with it. */
enum vt_status vt_command_parse(struct vt_str text, struct vt_command *command, struct vt_error *error);

/* For the wire: `text` is, byte for byte, a command of the table. */
bool vt_command_is_allowed(struct vt_str text);

/* The row's template ("show crypto ipsec sa peer {address}[ detail]"), as an identifier for people; static. */
const char *vt_command_template(enum vt_command_id id);

static inline struct vt_str vt_command_text(const struct vt_command *command)
{
	return (struct vt_str){ command->text, command->len };
}

/* The whole grammar of names, for whoever reads them from a device before asking with them.
 * A nameif or context that is also a keyword at that place is refused. */
bool vt_nameif_is_valid(struct vt_str s);
bool vt_context_name_is_valid(struct vt_str s);
bool vt_acl_name_is_valid(struct vt_str s);
bool vt_tunnel_group_name_is_valid(struct vt_str s);

#endif
