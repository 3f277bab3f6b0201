// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/x11/selection.h"

#include "rdpbridge/clipfeed.h"
#include "rdpbridge/x11/fetch.h"
#include "rdpbridge/x11/serve.h"
#include "rdpbridge/x11/session.h"

#include <X11/Xatom.h>
#include <X11/extensions/Xfixes.h>
#include <string.h>

struct HostSelection {
    View *view;
    ChanClipSelection which;
    Atom atom;
    HostFetch *fetch; // from the host's owner
    HostServe *serve; // to the host's programs
    ClipFeed *feed;   // to the session
    uint32_t host_serial, host_kinds;
    uint32_t wanted_serial; // what is being fetched answers

    uint32_t guest_serial; // of the guest's offer; valid while we own the selection
    uint32_t asked_kind;   // of the session; 0: nothing
    GByteArray *arriving;
    gsize cleaned; // so much of it is text already
    bool owns;
};

static void on_targets(uint32_t kinds, gpointer user);
static void on_fetched(GBytes *data, gpointer user);
static void on_needed(uint32_t kind, gpointer user);

static void
send_to_session(gconstpointer message, gsize size, gpointer user)
{
    host_session_send(user, message, size);
}

static gsize
queued(gpointer user)
{
    return host_session_queued(user);
}

static const ClipFeedOut out = {.send = send_to_session, .queued = queued};

HostSelection *
host_selection_new(View *view, ChanClipSelection which)
{
    HostSelection *c = g_new0(HostSelection, 1);
    HostDisplay *x = view->x;

    c->view = view;
    c->which = which;
    c->atom = which == CHAN_CLIP_PRIMARY ? XA_PRIMARY : x->atoms[ATOM_CLIPBOARD];
    c->fetch =
        host_fetch_new(x, view->context, which, &(HostFetchHandler){on_targets, on_fetched}, c);
    c->serve = host_serve_new(x, view->context, which, on_needed, c);
    c->feed = clip_feed_new(view->context, which, &out, view);
    if (x->xfixes_event >= 0)
        XFixesSelectSelectionInput(x->dpy, x->leader, c->atom,
                                   XFixesSetSelectionOwnerNotifyMask |
                                       XFixesSelectionWindowDestroyNotifyMask |
                                       XFixesSelectionClientCloseNotifyMask);
    return c;
}

static void
stop_arriving(HostSelection *c)
{
    g_clear_pointer(&c->arriving, g_byte_array_unref);
    c->cleaned = 0;
    c->asked_kind = 0;
}

void
host_selection_free(HostSelection *c)
{
    if (!c)
        return;
    stop_arriving(c);
    host_fetch_free(c->fetch);
    host_serve_free(c->serve);
    clip_feed_free(c->feed);
    g_free(c);
}

static bool
allowed(const HostSelection *c, uint32_t direction)
{
    return (c->view->setup.flags & direction) != 0;
}

static void
send_clip(HostSelection *c, ViewMsgType type, uint32_t kinds, uint32_t serial)
{
    ViewClip m = {.kinds = kinds, .serial = serial, .selection = c->which};

    VIEW_INIT(&m, type);
    host_session_send(c->view, &m, sizeof m);
}

void
host_selection_tell(HostSelection *c)
{
    if (allowed(c, CTL_CLIPBOARD_TO_GUEST) && c->host_kinds != 0)
        send_clip(c, VIEW_MSG_HOST_CLIP, c->host_kinds, c->host_serial);
}

static void
host_has(HostSelection *c, uint32_t kinds)
{
    if (kinds == 0 && c->host_kinds == 0)
        return;
    c->host_kinds = kinds;
    c->host_serial++;
    send_clip(c, VIEW_MSG_HOST_CLIP, kinds, c->host_serial);
}

static void
look(HostSelection *c)
{
    HostDisplay *x = c->view->x;
    Window owner = XGetSelectionOwner(x->dpy, c->atom);

    // By what is, not by an event of before the guest's last offer.
    if (owner != x->leader && c->owns) {
        c->owns = false;
        stop_arriving(c);
        host_serve_offer(c->serve, 0);
    }
    if (!allowed(c, CTL_CLIPBOARD_TO_GUEST) || owner == x->leader)
        return;
    if (owner == None)
        host_has(c, 0);
    else
        host_fetch_targets(c->fetch);
}

void
host_selection_policy_changed(HostSelection *c)
{
    if (!allowed(c, CTL_CLIPBOARD_TO_HOST))
        host_selection_reset(c);
    if (!allowed(c, CTL_CLIPBOARD_TO_GUEST)) {
        clip_feed_stop(c->feed);
        c->host_kinds = 0;
    } else if (c->host_kinds == 0) {
        look(c);
    }
}

static void
disown(HostSelection *c)
{
    if (c->owns)
        XSetSelectionOwner(c->view->x->dpy, c->atom, None, CurrentTime);
    c->owns = false;
    stop_arriving(c);
    host_serve_offer(c->serve, 0);
}

void
host_selection_reset(HostSelection *c)
{
    disown(c);
    clip_feed_stop(c->feed);
    c->wanted_serial = 0;
}

void
host_selection_offered(HostSelection *c, const ViewClip *m)
{
    HostDisplay *x = c->view->x;

    if (!allowed(c, CTL_CLIPBOARD_TO_HOST))
        return;
    if (m->kinds == 0) {
        disown(c);
        return;
    }
    stop_arriving(c);
    host_serve_offer(c->serve, m->kinds);
    c->guest_serial = m->serial;
    c->host_kinds = 0;
    XSetSelectionOwner(x->dpy, c->atom, x->leader, CurrentTime);
    c->owns = true;
}

static void
ask(HostSelection *c, uint32_t kind)
{
    c->asked_kind = kind;
    c->arriving = g_byte_array_new();
    send_clip(c, VIEW_MSG_CLIP_WANT, kind, c->guest_serial);
}

static void
on_needed(uint32_t kind, gpointer user)
{
    HostSelection *c = user;

    if (!c->owns || !host_session_connected(c->view->session))
        host_serve_data(c->serve, kind, NULL);
    else if (!c->arriving)
        ask(c, kind);
}

// What is no UTF-8 would confuse programs, and a NUL would end the text in many. Done piece by
// piece, so that it holds nobody up; a character that is not whole yet waits for its rest.
static void
clean(GByteArray *text, gsize from, bool last, gsize *cleaned)
{
    g_autoptr(GByteArray) rest = g_byte_array_new();
    const char *at, *end;

    g_byte_array_append(rest, text->data + from, (guint)(text->len - from));
    g_byte_array_set_size(text, (guint)from);
    for (guint done = 0; done < rest->len;) {
        at = (const char *)rest->data + done;
        bool good = g_utf8_validate_len(at, rest->len - done, &end);
        g_byte_array_append(text, (const guint8 *)at, (guint)(end - at));
        done += (guint)(end - at);
        *cleaned = text->len;
        if (good)
            break;
        guint left = rest->len - done;
        if (!last && rest->data[done] != 0 && left < 4 &&
            g_utf8_get_char_validated((const char *)rest->data + done, left) == (gunichar)-2) {
            g_byte_array_append(text, rest->data + done, left);
            break;
        }
        if (rest->data[done] == 0)
            g_byte_array_append(text, (const guint8 *)" ", 1);
        else
            g_byte_array_append(text, (const guint8 *)"\xef\xbf\xbd", 3);
        *cleaned = text->len;
        done++;
    }
}

static bool
is_text(const HostSelection *c)
{
    const GByteArray *a = c->arriving;
    bool utf16 = a->len >= 2 && a->data[0] == 0xff && a->data[1] == 0xfe;

    return c->asked_kind == CHAN_CLIP_TEXT || (c->asked_kind == CHAN_CLIP_HTML && !utf16);
}

void
host_selection_data(HostSelection *c, ChanSpan packet)
{
    const ViewClipData *m = (const ViewClipData *)packet.data;
    gsize size = packet.size - sizeof *m;

    if (!c->arriving || m->serial != c->guest_serial)
        return;
    if (c->arriving->len + size <= CHAN_CLIP_MAX)
        g_byte_array_append(c->arriving, (const guint8 *)(m + 1), (guint)size);
    if (is_text(c))
        clean(c->arriving, c->cleaned, m->last, &c->cleaned);
    if (!m->last)
        return;
    uint32_t kind = c->asked_kind;
    g_autoptr(GBytes) data = g_byte_array_free_to_bytes(g_steal_pointer(&c->arriving));
    stop_arriving(c);
    host_serve_data(c->serve, kind, g_bytes_get_size(data) > 0 ? data : NULL);
    if (host_serve_waiting(c->serve))
        ask(c, host_serve_waiting(c->serve));
}

void
host_selection_wanted(HostSelection *c, const ViewClip *m)
{
    if (!allowed(c, CTL_CLIPBOARD_TO_GUEST) || m->serial != c->host_serial || c->host_kinds == 0) {
        clip_feed_start(c->feed, m->serial, NULL);
        return;
    }
    c->wanted_serial = m->serial;
    host_fetch_data(c->fetch, m->kinds);
}

static void
on_fetched(GBytes *data, gpointer user)
{
    HostSelection *c = user;
    bool may = allowed(c, CTL_CLIPBOARD_TO_GUEST);

    clip_feed_start(c->feed, c->wanted_serial, may ? data : NULL);
}

static void
on_targets(uint32_t kinds, gpointer user)
{
    HostSelection *c = user;

    if (allowed(c, CTL_CLIPBOARD_TO_GUEST))
        host_has(c, kinds);
}

static void
on_owner(HostSelection *c, const XFixesSelectionNotifyEvent *n)
{
    if (n->owner == c->view->x->leader)
        host_serve_owned(c->serve, n->selection_timestamp);
    else if (n->subtype != XFixesSetSelectionOwnerNotify)
        host_fetch_owner_gone(c->fetch);
    look(c);
}

gboolean
host_selection_event(HostSelection *c, const XEvent *e)
{
    HostDisplay *x = c->view->x;

    if (x->xfixes_event >= 0 && e->type == x->xfixes_event + XFixesSelectionNotify) {
        const XFixesSelectionNotifyEvent *n = (const XFixesSelectionNotifyEvent *)e;
        if (n->selection != c->atom)
            return FALSE;
        on_owner(c, n);
        return TRUE;
    }
    if (e->type == SelectionClear && e->xselectionclear.selection == c->atom)
        return TRUE; // XFixes tells, too
    return host_fetch_event(c->fetch, e) || host_serve_event(c->serve, e);
}
