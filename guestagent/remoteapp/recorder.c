// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/recorder.h"

#include "channel/glib/timer.h"
#include "guestagent/remoteapp/sound_pdu.h"

#include <pulse/glib-mainloop.h>
#include <pulse/pulseaudio.h>
#include <stdbool.h>
#include <string.h>

#define MS_BYTES (RA_SOUND_RATE / 1000 * RA_SOUND_FRAME)
#define RECORDED_MAX_MS 1000
#define RETRY_S 5
#define LINGER_MS 500 // what the sink still holds when the last program stops

struct RaRecorder {
    GMainContext *main;
    guint least_ms; // of a block
    RaRecorderBlock block;
    gpointer user;
    pa_glib_mainloop *loop;
    pa_context *context;
    pa_stream *stream;
    GSource *retry, *linger;
    bool playing;     // some program plays
    guint counting;   // of the list under way
    guint32 left_out; // sink input
    bool recording;   // the stream is not corked
    bool begins;      // and no block came of it yet
    guint8 block_data[RA_RECORDER_BLOCK_MAX];
    gsize filled; // of it: the sound server's pieces have any size
};

static void connect_server(RaRecorder *c);

static void
clear_stream(RaRecorder *c)
{
    chan_timer_clear(&c->linger);
    if (c->stream == NULL)
        return;
    pa_stream_set_read_callback(c->stream, NULL, NULL);
    pa_stream_set_state_callback(c->stream, NULL, NULL);
    (void)pa_stream_disconnect(c->stream);
    g_clear_pointer(&c->stream, pa_stream_unref);
    c->recording = false;
}

static void
clear_context(RaRecorder *c)
{
    clear_stream(c);
    if (c->context == NULL)
        return;
    pa_context_set_state_callback(c->context, NULL, NULL);
    pa_context_set_subscribe_callback(c->context, NULL, NULL);
    pa_context_disconnect(c->context);
    g_clear_pointer(&c->context, pa_context_unref);
    c->playing = false;
}

static void
drop(pa_operation *operation)
{
    if (operation != NULL)
        pa_operation_unref(operation);
}

static void
flush_block(RaRecorder *c)
{
    if (c->filled > 0)
        c->block(c->block_data, c->filled, c->begins, c->user);
    c->begins = c->begins && c->filled == 0;
    c->filled = 0;
}

// data NULL: a hole in the stream, silence of that length.
static void
add_samples(RaRecorder *c, const guint8 *data, gsize size)
{
    while (size > 0) {
        gsize piece = MIN(size, RA_RECORDER_BLOCK_MAX - c->filled);
        if (data != NULL)
            memcpy(c->block_data + c->filled, data, piece);
        else
            memset(c->block_data + c->filled, 0, piece);
        data = data != NULL ? data + piece : NULL;
        size -= piece;
        c->filled += piece;
        if (c->filled == RA_RECORDER_BLOCK_MAX)
            flush_block(c);
    }
}

static void
on_read(pa_stream *stream, size_t length, void *user)
{
    RaRecorder *c = user;
    const void *data = NULL;
    size_t size = 0;
    while (pa_stream_readable_size(stream) > 0 && pa_stream_peek(stream, &data, &size) == 0 &&
           size > 0) {
        add_samples(c, data, size);
        (void)pa_stream_drop(stream);
    }
    // All that is there: pieces are some samples longer or shorter than what was asked for, and
    // none of them must wait for the next piece.
    if (c->filled >= c->least_ms * MS_BYTES)
        flush_block(c);
}

static void
record(RaRecorder *c, bool on)
{
    if (c->recording == on || pa_stream_get_state(c->stream) != PA_STREAM_READY)
        return;
    c->recording = on;
    if (on)
        drop(pa_stream_flush(c->stream, NULL, NULL));
    else
        flush_block(c);
    c->begins = on;
    drop(pa_stream_cork(c->stream, !on, NULL, NULL));
}

static gboolean
on_linger_over(gpointer data)
{
    RaRecorder *c = data;
    g_clear_pointer(&c->linger, g_source_unref);
    record(c, false);
    return G_SOURCE_REMOVE;
}

static void
follow_playing(RaRecorder *c)
{
    if (c->stream == NULL)
        return;
    chan_timer_clear(&c->linger);
    if (c->playing) {
        record(c, true);
    } else if (c->recording) {
        c->linger = g_timeout_source_new(LINGER_MS);
        g_source_set_callback(c->linger, on_linger_over, c, NULL);
        g_source_attach(c->linger, c->main);
    }
}

static void
on_sink_input(pa_context *context, const pa_sink_input_info *info, int end, void *user)
{
    RaRecorder *c = user;
    if (end == 0) {
        c->counting += info->corked || info->index == c->left_out ? 0 : 1;
        return;
    }
    c->playing = c->counting > 0;
    follow_playing(c);
}

static void
count_players(RaRecorder *c)
{
    c->counting = 0;
    drop(pa_context_get_sink_input_info_list(c->context, on_sink_input, c));
}

static void
on_subscribed(pa_context *context, pa_subscription_event_type_t type, uint32_t index, void *user)
{
    RaRecorder *c = user;
    // A program may begin to play: what it plays first would be over when all of them are counted.
    if ((type & PA_SUBSCRIPTION_EVENT_TYPE_MASK) != PA_SUBSCRIPTION_EVENT_REMOVE &&
        index != c->left_out) {
        c->playing = true;
        follow_playing(c);
    }
    count_players(c);
}

static void
on_stream_state(pa_stream *stream, void *user)
{
    RaRecorder *c = user;
    if (pa_stream_get_state(stream) == PA_STREAM_READY)
        follow_playing(c);
}

static void
open_stream(RaRecorder *c)
{
    static const pa_sample_spec format = {
        .format = PA_SAMPLE_S16LE,
        .rate = RA_SOUND_RATE,
        .channels = 2,
    };
    const pa_buffer_attr buffer = {
        .maxlength = RECORDED_MAX_MS * MS_BYTES,
        .tlength = (uint32_t)-1,
        .prebuf = (uint32_t)-1,
        .minreq = (uint32_t)-1,
        // What the null sink renders at a time, and so what a program that wants little delay has
        // to have ready.
        .fragsize = (c->least_ms + 1) * MS_BYTES,
    };
    const char *sink = g_getenv("PULSE_SINK");
    g_autofree char *source = sink != NULL && *sink != '\0' ? g_strconcat(sink, ".monitor", NULL)
                                                            : g_strdup("@DEFAULT_MONITOR@");
    c->stream = pa_stream_new(c->context, "windows of the host", &format, NULL);
    if (c->stream == NULL)
        return;
    pa_stream_set_state_callback(c->stream, on_stream_state, c);
    pa_stream_set_read_callback(c->stream, on_read, c);
    if (pa_stream_connect_record(c->stream, source, &buffer,
                                 PA_STREAM_START_CORKED | PA_STREAM_ADJUST_LATENCY |
                                     PA_STREAM_DONT_MOVE) < 0)
        clear_stream(c);
}

static gboolean
on_retry(gpointer data)
{
    RaRecorder *c = data;
    g_clear_pointer(&c->retry, g_source_unref);
    clear_context(c);
    connect_server(c);
    return G_SOURCE_REMOVE;
}

static void
retry_later(RaRecorder *c)
{
    if (c->retry != NULL)
        return;
    c->retry = g_timeout_source_new_seconds(RETRY_S);
    g_source_set_callback(c->retry, on_retry, c, NULL);
    g_source_attach(c->retry, c->main);
}

static void
on_context_state(pa_context *context, void *user)
{
    RaRecorder *c = user;
    switch (pa_context_get_state(context)) {
    case PA_CONTEXT_READY:
        pa_context_set_subscribe_callback(context, on_subscribed, c);
        drop(pa_context_subscribe(context, PA_SUBSCRIPTION_MASK_SINK_INPUT, NULL, NULL));
        open_stream(c);
        count_players(c);
        break;
    case PA_CONTEXT_FAILED:
    case PA_CONTEXT_TERMINATED:
        retry_later(c);
        break;
    default:
        break;
    }
}

static void
connect_server(RaRecorder *c)
{
    c->context = pa_context_new(pa_glib_mainloop_get_api(c->loop), "casement-remoteapp");
    if (c->context == NULL)
        return;
    pa_context_set_state_callback(c->context, on_context_state, c);
    if (pa_context_connect(c->context, NULL, PA_CONTEXT_NOAUTOSPAWN, NULL) < 0)
        retry_later(c);
}

RaRecorder *
ra_recorder_new(GMainContext *context, guint least_ms, RaRecorderBlock block, gpointer user)
{
    RaRecorder *c = g_new0(RaRecorder, 1);
    c->main = context;
    c->least_ms = least_ms;
    c->block = block;
    c->user = user;
    c->left_out = PA_INVALID_INDEX;
    c->loop = pa_glib_mainloop_new(context);
    connect_server(c);
    return c;
}

void
ra_recorder_leave_out(RaRecorder *c, guint32 sink_input)
{
    c->left_out = sink_input;
}

void
ra_recorder_free(RaRecorder *c)
{
    if (c == NULL)
        return;
    chan_timer_clear(&c->retry);
    clear_context(c);
    pa_glib_mainloop_free(c->loop);
    g_free(c);
}
