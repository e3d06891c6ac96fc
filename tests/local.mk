# Tests. Each folder's fragment appends its programs to check_PROGRAMS and TESTS.
include tests/support/local.mk
include tests/unit/local.mk
include tests/corpus/local.mk
include tests/diagnosis/local.mk
include tests/asasim/local.mk
include tests/worlds/local.mk
include tests/integration/local.mk
include tests/fuzz/local.mk
include tests/bench/local.mk
include tests/demo/local.mk
include tests/browser/local.mk

dist_check_SCRIPTS += tests/layers.sh
TESTS += tests/layers.sh
