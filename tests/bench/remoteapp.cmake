# The server alone, with a client that only decodes.
add_executable(remoteapp_bench remoteapp_bench.c ${CMAKE_SOURCE_DIR}/rdpbridge/transport.c)
target_link_libraries(remoteapp_bench PRIVATE remoteapp_rig)
