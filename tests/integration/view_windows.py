# SPDX-License-Identifier: Apache-2.0
"""Windows of casement-view under a real window manager: pixels, properties, geometry, states."""
import ctypes
import struct
import time

import numpy as np
from Xlib import X, Xutil
from Xlib.protocol import event

import view_fixture as p
from view_fixture import ViewCase, ids, main, picture, wait_for


def sync_counters(display):
    """Reads one (the SYNC extension), which python-xlib cannot."""
    x11, xext = ctypes.CDLL("libX11.so.6"), ctypes.CDLL("libXext.so.6")
    x11.XOpenDisplay.restype = ctypes.c_void_p
    d = ctypes.c_void_p(x11.XOpenDisplay(display.encode()))
    major, minor = ctypes.c_int(), ctypes.c_int()
    xext.XSyncInitialize(d, ctypes.byref(major), ctypes.byref(minor))

    def value(counter):
        halves = (ctypes.c_uint32 * 2)()
        xext.XSyncQueryCounter(d, ctypes.c_ulong(counter), halves)
        return halves[0] << 32 | halves[1]
    return value


def cover(desktop, rect):
    """A window of somebody else's over a part of the screen."""
    window = desktop.root.create_window(*rect, 0, X.CopyFromParent, override_redirect=True, background_pixel=0xff00ff)
    window.map()
    desktop.display.sync()
    return window


class Pixels(ViewCase):
    def test_equal_to_buffer_and_exact_damage(self):
        pixels = picture(300, 200)
        window = self.v.show(1, (100, 120, 300, 200), pixels, "One")
        self.same_pixels(window, pixels)
        b = self.v.buffers[1]
        b.pixels[10:20, 30:50, :3] = 7
        b.pixels[100:110, 0:300, :3] = 9  # written, and not said to be damaged
        self.v.commit(1, (100, 120, 300, 200), damage=[(30, 10, 20, 10)])
        want = pixels.copy()
        want[10:20, 30:50, :3] = 7
        self.same_pixels(window, want)
        self.v.commit(1, (100, 120, 300, 200), damage=[(0, 100, 300, 10)])
        want[100:110, :, :3] = 9
        self.same_pixels(window, want)

    def test_figures_are_the_damage(self):
        pixels = picture(300, 200)
        self.same_pixels(self.v.show(1, (100, 120, 300, 200), pixels), pixels)
        before = wait_for("a report of the first picture", lambda: (r := self.report())["painted"] >= 300 * 200 and r)
        for _ in range(5):
            self.v.commit(1, (100, 120, 300, 200), damage=[(0, 0, 64, 64), (100, 100, 10, 5)])
        after = wait_for("a report of five frames", lambda: (r := self.report()) and r["frames"] == before["frames"] + 5 and r)
        self.assertEqual(after["received"] - before["received"], 5 * (64 * 64 + 50))
        self.assertEqual(after["painted"] - before["painted"], 5 * (64 * 64 + 50))
        self.assertEqual(after["windows"], 1)

    last = None

    def report(self):
        while body := self.v.broker.take(p.CTL_VIEW_STATUS):
            self.last = dict(zip(("received", "painted", "shared", "streamed", "windows", "frames", "underruns"),
                                 struct.unpack_from("=QQQQIII", body)))
        return self.last or {"received": 0, "painted": 0, "windows": 0, "frames": 0}

    def test_rows_longer_than_the_window(self):
        pixels = picture(101, 57)
        self.v.window(1)
        self.v.buffer(1, pixels, stride=(101 + 64) * 4)
        self.v.commit(1, (200, 200, 101, 57))
        window = wait_for("the window", self.v.all_windows)[0]
        self.same_pixels(window, pixels)

    def test_expose_after_cover_and_minimise(self):
        pixels = picture(300, 200)
        window = self.v.show(1, (100, 120, 300, 200), pixels, "One")
        self.same_pixels(window, pixels)
        other = cover(self.desktop, (150, 150, 120, 90))
        other.destroy()
        self.desktop.display.sync()
        self.same_pixels(window, pixels)
        self.desktop.xdotool("windowminimize", str(window.id))
        self.v.session.expect(p.STATE, lambda b: p.state(b)[:2] == (1, p.S_MINIMIZED))
        # What is committed meanwhile is answered, and there on return.
        self.v.buffers[1].pixels[0:50, :, :3] = 40
        self.v.commit(1, (100, 120, 300, 200), state=p.S_MINIMIZED, damage=[(0, 0, 300, 50)])
        pixels[0:50, :, :3] = 40
        self.desktop.xdotool("windowmap", str(window.id))
        self.v.session.expect(p.STATE, lambda b: p.state(b)[:2] == (1, p.S_NORMAL))
        self.same_pixels(window, pixels)

    def test_alpha_window_has_depth_32(self):
        pixels = picture(80, 60)
        pixels[:, :, 3] = 128
        window = self.v.show(1, (300, 300, 80, 60), pixels, flags=p.USUAL | p.ALPHA)
        self.assertEqual(window.get_geometry().depth, 32)
        data = window.get_image(0, 0, 80, 60, X.ZPixmap, 0xffffffff).data
        wait_for("its pixels", lambda: window.get_image(0, 0, 80, 60, X.ZPixmap, 0xffffffff).data == pixels.tobytes())
        self.assertEqual(len(data), 80 * 60 * 4)

    def test_host_resize_pads_until_the_guest_follows(self):
        pixels = picture(300, 200)
        pixels[-1, -1] = (10, 20, 30, 255)
        window = self.v.show(1, (100, 120, 300, 200), pixels)
        self.same_pixels(window, pixels)
        self.desktop.xdotool("windowsize", str(window.id), "400", "260")
        body = self.v.session.expect(p.CONFIGURED, lambda b: struct.unpack_from("=IIiiII", b)[4:] == (400, 260))
        serial = struct.unpack_from("=IIiiII", body)[1]
        self.same_pixels(window, pixels, (0, 0, 300, 200))
        padding = np.full((60, 400, 4), (10, 20, 30, 255), np.uint8)
        self.same_pixels(window, padding, (0, 200, 400, 60))
        self.same_pixels(window, np.full((200, 100, 4), (10, 20, 30, 255), np.uint8), (300, 0, 100, 200))
        grown = picture(400, 260, 5)
        self.v.buffer(1, grown)
        self.v.commit(1, (100, 120, 400, 260), configured=serial)
        self.same_pixels(window, grown)
        self.assertIsNone(self.v.session.take(p.CONFIGURED))

    def test_border_of_the_policy_is_on_top(self):
        self.v.setup(p.TO_GUEST, border=0x01ff8000)
        pixels = picture(100, 80)
        window = self.v.show(1, (300, 300, 100, 80), pixels)
        pixels[:3] = pixels[-3:] = pixels[:, :3] = pixels[:, -3:] = (0x00, 0x80, 0xff, 255)
        self.same_pixels(window, pixels)
        self.v.commit(1, (300, 300, 100, 80))
        self.same_pixels(window, pixels)


    def test_border_comes_and_goes_with_the_policy(self):
        pixels = picture(100, 80)
        window = self.v.show(1, (300, 300, 100, 80), pixels)
        self.same_pixels(window, pixels)
        self.v.setup(p.TO_GUEST, border=0x01ff8000)
        bordered = pixels.copy()
        bordered[:3] = bordered[-3:] = bordered[:, :3] = bordered[:, -3:] = (0x00, 0x80, 0xff, 255)
        self.same_pixels(window, bordered)
        self.v.setup(p.TO_GUEST)
        self.same_pixels(window, pixels)


class Properties(ViewCase):
    def prop(self, window, name):
        return self.desktop.text_property(window, name)

    def test_class_is_the_brokers(self):
        self.v.app(3, "xterm", "casement-demo-xterm")
        window = self.v.show(1, (100, 100, 200, 100), app=3)
        self.assertEqual(window.get_wm_class(), ("casement-demo-xterm",) * 2)
        self.v.app(3, "xterm", "casement-demo-other")
        wait_for("the new class", lambda: window.get_wm_class() == ("casement-demo-other",) * 2)
        self.v.window(1, app=9)  # not in the table
        wait_for("the fallback", lambda: window.get_wm_class() == ("casement.demo",) * 2)
        self.v.app(9, "late", "casement-demo-late")
        wait_for("the late entry", lambda: window.get_wm_class() == ("casement-demo-late",) * 2)
        self.v.window(1, app=p.APP_NONE)
        wait_for("the fallback", lambda: window.get_wm_class() == ("casement.demo",) * 2)

    def test_titles_are_cleaned_and_prefixed(self):
        self.v.setup(p.TO_GUEST, prefix="[demo] ")
        window = self.v.show(1, (100, 100, 200, 100))
        self.v.title(1, "a\u202eb\u2066c\x1b[1m\x07 d\u00e9\u4e2d")
        wait_for("the title", lambda: self.desktop.title(window) == "[demo] abc[1m d\u00e9\u4e2d")
        self.assertEqual(self.prop(window, "WM_NAME").encode("utf-8", "replace"), "[demo] abc[1m d\ufffd?".encode())
        self.v.title(1, b"\xff\xfe bad \xc3")
        wait_for("the repaired title", lambda: "bad" in self.desktop.title(window))
        self.desktop.title(window).encode("utf-8", "strict")
        self.v.title(1, "x" * 4096)
        wait_for("the long title", lambda: self.desktop.title(window) == "[demo] " + "x" * 4096)

    def test_names_as_their_program_has_them(self):
        def names():
            return tuple(self.prop(window, name) for name in ("_NET_WM_NAME", "WM_NAME", "_NET_WM_ICON_NAME", "WM_ICON_NAME"))

        window = self.v.show(1, (100, 100, 200, 100), title="of RAIL")
        for said in (("a title", "an older one", "icon", "older icon"), ("newer", None, None, "older icon"), (None, None, "icon", None),
                     ("x" * 4096,) * 4, (None,) * 4):
            self.v.names(1, *said)
            wait_for(lambda: f"{said}; there is {names()}", lambda: names() == said)
        self.v.names(1, None, "older", None, None)
        wait_for("it as a newer one, too", lambda: names() == ("older", "older", None, None))
        self.v.names(1, None, None, None, None)
        wait_for("none", lambda: names() == (None,) * 4)
        # The policy's prefix is before each, and there where nothing is.
        self.v.setup(p.TO_GUEST, prefix="[demo]")
        wait_for("the prefix", lambda: names() == ("[demo] ", None, None, None))
        self.assertIsNone(self.prop(window, "WM_WINDOW_ROLE"))
        self.v.names(1, None, "older", "icon", None, "pal\u00e9tt\u202ee")
        wait_for("it before each", lambda: names() == ("[demo] older", "[demo] older", "[demo] icon", None))
        # A role is no name; it is Latin-1.
        self.assertEqual(self.prop(window, "WM_WINDOW_ROLE"), "pal\ufffdtte")
        self.v.title(1, "of RAIL")
        wait_for("no role", lambda: self.prop(window, "WM_WINDOW_ROLE") is None)

    def test_icon(self):
        window = self.v.show(1, (100, 100, 200, 100))
        small, large = picture(16, 16, 2), picture(64, 48, 3)
        large[:, :, 3] = 77
        self.v.icon(1, small)
        self.v.icon(1, large)
        want = [16, 16, *small.view("<u4").ravel().tolist(), 64, 48, *large.view("<u4").ravel().tolist()]
        wait_for("both icons", lambda: self.prop(window, "_NET_WM_ICON") == want)

    def test_dialog_of_an_owner_that_comes_later(self):
        dialog = self.v.show(2, (300, 300, 200, 100), kind=p.DIALOG, flags=p.CLOSABLE | p.MODAL, owner=1)
        self.assertIsNone(dialog.get_wm_transient_for())
        main_window = self.v.show(1, (100, 100, 400, 300))
        wait_for("the owner", lambda: dialog.get_wm_transient_for())
        self.assertEqual(dialog.get_wm_transient_for().id, main_window.id)
        d = self.desktop.display
        self.assertEqual(self.prop(dialog, "_NET_WM_WINDOW_TYPE"), [d.intern_atom("_NET_WM_WINDOW_TYPE_DIALOG")])
        self.assertIn(d.intern_atom("_NET_WM_STATE_MODAL"), self.prop(dialog, "_NET_WM_STATE"))
        hints = dialog.get_wm_normal_hints()
        self.assertEqual((hints.min_width, hints.max_width, hints.min_height, hints.max_height), (200, 200, 100, 100))
        self.assertEqual(self.prop(dialog, "_MOTIF_WM_HINTS"), [3, 4 | 32, 1, 0, 0])

    def pings(self, window):
        """A window manager's: as many as are asked for, and what comes back to the root."""
        d, atom = self.desktop.display, self.desktop.display.intern_atom
        self.desktop.root.change_attributes(event_mask=X.SubstructureNotifyMask)
        self.addCleanup(self.desktop.root.change_attributes, event_mask=X.NoEventMask)
        answers = []

        def ask(number):
            data = (32, [atom("_NET_WM_PING"), number, window.id, 7, 9])
            window.send_event(event.ClientMessage(window=window, client_type=atom("WM_PROTOCOLS"), data=data))
            d.flush()

        def answered():
            while d.pending_events():
                e = d.next_event()
                if e.type == X.ClientMessage and e.client_type == atom("WM_PROTOCOLS") and e.window == self.desktop.root:
                    answers.append(list(e.data[1])[1:])
            return answers
        return ask, answered

    def test_pings_are_the_guests_to_answer(self):
        window = self.v.show(1, (100, 100, 200, 100))
        ask, answered = self.pings(window)
        ask(50)  # of a server that says nothing of it
        wait_for("an answer", lambda: answered() == [[50, window.id, 7, 9]])
        self.v.props(1)
        protocols = lambda: [self.desktop.display.get_atom_name(a) for a in self.prop(window, "WM_PROTOCOLS")]  # noqa: E731
        wait_for("no more pings", lambda: "_NET_WM_PING" not in protocols())
        self.v.props(1, flags=p.PROPS_PINGED)
        wait_for("pings", lambda: "_NET_WM_PING" in protocols())
        for number in range(100, 112):
            ask(number)
        serials = [struct.unpack("=II", self.v.session.expect(p.PING))[1] for _ in range(12)]
        self.v.session.send(p.message(p.PONG, struct.pack("=II", 1, serials[0])))  # given up long ago
        self.v.session.send(p.message(p.PONG, struct.pack("=II", 1, serials[-1] + 1)))  # the last and all before
        wait_for(lambda: f"eight answers; there are {answered()}", lambda: [a[0] for a in answered()[1:]] == [*range(104, 112)])
        self.v.session.send(p.message(p.PONG, struct.pack("=II", 1, serials[-1])))  # again: it has nothing to answer
        ask(200)
        self.v.session.expect(p.PING)
        self.assertEqual(len(answered()), 9)
        # One that nobody will answer any more says nothing of the program.
        self.v.new_session()
        wait_for("the last", lambda: answered()[9:] == [[200, window.id, 7, 9]])

    def test_opacity_leaves_the_policys_border(self):
        window = self.v.show(1, (100, 100, 200, 100))
        opacity = lambda: self.prop(window, "_NET_WM_WINDOW_OPACITY")  # noqa: E731
        self.v.props(1, flags=p.PROPS_TRANSLUCENT, opacity=0x40000000)
        wait_for("it to be translucent", lambda: opacity() == [0x40000000])
        self.v.setup(p.TO_GUEST, border=0x01ff8000)
        wait_for("it to be opaque", lambda: opacity() is None)
        self.v.props(1, flags=p.PROPS_TRANSLUCENT, opacity=0x20000000)
        self.v.setup(p.TO_GUEST)
        wait_for("it to be translucent", lambda: opacity() == [0x20000000])
        self.v.props(1)
        wait_for("it to be opaque", lambda: opacity() is None)

    def test_hints_of_a_terminal(self):
        window = self.v.show(1, (100, 100, 484, 316), hints=(14, 17, 0, 0, 4, 4, 6, 13))
        hints = window.get_wm_normal_hints()
        self.assertEqual((hints.min_width, hints.min_height, hints.base_width, hints.base_height, hints.width_inc,
                          hints.height_inc), (14, 17, 4, 4, 6, 13))
        self.assertEqual(hints.win_gravity, X.StaticGravity)
        self.assertTrue(hints.flags & Xutil.USPosition)

    def test_undecorated(self):
        window = self.v.show(1, (100, 100, 200, 100), flags=p.USUAL | p.UNDECORATED)
        wait_for("no frame", lambda: self.prop(window, "_NET_FRAME_EXTENTS") in ([0, 0, 0, 0], [1, 1, 1, 1]))

    def removed(self):
        """What the desktop is told of launches that are over, as a function."""
        messages = []
        self.desktop.root.change_attributes(event_mask=X.PropertyChangeMask)
        self.addCleanup(self.desktop.root.change_attributes, event_mask=X.NoEventMask)

        def said():
            self.desktop.display.sync()
            while self.desktop.display.pending_events():
                e = self.desktop.display.next_event()
                if e.type == X.ClientMessage and e.data[0] == 8:
                    messages.append(bytes(e.data[1]))
            return b"".join(messages).rstrip(b"\0").decode()
        return said

    def test_a_launch_that_its_program_answers_with_a_window_that_it_has(self):
        """It is activated, as natively, and another program's is not."""
        active = lambda: self.desktop.text_property(self.desktop.root, "_NET_ACTIVE_WINDOW")[0]  # noqa: E731
        asked = lambda n: self.v.session.send(p.message(p.ACTIVE, struct.pack("=II", n, 0)))  # noqa: E731
        self.v.app(1, "one", "casement-demo-one")
        self.v.app(2, "two", "casement-demo-two")
        other = self.v.show(1, (100, 100, 200, 100), app=1)
        window = self.v.show(2, (300, 100, 200, 100), app=2)
        for startup_id in ("host-1-me_TIME0", ""):  # from a terminal
            with self.subTest(startup_id):
                self.desktop.focus(self.foreign(500, 300, 100, 100))
                self.v.session.expect(p.FOCUS, ids(0))
                self.desktop.run("sleep", "0.9")  # in which what the guest says would be an echo
                self.desktop.run("sleep", "0.3")
                removed = self.removed()
                self.v.startup(startup_id, 2)
                asked(1)
                wait_for("the other to ask for attention", lambda: self.desktop.asks_attention(other))
                asked(2)
                wait_for("the window to be active", lambda: active() == window.id)
                self.assertEqual(removed(), f'remove: ID="{startup_id}"' if startup_id else "")

    def test_startup_id_goes_to_the_programs_first_window(self):
        self.v.app(1, "one", "casement-demo-one")
        self.v.app(2, "two", "casement-demo-two")
        removed = self.removed()
        self.v.startup("host-1-me_TIME4711", 2)
        other = self.v.show(1, (100, 100, 200, 100), app=1)
        first = self.v.show(2, (300, 100, 200, 100), app=2)
        second = self.v.show(3, (500, 100, 200, 100), app=2)
        self.assertIsNone(self.prop(other, "_NET_STARTUP_ID"))
        self.assertEqual(self.prop(first, "_NET_STARTUP_ID"), "host-1-me_TIME4711")
        self.assertEqual(self.prop(first, "_NET_WM_USER_TIME"), [4711])
        self.assertIsNone(self.prop(second, "_NET_STARTUP_ID"))
        wait_for("the end of the launch's feedback", lambda: removed() == 'remove: ID="host-1-me_TIME4711"')


class Geometry(ViewCase):
    def configured(self, **kwargs):
        return struct.unpack_from("=IIiiII", self.v.session.expect(p.CONFIGURED, **kwargs))

    def test_position_is_the_client_areas(self):
        window = self.v.show(1, (217, 163, 300, 200))
        self.assertEqual(self.desktop.geometry(window), (217, 163, 300, 200))
        self.assertIsNone(self.v.session.take(p.CONFIGURED))

    def test_edges_as_the_window_manager_says(self):
        window = self.v.show(1, (217, 163, 300, 200))
        edges, cardinal = (self.desktop.display.intern_atom(name) for name in ("_GTK_EDGE_CONSTRAINTS", "CARDINAL"))
        for said, told in ((89, 89), (255, 255), (256, 0)):
            window.change_property(edges, cardinal, 32, [said])
            self.desktop.display.sync()
            self.v.session.expect(p.CONFIGURED, lambda b, told=told: struct.unpack_from("=I", b, 40)[0] == told)

    def test_sizes_are_answered_when_the_guest_has_painted_them(self):
        """The message goes by another process than the size, and comes before or after it."""
        window = self.v.show(1, (100, 120, 300, 200))
        counter = self.desktop.text_property(window, "_NET_WM_SYNC_REQUEST_COUNTER")[0]
        value = sync_counters(self.desktop.env["DISPLAY"])
        for number, width in ((1 << 33 | 5, 320), (1 << 33 | 6, 340), (1 << 33 | 7, 360)):
            for first, second in ((self.ask_size, self.resize), (self.resize, self.ask_size)):
                with self.subTest(width=width, first=first.__name__):
                    number += 10
                    width += 5
                    first(window, number, width)
                    second(window, number, width)
                    body = self.v.session.expect(p.CONFIGURED, lambda b, width=width: struct.unpack_from("=IIiiI", b)[4] == width)
                    self.assertNotEqual(value(counter), number)
                    self.v.buffer(1, picture(width, 200))
                    began = time.monotonic()
                    self.v.commit(1, (100, 120, width, 200), configured=struct.unpack_from("=II", body)[1])
                    wait_for("the answer", lambda number=number: value(counter) == number)
                    self.assertLess(time.monotonic() - began, 0.25, "it came by itself, since the view had waited for too long")

    def resize(self, window, number, width):
        window.configure(width=width)
        while window.get_geometry().width != width:  # wait_for would sleep, and a message comes within a moment
            pass

    def ask_size(self, window, number, width):
        atom = self.desktop.display.intern_atom
        data = (32, [atom("_NET_WM_SYNC_REQUEST"), 0, number & 0xffffffff, number >> 32, 0])
        window.send_event(event.ClientMessage(window=window, client_type=atom("WM_PROTOCOLS"), data=data))
        self.desktop.display.flush()

    def test_title_bar_stays_on_the_screen(self):
        window = self.v.show(1, (0, 0, 300, 200))
        _, _, x, y, width, height = self.configured()
        self.assertEqual((x, y, width, height), self.desktop.geometry(window))
        self.assertGreater(y, 8)
        self.assertEqual((width, height), (300, 200))

    def test_guest_moves_without_drift(self):
        window = self.v.show(1, (200, 200, 300, 200))
        for i in range(12):
            at = (200 + 7 * i, 200 + 5 * (i % 3), 300, 200)
            self.v.commit(1, at, damage=[])
            wait_for(f"{at}", lambda: self.desktop.geometry(window) == at)
        self.assertIsNone(self.v.session.take(p.CONFIGURED))

    def test_host_moves_and_the_guest_follows(self):
        window = self.v.show(1, (200, 200, 300, 200))
        for i in range(6):
            self.desktop.xdotool("windowmove", str(window.id), str(250 + 20 * i), str(210 + 10 * i))
            _, serial, x, y, width, height = self.configured()
            self.assertEqual((x, y, width, height), self.desktop.geometry(window))
            # An answer to what came before is no wish to go back.
            self.v.commit(1, (200, 200, 300, 200), damage=[], configured=serial - 1)
            self.v.commit(1, (x, y, width, height), damage=[], configured=serial)
            self.desktop.display.sync()
            self.assertEqual((x, y, width, height), self.desktop.geometry(window))
        self.assertIsNone(self.v.session.take(p.CONFIGURED))

    def test_guest_resizes_while_the_host_moves(self):
        window = self.v.show(1, (200, 200, 300, 200))
        self.desktop.xdotool("windowmove", str(window.id), "400", "300")
        _, serial, x, y, _, _ = self.configured()
        self.v.buffer(1, picture(350, 250))
        self.v.commit(1, (200, 200, 350, 250), configured=serial - 1)
        wait_for("the host's place and the guest's size", lambda: self.desktop.geometry(window) == (x, y, 350, 250))
        last = self.configured(match=lambda b: struct.unpack_from("=IIiiII", b)[4:] == (350, 250))
        self.assertEqual(last[2:], (x, y, 350, 250))

    def test_screen(self):
        body = self.v.session.expect(p.SCREEN)
        numbers = struct.unpack_from("=iiIIiiIIIIII", body)
        self.assertEqual(numbers[:4], (0, 0, *self.size))
        self.assertEqual(numbers[8], 100)
        self.assertGreaterEqual(numbers[10], 1)
        self.assertEqual(struct.unpack_from("=iiII", body, 64), (0, 0, *self.size))
        self.desktop.run("xrdb", "-merge", input="Xft.dpi: 192\n")
        self.v.session.expect(p.SCREEN, lambda b: struct.unpack_from("=I", b, 32)[0] == 200)
        self.desktop.run("xrdb", "-merge", input="Xft.dpi: 96\n")
        self.desktop.run("xrandr", "--newmode", "small", "60", *"1024 1030 1040 1100 768 770 780 800".split())
        self.desktop.run("xrandr", "--addmode", "screen", "small")
        self.desktop.run("xrandr", "--output", "screen", "--mode", "small")
        body = self.v.session.expect(p.SCREEN, lambda b: struct.unpack_from("=II", b, 8) == (1024, 768))
        self.assertEqual(struct.unpack_from("=I", body, 36)[0], 68182)  # 60 MHz / (1100 * 800)
        self.desktop.run("xrandr", "--output", "screen", "--mode", "1280x800")
        self.v.session.expect(p.SCREEN, lambda b: struct.unpack_from("=II", b, 8) == self.size)

    def test_looks(self):
        looks = lambda body: struct.unpack_from("=I", body, 44)[0]  # noqa: E731
        self.assertEqual(looks(self.v.session.expect(p.SCREEN)) & p.LOOKS_COMPOSITED, 0)
        compositor = self.desktop.spawn("xcompmgr")
        self.v.session.expect(p.SCREEN, lambda b: looks(b) & p.LOOKS_COMPOSITED)
        compositor.terminate()
        self.v.session.expect(p.SCREEN, lambda b: not looks(b) & p.LOOKS_COMPOSITED)

    def test_the_window_managers_name(self):
        looks = struct.unpack_from("=I", self.v.session.expect(p.SCREEN), 44)[0]
        self.assertEqual((looks & p.LOOKS_WM) >> p.LOOKS_WM_SHIFT, 1)  # Openbox, the first of CHAN_WM_NAMES

    def test_compositors_bypass(self):
        self.v.window(1)
        self.v.props(1, flags=p.PROPS_BYPASS)
        self.v.buffer(1, picture(300, 200))
        self.v.commit(1, (200, 200, 300, 200))
        window = wait_for("the window", self.v.all_windows)[0]
        for flags, value in ((p.PROPS_BYPASS, [1]), (p.PROPS_NO_BYPASS, [2]), (p.PROPS_BYPASS | p.PROPS_NO_BYPASS, [0]), (0, None)):
            self.v.props(1, flags=flags)
            wait_for(value, lambda: self.desktop.text_property(window, "_NET_WM_BYPASS_COMPOSITOR") == value)

    def test_a_dark_frame(self):
        self.v.window(1)
        self.v.props(1, flags=p.PROPS_DARK)
        self.v.buffer(1, picture(300, 200))
        self.v.commit(1, (200, 200, 300, 200))
        window = wait_for("the window", self.v.all_windows)[0]
        self.assertEqual(self.desktop.text_property(window, "_GTK_THEME_VARIANT"), "dark")
        self.v.props(1)
        wait_for("none", lambda: self.desktop.text_property(window, "_GTK_THEME_VARIANT") is None)

    def test_only_the_programs_gravity(self):
        self.v.window(1)
        self.v.props(1, size_flags=0)
        self.v.buffer(1, picture(300, 200))
        self.v.commit(1, (200, 200, 300, 200))
        window = wait_for("the window", self.v.all_windows)[0]
        self.assertFalse(window.get_wm_normal_hints().flags & Xutil.PWinGravity)
        self.v.props(1, size_flags=1 << 9, gravity=X.StaticGravity)
        wait_for("the program's gravity", lambda: window.get_wm_normal_hints().flags & Xutil.PWinGravity and
                 window.get_wm_normal_hints().win_gravity == X.StaticGravity)

    def test_own_shadow(self):
        self.v.window(1, flags=p.USUAL | p.UNDECORATED | p.ALPHA)
        self.v.props(1, flags=p.PROPS_FRAME, frame=(11, 12, 13, 14))
        self.v.buffer(1, picture(300, 200))
        self.v.commit(1, (200, 200, 300, 200))
        window = wait_for("the window", self.v.all_windows)[0]
        self.assertEqual(self.desktop.text_property(window, "_GTK_FRAME_EXTENTS"), [11, 12, 13, 14])
        self.assertEqual(window.get_geometry().depth, 32)
        self.v.props(1, flags=p.PROPS_FRAME, frame=(150, 150, 0, 0))  # nothing would be left
        wait_for("no shadow", lambda: self.desktop.text_property(window, "_GTK_FRAME_EXTENTS") is None)
        self.v.props(1, flags=p.PROPS_FRAME, frame=(1, 2, 3, 4))
        wait_for("a shadow", lambda: self.desktop.text_property(window, "_GTK_FRAME_EXTENTS") == [1, 2, 3, 4])
        self.v.props(1)
        wait_for("no shadow", lambda: self.desktop.text_property(window, "_GTK_FRAME_EXTENTS") is None)


class StateCase(ViewCase):
    def states(self, window):
        d = self.desktop.display
        return {d.get_atom_name(a).removeprefix("_NET_WM_STATE_") for a in self.desktop.text_property(window, "_NET_WM_STATE") or []}

    def expect_state(self, state):
        self.v.session.expect(p.STATE, lambda b: p.state(b)[:2] == (1, state))

    def ask(self, window, action, *names):
        d = self.desktop.display
        atoms = [d.intern_atom(f"_NET_WM_STATE_{n}") for n in names]
        d.screen().root.send_event(event.ClientMessage(window=window, client_type=d.intern_atom("_NET_WM_STATE"),
                                                       data=(32, [action, *atoms, *[0] * (4 - len(atoms))])),
                                   X.SubstructureRedirectMask | X.SubstructureNotifyMask)
        d.flush()

    def show_with_props(self, geometry, **props):
        self.v.window(1)
        self.v.props(1, **props)
        self.v.buffer(1, picture(*geometry[2:]))
        self.v.commit(1, geometry)
        return wait_for("the window", self.v.all_windows)[0]


class States(StateCase):
    def test_user_maximises_and_restores(self):
        window = self.v.show(1, (200, 200, 300, 200))
        self.ask(window, 1, "MAXIMIZED_VERT", "MAXIMIZED_HORZ")
        body = self.v.session.expect(p.STATE, lambda b: p.state(b)[:2] == (1, p.S_MAXIMIZED))
        self.assertEqual(p.state(body)[4], 1)  # its size is next
        body = self.v.session.expect(p.CONFIGURED)
        self.assertGreater(struct.unpack_from("=IIiiII", body)[4], 1200)
        _, serial, *geometry = struct.unpack_from("=IIiiII", body)
        self.v.commit(1, (200, 200, 300, 200), damage=[], configured=serial - 1)  # on its way already
        self.v.buffer(1, picture(geometry[2], geometry[3]))
        self.v.commit(1, geometry, state=p.S_MAXIMIZED, configured=serial)
        self.assertIn("MAXIMIZED_VERT", self.states(window))
        self.ask(window, 0, "MAXIMIZED_VERT", "MAXIMIZED_HORZ")
        self.expect_state(p.S_NORMAL)
        self.v.session.expect(p.CONFIGURED, lambda b: struct.unpack_from("=IIiiII", b)[2:] == (200, 200, 300, 200))

    def test_what_the_guest_wanted_before_it_followed_is_left_alone(self):
        """Another place or size than before, too: else each side would go on answering the other."""
        window = self.v.show(1, (200, 200, 300, 200))
        for i, (verb, numbers, wanted) in enumerate((("windowmove", ("400", "300"), (230, 215, 300, 200)),
                                                     ("windowsize", ("360", "280"), (400, 300, 330, 240)))):
            with self.subTest(verb):
                before = self.desktop.geometry(window)
                self.desktop.xdotool(verb, str(window.id), *numbers)
                body = self.v.session.expect(p.CONFIGURED, lambda b, was=before: struct.unpack_from("=iiII", b, 8) != was)
                serial, geometry = struct.unpack_from("=I", body, 4)[0], struct.unpack_from("=iiII", body, 8)
                self.v.buffer(1, picture(*wanted[2:]))
                self.v.commit(1, wanted, configured=serial - 1)
                self.ask(window, i == 0, "ABOVE")  # the window manager does one after the other
                wait_for("the window manager", lambda: ("ABOVE" in self.states(window)) == (i == 0))
                self.assertEqual(self.desktop.geometry(window), geometry)
                self.v.buffer(1, picture(*geometry[2:]))
                self.v.commit(1, geometry, configured=serial)

    def test_a_state_that_the_guest_wanted_before_it_followed_is_left_alone(self):
        window = self.v.show(1, (200, 200, 300, 200))
        self.ask(window, 1, "MAXIMIZED_VERT", "MAXIMIZED_HORZ")
        body = self.v.session.expect(p.STATE, lambda b: p.state(b)[:2] == (1, p.S_MAXIMIZED))
        serial = p.state(body)[3]
        self.v.commit(1, (200, 200, 300, 200), state=p.S_FULLSCREEN, damage=[], state_serial=serial - 1)
        self.ask(window, 1, "ABOVE")  # the window manager does one after the other
        wait_for("the window manager", lambda: "ABOVE" in self.states(window))
        self.assertEqual(self.states(window) & {"FULLSCREEN", "MAXIMIZED_VERT"}, {"MAXIMIZED_VERT"})
        self.v.commit(1, (200, 200, 300, 200), state=p.S_FULLSCREEN, damage=[], state_serial=serial)
        wait_for("full screen", lambda: "FULLSCREEN" in self.states(window))

    def test_another_guest_maximises_a_window_itself(self):
        """It has a place of its own in mind; the host's counts, and so does what the window goes back to on the host."""
        window = self.v.show(1, (200, 200, 300, 200), flags=p.USUAL | p.UNDECORATED)
        self.v.buffer(1, picture(1296, 816))
        self.v.commit(1, (-8, -8, 1296, 816), state=p.S_MAXIMIZED)
        wait_for("it to be maximised", lambda: "MAXIMIZED_HORZ" in self.states(window))
        body = self.v.session.expect(p.CONFIGURED)
        self.assertEqual(struct.unpack_from("=iiII", body, 8), (0, 0, *self.size))
        self.ask(window, 0, "MAXIMIZED_VERT", "MAXIMIZED_HORZ")
        self.expect_state(p.S_NORMAL)
        wait_for("its former place", lambda: self.desktop.geometry(window) == (200, 200, 300, 200))

    def test_above_and_back_before_the_guest_follows(self):
        window = self.show_with_props((200, 200, 300, 200))
        self.ask(window, 1, "ABOVE")
        said = self.v.session.expect(p.STATE, lambda b: p.state(b)[2] == p.STATES_ABOVE)
        self.ask(window, 0, "ABOVE")
        self.v.session.expect(p.STATE, lambda b: p.state(b)[2] == 0)
        self.v.window(1, flags=p.USUAL | p.ABOVE)  # the guest has followed the first
        self.v.props(1, states=p.STATES_ABOVE, states_serial=p.state(said)[3])
        self.v.commit(1, (200, 200, 300, 200))
        self.desktop.display.sync()
        self.assertNotIn("ABOVE", self.states(window))
        self.assertIsNone(self.v.session.take(p.STATE))

    def test_guest_changes_its_state(self):
        window = self.v.show(1, (200, 200, 300, 200))
        self.v.commit(1, (200, 200, 300, 200), state=p.S_FULLSCREEN, damage=[])
        wait_for("full screen", lambda: "FULLSCREEN" in self.states(window))
        self.v.session.expect(p.CONFIGURED, lambda b: struct.unpack_from("=IIiiII", b)[2:] == (0, 0, *self.size))
        self.v.commit(1, (200, 200, 300, 200), state=p.S_NORMAL, damage=[], configured=99)
        wait_for("an ordinary window", lambda: "FULLSCREEN" not in self.states(window))
        self.v.commit(1, (200, 200, 300, 200), state=p.S_MINIMIZED, damage=[], configured=99)
        wait_for("minimised", lambda: "HIDDEN" in self.states(window))
        self.v.commit(1, (200, 200, 300, 200), state=p.S_NORMAL, damage=[], configured=99)
        wait_for("restored", lambda: "HIDDEN" not in self.states(window))
        self.v.commit(1, (200, 200, 300, 200), state=p.S_HIDDEN, damage=[], configured=99)
        wait_for("withdrawn", lambda: not self.v.all_windows())
        self.v.commit(1, (200, 200, 300, 200), state=p.S_NORMAL, damage=[], configured=99)
        wait_for("back", self.v.all_windows)
        self.assertIsNone(self.v.session.take(p.STATE))

    def test_every_state_of_a_guest_of_our_own(self):
        names = ("MAXIMIZED_HORZ", "MAXIMIZED_VERT", "FULLSCREEN", None, "ABOVE", "BELOW", None, "SHADED")
        window = self.show_with_props((200, 200, 300, 200))
        for bit, name in enumerate(names):
            if name:
                self.v.props(1, states=1 << bit)
                wait_for(name, lambda: name in self.states(window))
                self.v.props(1)
                wait_for(f"no {name}", lambda: name not in self.states(window))
        self.v.props(1, states=1 << 8)
        wait_for("all workspaces", lambda: self.desktop.text_property(window, "_NET_WM_DESKTOP") == [0xffffffff])
        self.v.props(1)
        wait_for("one workspace", lambda: self.desktop.text_property(window, "_NET_WM_DESKTOP") == [0])
        self.assertIsNone(self.v.session.take(p.STATE))

    def test_states_of_a_guest_that_says_later_what_they_are(self):
        """Its first window opens before its own channel: by RAIL, which has no others, what is in no taskbar is in no pager."""
        self.v.window(1, flags=p.USUAL | p.SKIP_TASKBAR)
        self.v.buffer(1, picture(300, 200))
        self.v.commit(1, (200, 200, 300, 200), wait=False)
        self.v.props(1, states=1 << 10)
        window = wait_for("the window", self.v.all_windows)[0]
        wait_for("it to be in a pager", lambda: self.states(window) == {"SKIP_TASKBAR"})
        self.assertIsNone(self.v.session.take(p.STATE))

    def test_a_state_that_the_window_manager_refuses_is_told(self):
        self.show_with_props((200, 200, 300, 200))
        self.v.props(1, states=1 << 6)  # openbox has a workspace for sticky windows, and no state
        self.assertEqual(p.state(self.v.session.expect(p.STATE)), (1, p.S_NORMAL, 0, 1, 0))

    def test_a_state_sets_no_other_property_again(self):
        """Mutter sizes a window anew by its aspect when its hints are set to what they are."""
        window = self.show_with_props((200, 200, 300, 200))
        wait_for("it to be on the screen", lambda: window.get_attributes().map_state == X.IsViewable)
        window.change_attributes(event_mask=X.PropertyChangeMask)
        d, names = self.desktop.display, []

        def changed(until):
            events = [d.next_event() for _ in range(d.pending_events())]
            names.extend(d.get_atom_name(e.atom) for e in events if e.type == X.PropertyNotify)
            return until in names
        for title in ("seen", "twice"):  # then the view has read of it, too
            self.v.title(1, title)
            wait_for(title, lambda: self.desktop.title(window) == title)
        names.clear()
        self.v.props(1, states=1 << 4, states_serial=0)
        wait_for("above", lambda: changed("_NET_WM_STATE") and "ABOVE" in self.states(window))
        self.v.title(1, "last")
        wait_for("the title", lambda: changed("_NET_WM_NAME"))
        hints = {"WM_NORMAL_HINTS", "WM_HINTS", "_MOTIF_WM_HINTS", "_NET_WM_WINDOW_TYPE", "_GTK_FRAME_EXTENTS"}
        self.assertEqual(hints & set(names), set())
        self.v.props(1, states=1 << 4, size_flags=1 << 9, gravity=X.StaticGravity)
        wait_for("what is new to be set", lambda: changed("WM_NORMAL_HINTS"))

    def test_what_the_guest_said_before_it_followed_undoes_nothing(self):
        window = self.show_with_props((200, 200, 300, 200))
        self.ask(window, 1, "SHADED")
        self.assertEqual(p.state(self.v.session.expect(p.STATE)), (1, p.S_NORMAL, 1 << 7, 1, 0))
        self.v.props(1, states=1 << 4, states_serial=0)
        self.v.props(1, states=1 << 7 | 1 << 4, states_serial=1)
        wait_for("above", lambda: "ABOVE" in self.states(window))
        self.assertIn("SHADED", self.states(window))

    def test_a_guest_of_our_own_moves_its_client_area(self):
        window = self.show_with_props((200, 200, 300, 200), size_flags=1 << 9, gravity=1)
        # The window manager has placed it somewhere; what was told before that is not the last word.
        body = self.v.session.expect(
            p.CONFIGURED, lambda b: struct.unpack_from("=iiII", b, 8) == self.desktop.geometry(window))
        left, right, top, bottom = struct.unpack_from("=4I", body, 24)
        self.assertEqual([left, right, top, bottom], self.desktop.text_property(window, "_NET_FRAME_EXTENTS"))
        serial = struct.unpack_from("=II", body)[1]
        for i in range(5):
            at = (250 + i * 7, 230 + i, 300, 200)
            self.v.commit(1, at, damage=[], configured=serial)
            wait_for(at, lambda: self.desktop.geometry(window) == at)
        # Where a window manager has another place in mind than it was asked for, it comes to light here.
        self.ask(window, 1, "MAXIMIZED_VERT", "MAXIMIZED_HORZ")
        self.v.session.expect(p.CONFIGURED, lambda b: struct.unpack_from("=IIiiII", b)[4] > 1200)
        self.ask(window, 0, "MAXIMIZED_VERT", "MAXIMIZED_HORZ")
        wait_for(at, lambda: self.desktop.geometry(window) == at)

    def test_a_size_alone_is_asked_for_alone(self):
        """So the window manager keeps what the program's gravity says, natively too."""
        window = self.show_with_props((400, 300, 300, 200), size_flags=1 << 9, gravity=X.SouthEastGravity)
        body = self.v.session.expect(
            p.CONFIGURED, lambda b: struct.unpack_from("=iiII", b, 8) == self.desktop.geometry(window))
        serial, x, y = struct.unpack_from("=Iii", body, 4)
        self.v.buffer(1, picture(350, 260))
        self.v.commit(1, (x, y, 350, 260), configured=serial)
        wait_for("the corner to stay", lambda: self.desktop.geometry(window) == (x - 50, y - 60, 350, 260))

    def test_born_maximised(self):
        self.v.window(1)
        self.v.buffer(1, picture(300, 200))
        self.v.commit(1, (200, 200, 300, 200), state=p.S_MAXIMIZED)
        window = wait_for("the window", self.v.all_windows)[0]
        wait_for("it to be maximised", lambda: "MAXIMIZED_HORZ" in self.states(window))

    def test_close_and_gone(self):
        window = self.v.show(1, (200, 200, 300, 200))
        self.desktop.run("xdotool", "windowactivate", "--sync", str(window.id))
        self.desktop.key("alt+F4")
        self.v.session.expect(p.CLOSE, ids(1))
        self.assertTrue(self.v.all_windows())
        self.v.session.send(p.message(p.WINDOW_GONE, struct.pack("=II", 1, 0)))
        wait_for("the window to go", lambda: not self.v.all_windows())

    def test_attention(self):
        window = self.v.show(1, (200, 200, 300, 200))
        self.v.show(2, (600, 200, 300, 200))
        self.desktop.focus(self.desktop.clients()[-1])
        self.v.session.send(p.message(p.ATTENTION, struct.pack("=II", 1, 0)))
        wait_for("the mark", lambda: "DEMANDS_ATTENTION" in self.states(window))
        self.desktop.focus(window)
        wait_for("the mark to go", lambda: "DEMANDS_ATTENTION" not in self.states(window))

    def test_attention_on_and_off(self):
        """However quickly: openbox 3.6.1 ends when a window goes whose attention ended and began again within 600 ms."""
        wm = next(process for process in self.desktop.started if process.args[0] == "openbox")
        self.v.show(2, (600, 200, 300, 200))
        for i in range(10, 16):
            window = self.v.show(i, (200, 200, 300, 200))
            self.desktop.focus(next(w for w in self.desktop.clients() if w.id != window.id))
            for urgent in (True, False, True):
                self.v.props(i, flags=p.PROPS_URGENT if urgent else 0)
                wait_for("it to be so", lambda window=window, urgent=urgent: ("DEMANDS_ATTENTION" in self.states(window)) == urgent)
            self.v.session.send(p.message(p.WINDOW_GONE, struct.pack("=II", i, 0)))
            self.desktop.run("sleep", "0.7")  # in which it would end
            self.assertIsNone(wm.poll())


    def test_attention_of_one_session_and_the_next(self):
        """As above, where a session ends between: the next one's window is the same for the window manager."""
        wm = next(process for process in self.desktop.started if process.args[0] == "openbox")
        asks = lambda window: "DEMANDS_ATTENTION" in self.states(window)  # noqa: E731
        for i in range(10, 13):
            window = self.v.show(i, (200, 200, 300, 200))
            other = self.foreign(600, 200, 300, 200)
            self.desktop.focus(other)
            self.v.session.send(p.message(p.ATTENTION, struct.pack("=II", i, 0)))
            wait_for("the mark", lambda window=window: asks(window))
            self.v.new_session()
            self.v.window(i)
            self.v.buffer(i, picture(300, 200, i))
            self.v.commit(i, (200, 200, 300, 200))
            wait_for("no mark", lambda window=window: not asks(window))
            since = time.monotonic()
            self.v.session.send(p.message(p.ATTENTION, struct.pack("=II", i, 0)))
            wait_for("the mark again", lambda window=window: asks(window))
            self.assertGreater(time.monotonic() - since, 0.5)
            self.v.session.send(p.message(p.WINDOW_GONE, struct.pack("=II", i, 0)))
            self.desktop.run("sleep", "0.7")  # in which it would end
            self.assertIsNone(wm.poll())


class Refusals(StateCase):
    """A window manager that does nothing at all with a state it does not know; from i3 4.24 on it calls a window that fills
    a workspace maximised by itself."""
    wm, i3_config = "i3", "for_window [all] floating enable"

    def test_a_state_that_the_window_manager_passes_over_is_told(self):
        window = self.show_with_props((200, 200, 300, 200))
        self.v.props(1, states=1 << 0 | 1 << 1)
        self.assertEqual(p.state(self.v.session.expect(p.STATE)), (1, p.S_NORMAL, 0, 1, 0))
        self.assertEqual(self.states(window) - {"FOCUSED"}, set())


class NoSharedMemory(Pixels):
    """The same over the socket, as on a remote display."""
    xvfb_args = ("-extension", "MIT-SHM")


if __name__ == "__main__":
    main()
