casement_test(channel_utf8 SOURCES channel_utf8.c LIBS channel PkgConfig::GLIB)
casement_test(channel_messages SOURCES channel_messages.c LIBS channel PkgConfig::GLIB)
casement_test(channel_conn SOURCES channel_conn.c channel_link.c LIBS channel PkgConfig::GLIB TIMEOUT 240)
casement_test(channel_hostile SOURCES channel_hostile.c channel_link.c LIBS channel PkgConfig::GLIB TIMEOUT 240)
