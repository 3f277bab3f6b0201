#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""On which of the host's workspaces windows are, as casement-view tells it and asks the window manager for it."""
import struct

from Xlib import Xatom

import view_fixture as p
from view_fixture import ViewCase, ids, main, message, picture, wait_for

PLACE = (100, 120, 300, 200)
ALL = 0xffffffff
STATE_ALL = 1 << 8


class WorkspaceCase(ViewCase):
    def open(self, ident=1, ask=None, states=0):
        """One of a guest of our own, whose program set the property before."""
        before = {w.id for w in self.v.all_windows()}
        self.v.window(ident)
        self.v.props(ident, size_flags=1, states=states)
        if ask is not None:
            self.ask(ask, ident)
        self.v.buffer(ident, picture(PLACE[2], PLACE[3], ident))
        self.v.commit(ident, PLACE, wait=False)
        return wait_for("the window", lambda: next((w for w in self.desktop.clients() if w.id not in before), None))

    def ask(self, workspace, ident=1):
        self.v.session.send(message(p.WORKSPACE, struct.pack("=II", ident, workspace)))

    def expect_placed(self, workspace, ident=1):
        self.v.session.expect(p.PLACED, lambda b: struct.unpack("=II", b) == (ident, workspace))

    def expect_workspaces(self, count, current):
        self.v.session.expect(p.WORKSPACES, lambda b: struct.unpack("=II", b) == (count, current))

    def nothing_more(self, ident=1):
        """Told of the window, once the view has done what it was asked for before this."""
        self.v.window(99)
        self.v.buffer(99, picture(20, 20))
        self.v.commit(99, (600, 600, 20, 20))
        self.assertIsNone(self.v.session.take(p.PLACED, ids(ident)))

    def is_on(self, window, workspace):
        wait_for(lambda: f"workspace {workspace}; it is {self.desktop.text_property(window, '_NET_WM_DESKTOP')}",
                 lambda: self.desktop.text_property(window, "_NET_WM_DESKTOP") == [workspace])

    def show(self, workspace):
        self.desktop.run("wmctrl", "-s", str(workspace))
        wait_for("that workspace", lambda: self.desktop.text_property(self.desktop.root, "_NET_CURRENT_DESKTOP") == [workspace])

    def move(self, window, workspace):
        self.desktop.xdotool("set_desktop_for_window", str(window.id), str(workspace))

    def setUp(self):
        self.desktop.run("wmctrl", "-n", "4")
        wait_for("four of them", lambda: self.desktop.text_property(self.desktop.root, "_NET_NUMBER_OF_DESKTOPS") == [4])
        self.show(0)
        super().setUp()


class Workspaces(WorkspaceCase):
    def test_which_there_are(self):
        self.expect_workspaces(4, 0)
        self.show(2)
        self.expect_workspaces(4, 2)
        self.desktop.run("wmctrl", "-n", "3")
        self.expect_workspaces(3, 2)
        self.show(0)
        self.expect_workspaces(3, 0)
        self.v.new_session()
        self.expect_workspaces(3, 0)
        self.assertIsNone(self.v.session.take(p.WORKSPACES))

    def test_where_a_window_is(self):
        """Told once, before the state that goes with it, and to a new session again."""
        window = self.open()
        self.expect_placed(0)
        self.move(window, 2)
        self.expect_placed(2)
        self.move(window, -1)
        self.expect_placed(ALL)
        self.v.session.expect(p.STATE, lambda b: p.state(b)[2] == STATE_ALL)
        self.move(window, 1)
        self.v.session.expect(p.STATE, lambda b: p.state(b)[2] == 0)
        self.assertIsNotNone(self.v.session.take(p.PLACED, lambda b: struct.unpack("=II", b) == (1, 1)))
        self.nothing_more()
        self.v.new_session()
        self.v.window(1)
        self.v.props(1)
        self.v.buffer(1, picture(PLACE[2], PLACE[3]))
        self.v.commit(1, PLACE, wait=False)
        self.expect_placed(1)
        self.is_on(window, 1)

    def test_asked_for(self):
        window = self.open()
        self.expect_placed(0)
        self.ask(3)
        self.is_on(window, 3)
        self.expect_placed(3)
        self.nothing_more()

    def test_set_before_it_is_mapped(self):
        window = self.open(ask=2)
        self.is_on(window, 2)
        self.expect_placed(2)
        self.nothing_more()
        self.assertEqual(self.desktop.text_property(self.desktop.root, "_NET_CURRENT_DESKTOP"), [0])

    def test_none_that_is_not_there(self):
        window = self.open(ask=4)
        self.expect_placed(0)
        self.ask(7)
        self.nothing_more()
        self.is_on(window, 0)
        self.assertEqual(self.desktop.text_property(self.desktop.root, "_NET_NUMBER_OF_DESKTOPS"), [4])
        # Nor does the question come back with a workspace that comes later.
        self.desktop.run("wmctrl", "-n", "9")
        self.expect_workspaces(9, 0)
        other = self.open(2)
        self.expect_placed(0, 2)
        self.is_on(other, 0)
        self.is_on(window, 0)

    def test_off_all_of_them(self):
        """Whichever comes first, the question, its answer or the state that is over."""
        window = self.open(states=STATE_ALL)
        for first in ("question", "answer", "state"):
            with self.subTest(first):
                self.v.props(1, states=STATE_ALL, states_serial=1 << 30)
                self.is_on(window, ALL)
                self.expect_placed(ALL)
                if first == "question":
                    self.ask(2)
                    self.v.props(1, states_serial=1 << 30)
                elif first == "answer":
                    self.ask(2)
                    self.is_on(window, 2)
                    self.expect_placed(2)
                    self.v.props(1, states_serial=1 << 30)
                    self.nothing_more()
                    self.is_on(window, 2)
                    continue
                else:
                    self.v.props(1, states_serial=1 << 30)
                    self.ask(2)
                self.is_on(window, 2)
                self.expect_placed(2)
                if first == "state":  # the window manager may have done that by itself before
                    self.v.session.take(p.PLACED, lambda b: struct.unpack("=II", b) == (1, 0))
                self.nothing_more()
                self.is_on(window, 2)

    def test_a_question_that_is_taken_back(self):
        window = self.open(ask=2, states=STATE_ALL)
        self.ask(ALL)
        self.is_on(window, ALL)
        self.expect_placed(ALL)
        self.nothing_more()
        self.is_on(window, ALL)


class Without(ViewCase):
    """No window manager, and what one has left behind."""
    wm = None

    def test_nothing_is_told(self):
        self.v.window(1)
        self.v.props(1)
        self.v.session.send(message(p.WORKSPACE, struct.pack("=II", 1, 1)))
        self.v.buffer(1, picture(PLACE[2], PLACE[3]))
        self.v.commit(1, PLACE)
        window = wait_for("the window", self.v.all_windows)[0]
        self.assertIsNone(self.desktop.text_property(window, "_NET_WM_DESKTOP"))
        # What no window manager would say is nothing either.
        self.desktop.root.change_property(self.desktop.display.intern_atom("_NET_NUMBER_OF_DESKTOPS"), Xatom.CARDINAL, 32, [0])
        self.desktop.root.change_property(self.desktop.display.intern_atom("_NET_CURRENT_DESKTOP"), Xatom.CARDINAL, 32, [5])
        window.change_property(self.desktop.display.intern_atom("_NET_WM_DESKTOP"), Xatom.CARDINAL, 32, [3])
        self.desktop.display.sync()
        self.v.commit(1, PLACE)
        self.assertIsNone(self.v.session.take(p.WORKSPACES))
        self.assertIsNone(self.v.session.take(p.PLACED))


if __name__ == "__main__":
    main()
