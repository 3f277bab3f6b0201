#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the house rules that a compiler does not know: who may include whom (DESIGN: siblings
meet in channel/ only), sizes of functions and files, first lines, unfinished work, sleeping tests.

usage: rules.py SOURCE_DIR     prints one line per breach and exits 1 if there is any
"""
import re
import subprocess
import sys

SIBLINGS = ("guestagent", "hostbroker", "rdpbridge", "launcher")
FUNCTION_MAX, FILE_MAX = 80, 800
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK|stub|not (yet )?implemented|unimplemented|for now|placeholder)\b",
                        re.IGNORECASE)
# A program that sleeps for minutes is one that lives long, not a wait.
SLEEP = re.compile(r"\b(sleep|usleep|g_usleep|nanosleep|time\.sleep)\b *\(? *(?!\d{3,})[0-9]")
SYSTEM = {
    "freerdp": re.compile(r"#include <(freerdp|winpr)/"),
    "X11": re.compile(r"#include <(X11|xcb)/"),
    "GLib": re.compile(r"#include <(glib|gio|gdk-pixbuf)"),
}


def tracked(root):
    # Where the tree is no git checkout (a release's archive), everything there is ours.
    try:
        out = subprocess.run(["git", "-C", root, "ls-files", "--cached", "--others", "--exclude-standard"],
                             check=True, capture_output=True, text=True).stdout
    except (OSError, subprocess.CalledProcessError):
        out = subprocess.run(["find", ".", "-type", "f", "-not", "-path", "./build/*", "-printf", "%P\n"],
                             cwd=root, check=True, capture_output=True, text=True).stdout
    return [f for f in out.splitlines() if not f.startswith("tests/fuzz/corpus/")]


def may_not_include(path):
    """Patterns of includes that a source may not have, with the reason."""
    top = path.split("/")[0]
    rules = []
    if top == "channel":
        rules.append((re.compile(r'#include "(%s)/' % "|".join(SIBLINGS)), "channel/ knows nobody"))
        if path.count("/") == 1:
            rules += [(SYSTEM[k], "channel/ is pure C") for k in SYSTEM]
    if top in SIBLINGS:
        others = "|".join(s for s in SIBLINGS if s != top)
        rules.append((re.compile(r'#include "(%s)/' % others), "siblings meet in channel/"))
    if top in ("hostbroker", "launcher"):
        rules += [(SYSTEM["freerdp"], "only rdpbridge/ and the guest speak RDP"),
                  (SYSTEM["X11"], "broker and launcher open no display")]
    if path.startswith("rdpbridge/x11/"):
        rules.append((SYSTEM["freerdp"], "the view knows no RDP"))
    elif top == "rdpbridge":
        rules.append((SYSTEM["X11"], "the session knows no X11"))
    if path.startswith("guestagent/remoteapp/x11/"):
        rules.append((SYSTEM["freerdp"], "the X11 half knows no RDP"))
    return rules


def check_source(path, lines, breach):
    for pattern, why in may_not_include(path):
        for number, line in enumerate(lines, 1):
            if pattern.search(line):
                breach(path, number, f"{line.strip()}: {why}")
    if len(lines) > FILE_MAX:
        breach(path, len(lines), f"{len(lines)} lines; at most {FILE_MAX}")
    if path.endswith(".h") and not any(line.startswith("#pragma once") for line in lines):
        breach(path, 1, "no #pragma once")
    start = None
    for number, line in enumerate(lines, 1):
        if line.startswith("{"):
            start = number
        elif line.startswith("}") and start:
            if number - start > FUNCTION_MAX:
                breach(path, start, f"function of {number - start} lines; at most {FUNCTION_MAX}")
            start = None


def check_text(path, lines, breach):
    for number, line in enumerate(lines, 1):
        if not path.startswith("tests/lint/") and UNFINISHED.search(line):
            breach(path, number, f"unfinished work: {line.strip()}")
        # Silence between two sounds, and a shell's own loop on a condition, are no waits of a test.
        waits = SLEEP.search(line) and "paplay" not in line and "; do sleep" not in line
        if path.startswith("tests/") and not path.startswith("tests/lint/") and waits:
            breach(path, number, f"waits for a time, not for a condition: {line.strip()}")
    if not any("SPDX-License-Identifier" in line for line in lines[:3]):
        breach(path, 1, "no SPDX line at the top")


def main(root):
    breaches = []

    def breach(path, number, what):
        breaches.append(f"{path}:{number}: {what}")

    files = tracked(root)
    for path in files:
        is_c = path.endswith((".c", ".h"))
        is_script = path.endswith((".py", ".sh")) or path in ("packaging/demo", "packaging/test", "packaging/install-deps")
        if not is_c and not is_script:
            continue
        try:
            with open(f"{root}/{path}", encoding="utf-8") as f:
                lines = f.read().splitlines()
        except FileNotFoundError:
            continue
        if is_c:
            check_source(path, lines, breach)
        check_text(path, lines, breach)
    print("\n".join(breaches) if breaches else f"{len(files)} files follow the rules")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
