#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Keys, and what they mean switched between them: a program of a guest sees each key as a native one does, however fast
they come and however late the view reads of them."""
import contextlib
import ctypes
import random
import signal
import unittest

from Xlib import X, XK
from Xlib.ext import xtest

import test_keyboard
from harness import wait_for

ENTER, SHIFT, ALT, ALT_R, CAPS, SUPER, SPACE, A, Z = 36, 50, 64, 108, 66, 133, 65, 38, 52
SEED = 20
XKB_USE_CORE_KBD = 0x100
# Options by which keys switch groups, what switches, and what does as long as it is held.
TOGGLES = (("grp:alt_shift_toggle", ((ALT, SHIFT), (SHIFT, ALT))), ("grp:caps_toggle", ((CAPS,),)),
           ("grp:shift_caps_switch", ((CAPS,), (SHIFT, CAPS))), ("grp:win_space_toggle", ((SUPER, SPACE),)))
HOLDS = (("grp:switch", ALT_R), ("grp:lwin_switch", SUPER), ("grp:caps_switch", CAPS))


class Bursts(test_keyboard.KeyTwins):
    """What is done at once is one write to the X server, for which it does nothing else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.xlib = ctypes.CDLL("libX11.so.6")
        cls.xlib.XOpenDisplay.restype = ctypes.c_void_p
        cls.xkb = ctypes.c_void_p(cls.xlib.XOpenDisplay(cls.d.env["DISPLAY"].encode()))

    def tearDown(self):
        self.layout("us")  # and its only group

    @contextlib.contextmanager
    def late(self):
        """Nobody reads of what is done meanwhile but all of it at once."""
        pids = [self.native.pid, *self.d.pids("casement-view")]
        for pid in pids:
            self.d.signal(pid, signal.SIGSTOP)
        try:
            yield
            self.d.display.sync()
        finally:
            for pid in pids:
                self.d.signal(pid, signal.SIGCONT)

    @staticmethod
    def parts(steps):
        """Steps are keys as press has them, keys that stay down or go up ("down", code), or what to call. What is done one
        after the other for them, as pairs."""
        for step in steps:
            if callable(step):
                yield "call", step
            elif isinstance(step, tuple) and step[0] in ("down", "up"):
                yield step
            else:
                together = step if isinstance(step, tuple) else (step,)
                yield from (("down", key) for key in together)
                yield from (("up", key) for key in reversed(together))

    def queue(self, parts):
        for what, part in parts:
            if what == "call":
                part()
            else:
                xtest.fake_input(self.d.display, X.KeyPress if what == "down" else X.KeyRelease, part)

    def at_once(self, steps):
        self.d.display.grab_server()
        self.queue(self.parts(steps))
        self.d.display.ungrab_server()
        self.d.display.sync()

    def too_late(self, steps):
        with self.late():
            self.at_once(steps)

    def quickly(self, steps):
        """One after the other: whoever is told of one finds the X server ahead of it."""
        for part in self.parts(steps):
            self.queue([part])
            self.d.display.flush()
        self.d.display.sync()

    def slowly(self, steps):
        """Each press and release once the one before was seen."""
        for n, part in enumerate(self.parts(steps), self.seen() + 1):
            self.queue([part])
            self.d.display.sync()
            wait_for(lambda: f"{n} keys to be seen, not {self.seen()}", lambda: self.seen() >= n, poll=0.005)

    def seen(self):
        return len(self.native.log(" key ") + self.demo.log(" key "))

    def ready(self, layout, options=""):
        self.layout(layout, options=options)
        self.has_layout(self.demo, self.native.layout())
        self.same_keymap()

    def lock_group(self, group):
        self.xlib.XkbLockGroup(self.xkb, XKB_USE_CORE_KBD, group)
        self.xlib.XSync(self.xkb, 0)

    def seen_by(self, probe, way, steps):
        """From the first group on; and what a key means afterwards, by itself."""
        self.lock_group(0)
        return [self.told(probe, lambda: way([*part, ENTER]), f"key up {ENTER}") for part in (steps, [A])]

    def same_text(self, steps):
        seen = []
        for way in self.ways:
            with self.subTest(way=way):
                seen.append(self.seen_by(self.native, getattr(self, way), steps))
                self.assertEqual(self.seen_by(self.demo, getattr(self, way), steps), seen[-1])
        return seen


class Maps(Bursts):
    """Keys before a change mean what they meant, and keys after it what they mean now."""

    def same_symbols(self, layout, act, symbols):
        """Pressed while the keyboard has the layout at first."""
        for probe in (self.native, self.demo):
            self.ready(layout)
            seen = self.told(probe, act, f"key up {ENTER}")
            self.assertEqual([line.split("sym=")[1] for line in seen if "key down" in line],
                             [f"{XK.string_to_keysym(s):x}" for s in (*symbols, "Return")], probe.name)

    def remap(self, key, letter):
        self.d.display.change_keyboard_mapping(key, [(XK.string_to_keysym(letter), XK.string_to_keysym(letter.upper()))])

    def test_a_key_that_is_changed_between_keys(self):
        for way in (self.at_once, self.too_late):
            for letter in ("b", "c", "d"):
                with self.subTest(letter, way=way.__name__):
                    self.same_symbols("us", lambda: way([A, Z, A, lambda: self.remap(A, letter), A, Z, A, ENTER]),
                                      ("a", "z", "a", letter, "z", letter))

    def switch(self, layout, way):
        with way():
            self.at_once([Z, Z])
            self.d.run("setxkbmap", "-layout", layout)
            self.at_once([Z, Z, ENTER])

    def test_a_layout_that_is_set_between_keys(self):
        """By another client, which makes several requests of it."""
        for before, after, symbols in (("us", "de", "zzyy"), ("us", "fr", "zzww"), ("de", "us", "yyzz")):
            for way in (self.late, contextlib.nullcontext):
                with self.subTest(before, after=after, way=way.__name__):
                    self.same_symbols(before, lambda: self.switch(after, way), symbols)


class Groups(Bursts):
    """Switched by keys while a window of the guest has the focus, whose X server knows those keys too."""
    ways = ("too_late", "at_once", "slowly")
    toggles = TOGGLES

    def setUp(self):
        if self.d.wm == "mutter":
            self.skipTest("mutter lets no key switch the group")

    def test_quick_toggles(self):
        for options, switches in self.toggles:
            dice = random.Random(SEED)
            for i in range(4):
                steps = [dice.choice((A, Z, *switches)) for _ in range(12)]
                with self.subTest(options, i=i, steps=steps):
                    self.ready("us,ru", options)
                    self.same_text(steps)

    def test_many_quick_toggles(self):
        dice = random.Random(SEED)
        for i in range(3):
            with self.subTest(i=i):
                self.ready("us,ru", "grp:alt_shift_toggle")
                steps = [dice.choice((A, Z, (ALT, SHIFT), (ALT, SHIFT))) for _ in range(150)]
                self.assertEqual(*(self.seen_by(probe, self.quickly, steps) for probe in (self.demo, self.native)))

    def test_one_two_three_toggles(self):
        for steps in ([A, (ALT, SHIFT), A], [A, (ALT, SHIFT), A, (ALT, SHIFT), A], [A, *[(ALT, SHIFT), A] * 3],
                      [A, *[(ALT, SHIFT)] * 3, A, (ALT, SHIFT), A]):
            with self.subTest(steps=steps):
                self.ready("us,ru", "grp:alt_shift_toggle")
                for seen in self.same_text(steps):
                    self.assertGreater(len({line.split("sym=")[1] for line in seen[0] if f"down {A} " in line}), 1)

    def test_letters_while_the_switch_is_held(self):
        for held in ((ALT, SHIFT), (SHIFT, ALT)):
            with self.subTest(held):
                self.ready("us,ru", "grp:alt_shift_toggle")
                down, up = [("down", key) for key in held], [("up", key) for key in held]
                self.same_text([A, *down, A, Z, *up, A, *down, up[1], down[1], A, *up, A])

    def test_a_group_that_counts_while_a_key_is_held(self):
        for options, key in HOLDS:
            with self.subTest(options):
                self.ready("us,ru", options)
                self.same_text([A, ("down", key), A, Z, ("up", key), A, ("down", key), A, ("up", key), Z])

    def test_between_two_programs(self):
        """Switched at one, it is so at the other."""
        self.ready("us,ru", "grp:alt_shift_toggle")
        way = getattr(self, self.ways[-1])
        for probe in (self.native, self.demo) * 2:
            self.told(probe, lambda: way([(ALT, SHIFT), A, (ALT, SHIFT), (ALT, SHIFT), ENTER]), f"key up {ENTER}")
            self.same(lambda: way([A, (SHIFT, Z), ENTER]), f"key up {ENTER}")


if __name__ == "__main__":
    unittest.main(verbosity=2)
