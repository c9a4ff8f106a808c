"""The native library: the same ledger from C, refused nonsense, no memory lost."""
