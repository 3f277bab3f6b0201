// SPDX-License-Identifier: Apache-2.0

// What a server of ours says of its windows beside RAIL: kept, and told to the view. Pure.

#include "channel/utf8.h"
#include "rdpbridge/model_private.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void
icons_clear(BridgeSizedIcon *icons, unsigned *n)
{
    for (unsigned i = 0; i < *n; i++)
        free(icons[i].pixels);
    *n = 0;
}

static void
names_clear(char **names)
{
    for (unsigned i = 0; i < CHAN_NAMES; i++) {
        free(names[i]);
        names[i] = NULL;
    }
}

void
bridge_properties_clear(BridgeProperties *p)
{
    icons_clear(p->icons, &p->n_icons);
    icons_clear(p->coming, &p->n_coming);
    for (unsigned i = 0; i < CHAN_SHAPES; i++)
        free(p->shapes[i]);
    names_clear(p->names);
    *p = (BridgeProperties){0};
}

static size_t
set_bytes(const BridgeSizedIcon *icons, unsigned n)
{
    size_t sum = 0;

    for (unsigned i = 0; i < n; i++)
        sum += (size_t)icons[i].width * icons[i].height * 4;
    return sum;
}

bool
bridge_icon_room(const BridgeModel *m, size_t bytes)
{
    for (unsigned i = 0; i < m->n_windows; i++) {
        const BridgeWindow *w = m->windows[i];
        const BridgeProperties *p = &w->properties;
        bytes += set_bytes(p->icons, p->n_icons) + set_bytes(p->coming, p->n_coming);
        bytes += w->icon ? (size_t)w->icon_width * w->icon_height * 4 : 0;
    }
    return bytes <= LIMIT_ICON_BYTES;
}

static void
say_props(BridgeModel *m, const BridgeWindow *w, bool anew)
{
    ViewProps msg = {.id = w->id, .props = w->properties.props};

    VIEW_INIT(&msg, VIEW_MSG_PROPS);
    if (anew && w->placed) { // another view is not to have the window manager place it again
        msg.props.size_flags |= CHAN_SIZE_USER_POSITION | CHAN_SIZE_GRAVITY;
        msg.props.gravity = CHAN_WINDOW_GRAVITY_STATIC;
    }
    bridge_say(m, &msg, sizeof msg, -1);
}

static void
say_shape(BridgeModel *m, const BridgeWindow *w, ChanWindowShapeKind which)
{
    struct {
        ViewShape head;
        ChanWindowRect rects[CHAN_WINDOW_SHAPE_MAX];
    } msg = {.head = {.id = w->id, .which = which}};
    const ChanWindowShape *shape = w->properties.shapes[which];

    VIEW_INIT(&msg.head, VIEW_MSG_SHAPE);
    if (shape) {
        msg.head.shaped = 1;
        msg.head.count = shape->count;
        memcpy(msg.rects, shape->rects, shape->count * sizeof msg.rects[0]);
    }
    msg.head.header.size = (uint32_t)(sizeof msg.head + msg.head.count * sizeof msg.rects[0]);
    bridge_say(m, &msg, msg.head.header.size, -1);
}

static void
say_icons(BridgeModel *m, const BridgeWindow *w)
{
    const BridgeProperties *p = &w->properties;
    ViewId gone = {.id = w->id};

    if (!m->view)
        return;
    VIEW_INIT(&gone, VIEW_MSG_ICONS_GONE);
    if (p->n_icons == 0)
        bridge_say(m, &gone, sizeof gone, -1);
    for (unsigned i = 0; i < p->n_icons; i++) {
        const BridgeSizedIcon *icon = &p->icons[i];
        ViewIcon msg = {.id = w->id,
                        .width = icon->width,
                        .height = icon->height,
                        .index = (uint16_t)i,
                        .count = (uint16_t)p->n_icons};
        int fd = bridge_memfd_of(icon->pixels, (size_t)icon->width * icon->height * 4);
        if (fd < 0)
            return; // a window without its icons is still a window
        VIEW_INIT(&msg, VIEW_MSG_ICON);
        bridge_say(m, &msg, sizeof msg, fd);
        close(fd);
    }
}

// Now, or as soon as so much may go: those that it has then.
static void
offer_icons(BridgeModel *m, BridgeWindow *w)
{
    int64_t now = m->out->now(m->user), wait_us = bridge_pace_wait_us(&m->icon_pace, now);

    if (wait_us > 0) {
        w->icons_due = now + wait_us;
        bridge_wait(m, w);
        return;
    }
    w->icons_due = 0;
    bridge_pace_take(&m->icon_pace, (uint32_t)set_bytes(w->properties.icons, w->properties.n_icons),
                     now);
    say_icons(m, w);
}

void
bridge_icons_due(BridgeModel *m, BridgeWindow *w)
{
    if (w->announced && w->properties.has_icons)
        offer_icons(m, w);
}

static void
say_caret(BridgeModel *m, const BridgeWindow *w)
{
    ViewCaret msg = {.id = w->id, .caret = w->properties.caret};

    VIEW_INIT(&msg, VIEW_MSG_CARET);
    bridge_say(m, &msg, sizeof msg, -1);
}

static void
say_lock(BridgeModel *m, const BridgeWindow *w)
{
    ViewLock msg = {.id = w->id, .wanted = w->properties.wants_lock};

    VIEW_INIT(&msg, VIEW_MSG_LOCK);
    bridge_say(m, &msg, sizeof msg, -1);
}

static void
say_names(BridgeModel *m, const BridgeWindow *w)
{
    struct {
        ViewId head;
        uint8_t names[CHAN_WINDOW_NAMES_BYTES_MAX];
    } msg = {.head = {.id = w->id}};
    ChanWindowNames names = {0};

    for (unsigned i = 0; i < CHAN_NAMES; i++)
        if (w->properties.names[i])
            chan_window_names_add(&names, i, CHAN_SPAN_TEXT(w->properties.names[i]));
    ChanSpan packed = chan_window_names_pack(&names, msg.names, sizeof msg.names);
    VIEW_INIT(&msg.head, VIEW_MSG_NAMES);
    msg.head.header.size = (uint32_t)(sizeof msg.head + packed.size);
    bridge_say(m, &msg, msg.head.header.size, -1);
}

static void
say_monitors(BridgeModel *m, const BridgeWindow *w)
{
    ViewMonitors msg = {.id = w->id, .monitors = w->properties.monitors};

    VIEW_INIT(&msg, VIEW_MSG_MONITORS);
    bridge_say(m, &msg, sizeof msg, -1);
}

static void
say_group(BridgeModel *m, const BridgeWindow *w)
{
    ViewGroup msg = {.id = w->id, .group = w->properties.group};

    VIEW_INIT(&msg, VIEW_MSG_GROUP);
    bridge_say(m, &msg, sizeof msg, -1);
}

static void
say_workspace(BridgeModel *m, const BridgeWindow *w)
{
    const BridgeProperties *p = &w->properties;
    ViewWorkspace msg = {.id = w->id,
                         .workspace = p->asks_workspace ? p->workspace : w->host_workspace};

    VIEW_INIT(&msg, VIEW_MSG_WORKSPACE);
    bridge_say(m, &msg, sizeof msg, -1);
}

void
bridge_say_properties(BridgeModel *m, BridgeWindow *w)
{
    const BridgeProperties *p = &w->properties;

    if (p->has_group)
        say_group(m, w);
    if (p->said)
        say_props(m, w, true);
    for (unsigned i = 0; i < CHAN_SHAPES; i++)
        if (p->shapes[i])
            say_shape(m, w, i);
    if (p->has_names)
        say_names(m, w);
    if (p->has_icons)
        offer_icons(m, w);
    if (p->has_monitors)
        say_monitors(m, w);
    if (p->asks_workspace || w->has_host_workspace)
        say_workspace(m, w);
    if (p->has_caret)
        say_caret(m, w);
    if (p->wants_lock)
        say_lock(m, w);
}

ViewState
bridge_properties_state(const BridgeProperties *p)
{
    const uint32_t both = CHAN_STATE_MAXIMIZED_HORZ | CHAN_STATE_MAXIMIZED_VERT;

    if (p->props.states & CHAN_STATE_HIDDEN)
        return VIEW_STATE_MINIMIZED;
    if (p->props.states & CHAN_STATE_FULLSCREEN)
        return VIEW_STATE_FULLSCREEN;
    return (p->props.states & both) == both ? VIEW_STATE_MAXIMIZED : VIEW_STATE_NORMAL;
}

void
bridge_model_state_set(BridgeModel *m, uint32_t id, uint32_t serial, uint32_t states)
{
    BridgeWindow *w = bridge_model_window(m, id);

    if (!w)
        return;
    w->state_serial = serial;
    w->host_states = states;
}

static void
take_props(BridgeModel *m, BridgeWindow *w, const ChanWindowProps *props)
{
    BridgeProperties *p = &w->properties;

    if (p->said && memcmp(&p->props, props, sizeof *props) == 0)
        return;
    p->said = true;
    p->props = *props;
    bridge_model_place_told(m, w);
    if (w->announced)
        say_props(m, w, false);
    bridge_present(m, w);
}

static void
take_shape(BridgeModel *m, BridgeWindow *w, const ChanWindowShape *shape)
{
    ChanWindowShape **kept = &w->properties.shapes[shape->which];

    if (!shape->shaped && !*kept)
        return;
    free(*kept);
    *kept = NULL;
    if (shape->shaped) {
        *kept = malloc(sizeof *shape);
        if (!*kept)
            abort();
        **kept = *shape;
    }
    if (w->announced)
        say_shape(m, w, shape->which);
}

// A set that is broken off, or does not begin at its beginning, is none.
static void
take_icon(BridgeModel *m, BridgeWindow *w, const ChanWindowIcon *icon)
{
    BridgeProperties *p = &w->properties;

    if (icon->index == 0)
        icons_clear(p->coming, &p->n_coming);
    if (icon->count > 0) {
        if (icon->index != p->n_coming ||
            set_bytes(p->coming, p->n_coming) + icon->pixels.size > LIMIT_WINDOW_ICON_BYTES ||
            !bridge_icon_room(m, icon->pixels.size))
            return;
        uint8_t *pixels = malloc(icon->pixels.size);
        if (!pixels)
            abort();
        memcpy(pixels, icon->pixels.data, icon->pixels.size);
        p->coming[p->n_coming++] = (BridgeSizedIcon){pixels, icon->width, icon->height};
    }
    if (p->n_coming < icon->count)
        return;
    icons_clear(p->icons, &p->n_icons);
    memcpy(p->icons, p->coming, sizeof p->icons);
    p->n_icons = p->n_coming;
    p->n_coming = 0;
    p->has_icons = true;
    if (w->announced)
        offer_icons(m, w);
}

static char *
clean_name(ChanSpan untrusted_text)
{
    char text[VIEW_TITLE_MAX + 1];
    char *copy;

    chan_utf8_clean(untrusted_text, text, sizeof text);
    if (!(copy = strdup(text)))
        abort();
    return copy;
}

// Whether any is another than before.
static bool
replace_names(BridgeProperties *p, const ChanWindowNames *names)
{
    bool changed = !p->has_names;

    for (unsigned i = 0; i < CHAN_NAMES; i++) {
        char *name = names->said & (1u << i) ? clean_name(names->untrusted_text[i]) : NULL;
        bool same = name && p->names[i] ? strcmp(name, p->names[i]) == 0 : name == p->names[i];
        free(p->names[i]);
        p->names[i] = name;
        changed |= !same;
    }
    p->has_names = true;
    return changed;
}

static void
take_names(BridgeModel *m, BridgeWindow *w, const ChanWindowNames *names)
{
    BridgeProperties *p = &w->properties;

    if (!replace_names(p, names))
        return;
    const char *modern = p->names[CHAN_NAME_TITLE], *old = p->names[CHAN_NAME_OLD_TITLE];
    bridge_title_set(w, modern && *modern ? modern : old ? old : "");
    if (w->announced)
        say_names(m, w);
    m->out->changed(m->user, w);
}

static void
take_caret(BridgeModel *m, BridgeWindow *w, const ChanWindowCaret *caret)
{
    BridgeProperties *p = &w->properties;

    if (p->has_caret && memcmp(&p->caret, caret, sizeof *caret) == 0)
        return;
    p->has_caret = true;
    p->caret = *caret;
    if (w->announced)
        say_caret(m, w);
}

static void
take_lock(BridgeModel *m, BridgeWindow *w, bool wanted)
{
    if (w->properties.wants_lock == wanted)
        return;
    w->properties.wants_lock = wanted;
    if (w->announced)
        say_lock(m, w);
}

static void
take_monitors(BridgeModel *m, BridgeWindow *w, const ChanWindowMonitors *monitors)
{
    w->properties.has_monitors = true;
    w->properties.monitors = *monitors;
    if (w->announced)
        say_monitors(m, w);
}

static void
take_group(BridgeModel *m, BridgeWindow *w, const ChanWindowGroup *group)
{
    BridgeProperties *p = &w->properties;

    if (p->has_group && memcmp(&p->group, group, sizeof *group) == 0)
        return;
    p->has_group = true;
    p->group = *group;
    if (w->announced)
        say_group(m, w);
}

static void
take_workspace(BridgeModel *m, BridgeWindow *w, uint32_t workspace)
{
    w->properties.asks_workspace = true;
    w->properties.workspace = workspace;
    if (w->announced)
        say_workspace(m, w);
}

BridgeWindow *
bridge_model_workspace_said(BridgeModel *m, uint32_t id, uint32_t workspace)
{
    BridgeWindow *w = bridge_model_window(m, id);

    if (!w)
        return NULL;
    w->properties.asks_workspace = false;
    w->host_workspace = workspace;
    w->has_host_workspace = true;
    return w;
}

static void
say_pong(BridgeModel *m, const BridgeWindow *w, uint32_t serial)
{
    ViewPing msg = {.id = w->id, .serial = serial};

    VIEW_INIT(&msg, VIEW_MSG_PONG);
    if (w->announced)
        bridge_say(m, &msg, sizeof msg, -1);
}

void
bridge_model_said(BridgeModel *m, const ChanWindowSaid *said)
{
    BridgeWindow *w = bridge_model_window(m, said->window);

    if (!w)
        return;
    switch (said->type) {
    case CHAN_WINDOW_PROPS:
        take_props(m, w, &said->props);
        break;
    case CHAN_WINDOW_ICON:
        take_icon(m, w, &said->icon);
        break;
    case CHAN_WINDOW_SHAPE:
        take_shape(m, w, &said->shape);
        break;
    case CHAN_WINDOW_NAMES:
        take_names(m, w, &said->names);
        break;
    case CHAN_WINDOW_MONITORS:
        take_monitors(m, w, &said->monitors);
        break;
    case CHAN_WINDOW_GROUP:
        take_group(m, w, &said->group);
        break;
    case CHAN_WINDOW_WORKSPACE:
        take_workspace(m, w, said->workspace);
        break;
    case CHAN_WINDOW_CARET:
        take_caret(m, w, &said->caret);
        break;
    case CHAN_WINDOW_LOCK:
        take_lock(m, w, said->lock != 0);
        break;
    case CHAN_WINDOW_PONG:
        say_pong(m, w, said->serial);
        break;
    case CHAN_WINDOW_MENU: // the tray's
    case CHAN_WINDOW_SAVE: // the view's
    case CHAN_WINDOW_SETTLED:
    case CHAN_WINDOW_HOST: // a client's
    case CHAN_WINDOW_KEYS:
    case CHAN_WINDOW_TEXT:
    case CHAN_WINDOW_PREEDIT:
    case CHAN_WINDOW_MOTION:
    case CHAN_WINDOW_TOUCH:
    case CHAN_WINDOW_PING:
    case CHAN_WINDOW_KILL:
    case CHAN_WINDOW_BUTTON:
    case CHAN_WINDOW_KEY:
    case CHAN_WINDOW_PIXELS:
    case CHAN_WINDOW_KEYMAP:
    case CHAN_WINDOW_KEEPER:
    case CHAN_WINDOW_PACE:
    case CHAN_WINDOW_SETTLE:
    case CHAN_WINDOW_VIDEO:
    case CHAN_WINDOW_WORKSPACES:
    case CHAN_WINDOW_PLACED:
        break;
    }
}
