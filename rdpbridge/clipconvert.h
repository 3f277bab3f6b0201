// SPDX-License-Identifier: Apache-2.0
#pragma once

// Content of the clipboard from the form that one end has into the one that the other asked for, in
// slices of the loop where it takes long.

#include "channel/clip.h"

#include <glib.h>

typedef struct BridgeClipConvert BridgeClipConvert;

// The kinds that can be made of what is offered: a picture of one form is one of the other, too.
guint32 bridge_clip_convertible(guint32 offered);
// Which of the offered kinds makes this one; 0: none.
guint32 bridge_clip_source(guint32 offered, guint32 kind);

// Takes a reference of data. done is called once, from the loop or from within: data is NULL when
// there is nothing or it is broken, else borrowed. It may free the conversion.
BridgeClipConvert *
bridge_clip_convert(GMainContext *context, GBytes *data, ChanClipFormat from, ChanClipFormat to,
                    void (*done)(GBytes *data, gpointer user), gpointer user);
void bridge_clip_convert_free(BridgeClipConvert *conversion);
