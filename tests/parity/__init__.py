"""The oracle, the interpreted and the compiled engine write the same ledger."""
