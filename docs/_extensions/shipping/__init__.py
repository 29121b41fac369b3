"""The site as a whole: build beside and swap, preview, policy, trimming, vendored files."""
