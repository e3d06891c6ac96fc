#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Verdicts on pastes: X.txt through `vpntriage explain --json` gives what X.expect says.

A paste is in the shape a device prints it and written by us; with two prompts in it both ends are in view. X.expect:

    peer ADDRESS        the tunnel it is about, where the paste has more than one
    status WORD         of the tunnel
    verdict FAULT | -   what is named; - for nothing
    confidence WORD     of the verdict
    candidate FAULT…    at least these are candidates
    ruled FAULT…        at least these are ruled out
    flapping 1          it comes and goes
    healthy 1           no fault is named, nor is one a candidate
    shows S1 …          claims of the founding article (see ARTICLE.tsv) that the case answers

Every case also holds to the caps: from one end nothing that lies elsewhere is more than likely unless stated, keys
are never certain, and every line of evidence is a line of the paste.
"""

import json
import os
import subprocess

import tap

HERE = os.path.join(os.environ.get("top_srcdir", "."), "tests", "diagnosis")
PROGRAM = os.path.join(os.environ.get("top_builddir", "build"), "cli/vpntriage")


def expectations(case):
    with open(os.path.join(HERE, f"{case}.expect"), encoding="utf-8") as file:
        return dict(line.rstrip("\n").split(" ", 1) for line in file)


def explain(case, peer):
    command = [PROGRAM, "explain", "--json", *(["--peer", peer] if peer else []), os.path.join(HERE, f"{case}.txt")]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    reports = json.loads(answer.stdout)
    tap.equal(len(reports), 1, f"tunnels in the paste ({answer.stderr.strip()})")
    return reports[0]


def hold_to_evidence(case, report):
    with open(os.path.join(HERE, f"{case}.txt"), encoding="utf-8") as file:
        lines = file.read().split("\n")
    for item in report["evidence"]:
        for line in item["lines"]:
            tap.equal(lines[line["n"] - 1].strip(), line["text"], f"line {line['n']} of the paste")


def hold_to_caps(report):
    for candidate in report["candidates"]:
        if candidate["fault"] == "P1-PSK":
            tap.equal(candidate["confidence"] == "certain", False, "keys are masked: certain")
    if report["verdict"]["fault"] is None:
        strong = [c["fault"] for c in report["candidates"] if c["confidence"] in ("certain", "strong")]
        tap.equal(strong, [], "strong, and not named")
    named = {c["fault"] for c in report["candidates"]}
    tap.equal(named & {r["fault"] for r in report["ruled_out"]}, set(), "both candidate and ruled out")


def compare(case):
    expected = expectations(case)
    report = explain(case, expected.get("peer"))
    verdict = report["verdict"]
    said = f"{report['status']} {verdict['fault']} {verdict['confidence']}: {verdict['summary']}"
    if "status" in expected:
        tap.equal(report["status"], expected["status"], f"status ({said})")
    if "verdict" in expected:
        tap.equal(verdict["fault"] or "-", expected["verdict"], f"verdict ({said})")
    if "confidence" in expected:
        tap.equal(verdict["confidence"], expected["confidence"], f"confidence ({said})")
    candidates = {c["fault"] for c in report["candidates"]}
    tap.equal(set(expected.get("candidate", "").split()) - candidates, set(), f"missing among the candidates {sorted(candidates)}")
    ruled = {r["fault"] for r in report["ruled_out"]}
    tap.equal(set(expected.get("ruled", "").split()) - ruled, set(), f"missing among the ruled out {sorted(ruled)}")
    if "flapping" in expected:
        tap.equal(verdict["flapping"], True, "flapping")
    if "healthy" in expected:
        tap.equal({c for c in candidates if not c.startswith("OK-")}, set(), f"faults of a healthy tunnel ({said})")
        tap.equal(verdict["class"], "none", f"class ({said})")
    hold_to_evidence(case, report)
    hold_to_caps(report)


def claims_are_shown_by_the_cases_named():
    with open(os.path.join(HERE, "ARTICLE.tsv"), encoding="utf-8") as file:
        rows = [line.rstrip("\n").split("\t") for line in file][1:]
    tap.equal([row[0] for row in rows], [f"S{n}" for n in range(1, 69)], "claims")
    shown = {}
    for case in CASES:
        for claim in expectations(case).get("shows", "").split():
            shown.setdefault(claim, []).append(case)
    for claim, _, where in rows:
        cases = [word for word in where.split() if word in CASES]
        tap.equal(sorted(cases), sorted(shown.get(claim, [])), f"cases of {claim}")


def test_of(case):
    def run():
        compare(case)

    run.__name__ = case.replace("-", "_")
    return run


CASES = sorted(name[: -len(".expect")] for name in os.listdir(HERE) if name.endswith(".expect"))

if __name__ == "__main__":
    tap.run(claims_are_shown_by_the_cases_named, *(test_of(case) for case in CASES))
