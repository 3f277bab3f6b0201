# SPDX-License-Identifier: Apache-2.0
"""Figures of several runs: their table, their files, and what must hold of them."""
import shutil
import statistics
import subprocess

LIMIT = "native"
PEERS_RDP = ("xrdp", "freerdp-shadow")
PEERS_XPRA = ("xpra mmap", "xpra")


class Figures:
    def __init__(self):
        self.values, self.failures, self.verdicts = {}, [], []

    def add(self, way, figure, value):
        self.values.setdefault(figure, {}).setdefault(way, []).append(value)

    def fail(self, way, what, problem):
        self.failures.append((way, what, str(problem)))
        print(f"{way}, {what}: FAILED: {problem}", flush=True)

    def median(self, figure, way):
        of = self.values.get(figure, {}).get(way)
        return statistics.median(of) if of else None

    def ways(self):
        return list(dict.fromkeys(way for of in self.values.values() for way in of))

    # ---- the table

    def cell(self, figure, way):
        of = self.values[figure].get(way)
        if not of:
            return "-"
        native = self.median(figure, LIMIT)
        ratio = f" ×{statistics.median(of) / native:.1f}" if native and way != LIMIT else ""
        return f"{statistics.median(of):.2f}{ratio} ({min(of):.2f} to {max(of):.2f})"

    def table(self):
        """Markdown: the median, its ratio to the program on the host's own display, the least and the most."""
        ways = self.ways()
        rows = ["| | " + " | ".join(ways) + " |", "|---|" + "---|" * len(ways)]
        rows += [f"| {figure} | " + " | ".join(self.cell(figure, way) for way in ways) + " |" for figure in self.values]
        return "\n".join(rows)

    # ---- what must hold

    def bound(self, what, value, limit, at_most=True):
        if value is None or limit is None:
            return
        held = value <= limit if at_most else value >= limit
        self.verdicts.append((what, value, limit, held))

    def ratio(self, figure, way, other):
        mine, its = self.median(figure, way), self.median(figure, other)
        return mine / its if mine is not None and its else None

    def least(self, figure, peers):
        return min((m for m in (self.median(figure, p) for p in peers) if m is not None), default=None)

    def judge(self):
        """Prints each limit with what was seen; whether all hold that could be judged, and nothing failed."""
        ours, p50, p99 = "casement", "key_to_pixel_p50_ms", "key_to_pixel_p99_ms"
        mine = self.median(p50, ours)
        self.bound("key to pixel, p50, over native", self.ratio(p50, ours, LIMIT), 3)
        self.bound("key to pixel, p99, over native", self.ratio(p99, ours, LIMIT), 10)
        self.bound("the same over a plain pipe", self.ratio(p50, "casement pipe", LIMIT), 4)
        for peers, times in ((PEERS_RDP, 5), (PEERS_XPRA, 3)):
            best = self.least(p50, peers)
            self.bound(f"key to pixel, p50, of the best of {', '.join(peers)} over ours",
                       best / mine if best and mine else None, times, at_most=False)
        beside = self.median("key_to_pixel_beside_video_p50_ms", ours)
        self.bound("key to pixel beside a video over that alone", beside / mine if beside and mine else None, 2)
        self.bound("video of 1080 lines at 60, frames a second", self.median("video_fps", ours), 59, at_most=False)
        self.bound("its processor time a frame over xpra's with mmap",
                   self.ratio("video_cpu_ms_a_frame", ours, "xpra mmap"), 0.25)
        self.bound("its draw to visible, ms", self.median("video_draw_to_visible_p50_ms", ours), 25)
        self.bound("video of 2160 lines at 30, frames a second", self.median("video_4k_fps", ours), 29, at_most=False)
        self.bound("fifty windows at 10 frames a second, percent of a core", self.median("fifty_windows_cpu_percent", ours),
                   25)
        self.bound("their frames a second over native", self.ratio("fifty_windows_fps", ours, LIMIT), 0.95, at_most=False)
        self.bound("scrolling text of 1080 lines at 60 over a pipe of 250 MB/s, frames a second",
                   self.median("scroll_fps", "casement pipe 250"), 59, at_most=False)
        self.bound("a camera's 1080 lines at 30 over it, frames a second", self.median("camera_fps", "casement pipe 250"), 29,
                   at_most=False)
        native, launch = self.median("warm_launch_ms", LIMIT), self.median("warm_launch_ms", ours)
        self.bound("warm launch, ms more than native", launch - native if native and launch else None, 60)
        for what, value, limit, held in self.verdicts:
            print(f"{'holds' if held else 'DOES NOT HOLD'}: {what}: {value:.2f} (limit {limit})")
        return not self.failures and all(held for *_, held in self.verdicts)

    # ---- files

    def write(self, folder):
        rows = ["figure\tway\trun\tvalue"]
        rows += [f"{figure}\t{way}\t{run + 1}\t{value:.4f}" for figure, of in self.values.items()
                 for way, values in of.items() for run, value in enumerate(values)]
        (folder / "figures.tsv").write_text("\n".join(rows) + "\n")
        (folder / "table.md").write_text(self.table() + "\n")
        self.plot(folder)

    def plot(self, folder):
        """One panel a figure, one bar a way, from the least to the most a line."""
        if not shutil.which("gnuplot"):
            print("no plot: gnuplot is not installed")
            return
        columns, ways = 3, self.ways()
        lines = (len(self.values) + columns - 1) // columns
        script = [f"set terminal svg size 1200,{260 * lines} font 'sans,11'", f"set output '{folder}/plot.svg'",
                  f"set multiplot layout {lines},{columns}", "set style fill solid 0.6", "unset key", "set boxwidth 0.7",
                  "set xtics rotate by -35 nomirror", "set grid ytics", "set yrange [0:*]"]
        for figure, of in self.values.items():
            script += ["$figures << END"]
            script += [f'"{way}" {statistics.median(of[way])} {min(of[way])} {max(of[way])}' for way in ways if of.get(way)]
            script += ["END", f"set title '{figure}' noenhanced",
                       "plot $figures using 0:2:xtic(1) with boxes lc rgb '#4477aa', "
                       "$figures using 0:2:3:4 with yerrorbars lc rgb '#222222' pt 0"]
        subprocess.run(["gnuplot"], input="\n".join(script + ["unset multiplot"]), text=True, check=True)
