// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/session_relay.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define PDU_MAX 32 // the longest one that is falsified

// Headers of RDPGFX PDUs ([MS-RDPEGFX] 2.2.1.5): cmdId, flags, length.
static const guint8 create_surface[] = {9, 0, 0, 0, 15, 0, 0, 0};
static const guint8 wire_to_surface[] = {1, 0, 0, 0};

static void
falsify_create(guint8 *pdu, RelayMode mode)
{
    static const guint8 huge[] = {0xff, 0xff, 0xff, 0xff}, large[] = {0x00, 0x40, 0x40, 0x1f};

    memcpy(pdu + 10, mode == RELAY_HUGE_SURFACES ? huge : large, 4);
}

// AVC420 in no region (2.2.4.4); what were pixels is the bitstream.
static void
falsify_codec(guint8 *pdu)
{
    pdu[10] = 0x0b;
    memset(pdu + 25, 0, 4);
}

static void
falsify(guint8 *data, gsize size, RelayMode mode)
{
    for (gsize i = 0; i + PDU_MAX <= size; i++) {
        if ((mode == RELAY_HUGE_SURFACES || mode == RELAY_MANY_SURFACES) &&
            memcmp(data + i, create_surface, sizeof create_surface) == 0)
            falsify_create(data + i, mode);
        // Followed by surface id, codec (uncompressed: 0, planar: 0x0a) and format (0x20 or 0x21).
        bool pixels = memcmp(data + i, wire_to_surface, sizeof wire_to_surface) == 0 &&
                      (data[i + 10] == 0 || data[i + 10] == 0x0a) && data[i + 11] == 0 &&
                      (data[i + 12] & 0xfe) == 0x20;
        if (mode == RELAY_WRONG_SURFACE && pixels)
            data[i + 9] = 0x77;
        if (mode == RELAY_VIDEO && pixels)
            falsify_codec(data + i);
    }
}

static gboolean
send_all(int fd, const guint8 *data, gsize size)
{
    while (size > 0) {
        gssize n = send(fd, data, size, MSG_NOSIGNAL);
        if (n <= 0)
            return FALSE;
        data += n;
        size -= (gsize)n;
    }
    return TRUE;
}

static volatile sig_atomic_t last_words;

static void
on_last_words(int number)
{
    last_words = 1;
}

// The name of the program that a Server Execute Result speaks of ([MS-RDPERP] 2.2.2.3.1), UTF-16.
static gboolean
are_last(const guint8 *data, gsize size)
{
    static const guint8 nothing[] = "n\0o\0t\0h\0i\0n\0g";

    return last_words && memmem(data, size, nothing, sizeof nothing) != NULL;
}

// Holds back what could be the beginning of a PDU until more comes or nothing does for a while.
static void
relay(int server, int client, RelayMode mode, int record)
{
    static guint8 data[256 * 1024];
    gsize held = 0;

    for (;;) {
        struct pollfd polls[] = {{server, POLLIN, 0}, {client, POLLIN, 0}};
        int n = poll(polls, 2, held ? 5 : -1);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return;
        if (polls[1].revents) {
            guint8 back[4096];
            gssize got = recv(client, back, sizeof back, MSG_DONTWAIT);
            if (got == 0 || (got > 0 && !send_all(server, back, (gsize)got)))
                return;
        }
        gssize got =
            polls[0].revents ? recv(server, data + held, sizeof data - held, MSG_DONTWAIT) : -1;
        if (got == 0)
            return;
        gsize have = held + (gsize)MAX(got, 0);
        bool last = are_last(data, have);
        if (last)
            (void)raise(SIGSTOP); // until the session stands still
        falsify(data, have, mode);
        // With nothing new the rest is let go as well.
        gsize keep = mode == RELAY_FAITHFUL || mode == RELAY_LAST_WORDS || got < 0
                         ? 0
                         : MIN(have, PDU_MAX - 1);
        if (n > 0 && got < 0)
            keep = have;
        gsize out = have - keep;
        if (record >= 0 && out > 0 && write(record, data, out) != (gssize)out)
            return;
        if (out > 0 && !send_all(client, data, out))
            return;
        if (last)
            return;
        memmove(data, data + out, keep);
        held = keep;
    }
}

Relay *
relay_new(int take_server_fd, RelayMode mode, const char *record)
{
    Relay *r = g_new0(Relay, 1);
    int pair[2];

    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), ==, 0);
    r->pid = fork();
    g_assert_cmpint(r->pid, >=, 0);
    if (r->pid == 0) {
        struct sigaction action = {.sa_handler = on_last_words};
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        sigaction(SIGUSR1, &action, NULL);
        close(pair[0]);
        relay(take_server_fd, pair[1], mode,
              record ? open(record, O_WRONLY | O_CREAT | O_TRUNC, 0600) : -1);
        _exit(0);
    }
    close(pair[1]);
    close(take_server_fd);
    r->client = pair[0];
    return r;
}

static void
await_stop(GPid pid)
{
    int status = 0;

    g_assert_cmpint(waitpid(pid, &status, WUNTRACED), ==, pid);
    g_assert_true(WIFSTOPPED(status));
}

void
relay_last_words(Relay *r, GPid session, void (*say)(gpointer user), gpointer user)
{
    kill(r->pid, SIGUSR1);
    say(user);
    await_stop(r->pid);
    kill(session, SIGSTOP);
    await_stop(session);
    kill(r->pid, SIGCONT);
    waitpid(r->pid, NULL, 0);
    r->pid = 0;
    kill(session, SIGCONT);
}

void
relay_free(Relay *r)
{
    if (r->pid > 0) {
        kill(r->pid, SIGKILL);
        waitpid(r->pid, NULL, 0);
    }
    g_free(r);
}
