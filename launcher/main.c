// SPDX-License-Identifier: Apache-2.0
// casement: what a user types, and what the published .desktop files start.

#include "launcher/verbs.h"

#include <glib/gi18n.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

// Translations are beside the program (PREFIX/bin, PREFIX/share/locale) wherever it was put.
static void
set_up_language(void)
{
    char exe[4096];
    g_autofree char *folder = NULL;
    ssize_t length = readlink("/proc/self/exe", exe, sizeof exe - 1);
    if (length > 0) {
        exe[length] = 0;
        g_autofree char *bin = g_path_get_dirname(exe);
        g_autofree char *prefix = g_path_get_dirname(bin);
        folder = g_build_filename(prefix, "share", "locale", NULL);
    }
    (void)setlocale(LC_ALL, "");
    (void)bindtextdomain("casement", folder && g_file_test(folder, G_FILE_TEST_IS_DIR)
                                         ? folder
                                         : CASEMENT_LOCALEDIR);
    (void)bind_textdomain_codeset("casement", "UTF-8");
    (void)textdomain("casement");
}

// Takes --json out of the arguments, up to the verb's own words: those after "--", and what follows
// the application of `run`, belong to somebody else.
static int
take_json(Launcher *launcher, int argc, char **argv)
{
    int kept = 1;
    int words = 0;
    gboolean open = TRUE;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--") == 0)
            open = FALSE;
        if (open && strcmp(argv[i], "--json") == 0) {
            launcher->json = TRUE;
            continue;
        }
        if (argv[i][0] != '-' && ++words == 3 && kept > 1 && strcmp(argv[1], "run") == 0)
            open = FALSE;
        argv[kept++] = argv[i];
    }
    argv[kept] = NULL;
    return kept;
}

static LauncherExit
unknown_verb(Launcher *launcher, const char *name)
{
    g_autofree char *problem =
        g_strdup_printf(_("there is no command “%s”; `casement help` lists them"), name);
    return launcher_usage(launcher, &launcher_verb_help, problem);
}

static LauncherExit
dispatch(Launcher *launcher, int argc, char **argv)
{
    if (argc < 2) {
        (void)launcher_verb_help.run(launcher, 1, (char *[]){"help", NULL});
        return LAUNCHER_USAGE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        (void)puts("casement " CASEMENT_VERSION);
        return LAUNCHER_OK;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        argv[1] = "help";
    const LauncherVerb *verb = launcher_verb_find(launcher_verbs, argv[1]);
    return verb ? verb->run(launcher, argc - 1, argv + 1) : unknown_verb(launcher, argv[1]);
}

int
main(int argc, char **argv)
{
    set_up_language();
    Launcher launcher = {0};
    argc = take_json(&launcher, argc, argv);
    LauncherExit code = dispatch(&launcher, argc, argv);
    launcher_clear(&launcher);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        g_printerr(_("casement: cannot write the output\n"));
        return LAUNCHER_FAILED;
    }
    return (int)code;
}
