#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Windows of a server that frames them itself (tests/termservice, as a Windows 10), when its frames are to be cut off: the
host's window manager frames what is left, and moves, sizes and maximises it; the server is told places with its frame.

usage: foreign_frames.py       with CASEMENT_BUILD
"""
import re
import unittest

import numpy as np
import view_fixture as p
from rail_server import CTL_HOST_FRAMES, CTL_RDP_SECURITY, CTL_SIGN_IN, RailServer
from view_fixture import wait_for
from Xlib import X, Xatom, Xutil

LEFT, TOP, RIGHT, BOTTOM = FRAME = 8, 31, 8, 8
MENU = 20
TRACK_MIN = 136, 39  # of the double's Min Max Info


def picture(ident, seed, x, y, width, height):
    """tests/termservice/picture.h's, of a part of the window; height × width × 3 (RGB)."""
    columns, rows = np.arange(x, x + width, dtype=np.uint64) // 8, np.arange(y, y + height, dtype=np.uint64) // 8
    base = (ident * 2654435761 & 0xffffffff) ^ (seed * 40503 * 65537 & 0xffffffff)
    cell = np.uint64(base) ^ (columns * 0x10D2B & 0xffffffff)[None, :] ^ (rows * 0x250703 & 0xffffffff)[:, None]
    return np.stack([(cell >> np.uint64(s)) & np.uint64(255) for s in (16, 8, 0)], axis=2).astype(np.uint8)


class FramesCase(unittest.TestCase):
    size, wm, flags, profile = (1280, 800), "openbox", CTL_HOST_FRAMES, ("10", "tls")

    @classmethod
    def setUpClass(cls):
        cls.d = p.Desktop(p.BUILD, cls.size, cls.wm, (), False)
        cls.d.__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.d.__exit__(None, None, None)

    def setUp(self):
        self.d.xdotool("mousemove", str(self.size[0] - 1), str(self.size[1] - 1))
        profile, security = self.profile
        self.s = RailServer(self.d, "--profile", profile, "--security", security, flags=p.TO_GUEST | CTL_SIGN_IN | self.flags)

    def tearDown(self):
        self.assertEqual(self.s.close(), 0, self.s.view.logged())

    def open(self, title="Notes", frame=FRAME, style=None):
        """A window with Windows' frame: its id there, and its X window."""
        before = {w.id for w in self.s.view.all_windows()}
        self.s.tell(f"open app {title}")
        ident = int(re.search(r"id=(0x\w+)", self.s.said("window id=")[-1])[1], 16)
        if style is not None:
            self.s.tell(f"style 0x{ident:08X} {style:x} 0")
        self.s.tell("frame 0x%08X %d %d %d %d" % (ident, *frame))
        window = wait_for("its window", lambda: next((w for w in self.s.view.all_windows() if w.id not in before), None))
        return ident, window

    def where(self, ident):
        """Of the whole window, at the server."""
        self.s.tell(f"where 0x{ident:08X}")
        return tuple(int(n) for n in re.findall(r"=(-?\d+)(?= |$)", self.s.said("where id=")[-1]))

    def within(self, place, cut=FRAME):
        x, y, width, height = place
        return x + cut[0], y + cut[1], width - cut[0] - cut[2], height - cut[1] - cut[3]

    def settled(self, ident, window, cut=FRAME, shown=lambda g: True):
        """Host and server agree on the place, which both may still be changing; that."""
        def agree():
            have = self.d.geometry(window)
            return have == self.within(self.where(ident), cut) and shown(have) and have
        return wait_for(lambda: f"one place: {self.d.geometry(window)} here, {self.where(ident)} there", agree)

    def shows(self, ident, window, seed=0, cut=FRAME):
        """The pixels are those of the window but for what is cut off."""
        def equal():
            _, _, width, height = self.d.geometry(window)
            have, want = self.d.pixels(window), picture(ident, seed, cut[0], cut[1], width, height)
            return have.shape == want.shape and bool((have == want).all())
        wait_for(f"the pixels of window 0x{ident:X}", equal)

    def frame_of(self, window):
        """What the window manager has around it: left, right, top, bottom."""
        return self.d.text_property(window, "_NET_FRAME_EXTENTS")

    def state(self, window, action, *names):
        self.d.run("wmctrl", "-i", "-r", hex(window.id), "-b", ",".join((action, *names)))


class Frames(FramesCase):
    def test_the_host_frames_what_is_left(self):
        ident, window = self.open()
        self.settled(ident, window)
        self.shows(ident, window)
        wait_for("the window manager's title bar", lambda: (self.frame_of(window) or [0] * 4)[2] > 8)
        self.s.tell(f"paint 0x{ident:08X} 3")
        self.shows(ident, window, 3)
        self.d.run("wmctrl", "-i", "-c", hex(window.id))
        wait_for("the server to close it", lambda: self.s.said(f"closed id=0x{ident:08X}"))

    def test_moved_and_sized_by_the_host_without_drift(self):
        ident, window = self.open()
        self.settled(ident, window)
        moves = len(self.s.said("move id="))
        for n in range(40):
            x, y, width, height = 100 + 11 * n, 90 + 7 * n, 400 + 5 * (n % 9), 280 + 3 * (n % 7)
            self.d.run("xdotool", "windowmove", "--sync", str(window.id), str(x), str(y))
            self.d.run("xdotool", "windowsize", "--sync", str(window.id), str(width), str(height))
            self.settled(ident, window, shown=lambda g, size=(width, height): g[2:] == size)
        self.shows(ident, window)
        self.assertLessEqual(len(self.s.said("move id=")) - moves, 2 * 40)
        last = self.d.geometry(window)
        self.s.tell(f"paint 0x{ident:08X} 5")
        self.shows(ident, window, 5)
        self.assertEqual(self.d.geometry(window), last)

    def test_moved_and_sized_by_its_program(self):
        ident, window = self.open()
        self.settled(ident, window)
        for n in range(10):
            place = 60 + 31 * n, 80 + 17 * n, 420 + n, 333 - n
            self.s.tell("move 0x%08X %d %d %d %d" % (ident, *place))
            self.assertEqual(self.settled(ident, window, shown=lambda g, w=self.within(place): g == w), self.within(place))
        self.shows(ident, window)

    def test_maximised_to_the_work_area_and_back(self):
        ident, window = self.open()
        before = self.settled(ident, window)
        for _ in range(3):
            self.state(window, "add", "maximized_vert", "maximized_horz")
            wait_for("the server to maximise it", lambda: self.s.said(f"show id=0x{ident:08X} state=3"))
            x, y, width, height = self.settled(ident, window, shown=lambda g: g[2] >= self.size[0] - 8)
            left, right, top, bottom = self.frame_of(window)
            self.assertEqual((x - left, y - top, width + left + right, height + top + bottom), (0, 0, *self.size))
            self.shows(ident, window)
            self.state(window, "remove", "maximized_vert", "maximized_horz")
            self.assertEqual(self.settled(ident, window, shown=lambda g: g[2] < 1000), before)
        self.shows(ident, window)

    def test_work_area_is_what_a_panel_leaves(self):
        ident, window = self.open()
        self.settled(ident, window)
        panel = self.d.root.create_window(0, 760, self.size[0], 40, 0, X.CopyFromParent)
        d = self.d.display
        panel.change_property(d.intern_atom("_NET_WM_WINDOW_TYPE"), Xatom.ATOM, 32, [d.intern_atom("_NET_WM_WINDOW_TYPE_DOCK")])
        panel.change_property(d.intern_atom("_NET_WM_STRUT"), Xatom.CARDINAL, 32, [0, 0, 0, 40])
        panel.change_property(d.intern_atom("_NET_WM_STRUT_PARTIAL"), Xatom.CARDINAL, 32,
                              [0, 0, 0, 40, *[0] * 6, 0, self.size[0] - 1])
        panel.set_wm_normal_hints(flags=Xutil.USPosition)
        panel.map()
        self.addCleanup(d.sync)
        self.addCleanup(panel.destroy)
        d.sync()
        wait_for(lambda: f"the server to be told; {self.s.said('work-area')}",
                 lambda: self.s.said("work-area x=0 y=0 width=1280 height=760"))
        self.s.tell(f"show 0x{ident:08X} maximized")
        x, y, width, height = self.settled(ident, window, shown=lambda g: g[2] >= self.size[0] - 8)
        self.assertEqual(y + height + self.frame_of(window)[3], 760)
        self.shows(ident, window)

    def test_maximised_by_its_program(self):
        ident, window = self.open()
        before = self.settled(ident, window)
        self.s.tell(f"show 0x{ident:08X} maximized")
        self.settled(ident, window, shown=lambda g: g[2] >= self.size[0] - 8)
        self.assertIn(self.d.display.intern_atom("_NET_WM_STATE_MAXIMIZED_VERT"), self.d.text_property(window, "_NET_WM_STATE"))
        self.shows(ident, window)
        self.s.tell(f"show 0x{ident:08X} normal")
        self.assertEqual(self.settled(ident, window, shown=lambda g: g[2] < 1000), before)

    def test_minimised_and_back(self):
        ident, window = self.open()
        before = self.settled(ident, window)
        self.d.run("xdotool", "windowminimize", str(window.id))
        wait_for("the server to minimise it", lambda: self.s.said(f"show id=0x{ident:08X} state=2"))
        self.d.focus(window)
        self.assertEqual(self.settled(ident, window), before)
        self.shows(ident, window)

    def test_pointer_and_popups_are_where_they_are_seen(self):
        ident, window = self.open()
        self.d.run("xdotool", "windowmove", "--sync", str(window.id), "300", "200")
        x, y, _, _ = self.settled(ident, window, shown=lambda g: g[0] >= 300)
        before = {w.id for w in self.s.view.all_windows()}
        self.d.xdotool("mousemove", str(x + 5), str(y + 7), "click", "1")
        wait_for("the press", lambda: self.s.said(f"mouse flags=0x9000 x={x + 5} y={y + 7}"))
        self.s.tell(f"popup 0x{ident:08X}")
        popup = wait_for("the popup", lambda: next((w for w in self.s.view.all_windows() if w.id not in before), None))
        left, top, _, _ = self.where(ident)
        self.assertEqual(self.d.geometry(popup), (left + 24, top + 48, 200, 120))
        self.assertTrue(popup.get_attributes().override_redirect)
        self.shows(int(re.search(r"id=(0x\w+)", self.s.said("window id=")[-1])[1], 16), popup, cut=(0, 0))

    def test_limits_are_of_what_is_left(self):
        ident, window = self.open()
        self.settled(ident, window)
        self.s.tell(f"movesize 0x{ident:08X} 10")

        def least():
            hints = window.get_wm_normal_hints()
            return hints and hints.flags & Xutil.PMinSize and (hints.min_width, hints.min_height)
        wait_for(lambda: f"the least size; there is {least()}",
                 lambda: least() == (TRACK_MIN[0] - LEFT - RIGHT, max(TRACK_MIN[1] - TOP - BOTTOM, 1)))

    def test_a_menu_bar_stays(self):
        ident, window = self.open("Plain")
        self.settled(ident, window)  # the guest's title bars are that high
        ident, window = self.open("With a menu", (LEFT, TOP + MENU, RIGHT, BOTTOM))
        self.settled(ident, window)
        self.shows(ident, window)

    def test_what_frames_itself_is_left_alone(self):
        for title, frame, style in (("Browser", (8, 0, 8, 8), None), ("Office", (0, 0, 0, 0), None), ("No caption", FRAME, 0x00040000)):
            with self.subTest(title):
                ident, window = self.open(title, frame, style)
                self.settled(ident, window, (0, 0, 0, 0))
                self.shows(ident, window, cut=(0, 0))
                self.assertEqual(self.d.text_property(window, "_MOTIF_WM_HINTS")[2], 0)

    def test_a_program_that_begins_to_frame_itself(self):
        ident, window = self.open()
        self.settled(ident, window)
        self.s.tell("frame 0x%08X 8 0 8 8" % ident)
        self.settled(ident, window, (0, 0, 0, 0))
        self.shows(ident, window, cut=(0, 0))
        self.s.tell("frame 0x%08X %d %d %d %d" % (ident, *FRAME))
        self.settled(ident, window)
        self.shows(ident, window)


class UnderXfwm4(Frames):
    wm = "xfwm4"


class Scaled(FramesCase):
    def setUp(self):
        self.d.run("xrdb", "-merge", input="Xft.dpi: 144\n")
        super().setUp()

    def test_the_server_is_told_as_it_is_connected_to_and_later(self):
        self.assertEqual(self.s.said("scale "), ["scale 150"])
        self.d.run("xrdb", "-merge", input="Xft.dpi: 192\n")
        wait_for("another scale", lambda: [line for line in self.s.said("layout ") if line.endswith("scale=200")])


class Monitors(FramesCase):
    def test_maximised_to_the_monitor_that_it_is_on(self):
        left, right = (0, 0, 500, 800), (500, 0, 780, 600)
        for i, (x, y, width, height) in enumerate((left, right)):
            self.d.run("xrandr", "--setmonitor", f"m{i}", f"{width}/200x{height}/200+{x}+{y}", "none" if i else "screen")
            self.addCleanup(self.d.run, "xrandr", "--delmonitor", f"m{i}")
        ident, window = self.open()
        self.settled(ident, window)
        for place, monitor in (("40", left), ("640", right)):
            with self.subTest(monitor):
                self.d.run("xdotool", "windowmove", "--sync", str(window.id), place, "90")
                before = self.settled(ident, window, shown=lambda g, at=int(place): abs(g[0] - at) < 20)
                self.state(window, "add", "maximized_vert", "maximized_horz")
                x, y, width, height = self.settled(ident, window, shown=lambda g, was=before: g[3] > was[3])
                frame = self.frame_of(window)
                self.assertEqual((x - frame[0], y - frame[2], width + frame[0] + frame[1], height + frame[2] + frame[3]), monitor)
                self.shows(ident, window)
                self.state(window, "remove", "maximized_vert", "maximized_horz")
                self.assertEqual(self.settled(ident, window, shown=lambda g, was=before: g[3] == was[3]), before)


class UnderMutter(FramesCase):
    wm = "mutter"

    def test_snapped_to_half_of_the_screen(self):
        ident, window = self.open()
        before = self.settled(ident, window)
        self.d.focus(window)
        self.d.key("super+Left")
        x, y, width, height = self.settled(ident, window, shown=lambda g: g[3] > 700)
        left, right, top, bottom = self.frame_of(window)
        self.assertEqual((x - left, y - top, width + left + right, height + top + bottom), (0, 0, self.size[0] // 2, self.size[1]))
        self.shows(ident, window)
        self.d.key("super+Left")
        self.assertEqual(self.settled(ident, window, shown=lambda g: g[3] < 700), before)


class Classic(FramesCase):
    """Without RDPGFX: windows are cut out of one desktop, of which their frames are a part."""
    profile = "7", "tls"

    def test_shown_and_moved(self):
        ident, window = self.open()
        self.settled(ident, window)
        self.shows(ident, window)
        self.d.run("xdotool", "windowmove", "--sync", str(window.id), "333", "222")
        self.d.run("xdotool", "windowsize", "--sync", str(window.id), "444", "301")
        self.settled(ident, window, shown=lambda g: g[2:] == (444, 301))
        self.shows(ident, window)
        self.state(window, "add", "maximized_vert", "maximized_horz")
        self.settled(ident, window, shown=lambda g: g[2] >= self.size[0] - 8)
        self.shows(ident, window)


class OldClassic(Classic):
    """Windows XP tells no size of the client area."""
    profile, flags = ("xp", "rdp"), CTL_HOST_FRAMES | CTL_RDP_SECURITY


class NotAsked(FramesCase):
    flags = 0

    def test_the_servers_own_frame_is_shown(self):
        ident, window = self.open()
        self.settled(ident, window, (0, 0, 0, 0))
        self.shows(ident, window, cut=(0, 0))
        self.assertEqual(self.d.text_property(window, "_MOTIF_WM_HINTS")[2], 0)

    # LocalMoveSize's kinds ([MS-RDPERP] 2.2.2.7.2), and what of x, y, width and height follows the pointer's x and y.
    KINDS = {9: ((1, 0), (0, 1), None, None), 8: (None, None, (1, 0), (0, 1)), 2: (None, None, (1, 0), None),
             3: (None, (0, 1), None, (0, -1)), 4: ((1, 0), (0, 1), (-1, 0), (0, -1))}
    PATH = ((90, 60), (-30, 20), (15, -35))

    def test_moved_and_sized_by_its_own_frame(self):
        """The server says that a press there begins it; the host's window manager goes on."""
        ident, window = self.open()
        for kind, follows in self.KINDS.items():
            with self.subTest(kind=kind):
                before = x, y, width, height = self.settled(ident, window, (0, 0, 0, 0))
                presses = len(self.s.said("mouse flags=0x9000"))
                self.d.xdotool("mousemove", str(x + width // 2), str(y + 10), "mousedown", "1")
                wait_for("the server to be told of the press", lambda n=presses: len(self.s.said("mouse flags=0x9000")) > n)
                self.s.tell(f"movesize 0x{ident:08X} {kind}")

                def taken():
                    self.d.xdotool("mousemove_relative", "7", "5")
                    moved = self.d.geometry(window) != before
                    self.d.xdotool("mousemove_relative", "--", "-7", "-5")
                    return moved
                wait_for("the window manager to take it", taken, poll=0.1)
                for step in self.PATH:
                    self.d.xdotool("mousemove_relative", "--", *map(str, step))
                self.d.xdotool("mouseup", "1")
                dx, dy = (sum(step[i] for step in self.PATH) for i in (0, 1))
                wanted = tuple(n + (f[0] * dx + f[1] * dy if f else 0) for n, f in zip(before, follows))
                self.assertEqual(self.settled(ident, window, (0, 0, 0, 0), lambda g, w=wanted: g == w), wanted)
        self.shows(ident, window, cut=(0, 0))


if __name__ == "__main__":
    p.main()
