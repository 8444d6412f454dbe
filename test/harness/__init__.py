"""What the end-to-end tests and the benchmark stand on: real engines, real proxies and our own binaries."""
