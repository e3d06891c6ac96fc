-- A reader uses the pages where the kernel has them.
PRAGMA mmap_size = 268435456;
