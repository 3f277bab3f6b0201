// SPDX-License-Identifier: Apache-2.0
#pragma once

// Makes the certificate for open clients beside everything else: its RSA key takes 100 ms and more,
// and only open clients wait for it.

#include "guestagent/remoteapp/certificate.h"

typedef struct RaCertificateMaker RaCertificateMaker;

// Called once, in context. certificate is the callee's, or NULL with error saying why.
typedef void (*RaCertificateMade)(RaCertificate *take_certificate, const GError *error,
                                  gpointer user);

// Begins at once, in a thread of its own. directory: as in ra_certificate_new.
RaCertificateMaker *ra_certificate_maker_new(GMainContext *context, const char *directory,
                                             RaCertificateMade made, gpointer user);

// Stops what is under way and waits for its end (milliseconds): a thread that is inside OpenSSL
// while the process exits reads what OpenSSL's own exit handler has freed. NULL-safe.
void ra_certificate_maker_free(RaCertificateMaker *maker);
