#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The table of behaviours says what ran, all of it, and README has the one that behaviours.py makes."""
import pathlib
import tempfile
import unittest

import behaviours

README = pathlib.Path(__file__).resolve().parents[2] / "README.md"


class Table(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.source, self.readme = (pathlib.Path(folder.name) / name for name in ("found", "README.md"))
        begin, end = behaviours.MARKS
        self.readme.write_text(f"before\n{begin}\nold\n{end}\nafter\n")
        self.lines = [f"{m}\t{suite}\tClass.test_one_thing\tpassed\n" for m in behaviours.MANAGERS for suite in behaviours.TITLES]

    def test_each_suite_and_window_manager(self):
        self.source.write_text("".join(self.lines))
        behaviours.make_table(self.source, self.readme)
        made = self.readme.read_text().splitlines()
        self.assertEqual((made[0], made[-1], len(made)), ("before", "after", 6 + len(behaviours.TITLES)))
        self.assertEqual([row.split(" | ")[1:] for row in made[4:-2]], [["all 1"] * 3 + ["all 1 |"]] * len(behaviours.TITLES))

    def test_refused_where_one_did_not_run(self):
        self.source.write_text("".join(self.lines[1:]))
        before = self.readme.read_text()
        with self.assertRaisesRegex(SystemExit, f"{behaviours.MANAGERS[0]}: {next(iter(behaviours.TITLES))}"):
            behaviours.make_table(self.source, self.readme)
        self.assertEqual(self.readme.read_text(), before)

    def test_what_failed_and_what_was_left_out(self):
        self.assertEqual(behaviours.cell({"A.test_one": "passed", "A.test_the_other": "failed", "Toolkit.test_programs": "failed",
                                          "A.test_third": "skipped: it has none", "B.test_fourth": "skipped: it has none"}),
                         "1 of 3, not the other, toolkit; without third, fourth: it has none")

    def test_names_that_several_classes_have(self):
        self.assertEqual(behaviours.cell({"Gtk4.test_2_text": "failed", "Qt6.test_2_text": "passed",
                                          "Gtk4.test_1_groups": "skipped: none", "Qt6.test_1_groups": "skipped: none"}),
                         "1 of 2, not text (Gtk4); without groups: none")

    def test_readme_has_it(self):
        begin, end = behaviours.MARKS
        rows = README.read_text(encoding="utf-8").split(begin)[1].split(end)[0].strip().splitlines()
        self.assertEqual(rows[0], f"| | {' | '.join(behaviours.MANAGERS)} |")
        self.assertEqual([row.split(" | ")[0] for row in rows[2:]], [f"| {title}" for title in behaviours.TITLES.values()])


if __name__ == "__main__":
    unittest.main(verbosity=2)
