"""The engine: preparation, batches, the machine, the auditor, the compile cache, both engines alike."""
