// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/sound_pdu.h"

#include "channel/wire.h"

#include <string.h>

#define FORMAT_PCM 1
#define FORMAT_EXTENSIBLE 0xFFFE
#define CHANNELS 2
#define BITS 16
#define VERSION 8 // CHANNEL_VERSION_WIN_MAX

// Valid bits, left and right speaker, KSDATAFORMAT_SUBTYPE_PCM: the rest of a WAVEFORMATEXTENSIBLE.
static const uint8_t extension[] = {16, 0,    3, 0,    0, 0, 1,    0, 0,    0,    0,
                                    0,  0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71};

static bool
is_ours(ChanReader *r, bool *extensible)
{
    uint16_t tag = chan_read_u16(r);
    uint16_t channels = chan_read_u16(r);
    uint32_t rate = chan_read_u32(r);
    (void)chan_read_u32(r);
    (void)chan_read_u16(r);
    uint16_t bits = chan_read_u16(r);
    ChanSpan more = chan_read_bytes(r, chan_read_u16(r));
    *extensible = tag == FORMAT_EXTENSIBLE && more.size == sizeof extension &&
                  memcmp(more.data, extension, sizeof extension) == 0;
    return !r->failed && (tag == FORMAT_PCM || *extensible) && channels == CHANNELS &&
           rate == RA_SOUND_RATE && bits == BITS;
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
    for (int i = 0; i < count && !r->failed; i++) {
        bool extensible = false;
        if (!is_ours(r, &extensible) || (m->format >= 0 && (m->any_length || !extensible)))
            continue;
        m->format = i;
        m->any_length = extensible;
    }
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

static void
write_format(ChanWriter *w, uint16_t tag, ChanSpan more)
{
    chan_write_u16(w, tag);
    chan_write_u16(w, CHANNELS);
    chan_write_u32(w, RA_SOUND_RATE);
    chan_write_u32(w, RA_SOUND_RATE * RA_SOUND_FRAME);
    chan_write_u16(w, RA_SOUND_FRAME);
    chan_write_u16(w, BITS);
    chan_write_u16(w, (uint16_t)more.size);
    chan_write_bytes(w, more);
}

size_t
ra_sound_write_formats(uint8_t *buffer)
{
    ChanWriter w =
        begin(buffer, RA_SOUND_FORMATS_SIZE, RA_SOUND_FORMATS, RA_SOUND_FORMATS_SIZE - 4);
    chan_write_u32(&w, 0);
    chan_write_u32(&w, 0);
    chan_write_u32(&w, 0);
    chan_write_u16(&w, 0);
    chan_write_u16(&w, 2); // formats
    chan_write_u8(&w, 0);
    chan_write_u16(&w, VERSION);
    chan_write_u8(&w, 0);
    write_format(&w, FORMAT_EXTENSIBLE, CHAN_SPAN(extension, sizeof extension));
    write_format(&w, FORMAT_PCM, CHAN_SPAN(NULL, 0));
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
