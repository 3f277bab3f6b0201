// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/x11/microphone.h"

#include "channel/glib/timer.h"
#include "rdpbridge/x11/control.h"
#include "rdpbridge/x11/session.h"

#include <pulse/glib-mainloop.h>
#include <pulse/pulseaudio.h>
#include <string.h>

#define SERVER_MAX_MS 200        // of sound that waits at the server
#define UNSENT_MAX (1024 * 1024) // bytes that the session has not read: sound is left out
#define RETRY_MS 5000

struct HostMicrophone {
    View *view;
    bool wanted; // by the session
    ViewRecord asked;
    bool said_no, said_none; // to the log
    pa_glib_mainloop *loop;
    pa_context *context;
    pa_stream *stream;
    GSource *leave, *retry;
};

HostMicrophone *
host_microphone_new(View *view)
{
    HostMicrophone *m = g_new0(HostMicrophone, 1);

    m->view = view;
    return m;
}

// The broker hears last that nothing is recorded any more.
static void
leave(HostMicrophone *m)
{
    chan_timer_clear(&m->leave);
    chan_timer_clear(&m->retry);
    if (m->stream) {
        pa_stream_set_state_callback(m->stream, NULL, NULL);
        pa_stream_set_read_callback(m->stream, NULL, NULL);
        pa_stream_disconnect(m->stream);
        g_clear_pointer(&m->stream, pa_stream_unref);
    }
    if (m->context) {
        pa_context_set_state_callback(m->context, NULL, NULL);
        pa_context_disconnect(m->context);
        g_clear_pointer(&m->context, pa_context_unref);
    }
    g_clear_pointer(&m->loop, pa_glib_mainloop_free);
    host_control_recording(m->view, false);
}

void
host_microphone_free(HostMicrophone *m)
{
    if (!m)
        return;
    leave(m);
    g_free(m);
}

static void connect_server(HostMicrophone *m);

static gboolean
on_retry(gpointer user)
{
    HostMicrophone *m = user;

    chan_timer_clear(&m->retry);
    connect_server(m);
    return G_SOURCE_REMOVE;
}

// Leaving the server from one of its library's own callbacks is not allowed.
static gboolean
on_leave(gpointer user)
{
    HostMicrophone *m = user;

    leave(m);
    m->retry = chan_timer_new(m->view->context, RETRY_MS, on_retry, m);
    return G_SOURCE_REMOVE;
}

static void
failed(HostMicrophone *m)
{
    if (!m->said_none)
        g_message("guest %s: no microphone (%s); it hears silence", m->view->setup.guest,
                  m->context ? pa_strerror(pa_context_errno(m->context)) : "no memory");
    m->said_none = true;
    if (!m->leave)
        m->leave = chan_timer_new(m->view->context, 0, on_leave, m);
}

// samples NULL: a hole in the stream, silence of that length.
static void
send_samples(HostMicrophone *m, const uint8_t *samples, size_t size)
{
    struct {
        ViewRecorded head;
        uint8_t samples[VIEW_SOUND_BLOCK_MAX];
    } message;

    while (size > 0 && host_session_queued(m->view) < UNSENT_MAX) {
        size_t n = MIN(size, sizeof message.samples);
        message.head = (ViewRecorded){.serial = m->asked.serial, .bytes = (uint32_t)n};
        VIEW_INIT(&message.head, VIEW_MSG_RECORDED);
        message.head.header.size += (uint32_t)n;
        if (samples)
            memcpy(message.samples, samples, n);
        else
            memset(message.samples, 0, n);
        host_session_send(m->view, &message, message.head.header.size);
        samples = samples ? samples + n : NULL;
        size -= n;
    }
}

static void
on_read(pa_stream *stream, size_t bytes, void *user)
{
    HostMicrophone *m = user;
    const void *data = NULL;
    size_t size = 0;

    while (pa_stream_readable_size(stream) > 0 && pa_stream_peek(stream, &data, &size) == 0 &&
           size > 0) {
        send_samples(m, data, size);
        pa_stream_drop(stream);
    }
}

static void
on_stream_state(pa_stream *stream, void *user)
{
    HostMicrophone *m = user;
    pa_stream_state_t state = pa_stream_get_state(stream);

    if (state == PA_STREAM_READY)
        m->said_none = false;
    else if (state == PA_STREAM_FAILED || state == PA_STREAM_TERMINATED)
        failed(m);
}

static pa_stream *
new_stream(const HostMicrophone *m, const pa_sample_spec *spec)
{
    g_autofree char *name = g_strdup_printf("Microphone: %s", m->view->setup.label);
    pa_proplist *props = pa_proplist_new();

    pa_proplist_sets(props, PA_PROP_MEDIA_ROLE, "phone");
    pa_proplist_sets(props, PA_PROP_MEDIA_ICON_NAME, "audio-input-microphone");
    pa_stream *stream = pa_stream_new_with_proplist(m->context, name, spec, NULL, props);
    pa_proplist_free(props);
    return stream;
}

static void
connect_stream(HostMicrophone *m)
{
    const pa_sample_spec spec = {PA_SAMPLE_S16LE, m->asked.rate, (uint8_t)m->asked.channels};
    const pa_buffer_attr attr = {
        .maxlength = (uint32_t)pa_usec_to_bytes((pa_usec_t)SERVER_MAX_MS * PA_USEC_PER_MSEC, &spec),
        .tlength = (uint32_t)-1,
        .prebuf = (uint32_t)-1,
        .minreq = (uint32_t)-1,
        .fragsize =
            (uint32_t)pa_usec_to_bytes((pa_usec_t)m->asked.fragment_ms * PA_USEC_PER_MSEC, &spec)};

    host_control_recording(m->view, true); // before anything is
    m->stream = new_stream(m, &spec);
    if (!m->stream) {
        failed(m);
        return;
    }
    pa_stream_set_state_callback(m->stream, on_stream_state, m);
    pa_stream_set_read_callback(m->stream, on_read, m);
    if (pa_stream_connect_record(m->stream, NULL, &attr, PA_STREAM_ADJUST_LATENCY) < 0)
        failed(m);
}

static void
on_context_state(pa_context *context, void *user)
{
    pa_context_state_t state = pa_context_get_state(context);

    if (state == PA_CONTEXT_READY)
        connect_stream(user);
    else if (state == PA_CONTEXT_FAILED || state == PA_CONTEXT_TERMINATED)
        failed(user);
}

static void
connect_server(HostMicrophone *m)
{
    g_autofree char *name = g_strdup_printf("Casement: %s", m->view->setup.guest);
    pa_proplist *props = pa_proplist_new();

    pa_proplist_sets(props, PA_PROP_APPLICATION_NAME, name);
    pa_proplist_sets(props, PA_PROP_APPLICATION_ID, "org.casement.View");
    pa_proplist_sets(props, PA_PROP_APPLICATION_ICON_NAME, "audio-input-microphone");
    m->loop = pa_glib_mainloop_new(m->view->context);
    m->context = pa_context_new_with_proplist(pa_glib_mainloop_get_api(m->loop), name, props);
    pa_proplist_free(props);
    pa_context_set_state_callback(m->context, on_context_state, m);
    if (pa_context_connect(m->context, NULL, PA_CONTEXT_NOAUTOSPAWN, NULL) < 0)
        failed(m);
}

static bool
allowed(const HostMicrophone *m)
{
    return m->view->setup.flags & CTL_MICROPHONE && host_control_attached(m->view);
}

static void
say_no(HostMicrophone *m)
{
    const char *guest = m->view->setup.guest;

    if (!m->said_no && !(m->view->setup.flags & CTL_MICROPHONE))
        g_message("guest %s wants to hear the microphone, which is off for it; to allow it: "
                  "casement guest set %s microphone=on",
                  guest, guest);
    m->said_no = true;
}

void
host_microphone_policy_changed(HostMicrophone *m)
{
    bool record = m->wanted && allowed(m);

    if (m->wanted && !record)
        say_no(m);
    if (!record)
        leave(m);
    else if (!m->loop && !m->retry)
        connect_server(m);
}

void
host_microphone_record(HostMicrophone *m, const ViewRecord *message)
{
    bool same = m->wanted && m->asked.rate == message->rate &&
                m->asked.channels == message->channels &&
                m->asked.fragment_ms == message->fragment_ms;

    m->wanted = true;
    m->asked = *message;
    if (!same)
        leave(m);
    host_microphone_policy_changed(m);
}

void
host_microphone_over(HostMicrophone *m)
{
    m->wanted = false;
    host_microphone_policy_changed(m);
}
