"""How much things cost, measured against something plain in the same run."""
