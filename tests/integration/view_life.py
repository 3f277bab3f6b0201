# SPDX-License-Identifier: Apache-2.0
"""Who outlives whom, seen from casement-view: its session, its broker, its display; and what it costs."""
import contextlib
import os
import pathlib
import signal
import socket
import struct
import subprocess
import time
import unittest

from Xlib import display as xlib_display

import view_fixture as p
from view_fixture import BUILD, End, View, ViewCase, ids, main, message, picture, wait_for

# A broker for the session bus to activate: listens where a view that lost its broker connects, and
# hands over to the test what it got. $1: a folder.
BROKER = '''
import os, socket, sys
folder = sys.argv[1]
server = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
os.makedirs(os.environ["XDG_RUNTIME_DIR"] + "/casement", exist_ok=True)
server.bind(os.environ["XDG_RUNTIME_DIR"] + "/casement/control")
server.listen(4)
test = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
test.connect(folder + "/test")
import gi
from gi.repository import Gio, GLib
bus = Gio.bus_get_sync(Gio.BusType.SESSION)
Gio.bus_own_name_on_connection(bus, "org.casement.Broker1", 0, None, None)
def accept(*_):
    view, _ = server.accept()
    socket.send_fds(test, [b"view"], [view.fileno()])
    return True
GLib.io_add_watch(server.fileno(), GLib.IO_IN, accept)
GLib.MainLoop().run()
'''


class Session(ViewCase):
    def test_windows_wait_for_a_new_session_without_blinking(self):
        pixels, other = picture(300, 200), picture(200, 150, 2)
        self.v.app(1, "one", "casement-demo-one")
        window = self.v.show(1, (100, 120, 300, 200), pixels, "One", app=1)
        second = self.v.show(2, (500, 120, 200, 150), other, "Two", app=1)
        frame = window.query_tree().parent
        frame.change_attributes(event_mask=p.X.StructureNotifyMask)
        window.change_attributes(event_mask=p.X.StructureNotifyMask)
        self.v.session.sock.close()
        # Frozen, and served from the last picture.
        cover = self.desktop.root.create_window(150, 150, 100, 100, 0, p.X.CopyFromParent, override_redirect=True,
                                                background_pixel=0xff00)
        cover.map()
        self.desktop.display.sync()
        cover.destroy()
        self.same_pixels(window, pixels)
        self.v.new_session()
        self.v.session.expect(p.SCREEN)
        self.v.session.expect(p.LAYOUT)
        # The guest's ids may be others now.
        changed = picture(300, 200, 3)
        self.v.window(71, app=1)
        self.v.title(71, "One")
        self.v.buffer(71, changed)
        self.v.commit(71, (100, 120, 300, 200))
        self.same_pixels(window, changed)
        wait_for("the window that did not come back to go", lambda: [w.id for w in self.v.all_windows()] == [window.id])
        self.desktop.display.sync()
        events = []
        while self.desktop.display.pending_events():
            events.append(self.desktop.display.next_event())
        self.assertFalse([e for e in events if e.type in (p.X.UnmapNotify, p.X.DestroyNotify) and e.window.id == window.id], events)
        self.desktop.focus(window)
        self.v.session.expect(p.FOCUS, ids(71))
        self.assertNotEqual(second.id, window.id)

    def again(self, place=(200, 200, 300, 200)):
        """The window of one session and then the next one's."""
        self.v.new_session()
        self.v.window(1)
        self.v.buffer(1, picture(place[2], place[3], 3))
        self.v.commit(1, place, wait=False)

    def test_a_new_session_is_told_what_the_pointer_rests_in(self):
        """Without it a guest takes presses for others'."""
        window = self.v.show(1, (200, 200, 300, 200))
        x, y, _, _ = self.desktop.geometry(window)
        self.desktop.xdotool("mousemove", str(x + 40), str(y + 40))
        self.v.session.expect(p.ENTER, ids(1))
        self.again()
        self.v.session.expect(p.ENTER, ids(1))
        self.desktop.xdotool("click", "1")
        self.v.session.expect(p.POINTER, lambda b: struct.unpack_from("=II", b) == (1, p.UP))

    def test_a_new_session_has_the_modifiers_that_are_held(self):
        window = self.v.show(1, (200, 200, 300, 200))
        self.desktop.focus(window)
        self.v.session.expect(p.FOCUS, ids(1))
        self.desktop.xdotool("keydown", "Shift_L")
        self.addCleanup(self.desktop.xdotool, "keyup", "Shift_L")
        self.v.session.expect(p.KEY)
        self.again()
        self.v.session.expect(p.FOCUS, ids(1))
        self.desktop.xdotool("key", "a")
        keys = [struct.unpack("=II", self.v.session.expect(p.KEY)) for _ in range(3)]
        self.assertEqual(keys, [(42, 1), (30, 1), (30, 0)])

    def test_a_former_sessions_pointer_lock(self):
        """The next one's window of that number is another program's, which has not asked for it."""
        self.v.show(1, (200, 200, 300, 200))
        self.v.session.send(message(p.LOCK, struct.pack("=II", 1, 1)))
        self.again((400, 300, 500, 400))
        wait_for("its size", lambda: [self.desktop.geometry(w)[2:] for w in self.v.all_windows()] == [(500, 400)])
        window = self.v.all_windows()[0]
        self.desktop.focus(window)
        self.v.session.expect(p.FOCUS, ids(1))
        x, y, _, _ = self.desktop.geometry(window)
        self.desktop.xdotool("mousemove", str(x + 40), str(y + 40), "click", "1")
        self.v.session.expect(p.POINTER, lambda b: struct.unpack_from("=II", b) == (1, p.UP))
        self.desktop.xdotool("mousemove", str(x + 60), str(y + 50))
        self.v.session.expect(p.POINTER, lambda b: struct.unpack_from("=IIii", b) == (1, p.MOVE, x + 60, y + 50))

    def test_a_new_session_is_told_the_focus(self):
        self.v.app(1, "one", "casement-demo-one")
        window = self.v.show(1, (100, 120, 300, 200), title="One", app=1)
        other = self.v.show(2, (500, 120, 200, 150), title="Two", app=1)
        self.desktop.focus(window)
        self.v.session.expect(p.FOCUS, ids(1))
        self.v.session.sock.close()
        self.v.new_session()
        self.v.session.expect(p.SCREEN)
        for ident, title, geometry in ((72, "Two", (500, 120, 200, 150)), (71, "One", (100, 120, 300, 200))):
            self.v.window(ident, app=1)
            self.v.title(ident, title)
            self.v.buffer(ident, picture(*geometry[2:]))
            self.v.commit(ident, geometry)
        self.v.session.expect(p.FOCUS, ids(71))
        self.assertEqual({w.id for w in self.v.all_windows()}, {window.id, other.id})
        self.desktop.key("a")
        self.v.session.expect(p.KEY)

    def test_windows_close_when_no_session_comes(self):
        self.v.show(1, (100, 120, 300, 200))
        begin = time.monotonic()
        self.v.session.sock.close()
        wait_for("the window to go", lambda: not self.v.all_windows())
        self.assertGreater(time.monotonic() - begin, 4)
        self.assertIsNone(self.v.process.poll())
        self.v.new_session()
        self.v.show(1, (100, 120, 300, 200))

    def test_quit(self):
        self.v.show(1, (100, 120, 300, 200))
        self.v.broker.send(message(p.CTL_QUIT))
        self.assertEqual(self.v.process.wait(10), 0)
        self.assertTrue(self.v.session.closed())

    def test_raise(self):
        window = self.v.show(1, (100, 120, 300, 200))
        self.v.show(2, (200, 220, 300, 200))
        self.desktop.focus(self.desktop.clients()[-1])
        self.desktop.xdotool("windowminimize", str(window.id))
        wait_for("minimised", lambda: len(self.v.all_windows()) == 1)
        self.v.broker.send(message(p.CTL_RAISE, struct.pack("=II", 1, 0)))
        wait_for("the window on top", lambda: self.desktop.clients()[-1].id == window.id and len(self.v.all_windows()) == 2)
        self.v.session.expect(p.FOCUS, ids(1))

    def test_broken_broker_message_is_ignored(self):
        self.v.broker.send(message(99))
        self.v.broker.send(message(p.CTL_APP, bytes(12)))
        self.v.broker.send(b"x")
        self.v.show(1, (100, 120, 300, 200))


class Broker(ViewCase):
    def setUp(self):
        folder = self.desktop.folder("data/dbus-1/services")
        self.service = folder / "org.casement.Broker1.service"
        self.control = pathlib.Path(self.desktop.env["XDG_RUNTIME_DIR"]) / "casement/control"
        self.control.unlink(missing_ok=True)
        super().setUp()

    def serve(self):
        script = self.desktop.base / "broker.py"
        script.write_text(BROKER)
        self.service.write_text(f"[D-BUS Service]\nName=org.casement.Broker1\nExec=/usr/bin/python3 {script} {self.desktop.base}\n")
        self.reload()
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        path = self.desktop.base / "test"
        path.unlink(missing_ok=True)
        listener.bind(str(path))
        listener.listen(1)
        listener.settimeout(20)
        self.addCleanup(listener.close)
        return listener

    def reload(self):
        self.desktop.run("dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.DBus", "/",
                         "org.freedesktop.DBus.ReloadConfig")

    def test_adoption(self):
        listener = self.serve()
        pixels = picture(300, 200)
        window = self.v.show(1, (100, 120, 300, 200), pixels)
        self.v.broker.sock.close()
        test, _ = listener.accept()
        test.settimeout(20)
        _, fds, _, _ = socket.recv_fds(test, 16, 1)
        broker = End(socket.socket(fileno=fds[0]))
        self.addCleanup(broker.sock.close)
        body, sent = broker.expect(p.CTL_ADOPT)
        session_pid, view_pid, guest = struct.unpack("=II64s", body)
        self.assertEqual((session_pid, view_pid, guest.rstrip(b"\0")), (0, self.v.process.pid, b"demo"))
        # The session got the other end of what the broker got.
        _, given = self.v.session.expect(p.CONTROL)
        os.write(sent[0], b"hello")
        self.assertEqual(os.read(given[0], 16), b"hello")
        for fd in (*sent, *given):
            os.close(fd)
        broker.expect(p.CTL_VIEW_READY)
        # It is the broker now.
        self.v.broker = broker
        self.v.setup(p.TO_GUEST, prefix="new: ")
        wait_for("the new prefix", lambda: self.desktop.title(window) == "new: ")
        self.same_pixels(window, pixels)
        test.close()
        for pid in self.desktop.ours():
            if b"broker.py" in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes():
                os.kill(pid, signal.SIGKILL)

    def test_no_broker_to_be_had(self):
        self.service.unlink(missing_ok=True)
        self.reload()
        pixels = picture(300, 200)
        window = self.v.show(1, (100, 120, 300, 200), pixels)
        self.v.broker.sock.close()
        wait_for("one line", lambda: self.v.logged().count("could not be started again") == 1)
        changed = picture(300, 200, 5)
        self.v.buffer(1, changed)
        self.v.commit(1, (100, 120, 300, 200))
        self.same_pixels(window, changed)
        self.v.session.sock.close()
        self.assertEqual(self.v.process.wait(10), 0)  # nothing is left to do
        self.assertEqual(self.v.logged().count("could not be started again"), 1)


class Killed(ViewCase):
    """What "kill" and "force quit" of window managers do to a window."""

    def show(self, ident, **props):
        self.v.window(ident)
        self.v.props(ident, flags=p.PROPS_DARK, **props)
        return self.v.show(ident, (10 * ident, 120, 90, 80), picture(90, 80, ident), f"Window {ident}")

    def pid_of(self, window):
        return self.v.pid_of(window)

    def told(self, *idents, process):
        for ident in idents:
            self.v.session.expect(p.KILL, lambda b, ident=ident: struct.unpack("=II", b) == (ident, process))
        self.assertIsNone(self.v.session.take(p.KILL))

    def test_one_program_by_its_client(self):
        first, second, other = self.show(1, program=5), self.show(2, program=5), self.show(3, program=6)
        self.assertEqual(self.pid_of(first), self.pid_of(second))
        self.assertNotIn(self.pid_of(other), (self.pid_of(first), self.v.process.pid))
        first.kill_client()
        self.desktop.display.sync()
        self.told(1, 2, process=0)
        self.assertEqual([w.id for w in self.v.all_windows()], [other.id])
        for ident in (1, 2):
            self.v.session.send(p.message(p.WINDOW_GONE, struct.pack("=II", ident, 0)))
        self.same_pixels(self.show(4, program=5), picture(90, 80, 4))

    def test_its_process(self):
        window, other = self.show(1, program=5), self.show(2, program=6)
        os.kill(self.pid_of(window), signal.SIGTERM)
        self.told(1, process=1)
        self.assertEqual([w.id for w in self.v.all_windows()], [other.id])

    def test_comes_back_while_the_guest_has_it(self):
        window = self.show(1, program=5)
        before = self.desktop.geometry(window)
        window.kill_client()
        self.desktop.display.sync()
        self.told(1, process=0)
        self.v.title(1, "Still there")
        again = wait_for("it to come back", self.v.all_windows)[0]
        self.same_pixels(again, picture(90, 80, 1))
        self.assertEqual(self.desktop.title(again), "Still there")
        self.assertEqual(self.desktop.geometry(again), before)
        self.assertEqual(self.desktop.text_property(again, "_GTK_THEME_VARIANT"), "dark")

    def test_a_process_that_crashes_ends_no_program(self):
        window = self.show(1, program=5)
        pid = self.pid_of(window)
        os.kill(pid, signal.SIGSEGV)
        again = wait_for("it to come back", lambda: [w for w in self.v.all_windows() if self.pid_of(w) != pid])[0]
        self.same_pixels(again, picture(90, 80, 1))
        self.assertIsNone(self.v.session.take(p.KILL))

    def test_a_menu_does_not_come_back(self):
        """It may be over; when its program paints it again, it is not."""
        window = self.show(1, program=5)
        x, y, _, _ = self.desktop.geometry(window)
        self.desktop.xdotool("mousemove", str(x + 50), str(y + 40), "click", "1")
        self.v.session.expect(p.POINTER)
        self.v.window(2, kind=p.POPUP, owner=1)
        self.v.props(2, program=5)
        self.assertTrue(self.v.show(2, (x + 50, y + 40, 60, 60), kind=p.POPUP, owner=1).get_attributes().override_redirect)
        pid = self.pid_of(window)
        os.kill(pid, signal.SIGSEGV)
        wait_for("the window to come back", lambda: [w for w in self.v.all_windows() if self.pid_of(w) != pid])
        self.v.commit(1, (10, 120, 90, 80))
        self.assertEqual(len(self.v.all_windows()), 1)
        self.v.commit(2, (x + 50, y + 40, 60, 60))
        wait_for("the menu", lambda: len(self.v.all_windows()) == 2)

    def test_what_comes_back_was_not_launched(self):
        window = self.show(1, program=5)
        pid = self.pid_of(window)
        self.v.startup("host-1-me_TIME4711")
        os.kill(pid, signal.SIGSEGV)
        again = wait_for("it to come back", lambda: [w for w in self.v.all_windows() if self.pid_of(w) != pid])[0]
        self.assertIsNone(self.desktop.text_property(again, "_NET_STARTUP_ID"))
        launched = self.show(2, program=6)
        self.assertTrue(self.desktop.text_property(launched, "_NET_STARTUP_ID"))

    def test_all_of_a_desktop_ends_no_program(self):
        """Each of its processes is ended, as by a log-out, in any order."""
        window = self.show(1, program=5)
        os.kill(self.pid_of(window), signal.SIGTERM)
        wait_for("its window to go", lambda: not self.v.all_windows())
        self.v.process.terminate()
        self.assertEqual(self.v.process.wait(10), 0)
        self.v.session.poll()
        self.assertIsNone(self.v.session.take(p.KILL))

    def test_waits_for_a_server_that_somebody_grabs(self):
        """A further window of a program cannot be made meanwhile: those that there are stay."""
        window = self.show(1, program=5)
        self.v.window(2)
        self.v.props(2, program=5)
        self.v.buffer(2, picture(90, 80, 2))
        self.v.commit(1, (10, 120, 90, 80))  # it has all of that
        with self.grabbed():
            self.v.commit(2, (200, 120, 90, 80), wait=False)
            wait_for("the view to give up asking", lambda: "casement-holder does not answer" in self.v.logged())
        self.v.session.expect(p.SHOWN, lambda body: struct.unpack_from("=II", body) == (2, 1))
        self.assertIn(window.id, [w.id for w in self.v.all_windows()])
        third = wait_for("a third in the program's name", lambda: self.third_of(self.pid_of(window)))
        self.assertEqual(len(self.v.all_windows()), 3)
        self.same_pixels(window, picture(90, 80, 1))
        third.kill_client()
        self.desktop.display.sync()
        self.told(1, 3, process=0)

    @contextlib.contextmanager
    def grabbed(self):
        grabber = xlib_display.Display(self.desktop.env["DISPLAY"])
        grabber.grab_server()
        grabber.sync()
        try:
            yield
        finally:
            grabber.close()

    def third_of(self, pid):
        third = self.show(3, program=5)
        if self.pid_of(third) == pid:
            return third
        self.v.session.send(p.message(p.WINDOW_GONE, struct.pack("=II", 3, 0)))
        wait_for("it to go", lambda: third.id not in [w.id for w in self.v.all_windows()])
        return None

    def test_more_programs_than_processes(self):
        windows = [self.show(ident, program=ident) for ident in range(1, 36)]
        pids = [self.pid_of(w) for w in windows]
        self.assertEqual(len(set(pids)), 33)
        self.assertEqual(pids.count(self.v.process.pid), 3)


class Cost(ViewCase):
    def wakeups(self):
        status = pathlib.Path(f"/proc/{self.v.process.pid}/status").read_text()
        return sum(int(line.split()[1]) for line in status.splitlines() if "ctxt_switches" in line)

    def test_idle_view_sleeps(self):
        window = self.v.show(1, (100, 120, 300, 200))
        self.desktop.focus(window)
        self.v.session.expect(p.FOCUS, ids(1))
        self.quiet()
        before, begin = self.wakeups(), time.monotonic()
        self.assertIsNone(self.v.session.take(p.KEY))
        try:
            wait_for("anything at all from the view", lambda: self.v.session.take(p.SCREEN), 5)
        except p.Failure:
            pass
        rate = (self.wakeups() - before) / (time.monotonic() - begin)
        self.assertLessEqual(rate, 2)

    def quiet(self):
        """Until a second has passed without a wake-up."""
        def still():
            before = self.wakeups()
            try:
                wait_for("", lambda: self.wakeups() != before, 1.2)
                return False
            except p.Failure:
                return True
        wait_for("the view to rest", still, 30)

    @unittest.skipIf("asan" in str(BUILD), "sanitizers keep shadow memory")
    def test_memory(self):
        self.v.show(1, (100, 120, 300, 200))
        self.assertLess(self.v.rss_mib(), 20)
        print(f"RssAnon + RssFile {self.v.rss_mib():.1f} MiB")


class CommandLine(unittest.TestCase):
    def run_view(self, *argv, env=None, **kwargs):
        return subprocess.run([BUILD / "bin/casement-view", *argv], capture_output=True, text=True, timeout=20,
                              env={"PATH": os.environ["PATH"], **(env or {})}, **kwargs)

    def sockets(self):
        pairs = [socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET) for _ in range(2)]
        for pair in pairs:
            for s in pair:
                self.addCleanup(s.close)
        fds = tuple(pair[0].fileno() for pair in pairs)
        return [f"--control-fd={fds[0]}", f"--session-fd={fds[1]}"], fds

    def test_help_and_version(self):
        self.assertIn("--control-fd", self.run_view("--help").stdout)
        self.assertRegex(self.run_view("--version").stdout, r"^casement-view [0-9.]+\n$")

    def test_wrong_arguments(self):
        for argv in ([], ["--nonsense"], ["extra"], ["--control-fd=0", "--session-fd=1"], ["--control-fd=99", "--session-fd=98"]):
            done = self.run_view(*argv)
            self.assertEqual(done.returncode, 2, argv)
            self.assertTrue(done.stderr.startswith("casement-view: "))

    def test_no_display(self):
        argv, fds = self.sockets()
        done = self.run_view(*argv, pass_fds=fds)
        self.assertEqual((done.returncode, done.stderr), (3, "casement-view: no X display: DISPLAY is not set\n"))
        done = self.run_view(*argv, pass_fds=fds, env={"DISPLAY": ":4711"})
        self.assertEqual(done.returncode, 3)
        self.assertIn('cannot open the X display ":4711"', done.stderr)

    def test_display_lost(self):
        desktop = p.Desktop(BUILD, (640, 480), None, (), False)
        with desktop:
            v = View(desktop)
            v.window(1)
            v.buffer(1, picture(50, 50))
            v.commit(1, (10, 10, 50, 50))
            desktop.display.close()
            desktop.display = None
            next(s for s in desktop.started if "Xvfb" in s.args[0]).kill()
            self.assertEqual(v.process.wait(10), 4)
            self.assertIn("display was lost", v.logged())


if __name__ == "__main__":
    main()
