#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Text from an input method of the host: what a native program gets of it, a program of a guest gets."""
import itertools
import os
import pathlib
import shutil
import signal
import unittest

from Xlib import X
from Xlib.ext import xtest

import test_keyboard
import test_layouts
from case import ChainCase
from harness import HostDesktop, processes, wait_for
from probing import guest_home

ENGINES = ("Unikey", "table:latex")
CANDIDATES = "Ibus-ui-gtk3"  # the class of ibus' window that shows what it offers
TO_FILE = ("xterm", "-e", "sh", "-c", "printf 'ab\\nabcdef'; cat > ~/typed")
ENTRY_PROGRAM = """
import gi
gi.require_version("Gtk", "3.0")
from gi.repository import Gtk
window, entry = Gtk.Window(title="entry", border_width=10), Gtk.Entry(width_chars=40)
entry.connect("activate", lambda _: (print(entry.get_text()), Gtk.main_quit()))
window.connect("destroy", lambda _: Gtk.main_quit())
window.add(entry)
window.show_all()
Gtk.main()
"""
# Of a toolkit that takes an input method's text over XIM, which a zenity with GTK 4 does not.
ENTRY = ("sh", "-c", f"/usr/bin/python3 -c '{ENTRY_PROGRAM}' > ~/typed")
# Of toolkits that know input methods by IBus' protocol.
WRITER = pathlib.Path(__file__).with_name("writer.py")
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


class Writing(ChainCase):
    engine = None
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
        self.addCleanup(self.end, window)  # of a test that fails: the next one's has the focus, and its name
        wait_for("its pixels", lambda: d.painted(window))
        d.focus(window)
        wait_for("focus", lambda: d.has_focus(window))
        if self.engine:
            d.engine(self.engine)  # it takes a while to start, and is there for what has the focus then
        return window

    def written(self, guest):
        """The line that a program has written to its file."""
        path = (guest_home(self.d, "demo") if guest else self.d.folder("home")) / "typed"
        text = wait_for(f"a line, {'in the guest' if guest else 'natively'}", lambda: path.read_text() if path.exists() and path.read_text().endswith("\n") else None)
        path.unlink()
        return text

    def end(self, window):
        if window.id in {w.id for w in self.d.clients()}:
            self.d.run("wmctrl", "-i", "-c", hex(window.id), check=False)
        wait_for("a window to close", lambda: window.id not in {w.id for w in self.d.clients()})

    def press(self, *keys, delay_ms=60):
        """Not faster than a native program gets it: ibus loses keys of theirs on a busy machine."""
        self.d.xdotool("key", "--delay", str(delay_ms), *keys)

    def typed(self, argv, guest, keys):
        window = self.start(argv, guest)
        self.press(*keys)
        text = self.written(guest)
        self.end(window)
        return text

    def borrows_keys(self):
        """Whether the guest's keyboard got keys for characters, which is for programs without an input method."""
        self.d.run_in("demo", "sh", "-c", "xprop -root _CASEMENT_BORROWED_KEYS > ~/typed")
        return "not found" not in self.written(True)

    def entry(self, window):
        """Its pixels; candidates hang below it."""
        x, y, width, _ = self.d.geometry(window)
        return self.d.pixels(None, (x, y + 11, width, 32)).tobytes()

    def rest(self, look):
        """What is the same twenty times: an input method places its window in steps, and a caret blinks."""
        seen = []

        def resting():
            seen.append(look())
            return seen[-1:] if len(seen) > 20 and len(set(seen[-20:])) == 1 else None
        return wait_for(lambda: f"rest: {seen[-1]!r:.80}", resting)[0]

    def shown(self):
        found = [w for w in self.d.root.query_tree().children if (w.get_wm_class() or ("", ""))[1] == CANDIDATES]
        return [w for w in found if w.get_attributes().map_state == X.IsViewable and w.get_geometry().width > 20]

    def candidates(self, window):
        """Where the input method shows what it offers, from the window's corner."""
        place = wait_for("candidates", self.shown)[0].get_geometry()
        x, y = self.d.geometry(window)[:2]
        return place.x - x, place.y - y


class InputMethod(Writing):
    def test_1_text_in_a_terminal(self):
        self.engine = "Unikey"
        self.assertEqual(self.typed(TO_FILE, True, VIETNAMESE), "việt nam \n")

    def test_1_text_in_an_entry(self):
        self.engine = "Unikey"
        self.assertEqual(self.typed(ENTRY, True, VIETNAMESE), "việt nam \n")
        self.assertFalse(self.borrows_keys())

    def test_1_properties(self):
        """Messages go through as many as those of native programs do, for which ibus 1.5.32 has room."""
        self.engine = "Unikey"
        self.typed(TO_FILE, True, VIETNAMESE)
        names = [f"_client{i}" for i in range(1024)]
        used = [name for name in names if self.d.display.intern_atom(name, only_if_exists=True) != X.NONE]
        self.assertGreater(len(used), 10)
        self.assertLessEqual(set(used), set(names[:21]))

    def test_1_text_beyond_the_first_plane(self):
        self.engine = "table:latex"
        self.assertEqual(self.typed(ENTRY, True, ("backslash", *"imath", "space", "Return")), "\U0001d6a4\n")

    def test_2_candidates_at_the_caret(self):
        """And again after the caret has gone elsewhere."""
        self.engine = "table:latex"
        for guest in (False, True):
            window = self.start(TO_FILE, guest)
            self.press("x", "backslash", *"alp")
            if not guest:
                first = self.rest(lambda: self.candidates(window))
            wait_for(f"candidates at {first}", lambda: self.candidates(window) == first)
            self.press(*"ha", "space", *"xyz", "backslash", *"bet")
            if not guest:
                second = self.rest(lambda: self.candidates(window))
            wait_for(f"candidates at {second}", lambda: self.candidates(window) == second)
            self.press("a", "space", "Return")
            text = self.written(guest)
            self.end(window)
        self.assertNotEqual(first, second)
        self.assertEqual(text, "xαxyzβ\n")

    def test_2_what_is_being_made(self):
        """A toolkit shows it in its entry: the same pixels, whether its caret blinks or not, and candidates beside it."""
        self.engine = "table:latex"
        for guest in (False, True):
            window = self.start(ENTRY, guest)
            self.press("x", "backslash", *"alp")
            if not guest:
                places, pixels = self.rest(lambda: self.candidates(window)), self.rest(lambda: self.entry(window))
            wait_for(lambda: f"candidates at {places}, they are at {self.candidates(window)}",
                     lambda: self.candidates(window) == places)
            wait_for("what a native program shows", lambda: self.entry(window) == pixels)
            self.press(*"ha", "space", "Return")
            self.assertEqual(self.written(guest), "xα\n")
            self.end(window)

    def test_2_a_click_meanwhile(self):
        """The program asks the input method to begin anew, and writes elsewhere."""
        self.engine = "Unikey"
        texts = []
        for guest in (False, True):
            window = self.start(ENTRY, guest)
            self.press(*"abc", "space", *"vieej")
            x, y = self.d.geometry(window)[:2]
            self.d.xdotool("mousemove", str(x + 22), str(y + 27), "click", "1")
            self.press(*"nams", "space", "Return")
            texts.append(self.written(guest))
            self.end(window)
        self.assertEqual(texts[1], texts[0])
        self.assertNotEqual(texts[0], "abc vịenám \n")

    def test_3_a_program_without_one(self):
        """Text comes as keys where a program takes none of an input method."""
        self.engine = "Unikey"
        argv = ("sh", "-c", "env -u XMODIFIERS -u GTK_IM_MODULE zenity --entry > ~/typed")
        self.assertEqual(self.typed(argv, True, VIETNAMESE), "việt nam \n")
        self.assertTrue(self.borrows_keys())

    def test_4_one_that_ends_and_comes_back(self):
        """Keys are keys while it is not there."""
        self.engine = "Unikey"
        window = self.start(TO_FILE, True)
        self.d.run("ibus", "exit")
        wait_for("no input method", lambda: not self.d.method_there())
        self.press(*"vieetj", "Return")
        self.assertEqual(self.written(True), "vieetj\n")
        self.end(window)
        self.d.start_method()
        self.assertEqual(self.typed(TO_FILE, True, VIETNAMESE), "việt nam \n")

    def test_5_candidates_in_a_view_that_was_started_again(self):
        """The caret was told before there was a window for it."""
        self.engine = "table:latex"
        window = self.start(ENTRY, True)
        self.press("x")
        for _ in range(2):  # the first time GTK has its caret a pixel beside
            self.press("backslash", *"alp")
            place = self.rest(lambda: self.candidates(window))
            self.press("Escape", "BackSpace", "x")
            wait_for("no candidates", lambda: not self.shown())
        self.d.signal(self.d.pids("casement-view")[0], signal.SIGKILL)
        again = wait_for("a new window", lambda: [w for w in self.d.clients() if w.id != window.id], 20)[0]
        self.addCleanup(self.end, again)
        wait_for("its pixels", lambda: self.d.painted(again))
        self.d.focus(again)
        wait_for("focus", lambda: self.d.has_focus(again))
        self.press("backslash", *"alp")
        wait_for(lambda: f"candidates at {place}, they are at {self.candidates(again)}", lambda: self.candidates(again) == place)

    def test_5_one_that_hangs(self):
        """It costs a second, not the keys; and is there again when it goes on."""
        self.engine = "Unikey"
        pids = processes(lambda pid, argv, environ: argv[0].endswith(b"ibus-x11") and
                         any(str(self.d.base).encode() in e for e in environ))
        self.assertTrue(pids)
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            self.assertEqual(self.typed(TO_FILE, True, (*"vieetj", "Return")), "vieetj\n")
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGCONT)
        self.assertEqual(self.typed(TO_FILE, True, VIETNAMESE), "việt nam \n")


class Writers:
    """Programs that know no XIM."""
    variables = ""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        shutil.copy(WRITER, guest_home(cls.d, "demo") / "writer.py")

    def home_of(self, guest):
        return guest_home(self.d, "demo") if guest else self.d.folder("home")

    def writer(self, guest):
        """Natively as with a desktop's variables."""
        (self.home_of(guest) / "said").unlink(missing_ok=True)
        if guest:
            return self.start(("sh", "-c", f"exec env {self.variables} /usr/bin/python3 ~/writer.py {self.toolkit} ~/said"), True)
        return self.start(("env", "GTK_IM_MODULE=ibus", "QT_IM_MODULE=ibus", "/usr/bin/python3", str(WRITER), self.toolkit,
                           str(self.home_of(guest) / "said")), False)

    def write(self, guest, *keys):
        """Slower natively: libibus' module for GTK 4 exchanges keys when the next one comes before an answer."""
        self.press(*keys, delay_ms=60 if guest else 250)

    def said(self, word, guest):
        path = self.home_of(guest) / "said"
        lines = [line.split(" ", 1) for line in path.read_text().split("\n")[:-1]] if path.exists() else []
        return [text for said, text in lines if said == word]

    def again(self):
        """The window, which may be another one, once it has pixels and the focus."""
        def back():
            windows = [w for w in self.d.clients() if self.d.title(w) == "writer"]
            if not windows or not self.d.painted(windows[-1]):
                return None
            self.d.run("wmctrl", "-i", "-a", hex(windows[-1].id), check=False)
            return windows[-1] if self.d.has_focus(windows[-1]) else None
        return wait_for("the window to be back", back)

    def text(self, guest):
        return wait_for("a line", lambda: self.said("text", guest))[0]

    def made(self, guest):
        """What was being made, without what is said twice."""
        return [text for text, _ in itertools.groupby(filter(None, self.said("making", guest)))]


class ByIbus(Writers):
    def test_1_groups(self):
        """Switched by keys that the program gets later than they were typed."""
        if self.d.wm == "mutter":
            self.skipTest("mutter lets no key switch the group")
        self.engine = "xkb:us::eng"
        window = self.writer(True)
        self.addCleanup(self.d.run, "setxkbmap", "-layout", "us", "-option", "")
        self.d.run("setxkbmap", "-layout", "us,ru", "-option", "grp:alt_shift_toggle")
        for key in (38, (64, 50), 38, 40, (64, 50), 38, 40, (64, 50), 38, (64, 50), (64, 50), 40, (64, 50), 38, 36):
            together = key if isinstance(key, tuple) else (key,)
            for kind, keys in ((X.KeyPress, together), (X.KeyRelease, reversed(together))):
                for part in keys:
                    xtest.fake_input(self.d.display, kind, part, time=20)  # not faster than ibus answers
        self.d.display.sync()
        self.assertEqual(self.text(True), "aфвadфвa")
        self.end(window)

    def test_1_text(self):
        self.engine = "Unikey"
        window = self.writer(True)
        self.press(*VIETNAMESE)
        self.assertEqual(self.text(True), "việt nam ")
        self.assertEqual(self.made(True), ["v", "vi", "vie", "viê", "viêt", "việt", "n", "na", "nam"])
        self.end(window)
        self.assertFalse(self.borrows_keys())

    def test_1_text_when_the_focus_is_back(self):
        self.engine = "Unikey"
        window = self.writer(True)
        other = self.start(("xterm", "-e", "sleep", "1000"), False)
        self.d.focus(window)
        wait_for("the focus to be back", lambda: self.d.has_focus(window))
        self.press(*VIETNAMESE)
        self.assertEqual(self.text(True), "việt nam ")
        self.end(window)
        self.end(other)

    def test_1_text_beyond_the_first_plane(self):
        self.engine = "table:latex"
        window = self.writer(True)
        self.press("backslash", *"imath", "space", "Return")
        self.assertEqual(self.text(True), "\U0001d6a4")
        self.end(window)
        self.assertFalse(self.borrows_keys())

    def test_2_candidates_at_the_caret(self):
        """And again after the caret has gone elsewhere."""
        self.engine = "table:latex"
        places = []
        for guest in (False, True):
            window = self.writer(guest)
            self.write(guest, "backslash", *"alpha", "space")  # the engine has started then
            for i, (before, after) in enumerate((("x\\bet", "a"), ("xyz\\gam", "ma"))):
                self.write(guest, *("backslash" if key == "\\" else key for key in before))
                if not guest:
                    places.append(self.rest(lambda: self.candidates(window)))
                wait_for(lambda: f"candidates at {places[i]}, they are at {self.candidates(window)}",
                         lambda: self.candidates(window) == places[i])
                self.write(guest, *after, "space")
            self.press("Return")
            self.assertEqual(self.text(guest), "αxβxyzγ")
            self.end(window)
        self.assertNotEqual(places[0], places[1])

    def test_2_a_click_meanwhile(self):
        """The program asks the input method to begin anew, and writes elsewhere."""
        self.engine = "Unikey"
        texts = []
        for guest in (False, True):
            window = self.writer(guest)
            self.write(guest, *"abc", "space", *"vieej")
            x, y, _, height = self.d.geometry(window)
            self.d.xdotool("mousemove", str(x + 36), str(y + height // 2), "click", "1")
            self.write(guest, *"nams", "space", "Return")
            texts.append(self.text(guest))
            self.end(window)
        self.assertEqual(texts[1], texts[0])

    def test_3_dead_keys_that_the_method_leaves(self):
        """As in a program without one: a toolkit leaves them to the method that it knows."""
        self.d.run("setxkbmap", "de")
        try:
            self.engine = "table:latex"
            window = self.writer(True)
            self.press("21", "26", "49", "38", "36")  # by key codes: acute e, circumflex a
            self.assertEqual(self.text(True), "éâ")
            self.end(window)
        finally:
            self.d.run("setxkbmap", "us")

    def has(self, end):
        return "".join(self.said("has", True)[-1:]).endswith(end)

    def until_made(self):
        """Types a word until the input method makes text of it, which takes a while to be there for a program."""
        self.d.engine(self.engine)
        before = len(self.said("making", True))
        wait_for(lambda: f"text to be made; the program has {self.said('has', True)[-1:]}",
                 lambda: self.press(*"oo", "space") or "ô" in self.said("making", True)[before:])
        wait_for("the text", lambda: self.has("ô "))

    def begun(self):
        """A program that has been given text."""
        self.engine = "Unikey"
        window = self.writer(True)
        self.until_made()
        return window

    def test_4_one_that_ends_and_comes_back(self):
        """In a program that runs all the while."""
        window = self.begun()
        self.d.run("ibus", "exit")
        wait_for("no input method", lambda: not self.d.method_there())
        # What it was given at the last moment went with it.
        wait_for("keys to be keys", lambda: self.press("k") or self.has("k"))
        self.press(*"oo", "space")
        wait_for(lambda: f"all of them in {self.said('has', True)[-1:]}", lambda: self.has("koo "))
        self.d.start_method()
        self.until_made()
        self.press(*"nam", "space", "Return")
        self.assertRegex(self.text(True), "^[oô ]*ô k+oo [oô ]*ô nam $")
        self.end(window)

    def test_5_the_guests_end_dies(self):
        """And is there again, in a program that runs all the while."""
        window = self.begun()
        victim = self.d.guest_pids("casement-remoteapp")[0]
        os.kill(victim, signal.SIGKILL)
        wait_for("another one", lambda: set(self.d.guest_pids("casement-remoteapp")) - {victim})
        window = self.again()
        self.until_made()
        self.press(*"nam", "space", "Return")
        self.assertRegex(self.text(True), "^[oô ]*ô [oô ]*ô nam $")
        self.end(window)


class Qt5(ByIbus, Writing):
    toolkit = "qt5"


class Qt6(ByIbus, Writing):
    toolkit = "qt6"


class Gtk4(ByIbus, Writing):
    toolkit = "gtk4"


class Gtk4InStep(ByIbus, Writing):
    """As libibus from 1.5.29 on."""
    toolkit = "gtk4"
    variables = "IBUS_ENABLE_SYNC_MODE=1"
    test_2_a_click_meanwhile = test_2_candidates_at_the_caret = None
    test_4_one_that_ends_and_comes_back = test_5_the_guests_end_dies = None


class WithoutOne(Writers, Writing):
    """Dead keys are the toolkit's own."""
    desktop_class = HostDesktop

    def test_dead_keys(self):
        self.d.run("setxkbmap", "de")
        for self.toolkit in ("qt5", "qt6", "gtk4"):
            with self.subTest(self.toolkit):
                window = self.writer(True)
                self.press("21", "26", "49", "38", "36")  # by key codes: acute e, circumflex a
                self.assertEqual(self.text(True), "éâ")
                self.end(window)


class KeysThroughOne(test_keyboard.Keys):
    """What the input method leaves is told as without one."""
    desktop_class = MethodDesktop
    remaps = test_keyboard.REMAPS[:2]
    held = {"": ()}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.d.engine("xkb:us::eng")

    test_every_key_on_every_level_of_every_layout = None


class GroupsThroughOne(test_layouts.Groups):
    """Keys come back from it later than the X server has switched."""
    desktop_class = MethodDesktop
    toggles = test_layouts.TOGGLES[:3]  # the last one's keys are ibus' own
    test_many_quick_toggles = None  # more keys than it may have at once (HOST_METHOD_KEYS_MAX)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.d.engine("xkb:us::eng")


class NoSuchMethod(test_keyboard.Text):
    """One is named and not there: dead keys and compose as ever."""
    class desktop_class(HostDesktop):
        def start_display(self):
            super().start_display()
            self.env.update(XMODIFIERS="@im=nobody")


if __name__ == "__main__":
    unittest.main(verbosity=2)
