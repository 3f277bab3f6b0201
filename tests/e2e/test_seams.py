#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Menus, combo boxes and windows at the seams of monitors that are outputs of a real Xorg: beside and above one another,
the primary one right of or below the others. Also monitors that go and come back below open menus. What is on the screen
is as natively, to the pixel.

    test_seams.py [PROGRAM …]"""
import shutil
import sys
import unittest

import test_monitors
import test_popups
from harness import wait_for
from test_twins import shape_of, state
from twin_programs import AWAY, at, key

# The primary one first. RemoteApp's places count from that, so that the others' are negative where they lie left or above.
LAYOUTS = {
    "the lower primary": ((0, 480, 1920, 600), (300, 0, 1000, 480)),
    "the right one primary": ((800, 200, 1120, 880), (0, 0, 800, 600)),
    "three, the last one primary": ((1000, 560, 920, 520), (0, 0, 1000, 560), (1000, 0, 920, 560)),
}
TOOLKIT = {
    "menu": at(20, 15, "click", "1"),
    "submenu": at(40, 75, "click", "1"),
    "submenu of it": lambda d: d.key("Down", "Down", "Down", "Right"),
    "menus gone": lambda d: d.key("Escape", "Escape", "Escape"),
    "combo box": at(100, 175, "click", "1"),
    "combo box gone": lambda d: (d.key("Escape"), d.xdotool(*AWAY)),
}
MENUS = {
    "menu": key("alt+f"),
    "menu gone": key("Escape"),
    "popup menu": at(300, 150, "click", "3"),
    "popup menu gone": lambda d: (d.key("Escape"), d.xdotool(*AWAY)),
}
SIZE, SCREEN = (400, 300), (1920, 1080)


def places(monitor):
    """Where a window's menus would cross the right and the lower edge of a monitor."""
    x, y, width, height = monitor
    if x + width < SCREEN[0]:
        yield "right", (x + width - 330, y + 60)
    if y + height < SCREEN[1]:
        yield "lower", (x + 80, y + height - 200)


class Seams(test_monitors.Outputs, test_monitors.GuestShell, test_popups.Toolkit):
    desktop_options = {"sound": False}
    programs = ("toolkit", "featherpad")
    layouts, layout = tuple(LAYOUTS), ()
    assert_guest_has, guest_monitors = test_monitors.Monitors.assert_guest_has, test_monitors.Monitors.guest_monitors

    def steps_of(self, program):
        """By monitor and edge."""
        menus = TOOLKIT if program == "toolkit" else MENUS
        steps = {"opened": lambda d: None}
        for i, monitor in enumerate(self.layout):
            for edge, place in places(monitor):
                def move(d, place=place):
                    shape_of("windowsize", *map(str, SIZE))(d)
                    shape_of("windowmove", *map(str, place))(d)
                steps[f"at the {edge} edge of {i}"] = move
                steps.update({f"{name} at the {edge} edge of {i}": act for name, act in menus.items()})
            inside = (monitor[0] + 50, monitor[1] + 50)
            steps[f"inside {i}"] = shape_of("windowmove", *map(str, inside))
            steps[f"maximised on {i}"] = state("add", "maximized_vert", "maximized_horz")
            steps[f"restored on {i}"] = state("remove", "maximized_vert", "maximized_horz")
            steps[f"full screen on {i}"] = state("add", "fullscreen")
            steps[f"restored from that on {i}"] = state("remove", "fullscreen")
        return steps

    def start_native(self, program):
        if program == "toolkit":
            super().start_native(program)
        else:
            test_popups.test_twins.Twins.start_native(self, program)

    def start_in_guest(self, program):
        """Without what it keeps from before, as its size; a native twin begins in a new home each time."""
        wait_for(f"{program} to end in the guest", lambda: not self.d.guest_pids(program))
        shutil.rmtree(self.home() / ".config" / program, ignore_errors=True)
        if program == "toolkit":
            super().start_in_guest(program)
        else:
            test_popups.test_twins.Twins.start_in_guest(self, program)

    def test_programs(self):
        for name in self.layouts:
            self.layout = LAYOUTS[name]
            self.plug(self.layout)
            self.assert_guest_has(self.layout)
            for program in self.programs:
                with self.subTest(name, program=program):
                    self.script(program)
                self.desktop.close_all()


class Unplugged(Seams):
    """A monitor goes while a window with an open menu is on it, and comes back."""
    layouts = tuple(LAYOUTS)[:2]

    def steps_of(self, program):
        first, second = self.layout[0], self.layout[1]
        menus = TOOLKIT if program == "toolkit" else MENUS
        steps = {"opened": lambda d: None}
        gone = ((0, 0, *first[2:]),)
        for name, act in menus.items():
            if "gone" in name:
                continue

            def there(d):
                shape_of("windowmove", str(second[0] + 120), str(second[1] + 90))(d)
            steps[f"on it, for {name}"] = there
            steps[name] = act
            steps[f"unplugged, with {name}"] = lambda d: self.plug(gone)
            steps[f"plugged in again, with {name}"] = lambda d: self.plug(self.layout)
            steps[f"{name} gone"] = lambda d: (d.key("Escape", "Escape", "Escape"), d.xdotool(*AWAY))
        return steps


if __name__ == "__main__":
    if len(sys.argv) > 1 and not sys.argv[1].startswith(("Seams", "Unplugged", "-")):
        Seams.programs = tuple(sys.argv[1:])
        del sys.argv[1:]
    unittest.main(verbosity=2)
