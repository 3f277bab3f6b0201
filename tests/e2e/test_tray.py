#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A Windows guest's tray on the desktop's: the real broker, session and view, with a double of its Remote Desktop
(tests/termservice) and an agent's other end that only relays (broker_peer)."""
import os
import pathlib
import subprocess
import unittest

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

from harness import HostDesktop, wait_for  # noqa: E402

BUILD = pathlib.Path(os.environ["CASEMENT_BUILD"])
WATCHER, ITEM, PROPERTIES = "org.kde.StatusNotifierWatcher", "org.kde.StatusNotifierItem", "org.freedesktop.DBus.Properties"


class Tray:
    """A watcher and host: the items that are there, by the name they registered."""

    def __init__(self, address):
        flags = Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION
        self.bus = Gio.DBusConnection.new_for_address_sync(address, flags, None, None)
        self.items = []
        node = Gio.DBusNodeInfo.new_for_xml(f"<node><interface name='{WATCHER}'><method "
                                            "name='RegisterStatusNotifierItem'><arg type='s' direction='in'/>"
                                            "</method></interface></node>")
        self.bus.register_object("/StatusNotifierWatcher", node.interfaces[0], self.on_call, None, None)
        Gio.bus_own_name_on_connection(self.bus, WATCHER, Gio.BusNameOwnerFlags.NONE, None, None)

    def on_call(self, bus, sender, path, interface, method, arguments, invocation):
        name = arguments.unpack()[0]
        self.items.append(name)
        Gio.bus_watch_name_on_connection(bus, name, Gio.BusNameWatcherFlags.NONE, None,
                                         lambda bus, name: name in self.items and self.items.remove(name))
        invocation.return_value(None)

    def turn(self):
        """Lets the handlers run; for use in conditions."""
        while GLib.MainContext.default().iteration(False):
            pass
        return self.items

    def ask(self, name, interface, method, arguments):
        answer = []
        self.bus.call(name, "/StatusNotifierItem", interface, method, arguments, None, Gio.DBusCallFlags.NONE, 10000,
                      None, lambda bus, result: answer.append(bus.call_finish(result)))
        return wait_for(f"{method} of {name}", lambda: self.turn() is not None and answer)[0].unpack()

    def properties(self, name):
        return self.ask(name, PROPERTIES, "GetAll", GLib.Variant("(s)", (ITEM,)))[0]

    def titles(self):
        self.turn()
        return sorted(self.properties(name)["ToolTip"][2] for name in list(self.items))

    def item(self, tip):
        """The item with this tip, when it is there."""
        def find():
            self.turn()
            return [(n, p) for n in list(self.items) for p in [self.properties(n)] if p["ToolTip"][2] == tip]
        return wait_for(lambda: f"the item {tip}; there are {self.titles()}", find)[0]


class TrayCase(unittest.TestCase):
    def setUp(self):
        self.d = HostDesktop(BUILD, sound=False)
        self.addCleanup(self.d.stop)
        self.d.start()
        self.tray = Tray(self.d.env["DBUS_SESSION_BUS_ADDRESS"])
        self.d.run("gnome-keyring-daemon", "--daemonize", "--components=secrets", "--unlock", input="login\n")
        self.start_double()
        apps = self.d.base / "apps"
        apps.write_text("notes Note pad\nmail Mail\n")
        argv = (BUILD / "bin/broker_peer", "--apps", apps, "--windows", self.d.base / "rdp", "honest")
        self.d.casement("guest", "add", "win", "--kind", "command", "--set", "argv=" + ";".join(map(str, argv)))
        self.d.casement("guest", "start", "win")
        self.d.casement("guest", "login", "win", "--user", "alice", input="the password\n")
        self.d.casement("run", "win", "notes")
        self.d.window_of("casement.win.notes")
        self.window = self.id_of("Note pad of the guest")

    def start_double(self):
        (self.d.base / "password").write_text("the password\n")
        self.said = self.d.base / "double.log"
        with open(self.said, "wb") as out:
            self.double = subprocess.Popen(
                [BUILD / "bin/termservice", "--listen", self.d.base / "rdp", "--user", "alice", "--password-file",
                 self.d.base / "password", "--app=notes=Note pad of the guest"],
                stdin=subprocess.PIPE, stdout=out, stderr=subprocess.DEVNULL)
        self.addCleanup(self.double.wait, 20)
        self.addCleanup(self.double.stdin.close)
        wait_for("the double", lambda: "path " in self.said.read_text())

    def tell(self, line):
        self.double.stdin.write(line.encode() + b"\n")
        self.double.stdin.flush()

    def hears(self, line):
        wait_for(lambda: f"{line}; there is {self.said.read_text()[-600:]}",
                 lambda: self.tray.turn() is not None and line in self.said.read_text().splitlines())

    def id_of(self, title):
        line = wait_for(title, lambda: [line for line in self.said.read_text().splitlines()
                                        if line.startswith("window ") and line.endswith(f"title={title}")])[0]
        return line.split()[1].removeprefix("id=")

    def gone(self, what):
        wait_for(lambda: f"{what}; there are {self.tray.titles()}", lambda: not self.tray.turn())

    def test_icons_of_several_programs(self):
        self.tell("open mail Inbox")
        self.d.window_of("casement.win.mail")  # no launch of ours: by the program's path
        mail = self.id_of("Inbox")
        self.tell(f"notify {self.window} 1 Two notes")
        self.tell(f"notify {mail} 1 Three messages")
        _, looks = self.tray.item("Two notes")
        self.assertEqual((looks["Id"], looks["Title"], looks["Status"]), ("casement.win.notes", "Note pad", "Active"))
        self.assertEqual(looks["ToolTip"][3], "win")
        (width, height, pixels), = looks["IconPixmap"]
        self.assertEqual((width, height, len(pixels)), (16, 16, 1024))
        self.assertEqual((pixels[0], len(set(tuple(pixels[i:i + 4]) for i in range(0, 1024, 4)))), (255, 1))
        item, looks = self.tray.item("Three messages")
        self.assertEqual(looks["Title"], "Mail")
        self.tray.ask(item, ITEM, "ContextMenu", GLib.Variant("(ii)", (700, 30)))
        self.hears("mouse flags=0x0800 x=700 y=30")
        self.hears(f"notify id={mail} icon=1 message=0x007B")
        self.tray.ask(item, ITEM, "Activate", GLib.Variant("(ii)", (700, 30)))
        self.hears(f"notify id={mail} icon=1 message=0x0202")
        # Changes of it, and its end.
        self.tell(f"notify {mail} 1 No message")
        self.assertEqual(self.tray.item("No message")[0], item)
        self.tell(f"notify {mail} 1")
        wait_for("the mail's to go", lambda: len(self.tray.turn()) == 1)
        self.assertEqual(self.tray.titles(), ["Two notes"])
        self.d.casement("guest", "stop", "win")
        self.gone("all to go with the guest")

    def test_session_ends(self):
        self.tell(f"notify {self.window} 1 An icon")
        self.tray.item("An icon")
        self.double.stdin.close()  # the guest's Remote Desktop ends
        self.gone("it to go")


if __name__ == "__main__":
    unittest.main(verbosity=2)
