// What JavaScript gives: memory from its heap. Taking throws there when no memory is left.
#pragma once
#include <stddef.h>

extern "C" {
__attribute__((import_module("lethe"), import_name("take"))) void* lethe_take(size_t bytes);
__attribute__((import_module("lethe"), import_name("release"))) void lethe_release(void* data);
}
