"""Questions of others: each format as gold questions."""
