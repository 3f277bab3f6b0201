#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Programs of a guest with an icon in the tray: tray_programs.py qt|indicator|own|older|docks NAME. They say what they hear, a line
each, into NAME.said, and do what is written to the pipe NAME.do, a line of Python each."""
import os
import sys
import threading


def say(text):
    with open(f"{sys.argv[2]}.said", "a", encoding="utf-8") as out:
        out.write(text + "\n")


def obey(names, later):
    """later runs a function in the program's own loop."""
    path = f"{sys.argv[2]}.do"
    os.mkfifo(path)

    def read():
        # Open for writing, too: it has no end between two orders, in which one would be lost.
        with open(os.open(path, os.O_RDWR), encoding="utf-8") as pipe:
            for line in pipe:
                later(lambda line=line: exec(line, names))
    threading.Thread(target=read, daemon=True).start()


def qt():
    from PyQt5 import QtCore, QtGui, QtWidgets

    class Bridge(QtCore.QObject):
        asked = QtCore.pyqtSignal(object)

    app = QtWidgets.QApplication(sys.argv)
    app.setQuitOnLastWindowClosed(False)
    bridge = Bridge()
    bridge.asked.connect(lambda function: function())

    def icon(colour):
        pixmap = QtGui.QPixmap(32, 32)
        pixmap.fill(QtGui.QColor(colour))
        return QtGui.QIcon(pixmap)
    tray = QtWidgets.QSystemTrayIcon(icon("#3366ff"))
    tray.setToolTip("Qt's icon")
    menu = QtWidgets.QMenu()
    menu.addAction("&Open").triggered.connect(lambda: say("open"))
    check = menu.addAction("Notify")
    check.setCheckable(True)
    check.toggled.connect(lambda on: say(f"notify {on}"))
    menu.addSeparator()
    more = menu.addMenu("More — mehr")
    more.addAction("Deep").triggered.connect(lambda: say("deep"))
    menu.addAction("Never").setEnabled(False)
    menu.aboutToShow.connect(lambda: say("about to show"))
    tray.setContextMenu(menu)
    reasons = {QtWidgets.QSystemTrayIcon.Trigger: "trigger", QtWidgets.QSystemTrayIcon.MiddleClick: "middle",
               QtWidgets.QSystemTrayIcon.Context: "context", QtWidgets.QSystemTrayIcon.DoubleClick: "double"}
    tray.activated.connect(lambda reason: say(reasons.get(reason, str(reason))))
    tray.show()
    obey({**globals(), **locals()}, bridge.asked.emit)
    say("ready")
    app.exec_()


def indicator():
    import gi
    gi.require_version("Gtk", "3.0")
    gi.require_version("AyatanaAppIndicator3", "0.1")
    from gi.repository import AyatanaAppIndicator3 as Indicator
    from gi.repository import GLib, Gtk

    item = Indicator.Indicator.new("casement-test-indicator", "face-smile", Indicator.IndicatorCategory.APPLICATION_STATUS)
    item.set_title("An indicator")
    menu = Gtk.Menu()
    for label in ("Play", "Quit"):
        entry = Gtk.MenuItem(label=label)
        entry.connect("activate", lambda entry: say(entry.get_label()))
        menu.append(entry)
    menu.show_all()
    item.set_menu(menu)
    item.connect("scroll-event", lambda item, steps, direction: say(f"scroll {steps} {direction.value_nick}"))
    item.set_status(Indicator.IndicatorStatus.ACTIVE)
    obey({**globals(), **locals()}, lambda function: GLib.idle_add(lambda: function() and False))
    say("ready")
    GLib.MainLoop().run()


def own():
    """An item by hand, without a menu, registered by its path; what it answers is in `properties`."""
    from gi.repository import Gio, GLib

    name, watcher = "org.kde.StatusNotifierItem", "org.kde.StatusNotifierWatcher"
    xml = f"<node><interface name='{name}'>" + "".join(
        f"<method name='{m}'><arg type='i' direction='in'/><arg type='{second}' direction='in'/></method>"
        for m, second in (("Activate", "i"), ("SecondaryActivate", "i"), ("ContextMenu", "i"), ("Scroll", "s"))) + \
        "".join(f"<signal name='{s}'/>" for s in ("NewIcon", "NewTitle", "NewToolTip", "NewAttentionIcon")) + \
        "<signal name='NewStatus'><arg type='s'/></signal>" + \
        "".join(f"<property name='{p}' type='{t}' access='read'/>" for p, t in (
            ("Id", "s"), ("Title", "s"), ("Status", "s"), ("IconName", "s"), ("IconThemePath", "s"),
            ("IconPixmap", "a(iiay)"), ("AttentionIconPixmap", "a(iiay)"), ("ToolTip", "(sa(iiay)ss)"))) + \
        "</interface></node>"

    def pixmap(side, argb):
        return (side, side, bytes.fromhex(argb) * side * side)
    properties = {"Id": "by-hand", "Title": "By hand", "Status": "Active", "IconName": "", "IconThemePath": "",
                  "IconPixmap": [pixmap(16, "ffff0000"), pixmap(48, "80112233"), pixmap(190, "ff00ff00")],
                  "AttentionIconPixmap": [pixmap(22, "ffabcdef")], "ToolTip": ("", [], "", "")}
    types = {"IconPixmap": "a(iiay)", "AttentionIconPixmap": "a(iiay)", "ToolTip": "(sa(iiay)ss)"}
    bus = Gio.bus_get_sync(Gio.BusType.SESSION, None)

    def on_call(bus, sender, path, interface, method, arguments, invocation):
        say(f"{method} {arguments.unpack()}")
        invocation.return_value(None)

    def on_property(bus, sender, path, interface, what):
        return GLib.Variant(types.get(what, "s"), properties[what])

    def change(signal, arguments=None, **changes):
        properties.update(changes)
        bus.emit_signal(None, "/an/item", name, signal, arguments)
    bus.register_object("/an/item", Gio.DBusNodeInfo.new_for_xml(xml).interfaces[0], on_call, on_property, None)
    bus.call_sync(watcher, "/StatusNotifierWatcher", watcher, "RegisterStatusNotifierItem",
                  GLib.Variant("(s)", ("/an/item",)), None, Gio.DBusCallFlags.NONE, -1, None)
    obey({**globals(), **locals()}, lambda function: GLib.idle_add(lambda: function() and False))
    say("ready")
    GLib.MainLoop().run()


def older():
    """A window that docks (XEmbed), by GTK."""
    import gi
    gi.require_version("Gtk", "3.0")
    from gi.repository import GdkPixbuf, GLib, Gtk

    def picture(rgba, side=32):
        pixbuf = GdkPixbuf.Pixbuf.new(GdkPixbuf.Colorspace.RGB, True, 8, side, side)
        pixbuf.fill(rgba)
        return pixbuf
    icon = Gtk.StatusIcon.new_from_pixbuf(picture(0x3366ffff))
    icon.set_title("The older kind")
    menu = Gtk.Menu()
    entry = Gtk.MenuItem(label="Open")
    entry.connect("activate", lambda entry: say("open"))
    menu.append(entry)
    menu.show_all()
    icon.connect("activate", lambda icon: say("activate"))
    icon.connect("button-press-event", lambda icon, e: say(f"press {e.button} at {e.x_root:.0f} {e.y_root:.0f}"))
    icon.connect("button-release-event", lambda icon, e: say(f"release {e.button}"))
    icon.connect("scroll-event", lambda icon, e: say(f"scroll {e.direction.value_nick}"))
    icon.connect("popup-menu", lambda icon, button, time: menu.popup(None, None, Gtk.StatusIcon.position_menu, icon, button, time))
    icon.connect("size-changed", lambda icon, size: say(f"size {size}"))
    obey({**globals(), **locals()}, lambda function: GLib.idle_add(lambda: function() and False))
    say("ready")
    Gtk.main()


def docks():
    """Windows that dock, by hand."""
    import queue
    from Xlib import X, display, xauth
    from Xlib.protocol import event

    # The guest's entry is for every host, which this library does not know.
    xauth.Xauthority.get_best_auth = lambda self, *where: self.entries[0][3:]

    d = display.Display()
    screen, windows, later = d.screen(), {}, queue.Queue()
    opcode, tray = d.intern_atom("_NET_SYSTEM_TRAY_OPCODE"), d.intern_atom("_NET_SYSTEM_TRAY_S0")
    message = d.intern_atom("_NET_SYSTEM_TRAY_MESSAGE_DATA")

    def manager():
        return d.get_selection_owner(tray)

    def dock(window):
        to = manager()
        to.send_event(event.ClientMessage(window=to, client_type=opcode, data=(32, [X.CurrentTime, 0, window, 0, 0])))
        d.flush()

    def new(number, side=24):
        window = screen.root.create_window(0, 0, side, side, 0, screen.root_depth, background_pixel=0x112233)
        window.set_wm_name(f"icon {number}")
        windows[number] = window
        dock(window.id)
        return window

    def tell(number, text, timeout=0, ident=1, length=None):
        """A balloon, in the messages in which it comes, of another length than it says."""
        raw, to = text.encode(), manager()
        head = [X.CurrentTime, 1, timeout, len(raw) if length is None else length, ident]
        to.send_event(event.ClientMessage(window=windows[number], client_type=opcode, data=(32, head)))
        for at in range(0, len(raw), 20):
            part = raw[at:at + 20].ljust(20, b"\0")
            to.send_event(event.ClientMessage(window=windows[number], client_type=message, data=(8, part)),
                          event_mask=X.StructureNotifyMask)
        d.flush()

    def take_back(number, ident):
        manager().send_event(event.ClientMessage(window=windows[number], client_type=opcode, data=(32, [X.CurrentTime, 2, ident, 0, 0])))
        d.flush()

    def hear(number):
        windows[number].change_attributes(event_mask=X.StructureNotifyMask | X.ButtonPressMask)
        d.sync()

        def read():
            while True:
                e = d.next_event()
                if e.type == X.ConfigureNotify and e.send_event:
                    say(f"is at {e.x} {e.y}")
                elif e.type == X.ButtonPress:
                    say(f"press {e.detail} at {e.root_x} {e.root_y}")
        threading.Thread(target=read, daemon=True).start()
        say("hears")

    def become_manager():
        own = screen.root.create_window(0, 0, 1, 1, 0, screen.root_depth)
        own.set_selection_owner(tray, X.CurrentTime)
        d.sync()
    obey({**globals(), **locals()}, later.put)
    say("ready")
    while True:
        later.get()()


if __name__ == "__main__":
    {"qt": qt, "indicator": indicator, "own": own, "older": older, "docks": docks}[sys.argv[1]]()
