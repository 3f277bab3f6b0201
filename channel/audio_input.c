// SPDX-License-Identifier: Apache-2.0
#include "channel/audio_input.h"

#include "channel/wire.h"

#include <string.h>

#define FORMAT_PCM 1
#define BITS (8 * CHAN_AUDIO_SAMPLE)

uint32_t
chan_audio_frame(const ChanAudioFormat *format)
{
    return format->channels * CHAN_AUDIO_SAMPLE;
}

// AUDIO_FORMAT ([MS-RDPEA] 2.2.2.1.1).
static ChanAudioFormat
read_format(ChanReader *r)
{
    uint16_t tag = chan_read_u16(r);
    ChanAudioFormat f = {.channels = chan_read_u16(r)};
    f.rate = chan_read_u32(r);
    uint32_t bytes_per_second = chan_read_u32(r);
    uint16_t align = chan_read_u16(r);
    uint16_t bits = chan_read_u16(r);
    (void)chan_read_bytes(r, chan_read_u16(r));
    bool known = tag == FORMAT_PCM && f.channels >= 1 && f.channels <= CHAN_AUDIO_CHANNELS_MAX &&
                 f.rate >= CHAN_AUDIO_RATE_MIN && f.rate <= CHAN_AUDIO_RATE_MAX && bits == BITS &&
                 align == chan_audio_frame(&f) && bytes_per_second == f.rate * align;
    return known ? f : (ChanAudioFormat){0};
}

// How long it says it is counts for nothing, and what follows the formats is left out (2.2.2.2).
static void
read_formats(ChanReader *r, ChanAudioMessage *m)
{
    m->count = chan_read_u32(r);
    (void)chan_read_u32(r);
    if (m->count > CHAN_AUDIO_FORMATS_MAX)
        chan_reader_fail(r);
    for (uint32_t i = 0; i < m->count && !r->failed; i++)
        m->formats[i] = read_format(r);
    if (!r->failed)
        (void)chan_read_bytes(r, r->left);
}

// The format that follows is that of the device, which is ours to choose (2.2.2.3).
static void
read_open(ChanReader *r, ChanAudioMessage *m)
{
    m->frames = chan_read_u32(r);
    m->format = chan_read_u32(r);
    (void)read_format(r);
    if (m->frames < 1 || m->frames > CHAN_AUDIO_FRAMES_MAX)
        chan_reader_fail(r);
}

bool
chan_audio_decode(ChanSpan untrusted_message, ChanAudioMessage *m)
{
    ChanReader r = chan_reader(untrusted_message);

    memset(m, 0, sizeof *m);
    m->type = (ChanAudioType)chan_read_u8(&r);
    switch (m->type) {
    case CHAN_AUDIO_VERSION:
        m->version = chan_read_u32(&r);
        if (m->version == 0)
            chan_reader_fail(&r);
        break;
    case CHAN_AUDIO_FORMATS:
        read_formats(&r, m);
        break;
    case CHAN_AUDIO_OPEN:
        read_open(&r, m);
        break;
    case CHAN_AUDIO_OPEN_REPLY:
        m->result = chan_read_u32(&r);
        break;
    case CHAN_AUDIO_INCOMING:
        break;
    case CHAN_AUDIO_DATA:
        m->untrusted_sounds = chan_read_bytes(&r, r.left);
        break;
    case CHAN_AUDIO_FORMAT_CHANGE:
        m->format = chan_read_u32(&r);
        break;
    default:
        return false;
    }
    return chan_reader_end(&r);
}

static void
write_format(ChanWriter *w, const ChanAudioFormat *f)
{
    uint32_t frame = chan_audio_frame(f);

    chan_write_u16(w, FORMAT_PCM);
    chan_write_u16(w, (uint16_t)f->channels);
    chan_write_u32(w, f->rate);
    chan_write_u32(w, f->rate * frame);
    chan_write_u16(w, (uint16_t)frame);
    chan_write_u16(w, BITS);
    chan_write_u16(w, 0);
}

static void
write_formats(ChanWriter *w, const ChanAudioMessage *m)
{
    chan_write_u32(w, m->count);
    chan_write_u32(w, 9 + 18 * m->count); // all of it, which a client has to say
    for (uint32_t i = 0; i < m->count; i++)
        write_format(w, &m->formats[i]);
}

ChanSpan
chan_audio_encode(const ChanAudioMessage *m, void *buffer, size_t size)
{
    ChanWriter w = chan_writer(buffer, size);

    chan_write_u8(&w, (uint8_t)m->type);
    switch (m->type) {
    case CHAN_AUDIO_VERSION:
        chan_write_u32(&w, 1);
        break;
    case CHAN_AUDIO_FORMATS:
        write_formats(&w, m);
        break;
    case CHAN_AUDIO_OPEN:
        chan_write_u32(&w, m->frames);
        chan_write_u32(&w, m->format);
        write_format(&w, &m->formats[0]);
        break;
    case CHAN_AUDIO_OPEN_REPLY:
        chan_write_u32(&w, m->result);
        break;
    case CHAN_AUDIO_FORMAT_CHANGE:
        chan_write_u32(&w, m->format);
        break;
    case CHAN_AUDIO_INCOMING:
    case CHAN_AUDIO_DATA:
        break;
    }
    return chan_writer_span(&w);
}
