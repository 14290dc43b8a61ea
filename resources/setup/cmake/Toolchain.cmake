# How every target is compiled: C++20, warnings as errors, ccache and mold where they are at hand.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/lib")
# Installed programs find the libraries beside them, wherever the prefix is moved to.
set(CMAKE_INSTALL_RPATH "$ORIGIN/../lib")

find_program(TRITLAB_CCACHE ccache)
if(TRITLAB_CCACHE)
  # The sloppiness is what ccache needs to share objects that use a precompiled header; base_dir lets
  # checkouts in different folders share them too.
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env "CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}" CCACHE_NOHASHDIR=1
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime "${TRITLAB_CCACHE}")
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-fpch-preprocess)
  endif()
endif()
find_program(TRITLAB_MOLD mold)
if(TRITLAB_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

# -Wrestrict, -Wstringop-overflow: false alarms of GCC 12 on std::string (GCC bug 105651).
add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -fno-math-errno -Wno-restrict -Wno-stringop-overflow)
if(TRITLAB_WERROR)
  add_compile_options(-Werror)
endif()
if(TRITLAB_SANITIZE)
  # GCC takes the sanitizers' own code for uses of uninitialized values (its manual says so under -fsanitize).
  add_compile_options(-fsanitize=address,undefined -fno-omit-frame-pointer -fno-sanitize-recover=undefined -Wno-maybe-uninitialized)
  add_link_options(-fsanitize=address,undefined)
endif()
if(TRITLAB_FUZZ)
  # Coverage for libFuzzer in every object; its main function only in the fuzzers themselves. Clang knows not all of GCC's warnings.
  add_compile_options(-fsanitize=fuzzer-no-link,address,undefined -fno-omit-frame-pointer -fno-sanitize-recover=undefined -Wno-unknown-warning-option)
  add_link_options(-fsanitize=address,undefined)
endif()
# Qt's `slots`, `signals` and `emit` are macros and collide with names in LibTorch: use Q_SLOTS, Q_SIGNALS, Q_EMIT.
add_compile_definitions(QT_NO_KEYWORDS QT_NO_CAST_TO_ASCII)
