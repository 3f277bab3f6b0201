foreach(name config joint markup parts documents people session tray)
  casement_test(broker_${name} SOURCES broker_${name}.c LIBS broker)
endforeach()
target_sources(broker_session PRIVATE session_home.c)
add_executable(broker_member broker_member.c) # the programs of broker_session
add_dependencies(broker_session broker_member)
