// SPDX-License-Identifier: Apache-2.0

// Where a session shows its guest, and as what: on which display, and as windows or as the whole
// desktop. A session that is there as the other ends in good order first: the guest keeps its
// programs open, and the next one finds them.

#include "hostbroker/desktop.h"
#include "hostbroker/error.h"
#include "hostbroker/session_private.h"

// What keeps the session where it is; NULL: nothing.
static const char *
holds(const BrokerSession *s)
{
    if (s->prepared || broker_exec_queue_count(s->execs) > 0)
        return "a program of it is being started";
    if (!s->quitting && (s->interrupted || broker_window_list_count(s->windows) > 0))
        return "its windows are open";
    return NULL;
}

static bool
may_move(const BrokerSession *s, const char *here, const char *there, GError **error)
{
    const char *name = s->config->name, *why = holds(s);

    if (s->expecting)
        g_set_error(error, BROKER_ERROR, BROKER_ERROR_BUSY,
                    "Guest %s cannot show a program on display %s yet: its session on display %s "
                    "is just being taken over from an earlier broker",
                    name, there, here);
    else if (why)
        g_set_error(error, BROKER_ERROR, BROKER_ERROR_FAILED,
                    "Guest %s cannot show a program on display %s: %s on display %s, and it shows "
                    "all its windows on one display; close them there, or end the guest with "
                    "`casement guest stop %s`, and try again",
                    name, there, why, here, name);
    else
        return true;
    return false;
}

// Goes to the display that a launch came from, which may have none: then it stays. FALSE with error
// set when it cannot.
static bool
settle(BrokerSession *s, const char *const *environment, GError **error)
{
    const char *here = broker_desktop_display((const char *const *)s->environment);
    const char *there = broker_desktop_display(environment);
    bool placed = s->view.process || s->expecting || broker_session_wanted(s);

    if (!there) {
        if (placed)
            return true;
        g_set_error(error, BROKER_ERROR, BROKER_ERROR_FAILED,
                    "No display to show guest %s on: DISPLAY is not set; run this in the desktop "
                    "session, or set DISPLAY",
                    s->config->name);
        return false;
    }
    bool moves = placed && here && !broker_desktop_same_display(here, there);
    if (moves && !may_move(s, here, there, error))
        return false;
    if (moves && !s->quitting)
        broker_session_quit(s);
    if (moves || (!s->view.process && !s->expecting)) {
        g_strfreev(s->environment);
        s->environment = g_strdupv((char **)environment);
    }
    return true;
}

// ---- windows or desktop

static bool
runs(const BrokerSession *s)
{
    return s->view.process || s->session.process;
}

static bool
may_enter(const BrokerSession *s, gboolean desktop, GError **error)
{
    bool waits = s->prepared || broker_exec_queue_count(s->execs) > 0;

    if (s->desktop == (desktop != FALSE) || !waits)
        return true;
    g_set_error(error, BROKER_ERROR, BROKER_ERROR_BUSY,
                desktop ? "A program of guest %s is just being started; open its desktop when that "
                          "is there"
                        : "The desktop of guest %s is just being opened; start the program when "
                          "that is there",
                s->config->name);
    return false;
}

bool
broker_session_leaves_other(BrokerSession *s)
{
    if (s->desktop == s->runs_desktop || !runs(s))
        return false;
    broker_session_quit(s);
    return true;
}

bool
broker_session_enter(BrokerSession *s, gboolean desktop, GError **error)
{
    // What waits for the same stays; the other one has ended before this is asked for.
    if (s->desktop != (desktop != FALSE) && broker_exec_queue_count(s->execs) > 0)
        return may_enter(s, desktop, error);
    s->desktop = desktop;
    if (!s->quitting && !s->expecting)
        broker_session_leaves_other(s);
    return true;
}

void
broker_session_raise_desktop(BrokerSession *s)
{
    CtlWindowId m = {.window_id = CTL_WINDOW_SCREEN};

    CTL_INIT(&m, CTL_RAISE);
    if (!s->quitting && s->view.control && broker_window_list_has(s->windows, m.window_id))
        chan_packet_send(s->view.control, &m, sizeof m, NULL, 0);
}

// Its window was closed, or the user signed out in it: that was the desktop.
void
broker_session_on_window_gone(BrokerSession *s, const CtlWindowId *m)
{
    broker_window_list_remove(s->windows, m->window_id);
    if (m->window_id == CTL_WINDOW_SCREEN)
        broker_desktop_size_gone(s->desktop_size);
    s->events->changed(s->user);
    if (!s->runs_desktop || s->quitting || broker_window_list_count(s->windows) > 0)
        return;
    g_autoptr(GError) error = g_error_new(BROKER_ERROR, BROKER_ERROR_FAILED,
                                          "The desktop of guest %s was closed", s->config->name);
    broker_exec_queue_fail(s->execs, FALSE, error);
    broker_session_quit(s);
}

gboolean
broker_session_has_desktop(const BrokerSession *s)
{
    return s->signs_in != 0;
}

gboolean
broker_session_is_desktop(const BrokerSession *s)
{
    return s->runs_desktop && (runs(s) || s->expecting);
}

gboolean
broker_session_prepare(BrokerSession *s, gboolean desktop, const char *const *environment,
                       GError **error)
{
    if (!may_enter(s, desktop, error) || !settle(s, environment, error) ||
        !broker_session_enter(s, desktop, error))
        return FALSE;
    if (!s->view.process && !s->expecting && !s->quitting && !broker_session_start_view(s, error))
        return FALSE;
    s->prepared = true;
    broker_session_advance(s);
    return TRUE;
}

void
broker_session_unprepare(BrokerSession *s)
{
    if (!s)
        return;
    s->prepared = false;
    broker_session_watch_idle(s);
}
