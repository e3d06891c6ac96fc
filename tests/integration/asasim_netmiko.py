#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The simulated firewalls in front of a client nobody here wrote: netmiko's cisco_asa driver, on every generation.

World time stands still, so what the driver read is compared with the simulator's own model to the last packet."""
import re

import tap
from fleet import Fleet

try:
    import netmiko
except ImportError:
    tap.skip_all("python3-netmiko is not installed")

# Debian's netmiko is quiet about the width by default; newer ones enter configuration mode to set it. So does this.
fleet = Fleet("tests/worlds/small.yaml", asasim_options=["--frozen", "--start-time", "2026-01-05T08:00:00Z"])
sessions = {}


def truth(name):
    return fleet.ask_asasim(do="model", device=name)["devices"][0]["contexts"][0]["tunnels"]


def selectors(name):
    return [s for t in truth(name) for s in t["selectors"] if s["up"]]


def read(name, command):
    return sessions[name].send_command(command)


def the_driver_logs_in_and_enables():
    for device in fleet.devices:
        sessions[device["name"]] = netmiko.ConnectHandler(
            device_type="cisco_asa", host=device["address"], port=device["port"], username=device["user"], password=device["password"],
            secret=device["enable_password"], allow_auto_change=True,
            fast_cli=True, global_delay_factor=0.1)
        tap.equal(sessions[device["name"]].find_prompt(), device["hostname"] + "#", f"the prompt of {device['name']}")


def every_device_tells_its_version():
    for device in fleet.devices:
        found = re.search(r"Software Version (\S+)", read(device["name"], "show version"))
        tap.equal(found and found.group(1), device["version"], device["name"])


def ikev1_is_a_word_since_8_4():
    for device in fleet.devices:
        refused = "Invalid input" in read(device["name"], "show crypto ikev1 sa")
        tap.equal(refused, device["version"].startswith("8.2"), f"{device['name']} refuses show crypto ikev1 sa")


def every_ike_sa_is_listed():
    for device in fleet.devices:
        name = device["name"]
        text = read(name, "show crypto isakmp sa")
        seen = sorted(re.findall(r"IKE Peer: (\S+)", text))
        want = sorted(t["peer"] for t in truth(name) for i in t["ike"] if i["state"] == "MM_ACTIVE")
        tap.equal(seen, want, f"the IKEv1 peers of {name}")


def counters_and_spis_are_those_of_the_model():
    for device in fleet.devices:
        name = device["name"]
        text = read(name, "show crypto ipsec sa")
        for label, pattern, key in (("encaps", r"#pkts encaps: (\d+)", "encaps_pkts"), ("decaps", r"#pkts decaps: (\d+)", "decaps_pkts")):
            tap.equal(sorted(map(int, re.findall(pattern, text))), sorted(s[key] for s in selectors(name)), f"{label} of {name}")
        spis = sorted("0x" + spi.lower() for spi in re.findall(r"current outbound spi: ([0-9A-F]{8})", text))
        tap.equal(spis, sorted(s["spi_out"] for s in selectors(name)), f"the SPIs of {name}")


def sessions_have_their_index_and_their_age():
    for device in fleet.devices:
        name = device["name"]
        text = read(name, "show vpn-sessiondb detail l2l")
        seen = sorted(map(int, re.findall(r"^Index +: (\d+)", text, re.M)))
        tap.equal(seen, sorted(t["session"]["index"] for t in truth(name) if "session" in t), f"the indexes of {name}")


def what_one_end_sends_the_other_receives():
    ends = {}
    for device in fleet.devices:
        for tunnel in truth(device["name"]):
            ends.setdefault(tunnel["name"], []).append(tunnel)
    pairs = [e for e in ends.values() if len(e) == 2]
    tap.equal(len(pairs), 4, "tunnels with both ends managed")
    for a, b in pairs:
        for x, y in zip(a["selectors"], b["selectors"]):
            tap.equal((x["spi_out"], x["encaps_pkts"], x["spi_in"], x["decaps_pkts"]), (y["spi_in"], y["decaps_pkts"], y["spi_out"], y["encaps_pkts"]), a["name"])


def every_line_a_device_received_is_on_record():
    commands = fleet.ask_asasim(do="commands", device="fra-fw1")["commands"]
    modes = {c["line"]: c["mode"] for c in commands}
    tap.equal((modes.get("enable"), modes.get("show version"), modes.get("terminal width 511")), ("exec", "enable", "config"), "where these lines were entered")
    tap.equal(any("enable123" in c["line"] for c in commands), False, "a password is on record")


def logins_are_counted():
    logins = fleet.ask_asasim(do="logins", device="fra-fw1")["logins"]
    tap.equal((logins["ok"], logins["failed"]), (1, 0), "logins of fra-fw1")


def sessions_end():
    for session in sessions.values():
        session.disconnect()
    fleet.wait_for("no session is left", lambda: sum(fleet.ask_asasim(do="sessions")["sessions"].values()) == 0)


with fleet:
    fleet.start_asasim()
    tap.run(the_driver_logs_in_and_enables, every_device_tells_its_version, ikev1_is_a_word_since_8_4, every_ike_sa_is_listed,
            counters_and_spis_are_those_of_the_model, sessions_have_their_index_and_their_age, what_one_end_sends_the_other_receives,
            every_line_a_device_received_is_on_record, logins_are_counted, sessions_end)
