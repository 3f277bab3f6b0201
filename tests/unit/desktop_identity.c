// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/x11/identity.h"

#include <unistd.h>

static guint loads;

static void
load(RaCatalogAdd add, gpointer to)
{
    loads++;
    add(to, "debian-xterm.desktop", "XTerm", "xterm");
    add(to, "org.xfce.mousepad.desktop", NULL, "mousepad");
    add(to, "first-editor.desktop", "Editor", "editor");
    add(to, "second-editor.desktop", "Editor", "editor");
    add(to, "Calc.desktop", NULL, "/usr/bin/mate-calc");
    add(to, "odd.desktop", "", "");
    add(to, "top.desktop", NULL, "top");         // Terminal=true
    add(to, "own-shell.desktop", NULL, "xterm"); // Exec=xterm -e …
    add(to, "writer.desktop", "office-writer", "office");
    add(to, "calc.desktop", "office-calc", "office");
}

static const char *
by_class(RaIdentity *identity, const char *instance, const char *name)
{
    RaFacts facts = {.class_instance = instance, .class_name = name};
    return ra_identity_match(identity, &facts);
}

static void
test_class(void)
{
    g_autoptr(RaIdentity) identity = ra_identity_new(load);
    g_assert_cmpstr(by_class(identity, "xterm", "XTerm"), ==, "debian-xterm");
    g_assert_cmpstr(by_class(identity, "x", "xTERM"), ==, "debian-xterm");
    g_assert_cmpstr(by_class(identity, "mousepad", "Mousepad"), ==, "org.xfce.mousepad");
    g_assert_cmpstr(by_class(identity, "Org.Xfce.Mousepad", NULL), ==, "org.xfce.mousepad");
    g_assert_cmpstr(by_class(identity, "mate-calc", "Something"), ==, "Calc");
    g_assert_cmpstr(by_class(identity, "calc", NULL), ==, "Calc");
    g_assert_null(by_class(identity, "unknown", "Unknown"));
    g_assert_null(by_class(identity, "", ""));
    g_assert_null(by_class(identity, NULL, NULL));
    // Two entries with one class: whichever was started last.
    g_assert_cmpstr(by_class(identity, NULL, "Editor"), ==, "first-editor");
    ra_identity_expect(identity, "second-editor", 0, NULL);
    g_assert_cmpstr(by_class(identity, NULL, "Editor"), ==, "second-editor");
}

static void
test_startup_id(void)
{
    g_autoptr(RaIdentity) identity = ra_identity_new(load);
    ra_identity_expect(identity, "script.desktop", 0, "casement-7");
    ra_identity_expect(identity, "none.desktop", 0, "");
    RaFacts facts = {.startup_id = {"", NULL, "casement-7"}, .class_name = "XTerm"};
    g_assert_cmpstr(ra_identity_match(identity, &facts), ==, "script");
    facts.startup_id[0] = facts.startup_id[2] = "casement-8";
    g_assert_cmpstr(ra_identity_match(identity, &facts), ==, "debian-xterm");
}

static void
test_pid(void)
{
    g_autoptr(RaIdentity) identity = ra_identity_new(load);
    if (getppid() == 1) {
        g_test_skip("the parent is process 1, which is nobody's ancestor here");
        return;
    }
    RaFacts facts = {.pid = (guint32)getpid(), .class_name = "Unknown"};
    g_assert_null(ra_identity_match(identity, &facts));
    ra_identity_expect(identity, "of-parent.desktop", (guint32)getppid(), NULL);
    g_assert_cmpstr(ra_identity_match(identity, &facts), ==, "of-parent");
    ra_identity_expect(identity, "own.desktop", (guint32)getpid(), NULL);
    g_assert_cmpstr(ra_identity_match(identity, &facts), ==, "own");
    facts.pid = 0;
    g_assert_null(ra_identity_match(identity, &facts));
}

// What was started for an entry that names no class is that entry's, whatever its windows say.
static void
test_process(void)
{
    g_autoptr(RaIdentity) identity = ra_identity_new(load);
    guint32 me = (guint32)getpid();
    RaFacts facts = {.pid = me, .class_instance = "xterm", .class_name = "XTerm"};
    g_assert_cmpstr(ra_identity_match(identity, &facts), ==, "debian-xterm");
    ra_identity_expect(identity, "top", me, NULL); // in its terminal
    g_assert_cmpstr(ra_identity_match(identity, &facts), ==, "top");
    ra_identity_expect(identity, "own-shell.desktop", me, NULL);
    g_assert_cmpstr(ra_identity_match(identity, &facts), ==, "own-shell");
    // A startup id says more than a process.
    ra_identity_expect(identity, "org.xfce.mousepad", 0, "casement-1");
    facts.startup_id[0] = "casement-1";
    g_assert_cmpstr(ra_identity_match(identity, &facts), ==, "org.xfce.mousepad");
    facts.startup_id[0] = NULL;
    // A command of nobody's does not take the window from the entry that its class names.
    ra_identity_expect(identity, "", me, NULL);
    g_assert_cmpstr(ra_identity_match(identity, &facts), ==, "own-shell");
    // Another process may have the number later.
    ra_identity_ended(identity, me);
    g_assert_cmpstr(ra_identity_match(identity, &facts), ==, "debian-xterm");
}

// What is started from within a program is its own.
static void
test_child(void)
{
    g_autoptr(RaIdentity) identity = ra_identity_new(load);
    ra_identity_expect(identity, "top", (guint32)getppid(), NULL);
    RaFacts facts = {
        .pid = (guint32)getpid(), .class_instance = "mousepad", .class_name = "Mousepad"};
    g_assert_cmpstr(ra_identity_match(identity, &facts), ==, "org.xfce.mousepad");
    facts.class_instance = facts.class_name = "unknown";
    g_assert_cmpstr(ra_identity_match(identity, &facts), ==, "top");
}

// One process with the windows of several entries.
static void
test_office(void)
{
    g_autoptr(RaIdentity) identity = ra_identity_new(load);
    ra_identity_expect(identity, "writer", (guint32)getpid(), NULL);
    RaFacts facts = {.pid = (guint32)getpid(), .class_name = "office-calc"};
    g_assert_cmpstr(ra_identity_match(identity, &facts), ==, "calc");
    facts.class_name = "office-writer";
    g_assert_cmpstr(ra_identity_match(identity, &facts), ==, "writer");
    facts.class_name = "office-start-center";
    g_assert_cmpstr(ra_identity_match(identity, &facts), ==, "writer");
}

static void
test_bounded(void)
{
    loads = 0;
    g_autoptr(RaIdentity) identity = ra_identity_new(load);
    for (guint i = 0; i < 10000; i++) {
        g_autofree char *startup_id = g_strdup_printf("id-%u", i);
        ra_identity_expect(identity, "many.desktop", 0, startup_id);
    }
    RaFacts facts = {.startup_id = {"id-9999"}};
    g_assert_cmpstr(ra_identity_match(identity, &facts), ==, "many");
    facts.startup_id[0] = "id-0";
    g_assert_null(ra_identity_match(identity, &facts));
    by_class(identity, "a", "b");
    g_assert_cmpuint(loads, ==, 1);
    ra_identity_catalog_changed(identity);
    by_class(identity, "a", "b");
    g_assert_cmpuint(loads, ==, 2);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/desktop/identity/class", test_class);
    g_test_add_func("/desktop/identity/startup-id", test_startup_id);
    g_test_add_func("/desktop/identity/pid", test_pid);
    g_test_add_func("/desktop/identity/process", test_process);
    g_test_add_func("/desktop/identity/child", test_child);
    g_test_add_func("/desktop/identity/office", test_office);
    g_test_add_func("/desktop/identity/bounded", test_bounded);
    return g_test_run();
}
