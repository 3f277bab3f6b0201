// SPDX-License-Identifier: Apache-2.0
#pragma once

// The graphics pipeline of a client ([MS-RDPEGFX]): one surface per window, mapped to it, painted
// from the guest's damage.
//
// Pixels are read from the X server at the moment they may be sent, so that a slow client gets
// fewer frames and never late ones: at most RA_FRAMES_MAX frames are unacknowledged, and no frame
// begins while more bytes are than the client took lately in RA_FLIGHT_MS (or RA_FLIGHT_LEAST, if
// that is more): a second large frame follows at once where that costs no latency. One frame is the
// damage of one window; windows take turns. A client that suspends acknowledgements is held by its
// socket alone.

#include "channel/glib/tiles.h"
#include "guestagent/remoteapp/desktop.h"
#include "guestagent/remoteapp/encoder.h"
#include "guestagent/remoteapp/link.h"

#define RA_FRAMES_MAX 2
#define RA_FLIGHT_LEAST (2 * 1024 * 1024)
#define RA_FLIGHT_MS 25

typedef struct RaGraphics RaGraphics;

typedef struct {
    // The client's capabilities are confirmed: tell of all windows now.
    void (*ready)(gpointer user);
    // A frame was acknowledged: what waited for ra_graphics_may_resize may go on.
    void (*acknowledged)(gpointer user);
    // With the way of pixels came one of input; the descriptor is the callee's.
    void (*input)(int take_fd, gpointer user);
    // The channel cannot be used (any more).
    void (*failed)(const char *reason, gpointer user);
} RaGraphicsEvents;

// Pixels go past RDP where the client's stream has brought a way for that (pixel_path.h).
RaGraphics *ra_graphics_new(GMainContext *context, RaLink *link, RaDesktop *desktop, RaCodec codec,
                            const RaGraphicsEvents *events, gpointer user);
void ra_graphics_free(RaGraphics *graphics);
// Past RDP over this stream, too, as soon as nothing is under way otherwise: where there is no
// better way, or once that is lost.
void ra_graphics_take_stream(RaGraphics *graphics, ChanTilesSocket *take_stream);
// Whether the client takes video over that.
void ra_graphics_set_video(RaGraphics *graphics, bool taken);

// Opens the channel as soon as dynamic channels can be, then reads what arrived on it. May call
// any of the events.
void ra_graphics_receive(RaGraphics *graphics);
bool ra_graphics_ready(const RaGraphics *graphics);

// The client knows the window, of this size now: makes and maps a surface where there is none of
// this size, to be painted whole. The surface before lives until then.
void ra_graphics_window(RaGraphics *graphics, guint32 id, int width, int height, bool alpha);
void ra_graphics_gone(RaGraphics *graphics, guint32 id);
void ra_graphics_damaged(RaGraphics *graphics, guint32 id);
// How often the client's screen paints the window, and whether anybody sees it (pace.h).
void ra_graphics_pace(RaGraphics *graphics, guint32 id, const ChanWindowPace *pace);

// False while a frame of this window is not acknowledged: a new size would only make it pointless.
// Then no further frame of it is sent until ra_graphics_window.
bool ra_graphics_may_resize(RaGraphics *graphics, guint32 id);

// Sends what may be sent.
void ra_graphics_pump(RaGraphics *graphics);
