# SPDX-License-Identifier: Apache-2.0
"""Clipboard of casement-view, with xclip as the host's program."""
import os
import struct
import subprocess
import threading
import time

import view_fixture as p
from Xlib import X, Xatom, display as xdisplay
from Xlib.protocol import event as xevent
from view_fixture import ViewCase, main, message, wait_for

TEXT, HTML, PNG, BMP = 1, 2, 4, 8
CLIPBOARD, PRIMARY = 0, 1
NAMES = ("clipboard", "primary")
MAX = 64 * 1024 * 1024


class Clipboard(ViewCase):
    def xclip(self, *argv, input=None, timeout=20, selection=CLIPBOARD):
        return subprocess.run(["xclip", "-selection", NAMES[selection], *argv], env=self.desktop.env, input=input,
                              stdout=subprocess.PIPE if input is None else subprocess.DEVNULL, timeout=timeout, check=True).stdout

    def copy_on_host(self, data, target="UTF8_STRING", selection=CLIPBOARD):
        self.v.session.drop_all()
        self.xclip("-i", "-t", target, input=data, selection=selection)

    def offered(self, kinds=TEXT, selection=CLIPBOARD):
        body = self.v.session.expect(p.HOST_CLIP, lambda b: struct.unpack("=IIII", b)[0::2] == (kinds, selection))
        return struct.unpack("=IIII", body)[1]

    def want(self, serial, kind=TEXT, selection=CLIPBOARD, timeout=20):
        self.v.session.send(message(p.CLIP_WANT, struct.pack("=IIII", kind, serial, selection, 0)))
        content = []
        while True:
            body = self.v.session.expect(p.CLIP_DATA, lambda b: struct.unpack_from("=III", b)[0::2] == (serial, selection),
                                         timeout=timeout)
            content.append(body[16:])
            if struct.unpack_from("=II", body)[1]:
                return b"".join(content)

    def test_host_to_guest(self):
        self.copy_on_host("Gr\u00fc\u00dfe \u4e2d\u6587".encode())
        serial = self.offered()
        self.assertIsNone(self.v.session.take(p.CLIP_DATA))  # on demand only
        self.assertEqual(self.want(serial), "Gr\u00fc\u00dfe \u4e2d\u6587".encode())
        self.assertEqual(self.want(serial + 5), b"")

    def test_text_of_an_old_program(self):
        self.copy_on_host(b"caf\xe9", target="STRING")
        self.assertEqual(self.want(self.offered()), "caf\u00e9".encode())

    def test_owner_that_does_not_say_what_it_has(self):
        """It has text, most likely; what the one before had counts no more."""
        self.copy_on_host(b"first")
        self.offered()
        d = xdisplay.Display(self.desktop.env["DISPLAY"])
        self.addCleanup(d.close)
        window = d.screen().root.create_window(0, 0, 1, 1, 0, X.CopyFromParent)
        window.set_selection_owner(d.intern_atom("CLIPBOARD"), X.CurrentTime)
        d.sync()

        def answer(kind):
            """The next request for anything, with a text if it is for that."""
            e = wait_for("a request", lambda: d.pending_events() and d.next_event())
            while e.type != X.SelectionRequest:
                e = wait_for("a request", lambda: d.pending_events() and d.next_event())
            self.assertEqual(e.target, kind)
            if kind == Xatom.STRING:
                e.requestor.change_property(e.property, kind, 8, b"second")
            e.requestor.send_event(xevent.SelectionNotify(time=e.time, requestor=e.requestor, selection=e.selection, target=e.target,
                                                         property=e.property if kind == Xatom.STRING else X.NONE))
            d.flush()
        answer(d.intern_atom("TARGETS"))
        serial = self.offered()
        self.v.session.send(message(p.CLIP_WANT, struct.pack("=IIII", TEXT, serial, CLIPBOARD, 0)))
        answer(Xatom.STRING)
        body = self.v.session.expect(p.CLIP_DATA)
        self.assertEqual(body[16:], b"second")

    def test_kinds_to_guest(self):
        for target, kind, data in (("text/html", HTML, b"<b>x</b>"), ("image/png", PNG, b"\x89PNG\0\xff"), ("image/bmp", BMP, b"BM\0")):
            self.copy_on_host(data, target)
            serial = self.offered(kind)
            self.assertEqual(self.want(serial, kind), data)
            self.assertEqual(self.want(serial, TEXT), b"")  # it has none

    def test_primary_to_guest(self):
        self.copy_on_host(b"copied")
        self.offered()
        self.copy_on_host(b"selected", selection=PRIMARY)
        self.assertEqual(self.want(self.offered(selection=PRIMARY), selection=PRIMARY), b"selected")

    def test_large_text_to_guest(self):
        text = "".join(f"line {i} \u00e9\n" for i in range(120000)).encode()
        self.assertGreater(len(text), 1500000)
        self.copy_on_host(text)
        self.assertEqual(self.want(self.offered()), text)

    def test_host_has_no_content(self):
        self.copy_on_host(b"text")
        self.offered()
        self.copy_on_host(b"e4 e5", target="application/x-chess-pgn")
        self.offered(0)

    def offer(self, serial, kinds=TEXT, selection=CLIPBOARD):
        self.v.session.send(message(p.CLIP_OFFER, struct.pack("=IIII", kinds, serial, selection, 0)))

    def answer(self, content, size=30000, selection=CLIPBOARD):
        body = self.v.session.expect(p.CLIP_WANT, lambda b: struct.unpack("=IIII", b)[2] == selection)
        kind, serial = struct.unpack_from("=II", body)
        for at in range(0, max(len(content), 1), size):
            last = at + size >= len(content)
            head = struct.pack("=IIII", serial, last, selection, 0)
            self.v.session.send(message(p.CLIP_DATA, head + content[at:at + size]))
        return serial, kind

    def paste(self, *argv, selection=CLIPBOARD):
        return subprocess.Popen(["xclip", "-selection", NAMES[selection], "-o", *argv], env=self.desktop.env,
                                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)

    def pasted(self, process):
        out, _ = process.communicate(timeout=60)
        return out

    def owner(self, name="CLIPBOARD"):
        return self.desktop.display.get_selection_owner(self.desktop.display.intern_atom(name))

    def owner_is_the_view(self, name="CLIPBOARD"):
        owner = self.owner(name)
        return owner and owner.query_tree().parent.id == self.desktop.root.id and owner.get_geometry().x == -10

    def test_guest_to_host(self):
        self.offer(3)
        wait_for("the selection", self.owner_is_the_view)
        self.assertIsNone(self.v.session.take(p.CLIP_WANT))  # on demand only
        reader = self.paste("-t", "UTF8_STRING")
        self.assertEqual(self.answer("na\u00efve \u4e2d".encode()), (3, TEXT))
        self.assertEqual(self.pasted(reader).decode(), "na\u00efve \u4e2d")
        reader = self.paste("-t", "TARGETS")
        self.assertIn(b"UTF8_STRING", self.pasted(reader))
        self.offer(4, kinds=0)
        wait_for("the selection to be given up", lambda: not self.owner_is_the_view())

    def test_kinds_to_host(self):
        self.offer(3, TEXT | HTML | PNG)
        wait_for("the selection", self.owner_is_the_view)
        targets = self.pasted(self.paste("-t", "TARGETS")).split()
        self.assertEqual({b"text/html", b"image/png", b"UTF8_STRING", b"TIMESTAMP"} - set(targets), set())
        self.assertNotIn(b"image/bmp", targets)
        for target, kind, data in (("text/html", HTML, "<b>\u00fc</b>".encode()), ("image/png", PNG, b"\x89PNG\r\n\0\xff")):
            reader = self.paste("-t", target)
            self.assertEqual(self.answer(data), (3, kind))
            self.assertEqual(self.pasted(reader), data)
        # Two programs, two kinds, at once.
        readers = [self.paste("-t", "text/html"), self.paste("-t", "image/png")]
        contents = {}
        for _ in readers:
            body = self.v.session.expect(p.CLIP_WANT)
            kind = struct.unpack_from("=I", body)[0]
            contents[kind] = b"<i>" if kind == HTML else b"\x89P"
            self.v.session.send(message(p.CLIP_DATA, struct.pack("=IIII", 3, 1, 0, 0) + contents[kind]))
        self.assertEqual([self.pasted(r) for r in readers], [b"<i>", b"\x89P"])

    def test_primary_to_host(self):
        self.offer(3)
        self.offer(8, selection=PRIMARY)
        wait_for("the selections", lambda: self.owner_is_the_view("PRIMARY") and self.owner_is_the_view())
        reader = self.paste(selection=PRIMARY)
        self.assertEqual(self.answer(b"selected", selection=PRIMARY), (8, TEXT))
        self.assertEqual(self.pasted(reader), b"selected")
        self.xclip("-i", input=b"of the host", selection=PRIMARY)
        wait_for("the host's program to have it", lambda: not self.owner_is_the_view("PRIMARY"))
        self.assertTrue(self.owner_is_the_view())

    def test_large_text_to_host(self):
        text = ("0123456789abcde\n" * 60000).encode()
        self.offer(5)
        wait_for("the selection", self.owner_is_the_view)
        reader = self.paste("-t", "UTF8_STRING")
        self.answer(text)
        self.assertEqual(self.pasted(reader), text)

    def test_bytes_that_are_no_text(self):
        self.offer(6)
        wait_for("the selection", self.owner_is_the_view)
        for size in (30000, 1):  # whole, and cut within characters
            reader = self.paste("-t", "UTF8_STRING")
            self.answer(b"a\xffb\0c\xe4\xb8\xad\xe4\xb8", size)
            self.assertEqual(self.pasted(reader).decode().rstrip("\ufffd"), "a\ufffdb c\u4e2d")

    def test_more_than_the_limit_is_cut(self):
        self.offer(7)
        wait_for("the selection", self.owner_is_the_view)
        reader = self.paste("-t", "UTF8_STRING")
        self.answer(b"x" * (MAX + 1024 * 1024), size=32768)
        self.assertLessEqual(len(self.pasted(reader)), MAX)

    def frame_s(self):
        """How long a frame takes until it is shown."""
        begun = time.monotonic()
        self.v.commit(1, (10, 10, 40, 30))
        return time.monotonic() - begun

    def test_painting_goes_on_while_much_is_copied(self):
        self.v.show(1, (10, 10, 40, 30))
        data = os.urandom(1 << 20) * 64
        self.copy_on_host(data, "image/png")
        serial = self.offered(PNG)
        self.v.session.send(message(p.CLIP_WANT, struct.pack("=IIII", PNG, serial, CLIPBOARD, 0)))
        came, longest, last = [], 0, 0
        while not last:
            body = self.v.session.take(p.CLIP_DATA)
            if body is None:
                longest = max(longest, self.frame_s())
                continue
            last = struct.unpack_from("=II", body)[1]
            came.append(body[16:])
        self.assertEqual(b"".join(came), data)
        print(f"to the guest: a frame took {longest * 1000:.0f} ms at most")
        self.assertLess(longest, 0.2)
        self.offer(5, PNG)
        wait_for("the selection", self.owner_is_the_view)
        reader = self.paste("-t", "image/png")
        self.answer(data, 32768)
        longest = 0
        out = []
        thread = threading.Thread(target=lambda: out.append(reader.communicate(timeout=60)[0]))
        thread.start()
        while thread.is_alive():
            longest = max(longest, self.frame_s())
        self.assertEqual(out[0], data)
        print(f"to the host: a frame took {longest * 1000:.0f} ms at most")
        self.assertLess(longest, 0.2)

    def raw_owner(self):
        d = xdisplay.Display(self.desktop.env["DISPLAY"])
        window = d.screen().root.create_window(0, 0, 1, 1, 0, d.screen().root_depth)
        window.set_selection_owner(d.intern_atom("CLIPBOARD"), X.CurrentTime)
        d.flush()
        return d, window

    def request(self, d, target):
        def one():
            while d.pending_events():
                e = d.next_event()
                if e.type == X.SelectionRequest and e.target == target:
                    return e
            return None
        return wait_for("a request", one)

    def respond(self, d, e, kind, size, data):
        e.requestor.change_property(e.property, kind, size, data)
        e.requestor.send_event(xevent.SelectionNotify(time=e.time, requestor=e.requestor, selection=e.selection,
                                                      target=e.target, property=e.property))
        d.flush()

    def test_thousands_of_formats(self):
        self.v.session.drop_all()
        d, window = self.raw_owner()
        e = self.request(d, d.intern_atom("TARGETS"))
        targets = [d.intern_atom("text/x-nonsense"), Xatom.STRING] * 5000 + [d.intern_atom("image/png")]
        targets[77] = d.intern_atom("text/html")
        self.respond(d, e, Xatom.ATOM, 32, targets)
        self.offered(TEXT | HTML)
        d.close()

    def test_owner_dies_in_the_middle(self):
        self.v.session.drop_all()
        d, window = self.raw_owner()
        png = d.intern_atom("image/png")
        self.respond(d, self.request(d, d.intern_atom("TARGETS")), Xatom.ATOM, 32, [png])
        serial = self.offered(PNG)
        self.v.session.send(message(p.CLIP_WANT, struct.pack("=IIII", PNG, serial, CLIPBOARD, 0)))
        e = self.request(d, png)
        e.requestor.change_attributes(event_mask=X.PropertyChangeMask)
        self.respond(d, e, d.intern_atom("INCR"), 32, [1 << 20])
        wait_for("the piece to be asked for", lambda: [1 for _ in range(d.pending_events())
                 for n in [d.next_event()] if n.type == X.PropertyNotify and n.state == 1])
        e.requestor.change_property(e.property, png, 8, b"begin")
        d.flush()
        begun = time.monotonic()
        d.close()
        body = self.v.session.expect(p.CLIP_DATA)
        self.assertEqual((struct.unpack("=IIII", body)), (serial, 1, CLIPBOARD, 0))
        self.assertLess(time.monotonic() - begun, 2)

    def test_requestor_that_never_reads(self):
        self.offer(5, PNG)
        wait_for("the selection", self.owner_is_the_view)
        d = xdisplay.Display(self.desktop.env["DISPLAY"])
        window = d.screen().root.create_window(0, 0, 1, 1, 0, d.screen().root_depth)
        refused = []
        for i in range(20):
            window.convert_selection(d.intern_atom("CLIPBOARD"), d.intern_atom("image/png"), d.intern_atom(f"P{i}"), X.CurrentTime)
            d.flush()
            self.answer(b"x" * 100000)
            refused.append(wait_for("an answer", lambda: [e for _ in range(d.pending_events()) for e in [d.next_event()]
                                                          if e.type == X.SelectionNotify])[0].property == 0)
        self.assertEqual((refused[0], refused[-1]), (False, True))  # a few are held, no more
        reader = self.paste("-t", "image/png")
        self.answer(b"small")
        self.assertEqual(self.pasted(reader), b"small")
        d.close()  # its transfers end with it
        reader = self.paste("-t", "image/png")
        self.answer(b"y" * 100000)
        self.assertEqual(self.pasted(reader), b"y" * 100000)

    def test_the_end_while_somebody_reads(self):
        self.offer(5, PNG)
        wait_for("the selection", self.owner_is_the_view)
        d = xdisplay.Display(self.desktop.env["DISPLAY"])
        window = d.screen().root.create_window(0, 0, 1, 1, 0, d.screen().root_depth)
        for i in range(2):
            window.convert_selection(d.intern_atom("CLIPBOARD"), d.intern_atom("image/png"), d.intern_atom(f"P{i}"), X.CurrentTime)
            d.flush()
            self.answer(b"x" * 300000)
            wait_for("the first piece", lambda: [e for _ in range(d.pending_events()) for e in [d.next_event()]
                                                 if e.type == X.SelectionNotify])
        self.assertEqual(self.v.close(), 0)
        d.close()

    def test_policy(self):
        self.v.setup(0)
        for selection in (CLIPBOARD, PRIMARY):
            self.copy_on_host(b"secret", selection=selection)
            self.offer(9, selection=selection)
        self.v.commit(99, (0, 0, 1, 1), state=p.S_HIDDEN)  # a round trip
        for name in ("CLIPBOARD", "PRIMARY"):
            self.assertFalse(self.owner_is_the_view(name))
        self.assertIsNone(self.v.session.take(p.HOST_CLIP))
        self.assertEqual(self.want(1), b"")
        self.v.setup(p.TO_GUEST)
        self.assertEqual(self.want(self.offered()), b"secret")
        self.offer(10)
        self.assertEqual(self.want(99), b"")  # a round trip
        self.assertFalse(self.owner_is_the_view())
        self.v.setup(p.TO_HOST)
        self.assertEqual(self.want(1), b"")
        self.offer(11)
        wait_for("the selection", self.owner_is_the_view)
        self.v.setup(0)  # taken back: nothing of the guest stays
        wait_for("the selection to be given up", lambda: not self.owner_is_the_view())


if __name__ == "__main__":
    main()
