// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/x11/lock.h"

#include <X11/Xproto.h>
#include <X11/extensions/XI2proto.h>
#include <X11/extensions/record.h>
#include <glib-unix.h>
#include <string.h>

// Movements that nobody put the pointer back after: it is not done any more.
#define UNANSWERED_MAX 32

struct RaLock {
    void (*tell)(bool wanted, gpointer user);
    gpointer user;
    Display *dpy; // a connection of its own: it does nothing but tell
    XRecordContext record;
    GSource *source;
    int xi_opcode; // 0: no XInput

    bool hidden, told;
    XID confined_by; // the client (its resources' base) that holds it within a window; 0: none
    bool warps;      // a program puts it back
    unsigned unanswered;
};

static void
consider(RaLock *lock)
{
    bool wanted = lock->hidden && (lock->confined_by != 0 || lock->warps);

    if (wanted == lock->told)
        return;
    lock->told = wanted;
    lock->tell(wanted, lock->user);
}

static void
on_request(RaLock *lock, const XRecordInterceptData *said)
{
    xGrabPointerReq grab;
    const guint8 *request = said->data;

    if (said->data_len < 1) // in units of 4 bytes
        return;
    if (request[0] == X_UngrabPointer && lock->confined_by == said->id_base) {
        lock->confined_by = 0;
    } else if (request[0] == X_GrabPointer && said->data_len * 4 >= sizeof grab) {
        memcpy(&grab, request, sizeof grab); // None is 0 in either order of bytes
        if (grab.confineTo != None)
            lock->confined_by = said->id_base;
        else if (lock->confined_by == said->id_base)
            lock->confined_by = 0;
    } else if (request[0] == X_WarpPointer ||
               (request[0] == lock->xi_opcode && request[1] == X_XIWarpPointer)) {
        lock->warps = true;
        lock->unanswered = 0;
    }
}

static void
on_recorded(XPointer closure, XRecordInterceptData *said)
{
    RaLock *lock = (RaLock *)closure;

    if (said->category == XRecordFromClient)
        on_request(lock, said);
    else if (said->category == XRecordClientDied && lock->confined_by == said->id_base)
        lock->confined_by = 0;
    XRecordFreeData(said);
    consider(lock);
}

static gboolean
on_readable(int fd, GIOCondition condition, gpointer user)
{
    RaLock *lock = user;

    // The server is gone: its other connection tells.
    if (condition & (G_IO_HUP | G_IO_ERR))
        return G_SOURCE_REMOVE;
    XRecordProcessReplies(lock->dpy);
    return G_SOURCE_CONTINUE;
}

static bool
begin_record(RaLock *lock)
{
    int major, minor, event, error;
    XRecordClientSpec all = XRecordAllClients;
    XRecordRange *ranges[3] = {NULL};
    int n = 0;

    if (!XRecordQueryVersion(lock->dpy, &major, &minor))
        return false;
    if (!XQueryExtension(lock->dpy, "XInputExtension", &lock->xi_opcode, &event, &error))
        lock->xi_opcode = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(ranges); i++)
        ranges[i] = XRecordAllocRange();
    ranges[n]->core_requests = (XRecordRange8){X_GrabPointer, X_UngrabPointer};
    ranges[n++]->client_died = True;
    ranges[n++]->core_requests = (XRecordRange8){X_WarpPointer, X_WarpPointer};
    if (lock->xi_opcode != 0) {
        ranges[n]->ext_requests.ext_major =
            (XRecordRange8){(guint8)lock->xi_opcode, (guint8)lock->xi_opcode};
        ranges[n++]->ext_requests.ext_minor = (XRecordRange16){X_XIWarpPointer, X_XIWarpPointer};
    }
    lock->record = XRecordCreateContext(lock->dpy, 0, &all, 1, ranges, n);
    for (size_t i = 0; i < G_N_ELEMENTS(ranges); i++)
        XFree(ranges[i]);
    XSync(lock->dpy, False); // it is there before it is enabled
    return lock->record != 0 &&
           XRecordEnableContextAsync(lock->dpy, lock->record, on_recorded, (XPointer)lock);
}

RaLock *
ra_lock_new(RaConn *conn, GMainContext *context, void (*wanted)(bool wanted, gpointer user),
            gpointer user)
{
    RaLock *lock = g_new0(RaLock, 1);

    lock->tell = wanted;
    lock->user = user;
    lock->dpy = XOpenDisplay(DisplayString(conn->dpy));
    if (!lock->dpy || !begin_record(lock)) {
        g_message("The X server %s has no RECORD extension: pointers are not locked for games",
                  DisplayString(conn->dpy));
        return lock;
    }
    XFlush(lock->dpy);
    lock->source = g_unix_fd_source_new(ConnectionNumber(lock->dpy), G_IO_IN);
    g_source_set_callback(lock->source, G_SOURCE_FUNC(on_readable), lock, NULL);
    g_source_attach(lock->source, context);
    return lock;
}

void
ra_lock_free(RaLock *lock)
{
    if (!lock)
        return;
    if (lock->source) {
        g_source_destroy(lock->source);
        g_source_unref(lock->source);
    }
    if (lock->dpy)
        XCloseDisplay(lock->dpy);
    g_free(lock);
}

void
ra_lock_cursor(RaLock *lock, bool hidden)
{
    lock->hidden = hidden;
    if (!hidden)
        lock->warps = false;
    consider(lock);
}

void
ra_lock_moved(RaLock *lock)
{
    if (++lock->unanswered > UNANSWERED_MAX)
        lock->warps = false;
    consider(lock);
}
