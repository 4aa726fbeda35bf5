// The door between JavaScript and the kernels (Node-API version 8). A kernel takes how to run, and the values of its fields in the
// order of its description (reader.h): kernel(threads, isBf16, copies, ...values).
#include <algorithm>
#include <cstdlib>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "params.h"
#include "describe.h"
#include "dispatch.h"
#include "pool.h"
#include "precision.h"
#include "reader.h"
#include "rounded.h"

namespace lethe {
namespace {

const KernelTable* kernels = nullptr;

// What a function was called with; undefined where there was less.
struct Arguments {
  static constexpr size_t MOST = 96;  // contract.test.ts counts the values of every kernel
  napi_value values[MOST];
  size_t count = MOST;
  Arguments(napi_env env, napi_callback_info info) {
    napi_get_cb_info(env, info, &count, values, nullptr, nullptr);
    if (count > MOST) count = MOST;
  }
  // From the `first` on.
  Reader reader(napi_env env, size_t first, const char* where) const {
    return Reader(env, values + first, count > first ? count - first : 0, where);
  }
};

// Marks handles of RoundedCopies among all externals that JavaScript may pass.
const napi_type_tag roundedTag = {0x6c657468655f726full, 0x756e6465645f3031ull};

// Copies that handles of this thread hold: whoever rounds the same numbers again, as drawing one text after another does, shares them.
// Handles go when the garbage collector has time, so that copies of their own would pile up.
thread_local std::vector<std::weak_ptr<RoundedCopies>> roundedHere;

RoundedCopies* roundedOf(napi_env env, napi_value value) {
  bool own = false;
  void* copies = nullptr;
  napi_valuetype type = napi_undefined;
  if (napi_typeof(env, value, &type) != napi_ok || type != napi_object) return nullptr;
  if (napi_check_object_type_tag(env, value, &roundedTag, &own) != napi_ok || !own) return nullptr;
  napi_unwrap(env, value, &copies);
  return static_cast<std::shared_ptr<RoundedCopies>*>(copies)->get();
}

int threadsOf(napi_env env, napi_value value) {
  int32_t threads = 1;
  return napi_get_value_int32(env, value, &threads) == napi_ok && threads > 1 ? threads : 1;
}

napi_value number(napi_env env, double x) {
  napi_value result;
  napi_create_double(env, x, &result);
  return result;
}

// Runs what throws: what C++ throws on the way to a kernel becomes a JavaScript error.
template <class Body>
void guarded(napi_env env, Body&& body) {
  try {
    body();
  } catch (const std::bad_alloc&) {
    napi_throw_error(env, "E_MEMORY", "native kernels: there is no memory for the workspace of this call; make it smaller");
  } catch (const StaleCopy&) {
    napi_throw_error(env, "E_STALE",
                     "native kernels: weights said to be fixed have changed since they were rounded; say anew that they are fixed");
  }
}

template <class P, class Kernel>
napi_value call(napi_env env, napi_callback_info info, const char* name, Pass pass, int count, Kernel kernel) {
  const Arguments given(env, info);
  bool isBf16 = false;
  napi_get_value_bool(env, given.values[1], &isBf16);
  double sums[4] = {};
  bool done = false;
  guarded(env, [&] {
    P p{};
    Reader reader = given.reader(env, 3, name);
    if (!reader.read(p, pass)) return;
    Pool pool(threadsOf(env, given.values[0]), isBf16 ? bf16Unit(kernels->isa) : Precision::f32, roundedOf(env, given.values[2]));
    kernel(p, sums, pool);
    done = true;
  });
  if (!done || count == 0) return nullptr;
  if (count == 1) return number(env, sums[0]);
  napi_value list;
  napi_create_array_with_length(env, count, &list);
  for (int i = 0; i < count; i++) napi_set_element(env, list, i, number(env, sums[i]));
  return list;
}

#define LETHE_KERNEL(name, Params, pass)                                                                                        \
  napi_value name(napi_env env, napi_callback_info info) {                                                                      \
    return call<Params>(env, info, #name, Pass::pass, 0, [](const Params& p, double*, Pool& pool) { kernels->name(p, pool); }); \
  }
#define LETHE_SUMS(name, Params, pass, count)                                                             \
  napi_value name(napi_env env, napi_callback_info info) {                                                \
    return call<Params>(env, info, #name, Pass::pass, count,                                              \
                        [](const Params& p, double* sums, Pool& pool) { kernels->name(p, sums, pool); }); \
  }
#include "kernels.def"
#undef LETHE_KERNEL
#undef LETHE_SUMS

// describe(): JSON of every kernel with its parameters
napi_value describe(napi_env env, napi_callback_info) {
  std::string room(1 << 17, ' ');
  Text text(&room[0], room.size());
  describeKernels(text);
  napi_value result;
  napi_create_string_utf8(env, room.c_str(), text.fits() ? text.length() : 0, &result);
  return result;
}

// allocate(bytes): an ArrayBuffer on large pages, aligned to them; contents are arbitrary
napi_value allocate(napi_env env, napi_callback_info info) {
  double bytes = 0;
  napi_get_value_double(env, Arguments(env, info).values[0], &bytes);
  void* data = bytes > 0 && bytes < 1e15 ? allocatePages((size_t)bytes) : nullptr;
  napi_value result = nullptr;
  auto release = [](napi_env, void* memory, void*) { std::free(memory); };
  if (data && napi_create_external_arraybuffer(env, data, (size_t)bytes, release, nullptr, &result) == napi_ok) return result;
  std::free(data);
  // some runtimes (Electron) forbid memory of others': then their own will do
  if (data && napi_create_arraybuffer(env, (size_t)bytes, &data, &result) == napi_ok) return result;
  napi_throw_range_error(env, "E_MEMORY", "allocate: there is no memory of that size");
  return nullptr;
}

// ready(threads): how many workers the system grants of so many
napi_value ready(napi_env env, napi_callback_info info) {
  const Pool pool(threadsOf(env, Arguments(env, info).values[0]), Precision::f32, nullptr);
  return number(env, pool.threads());
}

// bf16(): the unit of this processor that multiplies bf16, 'bf16-dot' or 'bf16-amx'; null when there is none
napi_value bf16(napi_env env, napi_callback_info) {
  const Precision unit = bf16Unit(kernels->isa);
  napi_value result;
  if (unit == Precision::f32) napi_get_null(env, &result);
  else napi_create_string_utf8(env, unit == Precision::amx ? "bf16-amx" : "bf16-dot", NAPI_AUTO_LENGTH, &result);
  return result;
}

// round(arrays): a handle on copies of these in bf16
napi_value round(napi_env env, napi_callback_info info) {
  const Arguments given(env, info);
  napi_value handle = nullptr;
  guarded(env, [&] {
    SumSquares p{};
    Reader reader = given.reader(env, 0, "round");
    if (!reader.read(p, Pass::once)) return;
    std::shared_ptr<RoundedCopies> copies;
    for (const std::weak_ptr<RoundedCopies>& held : roundedHere) {
      copies = held.lock();
      if (copies && copies->are(p.arrays, p.sizes, p.count)) break;
      copies = nullptr;
    }
    const bool fresh = !copies;
    if (fresh) {
      copies = std::make_shared<RoundedCopies>();
      for (int i = 0; i < p.count; i++) copies->add(p.arrays[i], p.sizes[i]);
    }
    auto release = [](napi_env env, void* data, void*) {
      auto* own = static_cast<std::shared_ptr<RoundedCopies>*>(data);
      int64_t all;
      if (own->use_count() == 1) napi_adjust_external_memory(env, -(int64_t)(*own)->bytes(), &all);
      delete own;
    };
    napi_create_object(env, &handle);
    napi_type_tag_object(env, handle, &roundedTag);
    auto own = std::make_unique<std::shared_ptr<RoundedCopies>>(copies);
    if (napi_wrap(env, handle, own.get(), release, nullptr, nullptr) != napi_ok) return;
    own.release();
    if (!fresh) return;
    int64_t all;  // so that the garbage collector knows what the handle holds
    napi_adjust_external_memory(env, (int64_t)copies->bytes(), &all);
    const auto gone = [](const std::weak_ptr<RoundedCopies>& held) { return held.expired(); };
    roundedHere.erase(std::remove_if(roundedHere.begin(), roundedHere.end(), gone), roundedHere.end());
    roundedHere.push_back(copies);
  });
  return handle;
}

// checkRounded(handle, arrays): throws when one of them has changed since it was rounded
napi_value checkRounded(napi_env env, napi_callback_info info) {
  const Arguments given(env, info);
  const RoundedCopies* copies = roundedOf(env, given.values[0]);
  guarded(env, [&] {
    SumSquares p{};
    Reader reader = given.reader(env, 1, "checkRounded");
    if (!reader.read(p, Pass::once) || !copies) return;
    for (int i = 0; i < p.count; i++) copies->check(p.arrays[i], p.sizes[i]);
  });
  return nullptr;
}

napi_value initialise(napi_env env, napi_value exports) {
  if (!kernels) kernels = chooseKernels();
  if (!kernels) {
    napi_throw_error(env, "E_CONFIG", "LETHE_ISA must be baseline, avx2 or avx512, and one that this processor has");
    return nullptr;
  }
  // After the last JavaScript thread the addon is unloaded: no thread of its own may sleep in it then.
  Crew::instance().join();
  napi_add_env_cleanup_hook(env, [](void*) { Crew::instance().part(); }, nullptr);
  struct Entry {
    const char* name;
    napi_callback function;
  };
  const Entry entries[] = {
#define LETHE_KERNEL(name, Params, pass) {#name, name},
#define LETHE_SUMS(name, Params, pass, count) {#name, name},
#include "kernels.def"
#undef LETHE_KERNEL
#undef LETHE_SUMS
      {"describe", describe}, {"allocate", allocate}, {"ready", ready}, {"bf16", bf16}, {"round", round}, {"checkRounded", checkRounded},
  };
  for (const Entry& e : entries) {
    napi_value function;
    napi_create_function(env, e.name, NAPI_AUTO_LENGTH, e.function, nullptr, &function);
    napi_set_named_property(env, exports, e.name, function);
  }
  napi_value isa;
  napi_create_string_utf8(env, kernels->isa, NAPI_AUTO_LENGTH, &isa);
  napi_set_named_property(env, exports, "isa", isa);
  return exports;
}

}  // namespace
}  // namespace lethe

NAPI_MODULE_INIT() { return lethe::initialise(env, exports); }
