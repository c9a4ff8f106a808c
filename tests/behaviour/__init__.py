"""Tests of how members act."""
