// The second-level cache of a core, by which blocks of products and shares of recurrent weights are chosen. No result depends on it.
#pragma once

namespace lethe {

// Bytes, at most two megabytes; one, which cores of late have at least, where the system does not say.
long secondLevelCache();

}  // namespace lethe
