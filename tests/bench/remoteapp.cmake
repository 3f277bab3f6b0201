# The server alone, with a client that only decodes.
add_executable(remoteapp_bench remoteapp_bench.c ${CMAKE_SOURCE_DIR}/rdpbridge/transport.c)
target_link_libraries(remoteapp_bench PRIVATE remoteapp_rig)
# The X11 half, without RDP.
casement_test(desktop_pixels SOURCES desktop_pixels.c LIBS desktop_harness LABELS bench)
set_tests_properties(desktop_pixels PROPERTIES RUN_SERIAL ON)
