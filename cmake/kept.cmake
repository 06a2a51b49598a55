# What others wrote and is built here, unmodified, from its release by its SHA-256. kept_source leaves NAME_DIR, where it is
# unpacked. It is taken from
#   -DNAME_SOURCE_DIR=FOLDER   unpacked, and believed
#   -DNAME_TARBALL=FILE        one of the files that TARBALLS names: the same bytes
#   third_party/               one of these files, dropped there; what is downloaded is kept there too
#   Debian                     the source package, by apt-get and the machine's own mirrors: the last of TARBALLS

function(kept_find result)
  foreach(name ${ARGN})
    if(EXISTS ${CMAKE_SOURCE_DIR}/third_party/${name})
      set(${result} ${CMAKE_SOURCE_DIR}/third_party/${name} PARENT_SCOPE)
    endif()
  endforeach()
endfunction()

function(kept_download title package tarball)
  message(STATUS "${title}: downloading ${tarball} of Debian's source package ${package} to third_party/")
  execute_process(COMMAND ${CMAKE_SOURCE_DIR}/cmake/fetch-source.sh ${CMAKE_SOURCE_DIR}/third_party ${package} ${tarball}
    OUTPUT_QUIET ERROR_VARIABLE words RESULT_VARIABLE failed)
  if(failed)
    message(WARNING "${title}: apt-get has no source package of it: ${words}")
  endif()
endfunction()

function(kept_unpack name title sha256 package tarballs)
  set(tarball ${${name}_TARBALL})
  list(GET tarballs -1 debian)
  if(NOT tarball)
    kept_find(tarball ${tarballs})
  endif()
  if(NOT tarball)
    kept_download(${title} ${package} ${debian})
    kept_find(tarball ${tarballs})
  endif()
  if(NOT tarball OR NOT EXISTS ${tarball})
    list(JOIN tarballs " or " names)
    message(FATAL_ERROR "The source of ${title} is not here and cannot be downloaded (apt-get's source package ${package}). "
      "Put ${names} into third_party/, or pass -D${name}_TARBALL=FILE or -D${name}_SOURCE_DIR=FOLDER.")
  endif()
  file(SHA256 ${tarball} found)
  if(NOT found STREQUAL sha256)
    message(FATAL_ERROR "${tarball} is not ${title}: its SHA-256 is ${found} when it should be ${sha256}")
  endif()
  file(ARCHIVE_EXTRACT INPUT ${tarball} DESTINATION ${CMAKE_BINARY_DIR}/kept)
endfunction()

# WITNESS is a file that is there when the source is; FOLDER is what the tarball unpacks to.
function(kept_source name title)
  cmake_parse_arguments(KEPT "" "SHA256;PACKAGE;FOLDER;WITNESS" "TARBALLS" ${ARGN})
  set(${name}_SOURCE_DIR "" CACHE PATH "${title}, unpacked")
  set(${name}_TARBALL "" CACHE FILEPATH "${title}, packed")
  set(folder ${${name}_SOURCE_DIR})
  if(NOT folder)
    set(folder ${CMAKE_BINARY_DIR}/kept/${KEPT_FOLDER})
    if(NOT EXISTS ${folder}/${KEPT_WITNESS})
      kept_unpack(${name} ${title} ${KEPT_SHA256} ${KEPT_PACKAGE} "${KEPT_TARBALLS}")
    endif()
  endif()
  if(NOT EXISTS ${folder}/${KEPT_WITNESS})
    message(FATAL_ERROR "there is no ${KEPT_WITNESS} in ${folder}: it is not the source of ${title}")
  endif()
  set(${name}_DIR ${folder} PARENT_SCOPE)
endfunction()

# The collector of managed heaps.
kept_source(BDWGC "bdwgc 8.2.2" FOLDER gc-8.2.2 WITNESS extra/gc.c
  TARBALLS gc-8.2.2.tar.gz libgc_8.2.2.orig.tar.gz PACKAGE libgc=1:8.2.2-3
  SHA256 f30107bcb062e0920a790ffffa56d9512348546859364c23a14be264b38836a0)

# What the kernel checks signatures with.
kept_source(SODIUM "libsodium 1.0.18" FOLDER libsodium-1.0.18 WITNESS src/libsodium/crypto_sign/ed25519/ref10/open.c
  TARBALLS libsodium_1.0.18.orig.tar.gz PACKAGE libsodium
  SHA256 d59323c6b712a1519a5daf710b68f5e7fde57040845ffec53850911f10a5d4f4)
