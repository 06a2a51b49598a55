# A room is a static library that can open only the doors it names.
#
#   sip_room(contracts PATH ../contracts)            headers and tables only
#   sip_room(verify MAY_SEE base sir contracts)      every *.c in verify/, but *_test.c
#
# Each room gets a door: a directory in the build tree whose only entry is a link back to the room. The doors of
# MAY_SEE are the room's include path, so `#include "ast/ast.h"` from verify/ does not resolve: there is no such door.
# Doors are not passed on. A lint catches what they cannot: "../ast/ast.h", and libraries' angle brackets.
#
# A file NAME_test.c beside NAME.c is a cmocka program and becomes the test `ROOM/NAME`.

set(SIP_WARNINGS -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wcast-qual -Wpointer-arith -Wswitch
    $<$<BOOL:${SIP_WERROR}>:-Werror>)
set(SIP_SANITIZERS $<$<BOOL:${SIP_SANITIZE}>:-fsanitize=address,undefined> $<$<BOOL:${SIP_SANITIZE}>:-fno-sanitize-recover=all>)

# Nothing of the build's place gets into an object, so that it is the same wherever it is built.
function(sip_same_everywhere target door)
  target_compile_options(${target} PRIVATE -ffile-prefix-map=${door}/=compiler/ -ffile-prefix-map=${CMAKE_SOURCE_DIR}/=
                         -ffile-prefix-map=${CMAKE_BINARY_DIR}/=)
endfunction()

function(sip_room name)
  cmake_parse_arguments(ROOM "" "PATH" "MAY_SEE;LIBS;CFLAGS;LOADS" ${ARGN})
  if(NOT ROOM_PATH)
    set(ROOM_PATH ${name})
  endif()
  get_filename_component(place ${ROOM_PATH} ABSOLUTE)
  set(door ${CMAKE_BINARY_DIR}/doors/${name})
  file(MAKE_DIRECTORY ${door})
  file(CREATE_LINK ${place} ${door}/${name} SYMBOLIC)
  set_property(GLOBAL APPEND PROPERTY SIP_ROOMS ${name})
  set_property(GLOBAL PROPERTY SIP_MAY_SEE_${name} ${ROOM_MAY_SEE})

  file(GLOB sources CONFIGURE_DEPENDS ${place}/*.c)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_(test|fuzz)\\.c$")
  list(FILTER tests INCLUDE REGEX "_test\\.c$")
  if(NOT sources)
    add_library(${name} INTERFACE)
    target_include_directories(${name} INTERFACE ${door})
    return()
  endif()

  add_library(${name} STATIC ${sources})
  target_include_directories(${name} PUBLIC ${door})
  # Linking passes on whom a room needs; compiling does not pass on what it sees.
  foreach(other ${ROOM_MAY_SEE})
    target_include_directories(${name} PRIVATE ${CMAKE_BINARY_DIR}/doors/${other})
    if(NOT other IN_LIST ROOM_LOADS)
      target_link_libraries(${name} PRIVATE $<LINK_ONLY:${other}>)
    endif()
  endforeach()
  target_link_libraries(${name} PRIVATE ${ROOM_LIBS})
  target_compile_definitions(${name} PRIVATE _GNU_SOURCE)
  target_compile_options(${name} PRIVATE ${SIP_WARNINGS} ${SIP_SANITIZERS} ${ROOM_CFLAGS})
  sip_same_everywhere(${name} ${door})
  foreach(test ${tests})
    sip_room_test(${name} ${test} ${ROOM_MAY_SEE})
  endforeach()
endfunction()

# A room with the rooms that it needs as a shared object, lib/sip/sip-NAME.so, for who LOADS it.
function(sip_loaded name)
  set_target_properties(${name} ${ARGN} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/sip-${name}.c CONTENT "")
  add_library(sip-${name} MODULE ${CMAKE_BINARY_DIR}/sip-${name}.c)
  set_target_properties(sip-${name} PROPERTIES PREFIX "" LIBRARY_OUTPUT_DIRECTORY ${SIP_LIB})
  target_link_libraries(sip-${name} PRIVATE $<LINK_LIBRARY:WHOLE_ARCHIVE,${name}>)
  target_link_options(sip-${name} PRIVATE -Wl,-Bsymbolic)
  if(SIP_SANITIZE)
    target_link_options(sip-${name} PRIVATE -fsanitize=address,undefined)
  endif()
endfunction()

function(sip_room_test room source)
  get_filename_component(stem ${source} NAME_WE)
  string(REGEX REPLACE "_test$" "" idea ${stem})
  set(target test-${room}-${idea})
  add_executable(${target} ${source})
  set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  target_compile_definitions(${target} PRIVATE _GNU_SOURCE SIP_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  target_compile_options(${target} PRIVATE ${SIP_WARNINGS} ${SIP_SANITIZERS} ${ROOM_CFLAGS})
  target_link_libraries(${target} PRIVATE ${room} ${ROOM_LIBS} cmocka)
  foreach(other ${ARGN})
    target_include_directories(${target} PRIVATE ${CMAKE_BINARY_DIR}/doors/${other})
    target_link_libraries(${target} PRIVATE $<LINK_ONLY:${other}>)
  endforeach()
  if(SIP_SANITIZE)
    target_link_options(${target} PRIVATE -fsanitize=address,undefined)
  endif()
  add_test(NAME ${room}/${idea} COMMAND ${target})
endfunction()

# A program of one page: tools/NAME.c, with the rooms it sees.
function(sip_tool name)
  cmake_parse_arguments(TOOL "" "" "MAY_SEE" ${ARGN})
  add_executable(${name} tools/${name}.c)
  target_compile_definitions(${name} PRIVATE _GNU_SOURCE)
  target_compile_options(${name} PRIVATE ${SIP_WARNINGS} ${SIP_SANITIZERS})
  foreach(other ${TOOL_MAY_SEE})
    target_include_directories(${name} PRIVATE ${CMAKE_BINARY_DIR}/doors/${other})
    target_link_libraries(${name} PRIVATE $<LINK_ONLY:${other}>)
  endforeach()
  if(SIP_SANITIZE)
    target_link_options(${name} PRIVATE -fsanitize=address,undefined)
  endif()
  sip_same_everywhere(${name} ${CMAKE_SOURCE_DIR}/compiler)
endfunction()
