#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A program for tests with what a toolkit opens by itself: menus, a combo box, a tooltip, a drag icon, nested modal
dialogs, a text entry. The same natively and in a guest. Says what was done in it in the file that is its argument."""
import sys

import gi

gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, Gtk  # noqa: E402

LOG = open(sys.argv[1], "a", buffering=1, encoding="utf-8")


def say(*words):
    print(*words, file=LOG)


def menu_of(*names):
    menu = Gtk.Menu()
    for name in names:
        item = Gtk.MenuItem(label=name) if isinstance(name, str) else Gtk.MenuItem(label=name[0])
        if isinstance(name, str):
            item.connect("activate", lambda _, n=name: say("chosen", n))
        else:
            item.set_submenu(menu_of(*name[1:]))
        menu.append(item)
    return menu


def dialog(owner, title, inner=None):
    d = Gtk.Dialog(title=title, transient_for=owner, modal=True)
    d.set_default_size(220, 120)
    button = Gtk.Button(label=f"Press in {title}")
    button.connect("clicked", lambda _: say("pressed in", title))
    button.set_can_focus(False)
    d.get_content_area().add(button)
    if inner:
        more = Gtk.Button(label="More")
        more.set_can_focus(False)
        more.connect("clicked", lambda _: dialog(d, inner))
        d.get_content_area().add(more)
    d.connect("response", lambda *_: d.destroy())
    d.show_all()


def main():
    window = Gtk.Window(title="toolkit")
    window.set_default_size(400, 300)
    window.connect("destroy", lambda _: Gtk.main_quit())
    grid = Gtk.Grid(row_spacing=10, column_spacing=10)
    bar = Gtk.MenuBar()
    for title, *names in (("File", "New", ("Recent", "One", "Two", ("Older", "Three", "Four")), "Quit"), ("Edit", "Cut")):
        item = Gtk.MenuItem(label=title)
        item.set_submenu(menu_of(*names))
        bar.append(item)
    combo = Gtk.ComboBoxText()
    for name in ("Apple", "Pear", "Plum", "Cherry", "Quince"):
        combo.append_text(name)
    combo.set_active(1)
    combo.connect("changed", lambda c: say("combo", c.get_active_text()))
    count = Gtk.Button(label="Press")
    count.connect("clicked", lambda _: say("pressed in owner"))
    count.set_tooltip_text("What a tooltip says")
    ask = Gtk.Button(label="Ask")
    ask.connect("clicked", lambda _: dialog(window, "dialog", "nested"))
    source = Gtk.EventBox()
    source.add(Gtk.Label(label="Drag me"))
    source.drag_source_set(Gdk.ModifierType.BUTTON1_MASK, [Gtk.TargetEntry.new("text/plain", 0, 0)], Gdk.DragAction.COPY)
    source.connect("drag-end", lambda *_: say("drag ended"))
    # No frame around what has the focus, and the combo box where no menu covers it: what is uncovered a toolkit draws over
    # what was there, where nothing composites its windows, which shows at rounded and sloping edges.
    for i, child in enumerate((bar, count, ask, source, combo)):
        child.set_size_request(200, 30)
        child.set_can_focus(False)
        grid.attach(child, 1 if child is source else 0, i, 1, 1)  # its icon flies back over nothing else
    window.add(grid)
    window.show_all()
    say("ready")
    Gtk.main()


if __name__ == "__main__":
    main()
