// SPDX-License-Identifier: Apache-2.0
#pragma once

// The agent's part of the conversation with the host: what is told when, and what is done for a
// message of the host. Knows neither pipes nor the operating system; both are handed in.

#include "channel/msg.h"
#include "guestagent/platform.h"

typedef struct Agent Agent;

// Sends a message to the host. False: the host takes no more, it is given up.
typedef bool (*AgentSend)(uint16_t type, ChanSpan payload, void *user);

typedef struct {
    const char *name;   // "rdp"
    const char *reason; // why it is not available, or ""
    bool available;
    bool failing; // not available, and not soon: nobody need wait for it
} AgentService;

typedef struct {
    const char *app_id; // "" for a plain command
    const char *output; // path of the file that has what it said, or ""
    uint32_t pid;
    int32_t status; // exit code, or minus the signal
} AgentProgramEnd;

Agent *agent_new(void);
// platform is borrowed; set it before anything else is called.
void agent_set_platform(Agent *agent, AgentPlatform *platform);
void agent_free(Agent *agent);

// A host is there: it is told of the guest, the service and the applications through send until
// agent_host_left. A host that comes while one is there takes its place.
void agent_host_ready(Agent *agent, AgentSend send, void *user);
void agent_host_left(Agent *agent);

// False when the message breaks the protocol: the caller drops the host. Unknown types are skipped.
bool agent_message(Agent *agent, uint16_t type, ChanSpan untrusted_payload);

// From the platform. Entries that do not fit a message are left out.
void agent_list_begin(Agent *agent);
void agent_list_app(Agent *agent, const ChanApp *app);
void agent_list_end(Agent *agent);
void agent_app_changed(Agent *agent, const ChanApp *app); // one that is in the list
bool agent_icon(Agent *agent, const ChanIcon *icon);      // false: not sent, no host
void agent_service(Agent *agent, const AgentService *service);
// Who is at the guest, and what its RDP server may present. Told when it is not what the host
// knows.
void agent_sessions(Agent *agent, const ChanSessions *sessions);
void agent_certificates(Agent *agent, const ChanCertificates *certificates);
void agent_program_ended(Agent *agent, const AgentProgramEnd *end);

// What programs notify the user of (Desktop Notifications Specification). At most
// CHAN_NOTIFICATIONS_MAX are kept, and told to each host. False: one more is not taken.
bool agent_notification(Agent *agent, const ChanNotification *notification);
// The program took it back, or another has its place.
void agent_notification_gone(Agent *agent, uint32_t id);
// Of those that are kept: the host closed one (it is not kept any more), or the user chose one of
// its actions.
typedef struct {
    void (*closed)(uint32_t id, uint32_t reason, void *user);
    void (*action)(uint32_t id, uint32_t which, void *user);
} AgentNotificationEvents;
// events is borrowed; NULL: nobody notifies.
void agent_set_notification_events(Agent *agent, const AgentNotificationEvents *events, void *user);
