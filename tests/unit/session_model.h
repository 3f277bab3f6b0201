// SPDX-License-Identifier: Apache-2.0
#pragma once

// The window model with a view, a guest and a clock that are the test's.

#include "rdpbridge/model.h"

#include <glib.h>

typedef struct {
    BridgeModel *model;
    int64_t now;
    guint slow;        // so often yet, 60 ms go by until it is asked for
    GArray *types;     // of guint32: what was said to the view
    ViewCommit commit; // the last
    ViewRect damage[VIEW_DAMAGE_MAX];
    ViewWindow window;
    ViewStack stack;
    guint32 stack_ids[VIEW_WINDOWS_MAX];
    guint32 active, workspace;
    GArray *done; // of guint32: frames
    guint asked, gone, changed;
    guint8 pixels[64 * 64 * 4];
} Test;

void model_set_up(Test *t, gconstpointer data);
void model_tear_down(Test *t, gconstpointer data);
// How often that was said to the view.
guint model_said(Test *t, ViewMsgType type);
// The view answers the last commit, if it carried no pixels.
void model_answer(Test *t);
// A new window with a caption at 5, 6.
void model_order(Test *t, guint32 id, guint32 width, guint32 height, guint32 show);
BridgeSource model_source(Test *t, guint32 window, guint32 width, guint32 height);
// A frame in which that of it was painted.
void model_frame(Test *t, BridgeSource *s, guint32 id, ViewRect rect);
// A window 40×30 with its first commit shown.
void model_shown_window(Test *t, BridgeSource *s);
