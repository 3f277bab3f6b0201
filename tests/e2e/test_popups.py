#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Menus, combo boxes, tooltips, drag icons, splash screens and modal dialogs of a guest."""
import pathlib
import shutil
import threading
import time
import unittest

import numpy as np
from Xlib import X, display as xdisplay

import test_twins
from case import ChainCase
from harness import wait_for
from probing import Probe, guest_home
from test_twins import shape_of
from twin_programs import AWAY, at, key

TOOLKIT = pathlib.Path(__file__).with_name("toolkit.py")
TWINS = test_twins.Twins
OPENINGS = 50


def do(*words):
    return lambda d: d.xdotool(*words)


def closing(act):
    """GTK takes a release for that of the press that opened the menu until half a second is over (MENU_SHELL_TIMEOUT)."""
    def step(d):
        since = time.monotonic()
        wait_for("GTK to take a click for one", lambda: time.monotonic() - since > 0.6)
        act(d)
    return step


class Toolkit(TWINS):
    """What a toolkit opens is where and as it is natively, and closes as natively."""
    programs = ("toolkit",)
    # Right and bottom edge of the screen: menus turn to the other side, combo boxes open upward.
    EDGE, BOTTOM = ("1500", "200"), ("300", "760")
    STEPS = {
        "opened": shape_of("windowmove", "300", "200"),
        "menu": at(20, 15, "click", "1"),
        "submenu": at(40, 75, "click", "1"),
        "submenu of it": lambda d: d.key("Down", "Down", "Down", "Right"),
        "one level back": key("Left"),
        "menus gone": key("Escape", "Escape"),
        "combo box": at(100, 175, "click", "1"),
        "combo box gone": key("Escape"),
        "tooltip": at(100, 55),
        "tooltip gone": do(*AWAY),
        "pressed": at(310, 135, "mousedown", "1"),
        "drag icon": do("mousemove_relative", "40", "20"),
        "drag icon moved": do("mousemove_relative", "200", "200"),
        "dropped": do("mouseup", "1", *AWAY),
        "at the right edge": shape_of("windowmove", *EDGE),
        "menu at the edge": at(20, 15, "click", "1"),
        "submenu at the edge": at(40, 75, "click", "1"),
        "submenu of it at the edge": lambda d: d.key("Down", "Down", "Down", "Right"),
        "menus closed by a click": closing(at(300, 250, "click", "1", *AWAY)),
        "at the bottom": shape_of("windowmove", *BOTTOM),
        "menu at the bottom": at(20, 15, "click", "1"),
        "menu gone again": key("Escape", "Escape"),
        "combo box at the bottom": at(100, 175, "click", "1"),
        "chosen": lambda d: d.key("Down", "Return"),
        "dialog": at(100, 95, "click", "1", *AWAY),
        "nested": at(100, 52, "click", "1", *AWAY),
        "owner clicked while blocked": lambda d: toolkit_click(d, "toolkit", 100, 55),
        "dialog clicked while blocked": lambda d: toolkit_click(d, "dialog", 100, 20),
        "nested closed": key("Escape"),
        "dialog clicked": lambda d: toolkit_click(d, "dialog", 100, 20),
        "dialog closed": key("Escape"),
        "owner clicked": lambda d: toolkit_click(d, "toolkit", 100, 55),
    }

    def setUp(self):
        super().setUp()
        self.native_program = self.d.base / "toolkit.py"
        for path in (self.native_program, guest_home(self.d, "demo") / "toolkit.py"):
            shutil.copy(TOOLKIT, path)
        self.logs = []

    @classmethod
    def steps_of(cls, program):
        return cls.STEPS

    def argv(self, path):
        return "sh", "-c", f'exec /usr/bin/python3 {path} "$HOME/toolkit.log"'

    def start_native(self, program):
        self.desktop.start_native(program, self.argv(self.native_program))

    def start_in_guest(self, program):
        self.d.run_in("demo", *self.argv('"$HOME/toolkit.py"'))

    def test_programs(self):
        super().test_programs()
        native, guest = (next(folder.glob("toolkit.log")).read_text() for folder in
                         (next(self.d.base.glob("twin-toolkit-*")), guest_home(self.d, "demo")))
        self.assertEqual(guest, native)
        # The modal dialogs did block. i3 raises the owner that was clicked on above the dialog, where the button is.
        pressed = ["pressed in owner"] if self.d.wm == "i3" else ["pressed in dialog", "pressed in owner"]
        self.assertEqual([line for line in guest.splitlines() if "pressed" in line], pressed)


def toolkit_click(d, title, x, y):
    window = next(w for w in d.clients() if d.title(w) == title)
    left, top, _, _ = d.geometry(window)
    d.xdotool("mousemove", str(left + x), str(top + y), "click", "1", *AWAY)


class Screen:
    """What a piece of the screen showed, as often as the X server can be asked, in another thread."""

    def __init__(self, d, place):
        self.d, self.place = d, place
        self.seen, self.stop = {}, threading.Event()
        self.thread = threading.Thread(target=self.watch)

    def watch(self):
        other = xdisplay.Display(self.d.env["DISPLAY"])
        root = other.screen().root
        while not self.stop.is_set():
            data = root.get_image(*self.place, X.ZPixmap, 0xffffffff).data
            self.seen[data] = self.seen.get(data, 0) + 1
        other.close()

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *exc):
        self.stop.set()
        self.thread.join()

    def colours(self):
        """Every set of colours that was seen at once."""
        found = set()
        for data in self.seen:
            pixels = np.frombuffer(data, np.uint8).reshape(-1, 4)[:, 2::-1]
            found.add(frozenset("#%02x%02x%02x" % tuple(p) for p in np.unique(pixels, axis=0)))
        return found


class Popups(ChainCase):
    desktop_options = {"sound": False}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.native, cls.demo = Probe(cls.d, "native"), Probe(cls.d, "guest", "demo")

    def open_hers(self, width, height, colour="#00c000"):
        """A window of the guest that has the focus: mutter loses clicks on windows that open, also on native ones. Its place."""
        window = self.demo.open("hers", (400, 300, width, height), colour)
        wait_for("its focus", lambda: self.d.has_focus(window))
        return self.d.geometry(window)[:2]

    def put(self, window, x, y):
        """Where no other is: i3 and mutter have places of their own for windows that open. Its geometry."""
        self.d.focus(window)
        self.d.xdotool("windowmove", str(window.id), str(x), str(y))
        wait_for(lambda: f"it to be moved; it is at {self.d.geometry(window)}", lambda: abs(self.d.geometry(window)[0] - x) < 50)
        return self.d.geometry(window)

    def tearDown(self):
        for probe in (self.native, self.demo):
            for name in ("popup", "hers", "mine", "splash"):
                probe.do("close_if_open", name)
        for window in self.d.clients():
            if self.d.title(window) == "toolkit":
                self.d.run("wmctrl", "-i", "-c", hex(window.id))
        wait_for("all windows to close", lambda: not self.d.clients())

    def popup_at(self, place):
        """The override-redirect window at a place, in root coordinates; None while there is none."""
        for w in self.d.root.query_tree().children:
            seen = w.get_attributes()
            if seen.override_redirect and seen.map_state == X.IsViewable and tuple(
                    getattr(w.get_geometry(), k) for k in ("x", "y", "width", "height")) == place:
                return w
        return None

    def test_every_kind_is_at_its_place_to_the_pixel(self):
        x, y = self.open_hers(300, 200)
        kinds = ("", "popup_menu", "dropdown_menu", "combo", "tooltip", "dnd", "notification", "splash")
        for i, kind in enumerate(kinds):
            with self.subTest(kind or "no type"):
                place = (431 + 7 * i, 333 + 5 * i, 123 + i, 77)
                self.d.xdotool("mousemove", str(x + 5 + i), str(y + 5), "click", "1")
                self.demo.heard("^hers button up 1")
                self.demo.do("window", "popup", *place, "#c0c000", "hers", "popup", kind)
                wait_for(f"a popup of type {kind!r}", lambda: self.popup_at(place))
                wait_for("its pixels", lambda: (self.d.pixels(rect=place) == (0xc0, 0xc0, 0)).all())
                self.demo.do("move", "popup", place[0] + 50, place[1] - 13)
                moved = (place[0] + 50, place[1] - 13, *place[2:])
                wait_for("it to be moved", lambda: self.popup_at(moved))
                wait_for("its pixels", lambda: (self.d.pixels(rect=moved) == (0xc0, 0xc0, 0)).all())
                self.demo.do("close", "popup")
                wait_for("it to go", lambda: not self.popup_at(moved))
                self.demo.mark()

    def test_what_opens_under_a_resting_pointer(self):
        """Is told that it is entered, and of no movement, by which a list would scroll (GTK 3)."""
        told = {}
        for probe, name in ((self.native, "mine"), (self.demo, "hers")):
            x, y, _, _ = self.d.geometry(probe.open(name, (400, 300, 300, 200), "#00c000"))
            self.d.xdotool("mousemove", str(x + 50), str(y + 50), "click", "1")
            probe.heard(f"^{name} button up 1")
            probe.mark()
            place = (x + 20, y + 20, 100, 100)
            probe.do("window", "popup", *place, "#c0c000", name, "popup", "combo")
            wait_for("the popup", lambda: self.popup_at(place))
            probe.heard("^popup enter")
            self.d.xdotool("click", "1")  # what came of it before is told before that
            probe.heard("^popup button up 1")
            told[name] = [line.split(" root=")[0].replace(name, "owner") for line in probe.log("enter|leave|motion|button")]
            for window in ("popup", name):
                probe.do("close", window)
            wait_for("both to close", lambda: not self.d.clients())
        self.assertEqual(told["hers"], told["mine"])

    def test_a_notice_takes_clicks_beside_its_programs_windows(self):
        """Where the host's window beneath would have them."""
        self.native.open("mine", (1000, 300, 400, 300), "#c00000")
        x, y = self.open_hers(300, 200)
        self.d.xdotool("mousemove", str(x + 5), str(y + 5), "click", "1")
        self.demo.heard("^hers button up 1")
        self.demo.do("window", "popup", 1100, 400, 150, 80, "#c0c000", "hers", "popup", "notification")
        wait_for("the notice", lambda: self.popup_at((1100, 400, 150, 80)))
        self.native.mark()
        self.d.xdotool("mousemove", "1150", "440", "click", "1")
        self.demo.heard("^popup button up 1")
        self.native.sync()
        self.assertEqual(self.native.log("^mine button"), [])

    def test_a_splash_screen_of_a_program_that_is_launched(self):
        """Nobody pressed anything in a window of the guest: the user launched it on the host."""
        place = (700, 400, 333, 222)
        launched = Probe(self.d, "launched", "demo", *("splash", *place, "#8040c0", "-", "popup"))
        wait_for(lambda: f"the splash screen: {[(self.d.title(w), self.d.geometry(w)) for w in self.d.clients()]}",
                 lambda: self.popup_at(place))
        wait_for("its pixels", lambda: (self.d.pixels(rect=place) == (0x80, 0x40, 0xc0)).all())
        launched.do("close", "splash")
        launched.do("quit")
        wait_for("it to go", lambda: not self.popup_at(place))

    def test_never_flashes(self):
        """From the window below to the menu and back, with nothing between, however often the screen is looked at."""
        x, y = self.open_hers(500, 400, "#00c040")
        place = (450, 350, 200, 150)
        self.d.xdotool("mousemove", str(x + 5), str(y + 5))
        # Mutter fades windows in, and those of the former test out.
        wait_for("its pixels", lambda: (self.d.pixels(rect=place) == (0, 0xc0, 0x40)).all())
        with Screen(self.d, place) as screen:
            for i in range(OPENINGS):
                self.d.xdotool("click", "1")
                self.demo.do("window", "popup", *place, "#f0f0f0", "hers", "popup", "popup_menu")
                wait_for("the menu", lambda: self.popup_at(place))
                wait_for("its pixels", lambda: (self.d.pixels(rect=place) == 0xf0).all())
                self.demo.do("close", "popup")
                wait_for("it to go", lambda: (self.d.pixels(rect=place) == (0, 0xc0, 0x40)).all())
        looks = sum(screen.seen.values())
        self.assertGreater(looks, 20 * OPENINGS, "the screen was not looked at often enough to say")
        self.assertEqual(screen.colours(), {frozenset({"#00c040"}), frozenset({"#f0f0f0"})}, f"in {looks} looks")

    def test_a_menu_closes_by_a_click_on_a_host_window(self):
        mine = self.put(self.native.open("mine", (1000, 300, 300, 300), "#c00000"), 1000, 300)
        shutil.copy(TOOLKIT, guest_home(self.d, "demo") / "toolkit.py")
        self.d.run_in("demo", "sh", "-c", 'exec /usr/bin/python3 "$HOME/toolkit.py" "$HOME/clicks.log"')
        window = wait_for("the program", lambda: [w for w in self.d.clients() if self.d.title(w) == "toolkit"])[0]
        wait_for("its pixels", lambda: self.d.painted(window))
        x, y, _, _ = self.put(window, 300, 200)
        for what, end in (("the desktop", (1500, 900)), ("a host window", (mine[0] + 90, mine[1] + 90)),
                          ("its title bar", (mine[0] + 90, mine[1] - 8))):
            with self.subTest(what):
                self.d.focus(window)
                self.d.xdotool("mousemove", str(x + 20), str(y + 15), "click", "1")
                wait_for("the menu", self.d.popups)
                self.d.xdotool("mousemove", *map(str, end), "click", "1")
                wait_for("the menu to close", lambda: not self.d.popups())

    def test_a_click_that_closes_a_menu_is_the_menus_alone(self):
        """What a host window beneath is told, and which window is active then, as of a native program's menu."""
        x, y, _, _ = self.put(self.native.open("mine", (1000, 300, 300, 300), "#c00000"), 1000, 300)
        shutil.copy(TOOLKIT, guest_home(self.d, "demo") / "toolkit.py")
        told = {}
        for where in ("natively", "in the guest"):
            if where == "natively":
                self.d.spawn("/usr/bin/python3", str(TOOLKIT), str(self.d.base / "native.log"))
            else:
                self.d.run_in("demo", "sh", "-c", 'exec /usr/bin/python3 "$HOME/toolkit.py" "$HOME/alone.log"')
            window = wait_for("the program", lambda: [w for w in self.d.clients() if self.d.title(w) == "toolkit"])[0]
            wait_for("its pixels", lambda: self.d.painted(window))
            left, top, _, _ = self.put(window, 300, 200)
            told[where] = [self.click_beside_menu(left + 20, top + 15, x + 90, y + 90, window) for _ in range(2)]
            self.d.run("wmctrl", "-i", "-c", hex(window.id))
            wait_for("the program to end", lambda: not [w for w in self.d.clients() if self.d.title(w) == "toolkit"])
        self.assertEqual(told["in the guest"], told["natively"])
        self.assertNotIn("mine button down 1", " ".join(told["natively"][0][0]))

    def click_beside_menu(self, menu_x, menu_y, x, y, window):
        self.d.xdotool("mousemove", str(menu_x), str(menu_y), "click", "1")
        wait_for("the menu", self.d.popups)
        since = time.monotonic()
        wait_for("GTK to take a click for one", lambda: time.monotonic() - since > 0.6)
        self.native.mark()
        self.d.xdotool("mousemove", str(x), str(y), "mousedown", "1")
        self.addCleanup(self.d.xdotool, "mouseup", "1")
        wait_for(lambda: f"the menu of {self.d.wm_class(window)} to close", lambda: not self.d.popups())
        self.d.xdotool("mouseup", "1")
        self.native.heard("^mine (button up|enter)")
        self.native.sync()
        clicks = self.native.log("^mine button")
        active = self.d.text_property(self.d.root, "_NET_ACTIVE_WINDOW")[0] == window.id
        # The next one is the window's own.
        self.native.mark()
        self.d.xdotool("mousemove", str(x + 5), str(y + 5), "click", "1")
        self.native.heard("^mine button up 1")
        after = self.native.log("^mine button")
        self.d.focus(window)
        return clicks, active, after


del TWINS  # a class of another file's tests


if __name__ == "__main__":
    unittest.main(verbosity=2)
