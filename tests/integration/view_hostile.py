# SPDX-License-Identifier: Apache-2.0
"""A session that was taken over against casement-view: bad messages cost the session and its windows,
never the view; limits hold."""
import fcntl
import os
import select
import socket
import struct
import time

import view_fixture as p
from view_fixture import ViewCase, ids, main, memfd, message, picture, wait_for


class Hostile(ViewCase):
    def dropped(self, reason=None):
        """The session's socket was closed, its windows are gone, it was logged once, and the view
        goes on with the next session."""
        wait_for("the session to be dropped", self.v.session.closed)
        wait_for("its windows to go", lambda: not self.v.all_windows())
        log = self.v.logged()
        self.assertEqual(log.count("broke the view protocol"), 1, log)
        if reason:
            self.assertIn(reason, log)
        self.v.new_session()
        self.v.session.expect(p.SCREEN)
        pixels = picture(120, 90, 8)
        self.same_pixels(self.v.show(7, (400, 300, 120, 90), pixels), pixels)

    def test_malformed_messages(self):
        bad = [
            b"", b"\0" * 7, message(0), message(99), message(p.SHOWN, bytes(16)), message(p.SCREEN, bytes(40)),
            message(p.WINDOW, bytes(51)), message(p.WINDOW, bytes(52)), message(p.WINDOW, bytes(53)),
            message(p.WINDOW, struct.pack("=13I", 1, 1, 0, 0, 0, *[0] * 8)),       # its own owner
            message(p.WINDOW, struct.pack("=13I", 1, 0, 6, 0, 0, *[0] * 8)),       # kind
            message(p.WINDOW, struct.pack("=13I", 1, 0, 0, 1 << 9, 0, *[0] * 8)),  # flag
            message(p.WINDOW, struct.pack("=13I", 1, 0, 0, 0, 4096, *[0] * 8)),    # application
            message(p.TITLE, struct.pack("=II", 1, 0) + b"x" * 4097),
            message(p.NAMES, struct.pack("=IIBBH", 1, 0, 1, 0, 4097) + b"x" * 4097),
            message(p.NAMES, struct.pack("=IIBB", 1, 0, 1, 1)),  # the first one is the same as the first
            message(p.COMMIT, struct.pack("=IIiiIIIIIII", 1, 1, 0, 0, 0, 10, 1, 0, 0, 0, 0)),
            message(p.COMMIT, struct.pack("=IIiiIIIIIII", 1, 1, 0, 0, 10, 10, 1, 0, 0, 0, 1)),
            message(p.STACK, struct.pack("=II", 513, 0) + bytes(513 * 4)),
            message(p.SOUND, struct.pack("=II", 1, 2) + b"ab"),  # no format
            message(p.CURSOR, struct.pack("=6I", 0, 24, 16, 24, 5, 0)),
            struct.pack("=II", p.ACTIVE, 24) + bytes(8),
        ]
        for packet in bad[1:]:
            with self.subTest(packet=packet[:24].hex()):
                self.v.show(1, (100, 100, 200, 100))
                self.v.session.send(packet)
                wait_for("the session to be dropped", self.v.session.closed)
                wait_for("its windows to go", lambda: not self.v.all_windows())
                self.v.new_session()
                self.v.session.expect(p.SCREEN)
        self.assertEqual(self.v.logged().count("broke the view protocol"), len(bad) - 1)

    def test_too_large_a_packet_is_the_end_of_a_session(self):
        self.v.show(1, (100, 100, 200, 100))
        self.v.session.send(message(p.TITLE, struct.pack("=II", 1, 0) + b"x" * 80000))
        wait_for("the session to be dropped", self.v.session.closed)

    def buffer(self, fd, width=100, height=100, stride=400, ident=50, window=1):
        self.v.session.send(message(p.BUFFER, struct.pack("=6I", ident, window, width, height, stride, 0)), [fd])
        os.close(fd)

    def border_of(self, window):
        """The colours of the outermost three pixels on each side."""
        seen = self.desktop.pixels(window)
        sides = (seen[:3], seen[-3:], seen[:, :3], seen[:, -3:])
        return {tuple(int(c) for c in pixel) for side in sides for pixel in side.reshape(-1, 3)}

    def test_nothing_takes_the_border_or_the_prefix_away(self):
        orange = {(0xff, 0x80, 0x00)}
        self.v.setup(p.TO_GUEST, prefix="[demo] ", border=0x01ff8000)
        window = self.v.show(1, (100, 100, 200, 100), title="Bank")
        has_border = lambda w: lambda: self.border_of(w) == orange  # noqa: E731
        wait_for("the border", has_border(window))
        # Commits all over it while it is looked at.
        for _ in range(50):
            self.v.commit(1, (100, 100, 200, 100), wait=False)
            self.assertEqual(self.border_of(window), orange)
        # A shape without it.
        self.v.session.send(message(p.SHAPE, struct.pack("=IIIIhhHH", 1, 0, 1, 1, 50, 30, 40, 20)))
        self.v.commit(1, (100, 100, 200, 100))
        shape = window.shape_get_rectangles(0).rectangles
        self.assertEqual([(r.x, r.y, r.width, r.height) for r in shape], [(0, 0, 200, 100)])
        self.assertEqual(self.border_of(window), orange)
        # A frameless one, one with alpha, and one that has room for nothing else.
        for ident, flags, size in ((2, p.UNDECORATED, (150, 90)), (3, p.UNDECORATED | p.ALPHA, (150, 90)), (4, 0, (5, 90))):
            other = self.v.show(ident, (400, 100 * ident, *size), flags=p.USUAL | flags)
            wait_for(f"the border of window {ident}", has_border(other))
            self.assertTrue(self.desktop.title(other).startswith("[demo] "))
        # A menu.
        x, y, _, _ = self.desktop.geometry(window)
        self.desktop.xdotool("mousemove", str(x + 50), str(y + 40), "click", "1")
        self.v.session.expect(p.POINTER)
        menu = self.v.show(5, (x + 50, y + 40, 120, 160), kind=p.POPUP, owner=1)
        wait_for("the menu's border", has_border(menu))
        # Titles that would look as if they had none, or another one.
        for text in ("\u202e]omed[ Bank", "\n\n\n", "", "[host] Bank"):
            self.v.title(1, text)
            self.v.commit(1, (100, 100, 200, 100))
            wait_for("the prefix", lambda: self.desktop.title(window).startswith("[demo] "))
            self.assertNotIn("\u202e", self.desktop.title(window))

    def test_buffer_shorter_than_it_says(self):
        self.v.show(1, (100, 100, 200, 100))
        self.buffer(memfd(bytes(100 * 400 - 1)))
        self.dropped("39999 bytes where 40000 are named")

    def test_buffer_that_could_shrink(self):
        self.v.show(1, (100, 100, 200, 100))
        self.buffer(memfd(bytes(100 * 400), seals=fcntl.F_SEAL_GROW))
        self.dropped("could shrink")

    def test_buffer_that_is_no_memory(self):
        self.v.show(1, (100, 100, 200, 100))
        r, w = os.pipe()
        os.close(w)
        self.buffer(r)
        self.dropped("not in a memfd")

    def test_icon_that_is_no_memory_does_not_block(self):
        self.v.show(1, (100, 100, 200, 100))
        r, w = os.pipe()
        self.v.session.send(message(p.ICON, struct.pack("=IIII", 1, 16, 16, 0)), [r])
        os.close(r)
        self.dropped("an image of 1024 bytes has only 0")
        os.close(w)

    def test_missing_and_surplus_descriptors(self):
        self.v.show(1, (100, 100, 200, 100))
        self.v.session.send(message(p.BUFFER, struct.pack("=6I", 50, 1, 10, 10, 40, 0)))
        self.dropped("malformed")
        count = self.open_files()
        for _ in range(20):
            fd = memfd(bytes(400))
            self.v.session.send(message(p.WINDOW_GONE, struct.pack("=II", 1, 0)), [fd, fd, fd])
            os.close(fd)
            wait_for("the session to be dropped", self.v.session.closed)
            self.v.new_session()
            self.v.session.expect(p.SCREEN)
        self.assertLessEqual(self.open_files(), count + 1)

    def open_files(self):
        return len(os.listdir(f"/proc/{self.v.process.pid}/fd"))

    def test_damage_outside_the_buffer(self):
        self.v.show(1, (100, 100, 200, 100))
        self.v.commit(1, (100, 100, 200, 100), damage=[(190, 0, 11, 5)], wait=False)
        self.dropped("not handed over")

    def test_another_windows_buffer(self):
        self.v.show(1, (100, 100, 200, 100))
        self.v.show(2, (100, 300, 200, 100))
        self.v.commit(1, (100, 100, 200, 100), buffer=self.v.buffers[2], wait=False)
        self.dropped("not handed over")

    def test_unknown_windows_are_answered(self):
        self.v.title(77, "nobody")
        self.v.session.send(message(p.WINDOW_GONE, struct.pack("=II", 77, 0)))
        self.buffer(memfd(bytes(40000)), window=77)
        self.v.commit(77, (0, 0, 10, 10), state=p.S_HIDDEN)
        self.assertEqual(self.v.all_windows(), [])

    def test_six_hundred_windows(self):
        before = self.v.rss_mib()
        for i in range(1, 601):
            self.v.window(i)
            if i % 10 == 0:
                self.v.buffer(i, picture(20, 20))
                self.v.commit(i, (i, i % 500 + 50, 20, 20))
        self.v.commit(600, (0, 0, 20, 20), state=p.S_HIDDEN, damage=[])
        log = self.v.logged()
        self.assertEqual(log.count("more than 512 windows"), 1, log)
        wait_for("those within the limit", lambda: len(self.v.all_windows()) == 51)
        self.assertLess(self.v.rss_mib() - before, 16)

    def test_limit_of_the_policy(self):
        self.v.setup(p.TO_GUEST, max_windows=3)
        for i in range(1, 6):
            self.v.window(i)
            self.v.buffer(i, picture(20, 20))
            self.v.commit(i, (100 + 50 * i, 100, 20, 20))
        wait_for("three windows", lambda: len(self.v.all_windows()) == 3)
        self.v.session.send(message(p.WINDOW_GONE, struct.pack("=II", 2, 0)))
        self.v.show(9, (500, 300, 30, 30))

    def test_more_pixels_than_allowed(self):
        self.v.show(1, (100, 100, 200, 100))
        side, fds = 11500, []
        fd = os.memfd_create("large", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        os.truncate(fd, side * side * 4)
        fcntl.fcntl(fd, fcntl.F_ADD_SEALS, p.SEALS)
        for i in range(3):
            self.v.session.send(message(p.BUFFER, struct.pack("=6I", 60 + i, 1, side, side, side * 4, 0)), [fd])
        os.close(fd)
        self.dropped("too many buffers")

    def test_same_buffer_twice(self):
        self.v.show(1, (100, 100, 200, 100))
        for _ in range(2):
            self.buffer(memfd(bytes(40000)))
        self.dropped("one twice")

    def test_commits_without_waiting(self):
        window = self.v.show(1, (100, 100, 200, 100))
        self.v.session.drop_all()
        last = 0
        for i in range(4000):
            last = self.v.commit(1, (100, 100, 200, 100), damage=[(0, 0, 64, 64)], wait=False)
            if i % 100 == 0:
                self.v.session.poll()
        self.v.session.expect(p.SHOWN, lambda b: struct.unpack_from("=II", b) == (1, last), timeout=30)
        shown = sum(k == p.SHOWN for k, _, _ in self.v.session.seen)
        self.assertEqual(shown, 3999)
        self.assertTrue(window.get_geometry().width)

    def test_extreme_geometry(self):
        pixels = picture(50, 40)
        window = self.v.show(1, (100, 100, 50, 40), pixels)
        for geometry in ((-32767, -32767, 50, 40), (32767, 32767, 50, 40), (0, 0, 16384, 1), (0, 0, 1, 16384),
                         (-16384, 5, 16384, 16384), (300, 300, 50, 40)):
            self.v.commit(1, geometry, damage=[], configured=0x7fffffff)
        wait_for("it to be back", lambda: self.desktop.geometry(window) == (300, 300, 50, 40))
        self.same_pixels(window, pixels)

    def test_sizes_of_hints_at_their_limits(self):
        window = self.v.show(1, (100, 100, 50, 40), hints=(16384, 16384, 16384, 16384, 16383, 16383, 1024, 1024))
        self.v.window(1, hints=(0, 0, 0, 0, 16383, 0, 1024, 0))
        self.v.window(1)
        self.v.commit(1, (100, 100, 50, 40))
        self.assertTrue(window.get_wm_normal_hints())

    def test_a_session_that_does_not_read(self):
        window = self.v.show(1, (100, 100, 200, 100))
        self.desktop.focus(window)
        self.v.session.expect(p.FOCUS, ids(1))
        # Its answers (24 bytes each) fill the socket and then the bounded queue (8 MiB): then it is dropped
        # at once, also when there is always more to read. What both sockets hold at most is some hundreds.
        packet = message(p.COMMIT, struct.pack("=IIiiIIIIIII", 1, 1, 100, 100, 200, 100, self.v.buffers[1].id, 0, 0, 0, 0))
        self.v.session.sock.settimeout(20)
        try:
            for _ in range(8 * 1024 * 1024 // 24 + 1500):
                self.v.session.sock.send(packet)
        except OSError:
            pass
        else:
            self.fail("the session was not dropped")
        self.assertIn("does not read", self.v.logged())
        self.assertLess(self.v.rss_mib(), 60)

    # ---- storms: what a guest may cost the host's own windows (rdpbridge/limits.h)

    def storm(self, said, seconds=2.0):
        """Sends said(n), as fast as the view takes it, for a while. Returns how many were sent."""
        sock, sent = self.v.session.sock, 0
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            try:
                sock.send(said(sent), socket.MSG_DONTWAIT)
                sent += 1
            except BlockingIOError:
                self.v.session.drop_all()
                select.select([sock], [sock], [], 0.05)
            if sent % 64 == 0:
                self.v.session.drop_all()
        return sent

    def throttled(self, sent, cost_us, seconds=2.0):
        """No more than the limit allows, with what a socket holds; and it was said once, with the guest's name."""
        allowed_us = 250000 + seconds * 250000
        self.assertLess(sent, allowed_us / cost_us + 600)
        log = self.v.logged()
        self.assertEqual(log.count("guest demo: its windows, icons or pointer change more often"), 1, log)

    def test_title_storm(self):
        window = self.v.show(1, (100, 100, 200, 100))
        sent = self.storm(lambda n: message(p.TITLE, struct.pack("=II", 1, 0) + b"title %d" % n))
        self.throttled(sent, 600)
        self.v.title(1, "the last")
        wait_for("the last title", lambda: self.desktop.title(window) == "the last")

    def test_clipboard_storm(self):
        sent = self.storm(lambda n: message(p.CLIP_OFFER, struct.pack("=IIII", 1, n + 1, 0, 0)))
        self.throttled(sent, 3000)

    def test_move_storm(self):
        window = self.v.show(1, (100, 100, 200, 100))
        buffer = self.v.buffers[1].id

        def move(n):
            return message(p.COMMIT, struct.pack("=IIiiIIIIIII", 1, n + 2, 100 + n % 500, 100, 200, 100, buffer, 0, 1 << 30,
                                                 1 << 30, 0))
        self.throttled(self.storm(move), 3000)
        self.v.commit(1, (333, 222, 200, 100), damage=[], configured=1 << 30, wait=False)
        wait_for("the last place", lambda: self.desktop.geometry(window)[:2] == (333, 222))

    def test_storm_of_flags(self):
        self.v.show(1, (100, 100, 200, 100))
        shown = p.UNDECORATED | p.MODAL | p.ABOVE | p.SKIP_TASKBAR

        def flags(n):
            return message(p.WINDOW, struct.pack("=13I", 1, 0, p.NORMAL, p.USUAL | (0, shown)[n % 2], p.APP_NONE, *[0] * 8))
        self.throttled(self.storm(flags), 4000)

    def test_storm_of_raises_after_a_press(self):
        shown, order = {i: self.v.show(i, (20 * i, 20 * i, 200, 100)) for i in range(1, 7)}, list(range(1, 7))

        def raises(n):
            order.insert(0, order.pop())
            return message(p.STACK, struct.pack("=II6I", 6, 0, *order))
        self.press_on(shown[6])
        # 0.1 ms for each message, and 3 ms for a raise every 10 ms of whatever was raised in those.
        self.throttled(self.storm(raises, 1.4), 100, 1.4)

    def test_storm_of_windows_that_come_and_go(self):
        own = self.foreign(20, 20, 300, 200)
        fd = memfd(bytes(100 * 100 * 4))
        sent, until = 0, time.monotonic() + 2
        self.v.session.sock.settimeout(10)
        while time.monotonic() < until:
            ident = 100 + sent
            self.v.window(ident)
            self.v.session.send(message(p.BUFFER, struct.pack("=6I", ident, ident, 100, 100, 400, 0)), [fd])
            self.v.session.send(message(p.COMMIT, struct.pack("=IIiiIIIIIII", ident, 1, 100, 100, 100, 100, ident, 0, 0, 0, 0)))
            self.v.session.send(message(p.WINDOW_GONE, struct.pack("=II", ident, 0)))
            self.v.session.drop_all()
            sent += 1
        os.close(fd)
        self.assertLess(sent, 200)
        self.assertIn("guest demo: its windows, icons or pointer change more often", self.v.logged())
        self.assertTrue(self.desktop.text_property(self.desktop.root, "_NET_SUPPORTING_WM_CHECK"))
        self.assertTrue(own.get_geometry().width)

    def active(self):
        value = self.desktop.text_property(self.desktop.root, "_NET_ACTIVE_WINDOW")
        return value[0] if value else 0

    def opens(self, ident, **props):
        """A new window, and what is active once the window manager has it."""
        window = self.v.show(ident, (400, 300, 200, 100), **props)
        wait_for("it to be managed", lambda: window.id in [w.id for w in self.desktop.clients()])
        self.desktop.display.sync()
        return window

    def test_windows_that_nobody_asked_for_stop_taking_the_focus(self):
        own, since, stolen = self.foreign(20, 20, 300, 200), time.monotonic(), 0
        for i in range(1, 9):
            self.opens(i)
        self.desktop.focus(own)
        for i in range(9, 21):
            window = self.opens(i)
            stack = [w.id for w in self.desktop.clients()]
            if self.active() != own.id or stack.index(window.id) > stack.index(own.id):
                stolen += 1
                self.desktop.focus(own)
        self.assertLessEqual(stolen, (time.monotonic() - since) // 30)
        # After a press in one of the guest's windows they may again.
        self.desktop.focus(window)
        self.press_on(window)
        answer = self.opens(30)
        wait_for("the answer to a press to be active", lambda: self.active() == answer.id)

    def test_popup_over_the_whole_screen_without_a_press(self):
        own = self.foreign(20, 20, 300, 200)
        self.v.show(1, (400, 300, 200, 100))
        self.desktop.focus(own)
        self.v.session.expect(p.FOCUS, ids(0))
        popup = self.v.show(2, (0, 0, *self.size), kind=p.POPUP, flags=p.UNDECORATED | p.ABOVE, owner=1)
        self.assertFalse(popup.get_attributes().override_redirect)
        wait_for("it to be managed", lambda: popup.id in [w.id for w in self.desktop.clients()])
        self.assertEqual(self.active(), own.id)
        stack = [w.id for w in self.desktop.clients()]
        self.assertLess(stack.index(popup.id), stack.index(own.id))

    def test_keys_meant_for_another_window_let_no_more_take_the_focus(self):
        own, since, stolen = self.foreign(20, 20, 300, 200), time.monotonic(), 0
        for i in range(1, 25):
            self.desktop.focus(own)
            self.v.session.drop_all()
            window = self.opens(i)
            self.desktop.display.sync()
            if self.active() == window.id:
                stolen += 1
                self.v.session.expect(p.FOCUS, ids(i))
                self.desktop.xdotool("key", "a")
                self.v.session.expect(p.KEY)
        self.assertLessEqual(stolen, 8 + (time.monotonic() - since) // 30)

    def wants_attention(self, window):
        states = self.desktop.text_property(window, "_NET_WM_STATE") or []
        return self.desktop.display.intern_atom("_NET_WM_STATE_DEMANDS_ATTENTION") in states

    def asks(self, ident):
        self.v.session.send(message(p.ACTIVE, struct.pack("=II", ident, 0)))

    def test_one_press_moves_the_focus_a_few_times(self):
        shown = {i: self.v.show(i, (20 * i, 20 * i, 200, 100)) for i in range(1, 13)}
        self.desktop.focus(self.foreign(500, 20, 300, 200))
        # Not before the last one has been there for a while.
        wait_for("attention without a press", lambda: self.asks(12) or self.wants_attention(shown[12]), 15)
        self.desktop.focus(shown[12])
        self.v.session.expect(p.FOCUS, ids(12))
        self.press_on(shown[12])
        for i in range(1, 9):
            self.asks(i)
            wait_for(f"window {i} to be active", lambda i=i: self.active() == shown[i].id)
        self.asks(9)
        wait_for("attention instead", lambda: self.wants_attention(shown[9]))
        self.assertEqual(self.active(), shown[8].id)
        self.press_on(shown[8])
        self.asks(10)
        wait_for("the next press to count", lambda: self.active() == shown[10].id)

    def test_a_press_that_the_broker_tells_of_counts_as_one_in_a_window(self):
        shown = {i: self.v.show(i, (20 * i, 20 * i, 200, 100)) for i in range(1, 12)}
        own = self.foreign(500, 20, 300, 200)
        self.desktop.focus(own)
        wait_for("attention without a press", lambda: self.asks(11) or self.wants_attention(shown[11]), 15)
        self.desktop.focus(shown[11])  # and from then on 11 is what the guest says back
        self.v.session.expect(p.FOCUS, ids(11))
        self.desktop.focus(own)
        self.v.session.expect(p.FOCUS, ids(0))
        self.v.broker.send(message(p.CTL_PRESSED))
        self.v.broker.send(message(p.CTL_RAISE, struct.pack("=II", 10, 0)))
        self.v.session.expect(p.FOCUS, ids(10))  # so the press has counted, too
        for i in (11, *range(1, 8)):
            self.asks(i)
            wait_for(f"window {i} to be active", lambda i=i: self.active() == shown[i].id)
        self.asks(9)
        wait_for("attention instead", lambda: self.wants_attention(shown[9]))
        self.assertEqual(self.active(), shown[7].id)

    def test_a_session_cannot_say_that_the_user_pressed(self):
        self.v.show(1, (400, 300, 200, 100))
        self.v.session.send(message(p.CTL_PRESSED))
        wait_for("the session to be dropped", self.v.session.closed)

    def stacked(self, *windows):
        stack = [w.id for w in self.desktop.clients()]
        return [stack.index(w.id) for w in windows]

    def test_what_opens_below_takes_no_other_window_along(self):
        guests = self.v.show(1, (400, 300, 200, 100))
        own = self.foreign(20, 20, 300, 200)
        self.desktop.focus(guests)
        self.v.session.expect(p.FOCUS, ids(1))
        self.desktop.focus(own)
        self.v.session.expect(p.FOCUS, ids(0))
        beneath = self.foreign(500, 20, 300, 200)
        self.desktop.focus(guests)
        self.desktop.focus(own)
        self.assertEqual(self.stacked(beneath, guests, own), sorted(self.stacked(beneath, guests, own)))
        popup = self.v.show(2, (0, 0, *self.size), kind=p.POPUP, flags=p.UNDECORATED | p.ABOVE, owner=1)
        wait_for("it to be below", lambda: self.stacked(popup) == [0])
        # Dialogs without an owner, until one has to open quietly.
        for i in range(3, 13):
            dialog = self.opens(i, kind=p.DIALOG)
            self.desktop.focus(own)
        wait_for("it to be below", lambda: self.stacked(dialog) == [0])
        self.assertEqual(self.stacked(beneath, guests, own), sorted(self.stacked(beneath, guests, own)))

    def test_popup_that_grows_over_the_whole_screen(self):
        own = self.foreign(20, 20, 300, 200)
        self.v.show(1, (400, 300, 200, 100))
        self.desktop.focus(own)
        self.v.session.expect(p.FOCUS, ids(0))
        popup = self.v.show(2, (500, 400, 50, 50), kind=p.POPUP, flags=p.UNDECORATED | p.ABOVE, owner=1)
        self.v.commit(2, (0, 0, *self.size), damage=[])

        def below():
            stack = [w.id for w in self.desktop.clients()]
            return self.desktop.geometry(popup)[2] > 500 and stack.index(popup.id) < stack.index(own.id)
        wait_for("it to be large, and below", below)
        self.assertEqual(self.active(), own.id)

    def test_nothing_is_read_before_the_policy(self):
        v = p.View(self.desktop, setup=False)
        v.window(1)
        v.buffer(1, picture(50, 40))
        v.commit(1, (100, 100, 50, 40), wait=False)
        v.session.expect(p.SCREEN)
        v.broker.expect(p.CTL_VIEW_READY)
        self.assertEqual(v.all_windows(), [])
        v.setup(p.TO_GUEST)
        v.session.expect(p.SHOWN)
        wait_for("the window", v.all_windows)
        v.close()


if __name__ == "__main__":
    main()
