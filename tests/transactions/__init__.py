"""Tests of the room that takes in outside data."""
