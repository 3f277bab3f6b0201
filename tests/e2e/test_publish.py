#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What the guest's menu has is in the host's menu, and nothing else."""
import pathlib
import time
import unittest

from case import XTERM, ChainCase
from harness import wait_for

ICON = """<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><rect width="64" height="64" fill="#c01c28"/></svg>"""


class Publish(ChainCase):
    def guest_entry(self, name):
        return self.home() / f".local/share/applications/{name}.desktop"

    def host_icons(self, name):
        return list(pathlib.Path(self.d.env["XDG_DATA_HOME"]).glob(f"icons/hicolor/*/apps/casement.demo.{name}.png"))

    def install(self, name, title="New Program", opens="Exec=xterm"):
        icon = self.home() / f"{name}.svg"
        icon.write_text(ICON)
        inside = icon if self.kind == "local" else self.inside(icon)
        self.give_to_guest(icon)
        self.install_entry(name, title, opens, f"Icon={inside}")

    def inside(self, path):
        """The guest's name of a file in its home."""
        self.d.run_in("demo", "sh", "-c", 'echo "$HOME" > ~/home.txt')
        told = self.home() / "home.txt"
        wait_for("the guest's home", lambda: told.is_file() and told.read_text().endswith("\n"))
        return told.read_text().strip() + "/" + str(path.relative_to(self.home()))

    def test_new_entry_in_two_seconds_and_gone_again(self):
        self.install("fresh")
        since = time.monotonic()
        wait_for("the new entry", self.host_entry("fresh").exists, 2)
        wait_for("its icon", lambda: self.host_icons("fresh"), max(0.1, 2 - (time.monotonic() - since)))
        self.d.run("desktop-file-validate", str(self.host_entry("fresh")))
        self.guest_entry("fresh").unlink()
        wait_for("the entry to go", lambda: not self.host_entry("fresh").exists(), 2)
        wait_for("its icon to go", lambda: not self.host_icons("fresh"), 2)

    def test_address_reaches_the_program_as_it_is(self):
        address = "casement-test:a%20b?c=%25&d='$(e)`;#f"
        script = self.home() / "opener.sh"
        script.write_text('#!/bin/sh\ncd && printf %s "$1" > part && mv part opened\n')
        script.chmod(0o755)
        inside = script if self.kind == "local" else self.inside(script)
        self.install("opener", opens=f"Exec={inside} %u\nMimeType=x-scheme-handler/casement-test;")
        wait_for("the entry", self.host_entry("opener").exists)
        entry = self.host_entry("opener").read_text().splitlines()
        self.assertIn("MimeType=x-scheme-handler/casement-test;", entry)
        self.d.run("desktop-file-validate", str(self.host_entry("opener")))
        self.d.run("gio", "launch", str(self.host_entry("opener")), address)
        opened = self.home() / "opened"
        wait_for("the program", opened.exists)
        self.assertEqual(opened.read_text(), address)
        for wrong, words in (("mailto:a@example.org", "does not open addresses that begin with mailto:"),
                             ("casement-test:a b", "a space")):
            result = self.d.casement("run", "demo", "opener", wrong, check=False)
            self.assertNotEqual(result.returncode, 0)
            self.assertIn(words, result.stderr)

    def test_broker_killed_leaves_nothing_stale_or_missing(self):
        self.install("stale")
        wait_for("the entry", self.host_entry("stale").exists)
        self.d.kill_broker()
        self.guest_entry("stale").unlink()
        self.install("missed", "Installed while the broker was away")
        self.d.casement("status")  # has a new broker activated
        wait_for("the entry that went while nobody looked to go", lambda: not self.host_entry("stale").exists())
        wait_for("the entry that came while nobody looked", self.host_entry("missed").exists)
        self.assertTrue(self.host_entry(XTERM.removeprefix("casement.demo.")).exists())

    def test_guest_removed_takes_everything_away(self):
        self.d.casement("guest", "add", "other", "--kind", self.kind)
        self.d.casement("guest", "start", "other")
        data = pathlib.Path(self.d.env["XDG_DATA_HOME"])
        config = pathlib.Path(self.d.env["XDG_CONFIG_HOME"])

        def left():
            return [p for base in (data, config) for p in base.rglob("*casement[.-]other*")]
        wait_for("published entries", lambda: list(data.glob("applications/casement.other.*")))
        self.d.casement("guest", "remove", "other", "--purge")
        wait_for(lambda: f"everything of the guest to be gone, left: {left()}", lambda: not left())


if __name__ == "__main__":
    unittest.main(verbosity=2)
