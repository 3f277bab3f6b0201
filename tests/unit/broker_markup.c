// SPDX-License-Identifier: Apache-2.0
// Bodies of notifications: what is left of a guest's markup is well-formed, whatever came.
#include "hostbroker/markup.h"

#include <glib.h>
#include <string.h>

static void
test_rows(void)
{
    static const struct {
        const char *body, *clean;
    } rows[] = {
        {"plain", "plain"},
        {"a & b < c > d \"e\"", "a &amp; b &lt; c &gt; d &quot;e&quot;"},
        {"<b>bold</b> <I>it</I> <u>un</u>", "<b>bold</b> <i>it</i> <u>un</u>"},
        {"<b>open", "<b>open</b>"},
        {"</b>never open", "never open"},
        {"<b><i>crossed</b></i>", "<b><i>crossed</i></b>"},
        {"<a href=\"javascript:x\">link</a> <img src=\"http://h/x.png\" alt=\"y\"/>", "link "},
        {"<script>x</script><b onclick='y'>z</b>", "xz"},
        {"&amp;&lt;&gt;&quot;&apos;&nbsp;&#0;&#x41;",
         "&amp;&lt;&gt;&quot;&apos;&amp;nbsp;&amp;#0;&amp;#x41;"},
        {"don&#39;t &#x27;say&#x27; &#34;so&#34;", "don&#39;t &#x27;say&#x27; &#34;so&#34;"},
        {"one\ntwo\r\nthree", "one\ntwo\nthree"},
        {"\x1b[31mred\x07", "[31mred"},
        {"left\xe2\x80\xae"
         "right",
         "leftright"},
        {"<", "&lt;"},
        {"<b", "&lt;b"},
        {"<>", "&lt;&gt;"},
        {"", ""},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *clean = broker_markup_clean(rows[i].body);
        g_assert_cmpstr(clean, ==, rows[i].clean);
    }
}

// As a desktop's own parser reads it.
static void
test_well_formed(void)
{
    static const char *const pieces[] = {"<b>", "</b>", "<i>", "</i>",   "<u>", "</u>",  "<",
                                         ">",   "&",    "\n",  "<img a", "x",   "&amp;", "</"};

    for (guint round = 0; round < 20000; round++) {
        g_autoptr(GString) body = g_string_new(NULL);
        for (guint n = (guint)g_test_rand_int_range(0, 40); n > 0; n--)
            g_string_append(body, pieces[g_test_rand_int_range(0, (gint32)G_N_ELEMENTS(pieces))]);
        g_autofree char *clean = broker_markup_clean(body->str);
        g_autofree char *document = g_strdup_printf("<markup>%s</markup>", clean);
        GMarkupParser parser = {0};
        g_autoptr(GMarkupParseContext) context =
            g_markup_parse_context_new(&parser, G_MARKUP_DEFAULT_FLAGS, NULL, NULL);
        g_autoptr(GError) error = NULL;
        if (!g_markup_parse_context_parse(context, document, -1, &error) ||
            !g_markup_parse_context_end_parse(context, &error))
            g_error("%s became %s: %s", body->str, clean, error->message);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/broker/markup/rows", test_rows);
    g_test_add_func("/broker/markup/well-formed", test_well_formed);
    return g_test_run();
}
