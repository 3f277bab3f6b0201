// SPDX-License-Identifier: Apache-2.0
// What the channel costs over a plain Unix socket, measured in the same run:
//   name value unit ratio limit pass|FAIL
// one line each, with tabs between. Exits with 1 when a limit is missed. With --quick it only runs
// through, in a few seconds; with the name of a part (throughput, trips, slow) it runs that one.
#include "tests/bench/channel_bench_end.h"

#include "channel/glib/pump.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define BLOCK (64 * 1024)
#define ROUNDS 7
#define SLOW_BYTES_PER_S 50000

static gsize total = 1024u * 1024 * 1024;
static int trips = 20000, busy_trips = 3000, slow_trips = 300;
static gboolean failed;
static guint8 block[BLOCK];

static void
report(const char *name, double value, const char *unit, double ratio, const char *limit,
       gboolean good)
{
    printf("%s\t%.3f\t%s\t%.2f\t%s\t%s\n", name, value, unit, ratio, limit, good ? "pass" : "FAIL");
    fflush(stdout);
    failed |= !good;
}

static void
finish(GPid pid, int fd)
{
    close(fd);
    (void)waitpid(pid, NULL, 0);
}

static int
compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double
quantile(double *values, int n, double q)
{
    qsort(values, (size_t)n, sizeof *values, compare);
    return values[MIN(n - 1, (int)(q * n))];
}

// --- throughput

static void
raw_sink(int fd)
{
    static guint8 buffer[4 * BLOCK];
    gsize got = 0;

    while (got < total) {
        ssize_t n = read(fd, buffer, sizeof buffer);
        if (n <= 0)
            return;
        got += (gsize)n;
    }
    (void)!write(fd, "", 1);
}

static double
raw_throughput(void)
{
    GPid pid;
    int fd = bench_spawn(raw_sink, &pid);
    guint64 start = bench_now_us();
    char end;

    for (gsize sent = 0; sent < total; sent += BLOCK)
        for (gsize at = 0; at < BLOCK;) {
            ssize_t n = write(fd, block + at, BLOCK - at);
            if (n < 0)
                g_error("write: %s", g_strerror(errno));
            at += (gsize)n;
        }
    if (read(fd, &end, 1) != 1)
        g_error("the sink ended");
    double mb_s = (double)total / (double)(bench_now_us() - start);
    finish(pid, fd);
    return mb_s;
}

static void
channel_sink(int fd)
{
    BenchEnd e;
    gboolean told = FALSE;

    bench_end_init(&e, CHAN_ROLE_GUEST, fd);
    e.echoes = TRUE;
    while (!e.ended) {
        bench_end_turn(&e, TRUE);
        if (e.received >= total && !told)
            told = chan_conn_send(e.conn, 1, (ChanSpan){0}) == CHAN_SEND_OK;
    }
    bench_end_clear(&e);
}

// Keeps the stream's queue filled. TRUE when there is nothing more to fill in until bytes move.
static gboolean
fill(BenchEnd *e, guint32 stream, gsize *left)
{
    size_t room;
    gboolean full = TRUE;

    while (*left > 0 && chan_conn_write_space(e->conn, stream, &room)) {
        gsize n = MIN(room, *left);
        chan_conn_written(e->conn, stream, n);
        *left -= n;
        full = FALSE;
    }
    return full;
}

static guint32
start_channel(BenchEnd *e, int fd)
{
    bench_end_init(e, CHAN_ROLE_HOST, fd);
    while (!e->ready)
        bench_end_turn(e, TRUE);
    return chan_conn_open(e->conn, "bulk", CHAN_PRIORITY_BULK, false);
}

static double
channel_throughput(void)
{
    GPid pid;
    int fd = bench_spawn(channel_sink, &pid);
    gsize left = total;
    BenchEnd e;
    guint32 stream = start_channel(&e, fd);
    guint64 start = bench_now_us();

    while (e.messages == 0) {
        gboolean full = fill(&e, stream, &left);
        bench_end_turn(&e, full);
    }
    double mb_s = (double)total / (double)(bench_now_us() - start);
    bench_end_clear(&e);
    (void)waitpid(pid, NULL, 0);
    return mb_s;
}

static void
bench_throughput(void)
{
    double raw[ROUNDS], channel[ROUNDS];

    // Turn by turn, so that what else the machine does hits both.
    for (int i = 0; i < ROUNDS; i++) {
        raw[i] = raw_throughput();
        channel[i] = channel_throughput();
    }
    double r = quantile(raw, ROUNDS, 0.5), c = quantile(channel, ROUNDS, 0.5);
    report("raw_throughput", r, "MB/s", 1, "-", TRUE);
    report("channel_throughput", c, "MB/s", c / r, ">=0.8", c >= 0.8 * r);
}

// --- round trips

static void
raw_echo(int fd)
{
    guint8 buffer[16];
    ssize_t n;

    while ((n = read(fd, buffer, sizeof buffer)) > 0)
        (void)!write(fd, buffer, (size_t)n);
}

static double *
raw_trips(void)
{
    double *us = g_new(double, trips);
    guint8 buffer[16] = {0};
    GPid pid;
    int fd = bench_spawn(raw_echo, &pid);

    for (int i = 0; i < trips; i++) {
        gint64 start = g_get_monotonic_time();
        if (write(fd, buffer, 16) != 16 || read(fd, buffer, 16) != 16)
            g_error("the echo ended");
        us[i] = (double)(g_get_monotonic_time() - start);
    }
    finish(pid, fd);
    return us;
}

// n round trips of a control message; bulk goes on meanwhile when stream is not 0.
static double *
control_trips(BenchEnd *e, guint32 stream, int n)
{
    double *us = g_new(double, n);

    for (int i = 0; i < n; i++) {
        gsize endless = G_MAXSIZE / 2, before = e->messages;
        if (stream)
            fill(e, stream, &endless);
        gint64 start = g_get_monotonic_time();
        if (chan_conn_send(e->conn, 1, CHAN_SPAN(block, 16)) != CHAN_SEND_OK)
            g_error("cannot send");
        while (e->messages == before) {
            gboolean full = !stream || fill(e, stream, &endless);
            bench_end_turn(e, full);
        }
        us[i] = (double)(g_get_monotonic_time() - start);
    }
    return us;
}

static void
channel_echo(int fd)
{
    BenchEnd e;

    bench_end_init(&e, CHAN_ROLE_GUEST, fd);
    e.echoes = TRUE;
    while (!e.ended)
        bench_end_turn(&e, TRUE);
    bench_end_clear(&e);
}

static void
bench_round_trips(void)
{
    GPid pid;
    int fd = bench_spawn(channel_echo, &pid);
    BenchEnd e;
    guint32 stream = start_channel(&e, fd);
    g_autofree double *raw = raw_trips();
    g_autofree double *idle = control_trips(&e, 0, trips);
    g_autofree double *busy = control_trips(&e, stream, busy_trips);
    double r = quantile(raw, trips, 0.5), c = quantile(idle, trips, 0.5);
    double idle99 = quantile(idle, trips, 0.99), busy99 = quantile(busy, busy_trips, 0.99);

    report("raw_round_trip_p50", r, "us", 1, "-", TRUE);
    report("channel_round_trip_p50", c, "us", c / r, "<=3", c <= 3 * r);
    report("control_idle_p99", idle99, "us", 1, "-", TRUE);
    report("control_busy_p99", busy99, "us", busy99 / idle99, "<=10", busy99 <= 10 * idle99);
    bench_end_clear(&e);
    (void)waitpid(pid, NULL, 0);
}

// --- a slow pipe

// Passes bytes on, each when its time has come, and holds only what it passes at once.
static void
throttle(int a, int b)
{
    int fds[2] = {a, b};
    gint64 next = g_get_monotonic_time();

    for (;;) {
        next += 1000;
        gint64 left = next - g_get_monotonic_time();
        if (left > 0)
            (void)poll(NULL, 0, 1); // the pipe's own pace
        for (int i = 0; i < 2; i++) {
            guint8 bytes[SLOW_BYTES_PER_S / 1000];
            ssize_t n = recv(fds[i], bytes, sizeof bytes, MSG_DONTWAIT);
            if (n == 0 || (n > 0 && write(fds[!i], bytes, (size_t)n) != n))
                return;
        }
    }
}

static void
slow_pipe(int fd)
{
    GPid pid;
    int guest = bench_spawn(channel_echo, &pid);

    throttle(fd, guest);
    finish(pid, guest);
}

static void
bench_slow(void)
{
    GPid pid;
    int fd = bench_spawn(slow_pipe, &pid);
    BenchEnd e;
    guint32 stream = start_channel(&e, fd);
    gsize endless = G_MAXSIZE / 2;
    guint64 warm = bench_now_us() + 2000000;

    g_autofree double *idle = control_trips(&e, 0, slow_trips);
    // Let the bulk fill what it can and the rate be measured.
    while (bench_now_us() < warm) {
        fill(&e, stream, &endless);
        bench_end_turn(&e, TRUE);
    }
    ChanConnStats before, after;
    chan_conn_get_stats(e.conn, &before);
    guint64 start = bench_now_us();
    g_autofree double *busy = control_trips(&e, stream, slow_trips);
    chan_conn_get_stats(e.conn, &after);
    double rate =
        (double)(after.bytes_out - before.bytes_out) / ((double)(bench_now_us() - start) / 1e6);
    double idle99 = quantile(idle, slow_trips, 0.99) / 1000,
           busy99 = quantile(busy, slow_trips, 0.99) / 1000;
    report("slow_idle_p99", idle99, "ms", 1, "-", TRUE);
    report("slow_busy_p99", busy99, "ms", busy99 / idle99, "<=50ms", busy99 <= 50);
    report("slow_used", rate / 1000, "kB/s", rate / SLOW_BYTES_PER_S, ">=0.8",
           rate >= 0.8 * SLOW_BYTES_PER_S);
    bench_end_clear(&e);
    (void)waitpid(pid, NULL, 0);
}

int
main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(void);
    } parts[] = {
        {"throughput", bench_throughput}, {"trips", bench_round_trips}, {"slow", bench_slow}};
    const char *only = NULL;

    for (int i = 1; i < argc; i++) {
        if (g_str_equal(argv[i], "--quick")) {
            total = 64 * 1024 * 1024;
            trips = 500;
            busy_trips = 200;
            slow_trips = 20;
        } else {
            only = argv[i];
        }
    }
    for (gsize i = 0; i < G_N_ELEMENTS(parts); i++)
        if (!only || g_str_equal(only, parts[i].name))
            parts[i].run();
    return failed ? 1 : 0;
}
