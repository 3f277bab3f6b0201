#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Buttons, wheels and the pointer's picture: a program of a guest is told what a native one is told."""
import unittest

from Xlib import X
from Xlib.ext import xtest

import probing
from case import ChainCase
from harness import wait_for

GLYPHS = (2, 30, 60, 68, 130, 150, 152)  # of the cursor font, X11/cursorfont.h


class Pointer(probing.Twins):
    def over(self, probe):
        x, y, _, _ = self.d.geometry(self.windows[probe])
        self.d.xdotool("mousemove", str(x + 70), str(y + 60))
        probe.heard("motion 70 60")
        probe.mark()

    def test_all_buttons_and_both_wheels(self):
        told = []
        for probe in (self.native, self.demo):
            self.over(probe)
            for button in range(1, 10):
                for kind in (X.ButtonPress, X.ButtonRelease):
                    xtest.fake_input(self.d.display, kind, button)
                self.d.display.sync()
                probe.heard(f"button up {button} ")
            told.append([line.split(" ", 1)[1] for line in probe.log("button")])
        self.assertEqual(told[1], told[0])
        self.assertEqual(len(told[0]), 18)

    def picture(self):
        d = self.d.display
        c = d.xfixes_get_cursor_image(self.d.root)
        return c.width, c.height, c.xhot, c.yhot, tuple(c.cursor_image)

    def test_cursors(self):
        self.d.display.xfixes_query_version()
        for glyph in (*GLYPHS, "side32", "side64", "side128", "side256", "hidden"):
            with self.subTest(glyph):
                self.over(self.native)
                before = self.picture()
                self.native.do("cursor", "mine", glyph)
                native = wait_for("another picture natively", lambda: (p := self.picture()) != before and p)
                self.demo.do("cursor", "hers", glyph)
                self.over(self.demo)
                if glyph == "hidden":
                    wait_for("no picture", lambda: not any(self.picture()[4]))
                else:
                    wait_for(lambda: f"the native picture {native[:4]}; it is {self.picture()[:4]}", lambda: self.picture() == native)

    def test_a_cursor_in_turns(self):
        self.d.display.xfixes_query_version()
        seen = {}
        for probe, window in ((self.native, "mine"), (self.demo, "hers")):
            self.over(probe)
            before = self.picture()
            probe.do("cursor", window, "turns48")
            pictures = set()

            def both():
                pictures.add(self.picture())
                return len(pictures - {before}) >= 2
            wait_for(lambda: f"two pictures of {probe.name}'s, there are {[p[:4] for p in pictures]}", both)
            seen[probe] = pictures - {before}
        self.assertEqual(seen[self.demo], seen[self.native])


class Elsewhere(ChainCase):
    desktop_options = {"sound": False}

    def test_a_window_in_the_middle_has_no_pointer(self):
        """A guest's pointer begins in the middle of its screen; its programs see none while the host's is elsewhere."""
        self.d.xdotool("mousemove", str(self.d.size[0] - 5), str(self.d.size[1] - 5))
        probe = probing.Probe(self.d, "guest", "demo")
        x, y = (side // 2 - 100 for side in self.d.size)
        window = probe.open("hers", (x, y, 300, 200), "#00c000")
        probe.sync()
        self.assertEqual(probe.log("enter|motion"), [])
        left, top, _, _ = self.d.geometry(window)
        self.d.xdotool("mousemove", str(left + 70), str(top + 60))
        probe.heard("motion 70 60")


if __name__ == "__main__":
    unittest.main(verbosity=2)
