// SPDX-License-Identifier: Apache-2.0
#pragma once

// Puts pixels on windows: the damage of a commit, and what the server exposed. Pixels are copied
// from the window's buffer and never looked at, but for the one whose colour pads a window that is
// larger than its buffer.

#include "rdpbridge/x11/view.h"

HostPainter *host_painter_new(View *view);
void host_painter_free(HostPainter *painter);

// Puts damage (inside the window's buffer) and answers SHOWN for serial once the server has done
// it, or at once where nothing is to be seen.
void host_paint_commit(View *view, HostWindow *window, uint32_t serial, const ViewRect *damage,
                       uint32_t n);

// Answers SHOWN for a commit that has nothing to show.
void host_paint_answer(View *view, uint32_t id, uint32_t serial);

// Puts an area of the window again from its buffer; what lies outside of that is padded.
void host_paint_area(View *view, HostWindow *window, ViewRect area);

// All of the window, where it can be seen.
void host_paint_all(View *view, HostWindow *window);

// Whether the policy asks for a border: then only it is ever drawn there.
bool host_paint_has_border(const View *view);

// Paints what lies outside of the window's buffer: the buffer is a new one.
void host_paint_padding(View *view, HostWindow *window);

// The server has processed requests up to this one: answers what waited for it. For completion
// events, marks, and failed requests.
void host_paint_done(View *view, unsigned long sequence);

// Forgets what is to be answered: the session it was for is gone.
void host_paint_forget(View *view);
