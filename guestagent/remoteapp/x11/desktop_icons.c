// SPDX-License-Identifier: Apache-2.0

// Tray icons of the older kind, for who shows the desktop.

#include "guestagent/remoteapp/x11/state.h"

const RaTrayIcon *
ra_desktop_icon(const RaDesktop *d, guint32 id)
{
    return ra_dock_icon(d->dock, id);
}

const RaTrayIcon *
ra_desktop_icon_nth(const RaDesktop *d, guint n)
{
    return ra_dock_nth(d->dock, n);
}

void
ra_desktop_icon_click(RaDesktop *d, guint32 id, guint button, int root_x, int root_y)
{
    RaInputPoint at = ra_point_of(d, root_x, root_y);
    ra_method_give_keys(d->method);
    ra_dock_click(d->dock, id, button, &at);
}

void
ra_desktop_icon_scroll(RaDesktop *d, guint32 id, int dx, int dy, int root_x, int root_y)
{
    RaInputPoint at = ra_point_of(d, root_x, root_y);
    ra_dock_scroll(d->dock, id, dx, dy, &at);
}
