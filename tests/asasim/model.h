/* SPDX-License-Identifier: MIT
 * The simulated fleet: what is configured, and what follows from it as time passes.
 *
 * A *gateway* is a firewall that negotiates IPsec: an ASA in single mode, one security context of an ASA, or a
 * foreign peer (a gateway without a command line). A *link* is one tunnel of the world file: two ends, each
 * with its own configuration (struct end_cfg), and the network between them. Nothing is looked up in a table of
 * expected answers: at every moment the state of a link follows from the configuration of both its ends, what
 * the network lets through, and the traffic that wants to pass.
 *
 * The engine is a discrete-event simulation over one heap of links, ordered by (time, link). Everything that
 * happens is a pure function of (world, seed, inputs, world time): asking does not change anything, and advancing
 * in one stride or in a thousand steps ends in the same state. Packets are not events: between two events the
 * counters are an analytic function of the traffic profile.
 */
#ifndef ASASIM_MODEL_H
#define ASASIM_MODEL_H

#include "base/addr.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/scan.h"
#include "base/str.h"

#include "ike.h"

/* Versions whose listings look alike: up to 8.3, 8.4 to 9.1, 9.2 and later, 9.16 and later. */
enum generation { GEN_82, GEN_84, GEN_92, GEN_916 };

enum { AB, BA }; /* directions of a link; also the index of the end that sends */

struct prefix {
	struct vt_addr addr;
	unsigned bits;
};

/* One protected pair of networks, as one end's crypto ACL has it. */
struct pair {
	struct prefix local, remote;
};

enum connection_type { BIDIRECTIONAL, ORIGINATE_ONLY, ANSWER_ONLY };

/* Everything one end's configuration says about one tunnel. */
struct end_cfg {
	unsigned ike; /* 1 or 2 */
	bool ike_enabled;
	struct vt_addr peer;
	const char *psk_local, *psk_remote; /* equal for IKEv1 */
	bool tunnel_group;
	struct ike_policy policy;
	struct esp_proposal esp;
	unsigned pfs; /* DH group, 0 for none */
	unsigned life_s;
	uint64_t life_kb;                      /* 0: unlimited */
	unsigned dpd_threshold_s, dpd_retry_s; /* 0: off */
	unsigned idle_min, session_min;        /* 0: none */
	bool nat_t, aggressive, vti, dynamic;
	enum connection_type connection;
	bool route_to_peer, nat_exempt, inside_route, match_address;
	const char *inside_acl; /* an ACL that denies the tunnel's traffic inside, or NULL */
	const char *vpn_filter; /* a vpn-filter that denies it, or NULL */
	struct pair *pairs;
	size_t n_pairs;
};

/* Demand of one direction: `pps_milli` packets a thousand seconds while on; on/off periods from `phase_ms`. */
struct traffic {
	uint64_t pps_milli;
	uint32_t size_bytes;
	int64_t on_ms, off_ms, phase_ms;
	unsigned own; /* how much of it (0..2 halves) does not wait for the other side's packets to arrive */
};

struct counters {
	uint64_t encaps, decaps;
	uint64_t tx_bytes, rx_bytes;
	uint64_t send_errors, recv_errors;
};

/* One end's half of the SA pair of one selector. */
struct child {
	bool up;
	uint32_t spi_in, spi_out, old_spi_in;
	int64_t since_ms, flow_since_ms, expires_ms, rekeys_ms, kb_expires_ms, old_until_ms, idle_at_ms;
	unsigned number; /* of the Tunnel ID */
	uint32_t conn_id;
	unsigned pfs;
	uint64_t sa_tx0_bytes, sa_rx0_bytes; /* counters when this SA was made: its share of the data lifetime */
	struct counters base;
};

struct selector {
	int64_t next_ms, settled_ms;
	struct traffic dir[2];
	struct pair agreed; /* as the first end names them, while an SA is up */
	struct child end[2];
	int64_t retry_at_ms;  /* no new quick mode before */
	int64_t wanted_ms[2]; /* next packet that finds no SA */
};

/* An established IKE SA as one end sees it. */
struct ike_sa {
	bool up;
	unsigned version;
	bool initiator;
	bool nat;
	bool aggressive;
	struct ike_policy policy;
	int64_t since_ms, expires_ms, rekeys_ms;
	unsigned lifetime_s;
	uint64_t spi_local, spi_remote;
	uint32_t tunnel_id;
	struct vt_addr peer;
};

struct session {
	bool up;
	unsigned index;
	int64_t since_ms;
	unsigned children; /* last Tunnel ID number given */
	uint64_t gone_tx_bytes, gone_rx_bytes;
};

/* A negotiation that one end started, played from its script. */
struct attempt {
	bool running;
	int64_t start_ms;
	size_t next;
	struct ike_script *script;
	enum ike_state state[2]; /* of the initiator, of the responder */
	bool known[2];           /* that side has matched a tunnel-group: L2L, not "user" */
};

/* Why a session ended, in the words of the log. */
enum down_reason {
	DOWN_NONE,
	DOWN_IDLE,
	DOWN_PEER,
	DOWN_LOST,
	DOWN_EXPIRED,
	DOWN_MAX_TIME,
	DOWN_RECONNECTED,
	DOWN_REBOOT,
	DOWN_ADMIN,
	DOWN_NO_MAP,
	DOWN_PHASE2,
};

struct gateway;

struct end {
	struct gateway *gw;
	struct end_cfg base, cfg; /* as the world file has it; with the faults of this moment */
	unsigned seq;             /* of the crypto map entry */
	struct ike_sa ike;
	struct session session;
	struct attempt attempt; /* started by this end */
	int64_t dpd_ms;         /* when this end gives its peer up; INT64_MAX: not in doubt */
	int64_t hold_ms;        /* no new attempt before */
	int64_t doom_ms;        /* the IKE SA of a refused phase 2 goes then */
	enum down_reason doom_why;
};

enum path_kind { PATH_UDP500, PATH_UDP4500, PATH_ESP, PATH_KINDS };

struct link {
	unsigned id;
	const char *name;
	struct end end[2];
	struct selector *sel;
	size_t n_sel;
	bool ipv6; /* between the IPv6 addresses of both ends */
	int nat;   /* the end behind address translation, or -1 */
	struct vt_addr nat_addr;
	unsigned latency_ms;
	/* the network of this moment, by direction of travel */
	bool blocked[2][PATH_KINDS];
	uint32_t loss_ppm[2];
	int64_t next_ms;
	uint64_t serial; /* random draws made so far */
	size_t heap_at;
	unsigned attempts_made;
};

enum log_code {
#define LOG(code, level, id, text) LOG_##code,
#include "syslog.def"
	LOG_CODES
};

struct log_entry {
	int64_t at_ms;
	uint16_t code;
	uint8_t end;
	uint8_t state;
	uint32_t link; /* UINT32_MAX: about the device */
	uint32_t sel;
	uint64_t a, b;
};

#define LOG_RING 512

struct interface {
	const char *hardware, *nameif;
	struct prefix address;
	struct vt_addr standby;
	unsigned security;
};

struct name {
	struct vt_addr addr;
	const char *name;
};

struct device;

/* Packets dropped for want of an SA, and for an SPI the gateway does not know. */
struct drops {
	uint64_t need_sa, invalid_spi;
};

struct gateway {
	struct device *device;        /* NULL: a foreign peer */
	const char *name;             /* as in the world file; "box/customer1" for a context */
	const char *context;          /* NULL in single mode */
	struct interface *interfaces; /* [0] outside, [1] inside */
	size_t n_interfaces;
	struct prefix outside6; /* a second, IPv6 address outside; family 0: none */
	struct vt_addr next_hop;
	struct end **ends; /* filled by model_new; the link is ends[i]'s */
	struct link **links;
	size_t n_ends;
	bool down;
	unsigned last_index;
	unsigned active, peak, cumulative[3]; /* sessions; cumulative by IKE version */
	unsigned active_v[3], peak_v[3];
	unsigned children[2], children_peak[2], children_made[2]; /* IPsec tunnels, by whether over NAT-T */
	struct drops drops;                                       /* settled so far; model_drops() has the rest */
	uint64_t previous_tunnels[3], auth_fails, rejects, p1_fails;
	struct log_entry *ring;
	uint64_t logged;
};

/* The switches of the command line: each is a way real firewalls differ. */
struct quirks {
	const char *algorithms; /* modern | single | legacy | ancient */
	const char *exec;       /* greeting | hang | close */
	const char *banner, *motd;
	const char *enable_mode; /* star | plain | already */
	unsigned enable_refuse;  /* refuse the right password this many times */
	const char *line_end;    /* crlf | crcrlf | mixed */
	unsigned pager;          /* lines; 24 */
	const char **denied;     /* commands that authorization refuses, by prefix */
	size_t n_denied;
	unsigned max_sessions, idle_timeout_s, grace_s;
	unsigned close_after_bytes, hang_after_bytes; /* within one command's output */
	unsigned slow_bytes_s, packet_bytes, delay_ms;
	unsigned huge_bytes; /* show running-config grows to this size */
	bool refuse_tcp, silent_tcp, garbage, host_key_change, scroll_echo, async_syslog, drop_on_failover;
	unsigned auth; /* bits: 1 password, 2 keyboard-interactive, 4 publickey */
	bool names;
};

struct device {
	const char *name, *hostname, *domain, *version, *hardware, *serial;
	enum generation gen;
	bool multi;
	struct gateway **gw; /* one, or one a context */
	size_t n_gw;
	const char *prompt; /* elements: "hostname", "hostname priority state", ... */
	bool pair;
	unsigned active_unit;
	int64_t last_failover_ms;
	bool stateful;
	int64_t unit_since_ms[2], unit_active_ms[2];
	const char *user, *password, *enable, *public_key;
	const char *zone;
	int zone_offset_s, clock_skew_s;
	int64_t boot_ms, back_ms; /* back_ms: when a reboot in progress ends */
	int64_t modified_ms;
	const char *modified_by;
	unsigned cpu;
	struct name *names;
	size_t n_names;
	struct quirks quirks;
	unsigned id;
};

enum fault_kind { FAULT_BLOCK, FAULT_LOSS, FAULT_SET, FAULT_DOWN, FAULT_REBOOT, FAULT_FAILOVER, FAULT_CLEAR };

struct fault {
	enum fault_kind kind;
	const char *name; /* as it was written */
	struct link *link;
	struct gateway *gw;
	struct device *device;
	unsigned ends, dirs, kinds; /* bit masks */
	uint32_t loss_ppm;
	const char *key, *value; /* of FAULT_SET: end_cfg_set() */
	int64_t at_ms, until_ms; /* until 0: for ever */
	bool on, over;
};

struct world {
	struct vt_arena *arena;
	const char *name;
	uint64_t seed;
	int64_t start_ms, history_ms;
	struct device **devices;
	size_t n_devices;
	struct gateway **gateways; /* of devices and foreign, all of them */
	size_t n_gateways;
	struct link **links;
	size_t n_links;
	struct fault **faults;
	size_t n_faults, cap_faults;
	size_t cap_devices, cap_gateways, cap_links;
	struct gateway_index *by_name, *by_address;
};

struct model;

/* Starts the simulation `history_ms` before `start_ms` and lives through it. Borrows the world (and changes it:
 * the runtime state lives in its links and gateways). */
struct model *model_new(struct world *world);
void model_free(struct model *model);
/* Moves world time forward to `now_ms`; earlier is a no-op. */
void model_advance(struct model *model, int64_t now_ms);
int64_t model_now(const struct model *model);
struct world *model_world(struct model *model);

/* Inputs; they take effect at the present world time (or at fault->at_ms when later). `fault` lives in the world's
 * arena. */
void model_inject(struct model *model, struct fault *fault);
/* Ends every fault (or those of one link). */
void model_clear(struct model *model, const struct link *link);
/* A packet for this selector arrives at `end` now (packet-tracer): starts IKE when there is no SA. */
void model_demand(struct model *model, struct link *link, unsigned end, size_t sel);
void model_modified(struct model *model, struct device *device, const char *by);

/* Counters of one end of one selector at the present time. */
struct counters model_counters(const struct model *model, const struct link *link, size_t sel, unsigned end);
/* Packets that matched this end's crypto ACL entry. */
uint64_t model_hits(const struct model *model, const struct link *link, size_t sel, unsigned end);
/* Packets this gateway has dropped up to now. */
struct drops model_drops(const struct model *model, const struct gateway *gw);
/* Last moment a packet passed this child in either direction, at most now. */
int64_t model_last_packet(const struct model *model, const struct link *link, size_t sel, unsigned end);

/* Configuration reading that IKE and the listings share. */
/* The outside address of end `e`, and the one its peer sees (another one behind address translation). */
const struct vt_addr *link_addr(const struct link *link, unsigned e);
const struct vt_addr *link_seen_as(const struct link *link, unsigned e);
size_t gateway_policies(const struct gateway *gw, unsigned ike, struct ike_policy *out, size_t cap);
/* Changes one key of an end's configuration; false with a sentence for an unknown key or value. */
bool end_cfg_set(struct vt_arena *arena, struct end_cfg *cfg, const char *key, const char *value, char *why,
		 size_t room);

const char *log_format(struct model *model, const struct gateway *gw, const struct log_entry *entry,
		       struct vt_buf *out);
unsigned log_level(unsigned code);

/* Pure 64-bit draw from the seed and up to three coordinates. */
uint64_t sim_draw(uint64_t seed, uint64_t a, uint64_t b, uint64_t c);

/* Traffic mathematics. */
uint64_t traffic_count(const struct traffic *t, int64_t at_ms); /* packets sent before at_ms */
int64_t traffic_next(const struct traffic *t,
		     int64_t after_ms); /* first packet later than after_ms; INT64_MAX: never */
int64_t traffic_last(const struct traffic *t, int64_t before_ms); /* last packet not later; INT64_MIN: none */

bool prefix_parse(const char *text, struct prefix *out);
bool prefix_contains(const struct prefix *outer, const struct prefix *inner);
bool prefix_has(const struct prefix *p, const struct vt_addr *addr);

#endif
