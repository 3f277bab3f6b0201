// SPDX-License-Identifier: Apache-2.0
#pragma once

// Where the file of an icon is: the Icon Theme Specification 0.13, with its folders read once and
// again when they changed.

#include <glib.h>

typedef struct AgentIconTheme AgentIconTheme;

// Searches $HOME/.icons, icons/ of XDG_DATA_HOME and XDG_DATA_DIRS, and pixmaps/ of the latter, in
// the user's theme (gtk-3.0/settings.ini), Adwaita, hicolor, then the other themes installed.
AgentIconTheme *agent_icon_theme_new(void);
void agent_icon_theme_free(AgentIconTheme *theme);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AgentIconTheme, agent_icon_theme_free)

// Looks at what changed on disk; call before a round of lookups.
void agent_icon_theme_refresh(AgentIconTheme *theme);

// The file for an icon (name with or without suffix, or absolute path) at a size in pixels; NULL
// when there is none. Caller frees.
char *agent_icon_theme_lookup(AgentIconTheme *theme, const char *icon, int size);
