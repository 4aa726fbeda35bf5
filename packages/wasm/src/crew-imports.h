// What JavaScript gives: memory from its heap, and an end to waiting for a thread that is gone. Taking throws there when no memory is
// left; losing throws for who has called the kernel and returns for a worker.
#pragma once
#include <stddef.h>

extern "C" {
__attribute__((import_module("lethe"), import_name("take"))) void* lethe_take(size_t bytes);
__attribute__((import_module("lethe"), import_name("release"))) void lethe_release(void* data);
__attribute__((import_module("lethe"), import_name("lost"))) void lethe_lost();
}
