// SPDX-License-Identifier: Apache-2.0
#include "channel/glib/tiles.h"

#include "channel/glib/steady.h"

#include <errno.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define READ_AT_ONCE (256 * 1024)
#define IN_CAPACITY (CHAN_TILES_MESSAGE_MAX + READ_AT_ONCE)
#define TURN_US 4000                // of reading; then others have theirs
#define SEND_AT (256 * 1024)        // so much is handed on before there is more
#define KEEP_CAPACITY (1024 * 1024) // of the output when it is empty, or what was used of late
#define SEND_BUFFER (256 * 1024)    // the kernel's: what is there is passed by nothing

// Whole messages that wait.
typedef struct {
    guint8 *bytes;
    gsize size, capacity;
    gsize at;       // sent before
    gsize boundary; // where the first message ends or begins from there on
    gsize used;     // of late
} Queue;

struct ChanTilesSocket {
    GSource *source;
    gpointer tag; // of fd in source; NULL while nothing of it is awaited
    int fd;
    bool from_guest;
    const ChanTilesHandlers *handlers;
    gpointer user;
    gboolean paused, blocked, over, told;
    guint8 *in;
    gsize in_size;
    Queue out[2]; // by ChanTilesTurn
};

typedef struct {
    GSource source;
    ChanTilesSocket *socket;
} TilesSource;

// Of a stream that nothing is awaited from, a hang-up would keep the loop awake.
static void
await(ChanTilesSocket *s)
{
    GIOCondition want = (s->paused ? 0 : G_IO_IN) | (s->blocked ? G_IO_OUT : 0);

    if (s->over)
        want = 0;
    if (s->tag && want)
        g_source_modify_unix_fd(s->source, s->tag, want);
    else if (s->tag)
        g_source_remove_unix_fd(s->source, s->tag);
    else if (want)
        s->tag = g_source_add_unix_fd(s->source, s->fd, want);
    if (!want)
        s->tag = NULL;
}

void
chan_tiles_socket_end(ChanTilesSocket *s)
{
    s->over = TRUE;
    await(s);
    g_source_set_ready_time(s->source, 0);
}

// ---- out

// Pages that are needed again for the next frame cost as much as its pixels.
static void
reset(Queue *q)
{
    q->used = MAX(q->size, q->used - q->used / 16);
    q->size = q->at = q->boundary = 0;
    if (q->capacity <= MAX(KEEP_CAPACITY, 4 * q->used))
        return;
    g_clear_pointer(&q->bytes, g_free);
    q->capacity = 0;
}

static void
advance(Queue *q, gsize n)
{
    q->at += n;
    while (q->boundary < q->at) {
        guint32 length;
        memcpy(&length, q->bytes + q->boundary, sizeof length);
        q->boundary += sizeof length + GUINT32_FROM_LE(length);
    }
    if (q->at == q->size)
        reset(q);
}

// The rest of a message that has begun; else what is first, else what is later.
static Queue *
next_bytes(ChanTilesSocket *s, gsize *n)
{
    Queue *first = &s->out[CHAN_TILES_FIRST], *later = &s->out[CHAN_TILES_LATER];
    Queue *q = later->boundary > later->at || first->size == 0 ? later : first;

    *n = (q == later && first->size > 0 ? q->boundary : q->size) - q->at;
    return q;
}

void
chan_tiles_socket_send(ChanTilesSocket *s)
{
    Queue *q;
    gsize bytes;

    while (!s->over && (q = next_bytes(s, &bytes), bytes > 0)) {
        ssize_t n = send(s->fd, q->bytes + q->at, bytes, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n >= 0) {
            advance(q, (gsize)n);
        } else if (errno == EAGAIN) {
            s->blocked = TRUE;
            await(s);
            return;
        } else if (errno != EINTR) {
            chan_tiles_socket_end(s);
            return;
        }
    }
    if (!s->blocked)
        return;
    s->blocked = FALSE;
    await(s);
}

guint8 *
chan_tiles_socket_room(ChanTilesSocket *s, ChanTilesTurn turn, gsize bytes)
{
    Queue *q = &s->out[turn];

    if (q->size + bytes <= q->capacity)
        return q->bytes + q->size;
    if (q->at > 0) {
        memmove(q->bytes, q->bytes + q->at, q->size - q->at);
        q->size -= q->at;
        q->boundary -= q->at;
        q->at = 0;
    }
    if (q->size + bytes > q->capacity) {
        q->capacity = MAX(q->capacity * 2, q->size + bytes);
        q->bytes = g_realloc(q->bytes, q->capacity);
    }
    return q->bytes + q->size;
}

void
chan_tiles_socket_written(ChanTilesSocket *s, ChanTilesTurn turn, gsize bytes)
{
    Queue *q = &s->out[turn];

    q->size += bytes;
    if (!s->blocked && q->size - q->at >= SEND_AT)
        chan_tiles_socket_send(s);
}

void
chan_tiles_socket_say(ChanTilesSocket *s, const ChanTilesMessage *message)
{
    guint8 *room = chan_tiles_socket_room(s, CHAN_TILES_FIRST, CHAN_TILES_SMALL_MAX);

    s->out[CHAN_TILES_FIRST].size += chan_tiles_encode(message, room).size;
    if (!s->blocked)
        chan_tiles_socket_send(s);
}

gsize
chan_tiles_socket_pending(const ChanTilesSocket *s, ChanTilesTurn turn)
{
    gsize first = s->out[CHAN_TILES_FIRST].size - s->out[CHAN_TILES_FIRST].at;

    if (turn == CHAN_TILES_FIRST)
        return first;
    return first + s->out[CHAN_TILES_LATER].size - s->out[CHAN_TILES_LATER].at;
}

// ---- in

static void
take_messages(ChanTilesSocket *s)
{
    gsize at = 0;

    while (!s->over && !s->paused) {
        ChanTilesMessage m;
        gsize size = 0;
        ChanTilesFound found =
            chan_tiles_decode(CHAN_SPAN(s->in + at, s->in_size - at), s->from_guest, &m, &size);
        if (found == CHAN_TILES_NONE)
            break;
        if (found == CHAN_TILES_BROKEN || !s->handlers->message(&m, s->user))
            chan_tiles_socket_end(s);
        at += size;
    }
    if (s->over)
        return;
    memmove(s->in, s->in + at, s->in_size - at);
    s->in_size -= at;
}

static void
read_socket(ChanTilesSocket *s)
{
    gint64 until = g_get_monotonic_time() + TURN_US;

    while (!s->over && !s->paused) {
        ssize_t n = recv(s->fd, s->in + s->in_size, IN_CAPACITY - s->in_size, MSG_DONTWAIT);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            return;
        if (n <= 0) {
            chan_tiles_socket_end(s);
            return;
        }
        s->in_size += (gsize)n;
        take_messages(s);
        if (g_get_monotonic_time() > until)
            return;
    }
}

static gboolean
dispatch(GSource *source, GSourceFunc callback, gpointer user)
{
    ChanTilesSocket *s = ((TilesSource *)source)->socket;
    GIOCondition what = s->tag ? g_source_query_unix_fd(source, s->tag) : 0;
    gboolean was_blocked = s->blocked;

    g_source_set_ready_time(source, -1);
    if (was_blocked && (what & (G_IO_OUT | G_IO_ERR | G_IO_HUP)))
        chan_tiles_socket_send(s);
    if (!s->over && !s->paused)
        take_messages(s); // of before a pause
    if (what & (G_IO_IN | G_IO_ERR | G_IO_HUP))
        read_socket(s);
    if (was_blocked && !s->blocked && !s->over && s->handlers->drained)
        s->handlers->drained(s->user);
    if (s->over && !s->told) {
        s->told = TRUE;
        s->handlers->lost(s->user); // may free it
    }
    return G_SOURCE_CONTINUE;
}

static GSourceFuncs functions = {.dispatch = dispatch};

// ---- life

ChanTilesSocket *
chan_tiles_socket_new(GMainContext *context, int take_fd, bool from_guest,
                      const ChanTilesHandlers *handlers, gpointer user)
{
    ChanTilesSocket *s = g_new0(ChanTilesSocket, 1);
    int size = SEND_BUFFER;

    s->fd = take_fd;
    s->from_guest = from_guest;
    s->handlers = handlers;
    s->user = user;
    s->in = g_malloc(IN_CAPACITY);
    g_unix_set_fd_nonblocking(take_fd, TRUE, NULL);
    (void)setsockopt(take_fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    s->source = g_source_new(&functions, sizeof(TilesSource));
    ((TilesSource *)s->source)->socket = s;
    g_source_set_static_name(s->source, "pixel stream");
    await(s);
    chan_source_keep_polled(s->source);
    g_source_attach(s->source, context);
    return s;
}

void
chan_tiles_socket_free(ChanTilesSocket *s)
{
    if (!s)
        return;
    g_source_destroy(s->source);
    g_source_unref(s->source);
    close(s->fd);
    g_free(s->in);
    g_free(s->out[CHAN_TILES_FIRST].bytes);
    g_free(s->out[CHAN_TILES_LATER].bytes);
    g_free(s);
}

void
chan_tiles_socket_set_handlers(ChanTilesSocket *s, const ChanTilesHandlers *handlers, gpointer user)
{
    s->handlers = handlers;
    s->user = user;
}

void
chan_tiles_socket_pause(ChanTilesSocket *s, gboolean paused)
{
    s->paused = paused;
    await(s);
    if (!paused)
        g_source_set_ready_time(s->source, 0);
}
