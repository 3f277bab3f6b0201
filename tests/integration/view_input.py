# SPDX-License-Identifier: Apache-2.0
"""Keys, pointer, wheel, focus and popups of casement-view: pressed by XTest on a real window manager."""
import select
import signal
import socket
import struct

import numpy as np
import view_fixture as p
from Xlib import X, Xatom, Xutil
from Xlib.ext import xtest
from Xlib.protocol import event
from view_fixture import ViewCase, ids, main, picture, wait_for

UNASKED = 8  # LIMIT_UNASKED_FOCUS
EVDEV = {"a": 30, "Shift_L": 42, "Escape": 1, "Caps_Lock": 58}


def key(code, down):
    return lambda b: struct.unpack("=II", b) == (code, down)


def pointer(ident, kind, button=None, wheel=None):
    def match(body):
        m = struct.unpack("=IIiiIiiI", body)
        return m[0] == ident and m[1] == kind and (button is None or m[4] == button) and \
            (wheel is None or m[5:7] == wheel)
    return match


class Input(ViewCase):
    def setUp(self):
        super().setUp()
        self.window = self.v.show(1, (100, 120, 300, 200))
        self.desktop.focus(self.window)
        self.v.session.expect(p.FOCUS, ids(1))

    def at(self, x, y):
        self.desktop.xdotool("mousemove", str(x), str(y))

    def test_keys_are_evdev_codes(self):
        self.desktop.xdotool("key", "a")
        self.v.session.expect(p.KEY, key(30, 1))
        self.v.session.expect(p.KEY, key(30, 0))
        self.desktop.xdotool("keydown", "shift", "keydown", "a")
        self.v.session.expect(p.KEY, key(42, 1))
        self.v.session.expect(p.KEY, key(30, 1))
        # Held: repeats are further downs without ups between them.
        for _ in range(3):
            self.v.session.expect(p.KEY, key(30, 1))
        self.assertIsNone(self.v.session.take(p.KEY, key(30, 0)))
        self.desktop.xdotool("keyup", "a", "keyup", "shift")
        self.v.session.expect(p.KEY, key(30, 0))
        self.v.session.expect(p.KEY, key(42, 0))

    def test_keys_are_released_when_the_focus_leaves(self):
        self.desktop.xdotool("keydown", "shift")
        self.v.session.expect(p.KEY, key(42, 1))
        other = self.foreign(700, 300, 100, 100)
        self.desktop.focus(other)
        self.v.session.expect(p.KEY, key(42, 0))
        self.v.session.expect(p.FOCUS, ids(0))
        self.desktop.xdotool("keyup", "shift")
        self.desktop.focus(self.window)
        self.v.session.expect(p.FOCUS, ids(1))
        self.assertIsNone(self.v.session.take(p.KEY))

    def test_keys_are_released_when_the_window_is_minimised(self):
        """Also where its state comes before the focus goes."""
        d = self.desktop.display
        wm_state, net_state = d.intern_atom("WM_STATE"), d.intern_atom("_NET_WM_STATE")
        self.desktop.xdotool("keydown", "shift")
        self.v.session.expect(p.KEY, key(42, 1))
        self.window.change_property(net_state, Xatom.ATOM, 32, [d.intern_atom("_NET_WM_STATE_HIDDEN")])
        self.window.change_property(wm_state, wm_state, 32, [Xutil.IconicState, X.NONE])
        d.flush()
        self.v.session.expect(p.KEY, key(42, 0))
        self.desktop.xdotool("keyup", "shift")

    def test_what_is_held_goes_with_the_focus(self):
        other = self.foreign(700, 300, 100, 100)
        self.desktop.focus(other)
        self.v.session.expect(p.FOCUS, ids(0))
        self.desktop.xdotool("keydown", "ctrl", "keydown", "b")
        self.desktop.focus(self.window)
        # Before the focus: the program that gets it is told of no press. A key that types is not pressed again.
        wait_for("the focus", lambda: self.v.session.poll() and [1 for k, _, _ in self.v.session.seen if k == p.FOCUS])
        said = [(k, struct.unpack("=II", b)) for k, b, _ in self.v.session.seen if k in (p.KEY, p.FOCUS)]
        self.assertEqual(said[:2], [(p.KEY, (29, 1)), (p.FOCUS, (1, 0))])
        second = self.v.show(2, (500, 120, 300, 200))
        self.desktop.focus(second)
        self.v.session.expect(p.FOCUS, ids(2))
        self.assertIsNone(self.v.session.take(p.KEY, key(29, 0)))  # not let go from one window to the next
        self.desktop.xdotool("keyup", "b", "keyup", "ctrl")
        self.v.session.expect(p.KEY, key(29, 0))

    def test_a_button_ends_with_its_window(self):
        ends = {2: lambda w: self.desktop.xdotool("windowminimize", str(w.id)),
                3: lambda w: self.v.session.send(p.message(p.WINDOW_GONE, struct.pack("=II", 3, 0)))}
        for ident, end in ends.items():
            window = self.v.show(ident, (500, 120, 300, 200))
            self.at(550, 160)
            self.v.session.expect(p.ENTER, ids(ident))
            self.desktop.xdotool("mousedown", "1")
            self.v.session.expect(p.POINTER, pointer(ident, p.DOWN, 1))
            end(window)
            self.v.session.expect(p.POINTER, pointer(ident, p.UP, 1))
            self.desktop.xdotool("mouseup", "1")
            self.at(20, 700)
            self.v.session.expect(p.ENTER, ids(0))
            self.assertIsNone(self.v.session.take(p.POINTER, pointer(ident, p.UP, 1)))

    def test_a_minimised_window_has_no_focus(self):
        """The window manager says that it is minimised before it takes the focus away: told of that focus, the guest
        would restore the window."""
        d = self.desktop.display
        wm_state, net_state = d.intern_atom("WM_STATE"), d.intern_atom("_NET_WM_STATE")
        for state, told in ((Xutil.IconicState, p.S_MINIMIZED), (Xutil.NormalState, p.S_NORMAL)):
            hidden = [d.intern_atom("_NET_WM_STATE_HIDDEN")] if state == Xutil.IconicState else []
            self.window.change_property(net_state, Xatom.ATOM, 32, hidden)
            self.window.change_property(wm_state, wm_state, 32, [state, X.NONE])
            d.flush()
            wait_for(f"state {told}", lambda: self.v.session.poll() and [1 for k, b, _ in self.v.session.seen
                     if k == p.STATE and p.state(b)[:2] == (1, told)])
        wait_for("the focus", lambda: self.v.session.poll() and [1 for k, _, _ in self.v.session.seen if k == p.FOCUS])
        self.assertEqual([k for k, _, _ in self.v.session.seen if k in (p.STATE, p.FOCUS)], [p.STATE, p.STATE, p.FOCUS])

    def test_locks_are_told_with_the_focus(self):
        other = self.foreign(700, 300, 100, 100)
        self.desktop.focus(other)
        self.v.session.expect(p.FOCUS, ids(0))
        self.desktop.key("Caps_Lock")
        self.v.session.drop_all()
        self.desktop.focus(self.window)
        self.v.session.expect(p.LOCKS, lambda b: struct.unpack("=II", b)[0] & 4)
        self.desktop.key("Caps_Lock")

    def test_layout_is_told_after_its_keys(self):
        """Once: the guest loads the layout that is told, and changes that to the keys that were."""
        def told():
            self.v.session.poll()
            return [kind for kind, _, _ in self.v.session.seen if kind in (p.KEYMAP, p.LAYOUT)]
        self.v.session.expect(p.LAYOUT)
        self.v.session.drop_all()
        self.addCleanup(self.desktop.run, "setxkbmap", "us")
        self.desktop.signal(self.v.process.pid, signal.SIGSTOP)
        self.desktop.run("setxkbmap", "de")
        self.desktop.signal(self.v.process.pid, signal.SIGCONT)
        wait_for("the keys and a layout after them", lambda: told()[-2:] == [p.KEYMAP, p.LAYOUT])
        self.assertEqual(told(), [p.KEYMAP, p.LAYOUT])

    def test_layout_follows_the_host(self):
        def layout(rdp, name, group=0):
            return lambda b: struct.unpack_from("=III", b)[::2] == (rdp, group) and b[84:].startswith(name + b"\0")
        self.v.session.expect(p.LAYOUT, layout(0x409, b"us"))
        self.desktop.run("setxkbmap", "de")
        self.v.session.expect(p.LAYOUT, layout(0x407, b"de"))
        self.desktop.run("setxkbmap", "-layout", "us,fr", "-option", "grp:alt_shift_toggle")
        self.v.session.expect(p.LAYOUT, layout(0x409, b"us,fr"))
        for kind, keycode in ((X.KeyPress, 64), (X.KeyPress, 50), (X.KeyRelease, 50), (X.KeyRelease, 64)):
            xtest.fake_input(self.desktop.display, kind, keycode)
        self.desktop.display.sync()
        self.v.session.expect(p.LAYOUT, layout(0x40c, b"us,fr", 1))
        self.desktop.run("setxkbmap", "-layout", "us", "-option", "")
        for rate, told in ((("rate", "321", "20"), (321, 50)), (("off",), (0, 0)), (("on",), (321, 50))):
            self.desktop.run("xset", "r", *rate)
            self.v.session.expect(p.LAYOUT, lambda b: struct.unpack_from("=II", b, 12) == told)  # noqa: B023

    def test_pointer(self):
        self.at(150, 160)
        self.v.session.expect(p.ENTER, ids(1))
        body = self.v.session.expect(p.POINTER, pointer(1, p.MOVE))
        self.assertEqual(struct.unpack("=IIiiIiiI", body)[2:4], (150, 160))
        for button in (1, 2, 3, 8, 9):
            self.desktop.xdotool("click", str(button))
            body = self.v.session.expect(p.POINTER, pointer(1, p.DOWN, button))
            self.assertEqual(struct.unpack("=IIiiIiiI", body)[2:4], (150, 160))
            self.v.session.expect(p.POINTER, pointer(1, p.UP, button))
        for button, wheel in ((4, (0, 120)), (5, (0, -120)), (6, (-120, 0)), (7, (120, 0))):
            self.desktop.xdotool("click", str(button))
            body = self.v.session.expect(p.POINTER, pointer(1, p.WHEEL, wheel=wheel))
            self.assertEqual(struct.unpack("=IIiiIiiI", body)[2:4], (150, 160))
        self.assertIsNone(self.v.session.take(p.POINTER, pointer(1, p.DOWN)))

    def test_drag_out_of_the_window_goes_on(self):
        self.at(150, 160)
        self.desktop.xdotool("mousedown", "1", "mousemove", "700", "600")
        self.v.session.expect(p.POINTER, lambda b: struct.unpack("=IIiiIiiI", b)[:4] == (1, p.MOVE, 700, 600))
        self.desktop.xdotool("mouseup", "1")
        self.v.session.expect(p.POINTER, pointer(1, p.UP, 1))

    def test_focus_goes_from_window_to_window(self):
        second = self.v.show(2, (500, 120, 300, 200))
        self.desktop.focus(second)
        self.v.session.expect(p.FOCUS, ids(2))
        self.v.session.drop_all()
        self.desktop.focus(self.window)
        self.v.session.expect(p.FOCUS, ids(1))
        self.desktop.focus(second)
        self.v.session.expect(p.FOCUS, ids(2))
        # Never nothing between two of ours.
        self.assertIsNone(self.v.session.take(p.FOCUS, ids(0)))

    def taker(self, ident):
        """One of a program that takes the focus by itself (ICCCM 4.1.7, globally active)."""
        self.v.window(ident)
        self.v.props(ident, p.PROPS_INPUT_SAID | p.PROPS_TAKES_FOCUS)
        return self.v.show(ident, (420 + 10 * ident, 120 + 10 * ident, 200, 150))

    def focused(self):
        """The window that has it, and what has it when that one is no longer seen."""
        focus = self.desktop.display.get_input_focus()
        return getattr(focus.focus, "id", focus.focus), focus.revert_to

    def test_a_window_that_takes_the_focus_by_itself(self):
        window = self.taker(2)
        self.v.session.expect(p.FOCUS, ids(2))
        self.assertEqual(self.focused(), (window.id, X.RevertToPointerRoot))
        self.assertEqual((window.get_wm_hints().flags & Xutil.InputHint, window.get_wm_hints().input), (Xutil.InputHint, 0))
        self.desktop.focus(self.window)
        self.v.session.expect(p.FOCUS, ids(1))
        self.desktop.focus(window)
        self.v.session.expect(p.FOCUS, ids(2))
        self.desktop.xdotool("key", "a")
        self.v.session.expect(p.KEY, key(30, 1))

    def test_windows_that_take_the_focus_by_themselves_unasked(self):
        """They get it as others do, so often in a row; then not, until the user would have it so."""
        for i in range(2, UNASKED + 1):  # setUp opened one
            self.taker(i)
            self.v.session.expect(p.FOCUS, ids(i))
        last = self.taker(UNASKED + 1)
        wait_for("it to ask for attention", lambda: last.get_wm_hints().flags & Xutil.UrgencyHint)
        self.assertIsNone(self.v.session.take(p.FOCUS))
        self.desktop.focus(last)
        self.v.session.expect(p.FOCUS, ids(UNASKED + 1))

    def test_active_is_asked_for_only_after_a_press(self):
        second = self.v.show(2, (500, 120, 300, 200))
        self.desktop.focus(second)
        self.v.session.expect(p.FOCUS, ids(2))
        active = lambda: self.desktop.text_property(self.desktop.root, "_NET_ACTIVE_WINDOW")[0]  # noqa: E731
        # Past the time in which an echo of our own FOCUS would come.
        end = wait_for("no echo", lambda: self.activate(1, second, active), 15)
        self.assertTrue(end)
        self.press_on(second)
        wait_for("window 1 to be active", lambda: self.activate(1, None, active) or active() == self.window.id, 15)

    def test_a_guest_that_has_another_one_active_is_told_again(self):
        second = self.v.show(2, (500, 120, 300, 200))
        self.desktop.focus(second)
        self.v.session.expect(p.FOCUS, ids(2))
        for has in (2, 0):
            with self.subTest(has=has):
                if has == 0:
                    self.desktop.focus(self.foreign(700, 500, 80, 60))
                    self.v.session.expect(p.FOCUS, ids(0))
                self.v.session.drop_all()
                self.v.session.send(p.message(p.ACTIVE, struct.pack("=II", 1, 0)))
                self.v.session.expect(p.FOCUS, ids(has))
                self.v.session.send(p.message(p.ACTIVE, struct.pack("=II", has, 0)))
                self.v.commit(1, (100, 120, 300, 200))

    def test_a_guest_that_has_one_active_that_is_out_of_sight_is_told_again(self):
        """On another workspace the window manager has it unmapped."""
        second = self.v.show(2, (500, 120, 300, 200))
        self.desktop.xdotool("set_desktop_for_window", str(self.window.id), "1")
        wait_for("the window to be out of sight", lambda: self.window.get_attributes().map_state != X.IsViewable)
        self.desktop.focus(second)
        self.v.session.expect(p.FOCUS, ids(2))
        self.v.session.drop_all()
        self.v.session.send(p.message(p.ACTIVE, struct.pack("=II", 1, 0)))
        self.v.session.expect(p.FOCUS, ids(2))

    def test_a_guest_that_has_none_active_is_told_again(self):
        """As after a window that a window manager does not minimise. Foreign guests' menus are none of their windows."""
        second = self.v.show(2, (500, 120, 300, 200))
        self.desktop.focus(second)
        self.v.session.expect(p.FOCUS, ids(2))
        for ours in (False, True):
            with self.subTest(ours=ours):
                if ours:
                    self.v.props(2)
                self.v.session.drop_all()
                self.v.session.send(p.message(p.ACTIVE, struct.pack("=II", 0, 0)))
                if ours:
                    self.v.session.expect(p.FOCUS, ids(2))
                else:
                    self.desktop.run("sleep", "0.6")  # twice the time in which it would be
                    self.v.session.poll()
                    self.assertIsNone(self.v.session.take(p.FOCUS))

    def test_a_press_counts_until_the_focus_is_elsewhere(self):
        second = self.v.show(2, (500, 120, 300, 200))
        own = self.foreign(700, 500, 80, 60)
        active = lambda: self.desktop.text_property(self.desktop.root, "_NET_ACTIVE_WINDOW")[0]  # noqa: E731
        self.desktop.focus(second)
        self.v.session.expect(p.FOCUS, ids(2))
        self.assertTrue(wait_for("no echo", lambda: self.activate(1, second, active), 15))
        self.press_on(second)
        self.desktop.focus(own)
        self.v.session.expect(p.FOCUS, ids(0))
        self.v.session.send(p.message(p.ACTIVE, struct.pack("=II", 1, 0)))
        self.v.commit(1, (100, 120, 300, 200))
        # The window manager does what it is asked in turn.
        own.configure(x=720, y=520)
        wait_for("it to move", lambda: self.desktop.geometry(own)[0] > 710)
        self.assertEqual(active(), own.id)

    def activate(self, ident, still, active):
        """Says ACTIVE; TRUE once the window asks for attention and the other is still active."""
        self.v.session.send(p.message(p.ACTIVE, struct.pack("=II", ident, 0)))
        d = self.desktop.display
        states = self.desktop.text_property(self.window, "_NET_WM_STATE") or []
        return bool(still) and d.intern_atom("_NET_WM_STATE_DEMANDS_ATTENTION") in states and active() == still.id

    def test_move_loop(self):
        self.at(150, 160)
        self.desktop.xdotool("mousedown", "1")
        self.v.session.expect(p.POINTER, pointer(1, p.DOWN, 1))
        self.v.session.send(p.message(p.MOVE_LOOP, struct.pack("=IIii", 1, 8, 150, 160)))
        self.v.session.expect(p.POINTER, pointer(1, p.UP, 1))
        wait_for("the window manager to move it", lambda: self.dragged())
        self.desktop.xdotool("mouseup", "1")
        self.v.session.expect(p.CONFIGURED)
        self.assertIsNone(self.v.session.take(p.POINTER, pointer(1, p.UP, 1)))

    def test_sized_by_its_own_edge(self):
        self.at(395, 315)
        self.desktop.xdotool("mousedown", "1")
        self.v.session.expect(p.POINTER, pointer(1, p.DOWN, 1))
        self.v.session.send(p.message(p.MOVE_LOOP, struct.pack("=IIii", 1, 4, 395, 315)))
        self.v.session.expect(p.POINTER, pointer(1, p.UP, 1))
        wait_for("the window manager to size it", lambda: self.dragged())
        x, y, width, height = self.desktop.geometry(self.window)
        self.assertEqual((x, y), (100, 120))
        self.assertGreater(width, 300)
        self.assertGreater(height, 200)
        self.desktop.xdotool("mouseup", "1")
        self.v.session.expect(p.CONFIGURED, lambda b: struct.unpack_from("=IIiiII", b)[2:] ==
                              self.desktop.geometry(self.window))

    def dragged(self):
        x, y = self.desktop.root.query_pointer().root_x, self.desktop.root.query_pointer().root_y
        self.at(x + 9, y + 5)
        return self.desktop.geometry(self.window) != (100, 120, 300, 200)

    def test_move_loop_without_a_press_is_refused(self):
        before = self.desktop.geometry(self.window)
        self.at(150, 160)
        self.v.session.send(p.message(p.MOVE_LOOP, struct.pack("=IIii", 1, 8, 150, 160)))
        self.v.commit(1, (100, 120, 300, 200), damage=[])
        self.at(300, 300)
        self.at(310, 310)
        self.v.session.expect(p.POINTER, pointer(1, p.MOVE))
        self.assertEqual(self.desktop.geometry(self.window), before)

    def want(self, ident, wanted):
        """The guest's program takes the pointer's movements alone."""
        self.v.session.send(p.message(p.LOCK, struct.pack("=II", ident, wanted)))

    def move(self, dx, dy):
        xtest.fake_input(self.desktop.display, X.MotionNotify, 1, x=dx, y=dy)
        self.desktop.display.sync()

    def place(self):
        at = self.desktop.root.query_pointer()
        return at.root_x, at.root_y

    def held(self):
        """Presses in the window and wants the pointer; once the view has it."""
        self.at(200, 220)
        self.desktop.xdotool("click", "1")
        self.v.session.expect(p.POINTER, pointer(1, p.UP, 1))
        self.want(1, 1)
        self.v.session.expect(p.POINTER, pointer(1, p.SHIFT, wheel=(0, 0)))
        self.v.session.drop_all()

    def test_lock_moves_without_an_end(self):
        self.held()
        for _ in range(40):
            # As fast as a hand: a server that is kept from the view's requests would have it at the edge.
            wait_for("the pointer in the middle", lambda: self.place() == (250, 220))
            self.move(60, -35)
            self.v.session.expect(p.POINTER, pointer(1, p.SHIFT, wheel=(60, -35)))
        self.assertIsNone(self.v.session.take(p.POINTER, pointer(1, p.MOVE)))
        self.want(1, 0)
        self.v.session.expect(p.POINTER, pointer(1, p.UNLOCKED))
        wait_for("the pointer where it was", lambda: self.place() == (200, 220))

    def test_lock_only_after_a_press(self):
        self.at(200, 220)
        self.v.session.expect(p.POINTER, pointer(1, p.MOVE))
        self.want(1, 1)
        self.v.title(1, "read")
        wait_for("the title", lambda: self.desktop.title(self.window) == "read")
        self.move(20, 10)
        self.v.session.expect(p.POINTER, pointer(1, p.MOVE))
        self.assertEqual(self.place(), (220, 230))
        self.desktop.xdotool("click", "1")
        self.v.session.expect(p.POINTER, pointer(1, p.SHIFT, wheel=(0, 0)))

    def test_lock_once_for_each_press(self):
        self.held()
        for _ in range(5):
            self.want(1, 0)
            self.want(1, 1)
        self.v.session.expect(p.POINTER, pointer(1, p.UNLOCKED))
        self.at(250, 250)
        self.v.session.expect(p.POINTER, pointer(1, p.MOVE))
        self.assertIsNone(self.v.session.take(p.POINTER, pointer(1, p.SHIFT)))
        self.assertIsNone(self.v.session.take(p.POINTER, pointer(1, p.UNLOCKED)))
        self.desktop.xdotool("key", "a")
        self.v.session.expect(p.POINTER, pointer(1, p.SHIFT, wheel=(0, 0)))

    def test_lock_not_for_a_window_without_the_focus(self):
        self.v.show(2, (600, 200, 300, 200))
        self.at(200, 220)
        self.desktop.xdotool("click", "1")
        self.v.session.expect(p.POINTER, pointer(1, p.UP, 1))
        self.want(2, 1)
        self.v.title(1, "read")
        wait_for("the title", lambda: self.desktop.title(self.window) == "read")
        self.at(650, 250)
        self.v.session.expect(p.POINTER, pointer(2, p.MOVE))
        self.move(20, 10)
        wait_for("the pointer where it is", lambda: self.place() == (670, 260))
        self.assertIsNone(self.v.session.take(p.POINTER, pointer(2, p.SHIFT)))

    def test_lock_ends_with_the_focus_and_the_window(self):
        other = self.foreign(700, 300, 100, 100)
        self.desktop.focus(self.window)
        for end in (lambda: self.desktop.focus(other),
                    lambda: self.v.session.send(p.message(p.WINDOW_GONE, struct.pack("=II", 1, 0)))):
            self.desktop.focus(self.window)
            self.held()
            self.move(30, 30)
            self.v.session.expect(p.POINTER, pointer(1, p.SHIFT, wheel=(30, 30)))
            end()
            wait_for("the pointer back", lambda: self.place() == (200, 220))
            self.v.session.expect(p.POINTER, pointer(1, p.UNLOCKED))
            self.move(400, 0)
            self.assertEqual(self.place(), (600, 220))
            self.want(1, 0)

    def test_stacking_among_our_own(self):
        second = self.v.show(2, (200, 160, 300, 200))
        foreign = self.foreign(150, 150, 200, 200)
        wait_for("it to be on top", lambda: self.desktop.clients()[-1].id == foreign.id)
        order = lambda: [w.id for w in self.desktop.clients()]  # noqa: E731
        before = order()
        self.v.session.send(p.message(p.STACK, struct.pack("=IIII", 2, 0, 1, 2)))
        self.v.commit(1, (100, 120, 300, 200), damage=[])
        self.assertEqual(order(), before)  # nobody pressed anything
        self.at(480, 340)
        self.desktop.xdotool("click", "3")
        self.v.session.expect(p.POINTER, pointer(2, p.DOWN, 3))
        self.at(1200, 700)
        stack = lambda *top_first: self.v.session.send(  # noqa: E731
            p.message(p.STACK, struct.pack(f"={2 + len(top_first)}I", len(top_first), 0, *top_first)))
        stack(2, 1)  # the guest follows the host's pointer; a program there raises another
        stack(1, 2)
        wait_for("window 1 above 2", lambda: order().index(self.window.id) > order().index(second.id))

    def test_what_the_pointer_raised_is_no_order(self):
        """The guest raises what the pointer enters and the user focuses; the host's order is another matter."""
        second = self.v.show(2, (200, 160, 300, 200))
        third = self.v.show(3, (300, 220, 300, 200))
        stack = lambda *top_first: self.v.session.send(  # noqa: E731
            p.message(p.STACK, struct.pack(f"={2 + len(top_first)}I", len(top_first), 0, *top_first)))
        stack(3, 2, 1)
        for x, y, ident in ((120, 300, 1), (220, 340, 2)):
            self.at(x, y)
            self.v.session.expect(p.ENTER, ids(ident))
        before = [w.id for w in self.desktop.clients()]
        self.desktop.key("a")  # to the window with the focus: the order of programs counts now
        self.v.session.expect(p.KEY, key(30, 0))
        stack(1, 3, 2)
        stack(2, 1, 3)
        # A program lowers the third under those that it was above, and no other window moves.
        stack(2, 1)
        stack(3, 2, 1)
        stack(2, 1, 3)
        self.v.commit(1, (100, 120, 300, 200), damage=[])
        wait_for("the third under the others", lambda: self.desktop.clients()[0].id == third.id)
        self.assertEqual([w.id for w in self.desktop.clients()],
                         [third.id] + [i for i in before if i != third.id], f"second is {second.id}")

    def test_cursor(self):
        image = picture(24, 16, 4)
        image[:, :, 3] = 255
        fd = p.memfd(image.tobytes())
        self.at(150, 160)
        self.v.session.expect(p.ENTER, ids(1))
        self.v.session.send(p.message(p.CURSOR, struct.pack("=6I", 0, 24, 16, 3, 5, 0)), [fd])
        wait_for("the cursor's picture", lambda: self.cursor() == (24, 16, 3, 5, image.view("<u4").ravel().tolist()))
        self.v.session.send(p.message(p.CURSOR, struct.pack("=6I", 2, 0, 0, 0, 0, 0)))
        wait_for("no cursor", lambda: not any(self.cursor()[4]))
        self.v.session.send(p.message(p.CURSOR, struct.pack("=6I", 1, 0, 0, 0, 0, 0)))
        wait_for("the arrow", lambda: any(self.cursor()[4]))

    def cursor(self):
        """Size, hot spot and pixels of the pointer's picture, by XFixes."""
        d = self.desktop.display
        if not getattr(self, "asked_xfixes", False):
            d.xfixes_query_version()
            self.asked_xfixes = True
        c = d.xfixes_get_cursor_image(self.desktop.root)
        return c.width, c.height, c.xhot, c.yhot, list(c.cursor_image)


class Past(ViewCase):
    """Input past the session (channel/input_path.h), with the test at the guest's end as well."""
    KEY, MOVE, BUTTON, WHEEL = range(1, 5)

    def setUp(self):
        super().setUp()
        _, (fd,) = self.v.session.expect(p.INPUT)
        self.guest = socket.socket(fileno=fd)
        self.window = self.v.show(1, (100, 120, 300, 200))
        self.desktop.xdotool("mousemove", "150", "150")
        self.desktop.focus(self.window)
        self.v.session.expect(p.FOCUS, ids(1))

    def tearDown(self):
        self.guest.close()
        super().tearDown()

    def answer(self, serial):
        self.v.session.send(p.message(p.SETTLED, struct.pack("=II", serial, 0)))

    def asked(self):
        return struct.unpack("=II", self.v.session.expect(p.SETTLE))[0]

    def read(self):
        self.guest.settimeout(10)
        return struct.unpack("=IIIii", self.guest.recv(64))

    def nothing_read(self):
        self.guest.settimeout(0)
        with self.assertRaises(BlockingIOError):
            self.guest.recv(64)

    def open(self):
        """Until a key comes past the session."""
        def came():
            self.desktop.xdotool("key", "b")
            while self.v.session.poll(0.2) and (asked := self.v.session.take(p.SETTLE)) is not None:
                self.answer(struct.unpack("=II", asked)[0])
            return select.select([self.guest], [], [], 0)[0]
        self.answer(0)
        wait_for("a key past the session", came)
        for down in (1, 0):
            self.assertEqual(self.read(), (self.KEY, 48, down, 0, 0))
        self.v.session.drop_all()

    def test_by_the_session_until_the_guest_has_it(self):
        self.desktop.xdotool("key", "a")
        self.v.session.expect(p.KEY, key(30, 1))
        self.v.session.expect(p.KEY, key(30, 0))
        self.nothing_read()
        self.assertIsNone(self.v.session.take(p.SETTLE))

    def test_past_it_once_all_is_done(self):
        self.open()
        self.desktop.xdotool("keydown", "a", "keyup", "a")
        self.assertEqual(self.read(), (self.KEY, 30, 1, 0, 0))
        self.assertEqual(self.read(), (self.KEY, 30, 0, 0, 0))
        self.desktop.xdotool("mousemove", "180", "190")
        self.assertEqual(self.read(), (self.MOVE, 0, 0, 180, 190))
        self.desktop.xdotool("mousedown", "3", "mouseup", "3")
        self.assertEqual(self.read(), (self.BUTTON, 3, 1, 180, 190))
        self.assertEqual(self.read(), (self.BUTTON, 3, 0, 180, 190))
        self.desktop.xdotool("click", "5")
        self.assertEqual(self.read(), (self.WHEEL, 0, 0, 0, -120))
        self.assertIsNone(self.v.session.take(p.KEY))
        self.assertIsNone(self.v.session.take(p.POINTER))

    def test_not_before_what_was_said_before(self):
        """The focus went and came: a key after it goes the same way, and so do others until the guest has said that it is done."""
        self.open()
        other = self.foreign(700, 300, 100, 100)
        self.desktop.focus(other)
        self.v.session.expect(p.FOCUS, ids(0))
        self.desktop.focus(self.window)
        self.v.session.expect(p.FOCUS, ids(1))
        self.desktop.xdotool("keydown", "a")
        self.v.session.expect(p.KEY, key(30, 1))
        serial = self.asked()
        self.desktop.xdotool("keyup", "a")
        self.v.session.expect(p.KEY, key(30, 0))
        self.nothing_read()
        self.answer(serial)  # but a key was said since
        again = self.asked()
        self.assertNotEqual(serial, again)
        self.answer(again - 1)  # which nobody waits for
        self.desktop.xdotool("key", "a")
        self.v.session.expect(p.KEY, key(30, 0))
        self.nothing_read()

    def test_keys_are_let_go_before_the_focus_goes(self):
        self.open()
        self.desktop.xdotool("keydown", "shift")
        self.assertEqual(self.read(), (self.KEY, 42, 1, 0, 0))
        self.desktop.focus(self.foreign(700, 300, 100, 100))
        self.v.session.expect(p.FOCUS, ids(0))
        self.assertEqual(self.read(), (self.KEY, 42, 0, 0, 0))
        self.desktop.xdotool("keyup", "shift")

    def test_by_the_session_when_the_guest_has_gone(self):
        self.open()
        self.guest.close()
        self.desktop.xdotool("key", "a")
        self.v.session.expect(p.KEY, key(30, 1))
        self.v.session.expect(p.KEY, key(30, 0))
        self.desktop.xdotool("key", "a")
        self.v.session.expect(p.KEY, key(30, 0))
        self.assertIsNone(self.v.session.take(p.SETTLE))

    def test_no_key_is_lost_when_the_guest_does_not_read(self):
        """What no longer fits goes by the session, after all that went before."""
        self.open()
        self.desktop.xdotool("key", "--delay", "0", "--repeat", "400", "a")
        wait_for("a key by the session", lambda: self.v.session.take(p.KEY) is not None, 20)
        self.desktop.xdotool("key", "c")
        self.v.session.expect(p.KEY, key(46, 0))

    def test_the_guest_cannot_say_anything(self):
        self.open()
        with self.assertRaises(BrokenPipeError):
            self.guest.send(b"x" * 20)

    def test_pause_is_the_sessions(self):
        self.open()
        self.desktop.xdotool("key", "Pause")
        self.v.session.expect(p.KEY, key(119, 1))
        self.v.session.expect(p.KEY, key(119, 0))
        self.nothing_read()

    def test_a_new_session_has_a_new_way(self):
        self.open()
        self.v.new_session()
        self.v.session.expect(p.INPUT)
        self.guest.settimeout(10)
        self.assertEqual(self.guest.recv(64), b"")


class Popups(ViewCase):
    def setUp(self):
        super().setUp()
        self.window = self.v.show(1, (100, 120, 300, 200))

    def override(self, window):
        return bool(window.get_attributes().override_redirect)

    def focus_elsewhere(self):
        self.desktop.focus(self.foreign(700, 500, 80, 60))
        self.v.session.expect(p.FOCUS, ids(0))

    def test_unasked_only_while_focused_and_small(self):
        self.desktop.focus(self.window)
        self.v.session.expect(p.FOCUS, ids(1))
        small = self.v.show(2, (150, 150, 100, 120), kind=p.POPUP, flags=0, owner=1)
        self.assertTrue(self.override(small))
        # With the small one it is more than a quarter of the screen.
        large = self.v.show(3, (0, 0, self.size[0] // 2, self.size[1] // 2), kind=p.POPUP, flags=0, owner=1)
        self.assertFalse(self.override(large))

    def test_refused_without_a_press(self):
        self.focus_elsewhere()
        popup = self.v.show(2, (150, 150, 100, 120), kind=p.POPUP, flags=0, owner=1)
        self.assertFalse(self.override(popup))
        d = self.desktop.display
        self.assertEqual(self.desktop.text_property(popup, "_NET_WM_WINDOW_TYPE"), [d.intern_atom("_NET_WM_WINDOW_TYPE_UTILITY")])
        wait_for("a frame", lambda: self.desktop.text_property(popup, "_NET_FRAME_EXTENTS"))

    def test_menu_after_a_press(self):
        self.press_on(self.window, 3)
        pixels = picture(100, 120, 9)
        popup = self.v.show(2, (250, 220, 100, 120), pixels, kind=p.POPUP, flags=0, owner=1)
        self.assertTrue(self.override(popup))
        self.assertEqual(self.desktop.geometry(popup), (250, 220, 100, 120))
        self.same_pixels(popup, pixels)
        # It gets the pointer's events itself, and the focus stays where it is.
        self.desktop.xdotool("mousemove", "300", "300", "click", "1")
        self.v.session.expect(p.ENTER, ids(2))
        self.v.session.expect(p.POINTER, pointer(2, p.DOWN, 1))
        self.assertIsNone(self.v.session.take(p.CONFIGURED, ids(2)))
        # A submenu while the pointer is in it, however long ago the press was.
        sub = self.v.show(3, (350, 240, 100, 120), kind=p.POPUP, flags=0, owner=2)
        self.assertTrue(self.override(sub))
        # A click elsewhere that moves no focus (the root window) is told all the same.
        self.desktop.focus(self.window)
        self.v.session.expect(p.FOCUS, ids(1))
        self.v.session.drop_all()
        self.desktop.xdotool("mousemove", "1200", "700", "click", "1")
        self.v.session.expect(p.FOCUS, ids(0))

    def test_a_menus_border_is_one_of_x11(self):
        """Compositors draw it in their own way, and mutter takes it off: then the menu lies where it does natively."""
        self.press_on(self.window, 3)
        pixels, area = picture(100, 120, 9), (250, 220, 100, 120)
        edge = np.ones((120, 100), bool)
        edge[2:-2, 2:-2] = False
        pixels[edge] = (0x30, 0x60, 0x90, 0)
        before = {w.id for w in self.v.all_windows()}
        self.v.window(2, kind=p.POPUP, flags=0, owner=1)
        self.v.props(2, kind=p.TYPE_POPUP_MENU, border=2)
        self.v.buffer(2, pixels)
        self.v.commit(2, area)
        popup = wait_for("the menu", lambda: next((w for w in self.v.all_windows() if w.id not in before), None))
        have = popup.get_geometry()
        self.assertEqual((have.x, have.y, have.width, have.height, have.border_width), (250, 220, 96, 116, 2))
        self.v.props(2, border=2)  # mutter's shadow is another around a popup that has no type
        wait_for("the type to go", lambda: not self.desktop.text_property(popup, "_NET_WM_WINDOW_TYPE"))
        self.same_pixels(self.desktop.root, pixels, area)
        pixels[40:60, 30:50] = (1, 2, 3, 0)
        self.v.buffer(2, pixels)
        self.v.commit(2, (260, 230, 100, 120), damage=[(30, 40, 20, 20)])
        self.same_pixels(self.desktop.root, pixels, (260, 230, 100, 120))
        popup.configure(border_width=0)
        self.desktop.display.sync()
        self.same_pixels(popup, pixels[2:-2, 2:-2])
        self.v.session.drop_all()
        self.desktop.xdotool("mousemove", "270", "240", "click", "1")  # 10 pixels within it
        self.v.session.expect(p.POINTER, lambda b: pointer(2, p.DOWN, 1)(b) and struct.unpack_from("=ii", b, 8) == (272, 242))

    def test_a_menu_has_the_pointer_for_one_click_after_a_press(self):
        """Of a guest whose menus stay, and come again."""
        beneath = self.foreign(700, 500, 200, 150)
        beneath.change_attributes(event_mask=p.X.ButtonPressMask)
        x, y, _, _ = self.desktop.geometry(beneath)

        def clicked():
            self.desktop.xdotool("mousemove", str(x + 100), str(y + 100), "click", "1")
            self.desktop.display.sync()
            events = [self.desktop.display.next_event() for _ in range(self.desktop.display.pending_events())]
            return [e for e in events if e.type == p.X.ButtonPress and e.window.id == beneath.id]
        self.desktop.focus(self.window)
        self.press_on(self.window, 3)
        self.v.show(2, (250, 220, 100, 120), kind=p.POPUP, flags=0, owner=1)
        self.v.props(2, kind=p.TYPE_POPUP_MENU)
        self.v.commit(2, (250, 220, 100, 120))
        self.v.session.drop_all()
        self.assertFalse(clicked())
        self.v.session.expect(p.POINTER, pointer(2, p.DOWN, 1))
        self.v.session.expect(p.POINTER, pointer(2, p.UP, 1))
        wait_for("a click on what is beneath", clicked)
        self.desktop.focus(self.window)
        self.v.show(3, (150, 150, 100, 120), kind=p.POPUP, flags=0, owner=1)
        self.v.props(3, kind=p.TYPE_POPUP_MENU)
        self.v.commit(3, (150, 150, 100, 120))
        wait_for("a click on what is beneath", clicked, 1)

    def test_too_large_is_managed(self):
        self.press_on(self.window)
        popup = self.v.show(2, (0, 0, *self.size), kind=p.POPUP, flags=0, owner=1)
        self.assertFalse(self.override(popup))

    def test_several_may_not_cover_the_screen_together(self):
        self.press_on(self.window)
        half = self.size[0] // 2
        left = self.v.show(2, (0, 0, half, self.size[1]), kind=p.POPUP, flags=0, owner=1)
        self.press_on(left)
        right = self.v.show(3, (half, 0, half, self.size[1]), kind=p.POPUP, flags=0, owner=1)
        self.assertTrue(self.override(left))
        self.assertFalse(self.override(right))

    def test_growing_popup_becomes_managed(self):
        self.press_on(self.window)
        popup = self.v.show(2, (10, 10, 100, 100), kind=p.POPUP, flags=0, owner=1)
        self.assertTrue(self.override(popup))
        self.v.buffer(2, picture(*self.size))
        self.v.commit(2, (0, 0, *self.size))
        wait_for("it to be managed", lambda: not self.override(popup) and self.desktop.text_property(popup, "WM_STATE"))

    def test_tooltip_follows_the_pointer_and_takes_no_input(self):
        tip = self.v.show(2, (150, 150, 80, 20), kind=p.TOOLTIP, flags=0, owner=1)
        self.assertFalse(self.override(tip))
        self.v.session.send(p.message(p.WINDOW_GONE, struct.pack("=II", 2, 0)))
        self.desktop.xdotool("mousemove", "160", "160")
        self.v.session.expect(p.ENTER, ids(1))
        tip = self.v.show(3, (150, 150, 80, 20), kind=p.TOOLTIP, flags=0, owner=1)
        self.assertTrue(self.override(tip))
        self.desktop.xdotool("mousemove", "165", "165", "click", "1")
        self.v.session.expect(p.POINTER, pointer(1, p.DOWN, 1))
        self.assertIsNone(self.v.session.take(p.ENTER, ids(3)))


class CoreInput(Input):
    """The same without XInput 2."""
    view_env = {"CASEMENT_VIEW_AVOID": "xinput"}


class Unmanaged(ViewCase):
    """Nobody moves a window but the test."""
    wm = None

    def test_a_place_is_told_before_the_pointer_in_it(self):
        """As of a new window, which the window manager puts under the pointer: all in one batch of events."""
        d, window = self.desktop.display, self.v.show(1, (100, 120, 300, 200))
        self.desktop.xdotool("mousemove", "20", "700")
        self.v.session.expect(p.ENTER, ids(0))
        self.v.session.drop_all()
        self.v.process.send_signal(signal.SIGSTOP)
        window.configure(x=190, y=180)
        d.screen().root.warp_pointer(240, 220)
        d.sync()
        self.v.process.send_signal(signal.SIGCONT)
        told = wait_for("place and pointer", lambda: self.v.session.poll() and self.told())
        self.assertEqual(told[:2], [p.CONFIGURED, p.POINTER])

    def test_a_window_above_its_own_dialogue(self):
        """As i3 has what was clicked on. The guest is told, also again when a focus has its dialogue above."""
        enter = lambda n, alone: lambda b: struct.unpack("=II", b) == (n, alone)  # noqa: E731
        owner = self.v.show(1, (100, 120, 300, 200))
        self.v.show(2, (200, 180, 100, 100), kind=p.DIALOG, owner=1)
        self.desktop.xdotool("mousemove", "250", "220")
        self.v.session.expect(p.ENTER, enter(2, 0))
        owner.configure(stack_mode=X.Above)
        self.desktop.display.sync()
        self.desktop.xdotool("mousemove", "252", "222")
        self.v.session.expect(p.ENTER, enter(1, 1))
        self.v.session.drop_all()
        owner.set_input_focus(X.RevertToParent, X.CurrentTime)
        self.desktop.display.sync()
        self.v.session.expect(p.FOCUS, ids(1))
        self.desktop.xdotool("mousemove", "254", "224", "click", "1")
        self.v.session.expect(p.POINTER, pointer(1, p.UP, 1))
        self.assertTrue(self.v.session.take(p.ENTER, enter(1, 1)))
        self.v.session.drop_all()
        # What is dragged to where the dialogue is stays with the window.
        self.desktop.xdotool("mousemove", "110", "130", "mousedown", "1", "mousemove", "256", "226", "mouseup", "1")
        self.v.session.expect(p.POINTER, pointer(1, p.UP, 1))
        self.assertIsNone(self.v.session.take(p.ENTER))

    def test_what_opens_under_a_resting_pointer(self):
        """A window is told of it after its place, which the guest had elsewhere; a popup, whose place is the guest's own, is not."""
        self.v.show(1, (100, 120, 300, 200))
        self.desktop.xdotool("mousemove", "240", "220")
        self.v.session.expect(p.POINTER, pointer(1, p.MOVE))
        self.v.session.drop_all()
        self.v.show(2, (200, 180, 100, 120), kind=p.DIALOG, owner=1)
        self.v.session.expect(p.ENTER, ids(2))
        self.v.session.expect(p.POINTER, pointer(2, p.MOVE))
        self.desktop.xdotool("click", "1")
        self.v.session.expect(p.POINTER, pointer(2, p.UP, 1))
        self.v.session.drop_all()
        self.v.show(3, (230, 210, 50, 50), kind=p.POPUP, flags=0, owner=2)
        self.v.session.expect(p.ENTER, ids(3))
        self.desktop.xdotool("click", "1")
        told = self.v.session.expect(p.POINTER, pointer(3, p.UP, 1))
        self.assertTrue(told)
        self.assertIsNone(self.v.session.take(p.POINTER, pointer(3, p.MOVE)))

    def test_a_minimised_window_that_stays_mapped_is_followed(self):
        """As under mutter, which sizes it anew where its program takes its shadow off."""
        d, window = self.desktop.display, self.v.show(1, (100, 120, 300, 200))
        wm_state, net_state = d.intern_atom("WM_STATE"), d.intern_atom("_NET_WM_STATE")
        window.change_property(net_state, Xatom.ATOM, 32, [d.intern_atom("_NET_WM_STATE_HIDDEN")])
        window.change_property(wm_state, wm_state, 32, [Xutil.IconicState, X.NONE])
        d.flush()
        self.v.session.expect(p.STATE, lambda b: p.state(b)[:2] == (1, p.S_MINIMIZED))
        window.configure(width=260, height=170)
        d.flush()
        self.v.session.expect(p.CONFIGURED, lambda b: struct.unpack_from("=II", b, 16) == (260, 170))

    def told(self):
        kinds = [k for k, _, _ in self.v.session.seen if k in (p.CONFIGURED, p.POINTER)]
        return kinds if len(set(kinds)) == 2 else None


if __name__ == "__main__":
    main()
