#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The guest follows the host's scale as the host's toolkits find it, also while programs run: the same pixels natively and
through Casement at 150 % by the resource Xft.dpi and at 200 % by XSETTINGS.

    test_scale.py"""
import pathlib
import shutil
import signal
import struct
import sys

from Xlib import X

import test_twins
from harness import HostDesktop, wait_for
from test_geometry import GuestShell
from twin_programs import PROGRAMS, key

MANAGER = pathlib.Path(__file__).resolve()

STEPS = {
    "featherpad": {"opened": lambda d: None, "menu": key("alt+f"), "menu gone": key("Escape")},
    "mousepad": {"opened": lambda d: None, "menu": key("alt+f"), "menu gone": key("Escape")},
}


def settings_property(values, serial):
    """_XSETTINGS_SETTINGS (XSETTINGS 0.5) of integers."""
    body = b""
    for name, value in values.items():
        raw = name.encode()
        body += struct.pack("<BxH", 0, len(raw)) + raw + bytes(-len(raw) % 4) + struct.pack("<Ii", serial, value)
    return struct.pack("<B3xII", 0, serial, len(values)) + body


def manage(*lines):
    """An XSETTINGS manager that says NAME=VALUE of its first argument, and of the next one at each SIGUSR1."""
    from Xlib import X, display
    from Xlib.protocol import event
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
    d = display.Display()
    root, atom = d.screen().root, d.intern_atom
    window = root.create_window(0, 0, 1, 1, 0, X.CopyFromParent)

    def say(line, serial):
        values = {name: int(value) for name, value in (pair.split("=") for pair in line.split())}
        window.change_property(atom("_XSETTINGS_SETTINGS"), atom("_XSETTINGS_SETTINGS"), 8, settings_property(values, serial))
        d.sync()
    say(lines[0], 1)
    window.set_selection_owner(atom("_XSETTINGS_S0"), X.CurrentTime)
    message = event.ClientMessage(window=root, client_type=atom("MANAGER"),
                                  data=(32, [X.CurrentTime, atom("_XSETTINGS_S0"), window.id, 0, 0]))
    root.send_event(message, event_mask=X.StructureNotifyMask)
    d.sync()
    for serial, line in enumerate(lines[1:], 2):
        signal.sigwait({signal.SIGUSR1})
        say(line, serial)
    signal.pause()


class ScaleTwins(GuestShell):
    programs = ("mousepad", "featherpad")

    def guest_resource(self):
        return [line.split()[1] for line in self.in_guest("xrdb -query").splitlines() if line.startswith("Xft.dpi")]

    def set_resource(self, dpi):
        """The host's Xft.dpi, and the guest's after it; None: there is none."""
        self.d.run("xrdb", "-load", "-", input=f"Xft.dpi: {dpi}\n" if dpi else "")
        expected = [str(dpi)] if dpi else []
        wait_for(lambda: f"Xft.dpi {expected} in the guest; there is {self.guest_resource()}",
                 lambda: self.guest_resource() == expected)

    def dpi(self, output):
        return next((line.split()[-1] for line in output.splitlines() if "gtk-xft-dpi" in line), None)

    def toolkits_find(self, dpi):
        """Waits until the host's toolkits do, and then the guest's."""
        query = ("gtk-query-settings", "gtk-xft-dpi")
        wait_for(f"{dpi} on the host", lambda: self.dpi(self.d.run(*query).stdout) == dpi)
        wait_for(lambda: f"{dpi} in the guest; there is {self.in_guest(' '.join(query))}",
                 lambda: self.dpi(self.in_guest(" ".join(query))) == dpi)

    def tearDown(self):
        super().tearDown()
        self.d.run("xrdb", "-load", "-", input="")

    def managed(self):
        """Waits until settings have a manager: some toolkits hear of none that comes later."""
        selection = self.d.display.intern_atom("_XSETTINGS_S0")
        wait_for("a manager of settings", lambda: self.d.display.get_selection_owner(selection) != X.NONE)

    def forget(self, program):
        """What it keeps from another scale, as its size; a native twin begins in a new home each time."""
        wait_for(f"{program} to end in the guest", lambda: not self.d.guest_pids(program))
        for folder in (program, "dconf"):
            shutil.rmtree(self.home() / ".config" / folder, ignore_errors=True)

    def script(self, program, steps=None):
        argv, steps = PROGRAMS[program], steps or STEPS[program]
        self.desktop.start_native(program, argv)
        self.desktop.opened()
        natives = {}
        for step, act in steps.items():
            act(self.d)
            natives[step] = self.desktop.still()
        self.desktop.close_all()
        self.forget(program)
        self.d.run_in("demo", *argv)
        self.desktop.opened()
        for step, act in steps.items():
            act(self.d)
            with self.subTest(f"{program}, {step}"):
                self.assertEqual(self.assert_alike(natives[step], program, f"scale {step}"), [])
        return natives

    def all_programs(self):
        for program in self.programs:
            with self.subTest(program):
                self.script(program)
            self.desktop.close_all()


class Scale(ScaleTwins, test_twins.Twins):
    def test_programs(self):
        """At 125, 150 and 175 %, and at a fraction that is none of a whole dot."""
        for dpi in (120, 144, 168):
            self.set_resource(dpi)
            self.all_programs()
        self.set_resource(121.5)
        self.script("mousepad")
        self.set_resource(None)

    def test_settings(self):
        """At 200 and 300 %, from XSETTINGS; gone with the manager."""
        for factor in (2, 3):
            dpi = 98304 * factor
            manager = self.d.spawn("/usr/bin/python3", str(MANAGER), "manage",
                                   f"Gdk/WindowScalingFactor={factor} Gdk/UnscaledDPI=98304 Xft/DPI={dpi}")
            self.set_resource(96 * factor)
            self.toolkits_find("98304")  # without the window's factor
            self.all_programs()
            manager.terminate()
            manager.wait(10)
            self.toolkits_find(str(dpi))  # the resource's
        self.set_resource(None)
        self.script("mousepad")

    def test_a_running_program_follows(self):
        manager = self.d.spawn("/usr/bin/python3", str(MANAGER), "manage",
                               "Gdk/WindowScalingFactor=1 Gdk/UnscaledDPI=98304 Xft/DPI=98304")
        self.d.run_in("demo", "mousepad")
        window = self.desktop.opened()[0]
        before = self.d.geometry(window)[2]
        manager.terminate()
        manager.wait(10)
        manager = self.d.spawn("/usr/bin/python3", str(MANAGER), "manage",
                               "Gdk/WindowScalingFactor=2 Gdk/UnscaledDPI=98304 Xft/DPI=196608")
        wait_for(lambda: f"twice of {before}; it is {self.d.geometry(window)}", lambda: self.d.geometry(window)[2] > before * 1.7)
        manager.terminate()
        manager.wait(10)


class Changes(ScaleTwins, test_twins.Twins):
    """What programs that run do when the host's scale changes, if anything, they do through Casement."""
    test_programs = None

    def steps(self, change):
        """Its numbers are 96, 144 and 120 dots per inch."""
        steps = {"opened": lambda d: None}
        for dpi in (144, 120, 96):
            steps[f"changed to {dpi}"] = lambda d, dpi=dpi: change(dpi)
            steps[f"menu at {dpi}"] = key("alt+f")
            steps[f"menu gone at {dpi}"] = key("Escape")
        return steps

    def test_resource(self):
        for program in self.programs:
            with self.subTest(program):
                self.set_resource(96)
                self.script(program, self.steps(self.set_resource))
            self.desktop.close_all()

    def test_settings(self):
        said = [f"Xft/DPI={dpi * 1024}" for dpi in 2 * (96, 144, 120) + (96,)]  # once around for each of the two
        for program in self.programs:
            with self.subTest(program):
                manager = self.d.spawn("/usr/bin/python3", str(MANAGER), "manage", *said)
                self.managed()
                self.toolkits_find(str(96 * 1024))

                def change(dpi, manager=manager):
                    self.d.signal(manager.pid, signal.SIGUSR1)
                    self.toolkits_find(str(dpi * 1024))
                self.script(program, self.steps(change))
                manager.terminate()
                manager.wait(10)
            self.desktop.close_all()


class Variables(ScaleTwins, test_twins.Twins):
    """The user's environment says it, which programs of this machine have natively, whoever starts them."""
    said = {"GDK_SCALE": "2", "GDK_DPI_SCALE": "0.75", "QT_SCALE_FACTOR": "1.5", "XCURSOR_SIZE": "48"}

    class desktop_class(HostDesktop):
        def start_bus(self):
            self.env.update(Variables.said)
            super().start_bus()

    def test_programs(self):
        told = dict(line.split("=", 1) for line in self.in_guest("env").splitlines() if "=" in line)
        self.assertEqual({name: told.get(name) for name in self.said}, self.said)
        self.all_programs()


if __name__ == "__main__":
    if sys.argv[1:2] == ["manage"]:
        manage(*sys.argv[2:])
    import unittest
    unittest.main(verbosity=2)
