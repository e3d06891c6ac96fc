# SPDX-License-Identifier: MIT
"""From a mistake typed into a firewall to what is told of it: finding, event, timeline, metrics, command line."""

import json
import re
import urllib.error

import tap
from fleet import Fleet

fleet = Fleet("tests/worlds/small.yaml", settings="poll: { sa: 1s, sessions: 2s, facts: 2s }")
seen = {}


def findings(query=""):
    return fleet.items(f"findings?limit=2{query}")


def faults():
    return findings("&severity=fault")


def refused(path):
    try:
        fleet.get(path)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)["detail"]
    raise AssertionError(f"{path} was answered")


def a_healthy_fleet_has_advice_at_most():
    fleet.start()
    fleet.wait_for("all are polled", lambda: fleet.polled() == len(fleet.devices))
    tap.equal([f for f in findings() if f["severity"] != "advice"], [], "findings above advice")
    tap.equal(fleet.get("status")["findings"]["fault"], 0, "faults in the status")


def a_mistake_is_found_where_it_was_made():
    fleet.ask_asasim(do="inject", fault="no-tunnel-group", tunnel="fra-lon", end="b")
    finding = fleet.wait_for("it is found", faults)[0]
    tunnel = next(t for t in fleet.items("tunnels?device=lon-fw1") if t["peer"] == finding["peer"])
    tap.equal((finding["device"], finding["context"], finding["rule"], finding["fault"], finding["confidence"]),
              ("lon-fw1", None, "L5", "P1-NOTG", "certain"), "the finding")
    tap.equal(finding["tunnel_id"], tunnel["id"], "its tunnel")
    tap.equal([line["source"] for line in finding["evidence"]], ["lon-fw1"] * len(finding["evidence"]), "whose lines")
    assert any(line["text"].startswith("crypto map") for line in finding["evidence"]), finding["evidence"]
    assert finding["says"] and finding["advice"] and finding["since"]
    seen.update(finding=finding, tunnel=tunnel)


def the_lines_that_changed_are_told():
    def told():
        return [e for e in fleet.items("devices/lon-fw1/config-changes") if "\n" in e["detail"]]
    event = fleet.wait_for("the change is told", told)[0]
    tap.equal((event["kind"], event["to"], event["tunnel_id"]), ("config-changed", "admin", None), "the event")
    first, *lines = event["detail"].split("\n")
    assert re.match(r"\d+ lines? that concerns? VPN came, \d+ went \(last modified by admin at .*\)$", first), first
    assert any(line.startswith("- tunnel-group ") for line in lines), lines
    timeline = fleet.items(f"tunnels/{seen['tunnel']['id']}/timeline?limit=3")
    assert event in timeline, "the timeline of the tunnel lacks it"
    tap.equal([e["seq"] for e in timeline], sorted({e["seq"] for e in timeline}, reverse=True), "pages of the timeline")
    tap.equal(fleet.items("devices/fra-fw1/config-changes"), [], "changes of another device")


def filters_narrow_the_list():
    for query, wanted in (("device=lon-fw1", 1), ("device=fra-fw1", 0), ("rule=L5", 1), ("rule=L4", 0), ("fault=P1-NOTG", 1),
                          ("device=lon-fw1/nowhere", 0)):
        tap.equal(len([f for f in findings("&" + query) if f["severity"] == "fault"]), wanted, query)
    everything = findings()
    ranks = [["fault", "warning", "advice"].index(f["severity"]) for f in everything]
    tap.equal(ranks, sorted(ranks), "the worst first")
    tap.equal(len({f["id"] for f in everything}), len(everything), "each once")


def what_cannot_be_asked_is_refused_with_a_sentence():
    tap.equal(refused("findings?severity=terrible"), (400, "severity is one of fault, warning and advice"), "severity")
    tap.equal(refused("devices/nobody/config-changes")[0], 404, "a device that is not there")
    cursor = fleet.get("findings?limit=1")["next"]
    if cursor:
        tap.equal(refused(f"tunnels?cursor={cursor}")[0], 400, "a cursor of another list")
        tap.equal(refused(f"findings?limit=1&rule=L5&cursor={cursor}")[0], 400, "a cursor of other filters")


def it_is_counted():
    counts = fleet.get("status")["findings"]
    tap.equal((counts["fault"], counts["warning"]), (1, 0), "in the status")
    metrics = fleet.get("/metrics", parse=False)
    assert 'vpntriage_findings{severity="fault"} 1\n' in metrics
    assert f'vpntriage_findings{{severity="advice"}} {counts["advice"]}\n' in metrics


def the_command_line_lists_it():
    done = fleet.cli("findings", "--severity", "fault", "--url", fleet.address)
    head, row, foot = done.stdout.splitlines()
    tap.equal((done.returncode, head.split()), (0, ["SEVERITY", "DEVICE", "RULE", "SUBJECT", "PEER", "SINCE", "SAYS"]), "head")
    tap.equal(row.split()[:3], ["fault", "lon-fw1", "L5"], "row")
    assert foot.startswith("1 finding"), foot
    done = fleet.cli("findings", "--device", "lon-fw1", "--rule", "L5", "--json", "--url", fleet.address)
    told = json.loads(done.stdout)
    tap.equal((told["jsonversion"], told["items"]), (1, [seen["finding"]]), "--json")
    tap.equal(fleet.cli("findings", "--severity", "terrible", "--url", fleet.address).returncode, 6, "refused by the server")
    tap.equal(fleet.cli("findings", "extra", "--url", fleet.address).returncode, 2, "usage")
    assert re.search(r"findings +\d+ +1 fault, 0 warnings", fleet.cli("status", "--url", fleet.address).stdout)


def it_keeps_its_age_over_a_restart():
    fleet.processes.pop("vpntriaged").stop()
    before = fleet.items("devices/lon-fw1/config-changes")
    fleet.start_daemon()
    polls = {d["name"]: d["last_poll"] for d in fleet.api_devices()}
    fleet.wait_for("all are polled again", lambda: all(d["last_poll"] != polls[d["name"]] for d in fleet.api_devices()))
    tap.equal(faults(), [seen["finding"]], "the finding")
    tap.equal(fleet.items("devices/lon-fw1/config-changes"), before, "a restart is no change")


def what_was_repaired_is_gone():
    fleet.ask_asasim(do="clear", tunnel="fra-lon")
    fleet.wait_for("it is gone", lambda: not faults())
    tap.equal(fleet.get("status")["findings"]["fault"], 0, "faults in the status")


with fleet:
    tap.run(a_healthy_fleet_has_advice_at_most, a_mistake_is_found_where_it_was_made, the_lines_that_changed_are_told,
             filters_narrow_the_list, what_cannot_be_asked_is_refused_with_a_sentence, it_is_counted, the_command_line_lists_it,
             it_keeps_its_age_over_a_restart, what_was_repaired_is_gone)
