// SPDX-License-Identifier: Apache-2.0
#include "guestagent/win32/mime.h"

#include <string.h>

typedef struct {
    const WCHAR *extension;
    const char *mime;
} Known;

#define MS "application/vnd.ms-"
#define OPEN_XML "application/vnd.openxmlformats-officedocument."
#define OASIS "application/vnd.oasis.opendocument."

// After shared-mime-info. Windows' own "Content Type" has other names for some (x-zip-compressed),
// and none for many.
static const Known known[] = {
    {L".7z", "application/x-7z-compressed"},
    {L".aac", "audio/aac"},
    {L".avi", "video/x-msvideo"},
    {L".bmp", "image/bmp"},
    {L".c", "text/x-csrc"},
    {L".cpp", "text/x-c++src"},
    {L".css", "text/css"},
    {L".csv", "text/csv"},
    {L".doc", "application/msword"},
    {L".docm", MS "word.document.macroEnabled.12"},
    {L".docx", OPEN_XML "wordprocessingml.document"},
    {L".dwg", "image/vnd.dwg"},
    {L".dxf", "image/vnd.dxf"},
    {L".eml", "message/rfc822"},
    {L".eps", "image/x-eps"},
    {L".epub", "application/epub+zip"},
    {L".flac", "audio/flac"},
    {L".gif", "image/gif"},
    {L".gz", "application/gzip"},
    {L".htm", "text/html"},
    {L".html", "text/html"},
    {L".ico", "image/vnd.microsoft.icon"},
    {L".ics", "text/calendar"},
    {L".iso", "application/x-cd-image"},
    {L".jpe", "image/jpeg"},
    {L".jpeg", "image/jpeg"},
    {L".jpg", "image/jpeg"},
    {L".js", "text/javascript"},
    {L".json", "application/json"},
    {L".log", "text/x-log"},
    {L".m4a", "audio/mp4"},
    {L".mdb", "application/vnd.ms-access"},
    {L".mkv", "video/x-matroska"},
    {L".mov", "video/quicktime"},
    {L".mp3", "audio/mpeg"},
    {L".mp4", "video/mp4"},
    {L".mpeg", "video/mpeg"},
    {L".mpg", "video/mpeg"},
    {L".mpp", MS "project"},
    {L".msg", MS "outlook"},
    {L".odp", OASIS "presentation"},
    {L".ods", OASIS "spreadsheet"},
    {L".odt", OASIS "text"},
    {L".ogg", "audio/ogg"},
    {L".one", "application/onenote"},
    {L".pdf", "application/pdf"},
    {L".php", "application/x-php"},
    {L".png", "image/png"},
    {L".ppsx", OPEN_XML "presentationml.slideshow"},
    {L".ppt", MS "powerpoint"},
    {L".pptx", OPEN_XML "presentationml.presentation"},
    {L".ps", "application/postscript"},
    {L".psd", "image/vnd.adobe.photoshop"},
    {L".pub", MS "publisher"},
    {L".py", "text/x-python"},
    {L".rar", "application/vnd.rar"},
    {L".rtf", "application/rtf"},
    {L".svg", "image/svg+xml"},
    {L".tar", "application/x-tar"},
    {L".tif", "image/tiff"},
    {L".tiff", "image/tiff"},
    {L".txt", "text/plain"},
    {L".vcf", "text/vcard"},
    {L".vsd", "application/vnd.visio"},
    {L".vsdx", "application/vnd.ms-visio.drawing.main+xml"},
    {L".wav", "audio/x-wav"},
    {L".webm", "video/webm"},
    {L".webp", "image/webp"},
    {L".wma", "audio/x-ms-wma"},
    {L".wmf", "image/wmf"},
    {L".wmv", "video/x-ms-wmv"},
    {L".xhtml", "application/xhtml+xml"},
    {L".xls", MS "excel"},
    {L".xlsm", MS "excel.sheet.macroEnabled.12"},
    {L".xlsx", OPEN_XML "spreadsheetml.sheet"},
    {L".xml", "application/xml"},
    {L".xps", "application/oxps"},
    {L".zip", "application/zip"},
};

const char *
win_mime_of(const WCHAR *extension)
{
    for (unsigned i = 0; i < sizeof known / sizeof known[0]; i++)
        if (_wcsicmp(known[i].extension, extension) == 0)
            return known[i].mime;
    return NULL;
}
