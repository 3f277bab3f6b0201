#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What many open windows cost the one in use: key press to pixel and drag to pixel of a guest's window while 200 of its
guest are open, over the same with that one alone, in one run. The windows that only are there do nothing.

usage: windows.py BUILD_DIR [COUNT]     prints TSV: name, value, unit, ratio, limit, pass or FAIL
"""
import pathlib
import shutil
import statistics
import sys

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TESTS / "e2e"))
from harness import Failure, HostDesktop, wait_for  # noqa: E402

PRESSES, ROUNDS, LIMIT = 120, 3, 1.2


class Bench:
    def __init__(self, desktop, count):
        self.d, self.count, self.failed = desktop, count, False

    def target(self, *argv):
        d = self.d
        known = {w.id for w in d.clients()}
        d.run_in("demo", "sh", "-c", "exec ~/chain_target " + " ".join(argv))
        return wait_for("the target's window", lambda: [w for w in d.clients() if w.id not in known], 30)[-1]

    def probe(self, window, *options):
        d = self.d
        d.focus(window)
        wait_for("pixels", lambda: d.painted(window))
        x, y, _, _ = d.geometry(window)
        out = d.run("chain_probe", *options, str(x + 20), str(y + 20), str(PRESSES), timeout=300).stdout
        values = [int(v) for v in out.split()]
        if -1 in values:
            raise Failure(f"press or move {len(values)} of {PRESSES} was never seen")
        return values

    def others(self):
        """The guest's other windows, one program's."""
        d = self.d
        d.run_in("demo", "sh", "-c", f"exec ~/many_windows {self.count - 1}")
        wait_for(lambda: f"{self.count} windows; there are {len(d.clients())}",
                 lambda: len(d.clients()) >= self.count, 120)
        shown = {}

        def settled():  # the view tells its figures each second while they change
            before, shown["frames"] = shown.get("frames"), d.guest()["view"]["frames"]
            return shown["frames"] == before
        wait_for("them to be shown", settled, 60, poll=2.2)

    def close_others(self):
        d = self.d
        for pid in d.guest_pids("many_windows"):
            d.signal(pid, 15)
        wait_for("them to close", lambda: len(d.clients()) == 1, 60)

    def line(self, name, alone, many):
        a, m = statistics.median(alone) / 1000, statistics.median(many) / 1000
        verdict = "pass" if m / a <= LIMIT else "FAIL"
        self.failed |= verdict == "FAIL"
        print(f"{name}_alone\t{a:.3f}\tms\t\t\t", flush=True)
        print(f"{name}_with_{self.count}\t{m:.3f}\tms\t{m / a:.2f}\t{LIMIT}\t{verdict}", flush=True)

    def run(self):
        d = self.d
        d.add_guest("demo")
        home = pathlib.Path(d.env["XDG_DATA_HOME"]) / "casement/guests/demo/home"
        for program in ("chain_target", "many_windows"):
            shutil.copy(d.build / "bin" / program, home / program)
        window = self.target()
        alone, many = {"press": [], "drag": []}, {"press": [], "drag": []}
        for _ in range(ROUNDS):
            alone["press"] += self.probe(window)
            alone["drag"] += self.probe(window, "--drag")
            self.others()
            many["press"] += self.probe(window)
            many["drag"] += self.probe(window, "--drag")
            self.close_others()
        for name in ("press", "drag"):
            self.line(f"{name}_to_pixel", alone[name], many[name])
        return 1 if self.failed else 0


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    with HostDesktop(sys.argv[1], sound=False) as desktop:
        sys.exit(Bench(desktop, int(sys.argv[2]) if len(sys.argv) == 3 else 200).run())
