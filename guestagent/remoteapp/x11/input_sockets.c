// SPDX-License-Identifier: Apache-2.0
// Input by Xorg's inputtest devices (inputtestdrv(4)): one socket per device, made by the X server
// where the guest's supervisor told it to. Unlike XTEST it scrolls smoothly and is seen by
// programs as real devices; but it has an order of its own, so that flush waits.
#include "guestagent/remoteapp/x11/input.h"
#include "guestagent/remoteapp/x11/input_device.h"

#include <X11/extensions/XI2.h>
#include <stdint.h>
#include <string.h>
#include <xorg/xf86-input-inputtest-protocol.h>

// The axes of PointerAbsolute and Touch devices go from 0 to this, of which the server makes the
// screen.
#define AXIS_STEPS 65536.0
// Into the pixel, so that rounding does not fall into the one before.
#define INSIDE 0.03125

typedef struct {
    RaInputWay way; // first
    RaConn *conn;
    RaInputDevice *keyboard, *pointer;
    RaInputDevice *touch_screen; // NULL: none
} SocketsWay;

static void
sockets_key(RaInputWay *way, guint keycode, bool down)
{
    xf86ITEventKey event = {
        .header = {sizeof event, XF86IT_EVENT_KEY}, .key_code = (int32_t)keycode, .is_press = down};
    ra_input_device_send(((SocketsWay *)way)->keyboard, &event, sizeof event);
}

static void
sockets_button(RaInputWay *way, guint button, bool down)
{
    xf86ITEventButton event = {
        .header = {sizeof event, XF86IT_EVENT_BUTTON}, .button = (int32_t)button, .is_press = down};
    ra_input_device_send(((SocketsWay *)way)->pointer, &event, sizeof event);
}

static void
set_axis(xf86ITValuatorData *valuators, guint axis, double value)
{
    valuators->mask[axis / 8] |= (uint8_t)(1u << (axis % 8));
    valuators->valuators[axis] = value;
}

static void
sockets_motion(RaInputWay *way, const RaInputPoint *to)
{
    xf86ITEventMotion event = {.header = {sizeof event, XF86IT_EVENT_MOTION}, .is_absolute = 1};
    set_axis(&event.valuators, 0, (to->x + INSIDE) * AXIS_STEPS / to->width);
    set_axis(&event.valuators, 1, (to->y + INSIDE) * AXIS_STEPS / to->height);
    ra_input_device_send(((SocketsWay *)way)->pointer, &event, sizeof event);
}

static void
sockets_touch(RaInputWay *way, guint touch, ChanTouchPhase phase, const RaInputPoint *at)
{
    static const guint16 types[] = {[CHAN_TOUCH_BEGIN] = XI_TouchBegin,
                                    [CHAN_TOUCH_UPDATE] = XI_TouchUpdate,
                                    [CHAN_TOUCH_END] = XI_TouchEnd};
    xf86ITEventTouch event = {
        .header = {sizeof event, XF86IT_EVENT_TOUCH}, .touchid = touch, .touch_type = types[phase]};
    set_axis(&event.valuators, 0, (at->x + INSIDE) * AXIS_STEPS / at->width);
    set_axis(&event.valuators, 1, (at->y + INSIDE) * AXIS_STEPS / at->height);
    ra_input_device_send(((SocketsWay *)way)->touch_screen, &event, sizeof event);
}

static void
sockets_scroll(RaInputWay *way, int dx, int dy)
{
    xf86ITEventMotion event = {.header = {sizeof event, XF86IT_EVENT_MOTION}};
    if (dx)
        set_axis(&event.valuators, 2, dx);
    if (dy)
        set_axis(&event.valuators, 3, dy);
    if (dx || dy)
        ra_input_device_send(((SocketsWay *)way)->pointer, &event, sizeof event);
}

static void
sockets_flush(RaInputWay *way)
{
    SocketsWay *self = (SocketsWay *)way;
    ra_input_device_settle(self->keyboard);
    ra_input_device_settle(self->pointer);
    if (self->touch_screen)
        ra_input_device_settle(self->touch_screen);
}

static void
sockets_free(RaInputWay *way)
{
    SocketsWay *self = (SocketsWay *)way;
    ra_input_device_free(self->keyboard);
    ra_input_device_free(self->pointer);
    ra_input_device_free(self->touch_screen);
    g_free(self);
}

RaInputWay *
ra_input_sockets_new(RaConn *conn, GMainContext *context)
{
    const char *dir = g_getenv("CASEMENT_GUEST_DIR");
    if (g_strcmp0(g_getenv("CASEMENT_X"), "xorg") != 0 || !dir)
        return NULL;
    SocketsWay *self = g_new0(SocketsWay, 1);
    self->conn = conn;
    self->way.key = sockets_key;
    self->way.button = sockets_button;
    self->way.motion = sockets_motion;
    self->way.scroll = sockets_scroll;
    self->way.flush = sockets_flush;
    self->way.free = sockets_free;
    g_autoptr(GError) error = NULL;
    self->keyboard = ra_input_device_new(conn, context, dir, "keyboard", &error);
    if (self->keyboard)
        self->pointer = ra_input_device_new(conn, context, dir, "pointer", &error);
    if (self->pointer)
        self->touch_screen = ra_input_device_new(conn, context, dir, "touch", NULL);
    if (self->touch_screen)
        self->way.touch = sockets_touch;
    if (self->pointer)
        return &self->way;
    g_warning("No input by Xorg's test devices, taking XTEST: %s", error->message);
    sockets_free(&self->way);
    return NULL;
}
