"""Pages run into the cache before Sphinx reads: fingerprints, kernels, execution."""
