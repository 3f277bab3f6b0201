// SPDX-License-Identifier: Apache-2.0
#pragma once

// What is left of a guest that has no pid namespace, when the supervisor that would have ended it
// is gone. Its processes are known by an entry of their environment; since a program may drop that,
// so are their children, and who is in the session of one of them.

// Kills the processes of this user that carry the entry (NAME=VALUE) and those that belong to them,
// and what they start meanwhile, until none is left; blocks at most a second. What somebody runs
// with such an entry from a terminal of his own costs that program, not the terminal.
void broker_end_remains(const char *entry);
