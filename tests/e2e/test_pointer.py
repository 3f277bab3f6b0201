#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Buttons, wheels and the pointer's picture: a program of a guest is told what a native one is told."""
import signal
import unittest

from Xlib import X
from Xlib.ext import xtest

import probing
from case import ChainCase
from harness import wait_for
from xorg import BUTTONS, XorgDesktop

GLYPHS = (2, 30, 60, 68, 130, 150, 152)  # of the cursor font, X11/cursorfont.h


class PointerTwins(probing.Twins):
    def over(self, probe):
        x, y, _, _ = self.d.geometry(self.windows[probe])
        self.d.xdotool("mousemove", str(x + 70), str(y + 60))
        probe.heard("motion 70 60")
        probe.mark()


class Pointer(PointerTwins):
    def test_all_buttons_and_both_wheels(self):
        told = []
        for probe in (self.native, self.demo):
            self.over(probe)
            for button in range(1, 11):  # as many as the test server has
                for kind in (X.ButtonPress, X.ButtonRelease):
                    xtest.fake_input(self.d.display, kind, button)
                self.d.display.sync()
                probe.heard(f"button up {button} ")
            told.append([line.split(" ", 1)[1] for line in probe.log("button")])
        self.assertEqual(told[1], told[0])
        self.assertEqual(len(told[0]), 20)

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


class ManyButtons(PointerTwins):
    """A host's mouse with as many buttons as a mouse can have."""
    desktop_class = XorgDesktop
    desktop_options = {"sound": False, "size": (1024, 768)}  # in which the dummy driver begins

    def test_each_is_told_and_held_on_its_own(self):
        told = []
        for probe in (self.native, self.demo):
            self.over(probe)
            for down in (True, False):
                for button in range(8, BUTTONS + 1):
                    self.d.button(button, down)
                    probe.heard(f"button {'down' if down else 'up'} {button} .*at=70,60")
            told.append([line.split(" ", 1)[1] for line in probe.log("button|motion")])
        self.assertEqual(told[1], told[0])
        self.assertEqual(len(told[0]), (BUTTONS - 7) * 2)

    def test_dragged_by_one(self):
        """What moves while it is down is told to the window, and in this order."""
        told = []
        for probe in (self.native, self.demo):
            self.over(probe)
            x, y, _, _ = self.d.geometry(self.windows[probe])
            self.d.button(12, True)
            for at in ((80, 66), (-30, -20), (90, 40)):
                self.d.xdotool("mousemove", str(x + at[0]), str(y + at[1]))
                probe.heard("motion {} {}".format(*at))
            self.d.button(12, False)
            probe.heard("button up 12 .*at=90,40")
            told.append([line.split(" ", 1)[1].split(" root=")[0] for line in probe.log("button|motion")])
        self.assertEqual(told[1], told[0])

    def test_let_go_when_its_view_is_killed(self):
        self.over(self.demo)
        self.d.button(20, True)
        self.demo.heard("button down 20 ")
        self.d.signal(self.d.pids("casement-view")[0], signal.SIGKILL)
        self.demo.heard("button up 20 ")
        self.d.button(20, False)


class Looking(PointerTwins):
    """Programs that hide the pointer and take its movements alone."""

    def at(self):
        p = self.d.root.query_pointer()
        return p.root_x, p.root_y

    def begin(self, probe, how):
        name = "mine" if probe is self.native else "hers"
        window = self.windows[probe]
        x, y, width, height = self.d.geometry(window)
        self.over(probe)
        self.d.xdotool("click", "1")
        probe.heard("button up 1 ")
        probe.mark()
        probe.do("look", name, how)
        wait_for("the pointer to be held", lambda: self.at() == (x + width // 2, y + height // 2))

    def looked(self, probe, steps):
        """What a program is told of movements, one at a time."""
        told = []
        for step in steps:
            before = len(probe.log("looked"))
            xtest.fake_input(self.d.display, X.MotionNotify, 1, x=step[0], y=step[1])
            self.d.display.sync()
            wait_for("a movement", lambda: len(probe.log("looked")) > before)
            told.append(tuple(int(n) for n in probe.log("looked")[-1].split()[2:]))
        return told

    def test_without_an_end(self):
        """The window is 300 by 200; 40 times 35 to the right and 9 down do not end at its edge."""
        told = []
        for probe in (self.native, self.demo):
            self.begin(probe, "warp")
            told.append(self.looked(probe, [(35, 9)] * 40 + [(-80, -60)] * 5))
            probe.do("look_end")
            probe.sync()
        self.assertEqual(told[0][-1], (1400 - 400, 360 - 300))
        self.assertEqual(told[1], told[0])

    def test_held_within_the_window(self):
        told = []
        for probe in (self.native, self.demo):
            self.begin(probe, "hold")
            told.append(self.looked(probe, [(35, 9), (20, -30), (-90, 3)]))
            probe.do("look_end")
            probe.sync()
        self.assertEqual(told[1], told[0])

    def raw(self, how, steps):
        """What both are told of movements by themselves (XI_RawMotion)."""
        told = []
        for probe in (self.native, self.demo):
            self.begin(probe, how)
            probe.do("raw")
            probe.mark()
            for n, step in enumerate(steps, 1):
                xtest.fake_input(self.d.display, X.MotionNotify, 1, x=step[0], y=step[1])
                self.d.display.sync()
                wait_for("the raw movement", lambda: len(probe.log("^raw")) >= n)
            told.append(probe.log("^raw"))
            probe.do("look_end")
            probe.sync()
        self.assertEqual(told[0], ["raw {} {}".format(*step) for step in steps])
        self.assertEqual(told[1], told[0])

    def test_raw_movements_while_it_is_held(self):
        """Also past the window's edge, and many times as far as its size."""
        self.raw("hold", [(35, 9), (20, -30), (-90, 3), (140, 90), (140, 90), (2000, -1500), (3, 0), (-2000, 1500), (0, -2000)])

    def test_raw_movements_while_it_is_put_back(self):
        """As SDL has it."""
        self.raw("both", [(35, 9), (2000, -1500), (2000, 1500), (-2000, -7), (-1, 2000)])

    def test_from_edge_to_edge(self):
        """Where the program has it within the window, it ends at the edge, for the guest as natively."""
        for how in ("hold", "both"):
            told = []
            for probe in (self.native, self.demo):
                self.begin(probe, how)
                told.append(self.looked(probe, [(2000, 30), (-40, 2000), (-2000, -20), (20, -2000), (5, 7)]))
                probe.do("look_end")
                probe.sync()
            self.assertEqual(told[0][0], (149, 30))
            self.assertEqual(told[1], told[0])

    def test_moved_by_places(self):
        """As x11vnc moves it: what the server tells of such movements by themselves is not how far they went."""
        self.begin(self.demo, "hold")
        self.demo.do("raw")
        self.demo.mark()
        for n, by in enumerate(((10, 10), (20, 0), (50, 20), (160, 0)), 1):
            at = self.at()
            xtest.fake_input(self.d.display, X.MotionNotify, 0, x=at[0] + by[0], y=at[1] + by[1])
            self.d.display.sync()
            wait_for("the raw movement", lambda: len(self.demo.log("^raw")) >= n)
        self.assertEqual(self.demo.log("^raw"), ["raw 10 10", "raw 20 0", "raw 50 20", "raw 149 0"])
        self.demo.do("look_end")
        self.demo.sync()

    def test_buttons_while_it_is_held(self):
        places = []
        for probe in (self.native, self.demo):
            self.begin(probe, "hold")
            self.looked(probe, [(35, 9)])
            self.d.xdotool("click", "3")
            probe.heard("button up 3 ")
            places.append([line.split(" ", 1)[1] for line in probe.log("button")])
            probe.do("look_end")
            probe.sync()
        self.assertEqual(places[1], places[0])

    def test_wanted_before_the_window_is_active(self):
        """A game takes the pointer when it starts; it has the movements once it is pressed on."""
        self.over(self.native)
        self.d.xdotool("click", "1")
        self.native.heard("button up 1 ")
        self.demo.do("look", "hers", "hold")
        self.demo.sync()
        x, y, width, height = self.d.geometry(self.windows[self.demo])
        self.d.xdotool("mousemove", str(x + 70), str(y + 60), "click", "1")
        wait_for("the pointer to be held", lambda: self.at() == (x + width // 2, y + height // 2))
        first, second = self.looked(self.demo, [(35, 9), (-50, 3)])
        self.assertEqual((second[0] - first[0], second[1] - first[1]), (-50, 3))
        self.demo.do("look_end")
        self.demo.sync()

    def test_a_view_that_is_killed_meanwhile(self):
        """The next one has its pointer somewhere, and the program is moved by places again, until it is pressed on."""
        self.begin(self.demo, "hold")
        self.looked(self.demo, [(35, 9)])
        self.d.signal(self.d.pids("casement-view")[0], signal.SIGKILL)
        gone = self.windows[self.demo].id
        self.windows[self.demo] = wait_for(
            "its window again", lambda: [w for w in self.d.clients() if self.demo.title(w) == "hers" and w.id != gone], 20)[0]
        before = len(self.demo.log("looked"))
        x, y, _, _ = self.d.geometry(self.windows[self.demo])
        self.d.xdotool("mousemove", str(x + 40), str(y + 30))
        wait_for("a movement", lambda: len(self.demo.log("looked")) > before)
        self.demo.do("look_end")
        self.over(self.demo)

    def test_free_again(self):
        for end in ("program", "focus"):
            with self.subTest(end):
                x, y, _, _ = self.d.geometry(self.windows[self.demo])
                self.begin(self.demo, "warp")
                self.looked(self.demo, [(35, 9), (35, 9)])
                if end == "program":
                    self.demo.do("look_end")
                else:
                    self.d.focus(self.windows[self.native])
                wait_for(lambda: f"the pointer to be back; it is at {self.at()}", lambda: self.at() == (x + 70, y + 60))
                self.over(self.native)
                if end == "focus":
                    self.demo.do("look_end")
                    self.demo.sync()
                self.over(self.demo)


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
