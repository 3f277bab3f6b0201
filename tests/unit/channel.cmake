casement_test(channel_utf8 SOURCES channel_utf8.c LIBS channel PkgConfig::GLIB)
casement_test(channel_messages SOURCES channel_messages.c LIBS channel PkgConfig::GLIB)
