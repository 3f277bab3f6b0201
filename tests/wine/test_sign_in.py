#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A Windows guest from the menu entry to the window: casement-agent.exe under wine, the real broker, session and
view, a real keyring and pinentry; only its Remote Desktop is a double (tests/termservice).

usage: test_sign_in.py WINE BIN     (where the programs for Windows are; CASEMENT_BUILD names the build)
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
from harness import HostDesktop, wait_for  # noqa: E402
from double import BUILD, PASSWORD, Double  # noqa: E402
from prefix import Prefix  # noqa: E402

NOTEPAD = "C:\\windows\\notepad.exe"
PINENTRIES = ("pinentry-qt", "pinentry-gtk-2", "pinentry-fltk")


class SignIn(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.p = Prefix(*sys.argv[1:3])
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="casement-sign-in-"))
        for name in ("Notes", "Ledger"):
            cls.p.shortcut(name)
        cls.p.shortcut("Editor", "C:\\windows\\system32\\notepad.exe")
        cls.p.shortcut("Placed", NOTEPAD, "", "", NOTEPAD, "0", "%PUBLIC%\\Start here")
        (cls.p.drive / "Tools").mkdir()
        shutil.copy(cls.p.drive / "windows/notepad.exe", cls.p.drive / "Tools/opener.exe")
        cls.p.shortcut("Opener", "C:\\Tools\\opener.exe")
        scheme = "HKEY_CLASSES_ROOT\\casement-test"
        cls.p.run("reg", "add", scheme, "/v", "URL Protocol", "/d", "", "/f")
        cls.p.run("reg", "add", f"{scheme}\\shell\\open\\command", "/ve", "/d", "C:\\Tools\\opener.exe %1", "/f")
        first = Double(cls.folder, 0)
        cls.port = first.port
        first.stop()
        # The desktop's pinentry, whichever of the toolkits there is.
        tools = cls.folder / "tools"
        tools.mkdir()
        (tools / "pinentry").symlink_to(next(filter(None, map(shutil.which, PINENTRIES))))
        os.environ["PATH"] = f"{tools}:{os.environ['PATH']}"
        cls.d = HostDesktop(BUILD)
        cls.d.start()
        # An unlocked keyring, as a log-in makes it.
        cls.d.run("gnome-keyring-daemon", "--daemonize", "--components=secrets", "--unlock", input="login\n")
        argv = ("env", f"WINEPREFIX={cls.p.folder}", "WINEDEBUG=-all", "WINEDLLOVERRIDES=mscoree,mshtml=", sys.argv[1],
                f"{sys.argv[2]}/casement-agent.exe", "--stdio", "--rdp-port", str(cls.port))
        cls.d.casement("guest", "add", "win", "--kind", "command", "--set", "argv=" + ";".join(argv))
        cls.d.casement("guest", "start", "win")
        cls.apps = {app["name"]: app["id"] for app in cls.d.json("apps", "win")}
        cls.options = [f"--app={id}={name} of the guest" for name, id in cls.apps.items()]

    @classmethod
    def tearDownClass(cls):
        cls.d.stop()
        cls.p.close()
        shutil.rmtree(cls.folder, ignore_errors=True)

    def setUp(self):
        self.d.casement("guest", "logout", "win")
        self.double = None

    def tearDown(self):
        self.d.casement("guest", "stop", "win")
        if self.double:
            self.double.stop()

    def windows(self, *options):
        self.double = Double(self.folder, self.port, *self.options, *options)
        self.d.casement("guest", "start", "win")

    def window(self, name):
        return self.d.window_of(f"casement.win.{self.apps[name]}")

    def login(self, password, user="alice"):
        return self.d.casement("guest", "login", "win", "--user", user, input=password + "\n").stdout

    def test_password_from_the_keyring_serves_every_program(self):
        self.windows()
        self.assertIn("keyring keeps", self.login(PASSWORD))
        self.d.casement("run", "win", self.apps["Notes"])
        notes = self.window("Notes")
        self.assertEqual(self.d.title(notes), "Notes of the guest")
        wait_for("its pixels", lambda: self.d.painted(notes))
        self.d.casement("run", "win", self.apps["Ledger"])
        self.window("Ledger")
        self.assertIn(notes, self.d.clients())
        self.assertEqual(self.double.said().splitlines().count("logon user=alice ok"), 1)
        # Another broker has it from the keyring.
        self.d.casement("guest", "stop", "win")
        self.d.kill_broker()
        self.d.casement("run", "win", self.apps["Notes"])
        self.window("Notes")
        # And it is nowhere else.
        for folder in (self.d.env["XDG_CONFIG_HOME"], self.d.env["XDG_STATE_HOME"], self.d.env["XDG_RUNTIME_DIR"]):
            found = subprocess.run(["grep", "-rlsa", PASSWORD, folder], capture_output=True, text=True, check=False)
            self.assertEqual(found.stdout, "")
        shown = subprocess.run(["ps", "axeww"], capture_output=True, text=True, check=True).stdout
        self.assertNotIn(PASSWORD, shown)

    def test_program_starts_where_its_shortcut_says(self):
        self.windows()
        self.login(PASSWORD)
        self.d.casement("run", "win", self.apps["Placed"])
        started = next(line for line in self.double.said().splitlines() if line.startswith("exec "))
        self.assertIn("directory=C:\\users\\Public\\Start here ", started)

    def test_address_reaches_the_program_as_it_is(self):
        address = "casement-test:a%20b\\c&d='e'"
        self.windows()
        self.login(PASSWORD)
        entry = pathlib.Path(self.d.env["XDG_DATA_HOME"]) / f"applications/casement.win.{self.apps['Opener']}.desktop"
        lines = entry.read_text().splitlines()
        self.assertIn("MimeType=x-scheme-handler/casement-test;", lines)
        self.assertTrue(next(line for line in lines if line.startswith("Exec=")).endswith(" %U"))
        self.d.run("gio", "launch", str(entry), address)
        self.window("Opener")
        started = self.double.lines("exec ")[0]
        self.assertIn(f"arguments={address} ", started)

    def test_window_belongs_to_the_program_with_its_path(self):
        self.windows()
        self.login(PASSWORD)
        self.d.casement("run", "win", self.apps["Notes"])
        self.window("Notes")
        # Opened in the guest, by a program whose name says nothing; the path is the kernel's.
        self.double.tell("open elsewhere Draft")
        ident = self.double.window("Draft")
        self.double.tell(f"image {ident} \\Device\\HarddiskVolume2\\WINDOWS\\System32\\notepad.exe")
        self.double.tell(f"model {ident} Vendor.Editor")
        self.double.tell(f"title {ident} Draft, saved")
        editor = self.window("Editor")
        wait_for(lambda: f"its title; it is {self.d.title(editor)!r}", lambda: self.d.title(editor) == "Draft, saved")
        self.assertEqual(self.windows_there(), [self.window("Notes")])

    def questions(self):
        return [w for w in self.d.clients() if "pinentry" in " ".join(self.d.wm_class(w)).lower()]

    def question(self):
        """The window that asks."""
        window = wait_for("the question for the password", self.questions, 20)[0]
        self.d.focus(window)
        return window

    def launch(self):
        return self.d.spawn(str(BUILD / "bin/casement"), "run", "win", self.apps["Notes"], log="launch")

    def test_launch_asks_in_a_window_after_a_wrong_password(self):
        self.windows()
        self.login("not it")
        launch = self.launch()
        self.question()
        self.d.type(PASSWORD)
        self.d.key("Return")
        self.assertEqual(launch.wait(timeout=60), 0)
        self.window("Notes")
        # The wrong one was tried once: guests lock accounts.
        self.assertEqual(self.double.said().count("logon user=alice failed"), 1)
        self.assertEqual(self.double.said().count("logon user=alice ok"), 1)

    def test_question_that_is_cancelled(self):
        self.windows()
        self.login("not it")
        launch = self.launch()
        self.question()
        self.d.key("Escape")
        self.assertNotEqual(launch.wait(timeout=30), 0)
        said = (self.d.base / "launch.log").read_text()
        self.assertIn("cancelled", said)
        self.assertIn("casement guest login win", said)
        self.assertEqual(self.windows_there(), [])

    def test_login_answers_the_question(self):
        self.windows()
        self.login("not it")
        launch = self.launch()
        self.question()
        self.login(PASSWORD)
        self.assertEqual(launch.wait(timeout=60), 0)
        self.assertEqual(self.questions(), [])

    def test_question_ends_with_the_broker(self):
        self.windows()
        self.login("not it")
        launch = self.launch()
        self.question()
        self.d.kill_broker()
        wait_for("the question to go", lambda: not self.questions())
        launch.wait(timeout=30)

    def test_guest_removed_leaves_no_password(self):
        self.d.casement("guest", "add", "other", "--kind", "socket", "--set", f"path={self.folder}/none")
        self.d.casement("guest", "login", "other", "--user", "alice", input=PASSWORD + "\n")
        kept = ("secret-tool", "search", "guest", "other")
        self.assertIn("Casement: alice on guest other", self.d.run(*kept).stdout)
        self.d.casement("guest", "remove", "other")
        wait_for("the keyring to forget it", lambda: "alice" not in self.d.run(*kept, check=False).stdout)

    def windows_there(self):
        return self.d.windows_of(f"casement.win.{self.apps['Notes']}")

    def test_account_that_is_locked(self):
        self.windows("--refuse", "locked")
        self.login(PASSWORD)
        done = self.d.casement("run", "win", self.apps["Notes"], check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("does not let alice in: the account is locked", done.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:], verbosity=2)
