// SPDX-License-Identifier: Apache-2.0

// What the broker says.

#include "rdpbridge/session_private.h"

#include <freerdp/rail.h>

static void
on_setup(const CtlSetup *setup, gpointer user)
{
    BridgeSession *s = user;

    s->setup = *setup;
    s->has_setup = TRUE;
    bridge_model_set_max(s->model, setup->max_windows);
    bridge_clipboard_set_policy(s->clipboard, (setup->flags & CTL_CLIPBOARD_TO_GUEST) != 0,
                                (setup->flags & CTL_CLIPBOARD_TO_HOST) != 0);
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

    bridge_execs_add(s->execs, exec, args);
}

static void
on_view(int take_fd, gpointer user)
{
    bridge_session_take_view(user, take_fd);
}

static void
on_close_window(guint32 id, gpointer user)
{
    BridgeSession *s = user;

    if (bridge_model_window(s->model, id))
        bridge_rail_command(s->rail, id, SC_CLOSE);
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
                                                               .view = on_view,
                                                               .close_window = on_close_window,
                                                               .quit = on_quit,
                                                               .lost = on_lost};

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
    bridge_session_check_abandoned(s);
}
