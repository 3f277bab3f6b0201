// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/microphone_source.h"

#include "channel/glib/timer.h"
#include "channel/sound_level.h"
#include "guestagent/supervisor/protocol.h"

#include <pulse/glib-mainloop.h>
#include <pulse/pulseaudio.h>
#include <string.h>

#define RETRY_MS 5000
#define REQUEST_MS 5      // what the sink takes at a time
#define SERVER_MAX_MS 200 // of sound that waits; what comes then is left out
#define STEER_MS 500.0    // so much sound lies between changes of the rate
#define FLOWING_US 300000 // a gap shorter than this was no end

static const pa_sample_spec format = {
    .format = PA_SAMPLE_S16LE,
    .rate = RA_MICROPHONE_RATE,
    .channels = RA_MICROPHONE_CHANNELS,
};

struct RaMicrophoneSource {
    GMainContext *main;
    const RaMicrophoneEvents *events;
    gpointer user;
    pa_glib_mainloop *loop;
    pa_context *context;
    GSource *retry;
    guint32 source; // whose recorders count; PA_INVALID_INDEX: there is none
    bool recording, counted;
    bool playing; // wanted
    pa_stream *stream;
    bool ready;
    bool begins;  // what comes next follows nothing
    bool flowing; // the sink takes what it has
    ChanSoundLevel level;
    guint32 rate;
    double steady_ms;
    gint64 ran_empty_us;
};

static void connect_server(RaMicrophoneSource *s);

static void
drop(pa_operation *operation)
{
    if (operation != NULL)
        pa_operation_unref(operation);
}

static void
clear_stream(RaMicrophoneSource *s)
{
    s->ready = s->flowing = false;
    s->ran_empty_us = 0;
    if (s->stream == NULL)
        return;
    pa_stream_set_state_callback(s->stream, NULL, NULL);
    pa_stream_set_underflow_callback(s->stream, NULL, NULL);
    pa_stream_set_started_callback(s->stream, NULL, NULL);
    (void)pa_stream_disconnect(s->stream);
    g_clear_pointer(&s->stream, pa_stream_unref);
}

static void
clear_context(RaMicrophoneSource *s)
{
    clear_stream(s);
    if (s->context == NULL)
        return;
    pa_context_set_state_callback(s->context, NULL, NULL);
    pa_context_set_subscribe_callback(s->context, NULL, NULL);
    pa_context_disconnect(s->context);
    g_clear_pointer(&s->context, pa_context_unref);
}

// ---- who records

static void
set_recording(RaMicrophoneSource *s, bool recording)
{
    if (s->recording == recording)
        return;
    s->recording = recording;
    s->events->recording(recording, s->user);
}

static void
on_source_output(pa_context *context, const pa_source_output_info *info, int end, void *user)
{
    RaMicrophoneSource *s = user;
    if (end == 0)
        s->counted = s->counted || (info->source == s->source && !info->corked);
    else
        set_recording(s, s->counted);
}

static void
count_recorders(RaMicrophoneSource *s)
{
    s->counted = false;
    drop(pa_context_get_source_output_info_list(s->context, on_source_output, s));
}

static void
on_subscribed(pa_context *context, pa_subscription_event_type_t type, uint32_t index, void *user)
{
    count_recorders(user);
}

static void
on_source(pa_context *context, const pa_source_info *info, int end, void *user)
{
    RaMicrophoneSource *s = user;
    if (end != 0 || info == NULL)
        return;
    s->source = info->index;
    count_recorders(s);
}

// ---- sound for them

static guint32
bytes_of_ms(double ms)
{
    return (guint32)(ms * RA_MICROPHONE_RATE / 1000) * (guint32)pa_frame_size(&format);
}

static double
ms_of_bytes(gsize bytes)
{
    return (double)pa_bytes_to_usec(bytes, &format) / 1000;
}

static pa_buffer_attr
buffer_attr(const RaMicrophoneSource *s)
{
    return (pa_buffer_attr){.maxlength = (uint32_t)-1,
                            .tlength = bytes_of_ms(SERVER_MAX_MS),
                            .prebuf = bytes_of_ms(s->level.target_ms),
                            .minreq = bytes_of_ms(REQUEST_MS),
                            .fragsize = (uint32_t)-1};
}

static void
on_underflow(pa_stream *stream, void *user)
{
    RaMicrophoneSource *s = user;
    s->flowing = false;
    s->ran_empty_us = g_get_monotonic_time();
}

static void
on_started(pa_stream *stream, void *user)
{
    RaMicrophoneSource *s = user;
    s->flowing = true;
    chan_sound_level_start(&s->level);
}

static void
on_stream_state(pa_stream *stream, void *user)
{
    RaMicrophoneSource *s = user;
    if (pa_stream_get_state(stream) != PA_STREAM_READY)
        return;
    s->ready = s->begins = true;
    s->rate = RA_MICROPHONE_RATE;
    s->steady_ms = STEER_MS;
    s->events->plays(pa_stream_get_index(stream), s->user);
}

static void
open_stream(RaMicrophoneSource *s)
{
    pa_buffer_attr attr = buffer_attr(s);
    s->stream = pa_stream_new(s->context, "microphone of the host", &format, NULL);
    if (s->stream == NULL)
        return;
    pa_stream_set_state_callback(s->stream, on_stream_state, s);
    pa_stream_set_underflow_callback(s->stream, on_underflow, s);
    pa_stream_set_started_callback(s->stream, on_started, s);
    if (pa_stream_connect_playback(s->stream, SUPERVISOR_MICROPHONE_SINK, &attr,
                                   PA_STREAM_EARLY_REQUESTS | PA_STREAM_VARIABLE_RATE |
                                       PA_STREAM_DONT_MOVE,
                                   NULL, NULL) < 0)
        clear_stream(s);
}

static double
waiting_ms(const RaMicrophoneSource *s)
{
    const pa_buffer_attr *attr = pa_stream_get_buffer_attr(s->stream);
    size_t room = pa_stream_writable_size(s->stream);
    return attr != NULL && room < attr->tlength ? ms_of_bytes(attr->tlength - room) : 0;
}

// What begins is heard after as much silence as is to wait: at once, and with that reserve.
static void
lead(RaMicrophoneSource *s)
{
    double missing_ms = s->level.target_ms - waiting_ms(s);
    gsize bytes = missing_ms > 0 ? bytes_of_ms(missing_ms) : 0;
    s->begins = false;
    if (bytes > 0)
        (void)pa_stream_write(s->stream, g_malloc0(bytes), bytes, g_free, 0, PA_SEEK_RELATIVE);
}

// Sound goes on after the buffer ran empty: that was heard, so it was too short.
static void
note_gap(RaMicrophoneSource *s)
{
    gint64 since = g_get_monotonic_time() - s->ran_empty_us;
    if (s->ran_empty_us == 0)
        return;
    s->ran_empty_us = 0;
    s->begins = true;
    if (since > FLOWING_US)
        return;
    chan_sound_level_ran_empty(&s->level, (double)since / 1000);
    pa_buffer_attr attr = buffer_attr(s);
    drop(pa_stream_set_buffer_attr(s->stream, &attr, NULL, NULL));
}

// A difference between the clocks is made good by the sound server's resampler.
static void
steer(RaMicrophoneSource *s, double block_ms)
{
    chan_sound_level_block(&s->level, waiting_ms(s), block_ms);
    s->steady_ms += block_ms;
    guint32 rate = chan_sound_level_rate(&s->level, RA_MICROPHONE_RATE);
    if (rate == s->rate || s->steady_ms < STEER_MS)
        return;
    drop(pa_stream_update_sample_rate(s->stream, rate, NULL, NULL));
    s->rate = rate;
    s->steady_ms = 0;
}

static bool
is_silent(ChanSpan samples)
{
    for (gsize i = 0; i < samples.size; i++)
        if (samples.data[i] != 0)
            return false;
    return true;
}

static bool
left_out(RaMicrophoneSource *s, ChanSpan samples, double block_ms)
{
    double waiting = waiting_ms(s);
    if (waiting + block_ms > SERVER_MAX_MS)
        return true;
    return s->flowing && is_silent(samples) &&
           chan_sound_level_leave_out(&s->level, waiting, block_ms);
}

void
ra_microphone_source_play(RaMicrophoneSource *s, ChanSpan samples)
{
    double block_ms = ms_of_bytes(samples.size);
    samples.size -= samples.size % pa_frame_size(&format);
    if (!s->ready || samples.size == 0)
        return;
    note_gap(s);
    if (s->begins)
        lead(s);
    if (s->flowing)
        steer(s, block_ms);
    if (!left_out(s, samples, block_ms))
        (void)pa_stream_write(s->stream, samples.data, samples.size, NULL, 0, PA_SEEK_RELATIVE);
}

void
ra_microphone_source_begin(RaMicrophoneSource *s)
{
    s->playing = true;
    if (s->stream == NULL && s->context != NULL &&
        pa_context_get_state(s->context) == PA_CONTEXT_READY)
        open_stream(s);
}

void
ra_microphone_source_end(RaMicrophoneSource *s)
{
    s->playing = false;
    clear_stream(s);
    s->events->plays(PA_INVALID_INDEX, s->user);
}

// ---- life

static gboolean
on_retry(gpointer data)
{
    RaMicrophoneSource *s = data;
    chan_timer_clear(&s->retry);
    clear_context(s);
    connect_server(s);
    return G_SOURCE_REMOVE;
}

static void
retry_later(RaMicrophoneSource *s)
{
    s->source = PA_INVALID_INDEX;
    set_recording(s, false);
    if (s->retry == NULL)
        s->retry = chan_timer_new(s->main, RETRY_MS, on_retry, s);
}

static void
on_context_state(pa_context *context, void *user)
{
    RaMicrophoneSource *s = user;
    switch (pa_context_get_state(context)) {
    case PA_CONTEXT_READY:
        pa_context_set_subscribe_callback(context, on_subscribed, s);
        drop(pa_context_subscribe(context, PA_SUBSCRIPTION_MASK_SOURCE_OUTPUT, NULL, NULL));
        drop(pa_context_get_source_info_by_name(context, SUPERVISOR_MICROPHONE_SOURCE, on_source,
                                                s));
        if (s->playing)
            open_stream(s);
        break;
    case PA_CONTEXT_FAILED:
    case PA_CONTEXT_TERMINATED:
        retry_later(s);
        break;
    default:
        break;
    }
}

static void
connect_server(RaMicrophoneSource *s)
{
    s->context = pa_context_new(pa_glib_mainloop_get_api(s->loop), "casement-remoteapp");
    if (s->context == NULL)
        return;
    pa_context_set_state_callback(s->context, on_context_state, s);
    if (pa_context_connect(s->context, NULL, PA_CONTEXT_NOAUTOSPAWN, NULL) < 0)
        retry_later(s);
}

RaMicrophoneSource *
ra_microphone_source_new(GMainContext *context, guint base_ms, const RaMicrophoneEvents *events,
                         gpointer user)
{
    RaMicrophoneSource *s = g_new0(RaMicrophoneSource, 1);
    s->main = context;
    s->events = events;
    s->user = user;
    s->source = PA_INVALID_INDEX;
    chan_sound_level_init(&s->level, base_ms);
    s->loop = pa_glib_mainloop_new(context);
    connect_server(s);
    return s;
}

void
ra_microphone_source_free(RaMicrophoneSource *s)
{
    if (s == NULL)
        return;
    chan_timer_clear(&s->retry);
    clear_context(s);
    pa_glib_mainloop_free(s->loop);
    g_free(s);
}
