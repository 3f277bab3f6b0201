// SPDX-License-Identifier: Apache-2.0
#pragma once

// Every verb, each in a file of its own.

#include "launcher/launcher.h"

extern const LauncherVerb launcher_verb_apps;
extern const LauncherVerb launcher_verb_desktop;
extern const LauncherVerb launcher_verb_doctor;
extern const LauncherVerb launcher_verb_forward;
extern const LauncherVerb launcher_verb_guest;
extern const LauncherVerb launcher_verb_guest_add;
extern const LauncherVerb launcher_verb_guest_list;
extern const LauncherVerb launcher_verb_guest_login;
extern const LauncherVerb launcher_verb_guest_logout;
extern const LauncherVerb launcher_verb_guest_remove;
extern const LauncherVerb launcher_verb_guest_set;
extern const LauncherVerb launcher_verb_guest_show;
extern const LauncherVerb launcher_verb_guest_start;
extern const LauncherVerb launcher_verb_guest_stop;
extern const LauncherVerb launcher_verb_help;
extern const LauncherVerb launcher_verb_run;
extern const LauncherVerb launcher_verb_status;
extern const LauncherVerb launcher_verb_sync;
extern const LauncherVerb launcher_verb_windows;

// For help: top level, and those of `casement guest`.
extern const LauncherVerb *const launcher_verbs[];
extern const LauncherVerb *const launcher_guest_verbs[];
