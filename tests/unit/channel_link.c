// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/channel_link.h"

#include "channel/frame.h"

#include <string.h>

static guint8 next_nonce;

static void
end_start(LinkEnd *e, guint64 now_us)
{
    // A fresh nonce each time, and the same ones in each run.
    for (int i = 0; i < CHAN_NONCE_SIZE; i++)
        e->config.nonce[i] = (guint8)(++next_nonce * 37 + i + 1);
    e->conn = chan_conn_new(&e->config, now_us);
}

static void
end_init(LinkEnd *e, ChanRole role, const ChanConnConfig *config)
{
    *e = (LinkEnd){.role = role, .config = *config};
    e->config.role = role;
    e->out = g_byte_array_new();
    e->message = g_byte_array_new();
    e->data = g_byte_array_new();
}

void
link_init(Link *link, const ChanConnConfig *host, const ChanConnConfig *guest)
{
    static const ChanConnConfig plain;

    *link = (Link){.now_us = 1000000};
    end_init(&link->ends[CHAN_ROLE_HOST], CHAN_ROLE_HOST, host ? host : &plain);
    end_init(&link->ends[CHAN_ROLE_GUEST], CHAN_ROLE_GUEST, guest ? guest : &plain);
    end_start(&link->ends[0], link->now_us);
    end_start(&link->ends[1], link->now_us);
}

void
link_clear(Link *link)
{
    for (int i = 0; i < 2; i++) {
        chan_conn_free(link->ends[i].conn);
        g_byte_array_unref(link->ends[i].out);
        g_byte_array_unref(link->ends[i].message);
        g_byte_array_unref(link->ends[i].data);
    }
}

void
link_restart(Link *link, ChanRole role)
{
    chan_conn_free(link->ends[role].conn);
    end_start(&link->ends[role], link->now_us);
}

gsize
link_take(Link *link, ChanRole from, gsize max)
{
    LinkEnd *e = &link->ends[from];
    ChanOutput out;
    gsize taken = 0;

    while (taken < max && chan_conn_output(e->conn, &out, link->now_us)) {
        gsize n = 0;
        for (gsize i = 0; i < out.n_spans && taken + n < max; i++) {
            gsize part = MIN(out.spans[i].size, max - taken - n);
            g_byte_array_append(e->out, out.spans[i].data, (guint)part);
            n += part;
        }
        chan_conn_sent(e->conn, n, link->now_us);
        chan_conn_unsent(e->conn, 0, link->now_us);
        taken += n;
    }
    return taken;
}

static void
note_data(LinkEnd *e, guint32 stream)
{
    ChanSpan span;

    e->stream = stream;
    while (!e->keeps && (span = chan_conn_peek(e->conn, stream)).size > 0) {
        g_byte_array_append(e->data, span.data, (guint)span.size);
        chan_conn_consume(e->conn, stream, span.size);
    }
}

gboolean
link_event(Link *link, LinkEnd *e, ChanEvent *event)
{
    if (!chan_conn_next_event(e->conn, event, link->now_us))
        return FALSE;
    e->ready += event->kind == CHAN_EVENT_READY;
    e->ended += event->kind == CHAN_EVENT_ENDED;
    e->messages += event->kind == CHAN_EVENT_MESSAGE;
    e->opened += event->kind == CHAN_EVENT_OPENED;
    e->fins += event->kind == CHAN_EVENT_FIN;
    e->resets += event->kind == CHAN_EVENT_RESET;
    e->writable += event->kind == CHAN_EVENT_WRITABLE;
    if (event->kind == CHAN_EVENT_MESSAGE) {
        e->type = event->type;
        g_byte_array_set_size(e->message, 0);
        g_byte_array_append(e->message, event->payload.data, (guint)event->payload.size);
    } else if (event->kind == CHAN_EVENT_DATA) {
        note_data(e, event->stream);
    } else if (event->kind == CHAN_EVENT_OPENED) {
        e->stream = event->stream;
        memcpy(e->service, event->untrusted_service, sizeof e->service);
    } else if (event->kind == CHAN_EVENT_RESET) {
        e->reason = event->reason;
    } else if (event->kind == CHAN_EVENT_ERROR) {
        e->error = event->error;
    }
    return TRUE;
}

static void
give_piece(Link *link, LinkEnd *to, const guint8 *bytes, gsize size)
{
    ChanEvent event;

    while (size > 0) {
        size_t room;
        uint8_t *space = chan_conn_receive_space(to->conn, &room);
        gsize n = MIN(size, room);
        memcpy(space, bytes, n);
        chan_conn_received(to->conn, n, link->now_us);
        bytes += n;
        size -= n;
        while (link_event(link, to, &event))
            continue;
    }
}

gsize
link_give(Link *link, ChanRole from, gsize max)
{
    LinkEnd *e = &link->ends[from], *to = &link->ends[!from];
    gsize given = 0;

    while (given < max && e->out->len > 0) {
        gsize n = MIN(max - given, e->out->len);
        if (link->piece > 0) {
            gsize piece = (gsize)g_test_rand_int_range(1, (gint32)link->piece + 1);
            n = MIN(n, piece);
        }
        give_piece(link, to, e->out->data, n);
        g_byte_array_remove_range(e->out, 0, (guint)n);
        given += n;
    }
    return given;
}

void
link_inject(Link *link, ChanRole to, ChanSpan bytes)
{
    give_piece(link, &link->ends[to], bytes.data, bytes.size);
}

void
link_settle(Link *link)
{
    ChanEvent event;
    gsize moved;

    do {
        moved = 0;
        for (int i = 0; i < 2; i++) {
            while (link_event(link, &link->ends[i], &event))
                moved++;
            moved += link_take(link, (ChanRole)i, 256 * 1024);
            moved += link_give(link, (ChanRole)i, G_MAXSIZE);
        }
    } while (moved > 0);
}

gboolean
link_wait(Link *link, guint64 us)
{
    link_settle(link);
    guint64 at =
        MIN(chan_conn_deadline(link->ends[0].conn), chan_conn_deadline(link->ends[1].conn));
    if (at == UINT64_MAX)
        return FALSE;
    link->now_us = MAX(link->now_us, MIN(at, link->now_us + us));
    chan_conn_tick(link->ends[0].conn, link->now_us);
    chan_conn_tick(link->ends[1].conn, link->now_us);
    link_settle(link);
    return TRUE;
}

gboolean
link_ready(Link *link, guint64 us)
{
    guint64 until = link->now_us + us;

    link_settle(link);
    while (!chan_conn_ready(link->ends[0].conn) || !chan_conn_ready(link->ends[1].conn))
        if (link->now_us >= until || !link_wait(link, until - link->now_us))
            return FALSE;
    return TRUE;
}

// --- raw

static void
raw_give(RawPeer *raw, const void *bytes, gsize size)
{
    size_t room;
    uint8_t *space = chan_conn_receive_space(raw->conn, &room);

    g_assert_cmpuint(size, <=, room);
    memcpy(space, bytes, size);
    chan_conn_received(raw->conn, size, raw->now_us);
}

gsize
raw_drain(RawPeer *raw)
{
    ChanOutput out;
    gsize n = 0;

    while (chan_conn_output(raw->conn, &out, raw->now_us)) {
        for (gsize i = 0; i < out.n_spans; i++) {
            n += out.spans[i].size;
            chan_conn_sent(raw->conn, out.spans[i].size, raw->now_us);
        }
        chan_conn_unsent(raw->conn, 0, raw->now_us);
    }
    return n;
}

void
raw_init(RawPeer *raw, ChanRole conn_role, const ChanConnConfig *config)
{
    ChanConnConfig own = {0}, theirs = {0};
    guint8 hello[CHAN_HELLO_SIZE];
    ChanHelloFrame heard = {0};
    bool new_peer;

    if (config)
        own = theirs = *config;
    theirs.role = conn_role;
    own.role = !conn_role;
    memset(theirs.nonce, 3, CHAN_NONCE_SIZE);
    memset(own.nonce, 5, CHAN_NONCE_SIZE);
    *raw = (RawPeer){.now_us = 1000};
    raw->conn = chan_conn_new(&theirs, raw->now_us);
    chan_handshake_init(&raw->shake, &own, raw->now_us);
    heard.role = (guint8)conn_role;
    heard.hello.version = CHAN_VERSION;
    heard.hello.features = theirs.features;
    memcpy(heard.hello.nonce, theirs.nonce, CHAN_NONCE_SIZE);
    memcpy(heard.echo, own.nonce, CHAN_NONCE_SIZE);
    g_assert_cmpint(chan_handshake_receive(&raw->shake, &heard, &new_peer, raw->now_us), ==,
                    CHAN_HELLO_CONFIRMED);
    g_assert_true(chan_handshake_take(&raw->shake, hello, raw->now_us));
    raw_give(raw, hello, sizeof hello);
    g_assert_true(chan_conn_next_event(raw->conn, &raw->event, raw->now_us));
    g_assert_cmpint(raw->event.kind, ==, CHAN_EVENT_READY);
    chan_handshake_keys(&raw->shake, &raw->send, &raw->receive);
    (void)raw_drain(raw);
}

void
raw_clear(RawPeer *raw)
{
    chan_conn_free(raw->conn);
}

int
raw_send_sized(RawPeer *raw, ChanFrameHead head, ChanSpan payload)
{
    guint8 header[CHAN_FRAME_HEADER], trailer[CHAN_FRAME_TRAILER];
    ChanEvent more;

    chan_frame_write(&raw->send, &head, header, trailer);
    raw_give(raw, header, sizeof header);
    if (payload.size > 0)
        raw_give(raw, payload.data, payload.size);
    raw_give(raw, trailer, sizeof trailer);
    if (!chan_conn_next_event(raw->conn, &raw->event, raw->now_us))
        return -1;
    int kind = (int)raw->event.kind;
    while (chan_conn_next_event(raw->conn, &more, raw->now_us))
        continue;
    return kind;
}

int
raw_send(RawPeer *raw, guint8 type, guint8 flags, guint32 stream, ChanSpan payload)
{
    return raw_send_sized(raw, (ChanFrameHead){type, flags, stream, (guint32)payload.size},
                          payload);
}
