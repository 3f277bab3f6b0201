// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/sound_pdu.h"

#include "channel/wire.h"

#include <string.h>

#define FORMAT_PCM 1
#define CHANNELS 2
#define BITS 16
#define VERSION 8 // CHANNEL_VERSION_WIN_MAX

static bool
is_ours(ChanReader *r)
{
    uint16_t tag = chan_read_u16(r);
    uint16_t channels = chan_read_u16(r);
    uint32_t rate = chan_read_u32(r);
    (void)chan_read_u32(r);
    (void)chan_read_u16(r);
    uint16_t bits = chan_read_u16(r);
    (void)chan_read_bytes(r, chan_read_u16(r));
    return !r->failed && tag == FORMAT_PCM && channels == CHANNELS && rate == RA_SOUND_RATE &&
           bits == BITS;
}

static void
read_formats(ChanReader *r, RaSoundMessage *m)
{
    (void)chan_read_bytes(r, 12); // flags, volume, pitch
    (void)chan_read_u16(r);       // UDP port
    uint16_t count = chan_read_u16(r);
    (void)chan_read_u8(r);
    m->version = chan_read_u16(r);
    (void)chan_read_u8(r);
    for (int i = 0; i < count && !r->failed; i++)
        if (is_ours(r) && m->format < 0)
            m->format = i;
}

bool
ra_sound_read(ChanSpan untrusted_pdu, RaSoundMessage *message)
{
    memset(message, 0, sizeof *message);
    message->format = -1;
    ChanReader r = chan_reader(untrusted_pdu);
    message->type = chan_read_u8(&r);
    (void)chan_read_u8(&r);
    (void)chan_read_u16(&r);
    if (message->type == RA_SOUND_FORMATS) {
        read_formats(&r, message);
    } else if (message->type == RA_SOUND_WAVE_CONFIRM) {
        (void)chan_read_u16(&r);
        message->block = chan_read_u8(&r);
    }
    return !r.failed;
}

static ChanWriter
begin(uint8_t *buffer, size_t capacity, uint8_t type, size_t body)
{
    ChanWriter w = chan_writer(buffer, capacity);
    chan_write_u8(&w, type);
    chan_write_u8(&w, 0);
    chan_write_u16(&w, (uint16_t)body);
    return w;
}

size_t
ra_sound_write_formats(uint8_t *buffer)
{
    ChanWriter w = begin(buffer, 64, RA_SOUND_FORMATS, 38);
    chan_write_u32(&w, 0);
    chan_write_u32(&w, 0);
    chan_write_u32(&w, 0);
    chan_write_u16(&w, 0);
    chan_write_u16(&w, 1); // formats
    chan_write_u8(&w, 0);
    chan_write_u16(&w, VERSION);
    chan_write_u8(&w, 0);
    chan_write_u16(&w, FORMAT_PCM);
    chan_write_u16(&w, CHANNELS);
    chan_write_u32(&w, RA_SOUND_RATE);
    chan_write_u32(&w, RA_SOUND_RATE * RA_SOUND_FRAME);
    chan_write_u16(&w, RA_SOUND_FRAME);
    chan_write_u16(&w, BITS);
    chan_write_u16(&w, 0);
    return w.size;
}

static void
write_wave(ChanWriter *w, const RaSoundWave *wave)
{
    chan_write_u16(w, (uint16_t)wave->time_ms);
    chan_write_u16(w, wave->format);
    chan_write_u8(w, wave->block);
    chan_write_u8(w, 0);
    chan_write_u16(w, 0);
}

size_t
ra_sound_write_wave2(uint8_t *buffer, const RaSoundWave *wave, size_t size)
{
    ChanWriter w = begin(buffer, RA_SOUND_HEADER_MAX, RA_SOUND_WAVE2, 12 + size);
    write_wave(&w, wave);
    chan_write_u32(&w, wave->time_ms);
    return w.size;
}

size_t
ra_sound_write_wave_info(uint8_t *buffer, const RaSoundWave *wave, const uint8_t *samples,
                         size_t size)
{
    ChanWriter w = begin(buffer, RA_SOUND_HEADER_MAX, RA_SOUND_WAVE, 8 + size);
    write_wave(&w, wave);
    chan_write_bytes(&w, CHAN_SPAN(samples, 4));
    return w.size;
}
