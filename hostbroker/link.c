// SPDX-License-Identifier: Apache-2.0
#include "hostbroker/link.h"

static const BrokerLinkNew kinds[] = {
    [BROKER_KIND_SANDBOX] = broker_kind_sandbox_new,
    [BROKER_KIND_LOCAL] = broker_kind_local_new,
    [BROKER_KIND_SOCKET] = broker_kind_socket_new,
    [BROKER_KIND_COMMAND] = broker_kind_command_new,
    [BROKER_KIND_VSOCK] = broker_kind_vsock_new,
};

BrokerLink *
broker_link_new(const BrokerHost *host, const BrokerConfig *config, const BrokerLinkEvents *events,
                gpointer user)
{
    BrokerLink *link = kinds[config->kind]();

    link->host = host;
    link->config = config;
    link->events = events;
    link->user = user;
    return link;
}

void
broker_link_free(BrokerLink *link)
{
    if (link)
        link->kind->free(link);
}
