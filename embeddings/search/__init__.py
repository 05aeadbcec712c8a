"""Which passages a question finds: by meaning (FAISS) and by words (tantivy)."""
