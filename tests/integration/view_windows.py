# SPDX-License-Identifier: Apache-2.0
"""Windows of casement-view under a real window manager: properties, pixels, geometry, states."""
import struct

import numpy as np
from view_fixture import *  # noqa: F403
from view_fixture import View, ViewCase, Failure, main, picture, wait_for, ids
import view_fixture as p


class Pixels(ViewCase):
    def test_equal_to_buffer_and_exact_damage(self):
        pixels = picture(300, 200)
        window = self.v.show(1, (100, 120, 300, 200), pixels, "One")
        self.same_pixels(window, pixels)
        b = self.v.buffers[1]
        b.pixels[10:20, 30:50, :3] = 7
        b.pixels[100:110, 0:300, :3] = 9  # written, and not said to be damaged
        self.v.commit(1, (100, 120, 300, 200), damage=[(30, 10, 20, 10)])
        want = pixels.copy()
        want[10:20, 30:50, :3] = 7
        self.same_pixels(window, want)
        self.v.commit(1, (100, 120, 300, 200), damage=[(0, 100, 300, 10)])
        want[100:110, :, :3] = 9
        self.same_pixels(window, want)


if __name__ == "__main__":
    main()
