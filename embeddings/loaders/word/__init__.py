"""DOCX: its text as a reader sees it, with revisions accepted and automatic numbers written out."""
