{ 'includes': ['kernels.gypi'] }
