#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""README's table of behaviours, a row for each suite of this folder and a column for each window manager, from tests that ran.

    behaviours.py run FILE WINDOW-MANAGER SUITE[.CLASS]...   adds a line for each test to FILE, instead of those it has of them
    behaviours.py table FILE README                          replaces what is between the lines that begin with <!-- behaviours

A test whose desktop has a window manager of its own choice counts as one of that only. FILE's lines are window manager, suite,
test, and what came of it: passed, failed, or "skipped: " and why."""
import importlib
import os
import pathlib
import re
import subprocess
import sys
import unittest

MARKS = ("<!-- behaviours: made by tests/e2e/behaviours.py -->", "<!-- behaviours end -->")
MANAGERS = ("openbox", "xfwm4", "i3", "mutter")
SUITE_MAX_S = 1200
TITLES = {
    "identity": "names, icons, classes, hints, startup notification",
    "windows": "several programs, resized, closed, minimised; pixels",
    "odd_windows": "larger than the screen, of one pixel, shaped, 200 at once",
    "focus": "stacking and focus among windows of the host and two guests",
    "popups": "menus, combo boxes, tooltips, drag icons, splash screens, modal dialogues",
    "keyboard": "keys of all layouts, dead keys, repeats",
    "pointer": "buttons, wheels, cursors, pointer lock",
    "layouts": "keys while the layout, or what they mean, is switched",
    "input_method": "text by an input method (ibus), what is being made, candidates at the caret",
    "scale": "the host's scale, also while it changes",
    "scroll": "smooth scrolling",
    "touch": "fingers on a touch screen",
    "clipboard": "clipboard and selection, of all kinds, and who may have them",
    "tray": "icons in the tray, and their menus",
    "notifications": "notifications",
    "looks": "a compositor that comes and goes",
    "hung": "programs that hang, or are killed",
}


class Recorder(unittest.TextTestResult):
    """What came of each test of a suite; of one whose desktop has another window manager nothing."""
    manager = None

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.found, self.classes = {}, {}

    def note(self, test, what):
        if isinstance(test, unittest.TestCase):
            desktop = getattr(test, "d", None)
            if desktop is None or desktop.wm == self.manager:
                self.found[name_of(test)] = what
        else:  # of a class that was not set up, or could not be: unittest's text for it has its name
            self.classes[re.search(r"\(\w+\.(\w+)\)", str(test))[1]] = what

    def addSuccess(self, test):
        super().addSuccess(test)
        self.note(test, "passed")

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.note(test, f"skipped: {reason}")

    def addError(self, test, err):
        super().addError(test, err)
        self.note(test, "failed")

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.note(test, "failed")

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err:
            self.note(test, "failed")

    def outcome(self, tests):
        of_class = {t: self.classes[t.split(".")[0]] for t in tests if t.split(".")[0] in self.classes}
        return {**of_class, **self.found}


def name_of(test):
    return ".".join(test.id().split(".")[-2:])


def tests_of(suite):
    for part in suite:
        yield from tests_of(part) if isinstance(part, unittest.TestSuite) else [part]


def run_one(path, manager, name):
    """Runs a suite, or a class of it, in a process of its own, under a window manager."""
    name, _, of_class = name.partition(".")
    module, loader = importlib.import_module(f"test_{name}"), unittest.defaultTestLoader
    suite = loader.loadTestsFromName(of_class, module) if of_class else loader.loadTestsFromModule(module)
    names = [name_of(test) for test in tests_of(suite)]
    Recorder.manager = manager
    result = unittest.TextTestRunner(resultclass=Recorder, verbosity=2).run(suite)
    old = path.read_text(encoding="utf-8").splitlines(True) if path.exists() else []
    replaced = lambda words: words[:2] == [manager, name] and (not of_class or words[2] in names)  # noqa: E731
    lines = [line for line in old if not replaced(line.split("\t"))]
    lines += [f"{manager}\t{name}\t{test}\t{what}\n" for test, what in sorted(result.outcome(names).items())]
    path.write_text("".join(lines), encoding="utf-8")
    return result.wasSuccessful()


def run(path, manager, *suites):
    good = True
    for name in suites:
        done = subprocess.run([sys.executable, __file__, "one", path, manager, name], check=False, timeout=SUITE_MAX_S,
                              env={**os.environ, "CASEMENT_TEST_WM": manager})
        good = good and done.returncode == 0
    sys.exit(0 if good else 1)


def read(path):
    cells = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        manager, suite, test, found = line.split("\t")
        cells.setdefault(suite, {}).setdefault(manager, {})[test] = found
    return cells


def words(test):
    """A test's name as a reader says it, without the number that gives it its turn; twins' are named for their class."""
    of_class, name = test.split(".")
    return re.sub(r"^(test_)?(\d+_)?", "", of_class.lower() if name == "test_programs" else name).replace("_", " ")


def named(some, tests):
    """Those, each name once; one that other classes' tests have too, with its class."""
    alike = lambda test: [t for t in tests if words(t) == words(test)]  # noqa: E731
    names = (words(t) if set(alike(t)) <= set(some) else f"{words(t)} ({t.split('.')[0]})" for t in some)
    return ", ".join(dict.fromkeys(names))


def cell(tests):
    skipped = {test: found.removeprefix("skipped: ") for test, found in tests.items() if found.startswith("skipped: ")}
    bad = [test for test, found in tests.items() if found == "failed"]
    ran = len(tests) - len(skipped)
    said = f"all {ran}" if not bad else f"{ran - len(bad)} of {ran}, not {named(bad, tests)}"
    reasons = [f"without {named([test for test in skipped if skipped[test] == reason], tests)}: {reason}"
               for reason in dict.fromkeys(skipped.values())]
    return "; ".join([said, *reasons])


def missing(cells):
    """Suites that did not run at all, or not under one of the window managers."""
    return [f"{manager}: {suite}" for suite in TITLES for manager in MANAGERS if not cells.get(suite, {}).get(manager)]


def table(cells):
    lines = [f"| | {' | '.join(MANAGERS)} |", "|---" * (len(MANAGERS) + 1) + "|"]
    lines += [f"| {title} | {' | '.join(cell(cells[suite][m]) for m in MANAGERS)} |" for suite, title in TITLES.items()]
    return "\n".join(lines)


def make_table(source, readme):
    begin, end = MARKS
    text = readme.read_text(encoding="utf-8")
    if begin not in text or end not in text:
        sys.exit(f"behaviours.py: {readme} has no lines {begin!r} and {end!r}")
    cells = read(source)
    if missing(cells):
        sys.exit(f"behaviours.py: {source} has no line of {', '.join(missing(cells))}; run them with it")
    made = f"{begin}\n{table(cells)}\n{end}"
    readme.write_text(re.sub(f"{re.escape(begin)}.*{re.escape(end)}", lambda _: made, text, flags=re.S), encoding="utf-8")


def main():
    verb, path, *rest = sys.argv[1:]
    if verb == "table":
        make_table(pathlib.Path(path), pathlib.Path(rest[0]))
    elif verb == "one":
        sys.exit(0 if run_one(pathlib.Path(path), *rest) else 1)
    else:
        run(path, *rest)


if __name__ == "__main__":
    main()
