# SPDX-License-Identifier: Apache-2.0
"""The test's side of probe.py: started natively or in a guest, told what to do, and asked what it was told."""
import pathlib
import re
import shlex
import shutil
import time

from case import ChainCase
from harness import wait_for

PROGRAM = pathlib.Path(__file__).with_name("probe.py")


def guest_home(d, guest):
    return pathlib.Path(d.env["XDG_DATA_HOME"]) / f"casement/guests/{guest}/home"


class Probe:
    """guest None: a native program. first: words of what it opens at once."""

    def __init__(self, d, name, guest=None, *first):
        self.d, self.name, self.guest = d, name, guest
        self.folder = guest_home(d, guest) if guest else d.folder("probes")
        order = shlex.join(["window", *map(str, first)]) if first else ""
        if guest:
            shutil.copy(PROGRAM, self.folder / "probe.py")
            d.spawn("casement", "run", guest, "--", "sh", "-c", f"exec /usr/bin/python3 ~/probe.py {name} ~ {order}")
        else:
            self.pid = d.spawn("/usr/bin/python3", str(PROGRAM), name, str(self.folder)).pid
        self.read = 0
        self.windows = []
        wait_for(f"probe {name} to be ready", lambda: "ready\n" in self.text())

    def text(self):
        try:
            return (self.folder / f"{self.name}.log").read_text()
        except FileNotFoundError:
            return ""

    def do(self, *words):
        with open(self.folder / f"{self.name}.do", "w", encoding="utf-8") as orders:
            orders.write(" ".join(str(w) for w in words) + "\n")

    def sync(self):
        """Everything that was asked is done, and what came of it at once is in the log."""
        word = str(time.monotonic_ns())
        self.do("sync", word)
        wait_for(f"probe {self.name} to answer", lambda: f"synced {word}\n" in self.text())

    def open(self, name, place, colour, owner="-", *kinds):
        """A window, once it is on the host's screen."""
        self.do("window", name, *place, colour, owner, *kinds)
        if "popup" in kinds:
            return None
        window = self.find(name)
        if self.d.wm == "i3":  # puts floating windows in the middle
            self.d.xdotool("windowmove", "--sync", str(window.id), str(place[0]), str(place[1]))
        return window

    def find(self, name):
        return wait_for(lambda: f"window {name}; there are {[self.d.title(w) for w in self.d.clients()]}",
                        lambda: [w for w in self.d.clients() if self.title(w) == name], 20)[0]

    def title(self, window):
        return self.d.title(window) or window.get_wm_name()

    def log(self, pattern=""):
        """Lines since the last mark that match."""
        lines = [line for line in self.text()[self.read:].splitlines() if not line.startswith("synced")]
        return [line for line in lines if re.search(pattern, line)]

    def mark(self):
        self.sync()
        self.read = len(self.text())

    def heard(self, pattern, timeout=10):
        return wait_for(lambda: f"{pattern!r} in what {self.name} was told: {self.log()}",
                        lambda: self.log(pattern), timeout)

    def layout(self):
        """What its X server says of the keyboard's map."""
        word = str(time.monotonic_ns())
        self.do("layout", word)
        self.sync()
        return re.search(rf"^layout {word} (.*)$", self.text(), re.M)[1]

    def keymap(self):
        """What its X server says of every key."""
        word = str(time.monotonic_ns())
        self.do("keymap", word)
        self.sync()
        return re.search(rf"^keymap {word} (.*)$", self.text(), re.M)[1]

    def end(self):
        self.do("quit")


class Twins(ChainCase):
    """A native program and one of a guest, with a window each."""
    desktop_options = {"sound": False}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.native, cls.demo = Probe(cls.d, "native"), Probe(cls.d, "guest", "demo")
        cls.windows = {cls.native: cls.native.open("mine", (200, 200, 300, 200), "#c00000"),
                       cls.demo: cls.demo.open("hers", (700, 200, 300, 200), "#00c000")}


def unbalanced(lines, what):
    """Keys or buttons that went down and not up, or up and not down."""
    held, odd = set(), []
    for line in lines:
        found = re.search(rf"{what} (down|up) (\d+)", line)
        if not found:
            continue
        number = int(found[2])
        if found[1] == "down":
            held.add(number)
        elif number in held:
            held.discard(number)
        else:
            odd.append(line)
    return sorted(held) + odd


