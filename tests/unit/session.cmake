casement_test(test_session_pure SOURCES test_session_pure.c LIBS session_pure PkgConfig::GLIB)
casement_test(test_session_model SOURCES test_session_model.c LIBS session_pure PkgConfig::GLIB)
casement_test(test_session_apps SOURCES test_session_apps.c LIBS session_apps PkgConfig::GLIB)
casement_test(test_session_tray SOURCES test_session_tray.c LIBS session_apps PkgConfig::GLIB)
