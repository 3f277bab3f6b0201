// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/x11/clipboard.h"

#include "rdpbridge/x11/fetch.h"
#include "rdpbridge/x11/serve.h"
#include "rdpbridge/x11/session.h"

#include <X11/extensions/Xfixes.h>
#include <string.h>

#define SEND_AHEAD (4 * VIEW_CLIP_CHUNK_MAX) // of a text; the socket's queue is bounded
#define SEND_PACE_MS 5

struct HostClipboard {
    View *view;
    HostFetch *fetch; // from the host's owner
    HostServe *serve; // to the host's programs
    uint32_t host_serial, host_kinds;
    uint32_t wanted_serial; // what the text being fetched or sent answers
    GString *sending;       // to the session, from sent on
    size_t sent;
    GSource *pace;
    uint32_t guest_serial; // of the guest's offer; valid while we own the selection
    GString *arriving;     // from the session
    bool owns;
};

static void on_targets(bool has_text, gpointer user);
static void on_fetched(GString *take_text, gpointer user);
static void on_text_needed(gpointer user);

HostClipboard *
host_clipboard_new(View *view)
{
    HostClipboard *c = g_new0(HostClipboard, 1);
    HostDisplay *x = view->x;

    c->view = view;
    c->fetch = host_fetch_new(x, view->context, &(HostFetchHandler){on_targets, on_fetched}, c);
    c->serve = host_serve_new(x, view->context, on_text_needed, c);
    if (x->xfixes_event >= 0)
        XFixesSelectSelectionInput(x->dpy, x->leader, x->atoms[ATOM_CLIPBOARD],
                                   XFixesSetSelectionOwnerNotifyMask |
                                       XFixesSelectionWindowDestroyNotifyMask |
                                       XFixesSelectionClientCloseNotifyMask);
    return c;
}

static void
stop_sending(HostClipboard *c)
{
    if (c->pace) {
        g_source_destroy(c->pace);
        g_source_unref(c->pace);
        c->pace = NULL;
    }
    if (c->sending)
        g_string_free(c->sending, TRUE);
    c->sending = NULL;
}

static void
stop_arriving(HostClipboard *c)
{
    if (c->arriving)
        g_string_free(c->arriving, TRUE);
    c->arriving = NULL;
}

void
host_clipboard_free(HostClipboard *c)
{
    if (!c)
        return;
    stop_sending(c);
    stop_arriving(c);
    host_fetch_free(c->fetch);
    host_serve_free(c->serve);
    g_free(c);
}

static bool
allowed(const HostClipboard *c, uint32_t direction)
{
    return (c->view->setup.flags & direction) != 0;
}

static void
send_clip(HostClipboard *c, ViewMsgType type, uint32_t kinds, uint32_t serial)
{
    ViewClip m = {.kinds = kinds, .serial = serial};

    VIEW_INIT(&m, type);
    host_session_send(c->view, &m, sizeof m);
}

void
host_clipboard_tell(HostClipboard *c)
{
    if (allowed(c, CTL_CLIPBOARD_TO_GUEST) && c->host_kinds != 0)
        send_clip(c, VIEW_MSG_HOST_CLIP, c->host_kinds, c->host_serial);
}

static void
host_has(HostClipboard *c, uint32_t kinds)
{
    if (kinds == 0 && c->host_kinds == 0)
        return;
    c->host_kinds = kinds;
    c->host_serial++;
    send_clip(c, VIEW_MSG_HOST_CLIP, kinds, c->host_serial);
}

static void
look(HostClipboard *c)
{
    HostDisplay *x = c->view->x;
    Window owner = XGetSelectionOwner(x->dpy, x->atoms[ATOM_CLIPBOARD]);

    if (!allowed(c, CTL_CLIPBOARD_TO_GUEST) || owner == x->leader)
        return;
    if (owner == None)
        host_has(c, 0);
    else
        host_fetch_targets(c->fetch);
}

void
host_clipboard_policy_changed(HostClipboard *c)
{
    if (!allowed(c, CTL_CLIPBOARD_TO_HOST))
        host_clipboard_reset(c);
    if (c->host_kinds == 0)
        look(c);
}

static void
disown(HostClipboard *c)
{
    HostDisplay *x = c->view->x;

    if (c->owns)
        XSetSelectionOwner(x->dpy, x->atoms[ATOM_CLIPBOARD], None, CurrentTime);
    c->owns = false;
    stop_arriving(c);
    host_serve_text(c->serve, NULL);
}

void
host_clipboard_reset(HostClipboard *c)
{
    disown(c);
    stop_sending(c);
    c->wanted_serial = 0;
}

void
host_clipboard_offered(HostClipboard *c, const ViewClip *m)
{
    HostDisplay *x = c->view->x;

    if (!allowed(c, CTL_CLIPBOARD_TO_HOST))
        return;
    if (!(m->kinds & VIEW_CLIP_TEXT)) {
        disown(c);
        return;
    }
    // Requests that wait for the former text have come too late for it.
    stop_arriving(c);
    host_serve_text(c->serve, NULL);
    c->guest_serial = m->serial;
    c->host_kinds = 0;
    XSetSelectionOwner(x->dpy, x->atoms[ATOM_CLIPBOARD], x->leader, CurrentTime);
    c->owns = true;
}

static void
on_text_needed(gpointer user)
{
    HostClipboard *c = user;

    if (!c->owns || !host_session_connected(c->view->session)) {
        host_serve_text(c->serve, NULL);
        return;
    }
    if (c->arriving)
        return;
    c->arriving = g_string_new(NULL);
    send_clip(c, VIEW_MSG_CLIP_WANT, VIEW_CLIP_TEXT, c->guest_serial);
}

void
host_clipboard_data(HostClipboard *c, ChanSpan packet)
{
    const ViewClipData *m = (const ViewClipData *)packet.data;
    size_t size = packet.size - sizeof *m;

    if (!c->arriving || m->serial != c->guest_serial)
        return;
    if (c->arriving->len + size <= VIEW_CLIP_TEXT_MAX)
        g_string_append_len(c->arriving, (const char *)(m + 1), (gssize)size);
    if (!m->last)
        return;
    // A NUL would end the text in many programs, and what is no UTF-8 would confuse others.
    for (gsize i = 0; i < c->arriving->len; i++)
        if (c->arriving->str[i] == 0)
            c->arriving->str[i] = ' ';
    g_autofree char *text = g_utf8_make_valid(c->arriving->str, (gssize)c->arriving->len);
    stop_arriving(c);
    host_serve_text(c->serve, text);
}

static void send_more(HostClipboard *c);

static gboolean
on_pace(gpointer user)
{
    HostClipboard *c = user;

    g_source_unref(c->pace);
    c->pace = NULL;
    send_more(c);
    return G_SOURCE_REMOVE;
}

// The next piece, cut between characters.
static size_t
piece(const GString *text, size_t at)
{
    size_t n = MIN(text->len - at, VIEW_CLIP_CHUNK_MAX);

    while (at + n < text->len && n > 1 && ((uint8_t)text->str[at + n] & 0xc0) == 0x80)
        n--;
    return n;
}

static void
send_more(HostClipboard *c)
{
    union {
        ViewClipData m;
        uint8_t bytes[sizeof(ViewClipData) + VIEW_CLIP_CHUNK_MAX];
    } packet;

    while (c->sending && host_session_queued(c->view) < SEND_AHEAD) {
        size_t n = piece(c->sending, c->sent);
        packet.m = (ViewClipData){{VIEW_MSG_CLIP_DATA, (uint32_t)(sizeof packet.m + n)},
                                  c->wanted_serial,
                                  c->sent + n == c->sending->len};
        memcpy(packet.bytes + sizeof packet.m, c->sending->str + c->sent, n);
        c->sent += n;
        host_session_send(c->view, &packet, sizeof packet.m + n);
        if (packet.m.last)
            stop_sending(c);
    }
    if (!c->sending || c->pace)
        return;
    c->pace = g_timeout_source_new(SEND_PACE_MS);
    g_source_set_callback(c->pace, on_pace, c, NULL);
    g_source_attach(c->pace, c->view->context);
}

static void
answer(HostClipboard *c, uint32_t serial, GString *take_text)
{
    stop_sending(c);
    c->wanted_serial = serial;
    c->sending = take_text ? take_text : g_string_new(NULL);
    c->sent = 0;
    send_more(c);
}

void
host_clipboard_wanted(HostClipboard *c, const ViewClip *m)
{
    if (!allowed(c, CTL_CLIPBOARD_TO_GUEST) || m->serial != c->host_serial || c->host_kinds == 0) {
        answer(c, m->serial, NULL);
        return;
    }
    c->wanted_serial = m->serial;
    host_fetch_text(c->fetch);
}

static void
on_fetched(GString *take_text, gpointer user)
{
    HostClipboard *c = user;

    answer(c, c->wanted_serial, take_text);
}

static void
on_targets(bool has_text, gpointer user)
{
    host_has(user, has_text ? VIEW_CLIP_TEXT : 0);
}

gboolean
host_clipboard_event(HostClipboard *c, const XEvent *e)
{
    HostDisplay *x = c->view->x;

    if (x->xfixes_event >= 0 && e->type == x->xfixes_event + XFixesSelectionNotify) {
        const XFixesSelectionNotifyEvent *n = (const XFixesSelectionNotifyEvent *)e;
        if (n->selection != x->atoms[ATOM_CLIPBOARD])
            return FALSE;
        if (n->owner != x->leader)
            c->owns = false;
        look(c);
        return TRUE;
    }
    if (e->type == SelectionClear) {
        c->owns = false;
        return TRUE;
    }
    return host_fetch_event(c->fetch, e) || host_serve_event(c->serve, e);
}
