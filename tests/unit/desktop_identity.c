// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/x11/identity.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static guint loads;

static void
load(RaCatalogAdd add, gpointer to)
{
    loads++;
    static const RaCatalogEntry all[] = {
        {"debian-xterm.desktop", "XTerm", "xterm", false},
        {"debian-uxterm.desktop", "UXTerm", "uxterm", false},
        {"org.xfce.mousepad.desktop", NULL, "mousepad", false},
        {"first-editor.desktop", "Editor", "editor", false},
        {"second-editor.desktop", "Editor", "editor", false},
        {"Calc.desktop", NULL, "/usr/bin/mate-calc", false},
        {"odd.desktop", "", "", false},
        {"top.desktop", NULL, "top", true},
        {"classy-top.desktop", "Top", "top", true},
        {"own-xterm.desktop", NULL, "xterm", false},
        {"own-script.desktop", "", "/opt/bin/script", false},
        {"own-notes.desktop", NULL, "mousepad", false},
        {"writer.desktop", "Office-Writer", "office", false},
        {"calc.desktop", "Office-Calc", "office", false},
        {"browser.desktop", NULL, "browser", false},
        {"browser-app.desktop", "crx_app", "browser", false},
    };
    for (guint i = 0; i < G_N_ELEMENTS(all); i++)
        add(to, &all[i]);
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
    g_assert_cmpstr(by_class(identity, "xterm", "XTerm"), ==, "debian-xterm.desktop");
    g_assert_cmpstr(by_class(identity, "x", "xTERM"), ==, "debian-xterm.desktop");
    g_assert_cmpstr(by_class(identity, "mousepad", "Mousepad"), ==, "org.xfce.mousepad.desktop");
    g_assert_cmpstr(by_class(identity, "Org.Xfce.Mousepad", NULL), ==, "org.xfce.mousepad.desktop");
    g_assert_cmpstr(by_class(identity, "mate-calc", "Something"), ==, "Calc.desktop");
    g_assert_cmpstr(by_class(identity, "calc", NULL), ==, "Calc.desktop");
    g_assert_null(by_class(identity, "unknown", "Unknown"));
    g_assert_null(by_class(identity, "", ""));
    g_assert_null(by_class(identity, NULL, NULL));
    // Two entries with one class: whichever was started last.
    g_assert_cmpstr(by_class(identity, NULL, "Editor"), ==, "first-editor.desktop");
    ra_identity_expect(identity, "second-editor.desktop", 0, NULL);
    g_assert_cmpstr(by_class(identity, NULL, "Editor"), ==, "second-editor.desktop");
}

static void
test_startup_id(void)
{
    g_autoptr(RaIdentity) identity = ra_identity_new(load);
    ra_identity_expect(identity, "script.desktop", 0, "casement-7");
    ra_identity_expect(identity, "none.desktop", 0, "");
    RaFacts facts = {.startup_id = {"", NULL, "casement-7"}, .class_name = "XTerm"};
    g_assert_cmpstr(ra_identity_match(identity, &facts), ==, "script.desktop");
    facts.startup_id[0] = facts.startup_id[2] = "casement-8";
    g_assert_cmpstr(ra_identity_match(identity, &facts), ==, "debian-xterm.desktop");
}

static void
test_pid(void)
{
    g_autoptr(RaIdentity) identity = ra_identity_new(load);
    RaFacts facts = {.pid = (guint32)getpid(), .class_name = "Unknown"};
    g_assert_null(ra_identity_match(identity, &facts));
    ra_identity_expect(identity, "of-parent.desktop", (guint32)getppid(), NULL);
    g_assert_cmpstr(ra_identity_match(identity, &facts), ==, "of-parent.desktop");
    ra_identity_expect(identity, "own.desktop", (guint32)getpid(), NULL);
    g_assert_cmpstr(ra_identity_match(identity, &facts), ==, "own.desktop");
    facts.pid = 0;
    g_assert_null(ra_identity_match(identity, &facts));
}

// A window of this very process, which was started for app_id; freed by the caller.
static RaIdentity *
started(const char *app_id)
{
    RaIdentity *identity = ra_identity_new(load);
    ra_identity_expect(identity, app_id, (guint32)getpid(), "casement-1");
    return identity;
}

static const char *
by_process(RaIdentity *identity, guint32 pid, const char *instance, const char *name)
{
    RaFacts facts = {.class_instance = instance, .class_name = name, .pid = pid};
    facts.launches = ra_identity_launches(identity);
    return ra_identity_match(identity, &facts);
}

static void
test_very_process(void)
{
    static const struct {
        const char *started, *instance, *name, *owner;
    } rows[] = {
        // The terminal that was put around a program, whatever the terminal's entry says.
        {"top", "xterm", "XTerm", "top.desktop"},
        {"top", "xterm", "UXTerm", "top.desktop"},
        {"classy-top", "xterm", "XTerm", "classy-top.desktop"},
        // A program with options of its own; a script that became it.
        {"own-xterm", "xterm", "XTerm", "own-xterm.desktop"},
        {"own-xterm", "uxterm", "UXTerm", "own-xterm.desktop"},
        {"own-script", "xterm", "XTerm", "own-script.desktop"},
        {"own-notes", "mousepad", "Mousepad", "own-notes.desktop"},
        {"not-installed", "xterm", "XTerm", "not-installed.desktop"},
        {"debian-xterm", "xterm", "XTerm", "debian-xterm.desktop"},
        {"second-editor.desktop", NULL, "Editor", "second-editor.desktop"},
        // One process with the windows of several entries.
        {"writer", "office", "Office-Writer", "writer.desktop"},
        {"writer", "office", "Office-Calc", "calc.desktop"},
        {"writer", "xterm", "XTerm", "debian-xterm.desktop"},
        {"writer", "office", "Office-Start", "writer.desktop"},
        {"browser", "browser", "Browser", "browser.desktop"},
        {"browser", "crx_app", "Browser", "browser-app.desktop"},
        {"browser-app", "browser", "Browser", "browser.desktop"},
        // A command has no entry.
        {"", "xterm", "XTerm", "debian-xterm.desktop"},
        {"", "unknown", "Unknown", NULL},
    };
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(RaIdentity) identity = started(rows[i].started);
        g_test_message("%s: %s", rows[i].started, rows[i].name);
        g_assert_cmpstr(by_process(identity, (guint32)getpid(), rows[i].instance, rows[i].name), ==,
                        rows[i].owner);
    }
}

static void
test_startup_id_before_process(void)
{
    g_autoptr(RaIdentity) identity = started("own-notes");
    ra_identity_expect(identity, "org.xfce.mousepad", 0, "casement-2");
    ra_identity_expect(identity, "", 0, "casement-3");
    RaFacts facts = {.startup_id = {"casement-2"}, .class_name = "Mousepad"};
    facts.pid = (guint32)getpid();
    g_assert_cmpstr(ra_identity_match(identity, &facts), ==, "org.xfce.mousepad.desktop");
    facts.startup_id[0] = "casement-3";
    g_assert_cmpstr(ra_identity_match(identity, &facts), ==, "own-notes.desktop");
    facts.pid = 0; // a command's window is what its class says
    g_assert_cmpstr(ra_identity_match(identity, &facts), ==, "org.xfce.mousepad.desktop");
}

static pid_t
sleeping_child(void)
{
    pid_t pid = fork();
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); // also when a test fails
        pause();
        _exit(0);
    }
    g_assert_cmpint(pid, >, 0);
    return pid;
}

static void
end(pid_t pid)
{
    kill(pid, SIGKILL);
    g_assert_cmpint(waitpid(pid, NULL, 0), ==, pid);
}

// What is typed into a terminal, opened by a file manager, forked by a script.
static void
test_descendant(void)
{
    pid_t child = sleeping_child();
    static const char *const parents[] = {"top", "own-xterm", "own-script", "debian-xterm"};
    for (guint i = 0; i < G_N_ELEMENTS(parents); i++) {
        g_autoptr(RaIdentity) identity = started(parents[i]);
        g_autofree char *parent = g_strconcat(parents[i], ".desktop", NULL);
        g_assert_cmpstr(by_process(identity, (guint32)child, "mousepad", "Mousepad"), ==,
                        "org.xfce.mousepad.desktop");
        g_assert_cmpstr(by_process(identity, (guint32)child, "uxterm", "UXTerm"), ==,
                        "debian-uxterm.desktop");
        g_assert_cmpstr(by_process(identity, (guint32)child, NULL, "Unknown"), ==, parent);
    }
    end(child);
}

static void
test_pid_again(void)
{
    pid_t child = sleeping_child();
    g_autoptr(RaIdentity) identity = ra_identity_new(load);
    ra_identity_expect(identity, "own-xterm", (guint32)child, "casement-1");
    g_assert_cmpstr(by_process(identity, (guint32)child, NULL, "XTerm"), ==, "own-xterm.desktop");
    // The process is there though the program ended: another one has its pid.
    ra_identity_ended(identity, (guint32)child);
    g_assert_cmpstr(by_process(identity, (guint32)child, NULL, "XTerm"), ==,
                    "debian-xterm.desktop");
    g_assert_null(by_process(identity, (guint32)child, NULL, "Unknown"));
    // And again, for a program that was started.
    ra_identity_expect(identity, "top", (guint32)child, "casement-2");
    g_assert_cmpstr(by_process(identity, (guint32)child, NULL, "XTerm"), ==, "top.desktop");
    // Windows outlive a process whose child kept its connection to the X server.
    end(child);
    ra_identity_ended(identity, (guint32)child);
    g_assert_cmpstr(by_process(identity, (guint32)child, NULL, "XTerm"), ==, "top.desktop");
    // What was told by startup id goes on.
    RaFacts facts = {.startup_id = {"casement-1"}};
    g_assert_cmpstr(ra_identity_match(identity, &facts), ==, "own-xterm.desktop");
}

// A program that runs once: the second process leaves its window to the first.
static void
test_handed_over(void)
{
    g_autoptr(RaIdentity) identity = started("own-notes");
    guint32 own = (guint32)getpid();
    RaFacts early = {.class_name = "Mousepad", .pid = own};
    early.launches = ra_identity_launches(identity);
    pid_t second = sleeping_child();
    ra_identity_expect(identity, "org.xfce.mousepad", (guint32)second, "casement-2");
    RaFacts late = {.class_name = "Mousepad", .pid = own};
    late.launches = ra_identity_launches(identity);
    end(second);
    ra_identity_ended(identity, (guint32)second);
    g_assert_cmpstr(ra_identity_match(identity, &late), ==, "org.xfce.mousepad.desktop");
    g_assert_cmpstr(ra_identity_match(identity, &early), ==, "own-notes.desktop");
}

// A program that had a window of its own and was closed handed nothing over.
static void
test_not_handed_over(void)
{
    g_autoptr(RaIdentity) identity = started("own-notes");
    pid_t second = sleeping_child();
    ra_identity_expect(identity, "org.xfce.mousepad", (guint32)second, "casement-2");
    g_assert_cmpstr(by_process(identity, (guint32)second, NULL, "Mousepad"), ==,
                    "org.xfce.mousepad.desktop");
    end(second);
    ra_identity_ended(identity, (guint32)second);
    g_assert_cmpstr(by_process(identity, (guint32)getpid(), NULL, "Mousepad"), ==,
                    "own-notes.desktop");
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
    g_assert_cmpstr(ra_identity_match(identity, &facts), ==, "many.desktop");
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
    g_test_add_func("/desktop/identity/very-process", test_very_process);
    g_test_add_func("/desktop/identity/startup-id-before-process", test_startup_id_before_process);
    g_test_add_func("/desktop/identity/descendant", test_descendant);
    g_test_add_func("/desktop/identity/pid-again", test_pid_again);
    g_test_add_func("/desktop/identity/handed-over", test_handed_over);
    g_test_add_func("/desktop/identity/not-handed-over", test_not_handed_over);
    g_test_add_func("/desktop/identity/bounded", test_bounded);
    return g_test_run();
}
