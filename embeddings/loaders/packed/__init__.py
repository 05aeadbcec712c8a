"""Formats that are a ZIP archive of XML, and those that need the extra `office`."""
