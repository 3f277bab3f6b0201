# SPDX-License-Identifier: Apache-2.0
"""A user's session for tests of the broker: own folders, own session bus, the broker activated on it."""
import os
import pathlib
import select
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

BUILD = pathlib.Path(os.environ["CASEMENT_BUILD"])
PEER = BUILD / "bin/broker_peer"
POLL_S = 0.02
NAME, PATH = "org.casement.Broker1", "/org/casement/Broker1"


def wait_for(what, condition, timeout=15):
    deadline = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {timeout} s for {what() if callable(what) else what}")
        select.select([], [], [], POLL_S)


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as f:
            return f.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


class BrokerCase(unittest.TestCase):
    share = BUILD / "share"  # where the service's file is

    def setUp(self):
        self.base = pathlib.Path(tempfile.mkdtemp(prefix="cmb-"))
        self.started = []
        self.addCleanup(self.end_processes)
        keep = ("PATH", "LANG", "USER", "LOGNAME", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS")
        self.env = {k: os.environ[k] for k in keep if k in os.environ}
        for key, folder in (("HOME", "home"), ("XDG_RUNTIME_DIR", "run"), ("XDG_DATA_HOME", "data"),
                            ("XDG_CONFIG_HOME", "config"), ("XDG_STATE_HOME", "state"), ("XDG_CACHE_HOME", "cache")):
            (self.base / folder).mkdir(mode=0o700)
            self.env[key] = str(self.base / folder)
        self.env["XDG_DATA_DIRS"] = f"{self.share}:/usr/local/share:/usr/share"
        self.log = open(self.base / "log", "ab")
        socket = self.base / "bus"
        self.spawn("dbus-daemon", "--session", "--nofork", f"--address=unix:path={socket}")
        self.env["DBUS_SESSION_BUS_ADDRESS"] = f"unix:path={socket}"
        self.bus = wait_for("the session bus", lambda: self.connect(socket))
        self.bus.set_exit_on_close(False)

    @staticmethod
    def connect(socket):
        try:
            return Gio.DBusConnection.new_for_address_sync(
                f"unix:path={socket}", Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT |
                Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION, None, None)
        except GLib.Error:
            return None

    def tearDown(self):
        try:
            for guest in self.guests():
                self.call("StopGuest", "(s)", guest["name"])
            pid = self.status()["pid"]
            os.kill(pid, signal.SIGTERM)
            wait_for("the broker to end", lambda: not alive(pid))
        finally:
            self.bus.close_sync(None)
            self.end_processes()
            self.log.close()
            if self._outcome_failed():
                print((self.base / "log").read_text(errors="replace")[-5000:])
                for log in sorted((self.base / "state").glob("casement/*/*.log")):
                    print(f"==> {log}\n{log.read_text(errors='replace')[-3000:]}")
            if not os.environ.get("CASEMENT_TEST_KEEP"):
                shutil.rmtree(self.base, ignore_errors=True)

    def end_processes(self):
        for process in reversed(self.started):
            process.terminate()
            process.wait(10)
        self.started.clear()

    def _outcome_failed(self):
        result = self._outcome.result
        return any(test is self for test, _ in getattr(result, "failures", []) + getattr(result, "errors", []))

    def spawn(self, *argv):
        process = subprocess.Popen([str(a) for a in argv], env=self.env, stdin=subprocess.DEVNULL, stdout=self.log,
                                   stderr=self.log, start_new_session=True)
        self.started.append(process)
        return process

    # ---- the broker

    def call(self, method, signature=None, *args, timeout=40):
        reply = self.bus.call_sync(NAME, PATH, NAME, method, GLib.Variant(signature, args) if signature else None,
                                   None, Gio.DBusCallFlags.NONE, timeout * 1000, None)
        return reply.unpack()

    def call_in_background(self, done, method, signature, *args):
        def finish(bus, result):
            try:
                done.append(bus.call_finish(result).unpack())
            except GLib.Error as error:
                done.append((Gio.DBusError.get_remote_error(error), error.message))
        self.bus.call(NAME, PATH, NAME, method, GLib.Variant(signature, args), None, Gio.DBusCallFlags.NONE, 60000,
                      None, finish)

    def turn(self):
        """Lets this process's own handlers run; for use in conditions."""
        while GLib.MainContext.default().iteration(False):
            pass
        return True

    def refused(self, error, method, signature, *args):
        """The message of the error that a call must end with."""
        with self.assertRaises(GLib.Error) as caught:
            self.call(method, signature, *args)
        self.assertEqual(Gio.DBusError.get_remote_error(caught.exception), f"org.casement.Error.{error}",
                         caught.exception.message)
        return caught.exception.message.split(": ", 1)[1]

    def guests(self):
        return self.call("ListGuests")[0]

    def guest(self, name):
        return next(g for g in self.guests() if g["name"] == name)

    def apps(self, name=""):
        return self.call("ListApps", "(s)", name)[0]

    def status(self):
        return self.call("GetStatus")[0]

    def add(self, name, kind, **options):
        self.call("AddGuest", "(ssa{ss})", name, kind, {k: str(v) for k, v in options.items()})

    def add_peer(self, name, mode="honest", apps="", **options):
        """A guest of kind command whose other end is broker_peer; its list of applications' file."""
        path = self.base / f"{name}.apps"
        path.write_text(apps)
        self.add(name, "command", argv=f"{PEER};--apps;{path};{mode};", **options)
        return path

    def write_apps(self, path, text):
        part = path.with_suffix(".part")
        part.write_text(text)
        part.rename(path)

    def kill_broker(self):
        pid = self.status()["pid"]
        os.kill(pid, signal.SIGKILL)
        # A call made before the bus has noticed would go to the dead one.
        wait_for("the bus to notice", lambda: not self.owned())
        return pid

    def owned(self):
        """Whether somebody has the broker's name."""
        return self.bus.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
                                  "NameHasOwner", GLib.Variant("(s)", (NAME,)), None, Gio.DBusCallFlags.NONE, 5000,
                                  None).unpack()[0]

    def hear_notifications(self):
        """What the user is told by notifications from now on: (summary, text)."""
        told = []
        node = Gio.DBusNodeInfo.new_for_xml(
            "<node><interface name='org.freedesktop.Notifications'><method name='Notify'>"
            "<arg type='s' direction='in'/><arg type='u' direction='in'/><arg type='s' direction='in'/>"
            "<arg type='s' direction='in'/><arg type='s' direction='in'/><arg type='as' direction='in'/>"
            "<arg type='a{sv}' direction='in'/><arg type='i' direction='in'/><arg type='u' direction='out'/>"
            "</method></interface></node>")

        def on_call(bus, sender, path, interface, method, arguments, invocation):
            told.append(arguments.unpack()[3:5])
            invocation.return_value(GLib.Variant("(u)", (1,)))
        self.bus.register_object("/org/freedesktop/Notifications", node.interfaces[0], on_call, None, None)
        Gio.bus_own_name_on_connection(self.bus, "org.freedesktop.Notifications", Gio.BusNameOwnerFlags.NONE, None, None)
        return told

    def conf(self, name):
        return self.base / f"config/casement/guests/{name}.conf"

    def entry(self, guest, app):
        return self.base / f"data/applications/casement.{guest}.{app}.desktop"
