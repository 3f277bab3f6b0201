# SPDX-License-Identifier: Apache-2.0
"""Where casement-view has a window made whose program chose no place for it."""
import signal

import view_fixture as p
from view_fixture import View, ViewCase, main, picture, wait_for

PLACE = (200, 250, 300, 200)


class PlaceCase(ViewCase):
    def opened(self, kind=p.NORMAL, **props):
        """Where it is, once it is there."""
        self.v.window(1, kind=kind)
        self.v.props(1, **props)
        self.v.buffer(1, picture(PLACE[2], PLACE[3]))
        self.v.commit(1, PLACE)
        window = wait_for("the window", self.v.all_windows)[0]
        wait_for("its pixels", lambda: self.desktop.painted(window))
        return self.desktop.geometry(window)


class Unmanaged(PlaceCase):
    wm = None

    def test_has_the_guests(self):
        """Nobody else gives it one."""
        self.assertEqual(self.opened(), PLACE)


class Left(PlaceCase):
    def test_window_manager_that_was_killed(self):
        """It takes none of what it has set on the root window with it."""
        wm = next(process for process in self.desktop.started if process.args[0] == "openbox")
        wm.send_signal(signal.SIGKILL)
        wm.wait()
        self.assertEqual(self.opened(), PLACE)


class Refused(PlaceCase):
    """A popup without a press has its program's place, whether it is one or a window; xfwm4 places none of its type."""
    wm = "xfwm4"

    def test_has_the_programs(self):
        x, y, width, height = self.opened(p.POPUP)
        self.assertLess(abs(x - PLACE[0]) + abs(y - PLACE[1]), 60)  # but for its frame
        self.assertEqual((width, height), PLACE[2:])


class Floating(PlaceCase):
    wm, i3_config = "i3", "for_window [all] floating enable"

    def test_again_where_the_host_had_it(self):
        """In a view that was started again, which the guest tells that the host has placed it; at first in the middle, as i3 has it."""
        middle = self.opened()
        self.assertLess(abs(middle[0] + PLACE[2] // 2 - self.size[0] // 2), 5)
        self.v.close()
        self.v = View(self.desktop)
        x, y, _, _ = self.opened(place_serial=4)
        self.assertLess(abs(x - PLACE[0]) + abs(y - PLACE[1]), 60)


if __name__ == "__main__":
    main()
