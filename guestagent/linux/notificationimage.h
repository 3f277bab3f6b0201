// SPDX-License-Identifier: Apache-2.0
#pragma once

// The picture of a notification: the pixels that come along, a file, or an icon's name.

#include "guestagent/linux/icontheme.h"

#include <gio/gio.h>

typedef struct {
    guint width, height; // 0: none
    GBytes *bgra;
} AgentNotificationImage;

// By the specification's order: image-data, image-path, app_icon. hints is a{sv}.
AgentNotificationImage
agent_notification_image(AgentIconTheme *theme, const char *app_icon, GVariant *hints);
