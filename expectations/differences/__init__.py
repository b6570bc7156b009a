"""Compares a wave with the earlier waves of its survey, before any of it is loaded."""
