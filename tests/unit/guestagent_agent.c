// SPDX-License-Identifier: Apache-2.0

// The agent's conversation with the host, without pipes and platform.

#include "guestagent/agent.h"

#include <glib.h>
#include <string.h>

// The platform of this test: records what it is asked.
struct AgentPlatform {
    guint collects, wants, left;
    char locale[64];
    ChanPolicy policy;
};

void
agent_platform_guest_info(AgentPlatform *p, ChanGuestInfo *info)
{
    info->os = CHAN_OS_LINUX;
    info->os_name = CHAN_SPAN_TEXT("Test 1");
}

void
agent_platform_set_locale(AgentPlatform *p, const char *locale)
{
    g_strlcpy(p->locale, locale, sizeof p->locale);
}

void
agent_platform_set_policy(AgentPlatform *p, const ChanPolicy *policy)
{
    p->policy = *policy;
}

void
agent_platform_collect(AgentPlatform *p)
{
    p->collects++;
}

void
agent_platform_want_icon(AgentPlatform *p, const uint8_t hash[CHAN_ICON_HASH_SIZE])
{
    p->wants++;
}

void
agent_platform_host_left(AgentPlatform *p)
{
    p->left++;
}

typedef struct {
    GString *log; // types and ids, in order
    guint refuse_after;
} Wire;

static bool
send_to_wire(uint16_t type, ChanSpan payload, void *user)
{
    Wire *wire = user;
    g_autofree ChanApp *app = g_new0(ChanApp, 1);
    ChanSpan id = {0};
    ChanApps apps;

    if (wire->refuse_after && --wire->refuse_after == 0)
        return false;
    if (type == CHAN_MSG_APP)
        g_assert_true(chan_app_decode(app, payload));
    if (type == CHAN_MSG_APP_GONE)
        g_assert_true(chan_app_gone_decode(&id, payload));
    id = type == CHAN_MSG_APP ? app->id : id;
    if (type == CHAN_MSG_APPS_BEGIN && chan_apps_decode(&apps, payload))
        g_string_append_printf(wire->log, "begin%u ", apps.count);
    else if (type == CHAN_MSG_APPS_END)
        g_string_append(wire->log, "end ");
    else
        g_string_append_printf(wire->log, "%u%.*s ", type, (int)id.size, (const char *)id.data);
    return true;
}

static void
list(Agent *agent, const char *ids)
{
    g_auto(GStrv) all = g_strsplit(ids, " ", -1);
    g_autofree ChanApp *app = g_new0(ChanApp, 1);

    agent_list_begin(agent);
    for (char **id = all; *id; id++) {
        // "a=name"
        char *name = strchr(*id, '=');
        if (name)
            *name++ = '\0';
        app->id = CHAN_SPAN_TEXT(*id);
        app->name = CHAN_SPAN_TEXT(name ? name : *id);
        if (**id)
            agent_list_app(agent, app);
    }
    agent_list_end(agent);
}

static void
expect(Wire *wire, const char *text)
{
    g_assert_cmpstr(wire->log->str, ==, text);
    g_string_truncate(wire->log, 0);
}

static void
test_lists(void)
{
    AgentPlatform platform = {0};
    Wire wire = {.log = g_string_new(NULL)};
    Agent *agent = agent_new();
    const AgentProgramEnd good = {"a", "/log/a.log", 1, 0}, bad = {"a", "/log/a.log", 1, -11};

    agent_set_platform(agent, &platform);
    agent_service(agent, &(AgentService){"rdp", "", true, false});
    agent_host_ready(agent, send_to_wire, &wire);
    expect(&wire, "1 7 ");
    g_assert_cmpuint(platform.collects, ==, 1);
    list(agent, "c a b");
    expect(&wire, "begin3 3a 3b 3c end ");
    list(agent, "a b=new d");
    expect(&wire, "3b 3d 5c ");
    list(agent, "d b=new a");
    expect(&wire, "");
    g_assert_true(agent_message(agent, CHAN_MSG_SYNC, (ChanSpan){0}));
    expect(&wire, "begin3 3a 3b 3d end ");
    g_assert_cmpuint(platform.collects, ==, 2);

    // Without a host changes are kept for the next one.
    agent_host_left(agent);
    list(agent, "a");
    agent_program_ended(agent, &good);
    expect(&wire, "");
    agent_host_ready(agent, send_to_wire, &wire);
    expect(&wire, "1 7 begin1 3a end ");
    list(agent, "");
    expect(&wire, "5a ");
    // What a program that failed had said is told of before its end.
    agent_program_ended(agent, &good);
    expect(&wire, "8 ");
    agent_program_ended(agent, &bad);
    expect(&wire, "9 8 ");
    // That a service fails is told to the next host, too.
    agent_service(agent, &(AgentService){"rdp", "why", false, true});
    expect(&wire, "7 10 ");
    agent_host_ready(agent, send_to_wire, &wire);
    expect(&wire, "1 7 10 begin0 end ");
    agent_service(agent, &(AgentService){"rdp", "", true, false});
    expect(&wire, "7 ");
    agent_free(agent);
    g_string_free(wire.log, TRUE);
}

// A host that takes no more is left alone until the next is there.
static void
test_refused(void)
{
    AgentPlatform platform = {0};
    Wire wire = {.log = g_string_new(NULL), .refuse_after = 4};
    Agent *agent = agent_new();

    agent_set_platform(agent, &platform);
    list(agent, "a b c");
    agent_host_ready(agent, send_to_wire, &wire);
    expect(&wire, "1 begin3 3a ");
    list(agent, "x");
    expect(&wire, "");
    agent_free(agent);
    g_string_free(wire.log, TRUE);
}

static void
test_messages(void)
{
    AgentPlatform platform = {0};
    Wire wire = {.log = g_string_new(NULL)};
    Agent *agent = agent_new();
    ChanHostInfo info = {.locale = CHAN_SPAN_TEXT("de_DE.UTF-8")};
    ChanHostInfo odd = {.locale = CHAN_SPAN("a\0b", 3)};
    guint8 buffer[1024], hash[CHAN_ICON_HASH_SIZE] = {0};

    agent_set_platform(agent, &platform);
    agent_host_ready(agent, send_to_wire, &wire);
    ChanSpan bytes = chan_host_info_encode(&info, buffer, sizeof buffer);
    g_assert_true(agent_message(agent, CHAN_MSG_HOST_INFO, bytes));
    g_assert_cmpstr(platform.locale, ==, "de_DE.UTF-8");
    g_assert_true(agent_message(agent, CHAN_MSG_HOST_INFO,
                                chan_host_info_encode(&odd, buffer, sizeof buffer)));
    g_assert_cmpstr(platform.locale, ==, "de_DE.UTF-8");
    bytes = chan_policy_encode(&(ChanPolicy){CHAN_POLICY_UNLISTED}, buffer, sizeof buffer);
    g_assert_true(agent_message(agent, CHAN_MSG_POLICY, bytes));
    g_assert_cmpuint(platform.policy.flags, ==, CHAN_POLICY_UNLISTED);
    bytes.size--;
    g_assert_false(agent_message(agent, CHAN_MSG_POLICY, bytes));
    bytes = chan_icon_want_encode(hash, buffer, sizeof buffer);
    g_assert_true(agent_message(agent, CHAN_MSG_ICON_WANT, bytes));
    g_assert_cmpuint(platform.wants, ==, 1);
    bytes.size--;
    g_assert_false(agent_message(agent, CHAN_MSG_ICON_WANT, bytes));
    g_assert_false(agent_message(agent, CHAN_MSG_HOST_INFO, (ChanSpan){0}));
    g_assert_true(agent_message(agent, 9999, CHAN_SPAN("x", 1)));
    agent_free(agent);
    g_string_free(wire.log, TRUE);
}

// Who is there and which certificates there are is told once, and to each host before the service.
static void
test_kept(void)
{
    AgentPlatform platform = {0};
    Wire wire = {.log = g_string_new(NULL)};
    Agent *agent = agent_new();
    ChanSessions sessions = {
        .n = 1,
        .sessions = {{.id = 1, .state = CHAN_SESSION_LOGGED_ON, .user = CHAN_SPAN_TEXT("alice")}}};
    ChanCertificates certificates = {.n = 1, .certificates = {{.size = CHAN_SHA1_SIZE}}};

    agent_set_platform(agent, &platform);
    agent_host_ready(agent, send_to_wire, &wire);
    expect(&wire, "1 ");
    agent_sessions(agent, &sessions);
    agent_sessions(agent, &sessions);
    agent_certificates(agent, &certificates);
    agent_certificates(agent, &certificates);
    expect(&wire, "11 12 ");
    sessions.sessions[0].lock = CHAN_LOCK_LOCKED;
    agent_sessions(agent, &sessions);
    expect(&wire, "11 ");
    agent_host_left(agent);
    certificates.n = 0;
    agent_certificates(agent, &certificates);
    expect(&wire, "");
    agent_service(agent, &(AgentService){"rdp", "", true, false});
    agent_host_ready(agent, send_to_wire, &wire);
    expect(&wire, "1 11 12 7 ");
    agent_free(agent);
    g_string_free(wire.log, TRUE);
}

typedef struct {
    guint32 closed, closed_why, action, which;
} Heard;

static void
on_closed(uint32_t id, uint32_t reason, void *user)
{
    *(Heard *)user = (Heard){.closed = id, .closed_why = reason};
}

static void
on_action(uint32_t id, uint32_t which, void *user)
{
    *(Heard *)user = (Heard){.action = id, .which = which};
}

static void
host_says(Agent *agent, uint16_t type, guint32 id, guint32 what)
{
    guint8 buffer[16];
    ChanNotificationEvent m = {id, what};

    g_assert_true(
        agent_message(agent, type, chan_notification_event_encode(&m, buffer, sizeof buffer)));
}

// What is up is told to each host, and only of that may a host speak.
static void
test_notifications(void)
{
    static const AgentNotificationEvents events = {on_closed, on_action};
    AgentPlatform platform = {0};
    Wire wire = {.log = g_string_new(NULL)};
    Agent *agent = agent_new();
    Heard heard = {0};

    agent_set_platform(agent, &platform);
    agent_set_notification_events(agent, &events, &heard);
    g_assert_true(agent_notification(agent, &(ChanNotification){.id = 1}));
    agent_host_ready(agent, send_to_wire, &wire);
    expect(&wire, "1 13 ");
    for (guint32 id = 2; id <= CHAN_NOTIFICATIONS_MAX; id++)
        g_assert_true(agent_notification(agent, &(ChanNotification){.id = id}));
    g_string_truncate(wire.log, 0);
    g_assert_false(agent_notification(agent, &(ChanNotification){.id = 99}));
    g_assert_true(agent_notification(agent, &(ChanNotification){.id = 2})); // in its place
    expect(&wire, "13 ");
    agent_notification_gone(agent, 3);
    agent_notification_gone(agent, 3);
    agent_notification_gone(agent, 0);
    expect(&wire, "14 ");
    host_says(agent, CHAN_MSG_NOTIFICATION_ACTION, 2, 5);
    g_assert_cmpuint(heard.action, ==, 2);
    g_assert_cmpuint(heard.which, ==, 5);
    host_says(agent, CHAN_MSG_NOTIFICATION_CLOSED, 2, 1);
    g_assert_cmpuint(heard.closed, ==, 2);
    heard = (Heard){0};
    host_says(agent, CHAN_MSG_NOTIFICATION_CLOSED, 2, 1);
    host_says(agent, CHAN_MSG_NOTIFICATION_ACTION, 3, 0);
    host_says(agent, CHAN_MSG_NOTIFICATION_CLOSED, 0, 0);
    g_assert_cmpuint(heard.closed + heard.action, ==, 0);
    g_assert_false(agent_message(agent, CHAN_MSG_NOTIFICATION_CLOSED, CHAN_SPAN("abc", 3)));
    agent_free(agent);
    g_string_free(wire.log, TRUE);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/agent/lists", test_lists);
    g_test_add_func("/agent/refused", test_refused);
    g_test_add_func("/agent/messages", test_messages);
    g_test_add_func("/agent/kept", test_kept);
    g_test_add_func("/agent/notifications", test_notifications);
    return g_test_run();
}
