#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Who a guest's windows say they are: names in any script, icons in all sizes, process, launch."""
import json
import os
import pathlib
import socket
import unittest

from Xlib import X, Xatom, Xutil, display as xdisplay
from Xlib.ext import shape

from case import MOUSEPAD, XTERM, ChainCase
from harness import wait_for

# A window in the guest whose properties are set by lines of JSON in the pipe ~/orders: [property, type, format, value], value a
# list of numbers and names of atoms, or taken away: ["delete", property]. Orders for the window itself: ["map"], ["quit"],
# ["icons", sizes] of one colour, and ["shape", [x, y, width, height] …].
PROGRAM = r'''
import array, ctypes, json, os
x, ext = ctypes.CDLL("libX11.so.6"), ctypes.CDLL("libXext.so.6")
for name in ("XOpenDisplay", "XInternAtom", "XCreateSimpleWindow", "XDefaultRootWindow"):
    getattr(x, name).restype = ctypes.c_void_p
P, L, I = ctypes.c_void_p, ctypes.c_ulong, ctypes.c_int
d = P(x.XOpenDisplay(None))
w = L(x.XCreateSimpleWindow(d, L(x.XDefaultRootWindow(d)), I(80), I(60), I(200), I(100), I(0), L(0), L(0x336699)))
def atom(name):
    return L(x.XInternAtom(d, name.encode(), I(0)))
for line in os.fdopen(os.open("orders", os.O_RDWR)):
    order = json.loads(line)
    if order[0] == "map":
        x.XMapWindow(d, w)
    elif order[0] == "delete":
        x.XDeleteProperty(d, w, atom(order[1]))
    elif order[0] == "quit":
        break
    elif order[0] == "icons":
        words = [n for w_, h_ in order[1] for n in [w_, h_] + [0xff8800] * (w_ * h_)]
        data = array.array("L", words)
        x.XChangeProperty(d, w, atom("_NET_WM_ICON"), atom("CARDINAL"), I(32), I(0), P(data.buffer_info()[0]), I(len(words)))
    elif order[0] == "shape":
        numbers = [n for rect in order[1:] for n in rect]
        rects = (ctypes.c_short * len(numbers))(*numbers)
        if numbers:
            ext.XShapeCombineRectangles(d, w, I(0), I(0), I(0), rects, I(len(order) - 1), I(0), I(0))
        else:
            ext.XShapeCombineMask(d, w, I(0), I(0), I(0), L(0), I(0))
        x.XSync(d, I(0))
    else:
        name, kind, size, value = order
        value = [atom(v).value if isinstance(v, str) else v for v in value]
        data = bytes(value) if size == 8 else (ctypes.c_ulong * len(value))(*value)
        x.XChangeProperty(d, w, atom(name), atom(kind), I(size), I(0), data, I(len(value)))
    x.XSync(d, I(0))
'''

SIZES_SAID = (Xutil.PMinSize | Xutil.PMaxSize | Xutil.PResizeInc | Xutil.PAspect | Xutil.PBaseSize | Xutil.PWinGravity)


class Ordered(ChainCase):
    """PROGRAM's window, and what the host has of it."""

    def open(self, *orders):
        """It has those properties before it is shown."""
        home = self.home()
        (home / "orders").unlink(missing_ok=True)
        os.mkfifo(home / "orders")
        (home / "orders").chmod(0o666)  # the guest's user need not be ours
        (home / "who.py").write_text(PROGRAM)
        known = {w.id for w in self.d.clients()}
        self.d.run_in("demo", "sh", "-c", "cd; exec /usr/bin/python3 who.py")
        for order in (*orders, ["map"]):
            self.order(*order)
        self.window = wait_for("the guest's window", lambda: [w for w in self.d.clients() if w.id not in known], 20)[0]

    def order(self, *order):
        with open(self.home() / "orders", "w") as orders:
            orders.write(json.dumps(order) + "\n")

    def set_text(self, name, kind, raw):
        self.order(name, kind, 8, list(raw))

    def name(self, which):
        value = self.window.get_property(self.d.display.intern_atom(which), X.AnyPropertyType, 0, 4096)
        return (value.value if isinstance(value.value, str) else value.value.decode()) if value else None


class Names(Ordered):
    desktop_options = {"sound": False}

    def setUp(self):
        self.open(["_NET_WM_NAME", "UTF8_STRING", 8, list(b"at first")], ["_NET_WM_OPAQUE_REGION", "CARDINAL", 32, [5, 6, 70, 80]])
        self.addCleanup(self.order, "quit")

    def title(self):
        """In one request: one that reads the rest by a second fails when the name has become shorter."""
        return self.name("_NET_WM_NAME")

    def says(self, title):
        wait_for(lambda: f"the title {title!r}; it is {self.title()!r}", lambda: self.title() == title)

    def test_names_in_any_script(self):
        for title in ("Ünïcödé — Größe", "日本語のタイトル", "العربية والعبرية עברית", "🙂 👩‍👩‍👧 🇩🇪", "ไทย हिन्दी",
                      "x" * 200):
            self.set_text("_NET_WM_NAME", "UTF8_STRING", title.encode())
            self.says(title)

    def test_names_that_are_too_long(self):
        """Whole, beyond what RAIL has room for; cut after a whole character where they are to no use."""
        for title in ("🙂" * 140, "ü" * 2048, "later"):
            self.set_text("_NET_WM_NAME", "UTF8_STRING", title.encode())
            self.says(title)
        self.set_text("_NET_WM_NAME", "UTF8_STRING", ("x" + "🙂" * 250000).encode())
        self.says("x" + "🙂" * 1023)

    def names(self):
        return tuple(self.name(which) for which in ("_NET_WM_NAME", "WM_NAME", "_NET_WM_ICON_NAME", "WM_ICON_NAME"))

    def are(self, *names):
        wait_for(lambda: f"{names}; there is {self.names()}", lambda: self.names() == names)

    def test_names_that_are_there(self):
        """Each as the program set it, or not at all."""
        self.are("at first", None, None, None)
        self.set_text("_NET_WM_ICON_NAME", "UTF8_STRING", "Größe".encode())
        self.are("at first", None, "Größe", None)
        self.set_text("WM_ICON_NAME", "STRING", b"older icon")
        self.set_text("WM_NAME", "STRING", b"older title")
        self.are("at first", "older title", "Größe", "older icon")
        self.set_text("_NET_WM_ICON_NAME", "UTF8_STRING", ("i" * 3000).encode())
        self.are("at first", "older title", "i" * 3000, "older icon")
        self.order("delete", "_NET_WM_ICON_NAME")
        self.order("delete", "_NET_WM_NAME")
        self.are("older title", "older title", None, "older icon")
        wait_for(lambda: f"the list to have it: {self.d.json('windows')}",
                 lambda: [w["title"] for w in self.d.json("windows")] == ["older title"])
        self.order("delete", "WM_NAME")
        self.order("delete", "WM_ICON_NAME")
        self.are(None, None, None, None)

    def test_names_that_are_none(self):
        self.set_text("_NET_WM_NAME", "UTF8_STRING", b"bad \xff\xc3 end")
        self.says("bad \ufffd\ufffd end")
        self.set_text("_NET_WM_NAME", "UTF8_STRING", "line\nbreak \x1b[31m \u202eevil".encode())
        self.says("line break [31m evil")
        self.set_text("_NET_WM_NAME", "UTF8_STRING", b"back to good")
        self.says("back to good")

    def test_names_of_old_programs(self):
        self.order("_NET_WM_NAME", "CARDINAL", 32, [1])  # no text
        self.set_text("WM_NAME", "STRING", b"caf\xe9")
        self.says("café")
        # ISO 8859-1's é, and Cyrillic by its escape sequence (ISO 8859-5).
        self.set_text("WM_NAME", "COMPOUND_TEXT", b"caf\xe9 \x1b-L\xbf\xe0\xd8")
        self.says("café При")

    def test_latin_1_name_beside_the_other(self):
        """WM_NAME for who reads no other; what Latin-1 has not is shown as something, not left out."""
        self.set_text("WM_NAME", "STRING", "Größe".encode("latin-1"))
        wait_for("WM_NAME", lambda: (found := self.window.get_full_property(Xatom.WM_NAME, Xatom.STRING))
                 and found.value == "Größe".encode("latin-1"))

    def icons(self):
        """Width × height and the pixels of each, from the host's window."""
        value = self.window.get_property(self.d.display.intern_atom("_NET_WM_ICON"), Xatom.CARDINAL, 0, 1 << 22)
        words, found = list(value.value) if value else [], {}
        while words:
            width, height, words = words[0], words[1], words[2:]
            found[width, height] = words[:width * height]
            words = words[width * height:]
        return found

    def set_icons(self, *icons):
        words = []
        for side, argb in icons:
            words += [side, side] + [argb] * (side * side)
        self.order("_NET_WM_ICON", "CARDINAL", 32, words)

    def test_icons_of_all_sizes_that_change(self):
        sizes = (16, 20, 22, 24, 32, 36, 40, 48, 64, 72, 96, 128, 192, 256)
        for argb in (0xff204080, 0x80ff0000):
            self.set_icons(*((side, argb) for side in sizes))
            wait_for(f"icons of {argb:08x}", lambda: self.icons() == {(s, s): [argb] * (s * s) for s in sizes})
        self.set_icons((32, 0xff00ff00))
        wait_for("the one that is left", lambda: self.icons() == {(32, 32): [0xff00ff00] * 1024})

    def test_icons_of_any_shape(self):
        """As they are, to the pixel: not square, larger than usual, translucent."""
        def picture(width, height):
            return [(x * 255 // width << 24 | y * 255 // height << 16 | (x ^ y) & 255) for y in range(height) for x in range(width)]
        sizes = ((48, 24), (16, 16), (1, 200), (320, 200), (512, 512))
        wanted = {size: picture(*size) for size in sizes}
        self.order("_NET_WM_ICON", "CARDINAL", 32, [n for size in sizes for n in (*size, *wanted[size])])
        wait_for(lambda: f"icons of {sizes}; there are {list(self.icons())}", lambda: self.icons() == wanted, 20)
        self.assertEqual(list(self.icons()), list(sizes))
        # What is more than a window may have is left out, the larger ones first.
        self.order("icons", [[1024, 1024], [1000, 1000], [512, 256], [40, 30]])
        wait_for(lambda: f"those that there is room for; there are {list(self.icons())}",
                 lambda: list(self.icons()) == [(1000, 1000), (512, 256), (40, 30)], 20)
        self.assertEqual(set(self.icons()[1000, 1000]), {0xff8800})

    def host_states(self, window=None):
        states = self.d.text_property(window or self.window, "_NET_WM_STATE") or []
        return {self.d.display.get_atom_name(a) for a in states} - {"_NET_WM_STATE_FOCUSED"}

    def native_window(self, place):
        window = self.d.root.create_window(*place, 200, 100, 0, X.CopyFromParent)
        window.map()
        wait_for("a window of the host's", lambda: window.id in {w.id for w in self.d.clients()})
        return window

    def in_guest(self, script):
        out = self.home() / "said"
        out.unlink(missing_ok=True)
        self.d.run_in("demo", "sh", "-c", f"({script}) > ~/said.part 2>&1; mv ~/said.part ~/said")
        wait_for(f"{script} to end", out.exists, 20)
        return out.read_text()

    def guest_states(self):
        text = self.in_guest("xprop -name 'at first' _NET_WM_STATE")
        return {word.strip(",") for word in text.split() if word.startswith("_NET_WM_STATE_")}

    def states_natively(self, window, act, word):
        """What the window manager makes of it; another window that it manages after says that it has done so."""
        self.d.run("wmctrl", "-i", "-r", hex(window.id), "-b", f"{act},{word}")
        after = self.native_window((600, 600))
        after.destroy()
        wait_for("it to go", lambda: after.id not in {w.id for w in self.d.clients()})  # the next one has the same id
        return self.host_states(window)

    def test_states_that_are_for_taskbars_and_dialogs(self):
        """Each alone, asked for by the program and by the host, as of a native window: i3 has none."""
        self.set_text("WM_NAME", "STRING", b"at first")  # by which xprop finds it
        native = self.native_window((900, 600))
        self.addCleanup(native.destroy)
        # Mutter says that a window is modal with the next state that changes, of native ones too.
        for word in ("skip_taskbar", "skip_pager", *(("modal",) if self.d.wm != "mutter" else ())):
            natively = {act: self.states_natively(native, act, word) for act in ("add", "remove")}
            if self.d.wm != "i3":
                self.assertEqual(natively, {"add": {f"_NET_WM_STATE_{word.upper()}"}, "remove": set()})
            for act, has in natively.items():
                with self.subTest(word, by="the program", act=act):
                    self.in_guest(f"wmctrl -F -r 'at first' -b {act},{word}")
                    wait_for(lambda: f"{has} on the host; there is {self.host_states()}", lambda: self.host_states() == has)
            for act, has in natively.items():
                with self.subTest(word, by="the host", act=act):
                    self.d.run("wmctrl", "-i", "-r", hex(self.window.id), "-b", f"{act},{word}")
                    wait_for(lambda: f"{has} in the guest; there is {self.guest_states()}",
                             lambda: self.guest_states() - {"_NET_WM_STATE_FOCUSED"} == has)

    def test_sizes_as_the_program_says(self):
        """Each field, aspect and gravity too."""
        limits = (120, 70, 1500, 900, 7, 5, 4, 3, 16, 9, 11, 13)  # least, most, increments, aspects, base
        for gravity in (X.SouthEastGravity, X.StaticGravity, X.NorthWestGravity):
            self.order("WM_NORMAL_HINTS", "WM_SIZE_HINTS", 32, [SIZES_SAID, 0, 0, 0, 0, *limits, gravity])
            self.host_property("WM_NORMAL_HINTS", lambda v: (v[0] & SIZES_SAID, *v[5:]) == (SIZES_SAID, *limits, gravity))
        self.order("WM_NORMAL_HINTS", "WM_SIZE_HINTS", 32, [0] * 18)
        self.host_property("WM_NORMAL_HINTS", lambda v: v[0] & SIZES_SAID == 0)

    def host_property(self, name, fits):
        def value():
            return list(self.d.text_property(self.window, name) or [])
        wait_for(lambda: f"{name}; it is {value()}", lambda: fits(value()))

    def test_types_as_the_program_says(self):
        """But for those that would lie under or over all of the host's windows."""
        name = "_NET_WM_WINDOW_TYPE"
        for word in ("TOOLBAR", "MENU", "UTILITY", "SPLASH", "DIALOG", "DROPDOWN_MENU", "POPUP_MENU", "TOOLTIP", "NOTIFICATION",
                     "COMBO", "DND", "NORMAL"):
            self.order(name, "ATOM", 32, ["_OF_NOBODY", f"{name}_{word}"])
            self.host_property(name, lambda v: [self.d.display.get_atom_name(a) for a in v] == [f"{name}_{word}"])
            for other in ("DESKTOP", "DOCK"):
                self.order(name, "ATOM", 32, [f"{name}_{other}"])
                self.host_property(name, lambda v: [self.d.display.get_atom_name(a) for a in v] == [f"{name}_NORMAL"])

    def test_frames_as_the_program_says(self):
        """A shadow of its own, and what its window manager may do with it, as with a native window."""
        native = self.native_window((900, 600))
        self.addCleanup(native.destroy)
        motif = "_MOTIF_WM_HINTS"
        for name, kind, value in (("_GTK_FRAME_EXTENTS", "CARDINAL", [11, 12, 13, 14]), (motif, motif, [3, 4 | 32, 0, 0, 0]),
                                  (motif, motif, [2, 0, 1, 0, 0]), (motif, motif, [2, 0, 0, 0, 0])):
            self.order(name, kind, 32, value)
            self.host_property(name, lambda v, value=value: v == value)
            native.change_property(*map(self.d.display.intern_atom, (name, kind)), 32, value)
            has = (name, value[:3]) in ((motif, [2, 0, 1]), ("_GTK_FRAME_EXTENTS", value[:3])) or self.d.wm == "i3"  # draws none then
            wait_for(f"the native window's frame: {has}", lambda: (self.frame_above(native) > 10) == has)
            wait_for(lambda: f"a frame of {self.frame_above(native)}; it is of {self.frame_above(self.window)}",
                     lambda: self.frame_above(self.window) == self.frame_above(native))

    def frame_above(self, window):
        """Height of what the window manager has above it; i3 does not say it in _NET_FRAME_EXTENTS, and mutter never takes it
        back there."""
        top = window
        while (parent := top.query_tree().parent).id != self.d.root.id:
            top = parent
        return self.d.geometry(window)[1] - self.d.geometry(top)[1]

    def test_urgency_as_window_managers_look_for_it(self):
        """Some by WM_HINTS, some by the state."""
        urgent = self.d.display.intern_atom("_NET_WM_STATE_DEMANDS_ATTENTION")
        over = self.native_window((900, 600))  # mutter sees no need of it in a window that is not covered
        self.addCleanup(over.destroy)
        self.d.focus(over)
        self.d.xdotool("windowmove", str(over.id), *map(str, self.d.geometry(self.window)[:2]))
        wait_for("it to be covered", lambda: abs(self.d.geometry(over)[0] - self.d.geometry(self.window)[0]) < 50)
        for flags in (Xutil.UrgencyHint, 0):
            self.order("WM_HINTS", "WM_HINTS", 32, [flags, *[0] * 8])
            self.host_property("WM_HINTS", lambda v: v[0] & Xutil.UrgencyHint == flags)
            if self.d.wm != "i3":  # has no state for it
                self.host_property("_NET_WM_STATE", lambda v: (urgent in v) == bool(flags))

    def test_shape_that_changes(self):
        def host_shape():
            return sorted((r.x, r.y, r.width, r.height) for r in self.window.shape_get_rectangles(shape.SK.Bounding).rectangles)
        whole = [(0, 0, *self.d.geometry(self.window)[2:])]
        for rects in ([(20, 10, 60, 40)], [(0, 0, 50, 100), (150, 0, 50, 100)], []):
            self.order("shape", *rects)
            wait_for(lambda: f"shape {rects}; it is {host_shape()}", lambda: host_shape() == (rects or whole))

    def test_role_comes_changes_and_goes(self):
        role = lambda: self.name("WM_WINDOW_ROLE")  # noqa: E731
        self.assertIsNone(role())
        for raw, text in ((b"palette", "palette"), (b"at first", "at first"), (b"tool\nbox", "tool box"), (b"", ""),
                          (b"r" * 5000, "r" * 4096)):
            self.set_text("WM_WINDOW_ROLE", "STRING", raw)
            wait_for(lambda: f"the role {text!r}; it is {role()!r}", lambda: role() == text)
        self.says("at first")
        self.order("delete", "WM_WINDOW_ROLE")
        wait_for("no role", lambda: role() is None)

    def number(self, name):
        return self.d.text_property(self.window, name)

    def test_opacity_comes_changes_and_goes(self):
        name = "_NET_WM_WINDOW_OPACITY"
        self.assertIsNone(self.number(name))
        for value in (0x80000000, 0xffffffff, 0, 0xc0000000):
            self.order(name, "CARDINAL", 32, [value])
            wait_for(lambda: f"{value:#x} on the host; it is {self.number(name)}", lambda: self.number(name) == [value])
        self.order("delete", name)
        wait_for("the host to have none", lambda: self.number(name) is None)

    def test_opaque_region_comes_changes_and_goes(self):
        """What is more than anybody needs is left out as a whole: compositors leave out what is beneath."""
        name, many = "_NET_WM_OPAQUE_REGION", [n for i in range(512) for n in (i, 2 * i, 1, 1)]
        self.assertEqual(self.number(name), [5, 6, 70, 80])  # from the start
        for value in ([10, 20, 100, 50], [0, 0, 200, 10, 5, 10, 190, 90], many):
            self.order(name, "CARDINAL", 32, value)
            wait_for(lambda: f"{value} on the host; it is {self.number(name)}", lambda: self.number(name) == value)
        self.order(name, "CARDINAL", 32, [*many, 0, 0, 200, 100])
        wait_for("the host to have none", lambda: self.number(name) is None)
        self.order(name, "CARDINAL", 32, [0, 0, 1 << 30, 5, 0xfffffffe, 0, 9, 5, 1, 2, 3])
        wait_for(lambda: f"what is a rectangle; it is {self.number(name)}", lambda: self.number(name) == [0xfffffffe, 0, 9, 5])
        self.order("delete", name)
        wait_for("the host to have none", lambda: self.number(name) is None)

    def test_process_that_can_be_asked(self):
        pid = self.d.text_property(self.window, "_NET_WM_PID")[0]
        argv = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        self.assertEqual(os.path.basename(argv[0]), b"casement-holder")
        machine = self.window.get_full_property(Xatom.WM_CLIENT_MACHINE, Xatom.STRING).value
        self.assertEqual(machine.decode() if isinstance(machine, bytes) else machine, socket.gethostname())


class Rules(Ordered):
    """A window manager's user has rules that go by a window's role, which count when it is shown."""
    desktop_options = {"wm": "i3", "i3_config": 'assign [window_role="^palette$"] 2', "sound": False}

    def test_role(self):
        for role, desktop in ((b"palette", 1), (b"other", 0)):
            self.open(["WM_WINDOW_ROLE", "STRING", 8, list(role)])
            wait_for("its desktop", lambda: self.d.text_property(self.window, "_NET_WM_DESKTOP"))
            self.assertEqual(self.d.text_property(self.window, "_NET_WM_DESKTOP"), [desktop])
            self.order("quit")
            wait_for("it to be gone", lambda: self.d.text_property(self.window, "_NET_WM_DESKTOP") is None)


class Startup(ChainCase):
    desktop_options = {"sound": False}

    def setUp(self):
        """A listener, as a panel is: the messages of startup notification on the root window."""
        self.x = xdisplay.Display(self.d.env["DISPLAY"])
        self.x.screen().root.change_attributes(event_mask=X.PropertyChangeMask)
        self.x.sync()
        self.parts, self.said = {}, []
        self.begin, self.more = (self.x.intern_atom(n) for n in ("_NET_STARTUP_INFO_BEGIN", "_NET_STARTUP_INFO"))
        self.addCleanup(self.x.close)

    def messages(self):
        while self.x.pending_events():
            e = self.x.next_event()
            if e.type != X.ClientMessage or e.client_type not in (self.begin, self.more):
                continue
            if e.client_type == self.begin:
                self.parts[e.window.id] = b""
            self.parts[e.window.id] += bytes(e.data[1])
            if b"\0" in self.parts[e.window.id]:
                self.said.append(self.parts.pop(e.window.id).split(b"\0")[0].decode())
        return self.said

    def launch_as(self, startup_id, *argv, check=True):
        env = dict(self.d.env)
        self.d.env["DESKTOP_STARTUP_ID"] = startup_id
        try:
            return self.d.casement("run", *argv, check=check)
        finally:
            self.d.env = env

    def ended(self, startup_id, timeout=14):
        wait_for(lambda: f"the end of {startup_id}; said was {self.messages()}",
                 lambda: f'remove: ID="{startup_id}"' in self.messages(), timeout)

    def test_each_window_ends_its_own(self):
        known = set()
        for startup_id in ("host-1_TIME100", "host-2_TIME200"):
            self.launch_as(startup_id, "demo", "debian-xterm")
            window = wait_for("a new window", lambda: [w for w in self.d.windows_of(XTERM) if w.id not in known], 20)[0]
            known.add(window.id)
            self.assertEqual(self.d.text_property(window, "_NET_STARTUP_ID"), startup_id)
            self.ended(startup_id)
        self.assertEqual([m for m in self.messages() if m.count("host-1_TIME100")], ['remove: ID="host-1_TIME100"'])

    def test_two_at_once(self):
        """Each window ends its own program's, also where that of the later one comes first."""
        self.install_entry("late", "Late", 'Exec=sh -c "until test -e ~/late; do sleep 0.1; done; exec xclock"')
        wait_for("the entry", self.host_entry("late").exists, 20)
        known = {w.id for w in self.d.windows_of(XTERM)}
        self.launch_as("host-8_TIME800", "demo", "late")
        self.launch_as("host-9_TIME900", "demo", "debian-xterm")
        first = wait_for("the terminal", lambda: [w for w in self.d.windows_of(XTERM) if w.id not in known], 20)[0]
        self.assertEqual(self.d.text_property(first, "_NET_STARTUP_ID"), "host-9_TIME900")
        self.ended("host-9_TIME900")
        (self.home() / "late").touch()
        second = wait_for("the clock", lambda: self.d.windows_of("casement.demo.late"), 20)[0]
        self.assertEqual(self.d.text_property(second, "_NET_STARTUP_ID"), "host-8_TIME800")
        self.ended("host-8_TIME800")
        for startup_id in ("host-8_TIME800", "host-9_TIME900"):
            self.assertEqual([m for m in self.messages() if startup_id in m], [f'remove: ID="{startup_id}"'])

    def test_program_that_fails(self):
        self.launch_as("host-3_TIME300", "demo", "--", "/bin/false", check=False)
        self.ended("host-3_TIME300")

    def test_program_that_uses_a_window_it_has(self):
        """A second Mousepad is a tab of the first: no window comes, and the host's panel does not wait for ever."""
        self.launch_as("host-5_TIME500", "demo", "org.xfce.mousepad")
        self.ended("host-5_TIME500")
        self.launch_as("host-6_TIME600", "demo", "org.xfce.mousepad")
        self.ended("host-6_TIME600", 25)
        wait_for("its window in the list, one alone", lambda: len(self.d.windows_of(MOUSEPAD)) == 1)  # mutter's comes later

    def test_program_that_is_not_there(self):
        self.launch_as("host-7_TIME700", "demo", "debian-xterm")
        self.ended("host-7_TIME700")
        self.assertNotEqual(self.launch_as("host-4_TIME400", "demo", "no.such.program", check=False).returncode, 0)
        self.ended("host-4_TIME400")


if __name__ == "__main__":
    unittest.main(verbosity=2)
