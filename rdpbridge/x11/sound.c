// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/x11/sound.h"

#include "channel/sound_level.h"
#include "rdpbridge/x11/control.h"
#include "rdpbridge/x11/session.h"

#include <gio/gio.h>
#include <pulse/glib-mainloop.h>
#include <pulse/pulseaudio.h>
#include <string.h>

#define REQUEST_MS 5            // what the server takes at a time
#define SERVER_MAX_MS 200       // what waits there
#define QUEUE_MAX_MS 500        // what waits here; the oldest is dropped beyond it
#define BUSY_LOAD 0.75          // runnable programs for each processor
#define BUSY_MS 20.0            // to wait for each of those, and as much again
#define STEER_MS 500            // so much sound lies between changes of the rate
#define FLOWING_US (300 * 1000) // a gap shorter than this was no end
#define TRIGGER_MS 120          // a sound shorter than the buffer is played after this silence
#define IDLE_MS 2000            // after this silence the server is left alone
#define RETRY_US (5 * G_USEC_PER_SEC)

typedef struct {
    uint32_t serial, size, at;
    uint8_t samples[];
} Block;

struct HostSound {
    View *view;
    bool open;
    pa_sample_spec spec;
    GQueue blocks;
    size_t queued;
    ChanSoundLevel level;

    pa_glib_mainloop *loop;
    pa_context *context; // stays: the next sound begins sooner
    pa_stream *stream;
    bool connected, ready, closing, draining;
    bool begins;      // what comes next follows nothing
    bool flowing;     // the server plays what it has
    uint32_t rate;    // at which it takes samples
    double steady_ms; // of sound since that changed
    bool lost;        // the server is to be left, too
    gint64 failed_us; // when the server could last not be reached; 0: it could
    bool said;        // that there is none
    gint64 ran_empty_us;
    GSource *idle; // trigger, then leave
    bool triggered;
    GSource *pace; // where nothing plays: answers block after block
    gint64 paced_us;
};

static void
drop_source(GSource **source)
{
    if (!*source)
        return;
    g_source_destroy(*source);
    g_source_unref(*source);
    *source = NULL;
}

HostSound *
host_sound_new(View *view)
{
    HostSound *s = g_new0(HostSound, 1);

    s->view = view;
    g_queue_init(&s->blocks);
    return s;
}

static void
leave_stream(HostSound *s)
{
    if (s->stream) {
        pa_stream_set_state_callback(s->stream, NULL, NULL);
        pa_stream_set_write_callback(s->stream, NULL, NULL);
        pa_stream_set_underflow_callback(s->stream, NULL, NULL);
        pa_stream_set_started_callback(s->stream, NULL, NULL);
        pa_stream_disconnect(s->stream);
        pa_stream_unref(s->stream);
    }
    s->stream = NULL;
    s->ready = s->closing = s->draining = s->flowing = false;
    s->ran_empty_us = 0;
}

static void
leave_server(HostSound *s)
{
    leave_stream(s);
    if (s->context) {
        pa_context_set_state_callback(s->context, NULL, NULL);
        pa_context_disconnect(s->context);
        pa_context_unref(s->context);
    }
    if (s->loop)
        pa_glib_mainloop_free(s->loop);
    s->context = NULL;
    s->loop = NULL;
    s->connected = s->lost = false;
}

void
host_sound_close(HostSound *s)
{
    leave_stream(s);
    drop_source(&s->idle);
    drop_source(&s->pace);
    g_queue_clear_full(&s->blocks, g_free);
    s->queued = 0;
    s->open = false;
}

void
host_sound_free(HostSound *s)
{
    if (!s)
        return;
    host_sound_close(s);
    leave_server(s);
    g_free(s);
}

static size_t
bytes_of_ms(const HostSound *s, unsigned ms)
{
    return pa_usec_to_bytes((pa_usec_t)ms * PA_USEC_PER_MSEC, &s->spec);
}

static void
answer(HostSound *s, uint32_t serial, pa_usec_t latency)
{
    ViewSoundPlayed m = {.serial = serial,
                         .latency_us = (uint32_t)MIN(latency, (pa_usec_t)10 * PA_USEC_PER_SEC)};

    VIEW_INIT(&m, VIEW_MSG_SOUND_PLAYED);
    host_session_send(s->view, &m, sizeof m);
}

// The head of the queue is done with: tells the session.
static void
answer_head(HostSound *s, pa_usec_t latency)
{
    Block *b = g_queue_pop_head(&s->blocks);

    answer(s, b->serial, latency);
    s->queued -= b->size;
    g_free(b);
}

// Leaving the server from one of its library's own callbacks is not allowed.
static gboolean
on_leave(gpointer user)
{
    HostSound *s = user;

    drop_source(&s->idle);
    if (s->lost)
        leave_server(s);
    else
        leave_stream(s);
    return G_SOURCE_REMOVE;
}

static void
leave_soon(HostSound *s)
{
    drop_source(&s->idle);
    s->idle = g_idle_source_new();
    g_source_set_callback(s->idle, on_leave, s, NULL);
    g_source_attach(s->idle, s->view->context);
}

static void
on_drained(pa_stream *stream, int success, void *user)
{
    HostSound *s = user;

    if (s->draining && stream == s->stream)
        leave_soon(s);
}

static void
drain_if_done(HostSound *s)
{
    if (!s->closing || s->draining || !s->ready || !g_queue_is_empty(&s->blocks))
        return;
    s->draining = true;
    pa_operation *o = pa_stream_drain(s->stream, on_drained, s);
    if (o)
        pa_operation_unref(o);
}

static size_t
bytes_with_server(HostSound *s)
{
    const pa_buffer_attr *attr = pa_stream_get_buffer_attr(s->stream);
    size_t room = pa_stream_writable_size(s->stream);

    return attr && room < attr->tlength ? attr->tlength - room : 0;
}

static double
waiting_ms(HostSound *s)
{
    return (double)pa_bytes_to_usec(bytes_with_server(s) + s->queued, &s->spec) / PA_USEC_PER_MSEC;
}

static bool
is_silent(const uint8_t *samples, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (samples[i] != 0)
            return false;
    return true;
}

// On a busy machine blocks will come late, which a sound that begins there must not have to learn.
static double
busy_needs_ms(void)
{
    double load = 0;

    if (getloadavg(&load, 1) != 1)
        return 0;
    load /= g_get_num_processors();
    return load < BUSY_LOAD ? 0 : BUSY_MS * (1 + load);
}

// What begins is heard after as much silence as is to wait: at once, and with that reserve. What
// has come while the server was being reached is a reserve, too.
static void
lead(HostSound *s)
{
    const Block *first = g_queue_peek_head(&s->blocks);

    chan_sound_level_need(&s->level, busy_needs_ms());
    size_t wanted = bytes_of_ms(s, (unsigned)s->level.target_ms) + first->size;

    s->begins = false;
    if (wanted <= s->queued)
        return;
    size_t bytes = wanted - s->queued;
    (void)pa_stream_write(s->stream, g_malloc0(bytes), bytes, g_free, 0, PA_SEEK_RELATIVE);
}

// Hands the server what it has room for.
static void
pump(HostSound *s)
{
    Block *b;

    if (s->ready && s->begins && !g_queue_is_empty(&s->blocks))
        lead(s);
    while (s->ready && (b = g_queue_peek_head(&s->blocks))) {
        size_t room = pa_stream_writable_size(s->stream);
        size_t n = room == (size_t)-1 ? 0 : MIN(room, b->size - b->at);
        n -= n % pa_frame_size(&s->spec);
        if (n == 0)
            break;
        if (pa_stream_write(s->stream, b->samples + b->at, n, NULL, 0, PA_SEEK_RELATIVE) < 0)
            break;
        b->at += (uint32_t)n;
        if (b->at == b->size)
            answer_head(s, pa_bytes_to_usec(bytes_with_server(s), &s->spec));
    }
    drain_if_done(s);
}

static void
on_writable(pa_stream *stream, size_t bytes, void *user)
{
    pump(user);
}

static void
on_underflow(pa_stream *stream, void *user)
{
    HostSound *s = user;

    s->flowing = false;
    if (!s->closing)
        s->ran_empty_us = g_get_monotonic_time();
}

static void
on_started(pa_stream *stream, void *user)
{
    HostSound *s = user;

    s->flowing = true;
    chan_sound_level_start(&s->level);
}

static pa_buffer_attr
buffer_attr(const HostSound *s)
{
    return (pa_buffer_attr){.maxlength = (uint32_t)-1,
                            .tlength = (uint32_t)bytes_of_ms(s, SERVER_MAX_MS),
                            .prebuf = (uint32_t)bytes_of_ms(s, (unsigned)s->level.target_ms),
                            .minreq = (uint32_t)bytes_of_ms(s, REQUEST_MS),
                            .fragsize = (uint32_t)-1};
}

// Sound goes on after the buffer ran empty: that was heard, so the buffer was too short.
static void
note_gap(HostSound *s)
{
    gint64 since = g_get_monotonic_time() - s->ran_empty_us;

    if (s->ran_empty_us == 0)
        return;
    s->ran_empty_us = 0;
    s->begins = since > FLOWING_US;
    if (s->begins)
        return;
    s->view->sound_underruns++;
    host_control_figures_changed(s->view);
    chan_sound_level_ran_empty(&s->level, (double)since / 1000);
    if (!s->ready)
        return;
    pa_buffer_attr attr = buffer_attr(s);
    pa_operation *o = pa_stream_set_buffer_attr(s->stream, &attr, NULL, NULL);
    if (o)
        pa_operation_unref(o);
}

static void schedule_pace(HostSound *s);

static void
no_server(HostSound *s, const char *why)
{
    if (!s->said)
        g_message("guest %s: no sound server (%s); its sounds are not heard", s->view->setup.guest,
                  why);
    s->said = true;
    s->failed_us = g_get_monotonic_time();
    s->ready = false;
    s->lost = true;
    leave_soon(s);
    schedule_pace(s);
}

static void
on_stream_state(pa_stream *stream, void *user)
{
    HostSound *s = user;
    pa_stream_state_t state = pa_stream_get_state(stream);

    if (state == PA_STREAM_READY) {
        s->ready = s->begins = true;
        s->rate = s->spec.rate;
        s->steady_ms = STEER_MS;
        s->said = false;
        s->failed_us = 0;
        pump(s);
    } else if (state == PA_STREAM_FAILED || state == PA_STREAM_TERMINATED) {
        no_server(s, pa_strerror(pa_context_errno(s->context)));
    }
}

static void
connect_stream(HostSound *s)
{
    pa_buffer_attr attr = buffer_attr(s);

    s->stream = pa_stream_new(s->context, s->view->setup.guest, &s->spec, NULL);
    if (!s->stream) {
        no_server(s, pa_strerror(pa_context_errno(s->context)));
        return;
    }
    pa_stream_set_state_callback(s->stream, on_stream_state, s);
    pa_stream_set_write_callback(s->stream, on_writable, s);
    pa_stream_set_underflow_callback(s->stream, on_underflow, s);
    pa_stream_set_started_callback(s->stream, on_started, s);
    // Early requests: the sink takes as little at a time as was asked for, so that nearly all that
    // waits is a reserve. The library's timing is not asked for: it goes by the wall clock.
    if (pa_stream_connect_playback(s->stream, NULL, &attr,
                                   PA_STREAM_EARLY_REQUESTS | PA_STREAM_VARIABLE_RATE, NULL,
                                   NULL) < 0)
        no_server(s, pa_strerror(pa_context_errno(s->context)));
}

static void
on_context_state(pa_context *context, void *user)
{
    HostSound *s = user;
    pa_context_state_t state = pa_context_get_state(context);

    if (state == PA_CONTEXT_READY) {
        s->connected = true;
        connect_stream(s);
    } else if (state == PA_CONTEXT_FAILED || state == PA_CONTEXT_TERMINATED) {
        if (s->stream || !s->connected) {
            no_server(s, pa_strerror(pa_context_errno(context)));
            return;
        }
        s->lost = true; // while nothing played
        leave_soon(s);
    }
}

static void
connect_server(HostSound *s)
{
    g_autofree char *name = g_strdup_printf("Casement: %s", s->view->setup.guest);

    s->loop = pa_glib_mainloop_new(s->view->context);
    pa_proplist *props = pa_proplist_new();
    pa_proplist_sets(props, PA_PROP_APPLICATION_NAME, name);
    pa_proplist_sets(props, PA_PROP_APPLICATION_ID, "org.casement.View");
    s->context = pa_context_new_with_proplist(pa_glib_mainloop_get_api(s->loop), name, props);
    pa_proplist_free(props);
    pa_context_set_state_callback(s->context, on_context_state, s);
    if (pa_context_connect(s->context, NULL, PA_CONTEXT_NOAUTOSPAWN, NULL) < 0)
        no_server(s, pa_strerror(pa_context_errno(s->context)));
}

static pa_usec_t
duration(const HostSound *s, const Block *b)
{
    return pa_bytes_to_usec(b->size, &s->spec);
}

static gboolean
on_pace(gpointer user)
{
    HostSound *s = user;

    drop_source(&s->pace);
    if (!g_queue_is_empty(&s->blocks))
        answer_head(s, 0);
    schedule_pace(s);
    return G_SOURCE_REMOVE;
}

// The head of the queue is answered when it would have been heard.
static void
schedule_pace(HostSound *s)
{
    const Block *b = g_queue_peek_head(&s->blocks);
    gint64 now = g_get_monotonic_time();

    if (!b || s->pace)
        return;
    s->paced_us = MAX(s->paced_us, now) + (gint64)duration(s, b);
    s->pace = g_timeout_source_new(0);
    g_source_set_callback(s->pace, on_pace, s, NULL);
    g_source_set_ready_time(s->pace, s->paced_us);
    g_source_attach(s->pace, s->view->context);
    g_source_set_ready_time(s->pace, s->paced_us);
}

static gboolean
on_idle(gpointer user)
{
    HostSound *s = user;

    drop_source(&s->idle);
    if (s->triggered) {
        leave_stream(s);
        return G_SOURCE_REMOVE;
    }
    if (s->ready) {
        pa_operation *o = pa_stream_trigger(s->stream, NULL, NULL);
        if (o)
            pa_operation_unref(o);
    }
    s->triggered = true;
    s->idle = g_timeout_source_new(IDLE_MS);
    g_source_set_callback(s->idle, on_idle, s, NULL);
    g_source_attach(s->idle, s->view->context);
    return G_SOURCE_REMOVE;
}

static void
expect_more(HostSound *s)
{
    if (s->idle && !s->triggered) {
        g_source_set_ready_time(s->idle, g_get_monotonic_time() + TRIGGER_MS * 1000);
        return;
    }
    drop_source(&s->idle);
    s->triggered = false;
    s->idle = g_timeout_source_new(TRIGGER_MS);
    g_source_set_callback(s->idle, on_idle, s, NULL);
    g_source_attach(s->idle, s->view->context);
}

void
host_sound_open(HostSound *s, const ViewSoundOpen *m)
{
    pa_sample_spec spec = {PA_SAMPLE_S16LE, m->rate, (uint8_t)m->channels};
    bool same = pa_sample_spec_equal(&spec, &s->spec);

    chan_sound_level_set_base(&s->level, m->target_ms);
    if (s->open && same)
        return;
    if (s->stream && same && !s->draining) {
        s->open = true;
        s->closing = false;
        return;
    }
    host_sound_close(s);
    s->spec = spec;
    s->open = true;
    if (!same)
        chan_sound_level_init(&s->level, m->target_ms);
}

static bool
can_play(HostSound *s)
{
    return s->view->setup.flags & CTL_SOUND &&
           (s->failed_us == 0 || g_get_monotonic_time() - s->failed_us > RETRY_US);
}

// A difference between the clocks is made good by the server's resampler, a few Hz at a time.
static void
steer(HostSound *s, double block_ms)
{
    chan_sound_level_block(&s->level, waiting_ms(s), block_ms);
    s->steady_ms += block_ms;
    uint32_t rate = chan_sound_level_rate(&s->level, s->spec.rate);
    if (rate == s->rate || s->steady_ms < STEER_MS)
        return;
    pa_operation *o = pa_stream_update_sample_rate(s->stream, rate, NULL, NULL);
    if (!o)
        return;
    pa_operation_unref(o);
    s->rate = rate;
    s->steady_ms = 0;
}

static void
enqueue(HostSound *s, const ViewSound *m)
{
    double block_ms = (double)pa_bytes_to_usec(m->bytes, &s->spec) / PA_USEC_PER_MSEC;
    bool silent = is_silent((const uint8_t *)(m + 1), m->bytes);

    if (s->flowing)
        steer(s, block_ms);
    if (s->flowing && silent && chan_sound_level_leave_out(&s->level, waiting_ms(s), block_ms)) {
        answer(s, m->serial, 0);
        return;
    }
    Block *b = g_malloc(sizeof *b + m->bytes);
    *b = (Block){.serial = m->serial, .size = m->bytes};
    memcpy(b->samples, m + 1, m->bytes);
    g_queue_push_tail(&s->blocks, b);
    s->queued += b->size;
}

gboolean
host_sound_play(HostSound *s, const ViewSound *m, GError **error)
{
    if (!s->open || m->bytes % pa_frame_size(&s->spec) != 0) {
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "sound without a fitting format");
        return FALSE;
    }
    if (m->bytes == 0)
        return TRUE;
    enqueue(s, m);
    while (s->queued > bytes_of_ms(s, QUEUE_MAX_MS) && g_queue_get_length(&s->blocks) > 1)
        answer_head(s, 0);
    if (!can_play(s)) {
        schedule_pace(s);
        return TRUE;
    }
    drop_source(&s->pace);
    note_gap(s);
    expect_more(s);
    if (!s->loop)
        connect_server(s);
    else if (s->connected && !s->stream)
        connect_stream(s);
    else
        pump(s);
    return TRUE;
}

void
host_sound_drain(HostSound *s)
{
    s->open = false;
    if (!s->stream)
        return;
    drop_source(&s->idle);
    s->closing = true;
    drain_if_done(s);
}
