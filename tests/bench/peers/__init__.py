"""The same reduced model, five times. Read ``model`` first: it defines what each program does."""
