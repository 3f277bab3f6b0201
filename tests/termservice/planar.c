// SPDX-License-Identifier: Apache-2.0
#include "tests/termservice/planar.h"

#include <freerdp/codec/planar.h>
#include <freerdp/freerdp.h>

#define VERSION(major, minor, revision) ((major)*1000000 + (minor)*1000 + (revision))

DWORD
planar_flags(void)
{
    int major, minor, revision;

    freerdp_get_version(&major, &minor, &revision);
    int version = VERSION(major, minor, revision);
    bool wrong = version >= VERSION(3, 11, 0) && version <= VERSION(3, 17, 1);
    return PLANAR_FORMAT_HEADER_NA | (wrong ? 0 : PLANAR_FORMAT_HEADER_RLE);
}
