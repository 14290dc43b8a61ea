// Host of the precompiled headers of the tests: they are made once, for the kinds of tests in CMakeLists.txt.
