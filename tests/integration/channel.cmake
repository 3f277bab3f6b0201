casement_test(channel_pump SOURCES channel_pump.c LIBS channel_glib PkgConfig::GLIB)
