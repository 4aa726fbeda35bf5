// Where the fields of every struct of parameters lie in WebAssembly; run once, when the modules are built.
#include "describe.h"

namespace lethe {

static char room[1 << 17];

extern "C" __attribute__((export_name("describe"))) const char* lethe_describe() {
  Text text(room, sizeof room - 1);
  describeKernels(text);
  room[text.fits() ? text.length() : 0] = 0;
  return room;
}

}  // namespace lethe
