// SPDX-License-Identifier: Apache-2.0
#pragma once

// Keeps the descriptors of a source in the loop's poll set while it is dispatched. GLib takes them
// out unless the source may recurse, and wakes its own loop when it puts them back: for each event
// a write, a read, and a turn in which nothing happened. For sources that are dispatched often and
// whose callbacks run no loop of their context, so that nothing can recurse.

#include <glib.h>

static inline void
chan_source_keep_polled(GSource *source)
{
    g_source_set_can_recurse(source, TRUE);
}
