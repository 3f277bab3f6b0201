#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A program for tests, the same natively and in a guest: windows of one colour, and a log of what they were told.

    probe.py NAME FOLDER [ORDER]

does what it reads from FOLDER/NAME.do, a line at a time, and writes to FOLDER/NAME.log. Windows go by a name, which is
their title. Kept to Xlib, so that nothing lies between the X server and the log."""
import ctypes
import os
import select
import struct
import sys
import zlib

from Xlib import X, Xatom, Xutil, display, xauth
from Xlib.ext import ge, shape, xinput
from Xlib.protocol import event as xevent

NAMES = {X.KeyPress: "key down", X.KeyRelease: "key up", X.ButtonPress: "button down", X.ButtonRelease: "button up",
         X.MotionNotify: "motion", X.FocusIn: "focus in", X.FocusOut: "focus out", X.EnterNotify: "enter",
         X.LeaveNotify: "leave", X.Expose: "expose"}
MASK = (X.KeyPressMask | X.KeyReleaseMask | X.ButtonPressMask | X.ButtonReleaseMask | X.PointerMotionMask |
        X.FocusChangeMask | X.EnterWindowMask | X.LeaveWindowMask | X.ExposureMask | X.StructureNotifyMask)


# A guest's Xauthority is for any host name, which python-xlib does not know of (FamilyWild).
xauth.Xauthority.get_best_auth = lambda self, family, address, number, types=(): self.entries[0][3:5]


class Probe:
    def __init__(self, name, folder):
        self.d = display.Display()
        self.cursors = self.looks = None
        self.root = self.d.screen().root
        self.windows, self.names, self.dying = {}, {}, None
        self.stated = None
        path = os.path.join(folder, name)
        self.log = open(path + ".log", "a", buffering=1, encoding="utf-8")
        os.mkfifo(path + ".do")
        os.chmod(path + ".do", 0o666)
        # Also for writing: it does not end when a writer goes.
        self.orders = os.open(path + ".do", os.O_RDWR | os.O_NONBLOCK)
        self.pending = b""

    def atom(self, name):
        return self.d.intern_atom(name)

    def say(self, *words):
        print(*words, file=self.log)

    # ---- orders

    def do_window(self, name, x, y, width, height, colour, owner="", *kinds):
        """kinds: modal, popup, unfocused, taker (of the focus, by itself), or a _NET_WM_WINDOW_TYPE."""
        popup, taker = "popup" in kinds, "taker" in kinds
        pixel = int(colour.lstrip("#"), 16)
        w = self.root.create_window(int(x), int(y), int(width), int(height), 0, self.d.screen().root_depth,
                                    background_pixel=pixel, event_mask=MASK, override_redirect=popup)
        self.windows[name], self.names[w.id] = w, name
        w.set_wm_name(name)
        w.set_wm_class(name, "Probe")
        # python-xlib leaves out the place and size, by which i3 sizes a floating window.
        hints = [Xutil.USPosition | Xutil.USSize, int(x), int(y), int(width), int(height), *[0] * 13]
        w.change_property(Xatom.WM_NORMAL_HINTS, Xatom.WM_SIZE_HINTS, 32, hints)
        w.set_wm_hints(flags=Xutil.InputHint | Xutil.StateHint, input=int(not taker), initial_state=Xutil.NormalState)
        w.set_wm_protocols([self.atom("WM_DELETE_WINDOW"), *([self.atom("WM_TAKE_FOCUS")] if taker else [])])
        w.change_property(self.atom("_NET_WM_PID"), Xatom.CARDINAL, 32, [os.getpid()])
        if owner and owner != "-":
            w.set_wm_transient_for(self.windows[owner])
        if "modal" in kinds:
            w.change_property(self.atom("_NET_WM_STATE"), Xatom.ATOM, 32, [self.atom("_NET_WM_STATE_MODAL")])
        if "unfocused" in kinds:
            w.change_property(self.atom("_NET_WM_USER_TIME"), Xatom.CARDINAL, 32, [0])
        types = [k for k in kinds if k not in ("modal", "popup", "unfocused", "taker")]
        if types:
            w.change_property(self.atom("_NET_WM_WINDOW_TYPE"), Xatom.ATOM, 32,
                              [self.atom(f"_NET_WM_WINDOW_TYPE_{t.upper()}") for t in types])
        w.map()

    def do_colour(self, name, colour):
        self.windows[name].change_attributes(background_pixel=int(colour.lstrip("#"), 16))
        self.windows[name].clear_area()

    def do_raise(self, name):
        self.windows[name].configure(stack_mode=X.Above)

    def do_lower(self, name):
        self.windows[name].configure(stack_mode=X.Below)

    def do_move(self, name, x, y):
        self.windows[name].configure(x=int(x), y=int(y))

    def do_activate(self, name):
        """As a program that wants the focus."""
        message = xevent.ClientMessage(window=self.windows[name], client_type=self.atom("_NET_ACTIVE_WINDOW"),
                                       data=(32, [1, X.CurrentTime, 0, 0, 0]))
        self.root.send_event(message, event_mask=X.SubstructureRedirectMask | X.SubstructureNotifyMask)

    def do_focus(self, name):
        """As one that does not ask."""
        self.windows[name].set_input_focus(X.RevertToParent, X.CurrentTime)

    def do_move_loop(self, name, direction):
        """As one with a title bar and edges of its own, while a button is held there (EWMH 1.5, _NET_WM_MOVERESIZE)."""
        at = self.root.query_pointer()
        self.d.ungrab_pointer(X.CurrentTime)
        message = xevent.ClientMessage(window=self.windows[name], client_type=self.atom("_NET_WM_MOVERESIZE"),
                                       data=(32, [at.root_x, at.root_y, int(direction), 1, 1]))
        self.root.send_event(message, event_mask=X.SubstructureRedirectMask | X.SubstructureNotifyMask)

    def do_close(self, name):
        w = self.windows.pop(name)
        del self.names[w.id]
        w.destroy()

    def do_close_if_open(self, name):
        if name in self.windows:
            self.do_close(name)

    def do_close_on_press(self, name):
        self.dying = name

    def do_urgent(self, name, on="1"):
        self.windows[name].set_wm_hints(flags=Xutil.InputHint | (Xutil.UrgencyHint if int(on) else 0), input=1)

    def do_demand(self, name, on):
        message = xevent.ClientMessage(window=self.windows[name], client_type=self.atom("_NET_WM_STATE"),
                                       data=(32, [int(on), self.atom("_NET_WM_STATE_DEMANDS_ATTENTION"), 0, 1, 0]))
        self.root.send_event(message, event_mask=X.SubstructureRedirectMask | X.SubstructureNotifyMask)

    def do_input_shape(self, name, *numbers):
        """x y width height of each rectangle that takes clicks; none: nothing does."""
        n = [int(v) for v in numbers]
        rects = [tuple(n[i:i + 4]) for i in range(0, len(n), 4)]
        self.windows[name].shape_rectangles(shape.SO.Set, shape.SK.Input, 0, 0, 0, rects)

    def do_grab(self, name):
        w = self.windows[name]
        mask = X.ButtonPressMask | X.ButtonReleaseMask | X.PointerMotionMask
        status = w.grab_pointer(True, mask, X.GrabModeAsync, X.GrabModeAsync, X.NONE, X.NONE, X.CurrentTime)
        self.say(name, "grab", status)

    def do_ungrab(self):
        self.d.ungrab_pointer(X.CurrentTime)

    def do_confine(self, name):
        """As games do: the pointer stays in the window, and is not seen."""
        w = self.windows[name]
        mask = X.ButtonPressMask | X.ButtonReleaseMask | X.PointerMotionMask
        status = w.grab_pointer(True, mask, X.GrabModeAsync, X.GrabModeAsync, w, self.hidden(), X.CurrentTime)
        self.say(name, "confine", status)

    def hidden(self):
        empty = self.root.create_pixmap(1, 1, 1)
        gc = empty.create_gc(foreground=0)
        empty.fill_rectangle(gc, 0, 0, 1, 1)
        return empty.create_cursor(empty, (0, 0, 0), (0, 0, 0), 0, 0)

    def do_cursor(self, name, number):
        """A cursor of the cursor font, or hidden, or pictures with alpha of a side: one, or two in turns."""
        if number == "hidden":
            cursor = self.hidden()
        elif number.startswith("side"):
            cursor = self.pictures(int(number[4:]), 1)
        elif number.startswith("turns"):
            cursor = self.pictures(int(number[5:]), 2)
        else:
            font = self.d.open_font("cursor")
            cursor = font.create_glyph_cursor(font, int(number), int(number) + 1, (0, 0, 0), (65535, 65535, 65535))
        self.windows[name].change_attributes(cursor=cursor)

    def pictures(self, side, n):
        """As libXcursor makes them of a theme; over a connection of its own, which keeps them."""
        class Image(ctypes.Structure):
            _fields_ = [(f, ctypes.c_uint32) for f in ("version", "size", "width", "height", "xhot", "yhot", "delay")] + [
                ("pixels", ctypes.POINTER(ctypes.c_uint32))]

        class Images(ctypes.Structure):
            _fields_ = [("nimage", ctypes.c_int), ("images", ctypes.POINTER(ctypes.POINTER(Image))), ("name", ctypes.c_char_p)]
        if not self.cursors:
            self.xlib, self.xcursor = ctypes.CDLL("libX11.so.6"), ctypes.CDLL("libXcursor.so.1")
            self.xlib.XOpenDisplay.restype = ctypes.c_void_p
            self.xcursor.XcursorImagesCreate.restype = ctypes.POINTER(Images)
            self.xcursor.XcursorImageCreate.restype = ctypes.POINTER(Image)
            self.xcursor.XcursorImagesLoadCursor.restype = ctypes.c_ulong
            self.cursors = ctypes.c_void_p(self.xlib.XOpenDisplay(None))
        images = self.xcursor.XcursorImagesCreate(n)
        for i in range(n):
            image = self.xcursor.XcursorImageCreate(side, side)
            image[0].xhot, image[0].yhot, image[0].delay = side // 3, side // 2, 100
            for p in range(side * side):
                alpha = (p * 7 + i * 50) % 256  # premultiplied
                image[0].pixels[p] = alpha << 24 | alpha // 2 << 8 | (alpha if i else 0)
            images[0].images[i] = image
        images[0].nimage = n
        cursor = self.xcursor.XcursorImagesLoadCursor(self.cursors, images)
        self.xlib.XSync(self.cursors, 0)
        return cursor

    def do_look(self, name, how):
        """As a game: movements count from the middle, where the pointer is put back (warp), or within the window (hold), or
        from the middle within it (both)."""
        w = self.windows[name]
        g = w.get_geometry()
        self.looks = {"name": name, "how": how, "middle": (g.width // 2, g.height // 2), "sum": [0, 0]}
        self.looks["last"] = self.looks["middle"]
        if how != "warp":
            self.do_confine(name)
        else:
            w.change_attributes(cursor=self.hidden())
        self.do_warp(name, *self.looks["middle"])

    def do_look_end(self):
        self.do_ungrab()
        self.windows[self.looks["name"]].change_attributes(cursor=X.NONE)
        self.looks = None

    def do_raw(self):
        """As games do: movements by themselves, wherever the pointer is (XI_RawMotion)."""
        self.d.xinput_query_version()
        self.root.xinput_select_events([(xinput.AllMasterDevices, xinput.RawMotionMask)])

    def raw(self, data):
        """What an xXIRawEvent has after its type: how far along the first two axes, whole numbers."""
        words = struct.unpack_from("=H", data, 12)[0]
        masks = struct.unpack_from(f"={words}I", data, 22)
        axes = [i for i in range(words * 32) if masks[i // 32] >> i % 32 & 1]
        values = struct.unpack_from(f"={len(axes) * 2}i", data, 22 + words * 4 + len(axes) * 8)[::2]
        moved = dict(zip(axes, values))
        self.say("raw", moved.get(0, 0), moved.get(1, 0))

    def look(self, x, y):
        s = self.looks
        dx, dy = x - s["last"][0], y - s["last"][1]
        if s["how"] == "hold":
            s["last"] = (x, y)
        if not dx and not dy:
            return
        s["sum"] = [s["sum"][0] + dx, s["sum"][1] + dy]
        if s["how"] != "hold":
            self.do_warp(s["name"], *s["middle"])
            self.d.sync()  # the next movement, which comes once this one is told, is after it
        self.say(s["name"], "looked", *s["sum"])

    def do_warp(self, name, x, y):
        self.windows[name].warp_pointer(int(x), int(y))

    def do_states(self, name):
        """From now on, what the window's size and states are together whenever it hears of either."""
        self.windows[name].change_attributes(event_mask=MASK | X.PropertyChangeMask)
        self.stated = self.windows[name]

    def state(self):
        self.d.grab_server()
        size = self.stated.get_geometry()
        states = self.stated.get_full_property(self.atom("_NET_WM_STATE"), Xatom.ATOM)
        self.d.ungrab_server()
        full = states is not None and self.atom("_NET_WM_STATE_FULLSCREEN") in states.value
        self.say("is", f"{size.width}x{size.height}", "full" if full else "not full")

    def do_quit(self):
        self.d.close()
        sys.exit()

    def do_sync(self, word):
        self.d.sync()
        self.drain()
        self.say("synced", word)

    # ---- events

    def on_event(self, e):
        if e.type == X.MappingNotify:
            self.d.refresh_keyboard_mapping(e)
            return
        if e.type == X.ClientMessage:
            name = self.names.get(e.window.id, "?")
            if e.data[1][0] == self.atom("WM_DELETE_WINDOW"):
                self.say(name, "asked to close")
                self.do_close(name)
            elif e.data[1][0] == self.atom("WM_TAKE_FOCUS"):  # as Java does
                self.windows[name].set_input_focus(X.RevertToPointerRoot, e.data[1][1])
            return
        if self.stated and (e.type == X.ConfigureNotify or
                            e.type == X.PropertyNotify and e.atom == self.atom("_NET_WM_STATE")):
            self.state()
            return
        if e.type == ge.GenericEventCode and e.evtype == xinput.RawMotion:
            self.raw(e.data)
            return
        what = NAMES.get(e.type)
        name = self.names.get(e.window.id) if what else None
        if not name:
            return
        if what.startswith(("key", "button")):
            sym = f"sym={self.symbol(e):x} " if what.startswith("key") else ""
            self.say(name, what, e.detail, f"state={e.state} {sym}at={e.event_x},{e.event_y}")
            if what == "button down" and self.dying == name:
                self.do_close(name)
        elif what == "motion" and self.looks and self.looks["name"] == name:
            self.look(e.event_x, e.event_y)
        elif what == "motion":
            self.say(name, what, e.event_x, e.event_y, f"state={e.state}", f"root={e.root_x},{e.root_y}")
        elif what.startswith("focus"):
            self.say(name, what, f"mode={e.mode}", f"detail={e.detail}")
        else:
            self.say(name, what)

    def symbol(self, e):
        """By group, Shift and level 3, as Xlib gives it without XKB (the map's columns)."""
        group = e.state >> 13 & 3
        column = (group * 2 if group else 0) + bool(e.state & X.ShiftMask)
        return self.d.keycode_to_keysym(e.detail, column + (4 if e.state & X.Mod5Mask else 0))

    def do_layout(self, word):
        """Names of the X server's keyboard map, a hash of what it does, and the group that counts."""
        names = self.root.get_full_property(self.atom("_XKB_RULES_NAMES"), X.AnyPropertyType)
        count = self.d.display.info.max_keycode - self.d.display.info.min_keycode + 1
        maps = self.d.get_keyboard_mapping(self.d.display.info.min_keycode, count)
        self.say("layout", word, names.value.replace(b"\0", b"/").decode() if names else "",
                 zlib.crc32(str(maps).encode()))

    def do_keymap(self, word):
        """What each key means, and the modifiers it makes."""
        first = self.d.display.info.min_keycode
        rows = self.d.get_keyboard_mapping(first, self.d.display.info.max_keycode - first + 1)
        symbols = [str(list(row)).replace(", 0", "").replace(" ", "") for row in rows]
        modifiers = [sorted(set(keys) - {0}) for keys in self.d.get_modifier_mapping()]
        self.say("keymap", word, *symbols, str(modifiers).replace(" ", ""))

    def drain(self):
        while self.d.pending_events():
            self.on_event(self.d.next_event())

    def run(self):
        self.say("ready")
        while True:
            self.d.flush()
            if not self.d.pending_events():
                select.select([self.d.fileno(), self.orders], [], [])
            self.drain()
            try:
                self.pending += os.read(self.orders, 65536)
            except BlockingIOError:
                continue
            *lines, self.pending = self.pending.split(b"\n")
            for line in lines:
                self.obey(line.decode())

    def obey(self, line):
        verb, *words = line.split()
        getattr(self, "do_" + verb)(*words)


if __name__ == "__main__":
    probe = Probe(sys.argv[1], sys.argv[2])
    if len(sys.argv) > 3:
        probe.obey(" ".join(sys.argv[3:]))
    probe.run()
