#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Sessions as the broker keeps them: idle ones end, ones that crash on and on are given up with one message."""
import signal
import unittest

from Xlib import X, display as xdisplay

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
        # A program that ended well may have handed over to one whose window is to come: that has 10 s.
        wait_for("the session to end", lambda: d.guest()["session"] == "none" and not self.view_pid(), 20)
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

    def run_from(self, display, *argv):
        """casement run demo, from a desktop with that DISPLAY, or none."""
        saved = dict(self.d.env)
        self.d.env.pop("DISPLAY")
        if display:
            self.d.env["DISPLAY"] = display
        try:
            return self.d.casement("run", "demo", *argv, check=False)
        finally:
            self.d.env = saved

    def test_launch_from_another_display(self):
        d, here, there = self.d, self.d.env["DISPLAY"], self.d.start_xvfb()
        other = xdisplay.Display(there)
        self.addCleanup(other.close)

        def shown():
            windows = other.screen().root.query_tree().children
            return [w for w in windows if XTERM in (w.get_wm_class() or ()) and
                    w.get_attributes().map_state == X.IsViewable]
        self.launch(XTERM)
        done = self.run_from(there, "debian-xterm")
        self.assertEqual(done.returncode, 1, done.stderr)
        for words in ("demo", f"on display {there}:", f"its windows are open on display {here},",
                      "`casement guest stop demo`"):
            self.assertIn(words, done.stderr)
        self.assertEqual(len(d.windows_of(XTERM)), 1)
        self.assertEqual(self.run_from(f"unix{here}.0", "debian-xterm").returncode, 0)
        wait_for("the second window beside the first", lambda: len(d.windows_of(XTERM)) == 2)
        # Without windows it goes where the launch comes from, and without a word.
        for pid in d.guest_pids("xterm"):
            d.signal(pid, signal.SIGKILL)
        wait_for("no windows", lambda: d.guest()["windows"] == 0)
        self.assertEqual(self.run_from(there, "debian-xterm").returncode, 0)
        wait_for("the window on the other display", shown)
        self.assertEqual(d.windows_of(XTERM), [])
        # A launch from nowhere goes where the session is.
        done = self.run_from(None, "debian-xterm")
        self.assertEqual(done.returncode, 0, done.stderr)
        wait_for("the second window there", lambda: len(shown()) == 2)

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
