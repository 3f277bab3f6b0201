// SPDX-License-Identifier: Apache-2.0
// Two connections that behave: handshake, streams, messages, priorities, heartbeat; and what
// restarts, garbage and lost bytes do to them.
#include "tests/unit/channel_link.h"

#include "channel/frame.h"
#include "channel/stream.h"

#include <string.h>

#define S 1000000u
#define HOST(link) (&(link).ends[CHAN_ROLE_HOST])
#define GUEST(link) (&(link).ends[CHAN_ROLE_GUEST])

static guint8 letters[2 * 1024 * 1024];

static void
test_handshake(void)
{
    static const gsize pieces[] = {0, 1, 3, 100, 127, 128, 129};
    ChanConnConfig named = {.software = "casement \x1b[31m9", .features = CHAN_FEATURE_FDS};

    for (gsize i = 0; i < G_N_ELEMENTS(pieces); i++) {
        Link link;
        link_init(&link, &named, NULL);
        link.piece = pieces[i];
        g_assert_true(link_ready(&link, 0));
        g_assert_cmpint(HOST(link)->ready, ==, 1);
        g_assert_cmpint(GUEST(link)->ready, ==, 1);
        g_assert_cmpint(chan_conn_fds(HOST(link)->conn), ==, CHAN_FDS_NO);
        link_clear(&link);
    }
}

// One end is there long before the other, and what it said early is lost.
static void
test_late_guest(void)
{
    Link link;

    link_init(&link, NULL, NULL);
    for (int i = 0; i < 10; i++) {
        (void)link_take(&link, CHAN_ROLE_HOST, G_MAXSIZE);
        g_byte_array_set_size(HOST(link)->out, 0);
        link.now_us += 60 * S;
        chan_conn_tick(HOST(link)->conn, link.now_us);
        g_assert_cmpuint(chan_conn_deadline(HOST(link)->conn), <=, link.now_us + 10 * S);
    }
    link_restart(&link, CHAN_ROLE_GUEST);
    g_assert_true(link_ready(&link, 0));
    link_clear(&link);
}

static guint32
open_stream(Link *link, ChanPriority priority)
{
    guint32 id = chan_conn_open(HOST(*link)->conn, "rdp", priority, false);

    g_assert_cmpuint(id, !=, 0);
    link_settle(link);
    g_assert_cmpuint(GUEST(*link)->stream, ==, id);
    g_assert_cmpstr(GUEST(*link)->service, ==, "rdp");
    return id;
}

static void
test_streams(void)
{
    Link link;

    link_init(&link, NULL, NULL);
    link.piece = 30000;
    g_assert_true(link_ready(&link, 0));
    guint32 id = open_stream(&link, CHAN_PRIORITY_BULK);
    gsize sent = 0;
    while (sent < sizeof letters) {
        gsize n = (gsize)g_test_rand_int_range(1, 100000);
        n = MIN(n, sizeof letters - sent);
        sent += chan_conn_write(HOST(link)->conn, id, CHAN_SPAN(letters + sent, n));
        link_settle(&link);
    }
    g_assert_cmpmem(GUEST(link)->data->data, GUEST(link)->data->len, letters, sizeof letters);
    // Half-close: the guest answers after the host's end.
    chan_conn_shutdown(HOST(link)->conn, id);
    link_settle(&link);
    g_assert_cmpint(GUEST(link)->fins, ==, 1);
    g_assert_cmpuint(chan_conn_write(HOST(link)->conn, id, CHAN_SPAN(letters, 1)), ==, 0);
    g_assert_cmpuint(chan_conn_write(GUEST(link)->conn, id, CHAN_SPAN("bye", 3)), ==, 3);
    chan_conn_shutdown(GUEST(link)->conn, id);
    link_settle(&link);
    g_assert_cmpmem(HOST(link)->data->data, HOST(link)->data->len, "bye", 3);
    g_assert_cmpint(HOST(link)->fins, ==, 1);
    for (int i = 0; i < 2; i++) {
        ChanConnStats stats;
        chan_conn_get_stats(link.ends[i].conn, &stats);
        g_assert_cmpuint(stats.streams, ==, 0);
    }
    link_clear(&link);
}

static void
test_reset(void)
{
    Link link;

    link_init(&link, NULL, NULL);
    g_assert_true(link_ready(&link, 0));
    for (int by = 0; by < 2; by++) {
        guint32 id = open_stream(&link, CHAN_PRIORITY_BULK);
        (void)chan_conn_write(link.ends[!by].conn, id, CHAN_SPAN(letters, 200000));
        (void)link_take(&link, (ChanRole)!by, 1000); // in the middle of a frame
        chan_conn_reset(link.ends[by].conn, id, CHAN_RESET_REFUSED);
        link_settle(&link);
        g_assert_cmpint(link.ends[!by].resets, ==, 1);
        g_assert_cmpint(link.ends[!by].reason, ==, CHAN_RESET_REFUSED);
        g_assert_cmpuint(chan_conn_write(link.ends[!by].conn, id, CHAN_SPAN(letters, 1)), ==, 0);
        g_assert_cmpint(link.ends[by].error, ==, 0);
        g_assert_cmpint(link.ends[!by].error, ==, 0);
        // By the very side that is sending.
        id = open_stream(&link, CHAN_PRIORITY_BULK);
        (void)chan_conn_write(link.ends[by].conn, id, CHAN_SPAN(letters, 200000));
        (void)link_take(&link, (ChanRole)by, 1000);
        chan_conn_reset(link.ends[by].conn, id, CHAN_RESET_FAILED);
        link_settle(&link);
        g_assert_cmpint(link.ends[!by].resets, ==, 2);
    }
    // Both at once: nobody hears of it, both have forgotten it.
    guint32 id = open_stream(&link, CHAN_PRIORITY_BULK);
    chan_conn_reset(HOST(link)->conn, id, CHAN_RESET_CLOSED);
    chan_conn_reset(GUEST(link)->conn, id, CHAN_RESET_CLOSED);
    link_settle(&link);
    g_assert_cmpint(HOST(link)->resets, ==, 2);
    g_assert_cmpint(HOST(link)->ended + GUEST(link)->ended, ==, 0);
    link_clear(&link);
}

// A reader that reads nothing holds at most its window; what it frees flows again.
static void
test_flow_control(void)
{
    static const guint32 windows[] = {1, 65536, 65537, 300000};

    for (gsize i = 0; i < G_N_ELEMENTS(windows); i++) {
        ChanConnConfig config = {.window = windows[i]};
        gsize window = MAX(windows[i], CHAN_CREDIT_INITIAL), written = 0;
        Link link;

        link_init(&link, &config, &config);
        g_assert_true(link_ready(&link, 0));
        guint32 id = open_stream(&link, CHAN_PRIORITY_BULK);
        GUEST(link)->keeps = TRUE;
        for (int k = 0; k < 50; k++) {
            written += chan_conn_write(HOST(link)->conn, id, CHAN_SPAN(letters + written, 50000));
            link_settle(&link);
        }
        g_assert_cmpuint(written, <=, window + 256 * 1024);
        ChanConnStats stats;
        chan_conn_get_stats(GUEST(link)->conn, &stats);
        g_assert_cmpuint(stats.bytes_in, <=, window + 10000);
        GUEST(link)->keeps = FALSE;
        gsize got = 0;
        for (ChanSpan s; (s = chan_conn_peek(GUEST(link)->conn, id)).size > 0;) {
            g_assert_cmpmem(s.data, s.size, letters + got, s.size);
            got += s.size;
            chan_conn_consume(GUEST(link)->conn, id, s.size);
        }
        g_assert_cmpuint(got, <=, window);
        g_assert_cmpuint(got, >=, CHAN_CREDIT_INITIAL);
        link_settle(&link);
        g_assert_cmpuint(HOST(link)->writable, >=, 1);
        g_assert_cmpuint(got + GUEST(link)->data->len, ==, written);
        g_assert_cmpmem(GUEST(link)->data->data, GUEST(link)->data->len, letters + got,
                        written - got);
        link_clear(&link);
    }
}

static void
test_messages(void)
{
    static const gsize sizes[] = {0,
                                  1,
                                  CHAN_FRAME_MAX - 7,
                                  CHAN_FRAME_MAX - 6,
                                  CHAN_FRAME_MAX - 5,
                                  CHAN_FRAME_MAX,
                                  CHAN_MESSAGE_MAX - 1,
                                  CHAN_MESSAGE_MAX};
    Link link;

    link_init(&link, NULL, NULL);
    link.piece = 20000;
    g_assert_cmpint(chan_conn_send(HOST(link)->conn, 1, CHAN_SPAN(letters, 1)), ==,
                    CHAN_SEND_NOT_READY);
    g_assert_true(link_ready(&link, 0));
    for (gsize i = 0; i < G_N_ELEMENTS(sizes); i++) {
        for (int from = 0; from < 2; from++) {
            ChanSpan payload = CHAN_SPAN(letters + i, sizes[i]);
            g_assert_cmpint(chan_conn_send(link.ends[from].conn, (guint16)(i + 1), payload), ==,
                            CHAN_SEND_OK);
            link_settle(&link);
            LinkEnd *to = &link.ends[!from];
            g_assert_cmpint(to->messages, ==, i + 1);
            g_assert_cmpuint(to->type, ==, i + 1);
            g_assert_cmpmem(to->message->data, to->message->len, payload.data, payload.size);
        }
    }
    g_assert_cmpint(chan_conn_send(HOST(link)->conn, 1, CHAN_SPAN(letters, CHAN_MESSAGE_MAX + 1)),
                    ==, CHAN_SEND_TOO_LONG);
    // Nobody reads: the queue has its limit.
    int n = 0;
    while (chan_conn_send(HOST(link)->conn, 1, CHAN_SPAN(letters, CHAN_MESSAGE_MAX)) ==
           CHAN_SEND_OK)
        n++;
    g_assert_cmpint(n, ==, 7);
    link_settle(&link);
    g_assert_cmpint(GUEST(link)->messages, ==, (int)G_N_ELEMENTS(sizes) + n);
    link_clear(&link);
}

// A writer that found the queue full is told of room by sending alone, without a byte from the
// peer.
static void
test_writable(void)
{
    ChanEvent event;
    Link link;

    link_init(&link, NULL, NULL);
    g_assert_true(link_ready(&link, 0));
    guint32 id = open_stream(&link, CHAN_PRIORITY_BULK);
    while (chan_conn_write(HOST(link)->conn, id, CHAN_SPAN(letters, 100000)) > 0)
        continue;
    g_assert_false(link_event(&link, HOST(link), &event));
    (void)link_take(&link, CHAN_ROLE_HOST, G_MAXSIZE);
    g_assert_cmpuint(chan_conn_deadline(HOST(link)->conn), ==, 0);
    g_assert_true(link_event(&link, HOST(link), &event));
    g_assert_cmpint(event.kind, ==, CHAN_EVENT_WRITABLE);
    g_assert_cmpuint(event.stream, ==, id);
    g_assert_false(link_event(&link, HOST(link), &event));
    g_assert_cmpuint(chan_conn_deadline(HOST(link)->conn), >, link.now_us);
    link_clear(&link);
}

// While bulk saturates the pipe, a control message waits for the frame under way and no more.
static void
test_priorities(void)
{
    Link link;

    link_init(&link, NULL, NULL);
    g_assert_true(link_ready(&link, 0));
    guint32 bulk = open_stream(&link, CHAN_PRIORITY_BULK);
    guint32 media = open_stream(&link, CHAN_PRIORITY_MEDIA);
    guint32 control = open_stream(&link, CHAN_PRIORITY_CONTROL);
    for (int round = 0; round < 200; round++) {
        while (chan_conn_write(HOST(link)->conn, bulk, CHAN_SPAN(letters, 100000)) > 0)
            continue;
        (void)link_take(&link, CHAN_ROLE_HOST, (gsize)g_test_rand_int_range(1, 70000));
        link_give(&link, CHAN_ROLE_HOST, G_MAXSIZE);
        gsize before = GUEST(link)->data->len;
        g_assert_cmpint(chan_conn_send(HOST(link)->conn, 9, CHAN_SPAN("x", 1)), ==, CHAN_SEND_OK);
        g_assert_cmpuint(chan_conn_write(HOST(link)->conn, media, CHAN_SPAN("M", 1)), ==, 1);
        g_assert_cmpuint(chan_conn_write(HOST(link)->conn, control, CHAN_SPAN("C", 1)), ==, 1);
        // The rest of the frame under way, then these three.
        int messages = GUEST(link)->messages;
        while (GUEST(link)->messages == messages) {
            g_assert_cmpuint(link_take(&link, CHAN_ROLE_HOST, 64), >, 0);
            link_give(&link, CHAN_ROLE_HOST, G_MAXSIZE);
        }
        g_assert_cmpuint(GUEST(link)->data->len - before, <=, CHAN_FRAME_MAX + 1);
        link_settle(&link);
    }
    link_clear(&link);
}

// Streams of one priority take turns.
static void
test_fairness(void)
{
    guint32 ids[4];
    gsize got[4] = {0};
    ChanEvent event;
    Link link;

    link_init(&link, NULL, NULL);
    g_assert_true(link_ready(&link, 0));
    for (int i = 0; i < 4; i++)
        ids[i] = open_stream(&link, CHAN_PRIORITY_BULK);
    // Frames become whole ones once the pipe has shown that it is fast.
    (void)chan_conn_write(HOST(link)->conn, ids[0], CHAN_SPAN(letters, 100000));
    link_settle(&link);
    for (int i = 0; i < 4; i++)
        (void)chan_conn_write(HOST(link)->conn, ids[i], CHAN_SPAN(letters, 256 * 1024));
    GUEST(link)->keeps = TRUE;
    (void)link_take(&link, CHAN_ROLE_HOST, 4 * (CHAN_FRAME_MAX + CHAN_FRAME_OVERHEAD));
    link_give(&link, CHAN_ROLE_HOST, G_MAXSIZE);
    while (link_event(&link, GUEST(link), &event))
        continue;
    for (int i = 0; i < 4; i++)
        for (ChanSpan s; (s = chan_conn_peek(GUEST(link)->conn, ids[i])).size > 0;) {
            got[i] += s.size;
            chan_conn_consume(GUEST(link)->conn, ids[i], s.size);
        }
    for (int i = 0; i < 4; i++)
        g_assert_cmpuint(got[i], ==, CHAN_FRAME_MAX);
    link_clear(&link);
}

static void
test_heartbeat(void)
{
    Link link;
    int wakes = 0;

    link_init(&link, NULL, NULL);
    g_assert_true(link_ready(&link, 0));
    guint64 start = link.now_us;
    while (link.now_us < start + 600 * S) {
        g_assert_true(link_wait(&link, 600 * S));
        wakes++;
    }
    // One deadline every ten seconds for both ends together.
    g_assert_cmpint(wakes, <=, 61);
    g_assert_cmpint(HOST(link)->error, ==, 0);
    // The guest hangs: it takes and says nothing.
    start = link.now_us;
    while (HOST(link)->error == 0 && link.now_us < start + 60 * S) {
        ChanEvent event;
        link.now_us = MAX(link.now_us, chan_conn_deadline(HOST(link)->conn));
        chan_conn_tick(HOST(link)->conn, link.now_us);
        (void)link_take(&link, CHAN_ROLE_HOST, G_MAXSIZE);
        (void)link_event(&link, HOST(link), &event);
    }
    g_assert_cmpint(HOST(link)->error, ==, CHAN_ERROR_SILENT);
    g_assert_cmpuint(link.now_us - start, <=, 31 * S);
    g_assert_cmpuint(chan_conn_deadline(HOST(link)->conn), ==, UINT64_MAX);
    link_clear(&link);
}

// The guest takes everything and says nothing: asked twice, it is silent soon after something was
// sent, and not lost; its next byte ends that. At rest nobody is asked more often for it.
static void
test_silent(void)
{
    ChanConnConfig config = {.role = CHAN_ROLE_HOST, .quiet_ms = 4000};
    ChanEvent event;
    Link link;

    link_init(&link, &config, NULL);
    g_assert_true(link_ready(&link, 0));
    ChanConn *host = HOST(link)->conn;
    g_assert_true(link_wait(&link, 600 * S)); // what it said last, no answer, is asked for one
    for (int wakes = 0; wakes < 60; wakes++) {
        guint64 before = link.now_us;
        g_assert_true(link_wait(&link, 600 * S));
        g_assert_cmpuint(link.now_us - before, >=, 10 * S);
    }
    link_settle(&link);
    for (int silences = 0; silences < 2; silences++) {
        guint64 start = link.now_us;
        gsize sent = 0;
        g_assert_cmpint(chan_conn_send(host, 9, CHAN_SPAN_TEXT("a key")), ==, CHAN_SEND_OK);
        sent = link_take(&link, CHAN_ROLE_HOST, G_MAXSIZE);
        g_assert_false(chan_conn_silent(host));
        int asked = 0;
        while (!chan_conn_silent(host)) {
            link.now_us = MAX(link.now_us, chan_conn_deadline(host));
            g_assert_cmpuint(link.now_us - start, <=, 4 * S);
            chan_conn_tick(host, link.now_us);
            asked += link_take(&link, CHAN_ROLE_HOST, G_MAXSIZE) > 0;
        }
        g_assert_cmpuint(sent, >, 0);
        g_assert_cmpint(asked, ==, 2);
        g_assert_cmpuint(link.now_us - start, ==, 4 * S);
        g_assert_cmpuint(chan_conn_deadline(host), >, link.now_us); // no busy loop
        link_settle(&link);                                         // the guest goes on
        g_assert_false(chan_conn_silent(host));
        while (link_event(&link, HOST(link), &event))
            ;
    }
    g_assert_cmpint(HOST(link)->error, ==, 0);
    link_clear(&link);
}

// Boot text, pieces of frames, a false hello: what comes before the peer's hello does not matter.
static void
test_garbage_before(void)
{
    ChanHelloFrame forged = {.hello = {.version = 1, .nonce = {1, 2, 3}}, .role = CHAN_ROLE_GUEST};
    guint8 hello[CHAN_HELLO_SIZE];

    chan_hello_encode(&forged, hello);
    for (int i = 0; i < 200; i++) {
        g_autoptr(GByteArray) text = g_byte_array_new();
        Link link;
        for (int k = g_test_rand_int_range(0, 2000); k > 0; k--) {
            guint8 b = (guint8)(i % 2 ? g_test_rand_int_range(0, 256) : 0xc5);
            g_byte_array_append(text, &b, 1);
        }
        if (i % 3 == 0)
            g_byte_array_append(text, hello, sizeof hello);
        g_byte_array_append(text, chan_hello_magic, (guint)g_test_rand_int_range(0, 17));
        g_byte_array_append(text, hello, (guint)g_test_rand_int_range(0, 128));
        g_byte_array_append(text, chan_frame_magic, (guint)g_test_rand_int_range(0, 5));
        link_init(&link, NULL, NULL);
        link_inject(&link, CHAN_ROLE_HOST, CHAN_SPAN(text->data, text->len));
        g_assert_true(link_ready(&link, 3 * S));
        g_assert_cmpint(HOST(link)->ready, ==, 1);
        g_assert_cmpint(HOST(link)->ended + HOST(link)->error, ==, 0);
        link_clear(&link);
    }
}

// Either end is replaced while frames are cut in two, in either direction. No byte that was not
// sent arrives, and a session is up again within two seconds.
static void
test_restart(gconstpointer who)
{
    ChanRole role = (ChanRole)GPOINTER_TO_INT(who);

    for (int i = 0; i < 300; i++) {
        Link link;
        link_init(&link, NULL, NULL);
        link.piece = 5000;
        g_assert_true(link_ready(&link, 0));
        guint32 id = open_stream(&link, CHAN_PRIORITY_BULK);
        for (int from = 0; from < 2; from++) {
            (void)chan_conn_write(link.ends[from].conn, id, CHAN_SPAN(letters, 200000));
            (void)chan_conn_send(link.ends[from].conn, 3, CHAN_SPAN(letters, 300000));
            gsize cut = (gsize)g_test_rand_int_range(0, i % 2 ? 200 : 500000);
            (void)link_take(&link, (ChanRole)from, cut);
            link_give(&link, (ChanRole)from, (gsize)g_test_rand_int_range(0, 500000));
        }
        for (int from = 0; from < 2; from++) {
            LinkEnd *to = &link.ends[!from];
            g_assert_cmpmem(to->data->data, to->data->len, letters, to->data->len);
        }
        link_restart(&link, role);
        int ready = link.ends[!role].ready;
        g_assert_true(link_ready(&link, 2 * S));
        g_assert_cmpint(link.ends[!role].ready, ==, ready + 1);
        g_assert_cmpint(link.ends[!role].ended, ==, 1);
        g_assert_cmpint(HOST(link)->error + GUEST(link)->error, ==, 0);
        for (int from = 0; from < 2; from++) {
            LinkEnd *to = &link.ends[!from];
            g_assert_cmpmem(to->data->data, to->data->len, letters, to->data->len);
            g_assert_cmpmem(to->message->data, to->message->len, letters, to->message->len);
            g_assert_true(to->message->len == 0 || to->message->len == 300000);
        }
        // And it works.
        int messages = GUEST(link)->messages;
        g_assert_cmpint(chan_conn_send(HOST(link)->conn, 4, CHAN_SPAN("hi", 2)), ==, CHAN_SEND_OK);
        link_settle(&link);
        g_assert_cmpint(GUEST(link)->messages, ==, messages + 1);
        link_clear(&link);
    }
}

// Bytes are lost or altered between two living ends.
static void
test_damage(void)
{
    for (int i = 0; i < 300; i++) {
        Link link;
        link_init(&link, NULL, NULL);
        g_assert_true(link_ready(&link, 0));
        guint32 id = open_stream(&link, CHAN_PRIORITY_BULK);
        (void)chan_conn_write(HOST(link)->conn, id, CHAN_SPAN(letters, 100000));
        (void)chan_conn_send(HOST(link)->conn, 3, CHAN_SPAN(letters, 10));
        (void)link_take(&link, CHAN_ROLE_HOST, G_MAXSIZE);
        GByteArray *out = HOST(link)->out;
        guint at = (guint)g_test_rand_int_range(0, i % 2 ? 80 : (gint32)out->len);
        guint n = (guint)g_test_rand_int_range(1, 300);
        g_byte_array_remove_range(out, at, MIN(n, out->len - at));
        link_settle(&link);
        g_assert_true(link_ready(&link, 4 * S));
        // What was lost was at the very end, or it was noticed.
        (void)chan_conn_send(HOST(link)->conn, 5, CHAN_SPAN("ok", 2));
        while (GUEST(link)->type != 5 && HOST(link)->ended == 0)
            g_assert_true(link_wait(&link, 60 * S));
        g_assert_true(link_ready(&link, 4 * S));
        (void)chan_conn_send(HOST(link)->conn, 6, CHAN_SPAN("ok", 2));
        link_settle(&link);
        g_assert_cmpint(GUEST(link)->type, ==, 6);
        g_assert_cmpint(HOST(link)->error + GUEST(link)->error, ==, 0);
        link_clear(&link);
    }
}

// A pipe that damages everything is given up, not tried for ever.
static void
test_unstable(void)
{
    Link link;
    int rounds = 0;

    link_init(&link, NULL, NULL);
    while (HOST(link)->error == 0 && rounds++ < 1000) {
        (void)link_ready(&link, S / 10);
        link_inject(&link, CHAN_ROLE_HOST, CHAN_SPAN("noise", 5));
    }
    g_assert_cmpint(HOST(link)->error, ==, CHAN_ERROR_UNSTABLE);
    link_clear(&link);
}

// A million streams, one after the other: ids ascend, nothing stays behind.
static void
test_million_streams(void)
{
    ChanConnStats stats;
    guint32 last = 0;
    Link link;

    link_init(&link, NULL, NULL);
    g_assert_true(link_ready(&link, 0));
    for (int i = 0; i < 1000000; i++) {
        guint32 id = chan_conn_open(HOST(link)->conn, "s", CHAN_PRIORITY_BULK, false);
        g_assert_cmpuint(id, >, last);
        last = id;
        if (i % 2)
            chan_conn_reset(HOST(link)->conn, id, CHAN_RESET_CLOSED);
        if (i % 100 != 99)
            continue;
        link_settle(&link);
        for (guint32 k = id - 99; k <= id; k++)
            chan_conn_reset(link.ends[k % 3 == 0].conn, k, CHAN_RESET_CLOSED);
        link_settle(&link);
    }
    for (int i = 0; i < 2; i++) {
        chan_conn_get_stats(link.ends[i].conn, &stats);
        g_assert_cmpint(link.ends[i].error, ==, 0);
        g_assert_cmpuint(stats.streams, <=, 100);
    }
    link_clear(&link);
}

static void
test_streams_limit(void)
{
    Link link;

    link_init(&link, NULL, NULL);
    g_assert_cmpuint(chan_conn_open(HOST(link)->conn, "s", CHAN_PRIORITY_BULK, false), ==, 0);
    g_assert_true(link_ready(&link, 0));
    for (int i = 0; i < CHAN_STREAMS_MAX; i++)
        g_assert_cmpuint(chan_conn_open(HOST(link)->conn, "s", CHAN_PRIORITY_BULK, false), !=, 0);
    g_assert_cmpuint(chan_conn_open(HOST(link)->conn, "s", CHAN_PRIORITY_BULK, false), ==, 0);
    link_settle(&link);
    g_assert_cmpint(GUEST(link)->opened, ==, CHAN_STREAMS_MAX);
    g_assert_cmpint(GUEST(link)->error, ==, 0);
    // The host is done with one, the guest has not read it: its place is refused, nothing breaks.
    GUEST(link)->keeps = TRUE;
    g_assert_cmpuint(chan_conn_write(HOST(link)->conn, 1, CHAN_SPAN("abc", 3)), ==, 3);
    chan_conn_shutdown(HOST(link)->conn, 1);
    chan_conn_shutdown(GUEST(link)->conn, 1);
    link_settle(&link);
    guint32 id = chan_conn_open(HOST(link)->conn, "s", CHAN_PRIORITY_BULK, false);
    g_assert_cmpuint(id, ==, 1 + CHAN_STREAMS_MAX);
    link_settle(&link);
    g_assert_cmpint(HOST(link)->resets, ==, 1);
    g_assert_cmpint(HOST(link)->reason, ==, CHAN_RESET_BUSY);
    g_assert_cmpuint(chan_conn_peek(GUEST(link)->conn, 1).size, ==, 3);
    link_clear(&link);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < sizeof letters; i++)
        letters[i] = (guint8)(i * 31 + i / 255);
    g_test_add_func("/channel/conn/handshake", test_handshake);
    g_test_add_func("/channel/conn/late-guest", test_late_guest);
    g_test_add_func("/channel/conn/streams", test_streams);
    g_test_add_func("/channel/conn/reset", test_reset);
    g_test_add_func("/channel/conn/flow-control", test_flow_control);
    g_test_add_func("/channel/conn/writable", test_writable);
    g_test_add_func("/channel/conn/messages", test_messages);
    g_test_add_func("/channel/conn/priorities", test_priorities);
    g_test_add_func("/channel/conn/fairness", test_fairness);
    g_test_add_func("/channel/conn/heartbeat", test_heartbeat);
    g_test_add_func("/channel/conn/silent", test_silent);
    g_test_add_func("/channel/conn/garbage-before", test_garbage_before);
    g_test_add_data_func("/channel/conn/restart/host", GINT_TO_POINTER(CHAN_ROLE_HOST),
                         test_restart);
    g_test_add_data_func("/channel/conn/restart/guest", GINT_TO_POINTER(CHAN_ROLE_GUEST),
                         test_restart);
    g_test_add_func("/channel/conn/damage", test_damage);
    g_test_add_func("/channel/conn/unstable", test_unstable);
    g_test_add_func("/channel/conn/million-streams", test_million_streams);
    g_test_add_func("/channel/conn/streams-limit", test_streams_limit);
    return g_test_run();
}
