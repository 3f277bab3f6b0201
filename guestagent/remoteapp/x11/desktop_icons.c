// SPDX-License-Identifier: Apache-2.0

// Tray icons of the older kind, for who shows the desktop.

#include "guestagent/remoteapp/x11/state.h"

static void
on_changed(const RaTrayIcon *icon, gpointer user)
{
    RaDesktop *d = user;
    if (d->events.icon_changed)
        d->events.icon_changed(icon, d->user);
}

static void
on_gone(guint32 id, gpointer user)
{
    RaDesktop *d = user;
    if (d->events.icon_gone)
        d->events.icon_gone(id, d->user);
}

static void
on_balloon(const RaTrayIcon *icon, const RaBalloon *balloon, gpointer user)
{
    RaDesktop *d = user;
    if (d->events.balloon)
        d->events.balloon(icon, balloon, d->user);
}

static void
on_balloon_gone(guint32 icon, guint32 balloon, gpointer user)
{
    RaDesktop *d = user;
    if (d->events.balloon_gone)
        d->events.balloon_gone(icon, balloon, d->user);
}

void
ra_icons_start(RaDesktop *d)
{
    static const RaDockEvents events = {.changed = on_changed,
                                        .gone = on_gone,
                                        .balloon = on_balloon,
                                        .balloon_gone = on_balloon_gone};
    d->dock = ra_dock_new(d->conn, d->context, d->input, &events, d);
}

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
