# SPDX-License-Identifier: MIT
"""/metrics: the text format and naming rules of Prometheus, and figures equal to those of the API. Debian's promtool, where
it is installed, is asked as well."""

import re
import shutil
import subprocess

from tap import Skip, equal, run
from web import Web, fill_db

web = Web(fill="21 11 2 5")
NAME = r"[a-z][a-z0-9_]*"
LABEL = NAME + r'="(?:[^"\\\n]|\\["\\n])*"'
SAMPLE = re.compile(rf"({NAME})(?:\{{({LABEL}(?:,{LABEL})*)\}})? (-?[0-9][0-9.e+-]*)")


def parse(text):
    """{family: (type, {labels: value})}; what breaks a rule of the format fails."""
    families, family = {}, None
    equal(text.endswith("\n"), True, "the last line ends")
    for line in text.removesuffix("\n").split("\n"):
        if line.startswith("# HELP "):
            family = line.split()[2]
            equal(family in families, False, f"{family} begins twice")
            equal(len(line.split(None, 3)) == 4 and line.endswith("."), True, f"a sentence of help: {line}")
            families[family] = [None, {}]
        elif line.startswith("# TYPE "):
            _, _, name, kind = line.split()
            equal((name, kind in ("counter", "gauge"), families[family][0]), (family, True, None), line)
            families[family][0] = kind
        else:
            match = SAMPLE.fullmatch(line)
            equal(bool(match), True, f"no sample: {line!r}")
            equal(match[1], family, "a sample outside of its family")
            labels = match[2] or ""
            names = [x.split("=")[0] for x in re.findall(LABEL, labels)]
            equal(len(set(names)), len(names), f"a label twice: {line}")
            equal(labels in families[family][1], False, f"a series twice: {line}")
            families[family][1][labels] = float(match[3])
    return families


def scrape():
    return parse(web.get("/metrics").text)


def label(labels, name):
    return re.search(rf'(?:^|,){name}="((?:[^"\\]|\\.)*)"', labels)[1]


def names_follow_the_rules():
    reply = web.get("/metrics")
    equal(reply.headers["content-type"], "text/plain; version=0.0.4; charset=utf-8", "content type")
    families = parse(reply.text)
    equal(len(families) > 30, True, f"{len(families)} families")
    for name, (kind, samples) in families.items():
        equal(name.startswith("vpntriage_"), True, name)
        equal(name.endswith("_total"), kind == "counter", f"{name} is a {kind}")
        equal(re.search(r"_(ms|kb|percent|minutes|bits)(_|$)", name), None, f"{name} has a base unit")
        if name.endswith("_info"):
            equal(set(samples.values()), {1}, name)


def a_status_is_a_set_of_which_one_is_true():
    tunnels = {(x["device"], x["peer"]): x["status"] for x in web.items("/api/v1/tunnels?selectors=false")}
    seen = {}
    for labels, value in scrape()["vpntriage_tunnel_status"][1].items():
        seen.setdefault((label(labels, "device"), label(labels, "peer")), {})[label(labels, "status")] = value
    equal(seen.keys(), tunnels.keys(), "tunnels")
    for key, status in tunnels.items():
        equal(len(seen[key]), 9, f"statuses of {key}")
        equal([name for name, value in seen[key].items() if value == 1], [status], f"status of {key}")
        equal(sum(seen[key].values()), 1, f"sum of {key}")


def figures_equal_those_of_the_api():
    families = scrape()
    for tunnel in web.items("/api/v1/tunnels"):
        place = f'device="{tunnel["device"]}",context="{tunnel["context"] or ""}",peer="{tunnel["peer"]}"'
        equal(families["vpntriage_tunnel_restarts_total"][1][place], tunnel["restarts"], "restarts")
        equal(families["vpntriage_tunnel_flapping"][1][place], tunnel["flapping"], "flapping")
        equal(place in families["vpntriage_tunnel_session_start_timestamp_seconds"][1], tunnel["session"] is not None, "session")
        for selector in tunnel["selectors"]:
            series = f'{place},local="{selector["local"]}",remote="{selector["remote"]}"'
            for family, field in (("encaps_packets", "encaps_pkts"), ("decaps_packets", "decaps_pkts"), ("transmit_bytes", "tx_bytes"),
                                  ("receive_bytes", "rx_bytes"), ("receive_errors", "recv_errors"), ("rekeys", "rekeys")):
                equal(families[f"vpntriage_selector_{family}_total"][1][series], selector[field], f"{family} of {series}")
    for device in web.items("/api/v1/devices"):
        place = f'device="{device["name"]}",context="{device["context"] or ""}"'
        equal(families["vpntriage_device_up"][1][place], device["state"] == "ok", f"up of {place}")
        equal(families["vpntriage_device_commands_total"][1][place], device["cost"]["commands"], "commands")
        equal(families["vpntriage_device_cli_seconds_total"][1][place], device["cost"]["seconds"], "seconds of CLI")
        equal(families["vpntriage_device_recognised_ratio"][1][place], device["recognised_ratio"], "ratio")
        equal(families["vpntriage_device_clock_skew_seconds"][1].get(place), device["clock_skew_s"], "what is not known has no sample")


def the_programs_tell_of_themselves():
    families = scrape()
    equal(families["vpntriage_database_up"][1], {"": 1}, "database")
    equal(families["vpntriage_daemon_up"][1], {"": 1}, "daemon")
    for name, value in {"polls_total": 1234, "poll_lateness_seconds": 0.009, "writer_queue_commits": 2, "cpu_seconds_total": 1.25}.items():
        equal(families[f"vpntriage_daemon_{name}"][1], {"": value}, name)
    equal("vpntriage_daemon_commits_total" in families, False, "what the daemon did not say")
    equal(families["vpntriage_build_info"][1], {'version="0.1.0"': 1}, "version")
    web.get("/nothing")
    before, after = families["vpntriage_web_replies_total"][1], scrape()["vpntriage_web_replies_total"][1]
    equal(after['code="4xx"'] - before['code="4xx"'], 1, "one more refusal is counted")
    fill_db(web.database, "heartbeat", 1000)
    equal(scrape()["vpntriage_daemon_up"][1], {"": 0}, "a daemon that fell silent")
    fill_db(web.database, "heartbeat", 0)


def hostile_text_stays_inside_its_label():
    fill_db(web.database, "hostile")
    families = scrape()
    hostile = [labels for labels in families["vpntriage_device_up"][1] if "script" in labels]
    equal(len(hostile), 1, "the device")
    equal('alert(1)</script>\\"\'\\\\\\n' in hostile[0], True, hostile[0])


def promtool_has_nothing_to_say():
    if not shutil.which("promtool"):
        raise Skip("promtool is not installed (Debian's package prometheus)")
    done = subprocess.run(["promtool", "check", "metrics"], input=web.get("/metrics").body, capture_output=True, timeout=60, check=False)
    equal((done.returncode, done.stderr + done.stdout), (0, b""), "promtool check metrics")


with web:
    run(names_follow_the_rules, a_status_is_a_set_of_which_one_is_true, figures_equal_those_of_the_api,
        the_programs_tell_of_themselves, hostile_text_stays_inside_its_label, promtool_has_nothing_to_say)
