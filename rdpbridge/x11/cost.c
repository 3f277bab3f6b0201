// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/x11/cost.h"

#include "rdpbridge/x11/states.h"
#include "rdpbridge/x11/windows.h"

#include <string.h>

// Measured as processor time of Xvfb and openbox for each message of a storm of its kind; other
// window managers need more. What only the view has to read costs next to nothing.
#define READ_US 5
#define MAP_US 1500
#define UNMAP_US 500
#define GEOMETRY_US 3000 // with what it uncovers
#define STATE_US 3000
#define MINIMIZE_US 20000 // they show that by animations
#define ICON_US 1500      // window managers scale it
#define PROPS_US 300
#define NAMES_US 1000
#define NAME_US_PER_BYTE 2 // text of several scripts is laid out with several fonts
#define FLAG_US 1000       // each: window managers stack or frame the window anew
#define OFFER_US 3000      // clipboard managers read it
#define RECORD_US 20000    // the sound server opens its source
#define PIXELS_PER_US 2500
#define ICON_BYTES_PER_US 160

static uint32_t
cost_of_commit(const HostWindow *w, const ViewCommit *m)
{
    const ViewRect *damage = (const ViewRect *)(m + 1);
    uint64_t pixels = 0;
    uint32_t us = READ_US;

    for (uint32_t i = 0; i < m->n_damage; i++)
        pixels += (uint64_t)damage[i].width * damage[i].height;
    us += m->n_damage * READ_US + (uint32_t)(pixels / PIXELS_PER_US);
    if (!w->has_commit)
        return us + MAP_US;
    // What the host did itself is only said back.
    if (m->state != w->committed_state && m->state != w->wanted.state)
        us += m->state == VIEW_STATE_MINIMIZED || w->wanted.state == VIEW_STATE_MINIMIZED
                  ? MINIMIZE_US
                  : STATE_US;
    if (memcmp(&m->geometry, &w->committed, sizeof m->geometry) != 0 &&
        memcmp(&m->geometry, &w->wanted.geometry, sizeof m->geometry) != 0)
        us += GEOMETRY_US;
    return us;
}

// States that only say back what the host did cost nothing, as above.
static uint32_t
cost_of_props(const HostWindow *w, const ViewProps *m)
{
    uint32_t state = host_states_main(m->props.states);
    uint32_t shown = m->props.states & ~(uint32_t)CHAN_STATE_HIDDEN;

    if (state != w->wanted.state &&
        (state == VIEW_STATE_MINIMIZED || w->wanted.state == VIEW_STATE_MINIMIZED))
        return MINIMIZE_US;
    return state != w->wanted.state || shown != w->wanted.states ? STATE_US : PROPS_US;
}

static uint32_t
cost_of_window(const HostWindow *w, const ViewWindow *m)
{
    uint32_t changed = w->wanted.flags ^ m->flags;
    uint32_t shown = changed & ~(uint32_t)(VIEW_FLAG_CLOSABLE | VIEW_FLAG_MINIMIZABLE |
                                           VIEW_FLAG_MAXIMIZABLE | VIEW_FLAG_ALPHA);
    uint32_t n = (uint32_t)__builtin_popcount(shown) + (w->owner_id != m->owner_id);

    return READ_US + PROPS_US + n * FLAG_US;
}

uint32_t
host_cost_of(const View *view, ChanSpan packet)
{
    static const uint32_t of_known[] = {
        [VIEW_MSG_SHAPE] = 500, [VIEW_MSG_ICONS_GONE] = 300, [VIEW_MSG_ATTENTION] = 300,
        [VIEW_MSG_CARET] = 100, [VIEW_MSG_GROUP] = 1000,
    };
    const ViewId *m = (const void *)packet.data;
    ViewMsgType type = view_type(packet);

    const HostWindow *w = host_windows_find(view->windows, m->id);

    switch (type) {
    case VIEW_MSG_RECORD:
        return RECORD_US;
    case VIEW_MSG_CLIP_OFFER:
    case VIEW_MSG_CLIP_SAVE:
        return OFFER_US;
    case VIEW_MSG_TITLE:
    case VIEW_MSG_NAMES:
        return READ_US + (w && w->xid ? NAMES_US + (uint32_t)packet.size * NAME_US_PER_BYTE : 0);
    case VIEW_MSG_MOVE_LOOP:
        return STATE_US;
    case VIEW_MSG_WINDOW:
        return w && w->xid ? cost_of_window(w, (const void *)packet.data) : READ_US;
    case VIEW_MSG_PROPS:
        return w && w->xid ? cost_of_props(w, (const void *)packet.data) : READ_US;
    case VIEW_MSG_CURSOR:
        return 200;
    case VIEW_MSG_STACK:
    case VIEW_MSG_ACTIVE:
        return 100; // and HOST_COST_RAISE_US
    case VIEW_MSG_COMMIT:
        return w ? cost_of_commit(w, (const void *)packet.data) : READ_US;
    case VIEW_MSG_WINDOW_GONE:
        return w && w->xid ? UNMAP_US : READ_US;
    case VIEW_MSG_ICON: {
        const ViewIcon *icon = (const void *)packet.data;
        bool whole = w && w->xid && icon->index + 1 >= icon->count;
        return READ_US + (w ? icon->width * icon->height * 4 / ICON_BYTES_PER_US : 0) +
               (whole ? ICON_US : 0);
    }
    case VIEW_MSG_LOCK:
    case VIEW_MSG_MONITORS:
    case VIEW_MSG_WORKSPACE:
        return STATE_US;
    default:
        return w && w->xid && type < G_N_ELEMENTS(of_known) ? READ_US + of_known[type] : READ_US;
    }
}
