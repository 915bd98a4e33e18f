"""Tests of the edge to OCP."""
