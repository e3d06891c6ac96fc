# tests/worlds
