// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/x11/method.h"

#include "channel/glib/timer.h"
#include "channel/x11/events.h"
#include "rdpbridge/x11/keyboard.h"
#include "rdpbridge/x11/method_keys.h"
#include "rdpbridge/x11/method_preedit.h"
#include "rdpbridge/x11/pointer.h"
#include "rdpbridge/x11/session.h"
#include "rdpbridge/x11/windows.h"

#include <X11/extensions/Xfixes.h>
#include <stdlib.h>
#include <string.h>
#include <xcb-imdkit/encoding.h>
#include <xcb-imdkit/imclient.h>

// A release that has not come back by then was kept; only one that nothing follows waits for it.
#define KEPT_MS 200
// Keys wait so long for a context that is being made, as a program waits for its own.
#define WAIT_MS 1000
#define WAITING_MAX 64

enum { NO_STRING = 1, NO_FEEDBACK = 2 }; // of XIM_PREEDIT_DRAW's status
#define CARET_ABSOLUTE 10                // XIMAbsolutePosition

typedef struct {
    Window xid;
    xcb_xic_t ic; // 0: not there yet
    ChanWindowCaret caret;
    bool has_caret;
    bool other; // one of the other style is to be made when it has the focus next
} Context;

// A context that is being made.
typedef struct {
    Window xid;
    bool on_spot;
} Asked;

struct HostMethod {
    View *view;
    Atom server; // its selection
    xcb_connection_t *xcb;
    xcb_xim_t *im;
    GSource *source;
    bool open;
    uint32_t wants;       // event mask of the keys that it wants
    GHashTable *contexts; // by Window
    GQueue asked;         // of Asked, in order
    Window focused;
    bool there;      // as last looked at
    bool used;       // keys were given since the focus came
    GArray *waiting; // of XKeyEvent, for a context
    GSource *patience;
    bool out_of_patience; // it does not answer
    bool placing, moved;  // its answer to a spot is due; there is another one by then
    HostMethodKeys given;
    ViewPreedit preedit; // as the guest knows it
    GSource *kept;
    uint8_t down[256 / 8]; // keys as they are on the host
};

static Context *
context_of(HostMethod *m, Window xid)
{
    return g_hash_table_lookup(m->contexts, GSIZE_TO_POINTER(xid));
}

static Context *
focused_context(HostMethod *m)
{
    Context *c = m->focused ? context_of(m, m->focused) : NULL;

    return c && c->ic ? c : NULL;
}

static void
send_key(HostMethod *m, bool down, unsigned keycode, Time time)
{
    HostWindow *w = host_windows_by_xid(m->view->windows, m->focused);
    XKeyEvent e = {.type = down ? KeyPress : KeyRelease, .keycode = keycode, .time = time};

    host_pointer_flush(m->view->pointer);
    if (w)
        host_keyboard_key(m->view->keyboard, w, &e);
}

static void
on_release_kept(unsigned keycode, void *user)
{
    send_key(user, false, keycode, CurrentTime);
}

static void
end_given(HostMethod *m)
{
    chan_timer_clear(&m->kept);
    host_method_keys_end(&m->given, on_release_kept, m);
    host_keyboard_caught_up(m->view->keyboard);
}

static gboolean
on_kept(gpointer user)
{
    end_given(user);
    return G_SOURCE_REMOVE;
}

static void
give(HostMethod *m, const XKeyEvent *e, bool follows)
{
    HostMethodKey key = {(uint8_t)e->keycode, e->type == KeyPress, follows, (uint32_t)e->time};

    host_method_keys_give(&m->given, key, on_release_kept, m);
    chan_timer_clear(&m->kept);
    m->kept = chan_timer_new(m->view->context, KEPT_MS, on_kept, m);
}

static bool
forward(HostMethod *m, const Context *c, const XKeyEvent *e)
{
    uint32_t mask = e->type == KeyPress ? XCB_EVENT_MASK_KEY_PRESS : XCB_EVENT_MASK_KEY_RELEASE;

    if (!(m->wants & mask)) {
        // Modifiers are held until what was typed with them is there.
        if (e->type != KeyRelease || m->given.n == 0)
            return false;
        give(m, e, true);
        return true;
    }
    xcb_key_press_event_t key = {.response_type = (uint8_t)e->type,
                                 .detail = (xcb_keycode_t)e->keycode,
                                 .time = (xcb_timestamp_t)e->time,
                                 .root = (xcb_window_t)e->root,
                                 .event = (xcb_window_t)e->window,
                                 .child = (xcb_window_t)e->subwindow,
                                 .root_x = (int16_t)e->x_root,
                                 .root_y = (int16_t)e->y_root,
                                 .event_x = (int16_t)e->x,
                                 .event_y = (int16_t)e->y,
                                 .state = (uint16_t)e->state,
                                 .same_screen = 1};
    give(m, e, false);
    m->used = true;
    return xcb_xim_forward_event(m->im, c->ic, &key);
}

static bool
is_down(const HostMethod *m, unsigned keycode)
{
    return m->down[keycode / 8] & (1u << keycode % 8);
}

static void
on_forward_event(xcb_xim_t *im, xcb_xic_t ic, xcb_key_press_event_t *e, void *user)
{
    HostMethod *m = user;
    const Context *c = focused_context(m);
    bool down = (e->response_type & ~0x80) == XCB_KEY_PRESS;

    host_method_keys_back(&m->given, (HostMethodKey){e->detail, down, .time = e->time},
                          on_release_kept, m);
    if (c && c->ic == ic) { // else the focus has gone, and what was held with it
        send_key(m, down, e->detail, e->time);
        // One that it made up would be held for ever.
        if (down && !is_down(m, e->detail) && !host_method_keys_releasing(&m->given, e->detail))
            send_key(m, false, e->detail, e->time);
    }
    host_method_keys_go_on(&m->given, on_release_kept, m);
    if (m->given.n == 0)
        chan_timer_clear(&m->kept);
    host_keyboard_caught_up(m->view->keyboard);
}

static void
send_text(HostMethod *m, const char *text, gsize size)
{
    struct {
        ViewText head;
        char bytes[CHAN_WINDOW_TEXT_MAX];
    } message;

    while (size > 0) {
        gsize piece = MIN(size, sizeof message.bytes);
        while (piece < size && (text[piece] & 0xc0) == 0x80) // within a character
            piece--;
        VIEW_INIT(&message.head, VIEW_MSG_TEXT);
        message.head.header.size = (uint32_t)(sizeof message.head + piece);
        memcpy(message.bytes, text, piece);
        host_session_send(m->view, &message, message.head.header.size);
        text += piece;
        size -= piece;
    }
}

// Never NULL; empty for what is no text.
static char *
to_utf8(xcb_xim_t *im, const char *text, size_t size)
{
    size_t n = size;
    g_autofree char *converted = NULL;

    if (size > 0 && xcb_xim_get_encoding(im) == XCB_XIM_COMPOUND_TEXT) {
        converted = xcb_compound_text_to_utf8(text, size, &n);
        text = converted;
    }
    return text && g_utf8_validate(text, (gssize)n, NULL) ? g_strndup(text, n) : g_strdup("");
}

static void
// NOLINTNEXTLINE(readability-function-size): the library's parameters
on_commit(xcb_xim_t *im, xcb_xic_t ic, uint32_t flag, char *text, uint32_t size, uint32_t *keysym,
          size_t n_keysyms, void *user)
{
    HostMethod *m = user;
    const Context *c = focused_context(m);

    if (!c || c->ic != ic || !(flag & XCB_XIM_LOOKUP_CHARS))
        return;
    g_autofree char *utf8 = to_utf8(im, text, size);
    host_pointer_flush(m->view->pointer);
    send_text(m, utf8, strlen(utf8));
}

static void
tell_preedit(HostMethod *m)
{
    VIEW_INIT(&m->preedit, VIEW_MSG_PREEDIT);
    host_pointer_flush(m->view->pointer);
    host_session_send(m->view, &m->preedit, sizeof m->preedit);
}

static void
end_preedit(HostMethod *m)
{
    if (m->preedit.preedit.count == 0)
        return;
    m->preedit.preedit.count = m->preedit.preedit.caret = 0;
    tell_preedit(m);
}

static void
on_preedit(xcb_xim_t *im, xcb_xic_t ic, xcb_im_preedit_draw_fr_t *frame, void *user)
{
    HostMethod *m = user;
    const Context *c = focused_context(m);
    HostPreeditChange change = {.caret = frame->caret,
                                .first = frame->chg_first,
                                .length = frame->chg_length,
                                .feedback = frame->feedback_array.items,
                                .n_feedback = frame->feedback_array.size};
    g_autofree gunichar *text = NULL;
    glong n = 0;

    if (!c || c->ic != ic)
        return;
    g_autofree char *utf8 =
        to_utf8(im, (const char *)frame->preedit_string, frame->length_of_preedit_string);
    if (!(frame->status & NO_STRING))
        text = g_utf8_to_ucs4_fast(utf8, -1, &n);
    else if (frame->status & NO_FEEDBACK)
        text = g_new0(gunichar, 1); // what is replaced goes
    change.text = text;
    change.n_text = (size_t)n;
    host_preedit_change(&m->preedit.preedit, &change);
    tell_preedit(m);
}

static void
on_preedit_caret(xcb_xim_t *im, xcb_xic_t ic, xcb_im_preedit_caret_fr_t *frame, void *user)
{
    ChanWindowPreedit *p = &((HostMethod *)user)->preedit.preedit;

    if (frame->direction != CARET_ABSOLUTE)
        return;
    p->caret = (uint16_t)CLAMP(frame->position, 0, p->count);
    tell_preedit(user);
}

static void
on_preedit_done(xcb_xim_t *im, xcb_xic_t ic, void *user)
{
    end_preedit(user);
}

static void
on_event_mask(xcb_xim_t *im, xcb_xic_t ic, uint32_t forward, uint32_t synchronous, void *user)
{
    ((HostMethod *)user)->wants = forward;
}

static void on_placed(xcb_xim_t *im, xcb_xic_t ic, void *user);

// One at a time: a guest whose caret runs does not fill the input method's queue.
static void
place(HostMethod *m)
{
    const Context *c = focused_context(m);

    if (!c || !(c->caret.flags & CHAN_CARET_PLACED))
        return;
    xcb_point_t at = {(int16_t)c->caret.x, (int16_t)c->caret.y};
    m->moved = m->placing;
    if (m->placing)
        return;
    xcb_xim_nested_list spot = xcb_xim_create_nested_list(m->im, XCB_XIM_XNSpotLocation, &at, NULL);
    m->placing =
        xcb_xim_set_ic_values(m->im, c->ic, on_placed, m, XCB_XIM_XNPreeditAttributes, &spot, NULL);
    free(spot.data);
}

static void
on_placed(xcb_xim_t *im, xcb_xic_t ic, void *user)
{
    HostMethod *m = user;

    m->placing = false;
    if (m->moved)
        place(m);
}

// By the context that has come meanwhile, or without one.
static void
end_waiting(HostMethod *m)
{
    g_autoptr(GArray) keys = g_steal_pointer(&m->waiting);
    const Context *c = focused_context(m);

    chan_timer_clear(&m->patience);
    for (guint i = 0; keys && i < keys->len; i++) {
        const XKeyEvent *e = &g_array_index(keys, XKeyEvent, i);
        if (!c || !forward(m, c, e))
            send_key(m, e->type == KeyPress, e->keycode, e->time);
    }
    host_keyboard_caught_up(m->view->keyboard);
}

static gboolean
on_out_of_patience(gpointer user)
{
    HostMethod *m = user;

    m->out_of_patience = true;
    end_waiting(m);
    return G_SOURCE_REMOVE;
}

// Whether the focused window's context is on its way.
static bool
must_wait(const HostMethod *m)
{
    for (const GList *l = m->asked.head; l; l = l->next)
        if (((const Asked *)l->data)->xid == m->focused)
            return true;
    return m->there && !m->open;
}

static bool
wait_with(HostMethod *m, const XKeyEvent *e)
{
    if (!m->waiting) {
        if (m->out_of_patience || !must_wait(m))
            return false;
        m->waiting = g_array_new(FALSE, FALSE, sizeof *e);
        m->patience = chan_timer_new(m->view->context, WAIT_MS, on_out_of_patience, m);
    }
    if (m->waiting->len >= WAITING_MAX) {
        end_waiting(m);
        return false;
    }
    g_array_append_val(m->waiting, *e);
    return true;
}

static void
focus_context(HostMethod *m)
{
    const Context *c = focused_context(m);

    if (!c)
        return;
    xcb_xim_set_ic_focus(m->im, c->ic);
    place(m);
    end_waiting(m);
}

static void
on_context(xcb_xim_t *im, xcb_xic_t ic, void *user)
{
    HostMethod *m = user;
    g_autofree Asked *asked = g_queue_pop_head(&m->asked);
    Context *c = asked ? context_of(m, asked->xid) : NULL;
    bool on_spot = c && (c->caret.flags & CHAN_CARET_ON_SPOT);

    if (!ic) {
        end_waiting(m);
        return;
    }
    // What is being made would be lost.
    if (c && c->ic && c->xid == m->focused && m->used) {
        c->other = true;
        c = NULL;
    }
    if (!c || on_spot != asked->on_spot) { // gone, or another is on its way
        xcb_xim_destroy_ic(im, ic, NULL, NULL);
        return;
    }
    if (c->ic) {
        end_preedit(m);
        xcb_xim_destroy_ic(im, c->ic, NULL, NULL);
    }
    c->ic = ic;
    c->other = false;
    if (c->xid == m->focused)
        focus_context(m);
}

static void
make_context(HostMethod *m, const Context *c)
{
    bool on_spot = c->caret.flags & CHAN_CARET_ON_SPOT;
    uint32_t style =
        XCB_IM_StatusNothing | (on_spot ? XCB_IM_PreeditCallbacks : XCB_IM_PreeditPosition);
    xcb_window_t window = (xcb_window_t)c->xid;

    if (!m->open ||
        !xcb_xim_create_ic(m->im, on_context, m, XCB_XIM_XNInputStyle, &style,
                           XCB_XIM_XNClientWindow, &window, XCB_XIM_XNFocusWindow, &window, NULL))
        return;
    Asked asked = {c->xid, on_spot};
    g_queue_push_tail(&m->asked, g_memdup2(&asked, sizeof asked));
}

static void
on_open(xcb_xim_t *im, void *user)
{
    HostMethod *m = user;
    GHashTableIter iter;
    gpointer c;

    m->open = true;
    m->out_of_patience = false;
    g_hash_table_iter_init(&iter, m->contexts);
    while (g_hash_table_iter_next(&iter, NULL, &c))
        make_context(m, c);
}

static void
on_disconnected(xcb_xim_t *im, void *user)
{
    HostMethod *m = user;
    GHashTableIter iter;
    gpointer c;

    m->open = m->placing = m->moved = false;
    g_queue_clear_full(&m->asked, g_free);
    g_hash_table_iter_init(&iter, m->contexts);
    while (g_hash_table_iter_next(&iter, NULL, &c))
        ((Context *)c)->ic = 0;
    end_given(m);
    end_preedit(m);
    end_waiting(m);
}

static const xcb_xim_im_callback callbacks = {.set_event_mask = on_event_mask,
                                              .forward_event = on_forward_event,
                                              .commit_string = on_commit,
                                              .preedit_draw = on_preedit,
                                              .preedit_caret = on_preedit_caret,
                                              .preedit_done = on_preedit_done,
                                              .disconnected = on_disconnected};

// The name in $XMODIFIERS; those that mean Xlib's own have the keys as they are (XOpenIM(3)).
static char *
named(void)
{
    const char *modifiers = g_getenv("XMODIFIERS");
    const char *im = modifiers ? strstr(modifiers, "@im=") : NULL;

    if (!im)
        return NULL;
    im += strlen("@im=");
    char *name = g_strndup(im, strcspn(im, "@"));
    if (*name && strcmp(name, "none") != 0 && strcmp(name, "local") != 0)
        return name;
    g_free(name);
    return NULL;
}

static void
on_event(xcb_generic_event_t *event, gpointer user)
{
    HostMethod *m = user;

    xcb_xim_filter_event(m->im, event);
}

HostMethod *
host_method_new(View *view)
{
    g_autofree char *name = named();
    g_autofree char *selection = g_strconcat("@server=", name, NULL);
    g_autofree char *modifier = g_strconcat("@im=", name, NULL);
    HostDisplay *x = view->x;
    int screen = 0;

    if (!name)
        return NULL;
    xcb_connection_t *xcb = xcb_connect(DisplayString(x->dpy), &screen);
    if (xcb_connection_has_error(xcb)) {
        xcb_disconnect(xcb);
        return NULL;
    }
    HostMethod *m = g_new0(HostMethod, 1);
    m->view = view;
    m->xcb = xcb;
    m->wants = XCB_EVENT_MASK_KEY_PRESS;
    m->contexts = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    g_queue_init(&m->asked);
    m->server = XInternAtom(x->dpy, selection, False);
    if (x->xfixes_event >= 0)
        XFixesSelectSelectionInput(x->dpy, x->root, m->server,
                                   XFixesSetSelectionOwnerNotifyMask |
                                       XFixesSelectionWindowDestroyNotifyMask |
                                       XFixesSelectionClientCloseNotifyMask);
    xcb_compound_text_init();
    m->im = xcb_xim_create(xcb, screen, modifier);
    xcb_xim_set_im_callback(m->im, &callbacks, m);
    xcb_xim_set_use_utf8_string(m->im, true);
    xcb_xim_open(m->im, on_open, true, m);
    m->source = chan_x11_events_new(view->context, xcb, on_event, m);
    return m;
}

void
host_method_free(HostMethod *m)
{
    if (!m)
        return;
    chan_timer_clear(&m->kept);
    chan_timer_clear(&m->patience);
    g_clear_pointer(&m->waiting, g_array_unref);
    chan_timer_clear(&m->source);
    // Not twice: libxcb-imdkit up to 1.0.4 frees a method's trigger keys each time.
    if (m->open)
        xcb_xim_close(m->im);
    xcb_xim_destroy(m->im);
    xcb_disconnect(m->xcb);
    g_queue_clear_full(&m->asked, g_free);
    g_hash_table_unref(m->contexts);
    g_free(m);
}

bool
host_method_there(HostMethod *m)
{
    if (m)
        m->there = XGetSelectionOwner(m->view->x->dpy, m->server) != None;
    return m && m->there;
}

void
host_method_add(HostMethod *m, Window xid)
{
    if (!m || context_of(m, xid))
        return;
    Context *c = g_new0(Context, 1);
    c->xid = xid;
    g_hash_table_insert(m->contexts, GSIZE_TO_POINTER(xid), c);
    // The server must know the window when the input method looks at it, over another connection.
    XSync(m->view->x->dpy, False);
    make_context(m, c);
}

void
host_method_forget(HostMethod *m, Window xid)
{
    const Context *c = m ? context_of(m, xid) : NULL;

    if (!c)
        return;
    if (m->focused == xid)
        host_method_focus(m, None);
    if (c->ic)
        xcb_xim_destroy_ic(m->im, c->ic, NULL, NULL);
    g_hash_table_remove(m->contexts, GSIZE_TO_POINTER(xid));
}

void
host_method_focus(HostMethod *m, Window xid)
{
    if (!m || m->focused == xid)
        return;
    const Context *before = focused_context(m);
    if (before)
        xcb_xim_unset_ic_focus(m->im, before->ic);
    end_given(m);
    end_preedit(m);
    end_waiting(m);
    m->focused = xid;
    m->used = false;
    const Context *c = focused_context(m);
    if (c && c->other)
        make_context(m, c);
    focus_context(m);
}

bool
host_method_key(HostMethod *m, HostWindow *w, const XKeyEvent *e)
{
    const Context *c = m ? focused_context(m) : NULL;
    bool down = e->type == KeyPress;

    if (!m || e->keycode > 255)
        return false;
    uint8_t bit = (uint8_t)(1u << e->keycode % 8);
    uint8_t *keys = &m->down[e->keycode / 8];
    *keys = (uint8_t)(down ? *keys | bit : *keys & ~bit);
    if (w->xid != m->focused || w->is_orphan)
        return false;
    if (!c || m->waiting)
        return wait_with(m, e);
    return forward(m, c, e);
}

bool
host_method_holds(const HostMethod *m)
{
    return m && (m->waiting || m->given.n > 0);
}

void
host_method_caret(HostMethod *m, Window xid, const ChanWindowCaret *caret)
{
    Context *c = m ? context_of(m, xid) : NULL;

    if (!c)
        return;
    ChanWindowCaret before = c->has_caret ? c->caret : (ChanWindowCaret){.resets = caret->resets};
    c->has_caret = true;
    c->caret = *caret;
    if ((before.flags ^ caret->flags) & CHAN_CARET_ON_SPOT)
        make_context(m, c);
    if (xid != m->focused)
        return;
    if (before.resets != caret->resets && m->preedit.preedit.count > 0 && c->ic)
        xcb_xim_reset_ic(m->im, c->ic, NULL, NULL);
    place(m);
}
