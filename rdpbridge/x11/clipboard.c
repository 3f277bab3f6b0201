// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/x11/clipboard.h"

#include "rdpbridge/x11/keeper.h"
#include "rdpbridge/x11/selection.h"

struct HostClipboard {
    HostSelection *selections[CHAN_CLIP_SELECTIONS];
    HostKeeper *keeper;
};

HostClipboard *
host_clipboard_new(View *view)
{
    HostClipboard *c = g_new0(HostClipboard, 1);

    for (guint i = 0; i < CHAN_CLIP_SELECTIONS; i++)
        c->selections[i] = host_selection_new(view, (ChanClipSelection)i);
    c->keeper = host_keeper_new(view);
    return c;
}

void
host_clipboard_free(HostClipboard *c)
{
    if (!c)
        return;
    for (guint i = 0; i < CHAN_CLIP_SELECTIONS; i++)
        host_selection_free(c->selections[i]);
    host_keeper_free(c->keeper);
    g_free(c);
}

void
host_clipboard_tell(HostClipboard *c)
{
    for (guint i = 0; i < CHAN_CLIP_SELECTIONS; i++)
        host_selection_tell(c->selections[i]);
    host_keeper_tell(c->keeper);
}

void
host_clipboard_policy_changed(HostClipboard *c)
{
    for (guint i = 0; i < CHAN_CLIP_SELECTIONS; i++)
        host_selection_policy_changed(c->selections[i]);
    host_keeper_tell(c->keeper);
}

void
host_clipboard_reset(HostClipboard *c)
{
    for (guint i = 0; i < CHAN_CLIP_SELECTIONS; i++)
        host_selection_reset(c->selections[i]);
}

void
host_clipboard_message(HostClipboard *c, ChanSpan packet)
{
    const ViewClip *clip = (const ViewClip *)packet.data;
    const ViewClipData *data = (const ViewClipData *)packet.data;

    switch (view_type(packet)) {
    case VIEW_MSG_CLIP_OFFER:
        host_selection_offered(c->selections[clip->selection], clip);
        break;
    case VIEW_MSG_CLIP_WANT:
        host_selection_wanted(c->selections[clip->selection], clip);
        break;
    case VIEW_MSG_CLIP_SAVE:
        host_keeper_save(c->keeper, ((const ViewSave *)packet.data)->serial);
        break;
    case VIEW_MSG_CLIP_DATA:
        host_selection_data(c->selections[data->selection], packet);
        break;
    default:
        break;
    }
}

gboolean
host_clipboard_event(HostClipboard *c, const XEvent *e)
{
    for (guint i = 0; i < CHAN_CLIP_SELECTIONS; i++)
        if (host_selection_event(c->selections[i], e))
            return TRUE;
    return host_keeper_event(c->keeper, e);
}
