# SPDX-License-Identifier: MIT
"""The session against the simulated fleet: every switch that concerns logging in and talking, on a device of its own."""

import json
import os
import subprocess
import threading
import time

import fleet
import tap
from tap import equal

SIMULATOR = fleet.Fleet("tests/worlds/session.yaml")
DEVICES = {}
LONG = "packet-tracer input inside tcp 10.1.10.10 1234 10.2.10.10 443 detailed"


def write(name, text):
    path = os.path.join(SIMULATOR.folder, name)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    return path


def talk(name, *commands, limits=(), options=(), **changes):
    """What asatalk saw: ready, result and closed events of one device."""
    device = {**DEVICES[name], **changes}
    arguments = [os.path.join(fleet.BUILD, "tests/support/asatalk"), "--json", "--port", str(device["port"]),
                 "--user", device["user"], "--password-file", write(f"{name}.password", device["password"]),
                 "--enable-file", write(f"{name}.enable", device["enable_password"]),
                 "--known-hosts", write(f"{name}.known_hosts", "\n".join(device["known_hosts"]) + "\n"),
                 "--algorithms", device["algorithms"], "--limit", "stable=100"]
    for limit in limits:
        arguments += ["--limit", limit]
    done = subprocess.run([*arguments, *options, device["address"], "--", *commands], capture_output=True, text=True,
                          timeout=fleet.PATIENCE_S, check=False)
    if done.returncode not in (0, 1):
        raise AssertionError(f"asatalk ended with {done.returncode}: {done.stderr}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def results(events):
    return [event for event in events if event["event"] == "result"]


def ends(events, status, *words):
    equal(events[-1]["status"], status, f"the end of {events}")
    for word in words:
        assert word in events[-1]["error"], f"{word!r} is not in {events[-1]['error']!r}"


def works(name, **options):
    """Logs in, runs two commands, leaves."""
    events = talk(name, "show version", "show mode", **options)
    ends(events, "ok")
    equal([result["status"] for result in results(events)], ["ok", "ok"])
    assert "Software Version" in results(events)[0]["output"], events
    assert "single" in results(events)[1]["output"], events
    return events


def secrets_seen(name):
    logins = SIMULATOR.ask_asasim(do="logins", device=name)["logins"]
    return logins["password_attempts"] + logins["interactive_attempts"]


def start():
    SIMULATOR.start_asasim()
    DEVICES.update({device["name"]: device for device in SIMULATOR.devices})
    for device in DEVICES.values():
        if device["algorithms"] == "single":
            device["algorithms"] = "legacy"


def ordinary_devices_of_every_age():
    for name in ("plain", "old", "legacy", "single", "already", "question", "scrolls", "talkative"):
        works(name)


def a_modern_profile_tells_what_an_old_device_offers():
    ends(talk("old", algorithms="modern"), "algorithms", "diffie-hellman-group1-sha1", "algorithms: ancient")


def a_banner_with_prompts_and_pages():
    works("banner")


def secrets_are_sent_once():
    before = secrets_seen("plain")
    ends(talk("plain", "show mode", password="wrong"), "auth", "login refused")
    equal(secrets_seen("plain"), before + 1)
    ends(talk("plain", "show mode", enable_password="wrong"), "enable", "enable was refused")
    ends(talk("stubborn", "show mode"), "enable", "enable was refused")


def pages_are_answered_when_the_pager_cannot_be_turned_off():
    events = talk("pages", "show version", "show crypto ipsec sa")
    ends(events, "ok")
    paged, whole = results(events)[0], results(talk("plain", "show version"))[0]
    assert paged["mores"] > 2, paged
    assert "More" not in paged["output"] and "\b" not in paged["output"], paged["output"]
    equal(len(paged["output"].splitlines()), len(whole["output"].splitlines()), "lines of show version")


def a_refused_command_is_one_command():
    events = talk("denied", "show vpn-sessiondb detail l2l", "show mode")
    equal([result["status"] for result in results(events)], ["denied", "ok"])


def the_old_syntax_is_told_from_the_new_one():
    events = talk("old", "show crypto ikev1 sa detail", "show crypto isakmp sa detail")
    equal([result["status"] for result in results(events)], ["rejected", "ok"])


def an_idle_device_hangs_up_and_is_called_again():
    events = talk("idle", "show mode", "sleep 20000", "show version")
    equal([e["status"] for e in events if e["event"] == "closed"], ["closed", "ok"])


def a_listing_cut_off_is_marked():
    events = talk("cut", "show crypto ipsec sa")
    equal((results(events)[0]["status"], results(events)[0]["truncated"]), ("closed", True))
    ends(events, "closed")
    events = talk("hung", "show crypto ipsec sa", limits=["silence=500"])
    equal((results(events)[0]["status"], results(events)[0]["truncated"]), ("timeout", True))
    ends(events, "timeout")


def small_packets_at_a_slow_rate():
    events = talk("slow", "show version", "show crypto ipsec sa", limits=["silence=2000"])
    ends(events, "ok")
    assert results(events)[1]["reads"] > 2, results(events)[1]["reads"]


def a_configuration_of_eleven_megabytes():
    began = time.monotonic()
    result = results(talk("huge", "show running-config"))[0]
    equal((result["status"], result["truncated"]), ("ok", False))
    assert len(result["output"]) >= 11000000, len(result["output"])
    tap.diagnose(f"{len(result['output'])} bytes in {result['reads']} reads, {time.monotonic() - began:.1f} s")
    result = results(talk("huge", "show running-config", limits=["bytes=1000000"]))[0]
    equal((result["status"], result["truncated"]), ("limit", True))


def messages_in_between_are_taken_out():
    for _ in range(5):
        result = results(talk("talkative", "show version"))[0]
        assert "%ASA-" not in result["output"], result["output"]


def garbage_in_between_hangs_nothing():
    events = talk("noise", "show version", "show crypto ipsec sa", "show mode")
    ends(events, "ok")
    equal(len(results(events)), 3)


def a_long_command_scrolls_the_echo():
    for name in ("plain", "scrolls"):
        result = results(talk(name, LONG))[0]
        assert "packet-tracer" not in result["output"] and "$" not in result["output"], result["output"]


def a_failover_switch_changes_the_prompt():
    threading.Timer(1, lambda: SIMULATOR.ask_asasim(do="failover", device="pair")).start()
    events = talk("pair", "show mode", "sleep 2000", "show mode", "show version")
    ends(events, "ok")
    prompts = [result["prompt"] for result in results(events)]
    assert prompts[0] != prompts[1] == prompts[2], prompts
    equal(len([e for e in events if e.get("what") == "prompt-changed"]), 1)


def a_failover_switch_that_ends_the_session():
    threading.Timer(1, lambda: SIMULATOR.ask_asasim(do="failover", device="dropped")).start()
    events = talk("dropped", "show mode", "sleep 20000", "show mode")
    equal([e["status"] for e in events if e["event"] == "closed"], ["closed", "ok"])


def contexts_are_walked():
    events = talk("multi", "show mode", "changeto context customer1", "show version", "changeto context nobody",
                  "changeto system", "show mode")
    ends(events, "ok")
    equal([result["status"] for result in results(events)], ["ok", "ok", "ok", "rejected", "ok", "ok"])
    prompts = [result["prompt"] for result in results(events)]
    assert prompts[1].endswith("/customer1#") and "/" not in prompts[5], prompts


def broken_ports_are_sentences():
    ends(talk("closed"), "connect")
    ends(talk("mute", limits=["connect=500"]), "timeout", "no SSH greeting")


def a_full_device_refuses_the_next_session():
    first = threading.Thread(target=talk, args=("full", "show mode", "sleep 3000"))
    first.start()
    SIMULATOR.wait_for("somebody is logged in", lambda: SIMULATOR.ask_asasim(do="sessions", device="full")["sessions"])
    ends(talk("full", "show mode"), "connect")
    first.join()


def a_changed_host_key_gets_no_secret():
    ends(talk("newkey", "show mode"), "hostkey", "changed", "SHA256:")
    equal(secrets_seen("newkey"), 0)


def only_the_allowed_was_typed():
    typed = {entry["line"] for device in DEVICES for entry in SIMULATOR.ask_asasim(do="commands", device=device)["commands"]}
    assert "show version" in typed, typed
    for line in typed:
        assert line.startswith(("show ", "packet-tracer input ", "changeto ")) or \
            line in ("", "enable", "exit", "terminal pager 0"), line


if __name__ == "__main__":
    only = os.environ.get("ONLY")
    cases = [ordinary_devices_of_every_age, a_modern_profile_tells_what_an_old_device_offers,
             a_banner_with_prompts_and_pages, secrets_are_sent_once,
             pages_are_answered_when_the_pager_cannot_be_turned_off, a_refused_command_is_one_command,
             the_old_syntax_is_told_from_the_new_one, an_idle_device_hangs_up_and_is_called_again,
             a_listing_cut_off_is_marked, small_packets_at_a_slow_rate, a_configuration_of_eleven_megabytes,
             messages_in_between_are_taken_out, garbage_in_between_hangs_nothing, a_long_command_scrolls_the_echo, a_failover_switch_changes_the_prompt,
             a_failover_switch_that_ends_the_session, contexts_are_walked, broken_ports_are_sentences,
             a_full_device_refuses_the_next_session, a_changed_host_key_gets_no_secret, only_the_allowed_was_typed]
    with SIMULATOR:
        start()
        tap.run(*[case for case in cases if not only or only in case.__name__])
