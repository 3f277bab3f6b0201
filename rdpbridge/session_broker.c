// SPDX-License-Identifier: Apache-2.0

// What the broker says.

#include "rdpbridge/microphone_channel.h"
#include "rdpbridge/session_private.h"

static void
on_setup(const CtlSetup *setup, gpointer user)
{
    BridgeSession *s = user;

    if (!s->has_setup)
        s->as_desktop = (setup->flags & CTL_DESKTOP) != 0;
    s->setup = *setup;
    s->has_setup = TRUE;
    bridge_model_set_max(s->model, setup->max_windows);
    bridge_model_set_host_frames(s->model, (setup->flags & CTL_HOST_FRAMES) != 0);
    bridge_clipboard_set_policy(s->clipboard, (setup->flags & CTL_CLIPBOARD_TO_GUEST) != 0,
                                (setup->flags & CTL_CLIPBOARD_TO_HOST) != 0);
    bridge_microphone_channel_allow((setup->flags & CTL_MICROPHONE) != 0);
    bridge_session_consider_connecting(s);
}

static void
on_credentials(const CtlCredentials *credentials, gpointer user)
{
    BridgeSession *s = user;

    s->credentials = *credentials;
    s->has_credentials = TRUE;
    bridge_session_consider_connecting(s);
}

static void
on_certificates(const CtlCertificates *certificates, gpointer user)
{
    BridgeSession *s = user;

    s->certificates = *certificates;
}

static void
on_app(const CtlApp *app, gpointer user)
{
    BridgeSession *s = user;

    bridge_apps_set(s->apps, app);
}

static void
on_exec(const CtlExec *exec, ChanSpan args, gpointer user)
{
    BridgeSession *s = user;

    if (s->as_desktop || exec->kind == CTL_EXEC_DESKTOP) {
        bridge_session_desktop_exec(s, exec);
        return;
    }
    if (exec->kind == CTL_EXEC_APP)
        bridge_apps_started(s->apps, exec->program);
    bool windows = (s->setup.flags & CTL_SIGN_IN) != 0;
    bridge_execs_add(s->execs, exec, args,
                     windows ? BRIDGE_EXECLINE_WINDOWS : BRIDGE_EXECLINE_OURS);
}

static void
on_pixels(int take_fd, gpointer user)
{
    bridge_session_pixels_take_stream(user, take_fd);
}

static void
on_view(int take_fd, gpointer user)
{
    bridge_session_take_view(user, take_fd);
}

static void
on_close_window(guint32 id, gpointer user)
{
    bridge_session_close_window(user, id);
}

static void
on_tray_event(const CtlTrayEvent *event, gpointer user)
{
    bridge_tray_event(((BridgeSession *)user)->tray, event);
}

static void
on_quit(gpointer user)
{
    bridge_session_end(user, BRIDGE_EXIT_QUIT, NULL);
}

static void
on_lost(gpointer user)
{
    bridge_session_check_abandoned(user);
}

const BridgeControlHandlers bridge_session_control_handlers = {.setup = on_setup,
                                                               .credentials = on_credentials,
                                                               .certificates = on_certificates,
                                                               .app = on_app,
                                                               .exec = on_exec,
                                                               .pixels = on_pixels,
                                                               .view = on_view,
                                                               .close_window = on_close_window,
                                                               .tray_event = on_tray_event,
                                                               .quit = on_quit,
                                                               .lost = on_lost};

// The tray.

static void
tray_tell(gconstpointer message, gsize size, gpointer user)
{
    bridge_control_send(((BridgeSession *)user)->control, message, size);
}

static gsize
tray_queued(gpointer user)
{
    return bridge_control_queued(((BridgeSession *)user)->control);
}

// Its window need not be one of the model's: most have a hidden one for it.
static void
tray_ask_app(guint32 window, gpointer user)
{
    bridge_rail_ask_app(((BridgeSession *)user)->rail, window);
}

static void
tray_notify(guint32 window, guint32 icon, guint32 message, gpointer user)
{
    bridge_rail_notify(((BridgeSession *)user)->rail, window, icon, message);
}

static void
tray_point(gint32 x, gint32 y, gpointer user)
{
    ViewPointer move = {.kind = VIEW_POINTER_MOVE, .root_x = x, .root_y = y};

    bridge_input_pointer(((BridgeSession *)user)->input, &move, FALSE);
}

const BridgeTrayOut bridge_session_tray_out = {.tell = tray_tell,
                                               .queued = tray_queued,
                                               .ask_app = tray_ask_app,
                                               .notify = tray_notify,
                                               .point = tray_point};

void
bridge_session_take_control(BridgeSession *s, int take_fd)
{
    CtlPlain ready = {CTL_READY, sizeof ready};
    BridgeWindow *w;

    bridge_control_attach(s->control, take_fd);
    if (s->ready)
        bridge_control_send(s->control, &ready, sizeof ready);
    for (guint i = 0; (w = bridge_model_nth(s->model, i)); i++)
        bridge_session_mark(s, w->id);
    bridge_tray_tell_all(s->tray);
    bridge_session_check_abandoned(s);
}
