// SPDX-License-Identifier: Apache-2.0
#pragma once

// Plays an agent for tests of the catalog and the publisher: makes messages with the real codecs,
// gives them to a catalog, and notes what the catalog tells.

#include "hostbroker/publish.h"

typedef struct {
    char *root; // a folder of its own
    char *icons;
    BrokerCatalog *catalog;
    guint changed;      // calls of the event
    GPtrArray *known;   // "index id name"
    GHashTable *wanted; // icon hash → itself
} Feed;

Feed *feed_new(const char *guest);
void feed_free(Feed *feed); // removes its folder
void feed_remove_tree(const char *path);
// Ends the catalog and makes a new one over the same folder, as a broker that starts again.
void feed_restart(Feed *feed, const char *guest);

void feed_begin(Feed *feed, guint serial, guint count);
void feed_end(Feed *feed, guint serial);
void feed_app(Feed *feed, const ChanApp *app);
void feed_gone(Feed *feed, const char *id);
// TRUE when the catalog took it.
gboolean feed_raw(Feed *feed, guint type, ChanSpan payload);

// Full list of applications that have only an id and a name: "id=name", NULL-terminated.
void feed_list(Feed *feed, const char *const *apps);

// An icon of one colour, and the reference to it.
void feed_icon_pixels(guint side, guint8 shade, guint8 *pixels, ChanIconRef *ref);
gboolean feed_icon(Feed *feed, guint side, guint8 shade);

// Runs the main context until the catalog has told of changes `changed` times; FALSE after 10 s.
gboolean feed_wait_changed(Feed *feed, guint changed);
