// SPDX-License-Identifier: Apache-2.0
#pragma once

// Shared by model.c (windows and orders) and present.c (pixels and commits) only.

#include "rdpbridge/model.h"
#include "rdpbridge/pace.h"

typedef struct {
    uint64_t id;
    unsigned refs;
} BridgeFrame;

struct BridgeModel {
    const BridgeModelOut *out;
    void *user;
    unsigned max_windows, n_windows, n_sources, n_frames;
    BridgeWindow *windows[VIEW_WINDOWS_MAX];
    BridgeWindow *waiting[VIEW_WINDOWS_MAX]; // of those: what time-outs are for
    unsigned n_waiting;
    BridgeSource *sources[LIMIT_SURFACES];
    BridgeFrame frames[BRIDGE_FRAMES_MAX];
    bool view, in_frame, foreign, host_frames;
    uint32_t scale_percent, caption; // caption: height of the guest's title bars, as far as seen
    bool deferred;                   // some window is
    uint32_t next_buffer;
    size_t used;
    BridgeScalePace pace;
    BridgePace icon_pace;             // bytes
    uint32_t stack[VIEW_WINDOWS_MAX]; // as the guest said, known ids only
    unsigned n_stack;
    uint32_t active, generation, stackings;
    ViewRect screen;
};

// Says what has to be said of a window now, and shows what can be shown.
void bridge_present(BridgeModel *model, BridgeWindow *window);

// The guest has followed the host: it is at its last place, of which servers say nothing (nor need
// they, by [MS-RDPERP] 2.2.2.7.4), in the size that its orders tell.
void bridge_model_followed(BridgeWindow *w);

// After one of the window's time-outs was set.
void bridge_wait(BridgeModel *model, BridgeWindow *window);
void bridge_wait_forget(BridgeModel *model, BridgeWindow *window);

// A guest of ours has said what places it knows: it has followed when it knows the last one.
void bridge_model_place_told(BridgeModel *model, BridgeWindow *window);

// The window's pixels are not (or no longer) on their way to the screen: acknowledge them.
void bridge_present_release(BridgeModel *model, BridgeWindow *window);

// The window is gone: its buffer too, of which the view is told.
void bridge_present_forget(BridgeModel *model, BridgeWindow *window);

void bridge_title_set(BridgeWindow *window, const char *title);
// WINDOW, TITLE, ICON.
void bridge_announce(BridgeModel *model, BridgeWindow *window);
void bridge_say_window(BridgeModel *model, BridgeWindow *window);
// A window was announced: those that it owns are told of as such. Or it stays hidden, or has gone:
// they wait for it no longer.
void bridge_model_owner_known(BridgeModel *model, uint32_t id);
void bridge_say_title(BridgeModel *model, BridgeWindow *window);
void bridge_say_icon(BridgeModel *model, BridgeWindow *window);
// PROPS, SHAPE, NAMES and the set of icons; nothing where nothing was said.
void bridge_say_properties(BridgeModel *model, BridgeWindow *window);
// They waited (BridgeWindow's icons_due).
void bridge_icons_due(BridgeModel *model, BridgeWindow *window);
// Whether the icons of all windows leave room for so many bytes more.
bool bridge_icon_room(const BridgeModel *model, size_t bytes);
void bridge_properties_clear(BridgeProperties *properties);
ViewState bridge_properties_state(const BridgeProperties *properties);

void bridge_say(BridgeModel *model, const void *message, size_t size, int fd);
