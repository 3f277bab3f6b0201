// SPDX-License-Identifier: Apache-2.0
#include "hostbroker/tcp_peer.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define ESTABLISHED 1 // of TCP; sockets in later states belong to nobody (uid 0) for the kernel
#define LOOKS 3       // the table is no snapshot: a line may be missed while others go
#define ADDRESS_MAX 40

typedef union {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    struct sockaddr_storage space;
} Address;

// As /proc/net/tcp (v6: /proc/net/tcp6) writes it: the words of the address as they are in memory.
// An IPv4 socket's peer may be an IPv6 one, which the kernel lists with its mapped address.
static void
write_address(const Address *a, bool v6, char *text)
{
    struct in6_addr address = IN6ADDR_ANY_INIT;
    guint32 words[4];

    if (a->any.sa_family == AF_INET6) {
        address = a->v6.sin6_addr;
    } else {
        address.s6_addr[10] = address.s6_addr[11] = 0xff;
        memcpy(&address.s6_addr[12], &a->v4.sin_addr, 4);
    }
    memcpy(words, &address, sizeof words);
    guint port = ntohs(a->any.sa_family == AF_INET6 ? a->v6.sin6_port : a->v4.sin_port);
    if (v6)
        (void)g_snprintf(text, ADDRESS_MAX, "%08X%08X%08X%08X:%04X", words[0], words[1], words[2],
                         words[3], port);
    else
        (void)g_snprintf(text, ADDRESS_MAX, "%08X:%04X", words[3], port);
}

// The peer's own line: what is local to it is remote to us.
static bool
find(const char *table, const char *local, const char *remote, uid_t *uid)
{
    for (const char *line = strchr(table, '\n'); line && line[1]; line = strchr(line + 1, '\n')) {
        char a[ADDRESS_MAX], b[ADDRESS_MAX];
        unsigned state, owner;
        int n = sscanf(line + 1, "%*d: %39s %39s %x %*s %*s %*s %u", a, b, &state, &owner);
        if (n != 4 || state != ESTABLISHED || strcmp(a, local) != 0 || strcmp(b, remote) != 0)
            continue;
        *uid = owner;
        return true;
    }
    return false;
}

static bool
look(const Address *peer, const Address *own, bool v6, uid_t *uid)
{
    g_autofree char *table = NULL;
    char local[ADDRESS_MAX], remote[ADDRESS_MAX];

    write_address(peer, v6, local);
    write_address(own, v6, remote);
    return g_file_get_contents(v6 ? "/proc/self/net/tcp6" : "/proc/self/net/tcp", &table, NULL,
                               NULL) &&
           find(table, local, remote, uid);
}

gboolean
broker_tcp_peer_uid(int fd, uid_t *uid, GError **error)
{
    Address peer = {.space = {0}}, own = {.space = {0}};
    socklen_t peer_size = sizeof peer, own_size = sizeof own;

    if (getpeername(fd, &peer.any, &peer_size) != 0 || getsockname(fd, &own.any, &own_size) != 0) {
        g_set_error(error, G_IO_ERROR, g_io_error_from_errno(errno), "it is gone: %s",
                    g_strerror(errno));
        return FALSE;
    }
    for (int i = 0; i < LOOKS; i++)
        if ((peer.any.sa_family == AF_INET && look(&peer, &own, false, uid)) ||
            look(&peer, &own, true, uid))
            return TRUE;
    g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                        "the kernel lists nobody at its end");
    return FALSE;
}
