// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/window_orders_send.h"

#include <freerdp/freerdp.h>
#include <freerdp/update.h>

// The library gathers orders between BeginPaint and EndPaint.
#define SENT(context, call)                                                                        \
    ((context)->update->BeginPaint(context) && (call) && (context)->update->EndPaint(context))

bool
ra_window_orders_send_state(RaLink *link, const WINDOW_ORDER_INFO *info,
                            const WINDOW_STATE_ORDER *state)
{
    rdpContext *context = ra_link_context(link);
    return SENT(context, context->update->window->WindowUpdate(context, info, state));
}

bool
ra_window_orders_send_delete(RaLink *link, const WINDOW_ORDER_INFO *info)
{
    rdpContext *context = ra_link_context(link);
    return SENT(context, context->update->window->WindowDelete(context, info));
}

bool
ra_window_orders_send_icon(RaLink *link, const WINDOW_ORDER_INFO *info,
                           const WINDOW_ICON_ORDER *icon)
{
    rdpContext *context = ra_link_context(link);
    return SENT(context, context->update->window->WindowIcon(context, info, icon));
}

bool
ra_window_orders_send_cached_icon(RaLink *link, const WINDOW_ORDER_INFO *info,
                                  const WINDOW_CACHED_ICON_ORDER *icon)
{
    rdpContext *context = ra_link_context(link);
    return SENT(context, context->update->window->WindowCachedIcon(context, info, icon));
}

bool
ra_window_orders_send_notify_icon(RaLink *link, const WINDOW_ORDER_INFO *info,
                                  const NOTIFY_ICON_STATE_ORDER *state)
{
    rdpContext *context = ra_link_context(link);
    const rdpWindowUpdate *window = context->update->window;
    bool create = (info->fieldFlags & WINDOW_ORDER_STATE_NEW) != 0;
    return SENT(context, (create ? window->NotifyIconCreate
                                 : window->NotifyIconUpdate)(context, info, state));
}

bool
ra_window_orders_send_notify_icon_gone(RaLink *link, const WINDOW_ORDER_INFO *info)
{
    rdpContext *context = ra_link_context(link);
    return SENT(context, context->update->window->NotifyIconDelete(context, info));
}

bool
ra_window_orders_send_desktop(RaLink *link, const WINDOW_ORDER_INFO *info,
                              const MONITORED_DESKTOP_ORDER *desktop)
{
    rdpContext *context = ra_link_context(link);
    return SENT(context, context->update->window->MonitoredDesktop(context, info, desktop));
}
