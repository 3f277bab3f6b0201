// SPDX-License-Identifier: Apache-2.0
#include "guestagent/remoteapp/layout.h"

#include <stddef.h>

// Languages first with their own layout; ids with a high half are variants.
static const RaLayout layouts[] = {
    {0x00000401, "ara", ""},          {0x00000402, "bg", ""},
    {0x00000404, "us", ""},           {0x00000405, "cz", ""},
    {0x00000406, "dk", ""},           {0x00000407, "de", ""},
    {0x00000408, "gr", ""},           {0x00000409, "us", ""},
    {0x0000040A, "es", ""},           {0x0000040B, "fi", ""},
    {0x0000040C, "fr", ""},           {0x0000040D, "il", ""},
    {0x0000040E, "hu", ""},           {0x0000040F, "is", ""},
    {0x00000410, "it", ""},           {0x00000411, "jp", ""},
    {0x00000412, "kr", ""},           {0x00000413, "nl", ""},
    {0x00000414, "no", ""},           {0x00000415, "pl", ""},
    {0x00000416, "br", ""},           {0x00000418, "ro", ""},
    {0x00000419, "ru", ""},           {0x0000041A, "hr", ""},
    {0x0000041B, "sk", ""},           {0x0000041C, "al", ""},
    {0x0000041D, "se", ""},           {0x0000041E, "th", ""},
    {0x0000041F, "tr", ""},           {0x00000422, "ua", ""},
    {0x00000423, "by", ""},           {0x00000424, "si", ""},
    {0x00000425, "ee", ""},           {0x00000426, "lv", ""},
    {0x00000427, "lt", ""},           {0x00000429, "ir", ""},
    {0x0000042A, "vn", ""},           {0x00000439, "in", ""},
    {0x0000043F, "kz", ""},           {0x00000804, "us", ""},
    {0x00000807, "ch", ""},           {0x00000809, "gb", ""},
    {0x0000080A, "latam", ""},        {0x0000080C, "be", ""},
    {0x00000813, "be", ""},           {0x00000816, "pt", ""},
    {0x00000C0C, "ca", "fr-legacy"},  {0x0000100C, "ch", "fr"},
    {0x00001009, "ca", ""},           {0x00001809, "ie", ""},
    {0x00000C1A, "rs", ""},           {0x0000081A, "rs", "latin"},
    {0x00010402, "bg", "phonetic"},   {0x00010405, "cz", "qwerty"},
    {0x00010407, "de", "nodeadkeys"}, {0x00010409, "us", "dvorak"},
    {0x00010410, "it", "us"},         {0x00010415, "pl", "qwertz"},
    {0x00010416, "br", "nativo"},     {0x00010419, "ru", "typewriter"},
    {0x0001041B, "sk", "qwerty"},     {0x0001041F, "tr", "f"},
    {0x0001080C, "be", "oss"},        {0x00011009, "ca", ""},
    {0x00020409, "us", "intl"},       {0x00020418, "ro", ""},
    {0x00020419, "ru", "phonetic"},   {0x00030409, "us", "dvorak-l"},
    {0x00040409, "us", "dvorak-r"},   {0x00060409, "us", "colemak"},
};

static const RaLayout *
find_exact(uint32_t id)
{
    for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++)
        if (layouts[i].id == id)
            return &layouts[i];
    return NULL;
}

const RaLayout *
ra_layout_find(uint32_t id)
{
    const RaLayout *found = find_exact(id);
    return found != NULL ? found : find_exact(id & 0xFFFF);
}
