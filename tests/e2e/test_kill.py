#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""kill -9 of any one process: DESIGN, "Who outlives whom"."""
import signal
import time
import unittest

from case import XTERM, ChainCase
from harness import Failure, wait_for


class Kill(ChainCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.d.run("gtk-launch", XTERM)
        cls.d.window_of(XTERM)

    def others(self, program, victim):
        try:
            return [pid for pid in self.d.pids(program) if pid != victim]
        except Failure:  # the broker that was asked has just been killed
            return []

    def told(self):
        """How often the user was told that windows went and came back."""
        return (self.d.base / "dbus-daemon.log").read_text(errors="replace").count("were interrupted")

    def survives(self, program, word, window_stays):
        d = self.d
        window = d.window_of(XTERM)
        shells = wait_for("the guest's xterm", lambda: d.guest_pids("xterm"))
        victim = wait_for(f"a running {program}", lambda: d.pids(program))[0]
        since = time.monotonic()
        d.signal(victim, signal.SIGKILL)
        wait_for(f"{program} to be there again",
                 lambda: self.others(program, victim), 5)

        def back():
            windows = d.windows_of(XTERM)
            return windows and d.painted(windows[-1]) and windows[-1]
        again = wait_for("the window to be back", back, max(0.1, 5 - (time.monotonic() - since)))
        self.assertEqual(d.guest_pids("xterm"), shells, "the guest's program died")
        if window_stays:
            self.assertEqual(again.id, window.id, "the window was closed and opened again")
        wait_for("the list of windows", lambda: [w for w in d.json("windows") if w["app"] == "debian-xterm"])
        self.type_and_see(again, word)

    def test_agent(self):
        self.survives("casement-agent", "agent", True)

    def test_remoteapp(self):
        self.survives("casement-remoteapp", "remoteapp", False)

    def test_session(self):
        self.survives("casement-session", "session", False)

    def test_view(self):
        self.survives("casement-view", "view", False)

    def test_while_it_is_minimised(self):
        """It is still there to be restored. Restored before the new process knows of it, it may go once more."""
        d = self.d
        hidden = d.display.intern_atom("_NET_WM_STATE_HIDDEN")

        def minimised():
            return hidden in (d.text_property(d.window_of(XTERM), "_NET_WM_STATE") or [])
        for program in ("casement-view", "casement-session", "casement-remoteapp"):
            with self.subTest(program):
                d.xdotool("windowminimize", str(d.window_of(XTERM).id))
                wait_for("the window to be minimised", minimised)
                victim = d.pids(program)[0]
                d.signal(victim, signal.SIGKILL)
                wait_for(f"{program} to be there again", lambda: self.others(program, victim))
                path = self.home() / f"minimised-{program}"

                def restored():
                    d.focus(d.window_of(XTERM))
                    d.type(f": > {path.name}")
                    d.key("Return")
                    return path.exists() and not minimised()
                wait_for("it to be restored, and to hear what is typed", restored, 20, poll=0.5)
                wait_for("its pixels", lambda: d.painted(d.window_of(XTERM)))

    def test_broker(self):
        session = self.d.pids("casement-session")
        messages = self.told()
        self.survives("casementd", "broker", True)
        self.assertEqual(self.d.pids("casement-session"), session, "the session was not taken over")
        self.assertEqual(self.told(), messages, "the user was told of windows that never went")
        # The new broker serves the old session.
        known = {w.id for w in self.d.windows_of(XTERM)}
        self.launch(XTERM)
        self.assertTrue(known <= {w.id for w in self.d.windows_of(XTERM)}, "a former window went away")


if __name__ == "__main__":
    unittest.main(verbosity=2)
