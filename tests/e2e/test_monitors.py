#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Several monitors: the guest's are the host's, also those that come and go while windows are open; windows are maximised
to their monitor, and menus open on it."""
import random
import signal

from case import MOUSEPAD, XTERM, ChainCase
from harness import wait_for
from test_geometry import GuestShell
from xorg import XorgDesktop

LAYOUTS = {
    "two side by side, the right one primary": ((800, 200, 1120, 880), (0, 0, 800, 600)),
    "one above the other, the lower primary": ((0, 480, 1920, 600), (300, 0, 1000, 480)),
    "three": ((640, 0, 640, 1080), (0, 200, 640, 480), (1280, 0, 640, 512)),
    "staggered, none in the corner": ((0, 300, 900, 780), (900, 0, 1020, 700)),
    "two of one size that no server knows": ((950, 0, 950, 710), (0, 0, 950, 710)),
}


# The primary monitor, and all of them, as GTK 3 has them.
GDK = r"""
import gi
gi.require_version("Gdk", "3.0")
from gi.repository import Gdk
d = Gdk.Display.get_default()
for monitor in (d.get_primary_monitor(), *map(d.get_monitor, range(d.get_n_monitors()))):
    place = monitor.get_geometry()
    print((place.x, place.y, place.width, place.height))
"""


class Monitors(GuestShell, ChainCase):
    def setUp(self):
        self.named = []
        self.d.run("xdotool", "mousemove", "10", "10")

    def tearDown(self):
        self.plug(())
        for window in self.d.clients():
            self.d.run("wmctrl", "-i", "-c", hex(window.id))
        wait_for("all windows to close", lambda: not self.d.clients())

    def plug(self, layout):
        """Monitors of that layout, the primary one first; none: the screen is one."""
        for name in self.named:
            self.d.run("xrandr", "--delmonitor", name)
        self.named = []
        for i, (x, y, width, height) in enumerate(layout):
            name = f"{'*' if i == 0 else ''}m{i}"
            self.d.run("xrandr", "--setmonitor", name, f"{width}/{width // 4}x{height}/{height // 4}+{x}+{y}",
                       "screen" if i == 0 else "none")
            self.named.append(f"m{i}")

    def guest_monitors(self):
        """Those of the guest's X server, the primary one first."""
        found = []
        for line in self.in_guest("xrandr --listmonitors").splitlines()[1:]:
            name, geometry = line.split()[1:3]
            width, height, x, y = (int(part.split("/")[0]) for part in geometry.replace("x", "+").split("+"))
            found.insert(0 if "*" in name else len(found), (x, y, width, height))
        return found

    def assert_guest_has(self, layout):
        wait_for(lambda: f"monitors {layout} in the guest; there are {self.guest_monitors()}",
                 lambda: sorted(self.guest_monitors()[1:]) == sorted(layout[1:]) and self.guest_monitors()[0] == layout[0])

    def test_the_guests_are_the_hosts(self):
        for name, layout in LAYOUTS.items():
            with self.subTest(name):
                self.plug(layout)
                self.assert_guest_has(layout)
        self.plug(())
        self.assert_guest_has(((0, 0, *self.d.size),))

    def test_of_a_guest_whose_server_died_meanwhile(self):
        """What it had set is not left: the next one sets what the host has then."""
        layout = LAYOUTS["three"]
        self.plug(layout)
        self.assert_guest_has(layout)
        for then in ((), layout[:2]):
            with self.subTest(len(then)):
                victim = self.d.pids("casement-remoteapp")[0]
                self.d.signal(victim, signal.SIGSTOP)
                self.plug(then)
                self.d.signal(victim, signal.SIGKILL)
                wait_for("another", lambda: [pid for pid in self.d.pids("casement-remoteapp") if pid != victim])
                self.assert_guest_has(then or ((0, 0, *self.d.size),))

    def test_toolkits_know_them(self):
        (self.home() / "gdk.py").write_text(GDK)
        for name, layout in LAYOUTS.items():
            with self.subTest(name):
                self.plug(layout)
                told = []

                def known(layout=layout, told=told):
                    # Not by xrandr, which has the server look for monitors.
                    told[:] = self.in_guest("/usr/bin/python3 ~/gdk.py").splitlines()
                    return told[0] == str(layout[0]) and sorted(told[1:]) == sorted(map(str, layout))
                wait_for(lambda told=told: f"GTK 3 to know them; it tells {told}", known)

    def test_generated(self):
        seed = random.randrange(1 << 32)
        print(f"seed {seed}", flush=True)
        rand = random.Random(seed)
        tried = 0
        while tried < 5:
            columns = sorted(rand.sample(range(150, 800), rand.randint(1, 3)))
            columns = [0, *[2 * c for c in columns if c * 2 + 300 < 1920], 1920]
            columns = [c for i, c in enumerate(columns) if i == 0 or c - columns[i - 1] >= 200 or c == 1920]
            layout = [(a, rand.randint(0, 300), b - a, rand.randint(300, 700)) for a, b in zip(columns, columns[1:])
                      if b - a >= 200]
            top = rand.randrange(len(layout))
            layout[top] = (layout[top][0], 0, *layout[top][2:])
            rand.shuffle(layout)
            if len(layout) < 2 or min(x for x, *_ in layout) > 0:
                continue
            tried += 1
            with self.subTest(layout):
                self.plug(layout)
                self.assert_guest_has(layout)

    def test_maximised_to_its_monitor_and_unplugged(self):
        left, right = (0, 0, 800, 1080), (800, 0, 1120, 880)
        window = self.launch(XTERM)
        self.plug((left, right))
        self.d.xdotool("windowmove", str(window.id), "1000", "300")
        self.in_guest("wmctrl -x -r xterm -b add,maximized_vert,maximized_horz")
        wait_for(lambda: f"maximised to {right}; it is at {self.d.geometry(window)}",
                 lambda: self.inside(window, right) and self.d.geometry(window)[2] > 1000)
        self.guest_has_it_as_the_host(window)
        self.plug(())
        self.assert_guest_has(((0, 0, *self.d.size),))
        self.guest_has_it_as_the_host(window)
        self.plug((left, right))
        self.assert_guest_has((left, right))
        self.guest_has_it_as_the_host(window)
        self.type_and_see(window, "plugged")

    def inside(self, window, monitor):
        x, y, width, height = self.d.geometry(window)
        return monitor[0] <= x and x + width <= monitor[0] + monitor[2] and monitor[1] <= y

    def guest_has_it_as_the_host(self, window):
        wait_for(lambda: f"the guest to have {self.d.geometry(window)}; it has {self.guest_geometry('xterm')}",
                 lambda: self.guest_geometry("xterm") == self.d.geometry(window))

    def test_menus_open_on_the_monitor(self):
        """A context menu asked for beside the seam of two monitors does not cross it, as it would without them."""
        left, right = (0, 0, 800, 1080), (800, 0, 1120, 1080)
        window = self.launch(MOUSEPAD)
        self.plug((left, right))
        self.assert_guest_has((left, right))
        self.d.xdotool("windowmove", str(window.id), "200", "200")
        self.d.xdotool("windowsize", str(window.id), "580", "400")
        wait_for("its place", lambda: self.d.geometry(window)[2:] == (580, 400))
        wait_for("its place in the guest", lambda: self.guest_geometry("mousepad") == self.d.geometry(window))
        self.d.focus(window)
        self.d.xdotool("mousemove", "770", "400", "click", "3")
        menu = wait_for("the menu", self.popups)[0]
        x, _, width, _ = self.d.geometry(menu)
        self.assertGreater(width, 30)
        self.assertLessEqual(x + width, 800)
        self.d.key("Escape")
        wait_for("the menu to close", lambda: not self.popups())
        self.plug(())
        self.assert_guest_has(((0, 0, *self.d.size),))
        self.d.focus(window)
        self.d.xdotool("mousemove", "760", "390", "click", "3")
        menu = wait_for("the menu", self.popups)[0]
        self.assertGreater(self.d.geometry(menu)[0] + self.d.geometry(menu)[2], 800)
        self.d.key("Escape")
        wait_for("the menu to close", lambda: not self.popups())

    def popups(self):
        ours = self.d.window_pids()
        found = []
        for window in self.d.root.query_tree().children:
            seen = window.get_attributes()
            pid = self.d.text_property(window, "_NET_WM_PID")
            if seen.override_redirect and seen.map_state == 2 and pid and pid[0] in ours:
                found.append(window)
        return found


# Sends what a program does that wants to cover several monitors (EWMH 1.5): WINDOW TOP BOTTOM LEFT RIGHT.
COVER = r"""
import sys
from Xlib import X, display, xauth
from Xlib.protocol import event
xauth.Xauthority.get_best_auth = lambda self, *where: self.entries[0][3:]  # the guest's entry is for every host
d = display.Display()
window = d.create_resource_object("window", int(sys.argv[1], 0))
message = event.ClientMessage(window=window, client_type=d.intern_atom("_NET_WM_FULLSCREEN_MONITORS"),
                              data=(32, [*map(int, sys.argv[2:]), 1]))
d.screen().root.send_event(message, event_mask=X.SubstructureRedirectMask | X.SubstructureNotifyMask)
d.sync()
"""


class Outputs:
    """Monitors that are outputs, as real ones are: GDK, and window managers that ask it, know no others."""
    desktop_class = XorgDesktop
    named = ()

    @classmethod
    def setUpClass(cls):
        cls.modes = set()
        super().setUpClass()

    def plug(self, layout):
        layout = layout or ((0, 0, *self.d.size),)
        argv = []
        for i, (x, y, width, height) in enumerate(layout):
            self.add_mode(f"DUMMY{i}", width, height)
            argv += ["--output", f"DUMMY{i}", "--mode", f"{width} {height}", "--pos", f"{x}x{y}", *["--primary"][:i == 0]]
        for i in range(len(layout), len(self.named)):
            argv += ["--output", f"DUMMY{i}", "--off"]
        # Millimetres as before, from which Qt has its dots per inch where nothing says them.
        self.d.run("xrandr", "--dpi", "96", *argv)
        self.d.run("xrandr")  # has the server look which are connected, as it does by itself with real ones
        self.named = list(layout)

    def add_mode(self, output, width, height):
        if (width, height) not in self.modes:
            timings = [str(side + n) for side in (width, height) for n in (0, 1, 2, 10)]
            self.d.run("xrandr", "--newmode", f"{width} {height}", "10", *timings)
            self.modes.add((width, height))
        self.d.run("xrandr", "--addmode", output, f"{width} {height}")


class OfOutputs(Outputs, Monitors):
    desktop_options = {"sound": False}


class FullScreen(Outputs, Monitors):
    """Over several monitors, under a window manager that knows it."""
    desktop_options = {"wm": "xfwm4", "sound": False}
    test_the_guests_are_the_hosts = test_generated = test_maximised_to_its_monitor_and_unplugged = test_menus_open_on_the_monitor = None
    test_of_a_guest_whose_server_died_meanwhile = test_toolkits_know_them = None

    @staticmethod
    def numbers(listed, monitors):
        """Those that a server which lists its monitors so has them by."""
        places = [tuple(int(part.split("/")[0]) for part in line.split()[2].replace("x", "+").split("+"))
                  for line in listed.splitlines()[1:]]
        there = [(x, y, width, height) for width, height, x, y in places]
        return [str(there.index(monitor)) for monitor in monitors]

    def cover(self, *monitors):
        """Asks for it in the guest, by the guest's numbers."""
        numbers = " ".join(self.numbers(self.in_guest("xrandr --listmonitors"), monitors))
        self.assertEqual(self.in_guest(f"/usr/bin/python3 ~/cover.py $(xdotool search --onlyvisible --class xterm | tail -n 1) {numbers}"), "")

    def cover_natively(self, window, *monitors):
        numbers = self.numbers(self.d.run("xrandr", "--listmonitors").stdout, monitors)
        self.d.run("/usr/bin/python3", str(self.home() / "cover.py"), hex(window.id), *numbers)

    def native_xterm(self):
        known = {w.id for w in self.d.clients()}
        self.d.spawn("xterm")
        return wait_for("a native xterm", lambda: [w for w in self.d.clients() if w.id not in known])[-1]

    def test_of_its_programs_choice(self):
        """As one that runs natively, beside it; whichever monitor is the first."""
        (self.home() / "cover.py").write_text(COVER)
        left, right = (0, 0, 800, 1080), (800, 0, 1120, 880)
        chosen = {(left,) * 4: left, (right,) * 4: right, (left, left, left, right): (0, 0, 1920, 1080)}
        for layout in ((right, left), (left, right)):
            self.plug(layout)
            window, native = self.launch(XTERM), self.native_xterm()
            self.assert_guest_has(layout)
            self.assertIn("_NET_WM_FULLSCREEN_MONITORS", self.in_guest("xprop -root _NET_SUPPORTED"))
            for w in (window, native):
                self.d.xdotool("windowmove", str(w.id), "100", "100")
            self.cover_natively(native, left, left, left, right)
            self.cover(left, left, left, right)
            self.d.run("wmctrl", "-i", "-r", hex(native.id), "-b", "add,fullscreen")
            self.in_guest("wmctrl -x -r xterm -b add,fullscreen")
            for monitors in (*chosen, *reversed(chosen)):
                self.cover_natively(native, *monitors)
                self.cover(*monitors)
                for w in (native, window):
                    wait_for(lambda: f"{chosen[monitors]} for {monitors} with {layout}; it is at {self.d.geometry(w)}, "
                             f"natively at {self.d.geometry(native)}", lambda: self.d.geometry(w) == chosen[monitors])
                self.guest_has_it_as_the_host(window)
            # Numbers of no monitor are nobody's.
            self.in_guest("/usr/bin/python3 ~/cover.py $(xdotool search --onlyvisible --class xterm | tail -n 1) 0 1 7 -1")
            self.in_guest("wmctrl -x -r xterm -b remove,fullscreen")
            wait_for("it to leave", lambda: self.d.geometry(window)[2] < 800)
            for w in (window, native):
                self.d.run("wmctrl", "-i", "-c", hex(w.id))
            wait_for("both to close", lambda: not self.d.clients())


if __name__ == "__main__":
    import unittest
    unittest.main(verbosity=2)
