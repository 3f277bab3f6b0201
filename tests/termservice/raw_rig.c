// SPDX-License-Identifier: Apache-2.0
#include "tests/termservice/raw_rig.h"

#include <glib/gstdio.h>
#include <unistd.h>

char *
raw_rig_expect(RawRig *r, const char *beginning)
{
    return double_rig_need(r->rig, beginning);
}

void
raw_rig_tell(RawRig *r, const char *command, const char *hex)
{
    g_autofree char *line = g_strdup_printf("%s %s", command, hex);

    double_rig_tell(r->rig, line);
}

void
raw_rig_init(RawRig *r)
{
    r->dir = g_dir_make_tmp("termservice-XXXXXX", NULL);
    r->path = g_build_filename(r->dir, "rdp", NULL);
    r->h = NULL;
    g_autofree char *arguments = g_strdup_printf("--listen %s --raw", r->path);
    r->rig = double_rig_new(arguments);
    g_free(raw_rig_expect(r, "path "));
}

void
raw_rig_clear(RawRig *r)
{
    if (r->h)
        harness_free(r->h);
    double_rig_free(r->rig);
    g_unlink(r->path);
    g_rmdir(r->dir);
    g_free(r->path);
    g_free(r->dir);
}

static gboolean
is_ready(Harness *h, gpointer user)
{
    return h->ready;
}

void
raw_rig_connect(RawRig *r)
{
    CtlCredentials who = {.user = "alice", .password = "the password"};
    CtlApp app = {.index = 3, .app_id = "microsoft.windows.notepad", .name = "Notepad"};

    if (r->h)
        harness_free(r->h);
    r->h = harness_new(double_rig_connect(r->path), RAW_WIDTH, RAW_HEIGHT, CTL_SIGN_IN);
    CTL_INIT(&who, CTL_CREDENTIALS);
    harness_send_control(r->h, &who, sizeof who, -1);
    CTL_INIT(&app, CTL_APP);
    harness_send_control(r->h, &app, sizeof app, -1);
    g_free(raw_rig_expect(r, "active session"));
    raw_rig_tell(r, "pdu", "05000800b01d0000"); // [MS-RDPERP] 4.2.1 Handshake
    harness_wait(r->h, is_ready, NULL, RAW_PATIENCE_S, "RAIL to be ready");
}
