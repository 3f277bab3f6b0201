foreach(name config joint lost markup parts documents people session tray microphone)
  casement_test(broker_${name} SOURCES broker_${name}.c LIBS broker)
endforeach()
add_executable(broker_member broker_member.c) # the programs of a session
foreach(name lost session)
  target_sources(broker_${name} PRIVATE session_home.c session_rig.c)
  add_dependencies(broker_${name} broker_member)
endforeach()
