// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/termservice/connection.h"

// The Display Control channel of one client ([MS-RDPEDISP]): which size it wants the desktop to
// have.

typedef struct Layout Layout;

// Of the first monitor.
typedef void (*LayoutHandler)(guint32 width, guint32 height, gpointer user);

Layout *layout_new(Connection *connection, LayoutHandler handler, gpointer user);
void layout_free(Layout *layout);

void layout_receive(Layout *layout);
