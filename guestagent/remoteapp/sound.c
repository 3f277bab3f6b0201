// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/sound.h"

#include "guestagent/remoteapp/recorder.h"
#include "guestagent/remoteapp/sound_pdu.h"
#include "guestagent/remoteapp/vchannel.h"

#include <freerdp/channels/rdpsnd.h>
#include <string.h>

#define WAVE2_VERSION 8
#define QUALITY_VERSION 6

// libfreerdp's client drops a block of PCM that arrives up to 10 ms after the one before is over,
// if it is the shorter (an unsigned difference wraps): there blocks are longer, and silence is sent
// ahead of what begins to play. Who plays what it is sent gets it as it is recorded.
#define PCM_BLOCK_MS 10
#define SHORT_BLOCK_MS 4
#define LEAD_BLOCKS 5
#define LEAD_BLOCK_BYTES (RA_SOUND_RATE / 100 * RA_SOUND_FRAME)

struct RaSound {
    GMainContext *context;
    RaLink *link;
    RaChannel *channel;
    RaRecorder *capture; // while the client takes our format
    guint32 left_out;    // sink input
    guint16 version;
    int format;
    bool any_length;         // of blocks is right
    guint8 block, confirmed; // the next one, and the next to be confirmed
    bool late;
    gint64 start_us, last_us; // of the channel; of the last block
};

static void
write_block(RaSound *s, const RaSoundWave *wave, const guint8 *samples, gsize size)
{
    guint8 message[RA_SOUND_HEADER_MAX + RA_RECORDER_BLOCK_MAX];
    if (s->version >= WAVE2_VERSION) {
        gsize header = ra_sound_write_wave2(message, wave, size);
        memcpy(message + header, samples, size);
        (void)ra_channel_write(s->channel, message, header + size);
    } else {
        gsize header = ra_sound_write_wave_info(message, wave, samples, size);
        (void)ra_channel_write(s->channel, message, header);
        memset(message, 0, 4);
        memcpy(message + 4, samples + 4, size - 4);
        (void)ra_channel_write(s->channel, message, size);
    }
    ra_link_send(s->link);
}

static void
send_block(RaSound *s, const guint8 *samples, gsize size)
{
    RaSoundWave wave = {
        .format = (guint16)s->format,
        .block = s->block++,
        .time_ms = (guint32)((s->last_us - s->start_us) / 1000),
    };
    write_block(s, &wave, samples, size);
}

static bool
client_is_late(RaSound *s)
{
    guint8 with_client = (guint8)(s->block - s->confirmed);
    if (with_client >= RA_SOUND_LATE_BLOCKS)
        s->late = true;
    else if (with_client <= RA_SOUND_LATE_BLOCKS / 2)
        s->late = false;
    return s->late;
}

static void
on_block(const guint8 *samples, gsize size, bool begins, gpointer user)
{
    RaSound *s = user;
    if (client_is_late(s) || size < RA_SOUND_FRAME || size > RA_RECORDER_BLOCK_MAX)
        return;
    s->last_us = g_get_monotonic_time();
    static const guint8 silence[LEAD_BLOCK_BYTES];
    for (int i = 0; begins && !s->any_length && i < LEAD_BLOCKS; i++)
        send_block(s, silence, sizeof silence);
    send_block(s, samples, size);
}

static void
start(RaSound *s)
{
    if (s->format < 0 || s->capture != NULL)
        return;
    s->capture =
        ra_recorder_new(s->context, s->any_length ? SHORT_BLOCK_MS : PCM_BLOCK_MS, on_block, s);
    ra_recorder_leave_out(s->capture, s->left_out);
}

void
ra_sound_leave_out(RaSound *s, guint32 sink_input)
{
    s->left_out = sink_input;
    if (s->capture != NULL)
        ra_recorder_leave_out(s->capture, sink_input);
}

bool
ra_sound_receive(RaSound *s)
{
    for (;;) {
        g_autoptr(GBytes) bytes = ra_channel_read(s->channel);
        if (bytes == NULL)
            return true;
        gsize size = 0;
        const guint8 *data = g_bytes_get_data(bytes, &size);
        RaSoundMessage m;
        if (!ra_sound_read(CHAN_SPAN(data, size), &m))
            return false;
        if (m.type == RA_SOUND_FORMATS) {
            s->version = m.version;
            s->format = m.format;
            s->any_length = m.any_length;
            if (m.version < QUALITY_VERSION)
                start(s);
        } else if (m.type == RA_SOUND_QUALITY) {
            start(s);
        } else if (m.type == RA_SOUND_WAVE_CONFIRM) {
            s->confirmed = (guint8)(m.block + 1);
        }
    }
}

RaSound *
ra_sound_new(GMainContext *context, RaLink *link)
{
    g_autoptr(RaChannel) channel = ra_channel_open_static(link, RDPSND_CHANNEL_NAME);
    if (channel == NULL)
        return NULL;
    RaSound *s = g_new0(RaSound, 1);
    s->context = context;
    s->link = link;
    s->channel = g_steal_pointer(&channel);
    s->format = -1;
    s->left_out = G_MAXUINT32;
    s->start_us = g_get_monotonic_time();
    guint8 formats[RA_SOUND_FORMATS_SIZE];
    (void)ra_channel_write(s->channel, formats, ra_sound_write_formats(formats));
    return s;
}

void
ra_sound_free(RaSound *s)
{
    if (s == NULL)
        return;
    ra_recorder_free(s->capture);
    ra_channel_free(s->channel);
    g_free(s);
}
