#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`vpntriage explain` on every real listing of ../shared/corpus, in place; skipped where there is none.

It never breaks, what it says is whole JSON with the fields of a report, every line of evidence is a line of the file,
and listings that show tunnels in peace name no fault.
"""

import json
import os
import subprocess

import tap

CORPUS = os.path.join(os.environ.get("top_srcdir", "."), "..", "shared", "corpus")

PROGRAM = os.path.join(os.environ.get("top_builddir", "build"), "cli/vpntriage")
EXITS = {0, 1, 4, 7}
# Listings of tunnels that run: sessions, and SAs that have carried packets both ways.
HEALTHY = {
    "show_crypto_ikev2_sa/genie_ShowCryptoIkev2Sa_golden_output1.txt",
    "show_crypto_ikev2_sa_detail/gcp_ha_vpn_asa5506h.txt",
    "show_vpn-sessiondb_detail_l2l/ntc_show_vpn-sessiondb_detail_l2l.txt",
    "show_vpn-sessiondb_detail_l2l/ntc_show_vpn-sessiondb_detail_l2l2.txt",
}
FIELDS = {"tunnel", "status", "verdict", "evidence", "candidates", "ruled_out", "changed_before", "next_steps", "timeline", "one_sided"}


def files():
    return sorted(
        os.path.relpath(os.path.join(folder, name), CORPUS)
        for folder, _, names in os.walk(CORPUS)
        for name in names
        if name.endswith(".txt")
    )


def explain(path, *arguments):
    return subprocess.run([PROGRAM, "explain", *arguments, os.path.join(CORPUS, path)], capture_output=True, check=False, timeout=60)


def every_file_is_answered():
    for path in files():
        answer = explain(path)
        tap.equal(answer.returncode in EXITS, True, f"{path}: exit {answer.returncode}, {answer.stderr[:200]!r}")
        tap.equal(answer.returncode in {0, 1} or len(answer.stderr) > 20, True, f"{path}: a sentence where there is no answer")


def every_report_is_whole():
    for path in files():
        reports = json.loads(explain(path, "--json").stdout or "[]")
        for report in reports:
            tap.equal(FIELDS - set(report), set(), f"{path}: missing")
            tap.equal(bool(report["verdict"]["summary"]), True, f"{path}: a summary")
            for item in report["evidence"]:
                tap.equal(item["lines"][0]["n"] >= 1 and bool(item["says"]), True, f"{path}: evidence")


def tunnels_in_peace_have_no_fault():
    for path in sorted(HEALTHY):
        for report in json.loads(explain(path, "--json").stdout):
            faults = [c["fault"] for c in report["candidates"] if not c["fault"].startswith("OK-")]
            tap.equal(faults, [], f"{path}: faults of {report['tunnel']['peer']}")


if __name__ == "__main__":
    if not os.path.isdir(CORPUS):
        tap.skip_all("no ../shared/corpus")
    tap.run(every_file_is_answered, every_report_is_whole, tunnels_in_peace_have_no_fault)
