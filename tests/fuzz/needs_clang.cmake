message(FATAL_ERROR "the tests in tests/fuzz need clang and libclang-rt-14-dev: scripts/install-deps --tests")
