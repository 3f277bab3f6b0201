// SPDX-License-Identifier: Apache-2.0
#include "tests/termservice/options.h"

#include "tests/termservice/report.h"

#include <stdio.h>
#include <string.h>

typedef struct {
    int port;
    char *path, *profile, *security, *user, *password_file, *refuse, *hold, *scaled, *video;
    char **apps;
    gboolean logon_screen, raw, pushy;
} Line;

static void
line_clear(Line *line)
{
    g_free(line->path);
    g_free(line->profile);
    g_free(line->security);
    g_free(line->user);
    g_free(line->password_file);
    g_free(line->refuse);
    g_free(line->hold);
    g_free(line->scaled);
    g_free(line->video);
    g_strfreev(line->apps);
}

static bool
read_line(int argc, char **argv, Line *line, GError **error)
{
    const GOptionEntry entries[] = {
        {"port", 0, 0, G_OPTION_ARG_INT, &line->port, "TCP port of 127.0.0.1; 0: any free", "N"},
        {"listen", 0, 0, G_OPTION_ARG_FILENAME, &line->path, "Unix socket to listen on", "PATH"},
        {"profile", 0, 0, G_OPTION_ARG_STRING, &line->profile, "xp, 7, 10 or 11", "P"},
        {"security", 0, 0, G_OPTION_ARG_STRING, &line->security, "nla, tls or rdp", "S"},
        {"user", 0, 0, G_OPTION_ARG_STRING, &line->user, "Name of the account", "NAME"},
        {"password-file", 0, 0, G_OPTION_ARG_FILENAME, &line->password_file,
         "File whose first line is its password", "FILE"},
        {"refuse", 0, 0, G_OPTION_ARG_STRING, &line->refuse, "Why not even this user comes in",
         "WHY"},
        {"hold", 0, 0, G_OPTION_ARG_STRING, &line->hold,
         "Stop itself after the first line that begins so", "TEXT"},
        {"scaled", 0, 0, G_OPTION_ARG_STRING, &line->scaled,
         "Surfaces are smaller than what they are mapped to by this", "N/M"},
        {"video", 0, 0, G_OPTION_ARG_STRING, &line->video, "avc420, avc444 or avc444v2", "CODEC"},
        {"app", 0, 0, G_OPTION_ARG_STRING_ARRAY, &line->apps, "A program (repeated)",
         "ALIAS=TITLE"},
        {"logon-screen", 0, 0, G_OPTION_ARG_NONE, &line->logon_screen,
         "Show the log-on screen until 'unlock'", NULL},
        {"raw", 0, 0, G_OPTION_ARG_NONE, &line->raw,
         "Report what comes on the rail channel, and answer none of it", NULL},
        {"pushy", 0, 0, G_OPTION_ARG_NONE, &line->pushy,
         "Say to a client that asked for none that there are window orders", NULL},
        {NULL},
    };
    GOptionContext *context = g_option_context_new("- a Windows' Remote Desktop, for tests");
    g_option_context_add_main_entries(context, entries, NULL);
    bool ok = g_option_context_parse(context, &argc, &argv, error);
    g_option_context_free(context);
    return ok;
}

static int
index_of(const char *const *names, const char *name)
{
    for (int i = 0; names[i] != NULL; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    return -1;
}

static bool
fail(GError **error, const char *what, const char *value)
{
    g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "%s: %s", what, value);
    return false;
}

static bool
set_machine(Options *o, const Line *line, GError **error)
{
    static const char *const profiles[] = {"xp", "7", "10", "11", NULL};
    static const char *const securities[] = {"nla", "tls", "rdp", NULL};
    const char *profile = line->profile != NULL ? line->profile : "10";
    int p = index_of(profiles, profile);
    if (p < 0)
        return fail(error, "no such profile", profile);
    o->profile = (Profile)p;
    const char *security = line->security != NULL     ? line->security
                           : o->profile == PROFILE_XP ? "rdp"
                                                      : "nla";
    int s = index_of(securities, security);
    if (s < 0)
        return fail(error, "no such security", security);
    o->security = (Security)s;
    o->refusal = line->refuse != NULL ? refusal_find(line->refuse) : NULL;
    if (line->refuse != NULL && o->refusal == NULL)
        return fail(error, "no such refusal", line->refuse);
    return true;
}

static bool
set_scale(Options *o, const char *scaled, GError **error)
{
    char end;
    if (scaled == NULL)
        return true;
    if (sscanf(scaled, "%d/%d%c", &o->scale[0], &o->scale[1], &end) != 2 || o->scale[1] < 1 ||
        o->scale[0] < o->scale[1] || o->scale[0] > 16)
        return fail(error, "not N/M, at least one and of 16 at most", scaled);
    return true;
}

static bool
set_video(Options *o, const char *name, GError **error)
{
    static const char *const codecs[] = {"", "avc420", "avc444", "avc444v2", NULL};
    int codec = name != NULL ? index_of(codecs, name) : VIDEO_NONE;
    if (codec < 0)
        return fail(error, "no such video", name);
    o->video = (VideoCodec)codec;
    return true;
}

static bool
set_account(Options *o, const Line *line, GError **error)
{
    if (line->user == NULL || line->password_file == NULL)
        return fail(error, "needed", "--user and --password-file");
    g_autofree char *text = NULL;
    if (!g_file_get_contents(line->password_file, &text, NULL, error))
        return false;
    o->account.user = g_strdup(line->user);
    o->account.password = g_strndup(text, strcspn(text, "\r\n"));
    return true;
}

static bool
set_apps(Options *o, char **apps, GError **error)
{
    for (char **app = apps; app != NULL && *app != NULL; app++) {
        const char *equals = strchr(*app, '=');
        if (equals == NULL || equals == *app)
            return fail(error, "not ALIAS=TITLE", *app);
        g_hash_table_insert(o->apps, g_strndup(*app, (gsize)(equals - *app)), g_strdup(equals + 1));
    }
    return true;
}

Options *
options_parse(int argc, char **argv, GError **error)
{
    Line line = {.port = -1};
    Options *o = g_new0(Options, 1);
    o->apps = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    bool ok = read_line(argc, argv, &line, error) && set_machine(o, &line, error) &&
              set_scale(o, line.scaled, error) && set_video(o, line.video, error) &&
              set_account(o, &line, error) && set_apps(o, line.apps, error);
    o->path = g_steal_pointer(&line.path);
    o->port = line.port < 0 && o->path == NULL ? 0 : line.port;
    o->logon_screen = line.logon_screen;
    o->raw = line.raw;
    o->pushy = line.pushy;
    report_hold(line.hold);
    line_clear(&line);
    if (!ok)
        g_clear_pointer(&o, options_free);
    return o;
}

void
options_free(Options *o)
{
    if (o == NULL)
        return;
    g_free(o->path);
    g_free(o->account.user);
    g_free(o->account.password);
    g_hash_table_unref(o->apps);
    g_free(o);
}
