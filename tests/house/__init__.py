"""The house itself: who may import whom, what every file looks like, what stands at the top."""
