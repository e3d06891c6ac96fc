#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Real listings of IKE, IPsec and VPN sessions, read in place from ../shared/corpus, and a walk over all of it.

What each file must say is told by the `.expected.*` file beside it; every key of those is mapped to one of our
facts or named in NO_FACT with the reason. The walk makes sure that no file of the corpus is nobody's.
"""

import ipaddress
import os

import tap
from device_corpus import CORPUS, NOT_PRINTED, SHORTENED, expected_of, facts_of, parse

SHORTENED |= {
    "show_crypto_isakmp_sa/aws_nag_asa.txt",  # "Total IKE SA: 2", one listed
    "show_crypto_ikev2_sa_detail/gcp_ha_vpn_asa5506h.txt",  # cut below "Session-id: 100"; "CHILD count:1", none listed
    "show_crypto_ipsec_sa/gcp_ha_vpn_asa5506h_vti_cut.txt",  # cut below current_peer
}

# Running configurations: config_corpus.py reads them.
CONFIGURATIONS = {
    "show_run_access-group",
    "show_run_crypto",
    "show_run_crypto_map",
    "show_run_full",
    "show_run_object",
    "show_run_object-group",
    "show_run_tunnel-group",
}
# Folders of commands that say nothing about site-to-site tunnels; no parser is meant for them.
NO_PARSER = {"show_nameif", "show_vpn-sessiondb_anyconnect", "show_vpn_load-balancing", "show_xlate"}
# Dialogues, partly with marks of the test programs they come from: device_corpus.py reads what is a listing in them.
DIALOGUES = {"session_transcripts", "syslog"}


def check_row(where, theirs, ours, no_fact=()):
    """`theirs` may hold nothing that is neither in `ours` nor in `no_fact`."""
    for key, value in theirs.items():
        if key in no_fact:
            continue
        if key not in ours:
            raise AssertionError(f"{where}: nobody compares {key} = {value!r}")
        tap.equal(ours[key], value, f"{where}: {key}")


def text_of(row, key):
    """Templates know no absence: a value that was not printed is an empty string."""
    return str(row.get(key, ""))


def is_address(text):
    try:
        ipaddress.ip_address(text)
        return True
    except ValueError:
        return False


# ---- show crypto ipsec sa ----

SELECTOR_KEYS = {
    "interface": "interface",
    "crypto_map_tag": "crypto_map",
    "sequence_number": "sequence",
    "packets_encapsulated": "encaps_pkts",
    "packets_encrypted": "encrypt_pkts",
    "packets_digested": "digest_pkts",
    "packets_decapsulated": "decaps_pkts",
    "packets_decrypted": "decrypt_pkts",
    "packets_verified": "verify_pkts",
    "packets_compressed": "compressed_pkts",
    "packets_decompressed": "decompressed_pkts",
    "packets_not_compressed": "not_compressed_pkts",
    "packets_compress_failed": "comp_failed_pkts",
    "packets_decompress_failed": "decomp_failed_pkts",
    "pre_fragment_success": "pre_frag_successes",
    "pre_fragment_failures": "pre_frag_failures",
    "fragments_created": "fragments_created",
    "pmtus_sent": "pmtus_sent",
    "pmtus_received": "pmtus_rcvd",
    "decap_frags_needing_reassembly": "frags_needing_reassembly",
    "send_errors": "send_errors",
    "receive_errors": "recv_errors",
    "path_mtu": "path_mtu",
    "ipsec_overhead": "overhead",
    "media_mtu": "media_mtu",
}
# The slot is a number inside the box; the crypto map of an SA is that of its block.
NO_FACT_OF_SA = {f"{way}_{key}" for way in ("inbound", "outbound") for key in ("slot", "crypto_map")}


def address_or_name(prefix, printed):
    """The template has an address and a name for each place, and fills one of them."""
    # It takes the name's prefix off where the sample put the address behind it: LOCAL-ADDR-172.20.248.119.
    named = not is_address(printed) and printed != ""
    return {prefix: "" if named else printed, f"{prefix}_name": printed if named else ""}


def esp_row(way, sas):
    sa = sas[0]
    transforms = [item for item in sa["transforms"] if item != "no compression"]
    return {
        f"{way}_spi_hex": "0x" + sa["spi"][2:].upper(),
        f"{way}_spi_integer": str(int(sa["spi"], 16)),
        f"{way}_encryption": transforms[0],
        f"{way}_authentication": transforms[1],
        f"{way}_settings_in_use": sa["settings"],
        f"{way}_connection_id": text_of(sa, "conn_id"),
        f"{way}_remaining_lifetime": text_of(sa, "lifetime_s"),
        f"{way}_remaining_lifetime_kilobytes": text_of(sa, "lifetime_kb"),
        f"{way}_iv_size": f"{sa['iv_bytes']} bytes",
        f"{way}_replay_detection": "Y" if sa["replay"] else "N",
    }


def selector_row(selector):
    row = {theirs: text_of(selector, ours) for theirs, ours in SELECTOR_KEYS.items()}
    row |= address_or_name("local_address", text_of(selector, "local_addr"))
    row |= address_or_name("current_peer", text_of(selector, "peer"))
    row |= address_or_name("dynamic_peer", text_of(selector, "dynamic_peer"))
    for end in ("local", "remote"):
        row |= {f"{end}_identity_{key}": text_of(selector[f"{end}_ident"], key) for key in ("addr", "mask", "protocol", "port")}
        row |= address_or_name(f"{end}_crypto_endpoint", selector[f"{end}_endpoint"]["addr"])
    for way in ("inbound", "outbound"):
        row[f"current_{way}_spi"] = text_of(selector, f"{way}_spi")[2:].upper()
        row |= esp_row(way, selector[f"{way}_esp"])
    return row


def show_crypto_ipsec_sa():
    name = "show_crypto_ipsec_sa/ntc_show_crypto_ipsec_sa.txt"
    selectors, expected = facts_of(name)["selectors"], expected_of(name)
    tap.equal(len(selectors), len(expected), "selectors")
    for number, (selector, theirs) in enumerate(zip(selectors, expected)):
        for way in ("inbound", "outbound"):
            settings = theirs[f"{way}_settings_in_use"]
            theirs[f"{way}_settings_in_use"] = [word.strip() for word in settings.split(",")]
        check_row(f"{name}: selector {number}", theirs, selector_row(selector), NO_FACT_OF_SA)


def ipsec_sa_of_8_2_and_of_a_vti():
    selector = facts_of("show_crypto_ipsec_sa/aws_nag_asa.txt")["selectors"][0]
    tap.equal(selector["acl"], "integ-ppe-loopback extended permit ip any vpc_subnet subnet_mask", "acl")
    tap.equal(selector["remote_ident"], {"addr": "vpc_subnet", "mask": "subnet_mask", "protocol": 0, "port": 0}, "ident")
    tap.equal(selector["remote_endpoint"], {"addr": "AWS_ENDPOINT_1"}, "endpoint without a port")
    tap.equal((selector["outbound_spi"], selector["inbound_spi"]), ("0x6d9f8d3b", "0x48b456a6"), "SPIs")
    tap.equal(selector["outbound_esp"][0]["settings"], ["L2L", "Tunnel", "PFS Group 2"], "settings")
    tap.equal((selector["inbound_esp"][0]["lifetime_kb"], selector["inbound_esp"][0]["lifetime_s"]), (4374000, 3593), "life")
    cut = facts_of("show_crypto_ipsec_sa/gcp_ha_vpn_asa5506h_vti_cut.txt")["selectors"]
    tap.equal([(s["crypto_map"], s["sequence"], s["peer"]) for s in cut], [("__vti-crypto-map-4-0-10", 65280, "35.242.111.74")], "VTI")


# ---- IKE ----

ROLES = {"Resp": "responder", "Init": "initiator"}


def show_crypto_ikev1_sa_detail():
    name = "show_crypto_ikev1_sa_detail/ntc_show_crypto_ikev1_sa_detail.txt"
    sas, expected = facts_of(name)["ikev1"]["sas"], expected_of(name)
    tap.equal(len(sas), len(expected), "SAs")
    for number, (sa, theirs) in enumerate(zip(sas, expected), 1):
        ours = {
            "sequence": str(number),  # a number of the listing, not a fact
            "peer": sa["peer"],
            "type": sa["type"],
            "dir": sa["role"],
            "rekey": "Yes" if sa["rekey"] else "No",
            "state": sa["state"],
            "encryption": sa["encryption"],
            "hash": sa["hash"],
            "authentication": sa["auth"],
            "lifetime": str(sa["lifetime_s"]),
        }
        # One spelling for both shapes of the listing.
        check_row(f"{name}: SA {number}", theirs | {"dir": ROLES[theirs["dir"]], "type": theirs["type"].lower()}, ours)


def show_crypto_isakmp_sa():
    ikev1 = facts_of("show_crypto_isakmp_sa/aws_nag_asa.txt")["ikev1"]
    sa = {"peer": "AWS_ENDPOINT_1", "type": "L2L", "role": "initiator", "rekey": False, "state": "MM_ACTIVE"}
    tap.equal(ikev1, {"active": 2, "rekey": 0, "total": 2, "sas": [sa]}, "ikev1")


def selector_text(selector):
    return f"{selector['start']}/{selector['port_start']} - {selector['end']}/{selector['port_end']}"


def ikev2_tunnel(sa):
    return {
        "activetime_secs": sa["active_s"],
        "authentication_sign": sa["auth_sign"],
        "authentication_verify": sa["auth_verify"],
        "child_sa": {
            number: {
                "esp_in": child["spi_in"],
                "esp_out": child["spi_out"],
                "local_selector": selector_text(child["local_selector"]),
                "remote_selector": selector_text(child["remote_selector"]),
            }
            for number, child in enumerate(sa["children"])
        },
        "dh_group": sa["dh_group"],
        "encryption_algorithm": sa["encryption"],
        "hashing_algorithm": sa["hash"],
        "lifetime_secs": sa["lifetime_s"],
        "local": f"{sa['local']['addr']}/{sa['local']['port']}",
        "remote": f"{sa['remote']['addr']}/{sa['remote']['port']}",
        "role": sa["role"],
        "status": sa["state"],
        "tunnel_id": sa["tunnel_id"],
    }


def show_crypto_ikev2_sa():
    for number in (1, 2):
        name = f"show_crypto_ikev2_sa/genie_ShowCryptoIkev2Sa_golden_output{number}.txt"
        facts = facts_of(name)
        sessions = {}
        for sa in facts["ikev2"]["sas"]:
            session = sessions.setdefault(sa["session_id"], {
                "child_sa_count": sa["child_count"], "ike_count": sa["ike_count"], "status": sa["status"], "tunnels": {}})
            tunnel = ikev2_tunnel(sa)
            session["tunnels"][f"{tunnel['local']}-{tunnel['remote']}"] = tunnel
        tap.equal({"sessions": sessions}, expected_of(name), name)


def show_crypto_ikev2_sa_detail():
    sa = facts_of("show_crypto_ikev2_sa_detail/gcp_ha_vpn_asa5506h.txt")["ikev2"]["sas"][0]
    tap.equal((sa["encryption"], sa["key_bits"], sa["hash"], sa["dh_group"]), ("AES-GCM", 256, "N/A", 14), "proposal")
    tap.equal((sa["tunnel_id"], sa["lifetime_s"], sa["active_s"]), (1738689761, 36000, 24695), "life")
    tap.equal(sa["children"], [], "children")


# ---- show vpn-sessiondb ----

UNITS = {"Seconds", "K-Bytes", "Minutes", ""}
NAC = {"reval_timeout", "reval_timeout_remaining", "status_query_interval", "eap_over_udp_timer",
       "posture_holdtime_remaining", "posture_token", "redirect_url"}


def seconds(duration):
    if "d" in duration or "h" in duration:
        unit = {"d": 86400, "h": 3600, "m": 60, "s": 1}
        return sum(int(part[:-1]) * unit[part[-1]] for part in duration.replace(":", " ").split())
    hours, minutes, rest = duration.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + int(rest)


def tunnel_number(tunnel):
    return tunnel["tunnel_id"].split(".")[-1]


def session_row(session):
    login = session["login_time"].split()
    return {
        "connection": text_of(session, "connection"),
        "index": text_of(session, "index"),
        "ip_address": text_of(session, "ip"),
        "protocol": text_of(session, "protocol"),
        "encryption": text_of(session, "encryption"),
        "hashing": text_of(session, "hashing"),
        "total_bytes_transmitted": text_of(session, "bytes_tx"),
        "total_bytes_received": text_of(session, "bytes_rx"),
        "total_ike_sessions": text_of(session, "ike_tunnels"),
        "total_ipsec_sessions": text_of(session, "ipsec_tunnels"),
        "login_time": login[0],
        "login_time_zone": login[1],
        "login_weekday": login[2],
        "login_month": login[3],
        "login_day": login[4],
        "login_year": login[5],
        "duration": session["duration_s"],
        "session_type": "LAN-to-LAN",
    }


IKE_KEYS = {
    "udp_src_port": "udp_src_port",
    "udp_dst_port": "udp_dst_port",
    "negotiaion_mode": "neg_mode",
    "authentication_mode": "auth_mode",
    "remote_authentication_mode": "rem_auth_mode",
    "local_authentication_mode": "loc_auth_mode",
    "encryption_method": "encryption",
    "hash_method": "hashing",
    "prf": "prf",
    "dh_group": "dh_group",
    "rekey_interval": "rekey_int_s",
    "rekey_time_left": "rekey_left_s",
}
IPSEC_KEYS = {
    "encryption_method": "encryption",
    "hash_method": "hashing",
    "encapsulation": "encapsulation",
    "pfs_group": "pfs_group",
    "rekey_interval": "rekey_int_s",
    "rekey_time_left": "rekey_left_s",
    "rekey_data_interval": "rekey_int_kb",
    "rekey_data_remaining": "rekey_left_kb",
    "idle_timeout_interval": "idle_timeout_min",
    "idle_timeout_remaining": "idle_left_min",
    "bytes_transmitted": "bytes_tx",
    "bytes_received": "bytes_rx",
    "packets_transmitted": "pkts_tx",
    "packets_received": "pkts_rx",
}


def tunnel_rows(session):
    """The template makes a row of every tunnel, each with all that is said of its session."""
    for ike in session.get("ike", []):
        yield {"connection_type": ike["version"], "session_id": tunnel_number(ike)} | {
            theirs: text_of(ike, ours) for theirs, ours in IKE_KEYS.items()}
    for ipsec in session.get("ipsec", []):
        yield {
            "connection_type": ipsec["heading"],
            "session_id": tunnel_number(ipsec),
            "local_address_network": ipsec["local"]["addr"],
            "local_address_mask": ipsec["local"]["mask"],
            "remote_address_network": ipsec["remote"]["addr"],
            "remote_address_mask": ipsec["remote"]["mask"],
        } | {theirs: text_of(ipsec, ours) for theirs, ours in IPSEC_KEYS.items()}
    if not session.get("ike") and not session.get("ipsec"):
        yield {}


def filter_of(session):
    """The template carries the filter of the IKE tunnel through the whole session."""
    return session["ike"][0].get("filter_name", "") if session.get("ike") else text_of(session, "filter_name")


def show_vpn_sessiondb_detail_l2l():
    for sample in ("", "2"):
        name = f"show_vpn-sessiondb_detail_l2l/ntc_show_vpn-sessiondb_detail_l2l{sample}.txt"
        sessions = facts_of(name)["sessions"]
        # Rows of network admission control hold nothing about a tunnel.
        expected = [row for row in expected_of(name) if row["connection_type"] != "NAC"]
        ours = [(session, row) for session in sessions for row in tunnel_rows(session)]
        tap.equal(len(ours), len(expected), f"{name}: rows")
        for number, ((session, tunnel), theirs) in enumerate(zip(ours, expected)):
            where = f"{name}: row {number}"
            absent = {key: "" for key in (*IKE_KEYS, *IPSEC_KEYS, "connection_type", "session_id", "ipv6_filter_name",
                                          "local_address_network", "local_address_mask", "remote_address_network",
                                          "remote_address_mask", *NAC)}
            units = {key for key in theirs if key.endswith("_unit")}
            for key in units:
                assert theirs[key] in UNITS, f"{where}: a unit that our names do not have: {theirs[key]}"
            theirs = theirs | {"duration": seconds(theirs["duration"])}
            check_row(where, theirs, session_row(session) | absent | tunnel | {"filter_name": filter_of(session)}, units)


def summary_rows(rows, key):
    return [str(row.get(key, "None")) for row in rows]


def vpn_sessiondb_summary_of_a_template():
    name = "show_vpn-sessiondb_summary/ntc_show_vpn-sessiondb.txt"
    facts, theirs = facts_of(name), expected_of(name)[0]
    ours = {
        "total_active_and_inactive": str(facts["total_active"]),
        "total_cumulative": str(facts["total_cumulative"]),
        "device_total_vpn_capacity": str(facts["capacity"]),
        "device_load_percent": str(facts["load_percent"]),
        "totals_active": str(facts["tunnels_active"]),
        "totals_cumulative": str(facts["tunnels_cumulative"]),
    }
    for table, prefix in (("rows", "vpn_session"), ("tunnels", "tunnels_summary")):
        for their_key, key in (("name", "type"), ("active", "active"), ("cumulative", "cumulative"),
                               ("peak_concurrent", "peak"), ("inactive", "inactive")):
            ours[f"{prefix}_{their_key}"] = summary_rows(facts[table], key)
    check_row(name, theirs, ours)


def genie_row(row):
    keys = {"active": "active", "cumulative": "cumulative", "peak": "peak_concurrent", "inactive": "inactive"}
    return {theirs: row[ours] for ours, theirs in keys.items() if ours in row}


def genie_sessions(rows):
    sessions = {}
    for row in rows:
        if "parent" in row:
            sessions[row["parent"]].setdefault("type", {})[row["type"]] = genie_row(row)
        else:
            sessions[row["type"]] = genie_row(row)
    return sessions


def vpn_sessiondb_summary_of_another_parser():
    for number in (2, 4):
        name = f"show_vpn-sessiondb_summary/genie_ShowVPNSessionDBSummary_golden_output_{number}.txt"
        facts = facts_of(name)
        ours = {
            "VPN Session": {
                "session": genie_sessions(facts["rows"]),
                "device_load": float(facts["load_percent"]),
                "device_total_vpn_capacity": facts["capacity"],
                "total_active_and_inactive": facts["total_active"],
                "total_cumulative": facts["total_cumulative"],
            },
            "Tunnels": {
                "session": genie_sessions(facts["tunnels"]),
                "totals": {"active": facts["tunnels_active"], "cumulative": facts["tunnels_cumulative"]},
            },
        }
        tap.equal({"summary": ours}, expected_of(name), name)


# ---- show asp table vpn-context detail ----


def show_asp_table_vpn_context_detail():
    name = "show_asp_table_vpn-context_detail/ntc_show_asp_table_vpn-context_detail.txt"
    contexts, expected = facts_of(name)["contexts"], expected_of(name)
    tap.equal(len(contexts), len(expected), "contexts")
    keys = {"vpn_ctx": "id", "peer_ip": "peer", "rekey_pkt": "rekey_pkts", "rekey_call": "rekey_calls"}
    for number, (context, theirs) in enumerate(zip(contexts, expected)):
        ours = {key: text_of(context, keys.get(key, key)) for key in theirs}
        for key in ("vpn_ctx", "pointer", "sa", "spi"):
            theirs[key] = theirs[key].lower()
        check_row(f"{name}: context {number}", theirs, ours)


# ---- all of it ----


def listings(folder):
    for name in sorted(os.listdir(os.path.join(CORPUS, folder))):
        if name.endswith(".txt") and ".expected." not in name:
            yield f"{folder}/{name}"


def every_file_is_read_without_skipping_a_fact():
    folders = sorted(f for f in os.listdir(CORPUS) if os.path.isdir(os.path.join(CORPUS, f)))
    for folder in folders:
        if folder in CONFIGURATIONS | NO_PARSER | DIALOGUES:
            continue
        for name in listings(folder):
            result = parse(name)
            for listing in result if isinstance(result, list) else [result]:
                assert "facts" in listing, f"{name}: {listing.get('error')}"
                skipped = listing["report"].get("first_skipped", {}).get("text")
                assert skipped is None or skipped in NOT_PRINTED.get(name, []), f"{name}: skipped {skipped!r}"
    for folder in sorted(NO_PARSER):
        tap.diagnose(f"no parser is meant for it: {folder}")
    strangers = (CONFIGURATIONS | NO_PARSER | DIALOGUES) - set(folders)
    tap.equal(strangers, set(), "folders named here that are not in the corpus")


if __name__ == "__main__":
    if not os.path.isdir(CORPUS):
        tap.skip_all("no ../shared/corpus here: real listings were not compared")
    tap.run(
        show_crypto_ipsec_sa,
        ipsec_sa_of_8_2_and_of_a_vti,
        show_crypto_ikev1_sa_detail,
        show_crypto_isakmp_sa,
        show_crypto_ikev2_sa,
        show_crypto_ikev2_sa_detail,
        show_vpn_sessiondb_detail_l2l,
        vpn_sessiondb_summary_of_a_template,
        vpn_sessiondb_summary_of_another_parser,
        show_asp_table_vpn_context_detail,
        every_file_is_read_without_skipping_a_fact,
    )
