// SPDX-License-Identifier: Apache-2.0

// Preloaded into the processes of a test: their wall clock steps by a second, ahead and back, twice
// a second. The clocks that run evenly are left alone.

#include <dlfcn.h>
#include <stddef.h>
#include <sys/time.h>
#include <time.h>

#define STEP_NS 500000000

static int
real_gettime(clockid_t clock, struct timespec *t)
{
    static int (*next)(clockid_t, struct timespec *);

    if (!next)
        *(void **)&next = dlsym(RTLD_NEXT, "clock_gettime");
    return next(clock, t);
}

__attribute__((visibility("default"))) int
clock_gettime(clockid_t clock, struct timespec *t)
{
    struct timespec even = {0};
    int result = real_gettime(clock, t);

    if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
        (void)real_gettime(CLOCK_MONOTONIC, &even);
        t->tv_sec += even.tv_nsec < STEP_NS ? 1 : -1;
    }
    return result;
}

__attribute__((visibility("default"))) int
gettimeofday(struct timeval *restrict t, void *restrict zone)
{
    struct timespec now = {0};
    int result = clock_gettime(CLOCK_REALTIME, &now);

    *t = (struct timeval){.tv_sec = now.tv_sec, .tv_usec = now.tv_nsec / 1000};
    return result;
}

__attribute__((visibility("default"))) time_t
time(time_t *t)
{
    struct timespec now = {0};

    (void)clock_gettime(CLOCK_REALTIME, &now);
    if (t)
        *t = now.tv_sec;
    return now.tv_sec;
}
