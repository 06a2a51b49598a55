# The collector's source: bdwgc 8.2.2 as it was released, by its SHA-256. Leaves BDWGC_DIR, where `extra/gc.c` is. It is taken from
#   -DBDWGC_SOURCE_DIR=FOLDER   unpacked, and believed
#   -DBDWGC_TARBALL=FILE        gc-8.2.2.tar.gz, or Debian's libgc_8.2.2.orig.tar.gz: the same bytes
#   third_party/                one of these files, dropped there; what is downloaded is kept there too
#   Debian                      the source package, by apt-get and the machine's own mirrors
set(BDWGC_SOURCE_DIR "" CACHE PATH "bdwgc 8.2.2, unpacked")
set(BDWGC_TARBALL "" CACHE FILEPATH "bdwgc 8.2.2, as gc-8.2.2.tar.gz or libgc_8.2.2.orig.tar.gz")
set(BDWGC_SHA256 f30107bcb062e0920a790ffffa56d9512348546859364c23a14be264b38836a0)

function(bdwgc_find result)
  foreach(name gc-8.2.2.tar.gz libgc_8.2.2.orig.tar.gz)
    if(EXISTS ${CMAKE_SOURCE_DIR}/third_party/${name})
      set(${result} ${CMAKE_SOURCE_DIR}/third_party/${name} PARENT_SCOPE)
    endif()
  endforeach()
endfunction()

function(bdwgc_download)
  message(STATUS "bdwgc: downloading Debian's source package libgc to third_party/")
  execute_process(COMMAND ${CMAKE_SOURCE_DIR}/cmake/fetch-bdwgc.sh ${CMAKE_SOURCE_DIR}/third_party
    OUTPUT_QUIET ERROR_VARIABLE words RESULT_VARIABLE failed)
  if(failed)
    message(WARNING "bdwgc: apt-get has no source package of it: ${words}")
  endif()
endfunction()

function(bdwgc_unpack)
  set(tarball ${BDWGC_TARBALL})
  if(NOT tarball)
    bdwgc_find(tarball)
  endif()
  if(NOT tarball)
    bdwgc_download()
    bdwgc_find(tarball)
  endif()
  if(NOT tarball OR NOT EXISTS ${tarball})
    message(FATAL_ERROR "The collector's source, bdwgc 8.2.2, is not here and cannot be downloaded (apt-get's source package libgc). "
      "Put libgc_8.2.2.orig.tar.gz or gc-8.2.2.tar.gz into third_party/, or pass -DBDWGC_TARBALL=FILE or -DBDWGC_SOURCE_DIR=FOLDER.")
  endif()
  file(SHA256 ${tarball} sha256)
  if(NOT sha256 STREQUAL BDWGC_SHA256)
    message(FATAL_ERROR "${tarball} is not bdwgc 8.2.2: its SHA-256 is ${sha256} when it should be ${BDWGC_SHA256}")
  endif()
  file(ARCHIVE_EXTRACT INPUT ${tarball} DESTINATION ${CMAKE_BINARY_DIR}/bdwgc)
endfunction()

set(BDWGC_DIR ${BDWGC_SOURCE_DIR})
if(NOT BDWGC_DIR)
  set(BDWGC_DIR ${CMAKE_BINARY_DIR}/bdwgc/gc-8.2.2)
  if(NOT EXISTS ${BDWGC_DIR}/extra/gc.c)
    bdwgc_unpack()
  endif()
endif()
if(NOT EXISTS ${BDWGC_DIR}/extra/gc.c)
  message(FATAL_ERROR "there is no extra/gc.c in ${BDWGC_DIR}: it is not bdwgc's source")
endif()
