# SPDX-License-Identifier: MIT
"""One firewall that is dead, slow, locked or somebody else costs no other anything, and is knocked at politely.

par-fw1 accepts a connection and says nothing, zrh-fw1 refuses our password, lon-fw1 shows another host key than the one
pinned; fra-fw1 is healthy and must not notice.
"""

import os
import signal
import time

import tap
from fleet import Fleet

fleet = Fleet("tests/worlds/small.yaml", settings="poll: { sa: 1s, sessions: 3s, facts: 5s }")


def config():
    with open(fleet.config, encoding="utf-8") as file:
        return file.read()


def write_config(text):
    with open(fleet.config, "w", encoding="utf-8") as file:
        file.write(text)


def secret(name, text):
    path = os.path.join(fleet.folder, "secrets", name)
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text + "\n")
    return path


def refuse(command):
    """The same world, but fra-fw1 does not let our account run commands that begin like this."""
    with open(fleet.world, encoding="utf-8") as file:
        world = file.read()
    fleet.world = os.path.join(fleet.folder, "world.yaml")
    with open(fleet.world, "w", encoding="utf-8") as file:
        file.write(world.replace("    uptime: 173d\n", f"    uptime: 173d\n    quirks: {{ denied: {command} }}\n"))


def status(name):
    return fleet.ask_daemon(request="status", device=name)["result"]["device"]


def logins(name):
    return fleet.ask_asasim(do="logins", device=name)["logins"]


def said(word):
    return [line for line in fleet.processes["vpntriaged"].said().splitlines() if word in line]


def the_healthy_one_is_polled_on_time_beside_three_that_are_not():
    refuse("show vpn-sessiondb")
    fleet.start_asasim()
    fleet.ask_asasim(do="quirk", device="par-fw1", quirk="silent_tcp", value=True)
    fleet.ask_asasim(do="quirk", device="lon-fw1", quirk="host_key_change", value=True)
    write_config(config().replace("- name: zrh-fw1", f"- name: zrh-fw1\n    password_file: {secret('zrh', 'wrong')}"))
    fleet.start_daemon()
    fleet.wait_for("fra-fw1 is polled six times", lambda: os.path.exists(f"{fleet.folder}/control.sock") and
                   status("fra-fw1")["rounds"] >= 6, 12)
    figures = fleet.ask_daemon(request="status")["result"]["fleet"]
    assert figures["late_p99_ms"] < 500, f"polls came {figures['late_p99_ms']} ms late"


def a_refused_password_is_tried_once_and_not_again():
    fleet.wait_for("zrh-fw1 is given up", lambda: status("zrh-fw1")["state"] == "auth-failed")
    tap.equal(logins("zrh-fw1")["failed"], 1, "failed logins")
    assert "due_in_ms" not in status("zrh-fw1"), "another try is planned"
    reply = fleet.ask_daemon(request="poll", device="zrh-fw1")
    tap.equal(reply.get("error", {}).get("code"), "auth", f"a poll asked for by hand: {reply}")
    tap.equal(logins("zrh-fw1")["failed"], 1, "failed logins after a poll was asked for")
    tap.equal(len(said("'zrh-fw1': is auth-failed")), 1, "lines in the log")


def another_host_key_is_refused_and_no_password_is_sent():
    fleet.wait_for("lon-fw1 is refused", lambda: status("lon-fw1")["state"] == "host-key-changed")
    attempts = logins("lon-fw1")
    tap.equal((attempts["password_attempts"], attempts["interactive_attempts"], attempts["publickey_attempts"]), (0, 0, 0),
              "attempts")


def silence_ends_in_a_time_limit_and_a_state():
    fleet.wait_for("par-fw1 is unreachable", lambda: status("par-fw1")["state"] == "unreachable", 40)


def a_reload_tries_the_password_once_more_and_takes_a_new_one():
    fleet.processes["vpntriaged"].child.send_signal(signal.SIGHUP)
    fleet.wait_for("the wrong one is tried again", lambda: logins("zrh-fw1")["failed"] == 2)
    secret("zrh", "cisco123")
    fleet.processes["vpntriaged"].child.send_signal(signal.SIGHUP)
    fleet.wait_for("zrh-fw1 answers", lambda: status("zrh-fw1")["state"] == "ok")
    tap.equal(logins("zrh-fw1")["failed"], 2, "failed logins")


def a_session_that_dies_in_the_middle_of_a_listing_is_no_missing_tunnel():
    before = status("fra-fw1")["rounds"]
    fleet.ask_asasim(do="quirk", device="zrh-fw1", quirk="close_after_bytes", value=1500)
    fleet.wait_for("zrh-fw1 is lost", lambda: status("zrh-fw1")["state"] != "ok")
    fleet.ask_asasim(do="quirk", device="zrh-fw1", quirk="close_after_bytes", value=0)
    fleet.wait_for("zrh-fw1 answers again", lambda: status("zrh-fw1")["state"] == "ok" or
                   "result" in fleet.ask_daemon(request="poll", device="zrh-fw1"))
    fleet.wait_for("fra-fw1 goes on", lambda: status("fra-fw1")["rounds"] > before + 1)


def a_command_that_authorization_refuses_is_left_alone_and_the_others_go_on():
    asked = [e for e in fleet.ask_asasim(do="commands", device="fra-fw1")["commands"] if "vpn-sessiondb" in e["line"]]
    tap.equal(sorted(e["line"] for e in asked), ["show vpn-sessiondb detail l2l", "show vpn-sessiondb summary"], "asked")
    tap.equal(len(said("'fra-fw1': \"show vpn-sessiondb")), 2, "lines in the log")
    tap.equal(status("fra-fw1")["state"], "ok", "state")


def it_stops_within_seconds_with_devices_that_hang():
    fleet.ask_asasim(do="quirk", device="fra-fw1", quirk="hang_after_bytes", value=600)
    fleet.wait_for("fra-fw1 hangs in a listing", lambda: status("fra-fw1")["doing"] == "asking")
    began = time.monotonic()
    tap.equal(fleet.processes["vpntriaged"].stop(), 0, "exit code")
    took = time.monotonic() - began
    assert took < 6, f"stopping took {took:.1f} s"
    fleet.processes.pop("vpntriaged")


if __name__ == "__main__":
    with fleet:
        tap.run(the_healthy_one_is_polled_on_time_beside_three_that_are_not, a_refused_password_is_tried_once_and_not_again,
                another_host_key_is_refused_and_no_password_is_sent, silence_ends_in_a_time_limit_and_a_state,
                a_reload_tries_the_password_once_more_and_takes_a_new_one,
                a_session_that_dies_in_the_middle_of_a_listing_is_no_missing_tunnel,
                a_command_that_authorization_refuses_is_left_alone_and_the_others_go_on,
                it_stops_within_seconds_with_devices_that_hang)
