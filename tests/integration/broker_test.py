#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""casementd over D-Bus: guests' files, kinds, publishing, hostile guests, its own death."""
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import unittest

from gi.repository import GLib

from broker_house import BUILD, PEER, BrokerCase, alive, wait_for

APPS = "one First\ntwo Second\n"
DESKTOP = {"environ": GLib.Variant("a{ss}", {"DISPLAY": ":0"})}


class Files(BrokerCase):
    def test_add_show_list_remove(self):
        self.add("mine", "local", label="My guest", idle_timeout_s=-1)
        shown = self.call("ShowGuest", "(s)", "mine")[0]
        self.assertEqual(shown["kind"], "local")
        self.assertEqual(shown["label"], "My guest")
        self.assertEqual(shown["idle_timeout_s"], "-1")
        self.assertEqual(shown["clipboard"], "both")
        self.assertNotIn("argv", shown)
        guest = self.guest("mine")
        self.assertEqual((guest["state"], guest["error"], guest["kind"]), ("off", "", "local"))
        self.assertEqual(guest["path"], str(self.conf("mine")))
        self.call("RemoveGuest", "(sb)", "mine", False)
        self.assertEqual(self.guests(), [])
        self.assertFalse(self.conf("mine").exists())

    def test_add_refuses_in_words(self):
        self.add("mine", "local")
        for name, kind, options, words in (
                ("mine", "local", {}, ["mine", "exists"]),
                ("Mine", "local", {}, ["Mine", "a-z"]),
                ("a" * 49, "local", {}, ["48"]),
                ("../x", "local", {}, ["../x"]),
                ("x", "wrong", {}, ["wrong", "sandbox, local"]),
                ("x", "socket", {}, ["path"]),
                ("x", "socket", {"path": "relative"}, ["path", "relative", "absolute"]),
                ("x", "local", {"argv": "true;"}, ["argv", "local"]),
                ("x", "local", {"idle_timeout_s": "soon"}, ["idle_timeout_s", "soon"]),
                ("x", "local", {"label": "a\n[Command]"}, ["label"]),
                ("x", "local", {"nonsense": "1"}, ["nonsense"])):
            message = self.refused("InvalidArgument", "AddGuest", "(ssa{ss})", name, kind, options)
            for word in words:
                self.assertIn(word, message)
        self.assertEqual([g["name"] for g in self.guests()], ["mine"])
        message = self.refused("NoSuchGuest", "StartGuest", "(s)", "nobody")
        self.assertIn("nobody", message)
        self.assertIn("mine", message)

    def test_broken_file_costs_its_guest_only(self):
        self.add_peer("fine", apps=APPS)
        self.conf("broken").write_text("[Guest]\nkind=local\n\nidle_timeout_s=soon\n")
        broken = wait_for("the broken guest", lambda: next((g for g in self.guests() if g["name"] == "broken"), None))
        self.assertEqual(broken["state"], "failed")
        self.assertIn(f"{self.conf('broken')}:4: key 'idle_timeout_s': 'soon'", broken["error"])
        self.assertIn("idle_timeout_s", self.refused("InvalidArgument", "StartGuest", "(s)", "broken"))
        self.call("StartGuest", "(s)", "fine")
        self.conf("broken").write_text("[Guest]\nkind=local\n")
        wait_for("the mended guest", lambda: self.guest("broken")["state"] == "off")
        self.conf("broken").unlink()
        wait_for("the guest to go with its file", lambda: [g["name"] for g in self.guests()] == ["fine"])

    def set(self, name, *reset, **options):
        return self.call("SetGuest", "(sa{ss}as)", name, options, reset)[0]

    def test_set(self):
        self.add("mine", "local")
        real = self.base / "elsewhere.conf"
        real.write_text("# mine\n[Guest]\nkind = local\n\nlabel = A\n")
        self.conf("mine").unlink()
        self.conf("mine").symlink_to(real)
        self.assertFalse(self.set("mine", label="B", sound="false"))
        self.assertEqual(real.read_text(), "# mine\n[Guest]\nkind = local\n\nlabel=B\nsound=false\n")
        self.assertTrue(self.conf("mine").is_symlink())
        self.assertEqual(self.call("ShowGuest", "(s)", "mine")[0]["label"], "B")
        self.assertFalse(self.set("mine", "label"))
        self.assertEqual(self.call("ShowGuest", "(s)", "mine")[0]["label"], "mine")
        before = real.read_text()
        for options, reset, words in (({"label": "C", "sound": "loud"}, [], ["sound", "loud"]), ({}, ["kind"], ["kind"]),
                                      ({"path": "/x"}, [], ["path", "local"]), ({"label": "C"}, ["label"], ["label", "both"])):
            message = self.refused("InvalidArgument", "SetGuest", "(sa{ss}as)", "mine", options, reset)
            for word in words:
                self.assertIn(word, message)
        self.assertEqual(real.read_text(), before)
        self.refused("NoSuchGuest", "SetGuest", "(sa{ss}as)", "nobody", {}, [])

    def test_set_mends(self):
        self.conf("broken").parent.mkdir(parents=True, exist_ok=True)
        self.conf("broken").write_text("[Guest]\nkind=local\nidle_timeout_s=soon\n")
        self.assertFalse(self.set("broken", idle_timeout_s="9"))
        self.assertEqual(self.guest("broken")["state"], "off")

    def test_stop_and_start_at_once(self):
        self.add_peer("mine", apps=APPS)
        pid = self.status()["pid"]
        for _ in range(20):
            stopped, started = [], []
            os.kill(pid, signal.SIGSTOP)  # so that it finds both together
            self.call_in_background(stopped, "StopGuest", "(s)", "mine")
            self.call_in_background(started, "StartGuest", "(s)", "mine")
            self.bus.flush_sync(None)
            os.kill(pid, signal.SIGCONT)
            wait_for(lambda: f"both answers; {stopped} {started}", lambda: self.turn() and stopped and started)
            self.assertEqual((stopped, started), ([()], [()]))
            self.call("StopGuest", "(s)", "mine")

    def test_set_while_it_runs(self):
        self.add_peer("mine", apps=APPS)
        self.call("StartGuest", "(s)", "mine")
        self.assertTrue(self.set("mine", label="B"))
        self.assertFalse(self.set("mine", "label"))  # as it was
        self.assertFalse(self.set("mine", clipboard="off"))  # counts at once
        self.assertTrue(self.set("mine", label="B"))
        self.call("StopGuest", "(s)", "mine")
        self.assertEqual(self.call("ShowGuest", "(s)", "mine")[0]["label"], "B")

    def test_guest_is_told_what_is_allowed(self):
        """Its policy, when it says hello and when it changes; a launch is held to the same."""
        told = self.base / "policy"
        self.add("peer", "command", argv=f"{PEER};--policy;{told};honest;")

        def flags():
            return told.read_text().split() if told.exists() else []

        self.call("StartGuest", "(s)", "peer")
        wait_for("the policy", lambda: flags() == ["0"])
        self.refused("NotAllowed", "LaunchCommand", "(sasa{sv})", "peer", ["xterm"], DESKTOP)
        self.assertFalse(self.set("peer", unlisted="true"))  # counts at once
        wait_for("the other one", lambda: flags() == ["0", "1"])
        self.assertTrue(self.set("peer", label="B"))  # nothing to tell
        self.assertTrue(self.set("peer", unlisted="false"))  # the label still waits
        wait_for("the first one again", lambda: flags() == ["0", "1", "0"])
        self.refused("NotAllowed", "LaunchCommand", "(sasa{sv})", "peer", ["xterm"], DESKTOP)
        os.kill(self.guest("peer")["pid"], signal.SIGKILL)  # another agent is told, too
        wait_for("the policy of the other agent", lambda: flags() == ["0", "1", "0", "0"])

    def test_second_broker_says_so(self):
        pid = self.status()["pid"]
        second = subprocess.run([BUILD / "bin/casementd"], env=self.env, capture_output=True, text=True, timeout=20)
        self.assertEqual(second.returncode, 1)
        self.assertIn(f"runs already for this user (process {pid})", second.stderr)

    def test_help_and_version(self):
        for option, word in (("--help", "org.casement.Broker1"), ("--version", "casementd 0.")):
            out = subprocess.run([BUILD / "bin/casementd", option], env=self.env, capture_output=True, text=True,
                                 timeout=20, check=True)
            self.assertIn(word, out.stdout)
        bad = subprocess.run([BUILD / "bin/casementd", "--nonsense"], env=self.env, capture_output=True, text=True,
                             timeout=20)
        self.assertEqual(bad.returncode, 2)

    def test_without_runtime_dir(self):
        env = {k: v for k, v in self.env.items() if k != "XDG_RUNTIME_DIR"}
        self.env = env
        status = self.status()  # the activated one has a runtime folder; it holds the lock there only
        process = subprocess.run([BUILD / "bin/casementd"], env=env, capture_output=True, text=True, timeout=20)
        # Its folder is another, so no lock stops it, but the name on the bus is taken.
        self.assertEqual(process.returncode, 1)
        self.assertRegex(process.stderr, "has the name org.casement.Broker1|runs already")
        self.assertTrue(alive(status["pid"]))


class Installed(BrokerCase):
    """What `cmake --install BUILD --prefix PREFIX` leaves, wherever the build was configured for."""

    @classmethod
    def setUpClass(cls):
        cls.prefix = pathlib.Path(tempfile.mkdtemp(prefix="cmi-"))
        cls.addClassCleanup(shutil.rmtree, cls.prefix)
        cls.share = cls.prefix / "share"
        subprocess.run(["cmake", "--install", BUILD, "--prefix", cls.prefix], check=True, capture_output=True)

    def test_works_from_its_prefix(self):
        pid = self.status()["pid"]
        self.assertEqual(os.readlink(f"/proc/{pid}/exe"), str(self.prefix / "libexec/casement/casementd"))
        unit = (self.prefix / "lib/systemd/user/casementd.service").read_text()
        self.assertIn(f"ExecStart={self.prefix}/libexec/casement/casementd\n", unit)
        self.add_peer("peer", apps=APPS)
        self.call("StartGuest", "(s)", "peer")
        wait_for("the entry", lambda: self.entry("peer", "one").exists())
        self.assertIn(f'Exec="{self.prefix}/bin/casement" run peer one', self.entry("peer", "one").read_text())


class Channel(BrokerCase):
    def test_applications_are_published(self):
        apps = self.add_peer("peer", apps=APPS)
        self.call("StartGuest", "(s)", "peer")
        guest = self.guest("peer")
        self.assertEqual((guest["state"], guest["apps"], guest["os"]), ("up", 2, "Test OS 1.0"))
        wait_for("both entries", lambda: self.entry("peer", "one").exists() and self.entry("peer", "two").exists())
        self.assertEqual({(a["id"], a["name"], a["desktop_id"]) for a in self.apps("peer")},
                         {("one", "First", "casement.peer.one.desktop"), ("two", "Second", "casement.peer.two.desktop")})
        self.assertIn(f'Exec="{BUILD}/bin/casement" run peer one', self.entry("peer", "one").read_text())
        self.write_apps(apps, "two Renamed\n")
        wait_for("the removed one to go", lambda: not self.entry("peer", "one").exists(), 2)
        wait_for("the new name", lambda: "Name=Renamed" in self.entry("peer", "two").read_text(), 2)
        times = next(g for g in self.status()["guests"] if g["name"] == "peer")["times"]
        self.assertGreater(times["apps"], 0)
        self.assertGreaterEqual(times["apps"], times["channel"])
        # Off, its entries stay: they start it.
        self.call("StopGuest", "(s)", "peer")
        self.assertEqual(self.guest("peer")["state"], "off")
        self.assertTrue(self.entry("peer", "two").exists())
        self.call("RemoveGuest", "(sb)", "peer", True)
        self.assertEqual([p for p in (self.base / "data").rglob("*peer*")], [])
        self.assertEqual([p for p in (self.base / "config").rglob("*peer*")], [])

    def test_socket_connect_and_reconnect(self):
        path, apps = self.base / "agent.sock", self.base / "list"
        apps.write_text(APPS)
        peer = self.spawn(PEER, "--listen", path, "--apps", apps)
        wait_for("the peer", path.exists)
        self.add("vm", "socket", path=path)
        self.call("StartGuest", "(s)", "vm")
        os.kill(peer.pid, signal.SIGKILL)
        peer.wait(10)
        wait_for("the loss to be noticed", lambda: self.guest("vm")["state"] != "up")
        path.unlink(missing_ok=True)
        self.spawn(PEER, "--listen", path, "--apps", apps)
        wait_for("the guest to be back", lambda: self.guest("vm")["state"] == "up")

    def test_socket_listen(self):
        path = self.base / "listener.sock"
        self.add("vm", "socket", path=path, mode="listen", start_timeout_s=20)
        done = []
        self.call_in_background(done, "StartGuest", "(s)", "vm")
        wait_for("the broker to listen", lambda: self.turn() and path.exists())
        self.spawn("/usr/bin/python3", "-c",
                   "import os, socket, sys\ns = socket.socket(socket.AF_UNIX)\ns.connect(sys.argv[1])\n"
                   "os.dup2(s.fileno(), 0); os.dup2(s.fileno(), 1)\nos.execv(sys.argv[2], sys.argv[2:])", path, PEER,
                   "honest")
        wait_for("the start to be answered", lambda: self.turn() and done)
        self.assertEqual(done, [()])

    def test_command_that_fails_tells_its_words(self):
        self.add("ssh", "command", argv="sh;-c;echo 'no route to nowhere' >&2\\; exit 3;")
        message = self.refused("GuestFailed", "StartGuest", "(s)", "ssh")
        self.assertIn("exited with code 3: no route to nowhere", message)
        self.add("nothing", "command", argv="/no/such/program;")
        self.assertIn("/no/such/program", self.refused("GuestFailed", "StartGuest", "(s)", "nothing"))

    def test_failed_launch_is_told_once(self):
        told = self.hear_notifications()
        self.add("ssh", "command", argv="sh;-c;echo 'no route to nowhere' >&2\\; exit 3;")
        from_menu = {**DESKTOP, "notify": GLib.Variant("b", True)}
        for number in (1, 2):
            self.refused("GuestFailed", "Launch", "(ssasa{sv})", "ssh", "one", [], from_menu)
            wait_for("the notification", lambda: self.turn() and len(told) >= number)
            self.assert_told(told, number, number)
        self.refused("GuestFailed", "Launch", "(ssasa{sv})", "ssh", "one", [], DESKTOP)
        self.assert_told(told, 2, 3)
        self.assertEqual(told[0][0], "one (ssh)")
        # What the guest is not to blame for stands in the log as well.
        self.refused("NoSuchGuest", "Launch", "(ssasa{sv})", "nobody", "one", [], from_menu)
        wait_for("the notification", lambda: self.turn() and len(told) == 3)
        self.assertEqual((self.base / "log").read_text().count("There is no guest 'nobody'"), 1)

    def assert_told(self, told, notifications, lines):
        self.status()
        self.turn()
        self.assertEqual(len(told), notifications, told)
        log = (self.base / "log").read_text()
        self.assertEqual(log.count("no route to nowhere"), lines, log)

    def test_command_is_started_again(self):
        self.add_peer("peer", apps=APPS)
        self.call("StartGuest", "(s)", "peer")
        pid = self.guest("peer")["pid"]
        os.kill(pid, signal.SIGKILL)
        wait_for("another command", lambda: self.guest("peer")["state"] == "up" and self.guest("peer")["pid"] != pid)

    def test_vsock_without_peer_says_so(self):
        self.add("vm", "vsock", cid=77, port=5000, start_timeout_s=5)
        message = self.refused("GuestFailed", "StartGuest", "(s)", "vm")
        self.assertIn("port 5000 of the virtual machine with CID 77", message)

    def test_sync_and_policy(self):
        self.add_peer("peer", apps=APPS, publish="none")
        self.assertIn("not up", self.refused("GuestFailed", "Sync", "(s)", "peer"))
        self.call("StartGuest", "(s)", "peer")
        self.call("Sync", "(s)", "peer")
        self.call("Sync", "(s)", "")
        self.assertEqual({a["desktop_id"] for a in self.apps("peer")}, {""})
        self.assertEqual(list((self.base / "data").glob("applications/*")), [])

    def test_launch_is_refused_in_words(self):
        self.add_peer("peer", apps=APPS)
        self.assertIn("DISPLAY", self.refused("Failed", "Launch", "(ssasa{sv})", "peer", "one", [], {}))
        self.assertIn("unlisted=true", self.refused("NotAllowed", "LaunchCommand", "(sasa{sv})", "peer", ["xterm"], DESKTOP))
        self.assertIn("nobody", self.refused("NoSuchGuest", "Launch", "(ssasa{sv})", "nobody", "one", [], DESKTOP))


class Hostile(BrokerCase):
    def test_each_costs_itself_only(self):
        self.add_peer("good", apps=APPS)
        self.call("StartGuest", "(s)", "good")
        for mode, words in (("garbage", None), ("silent", "did not answer"), ("broken", "broke the protocol"),
                            ("flood", None), ("unlisted", "no list of applications")):
            with self.subTest(mode):
                self.add_peer(mode, mode=mode, start_timeout_s=2)
                message = self.refused("GuestFailed", "StartGuest", "(s)", mode)
                self.assertIn(mode, message)
                if words:
                    self.assertIn(words, message)
                guest = self.guest(mode)
                self.assertEqual((guest["state"], guest["error"]), ("failed", message))
                self.assertEqual(self.guest("good")["state"], "up")
                self.call("StopGuest", "(s)", mode)
                wait_for("its process to end", lambda: self.guest(mode)["pid"] == 0)
        pid = self.status()["pid"]
        with open(f"/proc/{pid}/status", encoding="ascii") as status:
            rss = next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))
        if not os.environ.get("ASAN_OPTIONS") and "asan" not in str(BUILD):
            self.assertLess(rss, 15 * 1024)
        log = (self.base / "log").read_text()
        for mode in ("garbage", "silent", "broken", "flood", "unlisted"):
            self.assert_said_once(mode)

    def assert_said_once(self, guest):
        """Whatever the log says of the guest, it says once."""
        said = [line.split(f"guest {guest}: ")[1] for line in (self.base / "log").read_text(errors="replace").splitlines()
                if f"guest {guest}: " in line]
        self.assertTrue(said)
        self.assertEqual(len(said), len(set(said)), said)

    def test_list_of_all_that_is_wrong(self):
        self.add_peer("good", apps=APPS)
        self.call("StartGuest", "(s)", "good")
        wrong = ("twice One\ntwice Two\n../up Up\ncontrol Na\x1b[1mme\x07\nbidi a\u202egnp.exe\n"
                 "codes 100%F %U\nquotes \"a\" 'b' `c` $d\ncasement.good.one Ours\n")
        self.add_peer("wrong", apps=wrong + "".join(f"many-{i} {i}\n" for i in range(100_000)))
        self.call("StartGuest", "(s)", "wrong")
        wait_for("what can be published of it", lambda: self.entry("wrong", "many-1000").exists(), 30)
        names = {app["id"]: app["name"] for app in self.apps("wrong")}
        self.assertLessEqual(len(names), 4096)
        self.assertNotIn("../up", names)
        for name in names.values():
            self.assertTrue(name.isprintable(), name)
        self.assertEqual(names["codes"], "100%F %U")
        text = self.entry("wrong", "codes").read_text()
        self.assertEqual([line for line in text.splitlines() if line.startswith("Exec=")][0].split(" ", 1)[1].split()[:2],
                         ["run", "wrong"], text)
        self.assertEqual(self.guest("good")["state"], "up")
        self.assert_said_once("wrong")


class OwnDeath(BrokerCase):
    def test_killed_leaves_no_stale_and_no_missing_entry(self):
        apps = self.add_peer("peer", apps=APPS, autostart="true")
        wait_for("the entries", lambda: self.entry("peer", "two").exists())
        self.add_peer("gone", apps="old Old\n", autostart="true")
        wait_for("the other's entry", lambda: self.entry("gone", "old").exists())
        self.kill_broker()
        self.conf("gone").unlink()
        self.write_apps(apps, "two Second\nthree Third\n")
        self.status()
        wait_for("the new entry", lambda: self.entry("peer", "three").exists())
        wait_for("the stale entry to go", lambda: not self.entry("peer", "one").exists())
        self.assertTrue(self.entry("peer", "two").exists())
        self.assertFalse(self.entry("gone", "old").exists())

    def test_applications_are_known_before_the_guest_is_up(self):
        apps = self.add_peer("peer", apps=APPS)
        self.call("StartGuest", "(s)", "peer")
        wait_for("the entries", lambda: self.entry("peer", "two").exists())
        before = self.apps("peer")
        self.call("StopGuest", "(s)", "peer")
        self.kill_broker()
        self.assertEqual(self.guest("peer")["state"], "off")
        self.assertEqual(self.apps("peer"), before)
        self.assertEqual(self.apps(), before)
        self.assertEqual(self.guest("peer")["apps"], 2)
        # The guest's own list is the only one once it is there.
        self.write_apps(apps, "two Second\nthree Third\n")
        self.call("StartGuest", "(s)", "peer")
        self.assertEqual([a["id"] for a in self.apps("peer")], ["three", "two"])
        wait_for("the stale entry to go", lambda: not self.entry("peer", "one").exists())
        # A guest that is made anew has nothing of the former one's.
        self.kill_broker()
        self.conf("peer").unlink()
        self.assertEqual(self.guests(), [])
        self.add_peer("peer", apps=APPS)
        self.assertEqual(self.apps("peer"), [])

    def test_broken_list_of_applications_is_left_aside(self):
        self.add_peer("peer", apps=APPS)
        self.call("StartGuest", "(s)", "peer")
        kept = self.base / "state/casement/peer/apps"
        wait_for("the list to be kept", kept.exists)
        self.call("StopGuest", "(s)", "peer")
        self.kill_broker()
        kept.write_bytes(b"casement-apps 1\0nonsense")
        self.assertEqual(self.apps("peer"), [])
        self.assertEqual((self.base / "log").read_text().count(str(kept)), 1)
        self.call("StartGuest", "(s)", "peer")
        self.assertEqual(len(self.apps("peer")), 2)

    def test_sigterm_is_an_orderly_end(self):
        self.add_peer("peer", apps=APPS)
        pid = self.status()["pid"]
        os.kill(pid, signal.SIGTERM)
        wait_for("the broker to end", lambda: not alive(pid) and not self.owned())
        self.assertNotEqual(self.status()["pid"], pid)
        self.assertEqual(self.guest("peer")["state"], "off")


if __name__ == "__main__":
    unittest.main(verbosity=2)
