#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""vpntriage lint and sheet on files: what they print, as text and as JSON, and how they end."""

import json
import os
import subprocess
import tempfile

import tap

VPNTRIAGE = os.path.join(os.environ.get("top_builddir", "build"), "cli/vpntriage")
OK, PARTLY, USAGE, UNREADABLE, UNRECOGNISED, NOT_FOUND = 0, 1, 2, 3, 4, 7

END = """interface GigabitEthernet0/0
 nameif outside
 ip address {own} 255.255.255.0
access-list vpn extended permit ip {net} {other}
crypto ipsec ikev1 transform-set TS esp-aes-256 esp-sha-hmac
crypto map m 10 match address vpn
crypto map m 10 set peer {peer}
crypto map m 10 set ikev1 transform-set TS
crypto map m 10 set pfs {pfs}
crypto map m interface outside
crypto ikev1 enable outside
crypto ikev1 policy 10
 authentication pre-share
 encryption aes-256
 hash sha
 group 14
tunnel-group {peer} type ipsec-l2l
tunnel-group {peer} ipsec-attributes
 ikev1 pre-shared-key Zaubernuss
"""
A = {"own": "198.51.100.1", "net": "10.1.0.0 255.255.0.0", "peer": "203.0.113.2", "other": "10.2.0.0 255.255.0.0"}
B = {"own": "203.0.113.2", "net": "10.2.0.0 255.255.0.0", "peer": "198.51.100.1", "other": "10.1.0.0 255.255.0.0"}

folder = tempfile.TemporaryDirectory()


def write(name, text):
    path = os.path.join(folder.name, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


fra = write("fra.cfg", END.format(pfs="group14", **A))
par = write("par.cfg", END.format(pfs="group14", **B))
odd = write("odd.cfg", END.format(pfs="group19", **B))
prose = write("prose.txt", "Dear colleagues,\nthe tunnel is down.\n")


def run(*arguments, stdin=""):
    done = subprocess.run([VPNTRIAGE, *arguments], input=stdin, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def two_ends_that_fit_are_said_to():
    code, out, _ = run("lint", fra, par)
    tap.equal(code, OK, "exit status")
    tap.equal(out.count("both ends fit"), 1, f"in {out}")
    assert "Zaubernuss" not in out, out


def what_differs_stands_line_beside_line():
    code, out, _ = run("lint", fra, odd)
    tap.equal(code, PARTLY, "exit status")
    for line in (f"{fra}:9  crypto map m 10 set pfs group14", f"{odd}:9  crypto map m 10 set pfs group19"):
        assert line in out, f"no {line!r} in {out}"


def no_key_is_shown_as_evidence():
    other = write("cert.cfg", END.format(pfs="group14", **B).replace("pre-shared-key Zaubernuss", "trust-point CA"))
    for arguments in (["lint"], ["lint", "--json"]):
        code, out, _ = run(*arguments, fra, other)
        tap.equal(code, PARTLY, "exit status")
        assert "pre-shared-key *****" in out and "Zaubernuss" not in out, out


def the_same_is_there_as_json():
    code, out, _ = run("lint", "--json", fra, odd)
    tap.equal(code, PARTLY, "exit status")
    first, second, between = json.loads(out)
    tap.equal([first["source"], second["source"]], [fra, odd], "files")
    tap.equal(between["a"], {"source": fra, "address": "198.51.100.1", "crypto_map": "m", "sequence": 10}, "one end")
    [finding] = between["findings"]
    tap.equal((finding["rule"], finding["fault"], finding["severity"]), ("pfs", "P2-PFS", "fault"), "finding")
    tap.equal([line["source"] for line in finding["evidence"]], [fra, odd], "evidence")


def standard_input_is_a_file_too():
    with open(fra, encoding="utf-8") as file:
        code, out, _ = run("lint", stdin=file.read())
    tap.equal((code, "1 tunnels configured" in out), (OK, True), out)


def one_bad_file_does_not_hide_the_others():
    code, out, err = run("lint", "/nonexistent", fra)
    tap.equal((code, "fra.cfg: 1 tunnels" in out), (UNREADABLE, True), err)
    code, out, err = run("lint", prose, fra, par)
    tap.equal((code, out.count("both ends fit")), (UNRECOGNISED, 1), err)
    tap.equal(run("lint", "--frobnicate")[0], USAGE, "exit status")


def a_sheet_is_for_a_peer_that_is_there():
    code, out, _ = run("sheet", fra, "203.0.113.2")
    tap.equal(code, OK, "exit status")
    assert "crypto map OUTSIDE_MAP 10 set pfs group14" in out and "Zaubernuss" not in out, out
    code, out, _ = run("sheet", "--markdown", fra, "203.0.113.2")
    assert code == OK and out.startswith("# Site-to-site VPN 198.51.100.1 - 203.0.113.2\n"), out
    code, out, err = run("sheet", fra, "192.0.2.1")
    tap.equal((code, out, "203.0.113.2" in err), (NOT_FOUND, "", True), err)
    tap.equal(run("sheet", prose, "192.0.2.1")[0], UNRECOGNISED, "no tunnel at all")
    tap.equal(run("sheet", "/nonexistent", "192.0.2.1")[0], UNREADABLE, "no file")
    tap.equal(run("sheet", fra)[0], USAGE, "no peer")


def a_configuration_is_json_when_one_asks_for_it():
    code, out, _ = run("parse", "-c", "sh run", fra)
    tap.equal(code, OK, "exit status")
    tap.equal(json.loads(out)["facts"]["tunnel_groups"][0]["ikev1_key"], True, "that there is a key")
    assert "Zaubernuss" not in out, out


tap.run(
    two_ends_that_fit_are_said_to,
    what_differs_stands_line_beside_line,
    no_key_is_shown_as_evidence,
    the_same_is_there_as_json,
    standard_input_is_a_file_too,
    one_bad_file_does_not_hide_the_others,
    a_sheet_is_for_a_peer_that_is_there,
    a_configuration_is_json_when_one_asks_for_it,
)
