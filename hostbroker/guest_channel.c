// SPDX-License-Identifier: Apache-2.0
#include "hostbroker/error.h"
#include "hostbroker/guest_message.h"
#include "hostbroker/guest_private.h"

#include <string.h>

// ---- the channel

void
broker_guest_drop_pump(BrokerGuest *g)
{
    g_clear_pointer(&g->pump, chan_pump_free);
    g_clear_pointer(&g->notifications, broker_notifications_free);
    broker_catalog_interrupted(g->catalog);
    if (g->session)
        broker_session_service(g->session, FALSE, NULL);
}

// The guest is not to be spoken with any more, by its own fault.
void
broker_guest_refuse(BrokerGuest *g, int code, char *take_text)
{
    broker_guest_set_error(g, code, take_text);
    broker_guest_event(g, GUEST_EVENT_REFUSED);
}

static void
on_pump_ready(ChanPump *pump, const ChanHello *untrusted_peer, gpointer user)
{
    BrokerGuest *g = user;
    g_autoptr(GError) error = NULL;

    broker_catalog_interrupted(g->catalog);
    // Another agent's numbers are not this one's; what is still up is told again.
    g_clear_pointer(&g->notifications, broker_notifications_free);
    broker_guest_people_forget(g->people);
    broker_session_set_certificates(g->session, broker_guest_people_known(g->people));
    broker_session_service(g->session, FALSE, NULL);
    if (g->channel_us == 0)
        g->channel_us = g_get_monotonic_time();
    if (!broker_guest_message_greet(pump, g->host, g->config, &error)) {
        broker_guest_refuse(g, BROKER_ERROR_GUEST_FAILED, g_strdup(error->message));
        return;
    }
    broker_guest_event(g, GUEST_EVENT_HELLO);
}

static void
on_service(const char *name, gboolean available, const char *reason, gpointer user)
{
    BrokerGuest *g = user;

    if (g_str_equal(name, "rdp"))
        broker_session_service(g->session, available, reason);
}

static void
on_service_failing(const char *name, gpointer user)
{
    BrokerGuest *g = user;

    if (g_str_equal(name, "rdp"))
        broker_session_service_failing(g->session);
}

// Who may sign in: the one that the guest's file names, who is there, or who was when it said
// hello.
static void
suggest_user(BrokerGuest *g)
{
    const char *chosen = g->config->guest_user, *there = broker_guest_people_user(g->people);

    broker_session_set_sign_in(g->session, g->signs_in,
                               chosen && *chosen ? chosen
                               : there           ? there
                                                 : g->told_user);
}

static void
on_guest_info(guint8 os, const char *os_name, const char *user_name, gpointer user)
{
    BrokerGuest *g = user;
    BrokerSignInWhen when = g->config->sign_in;

    g_free(g->os);
    g->os = g_strdup(os_name);
    // Guests of our own on this machine ask nobody, whatever they say.
    bool asks =
        !broker_config_takes_files(g->config) &&
        (when == BROKER_SIGN_IN_ALWAYS || (when == BROKER_SIGN_IN_AUTO && os == CHAN_OS_WINDOWS));
    // Windows XP knows neither NLA nor TLS before it is set up for them.
    guint32 how = asks ? CTL_SIGN_IN : 0;
    if (asks && strstr(os_name, "Windows XP"))
        how |= CTL_RDP_SECURITY;
    g->signs_in = how;
    g_free(g->told_user);
    g->told_user = g_strdup(user_name);
    suggest_user(g);
}

static gboolean
on_people(guint16 type, ChanSpan untrusted_payload, gpointer user)
{
    BrokerGuest *g = user;

    if (type == CHAN_MSG_SESSIONS) {
        if (!broker_guest_people_sessions(g->people, untrusted_payload))
            return FALSE;
        suggest_user(g);
        return TRUE;
    }
    if (!broker_guest_people_certificates(g->people, untrusted_payload))
        return FALSE;
    broker_session_set_certificates(g->session, broker_guest_people_known(g->people));
    return TRUE;
}

static void
tell_notification(guint16 type, const ChanNotificationEvent *event, gpointer user)
{
    BrokerGuest *g = user;
    guint8 buffer[64];

    if (g->pump)
        (void)chan_pump_send(g->pump, type,
                             chan_notification_event_encode(event, buffer, sizeof buffer), NULL);
}

static const BrokerNotificationEvents notification_events = {tell_notification};

static gboolean
on_notification(guint16 type, ChanSpan untrusted_payload, gpointer user)
{
    BrokerGuest *g = user;

    if (!g->notifications)
        g->notifications =
            broker_notifications_new(g->host, g->catalog, g->config, &notification_events, g);
    return broker_notifications_message(g->notifications, type, untrusted_payload);
}

static void
on_program_output(guint32 pid, const char *file, gpointer user)
{
    BrokerGuest *g = user;
    g_autofree char *leaf = g_path_get_basename(file);
    g_autofree char *folder = broker_host_guest_run(g->host, g->name, "guest");

    g->output_pid = pid;
    g_free(g->output_file);
    // A guest of this machine has it in the folder that the broker gave it, whatever it calls that.
    if (broker_config_takes_files(g->config))
        g->output_file = g_build_filename(folder, "log", leaf, NULL);
    else
        g->output_file = g_strdup_printf("%s in the guest", file);
}

static void
on_program_ended(guint32 pid, int status, gpointer user)
{
    BrokerGuest *g = user;
    const char *output = g->output_file && g->output_pid == pid ? g->output_file : "";

    broker_session_program_ended(g->session, pid, status, output);
}

static const BrokerGuestMessageHandlers message_handlers = {
    on_guest_info,      on_people,        on_notification,  on_service,
    on_service_failing, on_program_ended, on_program_output};

static void
on_pump_message(ChanPump *pump, uint16_t type, ChanSpan untrusted_payload, gpointer user)
{
    BrokerGuest *g = user;
    g_autoptr(GError) error = NULL;

    if (!broker_guest_message(g->catalog, type, untrusted_payload, &message_handlers, g, &error)) {
        broker_guest_refuse(
            g, BROKER_ERROR_GUEST_FAILED,
            g_strdup_printf("Guest %s broke the protocol and was cut off (%s); stop it and look "
                            "into it before you start it again",
                            g->name, error->message));
        return;
    }
    if (type == CHAN_MSG_APPS_END)
        broker_guest_event(g, GUEST_EVENT_LISTED);
}

static void
on_pump_lost(ChanPump *pump, const GError *error, gpointer user)
{
    BrokerGuest *g = user;

    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA)) {
        broker_guest_refuse(
            g, BROKER_ERROR_GUEST_FAILED,
            g_strdup_printf("Guest %s broke the protocol and was cut off (%s); stop it and look "
                            "into it before you start it again",
                            g->name, error->message));
        return;
    }
    g_debug("guest %s: channel lost: %s", g->name, error->message);
    broker_guest_drop_pump(g);
    broker_guest_event(g, GUEST_EVENT_PIPE_LOST);
}

static void
on_pump_silent(ChanPump *pump, gpointer user)
{
    broker_guest_silent(user);
}

static const ChanPumpHandlers pump_handlers = {.ready = on_pump_ready,
                                               .message = on_pump_message,
                                               .silent = on_pump_silent,
                                               .lost = on_pump_lost};

// ---- the link

static void
on_link_opened(BrokerLink *link, int take_read_fd, int take_write_fd, gpointer user)
{
    BrokerGuest *g = user;
    ChanConnConfig config = {.role = CHAN_ROLE_HOST,
                             .features = link->kind->passes_fds ? CHAN_FEATURE_FDS : 0,
                             .quiet_ms = BROKER_QUIET_MS,
                             .software = "casementd " CASEMENT_VERSION};

    broker_guest_message_nonce(config.nonce);
    broker_guest_drop_pump(g);
    g->pump =
        chan_pump_new(g->host->context, take_read_fd, take_write_fd, &config, &pump_handlers, g);
    broker_guest_event(g, GUEST_EVENT_PIPE);
}

static void
on_link_not_opened(BrokerLink *link, const GError *error, gpointer user)
{
    BrokerGuest *g = user;

    broker_guest_set_error(g, BROKER_ERROR_GUEST_FAILED, g_strdup(error->message));
    broker_guest_event(g, GUEST_EVENT_PIPE_LOST);
}

static void
on_link_failed(BrokerLink *link, const GError *error, gpointer user)
{
    BrokerGuest *g = user;
    g_autoptr(GError) fit = broker_error_for_bus(error);

    broker_guest_refuse(g, fit->code, g_strdup(fit->message));
}

static void
on_link_ended(BrokerLink *link, const char *why, gpointer user)
{
    BrokerGuest *g = user;
    bool was_up = g->state == GUEST_UP || g->state == GUEST_BROKEN;

    broker_guest_drop_pump(g);
    g->ending = false;
    if (g->state == GUEST_FAILED) {
        broker_guest_start_again(g);
        return;
    }
    if (was_up && link->kind->restarts && why) {
        broker_guest_set_error(g, BROKER_ERROR_GUEST_FAILED, g_strdup(why));
        broker_guest_event(g, GUEST_EVENT_PIPE_LOST);
        return;
    }
    broker_guest_set_error(g, BROKER_ERROR_GUEST_FAILED,
                           was_up ? g_strdup_printf("%s ended unexpectedly: %s", g->config->label,
                                                    why ? why : "it shut down")
                                  : g_strdup_printf("Guest %s ended before it was up: %s", g->name,
                                                    why ? why : "it shut down"));
    if (was_up && why) {
        // That logs it, too.
        g_free(g->last_logged);
        g->last_logged = g_strdup(g->error->message);
        g->events->tell(g, g->error->message, g->user);
        g->told = true;
    }
    broker_guest_event(g, why ? GUEST_EVENT_ENDED : GUEST_EVENT_SHUT_DOWN);
}

static void
on_link_identity(BrokerLink *link, gpointer user)
{
    BrokerGuest *g = user;

    if (link->identity.pid != 0)
        g->guest_us = g_get_monotonic_time();
    broker_guest_save_state(g);
}

const BrokerLinkEvents broker_guest_link_events = {.opened = on_link_opened,
                                                   .not_opened = on_link_not_opened,
                                                   .failed = on_link_failed,
                                                   .ended = on_link_ended,
                                                   .identity = on_link_identity};
