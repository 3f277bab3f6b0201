#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""How often a guest's windows are painted: as often as the host's screen, and what nobody sees not at all; and that programs
which draw by the screen draw by the host's."""
import pathlib
import shutil
import statistics
import time
import unittest

from Xlib import X, Xatom
from Xlib.ext import shape

from case import ChainCase
from harness import wait_for

REFRESH = 60  # of Xvfb, which says none
UNSEEN_S = 1  # from one frame of a program's to the next, where nobody sees them


def colour_of(n):
    """chain_target's, as pixels have it."""
    value = (n * 0x35a74f + 0x404040) & 0xffffff
    return [value >> 16, value >> 8 & 255, value & 255]


class PacingCase(ChainCase):
    def copy(self, program):
        copy = self.home() / pathlib.Path(program).name
        copy.unlink(missing_ok=True)  # the last test's may still run
        shutil.copy(program, copy)
        copy.chmod(0o755)
        self.give_to_guest(copy)
        return copy.name

    def open(self, *argv):
        known = {w.id for w in self.d.windows_of("casement.demo")}
        self.d.run_in("demo", "sh", "-c", "exec ~/" + " ".join(argv))
        window = wait_for("its window", lambda: [w for w in self.d.windows_of("casement.demo") if w.id not in known], 20)[-1]
        self.addCleanup(self.close, window)
        self.d.focus(window)
        return window

    def close(self, window):
        self.d.run("wmctrl", "-i", "-c", hex(window.id))
        wait_for("it to be gone", lambda: window.id not in {w.id for w in self.d.windows_of("casement.demo")})

    def cover(self, window):
        """A window of somebody else's."""
        x, y, width, height = self.d.geometry(window)
        other = self.d.root.create_window(x - 20, y - 60, width + 40, height + 80, 0, X.CopyFromParent, override_redirect=True,
                                          background_pixel=0xff00ff)
        other.map()
        self.d.display.sync()
        self.addCleanup(self.uncover, other)
        return other

    def uncover(self, other):
        other.destroy()
        self.d.display.sync()

    def frames(self):
        return self.d.guest()["view"]["frames"]

    def at_rest(self):
        """The view tells its figures once a second while they change."""
        last = [None]

        def rests():
            last[0], before = self.frames(), last[0]
            return last[0] == before
        wait_for("figures that rest", rests, 30, poll=1.5)
        return last[0]

    def pixel(self, window):
        x, y, _, _ = self.d.geometry(window)
        return self.d.pixels(rect=(x + 20, y + 20, 1, 1)).tolist()[0][0]


class Pixels(PacingCase):
    def test_no_more_than_the_screen_paints(self):
        """The program paints four times as often."""
        self.open(self.copy(self.d.build / "bin/chain_target"), "--stream", "320", "240")
        told = [self.frames()]

        def another():
            told.append(self.frames())
            return told[-1] != told[-2]
        wait_for("figures", another)
        began, first = time.monotonic(), told[-1]
        wait_for("frames", lambda: self.frames() - first > 4 * REFRESH, 20)
        # What is told may have been counted a second earlier.
        self.assertGreater(time.monotonic() - began, 4 - 1 - 0.2)

    def check_stops_and_goes_on(self, window, away, back):
        start = self.pixel(window)
        wait_for("another picture", lambda: self.pixel(window) != start)
        away()
        rested = self.at_rest()
        back()
        wait_for("frames", lambda: self.frames() > rested)
        start = self.pixel(window)
        wait_for("another picture", lambda: self.pixel(window) != start)

    def test_covered(self):
        window = self.open(self.copy(self.d.build / "bin/chain_target"), "--stream", "320", "240")
        other = []
        self.check_stops_and_goes_on(window, lambda: other.append(self.cover(window)), lambda: self.uncover(other[0]))

    def test_another_desktop(self):
        window = self.open(self.copy(self.d.build / "bin/chain_target"), "--stream", "320", "240")
        self.check_stops_and_goes_on(window, lambda: self.d.run("wmctrl", "-s", "1"), lambda: self.d.run("wmctrl", "-s", "0"))

    def test_minimised(self):
        window = self.open(self.copy(self.d.build / "bin/chain_target"), "--stream", "320", "240")
        self.check_stops_and_goes_on(window, lambda: self.d.xdotool("windowminimize", str(window.id)),
                                     lambda: self.d.xdotool("windowmap", str(window.id)))

    def test_what_was_painted_meanwhile(self):
        window = self.open(self.copy(self.d.build / "bin/chain_target"), "320", "240")
        wait_for("its pixels", lambda: self.pixel(window) == colour_of(0))
        rested = self.at_rest()
        other = self.cover(window)
        # When it is told that it is covered, what the keys paint is not sent.
        presses = [0]

        def press():
            presses[0] += 1
            self.d.key("a")
            told = self.at_rest()
            rested_before, rested_now[0] = rested_now[0], told
            return told == rested_before
        rested_now = [rested]
        wait_for("a key of which nothing is sent", press, 60)
        self.uncover(other)
        wait_for("what the keys painted", lambda: self.pixel(window) == colour_of(presses[0]))


class Composited(PacingCase):
    """Under a compositor, which has its own previews of windows: what is covered goes on slowly."""
    desktop_options = {"wm": "xfwm4"}

    def setUp(self):
        self.window = self.open(self.copy(self.d.build / "bin/chain_target"), "--stream", "320", "240")
        self.is_quick()

    def seconds(self, what, are_such, n):
        """So many, one after the other: the view tells its figures once a second, while they change."""
        told, such = [self.frames()], [0]

        def another():
            told.append(self.frames())
            if told[-1] != told[-2]:
                such[0] = such[0] + 1 if are_such(told[-1] - told[-2]) else 0
            return such[0] == n
        wait_for(lambda: f"{what}; the figures were {told[-8:]}", another, 30)

    def is_quick(self, seconds=1):
        self.seconds("frames", lambda frames: frames > REFRESH / 4, seconds)

    def is_slow(self):
        self.seconds("a frame or two a second", lambda frames: frames <= 3, 4)

    def stays_quick(self):
        """Longer than it takes to look at what is covered."""
        self.is_quick(5)

    def put(self, rect, **more):
        other = self.d.root.create_window(*rect, 0, more.pop("depth", X.CopyFromParent), override_redirect=True,
                                          background_pixel=more.pop("pixel", 0xff00ff), **more)
        self.addCleanup(self.uncover, other)
        return other

    def over(self, margin=40):
        x, y, width, height = self.d.geometry(self.window)
        return x - margin, y - margin, width + 2 * margin, height + 2 * margin

    def set(self, window, name, values):
        window.change_property(self.d.display.intern_atom(name), Xatom.CARDINAL, 32, values)

    def show(self, other):
        other.map()
        self.d.display.sync()

    def test_covered_and_uncovered(self):
        other = self.put(self.over())
        self.show(other)
        self.is_slow()
        # Its preview shows what it shows.
        start = self.d.pixels(self.window).tobytes()
        wait_for("another picture", lambda: self.d.pixels(self.window).tobytes() != start)
        for away in (lambda: other.configure(x=self.over()[0] + 100), lambda: other.configure(stack_mode=X.Below), other.unmap):
            away()
            self.d.display.sync()
            self.is_quick()
            other.configure(x=self.over()[0], stack_mode=X.Above)
            self.show(other)
            self.is_slow()

    def test_what_lets_through(self):
        x, y, width, height = self.over()
        alpha = next(v.visual_id for depth in self.d.display.screen().allowed_depths if depth.depth == 32 for v in depth.visuals
                     if v.visual_class == X.TrueColor)
        more = {"depth": 32, "visual": alpha, "border_pixel": 0, "pixel": 0x80ff00ff,
                "colormap": self.d.root.create_colormap(alpha, X.AllocNone)}
        translucent, with_alpha, part = self.put(self.over()), self.put(self.over(), **more), self.put((x, y, width - 50, height))
        self.set(translucent, "_NET_WM_WINDOW_OPACITY", [0x80000000])
        clicked_through, holed = self.put(self.over()), self.put(self.over())
        clicked_through.shape_rectangles(shape.SO.Set, shape.SK.Input, X.Unsorted, 0, 0, [])
        holed.shape_rectangles(shape.SO.Set, shape.SK.Bounding, X.Unsorted, 0, 0, [(0, 0, width, 100), (0, 101, width, height)])
        for name, other in (("translucent", translucent), ("with alpha", with_alpha), ("in part", part), ("with a hole", holed),
                            ("clicked through", clicked_through)):
            with self.subTest(name):
                self.show(other)
                self.stays_quick()
                other.unmap()
        # Where one with alpha says that it is opaque, it is; and two together cover what neither does.
        self.set(with_alpha, "_NET_WM_OPAQUE_REGION", [0, 0, width, height // 2, 0, height // 2, width, height])
        self.show(with_alpha)
        self.is_slow()
        with_alpha.unmap()
        self.d.display.sync()
        self.is_quick()
        self.show(part)
        self.show(self.put((x + width - 60, y, 60, height)))
        self.is_slow()

    def test_by_windows_with_frames(self):
        """A native one, and one of the same guest."""
        def cover(other):
            self.d.run("wmctrl", "-i", "-r", hex(other.id), "-b", "add,maximized_vert,maximized_horz")
            self.is_slow()
            self.d.xdotool("windowminimize", str(other.id))
            self.is_quick()
            self.d.focus(other)
            self.is_slow()
            self.d.run("wmctrl", "-i", "-r", hex(other.id), "-b", "remove,maximized_vert,maximized_horz")
            self.d.xdotool("windowmove", str(other.id), "900", "600")
            self.is_quick()
        known = {w.id for w in self.d.clients()}
        native = self.d.spawn("xterm")
        self.addCleanup(native.terminate)
        cover(wait_for("the terminal", lambda: [w for w in self.d.clients() if w.id not in known])[0])
        cover(self.open(self.copy(self.d.build / "bin/chain_target"), "400", "300"))


class Rdp(Pixels):
    """The same where pixels come by RDP."""
    guest_options = ("--set", "pixels=rdp")


class Clock(PacingCase):
    def setUp(self):
        program = self.copy(pathlib.Path(__file__).parent / "frame_clock.py")
        self.path = self.home() / "frames.txt"
        self.path.unlink(missing_ok=True)
        self.window = self.open(program, "~/frames.txt")
        wait_for("its frames", lambda: len(self.lines()) > 10)

    def lines(self):
        text = self.path.read_text() if self.path.exists() else ""
        return [tuple(map(int, line.split())) for line in text.splitlines(keepends=True) if line.endswith("\n")]

    def next_gaps(self, n):
        """In seconds, between the next frames."""
        first = len(self.lines())
        wait_for("frames", lambda: len(self.lines()) > first + n, 30)
        times = [t for t, _ in self.lines()[first:first + n + 1]]
        return [(b - a) / 1e6 for a, b in zip(times, times[1:])]

    def test_draws_as_often_as_the_screen(self):
        gaps = self.next_gaps(2 * REFRESH)
        self.assertAlmostEqual(statistics.median(gaps), 1 / REFRESH, delta=0.1 / REFRESH)
        # Evenly: not twice within an interval, and then not at all.
        self.assertLess(sum(gap < 0.5 / REFRESH for gap in gaps), len(gaps) / 20)
        self.assertEqual(self.lines()[-1][1] // 100, 1000000 // REFRESH // 100)

    def test_follows_the_monitor(self):
        self.d.run("xrandr", "--newmode", "slow", "85.1", "1920", "2008", "2052", "2200", "1080", "1084", "1089", "1125")
        self.d.run("xrandr", "--addmode", "screen", "slow")
        self.d.run("xrandr", "--output", "screen", "--mode", "slow")
        rate = 85.1e6 / 2200 / 1125
        wait_for("its interval", lambda: abs(self.lines()[-1][1] - 1e6 / rate) < 100)
        self.assertAlmostEqual(statistics.median(self.next_gaps(60)), 1 / rate, delta=0.25 / rate)

    def test_covered(self):
        other = self.cover(self.window)
        wait_for("a slow frame", lambda: self.next_gaps(1)[0] > 0.9 * UNSEEN_S, 20)
        self.assertGreater(min(self.next_gaps(2)), 0.9 * UNSEEN_S)
        self.uncover(other)
        wait_for("quick frames", lambda: max(self.next_gaps(5)) < 0.5 * UNSEEN_S, 20)


class CompositedByMutter(Composited):
    """Whose own windows lie over all others, and cover none; those that are minimised stay mapped beneath all."""
    desktop_options = {"wm": "mutter"}
    test_what_lets_through = None


class ComposedClock(Clock):
    """Under a compositor."""
    desktop_options = {"wm": "xfwm4"}
    test_draws_as_often_as_the_screen = test_follows_the_monitor = None


if __name__ == "__main__":
    unittest.main(verbosity=2)
