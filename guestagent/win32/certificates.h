// SPDX-License-Identifier: Apache-2.0
#pragma once

// What this guest's Remote Desktop may present: the certificate that its listener was given
// (RDP-Tcp, SSLCertificateSHA1Hash), and those it made for itself, in the machine's store "Remote
// Desktop". All of them, since Windows takes its own where it cannot use the given one.

#include "channel/msg.h"

// n 0: none is known; so on XP, whose Remote Desktop has none.
void win_certificates_get(ChanCertificates *certificates);
