"""Where items come from on their own: watched folders and mail boxes."""
