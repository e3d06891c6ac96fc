# SPDX-License-Identifier: MIT
"""Every route of vpntriage-web with what is in the database: fields, filters, pages, history, caching."""

import gzip
import re

from tap import equal, run
from web import Web, fill_db

DEVICES, TUNNELS, SELECTORS, MINUTES = 20, 18, 2, 30
web = Web(fill=f"{DEVICES} {TUNNELS} {SELECTORS} {MINUTES}")
TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
ID = re.compile(r"^[0-9a-f]{16}$")
STATUSES = ["up", "idle", "negotiating", "phase1-failing", "phase2-failing", "no-traffic", "down", "orphan", "unknown"]

# What design.md says must be there.
DEVICE_FIELDS = ["name", "context", "address", "state", "last_poll", "next_poll", "version", "uptime_s", "failover_role", "cost",
                 "recognised_ratio", "error"]
TUNNEL_FIELDS = ["id", "device", "peer", "name", "owner", "expect", "ike_version", "role", "status", "status_since",
                 "status_reason", "ike_state", "ike_state_since", "flapping", "session", "selectors", "other_end", "verdict",
                 "stale_s"]
SELECTOR_FIELDS = ["id", "local", "remote", "status", "spi_in", "spi_out", "encaps_pkts", "decaps_pkts", "tx_bytes", "rx_bytes",
                   "rates", "last_encaps_at", "last_decaps_at"]


def missing(thing, fields):
    return [field for field in fields if field not in thing]


def the_status_counts_the_fleet():
    status = web.get("/api/v1/status").json
    equal(status["tunnels"]["total"], DEVICES * TUNNELS, "tunnels")
    equal(sum(status["tunnels"][name] for name in STATUSES), DEVICES * TUNNELS, "tunnels by status")
    equal(status["devices"]["total"], DEVICES, "devices")
    equal(status["devices"]["unreachable"], DEVICES // 10, "unreachable devices")
    equal(status["daemon"]["alive"], True, "the daemon lives")
    equal(status["daemon"]["says"]["version"], "0.1.0", "what the daemon says")


def a_device_has_the_fields_of_the_contract():
    devices = web.items("/api/v1/devices?limit=7")
    equal(len(devices), DEVICES, "devices over three pages")
    for device in devices:
        equal(missing(device, DEVICE_FIELDS), [], f"fields missing of {device['name']}")
        equal(bool(TIME.match(device["last_poll"])), True, device["last_poll"])
    ill = [device for device in devices if device["state"] != "ok"]
    equal([(x["name"], x["error"], x["uptime_s"]) for x in ill],
          [(f"fw{n:03}", f"fw{n:03} does not answer on TCP 22", None) for n in (9, 19)], "devices that do not answer")
    equal(devices[0]["cost"], {"commands": 1000, "bytes": 5000000, "seconds": 90.5}, "cost")
    equal((devices[3]["recognised_ratio"], devices[0]["clock_skew_s"], devices[1]["clock_skew_s"]), (1 - 3 / 4000, None, 1.5),
          "ratio and skew")


def a_device_is_found_by_name_and_by_name_and_context():
    equal(web.get("/api/v1/devices/fw003").json["address"], "192.0.2.4", "fw003")
    equal(web.get("/api/v1/devices/fw006%2Fcustomer1").json["context"], "customer1", "one context")
    equal(web.get("/api/v1/devices/fw006").status, 404, "a device that has only contexts")
    equal(web.get("/api/v1/devices/fw006/customer1").status, 404, "a context as a second part of the path")
    equal([x["name"] for x in web.items("/api/v1/devices?state=unreachable")], ["fw009", "fw019"], "by state")
    equal([x["name"] for x in web.items("/api/v1/devices?q=CUSTOMER")], ["fw006", "fw013"], "by text")


def a_tunnel_has_the_fields_of_the_contract():
    for tunnel in web.get("/api/v1/tunnels?limit=40").json["items"]:
        equal(missing(tunnel, TUNNEL_FIELDS), [], "fields missing of a tunnel")
        equal(bool(ID.match(tunnel["id"])), True, tunnel["id"])
        equal(tunnel["status"] in STATUSES, True, tunnel["status"])
        for selector in tunnel["selectors"]:
            equal(missing(selector, SELECTOR_FIELDS), [], "fields missing of a selector")
        alone = web.get(f"/api/v1/tunnels/{tunnel['id']}").json
        for moving in ("stale_s", "session"):
            alone.pop(moving), tunnel.pop(moving)
        equal(alone, tunnel, "the tunnel alone and in the list")


def a_tunnel_says_what_was_stored():
    tunnel = web.get("/api/v1/tunnels?device=fw003&peer=10.3.0.3").json["items"][0]
    for field, value in {"context": None, "name": "site-3-3", "owner": "noc@example.net", "expect": None, "ike_version": 1,
                         "role": "initiator", "status": "up", "ike_state": "READY", "flapping": False, "restarts": 3,
                         "other_end": None, "verdict": None, "remote_endpoint": None, "selectors_up": SELECTORS}.items():
        equal(tunnel[field], value, field)
    equal(tunnel["session"]["index"], 1003, "session index")
    equal(7200 <= tunnel["session"]["duration_s"] < 7800, True, f"duration {tunnel['session']['duration_s']}")
    first = tunnel["selectors"][0]
    for field, value in {"local": "10.0.0.0/16", "remote": "172.16.3.0/24", "status": "up", "spi_in": "0x1e820030",
                         "spi_out": "0x00c30030", "encaps_pkts": 60000000, "decaps_pkts": 30000000, "tx_bytes": 6000000000,
                         "rx_bytes": 3000000000, "send_errors": 0, "recv_errors": 1, "lifetime_left_kb": None}.items():
        equal(first[field], value, f"selector: {field}")
    equal(first["rates"], {"encaps_pkts": 10, "decaps_pkts": 5, "tx_bytes": 1000, "rx_bytes": 500, "send_errors": 0,
                           "recv_errors": 0}, "rates")
    at_rest = web.get("/api/v1/tunnels?device=fw003&status=idle").json["items"][0]
    equal((at_rest["session"], at_rest["ike_state"], at_rest["selectors"][0]["spi_in"]), (None, None, None), "an idle one")


def what_is_unknown_is_as_old_as_it_was_last_heard_of():
    unknown = web.get("/api/v1/tunnels?device=fw003&status=unknown").json["items"][0]
    equal(3600 <= unknown["stale_s"] < 4200, True, f"unknown: {unknown['stale_s']}")
    up = web.get("/api/v1/tunnels?device=fw003&status=up").json["items"][0]
    equal(20 <= up["stale_s"] < 600, True, f"up: {up['stale_s']}")


def every_filter_narrows_and_filters_combine():
    everything = web.items("/api/v1/tunnels?limit=1000&selectors=false")
    equal("selectors" in everything[0], False, "selectors were left out")

    def expected(condition):
        return [x["id"] for x in everything if condition(x)]

    failing = ("phase1-failing", "phase2-failing", "no-traffic", "down", "unknown")
    for query, condition in {
            "status=down": lambda x: x["status"] == "down",
            "status=down,up": lambda x: x["status"] in ("down", "up"),
            "status=down%2Cup": lambda x: x["status"] in ("down", "up"),
            "status=failing": lambda x: x["status"] in failing,
            "status=failing&device=fw004": lambda x: x["status"] in failing and x["device"] == "fw004",
            "status=orphan": lambda x: False,
            "device=fw004": lambda x: x["device"] == "fw004",
            "device=fw006/customer1": lambda x: x["device"] == "fw006",
            "device=fw006%2Fcustomer1&status=up": lambda x: x["device"] == "fw006" and x["status"] == "up",
            "device=fw006/other": lambda x: False,
            "device=fw00": lambda x: False,
            "peer=10.4.0.5": lambda x: x["peer"] == "10.4.0.5",
            "peer=10.4.0.5&device=fw005": lambda x: False,
            "flapping=true": lambda x: x["flapping"],
            "flapping=false&device=fw001": lambda x: not x["flapping"] and x["device"] == "fw001",
            "flapping=true&status=up": lambda x: x["flapping"] and x["status"] == "up",
            "q=SITE-4-": lambda x: (x["name"] or "").startswith("site-4-"),
            "q=10.4.0.1": lambda x: "10.4.0.1" in x["peer"],
            "q=noc%40example": lambda x: x["owner"],
            "q=%25": lambda x: False,
            "q=": lambda x: True}.items():
        got = [x["id"] for x in web.items(f"/api/v1/tunnels?selectors=false&limit=50&{query}")]
        equal(got, expected(condition), query)


def pages_neither_repeat_nor_skip_while_tunnels_come_and_go():
    before = [x["peer"] for x in web.items("/api/v1/tunnels?device=fw002&limit=1000")]
    first = web.get("/api/v1/tunnels?device=fw002&limit=6").json
    seen = [x["peer"] for x in first["items"]]
    fill_db(web.database, "add", "fw002", "10.2.0.00")  # sorts before the place of the cursor
    fill_db(web.database, "drop", "fw002", seen[-1])    # the very tunnel the cursor stands on
    fill_db(web.database, "add", "fw002", "10.2.9.9")   # sorts behind it
    cursor = first["next"]
    while cursor:
        page = web.get(f"/api/v1/tunnels?device=fw002&limit=6&cursor={cursor}").json
        seen += [x["peer"] for x in page["items"]]
        cursor = page["next"]
    equal(seen, before + ["10.2.9.9"], "the peers of all pages")


def a_history_has_one_axis_and_gaps_are_gaps():
    tunnel = web.get("/api/v1/tunnels?device=fw003&peer=10.3.0.3").json["items"][0]
    history = web.get(f"/api/v1/tunnels/{tunnel['id']}/history?from=-60m&step=60s").json
    equal(history["step_s"], 60, "step")
    equal(len(history["at"]) in (60, 61), True, f"{len(history['at'])} steps")
    equal([(x["id"], x["local"]) for x in history["items"]], [(x["id"], x["local"]) for x in tunnel["selectors"]], "series")
    for series in history["items"]:
        means = series["encaps_pkts"]["mean"]
        equal(len(means), len(history["at"]), "as long as the axis")
        read = [x for x in means if x is not None]
        equal(set(read), {10}, "the rate wherever something was read")
        equal(MINUTES - 1 <= len(read) <= MINUTES + 1, True, f"{len(read)} steps with a poll, {MINUTES} were written")
        equal([x is None for x in means], [n == 0 for n in series["polls"]], "no poll, no figure")
        equal({x for x in series["tx_bytes"]["sum"] if x is not None}, {60000}, "increments")
    whole = web.get(f"/api/v1/tunnels/{tunnel['id']}/history").json
    equal((whole["step_s"], len(whole["at"]) <= 400), (120, True), "without arguments: six hours")


def a_timeline_has_states_and_events_newest_first():
    tunnel = web.get("/api/v1/tunnels?device=fw003&peer=10.3.0.3").json["items"][0]
    timeline = web.get(f"/api/v1/tunnels/{tunnel['id']}/timeline").json
    equal([(x["status"], x["from"], x["to"]) for x in timeline["intervals"]], [("up", tunnel["status_since"], None)], "states")
    event = timeline["items"][0]
    equal((event["kind"], event["to"], event["tunnel_id"], event["peer"]), ("status", "up", tunnel["id"], "10.3.0.3"), "event")
    before = web.get(f"/api/v1/tunnels/{tunnel['id']}/timeline?from=2020-01-01T00:00:00Z&to=2020-01-02T00:00:00Z").json
    equal((before["intervals"], before["items"], before["next"]), ([], [], None), "long before")


def an_answer_is_not_sent_twice_until_something_was_written():
    first = web.get("/api/v1/tunnels?limit=3")
    again = web.get("/api/v1/tunnels?limit=3", if_none_match=first.headers["etag"])
    if again.status == 200:  # the tag holds for five seconds of age as well, and they had just passed
        again = web.get("/api/v1/tunnels?limit=3", if_none_match=again.headers["etag"])
    equal((again.status, again.body), (304, b""), "not modified")
    fill_db(web.database, "add", "fw001", "10.1.9.9")
    equal(web.get("/api/v1/tunnels?limit=3", if_none_match=again.headers["etag"]).status, 200, "after a write")
    for asset in ("/", "/ui/index.js", "/ui/index.css", "/ui/icon.svg"):
        page = web.get(asset)
        equal(page.status, 200, asset)
        equal(web.get(asset, if_none_match=page.headers["etag"]).status, 304, f"{asset} again")


def head_is_get_without_the_body():
    for target in ("/api/v1/status", "/api/v1/tunnels?limit=2", "/metrics", "/healthz", "/", "/nothing"):
        get, head = web.get(target), web.ask("HEAD", target)
        equal((head.status, head.body, head.headers["content-type"]), (get.status, b"", get.headers["content-type"]), target)


def large_answers_are_sent_compressed_to_those_who_ask():
    plain, small = web.get("/api/v1/devices"), web.get("/api/v1/devices", accept_encoding="br, gzip;q=0.5")
    equal("content-encoding" in plain.headers, False, "nobody asked")
    equal(small.headers["content-encoding"], "gzip", "asked")
    equal(len(gzip.decompress(small.body)) > 5 * len(small.body), True, "it is worth it")
    equal("content-encoding" in web.get("/api/v1/devices", accept_encoding="gzip;q=0").headers, False, "refused")


def everything_carries_the_headers_that_guard_a_browser():
    for target in ("/", "/api/v1/status", "/metrics", "/nothing"):
        headers = web.get(target).headers
        equal(headers["x-content-type-options"], "nosniff", target)
        equal("default-src 'none'" in headers["content-security-policy"], True, target)
        equal("unsafe" in headers["content-security-policy"], False, target)
    page = web.get("/").text
    equal(re.findall(r"(?:src|href)=\"(?!/)[^\"]*", page), [], "addresses on the page that are not this server's")


with web:
    run(the_status_counts_the_fleet, a_device_has_the_fields_of_the_contract,
        a_device_is_found_by_name_and_by_name_and_context, a_tunnel_has_the_fields_of_the_contract,
        a_tunnel_says_what_was_stored, what_is_unknown_is_as_old_as_it_was_last_heard_of,
        every_filter_narrows_and_filters_combine, pages_neither_repeat_nor_skip_while_tunnels_come_and_go,
        a_history_has_one_axis_and_gaps_are_gaps, a_timeline_has_states_and_events_newest_first,
        an_answer_is_not_sent_twice_until_something_was_written, head_is_get_without_the_body,
        large_answers_are_sent_compressed_to_those_who_ask, everything_carries_the_headers_that_guard_a_browser)
