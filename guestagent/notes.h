// SPDX-License-Identifier: Apache-2.0
#pragma once

// The notifications of a guest's programs that are up, as the messages that tell of them.

#include "guestagent/agent.h"

typedef struct AgentNotes AgentNotes;

AgentNotes *agent_notes_new(void);
void agent_notes_free(AgentNotes *notes);
void agent_notes_set_events(AgentNotes *notes, const AgentNotificationEvents *events, void *user);

// Keeps a copy in the place of the one with this id, if there is one. False: there is no room.
bool agent_notes_put(AgentNotes *notes, uint32_t id, ChanSpan encoded);
bool agent_notes_remove(AgentNotes *notes, uint32_t id); // false: there was none
void agent_notes_each(AgentNotes *notes, void (*tell)(ChanSpan encoded, void *user), void *user);

// NOTIFICATION_CLOSED or NOTIFICATION_ACTION of the host. False: it is broken.
bool agent_notes_message(AgentNotes *notes, uint16_t type, ChanSpan untrusted_payload);
