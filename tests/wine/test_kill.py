#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""kill -9 of each part of the way to a Windows' window, at each stage of a launch: the launch comes to its window all
the same or fails with words, both soon, and the next one works.

usage: test_kill.py WINE BIN     (where the programs for Windows are; CASEMENT_BUILD names the build)
"""
import os
import re
import signal
import sys
import time
import unittest

from chain import Chain, wait_for

SOON_S = 5
# Stage: the double's line after which it falls silent, so that the launch is there.
STAGES = {"starting": None, "connecting": "speaks", "signing-in": "logon user=alice ok", "before-exec": "active session",
          "exec": "exec ", "window": None}


class Kill(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.c = Chain(*sys.argv[1:3])
        cls.d = cls.c.d
        cls.c.p.agent("service", "install")
        for guest in ("win", "vm"):
            cls.c.sign_in(guest)

    @classmethod
    def tearDownClass(cls):
        cls.c.p.agent("service", "remove", check=False)
        cls.c.close()

    def tearDown(self):
        self.c.double.resume()
        for guest in ("win", "vm"):
            self.d.casement("guest", "stop", guest)

    def victims(self, guest, victim):
        if victim == "agent":
            return self.c.agents("--stdio")
        if victim == "service":
            return self.c.agents("service", "run")
        return self.c.bridges() if victim == "pipe" else [self.c.double.process.pid]

    def kill(self, guest, victim):
        pids = self.victims(guest, victim)
        # Wine may have taken a service that was slow to start for one that failed, and started another.
        self.assertTrue(len(pids) == 1 or (victim == "service" and pids), f"{victim}: {pids}")
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        if victim == "double":
            self.c.double.process.wait(timeout=20)

    def mend(self, victim):
        # Windows starts a service again that failed; wine does not.
        if not self.c.agents("service", "run"):
            self.c.p.agent("service", "start")
        self.c.remote_desktop()

    def said(self):
        file = self.d.base / "launch.log"
        return file.read_text() if file.exists() else ""

    def begin(self, guest, victim, stage):
        """A launch that is at the stage."""
        if not self.c.agents("service", "run"):
            self.c.p.agent("service", "start")
        hold = STAGES[stage]
        self.c.remote_desktop(*(["--hold", hold] if hold else []))
        if stage != "starting":
            self.d.casement("guest", "start", guest)
        (self.d.base / "launch.log").unlink(missing_ok=True)
        launch = self.c.launch(guest, "Notes")
        if stage == "starting":
            wait_for(f"the {victim} to be started", lambda: self.victims(guest, victim), 20)
        elif hold:
            wait_for(lambda: f"the double at '{hold}': {self.c.double.said()}", self.c.double.holds, 20)
        else:
            self.c.painted(guest, "Notes")
            self.assertEqual(launch.wait(timeout=20), 0)
        return launch

    def told(self):
        """What the user was told without having asked."""
        return (self.d.base / "dbus-daemon.log").read_text(errors="replace")

    def outcome(self, guest, launch):
        """What came of the launch: its words, or "" for a window."""
        if launch.poll() is None:
            return None
        if launch.returncode != 0:
            return self.said() or "(nothing)"
        return "" if [w for w in self.c.windows(guest, "Notes") if self.d.painted(w)] else None

    def survives(self, guest, victim, stage):
        launch = self.begin(guest, victim, stage)
        before = len(self.told())
        self.kill(guest, victim)
        since = time.monotonic()
        if victim != "double":
            self.c.double.resume()
        if stage != "window":
            said = wait_for(lambda: f"the launch to end; it said {self.said()!r}",
                            lambda: [w for w in [self.outcome(guest, launch)] if w is not None], SOON_S, poll=0.05)[0]
            print(f"{victim} at {stage}: {time.monotonic() - since:.1f} s: {said.strip() or 'a window'}", flush=True)
            self.assertTrue(said == "" or guest in said)
        else:
            if victim == "service":  # of that nobody knows before something is asked of it
                self.d.key("a")
            wait_for(lambda: f"word of the windows; there was {self.told()[before:]!r}",
                     lambda: re.search(r"Windows of \w+ (went away: .*|were interrupted and are back|do not answer: .*)",
                                       self.told()[before:]), SOON_S, poll=0.05)
        self.mend(victim)
        self.d.casement("run", guest, self.c.apps["Ledger"], timeout=30)
        self.c.painted(guest, "Ledger")


def add(guest, victim, stage):
    def test(self):
        self.survives(guest, victim, stage)
    setattr(Kill, f"test_{victim}_{stage.replace('-', '_')}", test)


for a_guest, a_victim in (("win", "agent"), ("vm", "service"), ("vm", "pipe"), ("vm", "double")):
    for a_stage in STAGES:
        # Remote Desktop and the service are not part of what a launch starts.
        if a_stage == "starting" and a_victim in ("double", "service"):
            continue
        add(a_guest, a_victim, a_stage)

if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:], verbosity=2)
