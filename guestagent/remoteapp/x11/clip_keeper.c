// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/x11/clip_keeper.h"

#include "channel/glib/timer.h"
#include "channel/x11/request.h"

#include <X11/Xatom.h>

#define WAITING_MAX 16
#define PATIENCE_MS 8000 // programs wait ten seconds

typedef struct {
    ChanRequest request;
    guint32 serial;
} Waiting;

struct RaClipKeeper {
    RaConn *conn;
    GMainContext *context;
    void (*save)(guint32 serial, gpointer user);
    gpointer user;
    guint32 serial;  // begins anywhere, so that no answer to a predecessor's is one to ours
    GArray *waiting; // Waiting
    GSource *deadline;
};

RaClipKeeper *
ra_clip_keeper_new(RaConn *conn, GMainContext *context, void (*save)(guint32 serial, gpointer user),
                   gpointer user)
{
    RaClipKeeper *keeper = g_new0(RaClipKeeper, 1);
    keeper->conn = conn;
    keeper->context = context;
    keeper->save = save;
    keeper->serial = g_random_int();
    keeper->user = user;
    keeper->waiting = g_array_new(FALSE, FALSE, sizeof(Waiting));
    return keeper;
}

void
ra_clip_keeper_free(RaClipKeeper *keeper)
{
    if (!keeper)
        return;
    chan_timer_clear(&keeper->deadline);
    for (guint i = 0; i < keeper->waiting->len; i++)
        chan_request_drop(&g_array_index(keeper->waiting, Waiting, i).request);
    g_array_unref(keeper->waiting);
    g_free(keeper);
}

// The first n; the answer is an empty property.
static void
answer(RaClipKeeper *keeper, guint n, bool saved)
{
    for (; n > 0; n--) {
        const Waiting w = g_array_index(keeper->waiting, Waiting, 0);
        const XSelectionRequestEvent *e = &w.request.event;
        g_array_remove_index(keeper->waiting, 0);
        if (saved)
            XChangeProperty(keeper->conn->dpy, e->requestor, e->property, XA_ATOM, 32,
                            PropModeReplace, NULL, 0);
        chan_request_answer(&w.request, saved);
    }
    if (keeper->waiting->len == 0)
        chan_timer_clear(&keeper->deadline);
}

// What came before it is saved with it.
static guint
count_up_to(const RaClipKeeper *keeper, guint32 serial)
{
    for (guint i = 0; i < keeper->waiting->len; i++)
        if (g_array_index(keeper->waiting, Waiting, i).serial == serial)
            return i + 1;
    return 0;
}

static gboolean
on_deadline(gpointer user)
{
    RaClipKeeper *keeper = user;
    answer(keeper, keeper->waiting->len, false);
    return G_SOURCE_REMOVE;
}

static void
on_request(const ChanRequest *request, gpointer user)
{
    RaClipKeeper *keeper = user;
    RaConn *conn = keeper->conn;
    const XSelectionRequestEvent *e = &request->event;
    if (e->target == ATOM(conn, TARGETS)) {
        const long targets[] = {(long)ATOM(conn, TARGETS), (long)ATOM(conn, MULTIPLE),
                                (long)ATOM(conn, SAVE_TARGETS)};
        XChangeProperty(conn->dpy, e->requestor, e->property, XA_ATOM, 32, PropModeReplace,
                        (const guint8 *)targets, G_N_ELEMENTS(targets));
        chan_request_answer(request, true);
        return;
    }
    if (e->target != ATOM(conn, SAVE_TARGETS) || keeper->waiting->len >= WAITING_MAX) {
        chan_request_answer(request, false);
        return;
    }
    Waiting w = {*request, ++keeper->serial};
    g_array_append_val(keeper->waiting, w);
    chan_timer_clear(&keeper->deadline);
    keeper->deadline = chan_timer_new(keeper->context, PATIENCE_MS, on_deadline, keeper);
    keeper->save(w.serial, keeper->user);
}

void
ra_clip_keeper_set(RaClipKeeper *keeper, const ChanWindowKeeper *now)
{
    RaConn *conn = keeper->conn;
    Atom manager = ATOM(conn, CLIPBOARD_MANAGER);
    Window owner = XGetSelectionOwner(conn->dpy, manager);
    if (now->there && owner == None) // a program of the guest may be one
        ra_conn_own(conn, conn->own, manager);
    else if (!now->there && owner == conn->own)
        XSetSelectionOwner(conn->dpy, manager, None, CurrentTime);
    if (now->there)
        answer(keeper, count_up_to(keeper, now->saved), true);
    else
        answer(keeper, keeper->waiting->len, false);
}

void
ra_clip_keeper_handle(RaClipKeeper *keeper, const XEvent *e)
{
    RaConn *conn = keeper->conn;
    if (e->type == SelectionRequest &&
        e->xselectionrequest.selection == ATOM(conn, CLIPBOARD_MANAGER))
        chan_request_take(&e->xselectionrequest, ATOM(conn, MULTIPLE), on_request, keeper);
}
