// SPDX-License-Identifier: Apache-2.0
#include "hostbroker/tray.h"

#include "channel/utf8.h"
#include "hostbroker/notify.h"
#include "hostbroker/publish.h"
#include "hostbroker/status_item.h"

#include <string.h>

#define BALLOON_US (5 * G_USEC_PER_SEC)

typedef struct {
    BrokerTray *tray;
    guint32 window, icon, app_index;
    gboolean hidden;
    BrokerStatusItem *item; // NULL without a bus
} Icon;

struct BrokerTray {
    const BrokerHost *host;
    const BrokerTrayEvents *events;
    gpointer user;
    char *guest, *label;
    GPtrArray *icons;
    guint watch;
    gboolean watched; // there is a tray
    gint64 balloon;   // when the last one was shown
};

static void
icon_free(gpointer data)
{
    Icon *i = data;

    broker_status_item_free(i->item);
    g_free(i);
}

static void
on_watcher(GDBusConnection *bus, const char *name, const char *owner, gpointer user)
{
    BrokerTray *t = user;

    t->watched = TRUE;
    for (guint i = 0; i < t->icons->len; i++)
        broker_status_item_announce(((Icon *)t->icons->pdata[i])->item);
}

static void
on_no_watcher(GDBusConnection *bus, const char *name, gpointer user)
{
    ((BrokerTray *)user)->watched = FALSE;
}

BrokerTray *
broker_tray_new(const BrokerHost *host, const char *guest, const char *label,
                const BrokerTrayEvents *events, gpointer user)
{
    BrokerTray *t = g_new0(BrokerTray, 1);

    t->host = host;
    t->events = events;
    t->user = user;
    t->guest = g_strdup(guest);
    t->label = g_strdup(label);
    t->icons = g_ptr_array_new_with_free_func(icon_free);
    if (host->bus)
        t->watch = g_bus_watch_name_on_connection(host->bus, "org.kde.StatusNotifierWatcher",
                                                  G_BUS_NAME_WATCHER_FLAGS_NONE, on_watcher,
                                                  on_no_watcher, t, NULL);
    return t;
}

void
broker_tray_free(BrokerTray *t)
{
    if (!t)
        return;
    if (t->watch)
        g_bus_unwatch_name(t->watch);
    g_ptr_array_unref(t->icons);
    g_free(t->guest);
    g_free(t->label);
    g_free(t);
}

static void
on_clicked(const BrokerStatusEvent *event, gpointer user)
{
    static const CtlTrayEventKind kinds[] = {
        [BROKER_STATUS_ACTIVATE] = CTL_TRAY_ACTIVATE,
        [BROKER_STATUS_SECONDARY] = CTL_TRAY_SECONDARY,
        [BROKER_STATUS_CONTEXT_MENU] = CTL_TRAY_CONTEXT_MENU,
        [BROKER_STATUS_SCROLL] = CTL_TRAY_SCROLL,
        [BROKER_STATUS_SCROLL_RIGHT] = CTL_TRAY_SCROLL_RIGHT,
        [BROKER_STATUS_MENU_CLICKED] = CTL_TRAY_MENU_CLICKED,
        [BROKER_STATUS_MENU_OPENS] = CTL_TRAY_MENU_OPENS,
        [BROKER_STATUS_MENU_CLOSED] = CTL_TRAY_MENU_CLOSED,
    };
    Icon *i = user;
    CtlTrayEvent m = {.window_id = i->window,
                      .icon_id = i->icon,
                      .kind = kinds[event->click],
                      .x = event->x,
                      .y = event->y,
                      .value = event->value};

    CTL_INIT(&m, CTL_TRAY_EVENT);
    i->tray->events->event(&m, i->tray->user);
}

static guint
position(const BrokerTray *t, guint32 window, guint32 icon)
{
    guint n = 0;

    for (; n < t->icons->len; n++) {
        const Icon *i = t->icons->pdata[n];
        if (i->window == window && i->icon == icon)
            break;
    }
    return n;
}

// What people read as its program.
static const char *
title_of(const BrokerTray *t, const Icon *i, char **id)
{
    const BrokerApp *app =
        i->app_index < CHAN_APPS_MAX ? t->events->app(i->app_index, t->user) : NULL;

    if (id)
        *id = app ? broker_desktop_id(t->guest, app->id) : g_strdup_printf("casement.%s", t->guest);
    return app ? app->name : t->label;
}

static void
show(BrokerTray *t, Icon *i, const CtlTray *untrusted)
{
    g_autofree char *id = NULL;
    char tip[sizeof untrusted->untrusted_tip];
    const char *title = title_of(t, i, &id);
    gboolean pixels = untrusted->width > 0;

    chan_utf8_clean(CHAN_SPAN_TEXT(untrusted->untrusted_tip), tip, sizeof tip);
    BrokerStatusLook look = {.id = id,
                             .title = title,
                             .tip = *tip ? tip : title,
                             .subtip = t->label,
                             .hidden = i->hidden,
                             .has_menu = (untrusted->flags & CTL_TRAY_HAS_MENU) != 0,
                             .is_menu = (untrusted->flags & CTL_TRAY_IS_MENU) != 0,
                             .bgra = pixels ? (const guint8 *)(untrusted + 1) : NULL,
                             .width = untrusted->width,
                             .height = untrusted->height};
    if (i->item) {
        broker_status_item_set(i->item, &look);
        return;
    }
    if (!t->host->bus)
        return;
    i->item = broker_status_item_new(t->host->context, &look, on_clicked, i);
    if (t->watched)
        broker_status_item_announce(i->item);
}

static void
set(BrokerTray *t, const CtlTray *untrusted)
{
    guint n = position(t, untrusted->window_id, untrusted->icon_id);

    if (n == t->icons->len) {
        if (n >= BROKER_TRAY_MAX)
            return;
        Icon *new = g_new0(Icon, 1);
        *new = (Icon){.tray = t, .window = untrusted->window_id, .icon = untrusted->icon_id};
        g_ptr_array_add(t->icons, new);
    }
    Icon *i = t->icons->pdata[n];
    i->app_index = untrusted->app_index;
    i->hidden = untrusted->hidden != 0;
    show(t, i, untrusted);
}

static void
pop_up(BrokerTray *t, const CtlTrayBalloon *untrusted)
{
    guint n = position(t, untrusted->window_id, untrusted->icon_id);
    gint64 now = g_get_monotonic_time();
    char title[sizeof untrusted->untrusted_title], text[sizeof untrusted->untrusted_text];

    if (n == t->icons->len || (t->balloon != 0 && now - t->balloon < BALLOON_US))
        return;
    chan_utf8_clean(CHAN_SPAN_TEXT(untrusted->untrusted_title), title, sizeof title);
    chan_utf8_clean(CHAN_SPAN_TEXT(untrusted->untrusted_text), text, sizeof text);
    if (!*text && !*title)
        return;
    t->balloon = now;
    // Whose it is comes from here, so that a guest speaks for itself only.
    const char *name = title_of(t, t->icons->pdata[n], NULL);
    g_autofree char *summary =
        strcmp(name, t->label) == 0 ? g_strdup(name) : g_strdup_printf("%s (%s)", name, t->label);
    g_autofree char *body = g_strdup_printf("%s%s%s", title, *title && *text ? ": " : "", text);
    broker_notify(t->host, summary, body);
}

static void
set_menu(BrokerTray *t, guint n, ChanSpan packet)
{
    ChanTrayMenu untrusted;

    if (n < t->icons->len && ((Icon *)t->icons->pdata[n])->item &&
        chan_tray_menu_decode(ctl_tray_menu(packet), &untrusted))
        broker_status_item_set_menu(((Icon *)t->icons->pdata[n])->item, &untrusted);
}

void
broker_tray_message(BrokerTray *t, ChanSpan packet)
{
    const CtlTrayId *id = (const CtlTrayId *)packet.data;
    guint n = position(t, id->window_id, id->icon_id);

    if (ctl_type(packet) == CTL_TRAY)
        set(t, (const CtlTray *)packet.data);
    else if (ctl_type(packet) == CTL_TRAY_BALLOON)
        pop_up(t, (const CtlTrayBalloon *)packet.data);
    else if (ctl_type(packet) == CTL_TRAY_MENU)
        set_menu(t, n, packet);
    else if (n < t->icons->len)
        g_ptr_array_remove_index(t->icons, n);
}

guint
broker_tray_count(const BrokerTray *t)
{
    guint shown = 0;

    for (guint i = 0; i < t->icons->len; i++)
        shown += !((const Icon *)t->icons->pdata[i])->hidden;
    return shown;
}
