// SPDX-License-Identifier: Apache-2.0
#include "hostbroker/guest_private.h"

#include "channel/glib/timer.h"
#include "channel/tile_stream.h"
#include "hostbroker/error.h"
#include "hostbroker/guest_message.h"
#include "hostbroker/notification_file.h"

#include <gio/gio.h>
#include <stdbool.h>
#include <string.h>

#define RETRY_MS 250       // between tries of a first pipe
#define AUTOSTART_MS 30000 // between tries of a guest that should always be there

// ---- waiters

static void
answer(BrokerGuest *g, BrokerWaitFor what, const GError *error)
{
    broker_waiters_answer(g->waiters, what, g, error);
}

// Somebody wanted it while it ended.
void
broker_guest_start_again(BrokerGuest *g)
{
    if (!g->again || g->ending || (g->state != GUEST_OFF && g->state != GUEST_FAILED))
        return;
    g->again = false;
    broker_guest_start(g, NULL, NULL);
}

static gboolean
on_answers(gpointer user)
{
    BrokerGuest *g = user;

    chan_timer_clear(&g->answers);
    g->answering = true;
    if (g->state == GUEST_UP) {
        answer(g, BROKER_WAIT_START, NULL);
    } else if (g->state == GUEST_FAILED) {
        if (!g->again)
            answer(g, BROKER_WAIT_START, g->error);
        answer(g, BROKER_WAIT_STOP, NULL);
    } else if (g->state == GUEST_OFF) {
        answer(g, BROKER_WAIT_STOP, NULL);
    }
    g->answering = false;
    if (g->gone)
        broker_guest_free(g);
    else
        broker_guest_start_again(g);
    return G_SOURCE_REMOVE;
}

static void
answer_soon(BrokerGuest *g)
{
    if (!g->answers)
        g->answers = chan_timer_new(g->host->context, 0, on_answers, g);
}

// ---- errors

void
broker_guest_set_error(BrokerGuest *g, int code, char *take_text)
{
    g_clear_error(&g->error);
    g->told = false;
    g->error = g_error_new_literal(BROKER_ERROR, code, take_text);
    g_free(take_text);
}

// Once for each cause: a guest that fails the same way again and again, with nobody asking for it,
// fills no log.
static void
log_error(BrokerGuest *g)
{
    if (g_strcmp0(g->last_logged, g->error->message) == 0)
        return;
    g_free(g->last_logged);
    g->last_logged = g_strdup(g->error->message);
    g_message("guest %s: %s", g->name, g->error->message);
}

// ---- what outlives the broker

static char *
state_path(const BrokerGuest *g)
{
    return broker_host_guest_run(g->host, g->name, "state");
}

void
broker_guest_save_state(BrokerGuest *g)
{
    BrokerState state = {0};
    g_autofree char *path = state_path(g);
    g_autofree char *dir = g_path_get_dirname(path);
    g_autoptr(GError) error = NULL;

    if (g->link)
        state.guest = g->link->identity;
    if (g->session)
        broker_session_identify(g->session, &state);
    if (broker_state_equal(&state, &g->saved))
        return;
    g->saved = state;
    if (!broker_private_dir(dir, &error) || !broker_state_write(path, &state, &error))
        g_warning("guest %s: who runs for it cannot be written down: %s", g->name, error->message);
}

// ---- ways to the guest

static void
open_link(BrokerGuest *g, bool first)
{
    g_autoptr(GError) error = NULL;

    if (first ? g->link->kind->start(g->link, &error) : g->link->kind->reopen(g->link, &error))
        return;
    g_autoptr(GError) fit = broker_error_for_bus(error);
    bool foreign = error->domain != BROKER_ERROR;
    broker_guest_refuse(
        g, foreign ? BROKER_ERROR_GUEST_FAILED : fit->code,
        foreign ? g_strdup_printf("Guest %s cannot be started: %s", g->name, fit->message)
                : g_strdup(fit->message));
}

static gboolean
on_retry(gpointer user)
{
    BrokerGuest *g = user;

    chan_timer_clear(&g->retry);
    if (g->state == GUEST_STARTING || g->state == GUEST_BROKEN)
        open_link(g, false);
    return G_SOURCE_REMOVE;
}

// The pipe was lost: another try, sooner or later.
static void
retry(BrokerGuest *g)
{
    int delay_ms = RETRY_MS;

    if (g->state == GUEST_BROKEN) {
        delay_ms = broker_backoff_crashed(&g->backoff, g_get_monotonic_time());
        if (delay_ms < 0) {
            broker_guest_refuse(
                g, BROKER_ERROR_GUEST_FAILED,
                g_strdup_printf("The connection to guest %s breaks again and again%s%s", g->name,
                                g->error ? ": " : "", g->error ? g->error->message : ""));
            return;
        }
    }
    chan_timer_clear(&g->retry);
    g->retry = chan_timer_new(g->host->context, (guint)delay_ms, on_retry, g);
}

static gboolean
on_deadline(gpointer user)
{
    BrokerGuest *g = user;
    const char *what = g->state == GUEST_STARTING     ? "there was no connection to its agent"
                       : g->state == GUEST_CONNECTING ? "its agent did not answer"
                       : g->state == GUEST_BROKEN     ? "its agent did not come back"
                                                      : "its agent sent no list of applications";

    chan_timer_clear(&g->deadline);
    g_autofree char *detail = g->state == GUEST_STARTING && g->error
                                  ? g_strconcat(" (", g->error->message, ")", NULL)
                                  : g_strdup("");
    broker_guest_refuse(
        g, BROKER_ERROR_GUEST_FAILED,
        g_strdup_printf("Guest %s is not up after %d s: %s%s; see that it runs, or set a longer "
                        "start_timeout_s",
                        g->name, (int)g->config->start_timeout_s, what, detail));
    // What does not answer is not kept: the next start begins afresh.
    if (g->link && g->state == GUEST_FAILED) {
        g->ending = true;
        g->link->kind->stop(g->link);
    }
    return G_SOURCE_REMOVE;
}

// ---- states

static gboolean
on_autostart(gpointer user)
{
    BrokerGuest *g = user;

    chan_timer_clear(&g->autostart);
    if (g->state == GUEST_FAILED || g->state == GUEST_OFF)
        broker_guest_start(g, NULL, NULL);
    return G_SOURCE_REMOVE;
}

static void
take_config(BrokerGuest *g, BrokerConfig *config)
{
    BrokerConfig *old = g->config;

    g->config = config;
    if (g->session)
        broker_session_set_config(g->session, config);
    if (g->link && old && old->kind == config->kind) {
        g->link->config = config;
    } else {
        g_clear_pointer(&g->link, broker_link_free);
        g->link = broker_link_new(g->host, config, &broker_guest_link_events, g);
    }
    broker_config_free(old);
}

static void
enter_off(BrokerGuest *g)
{
    if (g->documents)
        broker_documents_clear(g->documents);
    if (g->next_config)
        take_config(g, g_steal_pointer(&g->next_config));
    g_clear_error(&g->error);
    answer_soon(g);
}

// Nobody asked it to.
static void
shut_down(BrokerGuest *g)
{
    g_autoptr(GError) error =
        g_error_new(BROKER_ERROR, BROKER_ERROR_GUEST_FAILED, "Guest %s shut down", g->name);

    broker_session_stop(g->session, error);
    answer(g, BROKER_WAIT_START, error);
}

static void
enter_failed(BrokerGuest *g)
{
    broker_guest_drop_pump(g);
    log_error(g);
    broker_session_stop(g->session, g->error);
    answer_soon(g);
    if (g->config->autostart) {
        chan_timer_clear(&g->autostart);
        g->autostart = chan_timer_new(g->host->context, AUTOSTART_MS, on_autostart, g);
    }
}

static void
enter_stopping(BrokerGuest *g)
{
    g_autoptr(GError) error =
        g_error_new(BROKER_ERROR, BROKER_ERROR_GUEST_FAILED, "Guest %s was stopped", g->name);

    g->again = false;
    broker_session_stop(g->session, error);
    answer(g, BROKER_WAIT_START, error);
    broker_guest_drop_pump(g);
    g->link->kind->stop(g->link);
}

static void
enter(BrokerGuest *g, GuestState former)
{
    bool timed = g->state == GUEST_STARTING || g->state == GUEST_CONNECTING ||
                 g->state == GUEST_LISTING || g->state == GUEST_BROKEN;

    // Another try is one of these states, and of the same start.
    if (g->state != GUEST_STARTING && g->state != GUEST_BROKEN)
        chan_timer_clear(&g->retry);
    if (!timed)
        chan_timer_clear(&g->deadline);
    else if (!g->deadline)
        g->deadline = chan_timer_new(g->host->context, (guint)g->config->start_timeout_s * 1000,
                                     on_deadline, g);
    switch (g->state) {
    case GUEST_OFF:
        if (former != GUEST_STOPPING)
            shut_down(g);
        enter_off(g);
        break;
    case GUEST_UP:
        g_clear_error(&g->error);
        g->apps_us = g_get_monotonic_time();
        // Who waits for the guest finds its menu entries there. While they are written, the guest
        // sends the icons that it is asked for.
        if (former == GUEST_LISTING) {
            if (g->pump)
                chan_pump_flush(g->pump);
            g->events->apps_changed(g, g->user);
        }
        answer_soon(g);
        break;
    case GUEST_FAILED:
        enter_failed(g);
        break;
    case GUEST_STOPPING:
        enter_stopping(g);
        break;
    case GUEST_STARTING:
        if (former == GUEST_OFF || former == GUEST_FAILED)
            open_link(g, true);
        break;
    default:
        break;
    }
}

void
broker_guest_event(BrokerGuest *g, GuestEvent what)
{
    GuestState former = g->state;

    g->state = guest_state_next(former, what);
    if (g->state != former) {
        g_debug("guest %s: %s → %s", g->name, guest_state_name(former), guest_state_name(g->state));
        enter(g, former);
        g->events->changed(g, g->user);
    }
    if (what == GUEST_EVENT_PIPE_LOST && (g->state == GUEST_STARTING || g->state == GUEST_BROKEN))
        retry(g);
}

void
broker_guest_start(BrokerGuest *g, BrokerGuestDone done, gpointer user)
{
    broker_waiters_add(g->waiters, BROKER_WAIT_START, done, user);
    if (done && g->config)
        g_clear_pointer(&g->last_logged, g_free);
    // Who waits for it to be gone is told so first.
    bool waited_for = g->answers && (g->state == GUEST_OFF || g->state == GUEST_FAILED);
    if (g->config && (g->state == GUEST_STOPPING || g->ending || waited_for)) {
        g->again = true;
        return;
    }
    if (!g->config || g->state == GUEST_UP) {
        answer_soon(g);
        return;
    }
    chan_timer_clear(&g->autostart);
    if (g->next_config && (g->state == GUEST_OFF || g->state == GUEST_FAILED))
        take_config(g, g_steal_pointer(&g->next_config));
    if (g->state == GUEST_OFF || g->state == GUEST_FAILED) {
        g->asked_us = g_get_monotonic_time();
        g->guest_us = g->channel_us = g->apps_us = 0;
        g->backoff = (BrokerBackoff){0};
        g_clear_error(&g->error);
    }
    broker_guest_event(g, GUEST_EVENT_START);
}

void
broker_guest_stop(BrokerGuest *g, BrokerGuestDone done, gpointer user)
{
    broker_waiters_add(g->waiters, BROKER_WAIT_STOP, done, user);
    chan_timer_clear(&g->autostart);
    // Also one that is off: a former broker's session may be about to bring it back.
    if (g->config)
        broker_guest_event(g, GUEST_EVENT_STOP);
    else
        answer_soon(g);
}

gboolean
broker_guest_sync(BrokerGuest *g, GError **error)
{
    if (g->pump && g->state == GUEST_UP)
        return chan_pump_send(g->pump, CHAN_MSG_SYNC, (ChanSpan){0}, error);
    g_set_error(error, BROKER_ERROR, BROKER_ERROR_GUEST_FAILED,
                "Guest %s is not up; `casement guest start %s` starts it", g->name, g->name);
    return FALSE;
}

// ---- what its parts ask for

static int
open_service(BrokerGuest *g, const char *service, GError **error)
{
    if (g->pump)
        return chan_pump_open_stream(g->pump, service, CHAN_PRIORITY_BULK, error);
    g_set_error(error, BROKER_ERROR, BROKER_ERROR_GUEST_FAILED, "Guest %s has no channel", g->name);
    return -1;
}

static int
open_stream(gpointer user, GError **error)
{
    return open_service(user, "rdp", error);
}

static int
open_pixels(gpointer user, GError **error)
{
    return open_service(user, CHAN_TILES_SERVICE, error);
}

static void
send_table(BrokerSession *session, gpointer user)
{
    BrokerGuest *g = user;
    g_autoptr(GPtrArray) apps = broker_catalog_apps(g->catalog);

    for (guint i = 0; i < apps->len; i++)
        broker_session_app(session, g->name, g_ptr_array_index(apps, i));
}

static void
on_session_changed(gpointer user)
{
    broker_guest_save_state(user);
}

static void
on_tell(const char *text, gpointer user)
{
    BrokerGuest *g = user;

    g->events->tell(g, text, g->user);
}

static const BrokerApp *
app_of_index(guint32 index, gpointer user)
{
    return broker_catalog_by_index(((BrokerGuest *)user)->catalog, index);
}

static const BrokerSessionEvents session_events = {open_stream,        open_pixels, send_table,
                                                   on_session_changed, on_tell,     app_of_index};

static void
on_catalog_changed(BrokerCatalog *catalog, gpointer user)
{
    BrokerGuest *g = user;

    g->events->apps_changed(g, g->user);
}

static void
on_app_known(BrokerCatalog *catalog, const BrokerApp *app, gpointer user)
{
    BrokerGuest *g = user;

    if (g->session)
        broker_session_app(g->session, g->name, app);
}

static void
on_icon_wanted(BrokerCatalog *catalog, const guint8 *hash, gpointer user)
{
    BrokerGuest *g = user;
    guint8 buffer[CHAN_ICON_HASH_SIZE];
    ChanSpan payload = chan_icon_want_encode(hash, buffer, sizeof buffer);

    // What cannot be sent is asked for again with the next list.
    if (g->pump)
        chan_pump_send(g->pump, CHAN_MSG_ICON_WANT, payload, NULL);
}

static const BrokerCatalogEvents catalog_events = {on_catalog_changed, on_app_known,
                                                   on_icon_wanted};

// ---- life

BrokerGuest *
broker_guest_new(const BrokerHost *host, const char *name, const BrokerGuestEvents *events,
                 gpointer user)
{
    BrokerGuest *g = g_new0(BrokerGuest, 1);
    g_autofree char *icons = broker_host_guest_state(host, name, "icons");
    g_autofree char *apps = broker_host_guest_state(host, name, BROKER_GUEST_APPS);

    g->host = host;
    g->name = g_strdup(name);
    g->events = events;
    g->user = user;
    g->os = g_strdup("");
    g->waiters = broker_waiters_new();
    g->sign_in = broker_sign_in_new(host, g->name);
    g->people = broker_guest_people_new();
    g->catalog = broker_catalog_new(name, icons, host->context, &catalog_events, g);
    broker_catalog_recall(g->catalog, apps);
    return g;
}

void
broker_guest_free(BrokerGuest *g)
{
    g_autoptr(GError) error = NULL;

    if (!g)
        return;
    if (g->answering) {
        g->gone = true;
        return;
    }
    g_set_error(&error, BROKER_ERROR, BROKER_ERROR_GUEST_FAILED, "The broker ends");
    answer(g, BROKER_WAIT_START, error);
    answer(g, BROKER_WAIT_STOP, NULL);
    GSource **timers[] = {&g->deadline, &g->retry, &g->answers, &g->autostart, &g->watch};
    for (gsize i = 0; i < G_N_ELEMENTS(timers); i++)
        chan_timer_clear(timers[i]);
    broker_session_free(g->session);
    broker_sign_in_free(g->sign_in);
    broker_guest_people_free(g->people);
    broker_notifications_free(g->notifications);
    chan_pump_free(g->pump);
    broker_link_free(g->link);
    broker_documents_free(g->documents);
    broker_catalog_free(g->catalog);
    broker_config_free(g->config);
    broker_config_free(g->next_config);
    g_clear_error(&g->error);
    broker_waiters_free(g->waiters);
    g_free(g->name);
    g_free(g->os);
    g_free(g->told_user);
    g_free(g->last_logged);
    g_free(g->output_file);
    g_free(g);
}

static void
make_parts(BrokerGuest *g)
{
    g_autofree char *folder = broker_host_guest_run(g->host, g->name, "documents");

    if (!g->session)
        g->session = broker_session_new(g->host, g->config, g->sign_in, &session_events, g);
    broker_session_set_certificates(g->session, broker_guest_people_known(g->people));
    if (broker_config_takes_files(g->config) && !g->documents)
        g->documents = broker_documents_new(g->host, g->name, folder, on_tell, g);
}

// What the user takes back is taken back now, the rest counts from the next start.
static void
take_policy(BrokerGuest *g, const BrokerConfig *new_config)
{
    if (g->session && (g->config->clipboard != new_config->clipboard ||
                       g->config->microphone != new_config->microphone)) {
        g->config->clipboard = new_config->clipboard;
        g->config->microphone = new_config->microphone;
        broker_session_policy_changed(g->session);
    }
    // Of another kind is the next start, and another default.
    if (g->config->kind == new_config->kind && g->config->unlisted != new_config->unlisted) {
        g->config->unlisted = new_config->unlisted;
        // One that has not said hello yet is told then.
        if (g->pump)
            (void)broker_guest_message_policy(g->pump, g->config, NULL);
    }
}

void
broker_guest_configure(BrokerGuest *g, BrokerConfig *new_config, const GError *error)
{
    if (!new_config) {
        // A guest that runs keeps running by its former file.
        if (g->config && g->state != GUEST_OFF && g->state != GUEST_FAILED)
            return;
        g_clear_error(&g->error);
        g->error = g_error_copy(error);
        g->told = false;
        g->state = GUEST_FAILED;
        log_error(g);
        g_clear_pointer(&g->session, broker_session_free);
        g_clear_pointer(&g->link, broker_link_free);
        g_clear_pointer(&g->config, broker_config_free);
        g->events->changed(g, g->user);
        return;
    }
    if (!g->config) {
        g->state = GUEST_OFF;
        g_clear_error(&g->error);
        take_config(g, new_config);
        make_parts(g);
        g->events->changed(g, g->user);
    } else if (broker_config_equal(g->config, new_config)) {
        broker_config_free(new_config);
        g_clear_pointer(&g->next_config, broker_config_free);
    } else if (g->state == GUEST_OFF) {
        take_config(g, new_config);
        make_parts(g);
    } else {
        take_policy(g, new_config);
        g_clear_pointer(&g->next_config, broker_config_free);
        if (broker_config_equal(g->config, new_config))
            broker_config_free(new_config);
        else
            g->next_config = new_config;
    }
}

gboolean
broker_guest_pending(const BrokerGuest *g)
{
    return g->next_config != NULL;
}

void
broker_guest_find(BrokerGuest *g)
{
    g_autofree char *path = state_path(g);

    if (!g->config)
        return;
    g->saved = broker_state_read(path);
    broker_notification_file_close(g->host, g->name, BROKER_NOTIFICATIONS_FILE);
    broker_notification_file_close(g->host, g->name, BROKER_MICROPHONE_FILE);
    if (g->link->kind->find(g->link, &g->saved.guest)) {
        g->asked_us = g->guest_us = g_get_monotonic_time();
        broker_guest_event(g, GUEST_EVENT_START);
    } else {
        g->link->identity = (BrokerIdentity){0};
        if (g->documents)
            broker_documents_clear(g->documents);
    }
    broker_session_expect(g->session, &g->saved);
    if (g->config->autostart)
        broker_guest_start(g, NULL, NULL);
}

// ---- looks

const char *
broker_guest_name(const BrokerGuest *g)
{
    return g->name;
}

const BrokerConfig *
broker_guest_config(const BrokerGuest *g)
{
    return g->config;
}

GuestState
broker_guest_state(const BrokerGuest *g)
{
    return g->state;
}

const char *
broker_guest_error(const BrokerGuest *g)
{
    return g->state == GUEST_FAILED && g->error ? g->error->message : "";
}

gboolean
broker_guest_logged(const BrokerGuest *g, const GError *error)
{
    return g_strcmp0(g->last_logged, error->message) == 0;
}

gboolean
broker_guest_told(const BrokerGuest *g, const GError *error)
{
    return g->told && g->error && g_str_equal(g->error->message, error->message);
}

const char *
broker_guest_os(const BrokerGuest *g)
{
    return g->os;
}

pid_t
broker_guest_pid(const BrokerGuest *g)
{
    return g->link ? g->link->identity.pid : 0;
}

BrokerCatalog *
broker_guest_catalog(BrokerGuest *g)
{
    return g->catalog;
}

BrokerSession *
broker_guest_session(BrokerGuest *g)
{
    return g->session;
}

BrokerDocuments *
broker_guest_documents(BrokerGuest *g)
{
    return g->documents;
}

int
broker_guest_open_rdp(BrokerGuest *g, GError **error)
{
    return open_stream(g, error);
}

gboolean
broker_guest_channel(BrokerGuest *g, ChanPumpStats *stats)
{
    if (!g->pump)
        return FALSE;
    chan_pump_get_stats(g->pump, stats);
    return TRUE;
}

static guint64
since(const BrokerGuest *g, gint64 then_us)
{
    return then_us > g->asked_us && g->asked_us > 0 ? (guint64)(then_us - g->asked_us) : 0;
}

BrokerGuestTimes
broker_guest_times(const BrokerGuest *g)
{
    BrokerGuestTimes times = {since(g, g->guest_us), since(g, g->channel_us), since(g, g->apps_us),
                              0, 0};

    if (g->session) {
        const BrokerSessionFigures *figures = broker_session_figures(g->session);
        times.session = since(g, figures->session_us);
        times.ready = since(g, figures->ready_us);
    }
    return times;
}

BrokerSignIn *
broker_guest_sign_in(BrokerGuest *g)
{
    return g->sign_in;
}

const BrokerGuestPeople *
broker_guest_people(const BrokerGuest *g)
{
    return g->people;
}

const BrokerHost *
broker_guest_host(const BrokerGuest *g)
{
    return g->host;
}
