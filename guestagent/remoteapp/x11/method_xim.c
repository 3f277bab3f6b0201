// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/x11/method_xim.h"

#include "channel/glib/timer.h"
#include "channel/x11/events.h"

#include <stdlib.h>
#include <string.h>
#include <xcb-imdkit/encoding.h>
#include <xcb-imdkit/imdkit.h>

// The library takes no empty mask for the events it is to be given first; this one is of no key.
#define NO_KEYS XCB_EVENT_MASK_FOCUS_CHANGE

enum { NO_STRING = 1, NO_FEEDBACK = 2 }; // of XIM_PREEDIT_DRAW's status

typedef struct {
    RaMethodFront front;
    RaMethod *method;
    xcb_connection_t *xcb;
    GSource *source;
    xcb_im_t *im;                    // NULL: not yet
    xcb_im_input_context_t *focused; // of the program that said last that it has the focus
    bool drawing;                    // it has been told of a preedit
    guint shown;                     // of so many characters
} Xim;

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

static void
where(RaMethodFront *front, RaMethodPlace *place)
{
    xcb_im_input_context_t *ic = ((Xim *)front)->focused;

    place->window = place->from = window_of(ic);
    place->on_spot = is_on_spot(ic);
    place->placed =
        (xcb_im_input_context_get_preedit_attr_mask(ic) & XCB_XIM_XNSpotLocation_MASK) != 0;
    if (!place->placed)
        return;
    place->x = xcb_im_input_context_get_preedit_attr(ic)->spot_location.x;
    place->y = xcb_im_input_context_get_preedit_attr(ic)->spot_location.y;
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
draw(Xim *m, const ChanWindowPreedit *preedit)
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
    Xim *m = user;

    switch (header->major_opcode) {
    case XCB_XIM_SET_IC_FOCUS:
        m->focused = ic;
        m->drawing = false;
        ra_method_focused(m->method, &m->front);
        break;
    case XCB_XIM_SET_IC_VALUES:
        if (ic == m->focused)
            ra_method_moved(m->method, &m->front);
        break;
    case XCB_XIM_RESET_IC:
        if (ic != m->focused)
            break;
        m->shown = 0; // the program has forgotten it
        ra_method_reset(m->method, &m->front);
        break;
    case XCB_XIM_UNSET_IC_FOCUS:
    case XCB_XIM_DESTROY_IC:
        if (ic != m->focused)
            break;
        if (header->major_opcode == XCB_XIM_UNSET_IC_FOCUS)
            draw(m, &(ChanWindowPreedit){0});
        m->focused = NULL;
        ra_method_unfocused(m->method, &m->front);
        break;
    default:
        break;
    }
}

// Not every program says that it lost the focus.
static bool
has_focus(Xim *m)
{
    uint32_t client = ~xcb_get_setup(m->xcb)->resource_id_mask;
    g_autofree xcb_get_input_focus_reply_t *focus =
        xcb_get_input_focus_reply(m->xcb, xcb_get_input_focus(m->xcb), NULL);

    return focus && (focus->focus & client) == (window_of(m->focused) & client);
}

// The server has done what was sent.
static void
settle(Xim *m)
{
    free(xcb_get_input_focus_reply(m->xcb, xcb_get_input_focus(m->xcb), NULL));
}

static bool
commit(RaMethodFront *front, const char *text)
{
    Xim *m = (Xim *)front;
    size_t size = 0;

    if (!has_focus(m))
        return false;
    g_autofree char *compound = xcb_utf8_to_compound_text(text, strlen(text), &size);
    if (!compound || size == 0)
        return false;
    xcb_im_commit_string(m->im, m->focused, XCB_XIM_LOOKUP_CHARS, compound, (uint32_t)size, 0);
    settle(m);
    return true;
}

static void
on_preedit(RaMethodFront *front, const ChanWindowPreedit *preedit)
{
    Xim *m = (Xim *)front;

    if (!has_focus(m))
        return;
    draw(m, preedit);
    settle(m);
}

static void
on_event(xcb_generic_event_t *event, gpointer user)
{
    xcb_im_filter_event(((Xim *)user)->im, event);
}

static void
xim_free(RaMethodFront *front)
{
    Xim *m = (Xim *)front;

    chan_timer_clear(&m->source);
    if (m->im) {
        xcb_im_close_im(m->im);
        xcb_im_destroy(m->im);
    }
    xcb_disconnect(m->xcb);
    g_free(m);
}

static bool
serve(Xim *m, RaConn *conn)
{
    uint32_t styles[] = {XCB_IM_PreeditPosition | XCB_IM_StatusNothing,
                         XCB_IM_PreeditCallbacks | XCB_IM_StatusNothing,
                         XCB_IM_PreeditNothing | XCB_IM_StatusNothing};
    char *encoding = (char *)"COMPOUND_TEXT";
    xcb_im_styles_t all_styles = {G_N_ELEMENTS(styles), styles};
    xcb_im_encodings_t encodings = {1, &encoding};
    xcb_im_trigger_keys_t none = {0, NULL};
    xcb_window_t window = xcb_generate_id(m->xcb);

    xcb_compound_text_init();
    xcb_create_window(m->xcb, XCB_COPY_FROM_PARENT, window, (xcb_window_t)conn->root, -10, -10, 1,
                      1, 0, XCB_WINDOW_CLASS_INPUT_ONLY, XCB_COPY_FROM_PARENT,
                      XCB_CW_OVERRIDE_REDIRECT, &(uint32_t){1});
    m->im = xcb_im_create(m->xcb, conn->screen, window, RA_METHOD_NAME, XCB_IM_ALL_LOCALES,
                          &all_styles, &none, &none, &encodings, NO_KEYS, on_request, m);
    xcb_im_set_use_sync_mode(m->im, false);
    return xcb_im_open_im(m->im);
}

RaMethodFront *
ra_method_xim_new(RaMethod *method, RaConn *conn, GMainContext *loop)
{
    Xim *m = g_new0(Xim, 1);

    m->front =
        (RaMethodFront){.where = where, .commit = commit, .preedit = on_preedit, .free = xim_free};
    m->method = method;
    m->xcb = xcb_connect(DisplayString(conn->dpy), NULL);
    if (xcb_connection_has_error(m->xcb) || !serve(m, conn)) {
        xim_free(&m->front);
        return NULL;
    }
    m->source = chan_x11_events_new(loop, m->xcb, on_event, m);
    return &m->front;
}
