#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""packaging/demo --check: the main job, headless. Launches three programs of three toolkits in a guest
through their published menu entries, types into one, plays a tone in the guest, and leaves
desktop.png and report.json in OUT.

usage: demo_check.py BUILD_DIR OUT
"""
import json
import pathlib
import sys
import time

from harness import Failure, HostDesktop, tone, wait_for

# (what, ids of its .desktop file in Debian: the first that the guest publishes counts)
PROGRAMS = [("xterm", ["debian-xterm", "xterm"]),
            ("mousepad", ["org.xfce.mousepad"]),
            ("featherpad or kcalc", ["featherpad", "org.kde.kcalc"])]
TONE_S = 4


class Demo:
    def __init__(self, desktop, out):
        self.desktop, self.out = desktop, out
        self.report = {"times_ms": {}, "launches": [], "parts": {}}
        self.failed = []

    def clock(self, name, since):
        self.report["times_ms"][name] = round((time.monotonic() - since) * 1000, 1)

    def part(self, name, function):
        """One part of the check; a failed one is told and the next still runs."""
        try:
            function()
            self.report["parts"][name] = "passed"
            print(f"demo: {name}: passed")
        except (Failure, OSError, ValueError, KeyError) as problem:
            self.failed.append(name)
            self.report["parts"][name] = f"failed: {problem}"
            print(f"demo: {name}: FAILED: {problem}", file=sys.stderr)

    def guest(self):
        d, since = self.desktop, time.monotonic()
        d.casement("status")  # has the bus activate the broker
        self.clock("broker_start", since)
        d.casement("guest", "add", "demo", "--kind", "sandbox")
        self.report["guest_kind"], self.report["guest_kind_reason"] = "sandbox", "the default"
        since = time.monotonic()
        start = d.casement("guest", "start", "demo", check=False)
        if start.returncode != 0:
            reason = start.stderr.strip()
            print(f"demo: no sandbox here, so a guest of kind local is used: {reason}")
            d.casement("guest", "remove", "demo")
            d.casement("guest", "add", "demo", "--kind", "local")
            self.report["guest_kind"], self.report["guest_kind_reason"] = "local", reason
            since = time.monotonic()
            d.casement("guest", "start", "demo")
        self.clock("guest_up", since)
        applications = pathlib.Path(d.env["XDG_DATA_HOME"]) / "applications"
        wait_for("published menu entries", lambda: list(applications.glob("casement.demo.*.desktop")))
        self.clock("apps_published", since)

    def entry_of(self, ids):
        apps = {a["id"]: a["desktop_id"] for a in self.desktop.json("apps", "demo")}
        for one in ids:
            if apps.get(one):
                return apps[one].removesuffix(".desktop")
        raise Failure(f"the guest publishes none of {ids}; it publishes {sorted(apps)}")

    def launch(self, name, ids):
        d, entry = self.desktop, self.entry_of(ids)
        since = time.monotonic()
        d.run("gtk-launch", entry)
        window = d.window_of(entry)
        mapped = time.monotonic()
        wait_for(f"pixels of {name}", lambda: d.painted(window))
        self.report["launches"].append({
            "program": name, "entry": entry, "title": d.title(window), "window": hex(window.id),
            "first_window_ms": round((mapped - since) * 1000, 1),
            "first_pixel_ms": round((time.monotonic() - since) * 1000, 1)})

    def home(self):
        return pathlib.Path(self.desktop.env["XDG_DATA_HOME"]) / "casement/guests/demo/home"

    def type_into_xterm(self):
        d = self.desktop
        d.focus(d.window_of(self.entry_of(PROGRAMS[0][1])))
        d.type("echo Typed_by_the_host > typed.txt")
        d.key("Return")
        wait_for("what was typed, in the guest's home",
                 lambda: (self.home() / "typed.txt").is_file() and
                 (self.home() / "typed.txt").read_text() == "Typed_by_the_host\n")

    def sound(self):
        d = self.desktop
        d.casement("run", "demo", "--", "sh", "-c",
                   f"sox -n -r 48000 -c 2 ~/tone.wav synth {TONE_S + 2} sine 440 vol 0.5 && exec paplay ~/tone.wav")
        wait_for("sound at the host's sink", d.sink_inputs)
        heard = tone(d.record(TONE_S))
        self.report["tone"] = heard
        if abs(heard["frequency_hz"] - 440) > 1 or heard.get("clipped") or heard["seconds"] < TONE_S / 2:
            raise Failure(f"played 440 Hz for {TONE_S} s, heard {heard}")

    def picture(self):
        d = self.desktop
        for launched, place in zip(self.report["launches"], ((60, 60), (380, 160), (800, 420))):
            window = d.window_of(launched["entry"])
            d.xdotool("windowmove", str(window.id), *map(str, place))
            d.focus(window)
            wait_for(f"{launched['program']} in front to show something", lambda: d.painted(window))
        d.spawn("xterm", "-class", "NativeWindow", "-title", "a native window of the host", "-geometry", "60x12+420+300",
                "-bg", "#204a87", "-fg", "white", "-e", "sh", "-c", "echo 'a native window of the host'; exec cat")
        native = d.window_of("NativeWindow")
        wait_for("the native window's pixels", lambda: d.painted(native))
        classes = {w["entry"] for w in self.report["launches"]}
        if len(classes) != len(PROGRAMS):
            raise Failure(f"expected {len(PROGRAMS)} programs with windows of their own, have {sorted(classes)}")
        d.screenshot(self.out / "desktop.png")

    def run(self):
        since = time.monotonic()
        self.part("guest", self.guest)
        if not self.failed:
            for name, ids in PROGRAMS:
                self.part(f"launch {name}", lambda: self.launch(name, ids))
            self.part("typing", self.type_into_xterm)
            self.part("sound", self.sound)
            self.part("picture", self.picture)
            self.report["status"] = self.desktop.try_json("status")
        self.clock("total", since)
        self.report["passed"] = not self.failed
        (self.out / "report.json").write_text(json.dumps(self.report, indent=2) + "\n")
        return 1 if self.failed else 0


def main(build, out):
    out = pathlib.Path(out)
    out.mkdir(parents=True, exist_ok=True)
    since = time.monotonic()
    with HostDesktop(build) as desktop:
        demo = Demo(desktop, out)
        demo.clock("desktop_start", since)
        result = demo.run()
        if result:
            logs = "\n".join(f"==> {log.name}\n{log.read_text(errors='replace')[-4000:]}"
                             for log in desktop.base.glob("*.log"))
            (out / "logs.txt").write_text(logs)
    print(f"demo: {'failed: ' + ', '.join(demo.failed) if demo.failed else 'passed'}; see {out}/report.json")
    return result


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], sys.argv[2]))
