// SPDX-License-Identifier: Apache-2.0
#pragma once

// The guest's windows as they are now: what RAIL's orders say of them, which surface is mapped to
// them, and what of that the view has been told. It pairs window orders with the pixels of that
// size before it commits (orders overtake channel data), keeps at most one commit with pixels in
// flight per window, and tells a new view everything again.
//
// Pure: no FreeRDP, no GLib, no clock of its own. What it wants done it calls for (BridgeModelOut);
// none of those functions may call back into the model. All values from the guest are bounded here.

#include "channel/control.h"
#include "channel/window_channel.h"
#include "rdpbridge/damage.h"
#include "rdpbridge/frame.h"
#include "rdpbridge/region.h"
#include "rdpbridge/scale.h"
#include "rdpbridge/surface.h"

typedef struct BridgeModel BridgeModel;

// The window in which the guest's own screen is shown: no handle of a Windows' window, and orders
// that name it are not taken.
#define BRIDGE_SCREEN_ID CTL_WINDOW_SCREEN

// The show state of RAIL ([MS-RDPERP] 2.2.1.3.1.2.1).
typedef enum {
    BRIDGE_HIDE = 0,
    BRIDGE_SHOW_MINIMIZED = 2,
    BRIDGE_SHOW_MAXIMIZED = 3,
    BRIDGE_SHOW = 5,
    BRIDGE_SHOW_FULLSCREEN = 0x100, // BRIDGE_SCREEN_ID alone: an order has eight bits for it
} BridgeShow;

typedef enum {
    BRIDGE_ORDER_OWNER = 1u << 0,
    BRIDGE_ORDER_STYLE = 1u << 1,
    BRIDGE_ORDER_SHOW = 1u << 2,
    BRIDGE_ORDER_TITLE = 1u << 3,
    BRIDGE_ORDER_OFFSET = 1u << 4,
    BRIDGE_ORDER_SIZE = 1u << 5,
    BRIDGE_ORDER_SHAPE = 1u << 6,
    BRIDGE_ORDER_CLIENT = 1u << 7, // its corner
    BRIDGE_ORDER_CLIENT_SIZE = 1u << 8,
} BridgeOrderFields;

// A window order, new or update: what `fields` names.
typedef struct {
    uint32_t fields;
    uint32_t owner_id, style, ex_style, show;
    const char *title; // cleaned
    int32_t x, y;
    uint32_t width, height;
    const BridgeRegion *shape; // in the desktop
    BridgeClientArea client;
} BridgeOrder;

// A surface of the graphics channel; the graphics module's, which outlives its stay in the model.
typedef struct {
    uint16_t surface_id;
    bool mapped;
    uint64_t window_id;
    const uint8_t *pixels; // at least width * height, or what scale is from, BGRX8 or BGRA8
    BridgeSurface
        *shared; // NULL, or where pixels are: the guest writes them, and it may be shown as it is
    size_t stride;
    uint32_t width, height; // of what is mapped, as the window shows it; of damage too
    BridgeScale scale;      // where `scaled`: from pixels' size to that
    bool scaled;
    bool painted; // a frame that touched it has ended
    bool touched; // in the frame that is open
    BridgeDamage damage;
} BridgeSource;

#define BRIDGE_FRAMES_MAX VIEW_WINDOWS_MAX // frames in flight that are kept account of
#define BRIDGE_WINDOW_FRAMES_MAX 8         // of one window

// Not acknowledged before the window's commit with this serial is shown; 0: not committed yet.
typedef struct {
    uint64_t frame_id;
    uint32_t serial;
} BridgeFrameRef;

typedef struct {
    uint8_t *pixels; // straight BGRA8
    uint32_t width, height;
} BridgeSizedIcon;

// What a server of ours says of a window beside RAIL (properties.c).
typedef struct {
    bool said;
    ChanWindowProps props;
    BridgeSizedIcon icons[CHAN_WINDOW_ICONS_MAX]; // a whole set; from then on RAIL's do not count
    unsigned n_icons;
    BridgeSizedIcon coming[CHAN_WINDOW_ICONS_MAX];
    unsigned n_coming;
    bool has_icons;
    ChanWindowShape *shapes[CHAN_SHAPES]; // by ChanWindowShapeKind; NULL: the whole window
    ChanWindowCaret caret;                // where its program writes
    bool has_caret;
    bool wants_lock; // its program takes the pointer's movements alone
    // Cleaned; NULL: its program has not set it. From then on RAIL's title does not count.
    char *names[CHAN_NAMES];
    bool has_names;
    ChanWindowMonitors monitors; // that it asks to cover when it is full-screen
    bool has_monitors;
    ChanWindowGroup group;
    bool has_group;
    uint32_t workspace; // that it asks for, until the host has said where it has the window
    bool asks_workspace;
} BridgeProperties;

typedef struct {
    uint32_t id, owner_id, style, ex_style, show;
    ViewRect rect; // outer, as the orders say; the one before while minimised
    BridgeClientArea client;
    ViewFrame cut; // what of rect is a frame in the place of which the host's is shown
    // Where the guest has it, for what is cut out of its desktop: unsure while it has been told of
    // a move and has not said that it made it.
    ViewRect guest_rect;
    bool unsure;
    BridgeRegion shape; // what of its rectangle is the window's, counted from its corner
    bool untold;        // since the guest began to tell all its windows
    char title[VIEW_TITLE_MAX + 1];
    // Pixels of that size are shown in the size that rect has; 0: only those of rect's.
    uint32_t zoom_width, zoom_height;
    uint32_t min_width, min_height, max_width, max_height;
    uint32_t app_index;
    bool unseen;             // the guest was told that nobody sees it
    uint32_t host_workspace; // where the host has it, and another view is to show it
    bool has_host_workspace;
    bool workspace_untold; // to the guest, whose channel was not open
    bool cloaked;          // the guest composes it, and shows it to nobody
    bool app_known;        // answered, or waited for long enough (app_due: as long for properties)
    BridgeProperties properties;
    uint8_t *icon; // straight BGRA8, or NULL
    uint32_t icon_width, icon_height;

    // Told to the view.
    bool announced;
    uint32_t state_serial, host_states; // the host's last; serial 0: it said nothing
    bool states_wait;                   // for the place that comes with them
    bool placed;                        // a view has said where the host has it
    ViewFrame host_frame;               // and what it has around it
    uint32_t place_serial;              // of the last place that a guest of ours was told
    ViewRect ordered;                   // and where its orders say that it is
    ViewKind kind;                      // fixed when announced
    uint32_t flags;
    bool committed; // at least once
    ViewCommit last;
    BridgeSurface *buffer;
    bool buffer_said; // VIEW_MSG_BUFFER is out
    bool stale;       // the next commit with pixels covers all of the buffer
    bool in_flight;   // a commit with pixels is not shown yet
    uint32_t flight_serial;
    uint32_t tell_serial;   // of the last commit without pixels, until that is answered; or 0
    bool push;              // commit although nothing changed
    bool deferred;          // pixels wait for the end of the frame that is open
    bool paced;             // or until scaling is allowed again
    bool mismatch_accepted; // the surface never gets the window's size: show what there is

    // The host's last move or resize that the guest has not followed yet.
    bool moving;
    uint32_t moving_serial, followed_serial;
    ViewRect moving_rect;

    // µs of out->now; 0: not waiting
    bool waits; // for one of the next: in the model's list of those
    int64_t tell_due, flight_due, mismatch_due, moving_due, app_due, unsure_due, icons_due;
    BridgeFrameRef frames[BRIDGE_WINDOW_FRAMES_MAX];
    unsigned n_frames;
} BridgeWindow;

typedef struct {
    int64_t (*now)(void *user); // µs, monotonic
    // A message for the view, with a borrowed descriptor or -1.
    void (*to_view)(void *user, const void *message, size_t size, int fd);
    // What lists of windows show has changed; the window was or was not seen before.
    void (*changed)(void *user, const BridgeWindow *window);
    void (*gone)(void *user, uint32_t id);
    // A new top-level window: which program owns it? Answer by bridge_model_set_app.
    void (*ask_app)(void *user, uint32_t id);
    // All of a frame is shown or will not be: acknowledge it.
    void (*frame_done)(void *user, uint64_t frame_id);
} BridgeModelOut;

// out is borrowed. max_windows is cut to VIEW_WINDOWS_MAX.
BridgeModel *bridge_model_new(unsigned max_windows, const BridgeModelOut *out, void *user);
void bridge_model_free(BridgeModel *model);

void bridge_model_set_max(BridgeModel *model, unsigned max_windows);

// The server is not ours: some of its windows are scenery (style.h).
void bridge_model_set_foreign(BridgeModel *model, bool foreign);

// Such a server's frames are cut off, so that the host's are around its windows.
void bridge_model_set_host_frames(BridgeModel *model, bool host_frames);

// The scale of the guest's desktop.
void bridge_model_set_scale(BridgeModel *model, uint32_t percent);

// The guest's desktop: a frameless maximised window that covers it is full-screen.
void bridge_model_set_screen(BridgeModel *model, uint32_t width, uint32_t height);

BridgeWindow *bridge_model_window(BridgeModel *model, uint32_t id);
// Nobody may see it: hidden or cloaked by the guest, without a size, or scenery.
bool bridge_model_hidden(const BridgeModel *model, const BridgeWindow *window);
// Where its pixels are shown: without a frame that is cut off.
ViewRect bridge_model_seen(const BridgeWindow *window);
// Windows by position, in no order, NULL past the end.
BridgeWindow *bridge_model_nth(BridgeModel *model, unsigned n);

// Grows with every change of where windows are or how they are stacked.
uint32_t bridge_model_generation(const BridgeModel *model);
// The guest's last stacking, top first, and how many of them there were so far.
const uint32_t *bridge_model_stacking(const BridgeModel *model, unsigned *count, uint32_t *number);

// Orders. A new window with a known id is an update; an update of an unknown id is ignored. FALSE
// when there are too many windows (said once per window that was refused).
bool bridge_model_order(BridgeModel *model, uint32_t id, bool is_new, const BridgeOrder *order);
void bridge_model_delete(BridgeModel *model, uint32_t id);
void bridge_model_stack(BridgeModel *model, const uint32_t *untrusted_ids, unsigned count);
void bridge_model_active(BridgeModel *model, uint32_t untrusted_id);
// That one; 0: none of those that are known.
uint32_t bridge_model_active_window(const BridgeModel *model);
// All windows are told anew: those that are not by _completed are no more.
void bridge_model_sync_began(BridgeModel *model);
void bridge_model_sync_completed(BridgeModel *model);
void bridge_model_cloak(BridgeModel *model, uint32_t id, bool cloaked);
void bridge_model_set_app(BridgeModel *model, uint32_t id, uint32_t app_index);
void bridge_model_set_zoom(BridgeModel *model, uint32_t id, uint32_t width, uint32_t height);
void bridge_model_set_limits(BridgeModel *model, uint32_t id, const uint32_t min_max[4]);
// Takes an icon made by malloc.
void bridge_model_take_icon(BridgeModel *model, uint32_t id, uint8_t *icon, uint32_t width,
                            uint32_t height);

// The host shows the window in another state.
void bridge_model_state_set(BridgeModel *model, uint32_t id, uint32_t serial, uint32_t states);

// The host has said on which workspace it has the window: that answers what was asked, and another
// view is asked for the same. NULL: there is no such window.
BridgeWindow *bridge_model_workspace_said(BridgeModel *model, uint32_t id, uint32_t workspace);

// What the window channel says; of a window that is not there nothing.
void bridge_model_said(BridgeModel *model, const ChanWindowSaid *said);

// Pixels. A source is known to the model from _map to _unmap.
bool bridge_model_map(BridgeModel *model, BridgeSource *source);
void bridge_model_unmap(BridgeModel *model, BridgeSource *source);
void bridge_model_frame_begin(BridgeModel *model);
// The frame's damage is in the sources that are `touched`. has_id: it must be acknowledged.
void bridge_model_frame_end(BridgeModel *model, bool has_id, uint64_t frame_id);

// A frame of one source whose pixels are shared, whatever other frame is open: its damage has been
// added.
void bridge_model_shared_frame(BridgeModel *model, BridgeSource *source, uint64_t frame_id);
// Memory for such a source, the caller's to unref; NULL where limits or the system refuse.
BridgeSurface *bridge_model_new_shared(BridgeModel *model, uint32_t width, uint32_t height);

// The view. Attached: says everything again. Lost: nothing is said, frames go on.
void bridge_model_view_attached(BridgeModel *model);
void bridge_model_view_lost(BridgeModel *model);
void bridge_model_shown(BridgeModel *model, uint32_t id, uint32_t serial);
// Whether the host has another frame around a window than before.
bool bridge_model_framed(BridgeModel *model, uint32_t id, const ViewFrame *frame);
// The host moved or resized what is seen of a window. True when the guest has to be asked to
// follow, with the frame that is cut off added.
bool bridge_model_configured(BridgeModel *model, uint32_t id, uint32_t serial, ViewRect seen);

// When bridge_model_expire must be called, µs of out->now; 0: never.
int64_t bridge_model_due(BridgeModel *model);
void bridge_model_expire(BridgeModel *model);
