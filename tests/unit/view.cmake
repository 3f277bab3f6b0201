casement_test(pace SOURCES pace.c LIBS viewproto PkgConfig::GLIB)
casement_test(view_proto SOURCES view_proto.c LIBS viewproto PkgConfig::GLIB)
casement_test(view_xsettings
  SOURCES view_xsettings.c ${CMAKE_SOURCE_DIR}/rdpbridge/x11/xsettings_value.c LIBS PkgConfig::GLIB)
casement_test(view_latency
  SOURCES view_latency.c ${CMAKE_SOURCE_DIR}/rdpbridge/x11/latency.c LIBS PkgConfig::GLIB)
casement_test(view_method_keys
  SOURCES view_method_keys.c ${CMAKE_SOURCE_DIR}/rdpbridge/x11/method_keys.c LIBS PkgConfig::GLIB)
casement_test(view_method_preedit
  SOURCES view_method_preedit.c ${CMAKE_SOURCE_DIR}/rdpbridge/x11/method_preedit.c LIBS channel PkgConfig::GLIB)
casement_test(view_seen
  SOURCES view_seen.c ${CMAKE_SOURCE_DIR}/rdpbridge/x11/rates.c ${CMAKE_SOURCE_DIR}/rdpbridge/x11/sight.c
  LIBS viewproto PkgConfig::GLIB)
