// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/x11/method.h"

#include "channel/glib/timer.h"
#include "channel/x11/events.h"

#include <stdlib.h>
#include <string.h>
#include <xcb-imdkit/encoding.h>
#include <xcb-imdkit/imdkit.h>

// The library takes no empty mask for the events it is to be given first; this one is of no key.
#define NO_KEYS XCB_EVENT_MASK_FOCUS_CHANGE
#define PARENTS_MAX 32

enum { NO_STRING = 1, NO_FEEDBACK = 2 }; // of XIM_PREEDIT_DRAW's status

struct RaMethod {
    RaConn *conn;
    GMainContext *context;
    RaMethodCaret caret;
    gpointer user;
    xcb_connection_t *xcb; // NULL: not offered
    xcb_im_t *im;
    GSource *source;
    xcb_im_input_context_t *focused; // of the program that said last that it has the focus
    GSource *rest;                   // after a caret was told
    bool stale;                      // and it has moved since
    xcb_window_t of, top_level;      // the top-level window that this one is in
    ChanWindowCaret told;
    xcb_window_t told_in;
    guint32 resets;
    bool drawing; // the focused one has been told of a preedit
    guint shown;  // of so many characters
};

static xcb_window_t
find_top_level(RaMethod *m, xcb_window_t window)
{
    for (int i = 0; i < PARENTS_MAX; i++) {
        g_autofree xcb_query_tree_reply_t *tree =
            xcb_query_tree_reply(m->xcb, xcb_query_tree(m->xcb, window), NULL);
        if (!tree || tree->parent == XCB_NONE)
            return XCB_NONE;
        if (tree->parent == tree->root)
            return window;
        window = tree->parent;
    }
    return XCB_NONE;
}

static xcb_window_t
window_of(xcb_im_input_context_t *ic)
{
    xcb_window_t window = xcb_im_input_context_get_focus_window(ic);

    return window ? window : xcb_im_input_context_get_client_window(ic);
}

static bool
is_on_spot(xcb_im_input_context_t *ic)
{
    return (xcb_im_input_context_get_input_style(ic) & XCB_IM_PreeditCallbacks) != 0;
}

static gboolean on_rested(gpointer user);

static void
tell_caret(RaMethod *m)
{
    xcb_im_input_context_t *ic = m->focused;

    m->stale = m->rest != NULL;
    if (!ic || m->rest)
        return;
    xcb_window_t window = window_of(ic);
    if (window != m->of)
        m->top_level = find_top_level(m, window);
    m->of = window;
    ChanWindowCaret caret = {.flags = is_on_spot(ic) ? CHAN_CARET_ON_SPOT : 0, .resets = m->resets};
    if (xcb_im_input_context_get_preedit_attr_mask(ic) & XCB_XIM_XNSpotLocation_MASK) {
        xcb_point_t spot = xcb_im_input_context_get_preedit_attr(ic)->spot_location;
        g_autofree xcb_translate_coordinates_reply_t *at = xcb_translate_coordinates_reply(
            m->xcb, xcb_translate_coordinates(m->xcb, window, m->top_level, spot.x, spot.y), NULL);
        if (!at) {
            m->of = XCB_NONE; // it has gone, or went elsewhere
            return;
        }
        caret.flags |= CHAN_CARET_PLACED;
        caret.x = CLAMP(at->dst_x, -(int)CHAN_WINDOW_SIDE_MAX, (int)CHAN_WINDOW_SIDE_MAX);
        caret.y = CLAMP(at->dst_y, -(int)CHAN_WINDOW_SIDE_MAX, (int)CHAN_WINDOW_SIDE_MAX);
    }
    if (m->top_level == m->told_in && memcmp(&caret, &m->told, sizeof caret) == 0)
        return;
    m->told_in = m->top_level;
    m->told = caret;
    m->rest = chan_timer_new(m->context, RA_METHOD_CARET_MS, on_rested, m);
    m->caret(m->top_level, &caret, m->user);
}

static gboolean
on_rested(gpointer user)
{
    RaMethod *m = user;

    chan_timer_clear(&m->rest);
    if (m->stale)
        tell_caret(m);
    return G_SOURCE_REMOVE;
}

static char *
compound_of(const ChanWindowPreedit *preedit, size_t *size)
{
    g_autoptr(GString) text = g_string_new(NULL);

    for (guint i = 0; i < preedit->count; i++)
        g_string_append_unichar(text, preedit->characters[i].character);
    return xcb_utf8_to_compound_text(text->str, text->len, size);
}

// All of it anew; an empty one ends it.
static void
draw(RaMethod *m, const ChanWindowPreedit *preedit)
{
    uint32_t feedback[CHAN_WINDOW_PREEDIT_MAX];
    size_t size = 0;

    if (!is_on_spot(m->focused) || (preedit->count == 0 && !m->drawing))
        return;
    g_autofree char *text = compound_of(preedit, &size);
    if (!m->drawing) {
        xcb_im_preedit_start_callback(m->im, m->focused);
        m->shown = 0;
    }
    for (guint i = 0; i < preedit->count; i++)
        feedback[i] = preedit->characters[i].feedback;
    xcb_im_preedit_draw_fr_t frame = {.caret = preedit->caret,
                                      .chg_length = m->shown,
                                      .status = preedit->count == 0 ? NO_STRING | NO_FEEDBACK : 0,
                                      .length_of_preedit_string = (uint16_t)size,
                                      .preedit_string = (uint8_t *)text,
                                      .feedback_array = {preedit->count, feedback}};
    xcb_im_preedit_draw_callback(m->im, m->focused, &frame);
    if (preedit->count == 0)
        xcb_im_preedit_done_callback(m->im, m->focused);
    m->drawing = preedit->count > 0;
    m->shown = preedit->count;
}

static void
// NOLINTNEXTLINE(readability-function-size): the library's parameters
on_request(xcb_im_t *im, xcb_im_client_t *client, xcb_im_input_context_t *ic,
           const xcb_im_packet_header_fr_t *header, void *frame, void *arg, void *user)
{
    RaMethod *m = user;

    switch (header->major_opcode) {
    case XCB_XIM_SET_IC_FOCUS:
        m->focused = ic;
        m->drawing = false;
        m->told_in = XCB_NONE;
        tell_caret(m);
        break;
    case XCB_XIM_SET_IC_VALUES:
        if (ic == m->focused)
            tell_caret(m);
        break;
    case XCB_XIM_RESET_IC:
        if (ic != m->focused)
            break;
        m->shown = 0; // the program has forgotten it
        m->resets++;
        tell_caret(m);
        break;
    case XCB_XIM_UNSET_IC_FOCUS:
    case XCB_XIM_DESTROY_IC:
        if (ic != m->focused)
            break;
        if (header->major_opcode == XCB_XIM_UNSET_IC_FOCUS)
            draw(m, &(ChanWindowPreedit){0});
        m->focused = NULL;
        break;
    default:
        break;
    }
}

RaMethod *
ra_method_new(RaConn *conn, GMainContext *context, RaMethodCaret caret, gpointer user)
{
    RaMethod *m = g_new0(RaMethod, 1);

    m->conn = conn;
    m->context = context;
    m->caret = caret;
    m->user = user;
    return m;
}

static bool
start(RaMethod *m)
{
    uint32_t styles[] = {XCB_IM_PreeditPosition | XCB_IM_StatusNothing,
                         XCB_IM_PreeditCallbacks | XCB_IM_StatusNothing,
                         XCB_IM_PreeditNothing | XCB_IM_StatusNothing};
    char *encoding = (char *)"COMPOUND_TEXT";
    xcb_im_styles_t all_styles = {G_N_ELEMENTS(styles), styles};
    xcb_im_encodings_t encodings = {1, &encoding};
    xcb_im_trigger_keys_t none = {0, NULL};
    xcb_window_t window = xcb_generate_id(m->xcb);

    xcb_create_window(m->xcb, XCB_COPY_FROM_PARENT, window, (xcb_window_t)m->conn->root, -10, -10,
                      1, 1, 0, XCB_WINDOW_CLASS_INPUT_ONLY, XCB_COPY_FROM_PARENT,
                      XCB_CW_OVERRIDE_REDIRECT, &(uint32_t){1});
    m->im = xcb_im_create(m->xcb, m->conn->screen, window, RA_METHOD_NAME, XCB_IM_ALL_LOCALES,
                          &all_styles, &none, &none, &encodings, NO_KEYS, on_request, m);
    xcb_im_set_use_sync_mode(m->im, false);
    return xcb_im_open_im(m->im);
}

static void
stop(RaMethod *m)
{
    if (!m->xcb)
        return;
    chan_timer_clear(&m->source);
    if (m->im) {
        xcb_im_close_im(m->im);
        xcb_im_destroy(m->im);
    }
    chan_timer_clear(&m->rest);
    xcb_disconnect(m->xcb);
    m->xcb = NULL;
    m->im = NULL;
    m->focused = NULL;
    m->of = m->told_in = XCB_NONE;
    m->drawing = false;
}

void
ra_method_free(RaMethod *m)
{
    if (!m)
        return;
    stop(m);
    g_free(m);
}

static void
on_event(xcb_generic_event_t *event, gpointer user)
{
    RaMethod *m = user;

    xcb_im_filter_event(m->im, event);
}

void
ra_method_offer(RaMethod *m, bool offered)
{
    if (offered == (m->xcb != NULL))
        return;
    stop(m);
    if (!offered)
        return;
    m->xcb = xcb_connect(DisplayString(m->conn->dpy), NULL);
    xcb_compound_text_init();
    if (xcb_connection_has_error(m->xcb) || !start(m)) {
        g_warning(
            "The guest's programs cannot be told of the host's input method: there is another "
            "one of the name " RA_METHOD_NAME ", or the X server %s takes no connection",
            DisplayString(m->conn->dpy));
        stop(m);
        return;
    }
    m->source = chan_x11_events_new(m->context, m->xcb, on_event, m);
}

// Not every program says that it lost the focus.
static bool
has_focus(RaMethod *m, xcb_im_input_context_t *ic)
{
    uint32_t client = ~xcb_get_setup(m->xcb)->resource_id_mask;
    g_autofree xcb_get_input_focus_reply_t *focus =
        xcb_get_input_focus_reply(m->xcb, xcb_get_input_focus(m->xcb), NULL);

    return focus && (focus->focus & client) == (window_of(ic) & client);
}

// The server has done what was sent.
static void
settle(RaMethod *m)
{
    free(xcb_get_input_focus_reply(m->xcb, xcb_get_input_focus(m->xcb), NULL));
}

bool
ra_method_commit(RaMethod *m, const char *text)
{
    size_t size = 0;

    if (!m->xcb || !m->focused || !has_focus(m, m->focused))
        return false;
    g_autofree char *compound = xcb_utf8_to_compound_text(text, strlen(text), &size);
    if (!compound || size == 0)
        return false;
    xcb_im_commit_string(m->im, m->focused, XCB_XIM_LOOKUP_CHARS, compound, (uint32_t)size, 0);
    settle(m);
    return true;
}

void
ra_method_preedit(RaMethod *m, const ChanWindowPreedit *preedit)
{
    if (!m->xcb || !m->focused || !has_focus(m, m->focused))
        return;
    draw(m, preedit);
    settle(m);
}
