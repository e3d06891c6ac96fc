# SPDX-License-Identifier: MIT
"""Both ends of a tunnel, as the API and the command line tell them, of a fleet whose faults are known: what differs is
shown with both lines, what cannot be seen is not claimed, and packets are missed where they were lost."""

import json
import urllib.error

import tap
from fleet import Fleet

fleet = Fleet("tests/worlds/ends.yaml", settings="poll: { sa: 1s, sessions: 2s, facts: 2s }")
DEVICES = {"ber-fw1": "192.0.2.2", "muc-fw1": "192.0.2.18", "ham-fw1": "192.0.2.34", "fra-fw1": "192.0.2.50"}
# Name of the tunnel in the world: its ends.
TUNNELS = {"healthy": ("ber-fw1", "muc-fw1"), "esp-blocked": ("ber-fw1", "ham-fw1"), "lossy": ("ham-fw1", "fra-fw1"),
           "lifetimes": ("muc-fw1", "ham-fw1"), "keys": ("ber-fw1", "fra-fw1"), "networks": ("muc-fw1", "fra-fw1")}


def tunnel_of(here, peer):
    return next((t for t in fleet.items(f"tunnels?device={here}") if t["peer"] == peer), None)


def pair(name, turned=False):
    here, there = reversed(TUNNELS[name]) if turned else TUNNELS[name]
    return fleet.get(f"tunnels/{tunnel_of(here, DEVICES[there])['id']}/pair")


def cli(*arguments):
    done = fleet.cli(*arguments, "--url", fleet.address)
    tap.equal(done.returncode, 0, f"{arguments}: {done.stderr}")
    return done.stdout


def refusal(path):
    try:
        fleet.get(path)
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())["detail"]
    return None


def rules(answer):
    return [(f["rule"], f["severity"]) for f in answer["findings"]]


def lines(finding):
    return [(e["source"], e["text"].split()) for e in finding["evidence"]]


def all_are_known():
    try:
        return all(tunnel_of(a, DEVICES[b]) and tunnel_of(a, DEVICES[b])["other_end"] for a, b in TUNNELS.values()) and \
            tunnel_of("ulm-fw1", DEVICES["ham-fw1"])
    except urllib.error.HTTPError:  # 503 while the daemon has not made its database
        return False


def a_minute_is_counted():
    """Until it is, nothing is said about loss."""
    items = {name: pair(name)["loss"]["items"] for name in ("healthy", "esp-blocked", "lossy", "lifetimes")}
    early = [i for name in items for i in items[name] if i["overlap_s"] < 60]
    tap.equal({i["out"]["verdict"] for i in early} | {"unknown"}, {"unknown"}, "before a minute")
    return all(items.values()) and all(i["overlap_s"] >= 62 for name in items for i in items[name])


def the_fleet_is_polled_for_a_minute():
    fleet.start_asasim()
    fleet.ask_asasim(do="inject", fault="esp", tunnel="esp-blocked", direction="ab")
    fleet.ask_asasim(do="inject", fault="loss", tunnel="lossy", direction="ab", percent=40)
    fleet.start_daemon()
    fleet.start_web()
    fleet.wait_for("all tunnels are known", all_are_known)
    fleet.wait_for("both ends have counted for a minute", a_minute_is_counted, 180)


def a_healthy_pair_differs_in_nothing_and_loses_nothing():
    for turned in (False, True):
        answer = pair("healthy", turned)
        tap.equal((rules(answer), answer["not_compared"]), ([], None), "findings")
        tap.equal([s["verdict"] for s in answer["spis"]], ["match", "match"], "SPIs")
        for item in answer["loss"]["items"]:
            tap.equal((item["out"]["verdict"], item["in"]["verdict"]), ("none", "none"), item["says"])
            tap.equal(item["here"]["window_s"] >= 60 and item["here"]["encaps_pkts"] > 1000, True, str(item["here"]))


def esp_that_is_blocked_one_way_dies_on_the_path():
    item = pair("esp-blocked")["loss"]["items"][0]
    tap.equal([item["out"][k] for k in ("from", "to", "verdict", "segment", "percent")], ["ber-fw1", "ham-fw1", "all", "path", 100],
              item["says"])
    tap.equal(item["out"]["lost"] == item["out"]["sent"] > 1000, True, str(item["out"]))
    turned = pair("esp-blocked", True)
    tap.equal((turned["loss"]["items"][0]["in"]["verdict"], turned["spis"][0]["verdict"]), ("all", "match"), "from the other end")
    text = cli("pair", "ber-fw1", "192.0.2.34")
    tap.equal("none received: lost on the path between the two" in text and "ham-fw1 decaps +0" in text and
              "match on both ends" in text, True, text)


def a_lossy_path_has_its_share_within_bounds():
    out = pair("lossy")["loss"]["items"][0]["out"]
    tap.equal((out["verdict"], out["segment"]), ("some", "path"), str(out))
    tap.equal(out["percent_least"] <= 40 <= out["percent_most"] and abs(out["percent"] - 40) < 10, True, str(out))


def lifetimes_that_differ_are_advice():
    answer = pair("lifetimes")
    tap.equal(rules(answer), [("lifetime", "advice")], "findings")
    tap.equal([source for source, _ in lines(answer["findings"][0])], ["muc-fw1", "ham-fw1"], "both ends have a line")
    tap.equal("both ends fit" in cli("pair", "muc-fw1", "192.0.2.34", "--no-advice"), True, "without advice")


def keys_that_differ_are_not_claimed():
    answer = pair("keys")
    tap.equal((rules(answer), answer["not_compared"]), ([], None), "findings")
    tap.equal(answer["loss"]["items"] and answer["loss"]["items"][0]["out"]["verdict"], "unknown", "loss")


def networks_that_differ_are_shown_with_both_lines():
    answer = pair("networks")
    tap.equal({rule for rule, _ in rules(answer)}, {"selectors"}, "findings")
    tap.equal(len(answer["findings"]), 2, "one for each list")
    shown = lines(answer["findings"][0])
    tap.equal([source for source, _ in shown], ["muc-fw1", "fra-fw1"], "sources")
    tap.equal(shown[0][1][-4:], "10.30.1.0 255.255.255.0 10.50.1.0 255.255.255.0".split(), "our line")


def ends_behind_a_translated_address_are_found_by_their_networks():
    here = tunnel_of("ulm-fw1", DEVICES["ham-fw1"])
    tap.equal(here["other_end"], None, "by addresses alone")
    answer = fleet.get(f"tunnels/{here['id']}/pair")
    tap.equal((answer["there"]["device"], answer["not_compared"]), ("ham-fw1", None), "from behind the translation")
    tap.equal([f for f in answer["findings"] if f["severity"] == "fault"], [], "findings")
    tap.equal([s["verdict"] for s in answer["spis"]], ["match"], "SPIs")
    back = fleet.get(f"tunnels/{answer['there']['tunnel_id']}/pair")
    tap.equal((back["there"]["device"], rules(back), len(back["loss"]["items"])), ("ulm-fw1", rules(answer), 1), "from the other end")


def an_end_that_is_not_managed_is_said():
    code, detail = refusal(f"tunnels/{tunnel_of('ber-fw1', '203.0.113.10')['id']}/pair")
    tap.equal((code, "203.0.113.10" in detail and "not managed" in detail), (404, True), detail)
    done = fleet.cli("pair", "ber-fw1", "203.0.113.10", "--url", fleet.address)
    tap.equal((done.returncode, "not managed" in done.stderr), (6, True), done.stderr)
    tap.equal(refusal(f"tunnels/{tunnel_of('ber-fw1', '192.0.2.18')['id']}/pair?window=5s"),
              (400, "window is a duration of 1m to 6h"), "window")


def the_sheet_has_the_failures_and_no_secret():
    fleet.wait_for("the tunnel with two keys fails", lambda: "IKE was not established" in cli("sheet", "ber-fw1", "192.0.2.50"))
    text = cli("sheet", "ber-fw1", "192.0.2.50")
    tap.equal("Last failures (UTC)" in text and "10.50.1.0" in text and "still so" in text, True, text)
    tunnel = tunnel_of("ber-fw1", "192.0.2.50")["id"]
    tap.equal(fleet.get(f"tunnels/{tunnel}/sheet?format=markdown", parse=False).startswith("# Site-to-site VPN"), True, "Markdown")
    with open(fleet.world, encoding="utf-8") as world:
        tap.equal("psk" in world.read(), True, "the world has a wrong key")
    both = fleet.get(f"tunnels/{tunnel}/sheet")
    for word in ("OUTSIDE_MAP 30", "VPN-keys", "*****"):
        tap.equal(word in both["text"] + both["markdown"], False, f"{word} in the sheet")
    tap.equal(refusal(f"tunnels/{tunnel}/sheet?format=pdf"), (400, "format is one of json, text and markdown"), "format")


with fleet:
    tap.run(the_fleet_is_polled_for_a_minute, a_healthy_pair_differs_in_nothing_and_loses_nothing,
            esp_that_is_blocked_one_way_dies_on_the_path, a_lossy_path_has_its_share_within_bounds,
            lifetimes_that_differ_are_advice, keys_that_differ_are_not_claimed, networks_that_differ_are_shown_with_both_lines,
            ends_behind_a_translated_address_are_found_by_their_networks, an_end_that_is_not_managed_is_said, the_sheet_has_the_failures_and_no_secret)
