#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A GTK 3 program that animates: writes a line for each frame into the file it is given, when (µs) and what it takes the
screen's refresh interval for (µs)."""
import sys

import gi

gi.require_version("Gtk", "3.0")
from gi.repository import Gtk  # noqa: E402

out = open(sys.argv[1], "w", buffering=1)
window = Gtk.Window(title="frame clock")
area = Gtk.DrawingArea()
window.set_default_size(320, 240)
window.add(area)
frames = 0


def on_tick(widget, clock):
    interval, _ = clock.get_refresh_info(clock.get_frame_time())
    out.write(f"{clock.get_frame_time()} {interval}\n")
    widget.queue_draw()
    return True


def on_draw(widget, cairo):
    global frames
    frames += 1
    cairo.set_source_rgb(frames % 7 / 7, frames % 11 / 11, frames % 13 / 13)
    cairo.paint()


area.connect("draw", on_draw)
area.add_tick_callback(on_tick)
window.connect("destroy", Gtk.main_quit)
window.show_all()
Gtk.main()
