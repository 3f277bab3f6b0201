// SPDX-License-Identifier: Apache-2.0
#include "tests/termservice/session_rig.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

static gboolean
is_ready(Harness *h, gpointer user)
{
    return h->ready;
}

static SessionRig *
start(const char *profile, const char *arguments, guint32 flags)
{
    SessionRig *rig = g_new0(SessionRig, 1);
    gboolean rdp = strcmp(profile, "xp") == 0;
    CtlCredentials who = {.user = "alice", .password = "the password"};

    rig->dir = g_dir_make_tmp("termservice-XXXXXX", NULL);
    rig->path = g_build_filename(rig->dir, "rdp", NULL);
    g_autofree char *line =
        g_strdup_printf("--listen %s --profile %s %s", rig->path, profile, arguments);
    rig->guest = double_rig_new(line);
    g_free(session_rig_expect(rig, "path "));
    rig->h =
        harness_new(double_rig_connect(rig->path), 1280, 800, flags | (rdp ? CTL_RDP_SECURITY : 0));
    CTL_INIT(&who, CTL_CREDENTIALS);
    harness_send_control(rig->h, &who, sizeof who, -1);
    g_free(session_rig_expect(rig, "active "));
    return rig;
}

SessionRig *
session_rig_new_desktop(const char *profile, const char *arguments)
{
    return start(profile, arguments, CTL_SIGN_IN | CTL_DESKTOP);
}

SessionRig *
session_rig_new(const char *profile, const char *arguments)
{
    SessionRig *rig = start(profile, arguments, CTL_SIGN_IN);

    harness_wait(rig->h, is_ready, NULL, SESSION_RIG_PATIENCE_S, "RAIL");
    g_free(session_rig_expect(rig, "synchronized"));
    return rig;
}

void
session_rig_free(SessionRig *rig)
{
    harness_free(rig->h);
    double_rig_free(rig->guest);
    g_unlink(rig->path);
    g_rmdir(rig->dir);
    g_free(rig->path);
    g_free(rig->dir);
    g_free(rig);
}

void
session_rig_tell(SessionRig *rig, const char *format, ...)
{
    va_list words;

    va_start(words, format);
    g_autofree char *line = g_strdup_vprintf(format, words);
    va_end(words);
    double_rig_tell(rig->guest, line);
}

char *
session_rig_expect(SessionRig *rig, const char *beginning)
{
    return double_rig_need(rig->guest, beginning);
}

guint32
session_rig_open(SessionRig *rig, const char *app, const char *title)
{
    session_rig_tell(rig, "open %s %s", app, title);
    g_autofree char *line = session_rig_expect(rig, "window id=");

    return (guint32)g_ascii_strtoull(line + strlen("window id="), NULL, 16);
}
