// SPDX-License-Identifier: Apache-2.0
#include "hostbroker/control_setup.h"

#include "channel/control.h"
#include "hostbroker/publish.h"
#include "hostbroker/window_list.h"

static guint32
setup_flags(const BrokerConfig *config)
{
    guint32 flags = config->sound ? CTL_SOUND : 0;

    if (config->clipboard == BROKER_CLIPBOARD_BOTH ||
        config->clipboard == BROKER_CLIPBOARD_TO_GUEST)
        flags |= CTL_CLIPBOARD_TO_GUEST;
    if (config->clipboard == BROKER_CLIPBOARD_BOTH || config->clipboard == BROKER_CLIPBOARD_TO_HOST)
        flags |= CTL_CLIPBOARD_TO_HOST;
    if (config->microphone == BROKER_MICROPHONE_ON)
        flags |= CTL_MICROPHONE;
    if (config->frames == BROKER_FRAMES_HOST)
        flags |= CTL_HOST_FRAMES;
    if (config->pixels == BROKER_PIXELS_RDP)
        flags |= CTL_RDP_PIXELS;
    if (config->pixels == BROKER_PIXELS_STREAM)
        flags |= CTL_STREAM_PIXELS;
    if (!config->video)
        flags |= CTL_LOSSLESS_PIXELS;
    return flags;
}

void
broker_control_send_setup(ChanPacketSocket *control, const BrokerConfig *config, guint32 flags,
                          const BrokerDesktopSize *desktop)
{
    CtlSetup m = {.flags = setup_flags(config) | flags,
                  .max_windows = BROKER_WINDOWS_MAX,
                  .border_rgb = config->border};

    CTL_INIT(&m, CTL_SETUP);
    broker_desktop_size_get(desktop, &m.desktop_width, &m.desktop_height);
    CTL_SET_TEXT(m.guest, config->name);
    CTL_SET_TEXT(m.label, config->label);
    CTL_SET_TEXT(m.title_prefix, config->title_prefix);
    chan_packet_send(control, &m, sizeof m, NULL, 0);
}

void
broker_control_send_app(ChanPacketSocket *control, const char *guest, const BrokerApp *app)
{
    CtlApp m = {.index = app->index, .foremost = (app->flags & CHAN_APP_FOREMOST) != 0};
    g_autofree char *wm_class = broker_desktop_id(guest, app->id);

    CTL_INIT(&m, CTL_APP);
    CTL_SET_TEXT(m.app_id, app->id);
    CTL_SET_TEXT(m.wm_class, wm_class);
    CTL_SET_TEXT(m.name, app->name);
    CTL_SET_TEXT(m.model_id, app->wm_class);
    CTL_SET_TEXT(m.program, app->program);
    chan_packet_send(control, &m, sizeof m, NULL, 0);
}
