// SPDX-License-Identifier: Apache-2.0
// A peer that knows the keys and breaks every rule: each gets its error, memory stays bounded.
#include "tests/unit/channel_link.h"

#include "channel/frame.h"
#include "channel/stream.h"
#include "channel/wire.h"

#include <malloc.h>
#include <string.h>

static guint8 zeroes[CHAN_FRAME_MAX + 1];

#define BYTES(...) CHAN_SPAN(((const guint8[]){__VA_ARGS__}), sizeof((const guint8[]){__VA_ARGS__}))
#define OPEN_PAYLOAD BYTES(2, 1, 0, 's')
#define NONE ((ChanSpan){0})

typedef struct {
    const char *what;
    ChanRole receiver;
    guint8 type, flags;
    guint32 stream;
    gsize size;          // of zeroes, unless payload is given
    const char *payload; // hex
    ChanError error;     // 0: none
} Case;

#define H CHAN_ROLE_HOST
#define G CHAN_ROLE_GUEST

// Each is sent as the first frame of a session in which the host has opened stream 1.
static const Case cases[] = {
    {"type 0", G, 0, 0, 0, 1, NULL, CHAN_ERROR_FRAME},
    {"type 11", G, 11, 0, 0, 1, NULL, CHAN_ERROR_FRAME},
    {"type 255", G, 255, 0, 1, 1, NULL, CHAN_ERROR_FRAME},
    {"empty message frame", G, 1, 1, 0, 0, NULL, CHAN_ERROR_FRAME},
    {"message on a stream", G, 1, 1, 1, 6, NULL, CHAN_ERROR_FRAME},
    {"message with an unknown flag", G, 1, 2, 0, 6, NULL, CHAN_ERROR_FRAME},
    {"message shorter than its head", G, 1, 1, 0, 5, NULL, CHAN_ERROR_MESSAGE},
    {"message of 0 bytes", G, 1, 1, 0, 6, NULL, CHAN_ERROR_NONE},
    {"message longer than it says", G, 1, 1, 0, 7, NULL, CHAN_ERROR_MESSAGE},
    {"message at its limit", G, 1, 1, 0, 0, "010000000800", CHAN_ERROR_NONE},
    {"message over its limit", G, 1, 1, 0, 0, "010001000800", CHAN_ERROR_MESSAGE},
    {"message of 4 GiB", G, 1, 1, 0, 0, "0100ffffffff", CHAN_ERROR_MESSAGE},
    {"rest of no message", G, 1, 0, 0, 10, NULL, CHAN_ERROR_ORDER},
    {"frame at its limit", G, 1, 1, 0, CHAN_FRAME_MAX, NULL, CHAN_ERROR_MESSAGE},
    {"guest opens", H, 2, 0, 2, 0, "02010073", CHAN_ERROR_FRAME},
    {"open of a used id", G, 2, 0, 1, 0, "02010073", CHAN_ERROR_ORDER},
    {"open of stream 0", G, 2, 0, 0, 0, "02010073", CHAN_ERROR_FRAME},
    {"open of the reserved id", G, 2, 0, UINT32_MAX, 0, "02010073", CHAN_ERROR_FRAME},
    {"open without a name", G, 2, 0, 2, 0, "020000", CHAN_ERROR_FRAME},
    {"open with an empty name", G, 2, 0, 2, 0, "02000073", CHAN_ERROR_FRAME},
    {"open with a cut name", G, 2, 0, 2, 0, "02020073", CHAN_ERROR_FRAME},
    {"open of priority 3", G, 2, 0, 2, 0, "03010073", CHAN_ERROR_FRAME},
    {"open with a long name", G, 2, 0, 2, 3 + CHAN_SERVICE_MAX + 1, NULL, CHAN_ERROR_FRAME},
    {"open with a descriptor nobody agreed on", G, 2, 1, 2, 0, "02010073", CHAN_ERROR_FRAME},
    {"open", G, 2, 0, 2, 0, "02010073", CHAN_ERROR_NONE},
    {"open of a far id", G, 2, 0, UINT32_MAX - 1, 0, "02010073", CHAN_ERROR_NONE},
    {"data", G, 3, 0, 1, 1, NULL, CHAN_ERROR_NONE},
    {"all the credit", G, 3, 0, 1, CHAN_CREDIT_INITIAL, NULL, CHAN_ERROR_NONE},
    {"empty data", G, 3, 0, 1, 0, NULL, CHAN_ERROR_FRAME},
    {"data of stream 0", G, 3, 0, 0, 1, NULL, CHAN_ERROR_FRAME},
    {"data of a stream never opened", G, 3, 0, 2, 1, NULL, CHAN_ERROR_ORDER},
    {"data of a stream never opened, to the host", H, 3, 0, 2, 1, NULL, CHAN_ERROR_ORDER},
    {"data to the host", H, 3, 0, 1, 1, NULL, CHAN_ERROR_NONE},
    {"credit", G, 4, 0, 1, 0, "01000000", CHAN_ERROR_NONE},
    {"no credit", G, 4, 0, 1, 0, "00000000", CHAN_ERROR_CREDIT},
    {"absurd credit", G, 4, 0, 1, 0, "ffffffff", CHAN_ERROR_CREDIT},
    {"credit at its limit", G, 4, 0, 1, 0, "0000ff03", CHAN_ERROR_NONE},
    {"credit over its limit", G, 4, 0, 1, 0, "0100ff03", CHAN_ERROR_CREDIT},
    {"short credit", G, 4, 0, 1, 3, NULL, CHAN_ERROR_FRAME},
    {"long credit", G, 4, 0, 1, 5, NULL, CHAN_ERROR_FRAME},
    {"credit of a stream never opened", G, 4, 0, 7, 0, "01000000", CHAN_ERROR_ORDER},
    {"fin", G, 5, 0, 1, 0, NULL, CHAN_ERROR_NONE},
    {"fin with payload", G, 5, 0, 1, 1, NULL, CHAN_ERROR_FRAME},
    {"fin of a stream never opened", G, 5, 0, 9, 0, NULL, CHAN_ERROR_ORDER},
    {"reset", G, 6, 0, 1, 0, "0100", CHAN_ERROR_NONE},
    {"reset for an unknown reason", G, 6, 0, 1, 0, "ffff", CHAN_ERROR_NONE},
    {"short reset", G, 6, 0, 1, 1, NULL, CHAN_ERROR_FRAME},
    {"reset of a stream never opened", H, 6, 0, 9, 2, NULL, CHAN_ERROR_ORDER},
    {"ping", H, 7, 0, 0, 8, NULL, CHAN_ERROR_NONE},
    {"short ping", H, 7, 0, 0, 7, NULL, CHAN_ERROR_FRAME},
    {"ping on a stream", H, 7, 0, 1, 8, NULL, CHAN_ERROR_FRAME},
    {"pong nobody asked for", H, 8, 0, 0, 8, NULL, CHAN_ERROR_NONE},
    {"probe from a guest", H, 9, 0, 0, 0, NULL, CHAN_ERROR_FRAME},
    {"probe nobody agreed on", G, 9, 0, 0, 0, NULL, CHAN_ERROR_FRAME},
    {"probe's answer from the host", G, 10, 0, 0, 1, NULL, CHAN_ERROR_FRAME},
    {"probe's answer nobody asked for", H, 10, 0, 0, 1, NULL, CHAN_ERROR_ORDER},
};

static ChanSpan
from_hex(const char *hex, guint8 *out)
{
    gsize n = strlen(hex) / 2;

    for (gsize i = 0; i < n; i++)
        out[i] =
            (guint8)(g_ascii_xdigit_value(hex[2 * i]) << 4 | g_ascii_xdigit_value(hex[2 * i + 1]));
    return CHAN_SPAN(out, n);
}

static void
start(RawPeer *raw, ChanRole receiver, guint32 window)
{
    ChanConnConfig config = {.window = window};

    raw_init(raw, receiver, &config);
    if (receiver == CHAN_ROLE_HOST)
        g_assert_cmpuint(chan_conn_open(raw->conn, "s", CHAN_PRIORITY_BULK, false), ==, 1);
    else
        g_assert_cmpint(raw_send(raw, CHAN_FRAME_OPEN, 0, 1, OPEN_PAYLOAD), ==, CHAN_EVENT_OPENED);
    (void)raw_drain(raw);
}

static void
test_frames(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        const Case *c = &cases[i];
        guint8 bytes[64];
        RawPeer raw;
        g_test_message("%s", c->what);
        start(&raw, c->receiver, 1);
        ChanSpan payload = c->payload ? from_hex(c->payload, bytes) : CHAN_SPAN(zeroes, c->size);
        int kind = raw_send(&raw, c->type, c->flags, c->stream, payload);
        if (c->error) {
            g_assert_cmpint(kind, ==, CHAN_EVENT_ERROR);
            g_assert_cmpint(raw.event.error, ==, c->error);
            g_assert_cmpstr(chan_error_text(raw.event.error), !=, "unknown error");
            // It is over: nothing is sent, nothing more is told.
            g_assert_cmpint(raw_send(&raw, CHAN_FRAME_PING, 0, 0, CHAN_SPAN(zeroes, 8)), ==, -1);
            g_assert_cmpuint(raw_drain(&raw), ==, 0);
        } else {
            g_assert_cmpint(kind, !=, CHAN_EVENT_ERROR);
        }
        raw_clear(&raw);
    }
}

// A length in a header that its payload does not have: over the limit it is refused at once, below
// it ends the sync, because the trailer is not where it must be.
static void
test_sizes(void)
{
    RawPeer raw;

    start(&raw, CHAN_ROLE_GUEST, 1);
    g_assert_cmpint(raw_send_sized(&raw, (ChanFrameHead){3, 0, 1, CHAN_FRAME_MAX + 1}, NONE), ==,
                    CHAN_EVENT_ERROR);
    g_assert_cmpint(raw.event.error, ==, CHAN_ERROR_FRAME);
    raw_clear(&raw);
    start(&raw, CHAN_ROLE_GUEST, 1);
    g_assert_cmpint(raw_send_sized(&raw, (ChanFrameHead){3, 0, 1, UINT32_MAX}, NONE), ==,
                    CHAN_EVENT_ERROR);
    raw_clear(&raw);
    start(&raw, CHAN_ROLE_GUEST, 1);
    g_assert_cmpint(raw_send_sized(&raw, (ChanFrameHead){3, 0, 1, 10}, CHAN_SPAN(zeroes, 20)), ==,
                    CHAN_EVENT_ENDED);
    raw_clear(&raw);
}

static void
test_credit_overrun(void)
{
    RawPeer raw;

    // Not a byte over, whether the reader reads or not, and what it reads gives as much again.
    start(&raw, CHAN_ROLE_GUEST, 1);
    g_assert_cmpint(raw_send(&raw, 3, 0, 1, CHAN_SPAN(zeroes, CHAN_CREDIT_INITIAL)), ==,
                    CHAN_EVENT_DATA);
    for (ChanSpan s; (s = chan_conn_peek(raw.conn, 1)).size > 0;)
        chan_conn_consume(raw.conn, 1, s.size);
    (void)raw_drain(&raw); // the credit goes out
    g_assert_cmpint(raw_send(&raw, 3, 0, 1, CHAN_SPAN(zeroes, CHAN_CREDIT_INITIAL)), ==,
                    CHAN_EVENT_DATA);
    g_assert_cmpint(raw_send(&raw, 3, 0, 1, CHAN_SPAN(zeroes, 1)), ==, CHAN_EVENT_ERROR);
    g_assert_cmpint(raw.event.error, ==, CHAN_ERROR_CREDIT);
    raw_clear(&raw);
}

static void
test_after_end(void)
{
    RawPeer raw;

    for (guint i = 0; i < 2; i++) {
        guint8 type = i == 0 ? CHAN_FRAME_DATA : CHAN_FRAME_FIN;
        start(&raw, CHAN_ROLE_GUEST, 1);
        g_assert_cmpint(raw_send(&raw, CHAN_FRAME_FIN, 0, 1, NONE), ==, CHAN_EVENT_FIN);
        g_assert_cmpint(raw_send(&raw, type, 0, 1, CHAN_SPAN(zeroes, type == CHAN_FRAME_DATA)), ==,
                        CHAN_EVENT_ERROR);
        g_assert_cmpint(raw.event.error, ==, CHAN_ERROR_ORDER);
        raw_clear(&raw);
    }
    // After a reset the late frames of the other end are no error.
    start(&raw, CHAN_ROLE_GUEST, 1);
    chan_conn_reset(raw.conn, 1, CHAN_RESET_CLOSED);
    g_assert_cmpint(raw_send(&raw, 3, 0, 1, CHAN_SPAN(zeroes, 100)), ==, -1);
    g_assert_cmpuint(raw_drain(&raw), >, 0);
    g_assert_cmpint(raw_send(&raw, 3, 0, 1, CHAN_SPAN(zeroes, 100)), ==, -1);
    g_assert_cmpint(raw_send(&raw, 4, 0, 1, BYTES(1, 0, 0, 0)), ==, -1);
    g_assert_cmpint(raw_send(&raw, 5, 0, 1, NONE), ==, -1);
    g_assert_cmpint(raw_send(&raw, 6, 0, 1, BYTES(1, 0)), ==, -1);
    raw_clear(&raw);
    // A second message within the first.
    start(&raw, CHAN_ROLE_GUEST, 1);
    g_assert_cmpint(raw_send(&raw, 1, 1, 0, BYTES(1, 0, 9, 0, 0, 0)), ==, -1);
    g_assert_cmpint(raw_send(&raw, 1, 1, 0, BYTES(1, 0, 9, 0, 0, 0)), ==, CHAN_EVENT_ERROR);
    g_assert_cmpint(raw.event.error, ==, CHAN_ERROR_ORDER);
    raw_clear(&raw);
}

// Frames that come again, or in another order, are not frames of this session.
static void
test_replay(void)
{
    RawPeer raw;

    start(&raw, CHAN_ROLE_GUEST, 1);
    g_assert_cmpint(raw_send(&raw, 3, 0, 1, CHAN_SPAN(zeroes, 1)), ==, CHAN_EVENT_DATA);
    raw.send.sequence--;
    g_assert_cmpint(raw_send(&raw, 3, 0, 1, CHAN_SPAN(zeroes, 1)), ==, CHAN_EVENT_ENDED);
    raw_clear(&raw);
    start(&raw, CHAN_ROLE_GUEST, 1);
    raw.send.sequence++;
    g_assert_cmpint(raw_send(&raw, 3, 0, 1, CHAN_SPAN(zeroes, 1)), ==, CHAN_EVENT_ENDED);
    raw_clear(&raw);
}

// A payload full of hellos and frame headers is a payload.
static void
test_forged_payload(void)
{
    ChanHelloFrame forged = {.hello = {.version = 0, .nonce = {1}}, .role = CHAN_ROLE_HOST};
    guint8 bytes[40 * CHAN_HELLO_SIZE];
    RawPeer raw;

    for (gsize i = 0; i < sizeof bytes; i += CHAN_HELLO_SIZE)
        chan_hello_encode(&forged, bytes + i);
    start(&raw, CHAN_ROLE_GUEST, 1);
    g_assert_cmpint(raw_send(&raw, 3, 0, 1, CHAN_SPAN(bytes, sizeof bytes)), ==, CHAN_EVENT_DATA);
    ChanSpan got = chan_conn_peek(raw.conn, 1);
    g_assert_cmpmem(got.data, got.size, bytes, sizeof bytes);
    g_assert_true(chan_conn_ready(raw.conn));
    raw_clear(&raw);
}

static void
test_version(void)
{
    ChanConnConfig config = {.role = CHAN_ROLE_HOST, .nonce = {9}};
    ChanConn *c = chan_conn_new(&config, 0);
    ChanHelloFrame hello = {.hello = {.version = 0, .nonce = {1}}, .role = CHAN_ROLE_GUEST};
    ChanEvent event;
    size_t room;

    chan_hello_encode(&hello, chan_conn_receive_space(c, &room));
    chan_conn_received(c, CHAN_HELLO_SIZE, 0);
    g_assert_false(chan_conn_next_event(c, &event, 0)); // anybody's
    memcpy(hello.echo, config.nonce, CHAN_NONCE_SIZE);
    chan_hello_encode(&hello, chan_conn_receive_space(c, &room));
    chan_conn_received(c, CHAN_HELLO_SIZE, 0);
    g_assert_true(chan_conn_next_event(c, &event, 0));
    g_assert_cmpint(event.kind, ==, CHAN_EVENT_ERROR);
    g_assert_cmpint(event.error, ==, CHAN_ERROR_VERSION);
    chan_conn_free(c);
}

static gsize
memory_in_use(void)
{
    struct mallinfo2 m = mallinfo2();

    return m.uordblks + m.hblkhd;
}

// A million opens from a host that keeps none of its promises, and a flood of everything else.
static void
test_flood(void)
{
    gsize before = memory_in_use(), most = 0;
    int opened = 0;
    RawPeer raw;

    raw_init(&raw, CHAN_ROLE_GUEST, NULL);
    for (guint32 id = 1; id <= 1000000; id++) {
        int kind = raw_send(&raw, CHAN_FRAME_OPEN, 0, id, OPEN_PAYLOAD);
        opened += kind == CHAN_EVENT_OPENED;
        most = MAX(most, memory_in_use());
        if (kind == CHAN_EVENT_ERROR)
            break;
    }
    g_assert_cmpint(opened, ==, CHAN_STREAMS_MAX);
    g_assert_cmpint(raw.event.error, ==, CHAN_ERROR_STREAMS);
    raw_clear(&raw);
    // Opened and reset a million times by the host.
    raw_init(&raw, CHAN_ROLE_GUEST, NULL);
    for (guint32 id = 1; id <= 1000000; id++) {
        g_assert_cmpint(raw_send(&raw, CHAN_FRAME_OPEN, 0, id, OPEN_PAYLOAD), ==,
                        CHAN_EVENT_OPENED);
        g_assert_cmpint(raw_send(&raw, CHAN_FRAME_DATA, 0, id, CHAN_SPAN(zeroes, 10)), ==,
                        CHAN_EVENT_DATA);
        g_assert_cmpint(raw_send(&raw, CHAN_FRAME_RESET, 0, id, BYTES(1, 0)), ==, CHAN_EVENT_RESET);
        most = MAX(most, memory_in_use());
    }
    raw_clear(&raw);
    // Pings that nobody lets us answer.
    raw_init(&raw, CHAN_ROLE_HOST, NULL);
    for (int i = 0; i < 1000000; i++)
        g_assert_cmpint(raw_send(&raw, CHAN_FRAME_PING, 0, 0, CHAN_SPAN(zeroes, 8)), ==, -1);
    most = MAX(most, memory_in_use());
    g_assert_cmpuint(raw_drain(&raw), <, 200);
    raw_clear(&raw);
    if (most > 0) // a sanitizer's own allocator does not tell
        g_assert_cmpuint(most - MIN(before, most), <, 4 * 1024 * 1024);
}

// All streams full of bytes that nobody reads: not more than the sum of the windows.
static void
test_memory_bound(void)
{
    ChanConnConfig config = {.window = 64 * 1024 * 1024};
    gsize before = memory_in_use();
    RawPeer raw;

    raw_init(&raw, CHAN_ROLE_GUEST, &config);
    gsize accepted = 0;
    for (guint32 id = 1; id <= CHAN_STREAMS_MAX; id++) {
        g_assert_cmpint(raw_send(&raw, CHAN_FRAME_OPEN, 0, id, OPEN_PAYLOAD), ==,
                        CHAN_EVENT_OPENED);
        (void)raw_drain(&raw);
        gsize limit = CHAN_CREDIT_INITIAL + (id == 1 ? CHAN_WINDOWS_MAX : 0);
        for (gsize sent = 0; sent < limit; sent += CHAN_FRAME_MAX) {
            g_assert_cmpint(raw_send(&raw, 3, 0, id, CHAN_SPAN(zeroes, CHAN_FRAME_MAX)), ==,
                            CHAN_EVENT_DATA);
            accepted += CHAN_FRAME_MAX;
        }
    }
    g_assert_cmpuint(accepted, ==, CHAN_WINDOWS_MAX + CHAN_STREAMS_MAX * CHAN_CREDIT_INITIAL);
    gsize used = memory_in_use();
    if (used > 0)
        g_assert_cmpuint(used - before, <, accepted + accepted / 8);
    g_assert_cmpint(raw_send(&raw, 3, 0, 1, CHAN_SPAN(zeroes, 1)), ==, CHAN_EVENT_ERROR);
    g_assert_cmpint(raw.event.error, ==, CHAN_ERROR_CREDIT);
    raw_clear(&raw);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/channel/hostile/frames", test_frames);
    g_test_add_func("/channel/hostile/sizes", test_sizes);
    g_test_add_func("/channel/hostile/credit-overrun", test_credit_overrun);
    g_test_add_func("/channel/hostile/after-end", test_after_end);
    g_test_add_func("/channel/hostile/replay", test_replay);
    g_test_add_func("/channel/hostile/forged-payload", test_forged_payload);
    g_test_add_func("/channel/hostile/version", test_version);
    g_test_add_func("/channel/hostile/flood", test_flood);
    g_test_add_func("/channel/hostile/memory-bound", test_memory_bound);
    return g_test_run();
}
