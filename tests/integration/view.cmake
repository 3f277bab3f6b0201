# casement-view with the test at both ends of its sockets, on X servers of its own. Debian's Python
# has the modules (python3-xlib, python3-numpy).
foreach(t windows places focus groups workspaces sync seen input hostile media sound microphone life)
  casement_script_test(view_${t} COMMAND /usr/bin/python3 ${CMAKE_CURRENT_LIST_DIR}/view_${t}.py TIMEOUT 240)
endforeach()

# What is preloaded to make wall clocks step.
add_library(clock_steps MODULE clock_steps.c)
target_link_libraries(clock_steps PRIVATE ${CMAKE_DL_LIBS})
set_target_properties(clock_steps PROPERTIES PREFIX "" LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

# And with RDP servers that are not ours.
casement_script_test(foreign_desktop COMMAND /usr/bin/python3 ${CMAKE_CURRENT_LIST_DIR}/foreign_desktop.py TIMEOUT 180)
casement_script_test(foreign_frames COMMAND /usr/bin/python3 ${CMAKE_CURRENT_LIST_DIR}/foreign_frames.py TIMEOUT 240)
