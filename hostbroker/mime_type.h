// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which file types of a guest's application may be offered on the host.

#include <glib.h>

// TRUE for type/subtype as RFC 6838 4.2 has them, of a type that stands for files' contents. Not
// for URL schemes (x-scheme-handler/), folders (inode/) and media (x-content/): those are no files
// that could be handed to a guest.
gboolean broker_mime_type_fit(const char *type);
