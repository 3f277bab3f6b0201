// SPDX-License-Identifier: Apache-2.0
#pragma once

// An icon file as the pixels that cross the channel: a square of straight BGRA8.

#include "channel/msg.h"

#include <glib.h>

typedef struct {
    guint8 hash[CHAN_ICON_HASH_SIZE];
    guint side;
    GBytes *pixels;
} AgentIconImage;

// Draws the file at side × side, keeping its proportions. Nothing is scaled up, but to 16 pixels:
// a small image at a large side is G_IO_ERROR_NOT_SUPPORTED, and the host takes the next smaller
// one. NULL with error set.
AgentIconImage *agent_icon_image_new(const char *path, guint side, GError **error);
void agent_icon_image_free(AgentIconImage *image);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AgentIconImage, agent_icon_image_free)

// SHA-256 over width and height (u32le) and the pixels.
void
agent_icon_hash(guint width, guint height, const guint8 *pixels, guint8 hash[CHAN_ICON_HASH_SIZE]);
