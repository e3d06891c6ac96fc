#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Real listings of the commands about the device itself, read in place from ../shared/corpus.

Every file goes through `vpntriage parse`; nothing in it may be skipped that carries a fact, and each value of the
`.expected.*` file beside it (what other parsers made of the same text) has to be among ours. Where such a file is
wrong, or lost something, a row of LOSSY or WRONG says so.
"""

import ast
import ipaddress
import json
import os
import subprocess

import tap
import yaml

TOP = os.environ.get("top_srcdir", ".")
BUILD = os.environ.get("top_builddir", "build")
CORPUS = os.path.join(TOP, "..", "shared", "corpus")

# Lines of the corpus that a device does not print, by file: what somebody cut out and said so.
NOT_PRINTED = {"show_failover/ntc_show_failover_ips.txt": ["<omited output>"]}
# Listings that were shortened before they were published; we say so too.
SHORTENED = {
    "show_asp_drop/ntc_show_asp_drop.txt",  # ends before the second "Last clearing"
    "show_access-list/ansible_asa_acls_config.txt",  # 10 elements announced, 2 shown
}


def parse(name, *options):
    out = subprocess.run(
        [os.path.join(BUILD, "cli/vpntriage"), "parse", *options, os.path.join(CORPUS, name)],
        capture_output=True,
        text=True,
        check=False,
    )
    if not out.stdout:
        raise AssertionError(f"{name}: {out.stderr}")
    return json.loads(out.stdout)


def facts_of(name, *options):
    listing = parse(name, *options)
    if isinstance(listing, list):
        raise AssertionError(f"{name}: {len(listing)} listings: {[item['command'] for item in listing]}")
    report = listing["report"]
    if "facts" not in listing:
        raise AssertionError(f"{name}: {listing}")
    if report["skipped"] and report["first_skipped"]["text"] not in NOT_PRINTED.get(name, []):
        raise AssertionError(f"{name}: skipped {report['first_skipped']}")
    tap.equal(report.get("truncated", False), name in SHORTENED, f"{name}: truncated")
    return listing["facts"]


def expected_of(name):
    base = os.path.join(CORPUS, name)[: -len(".txt")]
    if os.path.exists(base + ".expected.yml"):
        with open(base + ".expected.yml", encoding="utf-8") as file:
            return yaml.safe_load(file)["parsed_sample"]
    with open(base + ".expected.txt", encoding="utf-8") as file:
        return ast.literal_eval(file.read().split("=", 1)[1].strip())


def rows_equal(name, got, expected):
    tap.equal(len(got), len(expected), f"{name}: rows")
    for number, (ours, theirs) in enumerate(zip(got, expected)):
        for key, value in theirs.items():
            tap.equal(ours.get(key, ""), value, f"{name}: row {number} {key}")


# ---- show version ----


def minutes(uptime):
    words = uptime.split()
    unit = {"min": 60, "sec": 1, "hour": 3600, "day": 86400, "year": 365 * 86400}
    return sum(int(n) * unit[w.rstrip("s")] for n, w in zip(words[::2], words[1::2]))


def version_of_a_template(name):
    facts, expected = facts_of(name), expected_of(name)[0]
    value = {pair["name"]: pair["value"] for pair in facts.get("other", [])}
    license_of = {row["name"]: row["value"] for row in facts["licenses"]}
    interfaces = [row["name"] for row in facts.get("interfaces", [])]
    disks = {row["slot"]: row["size"] for row in facts.get("disks", [])}
    hardware = expected["hardware"]
    tap.equal(
        {
            "version": facts["software"],
            "device_mgr_version": facts["device_manager"],
            "compile_date": facts["compiled_at"].split()[1],
            "image": facts.get("image", ""),
            "hostname": facts["hostname"],
            "uptime": facts["uptime"],
            "model": facts.get("model_id", ""),
            "flash": disks.get("Internal", ""),
            "interfaces": interfaces,
            "license_mode": value["License mode"],
            "license_state": value.get("ASAv Platform License State", ""),
            "max_intf": license_of.get("Maximum Physical Interfaces", ""),
            "max_vlans": license_of.get("Maximum VLANs", ""),
            "failover": license_of["Failover"],
            "cluster": license_of["Cluster"],
            "serial": [facts["serial"]] if "serial" in facts else [],
            "last_mod": f"{facts['modified_by']} at {facts['modified_at']}",
            "hardware": hardware,
        },
        expected,
        name,
    )
    assert hardware.startswith(facts["hardware"]) and facts.get("cpu", "") in hardware
    tap.equal(facts["uptime_s"], minutes(expected["uptime"]), "uptime_s")


GENIE_LICENSES = {
    "max_physical_interfaces": "Maximum Physical Interfaces",
    "max_vlans": "Maximum VLANs",
    "crypto_des": ("Encryption-DES", "VPN-DES"),
    "crypto_3des_aes": ("Encryption-3DES-AES", "VPN-3DES-AES"),
    "gtp_gprs": "GTP/GPRS",
}


def license_row(facts, key, status):
    names = GENIE_LICENSES.get(key, key.replace("_", " "))
    names = [names] if isinstance(names, str) else names
    for table in ("licenses", "timebased_licenses"):
        for row in facts.get(table, []):
            if row["name"].lower() in [n.lower() for n in names] and row["value"] == status:
                return row
    raise AssertionError(f"no licence {key} {status}")


def version_of_genie(name):
    facts, expected = facts_of(name), expected_of(name)["version"]
    other = {pair["name"]: pair["value"] for pair in facts.get("other", [])}
    simple = {
        "asa_version": "software",
        "asdm_version": "device_manager",
        "boot_config_file": "boot_config",
        "compiled_by": "compiled_by",
        "compiled_date": "compiled_at",
        "firepower_version": "operating_system",
        "hostname": "hostname",
        "last_modified_by": "modified_by",
        "last_modified_date": "modified_at",
        "platform": "hardware",
        "processor_type": "cpu",
        "serial_number": "serial",
        "system_image": "image",
        "uptime": "uptime",
        "asa_model": "model_id",
    }
    named = {
        "image_type": "Image type",
        "key_version": "Key version",
        "license_mode": "License mode",
        "license_state": "ASAv Platform License State",
        "entitlement": "No active entitlement",
    }
    for key, value in expected.items():
        if key in simple:
            tap.equal(facts[simple[key]], value, key)
        elif key in named:
            tap.equal(other[named[key]], value, key)
        elif key == "mem_size":
            tap.equal(f"{facts['ram_mb']} MB", value, key)
        elif key == "mem_allocation":
            assert value in facts["notes"], key
        elif key == "bios_flash":
            disk = [row for row in facts["disks"] if row["slot"] == "BIOS Flash"][0]
            tap.equal(f"{disk['type']}, {disk['size']}", value, key)
        elif key == "disks":
            for slot, disk in value.items():
                ours = [row for row in facts["disks"] if row["slot"] == slot][0]
                tap.equal((ours["type"], ours["size"]), (disk["type_of_disk"], disk["disk_size"]), slot)
        elif key == "interfaces":
            ours = {row["index"]: row for row in facts["interfaces"]}
            for index, row in value.items():
                got = {"interface": ours[index]["name"], "intf_irq": ours[index]["irq"]}
                if "mac" in ours[index]:
                    got["mac_addr"] = ours[index]["mac"]
                tap.equal(got, row, f"interface {index}")
        elif key == "licensed_features":
            for feature, row in value.items():
                ours = license_row(facts, feature, row["status"])
                tap.equal(ours.get("note"), row.get("time_remaining"), feature)
        elif key == "encryption_hardware":
            tap.equal(
                [other["Encryption hardware device"], other["Boot microcode"], other["SSL/IKE microcode"], other["IPsec microcode"]],
                [value["encryption_device"], value["boot_microcode"], value["ssl_ike_microcode"], value["ipsec_microcode"]],
                key,
            )
        else:
            raise AssertionError(f"nobody compares {key}")


def show_version():
    facts_of("show_version/ansible_asa_facts_show_version.txt")
    version_of_genie("show_version/genie_ShowVersion_golden_output1.txt")
    version_of_genie("show_version/genie_ShowVersion_golden_output2.txt")
    version_of_a_template("show_version/ntc_show_version1.txt")
    version_of_a_template("show_version/ntc_show_version2.txt")


def a_session_with_show_version_and_show_mode():
    listings = {item["command"]: item for item in parse("session_transcripts/oxidized_asa5512_9.12_session_decoded.txt")}
    tap.equal(listings["show mode"]["facts"], {"multiple": False}, "mode")
    version = listings["show version"]
    tap.equal(version["report"]["skipped"], 0, "skipped")
    tap.equal(version["facts"]["software"], "9.12(4)67", "software")
    tap.equal(version["facts"]["uptime_s"], 173 * 86400 + 16 * 3600, "uptime_s")
    tap.equal(version["facts"]["modified"], False, "modified")


# ---- show failover ----


def last_failovers(facts):
    if "last_failover_at" in facts:
        return [facts["last_failover_at"].split()]
    return [row["at"].split() for row in facts["group_switches"]]


def states(host):
    return [host["state"]] if "state" in host else [group["state"] for group in host["groups"]]


def failover_of_a_template(name):
    facts, expected = facts_of(name), expected_of(name)[0]
    none = "None"  # this template writes the word
    ours = {
        "state": {True: "On", False: "Off"}[facts["on"]],
        "role": facts["unit"],
        "lan_intf_name": facts["lan_link"]["name"],
        "lan_intf": facts["lan_link"]["interface"],
        "lan_intf_state": facts["lan_link"]["status"],
        "sw_version": facts.get("software", ""),
        "sw_version_mate": facts.get("mate_software", ""),
        "failover_group": [str(row["group"]) for row in facts.get("group_switches", [])] or [none],
    }
    when = last_failovers(facts)
    for at, key in enumerate(("time", "timezone", "month", "day", "year")):
        ours[f"last_failover_{key}"] = [words[at] for words in when]
    for host, mate in (("this_host", ""), ("other_host", "_mate")):
        ours["service_state" + mate] = states(facts[host])
        slots = [row for row in facts[host]["slots"] if "model" in row]  # the template drops empty ones
        ours["ssp_slot" + mate] = [str(row["slot"]) for row in slots]
        ours["ssp_model" + mate] = [row["model"] for row in slots]
        ours["ssp_status" + mate] = [row["status"].split()[0] for row in slots]  # of "Up Sys" it keeps "Up"
        rows = facts[host]["interfaces"]
        ours["interfaces_context" + mate] = [row.get("context", none) for row in rows]
        ours["interfaces" + mate] = [row["name"] for row in rows]
        ours["interfaces_status" + mate] = [row["status"] for row in rows]
        ours["interfaces_state" + mate] = [row.get("monitored", none) for row in rows]
    for key, value in expected.items():
        tap.equal(ours[key], value, f"{name}: {key}")


def failover_host_of_genie(host, expected):
    tap.equal(host["active_s"], expected["active_time_secs"], "active time")
    tap.equal(host["state"], expected["state"], "state")
    tap.equal(host["unit"] == "Primary", expected["is_primary"], "unit")
    for row in host["interfaces"]:
        got = {"ipv4_address": row["addr"], "monitored_state": row["monitored"], "state": row["status"]}
        if "addr6" in row:
            got["ipv6_address"] = row["addr6"]
        tap.equal(got, expected["interfaces"][row["name"]], row["name"])
    slots = {
        str(row["slot"]): {"model": row["model"], "status": row["status"], "version": row["revision"]}
        for row in host.get("slots", [])
    }
    tap.equal(slots, expected["slots"], "slots")


def failover_of_genie(name):
    facts, expected = facts_of(name), expected_of(name)
    failover_host_of_genie(facts["this_host"], expected["this_host"])
    failover_host_of_genie(facts["other_host"], expected["other_host"])
    tap.equal(facts["on"], expected["failover_enabled"], "on")
    tap.equal(facts["lan_link"], expected["failover_lan_interface"], "LAN link")
    tap.equal(facts["state_link"], expected["stateful_failover_interface"], "state link")
    tap.equal(facts["unit"], expected["failover_unit"], "unit")
    tap.equal(facts["interface_hold_ms"], expected["interface_hold_time"]["value"] * 1000, "interface hold time")
    tap.equal(facts["interface_poll_ms"], expected["interface_poll_frequency"]["value"], "interface poll")
    tap.equal(facts["unit_hold_ms"], expected["unit_hold_time"]["value"], "unit hold time")
    tap.equal(facts["unit_poll_ms"], expected["unit_poll_frequency"]["value"], "unit poll")
    tap.equal(facts["interface_policy"], str(expected["interface_policy"]), "policy")
    tap.equal(facts["last_failover_at"], expected["last_failover_at"], "last failover")
    tap.equal(facts["monitored_interfaces"], expected["monitored_interfaces"], "monitored")
    tap.equal(facts["monitored_interfaces_max"], expected["max_monitored_interfaces"], "monitored at most")
    tap.equal(facts["reconnect_timeout"], expected["reconnect_timeout"], "reconnect")
    tap.equal({"ours": facts["serial"], "mate": facts["mate_serial"]}, expected["serial_number"], "serial")
    tap.equal({"ours": facts["software"], "mate": facts["mate_software"]}, expected["version"], "version")
    queues = {row.pop("name").lower().replace(" ", "_"): row for row in facts["queues"]}
    tap.equal(queues, expected["logical_update_queue_info"], "queues")
    objects = {row.pop("name"): row for row in facts["objects"]}
    # LOSSY: two rows with fewer blanks behind the name than the others are dropped.
    for dropped in ("Umbrella Device-ID", "SIP Tx"):
        objects.pop(dropped)
    tap.equal(objects, expected["stateful_failover_statistics"], "objects")


def show_failover():
    for name in ("", "1", "5505", "_ips", "activeactive"):
        failover_of_a_template(f"show_failover/ntc_show_failover{name}.txt")
    failover_of_genie("show_failover/genie_ShowFailover_golden_output1.txt")
    name = "show_failover/genie_ShowFailoverInterface_golden_output1.txt"
    ours = {
        row["name"]: {
            "name": row["name"],
            "interface": row["interface"],
            "system_ip": row["system_addr"],
            "my_ip": row["my_addr"],
            "other_ip": row["other_addr"],
        }
        for row in facts_of(name)["links"]
    }
    tap.equal(ours, expected_of(name), name)


# ---- the others ----


def show_context():
    name = "show_context/genie_ShowContext_golden_output.txt"
    ours = {
        row["name"]: {
            "candidate_default": row.get("admin", False),
            "class": row["class"],
            "mode": row["mode"],
            "url": row["url"],
            "interfaces": row["interfaces"],
        }
        for row in facts_of(name)["contexts"]
    }
    tap.equal(ours, expected_of(name), name)


def show_asp_drop():
    name = "show_asp_drop/genie_ShowAspDrop_golden_output.txt"
    facts, expected = facts_of(name), expected_of(name)
    for section in ("frame", "flow"):
        ours = {row["keyword"]: row["count"] for row in facts[section]["drops"]}
        ours["last_clearing"] = facts[section]["last_clearing"]
        tap.equal(ours, expected[section + "_drop"], section)
    name = "show_asp_drop/ntc_show_asp_drop.txt"
    facts, expected = facts_of(name), expected_of(name)[0]
    ours = {"last_cleared": facts["frame"]["last_clearing"], "flow_last_cleared": ""}
    for section, prefix in (("frame", ""), ("flow", "flow_drop_")):
        for row in facts[section]["drops"]:
            ours[prefix + row["keyword"].replace("-", "_")] = str(row["count"])
    # The template gives the keyword that was cut its whole name.
    ours["np_socket_lock_failure"] = ours.pop("np_socket_lock_failu")
    # LOSSY: a row that the template knows under a name that the listing does not use.
    tap.equal((ours.pop("sp_security_failed"), expected.pop("sp_security_failed")), ("79", ""), "sp-security-failed")
    for key, value in expected.items():
        tap.equal(ours.get(key, ""), value, key)


def show_interface_ip_brief():
    name = "show_interface_ip_brief/ntc_show_interface_ip_brief.txt"
    ours = [
        {
            "interface": row["interface"],
            "ip_address": row.get("addr", "unassigned"),
            "status": row["status"],
            "proto": row["protocol"],
        }
        for row in facts_of(name)["interfaces"]
    ]
    rows_equal(name, ours, expected_of(name))
    for number in ("", "2"):
        name = f"show_interface_ip_brief/genie_ShowInterfaceIpBrief_golden_output{number}.txt"
        ours = {}
        for row in facts_of(name)["interfaces"]:
            ipv4 = {"unnumbered": {"unnumbered_intf_ref": "unassigned"}}
            if "addr" in row:
                ipv4 = {row["addr"]: {"ip": row["addr"]}}
            one = {"ipv4": ipv4, "check": row["ok"], "method": row["method"], "link_status": row["status"]}
            if "protocol" in row:
                one["line_protocol"] = row["protocol"]
            ours[row["interface"]] = one
        tap.equal(ours, expected_of(name)["interfaces"], name)


def show_logging():
    for number in (1, 3):
        name = f"show_logging/ntc_show_logging_{number}.txt"
        ours = []
        for row in facts_of(name)["messages"]:
            month, day, year, time = row["time"].split() if "time" in row else ("", "", "", "")
            ours.append(
                {
                    "day": day,
                    "month": month,
                    "year": year,
                    "time": time,
                    "facility": row["product"],
                    "hostname": row.get("host", ""),
                    "severity": str(row["severity"]),
                    "mnemonic": str(row["id"]),
                    "message": [row["text"]],
                }
            )
        rows_equal(name, ours, expected_of(name))


def syslog_messages():
    for name, ids in (
        ("syslog/logstash_patterns_asa.txt", [402117, 402119, 419001, 419002, 602303, 710001, 713172, 733100, 302013]),
        ("syslog/sc4s_asa.txt", [111010, 313005, 710003, 402119, 710003]),
    ):
        messages = facts_of(name)["messages"]
        tap.equal([row["id"] for row in messages], ids, name)
    tap.equal([row.get("host") for row in messages], ["192.168.12.1"] * 3 + [None, "asa"], "hosts")
    tap.equal(messages[3]["vpn"][0]["spi"], "0x0c190bf9", "spi")
    tap.equal(messages[3]["vpn"][0]["peer"], "192.0.0.1", "peer")


# WRONG: "destination static interface ipv6 test9" is one address and one object, not three words in two columns.
NAT_IPV6 = {("1", "21"), ("3", "20")}
# LOSSY: of "pat-pool test11 interface flat round-robin dns" everything behind "interface" is dropped.
NAT_POOL_INTERFACE = ("2", "8")


def show_nat():
    name = "show_nat_detail/ntc_show_nat.txt"
    rules = facts_of(name)["rules"]
    expected = expected_of(name)
    tap.equal(len(rules), len(expected), "rules")
    words = ("extended", "flat", "include_reserve", "round_robin", "net_to_net", "dns", "unidirectional", "no_proxy_arp")
    for rule, theirs in zip(rules, expected):
        at = f"rule {theirs['nat_section_number']}.{theirs['line_number']}"
        mapped = f"pat-pool {rule['source_pat_pool']}" if "source_pat_pool" in rule else rule["source_mapped"]
        if mapped == "interface" and rule.get("ipv6"):
            mapped += " ipv6"
        ours = {
            "nat_section_number": str(rule["section"]),
            "line_number": str(rule["line"]),
            "source_interface": rule["source_interface"],
            "destination_interface": rule["destination_interface"],
            "source_type": rule["source_type"],
            "source_real": rule["source_real"],
            "source_mapped": mapped,
            "destination_real": rule.get("destination_mapped", ""),
            "destination_mapped": rule.get("destination_real", ""),
            "service_protocol": rule.get("service_protocol", ""),
            "service_real": rule.get("service_real", ""),
            "service_mapped": rule.get("service_mapped", ""),
            "description": rule.get("description", ""),
            "inactive": "inactive" if rule.get("inactive") else "",
            "route_lookup": "route-lookup" if rule.get("route_lookup") else "",
            "translate_hits": str(rule["translate_hits"]),
            "untranslate_hits": str(rule["untranslate_hits"]),
        }
        for word in words:
            ours[word] = word.replace("_", "-") if rule.get(word) else ""
        place = (theirs["nat_section_number"], theirs["line_number"])
        for key, value in theirs.items():
            if key == "destination_mapped" and place in NAT_IPV6:
                tap.equal((value, rule.get("ipv6")), ("ipv6", True), at)
            elif key in ("flat", "round_robin", "dns") and place == NAT_POOL_INTERFACE:
                tap.equal((value, rule[key]), ("", True), at)
            else:
                tap.equal(ours[key], value, f"{at} {key}")


# The template has a column for each kind of address and port.
ACL_ADDR = {
    "any": ("any",),
    "any4": ("any",),
    "any6": ("any",),
    "host": ("host",),
    "network": ("network", "mask"),
    "object": ("object",),
    "object-group": ("object_grp",),
    "fqdn": ("fqdn", "fqdn_state"),
    "interface": ("intfc",),
    "range": ("range_start", "range_end"),
}


def acl_addr(row, side, entry):
    addr = row.get({"src": "source", "dst": "destination"}[side])
    if not addr:
        return {}
    kind = addr["kind"]
    values = {
        "network": (addr.get("value"), addr.get("mask")),
        "range": (addr.get("value"), addr.get("end")),
        "fqdn": (addr.get("value"), "unresolved" if addr.get("unresolved") else ""),
    }.get(kind, (addr.get("value", kind),))
    return {f"{entry}{side}_{column}": value for column, value in zip(ACL_ADDR[kind], values)}


def acl_ports(row, entry):
    ports = row.get("destination_ports")
    if not ports:
        return {}
    prefix = "entry_" if entry else "dst_"
    columns = {
        "eq": ("port",),
        "gt": ("port_greater_than",),
        "lt": ("port_less_than",),
        "object-group": ("port_grp",),
        "range": ("port_range_start", "port_range_end"),
    }[ports["op"]]
    return {prefix + column: value for column, value in zip(columns, (ports["value"], ports.get("end")))}


def acl_row(name, row):
    if "remark" in row:
        return {"acl_name": name, "line_num": str(row["line"]), "remark": row["remark"]}
    entry = "entry_" if row.get("expanded") else ""
    icmp = row.get("protocol") == "icmp"
    ours = {"acl_name": name, "line_num": str(row["line"]), "type": row["type"], "action": row["action"]}
    ours.update(acl_addr(row, "src", entry))
    ours.update(acl_addr(row, "dst", entry))
    ours.update(acl_ports(row, entry))
    if "protocol" in row:
        ours[entry + "protocol" + ("_icmp" if icmp and entry else "")] = row["protocol"]
    ours["svc_object"] = row.get("service_object", "")
    ours["svc_object_grp"] = row.get("service_group", "")
    ours["entry_icmp_type"] = row.get("icmp_type", "")
    ours["entry_icmp_code"] = row.get("icmp_code", "")
    if row.get("log_level") != "disable":  # LOSSY: the template drops "log disable"
        ours["log_level"] = row.get("log_level", "")
    if "log_interval_s" in row:
        ours["log_interval"] = str(row["log_interval_s"])
    ours[entry + "state"] = "inactive" if row.get("inactive") else ""
    ours["entry_hash" if entry else "line_hash"] = row["hash"]
    if "hitcnt" in row:
        ours["entry_hit_count" if entry else "hit_count"] = str(row["hitcnt"])
    return ours


def show_access_list():
    for kind in ("", "_update", "_numeric"):
        name = f"show_access-list/ntc_show_access-list{kind}.txt"
        ours = []
        for acl in facts_of(name)["lists"]:
            if "elements" in acl:
                ours.append(
                    {"acl_name": acl["name"], "acl_tot_elem": str(acl["elements"]), "acl_name_hash": acl["name_hash"]}
                )
            ours += [acl_row(acl["name"], row) for row in acl["aces"]]
        expected = expected_of(name)
        rows_equal(name, ours, expected)
        for number, (row, theirs) in enumerate(zip(ours, expected)):
            more = {key: value for key, value in row.items() if value and not theirs.get(key)}
            tap.equal(more, {}, f"{name}: row {number}: only ours")
    name = "show_access-list/ntc_show_access-list_brief.txt"
    acl = facts_of(name)["lists"][0]
    ours = [
        {
            "acl_name": acl["name"],
            "acl_total_elements": str(acl["elements"]),
            "acl_name_hash": acl["name_hash"],
            "line_hash": row["hash"],
            "group_hash": row["group_hash"],
            "counter": f"{row['hitcnt']:08x}",
            "last_hit": f"{row['last_hit_s']:08x}",
        }
        for row in acl["brief"]
    ]
    rows_equal(name, ours, expected_of(name))
    lists = facts_of("show_access-list/ansible_asa_acls_config.txt")["lists"]
    tap.equal([len(acl["aces"]) for acl in lists], [2, 3, 2, 2, 4, 3], "entries of each list")
    tap.equal(lists[2]["aces"][0]["source_ports"], {"op": "eq", "value": "www"}, "source ports")


def show_route():
    for kind in ("", "_alt_multiline"):
        name = f"show_route/ntc_show_route{kind}.txt"
        ours = []
        for route in facts_of(name)["routes"]:
            for hop in route["next_hops"]:
                ours.append(
                    {
                        "network": route["network"],
                        "netmask": route["mask"],
                        "distance": str(route.get("distance", "")),
                        "metric": str(route.get("metric", "")),
                        "nexthopip": hop.get("gateway", ""),
                        "nexthopif": hop["interface"],
                        "protocol": route["code"],
                        "type": route.get("subcode", ""),
                        "uptime": hop.get("age", ""),
                    }
                )
        expected = expected_of(name)
        for row in expected:  # the template leaves the asterisk in one column or the other
            row["type"] = row["type"].strip("*")
            row["protocol"] = row["protocol"].strip("*")
        rows_equal(name, ours, expected)


def genie_routes(routes):
    ours = {}
    for route in routes:
        prefix = f"{route['network']}/{ipaddress.ip_network('0.0.0.0/' + route['mask']).prefixlen}"
        one = {
            "active": True,
            "candidate_default": route.get("candidate_default", False),
            "route": prefix,
            "source_protocol": {"SI": "static intervrf"}.get(route["code"], route["protocol"]),
            "source_protocol_codes": route.get("subcode", route["code"]),
        }
        if "distance" in route:
            one["route_preference"] = route["distance"]
        if "metric" in route:
            one["metric"] = route["metric"]
        ages = [hop["age"] for hop in route["next_hops"] if "age" in hop]
        if ages:
            one["date"] = ages[0]
        one["hops"] = [(hop.get("gateway"), hop.get("interface")) for hop in route["next_hops"]]
        ours[prefix] = one
    return ours


def genie_hops(next_hop):
    """Either a list of gateways, or interfaces alone."""
    if "next_hop_list" in next_hop:
        return [(hop["next_hop"], hop.get("outgoing_interface_name")) for hop in next_hop["next_hop_list"].values()]
    return [(None, interface) for interface in next_hop["outgoing_interface_name"]]


def show_route_of_another_parser():
    for number in ("", "3"):
        name = f"show_route/genie_ShowRoute_golden_output{number}.txt"
        ours = genie_routes(facts_of(name)["routes"])
        expected = expected_of(name)["vrf"]["default"]["address_family"]["ipv4"]["routes"]
        tap.equal(sorted(ours), sorted(expected), name)
        for prefix, theirs in expected.items():
            hops = genie_hops(theirs.pop("next_hop"))
            got = ours[prefix].pop("hops")
            # LOSSY: of some routes it keeps interfaces and drops gateways, of two interfaces the first.
            if hops and hops[0][0] is None:
                got = [(None, interface) for _, interface in got][-len(hops) :]
            tap.equal(got, hops, f"{name}: {prefix}")
            for key, value in theirs.items():
                tap.equal(ours[prefix].get(key), value, f"{name}: {prefix} {key}")


def show_names():
    name = "show_run_names/ntc_show_name.txt"
    ours = [{"ip_address": row["addr"], "name": row["name"]} for row in facts_of(name)["names"]]
    rows_equal(name, ours, expected_of(name))


def ping():
    for kind in ("", "_unreachable"):
        name = f"ping/ntc_ping{kind}.txt"
        facts = facts_of(name)
        ours = {
            "sent_qty": str(facts["sent"]),
            "sent_type": f"{facts['size_bytes']}-byte {facts['packet_type']}",
            "destination": facts["destination"],
            "timeout": str(facts["timeout_s"]),
            "response_stream": "".join(facts["answers"]),
            "success_pct": str(facts["success_percent"]),
            "success_qty": str(facts["success_count"]),
            "rtt_min": str(facts.get("rtt_min_ms", "")),
            "rtt_avg": str(facts.get("rtt_avg_ms", "")),
            "rtt_max": str(facts.get("rtt_max_ms", "")),
        }
        rows_equal(name, [ours], expected_of(name))
    tap.equal(facts_of("ping/gcp_ping_source.txt")["source"], "192.168.1.1", "source")


def packet_tracer():
    facts = facts_of("packet-tracer/network-test_drop_detailed_crlf.txt")
    tap.equal([p["type"] for p in facts["phases"]], ["ROUTE-LOOKUP", "UN-NAT", "ACCESS-LIST"], "phases")
    tap.equal(facts["phases"][2]["config"], ["Implicit Rule"], "config")
    tap.equal(len(facts["phases"][2]["info"]), 6, "rule dump")
    tap.equal(facts["result"]["drop_keyword"], "acl-drop", "drop")
    tap.equal(facts["result"]["output_interface"], "an_output_if", "egress")


if __name__ == "__main__":
    if not os.path.isdir(CORPUS):
        tap.skip_all("no ../shared/corpus here")
    tap.run(
        show_version,
        a_session_with_show_version_and_show_mode,
        show_failover,
        show_context,
        show_asp_drop,
        show_interface_ip_brief,
        show_logging,
        syslog_messages,
        show_nat,
        show_access_list,
        show_route,
        show_route_of_another_parser,
        show_names,
        ping,
        packet_tracer,
    )
