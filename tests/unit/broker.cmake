foreach(name config parts documents)
  casement_test(broker_${name} SOURCES broker_${name}.c LIBS broker)
endforeach()
