// SPDX-License-Identifier: Apache-2.0
#include "launcher/check.h"
#include "launcher/password.h"
#include "launcher/verbs.h"

#include <fcntl.h>
#include <gio/gunixfdlist.h>
#include <glib-unix.h>
#include <glib/gi18n.h>
#include <string.h>
#include <unistd.h>

// The reading end of a pipe that has the password in it; it goes to the broker outside of the
// bus's messages. -1 with error set.
static int
pipe_with(const char *password, GError **error)
{
    int fds[2];

    if (!g_unix_open_pipe(fds, FD_CLOEXEC, error))
        return -1;
    gsize size = strlen(password);
    gboolean ok = write(fds[1], password, size) == (ssize_t)size;
    close(fds[1]);
    if (ok)
        return fds[0];
    close(fds[0]);
    g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_FAILED, _("the password is too long"));
    return -1;
}

static gboolean
log_in(Launcher *launcher, const char *guest, const char *user, char **kept, GError **error)
{
    LauncherBroker1 *broker = launcher_broker(launcher, error);
    if (!broker)
        return FALSE;
    g_autofree char *prompt = g_strdup_printf(_("Password of %s on guest %s: "), user, guest);
    char *password = launcher_password_read(prompt, error);
    int fd = password ? pipe_with(password, error) : -1;
    launcher_password_wipe(password);
    if (fd < 0)
        return FALSE;
    g_autoptr(GUnixFDList) fds = g_unix_fd_list_new_from_array(&fd, 1);
    launcher_broker1_call_log_in(broker, guest, user, g_variant_new_handle(0),
                                 G_DBUS_CALL_FLAGS_NONE, LAUNCHER_PATIENT_MS, fds, NULL,
                                 launcher_on_answer, launcher);
    return launcher_broker1_call_log_in_finish(broker, kept, NULL, launcher_wait(launcher), error);
}

// NAME [--user USER], in any order.
static gboolean
parse(int argc, char **argv, const char **guest, const char **user)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--user") == 0 && i + 1 < argc && !*user)
            *user = argv[++i];
        else if (argv[i][0] != '-' && !*guest)
            *guest = argv[i];
        else
            return FALSE;
    }
    return *guest != NULL;
}

static LauncherExit
run_guest_login(Launcher *launcher, int argc, char **argv)
{
    const char *guest = NULL, *user = NULL;
    g_autofree char *problem = NULL, *kept = NULL;
    GError *error = NULL;

    if (!parse(argc, argv, &guest, &user) || !launcher_check_utf8(argv, &problem))
        return launcher_usage(launcher, &launcher_verb_guest_login, problem);
    g_autofree char *tried = g_strdup_printf(_("cannot sign in to guest %s"), guest);
    g_autofree char *who =
        user ? g_strdup(user) : launcher_password_read_name(_("User in the guest: "));
    if (!who || !*who)
        return launcher_usage(launcher, &launcher_verb_guest_login,
                              _("who signs in? Give --user NAME"));
    if (!log_in(launcher, guest, who, &kept, &error))
        return launcher_fail(launcher, error, tried);
    g_autofree char *done =
        strcmp(kept, "keyring") == 0
            ? g_strdup_printf(_("%s signs in to guest %s from now on; the desktop's keyring keeps "
                                "the password."),
                              who, guest)
            : g_strdup_printf(
                  _("%s signs in to guest %s until you log out of this machine; there "
                    "is no keyring (Secret Service) that is open to keep the password."),
                  who, guest);
    return launcher_done(launcher, done);
}

const LauncherVerb launcher_verb_guest_login = {"guest login", "NAME [--user USER]",
                                                N_("Keep who signs in to a guest (Windows)"),
                                                run_guest_login};
