casement_test(launcher_cli SOURCES launcher_cli.c LIBS launcher_broker1)
add_dependencies(launcher_cli casement)
add_dependencies(launcher_cli translations)
casement_script_test(launcher_po COMMAND ${CMAKE_SOURCE_DIR}/packaging/po/check)
