/* SPDX-License-Identifier: MIT
 * One negotiation between two gateways, message by message.
 *
 * A pure function of both ends' configuration and of what the network lets through: it plays the exchange of
 * IKEv1 Main or Aggressive Mode, or of IKEv2, with retransmissions, and writes down which state each end was in
 * from which moment on (a script). What a show command sees during a failing attempt, how long it lives and what
 * each end logs all come out of that play.
 */
#ifndef ASASIM_IKE_H
#define ASASIM_IKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A retransmission every 8 s, three of them, then the SA is given up: an attempt lives 32 s. */
#define IKE_RETRANSMIT_MS 8000
#define IKE_RETRANSMITS 3

struct ike_policy {
	const char *encryption; /* des 3des aes aes-192 aes-256 aes-gcm-256 ... */
	const char *hash;       /* IKEv1 hash, IKEv2 integrity: md5 sha sha256 sha384 sha512 null */
	const char *prf;        /* IKEv2 */
	unsigned group, lifetime_s;
};

struct esp_proposal {
	const char *encryption, *integrity;
	bool transport;
};

enum ike_state {
	IKE_NONE,
	MM_WAIT_MSG2,
	MM_WAIT_MSG3,
	MM_WAIT_MSG4,
	MM_WAIT_MSG5,
	MM_WAIT_MSG6,
	MM_ACTIVE,
	AM_WAIT_MSG2,
	AM_WAIT_MSG3,
	AM_ACTIVE,
	V2_IN_NEG,
	V2_READY,
	IKE_STATES
};
const char *ike_state_name(enum ike_state state);

/* Why an end said or logged something while negotiating. */
enum ike_note {
	NOTE_NONE,
	NOTE_STARTED,         /* initiator: new phase 1 */
	NOTE_TIMED_OUT,       /* gave up in its state */
	NOTE_NOT_ENABLED,     /* responder: IKE is not enabled here */
	NOTE_NO_PROPOSAL,     /* responder: nothing acceptable */
	NOTE_GOT_NO_PROPOSAL, /* initiator: told so */
	NOTE_DUPLICATE,       /* responder: first packet again */
	NOTE_NO_GROUP,        /* responder: no tunnel-group for this address */
	NOTE_BAD_DECRYPT,     /* responder or initiator: undecryptable payload, keys differ */
	NOTE_NAT,             /* NAT detected */
	NOTE_AUTH_FAILED,     /* IKEv2 */
	NOTE_ANSWERED_ONLY,   /* originate-only end refuses to answer */
	NOTE_DONE,
};

struct ike_side {
	bool reachable;  /* something with an IKE process sits at the address */
	bool enabled;    /* this IKE version, on this interface */
	bool answers;    /* not originate-only */
	bool knows_peer; /* a tunnel-group with a key for the address it sees */
	bool nat_t;
	const char *key_local, *key_remote; /* for this peer; NULL without tunnel-group */
	const struct ike_policy *policies;  /* in order of priority */
	size_t n_policies;
};

struct ike_path {
	/* [0] from initiator to responder, [1] back */
	bool udp500[2], udp4500[2];
	uint32_t loss_ppm[2];
	unsigned latency_ms;
	bool nat; /* an address is translated on the way */
};

struct ike_step {
	uint32_t at_ms; /* since the attempt began */
	uint8_t side;   /* 0 initiator, 1 responder */
	uint8_t state;  /* enum ike_state from now on */
	uint8_t note;   /* enum ike_note */
	bool known;     /* this side has matched the peer to a tunnel-group */
};

#define IKE_STEPS 48

struct ike_script {
	struct ike_step step[IKE_STEPS];
	size_t n;
	bool established[2];
	bool floated; /* went on over UDP 4500 */
	struct ike_policy policy;
	unsigned lifetime_s[2];
	uint32_t ends_at_ms;
};

/* `draw` seeds the losses. Never fails; the script always ends with both sides established or idle. */
void ike_negotiate(unsigned version, bool aggressive, const struct ike_side side[2], const struct ike_path *path,
		   uint64_t draw, struct ike_script *script);

/* Same encryption, hash, group (and PRF for IKEv2); lifetimes may differ. */
bool ike_policy_match(unsigned version, const struct ike_policy *a, const struct ike_policy *b);

enum quick_result { QUICK_OK, QUICK_LOST, QUICK_NO_PROPOSAL, QUICK_NO_MAP, QUICK_PFS, QUICK_REFUSED_BY_I };

#endif
