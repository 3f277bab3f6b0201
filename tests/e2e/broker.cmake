casement_script_test(e2e_broker COMMAND /usr/bin/python3 ${CMAKE_CURRENT_SOURCE_DIR}/test_broker.py LABELS e2e TIMEOUT 180)
set_tests_properties(e2e_broker PROPERTIES RUN_SERIAL TRUE)
