#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Which windows casement-view says are seen, how often they are painted, and what of them is on the screen when they are
seen again."""
import struct

import numpy as np

import view_fixture as p
from view_fixture import ViewCase, ids, main, picture, wait_for
from view_windows import cover

PLACE = (100, 120, 300, 200)
USUAL_MHZ = 60000


class SeenCase(ViewCase):
    def open(self, ident=1, place=PLACE, **more):
        """One of a guest of our own."""
        pixels = picture(place[2], place[3], ident)
        self.v.window(ident, **more)
        self.v.props(ident, size_flags=1)  # where its user put it
        self.v.buffer(ident, pixels)
        before = {w.id for w in self.v.all_windows()}
        self.v.commit(ident, place)
        window = wait_for("the window", lambda: next((w for w in self.v.all_windows() if w.id not in before), None))
        self.same_pixels(window, pixels)
        return window, pixels

    def cover(self, rect):
        other = cover(self.desktop, rect)
        self.addCleanup(lambda: (other.destroy(), self.desktop.display.sync()))
        return other

    def paces(self, ident=1):
        told = []
        while body := self.v.session.take(p.PACE, ids(ident)):
            told.append(struct.unpack("=IIII", body)[2:])
        return told

    def expect_pace(self, seen, ident=1):
        body = self.v.session.expect(p.PACE, lambda b: struct.unpack("=IIII", b)[::3] == (ident, seen))
        return struct.unpack("=IIII", body)[2]

    def uncovered(self, other):
        other.destroy()
        self.desktop.display.sync()
        self.assertEqual(self.expect_pace(1), USUAL_MHZ)


class Covered(SeenCase):
    def test_covered_and_uncovered(self):
        window, pixels = self.open()
        self.assertEqual(self.paces(), [])  # as it is before anything is said
        other = self.cover((0, 0, 700, 600))
        self.expect_pace(0)
        self.v.buffers[1].pixels[:, :, :3] = 77
        pixels[:, :, :3] = 77
        self.uncovered(other)
        self.v.commit(1, PLACE)
        self.same_pixels(window, pixels)
        self.assertEqual(self.paces(), [])

    def test_in_part_is_seen(self):
        self.open()
        other = self.cover((0, 0, 399, 600))  # its last column is not
        self.desktop.display.sync()
        last = self.cover((399, 0, 10, 600))
        self.expect_pace(0)
        last.destroy()
        self.desktop.display.sync()
        self.expect_pace(1)
        other.destroy()
        self.desktop.display.sync()
        self.assertEqual(self.paces(), [])

    def test_older_pixels_are_not_flashed(self):
        """What is here was painted when it was covered. The guest's come in a moment."""
        _, pixels = self.open()
        other = self.cover((0, 0, 700, 600))
        self.expect_pace(0)
        painted = self.figures_at_rest()
        self.uncovered(other)
        # Before the guest answers nothing is painted, and then only what is new.
        self.v.commit(1, PLACE)
        self.assertEqual(self.figures_after(painted)["painted"] - painted["painted"], PLACE[2] * PLACE[3])

    def test_a_guest_that_does_not_answer(self):
        window, pixels = self.open()
        other = self.cover((0, 0, 700, 600))
        self.expect_pace(0)
        self.uncovered(other)
        self.same_pixels(window, pixels)

    def test_a_foreign_guest_is_painted_at_once(self):
        pixels = picture(PLACE[2], PLACE[3])
        window = self.v.show(1, PLACE, pixels)
        other = self.cover((0, 0, 700, 600))
        self.expect_pace(0)
        self.uncovered(other)
        self.same_pixels(window, pixels)

    def test_popup(self):
        _, _ = self.open()
        self.desktop.xdotool("mousemove", "150", "150", "click", "1")
        self.v.session.expect(p.POINTER, lambda b: struct.unpack_from("=II", b)[1] == p.DOWN)
        self.open(2, (150, 150, 60, 60), kind=p.POPUP, owner=1)
        other = self.cover((140, 140, 100, 100))
        self.expect_pace(0, 2)
        self.assertEqual(self.paces(1), [])
        other.destroy()
        self.desktop.display.sync()
        self.expect_pace(1, 2)

    def test_a_new_session_hears_it_again(self):
        self.open()
        other = self.cover((0, 0, 700, 600))
        self.expect_pace(0)
        self.v.new_session()
        self.v.window(1)
        self.v.props(1)
        self.v.buffer(1, picture(300, 200))
        self.v.commit(1, PLACE)
        self.expect_pace(0)
        self.uncovered(other)

    def report(self):
        while body := self.v.broker.take(p.CTL_VIEW_STATUS):
            self.last = dict(zip(("received", "painted"), struct.unpack_from("=QQ", body)))
        return self.last

    last = None

    def figures_at_rest(self):
        """Those of the first picture, which are told within a second."""
        return wait_for("a report", lambda: (r := self.report()) and r["painted"] >= PLACE[2] * PLACE[3] and r)

    def figures_after(self, before):
        return wait_for("another report", lambda: (r := self.report()) != before and r)


class Away(SeenCase):
    def test_another_desktop(self):
        self.open()
        self.desktop.run("wmctrl", "-s", "1")
        self.expect_pace(0)
        self.desktop.run("wmctrl", "-s", "0")
        self.expect_pace(1)

    def test_moved_to_another_desktop_and_back(self):
        window, _ = self.open()
        self.desktop.run("wmctrl", "-i", "-r", hex(window.id), "-t", "1")
        self.expect_pace(0)
        self.desktop.run("wmctrl", "-i", "-r", hex(window.id), "-t", "0")
        self.expect_pace(1)

    def test_minimised(self):
        window, _ = self.open()
        self.desktop.xdotool("windowminimize", str(window.id))
        self.expect_pace(0)
        self.desktop.xdotool("windowmap", str(window.id))
        self.expect_pace(1)


class AwayI3(SeenCase):
    """Unmaps the frame, of which its window hears nothing."""
    wm = "i3"

    def test_another_workspace(self):
        self.v.window(1)
        self.v.props(1)
        self.v.buffer(1, picture(300, 200))
        self.v.commit(1, PLACE)
        wait_for("the window", self.v.all_windows)
        self.desktop.run("i3-msg", "workspace", "2")
        self.expect_pace(0)
        self.desktop.run("i3-msg", "workspace", "1")
        self.expect_pace(1)


class AwayComposited(SeenCase):
    """Nothing is unmapped."""
    wm = "mutter"

    def test_another_workspace(self):
        self.open()
        self.desktop.run("wmctrl", "-n", "2")
        self.desktop.run("wmctrl", "-s", "1")
        self.expect_pace(0)
        self.desktop.run("wmctrl", "-s", "0")
        self.expect_pace(1)


class Rate(SeenCase):
    """The monitor's own."""

    def test_follows_the_monitor(self):
        self.open()
        # 1280 × 800 at 75 Hz.
        self.desktop.run("xrandr", "--newmode", "faster", "106.5", "1280", "1360", "1488", "1696", "800", "803", "809", "838")
        self.desktop.run("xrandr", "--addmode", "screen", "faster")
        self.desktop.run("xrandr", "--output", "screen", "--mode", "faster")
        body = self.v.session.expect(p.PACE, lambda b: struct.unpack("=IIII", b)[0] == 1)
        mhz, seen = struct.unpack("=IIII", body)[2:]
        self.assertEqual((round(mhz / 1000), seen), (75, 1))


if __name__ == "__main__":
    main()
