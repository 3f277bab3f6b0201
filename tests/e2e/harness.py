# SPDX-License-Identifier: Apache-2.0
"""A host desktop for end-to-end tests and the demo: X server, window manager, session bus and sound
server of its own under fresh XDG folders, with the product from a build folder in it. Whatever is
started here is ended here, by its process id."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

import numpy as np
from Xlib import X, Xatom, display as xdisplay, error as xerror

POLL_S = 0.01
# What is asked of a window that goes meanwhile, or is off the screen while a window manager animates it.
UNSETTLED = (xerror.BadMatch, xerror.BadDrawable, xerror.BadWindow)

COMPOSITING = ("xfwm4", "mutter")  # window managers that are compositors as well
BAD_VALUE = 2
# Windows float, of any size.
I3_LIKE_OTHERS = "for_window [all] floating enable\nfloating_minimum_size 1 x 1\nfloating_maximum_size 8000 x 8000"


class Failure(Exception):
    """Something did not come true; the message says what was waited for."""


def wait_for(what, predicate, timeout=10.0, poll=POLL_S):
    """The first true value of predicate, or Failure with what() or what."""
    end = time.monotonic() + timeout
    while True:
        try:
            value = predicate()
        except UNSETTLED:
            value = None
        if value:
            return value
        if time.monotonic() > end:
            raise Failure(f"waited {timeout:g} s for {what() if callable(what) else what}")
        time.sleep(poll)


def children_of(pid):
    """All descendants of a process, as pids."""
    found, queue = [], [pid]
    while queue:
        tasks = pathlib.Path(f"/proc/{queue.pop()}/task")
        try:
            kids = [int(p) for task in tasks.glob("*/children") for p in task.read_text().split()]
        except OSError:  # it, or one of its threads, ended meanwhile
            continue
        found += kids
        queue += kids
    return found


def processes(match):
    """pids whose (pid, argv, environ) satisfy match."""
    hits = []
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            argv = (entry / "cmdline").read_bytes().split(b"\0")
            environ = (entry / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if match(int(entry.name), argv, environ):
            hits.append(int(entry.name))
    return hits


def holds(window, clients):
    return any(child.id in clients or holds(child, clients) for child in window.query_tree().children)


class HostDesktop:
    def __init__(self, build, size=(1920, 1080), wm="any", xvfb_args=(), sound=True, i3_config=""):
        self.build = pathlib.Path(build).resolve()
        self.size, self.xvfb_args, self.sound = size, list(xvfb_args), sound
        # Of a test that is about no window manager. None: none.
        self.wm = os.environ.get("CASEMENT_TEST_WM", "openbox") if wm == "any" else wm
        self.i3_config = I3_LIKE_OTHERS if wm == "any" else i3_config  # more lines of it
        self.base = pathlib.Path(tempfile.mkdtemp(prefix="cmt-"))
        self.started = []
        self.env = None
        self.display = None
        self.wms_own = set()  # windows that were there before any program's

    # ---- life cycle

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *exc):
        self.stop()

    def folder(self, name):
        path = self.base / name
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        return path

    def start(self):
        keep = ("PATH", "LANG", "TERM", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "USER", "LOGNAME")
        self.env = {k: os.environ[k] for k in keep if k in os.environ}
        self.env.setdefault("LANG", "C.UTF-8")
        self.env.update(
            HOME=str(self.folder("home")), XDG_RUNTIME_DIR=str(self.folder("run")),
            XDG_DATA_HOME=str(self.folder("data")), XDG_CONFIG_HOME=str(self.folder("config")),
            XDG_STATE_HOME=str(self.folder("state")), XDG_CACHE_HOME=str(self.folder("cache")),
            XDG_DATA_DIRS=f"{self.build}/share:/usr/local/share:/usr/share",
            XDG_CURRENT_DESKTOP="casement-test", NO_AT_BRIDGE="1", GTK_USE_PORTAL="0",
            PATH=f"{self.build}/bin:" + os.environ.get("PATH", "/usr/bin:/bin") + ":/usr/sbin:/sbin")
        self.start_bus()
        self.start_display()
        if self.sound:
            self.start_sound()

    def spawn(self, *argv, log=None, **kwargs):
        out = open(self.base / f"{log or pathlib.Path(argv[0]).name}.log", "ab")
        process = subprocess.Popen(argv, env=self.env, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                   start_new_session=True, **kwargs)
        out.close()
        self.started.append(process)
        return process

    def start_xvfb(self):
        """An X server; its display's name."""
        r, w = os.pipe()
        screen = f"{self.size[0]}x{self.size[1]}x24"
        self.spawn("Xvfb", "-displayfd", str(w), "-screen", "0", screen, "-dpi", "96", "-nolisten", "tcp", "-noreset",
                   *self.xvfb_args, pass_fds=(w,))
        os.close(w)
        number = b""
        while not number.endswith(b"\n"):
            piece = os.read(r, 16)
            if not piece:
                raise Failure(f"Xvfb did not start: {(self.base / 'Xvfb.log').read_text()}")
            number += piece
        os.close(r)
        return f":{int(number)}"

    def start_display(self):
        self.env["DISPLAY"] = self.start_xvfb()
        self.display = xdisplay.Display(self.env["DISPLAY"])
        self.root = self.display.screen().root
        # The first key of XTEST's keyboard changes the keyboard's map. A window manager grabs its keys anew then, and
        # one pressed at that moment goes to the window: it is pressed before there is a window manager.
        self.key("Shift_L")
        if self.wm:
            self.spawn(*self.wm_command())
            wait_for(f"window manager {self.wm}", lambda: self.text_property(self.root, "_NET_SUPPORTING_WM_CHECK"))
        if self.wm in COMPOSITING:
            wait_for(f"{self.wm}'s compositor", self.composites)
        self.wms_own = {w.id for w in self.root.query_tree().children}

    def composites(self):
        """Whether the screen has a compositor that holds all windows' pixels; a selection's owner alone may do nothing."""
        if self.display.get_selection_owner(self.display.get_atom("_NET_WM_CM_S0")) == X.NONE:
            return False
        window = self.root.create_window(-10, -10, 1, 1, 0, X.CopyFromParent, override_redirect=True)
        window.map()
        refused = xerror.CatchError(xerror.BadMatch)  # of a window whose pixels are the screen's
        pixels = window.composite_name_window_pixmap(onerror=refused)
        self.display.sync()
        if not refused.get_error():
            pixels.free()
        window.destroy()
        self.display.sync()
        return not refused.get_error()

    def wm_command(self):
        if self.wm == "i3":
            (self.base / "i3").write_text("# i3 config file (v4)\nfont pango:monospace 8\nfloating_modifier Mod4\n" +
                                          f"{self.i3_config}\n")
            return "i3", "-c", str(self.base / "i3")
        if self.wm == "mutter":
            return self.mutter_command()
        return ("xfwm4", "--compositor=on") if self.wm == "xfwm4" else (self.wm,)

    def mutter_command(self):
        """Without animations, and without waiting for a display's frames, which Xvfb does not tell of."""
        settings = self.folder("mutter/glib-2.0/settings")
        (settings / "keyfile").write_text("[org/gnome/desktop/interface]\nenable-animations=false\n")
        return ("env", f"XDG_CONFIG_HOME={self.base}/mutter", "GSETTINGS_BACKEND=keyfile",
                "CLUTTER_PAINT=disable-swap-events:disable-clipped-redraws", "mutter", "--x11")

    def start_bus(self):
        bus = self.base / "bus"
        self.spawn("dbus-daemon", "--session", "--nofork", f"--address=unix:path={bus}")
        self.env["DBUS_SESSION_BUS_ADDRESS"] = f"unix:path={bus}"
        wait_for("session bus", bus.exists)

    def start_sound(self):
        socket = self.base / "pulse"
        self.spawn("pulseaudio", "-n", "--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1",
                   "--realtime=no", "--high-priority=no",
                   "-L", "module-null-sink sink_name=host rate=48000 norewinds=1",
                   "-L", f"module-native-protocol-unix auth-anonymous=1 socket={socket}")
        self.env["PULSE_SERVER"] = f"unix:{socket}"
        wait_for("sound server", socket.exists)

    def stop(self):
        if self.env and "DBUS_SESSION_BUS_ADDRESS" in self.env:
            for guest in self.try_json("guest", "list"):
                self.run("casement", "guest", "stop", guest.get("name", ""), check=False, timeout=20)
        if self.display:
            self.display.close()
            self.display = None
        for pid in self.ours():
            self.signal(pid, signal.SIGTERM)
        for process in reversed(self.started):
            if process.poll() is None:
                process.terminate()
        for process in self.started:
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
        for pid in self.ours():
            self.signal(pid, signal.SIGKILL)
        if os.environ.get("CASEMENT_TEST_KEEP"):
            print(f"kept {self.base}")
        else:
            shutil.rmtree(self.base, ignore_errors=True)

    def ours(self):
        """Processes that carry our folder in environment or arguments, and their descendants (a
        sandbox's own processes see other paths)."""
        mark = f"{self.base}/".encode()
        roots = processes(lambda p, argv, environ: p != os.getpid() and any(mark in e for e in environ + argv))
        return sorted({pid for root in roots for pid in [root, *children_of(root)]} - {os.getpid()})

    @staticmethod
    def signal(pid, number):
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            pass

    def kill_broker(self):
        """SIGKILL, and what came of it seen by the bus: a call made before would go to the dead one."""
        pid = self.status()["pid"]
        self.signal(pid, signal.SIGKILL)
        wait_for("the bus to miss the broker", lambda: str(pid) not in self.run(
            "gdbus", "call", "--session", "--dest", "org.freedesktop.DBus", "--object-path", "/org/freedesktop/DBus",
            "--method", "org.freedesktop.DBus.GetConnectionUnixProcessID", "org.casement.Broker1",
            check=False).stdout)

    # ---- commands

    def run(self, *argv, check=True, timeout=60, input=None):
        done = subprocess.run(argv, env=self.env, capture_output=True, text=True, timeout=timeout, input=input,
                              stdin=subprocess.DEVNULL if input is None else None)
        if check and done.returncode != 0:
            raise Failure(f"{' '.join(argv)} ended with {done.returncode}: {done.stderr.strip() or done.stdout.strip()}")
        return done

    def casement(self, *argv, **kwargs):
        return self.run("casement", *argv, **kwargs)

    def json(self, *argv):
        return json.loads(self.casement(*argv, "--json").stdout)

    def try_json(self, *argv):
        try:
            return self.json(*argv)
        except (Failure, ValueError, OSError, subprocess.TimeoutExpired):
            return []

    def status(self):
        return self.json("status")

    def guest(self, name="demo"):
        """The guest's entry in the broker's status."""
        return next(g for g in self.status()["guests"] if g["name"] == name)

    def pids(self, program, guest="demo"):
        """pids of a program of the chain that serves a guest."""
        if program == "casementd":
            status = self.try_json("status")  # none while one is dying and the next is not there
            return [status["pid"]] if status else []
        if program in ("casement-session", "casement-view"):
            pid = self.guest(guest)[program.removeprefix("casement-") + "_pid"]
            return [pid] if pid else []
        return self.guest_pids(program, guest)

    def window_pids(self, guest="demo"):
        """Those that _NET_WM_PID of a guest's windows may name."""
        return [pid for view in self.pids("casement-view", guest) for pid in (view, *children_of(view))]

    def guest_pids(self, program, guest="demo"):
        """pids of a program that runs in a guest."""
        inside = set(children_of(self.guest(guest)["pid"]))
        name = program.encode()
        return processes(lambda p, argv, environ: p in inside and os.path.basename(argv[0]) == name)

    def add_guest(self, name="demo", *options):
        """Adds and starts a guest of kind sandbox, or local where there are no user namespaces.
        Returns the kind."""
        for kind in ("sandbox", "local"):
            self.casement("guest", "add", name, "--kind", kind, *options)
            started = self.casement("guest", "start", name, check=False)
            if started.returncode == 0:
                return kind
            self.casement("guest", "remove", name)
        raise Failure(f"guest {name} does not start: {started.stderr}")

    def run_in(self, guest, *argv):
        """A command of the guest; with its window class when it opens a window."""
        return self.casement("run", guest, "--", *argv)

    # ---- windows

    def text_property(self, window, name):
        try:
            value = self.full_property(window, name)
        except (xerror.BadWindow, xerror.BadDrawable):
            return None
        if value is None:
            return None
        return value.value.decode("utf-8", "replace") if isinstance(value.value, bytes) else list(value.value)

    def full_property(self, window, name):
        """python-xlib asks for what is beyond its first ten numbers apart, and the server refuses that (BadValue, of which the
        library may think that it is another extension's) once the property has become shorter, or has none of it when it was
        changed for good meanwhile."""
        while True:
            try:
                return window.get_full_property(self.display.intern_atom(name), X.AnyPropertyType)
            except AttributeError:
                continue
            except xerror.XError as error:
                if error._data["code"] != BAD_VALUE:
                    raise

    def clients(self):
        """Managed windows, bottom first."""
        ids = self.text_property(self.root, "_NET_CLIENT_LIST_STACKING") or \
            self.text_property(self.root, "_NET_CLIENT_LIST") or []
        return [self.display.create_resource_object("window", i) for i in ids]

    def wm_class(self, window):
        try:
            return window.get_wm_class() or ("", "")
        except (xerror.BadWindow, xerror.BadDrawable):
            return ("", "")

    def title(self, window):
        return self.text_property(window, "_NET_WM_NAME") or ""

    def windows_of(self, wm_class):
        return [w for w in self.clients() if wm_class in self.wm_class(w)]

    def window_of(self, wm_class, timeout=20):
        return wait_for(lambda: f"a window of class {wm_class}; there are {[self.wm_class(w) for w in self.clients()]}",
                        lambda: self.windows_of(wm_class), timeout)[-1]

    def popups(self):
        """Override-redirect windows of programs, as menus are; xfwm4's frames are such windows, too."""
        clients = {w.id for w in self.clients()}
        return [w for w in self.root.query_tree().children if w.id not in self.wms_own
                and (a := w.get_attributes()).override_redirect and a.map_state == X.IsViewable
                and w.get_geometry().width > 50 and not holds(w, clients)]

    def geometry(self, window):
        """x, y on the root, width, height of the client area."""
        g = window.get_geometry()
        at = window.translate_coords(self.root, 0, 0)
        return -at.x, -at.y, g.width, g.height

    def pixels(self, window=None, rect=None):
        """Height × width × 3 (RGB) of what the X server has for a window or the root."""
        window = window or self.root
        g = window.get_geometry()
        x, y, width, height = rect or (0, 0, g.width, g.height)
        image = window.get_image(x, y, width, height, X.ZPixmap, 0xffffffff)
        return np.frombuffer(image.data, np.uint8).reshape(height, -1, 4)[:, :width, 2::-1]

    def painted(self, window):
        """True once a window shows more than one colour."""
        try:
            picture = self.pixels(window)
        except UNSETTLED:
            return False
        return bool((picture != picture[0, 0]).any())

    def screenshot(self, path):
        picture = self.pixels()
        height, width, _ = picture.shape
        subprocess.run(["convert", "-size", f"{width}x{height}", "-depth", "8", "rgb:-", str(path)],
                       input=np.ascontiguousarray(picture).tobytes(), check=True)

    # ---- input

    def xdotool(self, *argv):
        return self.run("xdotool", *argv)

    def focus(self, window):
        self.xdotool("windowactivate", "--sync", str(window.id))

    def has_focus(self, window):
        """Whether the window manager says that it is the active one."""
        active = self.text_property(self.root, "_NET_ACTIVE_WINDOW")
        return bool(active) and active[0] == window.id

    def asks_attention(self, window):
        states = self.text_property(window, "_NET_WM_STATE") or []
        hints = window.get_wm_hints()
        return self.display.intern_atom("_NET_WM_STATE_DEMANDS_ATTENTION") in states or bool(hints and hints.flags & 256)

    def type(self, text):
        self.xdotool("type", "--delay", "12", text)

    def key(self, *names):
        self.xdotool("key", *names)

    # ---- sound

    def record(self, seconds, on_ready=None, on_piece=None, piece_s=10):
        """Left channel of the host sink's monitor, as floats in -1…1 at 48 kHz. on_ready is called once it runs; on_piece
        gets each further piece_s of it, and the rest is what is returned."""
        count = int(seconds * 48000)
        with subprocess.Popen(["parec", "-d", "host.monitor", "--format=s16le", "--rate=48000", "--channels=2",
                               "--latency-msec=20"], env=self.env, stdout=subprocess.PIPE) as recorder:
            data = b""
            while len(data) < count * 4:
                piece = recorder.stdout.read1(min(65536, count * 4 - len(data)))
                if not piece:
                    break
                if on_ready and not data:
                    on_ready()
                data += piece
                if on_piece and len(data) >= piece_s * 48000 * 4:
                    on_piece(left_of(data))
                    count, data = count - len(data) // 4, data[len(data) // 4 * 4:]
            recorder.terminate()
        return left_of(data)

    def sink_inputs(self):
        return self.run("pactl", "list", "short", "sink-inputs").stdout.strip().splitlines()


def left_of(data):
    return np.frombuffer(data[:len(data) // 4 * 4], "<i2").reshape(-1, 2)[:, 0] / 32768.0


def glitches(samples, hz, rate=48000):
    """Where a recorded tone breaks, in seconds: each sample of a sine follows from the two before, also when its pitch
    wanders by a thousandth; one left out, put in or silent does not. Its silent ends are cut."""
    loud = np.flatnonzero(np.abs(samples) > 0.02)
    if len(loud) == 0:
        return [0.0]
    x = samples[loud[0] + rate // 500:loud[-1] - rate // 500]
    level = np.abs(x).max()
    rest = x[2:] - 2 * np.cos(2 * np.pi * hz / rate) * x[1:-1] + x[:-2]
    at = np.flatnonzero(np.abs(rest) > max(0.004 * level, 4 / 32768))
    at = at[np.diff(at, prepend=-rate) > rate // 100]
    return [round(float(i) / rate, 4) for i in at]


def sounds(samples, rate=48000):
    """Seconds of each sound of a recording; less than 100 ms of silence does not end one."""
    loud = np.flatnonzero(np.abs(samples) > 0.02)
    if len(loud) == 0:
        return []
    parts = np.split(loud, np.flatnonzero(np.diff(loud) > rate // 10) + 1)
    return [round((part[-1] - part[0] + 1) / rate, 4) for part in parts]


def tone(samples, rate=48000):
    """Frequency (Hz), level (dBFS, peak) and longest gap (ms) of a recorded tone, its silent ends cut."""
    loud = np.flatnonzero(np.abs(samples) > 0.02)
    if len(loud) < rate // 2:
        return {"frequency_hz": 0.0, "peak_dbfs": -120.0, "longest_gap_ms": 0.0, "seconds": len(loud) / rate}
    cut = samples[loud[0]:loud[-1] + 1]
    spectrum = np.abs(np.fft.rfft(cut * np.hanning(len(cut))))
    k = int(spectrum[1:-1].argmax()) + 1
    a, b, c = np.log(spectrum[k - 1:k + 2] + 1e-12)
    frequency = (k + 0.5 * (a - c) / (a - 2 * b + c)) * rate / len(cut)
    # Between two loud samples of a 440 Hz tone lie less than 0.2 ms.
    gap = np.diff(loud).max() / rate * 1000
    return {"frequency_hz": round(float(frequency), 3), "peak_dbfs": round(float(20 * np.log10(np.abs(cut).max())), 2),
            "longest_gap_ms": round(float(gap), 2), "seconds": round(len(cut) / rate, 2),
            "clipped": bool((np.abs(cut) > 0.999).any())}
