// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/x11/frames.h"

#include "channel/glib/timer.h"
#include "guestagent/remoteapp/x11/state.h"

#include <X11/extensions/sync.h>

#define LATE_US G_USEC_PER_SEC

struct RaFrames {
    RaDesktop *desktop;
    bool there; // the server has counters
    int alarm_event;
    GSource *due; // when the next program hears
    gint64 due_us;
};

static gboolean on_due(gpointer user);

RaFrames *
ra_frames_new(RaDesktop *d)
{
    RaFrames *f = g_new0(RaFrames, 1);
    int first;
    int major;
    int minor;
    f->desktop = d;
    f->there = XSyncQueryExtension(d->conn->dpy, &f->alarm_event, &first) &&
               XSyncInitialize(d->conn->dpy, &major, &minor);
    f->alarm_event += XSyncAlarmNotify;
    f->due = chan_timer_due_new(d->context, on_due, f);
    f->due_us = G_MAXINT64;
    return f;
}

void
ra_frames_free(RaFrames *f)
{
    if (!f)
        return;
    chan_timer_clear(&f->due);
    g_free(f);
}

static gint64
interval_of(const RaClient *c)
{
    return 1000000000 /
           (gint64)(c->pace.refresh_mhz ? c->pace.refresh_mhz : CHAN_WINDOW_REFRESH_USUAL);
}

static bool
is_unseen(const RaClient *c)
{
    return c->pace.refresh_mhz != 0 && c->pace.seen != CHAN_SEEN;
}

// When a program that drew a frame hears of it: once an interval, from which it draws the next at
// once, and when it was shown. If nothing of it was to be seen, nothing is shown: then an interval
// after it. While pixels of it wait to be sent, the client is slow, or nobody sees it, but for
// small in a preview: after a while all the same.
static gint64
due_of(const RaClient *c)
{
    if (c->frame_shown_us != 0 && c->pace.seen != CHAN_SEEN_SMALL)
        return c->frame_due_us;
    return c->frame_us + (is_unseen(c) || c->dirty.count > 0 ? LATE_US : interval_of(c));
}

static void
set_timer(RaFrames *f, gint64 at)
{
    if (at >= f->due_us)
        return;
    f->due_us = at;
    g_source_set_ready_time(f->due, at);
}

static void
send(RaConn *conn, const RaClient *c, RaAtom type, const long data[5])
{
    XEvent e = {.xclient = {.type = ClientMessage,
                            .window = c->xid,
                            .message_type = conn->atom[type],
                            .format = 32,
                            .data.l = {data[0], data[1], data[2], data[3], data[4]}}};
    XSendEvent(conn->dpy, c->xid, False, NoEventMask, &e);
}

static long
low(gint64 value)
{
    return (long)(guint32)value;
}

static long
high(gint64 value)
{
    return (long)(guint32)((guint64)value >> 32);
}

// When the screen has painted what was put is not told: nobody but a compositor knows, and a
// program that takes the put for that draws half an interval later, and no longer evenly (GTK 3).
static void
tell_drawn(RaFrames *f, RaClient *c, gint64 now)
{
    RaConn *conn = f->desktop->conn;
    gint64 value = c->frame;
    gint64 drawn_us = c->frame_shown_us != 0 ? c->frame_shown_us : now;
    bool goes_on = now - c->frame_due_us < interval_of(c);
    c->frame = 0;
    c->frame_due_us = (goes_on ? c->frame_due_us : now) + interval_of(c);
    const long drawn[5] = {low(value), high(value), low(drawn_us), high(drawn_us), 0};
    send(conn, c, RA_ATOM__NET_WM_FRAME_DRAWN, drawn);
    const long timings[5] = {low(value), high(value), 0, (long)interval_of(c), 0};
    send(conn, c, RA_ATOM__NET_WM_FRAME_TIMINGS, timings);
    XFlush(conn->dpy);
}

static void
consider(RaFrames *f, RaClient *c, gint64 now)
{
    gint64 due = due_of(c);
    if (due <= now)
        tell_drawn(f, c, now);
    else
        set_timer(f, due);
}

static gboolean
on_due(gpointer user)
{
    RaFrames *f = user;
    RaDesktop *d = f->desktop;
    gint64 now = g_get_monotonic_time();
    g_source_set_ready_time(f->due, -1);
    f->due_us = G_MAXINT64;
    for (guint i = 0; i < d->clients->len; i++) {
        RaClient *c = d->clients->pdata[i];
        if (c->frame != 0)
            consider(f, c, now);
    }
    return G_SOURCE_CONTINUE;
}

// It counts up by one when a frame begins and by one when it is done: even values.
static void
counted(RaFrames *f, RaClient *c, gint64 value)
{
    if (value <= 0 || value % 2 != 0)
        return;
    c->frame = value;
    c->frame_us = g_get_monotonic_time();
    c->frame_shown_us = 0;
    set_timer(f, c->frame_us + interval_of(c)); // what it drew may be taken by then
}

static gint64
value_of(XSyncValue v)
{
    return (gint64)((guint64)(guint32)XSyncValueHigh32(v) << 32 | XSyncValueLow32(v));
}

// For the next value, or at once where it has come. Not by delta, in steps of which the server
// would go through all that a program leaps over.
static void
arm_again(RaFrames *f, const RaClient *c, gint64 value)
{
    XSyncAlarmAttributes a = {.trigger.value_type = XSyncAbsolute};
    XSyncIntsToValue(&a.trigger.wait_value, (unsigned)(value + 1), (int)((value + 1) >> 32));
    XSyncChangeAlarm(f->desktop->conn->dpy, c->alarm, XSyncCAValueType | XSyncCAValue, &a);
}

void
ra_frames_forget(RaFrames *f, RaClient *c)
{
    if (c->alarm != None)
        XSyncDestroyAlarm(f->desktop->conn->dpy, c->alarm);
    c->alarm = c->counter = None;
    c->frame = 0;
}

static void
start(RaFrames *f, RaClient *c, XSyncCounter counter)
{
    Display *dpy = f->desktop->conn->dpy;
    XSyncAlarmAttributes a = {.trigger = {.counter = counter,
                                          .value_type = XSyncRelative,
                                          .test_type = XSyncPositiveComparison},
                              .events = True};
    XSyncIntToValue(&a.trigger.wait_value, 1);
    XSyncIntToValue(&a.delta, 0);
    c->counter = counter;
    c->alarm = XSyncCreateAlarm(dpy,
                                XSyncCACounter | XSyncCAValueType | XSyncCATestType | XSyncCAValue |
                                    XSyncCADelta | XSyncCAEvents,
                                &a);
    // A frame that was done before: its program may wait since then.
    XSyncValue value;
    if (XSyncQueryCounter(dpy, counter, &value))
        counted(f, c, value_of(value));
}

void
ra_frames_watch(RaFrames *f, RaClient *c)
{
    if (!f->there)
        return;
    g_auto(RaProp) prop = ra_prop_read(f->desktop->conn, c->xid,
                                       ATOM(f->desktop->conn, _NET_WM_SYNC_REQUEST_COUNTER), 2);
    guint n = 0;
    const guint32 *counters = ra_prop_items(&prop, &n);
    XSyncCounter extended = n >= 2 ? counters[1] : None;
    if (extended == c->counter)
        return;
    ra_frames_forget(f, c);
    if (extended != None)
        start(f, c, extended);
}

bool
ra_frames_event(RaFrames *f, const XEvent *event)
{
    RaDesktop *d = f->desktop;
    const XSyncAlarmNotifyEvent *e = (const XSyncAlarmNotifyEvent *)event;
    if (!f->there || event->type != f->alarm_event)
        return false;
    for (guint i = 0; i < d->clients->len; i++) {
        RaClient *c = d->clients->pdata[i];
        if (c->alarm != e->alarm || e->state == XSyncAlarmDestroyed)
            continue;
        gint64 value = value_of(e->counter_value);
        counted(f, c, value);
        if (value < G_MAXINT64)
            arm_again(f, c, value);
    }
    return true;
}

void
ra_frames_pace(RaFrames *f, RaClient *c, const ChanWindowPace *pace)
{
    c->pace = *pace;
    if (c->frame == 0)
        return;
    f->due_us = G_MAXINT64;
    on_due(f);
}

void
ra_frames_shown(RaFrames *f, RaClient *c, gint64 shown_us)
{
    gint64 now = g_get_monotonic_time();
    if (c->frame == 0)
        return;
    c->frame_shown_us = shown_us != 0 ? shown_us : now;
    consider(f, c, now);
}
