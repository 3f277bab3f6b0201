casement_test(view_proto SOURCES view_proto.c LIBS viewproto PkgConfig::GLIB)
