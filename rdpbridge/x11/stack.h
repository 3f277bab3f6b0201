// SPDX-License-Identifier: Apache-2.0
#pragma once

// The guest's stacking order, followed among its own windows only: a window that the guest has
// below another is lowered to just below it. Nothing is raised over the host's own windows.

#include "rdpbridge/x11/view.h"

void host_stack_order(View *view, const ViewStack *message);
