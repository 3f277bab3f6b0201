// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/graphics.h"

#include "channel/glib/timer.h"
#include "guestagent/remoteapp/bands.h"
#include "guestagent/remoteapp/pace.h"
#include "guestagent/remoteapp/pixel_path.h"
#include "guestagent/remoteapp/vchannel.h"

#include <freerdp/codec/color.h>
#include <freerdp/server/rdpgfx.h>
#include <string.h>
#include <winpr/synch.h>

#define RECTS_MAX 32
G_STATIC_ASSERT(RECTS_MAX <= CHAN_PIXELS_RECTS_MAX);
#define TOGETHER_US 8000              // half of what a screen takes for a frame
#define MEASURED_LEAST (256 * 1024)   // smaller frames tell of latency, not of rate
#define MESSAGES_MAX 256              // in one turn
#define PENDING_MAX (4 * 1024 * 1024) // in the link, when acknowledgements do not hold us
#define SUSPEND_ACKNOWLEDGEMENT 0xFFFFFFFFu

typedef struct {
    guint32 id; // of the window
    guint16 surface, old_surface;
    bool has_old;
    int width, height;
    bool alpha;
    bool queued;
    bool held; // no frames: it waits for a new size
    bool all;  // to be painted whole
    RaCoding coding;
    RaPace pace;
} Surface;

typedef struct {
    guint32 frame, window;
    gsize bytes;
    gint64 sent_us;
    RaEncoded encoded;
} Flight;

struct RaGraphics {
    RaLink *link;
    RaDesktop *desktop;
    const RaGraphicsEvents *events;
    gpointer user;
    RdpgfxServerContext *gfx;
    RaPixelPath *path;       // NULL: all pixels go by RDPGFX
    bool video;              // the client takes it
    ChanTilesSocket *stream; // or will go over that, once what went by RDPGFX has arrived
    GSource *later;          // when the next of those that wait may go
    gint64 later_us;         // RA_PACE_NEVER: none does
    gint64 together_us;      // when those without the focus went
    bool opened, ready, failed, suspended;
    GHashTable *surfaces; // window id → Surface
    GQueue queue;         // of Surface with damage, each once
    GArray *flights;
    gsize flight_bytes;
    gint64 acknowledged_us; // when the last acknowledgement came
    gsize rate;             // bytes in a millisecond that the client takes; 0: not known
    guint32 next_frame;
    guint16 next_surface;
    RaEncoder *encoder;
};

static void
fail(RaGraphics *g, const char *reason)
{
    if (g->failed)
        return;
    g->failed = true;
    g->ready = false;
    g->events->failed(reason, g->user);
}

// ---- what the client sends ----

static const RDPGFX_CAPSET *
choose_caps(const RDPGFX_CAPS_ADVERTISE_PDU *offer)
{
    static const UINT32 known[] = {
        RDPGFX_CAPVERSION_107, RDPGFX_CAPVERSION_106, RDPGFX_CAPVERSION_105, RDPGFX_CAPVERSION_104,
        RDPGFX_CAPVERSION_103, RDPGFX_CAPVERSION_102, RDPGFX_CAPVERSION_101, RDPGFX_CAPVERSION_10,
        RDPGFX_CAPVERSION_81,  RDPGFX_CAPVERSION_8,
    };
    for (guint k = 0; k < G_N_ELEMENTS(known); k++)
        for (UINT16 i = 0; i < offer->capsSetCount; i++)
            if (offer->capsSets[i].version == known[k])
                return &offer->capsSets[i];
    return NULL;
}

static UINT
on_caps_advertise(RdpgfxServerContext *context, const RDPGFX_CAPS_ADVERTISE_PDU *offer)
{
    RaGraphics *g = context->custom;
    const RDPGFX_CAPSET *chosen = choose_caps(offer);
    if (chosen == NULL)
        return ERROR_NOT_SUPPORTED;
    RDPGFX_CAPSET caps = *chosen;
    RDPGFX_CAPS_CONFIRM_PDU confirm = {&caps};
    UINT rc = context->CapsConfirm(context, &confirm);
    g->ready = rc == CHANNEL_RC_OK;
    return rc;
}

static UINT
on_cache_import_offer(RdpgfxServerContext *context, const RDPGFX_CACHE_IMPORT_OFFER_PDU *offer)
{
    RDPGFX_CACHE_IMPORT_REPLY_PDU none = {0};
    return context->CacheImportReply(context, &none);
}

// From when the client could begin with the frame: it was sent, and the one before was done.
static void
measure(RaGraphics *g, const Flight *f, gint64 now)
{
    gint64 took_us = MAX(now - MAX(f->sent_us, g->acknowledged_us), 1);
    ra_encoder_arrived(g->encoder, &f->encoded, f->bytes, g->acknowledged_us);
    if (f->bytes < MEASURED_LEAST)
        return;
    gsize rate = f->bytes * 1000 / (gsize)took_us;
    g->rate = g->rate == 0 ? rate : (3 * g->rate + rate) / 4;
}

static UINT
on_frame_acknowledge(RdpgfxServerContext *context, const RDPGFX_FRAME_ACKNOWLEDGE_PDU *ack)
{
    RaGraphics *g = context->custom;
    g->suspended = ack->queueDepth == SUSPEND_ACKNOWLEDGEMENT;
    guint done = 0;
    gint64 now = g_get_monotonic_time();
    for (guint i = 0; i < g->flights->len; i++) {
        const Flight *f = &g_array_index(g->flights, Flight, i);
        // Clients may leave out acknowledgements: one stands for all before it.
        if (!g->suspended && (gint32)(f->frame - ack->frameId) > 0)
            break;
        g->flight_bytes -= f->bytes;
        ra_desktop_shown(g->desktop, f->window, now);
        if (!g->suspended && f->frame == ack->frameId)
            measure(g, f, now);
        done++;
    }
    g->acknowledged_us = now;
    if (done > 0)
        g_array_remove_range(g->flights, 0, done);
    return CHANNEL_RC_OK;
}

static void
open_channel(RaGraphics *g)
{
    if (!ra_channel_dynamic_ready(g->link))
        return;
    g->opened = true;
    if (!g->gfx->Open(g->gfx))
        fail(g, "the client refused the graphics channel");
    else
        ra_link_send(g->link);
}

void
ra_graphics_receive(RaGraphics *g)
{
    if (!g->opened && !g->failed)
        open_channel(g);
    if (!g->opened || g->failed)
        return;
    bool was_ready = g->ready;
    guint flights = g->flights->len;
    HANDLE event = rdpgfx_server_get_event_handle(g->gfx);
    for (guint i = 0; i < MESSAGES_MAX; i++) {
        if (event == NULL || WaitForSingleObject(event, 0) != WAIT_OBJECT_0)
            break;
        UINT rc = rdpgfx_server_handle_messages(g->gfx);
        if (rc == ERROR_NO_DATA)
            break;
        if (rc != CHANNEL_RC_OK) {
            fail(g, "the client broke the protocol of the graphics channel");
            return;
        }
    }
    if (g->ready && !was_ready)
        g->events->ready(g->user);
    else if (g->flights->len < flights)
        g->events->acknowledged(g->user);
    ra_graphics_pump(g);
}

// ---- surfaces ----

static void
enqueue(RaGraphics *g, Surface *s)
{
    if (s->queued)
        return;
    s->queued = true;
    g_queue_push_tail(&g->queue, s);
}

static void
delete_surface(RaGraphics *g, guint16 surface)
{
    RDPGFX_DELETE_SURFACE_PDU pdu = {.surfaceId = surface};
    (void)g->gfx->DeleteSurface(g->gfx, &pdu);
    if (g->path != NULL)
        ra_pixel_path_gone(g->path, surface);
}

static bool
surface_id_used(const RaGraphics *g, guint16 id)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, g->surfaces);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const Surface *s = value;
        if (s->surface == id || (s->has_old && s->old_surface == id))
            return true;
    }
    return false;
}

static guint16
new_surface_id(RaGraphics *g)
{
    do
        g->next_surface++;
    while (g->next_surface == 0 || surface_id_used(g, g->next_surface));
    return g->next_surface;
}

static void
create_surface(RaGraphics *g, Surface *s)
{
    RDPGFX_CREATE_SURFACE_PDU create = {
        .surfaceId = s->surface,
        .width = (UINT16)s->width,
        .height = (UINT16)s->height,
        .pixelFormat = s->alpha ? GFX_PIXEL_FORMAT_ARGB_8888 : GFX_PIXEL_FORMAT_XRGB_8888,
    };
    RDPGFX_MAP_SURFACE_TO_WINDOW_PDU map = {
        .surfaceId = s->surface,
        .windowId = s->id,
        .mappedWidth = (UINT32)s->width,
        .mappedHeight = (UINT32)s->height,
    };
    if (g->gfx->CreateSurface(g->gfx, &create) != CHANNEL_RC_OK ||
        g->gfx->MapSurfaceToWindow(g->gfx, &map) != CHANNEL_RC_OK)
        fail(g, "a surface could not be made");
    else if (g->path != NULL)
        ra_pixel_path_surface(g->path, s->surface, s->id, s->alpha);
}

void
ra_graphics_window(RaGraphics *g, guint32 id, int width, int height, bool alpha)
{
    if (!g->ready || width <= 0 || height <= 0)
        return;
    Surface *s = g_hash_table_lookup(g->surfaces, GUINT_TO_POINTER(id));
    bool fits = s != NULL && s->width == width && s->height == height && s->alpha == alpha;
    if (fits && s->held) {
        s->held = false;
        s->all = true;
        enqueue(g, s);
    }
    if (fits)
        return;
    guint16 surface = new_surface_id(g);
    if (s == NULL) {
        s = g_new0(Surface, 1);
        s->id = id;
        ra_pace_init(&s->pace);
        g_hash_table_insert(g->surfaces, GUINT_TO_POINTER(id), s);
    } else if (s->has_old) {
        delete_surface(g, s->surface); // never painted
    } else {
        s->has_old = true;
        s->old_surface = s->surface;
    }
    s->surface = surface;
    s->width = width;
    s->height = height;
    s->alpha = alpha;
    s->held = false;
    s->all = true;
    create_surface(g, s);
    enqueue(g, s);
}

void
ra_graphics_gone(RaGraphics *g, guint32 id)
{
    Surface *s = g_hash_table_lookup(g->surfaces, GUINT_TO_POINTER(id));
    if (s == NULL)
        return;
    if (s->queued)
        g_queue_remove(&g->queue, s);
    if (s->has_old)
        delete_surface(g, s->old_surface);
    delete_surface(g, s->surface);
    g_hash_table_remove(g->surfaces, GUINT_TO_POINTER(id));
}

void
ra_graphics_damaged(RaGraphics *g, guint32 id)
{
    Surface *s = g_hash_table_lookup(g->surfaces, GUINT_TO_POINTER(id));
    if (s == NULL)
        return;
    enqueue(g, s);
    if (g->path != NULL)
        ra_pixel_path_damaged(g->path, s->surface);
}

void
ra_graphics_pace(RaGraphics *g, guint32 id, const ChanWindowPace *pace)
{
    Surface *s = g_hash_table_lookup(g->surfaces, GUINT_TO_POINTER(id));
    if (s == NULL)
        return;
    if (ra_pace_set(&s->pace, pace)) {
        s->all = true;
        enqueue(g, s);
    }
    ra_graphics_pump(g);
}

bool
ra_graphics_may_resize(RaGraphics *g, guint32 id)
{
    bool busy = false;
    for (guint i = 0; i < g->flights->len && !busy; i++)
        busy = g_array_index(g->flights, Flight, i).window == id;
    Surface *s = g_hash_table_lookup(g->surfaces, GUINT_TO_POINTER(id));
    busy |= s != NULL && g->path != NULL && ra_pixel_path_busy(g->path, s->surface);
    if (s != NULL)
        s->held = busy;
    return !busy;
}

// ---- frames ----

typedef struct {
    RaGraphics *g;
    Surface *s;
    RDPGFX_START_FRAME_PDU start;
    RDPGFX_END_FRAME_PDU end;
    bool started;
    gsize bytes;
} Frame;

static bool
send_command(Frame *f, const RDPGFX_SURFACE_COMMAND *command, bool only)
{
    RdpgfxServerContext *gfx = f->g->gfx;
    f->bytes += command->length;
    if (only) {
        f->started = true;
        return gfx->SurfaceFrameCommand(gfx, command, &f->start, &f->end) == CHANNEL_RC_OK;
    }
    if (!f->started && gfx->StartFrame(gfx, &f->start) != CHANNEL_RC_OK)
        return false;
    f->started = true;
    return gfx->SurfaceCommand(gfx, command) == CHANNEL_RC_OK;
}

// only: the band is all of the frame.
static bool
send_band(Frame *f, const RaRect *r, const RaPixels *pixels, bool only)
{
    RaGraphics *g = f->g;
    RDPGFX_SURFACE_COMMAND command = {
        .surfaceId = f->s->surface,
        .format = f->s->alpha ? PIXEL_FORMAT_BGRA32 : PIXEL_FORMAT_BGRX32,
        .left = (UINT32)r->x,
        .top = (UINT32)r->y,
        .right = (UINT32)(r->x + r->width),
        .bottom = (UINT32)(r->y + r->height),
        .width = (UINT32)r->width,
        .height = (UINT32)r->height,
    };
    ra_encoder_band(g->encoder, r, f->s->alpha, pixels, &command);
    if (!send_command(f, &command, only))
        return false;
    // The library queues a copy; moving it on now keeps one copy of a large frame, not two.
    ra_link_flush_channels(g->link);
    return true;
}

static void
end_frame(Frame *f, bool only)
{
    RaGraphics *g = f->g;
    RaEncoded encoded = ra_encoder_end(g->encoder);
    if (!f->started)
        return;
    if (!only && g->gfx->EndFrame(g->gfx, &f->end) != CHANNEL_RC_OK)
        fail(g, "a frame could not be ended");
    if (!g->suspended) {
        Flight flight = {f->start.frameId, f->s->id, f->bytes, encoded.made_us, encoded};
        g_array_append_val(g->flights, flight);
        g->flight_bytes += f->bytes;
    }
}

// The bands of all rectangles as one frame.
static bool
send_rects(Frame *f, const RaRect *rects, const RaPixels *pixels, guint n)
{
    ra_encoder_begin(f->g->encoder, &f->s->coding);
    bool only = n == 1 && ra_bands_rows(&rects[0]) >= rects[0].height;
    for (guint i = 0; i < n; i++) {
        int rows = ra_bands_rows(&rects[i]);
        for (int y = 0; y < rects[i].height; y += rows) {
            const RaRect *r = &rects[i];
            RaRect band = {r->x, r->y + y, r->width, MIN(rows, r->height - y)};
            RaPixels part = {pixels[i].data + (gsize)y * pixels[i].stride, pixels[i].stride};
            if (!send_band(f, &band, &part, only))
                return false;
        }
    }
    end_frame(f, only);
    return true;
}

// The surface shows its new size: the one before is of no use.
static void
drop_old(RaGraphics *g, Surface *s)
{
    if (s->has_old)
        delete_surface(g, s->old_surface);
    s->has_old = false;
}

static RaPixelWay
way_of(const RaGraphics *g, const Surface *s)
{
    return g->path != NULL ? ra_pixel_path_way(g->path, s->surface) : RA_PIXELS_RDP;
}

// Whether its damage may go now, else it is looked at again. Windows without the focus go together,
// so that many of them cost few round trips. One that is new is shown at once.
static bool
is_due(RaGraphics *g, Surface *s, gint64 now)
{
    bool active = ra_desktop_is_active(g->desktop, s->id);
    if (s->all)
        return true;
    if (active)
        ra_pace_input(&s->pace, ra_desktop_input_us(g->desktop));
    gint64 due = ra_pace_due(&s->pace);
    if (g->path != NULL && !active)
        due = MAX(due, g->together_us + TOGETHER_US);
    if (due > now)
        g->later_us = MIN(g->later_us, due);
    return due <= now;
}

// Takes what goes past RDPGFX now from the queue, at most RA_PIXEL_FRAMES_MAX of it; how much.
static guint
take_shared(RaGraphics *g, gint64 now, Surface **surfaces)
{
    guint n = 0;
    for (GList *at = g->queue.head, *next; at != NULL && n < ra_pixel_path_together(g->path);
         at = next) {
        Surface *s = at->data;
        next = at->next;
        if (way_of(g, s) != RA_PIXELS_SHARED || ra_pixel_path_busy(g->path, s->surface))
            continue;
        if (!is_due(g, s, now))
            continue;
        g_queue_delete_link(&g->queue, at);
        s->queued = false;
        if (!s->held)
            surfaces[n++] = s;
    }
    return n;
}

// The same as send_frame for several, past RDPGFX.
static void
send_shared(RaGraphics *g, Surface **surfaces, guint count, gint64 now)
{
    RaPixelFrame frames[RA_PIXEL_FRAMES_MAX];
    Surface *of[RA_PIXEL_FRAMES_MAX];
    guint n = 0;
    for (guint i = 0; i < count; i++) {
        Surface *s = surfaces[i];
        RaPixelFrame *f = &frames[n];
        f->surface = s->surface;
        f->window = s->id;
        f->count = ra_desktop_take_damage(g->desktop, s->id, s->all, f->rects, RECTS_MAX);
        f->count = ra_bands_clip(f->rects, f->count, s->width, s->height);
        if (!ra_desktop_is_active(g->desktop, s->id))
            g->together_us = now;
        if (f->count == 0)
            continue;
        ra_pace_went(&s->pace, now);
        of[n++] = s;
    }
    ra_pixel_path_send(g->path, frames, n);
    for (guint i = 0; i < n; i++) {
        of[i]->all = !frames[i].sent;
        ra_desktop_asks_for_more(g->desktop, of[i]->id, frames[i].sent);
        if (frames[i].sent)
            drop_old(g, of[i]);
    }
}

static void
pump_shared(RaGraphics *g, gint64 now)
{
    Surface *surfaces[RA_PIXEL_FRAMES_MAX];
    guint n;
    while ((n = take_shared(g, now, surfaces)) > 0)
        send_shared(g, surfaces, n, now);
}

// A frame with the window's damage. The window may have changed under it: then a new size is about
// to be told, and everything is painted again.
static void
send_frame(RaGraphics *g, Surface *s)
{
    RaRect rects[RECTS_MAX];
    guint n = ra_desktop_take_damage(g->desktop, s->id, s->all, rects, RECTS_MAX);
    n = ra_bands_clip(rects, n, s->width, s->height);
    ra_desktop_asks_for_more(g->desktop, s->id, false);
    RaPixels pixels[RECTS_MAX];
    Frame f = {.g = g, .s = s, .start.frameId = ++g->next_frame, .end.frameId = g->next_frame};
    ra_pace_went(&s->pace, g_get_monotonic_time());
    bool whole = s->all;
    bool stale = n > 0 && !ra_desktop_capture_many(g->desktop, s->id, rects, n, pixels);
    bool sent = stale || send_rects(&f, rects, pixels, n);
    if (!sent) {
        fail(g, "pixels could not be sent");
        return;
    }
    // The damage is taken: what could not be read of it must be painted by the next frame.
    s->all = stale || (whole && !f.started);
    if (f.started && !s->all)
        drop_old(g, s);
}

static bool
may_send(const RaGraphics *g)
{
    if (!g->ready || g->failed || (g->stream != NULL && g->path == NULL))
        return false;
    return g->flights->len < RA_FRAMES_MAX &&
           g->flight_bytes < MAX(RA_FLIGHT_LEAST, g->rate * RA_FLIGHT_MS) &&
           ra_link_pending(g->link) < PENDING_MAX;
}

// The next of the queue, taken from it, whose pixels go by RDPGFX now; NULL: there is none.
static Surface *
next_for_rdp(RaGraphics *g, gint64 now)
{
    for (GList *at = g->queue.head; at != NULL; at = at->next) {
        Surface *s = at->data;
        if (way_of(g, s) != RA_PIXELS_RDP || !is_due(g, s, now))
            continue;
        g_queue_delete_link(&g->queue, at);
        s->queued = false;
        return s;
    }
    return NULL;
}

static void begin_stream(RaGraphics *g);

void
ra_graphics_pump(RaGraphics *g)
{
    begin_stream(g);
    gint64 now = g_get_monotonic_time();
    g->later_us = RA_PACE_NEVER;
    if (g->path != NULL && g->ready && !g->failed)
        pump_shared(g, now);
    Surface *s;
    while (may_send(g) && (s = next_for_rdp(g, now)) != NULL) {
        if (!s->held)
            send_frame(g, s);
    }
    if (g->later_us != RA_PACE_NEVER)
        g_source_set_ready_time(g->later, g->later_us);
    ra_link_send(g->link);
}

static void
on_path_free(gpointer user)
{
    RaGraphics *g = user;
    if (!g->ready || g->failed)
        return;
    g->events->acknowledged(g->user);
    ra_graphics_pump(g);
}

static void
on_path_lost(gpointer user)
{
    RaGraphics *g = user;
    GHashTableIter iter;
    gpointer value;
    g_clear_pointer(&g->path, ra_pixel_path_free);
    g_hash_table_iter_init(&iter, g->surfaces);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        Surface *s = value;
        s->all = true;
        enqueue(g, s);
    }
    on_path_free(g);
}

static void
on_path_input(int take_fd, gpointer user)
{
    RaGraphics *g = user;
    g->events->input(take_fd, g->user);
}

static gboolean
on_later(gpointer user)
{
    RaGraphics *g = user;
    g_source_set_ready_time(g->later, -1);
    ra_graphics_pump(g);
    return G_SOURCE_CONTINUE;
}

static const RaPixelPathEvents path_events = {
    .free = on_path_free, .input = on_path_input, .lost = on_path_lost};

// Frames by RDPGFX that are still under way would take their surfaces back.
static void
begin_stream(RaGraphics *g)
{
    GHashTableIter iter;
    gpointer value;
    if (g->stream == NULL || g->path != NULL || g->flights->len > 0)
        return;
    g->path = ra_pixel_path_new_stream(g_source_get_context(g->later), g_steal_pointer(&g->stream),
                                       g->desktop, &path_events, g);
    ra_pixel_path_set_video(g->path, g->video);
    g_hash_table_iter_init(&iter, g->surfaces);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        Surface *s = value;
        ra_pixel_path_surface(g->path, s->surface, s->id, s->alpha);
        s->all = true;
        enqueue(g, s);
    }
}

// Nothing is said over it before it is used.
static gboolean
on_spare_message(const ChanTilesMessage *message, gpointer user)
{
    return FALSE;
}

static void
on_spare_lost(gpointer user)
{
    RaGraphics *g = user;
    g_clear_pointer(&g->stream, chan_tiles_socket_free);
    ra_graphics_pump(g);
}

static const ChanTilesHandlers spare_handlers = {.message = on_spare_message,
                                                 .lost = on_spare_lost};

void
ra_graphics_take_stream(RaGraphics *g, ChanTilesSocket *take_stream)
{
    chan_tiles_socket_free(g->stream);
    g->stream = take_stream;
    chan_tiles_socket_set_handlers(take_stream, &spare_handlers, g);
    ra_graphics_pump(g);
}

void
ra_graphics_set_video(RaGraphics *g, bool taken)
{
    g->video = taken;
    if (g->path != NULL)
        ra_pixel_path_set_video(g->path, taken);
}

RaGraphics *
ra_graphics_new(GMainContext *context, RaLink *link, RaDesktop *desktop, RaCodec codec,
                const RaGraphicsEvents *events, gpointer user)
{
    RaGraphics *g = g_new0(RaGraphics, 1);
    g->link = link;
    g->desktop = desktop;
    g->events = events;
    g->user = user;
    g->encoder = ra_encoder_new(codec, ra_link_local(link));
    g->surfaces = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    g_queue_init(&g->queue);
    g->flights = g_array_new(FALSE, FALSE, sizeof(Flight));
    int path_fd = ra_link_take_fd(link);
    if (path_fd >= 0)
        g->path = ra_pixel_path_new(context, path_fd, desktop, &path_events, g);
    g->later = chan_timer_due_new(context, on_later, g);
    g->gfx = rdpgfx_server_context_new(ra_link_vcm(link));
    g_assert(g->gfx != NULL);
    g->gfx->rdpcontext = ra_link_context(link);
    g->gfx->custom = g;
    g->gfx->CapsAdvertise = on_caps_advertise;
    g->gfx->CacheImportOffer = on_cache_import_offer;
    g->gfx->FrameAcknowledge = on_frame_acknowledge;
    (void)g->gfx->Initialize(g->gfx, TRUE);
    return g;
}

void
ra_graphics_free(RaGraphics *g)
{
    if (g == NULL)
        return;
    rdpgfx_server_context_free(g->gfx);
    ra_pixel_path_free(g->path);
    chan_tiles_socket_free(g->stream);
    chan_timer_clear(&g->later);
    g_queue_clear(&g->queue);
    g_hash_table_unref(g->surfaces);
    g_array_unref(g->flights);
    ra_encoder_free(g->encoder);
    g_free(g);
}

bool
ra_graphics_ready(const RaGraphics *g)
{
    return g->ready;
}
