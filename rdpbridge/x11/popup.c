// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/x11/popup.h"

#include "rdpbridge/limits.h"
#include "rdpbridge/x11/focus.h"
#include "rdpbridge/x11/launches.h"
#include "rdpbridge/x11/pointer.h"
#include "rdpbridge/x11/screen.h"
#include "rdpbridge/x11/windows.h"

static uint64_t
overlap(const ViewRect *a, const ViewRect *b)
{
    int64_t left = MAX(a->x, b->x), top = MAX(a->y, b->y);
    int64_t right = MIN((int64_t)a->x + a->width, (int64_t)b->x + b->width);
    int64_t bottom = MIN((int64_t)a->y + a->height, (int64_t)b->y + b->height);

    return right > left && bottom > top ? (uint64_t)(right - left) * (uint64_t)(bottom - top) : 0;
}

// Several popups side by side cover as much as one large one: their areas are added up.
static uint64_t
covered(const HostWindow *w, const ViewRect *monitor)
{
    uint64_t sum = overlap(&w->wanted.geometry, monitor);
    GHashTableIter iter;
    gpointer other;

    host_windows_iter(w->view->windows, &iter);
    while (g_hash_table_iter_next(&iter, NULL, &other)) {
        const HostWindow *o = other;
        if (o != w && o->mapped && o->wanted.override_redirect)
            sum += overlap(&o->wanted.geometry, monitor);
    }
    return sum;
}

static bool
covers_more(const HostWindow *w, uint64_t percent)
{
    const ViewScreen *s = host_screen_get(w->view->screen);

    for (uint32_t i = 0; i < s->n_monitors; i++) {
        uint64_t area = (uint64_t)s->monitors[i].width * s->monitors[i].height;
        if (covered(w, &s->monitors[i]) * 100 > area * percent)
            return true;
    }
    return false;
}

bool
host_popup_fits(const HostWindow *w)
{
    return !covers_more(w, LIMIT_POPUP_COVER_PERCENT);
}

bool
host_popup_is_small(const HostWindow *w)
{
    return !covers_more(w, LIMIT_POPUP_UNASKED_PERCENT);
}

bool
host_popup_hides(const HostWindow *w)
{
    return w->wanted.kind != w->kind && !host_popup_is_small(w);
}

bool
host_popup_admit(const HostWindow *w)
{
    const HostWindow *under = host_pointer_window(w->view->pointer);

    if (!host_popup_fits(w))
        return false;
    if (view_pressed_within(w->view, LIMIT_POPUP_AFTER_PRESS_MS))
        return true;
    bool expected = host_launches_splash(w->view->launches) ||
                    (w->kind == VIEW_KIND_POPUP && host_focus_is_ours(w->view->focus));
    if (expected && host_popup_is_small(w))
        return true;
    // A tooltip belongs to what the pointer rests on, a submenu to the menu under the pointer.
    return under && (w->kind == VIEW_KIND_TOOLTIP || under->wanted.override_redirect);
}
