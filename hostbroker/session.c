// SPDX-License-Identifier: Apache-2.0
#include "hostbroker/session_private.h"

#include "channel/glib/timer.h"
#include "channel/utf8.h"
#include "hostbroker/control_setup.h"
#include "hostbroker/desktop.h"
#include "hostbroker/error.h"
#include "hostbroker/session_programs.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#define QUIT_MS 3000       // for an end in good order
#define COME_BACK_MS 30000 // for interrupted windows
#define OPENS_US 10000000  // for the first window of a program that was started

static bool
in_use(const BrokerSession *s)
{
    return s->interrupted || s->prepared || broker_exec_queue_count(s->execs) > 0 ||
           broker_session_shows(s) || broker_session_records(s);
}

// What view and session are there, or to be started, for.
bool
broker_session_wanted(const BrokerSession *s)
{
    return in_use(s) || s->renewing;
}

static void
member_clear(BrokerMember *m)
{
    g_clear_pointer(&m->process, broker_process_free);
    g_clear_pointer(&m->control, chan_packet_socket_free);
    m->ready = false;
}

static void
fail_all(BrokerSession *s, const char *text)
{
    g_autoptr(GError) error = g_error_new_literal(BROKER_ERROR, BROKER_ERROR_FAILED, text);

    broker_exec_queue_fail(s->execs, FALSE, error);
}

// ---- ending

static void
finish_quit(BrokerSession *s)
{
    if (s->view.process || s->session.process)
        return;
    s->quitting = false;
    s->view.backoff = s->session.backoff = (BrokerBackoff){0};
    chan_timer_clear(&s->deadline);
    if (s->spare_fd >= 0)
        close(s->spare_fd);
    s->spare_fd = -1;
    broker_session_forget_shown(s);
    s->events->changed(s->user);
    broker_session_advance(s);
}

static gboolean
on_quit_deadline(gpointer user)
{
    BrokerSession *s = user;

    chan_timer_clear(&s->deadline);
    broker_process_signal(s->view.process, SIGKILL);
    broker_process_signal(s->session.process, SIGKILL);
    return G_SOURCE_REMOVE;
}

void
broker_session_quit(BrokerSession *s)
{
    CtlPlain m = {CTL_QUIT, sizeof m};

    s->quitting = true;
    s->interrupted = s->prepared = s->renewing = false;
    broker_sign_in_cancel(s->sign_in);
    broker_exec_queue_hold(s->execs, FALSE);
    g_clear_pointer(&s->refused, g_free);
    g_clear_pointer(&s->credentials, broker_credentials_free);
    chan_timer_clear(&s->restart);
    chan_timer_clear(&s->idle);
    chan_timer_clear(&s->come_back);
    chan_timer_clear(&s->deadline);
    chan_timer_clear(&s->away);
    chan_timer_clear(&s->gone);
    if (s->session.control)
        chan_packet_send(s->session.control, &m, sizeof m, NULL, 0);
    if (s->view.control)
        chan_packet_send(s->view.control, &m, sizeof m, NULL, 0);
    s->deadline = chan_timer_new(s->host->context, QUIT_MS, on_quit_deadline, s);
    finish_quit(s);
}

static gboolean
on_idle(gpointer user)
{
    BrokerSession *s = user;

    chan_timer_clear(&s->idle);
    g_debug("guest %s: session unused, ends", s->config->name);
    broker_session_quit(s);
    return G_SOURCE_REMOVE;
}

// How long yet windows are awaited that are to come.
static gint64
awaits_us(const BrokerSession *s)
{
    gint64 left_us = s->started_us + OPENS_US - g_get_monotonic_time();

    return s->started_us == 0 ? 0 : MAX(left_us, 0);
}

// Windows that are to come have their time, also where nothing unused is kept.
static guint
idle_ms(const BrokerSession *s)
{
    return (guint)MAX(s->config->idle_timeout_s * 1000, (awaits_us(s) + 999) / 1000);
}

void
broker_session_watch_idle(BrokerSession *s)
{
    bool running = s->view.process || s->session.process;

    if (!running || s->quitting || in_use(s) || s->config->idle_timeout_s < 0)
        chan_timer_clear(&s->idle);
    else if (!s->idle)
        s->idle = chan_timer_new(s->host->context, idle_ms(s), on_idle, s);
}

// ---- crashes

static void
tell(BrokerSession *s, char *take_text)
{
    s->events->tell(take_text, s->user);
    g_free(take_text);
}

static void
give_up(BrokerSession *s, const char *what)
{
    g_autofree char *text = g_strdup_printf(
        "Windows of %s could not be shown: %s. The programs run on; start one of them again to try "
        "once more",
        s->config->label, what);
    bool told = s->prepared || broker_exec_queue_count(s->execs) > 0;
    bool shown = broker_window_list_count(s->windows) > 0;

    fail_all(s, text);
    // Who waits for a launch has the text from there, or will have it when it comes to its program.
    if (s->interrupted || (shown && !told))
        s->events->tell(text, s->user);
    broker_session_quit(s);
}

// With what the session, or the guest about its RemoteApp server, said last.
static void
give_up_session(BrokerSession *s, const char *what)
{
    g_autofree char *all = s->reason ? g_strdup_printf("%s: %s", what, s->reason) : g_strdup(what);

    give_up(s, all);
}

static gboolean
on_restart(gpointer user)
{
    BrokerSession *s = user;

    chan_timer_clear(&s->restart);
    broker_session_advance(s);
    return G_SOURCE_REMOVE;
}

static gboolean
on_not_back(gpointer user)
{
    BrokerSession *s = user;

    chan_timer_clear(&s->come_back);
    if (broker_exec_queue_count(s->execs) > 0) {
        // A guest that was reset may take longer; the launch that waits for it has its own limit.
        s->interrupted = false;
        tell(s, g_strdup_printf("The windows of %s did not come back", s->config->label));
        return G_SOURCE_REMOVE;
    }
    give_up_session(s, "they did not come back");
    return G_SOURCE_REMOVE;
}

// A process ended by itself. What is still wanted is started again, at first at once.
static void
crashed(BrokerSession *s, BrokerMember *m, const char *program)
{
    bool had_windows = broker_session_shows(s);

    if (m == &s->session) {
        // Somebody looks for the window of the last launch, or those that were said to be back,
        // told of or not.
        had_windows |= awaits_us(s) > 0;
        g_autoptr(GError) error = g_error_new(
            BROKER_ERROR, BROKER_ERROR_FAILED,
            "The session of guest %s was interrupted while the program started; see whether it is "
            "there, else try again",
            s->config->name);
        broker_exec_queue_fail(s->execs, TRUE, error);
        broker_session_forget_shown(s);
    }
    s->interrupted |= had_windows;
    // A window is told of a moment after it is on the screen.
    s->renewing = m == &s->view && s->session.process;
    if (!broker_session_wanted(s)) {
        broker_session_quit(s);
        return;
    }
    int delay_ms = broker_backoff_crashed(&m->backoff, g_get_monotonic_time());
    if (delay_ms < 0) {
        give_up_session(s, program);
        return;
    }
    if (s->interrupted && !s->come_back) {
        s->come_back = chan_timer_new(s->host->context, COME_BACK_MS, on_not_back, s);
        s->told_gone = false;
        chan_timer_clear(&s->idle);
        broker_session_watch_windows(s);
    }
    chan_timer_clear(&s->restart);
    s->restart = chan_timer_new(s->host->context, (guint)delay_ms, on_restart, s);
    s->events->changed(s->user);
}

static void
check_back(BrokerSession *s)
{
    if (!s->interrupted || !s->view.ready || !s->session.ready)
        return;
    s->interrupted = false;
    if (!broker_session_shows(s))
        s->started_us = g_get_monotonic_time();
    chan_timer_clear(&s->come_back);
    chan_timer_clear(&s->gone);
    tell(s, g_strdup_printf("Windows of %s were interrupted and are back", s->config->label));
}

void
broker_session_on_view_ended(BrokerProcess *process, int status, gpointer user)
{
    BrokerSession *s = user;
    bool was_ready = s->view.ready;
    g_autofree char *how = broker_process_describe(status);

    member_clear(&s->view);
    broker_session_on_recording(s, FALSE);
    if (s->quitting) {
        finish_quit(s);
        return;
    }
    g_message("guest %s: casement-view %s", s->config->name, how);
    if (was_ready || status < 0) {
        crashed(s, &s->view, "casement-view ended again and again");
        return;
    }
    const char *display = g_environ_getenv(s->environment, "DISPLAY");
    g_autofree char *what =
        g_strdup_printf("casement-view %s before it had opened the display (DISPLAY=%s)", how,
                        display ? display : "");
    give_up(s, what);
}

void
broker_session_on_session_ended(BrokerProcess *process, int status, gpointer user)
{
    BrokerSession *s = user;
    g_autofree char *how = broker_process_describe(status);

    member_clear(&s->session);
    if (s->quitting) {
        finish_quit(s);
        return;
    }
    if (s->refused) {
        broker_session_end_refused(s);
        return;
    }
    g_message("guest %s: casement-session %s%s%s", s->config->name, how, s->reason ? ": " : "",
              s->reason ? s->reason : "");
    broker_session_crashed(s);
}

void
broker_session_crashed(BrokerSession *s)
{
    crashed(s, &s->session, "casement-session ended again and again");
}

// ---- control pipes

static void
on_notice(BrokerSession *s, const CtlNotice *m)
{
    char text[CTL_TEXT_MAX];

    chan_utf8_clean(CHAN_SPAN_TEXT(m->text), text, sizeof text);
    if (m->fatal) {
        g_free(s->reason);
        s->reason = g_strdup(text);
    } else {
        tell(s, g_strdup_printf("%s: %s", s->config->label, text));
    }
}

static void
on_ready(BrokerSession *s, BrokerMember *m)
{
    if (m->ready)
        return;
    m->ready = true;
    if (m == &s->view)
        s->renewing = false;
    if (m == &s->session) {
        s->figures.ready_us = g_get_monotonic_time();
        g_clear_pointer(&s->reason, g_free);
        broker_sign_in_accepted(s->sign_in);
        broker_exec_queue_hold(s->execs, FALSE);
    }
    check_back(s);
    s->events->changed(s->user);
    broker_session_advance(s);
}

static void
session_message(BrokerSession *s, ChanSpan packet)
{
    const void *m = packet.data;

    switch (ctl_type(packet)) {
    case CTL_READY:
        on_ready(s, &s->session);
        break;
    case CTL_EXEC_RESULT:
        if (((const CtlExecResult *)m)->code == CTL_EXEC_OK)
            s->started_us = g_get_monotonic_time();
        broker_exec_queue_result(s->execs, m);
        break;
    case CTL_WINDOW:
        // One that tells of windows is ready, also when a former broker heard it say so.
        on_ready(s, &s->session);
        broker_session_on_window(s, m);
        break;
    case CTL_WINDOW_GONE:
        broker_session_on_window_gone(s, m);
        break;
    case CTL_TRAY:
    case CTL_TRAY_GONE:
    case CTL_TRAY_BALLOON:
    case CTL_TRAY_MENU:
        broker_session_on_tray(s, packet);
        break;
    case CTL_NOTICE:
        on_notice(s, m);
        break;
    case CTL_SIGN_IN_FAILED:
        broker_session_on_sign_in_failed(s, m);
        break;
    default:
        g_warning("guest %s: casement-session sent a message of type %u and is ended",
                  s->config->name, ctl_type(packet));
        broker_process_signal(s->session.process, SIGKILL);
    }
}

static void
view_message(BrokerSession *s, ChanSpan packet)
{
    const CtlViewStatus *m = (const void *)packet.data;

    switch (ctl_type(packet)) {
    case CTL_VIEW_READY:
        on_ready(s, &s->view);
        break;
    case CTL_VIEW_STATUS:
        s->figures.pixels_received = m->pixels_received;
        s->figures.pixels_painted = m->pixels_painted;
        s->figures.pixels_shared = m->pixels_shared;
        s->figures.pixels_streamed = m->pixels_streamed;
        s->figures.keys_measured = m->keys_measured;
        s->figures.key_to_pixel_p50_us = m->key_to_pixel_p50_us;
        s->figures.key_to_pixel_p99_us = m->key_to_pixel_p99_us;
        s->figures.frames = m->frames;
        s->figures.sound_underruns = m->sound_underruns;
        s->figures.places_told = m->places_told;
        s->figures.states_told = m->states_told;
        s->figures.places_asked = m->places_asked;
        s->figures.states_asked = m->states_asked;
        // Sound and pixels are use too.
        chan_timer_clear(&s->idle);
        break;
    case CTL_RECORDING:
        broker_session_on_recording(s, ((const CtlRecording *)m)->on == 1);
        break;
    default:
        g_warning("guest %s: casement-view sent a message of type %u and is ended", s->config->name,
                  ctl_type(packet));
        broker_process_signal(s->view.process, SIGKILL);
    }
}

static void
on_packet(ChanPacketSocket *socket, ChanSpan untrusted_packet, const int *take_fds, guint n_fds,
          gpointer user)
{
    BrokerSession *s = user;
    BrokerMember *m = socket == s->view.control ? &s->view : &s->session;

    for (guint i = 0; i < n_fds; i++)
        close(take_fds[i]);
    if (untrusted_packet.size == 0 || !ctl_check(untrusted_packet)) {
        // Whoever closed its pipe or broke the rules is at its end; one that is not is put to it.
        g_clear_pointer(&m->control, chan_packet_socket_free);
        broker_process_signal(m->process, SIGKILL);
        return;
    }
    if (m == &s->view)
        view_message(s, untrusted_packet);
    else
        session_message(s, untrusted_packet);
    broker_session_watch_idle(s);
}

static void
send_setup(BrokerSession *s, BrokerMember *m)
{
    broker_control_send_setup(m->control, s->config,
                              s->signs_in | (s->runs_desktop ? CTL_DESKTOP : 0), s->desktop_size);
}

void
broker_session_policy_changed(BrokerSession *s)
{
    BrokerMember *members[] = {&s->session, &s->view};

    for (gsize i = 0; i < G_N_ELEMENTS(members); i++)
        if (members[i]->control)
            send_setup(s, members[i]);
}

void
broker_session_attach(BrokerSession *s, BrokerMember *m, int take_fd)
{
    m->control = chan_packet_socket_new(s->host->context, take_fd, CTL_PACKET_MAX, on_packet, s);
    send_setup(s, m);
    s->table_target = m->control;
    s->events->send_table(s, s->user);
    s->table_target = NULL;
}

void
broker_session_app(BrokerSession *s, const char *guest, const BrokerApp *app)
{
    ChanPacketSocket *targets[] = {s->session.control, s->view.control};

    for (gsize i = 0; i < G_N_ELEMENTS(targets); i++)
        if (targets[i] && (!s->table_target || s->table_target == targets[i]))
            broker_control_send_app(targets[i], guest, app);
}

// ---- starting

// Tells a process of its new partner, whose end of the view protocol fd is; closes it.
static void
introduce(BrokerMember *m, CtlType type, int take_fd)
{
    CtlPlain message = {type, sizeof message};

    if (m->control)
        chan_packet_send(m->control, &message, sizeof message, &take_fd, 1);
    close(take_fd);
}

bool
broker_session_start_view(BrokerSession *s, GError **error)
{
    BrokerProgramOwner owner = {s->host, s->config, broker_session_on_view_ended, s};
    int pair[2], control = -1;

    if (!s->session.process)
        s->runs_desktop = s->desktop;
    if (!chan_packet_pair(pair, error))
        return false;
    s->view.process =
        broker_view_spawn(&owner, pair[1], (const char *const *)s->environment, &control, error);
    close(pair[1]);
    if (!s->view.process) {
        close(pair[0]);
        return false;
    }
    broker_session_attach(s, &s->view, control);
    broker_desktop_keep(s->host, s->config->name, s->environment);
    if (s->session.process) {
        introduce(&s->session, CTL_VIEW, pair[0]);
    } else {
        if (s->spare_fd >= 0)
            close(s->spare_fd);
        s->spare_fd = pair[0];
    }
    s->events->changed(s->user);
    return true;
}

void
broker_session_fail(BrokerSession *s, const GError *error)
{
    bool told = s->prepared || broker_exec_queue_count(s->execs) > 0;

    broker_exec_queue_fail(s->execs, FALSE, error);
    if (s->interrupted || !told)
        s->events->tell(error->message, s->user);
    broker_session_quit(s);
}

static bool
start_session(BrokerSession *s, GError **error)
{
    BrokerProgramOwner owner = {s->host, s->config, broker_session_on_session_ended, s};
    int pair[2], control = -1;
    int rdp_fd = s->events->open_stream(s->user, error);

    if (rdp_fd < 0)
        return false;
    if (s->spare_fd < 0) {
        if (!chan_packet_pair(pair, error)) {
            close(rdp_fd);
            return false;
        }
        s->spare_fd = pair[0];
        introduce(&s->view, CTL_SESSION, pair[1]);
    }
    s->session.process = broker_session_spawn(&owner, rdp_fd, s->spare_fd, &control, error);
    close(rdp_fd);
    close(s->spare_fd);
    s->spare_fd = -1;
    if (!s->session.process)
        return false;
    s->served_throughout = true;
    s->figures.session_us = g_get_monotonic_time();
    broker_session_attach(s, &s->session, control);
    broker_session_give_pixels(s);
    broker_session_send_credentials(s);
    s->events->changed(s->user);
    return true;
}

// A guest that was reset is known by its closed streams first, and up again with its next hello;
// then it says anew that its RemoteApp server is there.
static bool
await_service(BrokerSession *s, const GError *error)
{
    if (!g_error_matches(error, G_IO_ERROR, G_IO_ERROR_NOT_CONNECTED))
        return false;
    s->service = false;
    return true;
}

static void
fail_for_service(BrokerSession *s)
{
    g_autoptr(GError) error = broker_session_failing_error(s);

    broker_exec_queue_fail(s->execs, FALSE, error);
}

void
broker_session_advance(BrokerSession *s)
{
    g_autoptr(GError) error = NULL;

    if (s->quitting || s->expecting || s->restart)
        return;
    if (broker_session_leaves_other(s))
        return;
    if (s->failing && !s->session.process && broker_exec_queue_count(s->execs) > 0)
        fail_for_service(s);
    if (broker_session_wanted(s)) {
        if (!s->view.process && !broker_session_start_view(s, &error)) {
            give_up(s, error->message);
            return;
        }
        if (!s->session.process && s->service && !broker_session_lacks_credentials(s) &&
            !start_session(s, &error) && !await_service(s, error)) {
            give_up(s, error->message);
            return;
        }
        if (s->session.ready && s->session.control)
            broker_exec_queue_send(s->execs, s->session.control);
    }
    broker_session_watch_idle(s);
}

static void
tell_startup(BrokerSession *s, const char *startup_id, guint32 app_index, bool over)
{
    CtlStartup startup = {.app_index = app_index, .over = over};

    CTL_INIT(&startup, CTL_STARTUP);
    CTL_SET_TEXT(startup.startup_id, startup_id);
    if ((*startup_id || !over) && s->view.control)
        chan_packet_send(s->view.control, &startup, sizeof startup, NULL, 0);
}

void
broker_session_startup_over(BrokerSession *s, const char *startup_id)
{
    tell_startup(s, startup_id, CTL_APP_NONE, true);
}

gboolean
broker_session_exec(BrokerSession *s, const BrokerExec *exec, BrokerExecDone done, gpointer user,
                    GError **error)
{
    if (s->failing && !s->session.process) {
        g_propagate_error(error, broker_session_failing_error(s));
        return FALSE;
    }
    if (!broker_session_enter(s, exec->kind == CTL_EXEC_DESKTOP, error))
        return FALSE;
    if (!broker_exec_queue_push(s->execs, exec, done, user, error))
        return FALSE;
    s->prepared = false;
    broker_session_watch_launch(s);
    broker_session_advance(s);
    if (exec->kind == CTL_EXEC_DESKTOP)
        broker_session_raise_desktop(s);
    tell_startup(s, exec->startup_id, exec->app_index, false);
    return TRUE;
}

void
broker_session_program_ended(BrokerSession *s, guint32 pid, int status, const char *output)
{
    broker_exec_queue_ended(s->execs, pid, status, output);
}

void
broker_session_service(BrokerSession *s, gboolean available, const char *reason)
{
    s->service = available;
    s->failing = false;
    broker_session_watch_service(s, available, reason);
    if (!available && reason && *reason) {
        g_free(s->reason);
        s->reason = g_strdup(reason);
    }
    broker_session_advance(s);
}

void
broker_session_service_failing(BrokerSession *s)
{
    s->failing = !s->service;
    broker_session_advance(s);
}

void
broker_session_stop(BrokerSession *s, const GError *error)
{
    s->service = false;
    broker_exec_queue_fail(s->execs, FALSE, error);
    if (s->expecting)
        broker_session_expect_no_more(s);
    if (!s->quitting)
        broker_session_quit(s);
}

// ---- life and looks

static void
on_execs_changed(gpointer user)
{
    broker_session_watch_idle(user);
}

static void
on_exec_failed_late(const char *text, gpointer user)
{
    BrokerSession *s = user;

    s->events->tell(text, s->user);
}

static const BrokerExecQueueEvents exec_events = {on_execs_changed, on_exec_failed_late};

BrokerSession *
broker_session_new(const BrokerHost *host, const BrokerConfig *config, BrokerSignIn *sign_in,
                   const BrokerSessionEvents *events, gpointer user)
{
    BrokerSession *s = g_new0(BrokerSession, 1);

    s->host = host;
    s->config = config;
    s->sign_in = sign_in;
    s->events = events;
    s->user = user;
    s->spare_fd = -1;
    s->windows = broker_window_list_new();
    s->desktop_size = broker_desktop_size_new(host, config->name);
    s->execs = broker_exec_queue_new(host, &exec_events, s);
    return s;
}

void
broker_session_free(BrokerSession *s)
{
    if (!s)
        return;
    // Told to quit a moment ago, and nobody will see whether they did.
    if (s->quitting) {
        broker_process_signal(s->view.process, SIGKILL);
        broker_process_signal(s->session.process, SIGKILL);
    }
    chan_timer_clear(&s->restart);
    chan_timer_clear(&s->idle);
    chan_timer_clear(&s->deadline);
    chan_timer_clear(&s->come_back);
    chan_timer_clear(&s->away);
    chan_timer_clear(&s->gone);
    broker_sign_in_cancel(s->sign_in);
    broker_credentials_free(s->credentials);
    broker_exec_queue_free(s->execs);
    member_clear(&s->view);
    member_clear(&s->session);
    if (s->spare_fd >= 0)
        close(s->spare_fd);
    broker_window_list_free(s->windows);
    broker_desktop_size_free(s->desktop_size);
    broker_tray_free(s->tray);
    broker_microphone_free(s->microphone);
    g_strfreev(s->environment);
    g_free(s->reason);
    g_free(s->away_why);
    g_free(s->refused);
    g_free(s);
}

void
broker_session_set_config(BrokerSession *s, const BrokerConfig *config)
{
    s->config = config;
}

const char *
broker_session_state(const BrokerSession *s)
{
    if (s->session.ready && s->view.ready && !s->quitting)
        return "up";
    return s->view.process || s->session.process || s->expecting ? "starting" : "none";
}

const BrokerWindowList *
broker_session_windows(const BrokerSession *s)
{
    return s->windows;
}

void
broker_session_identify(const BrokerSession *s, BrokerState *state)
{
    const BrokerMember *members[] = {&s->session, &s->view};
    BrokerIdentity *slots[] = {&state->session, &state->view};

    state->desktop = broker_session_is_desktop(s);
    for (gsize i = 0; i < G_N_ELEMENTS(members); i++) {
        *slots[i] = s->expecting ? members[i]->expected : (BrokerIdentity){0};
        if (members[i]->process)
            *slots[i] = (BrokerIdentity){broker_process_pid(members[i]->process),
                                         broker_process_start_time(members[i]->process)};
    }
}

const BrokerSessionFigures *
broker_session_figures(const BrokerSession *s)
{
    return &s->figures;
}
