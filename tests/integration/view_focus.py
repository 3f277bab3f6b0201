# SPDX-License-Identifier: Apache-2.0
"""What casement-view tells a guest of the focus where the host gives a window none."""
import struct
import time

from Xlib import X
from Xlib.protocol import event

import view_fixture as p
from view_fixture import ViewCase, ids, main, message, picture, wait_for

ACCEPTS = 3  # that it takes the focus, and says so


class FocusCase(ViewCase):
    def activate(self, ident):
        """The guest has it active; for longer than the view lets it have another one than the host."""
        self.v.session.drop_all()
        self.v.session.send(message(p.ACTIVE, struct.pack("=II", ident, 0)))
        since = time.monotonic()
        wait_for("longer than the view waits", lambda: time.monotonic() - since > 1.5)
        return self.v.session.take(p.FOCUS)


class Foreign(FocusCase):
    def test_popup_that_is_the_active_window(self):
        """A Windows' flyout: the host cannot focus it, and its owner must not be made the active one for that."""
        window = self.v.show(1, (200, 200, 400, 300))
        self.desktop.focus(window)
        self.v.session.expect(p.FOCUS, ids(1))
        self.activate(1)
        self.press_on(window)
        popup = self.v.show(2, (300, 300, 150, 150), kind=p.POPUP, owner=1)
        self.assertTrue(popup.get_attributes().override_redirect)
        self.assertIsNone(self.activate(2))


class Unmanaged(FocusCase):
    wm = None

    def test_window_that_nobody_gives_the_focus(self):
        """Keys go where the pointer is, and in the guest to the window that is active there."""
        self.v.window(1)
        self.v.props(1, flags=ACCEPTS)
        self.v.buffer(1, picture(300, 200))
        self.v.commit(1, (200, 250, 300, 200))
        window = wait_for("the window", self.v.all_windows)[0]
        self.press_on(window)
        self.assertIsNone(self.activate(1))
        self.desktop.key("a")
        self.v.session.expect(p.KEY)


class Minimised(FocusCase):
    """Under a window manager that keeps minimised windows mapped."""
    wm = "mutter"

    def tell(self, window, name, *data):
        display = self.desktop.display
        told = event.ClientMessage(window=window, client_type=display.intern_atom(name), data=(32, [*data, *[0] * 4][:5]))
        self.desktop.root.send_event(told, event_mask=X.SubstructureRedirectMask | X.SubstructureNotifyMask)
        display.sync()

    def test_its_program_restores_it_unasked(self):
        """It may not have the focus for that, and has it when the user restores it."""
        for i in range(1, 12):  # more than may open unasked, and have the focus
            self.v.window(i)
            self.v.props(i, flags=ACCEPTS)
            self.v.buffer(i, picture(100, 80))
            self.v.commit(i, (50 * i, 50, 100, 80))
            if i == 1:
                window = wait_for("the window", self.v.all_windows)[0]
                wait_for("it to take the focus", lambda: window.get_wm_hints().input)
        wait_for("all windows", lambda: len(self.v.all_windows()) == 11)
        self.tell(window, "WM_CHANGE_STATE", 3)
        told = p.state(self.v.session.expect(p.STATE, lambda b: p.state(b)[:2] == (1, p.S_MINIMIZED)))
        self.v.props(1, flags=ACCEPTS, states=0, states_serial=told[3])
        self.activate(1)
        self.tell(window, "_NET_ACTIVE_WINDOW", 2)
        wait_for("it to have the focus", lambda: self.desktop.has_focus(window) and window.get_wm_hints().input)
        wait_for("its keys", lambda: self.desktop.key("a") or self.v.session.take(p.KEY), poll=0.2)


if __name__ == "__main__":
    main()
