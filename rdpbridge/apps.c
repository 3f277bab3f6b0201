// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/apps.h"

#include "rdpbridge/limits.h"

#include <string.h>

#define FRAME_HOST "\\APPLICATIONFRAMEHOST.EXE"

typedef struct {
    char *id, *bare_id;       // as published; its last part, folded
    char *model_id, *program; // folded, may be empty
    guint started;            // when it was started last, 0: never
    gboolean foremost;
} App;

struct BridgeApps {
    App *apps[CHAN_APPS_MAX]; // by index
    GHashTable *processes;    // process → index + 1: where its windows were put before
    guint n, starts;
};

// How well an application fits; what fits better wins, and of those the one started last.
typedef enum {
    FITS_NOT,
    FITS_NAME,  // the last part
    FITS_PLACE, // the path below a known folder
    FITS_TAIL,  // the path without its drive
    FITS_PATH,
    FITS_MODEL,
    FITS_ID,
} Fit;

typedef struct {
    const char *id;                           // as it was said
    char *bare_id, *bare_path, *model, *path; // folded, may be empty
    const char *tail, *place;                 // within path, or NULL
} Clues;

BridgeApps *
bridge_apps_new(void)
{
    BridgeApps *a = g_new0(BridgeApps, 1);

    a->processes = g_hash_table_new(NULL, NULL);
    return a;
}

static void
app_free(App *app)
{
    if (!app)
        return;
    g_free(app->id);
    g_free(app->bare_id);
    g_free(app->model_id);
    g_free(app->program);
    g_free(app);
}

void
bridge_apps_free(BridgeApps *a)
{
    if (!a)
        return;
    for (guint i = 0; i < a->n; i++)
        app_free(a->apps[i]);
    g_hash_table_unref(a->processes);
    g_free(a);
}

// Upper case, character by character, as the file systems of Windows compare; with its separators.
static char *
folded(const char *text)
{
    GString *upper = g_string_new(NULL);

    for (const char *p = text; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char_validated(p, -1);
        if (c == (gunichar)-1 || c == (gunichar)-2)
            break; // not from here: RAIL's texts were converted, the broker's cleaned
        g_string_append_unichar(upper, c == '/' ? '\\' : g_unichar_toupper(c));
    }
    return g_string_free(upper, FALSE);
}

static char *
bare_name(const char *folded_name)
{
    static const char *const suffixes[] = {".DESKTOP", ".EXE", ".LNK"};
    const char *last = folded_name;

    for (const char *p = folded_name; *p; p++)
        if (*p == '\\' && p[1])
            last = p + 1;
    char *bare = g_strdup(last);
    for (gsize i = 0; i < G_N_ELEMENTS(suffixes); i++) {
        if (g_str_has_suffix(bare, suffixes[i])) {
            bare[strlen(bare) - strlen(suffixes[i])] = 0;
            break;
        }
    }
    return bare;
}

// Without what turns the shell's rules for paths off.
static const char *
plain_path(const char *folded_path)
{
    static const char *const prefixes[] = {"\\\\?\\", "\\??\\", "\\\\.\\"};

    for (gsize i = 0; i < G_N_ELEMENTS(prefixes); i++)
        if (g_str_has_prefix(folded_path, prefixes[i]))
            return folded_path + strlen(prefixes[i]);
    return folded_path;
}

void
bridge_apps_set(BridgeApps *a, const CtlApp *app)
{
    if (app->index >= CHAN_APPS_MAX || !app->app_id[0])
        return;
    g_autofree char *program = folded(app->program), *id = folded(app->app_id);
    App *former = a->apps[app->index], *new = g_new0(App, 1);

    *new = (App){.id = g_strdup(app->app_id),
                 .bare_id = bare_name(id),
                 .model_id = folded(app->model_id),
                 .program = g_strdup(plain_path(program)),
                 .foremost = app->foremost != 0};
    if (former && strcmp(former->id, new->id) == 0)
        new->started = former->started;
    app_free(former);
    a->apps[app->index] = new;
    a->n = MAX(a->n, app->index + 1);
}

void
bridge_apps_started(BridgeApps *a, const char *app_id)
{
    for (guint i = 0; i < a->n; i++)
        if (a->apps[i] && strcmp(a->apps[i]->id, app_id) == 0)
            a->apps[i]->started = ++a->starts;
}

static void
clues_init(Clues *c, const BridgeAppClues *untrusted)
{
    g_autofree char *id = folded(untrusted->untrusted_id);
    g_autofree char *path = folded(untrusted->untrusted_path);
    const char *rest;

    // A window without a model of its own may have the program's path for one.
    *c = (Clues){.id = untrusted->untrusted_id,
                 .bare_id = bare_name(id),
                 .bare_path = bare_name(path),
                 .model = g_strdup(id),
                 .path = g_strdup(plain_path(*path ? path : id))};
    if (g_str_has_suffix(c->path, FRAME_HOST))
        c->path[0] = 0;
    if (g_str_has_prefix(c->path, "\\DEVICE\\")) {
        rest = strchr(c->path + strlen("\\DEVICE\\"), '\\');
        c->tail = rest && rest[1] ? rest : NULL;
    } else if (c->path[0] == '{' && (rest = strstr(c->path, "}\\")) && rest[2]) {
        c->place = rest + 1;
    }
}

static void
clues_clear(Clues *c)
{
    g_free(c->bare_id);
    g_free(c->bare_path);
    g_free(c->model);
    g_free(c->path);
}

// The program's path from after its drive, or its \ of two where it is on a server.
static const char *
after_drive(const char *program)
{
    if (g_ascii_isalpha(program[0]) && program[1] == ':')
        return program + 2;
    return program[0] == '\\' && program[1] == '\\' ? program + 1 : "";
}

static Fit
fit_of(const App *app, const Clues *c)
{
    if (strcmp(app->id, c->id) == 0)
        return FITS_ID;
    if (*app->model_id && strcmp(app->model_id, c->model) == 0)
        return FITS_MODEL;
    if (*app->program && strcmp(app->program, c->path) == 0)
        return FITS_PATH;
    if (c->tail && strcmp(after_drive(app->program), c->tail) == 0)
        return FITS_TAIL;
    if (c->place && g_str_has_suffix(app->program, c->place))
        return FITS_PLACE;
    bool named = strcmp(app->bare_id, c->bare_id) == 0 || strcmp(app->bare_id, c->bare_path) == 0;
    return named ? FITS_NAME : FITS_NOT;
}

// Of two that fit alike: what has windows of the process already, then what was started last.
static gboolean
is_preferred(const BridgeApps *a, guint32 i, guint32 than, guint32 of_process)
{
    const App *x = a->apps[i], *y = a->apps[than];

    if (i == of_process || than == of_process)
        return i == of_process;
    if (x->started != y->started)
        return x->started > y->started;
    return x->foremost && !y->foremost;
}

static void
remember(BridgeApps *a, guint32 process, guint32 index)
{
    if (process == 0 || index == CTL_APP_NONE)
        return;
    if (g_hash_table_size(a->processes) >= LIMIT_PROCESSES)
        g_hash_table_remove_all(a->processes);
    g_hash_table_insert(a->processes, GUINT_TO_POINTER(process), GUINT_TO_POINTER(index + 1));
}

guint32
bridge_apps_find(BridgeApps *a, const BridgeAppClues *untrusted)
{
    // Of no process: 0 - 1, which is no index.
    guint32 of_process =
        GPOINTER_TO_UINT(g_hash_table_lookup(a->processes, GUINT_TO_POINTER(untrusted->process))) -
        1;
    guint32 found = CTL_APP_NONE;
    Fit best = FITS_NOT;
    Clues clues;

    clues_init(&clues, untrusted);
    for (guint32 i = 0; i < a->n; i++) {
        Fit fit = a->apps[i] ? fit_of(a->apps[i], &clues) : FITS_NOT;
        if (fit == FITS_NOT || fit < best)
            continue;
        if (fit > best || is_preferred(a, i, found, of_process))
            found = i;
        best = fit;
    }
    clues_clear(&clues);
    remember(a, untrusted->process, found);
    return found;
}
