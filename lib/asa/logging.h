/* SPDX-License-Identifier: MIT
 * show logging, and any other text made of syslog messages of an ASA
 *
 * Every message has its frame: time, host, severity, id, text. Messages about VPNs (713xxx, 75xxxx, 402xxx …) have
 * facts beside it, found by rules that are rows of a table by id: what the catalogue of faults asks of them is in
 * diagnosis.md section K. A fact that the text does not hold is absent; the text itself is always there.
 */
#ifndef VT_ASA_LOGGING_H
#define VT_ASA_LOGGING_H

#include "asa/report.h"
#include "base/arena.h"
#include "base/shape.h"
#include "base/status.h"

/* What a message says about a tunnel. A name that stands where an address belongs stays as it is. */
struct vt_syslog_vpn {
	struct vt_str group, username;
	struct vt_str peer;  /* IP = x · Remote:x:500 · the other end of an ESP packet */
	struct vt_str local; /* Local:x:500 */
	uint64_t local_port, peer_port;
	struct vt_str state;                     /* "MM_WAIT_MSG6" of 713136 */
	struct vt_str reason;                    /* of a teardown, an abort */
	struct vt_str notify;                    /* "No proposal chosen" of 713068 */
	struct vt_str local_proxy, remote_proxy; /* "10.1.0.0/255.255.0.0/0/0" as printed */
	struct vt_str interface, crypto_map;
	struct vt_str role;     /* "initiator", "responder" */
	struct vt_str duration; /* "11d 14h:16m:29s" of 113019 */
	uint64_t spi, spi_in, spi_out;
	uint64_t bytes_tx, bytes_rx;
};

struct vt_syslog {
	struct vt_str time; /* as printed: "Aug 15 2019 13:44:38", "2018-06-27T12:17:46Z" */
	int64_t time_ms;    /* the same as if it were UTC; INT64_MIN without year or without time */
	struct vt_str host;
	struct vt_str product; /* "ASA", "PIX", "FTD" */
	uint64_t severity, id;
	struct vt_str text;
	struct vt_syslog_vpn *vpn; /* NULL when the message is not about a tunnel */
	size_t vpn_len;            /* 1 or 0 */
	uint64_t at_line;
};

struct vt_log_setting { /* "Buffer logging": "level warnings, 10003 messages logged" */
	struct vt_str name, value;
	uint64_t messages; /* "… messages logged" */
	struct vt_str level;
};

struct vt_logging {
	int8_t on; /* "Syslog logging: enabled"; -1 not printed */
	struct vt_log_setting *settings;
	size_t settings_len;
	struct vt_syslog *messages;
	size_t messages_len;
};

extern const struct vt_shape vt_logging_shape;

enum vt_status vt_logging_parse(struct vt_str text, struct vt_arena *arena, struct vt_logging *facts,
				struct vt_parse_report *report);

/* One line; false when there is no "%ASA-n-nnnnnn:" in it. `vpn` is filled too; answers through `about_vpn` whether
 * there is anything in it. */
bool vt_syslog_parse(struct vt_str line, struct vt_syslog *message, struct vt_syslog_vpn *vpn, bool *about_vpn);

#endif
