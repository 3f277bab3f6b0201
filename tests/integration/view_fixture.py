# SPDX-License-Identifier: Apache-2.0
"""A real casement-view on a display of its own, with the test at the session's and the broker's end
of its sockets. The structs are written out here a second time, from rdpbridge/viewproto.h and
channel/control.h, so that a change of the wire by accident does not pass."""
import fcntl
import mmap
import os
import pathlib
import select
import signal
import socket
import struct
import subprocess
import sys
import unittest

import numpy as np
from Xlib import X
from Xlib.protocol import display as xlib_display, event as xlib_event

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
from harness import Failure, HostDesktop, children_of, wait_for  # noqa: E402,F401

BUILD = pathlib.Path(os.environ["CASEMENT_BUILD"])

(WINDOW, TITLE, ICON, BUFFER, BUFFER_GONE, COMMIT, WINDOW_GONE, STACK, ACTIVE, MOVE_LOOP, CURSOR, SOUND_OPEN,
 SOUND, SOUND_CLOSE, CLIP_OFFER, CLIP_WANT, CLIP_DATA, ATTENTION, PROPS,
 SHAPE) = range(1, 21)
LOCK, PONG, NAMES, SETTLED, RECORD, RECORD_OVER, GROUP, WORKSPACE = 23, 24, 26, 28, 29, 30, 31, 32
(SCREEN, LAYOUT, SHOWN, KEY, POINTER, FOCUS, CONFIGURED, STATE, CLOSE, ENTER, SOUND_PLAYED, CONTROL, HOST_CLIP,
 LOCKS) = range(40, 54)
PING, KILL, KEYMAP, PACE, INPUT, SETTLE, RECORDED, WORKSPACES, PLACED = 57, 58, 59, 61, 62, 63, 64, 65, 66
NORMAL, DIALOG, POPUP, TOOLTIP, SPLASH, UTILITY = range(6)
RESIZABLE, CLOSABLE, MINIMIZABLE, MAXIMIZABLE, UNDECORATED, ALPHA, MODAL, ABOVE, SKIP_TASKBAR = (1 << i for i in range(9))
USUAL = RESIZABLE | CLOSABLE | MINIMIZABLE | MAXIMIZABLE
S_NORMAL, S_MINIMIZED, S_MAXIMIZED, S_FULLSCREEN, S_HIDDEN = range(5)
MOVE, DOWN, UP, WHEEL, SHIFT, UNLOCKED = range(6)
LOOKS_FOCUS_MARKED, LOOKS_COMPOSITED, LOOKS_OWN_SHADOWS = 1, 2, 4
TYPE_POPUP_MENU = 9
LOOKS_WM_SHIFT = 3
LOOKS_WM = 0x1f << LOOKS_WM_SHIFT
PROPS_INPUT_SAID, PROPS_TAKES_FOCUS = 1 << 0, 1 << 2
PROPS_URGENT, PROPS_FRAME, PROPS_BYPASS, PROPS_NO_BYPASS, PROPS_DARK, PROPS_PINGED, PROPS_TRANSLUCENT = (
    1 << 5, 1 << 7, 1 << 8, 1 << 9, 1 << 10, 1 << 12, 1 << 13)
STATES_ABOVE = 1 << 4
OWNER_NONE, OWNER_WINDOW, OWNER_ALL = range(3)

CTL_SETUP, CTL_APP, CTL_QUIT = 1, 2, 3
CTL_SESSION, CTL_STARTUP, CTL_RAISE, CTL_PRESSED = 20, 21, 22, 23
CTL_VIEW_READY, CTL_VIEW_STATUS, CTL_ADOPT, CTL_RECORDING = 60, 61, 62, 63
TO_GUEST, TO_HOST, SOUND_ALLOWED, MICROPHONE_ALLOWED = 1, 2, 4, 1 << 9
APP_NONE = 0xffff

SEALS = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL


def memfd(data, seals=SEALS):
    fd = os.memfd_create("test", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    os.truncate(fd, len(data))
    os.pwrite(fd, data, 0)
    if seals:
        fcntl.fcntl(fd, fcntl.F_ADD_SEALS, seals)
    return fd


def message(kind, body=b""):
    return struct.pack("=II", kind, 8 + len(body)) + body


def picture(width, height, seed=1):
    """Random opaque pixels, so that no two places look alike. height × width × 4, BGRX."""
    p = np.random.default_rng(seed).integers(0, 256, (height, width, 4), np.uint8)
    p[:, :, 3] = 255
    return p


class Buffer:
    """Pixels of a window as the session has them: shared with the view."""

    def __init__(self, ident, pixels, stride=None):
        self.id, (self.height, self.width, _) = ident, pixels.shape
        self.stride = stride or self.width * 4
        self.fd = memfd(bytes(self.stride * self.height))
        self.map = mmap.mmap(self.fd, self.stride * self.height)
        rows = np.frombuffer(self.map, np.uint8).reshape(self.height, self.stride)
        self.pixels = rows[:, :self.width * 4].reshape(self.height, self.width, 4) if self.stride == self.width * 4 else None
        rows[:, :self.width * 4] = pixels.reshape(self.height, self.width * 4)

    def close(self):
        os.close(self.fd)


class End:
    """Our end of one of the view's sockets."""

    def __init__(self, sock):
        self.sock = sock
        self.seen = []

    def send(self, packet, fds=()):
        socket.send_fds(self.sock, [packet], list(fds))

    def poll(self, timeout=0.0):
        """Reads what is there; False at the end of the stream."""
        while select.select([self.sock], [], [], timeout)[0]:
            timeout = 0
            try:
                data, fds, _, _ = socket.recv_fds(self.sock, 65536, 4)
            except ConnectionResetError:
                return False
            if not data:
                return False
            kind, size = struct.unpack_from("=II", data)
            assert size == len(data), (kind, size, len(data))
            self.seen.append((kind, data[8:], fds))
        return True

    def closed(self):
        return not self.poll()

    def take(self, kind, match=lambda body: True):
        """The first message of a kind that fits, taken out of what was seen; None if there is none."""
        self.poll()
        for i, (k, body, fds) in enumerate(self.seen):
            if k == kind and match(body):
                del self.seen[i]
                return (body, fds) if fds else body
        return None

    def expect(self, kind, match=lambda body: True, timeout=10):
        # In a list, since a body may be empty.
        return wait_for(lambda: f"message {kind}; there are {[(k, b[:24].hex()) for k, b, _ in self.seen]}",
                        lambda: [m for m in [self.take(kind, match)] if m is not None], timeout)[0]

    def drop_all(self):
        self.poll()
        self.seen.clear()


def state(body):
    """Of STATE: window, state, states, serial, and whether its CONFIGURED is next."""
    return struct.unpack("=IIIII", body)


def ids(n):
    return lambda body: struct.unpack_from("=I", body)[0] == n


class View:
    """casement-view and both its peers."""

    def __init__(self, desktop, flags=TO_GUEST | TO_HOST | SOUND_ALLOWED, env=None, setup=True, **settings):
        self.desktop = desktop
        control, view_control = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        session, view_session = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        fds = (view_control.fileno(), view_session.fileno())
        self.log = desktop.base / f"view-{len(desktop.started)}.log"
        with open(self.log, "ab") as out:
            self.process = subprocess.Popen(
                [BUILD / "bin/casement-view", f"--control-fd={fds[0]}", f"--session-fd={fds[1]}"], pass_fds=fds,
                env={**desktop.env, **(env or {})}, stdout=out, stderr=out, stdin=subprocess.DEVNULL)
        desktop.started.append(self.process)
        view_control.close()
        view_session.close()
        self.broker, self.session = End(control), End(session)
        self.buffers, self.serials, self.next_buffer = {}, {}, 1
        try:
            if setup:
                self.setup(flags, **settings)
                self.broker.expect(CTL_VIEW_READY)
        except Failure as failure:
            raise Failure(f"{failure}; exit code {self.process.poll()}; log: {self.logged()}") from None

    def close(self):
        self.process.terminate()
        code = self.process.wait(10)
        for end in (self.broker, self.session):
            end.sock.close()
        return code

    # ---- the broker's part

    def setup(self, flags, max_windows=512, guest="demo", prefix="", border=0):
        self.broker.send(message(CTL_SETUP, struct.pack("=II64s513s64s3x3I", flags, max_windows, guest.encode(), guest.encode(),
                                                        prefix.encode(), border, 0, 0)))

    def app(self, index, app_id, wm_class, name="A program"):
        self.broker.send(message(CTL_APP, struct.pack("=II201s280s513s513s769s", index, 0, app_id.encode(),
                                                      wm_class.encode(), name.encode(), b"", b"")))

    def startup(self, startup_id, index=APP_NONE):
        self.broker.send(message(CTL_STARTUP, struct.pack("=256sII", startup_id.encode(), index, 0)))

    def new_session(self):
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.broker.send(message(CTL_SESSION), [theirs.fileno()])
        theirs.close()
        self.session.sock.close()
        self.session = End(ours)
        self.buffers, self.serials = {}, {}

    # ---- the session's part

    def window(self, ident, kind=NORMAL, flags=USUAL, owner=0, app=APP_NONE, hints=(0,) * 8):
        self.session.send(message(WINDOW, struct.pack("=13I", ident, owner, kind, flags, app, *hints)))

    def props(self, ident, flags=0, frame=(0, 0, 0, 0), border=0, states=0, states_serial=0, size_flags=0, gravity=0, kind=0,
              program=0, opacity=0, place_serial=0):
        """What a program says to window managers (ChanWindowProps)."""
        fields = [size_flags, *[0] * 12, gravity, flags, kind, *[0] * 4, *frame, states, states_serial, border, place_serial,
                  program, opacity]
        self.session.send(message(PROPS, struct.pack("=II30I", ident, 0, *fields)))

    def group(self, ident, group, leader=0, owner=OWNER_NONE):
        """Which windows a window belongs with (ChanWindowGroup), and which owner it names."""
        self.session.send(message(GROUP, struct.pack("=IIII", ident, group, leader, owner)))

    def title(self, ident, text):
        raw = text if isinstance(text, bytes) else text.encode()
        self.session.send(message(TITLE, struct.pack("=II", ident, 0) + raw))

    def names(self, ident, *texts):
        """_NET_WM_NAME, WM_NAME, _NET_WM_ICON_NAME, WM_ICON_NAME and WM_WINDOW_ROLE as a program has them; None: it has not set it."""
        raw = b"".join(struct.pack("<H", len(text.encode())) + text.encode() for text in texts if text is not None)
        said = sum(1 << i for i, text in enumerate(texts) if text is not None)
        self.session.send(message(NAMES, struct.pack("=IIBB", ident, 0, said, 0) + raw))

    def icon(self, ident, pixels):
        height, width, _ = pixels.shape
        fd = memfd(pixels.tobytes())
        self.session.send(message(ICON, struct.pack("=IIII", ident, width, height, 0)), [fd])
        os.close(fd)

    def buffer(self, window, pixels, stride=None):
        b = Buffer(self.next_buffer, pixels, stride)
        self.next_buffer += 1
        self.session.send(message(BUFFER, struct.pack("=6I", b.id, window, b.width, b.height, b.stride, 0)), [b.fd])
        self.buffers[window] = b
        return b

    def commit(self, window, geometry, state=S_NORMAL, damage=None, configured=0, buffer=None, wait=True,
               state_serial=1 << 30):
        """Commits the window's newest buffer; damage None: all of it. Waits until it is shown."""
        b = buffer or self.buffers.get(window)
        serial = self.serials[window] = self.serials.get(window, 0) + 1
        if damage is None:
            damage = [(0, 0, b.width, b.height)] if b else []
        self.session.send(message(COMMIT, struct.pack("=IIiiIIIIIII", window, serial, *geometry, b.id if b else 0, state,
                                                      configured, state_serial, len(damage)) +
                                  b"".join(struct.pack("=iiII", *d) for d in damage)))
        if wait:
            self.session.expect(SHOWN, lambda body: struct.unpack_from("=II", body) == (window, serial))
        return serial

    def show(self, ident, geometry, pixels=None, title="", **props):
        """A new window in one go, once it is mapped. Returns its X window."""
        before = {w.id for w in self.all_windows()}
        pixels = picture(geometry[2], geometry[3], ident) if pixels is None else pixels
        self.window(ident, **props)
        if title:
            self.title(ident, title)
        self.buffer(ident, pixels)
        self.commit(ident, geometry)
        return wait_for(f"window {ident} to be mapped",
                        lambda: next((w for w in self.all_windows() if w.id not in before), None))

    # ---- what is on the screen

    def pid_of(self, window):
        value = self.desktop.text_property(window, "_NET_WM_PID")
        return value[0] if value else 0

    def all_windows(self):
        """The view's viewable windows, override-redirect ones too."""
        found, ours = [], {self.process.pid, *children_of(self.process.pid)}

        def walk(window, depth):
            for child in window.query_tree().children:
                try:
                    if self.pid_of(child) in ours:
                        if child.get_attributes().map_state == 2:
                            found.append(child)
                    elif depth:
                        walk(child, depth - 1)
                except Exception:  # gone meanwhile
                    continue
        walk(self.desktop.root, 3)
        return found

    def logged(self):
        return self.log.read_text(errors="replace")

    def rss_mib(self):
        """RssAnon + RssFile; 0 under a sanitizer, which keeps what was freed."""
        if "asan" in BUILD.name or "tsan" in BUILD.name:
            return 0
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        fields = dict(line.split(":", 1) for line in status.splitlines())
        return (int(fields["RssAnon"].split()[0]) + int(fields["RssFile"].split()[0])) / 1024


class Desktop(HostDesktop):
    """Without a product's guests to stop at the end."""

    def try_json(self, *argv):
        return []

    def start_bus(self):
        self.env["XDG_DATA_DIRS"] = "/usr/share"  # no service of the product's is activated
        super().start_bus()

    def start_display(self):
        # python-xlib keeps the first display's extension events for all later ones.
        xlib_display.Display.event_classes = xlib_event.event_class.copy()
        super().start_display()
        # A window manager that is starting up may miss a window: wait until it manages one.
        while self.wm:
            probe = self.root.create_window(0, 0, 10, 10, 0, X.CopyFromParent)
            probe.map()
            self.display.sync()
            try:
                wait_for("a managed window", lambda: self.text_property(probe, "WM_STATE"), 1)
                return
            except Failure:
                continue
            finally:
                probe.destroy()
                self.display.sync()


class ViewCase(unittest.TestCase):
    """One desktop for all tests of a class, a view for each."""
    size, wm, xvfb_args, sound, view_env, i3_config = (1280, 800), "openbox", (), False, None, ""

    @classmethod
    def setUpClass(cls):
        cls.desktop = Desktop(BUILD, cls.size, cls.wm, cls.xvfb_args, cls.sound, cls.i3_config)
        cls.desktop.__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.desktop.__exit__(None, None, None)

    def setUp(self):
        for button in (1, 2, 3):
            self.desktop.xdotool("mouseup", str(button))
        self.desktop.xdotool("mousemove", str(self.size[0] - 1), str(self.size[1] - 1))
        self.v = View(self.desktop, env=self.view_env)

    def tearDown(self):
        # Also says what a sanitizer found.
        self.assertEqual(self.v.close(), 0, self.v.logged())

    def same_pixels(self, window, expected, rect=None, timeout=5):
        """The window's own pixels are these (BGRX)."""
        want = expected[:, :, 2::-1]

        def equal():
            have = self.desktop.pixels(window, rect)
            return have.shape == want.shape and bool((have == want).all())
        try:
            wait_for("pixels", equal, timeout)
        except Failure:
            have = self.desktop.pixels(window, rect)
            self.assertEqual(have.shape, want.shape)
            bad = np.argwhere((have != want).any(axis=2))
            self.fail(f"{len(bad)} pixels differ, first at {bad[0][::-1]}, last at {bad[-1][::-1]}")

    def foreign(self, x, y, width, height):
        """A managed window of somebody else's."""
        window = self.desktop.root.create_window(x, y, width, height, 0, X.CopyFromParent, background_pixel=0)
        window.map()
        self.desktop.display.sync()
        wait_for("the foreign window", lambda: window.id in [w.id for w in self.desktop.clients()])
        self.addCleanup(self.desktop.display.sync)
        self.addCleanup(window.destroy)
        return window

    def press_on(self, window, button=1):
        x, y, width, height = self.desktop.geometry(window)
        self.desktop.xdotool("mousemove", str(x + width // 2), str(y + height // 2), "click", str(button))
        self.v.session.expect(POINTER, lambda b: struct.unpack_from("=I", b, 4)[0] == DOWN)


def main():
    unittest.main(verbosity=2)
