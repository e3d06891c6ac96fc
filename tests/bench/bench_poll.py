#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""One poll of a device with 100 selectors: vpntriaged with parsing and storing, and netmiko with TextFSM.

Both keep their session and run the same commands: those of every poll (the SAs), and those of every fifth (the sessions
too). netmiko's side parses only the largest listing; the daemon parses every one, compares it with what it knew, and
commits the result.
"""

import os
import sys

import textfsm
from netmiko import ConnectHandler

from bench_rows import median_cpu_s, print_row

sys.path.insert(0, os.path.join(os.environ["top_srcdir"], "tests/support"))
from daemon_cost import measure  # noqa: E402  (behind the path it needs)

TUNNELS, SELECTORS, SECONDS, RUNS = 25, 4, 10, 5
SAS = ["show crypto ikev1 sa detail", "show crypto ikev2 sa detail", "show crypto ipsec sa"]
SESSIONS = ["show vpn-sessiondb summary", "show vpn-sessiondb detail l2l"]

here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "ipsec_sa.textfsm"), encoding="utf-8") as template:
    fsm = textfsm.TextFSM(template)


def netmiko_poll(fleet, commands):
    """(CPU seconds of one poll, bytes it read)."""
    device = fleet.devices[0]
    fleet.processes.pop("vpntriaged").stop()  # one client at a time, as an ASA would like it
    connection = ConnectHandler(
        device_type="cisco_asa", host="127.0.0.1", port=device["port"], username=device["user"],
        password=device["password"], secret=device["enable_password"])
    connection.enable()
    read = []

    def once():
        outputs = {command: connection.send_command(command) for command in commands}
        read[:] = [sum(map(len, outputs.values()))]
        fsm.Reset()
        rows = fsm.ParseText(outputs["show crypto ipsec sa"])
        assert len(rows) == TUNNELS * SELECTORS, f"{len(rows)} rows for {TUNNELS * SELECTORS} selectors"

    try:
        return median_cpu_s(once, RUNS), read[0]
    finally:
        connection.disconnect()


def compare(what, commands, sessions_every):
    cost, (netmiko_s, netmiko_bytes) = measure(1, TUNNELS, SELECTORS, "100ms", SECONDS,
                                               lambda fleet: netmiko_poll(fleet, commands), sessions_every)
    selectors = f"{TUNNELS * SELECTORS} selectors"
    print_row(f"netmiko + TextFSM: {what}", netmiko_s * 1000, "ms CPU", f"{selectors}, {netmiko_bytes / 1000:.0f} kB", RUNS)
    print_row(f"vpntriaged: {what}, with its commit", cost.ms_a_poll, "ms CPU", f"{selectors}, {cost.kb_a_poll:.0f} kB",
              cost.polls, "less than netmiko + TextFSM", netmiko_s * 1000 / cost.ms_a_poll)


compare("one poll of the SAs", SAS, "1d")
compare("one poll of SAs and sessions", SAS + SESSIONS, "100ms")
