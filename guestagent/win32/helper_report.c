// SPDX-License-Identifier: Apache-2.0
#include "guestagent/win32/helper_report.h"

#include "channel/wire.h"

#define MAGIC 0x31485343 // "CSH1"
#define DPI_MIN 72
#define DPI_MAX 960

void
win_helper_report_encode(const WinHelperReport *r, uint8_t bytes[WIN_HELPER_REPORT_SIZE])
{
    ChanWriter w = chan_writer(bytes, WIN_HELPER_REPORT_SIZE);

    chan_write_u32(&w, MAGIC);
    chan_write_u32(&w, r->keyboard);
    chan_write_u16(&w, r->dpi);
    chan_write_u8(&w, r->lock);
    chan_write_u8(&w, 0);
}

bool
win_helper_report_decode(WinHelperReport *r, const uint8_t untrusted_bytes[WIN_HELPER_REPORT_SIZE])
{
    ChanReader in = chan_reader(CHAN_SPAN(untrusted_bytes, WIN_HELPER_REPORT_SIZE));
    uint32_t magic = chan_read_u32(&in);

    r->keyboard = chan_read_u32(&in);
    r->dpi = chan_read_u16(&in);
    r->lock = chan_read_u8(&in);
    return chan_read_u8(&in) == 0 && magic == MAGIC && r->lock <= CHAN_LOCK_LOCKED &&
           (r->dpi == 0 || (r->dpi >= DPI_MIN && r->dpi <= DPI_MAX)) && chan_reader_end(&in);
}

uint32_t
win_keyboard_of(uint32_t handle)
{
    uint32_t layout = handle >> 16;

    if (layout >> 12 == 0xe)
        return handle; // an input method's is its identifier
    return layout >> 12 == 0xf ? 0 : layout;
}
