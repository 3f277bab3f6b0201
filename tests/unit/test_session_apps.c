// SPDX-License-Identifier: Apache-2.0

// Which application of the broker's table a window belongs to.

#include "rdpbridge/apps.h"
#include "rdpbridge/asks.h"

#define WORD "C:\\Program Files\\Office\\WINWORD.EXE"
#define FRAME_HOST "C:\\Windows\\System32\\ApplicationFrameHost.exe"

enum { SAFE = 1, WORD_APP, CALCULATOR, WEB_APP, CONSOLE, SHARED, EDITOR, FRAME };

static void
put(BridgeApps *apps, guint32 index, const char *id, const char *model, const char *program)
{
    CtlApp m = {.index = index, .foremost = index == WORD_APP};

    CTL_INIT(&m, CTL_APP);
    CTL_SET_TEXT(m.app_id, id);
    CTL_SET_TEXT(m.model_id, model);
    CTL_SET_TEXT(m.program, program);
    bridge_apps_set(apps, &m);
}

static BridgeApps *
table(void)
{
    BridgeApps *apps = bridge_apps_new();

    // The one that a window is taken for is neither the first by its index nor the last told.
    put(apps, SAFE, "word-safe-0a", "", "c:\\program files\\office\\winword.exe");
    put(apps, WORD_APP, "word-01", "", WORD);
    put(apps, CALCULATOR, "calculator-02", "Vendor.Calculator_8wekyb!App", "");
    put(apps, WEB_APP, "web-03", "Browser._app_x", "C:\\Browser\\browser.exe");
    put(apps, CONSOLE, "console-04", "", "C:\\Windows\\System32\\mmc.exe");
    put(apps, SHARED, "shared-05", "", "\\\\server\\share\\tool.exe");
    put(apps, EDITOR, "org.x.Editor", "", "");
    put(apps, FRAME, "frame-06", "", FRAME_HOST);
    return apps;
}

static guint32
find(BridgeApps *apps, const char *id, const char *path, guint32 process)
{
    BridgeAppClues clues = {id, path, process};

    return bridge_apps_find(apps, &clues);
}

static void
test_match(void)
{
    static const struct {
        const char *id, *path;
        guint32 index;
    } rows[] = {
        {"Vendor.Calculator_8wekyb!App", FRAME_HOST, CALCULATOR},
        {"VENDOR.calculator_8WEKYB!app", "", CALCULATOR},
        {"Vendor.Other!App", FRAME_HOST, CTL_APP_NONE},
        {FRAME_HOST, FRAME_HOST, CTL_APP_NONE},
        {"Browser._app_x", "C:\\Browser\\browser.exe", WEB_APP}, // the model before the path
        {"Something.Else", "C:\\PROGRAM FILES\\office\\winword.exe", WORD_APP},
        {"", WORD, WORD_APP},
        {WORD, "", WORD_APP}, // Windows 7 and older tell an id only
        {"", "\\\\?\\" WORD, WORD_APP},
        {"", "C:/Program Files/Office/WINWORD.EXE", WORD_APP},
        {"", "\\Device\\HarddiskVolume3\\Program Files\\Office\\WINWORD.EXE", WORD_APP},
        {"", "\\Device\\HarddiskVolume3\\Office\\WINWORD.EXE", CTL_APP_NONE},
        {"", "\\Device\\HarddiskVolume3", CTL_APP_NONE},
        {"", "\\Device\\Mup\\server\\share\\tool.exe", SHARED},
        {"{1AC14E77-02E7-4E5D-B744-2EB1AE5198B7}\\mmc.exe", "", CONSOLE},
        {"{1AC14E77-02E7-4E5D-B744-2EB1AE5198B7}\\", "", CTL_APP_NONE},
        {"{1AC14E77-02E7-4E5D-B744-2EB1AE5198B7}\\c.exe", "", CTL_APP_NONE}, // no part of a name
        {"", "D:\\Program Files\\Office\\WINWORD.EXE", CTL_APP_NONE},
        {"", "C:\\Elsewhere\\WINWORD.EXE", CTL_APP_NONE},
        {"org.x.Editor", "", EDITOR},
        {"/usr/share/applications/org.x.editor.desktop", "", EDITOR},
        {"", "", CTL_APP_NONE},
        {"\xff\xfe", "\xff", CTL_APP_NONE},
    };
    g_autoptr(BridgeApps) apps = table();

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_test_message("%s, %s", rows[i].id, rows[i].path);
        g_assert_cmpuint(find(apps, rows[i].id, rows[i].path, 0), ==, rows[i].index);
    }
}

// Several entries of the menu have one program.
static void
test_started_last(void)
{
    g_autoptr(BridgeApps) apps = table();

    g_assert_cmpuint(find(apps, "", WORD, 10), ==, WORD_APP);
    bridge_apps_started(apps, "word-safe-0a");
    g_assert_cmpuint(find(apps, "", WORD, 11), ==, SAFE);
    g_assert_cmpuint(find(apps, "", WORD, 0), ==, SAFE);
    g_assert_cmpuint(find(apps, "", WORD, 10), ==, WORD_APP); // of a process that was there
    bridge_apps_started(apps, "word-01");
    g_assert_cmpuint(find(apps, "", WORD, 12), ==, WORD_APP);
    g_assert_cmpuint(find(apps, "", WORD, 11), ==, SAFE);
    // A process says nothing of another program: its number was used again.
    g_assert_cmpuint(find(apps, "Vendor.Calculator_8wekyb!App", FRAME_HOST, 11), ==, CALCULATOR);
    // Told again, by a broker that came back.
    put(apps, SAFE, "word-safe-0a", "", WORD);
    bridge_apps_started(apps, "word-safe-0a");
    put(apps, SAFE, "word-safe-0a", "", WORD);
    g_assert_cmpuint(find(apps, "", WORD, 13), ==, SAFE);
    for (guint32 process = 100; process < 5000; process++) // any number of them
        g_assert_cmpuint(find(apps, "", WORD, process), ==, SAFE);
}

static void
test_changed(void)
{
    g_autoptr(BridgeApps) apps = table();

    put(apps, WORD_APP, "word-01", "", "E:\\word.exe");
    g_assert_cmpuint(find(apps, "", WORD, 0), ==, SAFE);
    g_assert_cmpuint(find(apps, "", "E:\\WORD.EXE", 0), ==, WORD_APP);
    put(apps, CHAN_APPS_MAX, "beyond", "", "E:\\beyond.exe");
    g_assert_cmpuint(find(apps, "", "E:\\beyond.exe", 0), ==, CTL_APP_NONE);
    put(apps, CHAN_APPS_MAX - 1, "last", "", "E:\\last.exe");
    g_assert_cmpuint(find(apps, "", "E:\\last.exe", 0), ==, CHAN_APPS_MAX - 1);
}

static void
test_asked_again(void)
{
    g_autoptr(BridgeAsks) asks = bridge_asks_new();
    guint times = 0;

    g_assert_false(bridge_asks_again(asks, 1)); // not answered yet
    bridge_asks_answered(asks, 1, FALSE);
    g_assert_true(bridge_asks_again(asks, 1));
    g_assert_false(bridge_asks_again(asks, 1)); // one question at a time
    bridge_asks_answered(asks, 1, TRUE);
    g_assert_false(bridge_asks_again(asks, 1));
    for (bridge_asks_answered(asks, 2, FALSE); bridge_asks_again(asks, 2); times++)
        bridge_asks_answered(asks, 2, FALSE);
    g_assert_cmpuint(times, ==, 8);
    bridge_asks_forget(asks, 2);
    g_assert_false(bridge_asks_again(asks, 2));
    for (guint32 window = 1; window < 10000; window++)
        bridge_asks_answered(asks, window, FALSE);
    g_assert_false(bridge_asks_again(asks, 9999)); // more than there can be
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/session/apps/match", test_match);
    g_test_add_func("/session/apps/started-last", test_started_last);
    g_test_add_func("/session/apps/changed", test_changed);
    g_test_add_func("/session/apps/asked-again", test_asked_again);
    return g_test_run();
}
