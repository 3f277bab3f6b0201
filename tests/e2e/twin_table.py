#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""README's table of native twins, from what test_twins.py --table wrote, one run for each window manager.

    twin_table.py FILE README

A cell has the programs that look the same, and those that do not with why. The table replaces the one between the two
lines that begin with <!-- twins."""
import pathlib
import re
import sys

MARKS = ("<!-- twins: made by tests/e2e/twin_table.py -->", "<!-- twins end -->")


def read(path):
    cells, managers = {}, []
    for line in path.read_text(encoding="utf-8").splitlines():
        manager, program, step, found = line.split("\t")
        if manager not in managers:
            managers.append(manager)
        cells.setdefault(step, {}).setdefault(manager, {})[program] = found
    return cells, managers


def cell(programs):
    bad = [program for program, found in programs.items() if found != "same"]
    if not programs:
        return ""
    return "same" if not bad else f"{len(programs) - len(bad)} of {len(programs)}, not {', '.join(bad)}"


def missing(cells, managers):
    """Programs that were put through a step under one window manager and not under another, where others were."""
    everywhere = {program for found in cells.values() for programs in found.values() for program in programs}
    return [f"{manager}: {program}" for manager in managers for program in sorted(everywhere)
            if not any(program in found.get(manager, {}) for found in cells.values())]


def table(cells, managers):
    lines = [f"| | {' | '.join(managers)} |", "|---" * (len(managers) + 1) + "|"]
    lines += [f"| {step} | {' | '.join(cell(found.get(m, {})) for m in managers)} |" for step, found in cells.items()]
    return "\n".join(lines)


def main():
    source, readme = map(pathlib.Path, sys.argv[1:])
    begin, end = MARKS
    text = readme.read_text(encoding="utf-8")
    if begin not in text or end not in text:
        sys.exit(f"twin_table.py: {readme} has no lines {begin!r} and {end!r}")
    cells, managers = read(source)
    if missing(cells, managers):
        sys.exit(f"twin_table.py: {source} has no line of {', '.join(missing(cells, managers))}; run test_twins.py with it")
    made = f"{begin}\n{table(cells, managers)}\n{end}"
    readme.write_text(re.sub(f"{re.escape(begin)}.*{re.escape(end)}", lambda _: made, text, flags=re.S), encoding="utf-8")


if __name__ == "__main__":
    main()
