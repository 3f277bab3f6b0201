#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Where windows are, and in what state: from the host's side and from the guest's, without drift, and without one side
answering the other for ever.

    test_geometry.py [WINDOW-MANAGER]"""
import os
import signal
import sys
import unittest

import probing
from case import XTERM, ChainCase
from harness import wait_for
from test_twins import Twins
from twin_programs import PROGRAMS

ROUNDS = 100
ALL = 0xffffffff  # workspaces, EWMH
# Tiled windows, as i3 has them at first, are moved by nobody.
FLOATING = "for_window [all] floating enable"


def by_itself(*argv):
    """What a program does on its own display, as natively so in the guest."""
    return lambda run: run(*argv)


def states(action, *names):
    return lambda program: by_itself("wmctrl", "-x", "-r", program, "-b", ",".join((action, *names)))


def with_window(verb, *words):
    return lambda program: by_itself(
        "sh", "-c", f"xdotool {verb} $(xdotool search --class {program} | tail -n 1) {' '.join(words)}")


def one_after_the_other(words):
    """xdotool's commands about the window W, with no time between those without --sync."""
    return lambda program: by_itself("sh", "-c", f"W=$(xdotool search --class {program} | tail -n 1); xdotool {words}")


# Each is asked for by a program on the window's own display.
SELF_STEPS = {
    "opened": lambda program: lambda run: None,
    "moves itself": with_window("windowmove", "300", "200"),
    "resizes itself": with_window("windowsize", "700", "500"),
    "moves itself again": with_window("windowmove", "410", "170"),
    "maximises itself": states("add", "maximized_vert", "maximized_horz"),
    "restores itself": states("remove", "maximized_vert", "maximized_horz"),
    "maximises itself one way": states("add", "maximized_horz"),
    "restores itself from it": states("remove", "maximized_horz"),
    "goes full screen": states("add", "fullscreen"),
    "leaves full screen": states("remove", "fullscreen"),
    "goes above": states("add", "above"),
    "goes above no more": states("remove", "above"),
    "goes below": states("add", "below"),
    "goes below no more": states("remove", "below"),
    "shades itself": states("add", "shaded"),
    "unshades itself": states("remove", "shaded"),
    "is on all workspaces": states("add", "sticky"),
    "is on one workspace": states("remove", "sticky"),
    "minimises itself": with_window("windowminimize"),
    "comes back": with_window("windowmap"),
    "has one place after all": with_window("windowmove", "420", "180"),
    "moves and resizes itself": one_after_the_other("windowmove $W 330 230 windowsize $W 600 400"),
    "resizes and moves itself": one_after_the_other("windowsize $W 640 420 windowmove $W 350 210"),
    "hides and comes back": one_after_the_other("windowunmap --sync $W windowmap --sync $W"),
}


class BySelf(Twins):
    """The twins' comparison, of what programs ask of their window manager themselves."""
    programs = ("xterm",)

    @staticmethod
    def steps_of(program):
        return {step: lambda d, act=act: act(program)(d.run) for step, act in SELF_STEPS.items()}

    def act_in_guest(self, program, step):
        SELF_STEPS[step](program)(lambda *command: self.d.run_in("demo", *command))


class AtOnce(ChainCase):
    """A program never finds a size without the state that it goes with, where natively it does not."""

    def found(self, name, guest=None):
        program = probing.Probe(self.d, name, guest)
        window = program.open(name, (300, 200, 500, 400), "#204060")
        program.do("states", name)
        found, screen = set(), "{}x{}".format(*self.d.size)
        for _ in range(5):
            for action, full in (("add", "full"), ("remove", "not full")):
                program.mark()
                self.d.run("wmctrl", "-i", "-r", hex(window.id), "-b", f"{action},fullscreen")
                program.heard(f"is {screen if full == 'full' else '.*'} {full}$")
                program.sync()
                found |= {line if screen in line else f"is less {full}" for line in program.log("^is")}
        program.do("quit")
        wait_for("all windows to close", lambda: not self.d.clients())
        return found

    def test_full_screen(self):
        natively = self.found("native")
        self.assertEqual(self.found("guests", "demo") - natively, set(), natively)


class GuestShell:
    def in_guest(self, script):
        """What a shell of the guest prints."""
        path = self.home() / "printed"
        path.unlink(missing_ok=True)
        self.d.run_in("demo", "sh", "-c", f"({script}) > ~/printed.part 2>&1; mv ~/printed.part ~/printed")
        wait_for(f"{script} to end in the guest", path.exists, 60)
        return path.read_text()

    def guest_geometry(self, program="xterm"):
        """x, y, width, height of a window's client area, as the guest's programs see it."""
        text = self.in_guest(f"xwininfo -id $(xdotool search --onlyvisible --class {program} | tail -n 1)")
        found = dict(line.strip().split(":", 1) for line in text.splitlines() if ":" in line)
        return tuple(int(found.get(k, "-1")) for k in ("Absolute upper-left X", "Absolute upper-left Y", "Width", "Height"))


# Opens a window as one that was on that workspace before.
RESTORED = r"""
import sys
from Xlib import X, Xatom, display, xauth
xauth.Xauthority.get_best_auth = lambda self, *where: self.entries[0][3:]  # the guest's entry is for every host
d = display.Display()
window = d.screen().root.create_window(50, 60, 200, 100, 0, X.CopyFromParent)
window.set_wm_name("restored")
window.set_wm_protocols([d.intern_atom("WM_DELETE_WINDOW")])
window.change_property(d.intern_atom("_NET_WM_DESKTOP"), Xatom.CARDINAL, 32, [int(sys.argv[1])])
window.map()
while d.next_event().type != X.ClientMessage:
    pass
"""


class Drift(GuestShell, ChainCase):
    def setUp(self):
        self.window = self.launch(XTERM)
        self.d.focus(self.window)
        self.d.xdotool("windowmove", str(self.window.id), "400", "300")
        self.guest_is_where_the_host_has_it()

    def tearDown(self):
        self.d.run("wmctrl", "-i", "-c", hex(self.window.id), check=False)
        wait_for("all windows to close", lambda: not self.d.clients())

    def extents(self):
        """Of the host's frame; i3 tells none, and takes a place for the client area's."""
        return self.d.text_property(self.window, "_NET_FRAME_EXTENTS") or [0, 0, 0, 0]

    def corner(self):
        """Of all that the window is, with its own border where the window manager leaves it one (i3)."""
        (x, y, _, _), (left, _, top, _) = self.d.geometry(self.window), self.extents()
        border = self.window.get_geometry().border_width
        return x - left - border, y - top - border

    def knows(self, state):
        """Whether the window manager has such a state."""
        return self.d.display.get_atom(state) in self.d.text_property(self.d.root, "_NET_SUPPORTED")

    def guest_is_where_the_host_has_it(self):
        wait_for(lambda: f"the guest to have {self.d.geometry(self.window)}; it has {self.guest_geometry()}",
                 lambda: self.guest_geometry() == self.d.geometry(self.window), 20)

    def figures(self):
        return self.d.guest()["view"]

    def figures_now(self):
        """Not those of up to a second ago: of what went before, a former test's too, nothing is left to be counted."""
        old = self.figures()
        for x in ("410", "400"):
            self.d.xdotool("windowmove", "--sync", str(self.window.id), x, "300")
        wait_for("new figures", lambda: self.figures() != old)
        self.guest_is_where_the_host_has_it()
        return self.figures()

    def figures_at(self, key, least):
        """The figures once one of them, which grows, is as large; they come every second."""
        wait_for(lambda: f"{key} of {least}; there are {self.figures()}", lambda: self.figures()[key] >= least)
        return self.figures()

    def grown(self, before, after):
        return {k: after[k] - before[k] for k in ("places_told", "states_told", "places_asked", "states_asked")}

    def test_a_hundred_from_the_host(self):
        before = self.figures_now()
        for i in range(ROUNDS):
            x, y = 200 + i * 7 % 300, 150 + i * 11 % 200
            self.d.xdotool("windowmove", "--sync", str(self.window.id), str(x), str(y))
            self.d.xdotool("windowsize", str(self.window.id), str(500 + i % 5 * 40), str(400 + i % 3 * 30))
        self.d.xdotool("windowmove", str(self.window.id), "400", "300")
        self.d.xdotool("windowsize", str(self.window.id), "640", "480")
        self.guest_is_where_the_host_has_it()
        self.assertEqual(self.corner(), (400, 300))
        grown = self.grown(before, self.figures_at("places_told", before["places_told"] + ROUNDS // 2))
        self.assertLessEqual(grown["places_told"], 2 * ROUNDS + 4)
        self.assertEqual((grown["places_asked"], grown["states_asked"], grown["states_told"]), (0, 0, 0), grown)

    def test_a_hundred_from_the_guest(self):
        before = self.figures_now()
        self.in_guest(f"""w=$(xdotool search --class xterm); i=0
            while [ $i -lt {ROUNDS} ]; do
                xdotool windowmove $w $((200 + i * 7 % 300)) $((150 + i * 11 % 200))
                xdotool windowsize $w $((500 + i % 5 * 40)) $((400 + i % 3 * 30))
                i=$((i + 1))
            done
            xdotool windowmove $w 400 300; xdotool windowsize $w 640 480""")
        self.guest_is_where_the_host_has_it()
        self.assertEqual(self.corner(), (400, 300))
        grown = self.grown(before, self.figures_at("places_asked", before["places_asked"] + 2))
        self.assertLessEqual(grown["places_asked"], 2 * ROUNDS + 4)
        # What the window manager rounds to whole cells is told.
        self.assertLessEqual(grown["places_told"], ROUNDS + 4)
        self.assertEqual((grown["states_asked"], grown["states_told"]), (0, 0), grown)

    def guest_states(self):
        text = self.in_guest("xprop -id $(xdotool search --class xterm) _NET_WM_STATE _NET_WM_DESKTOP")
        return {word.strip(",") for word in text.split() if word.startswith(("_NET_WM_STATE_", "42949"))}

    def test_the_program_hears_of_states(self):
        for name, words in (("shaded", {"_NET_WM_STATE_SHADED"}), ("above", {"_NET_WM_STATE_ABOVE"}),
                            ("below", {"_NET_WM_STATE_BELOW"}), ("sticky", {"_NET_WM_STATE_STICKY"}),
                            ("maximized_vert", {"_NET_WM_STATE_MAXIMIZED_VERT"}),
                            ("maximized_horz", {"_NET_WM_STATE_MAXIMIZED_HORZ"}),
                            ("fullscreen", {"_NET_WM_STATE_FULLSCREEN"})):
            if not all(map(self.knows, words)):
                continue
            with self.subTest(name):
                self.d.run("wmctrl", "-i", "-r", hex(self.window.id), "-b", f"add,{name}")
                wait_for(lambda: f"{words}; there are {self.guest_states()}", lambda: words <= self.guest_states())
                self.d.run("wmctrl", "-i", "-r", hex(self.window.id), "-b", f"remove,{name}")
                wait_for(lambda: f"none of {words}; there are {self.guest_states()}",
                         lambda: not words & self.guest_states())

    def test_the_program_hears_that_it_is_minimised(self):
        if self.d.wm == "i3":
            self.skipTest("i3 minimises no window")
        hidden = "_NET_WM_STATE_HIDDEN"
        self.d.xdotool("windowminimize", str(self.window.id))
        wait_for(lambda: f"{hidden}; there are {self.guest_states()}", lambda: hidden in self.guest_states())
        self.d.focus(self.window)
        wait_for(lambda: f"no {hidden}; there are {self.guest_states()}", lambda: hidden not in self.guest_states())

    def test_a_window_that_opens_minimised(self):
        """Shown once its program maps it, or the host asks for it; at once by window managers that open none so (i3, mutter)."""
        hidden, shown = self.d.display.intern_atom("_NET_WM_STATE_HIDDEN"), {self.window.id}
        for by in ("the program", "the host"):
            with self.subTest(by):
                self.d.run_in("demo", "xterm", "-iconic", "-T", by)
                window = wait_for("its window", lambda: [w for w in self.d.clients() if w.id not in shown], 20)[0]
                shown.add(window.id)

                def is_hidden(window=window):
                    return hidden in (self.d.text_property(window, "_NET_WM_STATE") or [])
                if self.d.wm not in ("i3", "mutter"):
                    wait_for("it to be minimised", is_hidden)
                if by == "the host":
                    self.d.focus(window)
                else:
                    self.in_guest(f"xdotool search --name '{by}' windowmap")
                wait_for("it to be shown", lambda: not is_hidden())
                wait_for("its pixels", lambda window=window: self.d.painted(window))
        for window in self.d.clients():
            self.d.run("wmctrl", "-i", "-c", hex(window.id))

    def test_the_program_hears_of_refusals(self):
        """It has a state as soon as it asks for it, and not any more once the host's window manager did nothing."""
        for state in ("shaded", "above", "maximized_vert", "maximized_horz", "sticky"):
            name = f"_NET_WM_STATE_{state.upper()}"
            with self.subTest(state):
                self.in_guest(f"wmctrl -x -r xterm -b add,{state}")
                wanted = self.knows(name)
                wait_for(lambda: f"{name} {'here' if wanted else 'gone'}; there are {self.guest_states()}",
                         lambda: (name in self.guest_states()) == wanted == (name in self.host_states()))
                self.in_guest(f"wmctrl -x -r xterm -b remove,{state}")

    def host_states(self):
        return [self.d.display.get_atom_name(a) for a in self.d.text_property(self.window, "_NET_WM_STATE") or []]

    def test_workspaces(self):
        """On all of them by the host, on one by the program, on all by the program; on another one it is not minimised."""
        if self.d.wm == "i3":
            self.skipTest("i3 takes no window off all workspaces by _NET_WM_DESKTOP")

        def host_has(desktop):
            wait_for(lambda: f"workspace {desktop}; it is {self.d.text_property(self.window, '_NET_WM_DESKTOP')}",
                     lambda: self.d.text_property(self.window, "_NET_WM_DESKTOP") == [desktop])

        def guest_has(word):
            wait_for(lambda: f"{word}; there are {self.guest_states()}", lambda: (word in self.guest_states()))
        def here(n):
            self.d.xdotool("set_desktop_for_window", str(self.window.id), str(n))

        def there(n):
            self.in_guest(f"xdotool set_desktop_for_window $(xdotool search --class xterm) {n}")
        here(-1)
        host_has(ALL)
        guest_has(str(ALL))
        there(0)
        host_has(0)
        there(-1)
        host_has(ALL)
        guest_has(str(ALL))
        told = self.figures_now()["states_told"]
        here(1)
        host_has(1)
        wait_for(lambda: f"the guest to hear of one workspace; there are {self.guest_states()}",
                 lambda: self.guest_states() == set())
        self.d.run("wmctrl", "-s", "1")
        self.d.focus(self.window)
        self.assertLessEqual(self.figures_at("states_told", told + 1)["states_told"], told + 8)
        self.d.run("wmctrl", "-s", "0")

    def root_number(self, name):
        return (self.d.text_property(self.d.root, name) or [None])[0]

    def host_has_it_on(self, window, desktop):
        wait_for(lambda: f"workspace {desktop}; it is {self.d.text_property(window, '_NET_WM_DESKTOP')}",
                 lambda: self.d.text_property(window, "_NET_WM_DESKTOP") == [desktop])

    def guest_reads(self, which, name, number):
        def there():
            return self.in_guest(f"xprop {which} {name}").split()[-1]
        wait_for(lambda: f"{name} {number}; it is {there()}", lambda: there() == str(number))

    def test_workspaces_by_number(self):
        """Which there are and which is shown the guest has as the host; one that a program asks for is the host's, and what
        the host does to a window its program reads."""
        if self.d.wm == "i3":
            self.skipTest("i3 has those that are used, and others move when one goes")
        ours = "-id $(xdotool search --class xterm)"
        self.d.run("wmctrl", "-n", "4")
        wait_for(lambda: f"four workspaces; there are {self.root_number('_NET_NUMBER_OF_DESKTOPS')}",
                 lambda: self.root_number("_NET_NUMBER_OF_DESKTOPS") == 4)
        self.guest_reads("-root", "_NET_NUMBER_OF_DESKTOPS", 4)
        for n in (2, 0):
            self.d.run("wmctrl", "-s", str(n))
            self.guest_reads("-root", "_NET_CURRENT_DESKTOP", n)
        for n in (3, 1, 0):
            self.in_guest(f"xdotool set_desktop_for_window $(xdotool search --class xterm) {n}")
            self.host_has_it_on(self.window, n)
            self.guest_reads(ours, "_NET_WM_DESKTOP", n)
        for n in (2, 0):
            self.d.xdotool("set_desktop_for_window", str(self.window.id), str(n))
            self.guest_reads(ours, "_NET_WM_DESKTOP", n)
        # Taken off all of them, onto one that is not shown.
        self.in_guest("xdotool set_desktop_for_window $(xdotool search --class xterm) -1")
        self.host_has_it_on(self.window, ALL)
        self.guest_reads(ours, "_NET_WM_DESKTOP", ALL)
        self.in_guest("xdotool set_desktop_for_window $(xdotool search --class xterm) 2")
        self.host_has_it_on(self.window, 2)
        self.guest_reads(ours, "_NET_WM_DESKTOP", 2)
        # One that the host does not have is not asked for.
        self.in_guest("xdotool set_desktop_for_window $(xdotool search --class xterm) 9")
        self.in_guest("xdotool set_desktop_for_window $(xdotool search --class xterm) 0")
        self.host_has_it_on(self.window, 0)
        self.assertEqual(self.root_number("_NET_NUMBER_OF_DESKTOPS"), 4)

    def test_workspaces_of_a_session_that_died(self):
        """The next one's windows are where the host puts them, and the guest hears of that anew."""
        if self.d.wm == "i3":
            self.skipTest("i3 has those that are used, and others move when one goes")
        ours = "-id $(xdotool search --class xterm)"
        self.d.run("wmctrl", "-n", "4")
        self.in_guest("xdotool set_desktop_for_window $(xdotool search --class xterm) 3")
        self.guest_reads(ours, "_NET_WM_DESKTOP", 3)
        self.d.run("wmctrl", "-s", "3")
        self.guest_reads("-root", "_NET_CURRENT_DESKTOP", 3)
        victim = self.d.pids("casement-session")[0]
        self.d.signal(victim, signal.SIGKILL)
        wait_for("another session", lambda: [pid for pid in self.d.pids("casement-session") if pid != victim])
        self.window = wait_for("its window again", lambda: next((w for w in self.d.windows_of(XTERM) if self.d.painted(w)), None), 20)
        wait_for("the list of windows", lambda: [w for w in self.d.json("windows") if w["app"] == "debian-xterm"])
        self.type_and_see(self.window, "again")
        self.host_has_it_on(self.window, 3)
        self.guest_reads("-root", "_NET_NUMBER_OF_DESKTOPS", 4)
        self.guest_reads("-root", "_NET_CURRENT_DESKTOP", 3)
        self.guest_reads(ours, "_NET_WM_DESKTOP", 3)
        self.d.run("wmctrl", "-s", "0")

    def test_a_view_that_died_has_windows_where_they_were(self):
        if self.d.wm == "i3":
            self.skipTest("i3 has those that are used, and others move when one goes")
        self.d.run("wmctrl", "-n", "4")
        self.d.xdotool("set_desktop_for_window", str(self.window.id), "2")
        self.guest_reads("-id $(xdotool search --class xterm)", "_NET_WM_DESKTOP", 2)
        former, victim = self.window.id, self.d.guest()["view_pid"]
        self.d.signal(victim, signal.SIGKILL)
        self.window = wait_for("its window again", lambda: next((w for w in self.d.windows_of(XTERM) if w.id != former), None), 20)
        self.host_has_it_on(self.window, 2)
        self.assertEqual(self.root_number("_NET_CURRENT_DESKTOP"), 0)
        self.d.run("wmctrl", "-s", "2")
        wait_for("its pixels", lambda: self.d.painted(self.window))
        self.d.run("wmctrl", "-s", "0")

    def test_a_window_opens_on_the_workspace_that_its_program_sets(self):
        """Before it is mapped, as browsers do with the windows that they restore."""
        if self.d.wm == "i3":
            self.skipTest("i3 has those that are used, and others move when one goes")
        self.d.run("wmctrl", "-n", "4")
        self.guest_reads("-root", "_NET_NUMBER_OF_DESKTOPS", 4)
        (self.home() / "restored.py").write_text(RESTORED)
        before = {w.id for w in self.d.clients()}
        self.d.run_in("demo", "sh", "-c", "exec /usr/bin/python3 ~/restored.py 2")
        window = wait_for("its window", lambda: next((w for w in self.d.clients() if w.id not in before), None), 20)
        self.host_has_it_on(window, 2)
        self.guest_reads("-name restored", "_NET_WM_DESKTOP", 2)
        self.assertEqual(self.root_number("_NET_CURRENT_DESKTOP"), 0)
        self.d.run("wmctrl", "-i", "-c", hex(window.id))
        wait_for("it to close", lambda: window.id not in {w.id for w in self.d.clients()})

    def test_the_frame_is_the_hosts(self):
        extents = self.extents()
        wait_for(lambda: f"frame extents {extents}", lambda: self.in_guest(
            "xprop -id $(xdotool search --class xterm) _NET_FRAME_EXTENTS").strip().endswith(
                "= " + ", ".join(str(e) for e in extents)))


class OwnFrame(probing.Twins):
    """A program with a title bar and edges of its own asks for a move or another size while a button is held there
    (_NET_WM_MOVERESIZE, in RemoteApp LocalMoveSize); the host's window manager does it, as natively."""
    grips = {8: (150, 10), 4: (298, 198), 7: (2, 100), 1: (150, 2), 0: (2, 2)}  # EWMH's directions, and where in the window
    path = ((60, 40), (-25, 15), (30, -10))

    def follows(self, window, place):
        """xfwm4 forgets where the pointer went while a window that knows _NET_WM_SYNC_REQUEST, as ours all do, is being sized."""
        aside = [False]

        def is_there():
            if not aside[0] and self.d.geometry(window) == place:
                return True
            aside[0] = not aside[0]
            self.d.xdotool("mousemove_relative", "--", *(("1", "1") if aside[0] else ("-1", "-1")))
            return False
        wait_for(lambda: f"it to be at {place}; it is at {self.d.geometry(window)}", is_there, poll=0.1)

    def drag(self, probe, direction):
        window, name = self.windows[probe], self.names[probe]
        before = x, y, width, height = self.d.geometry(window)
        dx, dy = self.grips[direction]
        probe.mark()
        self.d.xdotool("mousemove", str(x + dx * width // 300), str(y + dy * height // 200), "mousedown", "1")
        probe.heard(f"^{name} button down 1")
        probe.do("move_loop", name, direction)
        probe.sync()

        def is_taken():
            """The window manager has the pointer once the window moves with it; and back."""
            self.d.xdotool("mousemove_relative", "7", "5")
            moved = self.d.geometry(window) != before
            self.d.xdotool("mousemove_relative", "--", "-7", "-5")
            return moved
        wait_for("the window manager to take it", is_taken, poll=0.1)
        self.follows(window, before)
        for step in self.path:
            self.d.xdotool("mousemove_relative", "--", *map(str, step))
        expected = self.sized(before, direction)
        self.follows(window, expected)
        self.d.xdotool("mouseup", "1")
        return expected

    def sized(self, before, direction):
        to = [sum(step[i] for step in self.path) for i in (0, 1)]
        moves, left, top = direction == 8, direction in (0, 7), direction in (0, 1)
        x, y, width, height = before
        return (x + (to[0] if moves or left else 0), y + (to[1] if moves or top else 0),
                width + (0 if moves else -to[0] if left else to[0] if direction == 4 else 0),
                height + (0 if moves else -to[1] if top else to[1] if direction == 4 else 0))

    def after(self, probe, direction):
        expected = self.drag(probe, direction)
        window = self.windows[probe]
        wait_for(lambda: f"{expected} after {direction}; it is {self.d.geometry(window)}",
                 lambda: self.d.geometry(window) == expected)
        # And the program has it there: a click is where it is seen.
        probe.mark()

        def is_there():
            self.d.xdotool("mousemove", str(expected[0] + 50), str(expected[1] + 50), "click", "1")
            return probe.log(f"^{self.names[probe]} button up 1 .*at=50,50")
        wait_for("a click at its place", is_there, poll=0.2)
        return expected

    def test_moved_and_sized_by_its_own(self):
        self.names = {self.native: "mine", self.demo: "hers"}
        for probe in (self.native, self.demo):
            for direction in self.grips:
                with self.subTest(probe.name, direction=direction):
                    self.after(probe, direction)


class Clicked(probing.Twins):
    """A click at once after the window manager did something is where the window is seen then, as natively."""

    def clicked(self, probe, window, name, place):
        probe.mark()
        self.d.xdotool("windowmove", str(window.id), *map(str, place))
        wait_for("its place", lambda: abs(self.d.geometry(window)[0] - place[0]) < 10 and self.d.geometry(window)[1] > place[1] - 1)
        x, y, _, _ = self.d.geometry(window)
        self.d.xdotool("mousemove", str(x + 20), str(y + 15), "click", "1")
        probe.heard(f"^{name} button up")
        return [line for line in probe.log(f"^{name} button") if "at=20,15" in line]

    def test_after_it_was_restored_and_moved(self):
        for probe, name in ((self.native, "mine"), (self.demo, "hers")):
            window = self.windows[probe]
            size = self.d.geometry(window)[2:]
            for place in ((970, 60), (200, 600), (400, 300)):
                with self.subTest(probe.name, place=place):
                    self.d.run("wmctrl", "-i", "-r", hex(window.id), "-b", "add,fullscreen")
                    wait_for("full screen", lambda: self.d.geometry(window)[2:] == self.d.size)
                    probe.sync()
                    self.d.run("wmctrl", "-i", "-r", hex(window.id), "-b", "remove,fullscreen")
                    wait_for("its size", lambda: self.d.geometry(window)[2:] == size)
                    self.assertEqual(len(self.clicked(probe, window, name, place)), 2)


class Marks(GuestShell, ChainCase):
    """A prefix and a border of the guest's file, on windows and menus."""
    guest_options = ("--set", "title_prefix=[demo]", "--set", "border=#ff8000")

    def border_of(self, window):
        seen = self.d.pixels(window)
        sides = (seen[:3], seen[-3:], seen[:, :3], seen[:, -3:])
        return {tuple(int(c) for c in pixel) for side in sides for pixel in side.reshape(-1, 3)}

    def test_prefix_and_border(self):
        window = self.launch(XTERM)
        wait_for("the border", lambda: self.border_of(window) == {(0xff, 0x80, 0)})
        self.assertEqual(self.d.title(window)[:7], "[demo] ")
        self.type_and_see(window, "marked")
        x, y, _, _ = self.d.geometry(window)
        self.d.xdotool("mousemove", str(x + 100), str(y + 100), "keydown", "ctrl", "mousedown", "1")
        menus = wait_for("the menu", lambda: [w for w in self.d.root.query_tree().children
                                              if w.get_attributes().override_redirect and w.get_attributes().map_state == 2 and
                                              (self.d.text_property(w, "_NET_WM_PID") or [0])[0] in self.d.window_pids()])
        wait_for("the menu's border", lambda: self.border_of(menus[0]) == {(0xff, 0x80, 0)})
        self.d.xdotool("mouseup", "1", "keyup", "ctrl")
        # What the menu covered is painted anew a moment later.
        wait_for("the border", lambda: self.border_of(window) == {(0xff, 0x80, 0)})


class Floats(ChainCase):
    """Under i3, for which a place that a window has before it is shown is one that was asked for."""
    desktop_options = {"wm": "i3", "i3_config": FLOATING, "sound": False}

    def opened(self, run, *argv):
        known = {w.id for w in self.d.clients()}
        run(*argv)
        window = wait_for("a window", lambda: [w for w in self.d.clients() if w.id not in known], 20)[0]
        wait_for("its pixels", lambda: self.d.painted(window))
        place = self.d.geometry(window)
        self.d.run("wmctrl", "-i", "-c", hex(window.id))
        wait_for("it to be gone", lambda: window.id not in {w.id for w in self.d.clients()})
        return place

    def test_opens_where_a_native_one_does(self):
        for argv in (("xterm",), ("xterm", "-geometry", "+130+170"), ("featherpad",)):
            with self.subTest(argv):
                native = self.opened(self.d.spawn, *argv)
                self.assertEqual(self.opened(lambda *argv: self.d.run_in("demo", *argv), *argv), native)


def under(wm):
    """All but what is about openbox, under another window manager."""
    BySelf.desktop_options = {"wm": wm}
    Drift.desktop_options = {"wm": wm, "i3_config": FLOATING}
    AtOnce.desktop_options = Drift.desktop_options
    BySelf.programs = ("xterm", "featherpad")


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1] in ("openbox", "xfwm4", "mutter", "i3"):
        under(sys.argv.pop(1))
    del Twins
    unittest.main(verbosity=2)
