"""Accounts, contacts and group chats as state to observe: no widgets, no stanzas."""
