// SPDX-License-Identifier: Apache-2.0
#include "hostbroker/status.h"

#include "hostbroker/plan.h"

#include <unistd.h>

static void
add(GVariantBuilder *builder, const char *key, GVariant *value)
{
    g_variant_builder_add(builder, "{sv}", key, value);
}

static GVariant *
text(const char *value)
{
    return g_variant_new_string(value ? value : "");
}

static void
add_guest(GVariantBuilder *builder, BrokerGuest *guest, const BrokerHost *host)
{
    const BrokerConfig *config = broker_guest_config(guest);
    BrokerSession *session = broker_guest_session(guest);
    g_autoptr(GPtrArray) apps = broker_catalog_apps(broker_guest_catalog(guest));
    g_autofree char *path = broker_host_guest_config(host, broker_guest_name(guest));

    add(builder, "name", text(broker_guest_name(guest)));
    add(builder, "kind", text(config ? broker_kind_name((BrokerKindId)config->kind) : ""));
    add(builder, "label", text(config ? config->label : ""));
    add(builder, "state", text(guest_state_public(broker_guest_state(guest))));
    add(builder, "error", text(broker_guest_error(guest)));
    add(builder, "apps", g_variant_new_uint32(apps->len));
    add(builder, "windows",
        g_variant_new_uint32(session ? broker_window_list_count(broker_session_windows(session))
                                     : 0));
    add(builder, "os", text(broker_guest_os(guest)));
    add(builder, "path", text(path));
    add(builder, "session", text(session ? broker_session_state(session) : "none"));
    add(builder, "desktop", g_variant_new_boolean(session && broker_session_is_desktop(session)));
    add(builder, "microphone",
        text(session && broker_session_records(session)             ? "used"
             : config && config->microphone == BROKER_MICROPHONE_ON ? "on"
                                                                    : "off"));
    add(builder, "pid", g_variant_new_uint32((guint32)broker_guest_pid(guest)));
}

GVariant *
broker_status_guests(Broker *broker)
{
    g_autoptr(GPtrArray) guests = broker_guests(broker);
    GVariantBuilder builder;

    g_variant_builder_init(&builder, G_VARIANT_TYPE("aa{sv}"));
    for (guint i = 0; i < guests->len; i++) {
        g_variant_builder_open(&builder, G_VARIANT_TYPE_VARDICT);
        add_guest(&builder, g_ptr_array_index(guests, i), broker_host(broker));
        g_variant_builder_close(&builder);
    }
    return g_variant_builder_end(&builder);
}

// Whether the application has a published file.
static gboolean
is_published(const BrokerConfig *config, const BrokerApp *app)
{
    BrokerPublishPolicy policy = {.mode = config ? (BrokerPublishMode)config->publish
                                                 : BROKER_PUBLISH_NONE};

    if (config) {
        policy.chosen = (const char *const *)config->apps;
        policy.files = broker_config_takes_files(config);
    }
    return broker_plan_publishes(app, &policy);
}

static void
add_apps(GVariantBuilder *builder, BrokerGuest *guest)
{
    const char *name = broker_guest_name(guest);
    const BrokerConfig *config = broker_guest_config(guest);
    g_autoptr(GPtrArray) apps = broker_catalog_apps(broker_guest_catalog(guest));

    for (guint i = 0; i < apps->len; i++) {
        const BrokerApp *app = g_ptr_array_index(apps, i);
        g_autofree char *id = broker_desktop_id(name, app->id);
        g_autofree char *file = g_strconcat(id, ".desktop", NULL);
        g_variant_builder_open(builder, G_VARIANT_TYPE_VARDICT);
        add(builder, "guest", text(name));
        add(builder, "id", text(app->id));
        add(builder, "name", text(app->name));
        add(builder, "comment", text(app->comment));
        add(builder, "folder", text(app->folder));
        add(builder, "categories",
            g_variant_new_strv((const char *const *)app->categories, app->categories ? -1 : 0));
        add(builder, "mime_types",
            g_variant_new_strv((const char *const *)app->mime_types, app->mime_types ? -1 : 0));
        add(builder, "desktop_id", text(is_published(config, app) ? file : ""));
        add(builder, "hidden", g_variant_new_boolean((app->flags & CHAN_APP_HIDDEN) != 0));
        add(builder, "sidelined", g_variant_new_boolean((app->flags & CHAN_APP_SIDELINED) != 0));
        g_variant_builder_close(builder);
    }
}

GVariant *
broker_status_apps(Broker *broker, BrokerGuest *only)
{
    g_autoptr(GPtrArray) guests = broker_guests(broker);
    GVariantBuilder builder;

    g_variant_builder_init(&builder, G_VARIANT_TYPE("aa{sv}"));
    for (guint i = 0; i < guests->len; i++)
        if (!only || only == g_ptr_array_index(guests, i))
            add_apps(&builder, g_ptr_array_index(guests, i));
    return g_variant_builder_end(&builder);
}

GVariant *
broker_status_windows(Broker *broker)
{
    g_autoptr(GPtrArray) guests = broker_guests(broker);
    GVariantBuilder builder;

    g_variant_builder_init(&builder, G_VARIANT_TYPE("aa{sv}"));
    for (guint i = 0; i < guests->len; i++) {
        BrokerGuest *guest = g_ptr_array_index(guests, i);
        BrokerSession *session = broker_guest_session(guest);
        if (session)
            broker_window_list_describe(broker_session_windows(session), broker_guest_name(guest),
                                        broker_guest_catalog(guest), &builder);
    }
    return g_variant_builder_end(&builder);
}

static GVariant *
channel_of(BrokerGuest *guest)
{
    ChanPumpStats stats = {0};
    GVariantBuilder builder;

    g_variant_builder_init(&builder, G_VARIANT_TYPE_VARDICT);
    if (broker_guest_channel(guest, &stats)) {
        add(&builder, "bytes_in", g_variant_new_uint64(stats.bytes_in));
        add(&builder, "bytes_out", g_variant_new_uint64(stats.bytes_out));
        add(&builder, "rate_out", g_variant_new_uint64(stats.rate_out));
        add(&builder, "round_trip_us", g_variant_new_uint32(stats.round_trip_us));
        add(&builder, "streams", g_variant_new_uint32(stats.streams));
        add(&builder, "passes_fds", g_variant_new_boolean(stats.passes_fds));
    }
    return g_variant_builder_end(&builder);
}

static GVariant *
times_of(const BrokerGuest *guest)
{
    BrokerGuestTimes times = broker_guest_times(guest);
    GVariantBuilder builder;

    g_variant_builder_init(&builder, G_VARIANT_TYPE("a{st}"));
    g_variant_builder_add(&builder, "{st}", "guest", times.guest);
    g_variant_builder_add(&builder, "{st}", "channel", times.channel);
    g_variant_builder_add(&builder, "{st}", "apps", times.apps);
    g_variant_builder_add(&builder, "{st}", "session", times.session);
    g_variant_builder_add(&builder, "{st}", "ready", times.ready);
    return g_variant_builder_end(&builder);
}

static GVariant *
view_of(BrokerSession *session)
{
    static const BrokerSessionFigures none;
    const BrokerSessionFigures *figures = session ? broker_session_figures(session) : &none;
    GVariantBuilder builder;

    g_variant_builder_init(&builder, G_VARIANT_TYPE_VARDICT);
    add(&builder, "pixels_received", g_variant_new_uint64(figures->pixels_received));
    add(&builder, "pixels_painted", g_variant_new_uint64(figures->pixels_painted));
    add(&builder, "pixels_shared", g_variant_new_uint64(figures->pixels_shared));
    add(&builder, "pixels_streamed", g_variant_new_uint64(figures->pixels_streamed));
    add(&builder, "keys_measured", g_variant_new_uint32(figures->keys_measured));
    add(&builder, "key_to_pixel_p50_us", g_variant_new_uint32(figures->key_to_pixel_p50_us));
    add(&builder, "key_to_pixel_p99_us", g_variant_new_uint32(figures->key_to_pixel_p99_us));
    add(&builder, "frames", g_variant_new_uint32(figures->frames));
    add(&builder, "sound_underruns", g_variant_new_uint32(figures->sound_underruns));
    add(&builder, "places_told", g_variant_new_uint32(figures->places_told));
    add(&builder, "states_told", g_variant_new_uint32(figures->states_told));
    add(&builder, "places_asked", g_variant_new_uint32(figures->places_asked));
    add(&builder, "states_asked", g_variant_new_uint32(figures->states_asked));
    return g_variant_builder_end(&builder);
}

static void
add_guest_status(GVariantBuilder *builder, BrokerGuest *guest, const BrokerHost *host)
{
    BrokerSession *session = broker_guest_session(guest);
    BrokerState state = {0};

    if (session)
        broker_session_identify(session, &state);
    add_guest(builder, guest, host);
    add(builder, "channel", channel_of(guest));
    add(builder, "session_pid", g_variant_new_uint32((guint32)state.session.pid));
    add(builder, "view_pid", g_variant_new_uint32((guint32)state.view.pid));
    add(builder, "view", view_of(session));
    add(builder, "times", times_of(guest));
    add(builder, "people", broker_guest_people_describe(broker_guest_people(guest)));
    add(builder, "certificates",
        broker_guest_people_describe_certificates(broker_guest_people(guest)));
}

GVariant *
broker_status_all(Broker *broker)
{
    g_autoptr(GPtrArray) guests = broker_guests(broker);
    GVariantBuilder builder, list;

    g_variant_builder_init(&list, G_VARIANT_TYPE("aa{sv}"));
    for (guint i = 0; i < guests->len; i++) {
        g_variant_builder_open(&list, G_VARIANT_TYPE_VARDICT);
        add_guest_status(&list, g_ptr_array_index(guests, i), broker_host(broker));
        g_variant_builder_close(&list);
    }
    g_variant_builder_init(&builder, G_VARIANT_TYPE_VARDICT);
    add(&builder, "version", text(CASEMENT_VERSION));
    add(&builder, "pid", g_variant_new_uint32((guint32)getpid()));
    add(&builder, "freerdp", text(CASEMENT_FREERDP_VERSION));
    add(&builder, "guests", g_variant_builder_end(&list));
    return g_variant_builder_end(&builder);
}
