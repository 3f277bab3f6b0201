// SPDX-License-Identifier: Apache-2.0
#pragma once

// How hosts reach the agent: a listening socket, a socket to connect to, or a device that is the
// pipe. Each connection is told to opened.

#include <glib.h>

typedef struct AgentDoor AgentDoor;

typedef void (*AgentDoorOpened)(int take_fd, gpointer user);

// A listening socket, inherited; taken.
AgentDoor *agent_door_listen(GMainContext *context, int take_fd, AgentDoorOpened opened,
                             gpointer user, GError **error);
// Listens on a port of AF_VSOCK for the host. NULL with error set where the kernel has none.
AgentDoor *agent_door_vsock(GMainContext *context, guint port, AgentDoorOpened opened,
                            gpointer user, GError **error);
// Connects to a Unix socket, again and again with growing pauses when nobody listens.
AgentDoor *
agent_door_connect(GMainContext *context, const char *path, AgentDoorOpened opened, gpointer user);
// A virtio-serial port or another character device. NULL with error set when it cannot be opened.
AgentDoor *agent_door_port(GMainContext *context, const char *path, AgentDoorOpened opened,
                           gpointer user, GError **error);
void agent_door_free(AgentDoor *door);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AgentDoor, agent_door_free)

// The connection that was opened has ended: doors that have one at a time open again.
void agent_door_closed(AgentDoor *door);
