#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A clipboard manager for tests, that keeps what it is asked to keep (SAVE_TARGETS to CLIPBOARD_MANAGER, the freedesktop.org
specification of clipboard managers) as those of MATE and Cinnamon do: all targets at once, by MULTIPLE. It has no pieces."""
import sys

from Xlib import X, Xatom, display as xdisplay
from Xlib.protocol import event


class Manager:
    def __init__(self):
        self.d = xdisplay.Display()
        self.window = self.d.screen().root.create_window(0, 0, 1, 1, 0, X.CopyFromParent)
        self.kept, self.asker = {}, None
        self.window.set_selection_owner(self.atom("CLIPBOARD_MANAGER"), X.CurrentTime)
        self.d.sync()

    def atom(self, name):
        return self.d.get_atom(name)

    def answer(self, e, ok):
        e.requestor.send_event(event.SelectionNotify(time=e.time, requestor=e.requestor, selection=e.selection, target=e.target,
                                                     property=e.property if ok else X.NONE))
        self.d.flush()

    def convert(self, target):
        self.window.convert_selection(self.atom("CLIPBOARD"), self.atom(target), self.atom(target), X.CurrentTime)
        self.d.flush()

    def on_request(self, e):
        if e.selection == self.atom("CLIPBOARD_MANAGER") and e.target == self.atom("SAVE_TARGETS"):
            self.asker = e
            self.convert("TARGETS")
            return
        if e.target == self.atom("TARGETS"):
            e.requestor.change_property(e.property, Xatom.ATOM, 32, [e.target, *self.kept])
        elif e.target in self.kept:
            kind, form, data = self.kept[e.target]
            e.requestor.change_property(e.property, kind, form, data)
        self.answer(e, e.target == self.atom("TARGETS") or e.target in self.kept)

    def on_notify(self, e):
        if e.property == X.NONE:
            self.answer(self.asker, False)
        elif e.target == self.atom("TARGETS"):
            targets = self.window.get_full_property(e.property, X.AnyPropertyType).value
            others = {self.atom(name) for name in ("TARGETS", "MULTIPLE", "TIMESTAMP", "SAVE_TARGETS", "DELETE")}
            pairs = [a for target in targets if target not in others for a in (target, target)]
            self.window.change_property(self.atom("MULTIPLE"), self.atom("ATOM_PAIR"), 32, pairs)
            self.convert("MULTIPLE")
        else:
            for target in self.window.get_full_property(e.property, X.AnyPropertyType).value[1::2]:
                value = self.window.get_full_property(target, X.AnyPropertyType) if target else None
                if value:
                    self.kept[target] = (value.property_type, value.format, value.value)
            self.window.set_selection_owner(self.atom("CLIPBOARD"), X.CurrentTime)
            self.answer(self.asker, True)

    def run(self):
        while True:
            e = self.d.next_event()
            if e.type == X.SelectionRequest:
                self.on_request(e)
            elif e.type == X.SelectionNotify:
                self.on_notify(e)


if __name__ == "__main__":
    sys.exit(Manager().run())
