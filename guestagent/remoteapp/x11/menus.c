// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/x11/menus.h"

#include "guestagent/remoteapp/x11/rects.h"

#define STEPS 16 // of the screen's sides, in which a free place is looked for

static bool
is_menu(const RaClient *c)
{
    return c->override_redirect && c->pub.mapped && c->pub.kind == RA_KIND_POPUP;
}

static bool
in_popup(RaDesktop *d, int x, int y)
{
    const RaRect point = {x, y, 1, 1};
    RaRect both;

    for (guint i = 0; i < d->clients->len; i++) {
        const RaClient *c = d->clients->pdata[i];
        if (c->override_redirect && c->pub.mapped && ra_rect_intersect(&c->pub.rect, &point, &both))
            return true;
    }
    return false;
}

// A place where no popup is.
static bool
find_outside(RaDesktop *d, RaInputPoint *at)
{
    ra_screen_size(d->screen, &at->width, &at->height);
    for (int i = 0; i < STEPS * STEPS; i++) {
        at->x = i % STEPS * (at->width - 1) / (STEPS - 1);
        at->y = i / STEPS * (at->height - 1) / (STEPS - 1);
        if (!in_popup(d, at->x, at->y))
            return true;
    }
    return false;
}

void
ra_menus_close(RaDesktop *d)
{
    RaInputPoint at;
    bool open = false;

    for (guint i = 0; i < d->clients->len && !open; i++)
        open = is_menu(d->clients->pdata[i]);
    // A press where nobody has it would be one on whatever window is there.
    if (!open || ra_input_holds_button(d->input) || !ra_conn_pointer_grabbed(d->conn) ||
        !find_outside(d, &at))
        return;
    ra_input_motion(d->input, &at);
    ra_input_button(d->input, 1, true);
    ra_input_button(d->input, 1, false);
}
