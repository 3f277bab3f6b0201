#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A guest's tray on the desktop's. Windows: the real broker, session and view, with a double of its Remote Desktop
(tests/termservice) and an agent's other end that only relays (broker_peer). Linux: all of it real, with programs of
the toolkits that have tray icons (tray_programs.py)."""
import os
import pathlib
import shutil
import subprocess
import unittest

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

from Xlib import X, error as xerror  # noqa: E402

from case import ChainCase  # noqa: E402
from harness import HostDesktop, wait_for  # noqa: E402

BUILD = pathlib.Path(os.environ["CASEMENT_BUILD"])
WATCHER, ITEM, MENU, PROPERTIES = "org.kde.StatusNotifierWatcher", "org.kde.StatusNotifierItem", "com.canonical.dbusmenu", "org.freedesktop.DBus.Properties"


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

    def ask(self, name, interface, method, arguments, path="/StatusNotifierItem"):
        answer = []

        def on_answer(bus, result):
            try:
                answer.append(bus.call_finish(result))
            except GLib.Error as error:
                answer.append(error)
        self.bus.call(name, path, interface, method, arguments, None, Gio.DBusCallFlags.NONE, 10000, None, on_answer)
        value, = wait_for(f"{method} of {name}", lambda: self.turn() is not None and answer)
        if isinstance(value, GLib.Error):
            raise value
        return value.unpack()

    def properties(self, name):
        return self.ask(name, PROPERTIES, "GetAll", GLib.Variant("(s)", (ITEM,)))[0]

    def click(self, name, method, *arguments):
        self.ask(name, ITEM, method, GLib.Variant("(is)" if method == "Scroll" else "(ii)", arguments))

    def menu(self, name):
        """Entries as (id, properties, entries)."""
        path = self.properties(name)["Menu"]
        layout = self.ask(name, MENU, "GetLayout", GLib.Variant("(iias)", (0, -1, [])), path)[1]

        def entries(of):
            return [(ident, what, entries(below)) for ident, what, below in of]
        return entries(layout[2])

    def labels(self, name):
        def texts(entries):
            return [(what.get("label", "---"), *texts(below)) if below else what.get("label", "---")
                    for ident, what, below in entries]
        return texts(self.menu(name))

    def choose(self, name, label, entries=None):
        for ident, what, below in entries or self.menu(name):
            if what.get("label") == label:
                self.ask(name, MENU, "Event", GLib.Variant("(isvu)", (ident, "clicked", GLib.Variant("i", 0), 0)),
                         self.properties(name)["Menu"])
            elif below:
                self.choose(name, label, below)

    def all(self):
        """Names and properties. One may go while it is asked."""
        there = []
        for name in list(self.turn()):
            try:
                there.append((name, self.properties(name)))
            except GLib.Error:
                self.turn()
        return there

    def titles(self):
        return sorted(properties["ToolTip"][2] for name, properties in self.all())

    def item(self, tip):
        """The item with this tip, when it is there."""
        return wait_for(lambda: f"the item {tip}; there are {self.titles()}",
                        lambda: [(n, p) for n, p in self.all() if p["ToolTip"][2] == tip], 20)[0]


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

    def test_a_click_may_raise_a_window(self):
        self.tell(f"notify {self.window} 1 Two notes")
        item, _ = self.tray.item("Two notes")
        notes = self.d.window_of("casement.win.notes")
        self.tell("open mail Inbox")
        mail = self.d.window_of("casement.win.mail")
        wait_for("the mail to have the focus", lambda: self.d.has_focus(mail))
        native = self.d.spawn("xterm", "-T", "native", log="native")
        self.addCleanup(native.wait)
        self.addCleanup(native.terminate)
        wait_for("the native window to have the focus", lambda: not self.d.has_focus(mail) and self.d.has_focus(self.d.clients()[-1]))
        self.tray.click(item, "Activate", 700, 30)
        self.hears(f"notify id={self.window} icon=1 message=0x0202")
        self.tell(f"raise {self.window}")  # what its program does then
        wait_for("the window in front", lambda: self.d.has_focus(notes) and self.d.clients()[-1].id == notes.id)

    def test_session_ends(self):
        self.tell(f"notify {self.window} 1 An icon")
        self.tray.item("An icon")
        self.double.stdin.close()  # the guest's Remote Desktop ends
        self.gone("it to go")


def colours(looks):
    """Sides and the colours (ARGB, hexadecimal) of an item's icon."""
    (width, height, pixels), = looks["IconPixmap"]
    return (width, height), {bytes(pixels[i:i + 4]).hex() for i in range(0, len(pixels), 4)}


class LinuxTray(ChainCase):
    desktop_options = {"sound": False}

    def setUp(self):
        self.tray = Tray(self.d.env["DBUS_SESSION_BUS_ADDRESS"])
        self.addCleanup(self.tray.bus.close_sync)
        shutil.copy(pathlib.Path(__file__).parent / "tray_programs.py", self.home())
        self.programs = []
        self.addCleanup(lambda: [self.end(name) for name in list(self.programs)])

    def start(self, kind, name):
        for end in ("said", "do"):
            (self.home() / f"{name}.{end}").unlink(missing_ok=True)
        self.programs.append(name)
        self.d.run_in("demo", "sh", "-c", f"cd; exec /usr/bin/python3 tray_programs.py {kind} {name} > {name}.log 2>&1")
        self.says(name, "ready")

    def said(self, name):
        path = self.home() / f"{name}.said"
        return path.read_text().splitlines() if path.exists() else []

    def says(self, name, line, times=1):
        log = self.home() / f"{name}.log"
        wait_for(lambda: f"{name} to say {line}; it said {self.said(name)} {log.read_text()[-400:]}",
                 lambda: self.tray.turn() is not None and self.said(name).count(line) >= times, 20)

    def do(self, name, line):
        with open(self.home() / f"{name}.do", "w") as pipe:
            pipe.write(line + "\n")

    def end(self, name):
        """Killed, as a program that crashes is."""
        self.programs.remove(name)
        self.do(name, "os.kill(os.getpid(), 9)")

    def shows(self, what, condition):
        """Once an item is so."""
        return wait_for(lambda: f"{what}; there are {self.tray.all()}", condition, 20)

    def gone(self, count=0):
        wait_for(lambda: f"{count} to be left; there are {self.tray.titles()}",
                 lambda: len(self.tray.turn()) == count, 20)

    def test_qt(self):
        self.start("qt", "first")
        item, looks = self.tray.item("Qt's icon")
        self.assertEqual((looks["Status"], looks["ItemIsMenu"], looks["ToolTip"][3]), ("Active", False, "demo"))
        self.assertEqual(colours(looks)[1], {"ff3366ff"})
        self.tray.click(item, "Activate", 700, 30)
        self.says("first", "trigger")
        self.tray.click(item, "Activate", 700, 30)
        self.says("first", "trigger", 2)
        self.tray.click(item, "SecondaryActivate", 700, 30)
        self.says("first", "middle")
        self.do("first", "tray.setIcon(icon('#ff8800'))")
        self.shows("another icon", lambda: colours(self.tray.properties(item))[1] == {"ffff8800"})
        self.do("first", "tray.setToolTip('Another tip')")
        self.assertEqual(self.tray.item("Another tip")[0], item)
        self.end("first")
        self.gone()

    def test_qt_menu(self):
        self.start("qt", "first")
        item, looks = self.tray.item("Qt's icon")
        self.shows("the menu", lambda: self.tray.labels(item) == ["_Open", "Notify", "---", ("More — mehr", "Deep"), "Never"])
        ident, entry, _ = self.tray.menu(item)[1]
        self.assertEqual((entry["toggle-type"], entry["toggle-state"]), ("checkmark", 0))
        self.assertFalse(self.tray.menu(item)[4][1]["enabled"])
        self.assertEqual(self.tray.menu(item)[2][1]["type"], "separator")
        self.tray.choose(item, "_Open")
        self.says("first", "open")
        self.tray.choose(item, "Deep")
        self.says("first", "deep")
        self.tray.choose(item, "Notify")
        self.says("first", "notify True")
        self.shows("the check", lambda: self.tray.menu(item)[1][1]["toggle-state"] == 1)
        self.do("first", "menu.addAction('New')")
        self.shows("what is new", lambda: self.tray.labels(item)[-1] == "New")
        self.tray.ask(item, MENU, "AboutToShow", GLib.Variant("(i)", (0,)), looks["Menu"])
        self.says("first", "about to show")

    def covered(self, title):
        """A window of the program `first`, and a native one that was opened over it and has the focus."""
        self.do("first", "app.focusWindowChanged.connect(lambda w: say(f'focus {w.title() if w else None}'))")
        self.do("first", f"window = QtWidgets.QLabel('{title}'); window.resize(300, 200); window.setWindowTitle('{title}'); window.show()")

        def shown(title):
            return next((w for w in self.d.clients() if self.d.title(w) == title or w.get_wm_name() == title), None)
        window = wait_for(lambda: f"{title}; there are {[self.d.title(w) for w in self.d.clients()]}", lambda: shown(title), 20)
        x, y, _, _ = self.d.geometry(window)
        native = self.d.spawn("xterm", "-T", "native", "-geometry", f"+{x}+{y}", log="native")
        self.addCleanup(native.wait)
        self.addCleanup(native.terminate)
        wait_for("the native window to have the focus", lambda: shown("native") and self.d.has_focus(shown("native")), 20)
        self.says("first", "focus None")
        return window, shown("native")

    def comes_to_the_front(self, window):
        wait_for(lambda: f"the window; active is {self.d.text_property(self.d.root, '_NET_ACTIVE_WINDOW')}",
                 lambda: self.d.has_focus(window) and self.d.clients()[-1].id == window.id, 20)

    def test_a_click_may_raise_a_window(self):
        """As natively: the program's own window comes to the front, and another time, too."""
        self.start("qt", "first")
        item, _ = self.tray.item("Qt's icon")
        window, native = self.covered("of the tray")
        self.do("first", "tray.activated.connect(lambda reason: (window.raise_(), window.activateWindow()))")
        self.tray.click(item, "Activate", 700, 30)
        self.comes_to_the_front(window)
        self.d.focus(native)
        self.says("first", "focus None", 2)
        self.do("first", "menu.actions()[0].triggered.connect(lambda: (window.raise_(), window.activateWindow()))")
        self.shows("the menu", lambda: "_Open" in self.tray.labels(item))
        self.tray.choose(item, "_Open")
        self.comes_to_the_front(window)

    def test_a_click_on_the_icon_of_what_wants_attention(self):
        """The program has asked for its window to be active before: it was not granted, and is not news to its server."""
        self.start("qt", "first")
        item, _ = self.tray.item("Qt's icon")
        window, native = self.covered("of the tray")

        def wants(window):
            self.do("first", "window.raise_(); window.activateWindow()")
            return self.d.asks_attention(window)
        wait_for("attention", lambda: wants(window), 20, poll=0.3)
        self.assertTrue(self.d.has_focus(native))
        self.do("first", "tray.activated.connect(lambda reason: (window.raise_(), window.activateWindow()))")
        self.tray.click(item, "Activate", 700, 30)
        self.comes_to_the_front(window)
        wait_for("the attention to be paid", lambda: not self.d.asks_attention(window))

    def test_indicator(self):
        """It has a menu and nothing else: a click is to open that."""
        self.start("indicator", "second")
        item, looks = self.tray.item("An indicator")
        self.assertTrue(looks["ItemIsMenu"])
        self.assertGreater(len(colours(looks)[1]), 1)  # by its name, of the guest's icon theme
        self.shows("the menu", lambda: self.tray.labels(item) == ["Play", "Quit"])
        self.tray.choose(item, "Quit")
        self.says("second", "Quit")
        self.tray.click(item, "Scroll", 3, "vertical")
        self.says("second", "scroll 3 down")
        self.do("second", "item.set_status(Indicator.IndicatorStatus.PASSIVE)")
        self.shows("it hidden", lambda: self.tray.properties(item)["Status"] == "Passive")
        self.do("second", "item.set_status(Indicator.IndicatorStatus.ACTIVE)")
        self.shows("it again", lambda: self.tray.properties(item)["Status"] == "Active")

    def test_clicks_have_their_place(self):
        self.start("own", "third")
        item, looks = self.tray.item("By hand")
        self.assertEqual(looks["Menu"], "/NO_DBUSMENU")
        self.tray.click(item, "ContextMenu", 711, 33)
        self.says("third", "ContextMenu (711, 33)")
        self.tray.click(item, "Activate", 712, 34)
        self.says("third", "Activate (712, 34)")
        self.tray.click(item, "SecondaryActivate", 713, 35)
        self.says("third", "SecondaryActivate (713, 35)")
        self.tray.click(item, "Scroll", -120, "horizontal")
        self.says("third", "Scroll (-120, 'horizontal')")

    def test_whose_it_is(self):
        """The item is the program's that was started; of a mere command it is the guest's."""
        for name in ("chat", "mail"):
            self.install_entry(name, f"The {name}", f"Exec=sh -c \"cd; exec /usr/bin/python3 tray_programs.py own {name}\"")
            self.addCleanup((self.home() / f".local/share/applications/{name}.desktop").unlink)
            wait_for(f"the entry {name}", self.host_entry(name).exists, 20)
            self.programs.append(name)
            self.d.run("gtk-launch", f"casement.demo.{name}")
            self.shows(f"the {name}'s item", lambda name=name: [p["Title"] for _, p in self.tray.all() if p["Id"] == f"casement.demo.{name}"]
                       == [f"The {name}"])
        self.start("own", "third")
        self.shows("the command's", lambda: sorted(p["Id"] for _, p in self.tray.all()) ==
                   ["casement.demo", "casement.demo.chat", "casement.demo.mail"])

    def test_older_kind(self):
        self.start("older", "fourth")
        item, looks = self.tray.item("The older kind")
        self.assertEqual((looks["Status"], looks["ItemIsMenu"], looks["Menu"]), ("Active", False, "/NO_DBUSMENU"))
        self.shows("its picture", lambda: "ff3366ff" in colours(self.tray.properties(item))[1])
        self.assertEqual(colours(self.tray.properties(item))[0], (32, 32))
        self.assertEqual(self.d.clients(), [])  # it is no window here
        self.tray.click(item, "Activate", 700, 30)
        self.says("fourth", "press 1 at 700 30")
        self.says("fourth", "release 1")
        self.says("fourth", "activate")
        self.tray.click(item, "SecondaryActivate", 800, 40)
        self.says("fourth", "press 2 at 800 40")
        self.tray.click(item, "Scroll", 1, "vertical")
        self.says("fourth", "scroll down")
        self.tray.click(item, "Scroll", -1, "vertical")
        self.says("fourth", "scroll up")
        self.do("fourth", "icon.set_from_pixbuf(picture(0xff880080))")
        self.shows("another picture", lambda: colours(self.tray.properties(item))[1] == {"80ff8700"})
        self.do("fourth", "icon.set_title('Another title')")
        self.assertEqual(self.tray.item("Another title")[0], item)
        self.do("fourth", "icon.set_visible(False)")
        self.gone()
        self.do("fourth", "icon.set_visible(True)")
        self.tray.item("Another title")
        self.end("fourth")
        self.gone()

    def test_older_kind_after_a_server_that_is_killed(self):
        self.start("older", "fourth")
        former, _ = self.tray.item("The older kind")
        self.d.signal(self.d.guest_pids("casement-remoteapp")[0], 9)
        self.shows("it again", lambda: former not in self.tray.turn() and self.tray.titles() == ["The older kind"])
        item, = self.tray.turn()
        self.tray.click(item, "Activate", 700, 30)
        self.says("fourth", "press 1 at 700 30")
        self.assertEqual(self.d.clients(), [])

    def test_older_kind_from_hostile_programs(self):
        self.start("docks", "many")
        self.do("many", "dock(screen.root.id); dock(1); dock(manager().id)")
        self.do("many", "new(1, side=3000)")
        item, looks = self.tray.item("icon 1")
        self.assertEqual(colours(looks), ((32, 32), {"ff112233"}))
        self.do("many", "[dock(windows[1].id) for _ in range(50)]; windows[1].configure(x=-500, y=-500, width=9000, height=9000)")
        self.do("many", "w = new(2); w.destroy(); d.sync()")  # before it is looked at
        self.do("many", "[new(number) for number in range(3, 50)]")
        self.shows("as many as there may be", lambda: len(self.tray.turn()) == 16)  # RA_DOCK_MAX
        self.do("many", "say('all')")
        self.says("many", "all")
        self.start("qt", "first")  # there is room for others
        self.tray.item("Qt's icon")
        self.assertEqual(len(self.tray.turn()), 17)
        self.assertEqual(colours(self.tray.properties(item)), ((32, 32), {"ff112233"}))
        self.assertEqual(self.d.clients(), [])
        self.do("many", "windows[1].reparent(screen.root, 0, 0); windows[1].map(); d.sync()")  # so it is an ordinary window
        wait_for("the window", lambda: len(self.d.clients()) == 1, 20)
        self.shows("it to go", lambda: item not in self.tray.turn())
        self.end("many")
        self.gone(1)
        self.assertEqual(self.tray.titles(), ["Qt's icon"])

    def test_older_kind_is_told_where_it_is_before_it_is_pressed(self):
        """Wine finds by that whom the press is for."""
        self.start("docks", "one")
        self.do("one", "new(1)")
        item, _ = self.tray.item("icon 1")
        self.do("one", "hear(1)")
        self.says("one", "hears")
        self.tray.click(item, "Activate", 700, 30)
        self.says("one", "press 1 at 700 30")
        self.assertEqual(self.said("one")[-2:], ["is at 684 14", "press 1 at 700 30"])

    def test_older_kind_where_somebody_else_is_the_tray(self):
        self.start("older", "fourth")
        self.tray.item("The older kind")
        self.start("docks", "other")
        self.do("other", "become_manager()")
        self.gone()
        self.assertEqual(self.d.clients(), [])

    @unittest.skipUnless(shutil.which("javac"), "no compiler of Java's")
    def test_older_kind_of_java(self):
        shutil.copy(pathlib.Path(__file__).parent / "OlderTray.java", self.home())
        # On GNOME it shows none on purpose.
        self.d.run_in("demo", "sh", "-c", "cd; XDG_CURRENT_DESKTOP=XFCE exec java OlderTray.java fifth > fifth.log 2>&1")
        self.says("fifth", "ready")
        item = self.shows("its picture", lambda: [n for n, p in self.tray.all() if "ff3366ff" in colours(p)[1]])[0]
        self.assertEqual(self.tray.titles(), ["demo"])
        self.assertEqual(self.d.clients(), [])
        self.tray.click(item, "Activate", 700, 30)
        self.says("fifth", "press 1")
        self.d.xdotool("mousemove", "700", "30")
        self.tray.click(item, "ContextMenu", 700, 30)
        self.says("fifth", "press 3")
        menu, = wait_for("the menu", self.popups, 20)
        left, top, width, height = self.d.geometry(menu)
        self.d.xdotool("mousemove", str(left + width // 2), str(top + height // 2), "click", "1")
        self.says("fifth", "open")
        self.tray.click(item, "SecondaryActivate", 700, 30)  # it ends
        self.gone()

    def popups(self):
        """The guest's unmanaged windows on the host's screen."""
        def seen(window):
            attributes = window.get_attributes()
            return attributes.override_redirect and attributes.map_state == X.IsViewable and \
                any(name.startswith("casement.demo") for name in window.get_wm_class() or ())
        try:
            return [w for w in self.d.root.query_tree().children if seen(w)]
        except xerror.BadWindow:  # that goes meanwhile
            return self.popups()

    def test_older_kind_has_its_menu_where_it_is_clicked_on(self):
        self.start("older", "fourth")
        item, _ = self.tray.item("The older kind")
        for y in (30, 1000):
            with self.subTest(y):
                self.d.xdotool("mousemove", "700", str(y))  # where a tray's icon is
                self.tray.click(item, "ContextMenu", 700, y)
                menu, = wait_for("the menu", self.popups, 20)
                left, top, width, height = self.d.geometry(menu)
                shadow = self.d.text_property(menu, "_GTK_FRAME_EXTENTS") or (0, 0, 0, 0)
                self.assertTrue(684 <= left + shadow[0] <= 716, left)
                self.assertTrue(top + shadow[2] == y + 16 or top + height - shadow[3] == y - 16, (top, height))
                self.d.xdotool("mousemove", str(left + width // 2), str(top + height // 2), "click", "1")
                self.says("fourth", "open", 1 if y == 30 else 2)
                wait_for("the menu to close", lambda: not self.popups())
        self.d.xdotool("mousemove", "700", "30")
        self.tray.click(item, "ContextMenu", 700, 30)
        wait_for("the menu", self.popups, 20)
        self.d.xdotool("mousemove", "300", "500", "click", "1")  # beside it
        wait_for("the menu to close", lambda: not self.popups())

    def test_pictures(self):
        self.start("own", "third")
        item, looks = self.tray.item("By hand")
        self.assertEqual(colours(looks), ((48, 48), {"80112233"}))  # the best of three
        self.do("third", "change('NewStatus', GLib.Variant('(s)', ('NeedsAttention',)), Status='NeedsAttention')")
        self.shows("attention", lambda: colours(self.tray.properties(item)) == ((22, 22), {"ffabcdef"}))
        self.do("third", "change('NewStatus', GLib.Variant('(s)', ('Active',)), Status='Active')")
        self.shows("none", lambda: colours(self.tray.properties(item)) == ((48, 48), {"80112233"}))
        self.do("third", "change('NewIcon', IconPixmap=[pixmap(190, 'ff00ff00')])")
        self.shows("a large one", lambda: colours(self.tray.properties(item)) == ((95, 95), {"ff00ff00"}))
        self.do("third", "change('NewToolTip', ToolTip=('', [], 'Title', '<b>3</b> new'))")
        self.assertEqual(self.tray.item("Title: 3 new")[0], item)
        # Its own folder of icons, and pictures that are none.
        self.d.run("convert", "-size", "32x32", "xc:#0a0b0c", str(self.home() / "own-icon.png"))
        self.do("third", "change('NewIcon', IconName='own-icon', IconThemePath=os.getcwd())")
        self.shows("the file's", lambda: colours(self.tray.properties(item))[1] == {"ff0a0b0c"})
        self.do("third", "change('NewIcon', IconName='not-there', IconPixmap=[(99, 99, b'short'), (-1, -1, b''), "
                         "pixmap(24, 'ff445566'), (2**31 - 1, 2**31 - 1, b'')])")
        self.shows("the one that is good", lambda: colours(self.tray.properties(item)) == ((24, 24), {"ff445566"}))

    def test_several_and_the_end(self):
        self.start("qt", "first")
        self.start("indicator", "second")
        self.start("own", "third")
        for tip in ("Qt's icon", "An indicator", "By hand"):
            self.tray.item(tip)
        self.end("second")
        self.gone(2)
        self.assertEqual(self.tray.titles(), ["By hand", "Qt's icon"])
        self.programs.clear()  # they end with the guest
        self.d.casement("guest", "stop", "demo")
        self.gone()
        self.d.casement("guest", "start", "demo")

    def test_one_that_does_not_answer(self):
        """Others are not kept waiting."""
        self.start("own", "third")
        self.tray.item("By hand")
        self.do("third", "__import__('signal').raise_signal(__import__('signal').SIGSTOP)")
        self.start("qt", "first")
        item, _ = self.tray.item("Qt's icon")
        self.tray.click(item, "Activate", 1, 1)
        self.says("first", "trigger")
        stopped, = [n for n in self.tray.turn() if n != item]
        self.tray.click(stopped, "Activate", 1, 1)
        self.tray.click(item, "Activate", 1, 1)
        self.says("first", "trigger", 2)
        self.programs.remove("third")
        self.d.casement("guest", "stop", "demo")
        self.d.casement("guest", "start", "demo")
        self.programs.clear()
        self.gone()

    def test_server_that_is_killed(self):
        """The programs register again with the next one."""
        self.start("qt", "first")
        self.tray.item("Qt's icon")
        self.d.signal(self.d.guest_pids("casement-remoteapp")[0], 9)
        self.gone()
        item, _ = self.tray.item("Qt's icon")
        self.tray.click(item, "Activate", 1, 1)
        self.says("first", "trigger")

    def test_broker_that_is_killed(self):
        self.start("qt", "first")
        former, _ = self.tray.item("Qt's icon")
        self.d.kill_broker()
        self.d.status()
        self.shows("a new one", lambda: former not in self.tray.turn() and len(self.tray.items) == 1)
        item, _ = self.tray.item("Qt's icon")
        self.shows("its menu", lambda: "Never" in self.tray.labels(item))
        self.tray.choose(item, "_Open")
        self.says("first", "open")


if __name__ == "__main__":
    unittest.main(verbosity=2)
