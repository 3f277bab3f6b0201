# SPDX-License-Identifier: Apache-2.0
"""Base of the end-to-end tests: one host desktop and one guest "demo" per test class."""
import os
import pathlib
import sys
import unittest

from harness import HostDesktop

XTERM = "casement.demo.debian-xterm"
MOUSEPAD = "casement.demo.org.xfce.mousepad"
FEATHERPAD = "casement.demo.featherpad"


class ChainCase(unittest.TestCase):
    guest_options = ()
    desktop_class = HostDesktop
    desktop_options = {}

    @classmethod
    def setUpClass(cls):
        cls.d = cls.desktop_class(os.environ["CASEMENT_BUILD"], **cls.desktop_options)
        try:
            cls.d.start()
            cls.kind = cls.d.add_guest("demo", *cls.guest_options)
        except BaseException:
            cls.tell_logs()
            cls.d.stop()
            raise

    @classmethod
    def tearDownClass(cls):
        if os.environ.get("CASEMENT_TEST_LOGS"):
            cls.tell_logs()
        cls.d.stop()

    @classmethod
    def tell_logs(cls):
        for log in sorted(cls.d.base.glob("*.log")):
            print(f"==> {log.name}\n{log.read_text(errors='replace')[-6000:]}", file=sys.stderr)

    def run(self, result=None):
        before = len(result.failures) + len(result.errors) if result else 0
        super().run(result)
        if result and len(result.failures) + len(result.errors) > before:
            self.tell_logs()

    def home(self):
        return pathlib.Path(self.d.env["XDG_DATA_HOME"]) / "casement/guests/demo/home"

    def install_entry(self, name, title, *lines):
        """An entry of the guest's menu, as its package manager or user would make one: at once whole."""
        entry = self.home() / f".local/share/applications/{name}.desktop"
        entry.parent.mkdir(parents=True, exist_ok=True)
        part = entry.with_suffix(".part")
        part.write_text("\n".join(("[Desktop Entry]", "Type=Application", f"Name={title}", *lines, "Categories=Utility;", "")))
        self.give_to_guest(part, *[p for p in entry.parents if self.home() in p.parents])
        part.rename(entry)
        return entry

    def give_to_guest(self, *paths):
        """What the test wrote into the guest's home belongs to its user."""
        owner = self.home().stat()
        for path in paths if os.geteuid() == 0 else ():
            os.chown(path, owner.st_uid, owner.st_gid)

    def host_entry(self, name):
        return pathlib.Path(self.d.env["XDG_DATA_HOME"]) / f"applications/casement.demo.{name}.desktop"

    def launch(self, entry):
        """Launches a published entry as a menu does; its painted window."""
        known = {w.id for w in self.d.windows_of(entry)}
        self.d.run("gtk-launch", entry)
        return self.new_window(entry, known)

    def new_window(self, entry, known=()):
        from harness import wait_for
        window = wait_for(lambda: f"a new window of class {entry}; there are "
                          f"{[self.d.wm_class(w) for w in self.d.clients()]}",
                          lambda: [w for w in self.d.windows_of(entry) if w.id not in known], 20)[-1]
        wait_for(f"pixels of {entry}", lambda: self.d.painted(window))
        return window

    def type_and_see(self, window, word):
        """Types a command into an xterm and waits for what it does in the guest."""
        from harness import wait_for
        self.d.focus(window)
        self.d.type(f"echo {word} > {word}.txt")
        self.d.key("Return")
        path = self.home() / f"{word}.txt"
        wait_for(f"{word}, typed into the guest", lambda: path.is_file() and path.read_text() == word + "\n")
