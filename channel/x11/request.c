// SPDX-License-Identifier: Apache-2.0
#include "channel/x11/request.h"

#include <string.h>

// A target and the property it is to go to, as Xlib has them in a property.
typedef struct {
    Atom target, property;
} Pair;

struct ChanMultiple {
    XSelectionRequestEvent event;
    Atom type; // of the list
    guint count;
    guint open; // without an answer
    bool refused;
    Pair pairs[CHAN_REQUEST_PAIRS_MAX];
};

static void
notify(const XSelectionRequestEvent *r, Atom property)
{
    XEvent e = {.xselection = {.type = SelectionNotify,
                               .requestor = r->requestor,
                               .selection = r->selection,
                               .target = r->target,
                               .property = property,
                               .time = r->time}};

    XSendEvent(r->display, r->requestor, False, NoEventMask, &e);
}

// NULL: there is no such list, or it is none. Its type is ATOM_PAIR, or ATOM with old programs.
static ChanMultiple *
read_list(const XSelectionRequestEvent *r)
{
    const long items = CHAN_REQUEST_PAIRS_MAX * 2;
    unsigned long count = 0, left = 0;
    unsigned char *data = NULL;
    int format = 0;
    Atom type = None;
    ChanMultiple *m = NULL;

    if (r->property != None)
        XGetWindowProperty(r->display, r->requestor, r->property, 0, items, False, AnyPropertyType,
                           &type, &format, &count, &left, &data);
    if (data && format == 32 && left == 0 && count % 2 == 0) {
        m = g_new0(ChanMultiple, 1);
        m->event = *r;
        m->type = type;
        m->count = (guint)count / 2;
        memcpy(m->pairs, data, m->count * sizeof(Pair));
    }
    if (data)
        XFree(data);
    return m;
}

// Those that were refused have no property in the list any more.
static void
answer_all(const ChanMultiple *m)
{
    const XSelectionRequestEvent *r = &m->event;

    if (m->refused)
        XChangeProperty(r->display, r->requestor, r->property, m->type, 32, PropModeReplace,
                        (const unsigned char *)m->pairs, (int)m->count * 2);
    notify(r, r->property);
}

static void
answered(ChanMultiple *m)
{
    if (--m->open > 0)
        return;
    answer_all(m);
    g_free(m);
}

void
chan_request_take(const XSelectionRequestEvent *event, Atom multiple,
                  void (*handle)(const ChanRequest *request, gpointer user), gpointer user)
{
    ChanRequest r = {.event = *event};

    if (event->target != multiple) {
        if (event->property == None)
            r.event.property = event->target; // an obsolete client, ICCCM 2.2
        handle(&r, user);
        return;
    }
    ChanMultiple *m = read_list(event);
    if (!m) {
        notify(event, None);
        return;
    }
    m->open = m->count + 1; // until the last one is handed on
    for (guint i = 0; i < m->count; i++) {
        r.of = m;
        r.at = i;
        r.event.target = m->pairs[i].target;
        r.event.property = m->pairs[i].property;
        if (r.event.property == None || r.event.target == multiple)
            chan_request_answer(&r, false);
        else
            handle(&r, user);
    }
    answered(m);
}

void
chan_request_answer(const ChanRequest *r, bool converted)
{
    if (!r->of) {
        notify(&r->event, converted ? r->event.property : None);
        return;
    }
    if (!converted) {
        r->of->pairs[r->at].property = None;
        r->of->refused = true;
    }
    answered(r->of);
}

void
chan_request_drop(const ChanRequest *r)
{
    if (r->of && --r->of->open == 0)
        g_free(r->of);
}
