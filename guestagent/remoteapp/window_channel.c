// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/window_channel.h"

#include "guestagent/remoteapp/vchannel.h"

struct RaWindowChannel {
    RaLink *link;
    RaDesktop *desktop;
    RaRail *rail;
    RaGraphics *graphics;
    RaChannel *channel; // NULL: not asked for
    bool ready;
    bool settles;   // the client's way of input is there
    bool asked;     // it asked before
    guint32 settle; // that serial
    guint64 pixels; // which stream of pixels is the client's; 0: none
    guint8 buffer[CHAN_WINDOW_MESSAGE_MAX];
};

RaWindowChannel *
ra_window_channel_new(RaLink *link, RaDesktop *desktop, RaRail *rail, RaGraphics *graphics)
{
    RaWindowChannel *c = g_new0(RaWindowChannel, 1);

    c->link = link;
    c->desktop = desktop;
    c->rail = rail;
    c->graphics = graphics;
    return c;
}

void
ra_window_channel_free(RaWindowChannel *c)
{
    if (c == NULL)
        return;
    if (c->ready)
        ra_desktop_set_hosted(c->desktop, false);
    ra_channel_free(c->channel);
    g_free(c);
}

static void
type(RaWindowChannel *c, ChanSpan untrusted_text)
{
    if (!g_utf8_validate((const char *)untrusted_text.data, (gssize)untrusted_text.size, NULL))
        return;
    g_autofree char *text = g_strndup((const char *)untrusted_text.data, untrusted_text.size);
    ra_desktop_text(c->desktop, text);
}

static void
press(RaWindowChannel *c, const ChanWindowButton *button)
{
    ra_desktop_pointer_aim(c->desktop, button->x, button->y);
    ra_desktop_button(c->desktop, button->button, button->down != 0);
}

static void
say(RaWindowChannel *c, ChanSpan message)
{
    if (message.size > 0)
        (void)ra_channel_write(c->channel, message.data, message.size);
}

// What came before has been done: that was said with it. What it asked of the X server is done
// before input is (ra_input_must_settle).
static void
settle(RaWindowChannel *c)
{
    if (!c->settles || !c->asked)
        return;
    c->asked = false;
    say(c, chan_window_ping_encode(CHAN_WINDOW_SETTLED, 0, c->settle, c->buffer, sizeof c->buffer));
    ra_link_send(c->link);
}

// What is no message of ours is passed over: the client has RAIL for what it must say.
static void
obey(RaWindowChannel *c)
{
    ChanWindowSaid said;

    for (;;) {
        g_autoptr(GBytes) bytes = ra_channel_read(c->channel);
        if (bytes == NULL)
            return;
        gsize size = 0;
        const guint8 *data = g_bytes_get_data(bytes, &size);
        bool is_one = chan_window_decode(CHAN_SPAN(data, size), &said);
        if (is_one && said.type == CHAN_WINDOW_KEEPER)
            ra_desktop_set_keeper(c->desktop, &said.keeper);
        if (is_one && said.type == CHAN_WINDOW_WORKSPACES)
            ra_desktop_set_workspaces(c->desktop, &said.workspaces);
        if (is_one && said.type == CHAN_WINDOW_PLACED)
            ra_desktop_placed(c->desktop, said.window, said.workspace);
        if (is_one && said.type == CHAN_WINDOW_PIXELS)
            c->pixels = said.token;
        if (is_one && said.type == CHAN_WINDOW_VIDEO)
            ra_graphics_set_video(c->graphics, said.video != 0);
        if (is_one && said.type == CHAN_WINDOW_KEYMAP)
            ra_desktop_expect_keymap(c->desktop, &said.keymap);
        if (is_one && said.type == CHAN_WINDOW_KEYS)
            ra_desktop_set_keys(c->desktop, &said.keys);
        if (is_one && said.type == CHAN_WINDOW_TEXT)
            type(c, said.untrusted_text);
        if (is_one && said.type == CHAN_WINDOW_PREEDIT)
            ra_desktop_preedit(c->desktop, &said.preedit);
        if (is_one && said.type == CHAN_WINDOW_TOUCH)
            ra_desktop_touch(c->desktop, &said.touch);
        if (is_one && said.type == CHAN_WINDOW_PING)
            ra_desktop_ping(c->desktop, said.window, said.serial);
        if (is_one && said.type == CHAN_WINDOW_KILL)
            ra_desktop_kill(c->desktop, said.window, said.kill != 0);
        if (is_one && said.type == CHAN_WINDOW_KEY)
            ra_desktop_key(c->desktop, said.key.code, said.key.down != 0);
        if (is_one && said.type == CHAN_WINDOW_BUTTON)
            press(c, &said.button);
        if (is_one && said.type == CHAN_WINDOW_PACE) {
            ra_desktop_set_pace(c->desktop, said.window, &said.pace);
            ra_graphics_pace(c->graphics, said.window, &said.pace);
        }
        if (is_one && said.type == CHAN_WINDOW_SETTLE) {
            c->asked = true;
            c->settle = said.serial;
            settle(c);
        }
        if (is_one && said.type == CHAN_WINDOW_MOTION)
            ra_desktop_pointer_shift(c->desktop, &said.motion);
        if (!is_one || said.type != CHAN_WINDOW_HOST)
            continue;
        RaRect rect = {said.host.x, said.host.y, (int)said.host.width, (int)said.host.height};
        ra_rail_moved(c->rail, said.window, &rect);
        ra_desktop_set_host(c->desktop, said.window, &said.host);
    }
}

bool
ra_window_channel_receive(RaWindowChannel *c, bool client_is_ours)
{
    if (c->channel == NULL && client_is_ours && ra_channel_dynamic_ready(c->link)) {
        c->channel = ra_channel_open_dynamic(c->link, CHAN_WINDOW_CHANNEL);
        ra_link_send(c->link);
    }
    if (c->channel == NULL || !ra_channel_ready(c->channel))
        return false;
    bool first = !c->ready;
    c->ready = true;
    if (first)
        ra_desktop_set_hosted(c->desktop, true);
    obey(c);
    return first;
}

void
ra_window_channel_props(RaWindowChannel *c, const RaWindow *window)
{
    if (c->ready)
        say(c, chan_window_props_encode(window->id, &window->props, c->buffer, sizeof c->buffer));
}

void
ra_window_channel_names(RaWindowChannel *c, const RaWindow *window)
{
    guint8 packed[CHAN_WINDOW_NAMES_BYTES_MAX];
    ChanWindowNames names = {0};

    if (!c->ready)
        return;
    for (guint i = 0; i < CHAN_NAMES; i++)
        if (window->names[i])
            chan_window_names_add(&names, (ChanWindowName)i, CHAN_SPAN_TEXT(window->names[i]));
    ChanSpan bytes = chan_window_names_pack(&names, packed, sizeof packed);
    say(c, chan_window_names_encode(window->id, bytes, c->buffer, sizeof c->buffer));
}

void
ra_window_channel_monitors(RaWindowChannel *c, const RaWindow *window)
{
    if (c->ready && window->has_monitors)
        say(c, chan_window_monitors_encode(window->id, &window->monitors, c->buffer,
                                           sizeof c->buffer));
}

void
ra_window_channel_group(RaWindowChannel *c, const RaWindow *window)
{
    if (c->ready)
        say(c, chan_window_group_encode(window->id, &window->group, c->buffer, sizeof c->buffer));
}

void
ra_window_channel_workspace(RaWindowChannel *c, const RaWindow *window)
{
    if (c->ready && window->asks_workspace)
        say(c, chan_window_workspace_encode(CHAN_WINDOW_WORKSPACE, window->id, window->workspace,
                                            c->buffer, sizeof c->buffer));
}

void
ra_window_channel_icons(RaWindowChannel *c, const RaWindow *window)
{
    if (!c->ready)
        return;
    if (window->n_icons == 0) {
        ChanWindowIcon none = {0};
        say(c, chan_window_icon_encode(window->id, &none, c->buffer, sizeof c->buffer));
    }
    for (guint i = 0; i < window->n_icons; i++) {
        const RaIcon *icon = &window->icons[i];
        // 0xAARRGGBB in the machine's order is BGRA on every machine this is built for.
        G_STATIC_ASSERT(G_BYTE_ORDER == G_LITTLE_ENDIAN);
        ChanWindowIcon m = {
            .index = (guint8)i,
            .count = (guint8)window->n_icons,
            .width = (guint16)icon->width,
            .height = (guint16)icon->height,
            .pixels = CHAN_SPAN(icon->argb, (gsize)icon->width * (gsize)icon->height * 4)};
        say(c, chan_window_icon_encode(window->id, &m, c->buffer, sizeof c->buffer));
    }
}

void
ra_window_channel_shapes(RaWindowChannel *c, const RaWindow *window)
{
    for (guint i = 0; c->ready && i < G_N_ELEMENTS(window->shapes); i++) {
        ChanWindowShape whole = {.which = (guint8)i};
        const ChanWindowShape *shape = window->shapes[i] ? window->shapes[i] : &whole;
        say(c, chan_window_shape_encode(window->id, shape, c->buffer, sizeof c->buffer));
    }
}

void
ra_window_channel_caret(RaWindowChannel *c, guint32 window, const ChanWindowCaret *caret)
{
    if (!c->ready)
        return;
    say(c, chan_window_caret_encode(window, caret, c->buffer, sizeof c->buffer));
    ra_link_send(c->link);
}

void
ra_window_channel_menu(RaWindowChannel *c, guint32 window, ChanSpan menu)
{
    if (c->ready)
        say(c, chan_window_menu_encode(window, menu, c->buffer, sizeof c->buffer));
}

void
ra_window_channel_lock(RaWindowChannel *c, guint32 window, bool wanted)
{
    if (!c->ready)
        return;
    say(c, chan_window_lock_encode(window, wanted, c->buffer, sizeof c->buffer));
    ra_link_send(c->link);
}

void
ra_window_channel_pong(RaWindowChannel *c, guint32 window, guint32 serial)
{
    if (!c->ready)
        return;
    say(c, chan_window_ping_encode(CHAN_WINDOW_PONG, window, serial, c->buffer, sizeof c->buffer));
    ra_link_send(c->link);
}

void
ra_window_channel_save(RaWindowChannel *c, guint32 serial)
{
    if (!c->ready)
        return;
    say(c, chan_window_save_encode(serial, c->buffer, sizeof c->buffer));
    ra_link_send(c->link);
}

void
ra_window_channel_settle(RaWindowChannel *c)
{
    c->settles = true;
    settle(c);
}

bool
ra_window_channel_ready(const RaWindowChannel *c)
{
    return c->ready;
}

guint64
ra_window_channel_pixels(const RaWindowChannel *c)
{
    return c->pixels;
}
