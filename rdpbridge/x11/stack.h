// SPDX-License-Identifier: Apache-2.0
#pragma once

// The guest's stacking order, followed among its own windows only, and only in what a program of
// the guest changed: the guest also raises what the host's pointer enters or its user focuses,
// where the host may not have. Nothing is raised over the host's own windows: where some are
// between, to raise one is to lower the others to just below it.

#include "rdpbridge/x11/view.h"

HostStack *host_stack_new(View *view);
void host_stack_free(HostStack *stack);

// The guest is told something that has it raise this window.
void host_stack_asked(HostStack *stack, uint32_t id);
void host_stack_order(HostStack *stack, const ViewStack *message);
// The session is another one.
void host_stack_reset(HostStack *stack);
