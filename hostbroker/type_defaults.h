// SPDX-License-Identifier: Apache-2.0
#pragma once

// Keeps a guest's programs from becoming the default for a file type by merely being published.
//
// Desktops look for a type's program in the user's data folder first, and take the first one that
// they find unless some mimeapps.list names a default. So the programs that came first without
// Casement are named, for the types that guests offer, in a mimeapps.list of the user's data
// folder; it ranks below everything the user chooses (Association between MIME types and
// applications 1.0, "mimeapps.list", whose per-desktop lists are mirrored likewise).

// Makes the lists fit the entries now in data_home/applications; removes them when no entry of a
// guest has a type. Lists that are not Casement's are left alone.
void broker_type_defaults_update(const char *data_home, const char *config_home);
