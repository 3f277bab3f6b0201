// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/microphone.h"

#include "channel/audio_input.h"
#include "channel/glib/timer.h"
#include "guestagent/remoteapp/microphone_source.h"
#include "guestagent/remoteapp/vchannel.h"

#define PACKET_FRAMES 384 // 8 ms: a packet in one PDU of the dynamic channel
#define NEAR_MS 20        // that waits before the sound server
#define FAR_MS 40         // of a client behind a pipe
#define AGAIN_MS 2000

struct RaMicrophone {
    GMainContext *context;
    RaLink *link;
    RaMicrophoneSource *source;
    void (*plays)(guint32 sink_input, gpointer user);
    gpointer user;
    bool recording, client_is_ours;
    RaChannel *channel; // NULL: not asked for
    bool refused;       // until a program begins to record, or `again`
    bool greeted, open; // the channel is there; the client sends sound
    guint32 format;
    GSource *again;
};

static const ChanAudioFormat our_format = {RA_MICROPHONE_RATE, RA_MICROPHONE_CHANNELS};

static void
say(RaMicrophone *m, const ChanAudioMessage *message)
{
    guint8 buffer[CHAN_AUDIO_BYTES_MAX];
    ChanSpan bytes = chan_audio_encode(message, buffer, sizeof buffer);
    (void)ra_channel_write(m->channel, bytes.data, bytes.size);
    ra_link_send(m->link);
}

static void
leave(RaMicrophone *m)
{
    g_clear_pointer(&m->channel, ra_channel_free);
    if (m->greeted)
        ra_microphone_source_end(m->source);
    m->greeted = m->open = false;
    ra_link_send(m->link);
}

static void advance(RaMicrophone *m);

static gboolean
on_again(gpointer user)
{
    RaMicrophone *m = user;
    chan_timer_clear(&m->again);
    m->refused = false;
    advance(m);
    return G_SOURCE_REMOVE;
}

static void
give_up(RaMicrophone *m)
{
    leave(m);
    m->refused = true;
    if (m->client_is_ours && m->again == NULL)
        m->again = chan_timer_new(m->context, AGAIN_MS, on_again, m);
}

static bool
is_ours(const ChanAudioFormat *format)
{
    return format->rate == our_format.rate && format->channels == our_format.channels;
}

static bool
open_format(RaMicrophone *m, const ChanAudioMessage *said)
{
    for (guint32 i = 0; i < said->count; i++) {
        if (!is_ours(&said->formats[i]))
            continue;
        m->format = i;
        say(m, &(ChanAudioMessage){.type = CHAN_AUDIO_OPEN,
                                   .frames = PACKET_FRAMES,
                                   .format = i,
                                   .formats = {our_format}});
        return true;
    }
    return false;
}

// False: there is no use in this channel.
static bool
hear(RaMicrophone *m, const ChanAudioMessage *said)
{
    switch (said->type) {
    case CHAN_AUDIO_VERSION:
        say(m,
            &(ChanAudioMessage){.type = CHAN_AUDIO_FORMATS, .count = 1, .formats = {our_format}});
        return true;
    case CHAN_AUDIO_FORMATS:
        return !m->open && open_format(m, said);
    case CHAN_AUDIO_FORMAT_CHANGE:
        return said->format == m->format;
    case CHAN_AUDIO_OPEN_REPLY:
        m->open = (gint32)said->result >= 0;
        return m->open;
    case CHAN_AUDIO_DATA:
        if (m->open)
            ra_microphone_source_play(m->source, said->untrusted_sounds);
        return true;
    case CHAN_AUDIO_INCOMING:
        return true;
    default:
        return false; // a server's
    }
}

static void
listen_to_client(RaMicrophone *m)
{
    ChanAudioMessage said;
    for (;;) {
        g_autoptr(GBytes) bytes = ra_channel_read(m->channel);
        if (bytes == NULL)
            return;
        gsize size = 0;
        const guint8 *data = g_bytes_get_data(bytes, &size);
        if (!chan_audio_decode(CHAN_SPAN(data, size), &said) || !hear(m, &said)) {
            give_up(m);
            return;
        }
    }
}

// A channel that was asked for is closed once the client has answered: its answer would open it.
static void
advance(RaMicrophone *m)
{
    if (m->recording && m->channel == NULL && !m->refused && ra_channel_dynamic_ready(m->link)) {
        m->channel = ra_channel_open_dynamic(m->link, CHAN_AUDIO_INPUT);
        ra_link_send(m->link);
    }
    if (m->channel == NULL)
        return;
    if (!ra_channel_alive(m->channel)) {
        give_up(m);
        return;
    }
    if (!ra_channel_ready(m->channel))
        return;
    if (!m->recording) {
        leave(m);
        return;
    }
    if (!m->greeted) {
        m->greeted = true;
        ra_microphone_source_begin(m->source);
        say(m, &(ChanAudioMessage){.type = CHAN_AUDIO_VERSION});
    }
    listen_to_client(m);
}

void
ra_microphone_receive(RaMicrophone *m, bool client_is_ours)
{
    m->client_is_ours = client_is_ours;
    advance(m);
}

static void
on_recording(bool recording, gpointer user)
{
    RaMicrophone *m = user;
    m->recording = recording;
    m->refused = false;
    chan_timer_clear(&m->again);
    advance(m);
}

static void
on_plays(guint32 sink_input, gpointer user)
{
    RaMicrophone *m = user;
    m->plays(sink_input, m->user);
}

RaMicrophone *
ra_microphone_new(GMainContext *context, RaLink *link,
                  void (*plays)(guint32 sink_input, gpointer user), gpointer user)
{
    static const RaMicrophoneEvents events = {.recording = on_recording, .plays = on_plays};
    RaMicrophone *m = g_new0(RaMicrophone, 1);
    m->context = context;
    m->link = link;
    m->plays = plays;
    m->user = user;
    m->source =
        ra_microphone_source_new(context, ra_link_local(link) ? NEAR_MS : FAR_MS, &events, m);
    return m;
}

void
ra_microphone_free(RaMicrophone *m)
{
    if (m == NULL)
        return;
    chan_timer_clear(&m->again);
    ra_microphone_source_free(m->source);
    ra_channel_free(m->channel);
    g_free(m);
}
