# SPDX-License-Identifier: MIT
"""Every figure in the API equals the simulator's own model.

The world lives for a while under the daemon's eyes, then its time is frozen, every device is polled once more, and the
API is compared with the truth, selector by selector. truth_small.py and truth_demo.py say which world and how long;
`truth.py WORLD SECONDS` does by hand.
"""

import datetime
import os
import re
import sys
import time

import tap
from fleet import Fleet

# An established_at is known to the second the device prints, and to how long the command ran (diagnosis.md §I).
EPSILON_S = 3

fleet = None
seen = {}


def at(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() if text else None


def reachable():
    return [d["name"] for d in fleet.devices if seen["states"].get(d["name"]) == "ok"]


def units():
    """(device, context or None, the model's device, the model's context) of all that can be reached."""
    for device in seen["model"]["devices"]:
        if device["name"] in reachable():
            for context in device["contexts"]:
                yield device["name"], context.get("context"), device, context


def ident(network):
    return f"{network['addr']}/{network['prefix']}"


def the_fleet_is_polled_while_its_world_moves():
    fleet.start()
    expected = len(fleet.devices)

    def settled():
        result = fleet.ask_daemon(request="status")["result"]
        states = result["devices"]
        return states["never-polled"] == 0 and sum(states.values()) == expected

    fleet.wait_for("the control socket answers", lambda: os.path.exists(os.path.join(fleet.folder, "control.sock")))
    fleet.wait_for("every device was tried", settled)
    time.sleep(seen["seconds"])  # what is tested is that nothing is wrong after this long
    seen["states"] = {d["device"]: d["state"] for d in fleet.ask_daemon(request="status", fleet=True)["result"]["polled"]}
    tap.diagnose(f"{len(reachable())} of {expected} devices answer")


def every_device_that_answers_is_polled_once_more_in_frozen_time():
    seen["frozen_at"] = time.time()
    fleet.ask_asasim(do="freeze")
    for name in reachable():
        for _ in range(2):  # the first may be of sessions that a moment ago were still moving
            reply = fleet.ask_daemon(request="poll", device=name)
            if "error" in reply:
                raise AssertionError(f"{name}: {reply['error']}")
    fleet.wait_for("all is written", lambda: fleet.ask_daemon(request="status")["result"]["writer"]["queue"] == 0)
    seen["model"] = fleet.ask_asasim(do="model")
    seen["polled_at"] = time.time()
    seen["devices"] = {(d["name"], d["context"]): d for d in fleet.items("devices")}
    seen["tunnels"] = {}
    for tunnel in fleet.items("tunnels"):
        key = (tunnel["device"], tunnel["context"], tunnel["peer"])
        seen["tunnels"][key] = fleet.get(f"tunnels/{tunnel['id']}")


def devices_are_who_they_are_and_up_since_when_they_are():
    for name, context, truth, _ in units():
        device = seen["devices"].get((name, context))
        if device is None:
            raise AssertionError(f"{name}/{context} is not in the API: {sorted(seen['devices'])}")
        what = f"{name}/{context}"
        tap.equal(device["state"], "ok", f"{what} state")
        tap.equal(device["version"], truth["version"], f"{what} version")
        # A box prints its uptime in two units: years and days, days and hours, hours and minutes.
        coarse_s = next(c for at_least, c in ((365 * 86400, 86400), (86400, 3600), (0, 60)) if truth["uptime_s"] >= at_least)
        if abs(at(device["booted_at"]) - at(truth["boot"])) > coarse_s + EPSILON_S + seen["polled_at"] - seen["frozen_at"]:
            raise AssertionError(f"{what} booted at {device['booted_at']}, in truth at {truth['boot']}")
        tap.equal(device["recognised_ratio"], 1, f"{what} recognised_ratio")


def check_session(what, tunnel, truth):
    if "session" not in truth:
        tap.equal(tunnel["session"], None, f"{what} session")
        return
    tap.equal((tunnel["session"] or {}).get("index"), truth["session"]["index"], f"{what} session index")
    off = at(tunnel["session"]["established_at"]) - at(truth["session"]["since"])
    if not -EPSILON_S <= off <= EPSILON_S + seen["polled_at"] - seen["frozen_at"]:
        raise AssertionError(f"{what} established_at is off by {off:.3f} s: {tunnel['session']}, {truth['session']}")


def check_ike(what, tunnel, truth):
    states = {(s["state"], s["role"]) for s in truth["ike"]}
    mine = (tunnel["ike_state"], tunnel["role"])
    if states and mine not in states:
        raise AssertionError(f"{what} IKE is {mine}, in truth {states}")
    if not states:
        tap.equal(tunnel["ike_state"], None, f"{what} IKE state")
    else:
        tap.equal(tunnel["ike_version"], truth["ike_version"], f"{what} IKE version")


COUNTERS = ("encaps_pkts", "decaps_pkts", "tx_bytes", "rx_bytes", "send_errors", "recv_errors")


def check_selectors(what, tunnel, truth):
    mine = {(s["local"], s["remote"]): s for s in tunnel["selectors"] if s["status"] in ("up", "no-traffic")}
    theirs = {(ident(s["local_ident"]), ident(s["remote_ident"])): s for s in truth["selectors"] if s["up"]}
    tap.equal(sorted(mine), sorted(theirs), f"{what} selectors with an SA")
    for key, want in theirs.items():
        have = mine[key]
        tap.equal([int(have["spi_in"], 16), int(have["spi_out"], 16)],
                  [int(want["spi_in"], 16), int(want["spi_out"], 16)], f"{what} {key} SPIs")
        tap.equal({k: have[k] for k in COUNTERS}, {k: want[k] for k in COUNTERS}, f"{what} {key} counters")
        if abs(have["lifetime_left_s"] - want["left_s"]) > 1:
            raise AssertionError(f"{what} {key}: {have['lifetime_left_s']} s left, in truth {want['left_s']}")
    return len(theirs)


def every_tunnel_and_selector_has_the_figures_of_the_model():
    tunnels = selectors = 0
    for name, context, _, truth in units():
        for link in truth["tunnels"]:
            what = f"{name}/{context} to {link['peer']} ({link['name']})"
            tunnel = seen["tunnels"].get((name, context, link["peer"]))
            there = link["ike"] or "session" in link or any(s["up"] for s in link["selectors"])
            if tunnel is None and not there:
                continue  # it never was, as far as anybody could see
            if tunnel is None:
                raise AssertionError(f"{what} is not in the API")
            check_session(what, tunnel, link)
            check_ike(what, tunnel, link)
            selectors += check_selectors(what, tunnel, link)
            tunnels += 1
    tap.diagnose(f"{tunnels} tunnels and {selectors} selectors compared")
    assert tunnels > 0 and selectors > 0


def the_api_has_no_tunnel_that_is_not_in_the_model():
    real = {(n, c, link["peer"]) for n, c, _, truth in units() for link in truth["tunnels"]}
    invented = [key for key, t in seen["tunnels"].items() if t["selectors_up"] and key[0] in reachable() and key not in real]
    tap.equal(invented, [], "tunnels with an SA that the model does not have")


ALLOWED = re.compile(
    r"enable|terminal pager 0|exit|changeto (system|context [\w.-]+)|show (mode|context|version|failover|clock detail|"
    r"cpu usage|crypto (isakmp|ikev1|ikev2) sa( detail)?|crypto ipsec sa( peer [0-9a-fA-F.:]+)?|"
    r"vpn-sessiondb( summary| detail l2l| l2l)?|asp drop|access-list [\w.-]+|running-config[\w -]*|names)")


def only_commands_of_the_list_were_typed():
    count = 0
    for name, lines in fleet.ask_asasim(do="commands")["commands"].items():
        for entry in lines:
            typed = entry["line"].strip()
            count += 1
            if entry["mode"] not in ("password", "enable-password") and typed and not ALLOWED.fullmatch(typed):
                raise AssertionError(f"{name} was told {entry}")
    tap.diagnose(f"{count} lines were typed")


def everybody_was_logged_in_to_once():
    for name, logins in fleet.ask_asasim(do="logins")["logins"].items():
        if name in reachable():
            tap.equal((logins["failed"], logins["ok"]), (0, 1), f"{name} failed and good logins")


def it_stops_cleanly_and_says_goodbye():
    daemon = fleet.processes["vpntriaged"]
    tap.equal(daemon.stop(), 0, "exit code")
    last = {n: lines[-1]["line"] for n, lines in fleet.ask_asasim(do="commands")["commands"].items() if lines}
    for name in reachable():
        tap.equal(last[name].strip(), "exit", f"last word to {name}")
    bad = [line for line in daemon.said().splitlines() if " error " in line]
    tap.equal(bad, [], "errors in the log")


def run(world, seconds):
    global fleet
    seen["seconds"] = seconds
    with Fleet(f"tests/worlds/{world}.yaml", settings="poll: { sa: 2s, sessions: 4s, facts: 8s }") as fleet:
        tap.run(the_fleet_is_polled_while_its_world_moves, every_device_that_answers_is_polled_once_more_in_frozen_time,
                devices_are_who_they_are_and_up_since_when_they_are,
                every_tunnel_and_selector_has_the_figures_of_the_model, the_api_has_no_tunnel_that_is_not_in_the_model,
                only_commands_of_the_list_were_typed, everybody_was_logged_in_to_once,
                it_stops_cleanly_and_says_goodbye)


if __name__ == "__main__":
    run(sys.argv[1], float(sys.argv[2]))
