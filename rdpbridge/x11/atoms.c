// SPDX-License-Identifier: Apache-2.0
#include "rdpbridge/x11/atoms.h"

#define HOST_ATOM_NAME(name) #name,
#define HOST_MIME_ATOM_NAME(name, text) text,

void
host_atoms_intern(Display *display, Atom atoms[HOST_ATOM_COUNT])
{
    static const char *const names[] = {HOST_ATOMS(HOST_ATOM_NAME)
                                            HOST_MIME_ATOMS(HOST_MIME_ATOM_NAME)};
    char *mutable_names[HOST_ATOM_COUNT];

    for (int i = 0; i < HOST_ATOM_COUNT; i++)
        mutable_names[i] = (char *)names[i];
    XInternAtoms(display, mutable_names, HOST_ATOM_COUNT, False, atoms);
}
