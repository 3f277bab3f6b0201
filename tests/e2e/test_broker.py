#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Sessions as the broker keeps them: idle ones end, ones that crash on and on are given up with one message."""
import signal
import unittest

from case import XTERM, ChainCase
from harness import wait_for


class Sessions(ChainCase):
    guest_options = ("--set", "idle_timeout_s=1")

    def setUp(self):
        for pid in self.d.guest_pids("xterm"):
            self.d.signal(pid, signal.SIGKILL)
        wait_for("no session", lambda: self.d.guest()["session"] == "none")

    def view_pid(self):
        status = self.d.try_json("status")
        return next((g["view_pid"] for g in status["guests"] if g["name"] == "demo"), 0) if status else 0

    def test_unused_session_ends_and_comes_back(self):
        d = self.d
        d.run_in("demo", "true")
        wait_for("the session to end", lambda: d.guest()["session"] == "none" and not self.view_pid())
        self.assertEqual(d.guest()["state"], "up")
        window = self.launch(XTERM)
        d.focus(window)
        d.type("exit")
        d.key("Return")
        wait_for("the session to end after its last window", lambda: d.guest()["session"] == "none")

    def test_no_display_to_open(self):
        saved = dict(self.d.env)
        self.d.env["DISPLAY"] = ":54321"
        try:
            done = self.d.casement("run", "demo", "debian-xterm", check=False)
        finally:
            self.d.env = saved
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("DISPLAY=:54321", done.stderr)
        self.launch(XTERM)

    def test_view_that_always_crashes_is_given_up_once(self):
        d = self.d
        self.launch(XTERM)
        killed = set()

        def given_up():
            pid = self.view_pid()
            if pid and pid not in killed:
                killed.add(pid)
                d.signal(pid, signal.SIGKILL)
            return not pid and "again and again" in (d.base / "dbus-daemon.log").read_text()
        wait_for(lambda: f"the broker to give up; killed {sorted(killed)}", given_up, 40)
        self.assertEqual((d.base / "dbus-daemon.log").read_text().count("again and again"), 1)
        self.assertTrue(d.guest_pids("xterm"), "the guest's program died")
        # The user's next launch brings the old windows too.
        known = {w.id for w in d.windows_of(XTERM)}
        d.run("gtk-launch", XTERM)
        wait_for("old and new window", lambda: len({w.id for w in d.windows_of(XTERM)} - known) >= 2, 20)


if __name__ == "__main__":
    unittest.main(verbosity=2)
