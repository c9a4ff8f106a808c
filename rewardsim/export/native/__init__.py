"""The native library: the same rules as machine code with a C interface, without Python."""
