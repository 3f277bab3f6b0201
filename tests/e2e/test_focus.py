#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Stacking and focus: windows of the host and of two guests, mixed."""
import contextlib
import os
import pathlib
import random
import re
import unittest

import numpy as np
from Xlib import X
from Xlib.protocol import event

from harness import COMPOSITING, Failure, HostDesktop, wait_for
from probing import Probe, unbalanced
from case import ChainCase

SEED = int(os.environ.get("CASEMENT_SEED", random.randrange(1 << 32)))
SOURCE_PAGER = 2
UNASKED = 8  # LIMIT_UNASKED_FOCUS
SHADOW = 40  # pixels around a window that its compositor may darken


class Mixed(ChainCase):
    """A native program and one in each of two guests, with windows of one colour each."""
    desktop_options = {"sound": False}
    guests = ("demo", "other")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        try:
            for guest in cls.guests[1:]:
                cls.d.add_guest(guest)
            cls.probes = {guest: Probe(cls.d, f"probe-{guest or 'native'}", guest) for guest in (None, *cls.guests)}
        except BaseException:
            cls.tell_logs()
            cls.d.stop()
            raise
        cls.native, cls.demo = cls.probes[None], cls.probes["demo"]

    def setUp(self):
        self.d.xdotool("mousemove", "1900", "1060")
        self.opened = {}
        for probe in self.probes.values():
            probe.mark()

    def tearDown(self):
        for name, (probe, _) in self.opened.items():
            probe.do("close", name)
        wait_for("all windows to close", lambda: not self.d.clients())

    def open(self, probe, name, place, colour, owner="-", *kinds):
        window = probe.open(name, place, colour, owner, *kinds)
        self.opened[name] = (probe, window)
        return window

    def closed(self, name):
        del self.opened[name]

    # ---- what the host shows

    def stack(self):
        """Names of windows, bottom first."""
        return [self.native.title(w) for w in self.d.clients()]

    def active(self):
        found = self.d.text_property(self.d.root, "_NET_ACTIVE_WINDOW")
        return next((n for n, (_, w) in self.opened.items() if found and w is not None and w.id == found[0]), None)

    def tell_wm(self, window, kind, *data):
        d = self.d
        message = event.ClientMessage(window=window, client_type=d.display.intern_atom(kind),
                                      data=(32, list(data) + [0] * (5 - len(data))))
        d.root.send_event(message, event_mask=X.SubstructureRedirectMask | X.SubstructureNotifyMask)
        d.display.flush()

    def restack(self, name, how):
        if self.d.display.get_atom("_NET_RESTACK_WINDOW") in self.d.text_property(self.d.root, "_NET_SUPPORTED"):
            self.tell_wm(self.opened[name][1], "_NET_RESTACK_WINDOW", SOURCE_PAGER, 0, how)
        else:
            self.opened[name][1].configure(stack_mode=how)
            self.d.display.flush()

    def activate(self, name):
        self.tell_wm(self.opened[name][1], "_NET_ACTIVE_WINDOW", SOURCE_PAGER, X.CurrentTime, 0)
        wait_for(lambda: f"{name} to be active; {self.active()} is", lambda: self.active() == name)

    def is_told_of_focus(self, name):
        """Waits until the program knows that its window has the focus, and no other program thinks so of one of its own."""
        def knows():
            focused = [n for n, (p, _) in self.opened.items() if self.says_focused(p, n)]
            return focused == [name]
        wait_for(lambda: f"{name} alone to be told of the focus: {[p.log('focus') for p in self.probes.values()]}", knows)

    @staticmethod
    def says_focused(probe, name):
        # Grabs, and focus that follows the pointer of a root that has it, are another matter (X11 protocol, FocusIn).
        told = [line for line in probe.text().splitlines()
                if line.startswith(f"{name} focus") and "mode=1" not in line and "mode=2" not in line and
                not re.search("detail=[567]", line)]
        return bool(told) and " in " in told[-1]

    def click(self, x, y, button="1"):
        self.d.xdotool("mousemove", str(x), str(y), "click", button)


class Stacking(Mixed):
    places = {None: ((100, 100), (420, 330)), "demo": ((190, 180), (560, 120)), "other": ((300, 260), (230, 420))}
    size = (420, 300)
    steps = 40

    def frame(self, window):
        """How far it reaches beyond the window: left, right, top, bottom."""
        if self.d.wm != "i3":  # says it of no window
            return self.d.text_property(window, "_NET_FRAME_EXTENTS") or (0, 0, 0, 0)
        x, y, width, height = self.d.geometry(window)
        fx, fy, fwidth, fheight = self.d.geometry(window.query_tree().parent)
        return x - fx, fx + fwidth - x - width, y - fy, fy + fheight - y - height

    def picture(self, colours):
        """What the screen is to show of the windows' insides, and where that is known."""
        d = self.d
        width, height = d.size
        picture, known = np.zeros((height, width, 3), np.uint8), np.zeros((height, width), bool)
        for window in d.clients():
            x, y, w, h = d.geometry(window)
            left, right, top, bottom = self.frame(window)
            top, left, bottom, right = (side + (SHADOW if self.d.wm in COMPOSITING else 0) for side in (top, left, bottom, right))
            known[max(y - top, 0):y + h + bottom, max(x - left, 0):x + w + right] = False
            picture[y:y + h, x:x + w] = colours[self.native.title(window)]
            known[y:y + h, x:x + w] = True
        return picture, known

    def shows(self, colours, step):
        last = {}

        def right():
            picture, known = self.picture(colours)
            last["wrong"] = int(((self.d.pixels() != picture).any(axis=2) & known).sum())
            return last["wrong"] == 0
        wait_for(lambda: f"all visible parts of the windows to be right; {last} pixels are not, "
                         f"at step {step} of seed {SEED}", right)

    def spot(self, colours, chance):
        """A point of the screen within a window that is seen there, and its name."""
        picture, known = self.picture(colours)
        by_colour = {c: n for n, c in colours.items()}
        known[:, -40:] = known[-40:] = False
        ys, xs = np.nonzero(known)
        i = chance.randrange(len(ys))
        return int(xs[i]), int(ys[i]), by_colour[tuple(int(v) for v in picture[ys[i], xs[i]])]

    def test_any_order_of_windows_of_the_host_and_two_guests(self):
        print(f"seed {SEED}", flush=True)
        chance = random.Random(SEED)
        colours = {}
        for guest, places in self.places.items():
            for i, (x, y) in enumerate(places):
                name = f"{guest or 'native'}{i}"
                colours[name] = tuple(chance.randrange(256) for _ in range(3))
                self.open(self.probes[guest], name, (x, y, *self.size), "#%02x%02x%02x" % colours[name])
        for step in range(self.steps):
            name = chance.choice(list(colours))
            restacks = ("raise", "lower") if self.d.wm != "i3" else ()  # raises what has the focus, and nothing else
            action = chance.choice((*restacks, "activate", "repaint", "move", "program raises", "point", "click"))
            with self.subTest(step=step, action=action, window=name, seed=SEED):
                self.step(action, name, colours, chance)
                self.shows(colours, f"{step} ({action} {name})")

    def step(self, action, name, colours, chance):
        probe, window = self.opened[name]
        if action in ("raise", "lower"):
            self.restack(name, X.Above if action == "raise" else X.Below)
            wait_for(f"{name} to be restacked", lambda: self.stack()[-1 if action == "raise" else 0] == name)
        elif action == "activate":
            self.activate(name)
            self.is_told_of_focus(name)
        elif action == "repaint":  # also while nothing of it is seen
            colours[name] = tuple(chance.randrange(256) for _ in range(3))
            probe.do("colour", name, "#%02x%02x%02x" % colours[name])
        elif action == "move":
            x, y = chance.randrange(40, 700), chance.randrange(60, 600)
            self.d.xdotool("windowmove", "--sync", str(window.id), str(x), str(y))
        elif action == "program raises":  # without having been touched: it may, or not; nothing is to break
            probe.do("raise", name)
            probe.sync()
        else:
            self.point(action, colours, chance)

    def point(self, action, colours, chance):
        """The program whose window is seen at the pointer is told of it, wherever its guest has the window."""
        for probe in self.probes.values():
            probe.mark()
        x, y, under = self.spot(colours, chance)
        self.d.xdotool("mousemove", str(x), str(y), *(("click", "1") if action == "click" else ()))
        what = "button down 1" if action == "click" else "motion|enter"
        self.opened[under][0].heard(rf"^{under} ({what})")
        for probe in self.probes.values():
            probe.sync()
            # What was on its way from the step before names another place.
            others = [line for line in probe.log(f"motion.* root={x},{y}$|button") if not line.startswith(f"{under} ")]
            self.assertEqual(others, [], f"at {x},{y}")
        if action == "click":
            wait_for(f"{under} to be active", lambda: self.active() == under)
            self.is_told_of_focus(under)
            self.opened[under][0].heard(f"^{under} button up 1")


class Focus(Mixed):
    def three(self):
        self.open(self.native, "mine", (100, 100, 300, 200), "#c00000")
        self.open(self.demo, "hers", (500, 100, 300, 200), "#00c000")
        self.open(self.probes["other"], "theirs", (900, 100, 300, 200), "#0000c0")
        if self.d.wm == "mutter":  # refuses it to a window whose program was pressed in before that of another one
            self.activate("theirs")
        self.is_told_of_focus("theirs")  # which mutter gives a window a moment after it is there

    def test_alt_tab_goes_round_and_leaves_no_key_down(self):
        if self.d.wm == "i3":
            self.skipTest("i3 has no Alt+Tab")
        self.three()
        for name in ("theirs", "hers", "mine"):
            self.activate(name)
        for probe in self.probes.values():
            probe.mark()
        order = []
        for _ in range(6):
            self.d.xdotool("keydown", "alt", "key", "Tab", "keyup", "alt")
            was = order[-1] if order else "mine"
            wait_for("another window to be active", lambda: self.active() not in (was, None))
            order.append(self.active())
            self.is_told_of_focus(self.active())
        self.assertEqual(order, ["hers", "mine"] * 3)
        if self.d.wm != "mutter":  # at times it goes one further only, also among native windows
            self.d.xdotool("keydown", "alt", "key", "Tab", "Tab", "keyup", "alt")
            wait_for("the third", lambda: self.active() == "theirs")
            self.is_told_of_focus("theirs")
        self.d.key("x")
        for name in ("theirs", "hers"):
            probe = self.opened[name][0]
            self.activate(name)
            self.is_told_of_focus(name)
            probe.mark()
            self.d.key("y")
            probe.heard(rf"^{name} key up")
            self.assertEqual([line for line in probe.log("key down") if "state=0 " not in line], [])
        self.assertEqual(unbalanced(self.demo.log("key"), "key"), [])

    def held_over(self, start, end):
        """Ctrl goes down in one window and up in another."""
        one, other = self.opened[start][0], self.opened[end][0]
        self.activate(start)
        self.is_told_of_focus(start)
        for probe in self.probes.values():
            probe.mark()
        self.d.xdotool("keydown", "ctrl")
        one.heard(f"^{start} key down 37")
        self.activate(end)
        self.is_told_of_focus(end)
        self.d.xdotool("key", "c")
        held = other.heard(f"^{end} key down 54")
        self.d.xdotool("keyup", "ctrl")
        self.d.xdotool("key", "c")
        wait_for(f"a c without Ctrl in {end}: {other.log()}", lambda: len(other.log(f"^{end} key up 54")) == 2)
        # As natively: what has the focus sees a key that was held before (X11 protocol, KeymapNotify).
        self.assertIn("state=4 ", held[0])
        self.assertIn("state=0 ", other.log(f"^{end} key down 54")[-1])
        # And the one that had it is not left with the key down.
        self.activate(start)
        self.is_told_of_focus(start)
        self.d.xdotool("key", "c")
        self.assertIn("state=0 ", one.heard(f"^{start} key down 54")[-1])

    def test_a_held_key_goes_with_the_focus(self):
        self.three()
        for start, end in (("mine", "hers"), ("hers", "mine"), ("hers", "theirs")):
            with self.subTest(f"{start} to {end}"):
                self.held_over(start, end)

    def test_a_held_button_ends_where_it_began(self):
        self.three()
        for start, end in (("hers", "mine"), ("hers", "theirs"), ("mine", "hers")):
            with self.subTest(f"{start} to {end}"):
                probe, window = self.opened[start]
                x, y, _, _ = self.d.geometry(window)
                for p in self.probes.values():
                    p.mark()
                self.d.xdotool("mousemove", str(x + 50), str(y + 50), "mousedown", "1")
                probe.heard(f"^{start} button down 1")
                self.activate(end)
                self.is_told_of_focus(end)
                self.d.xdotool("mousemove", str(x + 70), str(y + 70))
                probe.heard(f"^{start} motion 70 70 state=256")
                ex, ey, _, _ = self.d.geometry(self.opened[end][1])
                self.d.xdotool("mousemove", str(ex + 60), str(ey + 60), "mouseup", "1")
                probe.heard(f"^{start} button up 1")
                self.opened[end][0].sync()
                self.assertEqual(self.opened[end][0].log(f"^{end} button"), [])
                self.click(ex + 60, ey + 60)
                self.opened[end][0].heard(f"^{end} button up 1")
                self.assertEqual(unbalanced(probe.log("button"), "button"), [])

    def test_a_window_that_goes_while_a_button_is_held(self):
        self.three()
        self.open(self.demo, "brief", (500, 500, 200, 100), "#00c0c0")
        self.demo.do("close_on_press", "brief")
        self.d.xdotool("mousemove", "550", "550", "mousedown", "1")
        self.demo.heard("^brief button down 1")
        wait_for("the window to go", lambda: "brief" not in self.stack())
        self.closed("brief")
        x, y, _, _ = self.d.geometry(self.opened["mine"][1])
        self.d.xdotool("mousemove", str(x + 50), str(y + 50), "mouseup", "1")
        self.native.sync()
        x, y, _, _ = self.d.geometry(self.opened["hers"][1])
        self.demo.mark()
        self.d.xdotool("mousemove", str(x + 50), str(y + 50))
        self.demo.heard("^hers motion")
        self.click(x + 50, y + 50)
        self.assertIn("state=0 ", self.demo.heard("^hers button down 1")[0])
        self.demo.heard("^hers button up 1")

    def test_modifiers_count_where_the_pointer_is_without_the_focus(self):
        self.three()
        self.activate("mine")
        x, y, _, _ = self.d.geometry(self.opened["hers"][1])
        self.d.xdotool("mousemove", str(x + 50), str(y + 50))
        self.demo.mark()
        self.d.xdotool("keydown", "ctrl", "click", "4", "keyup", "ctrl")
        self.assertIn("state=4 ", self.demo.heard("^hers button down 4")[0])
        self.demo.mark()
        self.d.xdotool("click", "4")
        self.assertIn("state=0 ", self.demo.heard("^hers button down 4")[0])

    def test_a_click_goes_through_to_the_window_that_it_focuses(self):
        self.three()
        self.activate("mine")
        x, y, _, _ = self.d.geometry(self.opened["hers"][1])
        self.demo.mark()
        self.click(x + 40, y + 30)
        self.demo.heard("^hers button down 1 state=0 at=40,30")
        wait_for("hers to be active", lambda: self.active() == "hers")

    def test_a_click_falls_through_where_a_window_takes_none(self):
        if self.d.wm == "mutter":
            self.skipTest("its frame takes the clicks, also around a native window")
        self.open(self.native, "below", (500, 300, 300, 300), "#c0c000")
        self.open(self.demo, "sieve", (500, 300, 600, 300), "#00c000")
        self.demo.do("input_shape", "sieve", 0, 0, 100, 300)
        self.activate("sieve")

        def falls():
            self.click(750, 400)
            return self.native.log("^below button down 1")
        wait_for("a click to reach the window below", falls, poll=0.3)
        self.activate("sieve")
        self.click(540, 400)
        self.demo.heard("^sieve button down 1")

    def test_a_program_that_wants_the_focus_asks_for_attention(self):
        self.three()
        for verb in ("activate", "focus", "raise"):
            with self.subTest(verb):
                self.activate("theirs")  # so that the guest's own idea is another one
                self.activate("mine")
                self.is_told_of_focus("mine")
                before = self.stack()
                self.settle_press()
                self.demo.do(verb, "hers")
                self.demo.sync()
                window = self.opened["hers"][1]
                if verb != "raise":
                    wait_for("the window to ask for attention", lambda: self.asks(window))
                self.assertEqual((self.active(), self.stack()), ("mine", before))
                self.activate("hers")
                self.is_told_of_focus("hers")
                wait_for("attention to be paid", lambda: not self.asks(window))

    def test_what_a_program_focuses_by_itself_gets_no_keys(self):
        """The host shows that another window of the same guest has the focus."""
        for verb in ("activate", "focus"):
            with self.subTest(verb):
                self.open(self.demo, "one", (100, 100, 300, 200), "#c00000")
                two = self.open(self.demo, "two", (500, 100, 300, 200), "#00c000")
                self.activate("one")
                self.is_told_of_focus("one")
                self.settle_press()
                self.demo.mark()
                self.demo.do(verb, "two")
                if verb == "focus":  # the other is asked of the window manager
                    self.demo.heard("^two focus in")
                wait_for("the window to ask for attention", lambda two=two: self.asks(two))
                self.is_told_of_focus("one")
                self.assertEqual(self.active(), "one")
                self.d.key("x")
                self.demo.heard("^one key up")
                self.assertEqual(self.demo.log("^two key"), [])
                if verb == "activate":
                    self.assertEqual(self.demo.log("^two focus in"), [])
                for name in ("one", "two"):
                    self.demo.do("close", name)
                    self.closed(name)
                wait_for("all windows to close", lambda: not self.d.clients())

    def test_windows_that_open_unasked_know_which_has_the_focus(self):
        """Also once they are so many that they no longer get it."""
        self.open(self.native, "mine", (100, 100, 300, 200), "#c00000")
        self.settle_press()
        for i in range(UNASKED + 3):
            self.open(self.demo, f"hers{i}", (400 + 20 * i, 100 + 20 * i, 200, 150), "#00c000")
            self.demo.sync()
            told = lambda: [n for n, (p, _) in self.opened.items() if self.says_focused(p, n)]  # noqa: E731
            wait_for(lambda: f"{self.active()} alone to be told of the focus; {told()} are", lambda: told() == [self.active()])

    def test_attention_that_a_program_no_longer_wants(self):
        self.three()
        self.activate("mine")
        window = self.opened["hers"][1]
        for verb in ("urgent", "demand"):
            with self.subTest(verb):
                self.demo.do(verb, "hers", 1)
                wait_for("the window to ask for attention", lambda: self.asks(window))
                self.demo.do(verb, "hers", 0)
                wait_for("it to ask for none", lambda: not self.asks(window))

    def test_a_window_that_is_not_to_be_focused(self):
        """_NET_WM_USER_TIME 0, as of one that opens by itself."""
        seen = []
        for probe in (self.native, self.demo):
            self.open(probe, "first", (300, 200, 400, 300), "#a0a0a0")
            self.activate("first")
            window = self.open(probe, "second", (350, 250, 300, 200), "#c0a0a0", "-", "unfocused")
            if self.d.wm != "i3":  # leaves it below the first, where none of it is seen
                wait_for("its pixels", lambda: (self.d.pixels(window) == (0xc0, 0xa0, 0xa0)).all())
            self.is_told_of_focus("first")
            seen.append((self.active(), self.stack(), self.asks(window)))
            for name in ("second", "first"):
                probe.do("close", name)
                self.closed(name)
            wait_for("all windows to close", lambda: not self.d.clients())
        self.assertEqual(seen[1], seen[0])
        self.assertEqual(seen[0][0], "first")

    def set_state(self, window, name, on):
        """By the window manager, which has done by then what it had to do before."""
        atom = self.d.display.get_atom(f"_NET_WM_STATE_{name}")
        self.tell_wm(window, "_NET_WM_STATE", int(on), atom, 0, SOURCE_PAGER)
        wait_for(f"{name} to be {on}", lambda: (atom in (self.d.text_property(window, "_NET_WM_STATE") or ())) == on)

    def test_a_window_that_takes_the_focus_by_itself(self):
        """ICCCM 4.1.7, globally active: xfwm4 gives no frame the focus of one that it shades."""
        shades = self.d.display.get_atom("_NET_WM_STATE_SHADED") in self.d.text_property(self.d.root, "_NET_SUPPORTED")
        seen = {}
        for probe in (self.native, self.demo):
            def now(probe=probe):
                return self.active(), self.says_focused(probe, "taker")
            window = self.open(probe, "taker", (300, 200, 400, 300), "#a0a0a0", "-", "taker")
            self.activate("taker")
            self.is_told_of_focus("taker")
            for step, shaded in {"opened": None, "shaded": True, "unshaded": False}.items() if shades else [("opened", None)]:
                if shaded is not None:
                    self.set_state(window, "SHADED", shaded)
                    self.set_state(window, "ABOVE", shaded)
                probe.mark()
                if step in seen:
                    native = seen[step][0]
                    wait_for(lambda: f"it to be as natively, {native}; it is {now()}", lambda: now() == native)
                look = now()
                self.d.key("a")
                if look[1]:
                    probe.heard("taker key up")
                probe.sync()
                told = look, len(probe.log("key (down|up)"))
                self.assertEqual(told, seen.setdefault(step, told))
            probe.do("close", "taker")
            self.closed("taker")
            wait_for("all windows to close", lambda: not self.d.clients())
        self.assertEqual(seen["opened"], (("taker", True), 2))

    def test_windows_of_programs_started_from_a_terminal(self):
        """Without a startup id, however many: the user started each, also where the guest was last used long before what is."""
        self.open(self.demo, "hers", (500, 100, 300, 200), "#00c000")
        self.activate("hers")
        self.is_told_of_focus("hers")

        def pressed():
            self.d.key("x")
            return self.demo.log("^hers key up")
        wait_for("a press in the guest", pressed, poll=0.3)
        self.open(self.native, "mine", (100, 100, 300, 200), "#c00000")
        self.activate("mine")
        self.is_told_of_focus("mine")
        for i in range(10):
            self.d.run_in("demo", "xterm", "-T", f"started {i}")
            window = wait_for("its window", lambda: next((w for w in self.d.clients() if self.d.title(w) == f"started {i}"), None), 20)
            wait_for(f"window {i} to be active",
                     lambda: self.d.text_property(self.d.root, "_NET_ACTIVE_WINDOW")[:1] == [window.id])  # xfwm4 says a 0 more
        for window in [w for w in self.d.clients() if self.d.title(w).startswith("started ")]:
            self.d.run("wmctrl", "-i", "-c", hex(window.id))

    def test_managed_whatever_the_type(self):
        """Only override-redirect makes a window none of the window manager's."""
        for kind in ("popup_menu", "combo", "tooltip", "notification", "dnd", "utility"):
            with self.subTest(kind):
                seen = []
                for probe in (self.native, self.demo):
                    window = self.open(probe, "window", (300, 200, 400, 300), "#a0a0a0", "-", kind)
                    wait_for("its pixels", lambda: (self.d.pixels(window) == 0xa0).all())
                    self.activate("window")
                    seen.append((self.d.text_property(window, "_NET_FRAME_EXTENTS"), self.d.text_property(window, "_NET_WM_STATE") or []))
                    probe.do("close", "window")
                    self.closed("window")
                    wait_for("all windows to close", lambda: not self.d.clients())
                self.assertEqual(seen[1], seen[0])

    def settle_press(self):
        """The last press of a key or button is so long ago that nothing is the answer to it."""
        self.d.run("sleep", "3.2")

    def asks(self, window):
        return self.d.asks_attention(window)


class Modal(Mixed):
    """Dialogs of dialogs do as natively, step by step."""
    guests = ("demo",)

    def family(self, probe):
        self.open(probe, "owner", (300, 200, 400, 300), "#a0a0a0")
        self.open(probe, "dialog", (350, 250, 300, 200), "#c0a0a0", "owner", "modal", "dialog")
        self.open(probe, "nested", (400, 300, 200, 100), "#c0c0a0", "dialog", "modal", "dialog")

    def script(self, probe):
        self.open(self.native, "elsewhere", (320, 220, 500, 350), "#202020")
        self.family(probe)
        seen = [self.rested("opened", probe)]
        for name in ("owner", "dialog", "nested"):
            self.activate("elsewhere")
            self.restack("elsewhere", X.Above)
            seen.append(self.rested("elsewhere", probe))
            self.tell_wm(self.opened[name][1], "_NET_ACTIVE_WINDOW", SOURCE_PAGER, X.CurrentTime, 0)
            seen.append(self.rested(f"{name} activated", probe))
        self.restack("dialog", X.Below)
        seen.append(self.rested("dialog lowered", probe))
        for name, below in (("nested", "dialog"), ("dialog", "owner")):
            self.activate(name)
            seen.append(self.rested(f"{name} activated last", probe))
            hints = self.changes_of(self.opened[below][1], "WM_HINTS")
            probe.do("close", name)
            wait_for(f"{name} to close", lambda: name not in self.stack())
            self.closed(name)
            seen.append(self.rested(f"{name} closed", probe))
            self.assertEqual(hints(), 0, "a window that gets the focus back asks for no attention first")
        for name in list(self.opened):
            self.opened[name][0].do("close", name)
            self.closed(name)
        wait_for("all windows to close", lambda: not self.d.clients())
        return seen

    def changes_of(self, window, name):
        """How often a property was set since, when called."""
        d, atom = self.d.display, self.d.display.intern_atom(name)
        window.change_attributes(event_mask=X.PropertyChangeMask)
        d.sync()

        def count():
            d.sync()
            events = [d.next_event() for _ in range(d.pending_events())]
            window.change_attributes(event_mask=0)
            return sum(e.type == X.PropertyNotify and e.window.id == window.id and e.atom == atom for e in events)
        return count

    def rested(self, step, probe):
        """The order and the active window, and whom the program believes to have the focus, once they stay so."""
        last = {}

        def same():
            now = (step, self.stack(), self.active(), [n for n in self.opened if self.says_focused(self.opened[n][0], n)])
            last["same"] = last.get("same", 0) + 1 if last.get("now") == now else 0
            last["now"] = now
            return last["same"] > 12
        wait_for(lambda: f"windows to rest after {step}: {last}", same, poll=0.025)
        return last["now"]

    def test_nested_dialogs_raise_and_focus_with_their_owners_as_natively(self):
        native = self.script(self.native)
        for here, there in zip(native, self.script(self.demo), strict=True):
            with self.subTest(here[0]):
                self.assertEqual(there, here)


class Strangers(Mixed):
    """Programs of one guest that know nothing of each other."""
    guests = ("demo",)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.probes["native 2"], cls.probes["demo 2"] = Probe(cls.d, "stranger"), Probe(cls.d, "guest-stranger", "demo")

    def script(self, one, other):
        """A window, and a dialog of another program that names no owner."""
        self.open(one, "first", (300, 200, 400, 300), "#a0a0a0")
        dialog = self.open(other, "dialog", (350, 250, 300, 200), "#c0a0a0", "-", "dialog")
        # openbox lists a new window before it has put it on top.
        wait_for("the dialog to be active", lambda: (self.active(), self.stack()) == ("dialog", ["first", "dialog"]))
        states = sorted(self.d.display.get_atom_name(a) for a in self.d.text_property(dialog, "_NET_WM_STATE") or [])
        seen = [("states", states)]
        for name in ("first", "dialog", "first"):
            self.tell_wm(self.opened[name][1], "_NET_ACTIVE_WINDOW", SOURCE_PAGER, X.CurrentTime, 0)
            with contextlib.suppress(Failure):
                wait_for(f"{name} to be active and on top", lambda: (self.active(), self.stack()[-1:]) == (name, [name]), 4)
            seen.append((name, self.active(), self.stack()))
        for name, (probe, _) in list(self.opened.items()):
            probe.do("close", name)
            self.closed(name)
        wait_for("all windows to close", lambda: not self.d.clients())
        return seen

    def test_a_dialog_without_an_owner_is_above_no_other_program(self):
        native = self.script(self.native, self.probes["native 2"])
        self.assertEqual(native[-1], ("first", "first", ["dialog", "first"]))
        self.assertEqual(self.script(self.demo, self.probes["demo 2"]), native)


class Follow(Mixed):
    """The focus goes where the pointer goes."""
    guests = ("demo",)
    desktop_options = {"sound": False, "wm": "openbox"}

    @classmethod
    def setUpClass(cls):
        class Following(HostDesktop):
            def wm_command(self):
                rc = (self.base / "rc.xml")
                text = pathlib.Path("/etc/xdg/openbox/rc.xml").read_text()
                rc.write_text(text.replace("<followMouse>no<", "<followMouse>yes<").replace("<raiseOnFocus>yes<", "<raiseOnFocus>no<"))
                return "openbox", "--config-file", str(rc)
        cls.desktop_class = Following
        super().setUpClass()

    def test_focus_follows_the_pointer_without_raising(self):
        self.open(self.native, "mine", (100, 100, 400, 300), "#c00000")
        self.open(self.demo, "hers", (300, 250, 400, 300), "#00c000")
        self.open(self.demo, "second", (550, 400, 400, 300), "#00c0c0")
        order = ["mine", "hers", "second"]  # openbox lists a new window before it has put it on top
        wait_for(lambda: f"each to be above the former; {self.stack()}", lambda: self.stack() == order)
        for x, y, name in ((150, 150, "mine"), (350, 500, "hers"), (900, 650, "second"), (320, 500, "hers"), (120, 150, "mine")):
            self.d.xdotool("mousemove", str(x), str(y))
            wait_for(lambda: f"{name} to be active, {self.active()} is", lambda: self.active() == name)
            self.is_told_of_focus(name)
            self.assertEqual(self.stack(), order)
            self.d.key("a")
            self.opened[name][0].heard(f"^{name} key up 38")
            self.opened[name][0].mark()


if __name__ == "__main__":
    unittest.main(verbosity=2)
