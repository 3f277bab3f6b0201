# SPDX-License-Identifier: Apache-2.0
"""Which windows a guest's program says belong together, and which owner a window names."""
import struct

from Xlib import Xutil

import view_fixture as p
from view_fixture import ViewCase, main, message, wait_for


class Groups(ViewCase):
    def group_of(self, window):
        hints = window.get_wm_hints()
        return hints.window_group.id if hints.flags & Xutil.WindowGroupHint else None

    def of(self, window, name):
        return (self.desktop.text_property(window, name) or [None])[0]

    def leader_of(self, window):
        return self.of(window, "WM_CLIENT_LEADER")

    def owner_of(self, window):
        return self.of(window, "WM_TRANSIENT_FOR")

    def open(self, ident, **said):
        """Window 1, or a dialogue that has it as owner by RAIL."""
        props = {} if ident == 1 else {"kind": p.DIALOG, "owner": 1}
        self.v.window(ident, **props)
        if said:
            self.v.group(ident, **said)
        return self.v.show(ident, (60 + 20 * ident, 100, 200, 150), **props)

    def exists(self, xid):
        return xid in {w.id for w in self.desktop.root.query_tree().children}

    def test_windows_of_a_group(self):
        window, dialog, other = self.open(1, group=7, leader=8), self.open(2, group=7, leader=8), self.open(3, group=9)
        self.assertTrue(self.group_of(window) and self.leader_of(window))
        self.assertEqual(self.group_of(window), self.group_of(dialog))
        self.assertEqual(self.leader_of(window), self.leader_of(dialog))
        self.assertNotIn(self.group_of(other), (None, self.group_of(dialog)))
        self.assertIsNone(self.leader_of(other))
        leader = self.desktop.display.create_resource_object("window", self.group_of(other))
        self.assertEqual(self.desktop.wm_class(leader), self.desktop.wm_class(other))

    def test_the_owner_that_is_named(self):
        """RAIL's is a guess for a window that names none; one that names the root window is its whole group's."""
        window = self.open(1, group=7)
        self.assertEqual(self.owner_of(self.open(2)), window.id)
        self.assertEqual(self.owner_of(self.open(3, group=7, owner=p.OWNER_WINDOW)), window.id)
        unowned = self.open(4, group=7, owner=p.OWNER_NONE)
        self.assertIsNone(self.owner_of(unowned))
        self.assertEqual(self.owner_of(self.open(5, group=7, owner=p.OWNER_ALL)), self.desktop.root.id)
        self.v.group(4, group=7, owner=p.OWNER_WINDOW)
        wait_for("the owner that is named later", lambda: self.owner_of(unowned) == window.id)

    def test_an_owned_window_is_found_by_its_class_and_has_no_icon_of_its_entry(self):
        """xfwm4 takes the theme's by the instance's name where a window has none."""
        self.v.app(3, "painter", "casement.demo.painter")
        entry = ("casement.demo.painter",) * 2
        window = self.v.show(1, (60, 100, 200, 150), app=3)
        dialog = self.v.show(2, (300, 100, 200, 150), kind=p.DIALOG, owner=1, app=3)
        self.assertEqual([w.get_wm_class() for w in (window, dialog)], [entry, entry])  # of another guest's server
        self.v.props(2)
        owned = lambda: dialog.get_wm_class() == ("casement.demo.painter/owned", entry[1])  # noqa: E731
        wait_for(lambda: f"an instance that names no icon; there is {dialog.get_wm_class()}", owned)
        self.v.group(2, group=7, owner=p.OWNER_NONE)
        wait_for("the entry's when it has no owner", lambda: dialog.get_wm_class() == entry)
        self.v.group(2, group=7, owner=p.OWNER_WINDOW)
        wait_for("the one that names no icon again", owned)
        self.assertEqual(window.get_wm_class(), entry)

    def test_a_group_goes_with_its_last_window(self):
        first, second = self.open(1, group=7), self.open(2, group=7)
        group = self.group_of(first)
        self.v.session.send(message(p.WINDOW_GONE, struct.pack("=II", 2, 0)))
        wait_for("the dialogue to go", lambda: second.id not in {w.id for w in self.v.all_windows()})
        self.assertTrue(self.exists(group))
        self.v.group(1, group=0)
        wait_for("the window to leave its group", lambda: self.group_of(first) is None)
        wait_for("the group to go", lambda: not self.exists(group))

    def test_groups_of_another_session(self):
        """Its numbers mean others: a window that it shows again is in its own."""
        window = self.open(1, group=7)
        group = self.group_of(window)
        self.v.new_session()
        self.v.window(1)
        self.v.group(1, group=7)
        self.v.buffer(1, p.picture(200, 150))
        self.v.commit(1, (80, 100, 200, 150))
        self.assertEqual([w.id for w in self.v.all_windows()], [window.id])
        wait_for("its group of the new session", lambda: self.group_of(window) not in (None, group))
        wait_for("the former one to go", lambda: not self.exists(group))


if __name__ == "__main__":
    main()
