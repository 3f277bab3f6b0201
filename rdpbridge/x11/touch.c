// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/x11/touch.h"

#include "rdpbridge/x11/session.h"

typedef struct {
    int host_id; // of the event
    uint32_t window;
    ChanWindowTouch last;
    bool on;
} Finger;

struct HostTouch {
    View *view;
    Finger fingers[CHAN_WINDOW_TOUCHES_MAX];
};

HostTouch *
host_touch_new(View *view)
{
    HostTouch *t = g_new0(HostTouch, 1);

    t->view = view;
    return t;
}

void
host_touch_free(HostTouch *t)
{
    g_free(t);
}

void
host_touch_select(const HostTouch *t, unsigned char *mask)
{
    if (!t->view->x->has_touch)
        return;
    XISetMask(mask, XI_TouchBegin);
    XISetMask(mask, XI_TouchUpdate);
    XISetMask(mask, XI_TouchEnd);
}

static void
tell(HostTouch *t, const Finger *f)
{
    ViewTouch m = {.id = f->window, .touch = f->last};

    VIEW_INIT(&m, VIEW_MSG_TOUCH);
    host_session_send(t->view, &m, sizeof m);
}

// The one of that id, or the first free one for a new id; NULL: there are too many, or it was
// forgotten.
static Finger *
find(HostTouch *t, int host_id, bool is_new)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(t->fingers); i++) {
        Finger *f = &t->fingers[i];
        if (is_new ? !f->on : f->on && f->host_id == host_id)
            return f;
    }
    return NULL;
}

void
host_touch_event(HostTouch *t, HostWindow *w, const XIDeviceEvent *e)
{
    bool begins = e->evtype == XI_TouchBegin;
    Finger *f = find(t, e->detail, begins);

    if (!f)
        return;
    if (begins) {
        f->on = true;
        f->host_id = e->detail;
        f->window = w->id;
    }
    f->last.touch = (uint32_t)(f - t->fingers);
    f->last.phase = begins                        ? CHAN_TOUCH_BEGIN
                    : e->evtype == XI_TouchUpdate ? CHAN_TOUCH_UPDATE
                                                  : CHAN_TOUCH_END;
    f->last.x = (int32_t)CLAMP(e->root_x, -VIEW_COORD_MAX, VIEW_COORD_MAX);
    f->last.y = (int32_t)CLAMP(e->root_y, -VIEW_COORD_MAX, VIEW_COORD_MAX);
    f->on = f->last.phase != CHAN_TOUCH_END;
    tell(t, f);
}

uint32_t
host_touch_window(const HostTouch *t)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(t->fingers); i++)
        if (t->fingers[i].on)
            return t->fingers[i].window;
    return 0;
}

void
host_touch_forget(HostTouch *t, const HostWindow *w)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(t->fingers); i++) {
        Finger *f = &t->fingers[i];
        if (!f->on || f->window != w->id)
            continue;
        f->on = false;
        f->last.phase = CHAN_TOUCH_END;
        tell(t, f);
    }
}

void
host_touch_has_session(HostTouch *t)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(t->fingers); i++)
        t->fingers[i].on = false;
}
