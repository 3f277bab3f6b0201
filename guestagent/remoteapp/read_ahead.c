// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/read_ahead.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

int
ra_read_ahead(RaReadAhead *ahead, int fd, void *out, gsize n)
{
    if (ahead->at == ahead->end) {
        ssize_t got;
        do
            got = recv(fd, ahead->data, sizeof ahead->data, MSG_DONTWAIT);
        while (got < 0 && errno == EINTR);
        if (got <= 0)
            return got < 0 && errno == EAGAIN ? 0 : -1;
        ahead->at = 0;
        ahead->end = (gsize)got;
    }
    n = MIN(n, ahead->end - ahead->at);
    memcpy(out, ahead->data + ahead->at, n);
    ahead->at += n;
    return (int)n;
}

bool
ra_read_ahead_has(const RaReadAhead *ahead)
{
    return ahead->at < ahead->end;
}
