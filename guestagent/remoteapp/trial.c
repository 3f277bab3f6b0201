// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/trial.h"

#include <time.h>

static gint64
now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (gint64)t.tv_sec * 1000000000 + t.tv_nsec;
}

void
ra_trial_begin(RaTrial *trial)
{
    trial->since = now_ns();
}

void
ra_trial_end(RaTrial *trial, gsize in, gsize out)
{
    trial->ns += now_ns() - trial->since;
    trial->in += in;
    trial->out += out;
}

void
ra_trial_tell(const RaTrial *trial, RaCoding *coding)
{
    ra_coding_took(coding, trial->in, trial->out, trial->ns);
}
