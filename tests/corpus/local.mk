# tests/corpus
