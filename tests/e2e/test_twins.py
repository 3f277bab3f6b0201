#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Native twins: a program on a host's desktop and the same one through Casement, put through one script, look the same.

    test_twins.py [WINDOW-MANAGER [PROGRAM …]] [--table FILE]

All of the screen is compared, frames, shadows and places included, and every property but those of EXPLAINED. With
--table it adds a line for each step to FILE, from which tests/e2e/twin_table.py makes README's table."""
import contextlib
import os
import pathlib
import subprocess
import sys
import time

import numpy as np
from Xlib import X

from case import ChainCase
from harness import UNSETTLED, Failure, wait_for
from twin import Look, differences, pixels_that_differ
from twin_programs import FILES, MORE_STEPS, PROGRAMS, SLOW

# What is not equal, and is not meant to be.
EXPLAINED = {
    "class": "the published .desktop file's, so that taskbars group and pin by it; with an owner, an instance that names no icon",
    "WM_PROTOCOLS": "_NET_WM_SYNC_REQUEST is answered for programs that do not know it; WM_TAKE_FOCUS is the guest's window "
                    "manager's to send, but to windows that are not given the focus otherwise",
    "synced": "the same",
    "_NET_WM_NAME": "programs that set WM_NAME alone have the same title in UTF-8 as well",
    "WM_CLIENT_MACHINE": "always the host, whose _NET_WM_PID it makes one to be asked; some programs do not say theirs",
    "WM_LOCALE_NAME": "not carried; nothing that shows windows reads it, and all of their text is UTF-8",
}
ADDED = {  # where natively there is none
    "icons": "of a program that has one by WM_HINTS alone, that one",
}
EXPLAINED_OF = {  # a program, or under a window manager
    "i3": {"_NET_FRAME_EXTENTS": "i3 sets it on the windows of programs that ask for it, as Java and mpv do, in the guest"},
}
MAPPED = ("opened", "raised again")  # steps with which a window comes on the screen
# Steps that do not look the same yet: tried and told of, and no failure.
EXPLAINED_STEPS = {
    ("mutter", "jedit", "resized"): "Java itself keeps the layout of the former size natively, once, and not through Casement",
    **{("mutter", "gtk4-demo", step): "the arrow goes up in the program natively, since Super goes up before it and mutter has the "
                                      "keys until then; GTK 4 shows from then on the row that has the focus"
       for step in ("tiled, Super up first", "no more, Super up first")},
    # test_geometry.py's
    **{("mutter", program, step): "mutter keeps minimised windows mapped, so that nothing comes of mapping one natively; in a guest "
                                  "it is shown, and on the host it asks for attention"
       for program in ("xterm", "featherpad") for step in ("comes back", "has one place after all")},
}
# Programs that look otherwise when they are asked to paint anew: Chromium leaves its shadow out from then on.
NOT_ASKED = ("chromium",)
# Compositors that draw with OpenGL round a colour this way or that.
TOLERANCE = {"mutter": 1}


def state(action, *names):
    return lambda d: d.run("wmctrl", "-i", "-r", hex(d.clients()[-1].id), "-b", ",".join((action, *names)))


def shape_of(verb, *words):
    return lambda d: d.xdotool(verb, str(d.clients()[-1].id), *words)


@contextlib.contextmanager
def focus_aside(d):
    """The last window loses the focus to one that nobody sees, and has it again after."""
    is_active = lambda: d.text_property(d.root, "_NET_ACTIVE_WINDOW") == [d.clients()[-1].id]  # noqa: E731
    wait_for("the window to be active", is_active)
    aside = d.root.create_window(-10, -10, 1, 1, 0, X.CopyFromParent, X.InputOnly, override_redirect=True)
    aside.map()
    aside.set_input_focus(X.RevertToPointerRoot, X.CurrentTime)
    d.display.sync()
    wait_for("the window to lose the focus", lambda: not is_active())
    yield
    d.focus(d.clients()[-1])
    wait_for("the window to be active again", is_active)
    aside.destroy()


STEPS = {
    "opened": lambda d: None,
    "resized": shape_of("windowsize", "700", "500"),
    "moved": shape_of("windowmove", "300", "200"),
    "maximised": state("add", "maximized_vert", "maximized_horz"),
    "restored": state("remove", "maximized_vert", "maximized_horz"),
    "maximised one way": state("add", "maximized_vert"),
    "restored from it": state("remove", "maximized_vert"),
    "full screen": state("add", "fullscreen"),
    "left full screen": state("remove", "fullscreen"),
    "shaded": state("add", "shaded"),
    "unshaded": state("remove", "shaded"),
    "always on top": state("add", "above"),
    "on top no more": state("remove", "above"),
    "minimised": shape_of("windowminimize"),
    "raised again": lambda d: d.focus(d.clients()[-1]),
    "resized again": shape_of("windowsize", "520", "410"),
}


# Into a half of the screen, or back, by mutter's shortcut. It has the keys from Super's press to its release: where that comes first,
# a native program sees the arrow go up, and toolkits show from a key on which widget has the focus: here from one that both see.
def tile(d):
    d.xdotool("key", "shift", "keydown", "super", "key", "Left", "keyup", "super")


def tile_in_other_order(d):
    d.xdotool("key", "shift", "keydown", "super", "keydown", "Left", "keyup", "super", "keyup", "Left")


STEPS_UNDER = {"mutter": {"tiled": tile, "tiled no more": tile, "tiled, Super up first": tile_in_other_order,
                          "no more, Super up first": tile_in_other_order}}


# Steps after which one window looks natively now like this and now like that: mutter draws the edge of a frame as it is when a
# window is shaded or comes back, with the focus or just before it; GTK 3's menu bar is told by its menu's grab that the pointer
# left, before or after it marked the menu; and openbox has the size for full screen up to 16 ms after the state, between which
# GIMP lays out or not, as GTK 3 does with its shadow under mutter. Where a guest's look is not the first native one, all that
# the native twin has when it does them again count. In a guest they are done once.
AGAIN = {("mutter", "shaded"): ("unshaded", "shaded"),
         ("mutter", "unshaded"): ("shaded", "unshaded"),
         ("mutter", "raised again"): ("minimised", "raised again"),
         ("mutter", "menu"): ("menu gone", "menu"),
         ("openbox", "full screen"): ("left full screen", "full screen"),
         ("mutter", "full screen"): ("left full screen", "full screen"),
         ("mutter", "maximised"): ("restored", "maximised"),
         ("mutter", "shades itself"): ("unshades itself", "shades itself")}  # test_geometry
AGAIN_MAX = 7
# Native runs of a program whose own looks are now these and now those (GTK counts its shadow to the size of a maximised window
# or not, by what of both mutter tells it first): what it is through Casement is one of them.
NATIVE_MAX = {"mutter": 8}

REST_S = 0.7     # nothing changed for so long: it rests, or a text cursor would have blinked
BLINKS_S = 1.5   # and shows all it has within this
CURSOR_MAX = 400  # pixels of a text cursor


def runs(pid):
    """Whether a thread of the process runs, or would if there were a processor."""
    try:
        return any((task / "stat").read_text().rpartition(")")[2].split()[0] in "RD"
                   for task in pathlib.Path(f"/proc/{pid}/task").iterdir())
    except OSError:
        return False


class Desktop:
    """One host desktop with a guest, on which a program runs natively or through Casement, never both."""

    def __init__(self, case):
        self.case, self.d = case, case.d
        self.processes, self.processes_known = [], 0
        self.patient = self.d.wm == "mutter"  # waits for all to have nothing to do
        self.asks = True  # programs to paint anew
        self.environment = self.guest_environment()
        self.settings(case.home())

    def guest_environment(self):
        """What the guest's programs have of what changes their looks."""
        home = self.case.home()
        self.d.run_in("demo", "sh", "-c", "env -0 > ~/env.part && mv ~/env.part ~/env")
        wait_for("the guest's environment", (home / "env").exists)
        told = dict(e.split("=", 1) for e in (home / "env").read_text().split("\0") if "=" in e)
        keep = ("LANG", "LC_ALL", "LANGUAGE", "XDG_CURRENT_DESKTOP", "GTK_THEME", "QT_QPA_PLATFORMTHEME", "QT_STYLE_OVERRIDE",
                "GDK_SCALE", "GDK_DPI_SCALE", "QT_SCALE_FACTOR", "XCURSOR_THEME", "XCURSOR_SIZE", "NO_AT_BRIDGE", "GSK_RENDERER")
        return {k: told[k] for k in keep if k in told}

    def settings(self, home, files=None):
        """No blinking cursor and no animations, whose pictures are of an instant, in either home; a program's own files."""
        for version in ("gtk-3.0", "gtk-4.0"):
            config = home / f".config/{version}"
            config.mkdir(parents=True, exist_ok=True)
            (config / "settings.ini").write_text("[Settings]\ngtk-cursor-blink=0\ngtk-enable-animations=0\n")
        for name, content in (files or {}).items():
            (home / name).parent.mkdir(parents=True, exist_ok=True)
            (home / name).write_text(content)
        owner = self.case.home().stat()
        if os.geteuid() == 0:
            for path in (home, *home.rglob("*")):
                with contextlib.suppress(FileNotFoundError):  # the guest writes files of its own meanwhile
                    os.chown(path, owner.st_uid, owner.st_gid)

    def start_native(self, name, argv):
        """Starts the native twin, as the user that the guest's programs run as."""
        d, owner = self.d, self.case.home().stat()
        home = d.folder(f"twin-{name}-{time.monotonic_ns()}")
        self.settings(home, FILES.get(name, {}))
        env = {k: v for k, v in d.env.items() if k not in ("LANG", "LC_ALL", "LANGUAGE", "XDG_CURRENT_DESKTOP")}
        env.update(self.environment, HOME=str(home), XDG_CONFIG_HOME=f"{home}/.config",
                   XDG_DATA_HOME=f"{home}/.local/share", XDG_CACHE_HOME=f"{home}/.cache", XDG_RUNTIME_DIR=str(home))
        if os.geteuid() == 0:
            os.chmod(d.base, 0o711)
            argv = ("setpriv", f"--reuid={owner.st_uid}", f"--regid={owner.st_gid}", "--clear-groups",
                    "dbus-run-session", "--", *argv)
        saved, d.env = d.env, env
        try:
            d.spawn(*argv, cwd=home)
        finally:
            d.env = saved

    def close_all(self):
        self.d.key("Escape")
        for window in self.d.clients():
            self.d.run("wmctrl", "-i", "-c", hex(window.id))
        wait_for(lambda: f"all windows to close: {[self.d.title(w) for w in self.d.clients()]}", lambda: not self.d.clients())
        self.d.xdotool("mousemove", "1500", "900")

    def opened(self):
        return wait_for("a window", self.d.clients, 30)

    def works(self):
        """True while a process of the desktop has something to do, or has no processor to do it on."""
        now = time.monotonic()
        if now - self.processes_known > 1:
            self.processes, self.processes_known = self.d.ours(), now
        return any(runs(pid) for pid in self.processes)

    def paint_anew(self):
        """On a busy machine mutter misses now and then that a window was painted, a native one too: the window has what the screen
        has not. Whoever painted it does so again; or, where its looks change by that (NOT_ASKED), it is copied onto itself, of
        which the X server tells mutter as well. Not of the screen's size: that is the compositor's own."""
        def painted(window):
            with contextlib.suppress(*UNSETTLED):
                if window.get_attributes().map_state != X.IsViewable:
                    return
                if self.asks:
                    window.clear_area(0, 0, 0, 0, exposures=True)
                    for child in window.query_tree().children:
                        painted(child)
                else:
                    size = window.get_geometry()
                    onto_itself = window.create_gc(subwindow_mode=X.IncludeInferiors, graphics_exposures=False)
                    window.copy_area(onto_itself, window, 0, 0, size.width, size.height, 0, 0)
                    onto_itself.free()
        for window in self.d.root.query_tree().children:
            with contextlib.suppress(*UNSETTLED):
                geometry = window.get_geometry()
                if window.get_attributes().win_class == X.InputOutput and (geometry.width, geometry.height) != self.d.size:
                    painted(window)
        self.d.display.sync()

    def still(self):
        """A look after which nothing changes or works for a while, but for what blinks, which the look's mask has."""
        look = self.rest()
        if self.d.wm != "mutter":
            return look
        self.paint_anew()
        return self.rest()

    def rest(self):
        seen = {"first": None, "since": time.monotonic()}

        def rests():
            look, first = Look.settled(self.d), seen["first"]
            blinks = None if look is None or first is None else pixels_that_differ(first, look)
            if blinks is None or differences(first, look) or blinks.sum() > CURSOR_MAX:
                seen["first"], seen["since"] = look, time.monotonic()
                return None
            first.mask = blinks if first.mask is None else first.mask | blinks
            if self.patient and self.works():
                seen["since"] = time.monotonic()
                return None
            return first if time.monotonic() - seen["since"] > (BLINKS_S if first.mask.any() else REST_S) else None
        return wait_for("the native twin to come to rest", rests, 60, poll=0.05)


class Twins(ChainCase):
    programs = ("xterm", "mousepad", "featherpad")
    table = None
    differed = 0  # steps of the program at hand

    def setUp(self):
        self.desktop = Desktop(self)
        self.desktop.close_all()

    def tearDown(self):
        for window in self.d.clients():
            window.kill_client()
        wait_for("all windows to close", lambda: not self.d.clients())

    def keep(self, look, name):
        """Leaves a picture of what differs beside the build."""
        height, width, _ = look.screen.shape
        subprocess.run(["convert", "-size", f"{width}x{height}", "-depth", "8", "rgb:-", f"{self.d.build}/{name}.png"],
                       input=np.ascontiguousarray(look.screen).tobytes(), check=True)

    def what_differs(self, native, guest, program):
        of = [EXPLAINED, EXPLAINED_OF.get(program, {}), EXPLAINED_OF.get(self.d.wm, {})]
        found = differences(native, guest, {name for names in of for name in names}, ADDED)
        differs = pixels_that_differ(native, guest, tolerance=TOLERANCE.get(self.d.wm, 0))
        if differs.any():
            ys, xs = np.nonzero(differs)
            found.append(f"{differs.sum()} pixels, in x {xs.min()}…{xs.max()}, y {ys.min()}…{ys.max()}")
        return found

    def assert_alike(self, native, program, step):
        last, name = {}, f"{program}-{step.replace(' ', '-')}"

        def alike():
            look = Look.settled(self.d)
            if look is None:
                return False
            last["look"], last["found"] = look, self.what_differs(native, look, program)
            if last["found"] and self.d.wm == "mutter" and time.monotonic() - last.get("painted", 0) > 1:
                last["painted"] = time.monotonic()
                self.desktop.paint_anew()
            return not last["found"]
        try:
            wait_for(f"{name} to be as its native twin", alike, 10 if self.differed < 3 else 4)
        except Failure:
            self.keep(native, f"twin-{name}-native")
            self.differed += 1
            if "look" in last:
                self.keep(last["look"], f"twin-{name}-guest")
            return last.get("found", ["no window that stays"])
        return []

    def native_again(self, step, act):
        """All looks that the native twin has after a step that it has just done."""
        looks = [self.desktop.still()]
        for _ in range(AGAIN_MAX):
            for other in AGAIN[self.d.wm, step]:
                act(other)
                look = self.desktop.still()
            looks.append(look)
        return looks

    def differs_from_all(self, natives, guest, program):
        """Nothing, if it looks like one of them."""
        return min((self.what_differs(native, guest, program) for native in natives), key=len)

    def note(self, program, step, found):
        if self.table:
            with open(self.table, "a", encoding="utf-8") as out:
                out.write("\t".join((self.d.wm, program, step, "; ".join(found) or "same")) + "\n")

    def start_in_guest(self, program):
        self.desktop.settings(self.home(), FILES.get(program, {}))
        self.d.run_in("demo", *PROGRAMS[program])

    def start_native(self, program):
        self.desktop.start_native(program, PROGRAMS[program])

    def steps_of(self, program):
        return {**STEPS, **STEPS_UNDER.get(self.d.wm, {}), **MORE_STEPS.get(program, {})}

    def act(self, program, step):
        """The same in both: what a step does, and what is to be waited for in between."""
        self.steps_of(program)[step](self.d)
        if self.d.wm == "mutter" and step in MAPPED:
            # GTK and LibreOffice miss the focus that mutter gives a window just before it is mapped, now and then.
            self.desktop.still()
            with focus_aside(self.d):
                self.desktop.still()

    def act_in_guest(self, program, step):
        self.act(program, step)

    def native_looks(self, program, again=()):
        """By step, a list with the look; with all that it has, where the step is to be done again."""
        self.start_native(program)
        self.desktop.opened()
        looks = {}
        for step in self.steps_of(program):
            self.act(program, step)
            looks[step] = (self.native_again(step, lambda other: self.act(program, other)) if step in again
                           else [self.desktop.still()])
        self.desktop.close_all()
        return looks

    def guest_steps(self, program, natives):
        """What each step's look differs in, and the looks that differ."""
        self.start_in_guest(program)
        self.desktop.opened()
        found, looks = {}, {}
        for step in self.steps_of(program):
            self.act_in_guest(program, step)
            found[step] = self.assert_alike(natives[step][0], program, step)
            if self.desktop.patient:
                # The native twin had come to rest as well: Chromium's ring around a text field depends on what was before.
                self.desktop.rest()
            if found[step]:
                looks[step] = self.desktop.still()
        self.desktop.close_all()
        return found, looks

    def script(self, program):
        self.desktop.patient = self.d.wm == "mutter" or program in SLOW
        self.desktop.asks = program not in NOT_ASKED
        self.differed = 0
        found, looks = self.guest_steps(program, self.native_looks(program))
        for _ in range(1, NATIVE_MAX.get(self.d.wm, 2)):
            left = [step for step in looks if found[step] and (self.d.wm, program, step) not in EXPLAINED_STEPS
                    and (self.d.wm in NATIVE_MAX or (self.d.wm, step) in AGAIN)]
            if not left:
                break
            natives = self.native_looks(program, [step for step in left if (self.d.wm, step) in AGAIN])
            for step in left:
                found[step] = self.differs_from_all(natives[step], looks[step], program)
        for step, differs in found.items():
            self.note(program, step, differs)
            if (self.d.wm, program, step) in EXPLAINED_STEPS:
                continue
            with self.subTest(f"{program}, {step}"):
                self.assertEqual(differs, [])

    def test_programs(self):
        for program in self.programs:
            with self.subTest(program):
                self.script(program)
            self.desktop.close_all()


if __name__ == "__main__":
    import unittest
    arguments = sys.argv[1:]
    if "--table" in arguments:
        at = arguments.index("--table")
        Twins.table = pathlib.Path(arguments[at + 1])
        del arguments[at:at + 2]
    if arguments:
        Twins.desktop_options = {"wm": arguments[0]}
    if len(arguments) > 1:
        Twins.programs = tuple(arguments[1:])
    unittest.main(argv=sys.argv[:1], verbosity=2)
