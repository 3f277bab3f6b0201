// SPDX-License-Identifier: Apache-2.0
#pragma once

// All windows of the guest, by the session's id and by X id, their buffers, and those of a session
// that ended, kept on the screen until a new session has shown its own or the wait is over.

#include "rdpbridge/x11/holder.h"
#include "rdpbridge/x11/lost.h"
#include "rdpbridge/x11/window.h"

HostWindows *host_windows_new(View *view);
void host_windows_free(HostWindows *windows);

// NULL: no such window. By X id those of a session that ended are found too.
HostWindow *host_windows_find(HostWindows *windows, uint32_t id);
HostWindow *host_windows_by_xid(HostWindows *windows, Window xid);

guint host_windows_count(const HostWindows *windows);

// Iterates over the windows of the session: key unused, value HostWindow.
void host_windows_iter(HostWindows *windows, GHashTableIter *iter);

// Whether a window that belongs to this one, by any number of owners, lies there in the root.
bool host_windows_owned_at(HostWindows *windows, const HostWindow *owner, int32_t x, int32_t y);

// Visits those that are on the host; none may come or go meanwhile.
void host_windows_each(HostWindows *windows, void (*visit)(HostWindow *window));

// Messages of the session, checked. FALSE with error set: the session is broken.
gboolean host_windows_message(HostWindows *windows, ChanSpan packet, int take_fd, GError **error);

// The session is gone: its windows keep their last picture for at most this long.
#define HOST_ORPHANS_S 5
void host_windows_orphan_all(HostWindows *windows);
// Its windows go at once.
void host_windows_close_all(HostWindows *windows);
// The process that these belong to has ended, and the X server has destroyed them.
void host_windows_lost(HostWindows *windows, const HostHolder *holder, HostLost how);
// A new session has come: the wait starts again.
void host_windows_expect(HostWindows *windows);

// Something came of the window: it is looked at when the batch is done.
void host_windows_had_event(HostWindows *windows, HostWindow *window);

// A batch of events is done.
void host_windows_sync(HostWindows *windows);
// Titles and classes after a change of the broker's word.
void host_windows_refresh(HostWindows *windows);
// All have a border, or none, or another one.
void host_windows_border_changed(HostWindows *windows);

// For window.c: X ids come and go; a window has been created, others may be its transients.
void host_windows_add_xid(HostWindows *windows, HostWindow *window);
void host_windows_forget_xid(HostWindows *windows, HostWindow *window);
// The window has the former one's, with the focus and the input method that it has.
void host_windows_pass_xid(HostWindows *windows, HostWindow *window, HostWindow *former);
void host_windows_created(HostWindows *windows, HostWindow *window);
