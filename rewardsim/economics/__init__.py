"""Economics: tables of a run in, tables of figures out."""
