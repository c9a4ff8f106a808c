"""Lucky draws: keys, odds, fairness, files, commands."""
