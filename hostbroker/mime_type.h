// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which file types and URL schemes of a guest's application may be offered on the host.

#include <glib.h>

#define BROKER_SCHEME_PREFIX "x-scheme-handler/" // Shared MIME-info 2.20

// TRUE for type/subtype as RFC 6838 4.2 has them, of a type that stands for files' contents. Not
// for folders (inode/) and media (x-content/): those are no files that could be handed to a guest.
gboolean broker_mime_type_fit(const char *type);

// TRUE for x-scheme-handler/ and a scheme as RFC 3986 3.1 has them, in small letters; not for
// "file", whose addresses have their files' types.
gboolean broker_scheme_type_fit(const char *type);

// The type of an address, newly allocated; NULL when it is none, or one of a file (a path, or
// "file:").
char *broker_scheme_type_of(const char *address);
