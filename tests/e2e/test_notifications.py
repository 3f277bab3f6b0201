#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A guest's notifications on the host: notify-send in the guest, a daemon that records on the host's bus."""
import pathlib
import shutil
import unittest

import gi

gi.require_version("Gio", "2.0")
from gi.repository import Gio, GLib  # noqa: E402

from case import MOUSEPAD, ChainCase  # noqa: E402
from harness import wait_for  # noqa: E402
from test_tray import Tray  # noqa: E402

NAME, PATH = "org.freedesktop.Notifications", "/org/freedesktop/Notifications"
XML = f"""<node><interface name='{NAME}'>
<method name='Notify'><arg type='s' direction='in'/><arg type='u' direction='in'/><arg type='s' direction='in'/>
<arg type='s' direction='in'/><arg type='s' direction='in'/><arg type='as' direction='in'/>
<arg type='a{{sv}}' direction='in'/><arg type='i' direction='in'/><arg type='u' direction='out'/></method>
<method name='CloseNotification'><arg type='u' direction='in'/></method></interface></node>"""


# Has the name until something is written to ~/leave.
OWNER = f"""import threading
from gi.repository import Gio, GLib
loop = GLib.MainLoop()
Gio.bus_own_name(Gio.BusType.SESSION, "{NAME}", Gio.BusNameOwnerFlags.REPLACE, None,
                 lambda *a: open("own", "w").close(), None)
threading.Thread(target=lambda: (open("leave").read(), loop.quit())).start()
loop.run()
"""


class Daemon:
    """Shows nothing and remembers everything: what is up, by its id."""

    def __init__(self, address):
        flags = Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION
        self.bus = Gio.DBusConnection.new_for_address_sync(address, flags, None, None)
        self.up, self.last, self.calls = {}, 0, 0
        self.bus.register_object(PATH, Gio.DBusNodeInfo.new_for_xml(XML).interfaces[0], self.on_call, None, None)
        Gio.bus_own_name_on_connection(self.bus, NAME, Gio.BusNameOwnerFlags.NONE, None, None)

    def on_call(self, bus, sender, path, interface, method, arguments, invocation):
        if method == "Notify":
            app, replaces, icon, summary, body, actions, hints, expire = arguments.unpack()
            self.calls += 1
            if replaces not in self.up:
                self.last += 1
                replaces = self.last
            self.up[replaces] = dict(app=app, icon=icon, summary=summary, body=body, hints=hints, expire=expire,
                                     actions=dict(zip(actions[::2], actions[1::2])))
            invocation.return_value(GLib.Variant("(u)", (replaces,)))
        else:
            invocation.return_value(None)
            self.end(arguments.unpack()[0], 3)

    def end(self, ident, reason):
        if self.up.pop(ident, None):
            self.signal("NotificationClosed", GLib.Variant("(uu)", (ident, reason)))

    def signal(self, name, arguments):
        self.bus.emit_signal(None, PATH, NAME, name, arguments)
        self.bus.flush_sync()

    def turn(self):
        while GLib.MainContext.default().iteration(False):
            pass
        return self.up

    def shown(self, summary):
        return wait_for(lambda: f"the notification {summary}; up are {[n['summary'] for n in self.turn().values()]}",
                        lambda: [(i, n) for i, n in self.turn().items() if n["summary"] == summary], 15)[0]

    def gone(self, ident):
        wait_for(f"notification {ident} to go", lambda: ident not in self.turn())


class Notifications(ChainCase):
    desktop_options = {"sound": False}

    def setUp(self):
        self.daemon = Daemon(self.d.env["DBUS_SESSION_BUS_ADDRESS"])
        self.addCleanup(lambda: self.daemon.bus.close_sync())  # the last one
        # Programs that wait for theirs end.
        self.addCleanup(lambda: [self.daemon.end(i, 2) for i in list(self.daemon.turn())])
        wait_for("the guest's name", lambda: "Casement" in self.ask(
            f"gdbus call --session -d {NAME} -o {PATH} -m {NAME}.GetServerInformation"), poll=0.1)

    def in_guest(self, script):
        (self.home() / "run.sh").write_text(script)
        self.d.run_in("demo", "sh", "-c", "cd; sh run.sh")

    def ask(self, script):
        """What a script in the guest says."""
        out = self.home() / "answer"
        out.unlink(missing_ok=True)
        self.in_guest(f"({script}) > part 2>&1; mv part answer")
        wait_for("an answer in the guest", out.exists, 20)
        return out.read_text()

    def result(self, name, timeout=15):
        path = self.home() / name
        wait_for(f"{name} in the guest", path.exists, timeout)
        return path.read_text()

    def test_what_it_says(self):
        self.in_guest("notify-send -a Mousepad -h string:desktop-entry:org.xfce.mousepad -u critical -t 5000 "
                      "'Saved — gespeichert 🙂' 'first <b>line</b>\nsecond & third <a href=\"http://x/\">link</a>'")
        ident, n = self.daemon.shown("Saved — gespeichert 🙂")
        self.assertEqual(n["app"], "Mousepad (demo)")
        self.assertEqual((n["hints"]["desktop-entry"], n["icon"]), (MOUSEPAD, MOUSEPAD))
        self.assertEqual(n["body"], "first <b>line</b>\nsecond &amp; third link")
        self.assertEqual((n["hints"]["urgency"], n["expire"]), (2, 5000))

    def test_a_program_that_nobody_published(self):
        self.in_guest("notify-send -a 'Bank of the host' 'Your password?'")
        _, n = self.daemon.shown("Your password?")
        self.assertEqual(n["app"], "Bank of the host (demo)")  # a guest speaks for itself only
        self.assertEqual(n["hints"]["desktop-entry"], "casement")

    def test_what_would_deceive_is_taken_out(self):
        """Control and bidi characters, of all that is text."""
        self.in_guest(r"""notify-send -A x="$(printf 'An\342\200\256swer\001')" -a "$(printf 'Ba\033nk\342\201\246')" \
            "$(printf 'Pay\033[31m \342\200\256now\ntwice')" "$(printf 'to \342\200\256\033me')" &""")
        ident, n = self.daemon.shown("Pay[31m now twice")
        self.assertEqual((n["app"], n["body"], n["actions"]), ("Bank (demo)", "to me", {"a0": "Answer"}))
        self.daemon.end(ident, 2)

    def test_title_prefix(self):
        """Marks notifications as it marks windows, from the guest's next start on."""
        path = pathlib.Path(self.d.env["XDG_CONFIG_HOME"]) / "casement/guests/demo.conf"
        text = path.read_text()

        def restart_with(settings, marked):
            self.d.casement("guest", "stop", "demo")
            path.write_text(settings)
            wait_for("the settings", lambda: ("[demo]" in self.d.casement("guest", "show", "demo").stdout) == marked)
            self.d.casement("guest", "start", "demo")
        self.addCleanup(restart_with, text, False)
        restart_with(text + ("" if "[Guest]" in text else "[Guest]\n") + "title_prefix=[demo]\n", True)
        self.in_guest("notify-send -a 'Bank of the host' 'Your password?'")
        self.daemon.shown("[demo] Your password?")

    def test_picture(self):
        self.in_guest("convert -size 40x20 xc:'#3366ff' red.png; notify-send -i \"$HOME/red.png\" Picture")
        _, n = self.daemon.shown("Picture")
        width, height, stride, alpha, bits, channels, pixels = n["hints"]["image-data"]
        self.assertEqual((stride, alpha, bits, channels), (width * 4, True, 8, 4))
        middle = (height // 2) * stride + (width // 2) * 4
        self.assertEqual(bytes(pixels[middle:middle + 4]), bytes.fromhex("3366ffff"))

    def test_actions_come_back(self):
        self.in_guest("rm -f chosen; notify-send -A reply='Answer' -A default=Open -A trash='Delete' Mail > chosen.part && mv chosen.part chosen &")
        ident, n = self.daemon.shown("Mail")
        self.assertEqual(n["actions"], {"a0": "Answer", "default": "Open", "a2": "Delete"})
        self.daemon.signal("ActionInvoked", GLib.Variant("(us)", (ident, "a9")))  # none of its own
        self.daemon.signal("ActionInvoked", GLib.Variant("(us)", (ident, "a2")))
        self.assertEqual(self.result("chosen"), "trash\n")
        self.in_guest("rm -f clicked; notify-send -A x=Answer -A default=Open Click > clicked.part && mv clicked.part clicked &")
        ident, n = self.daemon.shown("Click")
        self.daemon.signal("ActionInvoked", GLib.Variant("(us)", (ident, "default")))
        self.assertEqual(self.result("clicked"), "default\n")

    def test_closed_by_the_user(self):
        self.in_guest("rm -f ended; (notify-send -w Waits; touch ended) &")
        ident, _ = self.daemon.shown("Waits")
        self.assertFalse((self.home() / "ended").exists())
        self.daemon.end(ident, 2)
        self.result("ended")

    def test_closed_by_the_program(self):
        ident_in_guest = self.ask("notify-send -p Progress").strip()
        ident, _ = self.daemon.shown("Progress")
        self.in_guest(f"gdbus call --session -d {NAME} -o {PATH} -m {NAME}.CloseNotification {ident_in_guest}")
        self.daemon.gone(ident)

    def test_replaced(self):
        number = self.ask("notify-send -p '10 %'").strip()
        ident, _ = self.daemon.shown("10 %")
        self.in_guest(f"notify-send -r {number} '20 %'")
        self.assertEqual(self.daemon.shown("20 %")[0], ident)

    def docks(self, line):
        with open(self.home() / "docks.do", "w") as pipe:
            pipe.write(line + "\n")

    def test_balloons_of_older_tray_icons(self):
        tray = Tray(self.d.env["DBUS_SESSION_BUS_ADDRESS"])
        self.addCleanup(tray.bus.close_sync)
        shutil.copy(pathlib.Path(__file__).parent / "tray_programs.py", self.home())
        self.in_guest("rm -f docks.said docks.do; exec /usr/bin/python3 tray_programs.py docks docks")
        self.result("docks.said")
        self.docks("w = new(1); w.set_wm_class('docks', 'Docks'); tell(1, 'Said at once', 5000, 7)")
        ident, n = self.daemon.shown("icon 1")
        self.assertEqual((n["app"], n["body"], n["expire"]), ("Docks (demo)", "Said at once", 5000))
        self.docks("take_back(1, 8)")  # none of its
        tray.item("icon 1")  # has its picture by now
        self.docks("tell(1, 'Füllstand < 5 % & more 🙂 of <b>what</b> it says', 0, 9)")
        other = wait_for("another", lambda: [i for i in self.daemon.turn() if i != ident])[0]
        self.assertEqual(self.daemon.up[other]["body"], "Füllstand &lt; 5 % &amp; more 🙂 of &lt;b&gt;what&lt;/b&gt; it says")
        self.assertEqual(self.daemon.up[other]["expire"], 0)
        width, height, stride, alpha, bits, channels, pixels = self.daemon.up[other]["hints"]["image-data"]
        self.assertEqual((width, height, bytes(pixels[:4])), (32, 32, bytes.fromhex("112233ff")))
        self.docks("take_back(1, 7)")
        self.daemon.gone(ident)
        self.docks("tell(1, 'never whole', 0, 10, 4000000000); tell(1, '', 0, 11); tell(1, 'x' * 9000, 0, 12)")
        long = wait_for("a long one", lambda: [i for i in self.daemon.turn() if i != other])[0]
        self.assertRegex(self.daemon.up[long]["body"], "^x{100,4096}$")
        self.docks("windows[1].destroy(); d.sync()")
        self.daemon.gone(other)
        self.daemon.gone(long)
        self.docks("os.kill(os.getpid(), 9)")

    def test_flood(self):
        self.in_guest("for i in $(seq 100); do notify-send \"Flood $i\"; done; number=$(notify-send -p Last); echo $number > last")
        self.daemon.shown("Flood 1")
        self.result("last", 30)
        self.daemon.turn()
        self.assertLessEqual(len(self.daemon.up), 32)
        for ident in list(self.daemon.up):
            self.daemon.end(ident, 2)
        # The last state of one that changes a thousand times is there, and not each between.
        number = self.ask("notify-send -p Count").strip()
        ident, _ = self.daemon.shown("Count")
        before = self.daemon.calls
        self.in_guest(f"for i in $(seq 60); do notify-send -r {number} \"Count $i\"; done")
        self.assertEqual(self.daemon.shown("Count 60")[0], ident)
        self.assertLess(self.daemon.calls - before, 60)

    def test_a_daemon_of_the_guests_own(self):
        """Who has the name, has what programs tell; what it leaves is the host's again."""
        (self.home() / "own.py").write_text(OWNER)
        self.in_guest("rm -f own leave; mkfifo leave; /usr/bin/python3 own.py &")
        self.result("own")
        self.in_guest("timeout 2 notify-send 'Not for the host'; touch told")
        self.result("told")
        self.in_guest("echo > leave")
        wait_for("the guest's name again", lambda: "Casement" in self.ask(
            f"gdbus call --session -d {NAME} -o {PATH} -m {NAME}.GetServerInformation"), 20, poll=0.2)
        self.in_guest("notify-send 'For the host'")
        self.daemon.shown("For the host")
        self.assertNotIn("Not for the host", [n["summary"] for n in self.daemon.turn().values()])

    def test_end_with_the_guest(self):
        self.in_guest("notify-send 'Of the guest'")
        ident, _ = self.daemon.shown("Of the guest")
        self.d.casement("guest", "stop", "demo")
        self.daemon.gone(ident)
        self.d.casement("guest", "start", "demo")

    def test_server_of_the_host_that_ends(self):
        self.in_guest("rm -f over; (notify-send -w 'Waits for its end'; : > over) &")
        self.daemon.shown("Waits for its end")
        self.assertFalse((self.home() / "over").exists())
        self.daemon.bus.close_sync()
        self.result("over")
        self.daemon = Daemon(self.d.env["DBUS_SESSION_BUS_ADDRESS"])
        self.in_guest("notify-send 'For the next'")
        self.daemon.shown("For the next")

    def test_broker_that_is_killed(self):
        """What it left up goes, since the guest tells the next one again."""
        self.in_guest("notify-send 'Of the former'; notify-send Another")
        former = {self.daemon.shown(summary)[0] for summary in ("Of the former", "Another")}
        others = set(self.daemon.up) - former
        self.d.kill_broker()
        self.d.status()

        def anew():
            again = [i for i in self.daemon.turn() if i not in former | others]
            return len(again) == 2 and not former & set(self.daemon.up)
        wait_for(lambda: f"both once, and anew; there are {self.daemon.up}, of the former {former}", anew, 20)

    def test_agent_that_is_killed(self):
        self.in_guest("notify-send 'Before the end'")
        ident, _ = self.daemon.shown("Before the end")
        self.d.signal(self.d.guest_pids("casement-agent")[0], 9)
        self.daemon.gone(ident)
        wait_for("the guest's name again", lambda: "Casement" in self.ask(
            f"gdbus call --session -d {NAME} -o {PATH} -m {NAME}.GetServerInformation"), 20, poll=0.2)
        self.in_guest("notify-send 'After it'")
        self.daemon.shown("After it")


if __name__ == "__main__":
    unittest.main(verbosity=2)
