add_executable(channel_bench channel_bench.c channel_bench_end.c)
target_link_libraries(channel_bench PRIVATE channel_glib PkgConfig::GLIB)
add_test(NAME channel_bench COMMAND channel_bench)
casement_test_properties(channel_bench TIMEOUT 300 LABELS bench)
