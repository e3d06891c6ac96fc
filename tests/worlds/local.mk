EXTRA_DIST += \
	tests/worlds/small.yaml
