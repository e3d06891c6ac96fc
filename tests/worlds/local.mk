# Worlds for tests/asasim: who stands where, and what is wrong with it.
EXTRA_DIST += \
	tests/worlds/demo.yaml \
	tests/worlds/ends.yaml \
	tests/worlds/healthy.yaml \
	tests/worlds/names.yaml \
	tests/worlds/odd.yaml \
	tests/worlds/quirks.yaml \
	tests/worlds/session.yaml \
	tests/worlds/small.yaml
