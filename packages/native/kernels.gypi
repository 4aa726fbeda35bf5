{
  # One source, kernels.cc, compiled once per instruction set; dispatch.cc picks one at load.
  # Needs GCC or Clang (vector types); elsewhere the portable engine runs.
  "target_defaults": {
    "cflags": ["-O3", "-fvisibility=hidden", "-Wall", "-fno-math-errno", "-ffp-contract=fast", "-Wno-psabi"],
    # A call that finds no memory throws from the depth of a kernel, of which nothing needs to be destroyed: tables to unwind it suffice.
    # With -fexceptions GCC 12 contracts other products of the LSTM to fused ones, and weights of existing recipes would change.
    "cflags_cc": ["-std=c++17", "-funwind-tables"],
    "xcode_settings": {
      "OTHER_CFLAGS": ["-O3", "-fvisibility=hidden", "-fno-math-errno", "-ffp-contract=fast"],
      "CLANG_CXX_LANGUAGE_STANDARD": "c++17"
    }
  },
  "targets": [
    {
      "target_name": "lethe",
      "sources": ["src/binding.cc", "src/dispatch.cc", "src/precision.cc", "src/crew.cc", "src/rounded.cc", "src/cache.cc"],
      "cflags_cc!": ["-fno-exceptions"],
      "cflags_cc": ["-fexceptions"],
      "xcode_settings": {"GCC_ENABLE_CPP_EXCEPTIONS": "YES"},
      "conditions": [
        ["target_arch=='x64'", {"dependencies": ["baseline", "avx2", "avx512"]}],
        ["target_arch=='arm64'", {"dependencies": ["neon"]}],
        ["target_arch!='x64' and target_arch!='arm64'", {"dependencies": ["baseline"]}]
      ]
    }
  ],
  "conditions": [
    ["target_arch!='arm64'", {"targets": [
      {"target_name": "baseline", "type": "static_library", "sources": ["src/kernels.cc"], "defines": ["LETHE_ISA=baseline"]}
    ]}],
    ["target_arch=='arm64'", {"targets": [
      {"target_name": "neon", "type": "static_library", "sources": ["src/kernels.cc"], "defines": ["LETHE_ISA=neon"]}
    ]}],
    ["target_arch=='x64'", {"targets": [
      {
        "target_name": "avx2", "type": "static_library", "sources": ["src/kernels.cc"], "defines": ["LETHE_ISA=avx2"],
        "cflags": ["-mavx2", "-mfma"], "xcode_settings": {"OTHER_CFLAGS": ["-mavx2", "-mfma"]}
      },
      {
        "target_name": "avx512", "type": "static_library", "sources": ["src/kernels.cc"], "defines": ["LETHE_ISA=avx512"],
        "cflags": ["-mavx512f", "-mavx512dq", "-mavx512bw", "-mavx512vl", "-mfma", "-Wno-uninitialized", "-Wno-maybe-uninitialized"],
        "xcode_settings": {"OTHER_CFLAGS": ["-mavx512f", "-mavx512dq", "-mavx512bw", "-mavx512vl", "-mfma"]}
      }
    ]}]
  ]
}
