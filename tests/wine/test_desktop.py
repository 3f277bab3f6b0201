#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""`casement desktop`: the whole desktop of a Windows guest in one window, and its windows again. casement-agent.exe
under wine, the real broker, session and view; only the guest's Remote Desktop is a double.

usage: test_desktop.py WINE BIN     (where the programs for Windows are; CASEMENT_BUILD names the build)
"""
import pathlib
import signal
import sys
import unittest

from chain import Chain, wait_for
from Xlib import X, error as xerror
from Xlib.protocol import event

CLASS = "casement.win"
WALLPAPER = (0x3A, 0x6E, 0xA5)


class Desktop(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.c = Chain(*sys.argv[1:3])
        cls.d = cls.c.d

    @classmethod
    def tearDownClass(cls):
        cls.c.close()

    def setUp(self):
        self.double = self.c.remote_desktop()
        self.d.casement("guest", "start", "win")
        self.c.sign_in("win")

    def tearDown(self):
        self.d.casement("guest", "stop", "win")

    def run_program(self, name):
        self.d.casement("run", "win", self.c.apps[name])
        return self.c.painted("win", name)

    def open_desktop(self):
        self.d.casement("desktop", "win")
        return wait_for("the desktop", lambda: [w for w in self.d.windows_of(CLASS) if self.wallpaper(w)])[-1]

    def maximise(self, window):
        x = self.d.display
        states = [x.intern_atom(f"_NET_WM_STATE_MAXIMIZED_{way}") for way in ("VERT", "HORZ")]
        x.screen().root.send_event(event.ClientMessage(window=window, client_type=x.intern_atom("_NET_WM_STATE"),
                                                       data=(32, [1, *states, 2, 0])),
                                   event_mask=X.SubstructureRedirectMask | X.SubstructureNotifyMask)
        x.flush()

    def wallpaper(self, window):
        """Whether the double's is in its last corner."""
        try:
            return tuple(self.d.pixels(window)[-1, -1]) == WALLPAPER
        except (xerror.BadMatch, xerror.BadDrawable, xerror.BadWindow):
            return False

    def test_windows_to_desktop_and_back(self):
        self.run_program("Notes")
        desktop = self.open_desktop()
        self.assertEqual(self.c.windows("win", "Notes"), [])
        self.assertEqual(self.d.windows_of(CLASS), [desktop])
        self.assertEqual(self.d.title(desktop), "win")
        listed = self.d.json("windows")
        self.assertEqual([(w["title"], w["app"]) for w in listed], [("win", "")])
        self.assertTrue(self.d.guest("win")["desktop"])
        self.assertEqual(self.double.lines("closed"), [])
        # Asked for again, it is there already.
        self.d.casement("desktop", "win")
        self.assertEqual(self.d.windows_of(CLASS), [desktop])
        # A program, and all that is open in the guest comes back with it.
        self.run_program("Ledger")
        self.c.painted("win", "Notes")
        self.assertEqual(self.d.windows_of(CLASS), [])
        self.assertFalse(self.d.guest("win")["desktop"])
        self.assertEqual(len([line for line in self.double.lines("window id=") if "title=Notes" in line]), 1)
        self.assertEqual(len(self.double.lines("logon user=alice ok")), 3)
        # No client was put out by the next one.
        self.assertEqual(self.double.lines("error info"), [])

    def test_closed_desktop_leaves_programs(self):
        desktop = self.open_desktop()
        self.double.process.stdin.write(f"open {self.c.apps['Notes']} Kept\n".encode())
        self.double.process.stdin.flush()
        wait_for("the program", lambda: self.double.lines("window id="))
        self.d.focus(desktop)
        self.d.key("alt+F4")
        wait_for("the session to end", lambda: self.d.guest("win")["session"] == "none")
        wait_for("the double to be left", lambda: self.double.lines("disconnected"))
        self.assertEqual(self.double.lines("closed"), [])
        self.assertEqual(self.d.windows_of(CLASS), [])
        self.run_program("Ledger")
        wait_for("what was opened there", lambda: "Kept" in [self.d.title(w) for w in self.d.clients()])

    def test_resized_by_the_user(self):
        desktop = self.open_desktop()
        # Three quarters of the work area.
        self.assertEqual(self.d.geometry(desktop)[2:], (1440, 810))
        self.d.xdotool("windowsize", str(desktop.id), "1000", "700")
        wait_for("the guest to hear of it", lambda: self.double.lines("layout width=1000 height=700 monitors=1"))
        wait_for("the guest's answer", lambda: self.d.geometry(desktop)[2:] == (1000, 700) and self.wallpaper(desktop))
        self.d.xdotool("windowsize", str(desktop.id), "801", "601")
        wait_for("an even width", lambda: self.double.lines("layout width=800 height=601 monitors=1"))
        wait_for("the window to have it", lambda: self.d.geometry(desktop)[2:] == (800, 601))
        self.assertEqual(len(self.double.lines("layout")), 2)

    def test_size_is_remembered(self):
        """That of a user; a maximised one is none."""
        state = pathlib.Path(self.d.env["XDG_STATE_HOME"]) / "casement/win/desktop"
        desktop = self.open_desktop()
        self.d.xdotool("windowsize", str(desktop.id), "1002", "702")
        wait_for("the guest's answer", lambda: self.d.geometry(desktop)[2:] == (1002, 702) and self.wallpaper(desktop))
        wait_for("it to be kept", lambda: state.exists() and "width=1002\n" in state.read_text())
        self.maximise(desktop)
        wait_for("it to be maximised", lambda: self.d.geometry(desktop)[2] > 1440 and self.wallpaper(desktop))
        for _ in range(2):  # closed with its maximised size, and opened without
            self.d.focus(desktop)
            self.d.key("alt+F4")
            wait_for("the session to end", lambda: self.d.guest("win")["session"] == "none")
            desktop = self.open_desktop()
            self.assertEqual(self.d.geometry(desktop)[2:], (1002, 702))
        self.assertEqual(self.double.lines("desktop ")[-1], "desktop width=1002 height=702")

    def test_session_that_ends_comes_back_as_it(self):
        self.open_desktop()
        pid = self.d.guest("win")["session_pid"]
        self.d.signal(pid, signal.SIGKILL)
        wait_for("another session", lambda: self.d.guest("win")["session_pid"] not in (0, pid)
                 and self.d.guest("win")["session"] == "up")
        wait_for("the desktop", lambda: [w for w in self.d.windows_of(CLASS) if self.wallpaper(w)])
        self.assertTrue(self.d.guest("win")["desktop"])
        self.assertEqual(len(self.double.lines("desktop ")), 2)

    def test_signed_out_of_it(self):
        self.open_desktop()
        self.double.process.stdin.write(b"logoff\n")
        self.double.process.stdin.flush()
        wait_for("the session to end", lambda: self.d.guest("win")["session"] == "none")
        wait_for("its window to go", lambda: not self.d.windows_of(CLASS))
        # It is not signed in again by itself: a program would do so now.
        self.run_program("Notes")
        self.assertEqual(len(self.double.lines("logon user=alice ok")), 2)

    def test_guest_without_one(self):
        self.d.casement("guest", "add", "linux", "--kind", "sandbox")
        done = self.d.casement("desktop", "linux", check=False)
        self.assertEqual(done.returncode, 6, done.stderr)
        self.assertIn("Guest linux has no desktop: its programs are windows of yours already", done.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:], verbosity=2)
