// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/session_carrier.h"

#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define STEP_MS 20 // that may be caught up with

typedef struct {
    guint bytes_per_ms;
    gint64 last_us;
    gint64 may; // bytes
} Allowance;

static gsize
take_allowance(Allowance *a, gsize most)
{
    gint64 now = g_get_monotonic_time();

    if (a->bytes_per_ms == 0)
        return most;
    a->may += (now - a->last_us) * a->bytes_per_ms / 1000;
    a->may = MIN(a->may, (gint64)a->bytes_per_ms * STEP_MS);
    a->last_us = now;
    return (gsize)CLAMP(a->may, 0, (gint64)most);
}

static bool
pass(int from, int to, gsize most, gsize *passed)
{
    static char bytes[65536];
    ssize_t n = read(from, bytes, MIN(most, sizeof bytes));

    *passed = (gsize)MAX(n, 0);
    for (ssize_t at = 0, sent; at < n; at += sent)
        if ((sent = send(to, bytes + at, (size_t)(n - at), MSG_NOSIGNAL)) < 0)
            return false;
    return n > 0;
}

static void
carry(int guest, int host, guint bytes_per_ms)
{
    Allowance a = {.bytes_per_ms = bytes_per_ms, .last_us = g_get_monotonic_time()};
    bool open = true;

    while (open) {
        gsize may = take_allowance(&a, 65536), passed = 0;
        struct pollfd fds[] = {{host, POLLIN, 0}, {may > 0 ? guest : -1, POLLIN, 0}};
        (void)poll(fds, 2, may > 0 ? -1 : 1);
        if (fds[0].revents)
            open = pass(host, guest, 65536, &passed);
        if (open && fds[1].revents) {
            open = pass(guest, host, may, &passed);
            a.may -= (gint64)passed;
        }
    }
}

GPid
carrier_new(int take_guest, int take_host, guint bytes_per_ms)
{
    GPid pid = fork();

    g_assert_cmpint(pid, >=, 0);
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        carry(take_guest, take_host, bytes_per_ms);
        _exit(0);
    }
    close(take_guest);
    close(take_host);
    return pid;
}

void
carrier_free(GPid carrier)
{
    if (carrier == 0)
        return;
    kill(carrier, SIGKILL);
    waitpid(carrier, NULL, 0);
}
