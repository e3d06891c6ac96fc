EXTRA_DIST += \
	tests/worlds/demo.yaml \
	tests/worlds/small.yaml
