"""Tests of the sandbox OCP."""
