// SPDX-License-Identifier: Apache-2.0
#include "launcher/check.h"
#include "launcher/json.h"
#include "launcher/verbs.h"

#include "channel/utf8.h"

#include <errno.h>
#include <glib-unix.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#define BUS_NAME "org.casement.Broker1"

typedef struct {
    const char *guest, *listen, *file;
    gboolean take;
} Wanted;

typedef struct {
    GMainLoop *loop;
    gboolean lost; // casementd
} Waiting;

static gboolean
parse(int argc, char **argv, Wanted *w)
{
    for (int i = 1; i < argc; i++) {
        const char *value;
        if (strcmp(argv[i], "--take") == 0)
            w->take = TRUE;
        else if (launcher_option(argv, &i, "--listen", &value))
            w->listen = value;
        else if (launcher_option(argv, &i, "--rdp-file", &value))
            w->file = value;
        else if (argv[i][0] != '-' && !w->guest)
            w->guest = argv[i];
        else
            return FALSE;
    }
    return w->guest && w->listen && w->file;
}

// What mstsc and others read: no password, which they ask for themselves. The user's name may come
// from the guest, and must not begin lines of its own.
static char *
rdp_text(const char *address, const char *untrusted_user)
{
    GString *text = g_string_new(NULL);
    char user[1024];

    g_string_append_printf(text, "full address:s:%s\r\n", address);
    chan_utf8_clean(CHAN_SPAN_TEXT(untrusted_user), user, sizeof user);
    if (*user)
        g_string_append_printf(text, "username:s:%s\r\n", user);
    g_string_append(text, "prompt for credentials:i:1\r\n");
    return g_string_free(text, FALSE);
}

static gboolean
write_file(const char *path, const char *address, const char *user, GError **error)
{
    g_autofree char *text = rdp_text(address, user);
    g_autofree char *folder = g_path_get_dirname(path);

    if (g_mkdir_with_parents(folder, 0700) != 0) {
        g_set_error(error, G_IO_ERROR, g_io_error_from_errno(errno), "%s: %s", folder,
                    g_strerror(errno));
        return FALSE;
    }
    return g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, error);
}

static void
say(Launcher *launcher, const Wanted *w, const char *address, const char *path)
{
    if (launcher->json) {
        GVariantDict dict;
        g_variant_dict_init(&dict, NULL);
        g_variant_dict_insert(&dict, "address", "s", address);
        g_variant_dict_insert(&dict, "rdp_file", "s", path);
        g_autoptr(GVariant) value = g_variant_ref_sink(g_variant_dict_end(&dict));
        launcher_json_print(value);
    } else {
        (void)printf(_("Guest %s is reached at %s by RDP clients of yours, until Ctrl-C.\n"),
                     w->guest, address);
        (void)printf(_("Connection file: %s\n"), path);
    }
    (void)fflush(stdout);
}

static gboolean
on_end(gpointer user)
{
    g_main_loop_quit(((Waiting *)user)->loop);
    return G_SOURCE_CONTINUE;
}

static void
on_broker_gone(GDBusConnection *bus, const char *name, gpointer user)
{
    Waiting *waiting = user;

    waiting->lost = TRUE;
    g_main_loop_quit(waiting->loop);
}

// The broker listens for as long as this process is on the bus. FALSE: the broker has ended.
static gboolean
wait_for_end(Launcher *launcher)
{
    GDBusConnection *bus = g_dbus_proxy_get_connection(G_DBUS_PROXY(launcher->broker));
    Waiting waiting = {.loop = g_main_loop_new(launcher->context, FALSE)};
    // Ctrl-C is what ends it in good order, and nothing goes on.
    launcher_interrupt_clear(launcher);
    guint interrupt = g_unix_signal_add(SIGINT, on_end, &waiting);
    guint terminate = g_unix_signal_add(SIGTERM, on_end, &waiting);
    guint watch = g_bus_watch_name_on_connection(bus, BUS_NAME, G_BUS_NAME_WATCHER_FLAGS_NONE, NULL,
                                                 on_broker_gone, &waiting, NULL);

    g_main_loop_run(waiting.loop);
    g_bus_unwatch_name(watch);
    g_source_remove(interrupt);
    g_source_remove(terminate);
    g_main_loop_unref(waiting.loop);
    return !waiting.lost;
}

static LauncherExit
serve(Launcher *launcher, const Wanted *w, const char *tried, const char *address, const char *user)
{
    g_autofree char *leaf = g_strdup_printf("%s.rdp", w->guest);
    g_autofree char *path =
        *w->file ? g_canonicalize_filename(w->file, NULL)
                 : g_build_filename(g_get_user_runtime_dir(), "casement", leaf, NULL);
    GError *error = NULL;

    if (!write_file(path, address, user, &error))
        return launcher_fail(launcher, error, tried);
    say(launcher, w, address, path);
    gboolean ended_well = wait_for_end(launcher);
    // It names a port that nobody listens on any more; one that was asked for is the user's.
    if (!*w->file)
        (void)g_unlink(path);
    if (ended_well)
        return LAUNCHER_OK;
    error = g_error_new_literal(G_DBUS_ERROR, G_DBUS_ERROR_NO_SERVER,
                                _("casementd has ended, and the forwarding with it"));
    return launcher_fail(launcher, error, tried);
}

static LauncherExit
run_forward(Launcher *launcher, int argc, char **argv)
{
    Wanted w = {.listen = "", .file = ""};
    g_autofree char *problem = NULL, *address = NULL, *user = NULL;
    GError *error = NULL;

    if (!parse(argc, argv, &w) || !launcher_check_utf8(argv, &problem))
        return launcher_usage(launcher, &launcher_verb_forward, problem);
    g_autofree char *tried = g_strdup_printf(_("cannot forward to guest %s"), w.guest);
    LauncherBroker1 *broker = launcher_broker(launcher, &error);
    if (!broker)
        return launcher_fail(launcher, error, tried);
    launcher_broker1_call_forward(broker, w.guest, w.listen, w.take, G_DBUS_CALL_FLAGS_NONE,
                                  LAUNCHER_PATIENT_MS, NULL, launcher_on_answer, launcher);
    if (!launcher_broker1_call_forward_finish(broker, &address, &user, launcher_wait(launcher),
                                              &error))
        return launcher_fail(launcher, error, tried);
    return serve(launcher, &w, tried, address, user);
}

const LauncherVerb launcher_verb_forward = {
    "forward", "GUEST [--listen ADDRESS:PORT] [--rdp-file PATH] [--take]",
    N_("Let another RDP client reach a guest"), run_forward};
