// SPDX-License-Identifier: Apache-2.0
#pragma once

// Whether a server's certificate is one of those that the guest's agent told of. Pure.

#include "channel/control.h"

#include <glib.h>

// pem: what the RDP library was given, the server's own certificate first. TRUE also when nothing
// was told: then the pipe alone says who is at its end.
gboolean
bridge_certificate_told(const CtlCertificates *told, const guint8 *untrusted_pem, gsize size);
