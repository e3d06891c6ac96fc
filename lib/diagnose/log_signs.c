/* SPDX-License-Identifier: MIT
 * What a log message says about a tunnel: the rows.
 */
#include "diagnose/log_signs.h"

#include <ctype.h>

#define CAUSE VT_SIGN_CAUSE
#define HINT VT_SIGN_HINT

const struct vt_log_sign vt_log_signs[] = {
	/* time line */
	{ 713041, 713041, NULL, VT_SIGN_DEMAND, NULL, 0, "an attempt began here" },
	{ 752003, 752004, NULL, VT_SIGN_DEMAND, NULL, 0, "traffic asked for the tunnel" },
	{ 750001, 750001, NULL, VT_SIGN_DEMAND, NULL, 0, "an attempt began here" },
	{ 713119, 713119, NULL, VT_SIGN_PHASE1_UP, NULL, 0, "phase 1 was completed" },
	{ 713120, 713120, NULL, VT_SIGN_PHASE2_UP, NULL, 0, "phase 2 was completed" },
	{ 713049, 713049, NULL, VT_SIGN_PHASE2_UP, NULL, 0, "phase 2 was completed" },
	{ 750006, 750006, NULL, VT_SIGN_PHASE2_UP, NULL, 0, "the IKEv2 SA came up" },
	{ 602303, 602303, NULL, VT_SIGN_PHASE2_UP, NULL, 0, "an IPsec SA was created" },
	{ 713172, 713172, NULL, VT_SIGN_NAT, NULL, 0, "whether NAT was detected" },
	{ 713136, 713136, NULL, VT_SIGN_TIMEOUT, NULL, 0, "an attempt timed out in this state" },
	/* policies */
	{ 713257, 713257, "Phase 1", CAUSE, "P1-POLICY", VT_CERTAIN, "names the attribute of phase 1 that differs" },
	{ 713257, 713257, "Encapsulation", CAUSE, "P2-MODE", VT_CERTAIN, "names the encapsulation as what differs" },
	{ 713257, 713257, "UDP-Tunnel", CAUSE, "P1-NATT4500", VT_CERTAIN,
	  "one end wants NAT-T and the other does not" },
	{ 713257, 713257, "Group Desc", CAUSE, "P2-PFS", VT_CERTAIN, "names the PFS group as what differs" },
	{ 713257, 713257, "PFS", CAUSE, "P2-PFS", VT_CERTAIN, "names the PFS group as what differs" },
	{ 713257, 713257, "Phase 2", CAUSE, "P2-TSET", VT_CERTAIN, "names the attribute of phase 2 that differs" },
	{ 713902, 713906, "All SA proposals found unacceptable", CAUSE, "P1-POLICY", VT_CERTAIN,
	  "no policy of the other end is acceptable here" },
	{ 713902, 713906, "All IPSec SA proposals found unacceptable", CAUSE, "P2-TSET", VT_CERTAIN,
	  "no transform of the other end is acceptable here" },
	{ 713902, 713906, "un-encrypted NO_PROPOSAL_CHOSEN", CAUSE, "P1-POLICY", VT_STRONG,
	  "the other end refused our proposals, before any encryption" },
	{ 713048, 713048, "Payload ID: 1", HINT, "P1-POLICY", VT_LIKELY, "the SA payload was not accepted" },
	{ 713048, 713048, NULL, HINT, "P1-PSK", VT_LIKELY, "a payload could not be read: decrypted with another key" },
	{ 713122, 713122, NULL, HINT, "FL-DPD", VT_LIKELY, "the ends do not agree on keepalives" },
	{ 752012, 752012, NULL, HINT, "P1-IKEVER", VT_POSSIBLE, "one IKE version was tried without success" },
	{ 752015, 752015, NULL, HINT, "P1-IKEVER", VT_POSSIBLE,
	  "every configured IKE version was tried without success" },
	{ 751008, 751008, NULL, CAUSE, "P1-GPROTO", VT_CERTAIN, "the group-policy does not allow IKEv2" },
	{ 713206, 713206, NULL, CAUSE, "P1-GPROTO", VT_CERTAIN,
	  "tunnel-group and group-policy disagree on the protocol" },
	{ 713195, 713195, NULL, CAUSE, "P1-MODE", VT_CERTAIN, "this end may only originate and was called" },
	{ 713196, 713196, NULL, CAUSE, "P1-MODE", VT_STRONG, "the peer may be originate-only" },
	{ 751016, 751016, NULL, CAUSE, "P1-MODE", VT_STRONG, "the peer may be originate-only" },
	/* who are you */
	{ 713902, 713906, "find a valid tunnel group", CAUSE, "P1-NOTG", VT_CERTAIN,
	  "no tunnel-group here for the address it came from" },
	{ 713138, 713138, NULL, CAUSE, "P1-NOTG", VT_CERTAIN, "no tunnel-group, and no default key" },
	{ 713139, 713139, NULL, HINT, "P1-NOTG", VT_STRONG,
	  "no tunnel-group: the default key is used, which will not fit" },
	{ 751009, 751010, NULL, CAUSE, "P1-NOTG", VT_CERTAIN, "no tunnel-group here for this peer" },
	{ 751002, 751002, NULL, CAUSE, "P1-NOTG", VT_CERTAIN, "the tunnel-group has no key or trustpoint of its own" },
	{ 751004, 751004, NULL, CAUSE, "P1-NOTG", VT_CERTAIN,
	  "the tunnel-group has no authentication for the other end" },
	{ 713902, 713906, "mismatched pre-shared key", CAUSE, "P1-PSK", VT_STRONG,
	  "this end cannot decrypt message 5" },
	{ 713902, 713906, "Removing peer from peer table failed", HINT, "P1-PSK", VT_LIKELY,
	  "an attempt ended before it had a peer" },
	{ 713902, 713906, "Unable to remove PeerTblEntry", HINT, "P1-PSK", VT_LIKELY,
	  "an attempt ended before it had a peer" },
	{ 713187, 713187, NULL, CAUSE, "P1-ID", VT_STRONG, "the identity received is not the one configured" },
	{ 713255, 713255, NULL, HINT, "P1-PEERIP", VT_LIKELY, "an attempt for an unknown group" },
	{ 713062, 713062, NULL, CAUSE, "P1-PEERIP", VT_CERTAIN, "the peer is one of our own addresses" },
	{ 713063, 713063, NULL, CAUSE, "P1-MAPINC", VT_CERTAIN, "no peer is configured for this destination" },
	{ 713109, 713109, NULL, CAUSE, "P1-CERT", VT_STRONG, "the certificate could not be processed" },
	{ 713082, 713083, NULL, CAUSE, "P1-CERT", VT_STRONG, "the certificate could not be retrieved" },
	{ 713098, 713098, NULL, CAUSE, "P1-CERT", VT_CERTAIN, "no identity certificate here" },
	{ 713226, 713226, NULL, CAUSE, "P1-CERT", VT_CERTAIN, "the tunnel-group has no trustpoint" },
	{ 751006, 751006, NULL, CAUSE, "P1-CERT", VT_STRONG, "certificate authentication failed" },
	/* IKEv2: one id, the reason decides; the child is part of the first exchange */
	{ 750003, 750003, "no proposal found in configured policy", CAUSE, "P2-TSET", VT_STRONG,
	  "no IPsec proposal in common" },
	{ 750003, 750003, "no IPSEC policy found", CAUSE, "P2-PROXY", VT_STRONG,
	  "no crypto map entry for the networks asked for" },
	{ 750003, 750003, "find a matching policy", CAUSE, "P1-POLICY", VT_CERTAIN, "no IKEv2 policy in common" },
	{ 750003, 750003, "no proposal chosen", CAUSE, "P1-POLICY", VT_STRONG, "the other end refused our proposals" },
	{ 750003, 750003, "wrong DH group", HINT, "P1-POLICY", VT_POSSIBLE,
	  "a wrong first guess of the group, which is tried again by itself" },
	{ 750003, 750003, "Auth exchange failed", CAUSE, "P1-PSK", VT_STRONG, "authentication failed" },
	{ 750003, 750003, "Failed to authenticate", CAUSE, "P1-PSK", VT_STRONG, "authentication failed" },
	{ 750003, 750003, "receive the AUTH msg", HINT, "P1-PSK", VT_LIKELY,
	  "no answer to the first encrypted message" },
	{ 750003, 750003, "certificate", CAUSE, "P1-CERT", VT_STRONG, "a certificate was refused" },
	{ 750003, 750003, "Create child exchange failed", HINT, "FL-REKEY", VT_LIKELY, "a rekey of a child failed" },
	{ 750003, 750003, "maximum number of retransmissions", HINT, "P1-UNREACH", VT_LIKELY, "nothing was answered" },
	/* protected networks and transforms */
	{ 713061, 713061, NULL, CAUSE, "P2-PROXY", VT_STRONG,
	  "quotes what the other end asked for; no entry here fits" },
	{ 751022, 751022, NULL, CAUSE, "P2-PROXY", VT_STRONG,
	  "quotes what the other end asked for; no entry here fits" },
	{ 713068, 713068, "Invalid ID info", CAUSE, "P2-PROXY", VT_STRONG, "the other end refused our networks" },
	{ 713068, 713068, "No proposal chosen", CAUSE, "P2-TSET", VT_STRONG, "the other end refused our proposals" },
	{ 751027, 751027, NULL, CAUSE, "NT-OVERLAP", VT_STRONG,
	  "the other end got packets outside the agreed networks" },
	{ 713133, 713133, NULL, HINT, "P2-PFS", VT_LIKELY, "the group of phase 2 was overridden" },
	{ 713902, 713906, "correlator table failed", HINT, "P2-PROXY", VT_LIKELY, "phase 2 ended without an SA" },
	{ 713902, 713906, "QM FSM error", HINT, "P2-TSET", VT_POSSIBLE, "phase 2 failed" },
	{ 713223, 713223, NULL, CAUSE, "P2-ACLBIND", VT_CERTAIN, "the entry has no access list" },
	{ 713224, 713224, NULL, CAUSE, "P1-MAPINC", VT_CERTAIN, "the entry is incomplete" },
	{ 713042, 713042, NULL, CAUSE, "P1-MAPINC", VT_CERTAIN, "no policy for this destination" },
	{ 752006, 752006, NULL, CAUSE, "P1-MAPINC", VT_CERTAIN, "the tunnel manager could not hand the request on" },
	{ 713258, 713258, NULL, CAUSE, "P1-MAPIFC", VT_CERTAIN, "phase 2 on one interface, phase 1 on another" },
	{ 713227, 713227, NULL, HINT, "P2-DUPNEG", VT_POSSIBLE, "a negotiation was under way already" },
	{ 713262, 713262, NULL, HINT, "P2-DUPNEG", VT_POSSIBLE, "a negotiation was under way already" },
	/* traffic */
	{ 402114, 402114, NULL, CAUSE, "NT-STALESPI", VT_STRONG, "the other end uses an SPI that we do not have" },
	{ 713117, 713117, NULL, CAUSE, "NT-STALESPI", VT_STRONG, "the other end says that it does not know our SPI" },
	{ 750015, 750015, NULL, CAUSE, "NT-STALESPI", VT_STRONG, "the other end says that it does not know our SPI" },
	{ 402116, 402116, NULL, CAUSE, "NT-NATEX", VT_LIKELY,
	  "the other end sends packets outside the agreed networks" },
	{ 402117, 402117, NULL, CAUSE, "NT-CLEAR", VT_STRONG, "a packet came in clear that should be encrypted" },
	{ 402119, 402119, NULL, CAUSE, "NT-REPLAY", VT_STRONG, "a packet failed the anti-replay check" },
	{ 402120, 402120, NULL, CAUSE, "NT-INTEGRITY", VT_STRONG, "a packet failed authentication" },
	{ 402115, 402115, NULL, CAUSE, "NT-INTEGRITY", VT_LIKELY, "a packet with another protocol than agreed" },
	{ 402130, 402130, NULL, CAUSE, "NT-INTEGRITY", VT_LIKELY, "a packet with wrong padding" },
	/* ends */
	{ 713123, 713123, NULL, VT_SIGN_DOWN, "FL-DPD", VT_LIKELY, "the peer did not answer keepalives" },
	{ 713050, 713050, NULL, VT_SIGN_DOWN, NULL, 0, "a session ended, for this reason" },
	{ 713259, 713259, NULL, VT_SIGN_DOWN, NULL, 0, "a session ended, for this reason" },
	{ 113019, 113019, NULL, VT_SIGN_DOWN, NULL, 0, "a session ended, for this reason" },
	{ 750007, 750007, NULL, VT_SIGN_DOWN, NULL, 0, "a session ended, for this reason" },
	/* the box: these have no peer */
	{ 713191, 713191, NULL, CAUSE, "P1-THROTTLE", VT_STRONG, "too many negotiations at once" },
	{ 713276, 713276, NULL, CAUSE, "P1-THROTTLE", VT_STRONG, "too many negotiations at once" },
	{ 713176, 713176, NULL, CAUSE, "P1-THROTTLE", VT_STRONG, "memory is short" },
	{ 750008, 750009, NULL, CAUSE, "P1-THROTTLE", VT_STRONG, "resources for negotiations are short" },
	{ 751015, 751015, NULL, CAUSE, "P1-THROTTLE", VT_STRONG, "resources for negotiations are short" },
	{ 316001, 316001, NULL, CAUSE, "P1-LICENSE", VT_CERTAIN, "the limit of peers is reached" },
	{ 751019, 751019, NULL, CAUSE, "P1-LICENSE", VT_CERTAIN, "no licence for this session" },
	{ 713239, 713239, NULL, CAUSE, "P1-LICENSE", VT_CERTAIN, "the limit of tunnels is reached" },
	{ 717009, 717009, NULL, CAUSE, "P1-CERT", VT_STRONG, "a certificate failed validation" },
	{ 717027, 717027, NULL, CAUSE, "P1-CERT", VT_STRONG, "a certificate chain failed validation" },
	{ 713235, 713235, NULL, CAUSE, "OK-STANDBY", VT_CERTAIN, "the standby unit tried to send IKE" },
};
const size_t vt_log_signs_len = sizeof vt_log_signs / sizeof *vt_log_signs;

bool vt_text_has(struct vt_str text, const char *word)
{
	size_t len = strlen(word);
	int first = tolower((unsigned char)*word);
	for (size_t i = 0; i + len <= text.len; i++)
		if (tolower((unsigned char)text.p[i]) == first && strncasecmp(text.p + i, word, len) == 0)
			return true;
	return false;
}

const struct vt_log_sign *vt_log_sign_of(const struct vt_syslog *message)
{
	for (size_t i = 0; i < vt_log_signs_len; i++) {
		const struct vt_log_sign *sign = &vt_log_signs[i];
		if (message->id >= sign->from && message->id <= sign->to &&
		    (!sign->text || vt_text_has(message->text, sign->text)))
			return sign;
	}
	return NULL;
}

/* diagnosis.md section G, "reason → cause". */
const char *vt_teardown_fault(struct vt_str reason)
{
	static const struct {
		const char *reason, *fault;
	} rows[] = {
		{ "idle timeout", "FL-IDLE" },
		{ "max time exceeded", "FL-SESSTO" },
		{ "lost carrier", "FL-DPD" },
		{ "lost service", "FL-DPD" },
		{ "dpd", "FL-DPD" },
		{ "sa expired", "FL-REKEY" },
		{ "phase 2 mismatch", "P2-TSET" },
		{ "crypto map policy not found", "P2-PROXY" },
		{ "certificate expired", "P1-CERT" },
		{ "peer address changed", "FL-PEERNAT" },
		{ "peer reconnected", "FL-DUALINIT" },
		{ "administrator reset", "FL-ADMIN" },
		{ "administrator reboot", "FL-RELOAD" },
		{ "administrator shutdown", "FL-RELOAD" },
		{ "internal error", "FL-DEFECT" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (vt_text_has(reason, rows[i].reason))
			return rows[i].fault;
	return NULL;
}
