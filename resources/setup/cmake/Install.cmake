# cmake --install build/release --prefix DIR: bin, lib, share. Programs look for their libraries in ../lib beside themselves;
# LibTorch stays in its cache (LIBTORCH_DIR), which is why the training library alone names it by path. The
# window installs itself (app/gui).
include(GNUInstallDirs)
set(tritlab_installed tritlab_core)
foreach(target tritlab_torch tritlab-cli)
  if(TARGET ${target})
    list(APPEND tritlab_installed ${target})
  endif()
endforeach()
install(TARGETS ${tritlab_installed} RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}" LIBRARY DESTINATION lib)
install(FILES LICENSE README.md DESTINATION "${CMAKE_INSTALL_DOCDIR}")
