#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A program for tests with one line of text, by a toolkit that knows input methods by IBus' protocol: says in a file
what is being made in it ("making"), what it has ("has") and, at Return, once more ("text"), and ends.

usage: writer.py gtk4|qt5|qt6 FILE"""
import sys

toolkit, LOG = sys.argv[1], open(sys.argv[2], "a", buffering=1, encoding="utf-8")


def say(word, text):
    print(word, text, file=LOG)


def with_gtk4():
    import gi
    gi.require_version("Gtk", "4.0")
    from gi.repository import GLib, Gtk
    Gtk.init()
    loop = GLib.MainLoop()
    window, entry = Gtk.Window(title="writer", default_width=400, default_height=120), Gtk.Entry()
    for side in ("top", "bottom", "start", "end"):
        getattr(entry, f"set_margin_{side}")(20)
    entry.get_delegate().connect("preedit-changed", lambda _, text: say("making", text))
    entry.connect("changed", lambda _: say("has", entry.get_text()))
    entry.connect("activate", lambda _: (say("text", entry.get_text()), loop.quit()))
    window.connect("close-request", lambda _: loop.quit())
    window.set_child(entry)
    window.present()
    loop.run()


def with_qt5():
    from PyQt5 import QtWidgets
    with_qt(QtWidgets)


def with_qt6():
    from PyQt6 import QtWidgets
    with_qt(QtWidgets)


def with_qt(widgets):
    class Line(widgets.QLineEdit):
        def inputMethodEvent(self, event):
            super().inputMethodEvent(event)
            say("making", event.preeditString())

    app = widgets.QApplication(sys.argv[:1])
    app.setStyle("Fusion")  # and not a desktop's
    font = app.font()
    font.setFamily("DejaVu Sans")
    font.setPixelSize(13)
    app.setFont(font)
    window = widgets.QWidget()
    window.setWindowTitle("writer")
    window.resize(400, 120)
    line = Line()
    line.textChanged.connect(lambda text: say("has", text))
    line.returnPressed.connect(lambda: (say("text", line.text()), app.quit()))
    widgets.QVBoxLayout(window).addWidget(line)
    window.show()
    app.exec()


{"gtk4": with_gtk4, "qt5": with_qt5, "qt6": with_qt6}[toolkit]()
