# Everything that is used and not written here. Debian 12 has all of it but LibTorch, which
# resources/setup/libtorch unpacks from its PyPI wheel into a cache shared by all builds.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_package(spdlog REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(ZLIB REQUIRED)
pkg_check_modules(SENTENCEPIECE REQUIRED IMPORTED_TARGET sentencepiece)
pkg_check_modules(PCRE2 REQUIRED IMPORTED_TARGET libpcre2-8)
pkg_check_modules(XXHASH REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(UTF8PROC REQUIRED IMPORTED_TARGET libutf8proc)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
find_library(SENTENCEPIECE_TRAIN sentencepiece_train REQUIRED)
find_package(Qt6 6.4 REQUIRED COMPONENTS Core Test)
if(TRITLAB_GUI)
  find_package(Qt6 6.4 REQUIRED COMPONENTS DBus LinguistTools Network PrintSupport Widgets)
  find_library(QCUSTOMPLOT_LIBRARY QCustomPlotQt6 REQUIRED)
  find_path(QCUSTOMPLOT_INCLUDE qcustomplot.h REQUIRED)
  add_library(QCustomPlot::QCustomPlot UNKNOWN IMPORTED)
  set_target_properties(QCustomPlot::QCustomPlot PROPERTIES IMPORTED_LOCATION "${QCUSTOMPLOT_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${QCUSTOMPLOT_INCLUDE}" INTERFACE_COMPILE_DEFINITIONS QCUSTOMPLOT_USE_LIBRARY
    INTERFACE_LINK_LIBRARIES "Qt6::Widgets;Qt6::PrintSupport")
endif()

if(TRITLAB_TORCH)
  set(tritlab_cache "$ENV{TRITLAB_CACHE}")
  if(NOT tritlab_cache)
    set(tritlab_cache "$ENV{HOME}/.cache/tritlab")
  endif()
  set(LIBTORCH_DIR "${tritlab_cache}/libtorch-${LIBTORCH_VERSION}" CACHE PATH "Unpacked LibTorch wheel")
  if(NOT EXISTS "${LIBTORCH_DIR}/torch/lib/libtorch_cpu.so")
    message(FATAL_ERROR "LibTorch ${LIBTORCH_VERSION} is not in ${LIBTORCH_DIR}. Run resources/setup/libtorch to fetch it, "
                        "or point LIBTORCH_DIR (or TRITLAB_CACHE) at a copy.")
  endif()
  # find_package(Torch) would demand the whole CUDA set, so the two libraries are named by path.
  set(LIBTORCH_RPATH "${LIBTORCH_DIR}/torch/lib;${LIBTORCH_DIR}/nvidia/cu13/lib")
  add_library(libtorch::libtorch INTERFACE IMPORTED)
  target_include_directories(libtorch::libtorch SYSTEM INTERFACE
    "${LIBTORCH_DIR}/torch/include" "${LIBTORCH_DIR}/torch/include/torch/csrc/api/include")
  target_link_libraries(libtorch::libtorch INTERFACE
    "${LIBTORCH_DIR}/torch/lib/libtorch_cpu.so" "${LIBTORCH_DIR}/torch/lib/libc10.so"
    "${LIBTORCH_DIR}/torch/lib/libgomp.so.1")
  # at::parallel_for is a template: in a file compiled without OpenMP it runs its body on one thread, without a word.
  target_compile_options(libtorch::libtorch INTERFACE -fopenmp)
  if(TRITLAB_CUDA)
    set(TRITLAB_CUDA_DIR "${tritlab_cache}/cuda-${CUDA_TOOLKIT_VERSION}-torch-${LIBTORCH_VERSION}" CACHE PATH "Unpacked CUDA wheels")
    if(NOT EXISTS "${TRITLAB_CUDA_DIR}/nvidia/cu13/bin/nvcc")
      message(FATAL_ERROR "CUDA ${CUDA_TOOLKIT_VERSION} is not in ${TRITLAB_CUDA_DIR}. Run resources/setup/cuda to fetch it.")
    endif()
  endif()
  target_link_options(libtorch::libtorch INTERFACE "LINKER:-rpath-link,${LIBTORCH_DIR}/nvidia/cu13/lib")
endif()
