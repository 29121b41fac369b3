"""What is published: build beside and swap, preview, policy, trimming, vendored files."""
