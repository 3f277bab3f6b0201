// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/x11/lock.h"

#include "guestagent/remoteapp/x11/server_pid.h"

#include <X11/Xproto.h>
#include <X11/extensions/XI2proto.h>
#include <glib-unix.h>
#include <string.h>
#include <xcb/record.h>
#include <xcb/xcbext.h> // xcb_poll_for_reply

enum { FROM_CLIENT = 1, CLIENT_DIED = 3 }; // categories (RECORD 1.13, 3)

// Movements that nobody put the pointer back after: it is not done any more.
#define UNANSWERED_MAX 32

struct RaLock {
    RaConn *conn;
    void (*tell)(bool wanted, gpointer user);
    gpointer user;
    xcb_connection_t *xcb; // of its own: the server has nothing but the record for it any more
    unsigned sequence;     // of the request whose answers are the record
    GSource *source;
    int xi_opcode; // 0: no XInput

    bool hidden, told;
    guint32 confined_by; // the client (its resources' base) that holds it within a window; 0: none
    bool proven;         // that it does: the server refuses grabs, and ends them by itself
    guint32 confiner;    // its process, once that is proven; 0: unknown
    bool warps;          // a program puts it back
    unsigned unanswered;
};

// What the record has is what was asked for. What became of it, as when the grab's window went,
// is asked only when it matters.
static bool
is_confined(RaLock *lock)
{
    RaConn *conn = lock->conn;

    if (lock->confined_by == 0 || lock->proven)
        return lock->confined_by != 0;
    lock->proven = ra_conn_pointer_grabbed(conn);
    if (!lock->proven)
        lock->confined_by = 0;
    else
        lock->confiner =
            conn->has_res
                ? ra_server_pid_take(conn->xcb, ra_server_pid_ask(conn->xcb, lock->confined_by))
                : 0;
    return lock->proven;
}

static void
consider(RaLock *lock)
{
    bool wanted = lock->hidden && (lock->warps || is_confined(lock));

    if (wanted == lock->told)
        return;
    lock->told = wanted;
    lock->tell(wanted, lock->user);
}

static void
on_request(RaLock *lock, guint32 client, const guint8 *request, gsize size)
{
    xGrabPointerReq grab;

    if (client == xcb_get_setup(lock->conn->xcb)->resource_id_base)
        return; // is_confined() tries
    if (request[0] == X_UngrabPointer && lock->confined_by == client) {
        lock->confined_by = 0;
    } else if (request[0] == X_GrabPointer && size >= sizeof grab) {
        memcpy(&grab, request, sizeof grab); // None is 0 in either order of bytes
        if (grab.confineTo != None) {
            lock->confined_by = client;
            lock->proven = false;
        } else if (lock->confined_by == client) {
            lock->confined_by = 0;
        }
    } else if (request[0] == X_WarpPointer ||
               (request[0] == lock->xi_opcode && request[1] == X_XIWarpPointer)) {
        lock->warps = true;
        lock->proven = false; // until it counts again
        lock->unanswered = 0;
    }
}

// One after the other, as the client wrote them.
static void
on_requests(RaLock *lock, const xcb_record_enable_context_reply_t *said, const guint8 *data,
            gsize size)
{
    while (size >= 4) {
        guint16 units;
        memcpy(&units, data + 2, sizeof units);
        gsize length = (gsize)(said->client_swapped ? GUINT16_SWAP_LE_BE(units) : units) * 4;
        if (length == 0 || length > size)
            return; // as long as none of these is
        on_request(lock, said->xid_base, data, length);
        data += length;
        size -= length;
    }
}

static void
on_recorded(RaLock *lock, const xcb_record_enable_context_reply_t *said)
{
    if (said->category == FROM_CLIENT)
        on_requests(lock, said, xcb_record_enable_context_data(said),
                    (gsize)xcb_record_enable_context_data_length(said));
    else if (said->category == CLIENT_DIED && lock->confined_by == said->xid_base)
        lock->confined_by = 0;
    consider(lock);
}

static gboolean
on_readable(int fd, GIOCondition condition, gpointer user)
{
    RaLock *lock = user;
    void *said = NULL;

    while (xcb_poll_for_reply(lock->xcb, lock->sequence, &said, NULL) && said) {
        on_recorded(lock, said);
        g_clear_pointer(&said, free);
    }
    // The server is gone: its other connection tells.
    return xcb_connection_has_error(lock->xcb) ? G_SOURCE_REMOVE : G_SOURCE_CONTINUE;
}

static bool
begin_record(RaLock *lock)
{
    const xcb_query_extension_reply_t *record = xcb_get_extension_data(lock->xcb, &xcb_record_id);
    xcb_record_client_spec_t all = XCB_RECORD_CS_ALL_CLIENTS;
    xcb_record_range_t ranges[3] = {
        {.core_requests = {X_GrabPointer, X_UngrabPointer}, .client_died = 1},
        {.core_requests = {X_WarpPointer, X_WarpPointer}},
    };
    uint8_t xi = (uint8_t)lock->xi_opcode;

    if (!record || !record->present)
        return false;
    ranges[2].ext_requests.major = (xcb_record_range_8_t){xi, xi};
    ranges[2].ext_requests.minor = (xcb_record_range_16_t){X_XIWarpPointer, X_XIWarpPointer};
    xcb_record_context_t context = xcb_generate_id(lock->xcb);
    xcb_record_create_context(lock->xcb, context, 0, 1, xi != 0 ? 3 : 2, &all, ranges);
    lock->sequence = xcb_record_enable_context(lock->xcb, context).sequence;
    return xcb_flush(lock->xcb) > 0;
}

RaLock *
ra_lock_new(RaConn *conn, GMainContext *context, void (*wanted)(bool wanted, gpointer user),
            gpointer user)
{
    RaLock *lock = g_new0(RaLock, 1);
    int event, error;

    lock->conn = conn;
    lock->tell = wanted;
    lock->user = user;
    if (!XQueryExtension(conn->dpy, "XInputExtension", &lock->xi_opcode, &event, &error))
        lock->xi_opcode = 0;
    lock->xcb = xcb_connect(DisplayString(conn->dpy), NULL);
    if (xcb_connection_has_error(lock->xcb) || !begin_record(lock)) {
        g_message("The X server %s has no RECORD extension: pointers are not locked for games",
                  DisplayString(conn->dpy));
        return lock;
    }
    lock->source = g_unix_fd_source_new(xcb_get_file_descriptor(lock->xcb), G_IO_IN);
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
    xcb_disconnect(lock->xcb);
    g_free(lock);
}

void
ra_lock_cursor(RaLock *lock, bool hidden)
{
    lock->hidden = hidden;
    if (!hidden)
        lock->warps = lock->proven = false;
    consider(lock);
}

bool
ra_lock_is_for(const RaLock *lock, guint32 program, guint32 pid)
{
    guint32 ids = xcb_get_setup(lock->xcb)->resource_id_mask + 1; // of each client

    return lock->warps || lock->confined_by == 0 || lock->confined_by / ids == program ||
           (pid != 0 && pid == lock->confiner);
}

void
ra_lock_moved(RaLock *lock)
{
    if (++lock->unanswered > UNANSWERED_MAX)
        lock->warps = false;
    consider(lock);
}
