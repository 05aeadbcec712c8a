"""E-mail: single messages, mailboxes, and messages of Outlook."""
