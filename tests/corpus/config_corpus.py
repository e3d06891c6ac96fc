#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Real running configurations, read in place from ../shared/corpus.

Every file is read; a line that is not understood has to be named here, with the reason. What other parsers made of the
same text has to be in our model wherever the model keeps it; what it does not keep is named in NO_FACT.
"""

import os

import tap
from device_corpus import CORPUS, expected_of, parse

COMMAND = "show running-config"

# Lines that are not understood, the first of each file: why.
SKIPPED = {
    "show_run_crypto/aws_nag_asa_policy_based.txt": 1,  # a template: words in the place of addresses
    "show_run_object-group/ntc_show_object-group_network.txt": 2,  # show object-group: "description:" with a colon
}


def listings(folder):
    return [f"{folder}/{name}" for name in sorted(os.listdir(os.path.join(CORPUS, folder))) if name.endswith(".txt")]


def folders():
    return [name for name in sorted(os.listdir(CORPUS)) if name.startswith("show_run_")]


def model_of(name):
    return parse(name, "-c", COMMAND)["facts"]


def every_line_is_understood_or_named():
    for folder in folders():
        for name in listings(folder):
            # `names` have a listing of their own, with facts of their own.
            result = parse(name) if folder == "show_run_names" else parse(name, "-c", COMMAND)
            tap.equal(result["report"]["skipped"], SKIPPED.get(name, 0), f"{name}: {result['report'].get('first_skipped')}")


def compare(where, ours, theirs, no_fact):
    """`theirs` may hold nothing that is neither in `ours` nor in `no_fact`. No value is an empty text there."""
    for key, value in theirs.items():
        if key in no_fact:
            continue
        if key not in ours:
            raise AssertionError(f"{where}: nobody compares {key} = {value!r}")
        tap.equal(ours[key], value, f"{where}: {key}")


def crypto_maps():
    name = "show_run_crypto_map/ntc_show_running-config_all_crypto_map.txt"
    expected = expected_of(name)
    ours = [
        {
            "map": crypto_map["name"],
            "interface": crypto_map["interfaces"][0],
            "seq": str(entry["sequence"]),
            "matched_address": entry.get("acl", ""),
            "peer": " ".join(entry.get("peers", [])),
            "pfs": entry.get("pfs_group", ""),
            "sa_sec": str(entry.get("lifetime_s", "")),
            "sa_kb": str(entry.get("lifetime_kb", "")),
            "ikev1_transform_set": " ".join(entry.get("transform_sets", [])),
            "ikev1_phase1_mode": "aggressive" if entry.get("aggressive") else "main",
            "connection_type": entry["connection_type"],
            "isakmp_dynamic": entry.get("dynamic_map", ""),
        }
        for crypto_map in model_of(name)["crypto_maps"]
        for entry in crypto_map["entries"]
    ]
    tap.equal(len(ours), len(expected), f"{name}: entries")
    for number, (one, other) in enumerate(zip(ours, expected)):
        if one["isakmp_dynamic"]:
            # A dynamic entry prints neither, and the template keeps that as empty.
            one["connection_type"] = one["ikev1_phase1_mode"] = ""
        compare(f"{name}: entry {number}", one, other, {"ikev2_mode", "tfc_packets"})
    name = "show_run_crypto_map/ntc_show_running-config_crypto_map.txt"
    entries = model_of(name)["crypto_maps"][0]["entries"]
    for entry, other in zip(entries, expected_of(name), strict=True):
        tap.equal(
            {
                "map": "Standard-1",
                "seq": str(entry["sequence"]),
                "matched_address": entry["acl"],
                "pfs": entry["pfs_group"],
                "peer": entry["peers"][0],
                "transform": entry["transform_sets"][0],
                "sa": str(entry["lifetime_s"]),
                "ike": "ikev1",
            },
            {key: value for key, value in other.items() if value},
            name,
        )


def ike_policies():
    name = "show_run_crypto/ntc_show_running-config_crypto_ikev1.txt"
    for policy, other in zip(model_of(name)["ike_policies"], expected_of(name), strict=True):
        ours = {
            "ike_version": str(policy["version"]),
            "policy_id": str(policy["priority"]),
            "auth_method": policy["authentication"],
            "encryption": policy["encryption"][0],
            "auth_algorithm": policy["hash"][0],
            "dh_group": "group " + policy["group"][0],
            "lifetime": str(policy["lifetime_s"]),
        }
        compare(f"{name}: {ours['policy_id']}", ours, other, set())


def transform_sets_and_proposals():
    name = "show_run_crypto/ntc_show_running-config_ipsec.txt"
    model = model_of(name)
    # A transform-set is one cipher and one hash; a proposal has any number of either, here in reverse order.
    ours = {t["name"]: ("1", t["algorithms"][:1], t["algorithms"][1:]) for t in model["transform_sets"]}
    ours |= {
        p["name"]: ("2", p.get("encryption", [])[::-1], p.get("integrity", [])[::-1]) for p in model["ipsec_proposals"]
    }
    theirs = {row["name"]: (row["ike_version"], row["encryption"], row["auth"]) for row in expected_of(name)}
    tap.equal(ours, theirs, name)


def tunnel_groups():
    name = "show_run_tunnel-group/ntc_show_running-config_tunnel-group.txt"
    for group, other in zip(model_of(name)["tunnel_groups"], expected_of(name), strict=True):
        methods = ["certificate"] if group.get("ikev2_remote_certificate") else []
        methods += ["pre-shared-key"] if group.get("ikev2_remote_key") else []
        tap.equal(group["name"], other["name"], name)
        tap.equal(group["type"], other["type"], f"{name}: type")
        tap.equal(group.get("group_policy", ""), other.get("group_policy") or "", f"{name}: group-policy")
        tap.equal(group.get("ikev1_key", False), bool(other.get("ikev1_psk")), f"{name}: that there is a key")
        tap.equal(group.get("peer_id_validate", ""), other.get("peer_id_validate") or "", f"{name}: peer-id-validate")
        tap.equal(group.get("ikev2_local_certificate", ""), other.get("ikev2_local_auth_cert") or "", f"{name}: certificate")
        for method in methods:
            assert any(method in theirs for theirs in other["ikev2_remote_auth_type"]), f"{name}: {method}"


def network_objects():
    name = "show_run_object/ntc_show_running-config_object_network.txt"
    for ours, other in zip(model_of(name)["objects"], expected_of(name), strict=True):
        where = f"{name}: {other['name']}"
        addr, _, prefix = ours["addr"].partition("/")
        tap.equal(ours["name"], other["name"], where)
        tap.equal(ours["kind"], other["type"], f"{where}: type")
        key = {"host": "host", "subnet": "network", "range": "start_ip", "fqdn": "fqdn"}[ours["kind"]]
        tap.equal(addr, other[key], f"{where}: {key}")
        tap.equal(prefix, other["prefix_length"], f"{where}: prefix")
        tap.equal(ours.get("mask", ""), other["netmask"], f"{where}: mask")
        tap.equal(ours.get("last", ""), other["end_ip"], f"{where}: end")


def ports(operator, first, last):
    return " ".join(word for word in (operator, first, last) if word)


def service_objects():
    name = "show_run_object/ntc_show_running-config_object_service.txt"
    for ours, other in zip(model_of(name)["objects"], expected_of(name), strict=True):
        where = f"{name}: {other['name']}"
        tap.equal(ours["name"], other["name"], where)
        tap.equal(ours["kind"], "service", f"{where}: kind")
        tap.equal(ours["protocol"], other["protocol"], f"{where}: protocol")
        for side, prefix in (("source_ports", "src"), ("destination_ports", "dst")):
            theirs = ports(other[f"{prefix}_operator"], other[f"{prefix}_port_start"], other[f"{prefix}_port_end"])
            tap.equal(ours.get(side, ""), theirs, f"{where}: {side}")


def object_groups():
    name = "show_run_object-group/ntc_show_object-group_network.txt"
    groups = {group["name"]: group for group in model_of(name)["object_groups"]}
    kinds = {"network": "subnet", "host": "host", "object": "object", "group": "group"}
    for other in expected_of(name):
        value = other["network"] if other["type"] == "network" else other["host"] or other["net_object"] or other["grp_object"]
        member = {"kind": kinds[other["type"]], "value": value}
        if other["netmask"]:
            member["mask"] = other["netmask"]
        if member not in groups[other["name"]]["members"]:
            raise AssertionError(f"{name}: {other['name']} lacks {member}: {groups[other['name']]['members']}")
    tap.equal(sum(len(group["members"]) for group in groups.values()), len(expected_of(name)), f"{name}: members")
    name = "show_run_object-group/ntc_show_running-config_object-group_service.txt"
    tap.equal(
        [(g["type"], g["name"]) for g in model_of(name)["object_groups"]],
        [("service", each) for each in dict.fromkeys(row["name"] for row in expected_of(name))],
        name,
    )


def names_and_access_groups():
    name = "show_run_names/ntc_show_name.txt"
    ours = [{"ip_address": row["addr"], "name": row["name"]} for row in model_of_names(name)]
    tap.equal(ours, expected_of(name), name)
    name = "show_run_access-group/ntc_show_running-config_access-group.txt"
    ours = [{"access_list": row["acl"], "interface": row["interface"]} for row in model_of(name)["access_groups"]]
    tap.equal(ours, expected_of(name), name)


def model_of_names(name):
    return model_of(name)["names"]


if __name__ == "__main__":
    if not os.path.isdir(CORPUS):
        tap.skip_all("no ../shared/corpus here: real configurations were not compared")
    tap.run(
        every_line_is_understood_or_named,
        crypto_maps,
        ike_policies,
        transform_sets_and_proposals,
        tunnel_groups,
        network_objects,
        service_objects,
        object_groups,
        names_and_access_groups,
    )
