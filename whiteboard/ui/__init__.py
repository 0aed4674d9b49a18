"""Windows, panes and dialogs: what a person sees and says. Knows boards and people, no network."""
