"""Shared by the project's own tests: guards, the live server, the browser."""
