#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Listings of our own, in the shape a device prints them: X.txt through `vpntriage parse` gives X.json.

INDEX.tsv says what each pair shows. `own_corpus.py --write` writes the .json files again; read the difference.
"""

import json
import os
import subprocess
import sys

import tap

HERE = os.path.join(os.environ.get("top_srcdir", "."), "tests", "corpus")
PROGRAM = os.path.join(os.environ.get("top_builddir", "build"), "cli/vpntriage")


def parse(case):
    command = [PROGRAM, "parse", os.path.join(HERE, f"{case}.txt")]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def index():
    with open(os.path.join(HERE, "INDEX.tsv"), encoding="utf-8") as file:
        rows = [line.rstrip("\n").split("\t") for line in file]
    tap.equal(rows[0], ["case", "platform", "version", "what it shows"], "columns")
    return {row[0]: row[3] for row in rows[1:]}


def pairs():
    return {
        os.path.relpath(os.path.join(folder, name), HERE)[: -len(".json")]
        for folder, _, names in os.walk(HERE)
        for name in names
        if name.endswith(".json")
    }


def the_index_names_every_case_and_no_other():
    tap.equal(sorted(index()), sorted(pairs()), "INDEX.tsv")


def differences(path, ours, theirs):
    """Where two JSON values part, shortly."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key in sorted(set(ours) | set(theirs)):
            yield from differences(f"{path}.{key}", ours.get(key, "absent"), theirs.get(key, "absent"))
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for number, (mine, other) in enumerate(zip(ours, theirs)):
            yield from differences(f"{path}[{number}]", mine, other)
    elif ours != theirs:
        yield f"{path}: got {ours!r}, expected {theirs!r}"


def test_of(case):
    def compare():
        with open(os.path.join(HERE, f"{case}.json"), encoding="utf-8") as file:
            expected = json.load(file)
        found = list(differences("", json.loads(parse(case)), expected))
        assert not found, "\n".join([case, *found[:20]])

    compare.__name__ = f"{case}: {index()[case]}"
    return compare


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        for written in index():
            with open(os.path.join(HERE, f"{written}.json"), "w", encoding="utf-8") as out:
                out.write(parse(written))
        sys.exit(0)
    tap.run(the_index_names_every_case_and_no_other, *(test_of(case) for case in sorted(index())))
