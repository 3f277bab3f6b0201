// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/x11/input.h"

#include <X11/extensions/XTest.h>

#define NOTCH 120
#define NOTCHES_MAX 32 // per call; a client that sends more is not scrolling

struct RaInput {
    RaConn *conn;
    RaInputWay *way; // NULL: none
    bool must_settle;
    guint8 keys[32];                               // a bit per key code that is down
    guint32 buttons;                               // a bit per button
    guint32 touches;                               // a bit per finger that is on the screen
    RaInputPoint touched[CHAN_WINDOW_TOUCHES_MAX]; // where they were last
    int rest_x, rest_y;                            // of wheel notches that are not whole yet
};

RaInput *
ra_input_new(RaConn *conn, GMainContext *context)
{
    RaInput *input = g_new0(RaInput, 1);
    input->conn = conn;
    input->way = ra_input_sockets_new(conn, context);
    if (!input->way && conn->has_xtest)
        input->way = ra_input_xtest_new(conn);
    if (!input->way)
        g_warning("The X server %s takes no input: it has neither inputtest devices nor XTEST",
                  DisplayString(conn->dpy));
    return input;
}

void
ra_input_free(RaInput *input)
{
    if (!input)
        return;
    if (input->way)
        input->way->free(input->way);
    g_free(input);
}

void
ra_input_must_settle(RaInput *input)
{
    if (input->way && input->way->flush) {
        input->way->flush(input->way);
        input->must_settle = true;
    }
}

// Whether there is a way; the server has then done what was asked before.
static bool
begin(RaInput *input)
{
    if (!input->way || input->conn->lost)
        return false;
    if (input->must_settle)
        ra_conn_sync(input->conn);
    input->must_settle = false;
    return true;
}

void
ra_input_key(RaInput *input, guint keycode, bool down)
{
    if (keycode < 8 || keycode > 255 || !begin(input))
        return;
    guint8 bit = (guint8)(1u << (keycode % 8));
    if (down && (input->keys[keycode / 8] & bit))
        return; // the server repeats keys itself
    if (down)
        input->keys[keycode / 8] |= bit;
    else
        input->keys[keycode / 8] &= (guint8)~bit;
    input->way->key(input->way, keycode, down);
}

void
ra_input_button(RaInput *input, guint button, bool down)
{
    if (button < 1 || button > CHAN_WINDOW_BUTTON_LAST || !begin(input))
        return;
    if (down)
        input->buttons |= 1u << button;
    else
        input->buttons &= ~(1u << button);
    input->way->button(input->way, button, down);
}

bool
ra_input_holds_button(const RaInput *input)
{
    return input->buttons != 0;
}

// Programs move it, too.
static bool
is_at(RaInput *input, const RaInputPoint *point)
{
    RaConn *conn = input->conn;
    Window root;
    Window child;
    int x;
    int y;
    int in_x;
    int in_y;
    unsigned state;
    if (input->way->flush)
        input->way->flush(input->way);
    return XQueryPointer(conn->dpy, conn->root, &root, &child, &x, &y, &in_x, &in_y, &state) &&
           x == point->x && y == point->y;
}

void
ra_input_motion(RaInput *input, const RaInputPoint *to)
{
    if (begin(input))
        input->way->motion(input->way, to);
}

void
ra_input_aim(RaInput *input, const RaInputPoint *at)
{
    if (begin(input) && !is_at(input, at))
        input->way->motion(input->way, at);
}

// By XTEST, whose device knows such movements: those of inputtest that take places do not.
void
ra_input_shift(RaInput *input, int dx, int dy)
{
    if (!begin(input) || !input->conn->has_xtest)
        return;
    if (input->way->flush)
        input->way->flush(input->way);
    XTestFakeRelativeMotionEvent(input->conn->dpy, dx, dy, CurrentTime);
    input->must_settle = input->way->flush != NULL; // a button after it is after it
}

static void
click(RaInput *input, guint button, int times)
{
    for (int i = 0; i < MIN(times, NOTCHES_MAX); i++) {
        input->way->button(input->way, button, true);
        input->way->button(input->way, button, false);
    }
}

void
ra_input_wheel(RaInput *input, int dx, int dy)
{
    dx = CLAMP(dx, -NOTCH * NOTCHES_MAX, NOTCH * NOTCHES_MAX);
    dy = CLAMP(dy, -NOTCH * NOTCHES_MAX, NOTCH * NOTCHES_MAX);
    if (!begin(input))
        return;
    if (input->way->scroll) {
        input->way->scroll(input->way, dx, -dy);
        return;
    }
    input->rest_x += dx;
    input->rest_y += dy;
    click(input, 4, input->rest_y / NOTCH);
    click(input, 5, -input->rest_y / NOTCH);
    click(input, 6, -input->rest_x / NOTCH);
    click(input, 7, input->rest_x / NOTCH);
    input->rest_x %= NOTCH;
    input->rest_y %= NOTCH;
}

static void
touch_as_pointer(RaInput *input, ChanTouchPhase phase, const RaInputPoint *at)
{
    ra_input_aim(input, at);
    if (phase != CHAN_TOUCH_UPDATE)
        ra_input_button(input, 1, phase == CHAN_TOUCH_BEGIN);
}

void
ra_input_touch(RaInput *input, guint touch, ChanTouchPhase phase, const RaInputPoint *at)
{
    guint32 bit = 1u << touch;
    bool on = (input->touches & bit) != 0;
    if (on == (phase == CHAN_TOUCH_BEGIN) || !begin(input))
        return;
    input->touches = phase == CHAN_TOUCH_END ? input->touches & ~bit : input->touches | bit;
    input->touched[touch] = *at;
    if (input->way->touch)
        input->way->touch(input->way, touch, phase, at);
    else if (touch == 0)
        touch_as_pointer(input, phase, at);
}

void
ra_input_release_all(RaInput *input)
{
    for (guint keycode = 8; keycode < 256; keycode++) {
        if (input->keys[keycode / 8] & (1u << (keycode % 8)))
            ra_input_key(input, keycode, false);
    }
    for (guint button = 1; button <= CHAN_WINDOW_BUTTON_LAST; button++) {
        if (input->buttons & (1u << button))
            ra_input_button(input, button, false);
    }
    for (guint touch = 0; touch < CHAN_WINDOW_TOUCHES_MAX; touch++)
        ra_input_touch(input, touch, CHAN_TOUCH_END, &input->touched[touch]);
    input->rest_x = input->rest_y = 0;
}
