// SPDX-License-Identifier: Apache-2.0
#include "launcher/latency.h"

#include "launcher/json.h"
#include "launcher/table.h"

#include <glib/gi18n.h>
#include <stdio.h>

#define BETWEEN_MS 1000

typedef struct {
    guint64 received, painted, shared, streamed, frames, underruns, bytes_in;
    guint64 keys, p50_us, p99_us;
} Figures;

static guint64
number(GVariant *dict, const char *key)
{
    g_autoptr(GVariant) value = dict ? g_variant_lookup_value(dict, key, NULL) : NULL;

    if (value && g_variant_is_of_type(value, G_VARIANT_TYPE_UINT64))
        return g_variant_get_uint64(value);
    return value && g_variant_is_of_type(value, G_VARIANT_TYPE_UINT32) ? g_variant_get_uint32(value)
                                                                       : 0;
}

static Figures
figures_of(GVariant *guest)
{
    g_autoptr(GVariant) view = g_variant_lookup_value(guest, "view", G_VARIANT_TYPE_VARDICT);
    g_autoptr(GVariant) channel = g_variant_lookup_value(guest, "channel", G_VARIANT_TYPE_VARDICT);

    return (Figures){
        .received = number(view, "pixels_received"),
        .painted = number(view, "pixels_painted"),
        .shared = number(view, "pixels_shared"),
        .streamed = number(view, "pixels_streamed"),
        .frames = number(view, "frames"),
        .underruns = number(view, "sound_underruns"),
        .keys = number(view, "keys_measured"),
        .p50_us = number(view, "key_to_pixel_p50_us"),
        .p99_us = number(view, "key_to_pixel_p99_us"),
        .bytes_in = number(channel, "bytes_in"),
    };
}

// What grew since the figures before; a view that is another one began at nothing.
static guint64
grown(guint64 now, guint64 before)
{
    return now >= before ? now - before : now;
}

static char *
path_of(const Figures *f)
{
    const char *ways[4] = {0};
    guint n = 0;

    if (f->shared > 0)
        ways[n++] = "memory";
    if (f->streamed > 0)
        ways[n++] = "stream";
    if (f->received > f->shared + f->streamed)
        ways[n++] = "rdp";
    return g_strjoinv(", ", (char **)ways);
}

// One guest's figures over the time between the two, as a{sv}.
static GVariant *
compared(const char *name, const Figures *now, const Figures *before, double seconds)
{
    GVariantDict d;
    guint64 received = grown(now->received, before->received);
    guint64 painted = grown(now->painted, before->painted);

    g_autofree char *path = path_of(now);

    g_variant_dict_init(&d, NULL);
    g_variant_dict_insert(&d, "guest", "s", name);
    g_variant_dict_insert(&d, "path", "s", path);
    g_variant_dict_insert(&d, "keys_measured", "t", now->keys);
    g_variant_dict_insert(&d, "key_to_pixel_p50_us", "t", now->p50_us);
    g_variant_dict_insert(&d, "key_to_pixel_p99_us", "t", now->p99_us);
    g_variant_dict_insert(&d, "frames_per_s", "d",
                          (double)grown(now->frames, before->frames) / seconds);
    g_variant_dict_insert(&d, "painted_over_received", "d",
                          received ? (double)painted / (double)received : 0);
    g_variant_dict_insert(&d, "bytes_in_per_s", "d",
                          (double)grown(now->bytes_in, before->bytes_in) / seconds);
    g_variant_dict_insert(&d, "sound_underruns", "t", now->underruns);
    return g_variant_dict_end(&d);
}

static GVariant *
find_guest(GVariant *guests, const char *name)
{
    for (gsize i = 0; guests && i < g_variant_n_children(guests); i++) {
        GVariant *guest = g_variant_get_child_value(guests, i);
        const char *its = "";
        if (g_variant_lookup(guest, "name", "&s", &its) && g_str_equal(its, name))
            return guest;
        g_variant_unref(guest);
    }
    return NULL;
}

static GVariant *
compare_all(GVariant *now, GVariant *before, double seconds)
{
    GVariantBuilder all;

    g_variant_builder_init(&all, G_VARIANT_TYPE("aa{sv}"));
    for (gsize i = 0; now && i < g_variant_n_children(now); i++) {
        g_autoptr(GVariant) guest = g_variant_get_child_value(now, i);
        const char *name = "", *session = "";
        (void)g_variant_lookup(guest, "name", "&s", &name);
        (void)g_variant_lookup(guest, "session", "&s", &session);
        g_autoptr(GVariant) former = find_guest(before, name);
        if (g_str_equal(session, "none") || !former)
            continue;
        Figures a = figures_of(guest), b = figures_of(former);
        g_variant_builder_add_value(&all, compared(name, &a, &b, seconds));
    }
    return g_variant_ref_sink(g_variant_builder_end(&all));
}

static void
add_number(LauncherTable *table, GVariant *dict, const char *key, const char *format, double unit)
{
    g_autoptr(GVariant) value = g_variant_lookup_value(dict, key, NULL);
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    double number = g_variant_is_of_type(value, G_VARIANT_TYPE_DOUBLE)
                        ? g_variant_get_double(value)
                        : (double)g_variant_get_uint64(value);

    launcher_table_add(table, g_ascii_formatd(text, sizeof text, format, number / unit));
}

static void
print_table(GVariant *all)
{
    const char *const headings[] = {_("GUEST"),        _("PATH"),       _("KEY TO PIXEL ms"),
                                    _("99 OF 100"),    _("FRAMES/s"),   _("PAINTED/RECEIVED"),
                                    _("FROM GUEST/s"), _("SOUND GAPS"), NULL};
    g_autoptr(LauncherTable) table = launcher_table_new(headings);

    for (gsize i = 0; i < g_variant_n_children(all); i++) {
        g_autoptr(GVariant) d = g_variant_get_child_value(all, i);
        double bytes = 0;
        guint64 keys = 0;
        launcher_table_add_key(table, d, "guest");
        launcher_table_add_key(table, d, "path");
        (void)g_variant_lookup(d, "keys_measured", "t", &keys);
        if (keys > 0) {
            add_number(table, d, "key_to_pixel_p50_us", "%.1f", 1000);
            add_number(table, d, "key_to_pixel_p99_us", "%.1f", 1000);
        } else {
            launcher_table_add(table, "");
            launcher_table_add(table, "");
        }
        add_number(table, d, "frames_per_s", "%.0f", 1);
        add_number(table, d, "painted_over_received", "%.2f", 1);
        (void)g_variant_lookup(d, "bytes_in_per_s", "d", &bytes);
        g_autofree char *size = g_format_size((guint64)bytes);
        launcher_table_add(table, size);
        add_number(table, d, "sound_underruns", "%.0f", 1);
    }
    launcher_table_print(table);
    (void)fflush(stdout);
}

static GVariant *
read_guests(Launcher *launcher, LauncherBroker1 *broker, GError **error)
{
    g_autoptr(GVariant) status = NULL;

    launcher_broker1_call_get_status(broker, G_DBUS_CALL_FLAGS_NONE, LAUNCHER_QUICK_MS, NULL,
                                     launcher_on_answer, launcher);
    if (!launcher_broker1_call_get_status_finish(broker, &status, launcher_wait(launcher), error))
        return NULL;
    GVariant *guests = g_variant_lookup_value(status, "guests", G_VARIANT_TYPE("aa{sv}"));
    return guests ? guests
                  : g_variant_ref_sink(g_variant_new_array(G_VARIANT_TYPE_VARDICT, NULL, 0));
}

static gboolean
on_pause_over(gpointer user)
{
    g_main_loop_quit(user);
    return G_SOURCE_REMOVE;
}

// Ctrl-C ends the process here (launcher_wait does so, too).
static void
wait_between(Launcher *launcher)
{
    g_autoptr(GMainLoop) loop = g_main_loop_new(launcher->context, FALSE);
    g_autoptr(GSource) timer = g_timeout_source_new(BETWEEN_MS);

    g_source_set_callback(timer, on_pause_over, loop, NULL);
    g_source_attach(timer, launcher->context);
    g_main_loop_run(loop);
}

LauncherExit
launcher_latency(Launcher *launcher, guint times)
{
    GError *error = NULL;
    LauncherBroker1 *broker = launcher_broker(launcher, &error);

    if (!broker)
        return launcher_fail(launcher, error, _("cannot read the figures"));
    g_autoptr(GVariant) before = read_guests(launcher, broker, &error);
    gint64 since = g_get_monotonic_time();
    for (guint i = 0; before && (times == 0 || i < times); i++) {
        wait_between(launcher);
        g_autoptr(GVariant) now = read_guests(launcher, broker, &error);
        gint64 until = g_get_monotonic_time();
        if (!now)
            break;
        g_autoptr(GVariant) all =
            compare_all(now, before, (double)(until - since) / G_USEC_PER_SEC);
        if (launcher->json)
            launcher_json_print(all);
        else
            print_table(all);
        g_variant_unref(before);
        before = g_steal_pointer(&now);
        since = until;
    }
    return error ? launcher_fail(launcher, error, _("cannot read the figures")) : LAUNCHER_OK;
}
