#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Text from an input method of the host: what a native program gets of it, a program of a guest gets."""
import unittest

import numpy as np
from Xlib import X

import test_keyboard
from case import ChainCase
from harness import HostDesktop, wait_for
from probing import guest_home

ENGINES = ("Unikey", "table:latex")
CANDIDATES = "Ibus-ui-gtk3"  # the class of ibus' window that shows what it offers
TO_FILE = ("xterm", "-e", "sh", "-c", "printf 'ab\\nabcdef'; cat > ~/typed")
ENTRY = ("sh", "-c", "zenity --entry > ~/typed")
VIETNAMESE = (*"vieetj", "space", *"nam", "space", "Return")


class MethodDesktop(HostDesktop):
    """With ibus, as a desktop starts it."""

    def start_display(self):
        super().start_display()
        self.env.update(XMODIFIERS="@im=ibus", GTK_IM_MODULE="xim", GSETTINGS_BACKEND="keyfile")
        settings = self.folder("config/glib-2.0/settings") / "keyfile"
        settings.write_text(f"[desktop/ibus/general]\npreload-engines={list(ENGINES)}\nengines-order={list(ENGINES)}\n")
        self.start_method()

    def start_method(self):
        self.method = self.spawn("ibus-daemon", "--xim")
        wait_for("the input method", self.method_there)

    def method_there(self):
        atom = self.display.intern_atom("@server=ibus")
        return self.display.get_selection_owner(atom) != 0

    def engine(self, name):
        """It also wants a layout of the X server that there is not always, and says then that it failed."""
        def taken():
            self.run("ibus", "engine", name, check=False)
            return self.run("ibus", "engine", check=False).stdout.strip() == name
        wait_for(f"the engine {name}", taken, poll=0.2)


class InputMethod(ChainCase):
    desktop_class = MethodDesktop
    desktop_options = {"sound": False}

    def start(self, argv, guest):
        """A program with one window, which has the focus."""
        d = self.d
        before = {w.id for w in d.clients()}
        if guest:
            d.run_in("demo", *argv)
        else:
            d.spawn(*argv)
        window = wait_for("a window", lambda: [w for w in d.clients() if w.id not in before], 20)[0]
        wait_for("its pixels", lambda: d.painted(window))
        d.focus(window)
        wait_for("focus", lambda: d.text_property(d.root, "_NET_ACTIVE_WINDOW") == [window.id])
        return window

    def written(self, guest):
        """The line that a program has written to its file."""
        path = (guest_home(self.d, "demo") if guest else self.d.folder("home")) / "typed"
        text = wait_for("a line", lambda: path.read_text() if path.exists() and path.read_text().endswith("\n") else None)
        path.unlink()
        return text

    def end(self, window):
        if window.id in {w.id for w in self.d.clients()}:
            self.d.run("wmctrl", "-i", "-c", hex(window.id), check=False)
        wait_for("a window to close", lambda: window.id not in {w.id for w in self.d.clients()})

    def press(self, *keys):
        self.d.xdotool("key", "--delay", "40", *keys)

    def typed(self, argv, guest, keys):
        window = self.start(argv, guest)
        self.press(*keys)
        text = self.written(guest)
        self.end(window)
        return text

    def both(self, argv, keys):
        native = self.typed(argv, False, keys)
        self.assertEqual(self.typed(argv, True, keys), native)
        return native

    def borrows_keys(self):
        """Whether the guest's keyboard got keys for characters, which is for programs without an input method."""
        self.d.run_in("demo", "sh", "-c", "xprop -root _CASEMENT_BORROWED_KEYS > ~/typed")
        return "not found" not in self.written(True)

    def shown(self):
        found = [w for w in self.d.root.query_tree().children if (w.get_wm_class() or ("", ""))[1] == CANDIDATES]
        return [w for w in found if w.get_attributes().map_state == X.IsViewable and w.get_geometry().width > 20]

    def candidates(self, window):
        """Where the input method shows what it offers, from the window's corner."""
        place = wait_for("candidates", self.shown)[0].get_geometry()
        x, y = self.d.geometry(window)[:2]
        return place.x - x, place.y - y

    def test_1_text_in_a_terminal(self):
        self.d.engine("Unikey")
        self.assertEqual(self.both(TO_FILE, VIETNAMESE), "việt nam \n")

    def test_1_text_in_an_entry(self):
        self.d.engine("Unikey")
        self.assertEqual(self.both(ENTRY, VIETNAMESE), "việt nam \n")
        self.assertFalse(self.borrows_keys())

    def test_1_text_beyond_the_first_plane(self):
        self.d.engine("table:latex")
        self.assertEqual(self.both(ENTRY, ("backslash", *"imath", "space", "Return")), "\U0001d6a4\n")

    def test_2_candidates_at_the_caret(self):
        """And again after the caret has gone elsewhere."""
        self.d.engine("table:latex")
        places = {}
        for guest in (False, True):
            window = self.start(TO_FILE, guest)
            self.press("x", "backslash", *"alp")
            first = self.candidates(window)
            self.press(*"ha", "space", *"xyz", "backslash", *"bet")
            second = wait_for("candidates elsewhere", lambda: self.candidates(window) != first and self.candidates(window))
            self.press("a", "space", "Return")
            self.assertEqual(self.written(guest), "xαxyzβ\n")
            self.end(window)
            places[guest] = (first, second)
        self.assertEqual(places[True], places[False])

    def test_2_what_is_being_made(self):
        """A toolkit shows it in its entry: the same pixels, whether its caret blinks or not, and candidates beside it."""
        self.d.engine("table:latex")
        places, pixels = {}, {}
        for guest in (False, True):
            window = self.start(ENTRY, guest)
            self.press("x", "backslash", *"alp")
            places[guest] = self.candidates(window)
            if guest:
                wait_for("what a native program shows", lambda: np.array_equal(self.d.pixels(window), pixels[False]))
            pixels[guest] = self.d.pixels(window)
            self.press(*"ha", "space", "Return")
            self.assertEqual(self.written(guest), "xα\n")
            self.end(window)
        self.assertEqual(places[True], places[False])

    def test_2_given_up_by_a_click(self):
        """What was being made when the program gives it up is not there afterwards."""
        self.d.engine("table:latex")
        texts = []
        for guest in (False, True):
            window = self.start(ENTRY, guest)
            self.press("x", "backslash", *"alp")
            self.candidates(window)
            x, y, width, height = self.d.geometry(window)
            self.d.xdotool("mousemove", str(x + width - 30), str(y + 45), "click", "1")
            wait_for("no candidates", lambda: not self.shown())
            self.press(*"yz", "Return")
            texts.append(self.written(guest))
            self.end(window)
        self.assertEqual(texts[1], texts[0])

    def test_3_a_program_without_one(self):
        """Text comes as keys where a program takes none of an input method."""
        self.d.engine("Unikey")
        argv = ("sh", "-c", "env -u XMODIFIERS -u GTK_IM_MODULE zenity --entry > ~/typed")
        self.assertEqual(self.typed(argv, True, VIETNAMESE), "việt nam \n")
        self.assertTrue(self.borrows_keys())

    def test_4_one_that_ends_and_comes_back(self):
        """Keys are keys while it is not there."""
        self.d.engine("Unikey")
        window = self.start(TO_FILE, True)
        self.d.run("ibus", "exit")
        wait_for("no input method", lambda: not self.d.method_there())
        self.press(*"vieetj", "Return")
        self.assertEqual(self.written(True), "vieetj\n")
        self.end(window)
        self.d.start_method()
        self.d.engine("Unikey")
        self.assertEqual(self.both(TO_FILE, VIETNAMESE), "việt nam \n")


class KeysThroughOne(test_keyboard.Keys):
    """What the input method leaves is told as without one."""
    desktop_class = MethodDesktop

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.d.engine("xkb:us::eng")

    test_every_key_on_every_level_of_every_layout = None
    test_groups_of_one_map = None


class NoSuchMethod(test_keyboard.Text):
    """One is named and not there: dead keys and compose as ever."""
    class desktop_class(HostDesktop):
        def start_display(self):
            super().start_display()
            self.env.update(XMODIFIERS="@im=nobody")


if __name__ == "__main__":
    unittest.main(verbosity=2)
