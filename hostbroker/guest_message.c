// SPDX-License-Identifier: Apache-2.0
#include "hostbroker/guest_message.h"

#include "channel/msg.h"
#include "channel/utf8.h"
#include "hostbroker/error.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

static gboolean
on_guest_info(ChanSpan untrusted_payload, const BrokerGuestMessageHandlers *handlers, gpointer user)
{
    ChanGuestInfo info;
    char os[CHAN_NAME_MAX + 1], name[CHAN_NAME_MAX + 1];

    if (!chan_guest_info_decode(&info, untrusted_payload))
        return FALSE;
    chan_utf8_clean(info.os_name, os, sizeof os);
    chan_utf8_clean(info.user_name, name, sizeof name);
    handlers->guest_info(info.os, os, name, user);
    return TRUE;
}

static gboolean
on_service(ChanSpan untrusted_payload, const BrokerGuestMessageHandlers *handlers, gpointer user)
{
    ChanService service;
    char name[CHAN_SERVICE_MAX + 1], reason[CHAN_NAME_MAX + 1];

    if (!chan_service_decode(&service, untrusted_payload))
        return FALSE;
    chan_utf8_clean(service.name, name, sizeof name);
    chan_utf8_clean(service.reason, reason, sizeof reason);
    handlers->service(name, service.available != 0, reason, user);
    return TRUE;
}

static gboolean
on_service_failing(ChanSpan untrusted_payload, const BrokerGuestMessageHandlers *handlers,
                   gpointer user)
{
    ChanSpan untrusted_name;
    char name[CHAN_SERVICE_MAX + 1];

    if (!chan_service_failing_decode(&untrusted_name, untrusted_payload))
        return FALSE;
    chan_utf8_clean(untrusted_name, name, sizeof name);
    handlers->service_failing(name, user);
    return TRUE;
}

static gboolean
on_program_ended(ChanSpan untrusted_payload, const BrokerGuestMessageHandlers *handlers,
                 gpointer user)
{
    ChanProgramEnded ended;

    if (!chan_program_ended_decode(&ended, untrusted_payload))
        return FALSE;
    handlers->program_ended(ended.pid, ended.status, user);
    return TRUE;
}

static gboolean
on_program_output(ChanSpan untrusted_payload, const BrokerGuestMessageHandlers *handlers,
                  gpointer user)
{
    ChanProgramOutput output;
    char file[CHAN_NAME_MAX + 1];

    if (!chan_program_output_decode(&output, untrusted_payload))
        return FALSE;
    chan_utf8_clean(output.file, file, sizeof file);
    handlers->program_output(output.pid, file, user);
    return TRUE;
}

gboolean
broker_guest_message(BrokerCatalog *catalog, uint16_t type, ChanSpan untrusted_payload,
                     const BrokerGuestMessageHandlers *handlers, gpointer user, GError **error)
{
    gboolean ok = TRUE;

    switch (type) {
    case CHAN_MSG_APPS_BEGIN:
    case CHAN_MSG_APP:
    case CHAN_MSG_APPS_END:
    case CHAN_MSG_APP_GONE:
    case CHAN_MSG_ICON:
        return broker_catalog_message(catalog, type, untrusted_payload, error);
    case CHAN_MSG_GUEST_INFO:
        ok = on_guest_info(untrusted_payload, handlers, user);
        break;
    case CHAN_MSG_SESSIONS:
    case CHAN_MSG_CERTIFICATES:
        ok = handlers->people(type, untrusted_payload, user);
        break;
    case CHAN_MSG_NOTIFICATION:
    case CHAN_MSG_NOTIFICATION_GONE:
        ok = handlers->notification(type, untrusted_payload, user);
        break;
    case CHAN_MSG_SERVICE:
        ok = on_service(untrusted_payload, handlers, user);
        break;
    case CHAN_MSG_SERVICE_FAILING:
        ok = on_service_failing(untrusted_payload, handlers, user);
        break;
    case CHAN_MSG_PROGRAM_ENDED:
        ok = on_program_ended(untrusted_payload, handlers, user);
        break;
    case CHAN_MSG_PROGRAM_OUTPUT:
        ok = on_program_output(untrusted_payload, handlers, user);
        break;
    default:
        break;
    }
    if (!ok)
        g_set_error(error, BROKER_ERROR, BROKER_ERROR_GUEST_FAILED,
                    "a message of type %u that cannot be read", type);
    return ok;
}

static char *
time_zone(void)
{
    char *text = NULL;

    if (g_getenv("TZ"))
        return g_strdup(g_getenv("TZ"));
    if (g_file_get_contents("/etc/timezone", &text, NULL, NULL))
        return g_strstrip(text);
    g_autofree char *link = g_file_read_link("/etc/localtime", NULL);
    const char *at = link ? strstr(link, "/zoneinfo/") : NULL;
    return g_strdup(at ? at + strlen("/zoneinfo/") : "");
}

gboolean
broker_guest_message_policy(ChanPump *pump, const BrokerConfig *config, GError **error)
{
    ChanPolicy policy = {.flags = config->unlisted ? CHAN_POLICY_UNLISTED : 0};
    guint8 buffer[64];

    return chan_pump_send(pump, CHAN_MSG_POLICY, chan_policy_encode(&policy, buffer, sizeof buffer),
                          error);
}

gboolean
broker_guest_message_greet(ChanPump *pump, const BrokerHost *host, const BrokerConfig *config,
                           GError **error)
{
    g_autofree char *zone = time_zone();
    ChanHostInfo info = {CHAN_SPAN_TEXT(host->locale), CHAN_SPAN_TEXT(zone)};
    guint8 buffer[4096];
    ChanSpan payload = chan_host_info_encode(&info, buffer, sizeof buffer);

    return chan_pump_send(pump, CHAN_MSG_HOST_INFO, payload, error) &&
           broker_guest_message_policy(pump, config, error);
}

void
broker_guest_message_nonce(uint8_t nonce[CHAN_NONCE_SIZE])
{
    ssize_t n;

    do
        n = getrandom(nonce, CHAN_NONCE_SIZE, 0);
    while (n < 0 && errno == EINTR);
    g_assert(n == CHAN_NONCE_SIZE);
}
