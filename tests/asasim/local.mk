# tests/asasim
