// SPDX-License-Identifier: Apache-2.0
#include "guestagent/agent.h"

#include "guestagent/apps.h"
#include "guestagent/notes.h"

#include "channel/conn.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOCALE_MAX 128
// Of sessions, the longest that is kept.
#define KEPT_MAX (2 + CHAN_SESSIONS_MAX * (15 + CHAN_NAME_MAX))

// A message that is told again to each host.
typedef struct {
    bool known;
    size_t size;
    uint8_t bytes[KEPT_MAX];
} Kept;

struct Agent {
    AgentPlatform *platform;
    AgentSend send;
    void *user;      // of send
    AgentApps *apps; // what the host knows, or will be told
    bool listed;     // apps is a whole list
    bool sent;       // the host has got the whole list
    uint32_t serial;
    struct {
        char name[CHAN_SERVICE_MAX + 1], reason[CHAN_NAME_MAX + 1];
        bool known, available, failing;
    } service;
    Kept sessions, certificates;
    AgentNotes *notes;
    uint8_t buffer[CHAN_MESSAGE_MAX];
};

Agent *
agent_new(void)
{
    Agent *a = calloc(1, sizeof *a);

    if (!a)
        abort();
    a->apps = agent_apps_new();
    a->notes = agent_notes_new();
    return a;
}

void
agent_set_platform(Agent *a, AgentPlatform *platform)
{
    a->platform = platform;
}

void
agent_free(Agent *a)
{
    if (!a)
        return;
    agent_apps_free(a->apps);
    agent_notes_free(a->notes);
    free(a);
}

static bool
tell(Agent *a, uint16_t type, ChanSpan payload)
{
    if (!a->send || payload.size == 0)
        return false;
    if (a->send(type, payload, a->user))
        return true;
    a->send = NULL;
    return false;
}

static void
tell_service(Agent *a)
{
    ChanService m = {.name = CHAN_SPAN_TEXT(a->service.name),
                     .available = a->service.available,
                     .reason = CHAN_SPAN_TEXT(a->service.reason)};

    if (!a->service.known)
        return;
    tell(a, CHAN_MSG_SERVICE, chan_service_encode(&m, a->buffer, sizeof a->buffer));
    if (a->service.failing)
        tell(a, CHAN_MSG_SERVICE_FAILING,
             chan_service_failing_encode(m.name, a->buffer, sizeof a->buffer));
}

static void
tell_kept(Agent *a, uint16_t type, const Kept *kept)
{
    if (kept->known)
        tell(a, type, CHAN_SPAN(kept->bytes, kept->size));
}

// The message is in the agent's buffer; an empty one did not fit.
static void
keep_and_tell(Agent *a, uint16_t type, Kept *kept, ChanSpan encoded)
{
    bool same = kept->known && kept->size == encoded.size &&
                memcmp(kept->bytes, encoded.data, encoded.size) == 0;

    if (encoded.size == 0 || encoded.size > sizeof kept->bytes || same)
        return;
    kept->known = true;
    kept->size = encoded.size;
    memcpy(kept->bytes, encoded.data, encoded.size);
    tell(a, type, encoded);
}

static void
tell_app(ChanSpan id, ChanSpan encoded, void *user)
{
    tell(user, CHAN_MSG_APP, encoded);
}

static void
tell_gone(ChanSpan id, ChanSpan encoded, void *user)
{
    Agent *a = user;

    if (a->sent)
        tell(a, CHAN_MSG_APP_GONE, chan_app_gone_encode(id, a->buffer, sizeof a->buffer));
}

static void
tell_list(Agent *a)
{
    ChanApps m = {.serial = ++a->serial, .count = (uint32_t)agent_apps_count(a->apps)};

    if (!a->send || !a->listed)
        return;
    tell(a, CHAN_MSG_APPS_BEGIN, chan_apps_encode(&m, a->buffer, sizeof a->buffer));
    agent_apps_each(a->apps, tell_app, a);
    tell(a, CHAN_MSG_APPS_END, chan_apps_encode(&m, a->buffer, sizeof a->buffer));
    a->sent = true;
}

static void
tell_note(ChanSpan encoded, void *user)
{
    tell(user, CHAN_MSG_NOTIFICATION, encoded);
}

void
agent_host_ready(Agent *a, AgentSend send, void *user)
{
    ChanGuestInfo info = {0};

    a->send = send;
    a->user = user;
    a->sent = false;
    agent_platform_host_left(a->platform);
    agent_platform_guest_info(a->platform, &info);
    tell(a, CHAN_MSG_GUEST_INFO, chan_guest_info_encode(&info, a->buffer, sizeof a->buffer));
    tell_kept(a, CHAN_MSG_SESSIONS, &a->sessions);
    tell_kept(a, CHAN_MSG_CERTIFICATES, &a->certificates);
    tell_service(a);
    tell_list(a);
    agent_notes_each(a->notes, tell_note, a);
    if (!a->listed)
        agent_platform_collect(a->platform);
}

void
agent_host_left(Agent *a)
{
    a->send = NULL;
    a->sent = false;
    agent_platform_host_left(a->platform);
}

static bool
handle_host_info(Agent *a, ChanSpan untrusted_payload)
{
    char locale[LOCALE_MAX] = "";
    ChanHostInfo m;

    if (!chan_host_info_decode(&m, untrusted_payload))
        return false;
    if (m.locale.size < sizeof locale && !memchr(m.locale.data, 0, m.locale.size)) {
        memcpy(locale, m.locale.data, m.locale.size);
        agent_platform_set_locale(a->platform, locale);
    }
    return true;
}

static bool
handle_policy(Agent *a, ChanSpan untrusted_payload)
{
    ChanPolicy m;

    if (!chan_policy_decode(&m, untrusted_payload))
        return false;
    agent_platform_set_policy(a->platform, &m);
    return true;
}

static bool
handle_icon_want(Agent *a, ChanSpan untrusted_payload)
{
    uint8_t hash[CHAN_ICON_HASH_SIZE];

    if (!chan_icon_want_decode(hash, untrusted_payload))
        return false;
    agent_platform_want_icon(a->platform, hash);
    return true;
}

bool
agent_message(Agent *a, uint16_t type, ChanSpan untrusted_payload)
{
    switch (type) {
    case CHAN_MSG_HOST_INFO:
        return handle_host_info(a, untrusted_payload);
    case CHAN_MSG_POLICY:
        return handle_policy(a, untrusted_payload);
    case CHAN_MSG_ICON_WANT:
        return handle_icon_want(a, untrusted_payload);
    case CHAN_MSG_NOTIFICATION_CLOSED:
    case CHAN_MSG_NOTIFICATION_ACTION:
        return agent_notes_message(a->notes, type, untrusted_payload);
    case CHAN_MSG_SYNC:
        if (a->listed)
            tell_list(a);
        agent_platform_collect(a->platform);
        return true;
    default: // of a newer host
        return true;
    }
}

void
agent_list_begin(Agent *a)
{
    agent_apps_begin(a->apps);
}

void
agent_list_app(Agent *a, const ChanApp *app)
{
    ChanSpan encoded = chan_app_encode(app, a->buffer, sizeof a->buffer);

    if (encoded.size > 0 && agent_apps_put(a->apps, app->id, encoded) && a->sent)
        tell(a, CHAN_MSG_APP, encoded);
}

void
agent_list_end(Agent *a)
{
    agent_apps_end(a->apps, tell_gone, a);
    a->listed = true;
    if (!a->sent)
        tell_list(a);
}

void
agent_app_changed(Agent *a, const ChanApp *app)
{
    agent_list_app(a, app);
}

bool
agent_icon(Agent *a, const ChanIcon *icon)
{
    return tell(a, CHAN_MSG_ICON, chan_icon_encode(icon, a->buffer, sizeof a->buffer));
}

void
agent_service(Agent *a, const AgentService *service)
{
    (void)snprintf(a->service.name, sizeof a->service.name, "%s", service->name);
    (void)snprintf(a->service.reason, sizeof a->service.reason, "%s", service->reason);
    a->service.known = true;
    a->service.available = service->available;
    a->service.failing = service->failing;
    tell_service(a);
}

void
agent_sessions(Agent *a, const ChanSessions *sessions)
{
    keep_and_tell(a, CHAN_MSG_SESSIONS, &a->sessions,
                  chan_sessions_encode(sessions, a->buffer, sizeof a->buffer));
}

void
agent_certificates(Agent *a, const ChanCertificates *certificates)
{
    keep_and_tell(a, CHAN_MSG_CERTIFICATES, &a->certificates,
                  chan_certificates_encode(certificates, a->buffer, sizeof a->buffer));
}

void
agent_program_ended(Agent *a, const AgentProgramEnd *end)
{
    ChanProgramOutput output = {.pid = end->pid, .file = CHAN_SPAN_TEXT(end->output)};
    ChanProgramEnded m = {
        .app_id = CHAN_SPAN_TEXT(end->app_id), .pid = end->pid, .status = end->status};

    if (end->status != 0)
        tell(a, CHAN_MSG_PROGRAM_OUTPUT,
             chan_program_output_encode(&output, a->buffer, sizeof a->buffer));
    tell(a, CHAN_MSG_PROGRAM_ENDED, chan_program_ended_encode(&m, a->buffer, sizeof a->buffer));
}

bool
agent_notification(Agent *a, const ChanNotification *notification)
{
    ChanSpan encoded = chan_notification_encode(notification, a->buffer, sizeof a->buffer);

    if (encoded.size == 0 || !agent_notes_put(a->notes, notification->id, encoded))
        return false;
    tell(a, CHAN_MSG_NOTIFICATION, encoded);
    return true;
}

void
agent_notification_gone(Agent *a, uint32_t id)
{
    if (agent_notes_remove(a->notes, id))
        tell(a, CHAN_MSG_NOTIFICATION_GONE,
             chan_notification_gone_encode(id, a->buffer, sizeof a->buffer));
}

void
agent_set_notification_events(Agent *a, const AgentNotificationEvents *events, void *user)
{
    agent_notes_set_events(a->notes, events, user);
}
